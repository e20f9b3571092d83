//! Who is asking: the session behind the cookie.

use std::convert::Infallible;

use axum::extract::{FromRequestParts, Request, State};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, header};
use axum::middleware::Next;
use axum::response::{AppendHeaders, IntoResponse as _, Response};
use calendar::clock::{DAY, HOUR, Millis, Moment, SECOND};
use ground::cookie;
use ground::council::Council;
use ground::error::Error;
use ground::house::House;
use ground::ids::{Account, Id, Passkey};
use ground::viewer::{Role, SecondStep, Viewer};

use super::attempts::Caller;
use super::{here, store};

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
        let (now, hash) = (house.clock.now(), id::hash(token));
        let mut found = store::signed_in(&house.db, &hash, now).await?;
        if found.is_none() && gives_proof(&request) {
            found = store::signed_in_until_now(&house.db, &hash, now).await?;
            if found.is_some() {
                request.extensions_mut().insert(SecondTap);
            }
        }
        if let Some(mut person) = found {
            if now - person.seen_at > HOUR {
                let idle_ends_at = now + Ends::after(&person.holds).idle;
                store::session_seen(&house.db, &person.session_id, now, idle_ends_at).await?;
                person.visited_before = Some(person.seen_at);
            }
            request.extensions_mut().insert(Viewer::of(person));
        }
    }
    Ok(next.run(request).await)
}

/// Who sends a request, and from where.
#[derive(Clone, Debug)]
pub(crate) struct Requester {
    pub viewer: Viewer,
    pub caller: Caller,
    pub headers: HeaderMap,
}

impl<S: Sync> FromRequestParts<S> for Requester {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Infallible> {
        let viewer = Viewer::from_request_parts(parts, state).await?;
        let caller = Caller::from_request_parts(parts, state).await?;
        Ok(Self { viewer, caller, headers: parts.headers.clone() })
    }
}

/// In the extensions of a request that came with the token its session had until just now, when
/// fresh proof gave it another: whoever taps a button twice sends both with the first, and may
/// never see the answer with the second. It counts where the same is proved once more, and nowhere
/// else.
#[derive(Clone, Copy, Debug)]
pub(crate) struct SecondTap;

/// Where somebody shows again that it is them, and their session gets another token.
const PROOFS: [&str; 3] = ["/prove", "/prove/passkey", "/account/password"];

fn gives_proof(request: &Request) -> bool {
    request.method() == Method::POST && PROOFS.contains(&request.uri().path())
}

/// Another token for the session that a request came with, once somebody has shown again that it is
/// them.
pub(crate) struct Renewed {
    token: String,
    /// The hashes of the token that the request came with, and of this one.
    pub hashes: (String, String),
}

impl Renewed {
    /// A new token in place of the one in these headers.
    pub fn of(house: &House, headers: &HeaderMap) -> Self {
        let before = token(house, headers).map(id::hash).unwrap_or_default();
        let token = id::secret();
        let hashes = (before, id::hash(&token));
        Self { token, hashes }
    }

    /// The cookies for a session that ends then; perhaps with the one by which this browser is
    /// known.
    pub fn cookies(&self, house: &House, ends_at: Moment, browser: Option<&str>) -> Cookies {
        cookies_of(house, &self.token, (ends_at - house.clock.now()) / SECOND, browser)
    }

    /// The answer with the session's new cookie; without one where the session has ended.
    pub fn answer(&self, house: &House, ends_at: Option<Moment>, answer: Response) -> Response {
        match ends_at {
            Some(ends_at) => (self.cookies(house, ends_at, None), answer).into_response(),
            None => answer,
        }
    }
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
        if !roles.iter().any(|role| role.is_staff()) {
            Self { idle: 30 * DAY, absolute: 180 * DAY }
        } else {
            Self { idle: 12 * HOUR, absolute: 7 * DAY }
        }
    }
}

