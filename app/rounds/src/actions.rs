//! What people ask for and send about rounds.

use axum::extract::{Path, State};
use axum::http::Uri;
use axum::response::{IntoResponse as _, Redirect, Response};
use calendar::clock::{self, DAY, Millis};
use forms::{Refusals, Sent};
use ground::audit::{self, Entry};
use ground::error::Error;
use ground::house::House;
use ground::ids::{Account, Id, Round};
use ground::sent::Form;
use ground::ui::Done;
use ground::viewer::{Role, Viewer};
use topics::store::Filter;
use voting::Phase;

use super::pages::TopicsOfRound;
use super::rules::{self, NewRound};
use super::{pages, shortlist, store};

const MOST_ON_A_PAGE: usize = 20;

/// GET `/rounds`
pub async fn rounds_page(State(house): State<House>, viewer: Viewer) -> Result<Response, Error> {
    let rounds = store::list(&house.db, 50).await?;
    Ok(pages::list_of_rounds(rounds, house.clock.now(), &viewer).wide().answer(&house, &viewer))
}

/// GET `/rounds/{id}`
pub async fn round_page(
    State(house): State<House>,
    viewer: Viewer,
    Path(id): Path<Id<Round>>,
    uri: Uri,
) -> Result<Response, Error> {
    let id = Id::parse(&id).ok_or(Error::NotFound)?;
    let round = store::find(&house.db, &id).await?.ok_or(Error::NotFound)?;
    let now = house.clock.now();
    if round.dates.phase(now) == Phase::Closed {
        let tallies = topics::support::store::tallies(&house.db, &id).await?;
        let chosen = shortlist::store::chosen(&house.db, &id).await?;
        let done = Sent::query(&uri).line("done");
        let may_confirm = viewer.is(Role::Organiser);
        let page = pages::counted_round(&round, tallies, &chosen, may_confirm, &done);
        return Ok(page.answer(&house, &viewer));
    }
    let after = topics::page_after(&Sent::query(&uri));
    let viewer_id = viewer.person().map(|person| person.account_id.clone()).unwrap_or_default();
    let filter = Filter { round: id, after, viewer: viewer_id, ..Filter::default() };
    let mut topics = topics::store::list(&house.db, &filter, MOST_ON_A_PAGE as i64 + 1).await?;
    let next = (topics.len() > MOST_ON_A_PAGE).then(|| {
        topics.truncate(MOST_ON_A_PAGE);
        topics.last().map_or_else(String::new, |last| {
            format!("/rounds/{}?after={}.{}", round.id, last.published_at, last.id)
        })
    });
    let first = filter.after.is_some().then(|| format!("/rounds/{}", round.id));
    let done = Done::of(&uri, &viewer, now);
    let is_so = match (done.what(), viewer.person()) {
        ("opened", _) => viewer.is(Role::Organiser),
        ("supported", Some(person)) => {
            topics::support::store::supports_any(&house.db, &round.id, &person.account_id).await?
        }
        ("taken back", Some(_)) => viewer.is(Role::Parent),
        _ => false,
    };
    let done = if is_so { done } else { Done::default() };
    let topics = TopicsOfRound { topics, first, next };
    Ok(pages::uncounted_round(&round, now, topics, &viewer, &done).wide().answer(&house, &viewer))
}

/// GET `/forum/rounds/new`: proposing from now for four weeks, then voting for two.
pub async fn open_round_form(State(house): State<House>, viewer: Viewer) -> Response {
    let now = house.clock.now();
    let mut form = String::from("seats=5");
    for (name, at) in [("propose", now), ("vote", now + 28 * DAY), ("close", now + 42 * DAY)] {
        let (day, time) = clock::fields(at);
        // Proposing can start now; the later dates are at an hour people can remember.
        let time = if name == "propose" { time } else { "17:00".to_owned() };
        form += &format!("&{name}_day={day}&{name}_time={time}");
    }
    pages::new_round_form(&Sent::read(form.as_bytes()), &Refusals::default())
        .answer(&house, &viewer)
}

/// POST `/forum/rounds/new`
pub async fn open_round(
    State(house): State<House>,
    viewer: Viewer,
    Form(sent): Form,
) -> Result<Response, Error> {
    let now = house.clock.now();
    let round = match rules::new_round(&sent, now) {
        Ok(round) => round,
        Err(refusals) => return Ok(pages::new_round_form(&sent, &refusals).answer(&house, &viewer)),
    };
    match keep(&house, &round, &viewer.signed_in()?.account_id, now).await? {
        Some(id) => Ok(Redirect::to(&format!("/rounds/{id}?done=opened")).into_response()),
        None => {
            let refusals =
                Refusals::one("propose_day", "Choose other dates. Another round is open then");
            Ok(pages::new_round_form(&sent, &refusals).answer(&house, &viewer))
        }
    }
}

/// Keeps the round, and notes that it was opened; its id. `None` when it overlaps another.
async fn keep(
    house: &House,
    round: &NewRound,
    by: &Id<Account>,
    at: Millis,
) -> sqlx::Result<Option<Id<Round>>> {
    let mut tx = house.db.begin().await?;
    let opened = match store::open(&mut tx, round, by).await {
        Err(error) if store::overlaps(&error) => {
            tx.roll_back().await?;
            return Ok(None);
        }
        opened => opened?,
    };
    if let Some((id, true)) = &opened {
        let entry = Entry { at, who: Some(by), what: "round opened", about: id, detail: "" };
        audit::note(&mut tx, entry).await?;
    }
    tx.commit().await?;
    Ok(opened.map(|(id, _)| id))
}
