//! Cookies: read from what a browser sent, and set so that only we read them.

use axum::http::{HeaderMap, header};

use crate::house::House;

/// The value of the cookie with this name. A page that asks for one is kept for nobody else,
/// whether or not it is there.
#[must_use]
pub fn named<'h>(headers: &'h HeaderMap, wanted: &str) -> Option<&'h str> {
    id::is_for_one_reader();
    let cookies = headers
        .get_all(header::COOKIE)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(';'));
    cookies
        .filter_map(|cookie| cookie.trim().split_once('='))
        .find(|(name, _)| *name == wanted)
        .map(|(_, value)| value)
}

/// What sets a cookie for the pages at a path and below it, for so many seconds; 0 takes it away.
/// Its name and its value are ours, and hold nothing that would end them.
#[must_use]
pub fn line(house: &House, (name, path): (&str, &str), value: &str, seconds: i64) -> String {
    let secure = if house.is_secure() { "; Secure" } else { "" };
    format!("{name}={value}; Path={path}; Max-Age={seconds}; HttpOnly; SameSite=Lax{secure}")
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;

    use super::*;

    #[test]
    fn a_cookie_is_found_by_its_whole_name_in_any_of_the_headers() {
        let mut headers = HeaderMap::new();
        for sent in ["other-session=1;session = 2; no value", "session=a=b;session=later; x="] {
            headers.append(header::COOKIE, HeaderValue::from_static(sent));
        }
        assert_eq!(named(&headers, "session"), Some("a=b"));
        assert_eq!(named(&headers, "other-session"), Some("1"));
        assert_eq!(named(&headers, "x"), Some(""));
        assert_eq!(named(&headers, "no value"), None);
    }
}
