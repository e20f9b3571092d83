//! A person's own details: the name others see, and for parents the part of the area they live in.

use area::store::places_and;
use axum::extract::State;
use axum::response::{IntoResponse as _, Redirect, Response};
use calendar::clock;
use forms::{Named, Refusals, Sent};
use ground::audit::{self, Entry};
use ground::error::Error;
use ground::house::House;
use ground::ids::{Id, Place};
use ground::sent::Form;
use ground::ui::{Choice, Choices, Field, Frame};
use ground::viewer::{Role, Viewer};
use leptos::prelude::*;

use super::rules;
use super::store::{self, DetailsChange};
use super::ways_back::ACCOUNT;

/// GET `/account/details`
pub async fn details_form(State(house): State<House>, viewer: Viewer) -> Result<Response, Error> {
    let person = viewer.signed_in()?;
    let saved = Sent::of(&[
        ("shown_name", person.shown_name.as_str()),
        ("place", person.place_id.as_deref().unwrap_or_default()),
    ]);
    let places = places_and(&house.db, person.place_id.as_slice()).await?;
    details_page(&house, &viewer, places, &saved, &Refusals::default()).await
}

/// POST `/account/details`
pub async fn change_details(
    State(house): State<House>,
    viewer: Viewer,
    Form(sent): Form,
) -> Result<Response, Error> {
    let person = viewer.signed_in()?;
    let places = places_and(&house.db, person.place_id.as_slice()).await?;
    let mut refusals = Refusals::default();
    let shown_name = refusals.take("shown_name", rules::shown_name(sent.typed("shown_name")));
    let place = if viewer.is(Role::Parent) {
        let chosen = places.iter().find(|place| place.id == sent.typed("place"));
        let chosen = chosen.map(|place| Some(Id::<Place>::from(place.id.clone())));
        refusals.take("place", chosen.ok_or_else(|| rules::choose_place(&house.names.area)))
    } else {
        Some(person.place_id.clone())
    };
    let (Some(shown_name), Some(place)) = (shown_name, place) else {
        return details_page(&house, &viewer, places, &sent, &refusals).await;
    };
    let (now, account_id) = (house.clock.now(), &person.account_id);
    let mut tx = house.db.begin().await?;
    let to = (shown_name.as_str(), place.as_ref());
    let details = store::change_details(&mut tx, account_id, to, now).await?;
    if let DetailsChange::Changed(detail) = details {
        let entry = Entry {
            at: now,
            who: Some(account_id),
            what: "own details changed",
            about: account_id,
            detail,
        };
        audit::note(&mut tx, entry).await?;
    }
    tx.commit().await?;
    if details == DetailsChange::VotesAreCounted {
        refusals.add("place", "Votes are being counted. Try again in a few minutes");
        return details_page(&house, &viewer, places, &sent, &refusals).await;
    }
    Ok(Redirect::to("/account?done=details").into_response())
}

async fn details_page(
    house: &House,
    viewer: &Viewer,
    places: Vec<Named>,
    sent: &Sent,
    refusals: &Refusals,
) -> Result<Response, Error> {
    let is_parent = viewer.is(Role::Parent);
    let votes_in =
        if is_parent { store::votes_in(&house.db, house.clock.now()).await? } else { None };
    let chosen = sent.typed("place").to_owned();
    let heading = if is_parent { "Your name and where you live" } else { "Your name" };
    let frame = Frame::new("Your name and where you live", ACCOUNT).heading(heading);
    let page = frame.refused_for(refusals).around(|| {
        let place = is_parent.then(|| {
            let places = places.into_iter().map(|place| (place.id, place.name));
            view! {
                <Choices
                    name="place"
                    legend="Where you live"
                    hint="So every part of the area is heard. We never ask for your address or \
                        postcode."
                    choices=Choice::each(places, |id| id == chosen)
                    refusals
                />
                {what_a_move_changes(votes_in)}
            }
        });
        view! {
            <form method="post" novalidate>
                <Field
                    name="shown_name"
                    label="Your display name"
                    hint="You don't have to use your real name. It is never shown with your \
                        votes."
                    autocomplete="nickname"
                    value=sent.typed("shown_name")
                    refusals
                />
                {place}
                <button class="button">"Save"</button>
            </form>
        }
    });
    Ok(page.kept_for_going_back().answer(house, viewer))
}

/// What is different once somebody lives elsewhere. Each vote counts in the place its voter has
/// when the round closes; tallies and emails asked for stay.
fn what_a_move_changes(votes_in: Option<(String, clock::Millis)>) -> impl IntoView {
    let votes = votes_in.map(|(round, closes_at)| {
        let when = clock::day_and_hour(closes_at);
        view! {
            <li>
                {format!(
                    "Voting in {round} closes on {when}. Everything you support in it will be \
                     counted in the place you have then, also what you supported before.",
                )}
            </li>
        }
    });
    let has_votes = votes.is_some();
    let usual = (!has_votes).then(|| {
        view! {
            <li>
                "In a voting round, everything you support is counted in the place you have when \
                 voting closes."
            </li>
        }
    });
    view! {
        <details>
            <summary>"What changes if you choose another place?"</summary>
            <ul>
                {votes}
                {usual}
                <li>"Results of rounds that have closed stay as they are."</li>
                <li>
                    "So do the emails about changes that you asked for. "
                    <a href="/account/subscriptions">"Choose what we email you about"</a>
                </li>
                <li>
                    "When we show how many people were told about a change, we count you in the \
                     place you had when we started telling people."
                </li>
            </ul>
        </details>
    }
}