/// The cookies that go with an answer.
pub(crate) type Cookies = AppendHeaders<Vec<(HeaderName, String)>>;

/// A session that has begun.
#[derive(Debug)]
pub(crate) struct Begun {
    pub cookies: Cookies,
    /// Whether it lets nobody in before a code is given or a passkey used.
    pub waits_for_code: bool,
    pub second_step: SecondStep,
    /// Whether the account is about to be erased, so that they are asked first whether to keep it.
    pub is_leaving: bool,
    /// Whether nothing has begun: they sign in with their council and in no other way, so that what
    /// it says of them is known each time.
    pub is_with_council: bool,
    /// Whether nothing has begun since their account is suspended.
    pub is_suspended: bool,
    browser: String,
}

impl Begun {
    /// Nothing, for somebody who signs in with their council and in no other way.
    fn none_but_with_council() -> Self {
        Self {
            cookies: AppendHeaders(Vec::new()),
            waits_for_code: false,
            second_step: SecondStep::NotAsked,
            is_leaving: false,
            is_with_council: true,
            is_suspended: false,
            browser: String::new(),
        }
    }

    /// Nothing, for somebody whose account is suspended.
    fn none_while_suspended() -> Self {
        Self { is_with_council: false, is_suspended: true, ..Self::none_but_with_council() }
    }
}

/// Begins a new session, under a new token, and ends the one that this browser had. From now on it
/// is known as one in which they have signed in; with a second step, only once that is done.
///
/// # Errors
/// When the database fails.
pub(crate) async fn begin(
    house: &House,
    account_id: &Id<Account>,
    headers: &HeaderMap,
) -> Result<Begun, Error> {
    begin_at(house, account_id, headers, None).await
}

/// As [`begin`], for somebody whom their council's provider has just sent here.
///
/// # Errors
/// When the database fails.
pub(crate) async fn begin_with_council(
    house: &House,
    account_id: &Id<Account>,
    headers: &HeaderMap,
    at: store::AtCouncil,
) -> Result<Begun, Error> {
    begin_at(house, account_id, headers, Some(at)).await
}

async fn begin_at(
    house: &House,
    account_id: &Id<Account>,
    headers: &HeaderMap,
    at: Option<store::AtCouncil>,
) -> Result<Begun, Error> {
    let issuer = house.council().map_or("", Council::issuer);
    let account_rights =
        store::account_rights(&house.db, account_id, issuer, house.clock.now()).await?;
    if account_rights.is_suspended {
        return Ok(Begun::none_while_suspended());
    }
    if account_rights.is_with_council && at.is_none() {
        return Ok(Begun::none_but_with_council());
    }
    let used_one_there = at.is_some_and(|at| at.used_second_step);
    let second_step = match account_rights.second_step {
        SecondStep::Missing | SecondStep::AskedFrom(_) if used_one_there => SecondStep::NotAsked,
        asked => asked,
    };
    let prepared = prepared(house, account_id, &account_rights.roles, headers, at.is_some());
    let mut begun = begin_new(house, prepared, second_step, at).await?;
    begun.is_leaving = account_rights.is_leaving;
    if !begun.waits_for_code {
        know_browser(house, account_id, &begun.browser).await?;
    }
    Ok(begun)
}

/// As [`begin`], for an account that was made just now: we know what the person may do and what is
/// asked of them, and tell nobody that the device is new. The browser gets no count of its own for
/// passwords.
///
/// # Errors
/// When the database fails.
pub(crate) async fn begin_as(
    house: &House,
    account_id: &Id<Account>,
    (roles, second_step): (&[Role], SecondStep),
    headers: &HeaderMap,
) -> Result<Begun, Error> {
    let mut prepared = prepared(house, account_id, roles, headers, false);
    prepared.here.joins = true;
    begin_new(house, prepared, second_step, None).await
}

