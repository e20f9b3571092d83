//! Signing in by password or by a link (`passkeys` has the third way), carrying on with what was
//! typed, a new password, signing out.

use axum::Extension;
use axum::extract::State;
use axum::http::{HeaderMap, Uri};
use axum::response::{IntoResponse as _, Redirect, Response};
use calendar::clock::{self, DAY, HOUR};
use deliveries::{EmailKind, Owed, Words, owe};
use forms::{Refusals, Sent};
use ground::error::Error;
use ground::evenly::evenly;
use ground::house::House;
use ground::ids::{Account, FirstAct, Id};
use ground::routes::{LEAVING, SECOND_STEP, with_then};
use ground::sent::Form;
use ground::token::Token;
use ground::ui::{Field, Page, Summary, hidden};
use ground::viewer::{SecondStep, Viewer};
use leptos::prelude::*;

use super::attempts::{self, Asker, Caller, Purpose, Wait};
use super::choosing::{self, NewPassword, ShowPassword};
use super::first_act::{self, JustIn};
use super::here::{self, AsksForCookies, TURN_ON_COOKIES};
use super::passkeys::{self, webauthn::Party};
use super::people::suspending::suspended_page;
use super::session::Requester;
use super::store::NewLink;
use super::{council, emails, passwords, second_factor, session, store};

/// Where someone was going before they had to sign in.
pub(crate) struct Destination {
    /// The address; empty for none.
    pub then: String,
    /// What a form sent there, packed, where it is too much to be kept elsewhere than on the page;
    /// `None` for a page.
    pub fields: Option<String>,
}

/// Why somebody is asked to sign in.
#[derive(Debug, Default)]
pub(crate) struct SignInReason {
    pub was_signed_out: bool,
    /// What they chose, in words that follow "to"; empty where nobody knows.
    pub chose: String,
    /// Whether it then waits for a press, and is not done by itself.
    pub is_grave: bool,
    /// Whether they have just changed their own role, which signs them out.
    pub has_new_role: bool,
}

/// Where an administrator signs in again who has changed their own role.
pub(crate) const OWN_ROLE_CHANGED: &str = "/sign-in?done=role";

impl SignInReason {
    /// What was chosen in this browser.
    pub async fn here(house: &House, headers: &HeaderMap) -> Result<Self, Error> {
        let act = first_act::chosen_here(house, headers).await?;
        let (chose, is_grave) = act.map(|act| (act.chose, act.is_grave)).unwrap_or_default();
        Ok(Self { chose, is_grave, ..Self::default() })
    }

    /// What becomes of what was chosen once they have signed in or joined.
    pub fn then(&self, done: &str) -> String {
        if self.is_grave {
            format!("We will ask you again once you have {done}.")
        } else {
            format!("It will be done once you have {done}.")
        }
    }
}

impl Destination {
    pub fn read(sent: &Sent) -> Self {
        let then = sent.typed("then");
        // Only an address of our own: one slash at the start, nothing a browser could take for a
        // host, and nothing that a header cannot hold.
        let own = then.starts_with('/')
            && !then.starts_with("//")
            && !then.contains(|c: char| c == '\\' || c.is_control());
        let fields =
            Some(sent.typed("kept")).filter(|packed| own && !packed.is_empty()).map(str::to_owned);
        Self { then: if own { then.to_owned() } else { String::new() }, fields }
    }

    /// Only the page, whatever else was sent.
    pub fn only_page(sent: &Sent) -> Self {
        Self { fields: None, ..Self::read(sent) }
    }

    pub fn hidden(&self) -> impl IntoView + use<> {
        let field = |name: &'static str, value: String| {
            (!value.is_empty()).then(|| view! { <input type="hidden" name=name value=value /> })
        };
        (field("then", self.then.clone()), field("kept", self.fields.clone().unwrap_or_default()))
    }
}

