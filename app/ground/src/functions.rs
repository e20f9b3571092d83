//! Typed functions that a program in the browser calls: each has an address in the same table as
//! pages and forms, with who may use it, and is answered here.
//!
//! A function is handed the [`House`] and the [`Viewer`] as context ([`asked`]). It calls the same
//! rules and store as the form that does the same without a program.

use axum::body::Body;
use axum::extract::{FromRequest as _, Request, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Response};
use leptos::prelude::{provide_context, use_context};

use crate::house::House;
use crate::viewer::Viewer;

/// The header by which the library marks an answer that refuses.
const REFUSED: &str = "serverfnerror";
/// What such an answer begins with where the fault is in what was sent.
const UNREAD: [&[u8]; 3] = [b"Args|", b"MissingArg|", b"Deserialization|"];
/// The longest refusal that is passed on, in bytes.
const LONGEST_REFUSAL: usize = 64 * 1024;

/// Answers a call. What a form may send at the most, a call may too.
pub async fn answer(State(house): State<House>, viewer: Viewer, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    let limited = Request::from_parts(parts.clone(), body);
    let sent = match axum::body::Bytes::from_request(limited, &()).await {
        Ok(sent) => sent,
        Err(too_long) => return too_long.into_response(),
    };
    let handed = move || {
        provide_context(house.clone());
        provide_context(viewer.clone());
    };
    let call = Request::from_parts(parts, Body::from(sent));
    let answer = leptos_axum::handle_server_fns_with_context(handed, call).await.into_response();
    if answer.headers().contains_key(REFUSED) { refusal(answer).await } else { answer }
}

/// The library answers 500 whatever went wrong. Where what was sent could not be read, 400.
async fn refusal(answer: Response) -> Response {
    let (mut parts, body) = answer.into_parts();
    let why = axum::body::to_bytes(body, LONGEST_REFUSAL).await.unwrap_or_default();
    if UNREAD.iter().any(|word| why.starts_with(word)) {
        parts.status = StatusCode::BAD_REQUEST;
    }
    Response::from_parts(parts, Body::from(why))
}

/// What a function was handed; `None` where it was not called through the table of addresses.
#[must_use]
pub fn asked() -> Option<(House, Viewer)> {
    Some((use_context()?, use_context()?))
}

/// The addresses of all functions there are, for the test that each is in the table.
#[must_use]
pub fn known() -> Vec<&'static str> {
    leptos::server_fn::axum::server_fn_paths().map(|(path, _)| path).collect()
}
