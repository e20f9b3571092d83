//! The first act is kept: what somebody chose before they were signed in goes with them through
//! joining, signing in or a new password.
//!
//! In the browser where a parent chose it, it is done as soon as they are in. A link in an email
//! may be opened anywhere, and anybody may have typed their address: there it is shown, with one
//! button that does it. Nothing of it rests on the tab in which they began: the act is a row, and a
//! cookie says in which browser it was chosen.
//!
//! The same for somebody who is signed in and must show again that it is them, or set up a second
//! step. What asks for fresh proof, and whatever the team does, is never done by itself: it is
//! shown with its button.

pub(crate) mod store;

use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, Uri, header};
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Redirect, Response};
use forms::{Refusals, Sent};
use ground::error::Error;
use ground::house::House;
use ground::ids::{Account, FirstAct, Id};
use ground::routes::{Chose, First, LEAVING, SECOND_STEP, SignInFirst, WITHOUT_ACCOUNT, with_then};
use ground::sent::Form;
use ground::ui::{Page, capital, hidden};
use ground::viewer::Viewer;
use leptos::prelude::*;

use self::store::Act;
use super::attempts::{self, Caller};
use super::session::Requester;
use super::{second_factor, session, sign_in, store as accounts};

/// The most bytes of an act that are kept: the longest comment, and not a draft with all its text.
const LONGEST: usize = 32 * 1024;
/// For how many seconds a browser remembers that the act was chosen in it. Others may use the same
/// browser later.
const REMEMBERED: i64 = 2 * 60 * 60;

/// In the extensions of an answer with which a session began: whose it is.
#[derive(Clone, Debug)]
pub(crate) struct JustIn {
    pub account_id: Id<Account>,
    /// Whether they came by a link in an email.
    pub by_link: bool,
    pub has_joined: bool,
}

impl Act {
    /// Whether it may be this account's.
    pub(crate) fn may_be_of(&self, account_id: &Id<Account>) -> bool {
        self.account_id.as_ref().is_none_or(|owner| owner == account_id)
    }
}

/// In the extensions of an answer: do this now.
#[derive(Clone, Debug)]
struct DoNow(Act);

/// Keeps what somebody chose who must sign in first, or do something else, and does it then.
///
/// # Errors
/// When the database fails.
pub async fn keep_first_act(
    State(house): State<House>,
    caller: Caller,
    viewer: Viewer,
    request: Request,
    next: Next,
) -> Result<Response, Error> {
    // All that is asked of the request afterwards.
    let headers = session::cookies(request.headers());
    let requester = Requester { viewer, caller, headers };
    let again = next.clone();
    let mut answer = next.run(request).await;
    if let Some(first) = answer.extensions_mut().remove::<SignInFirst>() {
        return ask(&house, &requester, first).await;
    }
    if let Some(DoNow(act)) = answer.extensions_mut().remove() {
        return act_now(&house, &requester, &act, answer, again).await;
    }
    let Some(JustIn { account_id, by_link, has_joined }) = answer.extensions_mut().remove() else {
        return Ok(answer);
    };
    let here = chosen_here(&house, &requester.headers).await?;
    if let Some(act) = here.filter(|act| act.may_be_of(&account_id)) {
        if act.is_grave {
            let mut shown = Redirect::to(GO_ON).into_response();
            for cookie in answer.headers().get_all(header::SET_COOKIE) {
                shown.headers_mut().append(header::SET_COOKIE, cookie.clone());
            }
            return Ok(shown);
        }
        let token = token_that_begins(&house, &answer);
        let requester = Requester { viewer: who_is_in(&house, token).await?, ..requester };
        let done = act_now(&house, &requester, &act, answer, again).await?;
        return if has_joined { and_joined(done) } else { Ok(done) };
    }
    if by_link && let Some(act) = store::of_account(&house.db, &account_id, now(&house)).await? {
        let to = if act.fields.is_empty() {
            store::forget_soon(&house.db, &act.id, now(&house)).await?;
            act.goes_to
        } else {
            GO_ON.to_owned()
        };
        let to = HeaderValue::from_str(&to).map_err(|_not_a_header| Error::NotFound)?;
        answer.headers_mut().insert(header::LOCATION, to);
    }
    Ok(answer)
}

