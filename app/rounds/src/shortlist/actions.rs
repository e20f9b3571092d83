//! The forum confirms a shortlist: as it was counted, or changed, with a reason.

use axum::extract::{Path, State};
use axum::response::{IntoResponse as _, Redirect, Response};
use forms::{Refusals, Sent};
use ground::audit::{self, Entry};
use ground::error::Error;
use ground::house::House;
use ground::ids::{self, Id};
use ground::sent::Form;
use ground::viewer::Viewer;
use voting::Phase;

use super::pages::Counted;
use super::{pages, rules, store};
use crate::store::Round;

/// GET `/forum/rounds/{id}/shortlist`
pub async fn confirm_shortlist_form(
    State(house): State<House>,
    viewer: Viewer,
    Path(id): Path<Id<ids::Round>>,
) -> Result<Response, Error> {
    let round = round_to_confirm(&house, &id).await?;
    if round.confirmed.is_some() {
        return Ok(Redirect::to(&format!("/rounds/{}", round.id)).into_response());
    }
    confirm_page(&house, &viewer, &round, None, &Refusals::default()).await
}

/// POST `/forum/rounds/{id}/shortlist`
pub async fn confirm_shortlist(
    State(house): State<House>,
    viewer: Viewer,
    Path(id): Path<Id<ids::Round>>,
    Form(sent): Form,
) -> Result<Response, Error> {
    let round = round_to_confirm(&house, &id).await?;
    let chosen = store::chosen(&house.db, &round.id).await?;
    let topics = topics::support::store::tallies(&house.db, &round.id).await?;
    let counted: Vec<Id<ids::Topic>> = chosen.into_iter().map(|chosen| chosen.topic_id).collect();
    let there_are: Vec<Id<ids::Topic>> = topics.into_iter().map(|tally| tally.topic_id).collect();
    let seats = usize::try_from(round.seats).unwrap_or(0);
    let confirmation = match rules::confirmation(&sent, &counted, &there_are, seats) {
        Ok(confirmation) => confirmation,
        Err(refusals) => {
            return confirm_page(&house, &viewer, &round, Some(&sent), &refusals).await;
        }
    };
    let (at, by) = (house.clock.now(), &viewer.signed_in()?.account_id);
    let mut tx = house.db.begin().await?;
    let kept = store::confirm(&mut tx, &round.id, &confirmation, by, at).await?;
    if kept {
        let (about, detail) = (&round.id, &confirmation.reason);
        let what = if detail.is_empty() { "shortlist confirmed" } else { "shortlist changed" };
        audit::note(&mut tx, Entry { at, who: Some(by), what, about, detail }).await?;
    }
    tx.commit().await?;
    let done = if kept { "confirmed" } else { "confirmed-before" };
    Ok(Redirect::to(&format!("/rounds/{}?done={done}", round.id)).into_response())
}

/// A round that has been counted.
async fn round_to_confirm(house: &House, id: &Id<ids::Round>) -> Result<Round, Error> {
    let id = Id::parse(id).ok_or(Error::NotFound)?;
    let round = crate::store::find(&house.db, &id).await?.ok_or(Error::NotFound)?;
    if round.dates.phase(house.clock.now()) == Phase::Closed {
        Ok(round)
    } else {
        Err(Error::NotFound)
    }
}

/// `sent` is `None` before anything was sent: then the list is as it was counted.
async fn confirm_page(
    house: &House,
    viewer: &Viewer,
    round: &Round,
    sent: Option<&Sent>,
    refusals: &Refusals,
) -> Result<Response, Error> {
    let (chosen, unusual) = store::chosen_and_unusual(&house.db, &round.id).await?;
    let tallies = topics::support::store::tallies(&house.db, &round.id).await?;
    let counted = Counted { chosen, tallies, unusual };
    Ok(pages::confirm_form(round, counted, sent, refusals).answer(house, viewer))
}
