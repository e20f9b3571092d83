//! What others say about a planning session that leaders recorded: `judge` is the forum's page,
//! `was_there` that of parents who were there, `by_slip` leads them there by the link or the code
//! on a slip, which a leader makes in `slips`. In `dispute` leaders hear that the forum disagrees.

pub(super) mod by_slip;
pub(super) mod dispute;
pub(super) mod judge;
pub(super) mod slips;
pub(super) mod was_there;

use ground::error::Error;
use ground::house::House;
use ground::ids::{self, Id};
use ground::viewer::Viewer;
use leptos::prelude::*;

use super::browse::{day, what_others_say, who_took_part};
use super::store::{self, Plan, PlanningSession};
use super::{find_plan, parsed};

/// A planning session with its plan.
struct Met {
    plan: Plan,
    session: PlanningSession,
}

/// Which session of which plan.
struct Of {
    plan_id: Id<ids::Plan>,
    session_id: Id<ids::PlanningSession>,
}

/// The planning session of an address with its plan, or "not found".
async fn find_session(
    house: &House,
    viewer: &Viewer,
    id: &Id<ids::PlanningSession>,
) -> Result<Met, Error> {
    find(house, viewer, &which(house, id).await?).await
}

/// Which planning session an address names, or "not found".
async fn which(house: &House, id: &Id<ids::PlanningSession>) -> Result<Of, Error> {
    let session_id = parsed(id)?;
    let plan_id = store::plan_of(&house.db, &session_id).await?.ok_or(Error::NotFound)?;
    Ok(Of { plan_id, session_id })
}

async fn find(house: &House, viewer: &Viewer, of: &Of) -> Result<Met, Error> {
    let plan = find_plan(house, viewer, &of.plan_id).await?;
    let session = plan.sessions.iter().find(|session| session.id == of.session_id).cloned();
    Ok(Met { session: session.ok_or(Error::NotFound)?, plan })
}

/// What leaders recorded of a session, and what others say about it.
fn facts(plan: &Plan, session: &PlanningSession) -> AnyView {
    let others = what_others_say(session);
    view! {
        <section class="card stack" id="session" tabindex="-1">
            <h2>{day(&session.day)}", "{session.held_at.clone()}</h2>
            <p>
                "About "
                <a href=format!("/plans/{}", plan.id)>{plan.title.clone()}</a>
            </p>
            <p class="soft">{who_took_part(session)}</p>
            <p class="lines">{session.decided.clone()}</p>
            {others}
        </section>
    }
    .into_any()
}