fn now(house: &House) -> calendar::clock::Moment {
    house.clock.now()
}

/// The same answer; the page it leads to says that they have joined, and not only what was done
/// ([`ground::ui::Done`]).
fn and_joined(mut answer: Response) -> Result<Response, Error> {
    let to = answer.headers().get(header::LOCATION).and_then(|to| to.to_str().ok()).map(joined_at);
    if let Some(to) = to {
        let to = HeaderValue::from_str(&to).map_err(|_not_a_header| Error::NotFound)?;
        answer.headers_mut().insert(header::LOCATION, to);
    }
    Ok(answer)
}

/// The address of a page that says so.
fn joined_at(to: &str) -> String {
    let (page, place) = to.find('#').map_or((to, ""), |at| to.split_at(at));
    let joint = if page.contains('?') { '&' } else { '?' };
    format!("{page}{joint}joined=yes{place}")
}

/// Where what was chosen is shown with one button that does it.
pub const GO_ON: &str = "/go-on";

/// Where somebody goes who has kept their account and was going nowhere else: the page says so
/// there, and where one more step comes before it, here too.
pub const STAYS: &str = "/account?done=stays";

/// What is stored nowhere, and sent by nobody but themselves.
const SECRETS: [&str; 3] = ["password", "current", "code"];

/// Asks somebody who chose something to join or to sign in first, or to show that it is them, and
/// keeps what they chose.
async fn ask(
    house: &House,
    Requester { viewer, caller, headers }: &Requester,
    first: SignInFirst,
) -> Result<Response, Error> {
    let without_secrets = |sent: Sent| {
        SECRETS.into_iter().fold(sent, |sent, name| {
            if sent.typed(name).is_empty() { sent } else { sent.with(name, "") }
        })
    };
    let chose = in_full(first.chose.what, first.sent.as_ref(), first.is_grave);
    let typed = first.sent.clone();
    let fields = first.sent.map(|sent| {
        let sent = without_secrets(sent);
        // A button alone sends nothing, and is no page for that.
        let is_button = first.is_grave && sent.fields().next().is_none();
        let sent = if is_button { sent.with("pressed", "yes") } else { sent };
        sent.packed()
    });
    let was_signed_in = session::token(house, headers).is_some();
    let mut cookie = None;
    if let Some(fields) = fields.as_ref().filter(|fields| fields.len() <= LONGEST)
        && attempts::may_keep(house, caller).await?
    {
        let secret = id::secret();
        let act = Act {
            id: id::hash(&secret).into(),
            goes_to: first.then.clone(),
            fields: fields.clone(),
            chose: chose.clone(),
            account_id: viewer.person().map(|person| person.account_id.clone()),
            is_grave: first.is_grave,
        };
        store::keep(&house.db, &act, now(house)).await?;
        cookie = Some(set_cookie(house, &secret, REMEMBERED)?);
    }
    let is_kept = cookie.is_some() || fields.is_none();
    let was_sent = fields.is_some();
    let mut answer = if first.first == First::Prove {
        let destination =
            sign_in::Destination { then: first.then, fields: fields.filter(|_| !is_kept) };
        second_factor::prove::ask_for_proof(house, viewer, &destination, &chose).await?
    } else if let First::SetUp | First::Keep = first.first {
        one_step_first(house, viewer, first.first, was_sent.then_some(is_kept))
    } else if was_signed_in || first.chose.what.is_empty() || !is_kept || first.is_grave {
        let destination = sign_in::Destination { then: first.then, fields };
        let (was_signed_out, is_grave) = (was_signed_in, first.is_grave);
        let has_new_role = false;
        let why = sign_in::SignInReason { was_signed_out, chose, is_grave, has_new_role };
        let none = Refusals::default();
        let page = sign_in::sign_in_page((house, headers), "", &destination, &why, &none);
        page.status(StatusCode::UNAUTHORIZED).answer(house, &Viewer::default())
    } else {
        let then = if fields.is_none() { first.then.as_str() } else { "" };
        two_ways_in(house, &chose, then, (first.chose, typed.as_ref()))
    };
    if let Some(cookie) = cookie {
        answer.headers_mut().append(header::SET_COOKIE, cookie);
    }
    Ok(answer)
}

