//! Asking to be told: the form, the email to an address without an account, the button in it.

use accounts::{Asker, Caller, Purpose, may_write};
use axum::extract::State;
use axum::http::Uri;
use axum::response::{IntoResponse as _, Redirect, Response};
use calendar::clock::DAY;
use deliveries::{EmailKind, Owed, owe};
use forms::{Named, Refusals, Sent};
use ground::error::Error;
use ground::house::House;
use ground::ids::{Account, Id};
use ground::sent::Form;
use ground::token::Token;
use ground::ui::{Choice, Choices, Field, FormKey, Page, Summary};
use ground::viewer::Viewer;
use leptos::prelude::*;
use subscribers::Cadence;

use super::emails;
use super::rules::{self, Wanted};
use super::store::{self, Began};

/// GET `/subscribe`: `?services=…` and `?places=…` are ticked already.
pub async fn subscribe_form(
    State(house): State<House>,
    viewer: Viewer,
    uri: Uri,
) -> Result<Response, Error> {
    let (services, places) = area::store::both(&house.db).await?;
    if services.is_empty() {
        let page = Page::not_ready("Get told about changes", "You can't sign up for emails yet.");
        return Ok(page.answer(&house, &viewer));
    }
    let (sent, refusals) = (&Sent::query(&uri), &Refusals::default());
    let form = SubscribeForm { sent, services, places, refusals };
    Ok(subscribe_page(&house, &viewer, form).answer(&house, &viewer))
}

/// POST `/subscribe`: the same answer whether the address is known or not. An account's own address
/// is confirmed already.
pub async fn subscribe(
    State(house): State<House>,
    viewer: Viewer,
    caller: Caller,
    Form(sent): Form,
) -> Result<Response, Error> {
    let (services, places) = area::store::both(&house.db).await?;
    if viewer.is_signed_in() {
        let account_id = &viewer.signed_in()?.account_id;
        return match rules::wanted(&sent, &services, &places) {
            Ok(wanted) => {
                begin_for_account(&house, account_id, &wanted).await?;
                Ok(Redirect::to("/account/subscriptions?done=subscribed").into_response())
            }
            Err(refusals) => {
                let form = SubscribeForm { sent: &sent, services, places, refusals: &refusals };
                Ok(subscribe_page(&house, &viewer, form).answer(&house, &viewer))
            }
        };
    }
    match rules::request(&sent, &services, &places) {
        Ok((email, wanted)) => {
            let asker = Asker::Network(&caller);
            if let Err(wait) = may_write(&house, asker, Purpose::Subscription, &email).await? {
                let refusals = Refusals::one("email", wait.what_to_do.as_str());
                let form = SubscribeForm { sent: &sent, services, places, refusals: &refusals };
                let page = subscribe_page(&house, &viewer, form);
                return Ok(wait.answer(page.answer(&house, &viewer)));
            }
            let in_words = in_words(&wanted, &services, &places);
            ask_to_confirm(&house, &email, &wanted, &in_words, &sent.once()).await?;
            Ok(Redirect::to("/subscribe/sent").into_response())
        }
        Err(refusals) => {
            let form = SubscribeForm { sent: &sent, services, places, refusals: &refusals };
            Ok(subscribe_page(&house, &viewer, form).answer(&house, &viewer))
        }
    }
}

async fn begin_for_account(
    house: &House,
    account_id: &Id<Account>,
    wanted: &Wanted,
) -> Result<(), Error> {
    let now = house.clock.now();
    let mut tx = house.db.begin().await?.unseen();
    if let Some((email, _)) = store::of_account(&mut tx, account_id).await? {
        let subscriber = store::subscriber(&mut tx, &email, Some(account_id), now).await?;
        store::begin(&mut tx, &subscriber, wanted, Began::Account, now).await?;
    }
    tx.commit().await?;
    Ok(())
}

async fn ask_to_confirm(
    house: &House,
    email: &str,
    wanted: &Wanted,
    in_words: &[String],
    once: &str,
) -> Result<(), Error> {
    let (now, token) = (house.clock.now(), id::secret());
    let (hash, ends_at, fields) = (id::hash(&token), now + 2 * DAY, fields(wanted).packed());
    let mut tx = house.db.begin().await?.unseen();
    store::keep_request(&mut tx, &hash, email, &fields, ends_at).await?;
    let owed = Owed {
        // A double tap is one email.
        dedup_key: once,
        kind: EmailKind::SubscriptionToConfirm,
        account_id: None,
        to: email,
        words: &emails::confirm(house, in_words, &token, ends_at),
        at: now,
        not_after: Some(ends_at),
    };
    owe(&mut tx, owed).await?;
    tx.commit().await?;
    Ok(())
}

