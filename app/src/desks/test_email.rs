//! An administrator sends themselves an email, to see whether ours arrive.

use axum::extract::State;
use axum::response::{IntoResponse as _, Redirect, Response};
use calendar::clock::{self, DAY, Moment};
use deliveries::{EmailKind, Owed, Sender, Words, owe};
use ground::audit::{self, Entry};
use ground::error::Error;
use ground::house::House;
use ground::sent::Form;
use ground::ui::{FormKey, Page};
use ground::viewer::Viewer;
use leptos::prelude::*;

/// What the audit log says of a test.
pub const ASKED: &str = "test email sent";

/// GET `/admin/test-email`
pub async fn test_email_form(
    State(house): State<House>,
    viewer: Viewer,
) -> Result<Response, Error> {
    let email = viewer.signed_in()?.email.clone();
    let page = Page::new("Send a test email", || {
        view! {
            <div class="stack">
                <p>
                    <a class="back" href="/admin">
                        "Administration"
                    </a>
                </p>
                <h1>"Send a test email"</h1>
                <p class="lead">
                    "We will send an email to "<b>{email}</b>
                    ". If it arrives, families will get ours too."
                </p>
                <form method="post" action="/admin/test-email">
                    <FormKey />
                    <button class="button">"Send it"</button>
                </form>
            </div>
        }
    });
    Ok(page.answer(&house, &viewer))
}

/// POST `/admin/test-email`: owes it, once for each form.
pub async fn send_test_email(
    State(house): State<House>,
    viewer: Viewer,
    Form(sent): Form,
) -> Result<Response, Error> {
    let (now, person) = (house.clock.now(), viewer.signed_in()?);
    let by = &person.account_id;
    let mut tx = house.db.begin().await?;
    let owed = Owed {
        dedup_key: &format!("test {by} {}", sent.once()),
        kind: EmailKind::Test,
        account_id: Some(by),
        to: &person.email,
        words: &words(&house, now),
        at: now,
        not_after: Some(now + DAY),
    };
    owe(&mut tx, owed).await?;
    let entry = Entry { at: now, who: Some(by), what: ASKED, about: by, detail: "" };
    audit::note(&mut tx, entry).await?;
    tx.commit().await?;
    Ok(Redirect::to("/admin?done=tested").into_response())
}

fn words(house: &House, now: Moment) -> Words {
    Words {
        subject: "Test: our emails arrive".to_owned(),
        paragraphs: vec![
            format!(
                "You asked for this email on {}. It has arrived, so our emails reach you.",
                clock::day_and_hour(now)
            )
            .into(),
            "If it was in your junk or spam folder, ask whoever looks after the server: families \
             will find our emails there too."
                .into(),
        ],
        button: Some(("Go to administration".to_owned(), house.link("/admin"))),
        also: None,
        why: "You get this email because you asked for it as an administrator.".to_owned(),
        from: Sender::of(house),
        stop: None,
    }
}
