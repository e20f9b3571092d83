//! What providers tell us about emails that came back: a signed call.

use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse as _, Response};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use calendar::clock::{MINUTE, Millis, Moment, SECOND};
use ground::error::Error;
use ground::house::House;
use ground::return_address::ReturnAddress;
use ground::ui::Page;
use ground::viewer::Viewer;
use leptos::prelude::*;
use serde_json::Value;

use super::returns::{self, Return};
use super::store;

/// How far a call's time may be from ours.
const FRESH: Millis = 5 * MINUTE;

/// GET `/returns`: nothing for people.
pub async fn returns_page(State(house): State<House>, viewer: Viewer) -> Response {
    Page::new("For mail providers", || {
        view! {
            <div class="stack">
                <h1>"For mail providers"</h1>
                <p>
                    "This is where a provider tells us about emails that came back. There is \
                     nothing here to read."
                </p>
            </div>
        }
    })
    .answer(&house, &viewer)
}

/// POST `/returns`: a call signed with `BOUNCE_KEY`, as in Standard Webhooks, or as Mailgun signs.
pub async fn take_returns(
    State(house): State<House>,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Response, Error> {
    let Some(ours) = house.settings.return_address.as_deref() else { return Err(Error::NotFound) };
    if !is_signed(&headers, &body, ours, house.clock.now()) {
        return Ok((StatusCode::UNAUTHORIZED, "The signature is not valid.\n").into_response());
    }
    match returns::read_call(&body) {
        Ok(came_back) if came_back.is_empty() => {
            Ok("Understood, and nothing to record: no email came back.\n".into_response())
        }
        Ok(came_back) => {
            record_returns(&house, &came_back).await?;
            Ok("Recorded.\n".into_response())
        }
        Err(what_to_do) => Ok((StatusCode::BAD_REQUEST, format!("{what_to_do}\n")).into_response()),
    }
}

/// Records what came back. What is known already, and emails that never went, change nothing.
///
/// # Errors
/// When the database fails; then nothing is recorded.
pub async fn record_returns(house: &House, came_back: &[Return]) -> Result<(), sqlx::Error> {
    let now = house.clock.now();
    let mut tx = house.db.begin().await?;
    for back in came_back {
        store::came_back(&mut tx, back, now).await?;
    }
    tx.commit().await
}

#[expect(clippy::disallowed_methods, reason = "what a provider of email says")]
fn is_signed(headers: &HeaderMap, body: &[u8], ours: &ReturnAddress, now: Moment) -> bool {
    let header = |name: &str| {
        let named = |prefix: &str| {
            headers.get(format!("{prefix}-{name}")).and_then(|value| value.to_str().ok())
        };
        named("webhook").or_else(|| named("svix"))
    };
    if let (Some(id), Some(at), Some(signatures)) =
        (header("id"), header("timestamp"), header("signature"))
    {
        let content = [id.as_bytes(), b".", at.as_bytes(), b".", body].concat();
        let signatures = signatures
            .split(' ')
            .filter_map(|signature| STANDARD.decode(signature.strip_prefix("v1,")?).ok());
        return is_fresh(at, now)
            && signatures.into_iter().any(|signature| ours.has_signed(&content, &signature));
    }
    // Mailgun's signature is in the body. It signs a time and a word of its own; https keeps the
    // rest as it was.
    let Ok(body) = serde_json::from_slice::<Value>(body) else { return false };
    let text = |name: &str| body.pointer(&format!("/signature/{name}")).and_then(Value::as_str);
    let (Some(at), Some(token), Some(signature)) =
        (text("timestamp"), text("token"), text("signature"))
    else {
        return false;
    };
    is_fresh(at, now)
        && hex::decode(signature)
            .is_ok_and(|signature| ours.has_signed(format!("{at}{token}").as_bytes(), &signature))
}

fn is_fresh(at: &str, now: Moment) -> bool {
    at.parse::<i64>()
        .is_ok_and(|at| at.saturating_mul(SECOND).abs_diff(now.millis()) <= FRESH.unsigned_abs())
}