/// GET `/sign-in`: the code, where only that is missing. `?forget=yes` lets go of what was chosen
/// in this browser, perhaps by another.
pub async fn sign_in_form(
    State(house): State<House>,
    viewer: Viewer,
    headers: HeaderMap,
    uri: Uri,
) -> Result<Response, Error> {
    // What a form sent is taken from our own page alone: in an address it could be someone else's
    // words.
    let query = Sent::query(&uri);
    let destination = Destination::only_page(&query);
    let forgets = query.typed("forget") == "yes";
    if !forgets && second_factor::waits_here(&house, &viewer, &headers).await?.is_some() {
        return Ok(Redirect::to(&with_then("/sign-in/code", &destination.then)).into_response());
    }
    let why = if forgets {
        SignInReason::default()
    } else {
        SignInReason::here(&house, &headers).await?
    };
    let why = SignInReason { has_new_role: query.typed("done") == "role", ..why };
    let page = sign_in_page((&house, &headers), "", &destination, &why, &Refusals::default());
    let answer = page.answer(&house, &viewer);
    if forgets { first_act::forget_cookie(&house, answer) } else { Ok(answer) }
}

/// A GET where only a POST has an answer, as after a reload.
pub async fn back_to_sign_in() -> Redirect {
    Redirect::to("/sign-in")
}

/// POST `/sign-in`
pub async fn sign_in_with_password(
    State(house): State<House>,
    requester: Requester,
    Form(sent): Form,
) -> Result<Response, Error> {
    evenly(&house, by_password(&house, &requester, &sent)).await
}

async fn by_password(house: &House, requester: &Requester, sent: &Sent) -> Result<Response, Error> {
    let Requester { viewer, caller, headers } = requester;
    let destination = Destination::read(sent);
    let email = address_of(sent);
    let why = SignInReason::here(house, headers).await?;
    let refuse = |what_to_do: &str| {
        let refusals = Refusals::one("email", what_to_do);
        let page = sign_in_page((house, headers), &email, &destination, &why, &refusals);
        page.answer(house, viewer)
    };
    if here::are_off(sent, headers) {
        return Ok(refuse(TURN_ON_COOKIES));
    }
    if email.is_empty() || sent.typed("password").is_empty() {
        return Ok(refuse("Enter your email address and password, or ask for a link below"));
    }
    let browser = session::known_browser(house, headers, &email).await?;
    let asker = browser.as_deref().map_or(Asker::Network(caller), Asker::Browser);
    let tried = attempts::may_try(house, asker, &email).await?;
    let known = store::by_address(&mut *house.db.read().await?, &email).await?;
    let password_hash = known.as_ref().and_then(|known| known.password_hash.clone());
    let fits = passwords::fits(house, sent.typed("password").to_owned(), password_hash).await;
    if let Err(wait) = &tried.may {
        let answer = refuse(
            "Too many attempts. Ask for a link by email below: you can sign in with that now",
        );
        return Ok(wait.answer(answer));
    }
    let (true, Some(known)) = (fits, known) else {
        return Ok(refuse(
            "Check your email address and password and try again, or ask for a link below",
        ));
    };
    attempts::was_right(house, &tried).await?;
    hash_as_today(house, &known, sent.typed("password")).await?;
    go_on(house, headers, &known.id, &destination, false).await
}

/// The address that was typed, as the tables hold it; what is none is looked for as it is.
fn address_of(sent: &Sent) -> String {
    let typed = sent.typed("email");
    forms::address(typed).unwrap_or_else(|_no_address| forms::line(typed).to_lowercase())
}

/// Hashes a right password again where that was done otherwise before: only now do we have it.
async fn hash_as_today(
    house: &House,
    known: &store::KnownAccount,
    password: &str,
) -> Result<(), Error> {
    let stored = known.password_hash.as_deref();
    let Some(old) = stored.filter(|stored| !passwords::is_as_today(stored)) else { return Ok(()) };
    let new = passwords::hashed(house, password.to_owned()).await;
    Ok(store::hash_again(&house.db, &known.id, (old, &new)).await?)
}

/// POST `/sign-in/link`
pub async fn send_sign_in_link(
    State(house): State<House>,
    requester: Requester,
    Form(sent): Form,
) -> Result<Response, Error> {
    evenly(&house, by_link(&house, &requester, &sent)).await
}