async fn begin_new(
    house: &House,
    prepared: Prepared,
    second_step: SecondStep,
    at: Option<store::AtCouncil>,
) -> Result<Begun, Error> {
    let Prepared { session, token, browser, here, lasts } = prepared;
    let waits_for_code = store::begin_session_here(&house.db, session, here, at).await?;
    let known = (!waits_for_code).then_some(browser.as_str());
    let cookies = cookies_of(house, &token, lasts / SECOND, known);
    let (is_leaving, is_with_council, is_suspended) = (false, false, false);
    Ok(Begun {
        cookies,
        waits_for_code,
        second_step,
        is_leaving,
        is_with_council,
        is_suspended,
        browser,
    })
}

/// As [`begin`], for somebody who showed with a passkey that it is them: it waits for nothing.
/// `used`: the passkey, and how often it says it was used. `None` where it is gone or was copied.
///
/// # Errors
/// When the database fails.
pub(crate) async fn begin_by_passkey(
    house: &House,
    account_id: &Id<Account>,
    used: (&Id<Passkey>, u32),
    headers: &HeaderMap,
) -> Result<Option<Begun>, Error> {
    let issuer = house.council().map_or("", Council::issuer);
    let store::AccountRights { roles, second_step, is_leaving, is_with_council, is_suspended } =
        store::account_rights(&house.db, account_id, issuer, house.clock.now()).await?;
    if is_suspended {
        return Ok(Some(Begun::none_while_suspended()));
    }
    if is_with_council {
        return Ok(Some(Begun::none_but_with_council()));
    }
    let prepared = prepared(house, account_id, &roles, headers, false);
    let Prepared { session, token, browser, here, lasts } = prepared;
    if !store::begin_session_by_passkey(&house.db, session, here, used).await? {
        return Ok(None);
    }
    know_browser(house, account_id, &browser).await?;
    let cookies = cookies_of(house, &token, lasts / SECOND, Some(&browser));
    let waits_for_code = false;
    Ok(Some(Begun {
        cookies,
        waits_for_code,
        second_step,
        is_leaving,
        is_with_council,
        is_suspended,
        browser,
    }))
}

/// A session about to begin, with what its cookies need.
struct Prepared {
    session: store::NewSession,
    token: String,
    browser: String,
    here: store::ThisBrowser,
    lasts: Millis,
}

/// `by_council`: their council has just let them in, and is asked again before long.
fn prepared(
    house: &House,
    account_id: &Id<Account>,
    roles: &[Role],
    headers: &HeaderMap,
    by_council: bool,
) -> Prepared {
    let now = house.clock.now();
    let before = token(house, headers).map(id::hash);
    let token = id::secret();
    let mut ends = Ends::after(roles);
    if let Some(council) = house.council().filter(|_| by_council) {
        ends = Ends { idle: ends.idle.min(council.lasts()), absolute: council.lasts() };
    }
    let session = store::NewSession {
        token_hash: id::hash(&token),
        account_id: account_id.clone(),
        device: device(headers),
        now,
        idle_ends_at: now + ends.idle,
        ends_at: now + ends.absolute,
    };
    let browser = this_browser(house, headers);
    // Parents are not told of new devices, and nothing is kept of theirs.
    let is_staff = roles.iter().any(|role| role.is_staff());
    let device_hash = is_staff.then(|| id::hash(&browser));
    let here = store::ThisBrowser { device_hash, before, joins: false };
    Prepared { session, token, browser, here, lasts: ends.absolute }
}

/// Notes that somebody has signed in to this account in the browser with this secret. A family may
/// share a browser: it has one secret, for all accounts that it is known to.
///
/// # Errors
/// When the database fails.
pub(crate) async fn know_browser(
    house: &House,
    account_id: &Id<Account>,
    browser: &str,
) -> Result<(), Error> {
    let ends_at = house.clock.now() + KNOWN_FOR;
    Ok(store::know_browser(&house.db, &id::hash(browser), account_id, ends_at).await?)
}

