//! What people ask for and send about rounds.

use axum::extract::{Path, State};
use axum::http::Uri;
use axum::response::{IntoResponse as _, Redirect, Response};
use calendar::clock::{self, DAY, Moment};
use forms::{Refusals, Sent, page_number};
use ground::audit::{self, Entry};
use ground::error::Error;
use ground::house::House;
use ground::ids::{Account, Id, Round};
use ground::sent::Form;
use ground::ui::{Done, Next};
use ground::viewer::{Role, Viewer};
use topics::store::Filter;
use voting::Phase;

use super::pages::{CountedTopics, ResultOfRound, TopicsOfRound};
use super::rules::{self, NewRound};
use super::{pages, shortlist, store};

const MOST_ON_A_PAGE: usize = 20;

/// GET `/rounds`
pub async fn rounds_page(State(house): State<House>, viewer: Viewer) -> Result<Response, Error> {
    let rounds = store::list(&house.db, 50).await?;
    let cancelled = store::list_cancelled(&house.db, 10).await?;
    let page = pages::list_of_rounds(rounds, cancelled, house.clock.now(), &viewer);
    Ok(page.wide().answer(&house, &viewer))
}

/// GET `/rounds/{id}`
pub async fn round_page(
    State(house): State<House>,
    viewer: Viewer,
    Path(id): Path<Id<Round>>,
    uri: Uri,
) -> Result<Response, Error> {
    let id = Id::parse(&id).ok_or(Error::NotFound)?;
    let Some((round, changes)) = store::find_with_changes(&house.db, &id).await? else {
        let cancelled = store::find_cancelled(&house.db, &id).await?.ok_or(Error::NotFound)?;
        return Ok(pages::cancelled_round(&cancelled).answer(&house, &viewer));
    };
    let now = house.clock.now();
    if round.dates.phase(now) == Phase::Closed {
        return counted_page(&house, &viewer, &round, &changes, &Sent::query(&uri)).await;
    }
    let after = topics::page_after(&Sent::query(&uri));
    let viewer_id = viewer.person().map(|person| person.account_id.clone()).unwrap_or_default();
    let filter = Filter { round: id, after, viewer: viewer_id, ..Filter::default() };
    let mut topics = topics::store::list(&house.db, &filter, MOST_ON_A_PAGE as i64 + 1).await?;
    let next = (topics.len() > MOST_ON_A_PAGE).then(|| {
        topics.truncate(MOST_ON_A_PAGE);
        topics.last().map_or_else(String::new, |last| {
            format!("/rounds/{}?after={}.{}", round.id, last.published_at.millis(), last.id)
        })
    });
    let first = filter.after.is_some().then(|| format!("/rounds/{}", round.id));
    let done = Done::of(&uri, &viewer, now);
    let is_so = match (done.what(), viewer.person()) {
        ("opened" | "moved" | "extended", _) => viewer.is(Role::Organiser),
        ("supported", Some(person)) => {
            topics::support::store::supports_any(&house.db, &round.id, &person.account_id).await?
        }
        ("taken back", Some(_)) => viewer.is(Role::Parent),
        _ => false,
    };
    let done = if is_so { done } else { Done::default() };
    let topics = TopicsOfRound { topics, first, next };
    let page = pages::uncounted_round((&round, changes.as_slice()), now, topics, &viewer, &done);
    Ok(page.wide().answer(&house, &viewer))
}

/// A round that was counted: its result, then its topics by pages. A later page has topics alone.
async fn counted_page(
    house: &House,
    viewer: &Viewer,
    round: &store::Round,
    changes: &[store::PastChange],
    query: &Sent,
) -> Result<Response, Error> {
    let (nth, most) = (page_number(query), MOST_ON_A_PAGE as i64);
    let listed = (most + 1, (nth - 1) * most);
    let mut tallies = topics::support::store::tallies_listed(&house.db, &round.id, listed).await?;
    let next = (tallies.len() > MOST_ON_A_PAGE).then(|| {
        tallies.truncate(MOST_ON_A_PAGE);
        format!("/rounds/{}?page={}", round.id, nth + 1)
    });
    let page = CountedTopics { tallies, next };
    let answer = if nth > 1 {
        pages::more_of_counted_round(round, page)
    } else {
        let chosen = shortlist::store::chosen(&house.db, &round.id).await?;
        let of_result =
            topics::support::store::tallies_of_result(&house.db, &round.id, round.seats).await?;
        let may_confirm = viewer.is(Role::Organiser);
        let result = ResultOfRound { chosen, tallies: of_result, may_confirm };
        pages::counted_round((round, changes), &result, page, &query.line("done"))
    };
    Ok(answer.answer(house, viewer))
}

/// GET `/forum/rounds/new`: proposing from now for four weeks, then voting for two, and neither
/// voting day in the school holidays.
pub async fn open_round_form(
    State(house): State<House>,
    viewer: Viewer,
) -> Result<Response, Error> {
    let now = house.clock.now();
    let year = area::store::year(&house.db).await?;
    let (day, time) = clock::fields(now);
    let vote = year.clear_day(now + 28 * DAY).to_string();
    // Proposing can start now; the later dates are at an hour people can remember.
    let from = clock::read(&vote, "17:00").unwrap_or(now + 28 * DAY);
    let close = year.clear_day(from + 14 * DAY).to_string();
    let sent = Sent::of(&[
        ("seats", "5"),
        ("propose_day", &day),
        ("propose_time", &time),
        ("vote_day", &vote),
        ("vote_time", "17:00"),
        ("close_day", &close),
        ("close_time", "17:00"),
    ]);
    Ok(pages::new_round_form(&sent, &Refusals::default()).answer(&house, &viewer))
}

/// POST `/forum/rounds/new`: shows the dates once more, and opens the round on the second press.
pub async fn open_round(
    State(house): State<House>,
    viewer: Viewer,
    Form(sent): Form,
) -> Result<Response, Error> {
    let now = house.clock.now();
    let shown =
        |refusals: &Refusals| Ok(pages::new_round_form(&sent, refusals).answer(&house, &viewer));
    let round = match Next::of(&sent, rules::new_round(&sent, now)) {
        Next::Form(refusals) => return shown(&refusals),
        Next::Check(round) => {
            let year = area::store::year(&house.db).await?;
            return Ok(pages::check_new_round(&round, &year, &sent).answer(&house, &viewer));
        }
        Next::Keep(round) => round,
    };
    match keep(&house, &round, &viewer.signed_in()?.account_id, now).await? {
        Some(id) => Ok(Redirect::to(&format!("/rounds/{id}?done=opened")).into_response()),
        None => {
            let what_to_do = "Choose other dates. Another round is open then";
            shown(&Refusals::one("propose_day", what_to_do))
        }
    }
}

/// Keeps the round, and notes that it was opened; its id. `None` when it overlaps another.
async fn keep(
    house: &House,
    round: &NewRound,
    by: &Id<Account>,
    at: Moment,
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
