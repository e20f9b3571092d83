//! What people change in their own account: where they are signed in, their address.

use axum::extract::State;
use axum::response::{IntoResponse as _, Redirect, Response};
use calendar::clock::DAY;
use deliveries::{EmailKind, Owed, owe};
use forms::Refusals;
use ground::error::Error;
use ground::house::House;
use ground::sent::Form;
use ground::ui::{Field, Page, Summary};
use ground::viewer::Viewer;
use leptos::prelude::*;

use super::attempts::{self, Asker, Purpose};
use super::second_factor::WE_MAY_ASK;
use super::{emails, session, store};

/// POST `/account/sessions/end`: every session on devices with the name of one, but never this one;
/// or without a session all of them.
pub async fn end_sessions(
    State(house): State<House>,
    viewer: Viewer,
    Form(sent): Form,
) -> Result<Response, Error> {
    let person = viewer.signed_in()?;
    let (account_id, here) = (person.account_id.clone(), person.session_id.clone());
    if let Some(session) = id::parse(sent.typed("session")) {
        store::end_sessions_like(&house.db, account_id, session, here).await?;
        return Ok(Redirect::to("/account?done=sessions").into_response());
    }
    store::end_sessions(&house.db, account_id, None).await?;
    Ok(session::signed_out(&house, Redirect::to("/?done=signed-out").into_response()))
}

/// A GET where only a POST has an answer, as after a reload.
pub async fn back() -> Redirect {
    Redirect::to("/account")
}

/// GET `/account/email`
pub async fn email_form(State(house): State<House>, viewer: Viewer) -> Response {
    email_page("", &Refusals::default()).answer(&house, &viewer)
}

/// POST `/account/email`, with fresh proof: tells the old address, asks the new one.
pub async fn change_email(
    State(house): State<House>,
    viewer: Viewer,
    Form(sent): Form,
) -> Result<Response, Error> {
    let (person, now) = (viewer.signed_in()?, house.clock.now());
    let asker = Asker::Account(&person.account_id);
    let refuse =
        |refusals: &Refusals| email_page(sent.typed("email"), refusals).answer(&house, &viewer);
    let email = match new_address(sent.typed("email"), &person.email) {
        Ok(email) => email,
        Err(what_to_do) => return Ok(refuse(&Refusals::one("email", what_to_do))),
    };
    if let Err(wait) = attempts::may_write(&house, asker, Purpose::NewAddress, &email).await? {
        return Ok(wait.answer(refuse(&Refusals::one("email", wait.what_to_do.as_str()))));
    }
    let (account_id, old, writer) =
        (person.account_id.clone(), person.email.clone(), house.clone());
    let session_id = person.session_id.clone();
    house
        .db
        .write(move |tx| {
            Box::pin(async move {
                // Whoever signs out everywhere at this moment must not be outlived by it.
                if !store::stands(tx, &session_id).await? {
                    return Ok::<_, sqlx::Error>(());
                }
                let token = id::secret();
                let (hash, ends_at) = (id::hash(&token), now + 2 * DAY);
                store::keep_link(tx, &hash, &account_id, "email", Some(&email), ends_at).await?;
                let ask = emails::confirm_address(&writer, &token);
                let tell = emails::address_may_change(&writer);
                let account = Some(account_id.as_str());
                owe(
                    tx,
                    Owed {
                        dedup_key: &hash,
                        kind: EmailKind::ConfirmAddress,
                        account_id: account,
                        to: &email,
                        words: &ask,
                        at: now,
                        not_after: Some(ends_at),
                    },
                )
                .await?;
                owe(
                    tx,
                    Owed {
                        dedup_key: &format!("{hash} old"),
                        kind: EmailKind::AddressMayChange,
                        account_id: account,
                        to: &old,
                        words: &tell,
                        at: now,
                        not_after: None,
                    },
                )
                .await
            })
        })
        .await?;
    Ok(Redirect::to("/account?done=email").into_response())
}

/// The new address of somebody.
fn new_address(typed: &str, now: &str) -> Result<String, String> {
    let email = forms::address(typed)?;
    if email == now {
        return Err("Enter an email address that is different from your current one".to_owned());
    }
    Ok(email)
}

fn email_page(email: &str, refusals: &Refusals) -> Page {
    let page = Page::new("Change your email address", || {
        view! {
            <div class="stack">
                <p>
                    <a class="back" href="/account">
                        "Your account"
                    </a>
                </p>
                <Summary refusals />
                <h1>"Change your email address"</h1>
                <form method="post" action="/account/email" novalidate>
                    <Field
                        name="email"
                        label="Your new email address"
                        hint="We'll send a link there to confirm it, and let your old address know."
                        kind="email"
                        autocomplete="email"
                        value=email
                        refusals
                    />
                    <button class="button">"Send me the link"</button>
                </form>
                <p class="soft">{WE_MAY_ASK}</p>
            </div>
        }
    });
    page.refused_for(refusals)
}
