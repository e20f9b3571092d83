//! The copy of somebody who has an account: they show that it is them, then save it.

use accounts::WE_MAY_ASK;
use axum::extract::State;
use axum::response::{IntoResponse as _, Redirect, Response};
use calendar::clock::{self, Moment};
use deliveries::{EmailKind, Owed, owe};
use ground::audit::{self, Entry};
use ground::error::Error;
use ground::house::House;
use ground::ui::Page;
use ground::viewer::{SignedIn, Viewer};
use leptos::prelude::*;

use super::store::{self, WITHIN, WhoseCopy};
use super::{emails, zipped};

/// What the page offers.
enum Offer {
    /// Nobody asked for a copy in the last hour: the form.
    Ask,
    /// It was asked for in this session: it can be saved until then.
    Ready(Moment),
    /// It was asked for at this time in another session.
    Elsewhere(Moment),
}

/// GET `/account/export`
pub async fn copy_form(State(house): State<House>, viewer: Viewer) -> Result<Response, Error> {
    let offer = match asked(&house, viewer.signed_in()?).await? {
        Some((at, true)) => Offer::Ready(at + WITHIN),
        Some((at, false)) => Offer::Elsewhere(at),
        None => Offer::Ask,
    };
    Ok(offer_page(&offer).answer(&house, &viewer))
}

/// POST `/account/export`, with fresh proof: it is noted, told by email, and ready to be saved.
/// Twice is the same as once.
pub async fn ask_for_copy(State(house): State<House>, viewer: Viewer) -> Result<Response, Error> {
    let (person, now) = (viewer.signed_in()?, house.clock.now());
    let account = &person.account_id;
    let of = WhoseCopy::Account(account.clone());
    let mut tx = house.db.begin().await?;
    if store::ask(&mut tx, &of, Some(&person.session_id), now).await? {
        let owed = Owed {
            dedup_key: &format!("copy {account} {}", now.millis()),
            kind: EmailKind::CopyAsked,
            account_id: Some(account),
            to: &person.email,
            words: &emails::ready(&house, now, now + WITHIN),
            at: now,
            not_after: None,
        };
        owe(&mut tx, owed).await?;
        let entry = Entry {
            at: now,
            who: Some(account),
            what: "copy of own data asked for",
            about: account,
            detail: "",
        };
        audit::note(&mut tx, entry).await?;
    }
    tx.commit().await?;
    Ok(Redirect::to("/account/export").into_response())
}

/// GET `/account/export/copy.zip`: the copy, in the session it was asked for in, for an hour.
pub async fn save_copy(State(house): State<House>, viewer: Viewer) -> Result<Response, Error> {
    let person = viewer.signed_in()?;
    match asked(&house, person).await? {
        Some((_, true)) => {
            zipped::zipped_copy(&house, &WhoseCopy::Account(person.account_id.clone())).await
        }
        _ => Ok(Redirect::to("/account/export").into_response()),
    }
}

/// When a copy was asked for in the last hour, and whether that was in this session.
async fn asked(house: &House, person: &SignedIn) -> Result<Option<(Moment, bool)>, Error> {
    let asked = store::asked(&house.db, &person.account_id, house.clock.now()).await?;
    Ok(asked.map(|(at, session)| (at, session == person.session_id)))
}

fn offer_page(offer: &Offer) -> Page {
    Page::new("Take a copy of your data", || {
        let form = matches!(offer, Offer::Ask).then(asking);
        let ready = if let Offer::Ready(until) = offer { Some(ready(*until)) } else { None };
        let elsewhere = if let Offer::Elsewhere(at) = offer { Some(elsewhere(*at)) } else { None };
        view! {
            <div class="stack">
                <p>
                    <a class="back" href="/account">
                        "Your account"
                    </a>
                </p>
                <h1>"Take a copy of your data"</h1>
                {form}
                {ready}
                {elsewhere}
                <h2>"What you get"</h2>
                <p>
                    "One file with everything we keep about you: your account, what you proposed, \
                     supported and wrote, the emails you asked for, and files you uploaded. In it \
                     is a page to read, called read-me.html, and the same for other programs."
                </p>
                <p>
                    "Your answers to consultations are not in it: nobody can tell whose they are, \
                     not even we. Use the code you were given instead. The page in the file lists \
                     what else is missing, and why."
                </p>
                <p>
                    "The file ends in .zip. On a phone, open it with Files. Anyone who has it can \
                     read it, so save it where only you can see it."
                </p>
            </div>
        }
    })
}

fn asking() -> impl IntoView {
    view! {
        <form method="post" action="/account/export">
            <button class="button">"Make my copy"</button>
        </form>
        <p class="soft">{WE_MAY_ASK}</p>
        <p class="soft">
            "We will email you that a copy was made, so that you would notice if it wasn't you. \
             You can do this once an hour."
        </p>
    }
}

fn ready(until: Moment) -> impl IntoView {
    view! {
        <div class="panel gold" role="status">
            <p>
                <b>"Your copy is ready"</b>
            </p>
            <p>{format!("You can save it here until {}.", clock::day_and_hour(until))}</p>
        </div>
        <p>
            <a class="button" href="/account/export/copy.zip">
                "Save my copy"
            </a>
        </p>
    }
}

fn elsewhere(at: Moment) -> impl IntoView {
    let again = clock::day_and_hour(at + WITHIN);
    let made =
        format!("A copy was asked for on {}, before you signed in here.", clock::day_and_hour(at));
    view! {
        <div class="panel warn">
            <p>
                <b>{made}</b>
            </p>
            <p>
                {format!(
                    "It can only be saved where it was asked for. From {again} you can make \
                     another one here.",
                )}
            </p>
            <p>
                "If you didn't ask for it, someone else can get into your account: "
                <a href="/forgotten-password">"choose a new password"</a>"."
            </p>
        </div>
    }
}
