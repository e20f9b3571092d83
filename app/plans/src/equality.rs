//! Whether a plan is fair to everyone: who it affects, by which characteristics and in which
//! places, how its leaders know, what they do about it, when they look again, and who signs for
//! that. Everyone reads it; a decision waits for it. What a notice says likewise is in
//! `area::equality` with this; here are the pages.

use area::equality::{self, EqualityChoices, NewEquality, TITLE, Takes};
use axum::extract::{Path, State};
use axum::response::{IntoResponse as _, Redirect, Response};
use calendar::clock::Moment;
use forms::{Refusals, Sent};
use ground::error::Error;
use ground::house::House;
use ground::ids::{self, Id};
use ground::sent::Form;
use ground::ui::{Frame, Next, Page};
use ground::viewer::Viewer;
use leptos::prelude::*;

use super::store::{self, Act, Plan};
use super::{begin, find_plan, frame, leader, led_plan, note, parsed};

/// GET `/plans/{id}/equality`: the record that was signed last.
pub async fn equality_page(
    State(house): State<House>,
    viewer: Viewer,
    Path(id): Path<Id<ids::Plan>>,
) -> Result<Response, Error> {
    let plan = find_plan(&house, &viewer, &id).await?;
    let record = store::equality_of(&house.db, &plan.id).await?.ok_or(Error::NotFound)?;
    let now = house.clock.now();
    let frame = Frame::new(TITLE, (format!("/plans/{}", plan.id), &*plan.title)).of(&plan.title);
    let page = frame.around(|| {
        let again = (plan.is_led_by_viewer && plan.cancelled().is_none()).then(|| {
            let to = format!("/lead/plans/{}/equality", plan.id);
            view! {
                <p>
                    <a href=to>"Look at it again and sign it"</a>
                </p>
            }
        });
        view! {
            <p class="lead">{plan.title.clone()}</p>
            {again}
            {equality::shown(&record, plan.cancelled().is_none().then_some(now))}
            {equality::before(&plan.equality)}
        }
    });
    Ok(page.answer(&house, &viewer))
}

/// That there is such a record, as a part of the plan's page, with what the plan takes away.
pub fn section(plan: &Plan, now: Moment) -> Option<impl IntoView + use<>> {
    let to = format!("/plans/{}/equality", plan.id);
    let takes = Takes::in_words(&plan.takes);
    plan.equality.last().map(|last| {
        view! {
            {takes.map(|words| view! { <p class="panel warn">{words}</p> })}
            {equality::section(last, to, plan.cancelled().is_none().then_some(now))}
        }
    })
}

/// GET `/lead/plans/{id}/equality`
pub async fn sign_equality_form(
    State(house): State<House>,
    viewer: Viewer,
    Path(id): Path<Id<ids::Plan>>,
) -> Result<Response, Error> {
    let plan = led_plan(&house, &viewer, &id).await?;
    let choices = equality::choices(&house.db).await?;
    let before = store::equality_of(&house.db, &plan.id).await?;
    let sent = before.map_or_else(Sent::default, |record| equality::as_sent(&record, &choices));
    Ok(sign_page(&plan, &choices, &sent, &Refusals::default()).answer(&house, &viewer))
}

/// POST `/lead/plans/{id}/equality`: shows it once more, then signs it.
pub async fn sign_equality(
    State(house): State<House>,
    viewer: Viewer,
    Path(id): Path<Id<ids::Plan>>,
    Form(sent): Form,
) -> Result<Response, Error> {
    let choices = equality::choices(&house.db).await?;
    let read = equality::equality(&sent, &choices, house.clock.now());
    let record = match equality::next_of(&sent, read, NewEquality::small_groups) {
        Next::Keep(record) => record,
        Next::Form(refusals) => {
            let plan = led_plan(&house, &viewer, &id).await?;
            return Ok(sign_page(&plan, &choices, &sent, &refusals).answer(&house, &viewer));
        }
        Next::Check(record) => {
            let plan = led_plan(&house, &viewer, &id).await?;
            let to = format!("/lead/plans/{}/equality", plan.id);
            let page = equality::check(("Plan", plan.title), &record, to, &sent);
            return Ok(page.answer(&house, &viewer));
        }
    };
    let (by, plan_id) = (leader(&viewer)?, parsed(&id)?);
    let (mut tx, at) = begin(&house, &plan_id, &by).await?;
    let act = Act { plan_id: &plan_id, by: &by, at };
    if store::sign_equality(&mut tx, act, &record).await? {
        let detail = equality::answered(&record.small_groups());
        note(&mut tx, act, "equality record signed", &detail).await?;
    }
    tx.commit().await?;
    Ok(Redirect::to(&format!("/plans/{plan_id}?done=equality")).into_response())
}

fn sign_page(plan: &Plan, choices: &EqualityChoices, sent: &Sent, refusals: &Refusals) -> Page {
    let page = frame(plan, TITLE, refusals).around(|| {
        view! {
            <p class="lead">
                "Say who this plan affects, and what you do so that it is fair to everyone. \
                 Everyone can read it. A decision waits for it."
            </p>
            {equality::form(
                choices,
                sent,
                refusals,
                equality::ask_what_it_takes(sent, refusals),
            )}
        }
    });
    page.kept_for_going_back()
}
