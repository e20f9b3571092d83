//! One click in an email to stop such emails: what that stops, what still comes, everything at
//! once, and the way back.

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use deliveries::{Sort, stops};
use ground::error::Error;
use ground::house::House;
use ground::ids::{Id, Service};
use ground::token::Token;
use ground::ui::Page;
use ground::viewer::Viewer;
use leptos::prelude::*;

use super::manage::{self, settled};
use super::stopping;
use super::store::{self, Ended, SubscribedTo, WhichSubscriptions};

/// GET `/unsubscribe/{token}`: a button, since mail scanners open links; none where it would stop
/// nothing.
pub async fn unsubscribe_form(
    State(house): State<House>,
    viewer: Viewer,
    token: Result<Token, Response>,
) -> Result<Response, Error> {
    let Ok(Token(token)) = token else {
        return Ok(not_whole(StatusCode::NOT_FOUND).answer(&house, &viewer));
    };
    let link_hash = id::hash(&token);
    if store::by_link(&mut *house.db.read().await?, &link_hash).await?.is_none() {
        return Ok(not_whole(StatusCode::NOT_FOUND).answer(&house, &viewer));
    }
    let services =
        notices::ledger::services_of_link(&mut *house.db.read().await?, &link_hash).await?;
    let about = about(&services);
    let to = format!("/subscriptions/{token}");
    let page = Page::new("Stop these emails?", || {
        view! {
            <div class="stack">
                <h1>"Stop these emails?"</h1>
                <p class="lead">{format!("We will no longer email you about {about}.")}</p>
                <form method="post">
                    <button class="button">"Stop these emails"</button>
                </form>
                <p>
                    <a href=to>"Choose which emails to keep instead"</a>
                </p>
            </div>
        }
    });
    Ok(page.answer(&house, &viewer))
}

/// POST `/unsubscribe/{token}`: asks for no cookie and answers without leading elsewhere, as RFC
/// 8058 wants it. Twice is the same as once, and a link that no longer works is not the fault of
/// whoever posts it.
pub async fn unsubscribe(
    State(house): State<House>,
    viewer: Viewer,
    token: Result<Token, Response>,
) -> Result<Response, Error> {
    let Ok(Token(token)) = token else {
        return Ok(not_whole(StatusCode::OK).answer(&house, &viewer));
    };
    let (now, link_hash) = (house.clock.now(), id::hash(&token));
    let Some(subscriber) = store::by_link(&mut *house.db.read().await?, &link_hash).await? else {
        return Ok(not_whole(StatusCode::OK).answer(&house, &viewer));
    };
    let mut tx = house.db.begin().await?.unseen();
    // An email about a notice stops emails about its services; the others go on.
    let services = notices::ledger::services_of_link(&mut tx, &link_hash).await?;
    let which = if services.is_empty() {
        WhichSubscriptions::All
    } else {
        WhichSubscriptions::Of(services.iter().map(|(id, _)| id.clone()).collect())
    };
    store::end(&mut tx, &subscriber, &which, Ended::OneClick, now).await?;
    tx.commit().await?;
    settled(&house, &subscriber).await?;
    let has = store::subscribed_to(&house.db, &subscriber).await?;
    let account = stopping::account_of(&mut *house.db.read().await?, &subscriber).await?;
    let still: Vec<Sort> = match account {
        Some(account) => {
            let stopped = stops::stopped(&house.db, &account).await?;
            [Sort::Said, Sort::Receipts]
                .into_iter()
                .filter(|sort| !stopped.contains(sort))
                .collect()
        }
        None => Vec::new(),
    };
    Ok(stopped_page(&token, &about(&services), &has, &still, &house.names.area)
        .answer(&house, &viewer))
}

/// What stopped, what still comes, and the two buttons: everything, and the way back.
fn stopped_page(token: &str, about: &str, has: &SubscribedTo, still: &[Sort], area: &str) -> Page {
    let (own, gets_any) =
        (format!("/subscriptions/{token}"), !has.subscriptions.is_empty() || !still.is_empty());
    let copy = format!("{own}/copy");
    Page::new("We have stopped these emails", || {
        let changes = has
            .subscriptions
            .iter()
            .map(|subscription| manage::service_and_place(subscription, area));
        let said = still.iter().map(|sort| sort.title().to_owned());
        let rows: Vec<_> = changes.chain(said).map(|what| view! { <li>{what}</li> }).collect();
        let goes_on = gets_any.then(|| {
            view! {
                <h2>"What you still get"</h2>
                <ul>{rows}</ul>
            }
        });
        let everything = gets_any.then(|| {
            view! {
                <form method="post" action=own.clone()>
                    <button class="button quiet" name="step" value="everything">
                        "Stop everything"
                    </button>
                </form>
            }
        });
        view! {
            <div class="stack">
                <h1>"We have stopped these emails"</h1>
                <p class="lead">{format!("We will no longer email you about {about}.")}</p>
                {goes_on}
                <p>
                    "Emails you ask for, like a link to sign in, will still come. "
                    <a href="/notices">"All changes"</a>" are here for everyone to read."
                </p>
                <form method="post" action=own.clone()>
                    <button class="button quiet" name="step" value="again">
                        "That was a mistake: start them again"
                    </button>
                </form>
                {everything}
                <p>
                    <a href=copy>"A copy of what we keep about you"</a>
                </p>
            </div>
        }
    })
}

/// What the services of an email are called in a sentence.
fn about(services: &[(Id<Service>, String)]) -> String {
    if services.is_empty() {
        return "changes to services".to_owned();
    }
    let names: Vec<&str> = services.iter().map(|(_, name)| name.as_str()).collect();
    format!("changes to {}", names.join(", "))
}

/// For a link that stops nothing, since no subscriber has it: mostly a part of it is missing. Mail
/// programs read only the status, people the words.
pub(super) fn not_whole(status: StatusCode) -> Page {
    let page = Page::new("We have not stopped any emails", || {
        view! {
            <div class="stack">
                <h1>"We have not stopped any emails"</h1>
                <p class="lead">
                    "This link is not whole, or it no longer works. We don't know whose emails it \
                     is for."
                </p>
                <p>
                    "Use the link at the end of our latest email to you. If you copy it, copy all \
                     of it, to the very end."
                </p>
                <p>
                    "Have you got an account? Sign in, then change or stop emails under "
                    <a href="/account/emails">"Your emails"</a>"."
                </p>
                <p>
                    "Or "<a href="/contact">"contact us"</a>
                    " from the address that gets the emails, and someone at the forum will stop \
                     them."
                </p>
            </div>
        }
    });
    page.status(status)
}
