//! The subscriber's own page, reached by the link in an email or from an account.

use axum::extract::State;
use axum::http::{StatusCode, Uri};
use axum::response::{IntoResponse as _, Redirect, Response};
use calendar::clock::Moment;
use deliveries::returns::Came;
use forms::{Refusals, Sent};
use ground::error::Error;
use ground::house::House;
use ground::ids::{Id, Subscriber};
use ground::sent::Form;
use ground::token::Token;
use ground::ui::{Banner, Field, Page, Summary};
use ground::viewer::Viewer;
use leptos::prelude::*;
use notices::store::ListedNotice;
use subscribers::Cadence;

use super::one_click::not_whole;
use super::rules::{self, Wanted};
use super::stopping;
use super::store::{self, ActiveSubscription, Began, Ended, SubscribedTo, WhichSubscriptions};
use super::subscribe::subscription_fields;

/// The most announced changes in the list: the others are one tap further on.
const MOST_ANNOUNCED: i64 = 20;

/// Where an account has this page.
const OWN: &str = "/account/subscriptions";

/// GET `/subscriptions/{token}`
pub async fn subscriptions_by_link(
    State(house): State<House>,
    viewer: Viewer,
    Token(token): Token,
    uri: Uri,
) -> Result<Response, Error> {
    let subscriber = store::by_link(&mut *house.db.read().await?, &id::hash(&token)).await?;
    let Some(subscriber) = subscriber else { return Ok(gone(&house, &viewer)) };
    let shown = SubscriptionsPage {
        subscriber: Some(&subscriber),
        back: &format!("/subscriptions/{token}"),
        sent: &Sent::default(),
        done: &Sent::query(&uri).line("done"),
        refusals: &Refusals::default(),
    };
    subscriptions_page(&house, &viewer, shown).await
}

/// POST `/subscriptions/{token}`
pub async fn change_subscriptions_by_link(
    State(house): State<House>,
    viewer: Viewer,
    Token(token): Token,
    Form(sent): Form,
) -> Result<Response, Error> {
    let subscriber = store::by_link(&mut *house.db.read().await?, &id::hash(&token)).await?;
    let Some(subscriber) = subscriber else { return Ok(gone(&house, &viewer)) };
    if sent.typed("step") == "erase" {
        return erase(&house, &viewer, &subscriber).await;
    }
    let back = format!("/subscriptions/{token}");
    change_subscriptions(&house, &viewer, Some(&subscriber), &sent, &back).await
}

/// GET `/account/subscriptions`
pub async fn own_subscriptions(
    State(house): State<House>,
    viewer: Viewer,
    uri: Uri,
) -> Result<Response, Error> {
    let subscriber = of_viewer(&house, &viewer).await?;
    let shown = SubscriptionsPage {
        subscriber: subscriber.as_ref(),
        back: OWN,
        sent: &Sent::default(),
        done: &Sent::query(&uri).line("done"),
        refusals: &Refusals::default(),
    };
    subscriptions_page(&house, &viewer, shown).await
}

/// POST `/account/subscriptions`
pub async fn change_own_subscriptions(
    State(house): State<House>,
    viewer: Viewer,
    Form(sent): Form,
) -> Result<Response, Error> {
    let subscriber = of_viewer(&house, &viewer).await?;
    change_subscriptions(&house, &viewer, subscriber.as_ref(), &sent, OWN).await
}

async fn of_viewer(house: &House, viewer: &Viewer) -> Result<Option<Id<Subscriber>>, Error> {
    let account =
        store::of_account(&mut *house.db.read().await?, &viewer.signed_in()?.account_id).await?;
    Ok(account.and_then(|(_, subscriber)| subscriber))
}

