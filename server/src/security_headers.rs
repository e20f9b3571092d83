//! The security headers, on every answer: failures, redirects and the browser's programs included.

use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use ground::house::House;
use ground::routes::NOT_FOR_SEARCH;

/// Adds them to those of an answer with this status.
pub fn add(house: &House, headers: &mut HeaderMap, status: StatusCode) {
    let of_all = [
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (HeaderName::from_static("cross-origin-resource-policy"), "same-origin"),
        (header::REFERRER_POLICY, "same-origin"),
        (HeaderName::from_static("cross-origin-opener-policy"), "same-origin"),
        (HeaderName::from_static("cross-origin-embedder-policy"), "require-corp"),
        (HeaderName::from_static("permissions-policy"), "camera=(), geolocation=(), microphone=()"),
    ];
    if status.is_client_error() || status.is_server_error() {
        headers.insert(NOT_FOR_SEARCH.0, HeaderValue::from_static(NOT_FOR_SEARCH.1));
    }
    for (name, value) in of_all {
        headers.insert(name, HeaderValue::from_static(value));
    }
    if house.is_secure() {
        headers.insert(
            header::STRICT_TRANSPORT_SECURITY,
            HeaderValue::from_static("max-age=31536000; includeSubDomains"),
        );
    }
    let nothing = HeaderValue::from_static(
        "default-src 'none'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
    );
    headers.entry(header::CONTENT_SECURITY_POLICY).or_insert(nothing);
    // Pages hold what is a person's own; after signing out, the back button must not show it. A
    // page to write in says otherwise.
    headers.entry(header::CACHE_CONTROL).or_insert(HeaderValue::from_static("private, no-store"));
}