/// What they chose, with the title of the thing where its form has one; for what is grave with the
/// address it is about, which somebody else may have typed.
fn in_full(chose: &str, sent: Option<&Sent>, is_grave: bool) -> String {
    let line = |name| sent.map(|sent| sent.line(name)).unwrap_or_default();
    let title = if is_grave && !line("email").is_empty() { line("email") } else { line("title") };
    if chose.is_empty() || title.is_empty() {
        return chose.to_owned();
    }
    format!("{chose}: “{}”", title.chars().take(150).collect::<String>())
}

/// For somebody who was at work when the day came from which a second step is asked of them, or
/// whose account is about to be erased. `is_kept`: whether we could keep what they sent, if they
/// sent anything.
fn one_step_first(house: &House, viewer: &Viewer, first: First, is_kept: Option<bool>) -> Response {
    let (title, why, saved, to, label) = if first == First::Keep {
        (
            "Keep your account first",
            "You asked us to delete your account, so we don't add anything to it.",
            "What you chose is saved. You will see it again once you have kept your account.",
            LEAVING,
            "See how to keep it",
        )
    } else {
        (
            "Set up a second step first",
            "From today you need a code from your phone to sign in as part of the team.",
            "What you wrote is saved. You can send it once you have set up the second step.",
            SECOND_STEP,
            "Set it up",
        )
    };
    let saved = is_kept.map(|is_kept| {
        let saved = if is_kept {
            saved
        } else {
            "What you wrote is too long for us to save. Go back to copy it before you continue."
        };
        view! { <p>{saved}</p> }
    });
    let page = Page::new(title, || {
        view! {
            <div class="stack">
                <h1>{title}</h1>
                <p class="lead">{why}</p>
                {saved}
                <p>
                    <a class="button" href=to>
                        {label}
                    </a>
                </p>
            </div>
        }
    });
    page.status(StatusCode::UNAUTHORIZED).answer(house, viewer)
}

/// The way to do it without an account, where there is one, with what they have sent.
fn without_account(chose: Chose, sent: Option<&Sent>) -> Option<AnyView> {
    if chose.without_account.is_empty() {
        return None;
    }
    let way = match sent {
        None => view! {
            <p>
                <a class="button quiet" href=chose.without_account>
                    "Continue without an account"
                </a>
            </p>
        }
        .into_any(),
        Some(sent) => {
            let fields = hidden(sent.fields().filter(|(name, _)| name != "step"));
            view! {
                <form method="post" action=chose.without_account>
                    {fields}
                    <button class="button quiet" name="step" value=WITHOUT_ACCOUNT>
                        "Continue without an account"
                    </button>
                </form>
            }
            .into_any()
        }
    };
    let both = view! {
        <p>"You can also do this without an account."</p>
        {way}
    };
    Some(both.into_any())
}

/// Join or sign in, both as easy to press. `first`: what they chose as its room calls it, and what
/// they sent with it.
fn two_ways_in(house: &House, chose: &str, then: &str, first: (Chose, Option<&Sent>)) -> Response {
    let (join, sign_in) = (with_then("/sign-up", then), with_then("/sign-in", then));
    let title = format!("Join or sign in to {chose}");
    let page = Page::new(&title, || {
        view! {
            <div class="stack">
                <h1>{title.clone()}</h1>
                <p class="lead">
                    {format!(
                        "You chose to {chose}. Joining takes two minutes, signing in takes a \
                         moment. We'll remember what you chose.",
                    )}
                </p>
                <p>
                    <a class="button" href=join>
                        "Join"
                    </a>
                </p>
                <p>
                    <a class="button" href=sign_in>
                        "Sign in"
                    </a>
                </p>
                {without_account(first.0, first.1)}
            </div>
        }
    });
    page.status(StatusCode::UNAUTHORIZED).answer(house, &Viewer::default())
}

