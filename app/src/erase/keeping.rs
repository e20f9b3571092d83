//! What somebody is told whose account is about to be erased and who has signed in: when, and one
//! button that keeps it. Signing in alone changes nothing.

use accounts::{GO_ON, erasing};
use axum::extract::State;
use axum::http::Uri;
use axum::response::{IntoResponse as _, Redirect, Response};
use calendar::clock::{self, Millis};
use forms::Sent;
use ground::error::Error;
use ground::house::House;
use ground::routes::{LEAVING, with_then};
use ground::sent::Form;
use ground::ui::Page;
use ground::viewer::Viewer;
use leptos::prelude::*;

/// GET `/account/keep`; `?then=` is where she was going.
pub async fn page(State(house): State<House>, viewer: Viewer, uri: Uri) -> Result<Response, Error> {
    let then = Sent::query(&uri).typed("then").to_owned();
    match viewer.signed_in()?.leaves_at {
        Some(leaves_at) => Ok(leaving(leaves_at, then).answer(&house, &viewer)),
        None if then.is_empty() => Ok(Redirect::to("/account").into_response()),
        None => Ok(onward(&then)),
    }
}

/// POST `/account/keep`: calls the erasure back. A second tap finds it so.
pub async fn keep(
    State(house): State<House>,
    viewer: Viewer,
    Form(sent): Form,
) -> Result<Response, Error> {
    let account_id = &viewer.signed_in()?.account_id;
    let mut tx = house.db.begin().await?;
    erasing::call_back_own(&mut tx, account_id).await?;
    tx.commit().await?;
    Ok(onward(sent.typed("then")))
}

/// To what she chose before she signed in, if that still waits, else to where she was going.
fn onward(then: &str) -> Response {
    let then = if then.is_empty() { "/account?done=stays" } else { then };
    Redirect::to(&with_then(GO_ON, then)).into_response()
}

fn leaving(leaves_at: Millis, then: String) -> Page {
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
