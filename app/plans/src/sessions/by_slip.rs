//! Parents who were at a planning session come to its page by the link on a slip, or its code.

use axum::extract::{Path, State};
use axum::http::{StatusCode, Uri};
use axum::response::{IntoResponse as _, Redirect, Response};
use forms::{Refusals, Sent};
use ground::error::Error;
use ground::house::House;
use ground::ids::{self, Id};
use ground::ui::{CodeField, Page, Summary};
use ground::viewer::Viewer;
use leptos::prelude::*;

use super::was_there::{Done, say_was_there, was_there_page};
use super::{Of, find};
use crate::store::{self, Slip};

/// GET `/slips`: a field for the code on a slip, and from a code that was typed in to its session.
pub async fn slip_code_form(
    State(house): State<House>,
    viewer: Viewer,
    uri: Uri,
) -> Result<Response, Error> {
    let sent = Sent::query(&uri);
    let refusals = match known_slip(&house, sent.typed("code")).await? {
        Some(slip) => return Ok(Redirect::to(&format!("/slips/{}", slip.id)).into_response()),
        None if uri.query().is_none() => Refusals::default(),
        None if sent.line("code").is_empty() => Refusals::one("code", "Enter the code"),
        None => Refusals::one("code", WRONG_CODE),
    };
    Ok(code_page(&sent, &refusals).answer(&house, &viewer))
}

/// What to do about a code that no slip has.
const WRONG_CODE: &str = "Check the code: it has four groups of four characters. We can't \
    find a planning session with this one";

/// The form for a code, with what was typed.
fn code_page(sent: &Sent, refusals: &Refusals) -> Page {
    let page = Page::new("Were you at a planning session?", || {
        view! {
            <div class="stack">
                <p>
                    <a class="back" href="/plans">
                        "Plans"
                    </a>
                </p>
                <Summary refusals />
                <h1>"Were you at a planning session?"</h1>
                <p class="lead">
                    "Enter the code on the slip or the screen that leaders showed you."
                </p>
                <form method="get" action="/slips" novalidate>
                    <CodeField label="The code" value=sent.typed("code") refusals />
                    <button class="button">"Continue"</button>
                </form>
            </div>
        }
    });
    page.refused_for(refusals)
}

/// The slip with this code, however it was typed.
async fn known_slip(house: &House, typed: &str) -> Result<Option<Slip>, Error> {
    let Some(code) = id::read_code(typed) else { return Ok(None) };
    Ok(store::slip(&house.db, &code.into()).await?)
}

/// GET `/slips/{link}`: what the link on a slip leads to. Whoever is not signed in sees it too, and
/// signs in once they have pressed the button.
pub async fn was_there_by_slip_form(
    State(house): State<House>,
    viewer: Viewer,
    Path(link): Path<Id<ids::SessionSlip>>,
    uri: Uri,
) -> Result<Response, Error> {
    let (slip, of) = match find_slip(&house, &link).await? {
        Ok(found) => found,
        Err(page) => return Ok(page.answer(&house, &viewer)),
    };
    let met = find(&house, &viewer, &of).await?;
    let done = Done::of(&uri, format!("/slips/{}", slip.id));
    was_there_page(&house, &viewer, &met, &done).await
}

/// POST `/slips/{link}`: likewise, by the link on a slip.
pub async fn was_there_by_slip(
    State(house): State<House>,
    viewer: Viewer,
    Path(link): Path<Id<ids::SessionSlip>>,
) -> Result<Response, Error> {
    let (slip, of) = match find_slip(&house, &link).await? {
        Ok(found) => found,
        Err(page) => return Ok(page.answer(&house, &viewer)),
    };
    let to = format!("/slips/{}", slip.id);
    say_was_there(&house, &viewer, &of, (Some(&slip), &to)).await
}

/// The link on a slip with its session; the page to show instead where it has ended, or where there
/// is none and somebody may have mistyped its code.
async fn find_slip(
    house: &House,
    link: &Id<ids::SessionSlip>,
) -> Result<Result<(Slip, Of), Page>, Error> {
    let Some(slip) = known_slip(house, link).await? else {
        let sent = Sent::of(&[("code", link.as_str())]);
        let page = code_page(&sent, &Refusals::one("code", WRONG_CODE));
        return Ok(Err(page.status(StatusCode::NOT_FOUND)));
    };
    if slip.ends_at <= house.clock.now() {
        return Ok(Err(slip_ended()));
    }
    let of = Of { plan_id: slip.plan_id.clone(), session_id: slip.session_id.clone() };
    Ok(Ok((slip, of)))
}

pub(super) fn slip_ended() -> Page {
    Page::link_ended(
        "This link has ended",
        "It worked for four weeks. Nothing has been done. If you were at the planning session, you \
         can still say so on the plan's page once you have signed in.",
        ("/plans", "See the plans"),
    )
}