/// Stops one, all or everything, takes that back, changes how often emails come, or adds what is
/// chosen.
async fn change_subscriptions(
    house: &House,
    viewer: &Viewer,
    subscriber: Option<&Id<Subscriber>>,
    sent: &Sent,
    back: &str,
) -> Result<Response, Error> {
    let Some(subscriber) = subscriber else { return Ok(Redirect::to(back).into_response()) };
    let chooses_none = sent.all("services").is_empty() && sent.all("places").is_empty();
    let cadence = Cadence::read(sent.typed("cadence"));
    let done = match (sent.typed("step"), cadence) {
        ("stop", _) => {
            let which = WhichSubscriptions::One(sent.typed("subscription").into());
            stop(house, subscriber, &which).await?;
            "stopped"
        }
        ("stop all", _) => {
            stop(house, subscriber, &WhichSubscriptions::All).await?;
            "stopped"
        }
        ("everything", _) => {
            stop_everything(house, subscriber).await?;
            "everything"
        }
        ("again", _) => {
            start_again(house, subscriber).await?;
            "again"
        }
        ("phone", _) => match rules::phone(sent) {
            Ok(phone) => {
                set_phone(house, subscriber, &phone).await?;
                if phone.is_empty() { "no-phone" } else { "phone" }
            }
            Err(refusals) => {
                return refused(house, viewer, (subscriber, back), sent, &refusals).await;
            }
        },
        (_, Some(cadence)) if chooses_none => {
            set_cadence(house, subscriber, cadence).await?;
            "changed"
        }
        _ => {
            let (services, places) = area::store::both(&house.db).await?;
            match rules::wanted(sent, &services, &places) {
                Ok(wanted) => begin(house, subscriber, &wanted).await?,
                Err(refusals) => {
                    return refused(house, viewer, (subscriber, back), sent, &refusals).await;
                }
            }
            "subscribed"
        }
    };
    Ok(Redirect::to(&format!("{back}?done={done}")).into_response())
}

/// The page again, with what is to be put right.
async fn refused(
    house: &House,
    viewer: &Viewer,
    (subscriber, back): (&Id<Subscriber>, &str),
    sent: &Sent,
    refusals: &Refusals,
) -> Result<Response, Error> {
    let page = SubscriptionsPage { subscriber: Some(subscriber), back, sent, done: "", refusals };
    subscriptions_page(house, viewer, page).await
}

async fn set_phone(house: &House, subscriber: &Id<Subscriber>, phone: &str) -> Result<(), Error> {
    let mut tx = house.db.begin().await?.unseen();
    store::set_phone(&mut tx, subscriber, phone).await?;
    tx.commit().await?;
    Ok(())
}

/// Stops some emails about changes, and waits until none of them is on its way.
async fn stop(
    house: &House,
    subscriber: &Id<Subscriber>,
    which: &WhichSubscriptions,
) -> Result<(), Error> {
    let now = house.clock.now();
    let mut tx = house.db.begin().await?.unseen();
    store::end(&mut tx, subscriber, which, Ended::OwnPage, now).await?;
    tx.commit().await?;
    settled(house, subscriber).await
}

/// Takes the last stop back.
async fn start_again(house: &House, subscriber: &Id<Subscriber>) -> Result<(), Error> {
    let now = house.clock.now();
    let mut tx = house.db.begin().await?.unseen();
    stopping::take_back(&mut tx, subscriber, now).await?;
    tx.commit().await?;
    Ok(())
}

async fn set_cadence(
    house: &House,
    subscriber: &Id<Subscriber>,
    cadence: Cadence,
) -> Result<(), Error> {
    let mut tx = house.db.begin().await?.unseen();
    store::set_cadence(&mut tx, subscriber, cadence).await?;
    tx.commit().await?;
    Ok(())
}

async fn begin(house: &House, subscriber: &Id<Subscriber>, wanted: &Wanted) -> Result<(), Error> {
    let now = house.clock.now();
    let mut tx = house.db.begin().await?.unseen();
    notices::ledger::hold_addresses(&mut tx).await?;
    store::begin(&mut tx, subscriber, wanted, Began::OwnPage, now).await?;
    tx.commit().await?;
    Ok(())
}

/// Waits until no email about a change that was stopped is on its way.
pub(super) async fn settled(house: &House, subscriber: &Id<Subscriber>) -> Result<(), Error> {
    deliveries::settled(|| notices::ledger::is_on_its_way(&house.db, subscriber)).await?;
    Ok(())
}

/// Stops everything, and waits until none of it is on its way.
async fn stop_everything(house: &House, subscriber: &Id<Subscriber>) -> Result<(), Error> {
    let now = house.clock.now();
    let mut tx = house.db.begin().await?.unseen();
    let account = stopping::everything(&mut tx, subscriber, now).await?;
    tx.commit().await?;
    settled(house, subscriber).await?;
    if let Some(account) = account {
        deliveries::settled(|| deliveries::stops::is_on_its_way(&house.db, &account)).await?;
    }
    Ok(())
}

