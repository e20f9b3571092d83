//! The copy of somebody who has only a subscription: their own link leads to the way to it, and the
//! way itself goes to their address, since an email may have been passed on.

use axum::extract::State;
use axum::http::Uri;
use axum::response::{IntoResponse as _, Redirect, Response};
use calendar::clock::{self, Moment};
use deliveries::{EmailKind, Owed, owe};
use forms::Sent;
use ground::audit::{self, Entry};
use ground::error::Error;
use ground::house::House;
use ground::ids::{Id, Subscriber};
use ground::token::Token;
use ground::ui::Page;
use ground::viewer::Viewer;
use leptos::prelude::*;
use sqlx::AnyConnection;

use super::store::{self, WITHIN, WhoseCopy};
use super::{emails, zipped};

/// GET `/subscriptions/{token}/copy`
pub async fn copy_form_by_link(
    State(house): State<House>,
    viewer: Viewer,
    Token(token): Token,
    uri: Uri,
) -> Result<Response, Error> {
    let subscriber =
        subscriptions::store::by_link(&mut *house.db.read().await?, &id::hash(&token)).await?;
    if subscriber.is_none() {
        return Ok(gone().answer(&house, &viewer));
    }
    let (back, is_sent) =
        (format!("/subscriptions/{token}"), Sent::query(&uri).line("done") == "sent");
    let page = Page::new("A copy of what we keep about you", || {
        let sent = is_sent.then(|| {
            view! {
                <div class="panel gold" role="status">
                    <p>
                        <b>"Check your email"</b>
                    </p>
                    <p>
                        "We've sent a link to the address that your emails about changes go to. \
                         It works for an hour. We send one link an hour at most."
                    </p>
                </div>
            }
        });
        let ask = (!is_sent).then(|| {
            view! {
                <form method="post">
                    <button class="button">"Email me the link"</button>
                </form>
            }
        });
        view! {
            <div class="stack">
                <p>
                    <a class="back" href=back>
                        "What we tell you about"
                    </a>
                </p>
                <h1>"A copy of what we keep about you"</h1>
                {sent}
                <p class="lead">
                    "What you asked to be told about, when, which changes we told you about, and \
                     the address we have. In one file, with a page to read."
                </p>
                <p>
                    "We email the link to your address, because someone else may have the email \
                     that led you here."
                </p>
                {ask}
                <p>
                    "If you have an account, "<a href="/account/export">"sign in"</a>
                    " for a copy of everything."
                </p>
            </div>
        }
    });
    Ok(page.answer(&house, &viewer))
}

/// POST `/subscriptions/{token}/copy`: sends the link, once an hour at most. The answer is the same
/// each time.
pub async fn ask_for_copy_by_link(
    State(house): State<House>,
    viewer: Viewer,
    Token(token): Token,
) -> Result<Response, Error> {
    let subscriber =
        subscriptions::store::by_link(&mut *house.db.read().await?, &id::hash(&token)).await?;
    let Some(subscriber) = subscriber else { return Ok(gone().answer(&house, &viewer)) };
    let (now, of) = (house.clock.now(), WhoseCopy::Subscriber(subscriber.clone()));
    let mut tx = house.db.begin().await?;
    if store::ask(&mut tx, &of, None, now).await?
        && let Some(to) = store::address(&mut tx, &subscriber).await?
    {
        send_link(&mut tx, &house, &subscriber, &to, now).await?;
    }
    tx.commit().await?;
    Ok(Redirect::to(&format!("/subscriptions/{token}/copy?done=sent")).into_response())
}

/// Emails a link to their copy to their address.
async fn send_link(
    tx: &mut AnyConnection,
    house: &House,
    subscriber: &Id<Subscriber>,
    to: &str,
    now: Moment,
) -> sqlx::Result<()> {
    let copy = id::secret();
    let hash = store::link_hash(&copy);
    subscribers::keep_link(tx, &hash, subscriber, now).await?;
    let owed = Owed {
        dedup_key: &hash,
        kind: EmailKind::CopyLink,
        account_id: None,
        to,
        words: &emails::link(house, now, now + WITHIN, &copy),
        at: now,
        not_after: Some(now + WITHIN),
    };
    owe(tx, owed).await?;
    let what = "copy of a subscription asked for";
    audit::note(tx, Entry { at: now, who: None, what, about: subscriber, detail: "" }).await
}

/// GET `/copies/{token}`: the page that the link in the email leads to. Mail scanners open links:
/// nothing happens here.
pub async fn copy_page_by_link(
    State(house): State<House>,
    viewer: Viewer,
    Token(token): Token,
) -> Result<Response, Error> {
    if store::by_link(&house.db, &token, house.clock.now()).await?.is_none() {
        return Ok(gone().answer(&house, &viewer));
    }
    let to = format!("/copies/{token}/copy.zip");
    let today = clock::day(house.clock.now());
    let page = Page::new("Your copy is ready", || {
        view! {
            <div class="stack">
                <h1>"Your copy is ready"</h1>
                <p class="lead">
                    {format!("What we keep about your emails about changes, as it is on {today}.")}
                </p>
                <p>
                    <a class="button" href=to>
                        "Save my copy"
                    </a>
                </p>
                <p>
                    "The file ends in .zip. On a phone, open it with Files. In it is a page to \
                     read, called read-me.html, and the same for other programs. Anyone who has it \
                     can read it, so save it where only you can see it."
                </p>
            </div>
        }
    });
    Ok(page.answer(&house, &viewer))
}

/// GET `/copies/{token}/copy.zip`
pub async fn save_copy_by_link(
    State(house): State<House>,
    viewer: Viewer,
    Token(token): Token,
) -> Result<Response, Error> {
    match store::by_link(&house.db, &token, house.clock.now()).await? {
        Some(subscriber) => zipped::zipped_copy(&house, &WhoseCopy::Subscriber(subscriber)).await,
        None => Ok(gone().answer(&house, &viewer)),
    }
}

fn gone() -> Page {
    let why = "A link to a copy works for an hour. Use the link in the latest email about changes \
        to ask for another one.";
    Page::link_ended("This link no longer works", why, ("/subscribe", "Get told about changes"))
}
