//! What people change in their own account: where they are signed in, their address.

use axum::extract::State;
use axum::response::{IntoResponse as _, Redirect, Response};
use calendar::clock::{DAY, Moment};
use deliveries::{EmailKind, Owed, owe};
use forms::Refusals;
use ground::error::Error;
use ground::house::House;
use ground::ids::Id;
use ground::sent::Form;
use ground::ui::{Field, Frame, Page};
use ground::viewer::{SignedIn, Viewer};
use leptos::prelude::*;

use super::attempts::{self, Asker, Purpose};
use super::second_factor::WE_MAY_ASK;
use super::store::NewLink;
use super::ways_back::ACCOUNT;
use super::{emails, session, store};

/// POST `/account/sessions/end`: one session, but never this one; or without a session all of them.
pub async fn end_sessions(
    State(house): State<House>,
    viewer: Viewer,
    Form(sent): Form,
) -> Result<Response, Error> {
    let person = viewer.signed_in()?;
    let (account_id, here) = (&person.account_id, &person.session_id);
    if let Some(session) = Id::parse(sent.typed("session")) {
        if session != *here {
            store::end_sessions(&house.db, account_id, Some(&session)).await?;
        }
        return Ok(Redirect::to("/account?done=sessions").into_response());
    }
    store::end_sessions(&house.db, account_id, None).await?;
    Ok(session::signed_out(&house, Redirect::to("/?done=signed-out").into_response()))
}

/// A GET where only a POST has an answer, as after a reload.
pub async fn back_to_account() -> Redirect {
    Redirect::to("/account")
}

/// GET `/account/email`
pub async fn change_email_form(State(house): State<House>, viewer: Viewer) -> Response {
    change_email_page("", &Refusals::default()).answer(&house, &viewer)
}

/// POST `/account/email`, with fresh proof: tells the old address, asks the new one.
pub async fn change_email(
    State(house): State<House>,
    viewer: Viewer,
    Form(sent): Form,
) -> Result<Response, Error> {
    let (person, now) = (viewer.signed_in()?, house.clock.now());
    let asker = Asker::Account(&person.account_id);
    let refuse = |refusals: &Refusals| {
        change_email_page(sent.typed("email"), refusals).answer(&house, &viewer)
    };
    let email = match new_address(sent.typed("email"), &person.email) {
        Ok(email) => email,
        Err(what_to_do) => return Ok(refuse(&Refusals::one("email", what_to_do))),
    };
    if let Err(wait) = attempts::may_write(&house, asker, Purpose::NewAddress, &email).await? {
        return Ok(wait.answer(refuse(&Refusals::one("email", wait.what_to_do.as_str()))));
    }
    ask_new_address(&house, person, &email, now).await?;
    Ok(Redirect::to("/account?done=email").into_response())
}

/// Owes an email to the new address, which asks, and one to the old, which tells. Whoever signs out
/// everywhere at this moment must not be outlived by it.
async fn ask_new_address(
    house: &House,
    person: &SignedIn,
    email: &str,
    now: Moment,
) -> Result<(), Error> {
    let (token, account_id) = (id::secret(), &person.account_id);
    let (hash, ends_at) = (id::hash(&token), now + 2 * DAY);
    let ask = Owed {
        dedup_key: &hash,
        kind: EmailKind::ConfirmAddress,
        account_id: Some(account_id),
        to: email,
        words: &emails::confirm_address(house, &token),
        at: now,
        not_after: Some(ends_at),
    };
    let tell = Owed {
        dedup_key: &format!("{hash} old"),
        kind: EmailKind::AddressMayChange,
        account_id: Some(account_id),
        to: &person.email,
        words: &emails::address_may_change(house),
        at: now,
        not_after: None,
    };
    let mut tx = house.db.begin().await?.unseen();
    if !store::stands(&mut tx, &person.session_id).await? {
        return Ok(tx.roll_back().await?);
    }
    let new =
        NewLink { token_hash: &hash, account_id, purpose: "email", email: Some(email), ends_at };
    store::keep_link(&mut tx, &new).await?;
    owe(&mut tx, ask).await?;
    owe(&mut tx, tell).await?;
    Ok(tx.commit().await?)
}

/// The new address of somebody.
fn new_address(typed: &str, now: &str) -> Result<String, String> {
    let email = forms::address(typed)?;
    if email == now {
        return Err("Enter an email address that is different from your current one".to_owned());
    }
    Ok(email)
}

fn change_email_page(email: &str, refusals: &Refusals) -> Page {
    Frame::new("Change your email address", ACCOUNT).refused_for(refusals).around(|| {
        view! {
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
        }
    })
}
