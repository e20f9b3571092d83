//! For administrators: signing somebody out everywhere, as when they have lost a phone or somebody
//! else may be in their account.

use axum::extract::{Path, State};
use axum::response::{IntoResponse as _, Redirect, Response};
use deliveries::{EmailKind, Owed, owe};
use ground::audit::{self, Entry};
use ground::error::Error;
use ground::house::House;
use ground::ids::{Account, Id};
use ground::ui::Frame;
use ground::viewer::Viewer;
use leptos::prelude::*;

use super::second_factor::store::{self as factors, ToldAccount};
use super::ways_back::PERSON;
use super::{emails, store};

/// Where an administrator signs themselves out everywhere.
const OWN: &str = "/account";

/// The person with this id.
pub async fn person_with_id(house: &House, id: &Id<Account>) -> Result<ToldAccount, Error> {
    let id = Id::parse(id).ok_or(Error::NotFound)?;
    let everyone = factors::with_administrators(&house.db, &id).await?;
    everyone.into_iter().find(|one| one.account_id == id).ok_or(Error::NotFound)
}

/// GET `/admin/people/{id}/sessions`
pub async fn sign_out_person_form(
    State(house): State<House>,
    viewer: Viewer,
    Path(id): Path<Id<Account>>,
) -> Result<Response, Error> {
    let person = person_with_id(&house, &id).await?;
    if person.account_id == viewer.signed_in()?.account_id {
        return Ok(Redirect::to(OWN).into_response());
    }
    let back = format!("/admin/people/{}", person.account_id);
    let page = Frame::new("Sign someone out everywhere", (back, PERSON)).around(|| {
        view! {
            <p class="lead">
                "You can sign out "<b>{person.shown_name}</b>
                " on every phone and computer. Links that we have emailed them to sign in stop \
                 working too."
            </p>
            <p>
                "Do this if they have lost a phone or a computer, or if someone else may be \
                 using their account. They can sign in again straight away, and so can anyone \
                 who knows their password: talk to them about choosing a new one."
            </p>
            <p>"We will email them."</p>
            <form method="post">
                <button class="button">"Sign them out everywhere"</button>
            </form>
        }
    });
    Ok(page.answer(&house, &viewer))
}

/// POST `/admin/people/{id}/sessions`
pub async fn sign_out_person(
    State(house): State<House>,
    viewer: Viewer,
    Path(id): Path<Id<Account>>,
) -> Result<Response, Error> {
    let person = person_with_id(&house, &id).await?;
    let by = &viewer.signed_in()?.account_id;
    if person.account_id == *by {
        return Ok(Redirect::to(OWN).into_response());
    }
    let now = house.clock.now();
    let mut tx = house.db.begin().await?.unseen();
    // It does nothing after a second tap, or for somebody who is signed in nowhere.
    if store::sign_out_everywhere(&mut tx, &person.account_id).await? {
        let owed = Owed {
            dedup_key: &format!("signed out {}", id::fresh()),
            kind: EmailKind::SignedOut,
            account_id: Some(&person.account_id),
            to: &person.email,
            words: &emails::signed_out(&house),
            at: now,
            not_after: None,
        };
        owe(&mut tx, owed).await?;
        let entry = Entry {
            at: now,
            who: Some(by),
            what: "signed out everywhere",
            about: &person.account_id,
            detail: "",
        };
        audit::note(&mut tx, entry).await?;
    }
    tx.commit().await?;
    let to = format!("/admin/people/{}?done=signed-out", person.account_id);
    Ok(Redirect::to(&to).into_response())
}
