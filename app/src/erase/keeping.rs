//! What somebody is told whose account is about to be erased and who has signed in: when, and one
//! button that keeps it. Signing in alone changes nothing. Whoever keeps it, here or by the link in
//! the email, is told so in an email too.

use accounts::erasing::{self, CalledBack};
use accounts::{GO_ON, STAYS, emails};
use axum::extract::State;
use axum::http::Uri;
use axum::response::{IntoResponse as _, Redirect, Response};
use calendar::clock::{self, Moment};
use deliveries::{EmailKind, Owed, owe};
use forms::Sent;
use ground::error::Error;
use ground::house::House;
use ground::routes::{LEAVING, with_then};
use ground::sent::Form;
use ground::ui::Page;
use ground::viewer::Viewer;
use leptos::prelude::*;
use sqlx::AnyConnection;

/// GET `/account/keep`; `?then=` is where they were going.
pub async fn leaving_page(
    State(house): State<House>,
    viewer: Viewer,
    uri: Uri,
) -> Result<Response, Error> {
    let then = Sent::query(&uri).typed("then").to_owned();
    match viewer.signed_in()?.leaves_at {
        Some(leaves_at) => Ok(leaving(leaves_at, then).answer(&house, &viewer)),
        None if then.is_empty() => Ok(Redirect::to("/account").into_response()),
        None => Ok(stays(&then).answer(&house, &viewer)),
    }
}

/// POST `/account/keep`: calls the erasure back, and leads to a page that says so. A second tap
/// finds it so.
pub async fn keep_own_account(
    State(house): State<House>,
    viewer: Viewer,
    Form(sent): Form,
) -> Result<Response, Error> {
    let account_id = &viewer.signed_in()?.account_id;
    let mut tx = house.db.begin().await?;
    if let Some(called_back) = erasing::call_back_own(&mut tx, account_id).await? {
        tell_kept(&mut tx, &house, &called_back).await?;
    }
    tx.commit().await?;
    let to = match sent.typed("then") {
        "" => with_then(GO_ON, STAYS),
        then => with_then(LEAVING, then),
    };
    Ok(Redirect::to(&to).into_response())
}

/// Tells them that their account is kept: the email before said that it would be deleted.
pub(super) async fn tell_kept(
    tx: &mut AnyConnection,
    house: &House,
    called_back: &CalledBack,
) -> sqlx::Result<()> {
    let owed = Owed {
        dedup_key: &format!("{} kept", called_back.token_hash),
        kind: EmailKind::Erasing,
        account_id: Some(&called_back.account_id),
        to: &called_back.email,
        words: &emails::kept(house),
        at: house.clock.now(),
        not_after: None,
    };
    owe(tx, owed).await?;
    Ok(())
}

/// Says that their account stays to somebody who was going somewhere, and leads to what they chose
/// before they signed in, if that still waits, else to where they were going.
fn stays(then: &str) -> Page {
    let onward = with_then(GO_ON, then);
    Page::new("We will keep your account", || {
        view! {
            <div class="stack">
                <h1>"We will keep your account"</h1>
                <p class="lead">"Nothing has been deleted."</p>
                <p>
                    <a class="button" href=onward>
                        "Continue"
                    </a>
                </p>
            </div>
        }
    })
}

fn leaving(leaves_at: Moment, then: String) -> Page {
    let title = format!("We will delete your account on {}", clock::day(leaves_at));
    Page::new(title.clone(), || {
        let then = (!then.is_empty())
            .then(|| view! { <input type="hidden" name="then" value=then.clone() /> });
        view! {
            <div class="stack">
                <h1>{title}</h1>
                <p class="lead">
                    "You asked us to. Nothing has been deleted yet, and you can still keep it as \
                     it was."
                </p>
                <form method="post" action=LEAVING>
                    {then}
                    <button class="button">"Keep my account"</button>
                </form>
                <p>
                    "If you still want us to delete it, you don't have to do anything. Until then \
                     you can "<a href="/account/export">"take a copy of your data"</a>"."
                </p>
                <p>
                    "Wasn't it you who asked us? Keep your account, then "
                    <a href="/forgotten-password">"choose a new password"</a>
                    ": someone else may know yours."
                </p>
            </div>
        }
    })
}
