//! What people ask of rounds and send to them.

use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode, Uri, header};
use axum::response::{IntoResponse as _, Redirect, Response};

use super::rules::{self, Phase};
use super::{pages, shortlist, store};
use crate::accounts::{Role, Viewer};
use crate::audit::{self, Entry};
use crate::clock::{self, DAY};
use crate::error::Error;
use crate::forms::{Refusals, Sent};
use crate::house::House;
use crate::id;
use crate::topics::store::{Filter, list as topics};

const MOST_ON_A_PAGE: usize = 20;

/// GET `/rounds`
pub async fn list(State(house): State<House>, viewer: Viewer) -> Result<Response, Error> {
    let rounds = store::list(&house.db, 50).await?;
    Ok(pages::list(rounds, house.clock.now()).answer(&house, &viewer))
}

/// GET `/rounds/{id}`
pub async fn round(
    State(house): State<House>,
    viewer: Viewer,
    Path(id): Path<String>,
    uri: Uri,
) -> Result<Response, Error> {
    let id = id::parse(&id).ok_or(Error::NotFound)?;
    let round = store::find(&house.db, &id).await?.ok_or(Error::NotFound)?;
    let now = house.clock.now();
    if round.dates.phase(now) == Phase::Closed {
        let tallies = store::tallies(&house.db, &id).await?;
        let chosen = shortlist::store::chosen(&house.db, &id).await?;
        let done = Sent::query(&uri).line("done");
        return Ok(pages::closed(&round, tallies, &chosen, viewer.is(Role::Organiser), &done)
            .answer(&house, &viewer));
    }
    let query = Sent::query(&uri);
    let after = query
        .typed("after")
        .split_once('.')
        .and_then(|(at, id)| Some((at.parse().ok()?, id::parse(id)?)));
    let viewer_id = viewer.person().map_or_else(String::new, |person| person.account_id.clone());
    let filter = Filter { round: id, after, viewer: viewer_id, ..Filter::default() };
    let mut topics = topics(&house.db, &filter, MOST_ON_A_PAGE as i64 + 1).await?;
    let next = (topics.len() > MOST_ON_A_PAGE).then(|| {
        topics.truncate(MOST_ON_A_PAGE);
        topics.last().map_or_else(String::new, |last| {
            format!("/rounds/{}?after={}.{}", round.id, last.published_at, last.id)
        })
    });
    let first = filter.after.is_some().then(|| format!("/rounds/{}", round.id));
    Ok(pages::open(&round, now, topics, first, next, &viewer, query.typed("done"))
        .answer(&house, &viewer))
}

/// POST `/topics/{id}/support`: says what is to stand, so that a double tap says it twice and
/// changes it once. An island asks for `text/plain` and gets words; a form goes back to where it
/// came from.
pub async fn support(
    State(house): State<House>,
    viewer: Viewer,
    Path(id): Path<String>,
    headers: HeaderMap,
    sent: Sent,
) -> Result<Response, Error> {
    let topic = id::parse(&id).ok_or(Error::NotFound)?;
    let gives = match sent.typed("wish") {
        "support" => true,
        "take back" => false,
        _ => return Err(Error::NotFound),
    };
    let (now, kind, account_id, topic_id) =
        (house.clock.now(), house.db.kind(), viewer.signed_in()?.account_id.clone(), topic.clone());
    let kept = house
        .db
        .write(move |tx| {
            Box::pin(
                async move { store::support(tx, kind, &topic_id, &account_id, gives, now).await },
            )
        })
        .await?;
    let asks_for_words = headers.get(header::ACCEPT).is_some_and(|accept| accept == "text/plain");
    if asks_for_words {
        let status = if kept { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
        return Ok((status, if kept { "kept" } else { "voting is not open" }).into_response());
    }
    if !kept {
        return Ok(pages::not_open(&topic).answer(&house, &viewer));
    }
    let done = if gives { "supported" } else { "taken+back" };
    let place = id::parse(sent.typed("round")).map_or_else(
        || format!("/topics/{topic}?done={done}"),
        |round| format!("/rounds/{round}?done={done}#t-{topic}"),
    );
    Ok(Redirect::to(&place).into_response())
}

/// A GET where only a POST has an answer, as after a reload.
pub async fn back_to_topic(Path(id): Path<String>) -> Redirect {
    Redirect::to(&id::parse(&id).map_or_else(|| "/topics".to_owned(), |id| format!("/topics/{id}")))
}

/// GET `/forum/rounds/new`: proposing from now for four weeks, then voting for two.
pub async fn open_form(State(house): State<House>, viewer: Viewer) -> Response {
    let now = house.clock.now();
    let mut form = String::from("seats=5");
    for (name, at) in [("propose", now), ("vote", now + 28 * DAY), ("close", now + 42 * DAY)] {
        let (day, time) = clock::fields(at);
        // Proposing can begin now; the later dates come at an hour people can keep in mind.
        let time = if name == "propose" { time } else { "17:00".to_owned() };
        form += &format!("&{name}_day={day}&{name}_time={time}");
    }
    pages::open_form(&Sent::read(form.as_bytes()), &Refusals::default()).answer(&house, &viewer)
}

/// POST `/forum/rounds/new`
pub async fn open(
    State(house): State<House>,
    viewer: Viewer,
    sent: Sent,
) -> Result<Response, Error> {
    let now = house.clock.now();
    let round = match rules::new_round(&sent, now) {
        Ok(round) => round,
        Err(refusals) => return Ok(pages::open_form(&sent, &refusals).answer(&house, &viewer)),
    };
    let by = viewer.signed_in()?.account_id.clone();
    let opened = house.db.write(move |tx| {
        Box::pin(async move {
            let opened = store::open(tx, &round, &by).await?;
            if let Some((id, true)) = &opened {
                audit::note(
                    tx,
                    Entry { at: now, who: Some(&by), what: "round opened", about: id, detail: "" },
                )
                .await?;
            }
            Ok::<_, sqlx::Error>(opened)
        })
    });
    match opened
        .await
        .or_else(|error| if store::overlaps(&error) { Ok(None) } else { Err(error) })?
    {
        Some((id, _)) => Ok(Redirect::to(&format!("/rounds/{id}?done=opened")).into_response()),
        None => {
            let refusals =
                Refusals::one("propose_day", "Choose another time. Another round is going on then");
            Ok(pages::open_form(&sent, &refusals).answer(&house, &viewer))
        }
    }
}