/// For how long a browser is known as one in which somebody has signed in. What others try for
/// their account does not hold it, and staff get no email about a new device.
const KNOWN_FOR: Millis = 365 * DAY;

fn browser_name(house: &House) -> &'static str {
    if house.is_secure() { "__Host-browser" } else { "browser" }
}

/// The secret by which a browser is known; `None` for what we did not make.
fn browser_secret<'h>(house: &House, headers: &'h HeaderMap) -> Option<&'h str> {
    cookie::named(headers, browser_name(house)).filter(|secret| id::is_secret(secret))
}

/// The secret by which this browser is known, or will be.
pub(crate) fn this_browser(house: &House, headers: &HeaderMap) -> String {
    browser_secret(house, headers).map_or_else(id::secret, str::to_owned)
}

/// The hash of the secret by which a browser is known to the account of this address; `None` where
/// nobody has signed in to that account in it.
///
/// # Errors
/// When the database fails.
pub(crate) async fn known_browser(
    house: &House,
    headers: &HeaderMap,
    email: &str,
) -> Result<Option<String>, Error> {
    let Some(secret) = browser_secret(house, headers) else { return Ok(None) };
    let (hash, now) = (id::hash(secret), house.clock.now());
    let is_known = store::knows_browser(&house.db, &hash, email, now).await?;
    Ok(is_known.then_some(hash))
}

/// The cookie of a session, for so many seconds, and the one by which this browser is known again.
pub(crate) fn cookies_of(
    house: &House,
    token: &str,
    seconds: i64,
    browser: Option<&str>,
) -> Cookies {
    let session = cookie_line(house, cookie_name(house), token, seconds);
    let known = |secret| cookie_line(house, browser_name(house), secret, KNOWN_FOR / SECOND);
    let lines = std::iter::once(session).chain(browser.map(known));
    AppendHeaders(lines.map(|line| (header::SET_COOKIE, line)).collect())
}

/// The cookie that takes the session's cookie away.
pub fn end_cookie(house: &House) -> AppendHeaders<[(HeaderName, String); 1]> {
    AppendHeaders([(header::SET_COOKIE, cookie_line(house, cookie_name(house), "", 0))])
}

/// An answer with the session's cookie taken away, and with it the pages the browser kept for going
/// back.
pub fn signed_out(house: &House, answer: Response) -> Response {
    let forget =
        (HeaderName::from_static("clear-site-data"), HeaderValue::from_static("\"cache\""));
    let here = (header::SET_COOKIE, here::forgotten(house));
    (end_cookie(house), AppendHeaders([here]), AppendHeaders([forget]), answer).into_response()
}

/// What sets a cookie for all pages, for so many seconds; 0 takes it away.
pub(crate) fn cookie_line(house: &House, name: &str, value: &str, seconds: i64) -> String {
    cookie::line(house, (name, "/"), value, seconds)
}

pub(crate) fn cookie_name(house: &House) -> &'static str {
    if house.is_secure() { "__Host-session" } else { "session" }
}

/// The token of the session that a browser names, whether or not it has ended.
pub(crate) fn token<'h>(house: &House, headers: &'h HeaderMap) -> Option<&'h str> {
    cookie::named(headers, cookie_name(house))
}

/// Whether a browser names a session, whether or not it has ended.
#[must_use]
pub fn names_a_session(house: &House, headers: &HeaderMap) -> bool {
    token(house, headers).is_some()
}

/// The headers that hold cookies, and no others.
pub(crate) fn cookies(headers: &HeaderMap) -> HeaderMap {
    headers.get_all(header::COOKIE).iter().map(|value| (header::COOKIE, value.clone())).collect()
}

