//! Addresses as people paste them: with the full stop, the bracket or the quotation mark that came
//! after them in a sentence.

use axum::extract::Request;
use axum::http::Uri;
use axum::http::uri::PathAndQuery;
use percent_encoding::percent_decode_str;

/// The same request for the address without what came after it. No address of ours ends in such a
/// sign.
pub async fn without_what_follows(mut request: Request) -> Request {
    if let Some(uri) = trimmed(request.uri()) {
        *request.uri_mut() = uri;
    }
    request
}

/// The address without what came after it; `None` where nothing did, or nothing is left of it.
fn trimmed(uri: &Uri) -> Option<Uri> {
    let path = uri.path();
    let kept = address(path);
    if kept.len() == path.len() || kept.is_empty() || kept.ends_with('/') {
        return None;
    }
    let query = uri.query().map_or_else(String::new, |query| format!("?{query}"));
    let mut parts = uri.clone().into_parts();
    parts.path_and_query = PathAndQuery::try_from(format!("{kept}{query}")).ok();
    Uri::from_parts(parts).ok()
}

/// What of a path is the address.
fn address(path: &str) -> &str {
    let mut kept = path;
    loop {
        let plain = kept.trim_end_matches(follows);
        let encoded = encoded_at_the_end(plain);
        let words = percent_decode_str(encoded).decode_utf8_lossy();
        let shorter = if words.chars().all(follows) {
            plain.strip_suffix(encoded).unwrap_or(plain)
        } else {
            plain
        };
        if shorter.len() == kept.len() {
            return kept;
        }
        kept = shorter;
    }
}

/// Whether it is a sign that follows an address and is no part of it.
fn follows(c: char) -> bool {
    !c.is_alphanumeric()
        && !c.is_control()
        && !matches!(c, '/' | '-' | '_' | '~' | '%' | '\u{fffd}')
}

/// The signs written as `%2E` with which a path ends.
fn encoded_at_the_end(path: &str) -> &str {
    let bytes = path.as_bytes();
    let mut from = bytes.len();
    while let Some([b'%', high, low]) = from.checked_sub(3).and_then(|at| bytes.get(at..from)) {
        if !(high.is_ascii_hexdigit() && low.is_ascii_hexdigit()) {
            break;
        }
        from -= 3;
    }
    path.get(from..).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_read_without_what_came_after_it_in_a_sentence() {
        for pasted in [
            "/topics/0a-1.",
            "/topics/0a-1).",
            "/topics/0a-1%3E",
            "/topics/0a-1%E2%80%9D",
            "/topics/0a-1%20",
            "/topics/0a-1%E2%80%9D).",
            "/topics/0a-1,%22;",
        ] {
            assert_eq!(address(pasted), "/topics/0a-1", "{pasted}");
        }
        let uri: Uri = "/topics/0a-1.?page=2".parse().expect("an address");
        assert_eq!(
            trimmed(&uri).map(|uri| uri.to_string()).as_deref(),
            Some("/topics/0a-1?page=2")
        );
    }

    #[test]
    fn what_is_an_address_already_stays_as_it_is_and_so_does_what_is_none() {
        for path in [
            "/",
            "/topics/",
            "/topics/0a-_~",
            "/topics/%C3%A9",
            "/topics/%FF",
            "/topics/%zz",
            "/..",
            "/topics/..",
            "/%2e%2e/%2e%2e",
            "/pictures/0a.png",
            "*",
        ] {
            if let Ok(uri) = path.parse::<Uri>() {
                assert_eq!(trimmed(&uri), None, "{path}");
            }
        }
    }
}