/// What was chosen in this browser, while it is remembered.
pub(crate) async fn chosen_here(house: &House, headers: &HeaderMap) -> Result<Option<Act>, Error> {
    match ground::cookie::named(headers, cookie_name(house)) {
        Some(secret) => Ok(store::find(&house.db, &id::hash(secret).into(), now(house)).await?),
        None => Ok(None),
    }
}

/// The act that an emailed link is to lead back to: what was chosen in this browser, else the page
/// that somebody was going to, which is kept for it. `None` where there is neither.
pub(crate) async fn to_come_back_to(
    house: &House,
    headers: &HeaderMap,
    then: &str,
) -> Result<Option<Id<FirstAct>>, Error> {
    if let Some(act) = chosen_here(house, headers).await? {
        return Ok(Some(act.id));
    }
    if then.is_empty() {
        return Ok(None);
    }
    let act = Act {
        id: Id::fresh(),
        goes_to: then.to_owned(),
        fields: String::new(),
        chose: String::new(),
        account_id: None,
        is_grave: false,
    };
    store::keep(&house.db, &act, now(house)).await?;
    Ok(Some(act.id))
}

/// Sends the form of the act for them, as if they had pressed its button now, and answers with what
/// came of it.
async fn act_now(
    house: &House,
    requester: &Requester,
    act: &Act,
    in_now: Response,
    next: Next,
) -> Result<Response, Error> {
    let mut request = Request::post(&act.goes_to)
        .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
        .body(Body::from(act.fields.clone()))
        .map_err(|_not_an_address| Error::NotFound)?;
    request.extensions_mut().insert(requester.viewer.clone());
    request.extensions_mut().insert(requester.caller.clone());
    let mut done = next.run(request).await;
    // They waited too long with the button, or the day came from which more is asked.
    if let Some(first) = done.extensions_mut().remove::<SignInFirst>() {
        store::forget(&house.db, &act.id).await?;
        return ask(house, requester, first).await;
    }
    // What could not be done just now is still there when they try again.
    if !done.status().is_server_error() && done.status() != StatusCode::TOO_MANY_REQUESTS {
        store::forget(&house.db, &act.id).await?;
        done.headers_mut().append(header::SET_COOKIE, set_cookie(house, "", 0)?);
    }
    if done.status() == StatusCode::FORBIDDEN {
        done = not_theirs(house, &requester.viewer, act, &done);
    }
    for cookie in in_now.headers().get_all(header::SET_COOKIE) {
        done.headers_mut().append(header::SET_COOKIE, cookie.clone());
    }
    with_its_address(done, &act.goes_to).await
}

/// For somebody who signed in as another than may do it: what they wrote is still theirs to copy.
fn not_theirs(house: &House, viewer: &Viewer, act: &Act, refused: &Response) -> Response {
    let words = typed(act);
    let page = Page::new("You don't have permission to do this", || {
        let copy = (!words.is_empty()).then(|| {
            let words = words.iter().map(|words| {
                view! {
                    <blockquote class="lines" dir="auto">
                        {words.clone()}
                    </blockquote>
                }
            });
            view! {
                <p>"Here is what you wrote. Copy it before you leave this page."</p>
                {words.collect_view()}
            }
        });
        view! {
            <div class="stack">
                <h1>"You don't have permission to do this"</h1>
                <p class="lead">
                    "The account you are signed in with can't do this, so nothing was saved. Sign \
                     out, and sign in with the account that can."
                </p>
                {copy}
            </div>
        }
    });
    let mut answer = page.status(StatusCode::FORBIDDEN).answer(house, viewer);
    for cookie in refused.headers().get_all(header::SET_COOKIE) {
        answer.headers_mut().append(header::SET_COOKIE, cookie.clone());
    }
    answer
}