async fn by_link(house: &House, requester: &Requester, sent: &Sent) -> Result<Response, Error> {
    let Requester { viewer, caller, headers } = requester;
    let destination = Destination::read(sent);
    if here::are_off(sent, headers) {
        let why = SignInReason::here(house, headers).await?;
        let refusals = Refusals::one("email", TURN_ON_COOKIES);
        let typed = sent.typed("email");
        let page = sign_in_page((house, headers), typed, &destination, &why, &refusals);
        return Ok(page.answer(house, viewer));
    }
    let email = match forms::address(sent.typed("email")) {
        Ok(email) => email,
        Err(what_to_do) => {
            let why = SignInReason::here(house, headers).await?;
            let refusals = Refusals::one("email", what_to_do);
            let typed = sent.typed("email");
            let page = sign_in_page((house, headers), typed, &destination, &why, &refusals);
            return Ok(page.answer(house, viewer));
        }
    };
    if let Err(wait) = may_let_in(house, headers, caller, Purpose::SignIn, &email).await? {
        let why = SignInReason::here(house, headers).await?;
        let refusals = Refusals::one("email", wait.what_to_do.as_str());
        let page = sign_in_page((house, headers), &email, &destination, &why, &refusals);
        return Ok(wait.answer(page.answer(house, viewer)));
    }
    let act = first_act::to_come_back_to(house, headers, &destination.then).await?;
    owe_link(house, &email, act.as_ref(), "sign-in", emails::sign_in_link).await?;
    Ok(sign_in_link_sent(house, viewer, &destination))
}

/// Says that a link has gone to an address that was typed, known or not.
pub(crate) fn sign_in_link_sent(
    house: &House,
    viewer: &Viewer,
    destination: &Destination,
) -> Response {
    let page = Page::new("Check your email", || {
        let going_on = destination.fields.as_ref().map(|fields| {
            view! {
                <p>
                    "What you wrote is still here. Press the button in the email, then come back \
                     to this page and send it."
                </p>
                {carry_on(&destination.then, fields)}
            }
        });
        view! {
            <div class="stack">
                <h1>"Check your email"</h1>
                <p class="lead">
                    "We've sent an email to that address. If you have an account, press the button \
                     in it to sign in."
                </p>
                <p>
                    "The button works for two hours. If the email doesn't arrive in a few minutes, \
                     check your junk or spam folder."
                </p>
                {going_on}
            </div>
        }
    });
    let page = if destination.fields.is_some() { page.kept_for_going_back() } else { page };
    page.answer(house, viewer)
}

/// GET `/sign-in/{token}`: a button, since mail scanners open links.
pub async fn sign_in_link_form(
    State(house): State<House>,
    viewer: Viewer,
    Token(token): Token,
    headers: HeaderMap,
) -> Result<Response, Error> {
    let (hash, now) = (id::hash(&token), house.clock.now());
    let waits = store::link(&mut *house.db.read().await?, &hash, "sign-in", now).await?;
    if waits.is_none() && used_here(&house, &headers, &hash, "sign-in").await?.is_none() {
        return Ok(sign_in_link_ended(&house, &viewer));
    }
    let page = Page::new("Sign in", || {
        view! {
            <div class="stack">
                <h1>"Sign in"</h1>
                <form method="post">
                    <AsksForCookies />
                    <button class="button">"Sign in on this device"</button>
                </form>
            </div>
        }
    });
    Ok(here::known_by(page, &house, &headers).answer(&house, &viewer))
}

/// POST `/sign-in/{token}`: twice in the same browser is the same as once.
pub async fn sign_in_with_link(
    State(house): State<House>,
    viewer: Viewer,
    Token(token): Token,
    headers: HeaderMap,
    Form(sent): Form,
) -> Result<Response, Error> {
    if here::are_off(&sent, &headers) {
        return Ok(here::no_cookies_page().answer(&house, &viewer));
    }
    match used_link(&house, &headers, &token, "sign-in").await? {
        Some(link) => {
            let nowhere = Destination { then: String::new(), fields: None };
            go_on(&house, &headers, &link.account_id, &nowhere, true).await
        }
        None => Ok(sign_in_link_ended(&house, &viewer)),
    }
}

