//! What people change in their own account: where they are signed in, their address.

use axum::Extension;
use axum::extract::State;
use axum::response::{IntoResponse as _, Redirect, Response};
use calendar::clock::DAY;
use deliveries::{EmailKind, Owed, owe};
use forms::Refusals;
use ground::error::Error;
use ground::house::House;
use ground::routes::with_then;
use ground::sent::Form;
use ground::ui::{Field, Page, Summary};
use ground::viewer::Viewer;
use leptos::prelude::*;

use super::attempts::{self, Asker, Purpose};
use super::first_act::ForHer;
use super::proof::{self, Proved};
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
pub async fn email_form(State(house): State<House>, viewer: Viewer) -> Result<Response, Error> {
    let proof = store::proof(&house.db, &viewer.signed_in()?.session_id).await?;
    Ok(email_page(&viewer, &proof, "", &Refusals::default(), false)?.answer(&house, &viewer))
}

/// POST `/account/email`: tells the old address, asks the new one; but first makes sure that it is
/// the person herself who asks, and not whoever holds her phone.
pub async fn change_email(
    State(house): State<House>,
    viewer: Viewer,
    for_her: Option<Extension<ForHer>>,
    Form(sent): Form,
) -> Result<Response, Error> {
    let (person, now) = (viewer.signed_in()?, house.clock.now());
    let proof = store::proof(&house.db, &person.session_id).await?;
    if for_her.is_some() {
        // Anybody may have chosen this before she signed in here: she presses the button herself.
        let page = email_page(&viewer, &proof, sent.typed("email"), &Refusals::default(), false)?;
        return Ok(page.kept_for_going_back().answer(&house, &viewer));
    }
    let asker = Asker::Account(&person.account_id);
    let mut refusals = Refusals::default();
    let email = refusals.take("email", new_address(sent.typed("email"), &person.email));
    if proof.password_hash.is_some() && sent.typed("password").is_empty() {
        refusals.add("password", "Enter your password");
    }
    let refuse = |refusals: &Refusals| -> Result<Response, Error> {
        let page = email_page(&viewer, &proof, sent.typed("email"), refusals, false)?;
        Ok(page.answer(&house, &viewer))
    };
    let Some(email) = email.filter(|_| refusals.is_empty()) else { return refuse(&refusals) };
    match proof::ask(&house, person, &proof, sent.typed("password")).await? {
        Proved::Yes => {}
        Proved::No(refusals) => return refuse(&refusals),
        Proved::TooOften(wait, refusals) => return Ok(wait.answer(refuse(&refusals)?)),
        Proved::LinkSent => {
            let page = email_page(&viewer, &proof, &email, &Refusals::default(), true)?;
            return Ok(page.kept_for_going_back().answer(&house, &viewer));
        }
    }
    if let Err(wait) = attempts::may_write(&house, asker, Purpose::NewAddress, &email).await? {
        return Ok(wait.answer(refuse(&Refusals::one("email", wait.what_to_do.as_str()))?));
    }
    let (account_id, old, writer) =
        (person.account_id.clone(), person.email.clone(), house.clone());
    let (session_id, kind) = (person.session_id.clone(), house.db.kind());
    house
        .db
        .write(move |tx| {
            Box::pin(async move {
                // Whoever signs out everywhere at this moment must not be outlived by it.
                if !store::stands(tx, kind, &session_id).await? {
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

/// The form. `waits`: a link has gone to the present address, and the form is sent once it was used.
fn email_page(
    viewer: &Viewer,
    proof: &store::Proof,
    email: &str,
    refusals: &Refusals,
    waits: bool,
) -> Result<Page, Error> {
    let own = viewer.signed_in()?.email.clone();
    let has_password = proof.password_hash.is_some();
    let page = Page::new("Change your email address", || {
        let waits = waits.then(|| {
            view! {
                <div class="panel gold" role="status">
                    <p>
                        <b>"We've sent a link to "{own.clone()}</b>
                    </p>
                    <p>
                        "You have no password, so we need to be sure that it's you. Press the \
                         button in that email to sign in again in this browser. Then come back to \
                         this page and press “Send me the link” again. What you wrote is still \
                         here."
                    </p>
                </div>
            }
        });
        let password = has_password.then(|| {
            view! {
                <Field
                    name="password"
                    label="Your password"
                    hint="So that nobody else can change it on your phone."
                    kind="password"
                    autocomplete="current-password"
                    refusals
                />
            }
        });
        let forgotten = has_password.then(|| {
            let to = with_then("/forgotten-password", "/account/email");
            view! {
                <p>
                    <a href=to>"Forgotten your password?"</a>
                </p>
            }
        });
        view! {
            <div class="stack">
                <p>
                    <a class="back" href="/account">
                        "Your account"
                    </a>
                </p>
                <Summary refusals />
                <h1>"Change your email address"</h1>
                {waits}
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
                    {password}
                    <button class="button">"Send me the link"</button>
                </form>
                {forgotten}
            </div>
        }
    });
    Ok(page.refused_for(refusals))
}
