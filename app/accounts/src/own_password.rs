//! A person changes their own password with the one they have. Whoever has none, or has forgotten
//! it, chooses one by a link in an email (`sign_in`).

use axum::Extension;
use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::{IntoResponse as _, Redirect, Response};
use calendar::clock::Moment;
use deliveries::{EmailKind, Owed, owe};
use forms::{Refusals, Sent};
use ground::error::Error;
use ground::house::House;
use ground::sent::Form;
use ground::ui::{Field, Frame, Page};
use ground::viewer::{SignedIn, Viewer};
use leptos::prelude::*;

use super::attempts::{self, AttemptKind};
use super::choosing::{self, NewPassword, ShowPassword};
use super::second_factor::store as factors;
use super::session::{self, Renewed, SecondTap};
use super::ways_back::ACCOUNT;
use super::{emails, passwords, store};

/// GET `/account/password`
pub async fn own_password_form(
    State(house): State<House>,
    viewer: Viewer,
) -> Result<Response, Error> {
    let person = viewer.signed_in()?;
    let (stored, _) = store::own_password(&house.db, &person.account_id).await?;
    let (nothing, none) = (Sent::default(), Refusals::default());
    let page = match stored {
        Some(_) => own_password_page(person, &nothing, &none),
        None => no_password_page(),
    };
    Ok(page.answer(&house, &viewer))
}

/// POST `/account/password`: sets it and signs out everywhere else. This session goes on, under
/// another token.
pub async fn change_own_password(
    State(house): State<House>,
    viewer: Viewer,
    again: Option<Extension<SecondTap>>,
    headers: HeaderMap,
    Form(sent): Form,
) -> Result<Response, Error> {
    let person = viewer.signed_in()?;
    let (stored, place) = store::own_password(&house.db, &person.account_id).await?;
    let Some(stored) = stored else {
        return Ok(no_password_page().answer(&house, &viewer));
    };
    let refuse =
        |refusals: &Refusals| own_password_page(person, &sent, refusals).answer(&house, &viewer);
    let mut refusals = Refusals::default();
    if choosing::only_shows(&sent) {
        return Ok(refuse(&refusals));
    }
    let current = sent.typed("current").to_owned();
    let place = place.unwrap_or_default();
    let own_words = [person.email.as_str(), person.shown_name.as_str(), place.as_str()];
    let chosen = passwords::chosen(&house, sent.typed("password"), &own_words).await;
    if current.is_empty() {
        refusals.add("current", "Enter your current password");
        refusals.take("password", chosen);
        return Ok(refuse(&refusals));
    }
    if let Err(wait) =
        attempts::within(&house, AttemptKind::Proof, person.session_id.to_string()).await?
    {
        let what_to_do = format!(
            "Too many attempts. Try again {}, or choose a new password by email below",
            wait.when
        );
        return Ok(wait.answer(refuse(&Refusals::one("current", what_to_do))));
    }
    let mut is_right = passwords::fits(&house, current, Some(stored.clone())).await;
    let mut is_done = false;
    // A second tap finds that the first has changed it.
    if !is_right
        && again.is_some()
        && let Ok(chosen) = &chosen
    {
        is_done = passwords::fits(&house, chosen.clone(), Some(stored)).await;
        is_right = is_done;
    }
    if is_right {
        attempts::forget(&house, AttemptKind::Proof, person.session_id.to_string()).await?;
    } else {
        refusals.add("current", "Check your current password and try again");
    }
    // Both are said at once where both are wrong.
    let chosen = refusals.take("password", chosen);
    let Some(chosen) = chosen.filter(|_| is_right) else { return Ok(refuse(&refusals)) };
    let new = if is_done { None } else { Some(passwords::hashed(&house, chosen).await) };
    let renewed = Renewed::of(&house, &headers);
    let Some(ends_at) = set(&house, person, new, &renewed).await? else {
        // They have been signed out meanwhile.
        return Ok(Redirect::to("/account").into_response());
    };
    let browser = session::this_browser(&house, &headers);
    session::know_browser(&house, &person.account_id, &browser).await?;
    let cookies = renewed.cookies(&house, ends_at, Some(&browser));
    Ok((cookies, Redirect::to("/account?done=password")).into_response())
}

/// Stores the new password, ends every other session and owes the email that says so; without one,
/// this session only gets its token. When it ends; `None` where it has ended: whoever signs out
/// everywhere at this moment is not outlived by it.
async fn set(
    house: &House,
    person: &SignedIn,
    new: Option<String>,
    renewed: &Renewed,
) -> Result<Option<Moment>, Error> {
    let (now, account_id) = (house.clock.now(), &person.account_id);
    let (before, after) = &renewed.hashes;
    let mut tx = house.db.begin().await?.unseen();
    let ends_at = factors::proved(&mut tx, &person.session_id, (before, after), now).await?;
    if let (Some(_), Some(new)) = (ends_at, new) {
        store::set_password(&mut tx, account_id, &new, now).await?;
        factors::end_other_sessions(&mut tx, account_id, &person.session_id).await?;
        let owed = Owed {
            dedup_key: &format!("{after} changed"),
            kind: EmailKind::PasswordChanged,
            account_id: Some(account_id),
            to: &person.email,
            words: &emails::password_changed(house),
            at: now,
            not_after: None,
        };
        owe(&mut tx, owed).await?;
    }
    tx.commit().await?;
    Ok(ends_at)
}

fn own_password_page(person: &SignedIn, sent: &Sent, refusals: &Refusals) -> Page {
    Frame::new("Change your password", ACCOUNT).refused_for(refusals).around(|| {
        view! {
            <form method="post" action="/account/password" novalidate>
                <Field
                    name="current"
                    label="Your current password"
                    kind="password"
                    autocomplete="current-password"
                    refusals
                />
                <NewPassword
                    label="Your new password"
                    email=person.email.clone()
                    sent
                    refusals
                />
                <button class="button">"Save this password"</button>
                <ShowPassword sent />
            </form>
            <p class="soft">"You will be signed out everywhere else."</p>
            <p>
                <a href="/forgotten-password">"Forgotten your password? Choose a new one"</a>
            </p>
        }
    })
}

fn no_password_page() -> Page {
    let frame = Frame::new("Change your password", ACCOUNT);
    frame.heading("You don't have a password yet").around(|| {
        view! {
            <p class="lead">"If you would like one, we can email you a link to choose it."</p>
            <p>
                <a class="button" href="/forgotten-password">
                    "Choose a password"
                </a>
            </p>
        }
    })
}