/// Stops everything about changes and erases the address, at once: it is quick to sign up again.
async fn erase(
    house: &House,
    viewer: &Viewer,
    subscriber: &Id<Subscriber>,
) -> Result<Response, Error> {
    let now = house.clock.now();
    let mut tx = house.db.begin().await?.unseen();
    if let Some(email) = store::forget_subscriber(&mut tx, subscriber, now).await? {
        notices::forget_address(&mut tx, &email).await?;
        local_offer::forget_email(&mut tx, &email).await?;
        deliveries::store::forget_address(&mut tx, &email, now).await?;
    }
    tx.commit().await?;
    settled(house, subscriber).await?;
    let page = Page::new("We have deleted your email address", || {
        view! {
            <div class="stack">
                <h1>"We have deleted your email address"</h1>
                <p class="lead">
                    "You won't get any more emails about changes. We only know that someone was \
                     told about a change, not who."
                </p>
                <p>
                    "If you also have an account here, it stays. "
                    <a href="/account/erase">"Delete your account"</a>
                </p>
                <p>
                    <a href="/subscribe">"Get told about changes"</a>
                </p>
            </div>
        }
    });
    Ok(page.answer(house, viewer))
}

/// For a link that no subscriber has. Where their address was erased, nothing is sent to them.
fn gone(house: &House, viewer: &Viewer) -> Response {
    not_whole(StatusCode::GONE).answer(house, viewer)
}

/// What a subscriber's own page is shown with.
#[derive(Clone, Copy)]
struct SubscriptionsPage<'a> {
    subscriber: Option<&'a Id<Subscriber>>,
    /// The page's own address.
    back: &'a str,
    sent: &'a Sent,
    /// What has just been done; may be empty.
    done: &'a str,
    refusals: &'a Refusals,
}

async fn subscriptions_page(
    house: &House,
    viewer: &Viewer,
    SubscriptionsPage { subscriber, back, sent, done, refusals }: SubscriptionsPage<'_>,
) -> Result<Response, Error> {
    let has = match subscriber {
        Some(subscriber) => store::subscribed_to(&house.db, subscriber).await?,
        None => SubscribedTo::default(),
    };
    let now = house.clock.now();
    // What is coming is looked for once something has begun; at other times it is on its own page.
    let announced = match (subscriber, done) {
        (Some(subscriber), "subscribed" | "again") => {
            notices::store::announced_to(&house.db, subscriber, MOST_ANNOUNCED, now).await?
        }
        _ => Vec::new(),
    };
    let (services, places) = area::store::both(&house.db).await?;
    let cadence = has.cadence.word();
    let copy = subscriber.map(|_| copy_at(back));
    let filled = if sent.typed("cadence").is_empty() {
        Sent::of(&[("cadence", cadence)])
    } else {
        sent.clone()
    };
    let is_about_phone = sent.typed("step") == "phone";
    let phone = if is_about_phone { sent.typed("phone") } else { has.phone.as_str() }.to_owned();
    let page = Page::new("What we tell you about", || {
        let area = house.names.area.clone();
        let has_any = !has.subscriptions.is_empty();
        let all_emails = viewer.is_signed_in().then(|| {
            view! {
                <p>
                    <a href="/account/emails">"All emails you get"</a>
                </p>
            }
        });
        let erase = (back != OWN).then(|| {
            view! {
                <details>
                    <summary>"Delete my email address"</summary>
                    <p>
                        "We will stop these emails and delete your address now. Any question you \
                         asked about a change won't be answered by email, nor will any comment you \
                         sent without an account. You can't undo this, but you can sign up again."
                    </p>
                    <form method="post">
                        <button class="button warn" name="step" value="erase">
                            "Delete my email address"
                        </button>
                    </form>
                </details>
            }
        });
        let add = (subscriber.is_some() && !services.is_empty()).then(|| {
            let fields = subscription_fields(&filled, services, places, refusals);
            view! {
                <details open=(!refusals.is_empty() && !is_about_phone) || !has_any>
                    <summary>"Add more, or change how often we email you"</summary>
                    <form method="post" novalidate>
                        {fields}
                        <button class="button">"Save"</button>
                    </form>
                </details>
            }
        });
        let ring = subscriber.is_some().then(|| phone_form(phone, is_about_phone, refusals));
        view! {
            <div class="stack">
                {banner(done, has_any)}
                <Summary refusals />
                <h1>"What we tell you about"</h1>
                {(!has_any)
                    .then(|| {
                        view! { <p class="lead">"You don't get any emails about changes now."</p> }
                    })}
                {subscriber
                    .is_none()
                    .then(|| {
                        view! {
                            <p>
                                <a class="button" href="/subscribe">
                                    "Get told about changes"
                                </a>
                            </p>
                        }
                    })} {has.came_back.map(came_back)}
                {has_any
                    .then(|| {
                        view! {
                            <p class="lead">{format!("How often: {}.", has.cadence.title())}</p>
                        }
                    })}
                <ul class="rows">
                    {has.subscriptions.iter().map(|one| row(one, &area)).collect_view()}
                </ul>
                {(!announced.is_empty()).then(|| already_announced(announced, now))}
                {has_any
                    .then(|| {
                        view! {
                            <form method="post">
                                <button class="button quiet" name="step" value="stop all">
                                    "Stop all emails about changes"
                                </button>
                            </form>
                        }
                    })} {add} {ring} {erase} {all_emails}
                {copy
                    .map(|to| {
                        view! {
                            <p>
                                <a href=to>"A copy of what we keep about you"</a>
                            </p>
                        }
                    })}
            </div>
        }
    });
    Ok(page.refused_for(refusals).answer(house, viewer))
}

