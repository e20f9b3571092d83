//! Standing pages: accessibility, privacy, being offline, what to say when something is wrong, and
//! the health check.

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
                    "Everyone should be able to use this, on any phone, with any help they use."
                </p>
                <h2>"What you can do here"</h2>
                <ul>
                    <li>"Make the words four times as large without scrolling sideways."</li>
                    <li>"Do everything with a keyboard, or with your voice."</li>
                    <li>"Listen to every page with a screen reader."</li>
                    <li>"Use every page on a weak signal, and without scripts."</li>
                    <li>"See it light or dark, as your device is set."</li>
                </ul>
                <h2>"How we check"</h2>
                <p>
                    "Each change is tested against the Web Content Accessibility Guidelines, \
                     version 2.2, level AA. A test by machine does not find everything."
                </p>
                <h2>"If something does not work for you"</h2>
                <p>
                    {format!(
                        "Tell {}: answer any email you had from us. We write back within five \
                         working days.",
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
                        "Your email address, to write to you. Only the forum’s administrator can \
                         see it. If you tell of a child in danger, so can the one person who looks \
                         after that. If an email about a change comes back, an organiser sees it \
                         too, to tell you in another way."
                    </li>
                    <li>"A name you choose. It need not be real."</li>
                    <li>"The part of the area you live in. Never your address or postcode."</li>
                    <li>"What you propose and support. Nobody sees who supported what."</li>
                </ul>
                <h2>"What we never ask"</h2>
                <p>"Your child’s name, age or school. Please do not write them either."</p>
                <h2>"What is shown"</h2>
                <p>
                    "Topics are shown without who wrote them. Numbers are shown only after voting \
                     closes, and never a number from 1 to 9."
                </p>
                <h2>"Cookies and other companies"</h2>
                <p>
                    "One cookie keeps you signed in. No page here loads anything from anyone else."
                </p>
                <h2>"If you worry about a child"</h2>
                <p>
                    "Somebody from the forum reads what you write. What tells of danger goes on to \
                     one named person, and is then shown to nobody else. In danger now? Call 999."
                </p>
                <p>
                    {format!(
                        "{} looks after all this. To see or erase what we keep, answer any email \
                         you had from us.",
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
                    "This phone has no connection just now. Nothing you sent before is lost."
                </p>
                <p>
                    <a href="/">"Begin at home"</a>
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

/// GET `/readyz`: whether all is well that this process needs, and what is not, a line each. What
/// anybody may read: reasons are in the log.
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

/// The page for an answer that is no page: what to do now, for each status.
#[must_use]
pub fn problem(status: StatusCode) -> Page {
    let (title, what_to_do) = match status {
        StatusCode::NOT_FOUND | StatusCode::METHOD_NOT_ALLOWED => (
            "This page is not here",
            "It may have moved or been withdrawn. Look among the topics, or begin at home.",
        ),
        StatusCode::FORBIDDEN => (
            "You cannot do this",
            "This is for other people than you, or it came from another website. If you think it \
             should work, ask the forum.",
        ),
        StatusCode::PAYLOAD_TOO_LARGE => (
            "That is too long",
            "Go back: what you typed is still there. Make it shorter and send it again.",
        ),
        StatusCode::TOO_MANY_REQUESTS => (
            "That was a lot at once",
            "Wait a minute, go back, and try again. What you typed is still there.",
        ),
        StatusCode::GONE => (
            "This file is damaged",
            "What is kept of it here is not what was put in, so we do not give it out. The people \
             who run this site have been told. Ask the forum for it.",
        ),
        status if status.is_client_error() => {
            ("That could not be read", "Go back: what you typed is still there. Then try again.")
        }
        StatusCode::SERVICE_UNAVAILABLE => (
            "This is not working just now",
            "What you sent may not have been kept. Wait a minute, go back and send it again: what \
             you typed is still there.",
        ),
        _ => (
            "Something went wrong here",
            "It is our fault, not yours, and nothing you sent before is lost. Go back and try \
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
                        "Begin at home"
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
