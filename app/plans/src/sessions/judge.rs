//! The forum says whether a planning session was held: it confirms it, or gives a reason why not.

use axum::extract::{Path, State};
use axum::response::{IntoResponse as _, Redirect, Response};
use forms::{Refusals, Sent};
use ground::error::Error;
use ground::house::House;
use ground::ids::{self, Id};
use ground::sent::Form;
use ground::ui::{Area, Page, Summary, titled};
use ground::viewer::Viewer;
use involvement::session::{NotSaid, SessionState};
use leptos::prelude::*;

use super::{Met, Of, facts, find, find_session, which};
use crate::store::{self, Act, By};
use crate::{note, rules};

/// GET `/forum/sessions/{id}`
pub async fn judge_session_form(
    State(house): State<House>,
    viewer: Viewer,
    Path(id): Path<Id<ids::PlanningSession>>,
) -> Result<Response, Error> {
    let met = find_session(&house, &viewer, &id).await?;
    Ok(judge_page(&met, &Sent::default(), &Refusals::default()).answer(&house, &viewer))
}

/// POST `/forum/sessions/{id}`: confirms it, or disputes it with a reason.
pub async fn judge_session(
    State(house): State<House>,
    viewer: Viewer,
    Path(id): Path<Id<ids::PlanningSession>>,
    Form(sent): Form,
) -> Result<Response, Error> {
    let of = which(&house, &id).await?;
    let disputes = match sent.typed("step") {
        "confirm" => false,
        "dispute" => true,
        _ => return Err(Error::NotFound),
    };
    let reason = match rules::dispute(&sent) {
        Ok(reason) => reason,
        Err(refusals) if disputes => {
            let met = find(&house, &viewer, &of).await?;
            return Ok(judge_page(&met, &sent, &refusals).answer(&house, &viewer));
        }
        Err(_) => String::new(),
    };
    let by = By { account_id: viewer.signed_in()?.account_id.clone(), role: "organiser" };
    let mut tx = house.db.begin().await?;
    let held = store::hold_for_forum(&mut tx, &of.plan_id, &by, house.clock.now()).await?;
    let Some(at) = held else {
        tx.roll_back().await?;
        return not_said(&house, &viewer, (&of, &sent), NotSaid::Theirs).await;
    };
    let act = Act { plan_id: &of.plan_id, by: &by, at };
    let said = if disputes {
        store::dispute_session(&mut tx, act, &of.session_id, &reason).await?
    } else {
        store::confirm_session(&mut tx, act, &of.session_id, None).await?
    };
    if let Err(why) = said.ok_or(Error::NotFound)? {
        tx.roll_back().await?;
        return not_said(&house, &viewer, (&of, &sent), why).await;
    }
    let done = if disputes { "disputed" } else { "confirmed" };
    note(&mut tx, act, &format!("planning session {done}"), "").await?;
    tx.commit().await?;
    Ok(Redirect::to(&format!("/plans/{}?done={done}#sessions", of.plan_id)).into_response())
}

/// The page again, with why nothing was said; the plan where it was said a moment ago, by another
/// tap or another organiser: that is what was wanted.
async fn not_said(
    house: &House,
    viewer: &Viewer,
    (of, sent): (&Of, &Sent),
    why: NotSaid,
) -> Result<Response, Error> {
    let met = find(house, viewer, of).await?;
    if why != NotSaid::Theirs && is_said(&met, sent) {
        return Ok(Redirect::to(&format!("/plans/{}#sessions", of.plan_id)).into_response());
    }
    let refusals = Refusals::one("session", rules::why_not(why, true));
    Ok(judge_page(&met, sent, &refusals).answer(house, viewer))
}

/// Whether the session is already what this form asks for.
fn is_said(met: &Met, sent: &Sent) -> bool {
    let disputes = sent.typed("step") == "dispute";
    match &met.session.disputed {
        Some(said) => disputes && rules::dispute(sent).is_ok_and(|reason| reason == said.reason),
        None => !disputes && met.session.confirmed.is_some(),
    }
}

fn judge_page(Met { plan, session }: &Met, sent: &Sent, refusals: &Refusals) -> Page {
    let may = !plan.is_planned_by_viewer;
    let (is_claimed, is_disputable) = match session.state() {
        Some(SessionState::Claimed) => (true, true),
        Some(SessionState::Confirmed) => {
            (false, session.confirmed.is_some_and(|confirmed| !confirmed.for_forum))
        }
        Some(SessionState::Disputed) | None => (false, false),
    };
    let title = "Did this planning session take place?";
    let page = Page::new(titled(title, &plan.title), || {
        let confirms = (may && is_claimed).then(|| {
            view! {
                <form method="post">
                    <button class="button" name="step" value="confirm">
                        "Confirm this session"
                    </button>
                </form>
            }
        });
        let has_form = may && is_disputable;
        let disputes = has_form.then(|| dispute_form(sent, refusals));
        let not = (!may).then(|| view! { <p class="panel warn">{rules::BOTH_SIDES}"."</p> });
        let stays = is_disputable.then_some(" What you say can't be changed later.");
        // Nothing that was typed is lost where the form is gone.
        let typed = sent.typed("reason").to_owned();
        let typed = (!has_form && !typed.is_empty()).then(|| {
            view! {
                <p>"Here is what you wrote. Copy it before you leave this page."</p>
                <blockquote class="lines">{typed}</blockquote>
            }
        });
        view! {
            <div class="stack">
                <p>
                    <a class="back" href="/forum">
                        "Organisers’ desk"
                    </a>
                </p>
                <Summary refusals />
                <h1>{title}</h1>
                <p class="lead">{rules::counts(session.state())} {stays}</p>
                {facts(plan, session)}
                {not}
                {typed}
                {confirms}
                {disputes}
            </div>
        }
    });
    page.kept_for_going_back().refused_for(refusals)
}

fn dispute_form(sent: &Sent, refusals: &Refusals) -> AnyView {
    view! {
        <h2>"It did not take place like this"</h2>
        <form method="post" novalidate>
            <Area
                name="reason"
                label="What does the forum know about it?"
                hint="Everyone can read it beside what leaders recorded. Both stay."
                value=sent.typed("reason")
                refusals
            />
            <button class="button warn" name="step" value="dispute">
                "Say that the forum disagrees"
            </button>
        </form>
    }
    .into_any()
}