/// GET `/forgotten-password`
pub async fn forgotten_password_form(
    State(house): State<House>,
    viewer: Viewer,
    uri: Uri,
) -> Response {
    let destination = Destination::only_page(&Sent::query(&uri));
    forgotten_password_page(&house, &viewer, "", &destination, &Refusals::default())
}

/// POST `/forgotten-password`
pub async fn forgotten_password(
    State(house): State<House>,
    requester: Requester,
    Form(sent): Form,
) -> Result<Response, Error> {
    evenly(&house, by_new_password(&house, &requester, &sent)).await
}

async fn by_new_password(
    house: &House,
    requester: &Requester,
    sent: &Sent,
) -> Result<Response, Error> {
    let Requester { viewer, caller, headers } = requester;
    let destination = Destination::only_page(sent);
    let email = match forms::address(sent.typed("email")) {
        Ok(email) => email,
        Err(what_to_do) => {
            return Ok(forgotten_password_page(
                house,
                viewer,
                sent.typed("email"),
                &destination,
                &Refusals::one("email", what_to_do),
            ));
        }
    };
    if let Err(wait) = may_let_in(house, headers, caller, Purpose::NewPassword, &email).await? {
        let refusals = Refusals::one("email", wait.what_to_do.as_str());
        return Ok(wait.answer(forgotten_password_page(
            house,
            viewer,
            &email,
            &destination,
            &refusals,
        )));
    }
    let act = first_act::to_come_back_to(house, headers, &destination.then).await?;
    owe_link(house, &email, act.as_ref(), "password", emails::new_password_link).await?;
    Ok(Redirect::to("/forgotten-password/sent").into_response())
}

/// GET `/forgotten-password/sent`
pub async fn forgotten_password_sent(State(house): State<House>, viewer: Viewer) -> Response {
    Page::new("Check your email", || {
        view! {
            <div class="stack">
                <h1>"Check your email"</h1>
                <p class="lead">
                    "We've sent you an email. If you have an account with that address, press the \
                     button in it to choose a new password."
                </p>
                <p>
                    "It should arrive in a few minutes. If not, check your junk or spam folder, or "
                    <a href="/forgotten-password">"try again"</a>"."
                </p>
            </div>
        }
    })
    .answer(&house, &viewer)
}

/// GET `/new-password/{token}`
pub async fn new_password_form(
    State(house): State<House>,
    viewer: Viewer,
    Token(token): Token,
    headers: HeaderMap,
) -> Result<Response, Error> {
    let link =
        store::link(&mut *house.db.read().await?, &id::hash(&token), "password", house.clock.now())
            .await?;
    let Some(link) = link else {
        return no_new_password(&house, &viewer, &headers, &token).await;
    };
    let page = new_password_page(&link, &Sent::default(), &Refusals::default());
    Ok(here::known_by(page, &house, &headers).answer(&house, &viewer))
}

/// POST `/new-password/{token}`: sets it, signs out everywhere, signs in here.
pub async fn new_password(
    State(house): State<House>,
    viewer: Viewer,
    Token(token): Token,
    headers: HeaderMap,
    Form(sent): Form,
) -> Result<Response, Error> {
    let link =
        store::link(&mut *house.db.read().await?, &id::hash(&token), "password", house.clock.now())
            .await?;
    let Some(link) = link else {
        return no_new_password_again(&house, &viewer, &headers, (&token, &sent)).await;
    };
    if here::are_off(&sent, &headers) {
        return Ok(here::no_cookies_page().answer(&house, &viewer));
    }
    if choosing::only_shows(&sent) {
        let page = new_password_page(&link, &sent, &Refusals::default());
        return Ok(page.answer(&house, &viewer));
    }
    let place = link.place.as_deref().unwrap_or_default();
    let own_words = [link.email.as_str(), link.shown_name.as_str(), place];
    let password = match passwords::chosen(&house, sent.typed("password"), &own_words).await {
        Ok(password) => password,
        Err(what_to_do) => {
            let refusals = Refusals::one("password", what_to_do);
            return Ok(new_password_page(&link, &sent, &refusals).answer(&house, &viewer));
        }
    };
    let password_hash = passwords::hashed(&house, password).await;
    let by = here::known(&house, &headers);
    let used = (id::hash(&token), by.as_deref());
    if !set_password(&house, &link, (&used.0, used.1), &password_hash).await? {
        return no_new_password_again(&house, &viewer, &headers, (&token, &sent)).await;
    }
    in_with_new_password(&house, &headers, &link).await
}

