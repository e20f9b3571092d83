//! A leader corrects what a published decision says. What it said before stays on its page.

use axum::extract::{Path, State};
use axum::response::{IntoResponse as _, Redirect, Response};
use forms::{Refusals, Sent};
use ground::error::Error;
use ground::house::House;
use ground::ids::{self, Id};
use ground::sent::Form;
use ground::ui::{Frame, Page};
use ground::viewer::Viewer;
use leptos::prelude::*;

use super::rules;
use super::write::words_fields;
use crate::correct::MEANWHILE;
use crate::store::{self, Act, Decision, Plan};
use crate::{begin, leader, led_plan, note};

/// The plan of an address and what was decided about it, once that is published.
async fn decided(
    house: &House,
    viewer: &Viewer,
    id: &Id<ids::Plan>,
) -> Result<(Plan, Decision), Error> {
    let plan = led_plan(house, viewer, id).await?;
    let decision = plan.decided().cloned().ok_or(Error::NotFound)?;
    Ok((plan, decision))
}

/// GET `/lead/plans/{id}/decision/correction`
pub async fn correct_decision_form(
    State(house): State<House>,
    viewer: Viewer,
    Path(id): Path<Id<ids::Plan>>,
) -> Result<Response, Error> {
    let (plan, decision) = decided(&house, &viewer, &id).await?;
    let sent = Sent::of(&[
        ("words", &decision.words),
        ("decided_by", &decision.decided_by),
        ("paper", &decision.paper),
    ]);
    Ok(correction_page(&plan, &sent, &Refusals::default()).answer(&house, &viewer))
}

/// POST `/lead/plans/{id}/decision/correction`
pub async fn correct_decision(
    State(house): State<House>,
    viewer: Viewer,
    Path(id): Path<Id<ids::Plan>>,
    Form(sent): Form,
) -> Result<Response, Error> {
    let (plan, was) = decided(&house, &viewer, &id).await?;
    let is = match rules::correction(&sent, was.decided_at) {
        Ok(is) => is,
        Err(refusals) => {
            return Ok(correction_page(&plan, &sent, &refusals).answer(&house, &viewer));
        }
    };
    let to = format!("/plans/{}/decision", plan.id);
    if (&is.words, &is.decided_by, &is.paper) == (&was.words, &was.decided_by, &was.paper) {
        return Ok(Redirect::to(&to).into_response());
    }
    let by = leader(&viewer)?;
    let (mut tx, at) = begin(&house, &plan.id, &by).await?;
    let act = Act { plan_id: &plan.id, by: &by, at };
    if !store::correct_decision(&mut tx, act, &was, &is).await? {
        tx.roll_back().await?;
        let refusals = Refusals::one("words", MEANWHILE);
        return Ok(correction_page(&plan, &sent, &refusals).answer(&house, &viewer));
    }
    note(&mut tx, act, "decision corrected", "").await?;
    tx.commit().await?;
    Ok(Redirect::to(&format!("{to}?done=corrected")).into_response())
}

fn correction_page(plan: &Plan, sent: &Sent, refusals: &Refusals) -> Page {
    let back = (format!("/plans/{}/decision", plan.id), "What was decided");
    let frame = Frame::new("Correct the decision", back).of(&plan.title).refused_for(refusals);
    let page = frame.around(|| {
        view! {
            <p class="lead">
                "The page will say what was there before. The day it was decided can't be changed."
            </p>
            <form method="post" novalidate>
                {words_fields(sent, refusals)} <button class="button">"Save"</button>
            </form>
        }
    });
    page.kept_for_going_back()
}
