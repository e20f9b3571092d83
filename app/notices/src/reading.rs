//! "I have read this": by the link in an email, or on the notice's page when signed in.

use axum::extract::{Path, State};
use axum::response::{IntoResponse as _, Redirect, Response};
use ground::error::Error;
use ground::house::House;
use ground::ids::{Id, Notice};
use ground::token::Token;
use ground::ui::{Banner, Page};
use ground::viewer::Viewer;
use leptos::prelude::*;

use super::ledger::{self, InEmail};
use super::rules;

/// GET `/read/{token}`: what the email was about, and a button, since mail scanners open links.
pub async fn have_read_form(
    State(house): State<House>,
    viewer: Viewer,
    Token(token): Token,
) -> Result<Response, Error> {
    let told = ledger::in_email(&house.db, &id::hash(&token)).await?;
    if told.is_empty() {
        return Ok(gone(&house, &viewer));
    }
    let page = Page::new("Have you read this?", || {
        let is_read = told.iter().all(|told| told.is_read);
        let button = (!is_read).then(|| {
            view! {
                <form method="post">
                    <button class="button">"I have read this"</button>
                </form>
                <p class="soft">
                    "This helps us show how many people were told before it started. Nobody will \
                     see that it was you."
                </p>
            }
        });
        view! {
            <div class="stack">
                {is_read
                    .then(|| {
                        view! {
                            <Banner title="Thank you">
                                <p>"We know you have read this."</p>
                            </Banner>
                        }
                    })}
                <h1>{if is_read { "You have read this" } else { "Have you read this?" }}</h1>
                <ul class="queue">{told.iter().map(item).collect_view()}</ul>
                {button}
                <p>
                    <a href=format!("/subscriptions/{token}")>"Change or stop these emails"</a>
                </p>
            </div>
        }
    });
    Ok(page.answer(&house, &viewer))
}

fn item(told: &InEmail) -> impl IntoView + use<> {
    let (to, title) = (format!("/notices/{}", told.notice_id), told.title.clone());
    view! {
        <li>
            <h2>
                <a href=to>{title}</a>
            </h2>
            <p>{rules::from(told.follow)}" "{told.effect.words()}</p>
        </li>
    }
}

/// POST `/read/{token}`: twice is the same as once.
pub async fn read_email(
    State(house): State<House>,
    viewer: Viewer,
    Token(token): Token,
) -> Result<Response, Error> {
    let (now, hash) = (house.clock.now(), id::hash(&token));
    if ledger::in_email(&house.db, &hash).await?.is_empty() {
        return Ok(gone(&house, &viewer));
    }
    let mut tx = house.db.begin().await?;
    ledger::read_email(&mut tx, &hash, now).await?;
    tx.commit().await?;
    Ok(Redirect::to(&format!("/read/{token}")).into_response())
}

/// POST `/notices/{id}/read`: by someone who was told about it and is signed in.
pub async fn read_notice(
    State(house): State<House>,
    viewer: Viewer,
    Path(id): Path<Id<Notice>>,
) -> Result<Response, Error> {
    let notice_id = Id::parse(&id).ok_or(Error::NotFound)?;
    let (now, account_id) = (house.clock.now(), &viewer.signed_in()?.account_id);
    let mut tx = house.db.begin().await?;
    ledger::read_by(&mut tx, &notice_id, account_id, now).await?;
    tx.commit().await?;
    Ok(Redirect::to(&format!("/notices/{notice_id}")).into_response())
}

/// GET `/notices/{id}/read`, as after a reload.
pub async fn back_to_notice(Path(id): Path<Id<Notice>>) -> Result<Redirect, Error> {
    let notice_id = Id::<Notice>::parse(&id).ok_or(Error::NotFound)?;
    Ok(Redirect::to(&format!("/notices/{notice_id}")))
}

fn gone(house: &House, viewer: &Viewer) -> Response {
    let why = "We no longer have the email address it was sent to.";
    Page::link_ended("This link no longer works", why, ("/notices", "All changes"))
        .answer(house, viewer)
}
