//! A slip for parents who were at a planning session: a leader prints it, shows it on a screen or
//! sends its link, which leads to the page where they say that they were there.

use axum::extract::{Path, State};
use axum::response::{IntoResponse as _, Redirect, Response};
use calendar::clock;
use ground::error::Error;
use ground::house::House;
use ground::ids::{self, Id};
use ground::ui::{Page, When, qr, titled};
use ground::viewer::Viewer;
use involvement::session::SessionState;
use leptos::prelude::*;

use super::{Met, find_session};
use crate::browse::{day, what_others_say};
use crate::store::{self, Act, Slip};
use crate::{begin, leader, note, rules};

/// GET `/lead/sessions/{id}/slip`
pub async fn slip_page(
    State(house): State<House>,
    viewer: Viewer,
    Path(id): Path<Id<ids::PlanningSession>>,
) -> Result<Response, Error> {
    let met = led_session(&house, &viewer, &id).await?;
    let slip = store::slip_of(&house.db, &met.session.id, house.clock.now()).await?;
    Ok(page(&house, &met, slip.as_ref()).answer(&house, &viewer))
}

/// POST `/lead/sessions/{id}/slip`: makes the link, where there is none that works.
pub async fn make_slip(
    State(house): State<House>,
    viewer: Viewer,
    Path(id): Path<Id<ids::PlanningSession>>,
) -> Result<Response, Error> {
    let met = led_session(&house, &viewer, &id).await?;
    // Whatever has changed since, the page says.
    if met.session.state() == Some(SessionState::Claimed) {
        let by = leader(&viewer)?;
        let (mut tx, at) = begin(&house, &met.plan.id, &by).await?;
        let act = Act { plan_id: &met.plan.id, by: &by, at };
        if store::make_slip(&mut tx, act, &met.session.id).await? {
            note(&mut tx, act, "slip of a planning session made", "").await?;
        }
        tx.commit().await?;
    }
    Ok(Redirect::to(&format!("/lead/sessions/{}/slip", met.session.id)).into_response())
}

/// The session of an address, for a leader of one of the organisations that plan with it.
pub(super) async fn led_session(
    house: &House,
    viewer: &Viewer,
    id: &Id<ids::PlanningSession>,
) -> Result<Met, Error> {
    Some(find_session(house, viewer, id).await?)
        .filter(|met| met.plan.is_led_by_viewer && met.plan.cancelled().is_none())
        .ok_or(Error::NotFound)
}

fn page(house: &House, Met { plan, session }: &Met, slip: Option<&Slip>) -> Page {
    let is_claimed = session.state() == Some(SessionState::Claimed);
    let held = day(&session.day);
    let others = what_others_say(session);
    let counts = rules::counts(session.state());
    let shows = is_claimed.then_some(" Show, print or send parents the link.");
    let below = match slip.filter(|_| is_claimed) {
        Some(slip) => slip_view(house, &plan.title, &held, slip),
        None if is_claimed => view! {
            <form method="post">
                <button class="button">"Make the slip"</button>
            </form>
        }
        .into_any(),
        None => {
            view! { <p>"Nobody has to confirm it any more, so there is no slip."</p> }.into_any()
        }
    };
    let back = format!("/plans/{}", plan.id);
    let title = plan.title.clone();
    Page::new(titled("A slip for parents who were there", &plan.title), || {
        view! {
            <div class="poster stack">
                <p>
                    <a class="back" href=back>
                        {title}
                    </a>
                </p>
                <div class="stack no-print">
                    <h1>"A slip for parents who were there"</h1>
                    <p class="lead">
                        {format!("This is about your planning session on {held}. {counts}")}
                        {shows}
                    </p>
                    {others}
                </div>
                {below}
            </div>
        }
    })
}

/// What is printed.
fn slip_view(house: &House, title: &str, held: &str, slip: &Slip) -> AnyView {
    let address = house.link(&format!("/slips/{}", slip.id));
    let types = house.link("/slips");
    let (title, code) = (title.to_owned(), slip.id.to_string());
    let (held, until) = (held.to_owned(), clock::day(slip.ends_at));
    view! {
        <p class="soft no-print">
            "Print this page. Only the slip will be printed. Or send parents this link: "
            <a href=address.clone()>{address.clone()}</a> ". It works until "
            <When at=slip.ends_at />"."
        </p>
        <section class="panel stack">
            <h2>"Were you there?"</h2>
            <p>
                "Planning session on "<b>{held}</b>" about "<b>{title}</b>"."
            </p>
            <div class="qr">
                {qr(&address, "QR code for the web address below")}
                <p>
                    "Scan the code and press “Yes, I was there”. Nobody will see your name."<br />
                    "Or go to "<b>{types}</b>" and enter this code: "<b>{code}</b>
                </p>
            </div>
            <p class="soft">{format!("This link works until {until}.")}</p>
            <p class="soft">{house.names.forum.clone()}</p>
        </section>
    }
    .into_any()
}