/// What is wanted as the fields of the form, to be read again when it is confirmed.
fn fields(wanted: &Wanted) -> Sent {
    let services = wanted.services.iter().map(|id| ("services", id.as_str()));
    let places = wanted.places.iter().map(|id| ("places", id.as_str()));
    let cadence = [("cadence", wanted.cadence.word())];
    Sent::of(&services.chain(places).chain(cadence).collect::<Vec<_>>())
}

/// "Transport in North Sefton", or the service alone for the whole area.
fn in_words(wanted: &Wanted, services: &[Named], places: &[Named]) -> Vec<String> {
    let name = |id: &str, named: &[Named]| {
        named.iter().find(|named| named.id == id).map(|named| named.name.clone())
    };
    let words =
        |(service, place): (&str, &str)| match (name(service, services), name(place, places)) {
            (Some(service), Some(place)) => Some(format!("{service} in {place}")),
            (service, _) => service,
        };
    wanted.each().filter_map(words).collect()
}

/// GET `/subscribe/sent`
pub async fn subscribe_sent_page(State(house): State<House>, viewer: Viewer) -> Response {
    Page::new("Check your email", || {
        view! {
            <div class="stack">
                <h1>"Check your email"</h1>
                <p class="lead">
                    "We've sent you an email. Press the button in it, and we will email you before \
                     something changes."
                </p>
                <p>
                    "It should arrive in a few minutes. If not, check your junk or spam folder, or "
                    <a href="/subscribe">"try again"</a>"."
                </p>
            </div>
        }
    })
    .answer(&house, &viewer)
}

/// GET `/subscribe/{token}`: a button, since mail scanners open links. Once it was pressed, the
/// same link says that the emails come, and its button leads to where they are changed and stopped.
pub async fn confirm_subscription_form(
    State(house): State<House>,
    viewer: Viewer,
    Token(token): Token,
) -> Result<Response, Error> {
    let asked =
        store::request(&mut *house.db.read().await?, &id::hash(&token), house.clock.now()).await?;
    let Some(asked) = asked else { return Ok(ended(&house, &viewer)) };
    let (services, places) = area::store::both(&house.db).await?;
    let sent = Sent::read(asked.wanted.as_bytes());
    let Ok(wanted) = rules::wanted(&sent, &services, &places) else {
        return Ok(ended(&house, &viewer));
    };
    let how_often = format!("How often: {}.", wanted.cadence.title());
    let items = in_words(&wanted, &services, &places);
    if asked.confirmed_at.is_some() {
        return Ok(already_subscribed_page(items).answer(&house, &viewer));
    }
    let items = items.into_iter().map(|words| view! { <li>{words}</li> }).collect::<Vec<_>>();
    let page = Page::new("Shall we email you?", || {
        view! {
            <div class="stack">
                <h1>"Shall we email you?"</h1>
                <p class="lead">"We will email you before any of these change:"</p>
                <ul>{items}</ul>
                <p>{how_often}</p>
                <p>
                    "If a change has been announced already, we will email you about it straight \
                     away."
                </p>
                <form method="post">
                    <button class="button">"Yes, email me"</button>
                </form>
                <p class="soft">
                    "If you didn't ask for this, close the page. We won't email you again."
                </p>
            </div>
        }
    });
    Ok(page.answer(&house, &viewer))
}

/// The value of the button that only leads to the subscriber's own page.
const CHANGE: &str = "change";

/// For somebody who has confirmed it before. `items`: what they asked for.
fn already_subscribed_page(items: Vec<String>) -> Page {
    let items = items.into_iter().map(|words| view! { <li>{words}</li> }).collect::<Vec<_>>();
    Page::new("You get these emails", || {
        view! {
            <div class="stack">
                <h1>"You get these emails"</h1>
                <p class="lead">"We will email you before any of these change:"</p>
                <ul>{items}</ul>
                <form method="post">
                    <button class="button" name="step" value=CHANGE>
                        "Change or stop these emails"
                    </button>
                </form>
            </div>
        }
    })
}

