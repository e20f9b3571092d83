//! The forum doesn't fully agree with what a leader said: each leader of their organisation has
//! that on their desk until they say that they have read it, or one of them says something else.

use axum::extract::{Path, State};
use axum::response::{IntoResponse as _, Redirect, Response};
use ground::error::Error;
use ground::house::House;
use ground::ids::{self, Id};
use ground::sent::Form;
use ground::ui::Frame;
use ground::viewer::Viewer;
use leptos::prelude::*;

use super::store::{self, Update};
use super::{browse, update_to_change};

const TITLE: &str = "What the forum says about it";

/// GET `/lead/updates/{id}/verdict`
pub async fn verdict_page(
    State(house): State<House>,
    viewer: Viewer,
    Path(id): Path<Id<ids::Update>>,
) -> Result<Response, Error> {
    let update = update_to_change(&house, &viewer, &id).await?;
    let of = update.about.first().map_or("", |subject| subject.title.as_str());
    let page = Frame::new(TITLE, ("/lead", "Leaders’ desk")).of(of).around(|| {
        view! {
            {said(&update)}
            <h2>"What this is about"</h2>
            {browse::about(&update.about)}
            {browse::words(&update.now().words, Some(&update.id))}
        }
    });
    Ok(page.answer(&house, &viewer))
}

/// The forum's last word on what was said last, and what a leader can do now.
fn said(update: &Update) -> impl IntoView + use<> {
    let Some(last) = update.now().verdicts.first() else {
        return view! {
            <p class="panel">"The forum has not checked yet what you said last."</p>
        }
        .into_any();
    };
    view! {
        {browse::verdict(&update.id, last, 2)}
        <p>
            "Everyone can read this beside what you said. If the forum is right, change what you \
             do, then "
            <a href=format!("/lead/updates/{}", update.id)>"change what you said"</a>
            ": the forum will check it again. If you think the forum is wrong, talk to them."
        </p>
        <form method="post">
            <input type="hidden" name="given" value=last.at.millis().to_string() />
            <button class="button">"I have read this: take it off my desk"</button>
        </form>
    }
    .into_any()
}

/// POST `/lead/updates/{id}/verdict`: they have read it. A view that was given after the page was
/// opened stays on their desk.
pub async fn see_verdict(
    State(house): State<House>,
    viewer: Viewer,
    Path(id): Path<Id<ids::Update>>,
    Form(sent): Form,
) -> Result<Response, Error> {
    let update = update_to_change(&house, &viewer, &id).await?;
    let who = &viewer.signed_in()?.account_id;
    let read = sent.typed("given").parse().unwrap_or_default();
    let mut tx = house.db.begin().await?;
    store::see_verdict(&mut tx, (&update.id, read), who, house.clock.now()).await?;
    tx.commit().await?;
    Ok(Redirect::to(&format!("/updates/{}?done=read", update.id)).into_response())
}