/// The device as its owner knows it: "Chrome on Android". Coarse, since only its owner sees it.
pub(crate) fn device(headers: &HeaderMap) -> String {
    let agent =
        headers.get(header::USER_AGENT).and_then(|agent| agent.to_str().ok()).unwrap_or_default();
    let first = |words: &[(&str, &'static str)]| {
        words.iter().find(|(word, _)| agent.contains(word)).map(|(_, name)| *name)
    };
    // Nearly all say that they are Chrome or Safari too, and on an iPhone none has its usual word.
    let browser = first(&[
        ("FxiOS", "Firefox"),
        ("Firefox", "Firefox"),
        ("Edg", "Edge"),
        ("OPR", "Opera"),
        ("OPiOS", "Opera"),
        ("OPT/", "Opera"),
        ("SamsungBrowser", "Samsung Internet"),
        ("DuckDuckGo", "DuckDuckGo"),
        ("Ddg/", "DuckDuckGo"),
        ("CriOS", "Chrome"),
        ("Chrome", "Chrome"),
        ("Safari", "Safari"),
    ]);
    let system = first(&[
        ("Android", "Android"),
        ("iPhone", "iPhone"),
        ("iPad", "iPad"),
        ("CrOS", "Chromebook"),
        ("Windows", "Windows"),
        ("Mac OS", "Mac"),
        ("Linux", "Linux"),
    ]);
    format!("{} on {}", browser.unwrap_or("A browser"), system.unwrap_or("a device"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_browser_is_called_what_its_owner_calls_it() {
        const IPHONE: &str = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_6 like Mac OS X) \
            AppleWebKit/605.1.15 (KHTML, like Gecko)";
        const ANDROID: &str = "Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like \
            Gecko)";
        const WINDOWS: &str = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 \
            (KHTML, like Gecko)";
        for (system, rest, name) in [
            (IPHONE, "Version/18.6 Mobile/15E148 Safari/604.1", "Safari on iPhone"),
            (IPHONE, "CriOS/143.0.7499.92 Mobile/15E148 Safari/604.1", "Chrome on iPhone"),
            (IPHONE, "FxiOS/146.0 Mobile/15E148 Safari/605.1.15", "Firefox on iPhone"),
            (
                IPHONE,
                "Version/18.0 EdgiOS/143.0.3650.75 Mobile/15E148 Safari/604.1",
                "Edge on iPhone",
            ),
            (IPHONE, "Version/18.6 Mobile/15E148 Safari/604.1 OPT/6.3.1", "Opera on iPhone"),
            (
                IPHONE,
                "Version/18.6 Mobile/15E148 DuckDuckGo/7 Safari/605.1.15",
                "DuckDuckGo on iPhone",
            ),
            (ANDROID, "Chrome/143.0.0.0 Mobile Safari/537.36", "Chrome on Android"),
            (ANDROID, "Chrome/143.0.0.0 Mobile Safari/537.36 OPR/93.0.0.0", "Opera on Android"),
            (ANDROID, "Chrome/143.0.0.0 Mobile Safari/537.36 EdgA/143.0.0.0", "Edge on Android"),
            (
                ANDROID,
                "SamsungBrowser/29.0 Chrome/136.0.0.0 Mobile Safari/537.36",
                "Samsung Internet on Android",
            ),
            (WINDOWS, "Chrome/143.0.0.0 Safari/537.36 Edg/143.0.0.0", "Edge on Windows"),
            (WINDOWS, "Chrome/143.0.0.0 Safari/537.36", "Chrome on Windows"),
            (
                "Mozilla/5.0 (X11; Linux x86_64; rv:146.0)",
                "Gecko/20100101 Firefox/146.0",
                "Firefox on Linux",
            ),
            (
                "Mozilla/5.0 (X11; CrOS x86_64 14541.0.0)",
                "Chrome/143.0.0.0 Safari/537.36",
                "Chrome on Chromebook",
            ),
            ("", "", "A browser on a device"),
        ] {
            let mut headers = HeaderMap::new();
            let agent = format!("{system} {rest}").parse().expect("a header");
            headers.insert(header::USER_AGENT, agent);
            assert_eq!(device(&headers), name);
        }
        assert_eq!(device(&HeaderMap::new()), "A browser on a device");
    }
}