/// A form without an address is sent to the page it is on. The answer to what was sent for them is
/// on another page than its forms know, so they are given the address.
async fn with_its_address(answer: Response, to: &str) -> Result<Response, Error> {
    let kind = answer.headers().get(header::CONTENT_TYPE);
    if !kind.is_some_and(|kind| kind.as_bytes().starts_with(b"text/html")) {
        return Ok(answer);
    }
    let (mut parts, body) = answer.into_parts();
    let page = axum::body::to_bytes(body, usize::MAX).await.map_err(|_broken| Error::NotFound)?;
    let page = addressed(&String::from_utf8_lossy(&page), to);
    parts.headers.remove(header::CONTENT_LENGTH);
    Ok(Response::from_parts(parts, Body::from(page)))
}

/// The page, with this address in each form that has none.
fn addressed(page: &str, to: &str) -> String {
    const FORM: &str = "<form";
    let to = to.replace('&', "&amp;").replace('"', "&quot;").replace('<', "&lt;");
    let mut parts = page.split(FORM);
    let mut whole = parts.next().unwrap_or_default().to_owned();
    for rest in parts {
        whole += FORM;
        let has_one = rest.split('>').next().is_some_and(|own| own.contains(" action="));
        if !has_one {
            whole += &format!(" action=\"{to}\"");
        }
        whole += rest;
    }
    whole
}

/// The hash of the token of the session that begins with this answer.
fn token_that_begins(house: &House, answer: &Response) -> Option<String> {
    let cookies = answer.headers().get_all(header::SET_COOKIE).iter();
    cookies
        .filter_map(|cookie| cookie.to_str().ok()?.split(';').next()?.split_once('='))
        .find(|(name, _)| *name == session::cookie_name(house))
        .map(|(_, token)| id::hash(token))
}

async fn who_is_in(house: &House, token: Option<String>) -> Result<Viewer, Error> {
    let Some(token) = token else { return Ok(Viewer::default()) };
    let person = accounts::signed_in(&house.db, &token, now(house)).await?;
    Ok(person.map_or_else(Viewer::default, Viewer::of))
}

/// What waits for a press of this person's, and whether it was chosen in this browser.
async fn that_waits(
    house: &House,
    headers: &HeaderMap,
    account_id: &Id<Account>,
) -> Result<Option<(Act, bool)>, Error> {
    let here = chosen_here(house, headers).await?.filter(|act| act.may_be_of(account_id));
    if let Some(act) = here {
        return Ok(Some((act, true)));
    }
    let elsewhere = store::of_account(&house.db, account_id, now(house)).await?;
    Ok(elsewhere.map(|act| (act, false)))
}

/// GET `/go-on`: what was chosen and not done, with one button that does it; `?then=` is where to
/// go where there is none.
pub async fn go_on_page(
    State(house): State<House>,
    viewer: Viewer,
    headers: HeaderMap,
    uri: Uri,
) -> Result<Response, Error> {
    let account_id = &viewer.signed_in()?.account_id;
    let act = that_waits(&house, &headers, account_id).await?;
    let then = sign_in::Destination::only_page(&Sent::query(&uri)).then;
    let Some((act, is_here)) = act.filter(|(act, _)| !act.fields.is_empty()) else {
        let to = if then.is_empty() { "/" } else { &then };
        return Ok(Redirect::to(to).into_response());
    };
    let words = typed(&act);
    let chose = match act.chose.as_str() {
        "" if words.is_empty() => "press a button on another page",
        "" => "send what you wrote",
        chose => chose,
    };
    let (lead, if_not) = if is_here {
        (
            format!("You chose to {chose}. Nothing has been done yet."),
            "If you didn't choose this, someone else did before you on this device. Choose “No, \
             thanks”.",
        )
    } else {
        (
            format!("You're in. On another device or in another browser, you chose to {chose}."),
            "If that wasn't you, someone else typed your email address. Nothing has been done. \
             Choose “No, thanks”.",
        )
    };
    let look = (act.is_grave || act.chose.is_empty()).then(|| act.goes_to.clone());
    let stays = (then == STAYS && !viewer.is_leaving()).then(|| {
        view! { <p class="panel gold">"We will keep your account. Nothing has been deleted."</p> }
    });
    let page = Page::new("One more step", || {
        view! {
            <div class="stack">
                <h1>"One more step"</h1>
                {stays}
                <p class="lead">{lead}</p>
                {words
                    .into_iter()
                    .map(|words| view! { <blockquote>{words}</blockquote> })
                    .collect_view()}
                <form method="post" action="/go-on">
                    <button class="button" name="step" value="do">
                        {capital(chose)}
                    </button>
                    <button class="button quiet" name="step" value="forget">
                        "No, thanks"
                    </button>
                </form>
                {look
                    .map(|to| {
                        view! {
                            <p>
                                <a href=to>"Look at that page first"</a>
                            </p>
                        }
                    })}
                <p class="soft">{if_not}</p>
            </div>
        }
    });
    Ok(page.answer(&house, &viewer))
}

