//! A leader mends the day a plan is due. While nothing rests on the plan it can be any day, or the
//! plan is cancelled; after that it is only due later. Each time with a reason that everyone reads.

use axum::extract::{Path, State};
use axum::response::{IntoResponse as _, Redirect, Response};
use calendar::clock;
use forms::{Refusals, Sent};
use ground::changes::{self, ChangeKind, change_form, is_second_tap, reason_form};
use ground::error::Error;
use ground::house::House;
use ground::ids::{self, Id};
use ground::sent::Form;
use ground::ui::{CONFIRMED, Check, Field, Next, Page};
use ground::viewer::Viewer;
use leptos::prelude::*;

use super::rules::{self, PlanChange};
use super::store::{self, Act, PastChange, Plan};
use super::{begin, find_plan, frame, leader, led_plan, note};

const TOO_LATE: &str = "Check the plan again: something has been added to it, or someone else has \
    changed it. Nothing was saved";

/// GET `/lead/plans/{id}/due`
pub async fn change_due_day_form(
    State(house): State<House>,
    viewer: Viewer,
    Path(id): Path<Id<ids::Plan>>,
) -> Result<Response, Error> {
    let plan = led_plan(&house, &viewer, &id).await?;
    let is_untouched = store::is_untouched(&house.db, &plan.id).await?;
    let sent = Sent::of(&[("due_day", &plan.due_day)]);
    Ok(due_page(&plan, is_untouched, &sent, &Refusals::default()).answer(&house, &viewer))
}

/// POST `/lead/plans/{id}/due`
pub async fn change_due_day(
    State(house): State<House>,
    viewer: Viewer,
    Path(id): Path<Id<ids::Plan>>,
    Form(sent): Form,
) -> Result<Response, Error> {
    let plan = led_plan(&house, &viewer, &id).await?;
    let done = || Redirect::to(&format!("/plans/{}?done=due", plan.id)).into_response();
    let changes = "SELECT count(*) FROM plan_changes WHERE form_key = $1";
    if is_second_tap(&house.db, changes, &sent).await? {
        return Ok(done());
    }
    let is_untouched = store::is_untouched(&house.db, &plan.id).await?;
    let shown = |refusals: &Refusals| {
        Ok(due_page(&plan, is_untouched, &sent, refusals).answer(&house, &viewer))
    };
    let read = rules::other_due_day(&sent, &plan.due_day, is_untouched, house.clock.now());
    match Next::of(&sent, read) {
        Next::Form(refusals) => shown(&refusals),
        Next::Check(change) => Ok(check_due_day(&plan, &change, &sent).answer(&house, &viewer)),
        Next::Keep(change) if keep(&house, &viewer, &plan, &change).await? => Ok(done()),
        Next::Keep(_) => shown(&Refusals::one("due_day", TOO_LATE)),
    }
}

/// GET `/lead/plans/{id}/cancellation`
pub async fn cancel_plan_form(
    State(house): State<House>,
    viewer: Viewer,
    Path(id): Path<Id<ids::Plan>>,
) -> Result<Response, Error> {
    let plan = led_plan(&house, &viewer, &id).await?;
    let is_untouched = store::is_untouched(&house.db, &plan.id).await?;
    Ok(cancel_page(&plan, is_untouched, &Sent::default(), &Refusals::default())
        .answer(&house, &viewer))
}

/// POST `/lead/plans/{id}/cancellation`
pub async fn cancel_plan(
    State(house): State<House>,
    viewer: Viewer,
    Path(id): Path<Id<ids::Plan>>,
    Form(sent): Form,
) -> Result<Response, Error> {
    let found = find_plan(&house, &viewer, &id).await?;
    if found.is_led_by_viewer && found.cancelled().is_some() {
        // A second tap.
        return Ok(Redirect::to(&format!("/plans/{}", found.id)).into_response());
    }
    let plan = led_plan(&house, &viewer, &id).await?;
    let is_untouched = store::is_untouched(&house.db, &plan.id).await?;
    let shown = |refusals: &Refusals| {
        Ok(cancel_page(&plan, is_untouched, &sent, refusals).answer(&house, &viewer))
    };
    if !is_untouched {
        return shown(&Refusals::default());
    }
    match Next::of(&sent, rules::cancellation(&sent, &plan.due_day)) {
        Next::Form(refusals) => shown(&refusals),
        Next::Check(change) => Ok(check_cancelling(&plan, &change, &sent).answer(&house, &viewer)),
        Next::Keep(change) if keep(&house, &viewer, &plan, &change).await? => {
            Ok(Redirect::to(&format!("/plans/{}", plan.id)).into_response())
        }
        Next::Keep(_) => shown(&Refusals::one("reason", TOO_LATE)),
    }
}

