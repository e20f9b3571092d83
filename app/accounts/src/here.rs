//! The browser in which a page was shown, known again by what is pressed on that page.
//!
//! The page sets a cookie of its own. Whoever presses a button twice on a slow line is told by it
//! from whoever else has the link: the second press gets the answer of the first (decision 0049).
//! Where it does not come back, the browser keeps no cookies, and nobody can be signed in there.

use axum::http::{HeaderMap, StatusCode, header};
use calendar::clock::{DAY, SECOND};
use forms::Sent;
use ground::cookie;
use ground::house::House;
use ground::ui::Page;
use leptos::prelude::*;

use super::session;

/// What to do where a browser keeps no cookies.
pub(crate) const TURN_ON_COOKIES: &str = "Turn on cookies for this site in your browser's \
    settings, or leave the private window, then try again. Your browser isn't keeping our cookies, \
    so we can't sign you in";

fn cookie_name(house: &House) -> &'static str {
    if house.is_secure() { "__Host-here" } else { "here" }
}

/// The secret by which a page knows this browser, if there is one.
fn secret<'h>(house: &House, headers: &'h HeaderMap) -> Option<&'h str> {
    cookie::named(headers, cookie_name(house)).filter(|secret| id::is_secret(secret))
}

/// The hash of the secret by which a page knows this browser; `None` where no page has set one.
pub(crate) fn known(house: &House, headers: &HeaderMap) -> Option<String> {
    secret(house, headers).map(id::hash)
}

/// The page, which sets the cookie.
#[must_use]
pub fn known_by(page: Page, house: &House, headers: &HeaderMap) -> Page {
    let secret = secret(house, headers).map_or_else(id::secret, str::to_owned);
    page.with_cookie(session::cookie_line(house, cookie_name(house), &secret, DAY / SECOND))
}

/// What takes the cookie away: who comes next at this browser is somebody else.
pub(crate) fn forgotten(house: &House) -> String {
    session::cookie_line(house, cookie_name(house), "", 0)
}

/// In a form whose page sets the cookie: says so.
#[component]
pub fn AsksForCookies() -> impl IntoView {
    view! { <input type="hidden" name="cookies" value="asked" /> }
}

/// Whether a form was sent by a browser that keeps no cookies: its page has set one, and none came
/// back.
#[must_use]
pub fn are_off(sent: &Sent, headers: &HeaderMap) -> bool {
    sent.typed("cookies") == "asked" && !headers.contains_key(header::COOKIE)
}

/// For a button behind a link, which stays as it is.
pub(crate) fn no_cookies_page() -> Page {
    let page = Page::new("Turn on cookies to continue", || {
        view! {
            <div class="stack">
                <h1>"Turn on cookies to continue"</h1>
                <p class="lead">
                    "Your browser isn't keeping our cookies, so we can't sign you in."
                </p>
                <p>
                    "Turn on cookies for this site in your browser's settings, or leave the \
                     private window. Then open the link in the email again: it still works."
                </p>
            </div>
        }
    });
    page.status(StatusCode::UNPROCESSABLE_ENTITY)
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;

    use super::*;

    #[test]
    fn cookies_are_off_only_where_a_page_has_set_one_and_none_comes_back() {
        let (none, mut some) = (HeaderMap::new(), HeaderMap::new());
        some.insert(header::COOKIE, HeaderValue::from_static("here=1"));
        let asked = Sent::of(&[("cookies", "asked")]);
        assert!(are_off(&asked, &none));
        assert!(!are_off(&asked, &some) && !are_off(&Sent::default(), &none));
    }
}