/// Where a family says at which number it may be rung.
fn phone_form(phone: String, is_open: bool, refusals: &Refusals) -> impl IntoView + use<> {
    let summary = if phone.is_empty() {
        "Let us ring you if our emails don't arrive"
    } else {
        "The number we ring if our emails don't arrive"
    };
    view! {
        <details open=is_open>
            <summary>{summary}</summary>
            <form method="post" novalidate>
                <Field
                    name="phone"
                    label="Telephone number"
                    hint="Only volunteers of the forum see it, and only after an email to you \
                        came back. Leave it empty and save to delete it."
                    kind="tel"
                    autocomplete="tel"
                    value=phone
                    refusals
                />
                <button class="button quiet" name="step" value="phone">
                    "Save this number"
                </button>
            </form>
        </details>
    }
    .into_any()
}

/// What had been announced before what was chosen began.
fn already_announced(announced: Vec<ListedNotice>, now: Moment) -> impl IntoView {
    view! {
        <section class="stack">
            <h2>"Changes already announced"</h2>
            <p>"We will email you about these now, unless we have already."</p>
            {notices::lines(announced, now)}
            <p>
                <a href="/notices">"All changes"</a>
            </p>
        </section>
    }
}

/// Where the way to a copy is from this page: an account's has everything in it.
fn copy_at(back: &str) -> String {
    if back == OWN { "/account/export".to_owned() } else { format!("{back}/copy") }
}

/// What subscribers should know about their emails, since these go on.
fn came_back(came: Came) -> impl IntoView {
    let words = match came {
        Came::Bounced => {
            "Our last email to you came back. We will keep trying this address. If the mailbox is \
             full or the address is wrong, sign up with another one."
        }
        Came::Complained => {
            "Our last email to you was marked as spam. We will keep emailing you so that you hear \
             about changes. You can stop the emails here."
        }
    };
    view! { <p class="panel warn">{words}</p> }
}

/// "Transport in North Sefton".
pub(super) fn service_and_place(subscription: &ActiveSubscription, area: &str) -> String {
    format!(
        "{} in {}",
        subscription.service,
        subscription.place.clone().unwrap_or_else(|| format!("all of {area}"))
    )
}

fn row(subscription: &ActiveSubscription, area: &str) -> impl IntoView + use<> {
    let what = service_and_place(subscription, area);
    let unseen = what.clone();
    view! {
        <li>
            <span>{what}</span>
            <form method="post">
                <input type="hidden" name="subscription" value=subscription.id.to_string() />
                <button class="link" name="step" value="stop">
                    "Stop"
                    <span class="unseen">{format!(" {unseen}")}</span>
                </button>
            </form>
        </li>
    }
}

/// `has_any`: whether any emails about changes still come.
fn banner(done: &str, has_any: bool) -> impl IntoView + use<> {
    let words = match done {
        "subscribed" if has_any => ("Saved", "We will email you before any of these change."),
        "stopped" if has_any => ("Stopped", "You still get the other emails below."),
        "stopped" => ("Stopped", "We won't email you about changes any more."),
        "everything" if !has_any => (
            "We have stopped everything",
            "Only emails you ask for, and those that keep your account safe, will still come.",
        ),
        "again" => ("Started again", "We will email you as before you stopped."),
        "changed" => ("Saved", "We will email you as often as you chose."),
        "phone" => ("Saved", "We will ring you if our emails about a change come back."),
        "no-phone" => ("Deleted", "We no longer have a telephone number for you."),
        _ => return None,
    };
    let back = matches!(done, "stopped" | "everything").then(way_back);
    Some(view! {
        <Banner title=words.0>
            <p>{words.1}</p>
            {back}
        </Banner>
    })
}

/// A button for someone who stopped by a wrong tap; it posts to a subscriber's own page.
fn way_back() -> impl IntoView {
    view! {
        <form method="post">
            <button class="link" name="step" value="again">
                "That was a mistake: start them again"
            </button>
        </form>
    }
}