/// POST `/subscribe/{token}`: starts what was asked for, and leads to the subscriber's own page.
/// What was confirmed before is as they have left it there since.
pub async fn confirm_subscription(
    State(house): State<House>,
    viewer: Viewer,
    Token(token): Token,
    Form(sent): Form,
) -> Result<Response, Error> {
    let (services, places) = area::store::both(&house.db).await?;
    let (now, token_hash, link) = (house.clock.now(), id::hash(&token), id::secret());
    let mut tx = house.db.begin().await?.unseen();
    let asked = store::request(&mut tx, &token_hash, now).await?;
    let asked = asked.and_then(|asked| {
        let wanted = rules::wanted(&Sent::read(asked.wanted.as_bytes()), &services, &places);
        Some((asked, wanted.ok()?))
    });
    let Some((asked, wanted)) = asked else {
        tx.roll_back().await?;
        return Ok(ended(&house, &viewer));
    };
    let subscriber = store::subscriber(&mut tx, &asked.email, None, now).await?;
    if asked.confirmed_at.is_none() {
        store::begin(&mut tx, &subscriber, &wanted, Began::Email, now).await?;
        store::confirmed(&mut tx, &token_hash, now).await?;
    }
    subscribers::keep_link(&mut tx, &id::hash(&link), &subscriber, now).await?;
    tx.commit().await?;
    let done = if sent.typed("step") == CHANGE { "" } else { "?done=subscribed" };
    Ok(Redirect::to(&format!("/subscriptions/{link}{done}")).into_response())
}

fn ended(house: &House, viewer: &Viewer) -> Response {
    let why = "Ask again and we will send you a new email.";
    Page::link_ended("This link no longer works", why, ("/subscribe", "Get told about changes"))
        .answer(house, viewer)
}

/// What the form is shown with.
struct SubscribeForm<'a> {
    sent: &'a Sent,
    services: Vec<Named>,
    places: Vec<Named>,
    refusals: &'a Refusals,
}

fn subscribe_page(house: &House, viewer: &Viewer, form: SubscribeForm<'_>) -> Page {
    let SubscribeForm { sent, services, places, refusals } = form;
    let is_signed_in = viewer.is_signed_in();
    let area = house.names.area.clone();
    let page = Page::new("Get told about changes", || {
        let email = (!is_signed_in).then(|| {
            view! {
                <Field
                    name="email"
                    label="Your email address"
                    hint="We only use it for these emails. You don't need an account."
                    kind="email"
                    autocomplete="email"
                    value=sent.typed("email")
                    refusals
                />
            }
        });
        view! {
            <div class="stack">
                <Summary refusals />
                <h1>"Get told about changes"</h1>
                <p class="lead">
                    {format!(
                        "When a service in {area} is going to change, we will email you before the \
                         day it starts.",
                    )}
                </p>
                <form method="post" action="/subscribe" novalidate>
                    <FormKey key=sent.typed("form_key") />
                    {subscription_fields(sent, services, places, refusals)}
                    {email}
                    <button class="button">"Email me about changes"</button>
                </form>
                <p class="soft">
                    "If a change has been announced already, we will email you about it straight \
                     away. You can stop these emails with a link in any of them."
                </p>
            </div>
        }
    });
    page.kept_for_going_back().refused_for(refusals)
}

/// The fields that say what is wanted.
pub fn subscription_fields<'a>(
    sent: &Sent,
    services: Vec<Named>,
    places: Vec<Named>,
    refusals: &'a Refusals,
) -> impl IntoView + use<'a> {
    let (services, places) =
        (Choice::ticked(sent, "services", services), Choice::ticked(sent, "places", places));
    let cadence = if sent.typed("cadence").is_empty() && refusals.is_empty() {
        Cadence::AtOnce.word()
    } else {
        sent.typed("cadence")
    };
    let cadences =
        Choice::each(Cadence::ALL.map(|cadence| (cadence.word(), cadence.title())), |word| {
            word == cadence
        });
    view! {
        <Choices name="services" legend="Which services?" choices=services many=true refusals />
        <Choices
            name="places"
            legend="Only in one part of the area?"
            hint="Leave these empty to be told about the whole area."
            choices=places
            many=true
            refusals
        />
        <Choices
            name="cadence"
            legend="How often should we email you?"
            hint="If something changes before your next email, we will tell you straight away."
            choices=cadences
            refusals
        />
    }
}
