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

use super::attempts::{self, Caller};
use super::{emails, session, store};

/// POST `/account/sessions/end`: one session, or without a name all of them.
pub async fn end_sessions(
    State(house): State<House>,
    viewer: Viewer,
    Form(sent): Form,
) -> Result<Response, Error> {
    let person = viewer.signed_in()?;
    let only = id::parse(sent.typed("session"));
    let everywhere = only.is_none();
    store::end_sessions(&house.db, person.account_id.clone(), only).await?;
    Ok(if everywhere {
        session::signed_out(&house, Redirect::to("/?done=signed-out").into_response())
    } else {
        Redirect::to("/account?done=sessions").into_response()
    })
}

/// A GET where only a POST has an answer, as after a reload.
pub async fn back() -> Redirect {
    Redirect::to("/account")
}

/// GET `/account/email`
pub async fn email_form(State(house): State<House>, viewer: Viewer) -> Response {
    email_page(&house, &viewer, "", &Refusals::default())
}

/// POST `/account/email`: tells the old address, asks the new one.
pub async fn change_email(
    State(house): State<House>,
    viewer: Viewer,
    caller: Caller,
    Form(sent): Form,
) -> Result<Response, Error> {
    let person = viewer.signed_in()?;
    let email = match forms::address(sent.typed("email")) {
        Ok(email) if email == person.email => {
            Err("Enter an email address that is different from your current one".to_owned())
        }
        other => other,
    };
    let email = match email {
        Ok(email) => email,
        Err(what_to_do) => {
            return Ok(email_page(
                &house,
                &viewer,
                sent.typed("email"),
                &Refusals::one("email", what_to_do),
            ));
        }
    };
    if !attempts::may_write(&house, &caller, &email).await? {
        return Ok(email_page(
            &house,
            &viewer,
            &email,
            &Refusals::one(
                "email",
                "We have already sent several emails to this address. Try again in an hour",
            ),
        ));
    }
    let (now, account_id, old, writer) =
        (house.clock.now(), person.account_id.clone(), person.email.clone(), house.clone());
    house
        .db
        .write(move |tx| {
            Box::pin(async move {
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

fn email_page(house: &House, viewer: &Viewer, email: &str, refusals: &Refusals) -> Response {
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
                <form method="post" novalidate>
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
            </div>
        }
    });
    page.refused_for(refusals).answer(house, viewer)
}
