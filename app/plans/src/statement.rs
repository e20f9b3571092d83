//! The forum writes what it thinks of a plan.

use area::equality;
use axum::extract::{Path, State};
use axum::response::{IntoResponse as _, Redirect, Response};
use forms::{Refusals, Sent};
use ground::error::Error;
use ground::house::House;
use ground::ids::{self, Id};
use ground::sent::Form;
use ground::ui::{Area, Check, FormKey, Next, Page};
use ground::viewer::Viewer;
use leptos::prelude::*;

use super::store::{self, Act, By, Plan};
use super::{decision, find_plan, frame, note, parsed, rules};

/// GET `/forum/plans/{id}/statement`
pub async fn statement_form(
    State(house): State<House>,
    viewer: Viewer,
    Path(id): Path<Id<ids::Plan>>,
) -> Result<Response, Error> {
    let plan = find_plan(&house, &viewer, &id).await?;
    Ok(statement_page(&plan, &Sent::default(), &Refusals::default()).answer(&house, &viewer))
}

/// POST `/forum/plans/{id}/statement`
pub async fn write_statement(
    State(house): State<House>,
    viewer: Viewer,
    Path(id): Path<Id<ids::Plan>>,
    Form(sent): Form,
) -> Result<Response, Error> {
    let plan = find_plan(&house, &viewer, &id).await?;
    let words = match rules::statement(&sent) {
        _ if plan.is_planned_by_viewer => Err(Refusals::one("words", rules::BOTH_SIDES)),
        words => words,
    };
    let words = match next_of(&sent, words) {
        Next::Keep(words) => words,
        Next::Form(refusals) => {
            return Ok(statement_page(&plan, &sent, &refusals).answer(&house, &viewer));
        }
        Next::Check(words) => return Ok(check_page(&plan, &sent, words).answer(&house, &viewer)),
    };
    let detail = equality::answered(&equality::small_groups(&words));
    let by = By { account_id: viewer.signed_in()?.account_id.clone(), role: "organiser" };
    let plan_id = parsed(&id)?;
    let mut tx = house.db.begin().await?;
    let Some(at) = store::hold_for_forum(&mut tx, &plan_id, &by, house.clock.now()).await? else {
        tx.roll_back().await?;
        return Err(Error::NotFound);
    };
    let act = Act { plan_id: &plan_id, by: &by, at };
    if store::state(&mut tx, act, &sent.once(), &words).await? {
        note(&mut tx, act, "statement written", &detail).await?;
    }
    tx.commit().await?;
    Ok(Redirect::to(&format!("/plans/{plan_id}?done=stated")).into_response())
}

/// A statement is published by one press, unless its words may mean a small group.
fn next_of(sent: &Sent, words: Result<String, Refusals>) -> Next<String> {
    let groups = |words: &String| equality::small_groups(words);
    match equality::next_of(sent, words, groups) {
        Next::Check(words) if groups(&words).is_empty() => Next::Keep(words),
        next => next,
    }
}

/// Asks about what may be a small group in a statement.
fn check_page(plan: &Plan, sent: &Sent, words: String) -> Page {
    let groups = equality::small_groups(&words);
    let check = Check {
        title: "Check this: everyone will be able to read it",
        rows: vec![("Plan", plan.title.clone()), ("What the forum says", words)],
        warnings: groups.iter().map(|group| equality::ask_about(group)).collect(),
        after: "If you publish it anyway, you confirm that it names no group of fewer than ten \
            people. You can't change it later, but you can add another.",
        to: format!("/forum/plans/{}/statement", plan.id),
        sent,
        does: ("Publish anyway", equality::NO_SMALL_GROUP),
    };
    check.page()
}

fn statement_page(plan: &Plan, sent: &Sent, refusals: &Refusals) -> Page {
    let may = !plan.is_planned_by_viewer;
    let page = frame(plan, "The forum's statement", refusals).around(|| {
        let form = may.then(|| {
            view! {
                <form method="post" novalidate>
                    <FormKey key=sent.typed("form_key") />
                    <Area
                        name="words"
                        label="What the forum says"
                        value=sent.typed("words")
                        rows=8
                        refusals
                    />
                    <button class="button">"Publish this statement"</button>
                </form>
            }
        });
        let not =
            (!may).then(|| view! { <p id="words" class="panel warn">{rules::BOTH_SIDES}"."</p> });
        let asks = if plan.decided().is_some() {
            "What does the forum think of the decision below? Were parents involved from the \
             start, and were they answered?"
        } else if plan.has_published_draft() {
            "What does the forum think of this plan so far? Were parents involved from the start?"
        } else {
            "What does the forum think of this plan so far? Were parents involved from the start? \
             No draft can be published until you have said."
        };
        let decided = plan.decided().is_some().then(|| decision::section(plan));
        view! {
            <p class="lead">{asks}</p>
            {decided}
            <p>"Everyone can read it. You can't change it later, but you can add another."</p>
            {not}
            {form}
        }
    });
    page.kept_for_going_back()
}
