//! Standing pages: accessibility, privacy, being offline, what to say when something goes wrong,
//! and the health check.

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Response};
use ground::house::House;
use ground::ui::Page;
use ground::viewer::Viewer;
use leptos::prelude::*;

/// GET `/accessibility`
pub async fn accessibility(State(house): State<House>, viewer: Viewer) -> Response {
    Page::new("Accessibility", || {
        view! {
            <div class="stack">
                <h1>"Accessibility"</h1>
                <p class="lead">
                    "Everyone should be able to use this service, on any phone, with whatever help \
                     they need."
                </p>
                <h2>"What you can do here"</h2>
                <ul>
                    <li>"Make the text four times bigger without scrolling sideways."</li>
                    <li>"Do everything with a keyboard, or with your voice."</li>
                    <li>"Listen to every page with a screen reader."</li>
                    <li>"Use every page with a weak signal, or with JavaScript turned off."</li>
                    <li>"Read in light or dark, to match your device."</li>
                </ul>
                <h2>"How we check"</h2>
                <p>
                    "We test every change against the Web Content Accessibility Guidelines, \
                     version 2.2, level AA. Automatic tests don't find everything."
                </p>
                <h2>"If something doesn't work for you"</h2>
                <p>
                    {format!(
                        "Tell {}: reply to any email from us. We will answer within five working \
                         days.",
                        house.names.forum,
                    )}
                </p>
            </div>
        }
    })
    .answer(&house, &viewer)
}

/// GET `/privacy`
pub async fn privacy(State(house): State<House>, viewer: Viewer) -> Response {
    Page::new("Privacy", || {
        view! {
            <div class="stack">
                <h1>"Privacy"</h1>
                <p class="lead">"We keep as little about you as we can."</p>
                <h2>"What we keep"</h2>
                <ul>
                    <li>
                        "Your email address, so we can email you. Only the forum's administrator \
                         can see it. If you tell us about a child in danger, our safeguarding lead \
                         can see it too. If an email about a change can't be delivered, an \
                         organiser can see it, so they can tell you another way."
                    </li>
                    <li>"A name you choose. It doesn't have to be your real name."</li>
                    <li>"The part of the area you live in. Never your address or postcode."</li>
                    <li>"What you propose and support. Nobody can see who supported what."</li>
                </ul>
                <h2>"What we never ask"</h2>
                <p>"Your child's name, age or school. Please don't write them anywhere here."</p>
                <h2>"What other people can see"</h2>
                <p>
                    "We show topics without saying who wrote them. We show numbers only after \
                     voting closes, and never a number from 1 to 9, so nobody can be identified."
                </p>
                <h2>"Cookies and other companies"</h2>
                <p>
                    "One cookie keeps you signed in. Another remembers for two hours what you chose \
                     before you joined. No page loads anything from another company."
                </p>
                <h2>"If you are worried about a child"</h2>
                <p>
                    "Someone at the forum reads what you write. If someone may be in danger, we \
                     tell one named person (our safeguarding lead) and nobody else. In danger now? \
                     Call 999."
                </p>
                <p>
                    {format!(
                        "{} looks after all this. To see or delete what we keep about you, reply \
                         to any email from us.",
                        house.names.forum,
                    )}
                </p>
            </div>
        }
    })
    .answer(&house, &viewer)
}

/// GET `/offline`
pub async fn offline(State(house): State<House>, viewer: Viewer) -> Response {
    Page::new("You are offline", || {
        view! {
            <div class="stack">
                <h1>"You are offline"</h1>
                <p class="lead">
                    "Your phone has no internet connection at the moment. Anything you have \
                     already sent is safe."
                </p>
                <h2>"What is on this phone"</h2>
                <ul>
                    <li>
                        "Answers to a consultation that we haven't got yet. They stay in this \
                         browser. When you have signal, open your answers here again, and we will \
                         send them."
                    </li>
                    <li>
                        "What you were writing on the page before. It isn't sent. Go back: it \
                         should still be there."
                    </li>
                    <li>"This page, and nothing else. To read the others you need signal."</li>
                </ul>
                <p>
                    <a href="/">"Go to the home page"</a>
                </p>
            </div>
        }
    })
    .answer(&house, &viewer)
}

/// GET `/healthz`: `ok` when the database answers.
pub async fn healthz(State(house): State<House>) -> Response {
    match house.db.answers().await {
        Ok(()) => "ok".into_response(),
        Err(error) => {
            tracing::error!(%error, "the database does not answer");
            (StatusCode::SERVICE_UNAVAILABLE, "the database does not answer").into_response()
        }
    }
}

/// GET `/readyz`: whether everything this process needs is well, and what is not, a line each.
/// Anyone may read it: reasons are in the log.
pub async fn readyz(State(house): State<House>) -> Response {
    let states = house.health.states();
    let is_ready = !states.is_empty() && states.iter().all(|state| state.wrong.is_none());
    let lines = states
        .iter()
        .map(|state| format!("{}: {}\n", state.what, state.wrong.unwrap_or("well")))
        .collect::<String>();
    let (status, first) = if is_ready {
        (StatusCode::OK, "ready\n")
    } else {
        (StatusCode::SERVICE_UNAVAILABLE, "not ready\n")
    };
    (status, format!("{first}{lines}")).into_response()
}

/// The page for an answer that has none of its own: what to do now, for each status.
#[must_use]
pub fn problem(status: StatusCode) -> Page {
    let (title, what_to_do) = match status {
        StatusCode::NOT_FOUND | StatusCode::METHOD_NOT_ALLOWED => (
            "Page not found",
            "It may have moved or been taken down. Look through the topics, or go to the home \
             page.",
        ),
        StatusCode::FORBIDDEN => (
            "You don't have permission to see this page",
            "It may be for other people, or your request came from another website. If you think \
             you should be able to see it, ask the forum.",
        ),
        StatusCode::PAYLOAD_TOO_LARGE => (
            "That is too long",
            "Go back: what you typed is still there. Make it shorter and send it again.",
        ),
        StatusCode::TOO_MANY_REQUESTS => (
            "Too many requests at once",
            "Wait a minute, go back and try again. What you typed is still there.",
        ),
        StatusCode::GONE => (
            "This file is damaged",
            "Our copy is not the same as what was uploaded, so we won't give it to you. The people \
             who run this site have been told. Ask the forum for a copy.",
        ),
        status if status.is_client_error() => {
            ("We couldn't read that", "Go back and try again. What you typed is still there.")
        }
        StatusCode::SERVICE_UNAVAILABLE => (
            "Sorry, this isn't working at the moment",
            "What you sent may not have been saved. Wait a minute, go back and send it again: what \
             you typed is still there.",
        ),
        _ => (
            "Sorry, something went wrong",
            "It is our fault, not yours, and anything you sent before is safe. Go back and try \
             again in a few minutes.",
        ),
    };
    Page::new(title, || {
        view! {
            <div class="stack">
                <h1>{title}</h1>
                <p class="lead">{what_to_do}</p>
                <p>
                    <a class="button" href="/">
                        "Go to the home page"
                    </a>
                </p>
                <p>
                    <a href="/topics">"All topics"</a>
                </p>
            </div>
        }
    })
    .status(status)
}
