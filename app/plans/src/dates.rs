//! A leader mends the day a plan is due. While nothing rests on the plan it can be any day, or the
//! plan is cancelled; after that it is only due later. Each time with a reason that everyone reads.

use axum::extract::{Path, State};
use axum::response::{IntoResponse as _, Redirect, Response};
use calendar::clock;
use forms::{Refusals, Sent};
use ground::error::Error;
use ground::house::House;
use ground::ids::{self, Id};
use ground::sent::Form;
use ground::ui::{Area, CONFIRMED, Check, Field, FormKey, Page, Summary, When, titled};
use ground::viewer::Viewer;
use leptos::prelude::*;

use super::rules::{self, ChangeKind, PlanChange};
use super::store::{self, Act, PastChange, Plan};
use super::{begin, find_plan, leader, led_plan, note};

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
    if sent.typed("step") == CONFIRMED && store::is_changed_by(&house.db, &sent.once()).await? {
        // A second tap.
        return Ok(Redirect::to(&format!("/plans/{}?done=due", plan.id)).into_response());
    }
    let is_untouched = store::is_untouched(&house.db, &plan.id).await?;
    let read = rules::other_due_day(&sent, &plan.due_day, is_untouched, house.clock.now());
    let change = match read {
        Ok(change) => change,
        Err(refusals) => {
            return Ok(due_page(&plan, is_untouched, &sent, &refusals).answer(&house, &viewer));
        }
    };
    match sent.typed("step") {
        "change" => {
            let page = due_page(&plan, is_untouched, &sent, &Refusals::default());
            Ok(page.answer(&house, &viewer))
        }
        CONFIRMED => {
            if keep(&house, &viewer, &plan, &change).await? {
                let to = format!("/plans/{}?done=due", plan.id);
                return Ok(Redirect::to(&to).into_response());
            }
            let refusals = Refusals::one("due_day", TOO_LATE);
            Ok(due_page(&plan, is_untouched, &sent, &refusals).answer(&house, &viewer))
        }
        _ => Ok(check_due_day(&plan, &change, &sent).answer(&house, &viewer)),
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
    let change = match rules::cancellation(&sent, &plan.due_day) {
        Ok(change) => change,
        Err(refusals) => return shown(&refusals),
    };
    match sent.typed("step") {
        "change" => shown(&Refusals::default()),
        CONFIRMED => {
            if keep(&house, &viewer, &plan, &change).await? {
                return Ok(Redirect::to(&format!("/plans/{}", plan.id)).into_response());
            }
            shown(&Refusals::one("reason", TOO_LATE))
        }
        _ => Ok(check_cancelling(&plan, &change, &sent).answer(&house, &viewer)),
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
    note(&mut tx, act, change.kind.done(), &change.reason).await?;
    tx.commit().await?;
    Ok(true)
}

/// What was changed about the day a plan is due, and whether it was cancelled, for everyone.
pub fn changed(changes: &[PastChange]) -> impl IntoView + use<> {
    let rows = changes.iter().rev().map(|change| {
        let what = match change.kind {
            ChangeKind::Cancelled => "This plan was cancelled".to_owned(),
            ChangeKind::Moved | ChangeKind::Extended => {
                let (was, is) = (day(&change.was), day(&change.is));
                format!("Due by {is}, instead of {was}")
            }
        };
        view! {
            <li>
                <p>
                    <b>{what}</b>
                    <span class="soft">" – changed on "<When at=change.at /></span>
                </p>
                <p class="lines">{change.reason.clone()}</p>
            </li>
        }
    });
    let rows = rows.collect_view();
    (!changes.is_empty()).then(|| {
        view! {
            <div class="panel">
                <ul class="queue">{rows}</ul>
            </div>
        }
    })
}

/// A day in words.
fn day(day: &str) -> String {
    clock::day_of(day).unwrap_or_else(|| day.to_owned())
}

fn due_page(plan: &Plan, is_untouched: bool, sent: &Sent, refusals: &Refusals) -> Page {
    let (back, title) = (format!("/plans/{}", plan.id), plan.title.clone());
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
    let page = Page::new(titled("Change when it is due", &plan.title), || {
        let cancel = cancel.map(|to| {
            view! {
                <p>
                    <a href=to>"Cancel this plan instead"</a>
                </p>
            }
        });
        view! {
            <div class="stack">
                <p>
                    <a class="back" href=back>
                        {title}
                    </a>
                </p>
                <Summary refusals />
                <h1>"Change when it is due"</h1>
                <p class="lead">{lead}</p>
                <form method="post" novalidate>
                    <FormKey key=sent.typed("form_key") />
                    <Field
                        name="due_day"
                        label="When should it be ready?"
                        kind="date"
                        value=sent.typed("due_day")
                        refusals
                    />
                    {reason_field(sent, refusals)}
                    <button class="button" name="step" value="check">
                        "Check the new day"
                    </button>
                </form>
                {cancel}
            </div>
        }
    });
    page.kept_for_going_back().refused_for(refusals)
}

fn reason_field(sent: &Sent, refusals: &Refusals) -> AnyView {
    view! {
        <Area
            name="reason"
            label="Why?"
            hint="Everyone can read it on the page of the plan. Please don't name anyone."
            rows=3
            value=sent.typed("reason")
            refusals
        />
    }
    .into_any()
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
    let (back, title) = (format!("/plans/{}", plan.id), plan.title.clone());
    let page = Page::new(titled("Cancel this plan", &plan.title), || {
        let form = if is_untouched {
            view! {
                <p class="lead">
                    "You can cancel a plan until something is added to it: a topic, a planning \
                     session, the forum's statement, a draft or a consultation. Its page stays, \
                     and says that it was cancelled and why."
                </p>
                <form method="post" novalidate>
                    <FormKey key=sent.typed("form_key") />
                    {reason_field(sent, refusals)}
                    <button class="button" name="step" value="check">
                        "Continue"
                    </button>
                </form>
            }
            .into_any()
        } else {
            view! {
                <p class="lead">
                    "This plan can't be cancelled any more: something has been added to it, and \
                     parents count on an answer."
                </p>
            }
            .into_any()
        };
        view! {
            <div class="stack">
                <p>
                    <a class="back" href=back>
                        {title}
                    </a>
                </p>
                <Summary refusals />
                <h1>"Cancel this plan"</h1>
                {form}
            </div>
        }
    });
    page.kept_for_going_back().refused_for(refusals)
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