/// POST `/go-on`
pub async fn go_on(
    State(house): State<House>,
    viewer: Viewer,
    headers: HeaderMap,
    Form(sent): Form,
) -> Result<Response, Error> {
    let account_id = &viewer.signed_in()?.account_id;
    let home = Redirect::to("/").into_response();
    let Some((act, _)) = that_waits(&house, &headers, account_id).await? else {
        return Ok(home);
    };
    if sent.typed("step") == "do" {
        return Ok((axum::Extension(DoNow(act)), home).into_response());
    }
    store::forget(&house.db, &act.id).await?;
    Ok(home)
}

/// What they wrote: the fields that read as words.
fn typed(act: &Act) -> Vec<String> {
    let sent = Sent::read(act.fields.as_bytes());
    let is_words = |words: &&String| words.trim().contains(char::is_whitespace);
    sent.fields().map(|(_, value)| value).filter(is_words).cloned().collect()
}

/// The cookie of another browser, or none, says nothing any more.
pub(crate) fn forget_cookie(house: &House, mut answer: Response) -> Result<Response, Error> {
    answer.headers_mut().append(header::SET_COOKIE, set_cookie(house, "", 0)?);
    Ok(answer)
}

fn cookie_name(house: &House) -> &'static str {
    if house.is_secure() { "__Host-first-act" } else { "first-act" }
}

fn set_cookie(house: &House, secret: &str, seconds: i64) -> Result<HeaderValue, Error> {
    let cookie = session::cookie_line(house, cookie_name(house), secret, seconds);
    HeaderValue::from_str(&cookie).map_err(|_not_a_header| Error::NotFound)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_form_without_an_address_gets_that_of_the_page_it_was_made_for() {
        let page = "<form method=\"post\" novalidate><a href=\"/\"></a></form>\
            <form class=\"row\" method=\"post\" action=\"/sign-out\"></form>";
        let expected = "<form action=\"/lead?a=1&amp;b=%22\" method=\"post\" novalidate>\
            <a href=\"/\"></a></form>\
            <form class=\"row\" method=\"post\" action=\"/sign-out\"></form>";
        assert_eq!(addressed(page, "/lead?a=1&b=%22"), expected);
        assert_eq!(addressed("<p>No form</p>", "/lead"), "<p>No form</p>");
    }

    #[test]
    fn whoever_joined_by_what_she_did_is_told_at_the_place_of_the_page_it_leads_to() {
        for (to, expected) in [
            ("/topics/1?done=supported", "/topics/1?done=supported&joined=yes"),
            ("/rounds/1?done=supported#t-2", "/rounds/1?done=supported&joined=yes#t-2"),
            ("/notices/1#q-2", "/notices/1?joined=yes#q-2"),
        ] {
            assert_eq!(joined_at(to), expected);
        }
    }

    #[test]
    fn what_is_grave_names_the_address_it_is_about() {
        let sent = Sent::of(&[("email", "new@example.org"), ("title", "Buses")]);
        let in_full = |is_grave| in_full("send it", Some(&sent), is_grave);
        assert_eq!(in_full(true), "send it: “new@example.org”");
        assert_eq!(in_full(false), "send it: “Buses”");
        assert_eq!(super::in_full("", Some(&sent), true), "");
    }
}
