//! "That's not my experience": a parent tells the forum, and nobody else can read it.

use accounts::{Sends, may_send, too_many};
use axum::extract::{Path, State};
use axum::response::{IntoResponse as _, Redirect, Response};
use deliveries::{EmailKind, Owed, owe};
use forms::{Named, Refusals, Sent};
use ground::error::Error;
use ground::house::House;
use ground::ids::{Id, Service, WaitReport};
use ground::sent::Form;
use ground::ui::{Area, FormKey, Page, Summary, titled};
use ground::viewer::Viewer;
use leptos::prelude::*;

use super::store::{self, NewDoubt, Published, Which};
use super::{emails, find_service};

/// How many publications somebody can have read and still tell us about.
const MOST: i64 = 50;

/// A service, and what was published about it, the latest first; never empty.
async fn published(house: &House, id: &Id<Service>) -> Result<(Named, Vec<Published>), Error> {
    let service = find_service(house, id).await?;
    let service_id: Id<Service> = service.id.as_str().into();
    let all = store::published(&house.db, Which::Of(&service_id), (MOST, 0)).await?;
    if all.is_empty() { Err(Error::NotFound) } else { Ok((service, all)) }
}

/// GET `/waits/{id}/doubts/new`
pub async fn doubt_form(
    State(house): State<House>,
    viewer: Viewer,
    Path(id): Path<Id<Service>>,
) -> Result<Response, Error> {
    let (service, all) = published(&house, &id).await?;
    Ok(doubt_page(&service, &all[0], &Sent::default(), &Refusals::default())
        .answer(&house, &viewer))
}

/// POST `/waits/{id}/doubts/new`
pub async fn send_doubt(
    State(house): State<House>,
    viewer: Viewer,
    Path(id): Path<Id<Service>>,
    Form(sent): Form,
) -> Result<Response, Error> {
    let (service, all) = published(&house, &id).await?;
    let again = |what_to_do: String| {
        doubt_page(&service, &all[0], &sent, &Refusals::one("words", what_to_do))
    };
    let words = forms::within(forms::prose(sent.typed("words")), 4_000, "Tell us what happened");
    let words = match words {
        Ok(words) => words,
        Err(what_to_do) => return Ok(again(what_to_do).answer(&house, &viewer)),
    };
    let (now, by, form_key) = (house.clock.now(), viewer.signed_in()?, sent.once());
    if !may_send(&house, Sends::Doubt, &viewer).await?
        && !store::is_doubted(&house.db, &form_key).await?
    {
        let page = again("Send this in an hour. You have told us a lot just now".to_owned());
        return Ok(too_many(page, Sends::Doubt, &house, &viewer));
    }
    // About what the parent read, if there is more by now.
    let read = Id::<WaitReport>::parse(sent.typed("report"));
    let read = all.iter().find(|published| read.as_ref() == Some(&published.id));
    let report_id = &read.unwrap_or(&all[0]).id;
    let mut tx = house.db.begin().await?;
    let new = NewDoubt { form_key: &form_key, report_id, words: &words };
    store::doubt(&mut tx, new, &by.account_id, now).await?;
    let receipt = Owed {
        // A double tap tells the forum once, and is one email.
        dedup_key: &format!("doubt received {form_key}"),
        kind: EmailKind::DoubtReceived,
        account_id: Some(&by.account_id),
        to: &by.email,
        words: &emails::received(&house, &service),
        at: now,
        not_after: None,
    };
    owe(&mut tx, receipt).await?;
    tx.commit().await?;
    Ok(Redirect::to(&format!("/waits/{}?done=doubted", service.id)).into_response())
}

fn doubt_page(service: &Named, last: &Published, sent: &Sent, refusals: &Refusals) -> Page {
    let back = format!("/waits/{}", service.id);
    let said = match sent.typed("report") {
        "" => last.id.to_string(),
        read => read.to_owned(),
    };
    let page = Page::new(titled("That's not my experience", &service.name), || {
        view! {
            <div class="stack">
                <p>
                    <a class="back" href=back>
                        "Back"
                    </a>
                </p>
                <Summary refusals />
                <h1>"That's not my experience"</h1>
                <p class="lead">
                    {format!("This is about how long families wait for: {}.", service.name)}
                    " Tell the forum. Only its organisers will read this, with your display name. \
                     If it changes what the forum thinks, they will say so on the page."
                </p>
                <form method="post" novalidate>
                    <FormKey key=sent.typed("form_key") />
                    <input type="hidden" name="report" value=said />
                    <Area
                        name="words"
                        label="How long did your family wait, and when?"
                        hint="Please don't use a child's name."
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