async fn in_with_new_password(
    house: &House,
    headers: &HeaderMap,
    link: &store::Link,
) -> Result<Response, Error> {
    let then = Destination { then: "/account?done=password".into(), fields: None };
    go_on(house, headers, &link.account_id, &then, true).await
}

/// For a button that was pressed where the link sets no password any more. Whoever pressed it a
/// moment ago in the same browser, with the same password, gets the answer they got then.
async fn no_new_password_again(
    house: &House,
    viewer: &Viewer,
    headers: &HeaderMap,
    (token, sent): (&str, &Sent),
) -> Result<Response, Error> {
    if !viewer.is_signed_in()
        && let Some(link) = used_here(house, headers, &id::hash(token), "password").await?
    {
        let known = store::by_address(&mut *house.db.read().await?, &link.email).await?;
        let set = known.and_then(|known| known.password_hash);
        if passwords::fits(house, sent.typed("password").to_owned(), set).await {
            return in_with_new_password(house, headers, &link).await;
        }
    }
    no_new_password(house, viewer, headers, token).await
}

/// For a link that sets no password any more. Whoever has set one since and is signed in is told
/// so, as after a second tap, and so is the browser in which it was set just now; nobody else is
/// told anything.
async fn no_new_password(
    house: &House,
    viewer: &Viewer,
    headers: &HeaderMap,
    token: &str,
) -> Result<Response, Error> {
    let hash = id::hash(token);
    let (to, label) = if let Some(person) = viewer.person() {
        let whose = store::changed_by(&mut *house.db.read().await?, &hash).await?;
        if whose.as_ref() != Some(&person.account_id) {
            return Ok(sign_in_link_ended(house, viewer));
        }
        ("/account", "Your account")
    } else if used_here(house, headers, &hash, "password").await?.is_some() {
        ("/sign-in", "Sign in with your new password")
    } else {
        return Ok(sign_in_link_ended(house, viewer));
    };
    let page = Page::new("Your password has been changed", || {
        view! {
            <div class="stack">
                <h1>"Your password has been changed"</h1>
                <p class="lead">"You have chosen a new one since we sent this link."</p>
                <p>
                    <a class="button" href=to>
                        {label}
                    </a>
                </p>
            </div>
        }
    });
    Ok(page.answer(house, viewer))
}

/// Uses up the link with this hash, in this browser, sets the password and signs out everywhere.
/// False where the link was used before.
async fn set_password(
    house: &House,
    link: &store::Link,
    (hash, by): (&str, Option<&str>),
    password_hash: &str,
) -> Result<bool, Error> {
    let (now, account_id) = (house.clock.now(), &link.account_id);
    let mut tx = house.db.begin().await?.unseen();
    if !store::use_link(&mut tx, hash, by, now).await? {
        tx.roll_back().await?;
        return Ok(false);
    }
    first_act::store::hand_over(&mut tx, hash, account_id).await?;
    store::set_password(&mut tx, account_id, password_hash, now).await?;
    store::end_all_sessions(&mut tx, account_id).await?;
    let owed = Owed {
        dedup_key: &format!("{hash} changed"),
        kind: EmailKind::PasswordChanged,
        account_id: Some(account_id),
        to: &link.email,
        words: &emails::password_changed(house),
        at: now,
        not_after: None,
    };
    owe(&mut tx, owed).await?;
    tx.commit().await?;
    Ok(true)
}

/// POST `/sign-out`
pub async fn sign_out(State(house): State<House>, viewer: Viewer) -> Result<Response, Error> {
    if let Some(person) = viewer.person() {
        store::end_sessions(&house.db, &person.account_id, Some(&person.session_id)).await?;
    }
    let answer = session::signed_out(&house, Redirect::to("/?done=signed-out").into_response());
    first_act::forget_cookie(&house, answer)
}

