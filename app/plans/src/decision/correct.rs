//! A leader corrects what a published decision says, with a reason. What it said before stays on
//! its page.

use axum::extract::{Path, State};
use axum::response::{IntoResponse as _, Redirect, Response};
use forms::{Refusals, Sent};
use ground::changes::change_form;
use ground::error::Error;
use ground::house::House;
use ground::ids::{self, Id};
use ground::sent::Form;
use ground::ui::{CONFIRMED, Check, Frame, Next, Page};
use ground::viewer::Viewer;
use leptos::prelude::*;

use super::rules::{self, NewDecision};
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

/// POST `/lead/plans/{id}/decision/correction`: shows what it was and will be, then saves.
pub async fn correct_decision(
    State(house): State<House>,
    viewer: Viewer,
    Path(id): Path<Id<ids::Plan>>,
    Form(sent): Form,
) -> Result<Response, Error> {
    let (plan, was) = decided(&house, &viewer, &id).await?;
    let to = format!("/plans/{}/decision", plan.id);
    let read = rules::correction(&sent, was.decided_at);
    if read.as_ref().is_ok_and(|(is, _)| is_same(&was, is)) && sent.typed("step") != "change" {
        return Ok(Redirect::to(&to).into_response());
    }
    let (is, reason) = match Next::of(&sent, read) {
        Next::Keep(read) => read,
        Next::Form(refusals) => {
            return Ok(correction_page(&plan, &sent, &refusals).answer(&house, &viewer));
        }
        Next::Check((is, reason)) => {
            let page = check_page(&plan, (&was, &is), &reason, &sent);
            return Ok(page.answer(&house, &viewer));
        }
    };
    let by = leader(&viewer)?;
    let (mut tx, at) = begin(&house, &plan.id, &by).await?;
    let act = Act { plan_id: &plan.id, by: &by, at };
    if !store::correct_decision(&mut tx, act, &was, (&is, &reason)).await? {
        tx.roll_back().await?;
        let refusals = Refusals::one("words", MEANWHILE);
        return Ok(correction_page(&plan, &sent, &refusals).answer(&house, &viewer));
    }
    note(&mut tx, act, "decision corrected", &reason).await?;
    tx.commit().await?;
    Ok(Redirect::to(&format!("{to}?done=corrected")).into_response())
}

fn is_same(was: &Decision, is: &NewDecision) -> bool {
    (&is.words, &is.decided_by, &is.paper) == (&was.words, &was.decided_by, &was.paper)
}

fn check_page(
    plan: &Plan,
    (was, is): (&Decision, &NewDecision),
    reason: &str,
    sent: &Sent,
) -> Page {
    let mut rows = vec![("Plan", plan.title.clone())];
    for (was_label, was, is_label, is) in [
        ("It says now", &was.words, "It will say", &is.words),
        (
            "Decided by, as it says now",
            &was.decided_by,
            "Decided by, as it will say",
            &is.decided_by,
        ),
        ("The official paper now", &was.paper, "The official paper will be", &is.paper),
    ] {
        if was != is {
            rows.extend([(was_label, was.clone()), (is_label, is.clone())]);
        }
    }
    rows.push(("Why", reason.to_owned()));
    let check = Check {
        title: "Check the correction",
        rows,
        warnings: Vec::new(),
        after: "Everyone will see what it said before, when it was corrected and why.",
        to: format!("/lead/plans/{}/decision/correction", plan.id),
        sent,
        does: ("Correct the decision", CONFIRMED),
    };
    check.page()
}

const REASON: &str = "Everyone can read it with the decision. Please don't name anyone.";

fn correction_page(plan: &Plan, sent: &Sent, refusals: &Refusals) -> Page {
    let back = (format!("/plans/{}/decision", plan.id), "What was decided");
    let frame = Frame::new("Correct the decision", back).of(&plan.title).refused_for(refusals);
    let page = frame.around(|| {
        view! {
            <p class="lead">
                "Correct a mistake here. The page will say what was there before, and why you \
                 changed it. The day it was decided can't be changed."
            </p>
            {change_form(
                words_fields(sent, refusals),
                (REASON, "Check the correction"),
                sent,
                refusals,
            )}
        }
    });
    page.kept_for_going_back()
}
