//! Being offline, what to say when something goes wrong, and the health checks.

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Response};
use ground::house::House;
use ground::ui::Page;
use ground::viewer::Viewer;
use leptos::prelude::*;

/// GET `/offline`
pub async fn offline_page(State(house): State<House>, viewer: Viewer) -> Response {
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

/// GET `/readyz`: whether everything this process needs is well, and what is not, a line each; as
/// what is worth knowing though it is well, that emails are on hold.
/// Anyone may read it: reasons are in the log.
pub async fn readyz(State(house): State<House>) -> Response {
    let states = house.health.states();
    let is_ready = !states.is_empty() && states.iter().all(|state| state.wrong.is_none());
    let lines = states
        .iter()
        .map(|state| {
            let how = state.wrong.or(state.note).unwrap_or("well");
            format!("{}: {how}\n", state.what)
        })
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
            "It may be for people with another role here. If you came from another website, go to \
             the home page and try again from there. If you think you should be able to see it, \
             ask the forum.",
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