/// Uses the link up, for whoever is first, and for a second press in the same browser.
async fn used_link(
    house: &House,
    headers: &HeaderMap,
    token: &str,
    purpose: &str,
) -> Result<Option<store::Link>, Error> {
    let (hash, now, by) = (id::hash(token), house.clock.now(), here::known(house, headers));
    let mut tx = house.db.begin().await?.unseen();
    let link = store::link(&mut tx, &hash, purpose, now).await?;
    if !store::use_link(&mut tx, &hash, by.as_deref(), now).await? {
        tx.roll_back().await?;
        return used_here(house, headers, &hash, purpose).await;
    }
    if let Some(link) = &link {
        first_act::store::hand_over(&mut tx, &hash, &link.account_id).await?;
    }
    tx.commit().await?;
    Ok(link)
}

/// The link with this hash, where this browser used it a moment ago: its button was pressed twice.
async fn used_here(
    house: &House,
    headers: &HeaderMap,
    hash: &str,
    purpose: &str,
) -> Result<Option<store::Link>, Error> {
    let Some(by) = here::known(house, headers) else { return Ok(None) };
    let now = house.clock.now();
    let link = store::link_used_here(&mut *house.db.read().await?, hash, purpose, &by, now).await?;
    Ok(link)
}

/// Whether one more email that lets in may go to this address.
async fn may_let_in(
    house: &House,
    headers: &HeaderMap,
    caller: &Caller,
    purpose: Purpose,
    email: &str,
) -> Result<Result<(), Wait>, Error> {
    let browser = session::known_browser(house, headers, email).await?;
    let asker = browser.as_deref().map_or(Asker::Network(caller), Asker::Browser);
    attempts::may_write(house, asker, purpose, email).await
}

/// Owes one email to the address, known or not: the link that lets in, or news that there is no
/// account, with the link by which they can join. Both cost the same statements.
pub(crate) async fn owe_link(
    house: &House,
    email: &str,
    act: Option<&Id<FirstAct>>,
    purpose: &str,
    message: fn(&House, &str) -> Words,
) -> Result<(), Error> {
    let (now, token) = (house.clock.now(), id::secret());
    let (hash, ends_at) = (id::hash(&token), now + 2 * HOUR);
    let mut tx = house.db.begin().await?.unseen();
    let known = store::by_address(&mut tx, email).await?;
    let words = if let Some(known) = &known {
        let new =
            NewLink { token_hash: &hash, account_id: &known.id, purpose, email: None, ends_at };
        store::keep_link(&mut tx, &new).await?;
        message(house, &token)
    } else {
        store::keep_sign_up(&mut tx, &hash, email, now + 2 * DAY).await?;
        let asked = match purpose {
            "password" => "to choose a new password",
            _ => "for a link to sign in",
        };
        emails::no_account(house, &token, asked)
    };
    if let Some(act) = act {
        first_act::store::lead_back(&mut tx, &hash, act).await?;
    }
    let owed = Owed {
        dedup_key: &hash,
        kind: EmailKind::Link,
        account_id: known.as_ref().map(|known| &known.id),
        to: email,
        words: &words,
        at: now,
        not_after: Some(ends_at),
    };
    owe(&mut tx, owed).await?;
    Ok(tx.commit().await?)
}

/// Begins a session and leads to where the person was going, with what they had typed.
async fn go_on(
    house: &House,
    headers: &HeaderMap,
    account_id: &Id<Account>,
    destination: &Destination,
    by_link: bool,
) -> Result<Response, Error> {
    let begun = session::begin(house, account_id, headers).await?;
    if let Some(council) = house.council().filter(|_| begun.is_with_council) {
        return Ok(council::pages::in_no_other_way(house, council, destination));
    }
    in_now(house, account_id, begun, destination, by_link).await
}

