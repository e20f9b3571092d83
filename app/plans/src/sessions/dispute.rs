//! The forum disagrees with a planning session: each leader who plans with it has that on their
//! desk until they say that they have read it.

use axum::extract::{Path, State};
use axum::response::{IntoResponse as _, Redirect, Response};
use ground::error::Error;
use ground::house::House;
use ground::ids::{self, Id};
use ground::ui::Frame;
use ground::viewer::Viewer;
use leptos::prelude::*;

use super::slips::led_session;
use super::{Met, facts};
use crate::store;

const TITLE: &str = "The forum disagrees with your planning session";

/// GET `/lead/sessions/{id}/dispute`
pub async fn dispute_page(
    State(house): State<House>,
    viewer: Viewer,
    Path(id): Path<Id<ids::PlanningSession>>,
) -> Result<Response, Error> {
    let Met { plan, session } = disputed_session(&house, &viewer, &id).await?;
    let page = Frame::new(TITLE, ("/lead", "Leaders’ desk")).of(&plan.title).around(|| {
        view! {
            <p class="lead">
                "It doesn't count for the plan now. What you recorded and what the forum says both \
                 stay on the plan's page."
            </p>
            {facts(&plan, &session)}
            <p>
                "If you think the forum is wrong, talk to them. When you have met parents again, "
                <a href=format!(
                    "/lead/plans/{}/sessions",
                    plan.id,
                )>"record that session"</a>" and ask others to confirm it."
            </p>
            <form method="post">
                <button class="button">"I have read this: take it off my desk"</button>
            </form>
        }
    });
    Ok(page.answer(&house, &viewer))
}

/// POST `/lead/sessions/{id}/dispute`: they have read it.
pub async fn see_dispute(
    State(house): State<House>,
    viewer: Viewer,
    Path(id): Path<Id<ids::PlanningSession>>,
) -> Result<Response, Error> {
    let met = disputed_session(&house, &viewer, &id).await?;
    let who = &viewer.signed_in()?.account_id;
    let mut tx = house.db.begin().await?;
    store::see_dispute(&mut tx, &met.session.id, who, house.clock.now()).await?;
    tx.commit().await?;
    Ok(Redirect::to(&format!("/plans/{}?done=read#sessions", met.plan.id)).into_response())
}

/// The session of an address, for a leader of one of the organisations that plan with it, where the
/// forum disputes it.
async fn disputed_session(
    house: &House,
    viewer: &Viewer,
    id: &Id<ids::PlanningSession>,
) -> Result<Met, Error> {
    let met = led_session(house, viewer, id).await?;
    Some(met).filter(|met| met.session.disputed.is_some()).ok_or(Error::NotFound)
}
