//! Suspending an account, and restoring it. Whoever is suspended is signed out and not let in;
//! what they wrote stays where it is, and so do their votes and their roles, for the day on which
//! they are let in again.

use axum::extract::{Path, State};
use axum::http::{StatusCode, Uri};
use axum::response::{IntoResponse as _, Redirect, Response};
use calendar::clock::{self, Moment};
use deliveries::{EmailKind, Owed, Words, owe};
use forms::Sent;
use ground::audit::{self, Entry};
use ground::error::Error;
use ground::house::House;
use ground::ids::{Account, Id};
use ground::sent::Form;
use ground::ui::{Frame, Page};
use ground::viewer::{Role, SignedIn, Viewer};
use leptos::prelude::*;
use sqlx::AnyConnection;

use super::ListWish;
use super::store::{self, Person};
use crate::ways_back::PERSON;
use crate::{emails, invitations, store as accounts};

/// GET `/admin/people/{id}/suspension`
pub async fn suspension_form(
    State(house): State<House>,
    viewer: Viewer,
    Path(id): Path<Id<Account>>,
    uri: Uri,
) -> Result<Response, Error> {
    let (person, wish) = (person(&house, &id).await?, ListWish::read(&Sent::query(&uri)));
    if person.id == viewer.signed_in()?.account_id {
        return Ok(Redirect::to(&wish.of_person(&person.id, "own")).into_response());
    }
    let back = (wish.of_person(&person.id, ""), PERSON);
    let page = if let Some(since) = person.suspended_at {
        Frame::new("Restore someone’s account", back).around(|| restores(&person, since, &wish))
    } else {
        Frame::new("Suspend someone’s account", back).around(|| suspends(&person, &wish))
    };
    Ok(page.answer(&house, &viewer))
}

fn suspends(person: &Person, wish: &ListWish) -> impl IntoView + use<> {
    let asks = format!("Suspend the account of {} ({})?", person.shown_name, person.email);
    view! {
        <p class="lead">{asks}</p>
        <ul>
            <li>
                "They are signed out everywhere, and can't sign in until you restore the account."
            </li>
            <li>"Invitations that wait for them are cancelled."</li>
            <li>"Nothing they wrote disappears, and their votes still count."</li>
            <li>"Emails about changes to services still reach them."</li>
        </ul>
        <p>"They will get an email that says so and how to reach the forum."</p>
        <form method="post">
            <input type="hidden" name="change" value="suspend" />
            {wish.hidden()}
            <button class="button">"Suspend this account"</button>
        </form>
    }
}

fn restores(person: &Person, since: Moment, wish: &ListWish) -> impl IntoView + use<> {
    let asks = format!(
        "The account of {} ({}) has been suspended since {}. Let them in again?",
        person.shown_name,
        person.email,
        clock::day(since)
    );
    view! {
        <p class="lead">{asks}</p>
        <p>"They can then sign in as before, with the roles they had. We will email them."</p>
        <form method="post">
            <input type="hidden" name="change" value="restore" />
            {wish.hidden()}
            <button class="button">"Restore this account"</button>
        </form>
    }
}

/// POST `/admin/people/{id}/suspension`
pub async fn change_suspension(
    State(house): State<House>,
    viewer: Viewer,
    Path(id): Path<Id<Account>>,
    Form(sent): Form,
) -> Result<Response, Error> {
    let (by, wish) = (viewer.signed_in()?, ListWish::read(&sent));
    let person = person(&house, &id).await?;
    if person.id == by.account_id {
        return Ok(Redirect::to(&wish.of_person(&person.id, "own")).into_response());
    }
    let done = match sent.typed("change") {
        "suspend" => suspend(&house, &person, by).await?,
        "restore" => restore(&house, &person, by).await?,
        _ => "",
    };
    Ok(Redirect::to(&wish.of_person(&person.id, done)).into_response())
}

async fn person(house: &House, id: &Id<Account>) -> Result<Person, Error> {
    let id = Id::parse(id).ok_or(Error::NotFound)?;
    store::person(&house.db, &id).await?.ok_or(Error::NotFound)
}

/// Suspends somebody, and tells them; of anybody on the team the other administrators hear too, so
/// that nobody is put out of the way unseen. A second tap changes nothing.
async fn suspend(house: &House, person: &Person, by: &SignedIn) -> Result<&'static str, Error> {
    let now = house.clock.now();
    let is_staff = person.roles.iter().copied().any(Role::is_staff);
    let mut tx = house.db.begin().await?;
    let administrators = store::hold_administrators(&mut tx).await?;
    if store::suspend(&mut tx, (&person.id, &by.account_id), now).await? {
        accounts::end_all_sessions(&mut tx, &person.id).await?;
        invitations::store::end_waiting(&mut tx, &person.id, None, now).await?;
        let (own, key) = (emails::suspended(house), id::fresh());
        tell(&mut tx, (&person.id, &person.email), &own, &key, now).await?;
        let others = emails::suspended_someone(house, &person.shown_name, &by.shown_name);
        for (id, email) in administrators.iter().filter(|_| is_staff) {
            if *id != person.id && *id != by.account_id {
                tell(&mut tx, (id, email), &others, &key, now).await?;
            }
        }
        let (who, what) = (Some(by.account_id.as_str()), "account suspended");
        audit::note(&mut tx, Entry { at: now, who, what, about: &person.id, detail: "" }).await?;
    }
    tx.commit().await?;
    Ok("suspended")
}

async fn restore(house: &House, person: &Person, by: &SignedIn) -> Result<&'static str, Error> {
    let now = house.clock.now();
    let mut tx = house.db.begin().await?;
    if store::restore(&mut tx, &person.id).await? {
        let (words, key) = (emails::restored(house), id::fresh());
        tell(&mut tx, (&person.id, &person.email), &words, &key, now).await?;
        let (who, what) = (Some(by.account_id.as_str()), "account restored");
        audit::note(&mut tx, Entry { at: now, who, what, about: &person.id, detail: "" }).await?;
    }
    tx.commit().await?;
    Ok("restored")
}

async fn tell(
    tx: &mut AnyConnection,
    (whose, to): (&Id<Account>, &str),
    words: &Words,
    key: &str,
    now: Moment,
) -> Result<(), sqlx::Error> {
    let owed = Owed {
        dedup_key: &format!("suspension {key} {whose}"),
        kind: EmailKind::Suspended,
        account_id: Some(whose),
        to,
        words,
        at: now,
        not_after: None,
    };
    owe(tx, owed).await
}

/// For somebody who has shown that the account is theirs, and is not let in.
pub(crate) fn suspended_page(house: &House) -> Response {
    const TITLE: &str = "Your account is suspended";
    let page = Page::new(TITLE, || {
        view! {
            <div class="stack">
                <h1>{TITLE}</h1>
                <p class="lead">
                    "You can't sign in at the moment. An administrator has suspended your account."
                </p>
                <p>
                    "Nothing you wrote has been deleted. If you don't know why, or want a copy of \
                     your data, ask the forum."
                </p>
                <p>
                    <a class="button" href="/contact">
                        "Contact the forum"
                    </a>
                </p>
            </div>
        }
    });
    page.status(StatusCode::UNPROCESSABLE_ENTITY).answer(house, &Viewer::default())
}