/// The answer to somebody whose session has begun: to the code, where that is missing, or on.
/// Whoever is suspended, so that none has, reads that.
///
/// # Errors
/// When the database fails.
pub(crate) async fn in_now(
    house: &House,
    account_id: &Id<Account>,
    begun: session::Begun,
    destination: &Destination,
    by_link: bool,
) -> Result<Response, Error> {
    if begun.is_suspended {
        return Ok(suspended_page(house));
    }
    if begun.waits_for_code {
        let next =
            second_factor::code::ask_for_code(house, account_id, destination, by_link).await?;
        return Ok((begun.cookies, next).into_response());
    }
    let who = JustSignedIn { account_id, by_link, is_leaving: begun.is_leaving };
    if begun.second_step == SecondStep::Missing && destination.fields.is_none() {
        let first = Destination { then: with_then(SECOND_STEP, &destination.then), fields: None };
        return Ok(carried_on(house, who, begun.cookies, &first));
    }
    Ok(carried_on(house, who, begun.cookies, destination))
}

/// Somebody who has just signed in.
#[derive(Clone, Copy, Debug)]
pub(crate) struct JustSignedIn<'a> {
    pub account_id: &'a Id<Account>,
    /// Whether they came by a link in an email.
    pub by_link: bool,
    pub is_leaving: bool,
}

/// The answer to somebody who is in now: where they were going, with what they had typed. Whoever
/// is leaving is asked first whether to keep the account, and what they chose before they signed in
/// waits meanwhile.
pub(crate) fn carried_on(
    house: &House,
    JustSignedIn { account_id, by_link, is_leaving }: JustSignedIn<'_>,
    cookies: session::Cookies,
    destination: &Destination,
) -> Response {
    let account_id = account_id.clone();
    let just_in = JustIn { account_id, by_link, has_joined: false };
    let just_in = (!is_leaving).then_some(Extension(just_in));
    let Some(fields) = &destination.fields else {
        let to = match destination.then.as_str() {
            then if is_leaving => with_then(LEAVING, then),
            "" => "/?done=signed-in".to_owned(),
            then => then.to_owned(),
        };
        return (just_in, cookies, Redirect::to(&to)).into_response();
    };
    let page = Page::new("You are signed in", || {
        view! {
            <div class="stack">
                <h1>"You are signed in"</h1>
                <p class="lead">"What you wrote is still here. Nothing has been lost."</p>
                {is_leaving
                    .then(|| {
                        view! {
                            <p class="panel gold">
                                "You asked us to delete your account. "
                                <a href=LEAVING target="_blank">
                                    "Keep it"
                                </a>
                                " before you continue. It opens in a new tab: then come back to \
                                 this page."
                            </p>
                        }
                    })}
                {carry_on(&destination.then, fields)}
            </div>
        }
    });
    (just_in, cookies, page.signs_in().kept_for_going_back().answer(house, &Viewer::default()))
        .into_response()
}

/// The form that was sent before, ready to be sent again.
pub(crate) fn carry_on(then: &str, packed: &str) -> impl IntoView + use<> {
    let fields = hidden(Sent::read(packed.as_bytes()).fields());
    view! {
        <form method="post" action=then.to_owned()>
            {fields}
            <button class="button">"Continue"</button>
        </form>
    }
}

