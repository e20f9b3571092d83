//! A person's own details: the name others see, and what parents say of themselves, as the part of
//! the area they live in.

use axum::extract::State;
use axum::response::{IntoResponse as _, Redirect, Response};
use calendar::clock;
use forms::{Named, Refusals, Sent};
use ground::audit::{self, Entry};
use ground::error::Error;
use ground::house::House;
use ground::sent::Form;
use ground::ui::{Field, Frame};
use ground::viewer::{Role, Viewer};
use leptos::prelude::*;

use super::person_facts::{self, FACTS};
use super::rules;
use super::store::{self, DetailsChange};
use super::ways_back::ACCOUNT;

/// GET `/account/details`
pub async fn details_form(State(house): State<House>, viewer: Viewer) -> Result<Response, Error> {
    let person = viewer.signed_in()?;
    let mut saved = Sent::of(&[("shown_name", person.shown_name.as_str())]);
    for fact in &FACTS {
        saved = saved.with(fact.field, person.facts.get(fact.column).unwrap_or_default());
    }
    let lists = person_facts::lists(&house.db, &person.facts).await?;
    details_page(&house, &viewer, lists, &saved, &Refusals::default()).await
}

/// POST `/account/details`
pub async fn change_details(
    State(house): State<House>,
    viewer: Viewer,
    Form(sent): Form,
) -> Result<Response, Error> {
    let person = viewer.signed_in()?;
    let lists = person_facts::lists(&house.db, &person.facts).await?;
    let mut refusals = Refusals::default();
    let shown_name = refusals.take("shown_name", rules::shown_name(sent.typed("shown_name")));
    let facts = if viewer.is(Role::Parent) {
        let typed = person_facts::typed_of(&sent, &lists);
        refusals.take_all(typed.chosen(&house.names.area))
    } else {
        Some(person.facts.clone())
    };
    let (Some(shown_name), Some(facts)) = (shown_name, facts) else {
        return details_page(&house, &viewer, lists, &sent, &refusals).await;
    };
    let (now, account_id) = (house.clock.now(), &person.account_id);
    let mut tx = house.db.begin().await?;
    let to = (shown_name.as_str(), &facts);
    let details = store::change_details(&mut tx, account_id, to, now).await?;
    if let DetailsChange::Changed(detail) = &details {
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
        for fact in FACTS.iter().filter(|fact| fact.is_counted_by) {
            refusals.add(fact.field, "Votes are being counted. Try again in a few minutes");
        }
        return details_page(&house, &viewer, lists, &sent, &refusals).await;
    }
    Ok(Redirect::to("/account?done=details").into_response())
}

async fn details_page(
    house: &House,
    viewer: &Viewer,
    lists: Vec<Vec<Named>>,
    sent: &Sent,
    refusals: &Refusals,
) -> Result<Response, Error> {
    let is_parent = viewer.is(Role::Parent);
    let votes_in =
        if is_parent { store::votes_in(&house.db, house.clock.now()).await? } else { None };
    let heading = if is_parent { "Your name and where you live" } else { "Your name" };
    let frame = Frame::new("Your name and where you live", ACCOUNT).heading(heading);
    let page = frame.refused_for(refusals).around(|| {
        let facts = is_parent.then(|| {
            view! {
                {person_facts::fields(lists, sent, refusals)}
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
                {facts}
                <button class="button">"Save"</button>
            </form>
        }
    });
    Ok(page.kept_for_going_back().answer(house, viewer))
}

/// What is different once somebody lives elsewhere. Each vote counts in the place its voter has
/// when the round closes; tallies and emails asked for stay.
fn what_a_move_changes(votes_in: Option<(String, clock::Moment)>) -> impl IntoView {
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
