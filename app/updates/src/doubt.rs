//! "That's not my experience": a parent tells the forum, and nobody else can read it.

use accounts::{Sends, may_send, too_many};
use axum::extract::{Path, State};
use axum::response::{IntoResponse as _, Redirect, Response};
use deliveries::{EmailKind, Owed, owe};
use forms::{Refusals, Sent};
use ground::error::Error;
use ground::house::House;
use ground::ids::{self, Id};
use ground::sent::Form;
use ground::ui::{Area, FormKey, Frame, Page};
use ground::viewer::Viewer;
use leptos::prelude::*;

use super::store::{self, NewDoubt, Update};
use super::{browse, emails, find_update};

/// GET `/updates/{id}/doubts/new`
pub async fn doubt_form(
    State(house): State<House>,
    viewer: Viewer,
    Path(id): Path<Id<ids::Update>>,
) -> Result<Response, Error> {
    Ok(doubt_page(&find_update(&house, &id).await?, &Sent::default(), &Refusals::default())
        .answer(&house, &viewer))
}

/// POST `/updates/{id}/doubts/new`
pub async fn send_doubt(
    State(house): State<House>,
    viewer: Viewer,
    Path(id): Path<Id<ids::Update>>,
    Form(sent): Form,
) -> Result<Response, Error> {
    let update = find_update(&house, &id).await?;
    let words =
        match forms::within(forms::prose(sent.typed("words")), 4_000, "Tell us what happened") {
            Ok(words) => words,
            Err(what_to_do) => {
                return Ok(doubt_page(&update, &sent, &Refusals::one("words", what_to_do))
                    .answer(&house, &viewer));
            }
        };
    let (now, by, form_key) = (house.clock.now(), viewer.signed_in()?, sent.once());
    if !may_send(&house, Sends::Doubt, &viewer).await?
        && !store::is_doubted(&house.db, &form_key).await?
    {
        let what_to_do = "Send this in an hour. You have told us a lot just now";
        let page = doubt_page(&update, &sent, &Refusals::one("words", what_to_do));
        return Ok(too_many(page, Sends::Doubt, &house, &viewer));
    }
    // About the version the parent read, if there is a newer one by now.
    let read = sent
        .typed("version")
        .parse()
        .ok()
        .filter(|read| update.versions.iter().any(|said| said.version == *read));
    let version = read.unwrap_or(update.now().version);
    let mut tx = house.db.begin().await?;
    let new = NewDoubt { form_key: &form_key, update_id: &update.id, version, words: &words };
    store::doubt(&mut tx, new, &by.account_id, now).await?;
    let receipt = Owed {
        // A double tap tells the forum once, and is one email.
        dedup_key: &format!("doubt received {form_key}"),
        kind: EmailKind::DoubtReceived,
        account_id: Some(&by.account_id),
        to: &by.email,
        words: &emails::received(&house, &update),
        at: now,
        not_after: None,
    };
    owe(&mut tx, receipt).await?;
    tx.commit().await?;
    Ok(Redirect::to(&format!("/updates/{}?done=doubted", update.id)).into_response())
}

fn doubt_page(update: &Update, sent: &Sent, refusals: &Refusals) -> Page {
    let (now, back) = (update.now(), format!("/updates/{}", update.id));
    let frame = Frame::new("That's not my experience", (back, "Back"))
        .of(&outcomes::shortened(&now.words.you_said))
        .refused_for(refusals);
    let page = frame.around(|| {
        view! {
            <p class="lead">
                "Tell the forum. Only its organisers will read this, with your display name. If it \
                 changes what the forum thinks, they will say so on the page."
            </p>
            {browse::words(&now.words, Some(&update.id))}
            <form method="post" novalidate>
                <FormKey key=sent.typed("form_key") />
                <input type="hidden" name="version" value=now.version.to_string() />
                <Area
                    name="words"
                    label="What happened for your family?"
                    hint="Please don't use a child's name."
                    value=sent.typed("words")
                    refusals
                />
                <button class="button">"Tell the forum"</button>
            </form>
        }
    });
    page.kept_for_going_back()
}