/// Makes a change, with an entry in the audit log. False when the plan is not as it was read.
async fn keep(
    house: &House,
    viewer: &Viewer,
    plan: &Plan,
    change: &PlanChange,
) -> Result<bool, Error> {
    let by = leader(viewer)?;
    let (mut tx, at) = begin(house, &plan.id, &by).await?;
    let act = Act { plan_id: &plan.id, by: &by, at };
    if !store::change(&mut tx, act, &plan.due_day, change).await? {
        tx.roll_back().await?;
        return Ok(false);
    }
    note(&mut tx, act, rules::done(change.kind), &change.reason).await?;
    tx.commit().await?;
    Ok(true)
}

/// What was changed about the day a plan is due, and whether it was cancelled, for everyone.
pub fn changed(changes: &[PastChange]) -> AnyView {
    changes::all_shown(None, changes.iter().rev(), |change| match change.kind {
        ChangeKind::Cancelled => "This plan was cancelled.".to_owned(),
        ChangeKind::Moved | ChangeKind::Extended => {
            format!("Due by {}, instead of {}.", day(&change.is), day(&change.was))
        }
    })
}

/// A day in words.
fn day(day: &str) -> String {
    clock::day_of(day).unwrap_or_else(|| day.to_owned())
}

const REASON: &str = "Everyone can read it on the page of the plan. Please don't name anyone.";

fn due_page(plan: &Plan, is_untouched: bool, sent: &Sent, refusals: &Refusals) -> Page {
    let due = day(&plan.due_day);
    let lead = if is_untouched {
        format!("It is due by {due}. You can choose any day, as nothing has been added to it yet.")
    } else {
        format!(
            "It is due by {due}. You can choose a later day, with a reason. An earlier one would \
             take time from parents who are planning it with you."
        )
    };
    let cancel = is_untouched.then(|| format!("/lead/plans/{}/cancellation", plan.id));
    let page = frame(plan, "Change when it is due", refusals).around(|| {
        let cancel = cancel.map(|to| {
            view! {
                <p>
                    <a href=to>"Cancel this plan instead"</a>
                </p>
            }
        });
        let due_day = view! {
            <Field
                name="due_day"
                label="When should it be ready?"
                kind="date"
                value=sent.typed("due_day")
                refusals
            />
        };
        view! {
            <p class="lead">{lead}</p>
            {change_form(due_day.into_any(), (REASON, "Check the new day"), sent, refusals)}
            {cancel}
        }
    });
    page.kept_for_going_back()
}

fn check_due_day(plan: &Plan, change: &PlanChange, sent: &Sent) -> Page {
    let (was, is) = (day(&plan.due_day), day(&change.due_day));
    let check = Check {
        title: "Check the new day",
        rows: vec![
            ("Plan", plan.title.clone()),
            ("Due by", format!("{is}, instead of {was}")),
            ("Why", change.reason.clone()),
        ],
        warnings: Vec::new(),
        after: "Everyone will see on the page of the plan what changed, when and why.",
        to: format!("/lead/plans/{}/due", plan.id),
        sent,
        does: ("Change the day", CONFIRMED),
    };
    check.page()
}

fn cancel_page(plan: &Plan, is_untouched: bool, sent: &Sent, refusals: &Refusals) -> Page {
    let page = frame(plan, "Cancel this plan", refusals).around(|| {
        if !is_untouched {
            return view! {
                <p class="lead">
                    "This plan can't be cancelled any more: something has been added to it, and \
                     parents count on an answer."
                </p>
            }
            .into_any();
        }
        view! {
            <p class="lead">
                "You can cancel a plan until something is added to it: a topic, a planning \
                 session, the forum's statement, a draft or a consultation. Its page stays, and \
                 says that it was cancelled and why."
            </p>
            {reason_form(REASON, sent, refusals)}
        }
        .into_any()
    });
    page.kept_for_going_back()
}

fn check_cancelling(plan: &Plan, change: &PlanChange, sent: &Sent) -> Page {
    let check = Check {
        title: "Cancel this plan?",
        rows: vec![
            ("Plan", plan.title.clone()),
            ("Due by", day(&plan.due_day)),
            ("Why", change.reason.clone()),
        ],
        warnings: Vec::new(),
        after: "You can't bring it back, but you can register another.",
        to: format!("/lead/plans/{}/cancellation", plan.id),
        sent,
        does: ("Cancel this plan", CONFIRMED),
    };
    check.page()
}
