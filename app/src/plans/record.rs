//! The record: every plan with how far parents were in, and every time the gate was overridden, for ever.

use axum::extract::State;
use axum::response::Response;
use leptos::prelude::*;

use super::store;
use crate::accounts::Viewer;
use crate::error::Error;
use crate::house::House;
use crate::ui::{Page, When};

/// GET `/record`
pub async fn record(State(house): State<House>, viewer: Viewer) -> Result<Response, Error> {
    let (plans, overrides) = store::overrides(&house.db).await?;
    let page = Page::new("The record", || {
        let count = match overrides.len() {
            0 => "The gate was never overridden.".to_owned(),
            1 => "The gate was overridden once.".to_owned(),
            2 => "The gate was overridden twice.".to_owned(),
            times => format!("The gate was overridden {times} times."),
        };
        let plans = if plans == 1 { "1 plan is registered.".to_owned() } else { format!("{plans} plans are registered.") };
        let overrides = overrides
            .into_iter()
            .map(|passed| {
                view! {
                    <li class="panel warn">
                        <p><b>{format!("Draft {} of ", passed.version)}<a href=format!("/plans/{}", passed.plan_id)>{passed.title}</a></b></p>
                        <p>{passed.name}" passed the gate on "<When at=passed.at />", for this reason:"</p>
                        <p class="said">{passed.reason}</p>
                    </li>
                }
            })
            .collect_view();
        view! {
            <div class="stack">
                <h1>"The record"</h1>
                <p class="lead">{format!("{plans} {count}")}</p>
                <p>"No draft is published before parents were involved, unless somebody passes the gate by name and for a reason. Each time stands here for ever."</p>
                <ul class="stack">{overrides}</ul>
                <p><a href="/plans">"All plans, with what happened in which order"</a></p>
            </div>
        }
    });
    Ok(page.answer(&house, &viewer))
}
