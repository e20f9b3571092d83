//! Who is asking: the session behind the cookie.

use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue, header};
use axum::middleware::Next;
use axum::response::{AppendHeaders, IntoResponse as _, Response};
use calendar::clock::{DAY, HOUR, Millis};
use ground::error::Error;
use ground::house::House;
use ground::viewer::{Role, Viewer};

use super::store;

/// Finds out who is asking, once for each request, before any rule is asked.
///
/// # Errors
/// When the database fails.
pub async fn recognise(
    State(house): State<House>,
    mut request: Request,
    next: Next,
) -> Result<Response, Error> {
    if let Some(token) = token(&house, request.headers()) {
        let now = house.clock.now();
        if let Some(mut person) = store::signed_in(&house.db, &id::hash(token), now).await? {
            if now - person.seen_at > HOUR {
                let idle_ends_at = now + Ends::after(&person.roles).idle;
                store::session_seen(&house.db, person.session_id.clone(), now, idle_ends_at)
                    .await?;
                person.visited_before = Some(person.seen_at);
            }
            request.extensions_mut().insert(Viewer::of(person));
        }
    }
    Ok(next.run(request).await)
}

/// When a session ends: this long after it was last used, and this long after it began.
struct Ends {
    idle: Millis,
    absolute: Millis,
}

impl Ends {
    /// Parents stay signed in on their own phones; people who can change what others see sign in
    /// more often.
    fn after(roles: &[Role]) -> Self {
        if roles.iter().all(|role| *role == Role::Parent) {
            Self { idle: 30 * DAY, absolute: 180 * DAY }
        } else {
            Self { idle: 12 * HOUR, absolute: 7 * DAY }
        }
    }
}

/// A session that has begun.
#[derive(Debug)]
pub struct Begun {
    /// The cookie that goes with the answer.
    pub cookie: AppendHeaders<[(HeaderName, String); 1]>,
    /// Whether the account was about to be erased, and now stays.
    pub stays: bool,
}

/// Begins a new session, under a new token.
///
/// # Errors
/// When the database fails.
pub async fn begin_session(
    house: &House,
    account_id: &str,
    headers: &HeaderMap,
) -> Result<Begun, Error> {
    let (roles, stays) = store::roles(&house.db, account_id).await?;
    let cookie = begin_session_as(house, account_id, &roles, headers).await?;
    Ok(Begun { cookie, stays })
}

/// As [`begin_session`], where we already know what the person may do; gives the cookie.
///
/// # Errors
/// When the database fails.
pub async fn begin_session_as(
    house: &House,
    account_id: &str,
    roles: &[Role],
    headers: &HeaderMap,
) -> Result<AppendHeaders<[(HeaderName, String); 1]>, Error> {
    let now = house.clock.now();
    let token = id::secret();
    let ends = Ends::after(roles);
    let session = store::NewSession {
        token_hash: id::hash(&token),
        account_id: account_id.to_owned(),
        device: device(headers),
        now,
        idle_ends_at: now + ends.idle,
        ends_at: now + ends.absolute,
    };
    store::begin_session(&house.db, session).await?;
    Ok(cookie(house, &token, ends.absolute / 1000))
}

/// The cookie that takes the session's cookie away.
pub fn end_cookie(house: &House) -> AppendHeaders<[(HeaderName, String); 1]> {
    cookie(house, "", 0)
}

/// An answer with the session's cookie taken away, and with it the pages the browser kept for going
/// back.
pub fn signed_out(house: &House, answer: Response) -> Response {
    let forget =
        (HeaderName::from_static("clear-site-data"), HeaderValue::from_static("\"cache\""));
    (end_cookie(house), AppendHeaders([forget]), answer).into_response()
}

fn cookie(house: &House, token: &str, seconds: i64) -> AppendHeaders<[(HeaderName, String); 1]> {
    AppendHeaders([(header::SET_COOKIE, cookie_line(house, cookie_name(house), token, seconds))])
}

/// What sets a cookie that only we read, for so many seconds; 0 takes it away.
pub(crate) fn cookie_line(house: &House, name: &str, value: &str, seconds: i64) -> String {
    let secure = if house.is_secure() { "; Secure" } else { "" };
    format!("{name}={value}; Path=/; Max-Age={seconds}; HttpOnly; SameSite=Lax{secure}")
}

pub(crate) fn cookie_name(house: &House) -> &'static str {
    if house.is_secure() { "__Host-session" } else { "session" }
}

/// The token of the session that a browser names, whether or not it has ended.
pub(crate) fn token<'h>(house: &House, headers: &'h HeaderMap) -> Option<&'h str> {
    cookie_named(headers, cookie_name(house))
}

/// The headers that hold cookies, and no others.
pub(crate) fn cookies(headers: &HeaderMap) -> HeaderMap {
    headers.get_all(header::COOKIE).iter().map(|value| (header::COOKIE, value.clone())).collect()
}

/// The value of the cookie with this name.
pub(crate) fn cookie_named<'h>(headers: &'h HeaderMap, wanted: &str) -> Option<&'h str> {
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

/// The device as its owner knows it: "Chrome on Android". Coarse, since only its owner sees it.
fn device(headers: &HeaderMap) -> String {
    let agent =
        headers.get(header::USER_AGENT).and_then(|agent| agent.to_str().ok()).unwrap_or_default();
    let first = |words: &[(&str, &'static str)]| {
        words.iter().find(|(word, _)| agent.contains(word)).map(|(_, name)| *name)
    };
    let browser = first(&[
        ("Firefox", "Firefox"),
        ("Edg", "Edge"),
        ("SamsungBrowser", "Samsung Internet"),
        ("Chrome", "Chrome"),
        ("Safari", "Safari"),
    ]);
    let system = first(&[
        ("Android", "Android"),
        ("iPhone", "iPhone"),
        ("iPad", "iPad"),
        ("Windows", "Windows"),
        ("Mac OS", "Mac"),
        ("Linux", "Linux"),
    ]);
    format!("{} on {}", browser.unwrap_or("A browser"), system.unwrap_or("a device"))
}