/// The page to sign in on, for the browser with these headers, which it gives a cookie.
pub(crate) fn sign_in_page(
    (house, headers): (&House, &HeaderMap),
    email: &str,
    destination: &Destination,
    why: &SignInReason,
    refusals: &Refusals,
) -> Page {
    let page = Page::new("Sign in", || {
        let new_role = why.has_new_role.then(|| {
            view! {
                <p class="panel gold">
                    "Your role has changed, so you have been signed out. Sign in again, and it has \
                     taken effect."
                </p>
            }
        });
        let why = if why.was_signed_out {
            let then = if why.is_grave { "to send it" } else { "and it will be sent" };
            Some(format!("You've been signed out. What you wrote is saved: sign in {then}."))
        } else if !why.chose.is_empty() {
            Some(format!("You chose to {}. {}", why.chose, why.then("signed in")))
        } else {
            destination
                .fields
                .is_some()
                .then(|| "What you wrote is saved: sign in to send it.".to_owned())
        };
        let why = why.map(|why| {
            view! {
                <p class="panel gold">
                    {why}" "<a href="/sign-in?forget=yes">"No, just sign in"</a>
                </p>
            }
        });
        let demonstration = house.names.demonstration.then(|| {
            let days = house.clock.days_ahead();
            let today = clock::day(house.clock.now());
            let moved = (days > 0).then(|| {
                let words = format!("Its clock is {days} days ahead: here it is {today}.");
                view! { <p>{words}</p> }
            });
            view! {
                <details>
                    <summary>"Sign-ins for this demonstration"</summary>
                    <p>
                        "parent@example.org, parent2@example.org, organiser@example.org, \
                         leader@example.org and admin@example.org, all with the password \
                         alongside-demo."
                    </p>
                    {moved}
                </details>
            }
        });
        let by_council =
            house.council().map(|council| council::pages::council_way_in(council, destination));
        let join = with_then("/sign-up", &destination.then);
        let passkey =
            Party::at(&house.names.public_url).map(|_| passkeys::ui::passkey_way_in(destination));
        view! {
            <div class="stack">
                <Summary refusals />
                <h1>"Sign in"</h1>
                {new_role}
                {why}
                <form method="post" action="/sign-in" novalidate>
                    <AsksForCookies />
                    {destination.hidden()}
                    <Field
                        name="email"
                        label="Your email address"
                        kind="email"
                        autocomplete="username"
                        value=email
                        refusals
                    />
                    <Field
                        name="password"
                        label="Your password"
                        kind="password"
                        autocomplete="current-password"
                        refusals
                    />
                    <button class="button">"Sign in"</button>
                    <p>
                        <b>"No password, or can't remember it?"</b>
                        " We can email you a link to sign in."
                    </p>
                    <button class="button quiet" formaction="/sign-in/link">
                        "Email me a link"
                    </button>
                </form>
                {by_council}
                {passkey}
                <p>
                    <a href=with_then(
                        "/forgotten-password",
                        &destination.then,
                    )>"Forgotten your password? Choose a new one"</a>
                </p>
                <p>"New here? "<a href=join>"Join in two minutes"</a></p>
                {demonstration}
            </div>
        }
    });
    let page = if destination.fields.is_some() { page.kept_for_going_back() } else { page };
    here::known_by(page, house, headers).refused_for(refusals)
}

fn forgotten_password_page(
    house: &House,
    viewer: &Viewer,
    email: &str,
    destination: &Destination,
    refusals: &Refusals,
) -> Response {
    let page = Page::new("Choose a new password", || {
        view! {
            <div class="stack">
                <Summary refusals />
                <h1>"Choose a new password"</h1>
                <p class="lead">"We'll email you a link. It works for two hours."</p>
                <form method="post" action="/forgotten-password" novalidate>
                    {destination.hidden()}
                    <Field
                        name="email"
                        label="Your email address"
                        kind="email"
                        autocomplete="email"
                        value=email
                        refusals
                    />
                    <button class="button">"Email me a link"</button>
                </form>
            </div>
        }
    });
    page.refused_for(refusals).answer(house, viewer)
}

fn new_password_page(link: &store::Link, sent: &Sent, refusals: &Refusals) -> Page {
    let email = link.email.as_str();
    let page = Page::new("Choose a new password", || {
        view! {
            <div class="stack">
                <Summary refusals />
                <h1>"Choose a new password"</h1>
                <form method="post" novalidate>
                    <AsksForCookies />
                    <NewPassword label="Your new password" email sent refusals />
                    <button class="button">"Save this password"</button>
                    <ShowPassword sent />
                </form>
                <p class="soft">"You will be signed out everywhere else."</p>
            </div>
        }
    });
    page.refused_for(refusals)
}

fn sign_in_link_ended(house: &House, viewer: &Viewer) -> Response {
    let why = "Each link works once, and only for a limited time. You can ask for a new one.";
    Page::link_ended(
        "This link has been used or has expired",
        why,
        ("/sign-in", "Sign in or get a new link"),
    )
    .answer(house, viewer)
}
