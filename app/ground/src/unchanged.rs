//! What programs ask for again and again, a feed or an entry in a calendar: sent once, until it
//! changes (RFC 9110, section 13.1.2). Its tag is made of what is sent alone, so that it tells
//! nobody when something happened.

use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse as _, Response};

/// The answer with this text, or that it is what the program has already.
#[must_use]
pub fn unless_known(asked: &HeaderMap, kind: &'static str, text: String) -> Response {
    let tag = tag(&text);
    let mut answer = if is_known(asked.get_all(header::IF_NONE_MATCH), &tag) {
        StatusCode::NOT_MODIFIED.into_response()
    } else {
        ([(header::CONTENT_TYPE, kind)], text).into_response()
    };
    let headers = answer.headers_mut();
    // To be kept, and asked for each time.
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("private, no-cache"));
    if let Ok(tag) = HeaderValue::from_str(&tag) {
        headers.insert(header::ETAG, tag);
    }
    answer
}

/// The tag of a text. A weak one: the same text may go out packed in another way.
#[must_use]
pub fn tag(text: &str) -> String {
    format!("W/\"{}\"", id::sha256(text.as_bytes()))
}

/// Whether one of the tags in these headers, `If-None-Match`, is this one.
pub fn is_known<'a>(asked: impl IntoIterator<Item = &'a HeaderValue>, tag: &str) -> bool {
    let own = |tag: &str| tag.trim().trim_start_matches("W/").to_owned();
    asked
        .into_iter()
        .filter_map(|known| known.to_str().ok())
        .flat_map(|known| known.split(','))
        .any(|known| known.trim() == "*" || own(known) == own(tag))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_program_has_already_is_not_sent_again() {
        let asked = |tags: &str| {
            let mut asked = HeaderMap::new();
            asked.insert(header::IF_NONE_MATCH, HeaderValue::from_str(tags).expect("a tag"));
            unless_known(&asked, "text/calendar", "BEGIN".to_owned()).status()
        };
        let known = tag("BEGIN");
        let strong = known.trim_start_matches("W/").to_owned();
        for tags in [known.clone(), strong, format!("\"a\", {known}"), "*".to_owned()] {
            assert_eq!(asked(&tags), StatusCode::NOT_MODIFIED, "{tags}");
        }
        for tags in [tag("another"), "\"\"".to_owned(), "no tag".to_owned()] {
            assert_eq!(asked(&tags), StatusCode::OK, "{tags}");
        }
        let first = unless_known(&HeaderMap::new(), "text/calendar", "BEGIN".to_owned());
        assert_eq!(first.headers()[header::ETAG], known);
        assert_eq!(first.headers()[header::CONTENT_TYPE], "text/calendar");
    }
}
