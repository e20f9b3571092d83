//! "This is not what I found": a parent tells the forum, and nobody else reads it.

use axum::extract::{Path, State};
use axum::response::{IntoResponse as _, Redirect, Response};
use forms::{Refusals, Sent};
use ground::error::Error;
use ground::house::House;
use ground::sent::Form;
use ground::ui::{Area, FormKey, Page, Summary};
use ground::viewer::Viewer;
use leptos::prelude::*;

use super::store::{self, Update};
use super::{browse, update as find};

/// GET `/updates/{id}/doubts/new`
pub async fn form(
    State(house): State<House>,
    viewer: Viewer,
    Path(id): Path<String>,
) -> Result<Response, Error> {
    Ok(page(&find(&house, &id).await?, &Sent::default(), &Refusals::default())
        .answer(&house, &viewer))
}

/// POST `/updates/{id}/doubts/new`
pub async fn send(
    State(house): State<House>,
    viewer: Viewer,
    Path(id): Path<String>,
    Form(sent): Form,
) -> Result<Response, Error> {
    let update = find(&house, &id).await?;
    let words =
        match forms::within(forms::prose(sent.typed("words")), 4_000, "Say what you found") {
            Ok(words) => words,
            Err(what_to_do) => {
                return Ok(page(&update, &sent, &Refusals::one("words", what_to_do))
                    .answer(&house, &viewer));
            }
        };
    let (now, by, update_id, form_key) =
        (house.clock.now(), viewer.signed_in()?.account_id.clone(), update.id.clone(), sent.once());
    // Of the words that she read, if others stand by now.
    let read = sent
        .typed("version")
        .parse()
        .ok()
        .filter(|read| update.versions.iter().any(|said| said.version == *read));
    let version = read.unwrap_or(update.now().version);
    house
        .db
        .write(move |tx| {
            Box::pin(async move {
                store::doubt(tx, &form_key, (&update_id, version), &words, &by, now).await
            })
        })
        .await?;
    Ok(Redirect::to(&format!("/updates/{}?done=doubted", update.id)).into_response())
}

fn page(update: &Update, sent: &Sent, refusals: &Refusals) -> Page {
    let back = format!("/updates/{}", update.id);
    let page = Page::new("This is not what I found", || {
        view! {
            <div class="stack">
                <p>
                    <a class="back" href=back>
                        "Back"
                    </a>
                </p>
                <Summary refusals />
                <h1>"This is not what I found"</h1>
                <p class="lead">
                    "Tell the forum. Only its organisers read it, with the name you have here. \
                     They look into it before they say if it is so."
                </p>
                {browse::words(&update.now().words, Some(&update.id))}
                <form method="post" novalidate>
                    <FormKey key=sent.typed("form_key") />
                    <input type="hidden" name="version" value=update.now().version.to_string() />
                    <Area
                        name="words"
                        label="What did you find?"
                        hint="Please name no child."
                        value=sent.typed("words")
                        refusals
                    />
                    <button class="button">"Tell the forum"</button>
                </form>
            </div>
        }
    });
    page.kept_for_going_back().refused_for(refusals)
}
