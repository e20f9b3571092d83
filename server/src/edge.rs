//! What surrounds the rooms, in its order: limits, same-origin posts, headers, and a page for every
//! error. Before all of it is the [front](crate::front).

use std::sync::Arc;

use accounts::{keep_first_act, recognise};
use app::problem;
use axum::Router;
use axum::body::Body;
use axum::extract::{DefaultBodyLimit, MatchedPath, Request, State};
use axum::http::{Uri, header};
use axum::middleware::{Next, from_fn, from_fn_with_state, map_request, map_response_with_state};
use axum::response::{IntoResponse as _, Redirect, Response};
use ground::error::Error;
use ground::house::House;
use ground::viewer::Viewer;
use ipnet::IpNet;
use tower::ServiceBuilder;
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::compression::predicate::{DefaultPredicate, NotForContentType, Predicate};
use tower_http::compression::{CompressionBody, CompressionLayer, CompressionLevel};
use tower_http::csrf::CsrfLayer;

use crate::callers::{Callers, limit_calls, name_caller};
use crate::front::{Front, ShortWay};
use crate::kept_pages::{KeptPages, keep_pages};
use crate::packed_pages::{QUALITY, pack_pages};
use crate::pasted::without_what_follows;
use crate::security_headers;
use crate::unread::read_what_is_left;

/// The longest body a form may send; a form with a file sets its own limit. The longest honest text
/// is a draft.
const LONGEST_BODY: usize = 1024 * 1024;

/// The whole service: every room's addresses, and what surrounds them, in the order in which a
/// request meets it; the layers of the rooms alone are in the reverse order.
pub fn service(house: House, trusted_proxies: Vec<IpNet>) -> Front {
    let routes = app::routes::all();
    let callers = Arc::new(Callers::through(trusted_proxies));
    let kept = Arc::new(KeptPages::of(routes.rules()));
    let short_way = ShortWay { house: house.clone(), callers: callers.clone(), kept: kept.clone() };
    // What is around these may send them another request before it answers: layers of one router
    // come after it has found the address, so this is a router of its own.
    let rooms = routes
        .into_router()
        .merge(crate::browser::routes())
        .fallback(not_found)
        .layer(DefaultBodyLimit::max(LONGEST_BODY))
        .layer(CsrfLayer::new())
        .layer(CatchPanicLayer::new())
        .layer(from_fn(name_route))
        .with_state(house.clone());
    // Together they are one layer of the router, which boxes and copies each of its own again for
    // every request.
    let around = ServiceBuilder::new()
        .layer(map_response_with_state(house.clone(), add_security_headers))
        .map_response(whole)
        .layer(packed())
        .layer(from_fn(pack_pages))
        // For what is refused before it is known who asks.
        .layer(from_fn_with_state(house.clone(), pages_for_problems))
        .layer(from_fn_with_state(callers.clone(), name_caller))
        .layer(from_fn_with_state(callers, limit_calls))
        // Not for a flood, which may be cut off.
        .layer(from_fn(read_what_is_left))
        .layer(from_fn_with_state((house.clone(), kept), keep_pages))
        .layer(packed())
        .layer(from_fn(pack_pages))
        .layer(from_fn_with_state(house.clone(), recognise))
        .layer(from_fn_with_state(house.clone(), pages_for_problems))
        .layer(from_fn_with_state(house.clone(), keep_first_act))
        .layer(map_request(without_what_follows));
    Front::of(short_way, Router::new().fallback_service(rooms).layer(around).with_state(house))
}

/// Packs an answer as the browser can unpack it, once: what is packed already is left as it is.
fn packed() -> CompressionLayer<impl Predicate> {
    CompressionLayer::new()
        .quality(CompressionLevel::Precise(QUALITY))
        .compress_when(worth_compressing())
}

fn whole(answer: axum::http::Response<CompressionBody<Body>>) -> Response {
    answer.map(Body::new)
}

/// Files that people upload are compressed already, and keep the length they state.
fn worth_compressing() -> impl Predicate {
    let files = NotForContentType::const_new("application/pdf");
    let archives = NotForContentType::const_new("application/zip");
    let office = NotForContentType::const_new("application/vnd.");
    DefaultPredicate::new().and(files).and(archives).and(office)
}

/// An address with a slash at its end leads to the one without; anything else is not found.
async fn not_found(uri: Uri) -> Response {
    let path = uri.path();
    if path.len() > 1 && path.ends_with('/') && !path.contains('\\') {
        let query = uri.query().map_or_else(String::new, |query| format!("?{query}"));
        // Trimmed on both sides: `//elsewhere/` must not lead to another host.
        return Redirect::permanent(&format!("/{}{query}", path.trim_matches('/'))).into_response();
    }
    Error::NotFound.into_response()
}

/// Gives every failure that is not yet a page its page, for the person who asked.
async fn pages_for_problems(
    State(house): State<House>,
    viewer: Viewer,
    request: Request,
    next: Next,
) -> Response {
    let wants_words =
        request.headers().get(header::ACCEPT).is_some_and(|accept| accept == "text/plain")
            || ["/healthz", "/readyz"].contains(&request.uri().path());
    let answer = next.run(request).await;
    let status = answer.status();
    let is_page = answer
        .headers()
        .get(header::CONTENT_TYPE)
        .is_some_and(|kind| kind.as_bytes().starts_with(b"text/html"));
    if is_page || wants_words || !(status.is_client_error() || status.is_server_error()) {
        return answer;
    }
    let mut page = problem(status).answer(&house, &viewer);
    for (name, value) in answer.headers() {
        if [header::ALLOW, header::RETRY_AFTER, header::SET_COOKIE].contains(name) {
            page.headers_mut().append(name, value.clone());
        }
    }
    page
}

async fn add_security_headers(State(house): State<House>, mut answer: Response) -> Response {
    let status = answer.status();
    security_headers::add(&house, answer.headers_mut(), status);
    answer
}

/// Notes by which pattern an address was found, for whoever is around the router.
async fn name_route(path: Option<MatchedPath>, request: Request, next: Next) -> Response {
    let mut answer = next.run(request).await;
    if let Some(path) = path {
        answer.extensions_mut().insert(path);
    }
    answer
}
