//! Passkeys: signing in with a phone, a computer or a password manager that has verified its
//! person.
//!
//! A passkey is both steps of signing in at once: something they have, and what unlocks it. So it
//! begins a session that waits for no code (`sign_in`), and shows as well as a password that it is
//! them (`second_factor/prove.rs`). Everyone may have some (`own`); parents keep their password and
//! links beside it, and staff who have one need it, or a code, from then on. What it signs is a
//! challenge of ours, used once and for five minutes, in the browser or the session it was made
//! for. [`webauthn`] reads and checks what browsers send, and is pure; `store` holds the SQL; `ui`
//! is the form, with a script of its own (`passkey.js`).

mod own;
mod sign_in;
pub(crate) mod store;
pub(crate) mod ui;
pub mod webauthn;

use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse as _, Redirect, Response};
use forms::Sent;
use ground::error::Error;
use ground::house::House;
use ground::ids::{Id, Session};
use ground::routes::{Access, Routes};

use self::webauthn::{Party, Used};
use super::attempts::{self, Asker};

/// The addresses where passkeys are added, used to sign in, and removed.
#[must_use]
pub(crate) fn routes() -> Routes {
    const ADD: &str = "add a passkey";
    const REMOVE: &str = "remove a passkey";
    let own = Access::SignedIn;
    Routes::new()
        .get("/sign-in/passkey", Access::Anyone, sign_in::passkey_sign_in_form)
        .post("/sign-in/passkey", Access::Anyone, sign_in::sign_in_with_passkey)
        .get("/account/passkeys", own, own::passkeys_page)
        .get("/account/passkeys/new", own.fresh(), own::new_passkey_form)
        .post_first("/account/passkeys/new", own.fresh(), ADD, own::add_passkey)
        .get("/account/passkeys/{id}", own, own::back_to_passkeys)
        .post_first("/account/passkeys/{id}", own.fresh(), REMOVE, own::remove_passkey)
}

/// What is said where no passkey can be made.
const NO_NAME: &str = "Passkeys don't work here, because this website's address has no name. Your \
                       password and a link by email do.";

/// This service, as passkeys know it.
fn party(house: &House) -> Option<Party> {
    Party::at(&house.names.public_url)
}

/// Where a passkey is asked for, and so where it must be used.
#[derive(Clone, Copy, Debug)]
pub(crate) enum AskedWhere<'a> {
    /// In this session.
    Session(&'a Id<Session>),
    /// In the browser whose cookie has this challenge, to sign in.
    Browser(Option<&'a str>),
}

impl<'a> AskedWhere<'a> {
    fn session_id(self) -> Option<&'a Id<Session>> {
        match self {
            Self::Session(id) => Some(id),
            Self::Browser(_) => None,
        }
    }
}

/// Whether our script asks, and no form that was sent by itself.
fn is_by_script(headers: &HeaderMap) -> bool {
    headers.get(header::ACCEPT).is_some_and(|accept| accept == "text/plain")
}

/// A new challenge for whoever asks; an answer where they ask too often.
async fn challenge(
    house: &House,
    asker: Asker<'_>,
    asked: AskedWhere<'_>,
) -> Result<Result<String, Response>, Error> {
    if let Err(wait) = attempts::may_use_passkey(house, asker).await? {
        return Ok(Err(wait.answer(StatusCode::TOO_MANY_REQUESTS.into_response())));
    }
    let challenge = id::secret();
    let (hash, now) = (id::hash(&challenge), house.clock.now());
    store::keep_challenge(&house.db, &hash, asked.session_id(), now).await?;
    Ok(Ok(challenge))
}

/// What the script is told to ask the browser for.
fn told(words: String) -> Response {
    ([(header::CONTENT_TYPE, "application/json")], words).into_response()
}

/// Tells our script what to ask the browser for that is to use a passkey, and the challenge in it;
/// whoever comes without it is led to the page.
///
/// # Errors
/// When the database fails.
pub(crate) async fn begin_passkey(
    house: &House,
    headers: &HeaderMap,
    asker: Asker<'_>,
    (asked, page): (AskedWhere<'_>, &str),
) -> Result<(String, Response), Error> {
    let nothing = |answer| Ok((String::new(), answer));
    let Some(party) = party(house).filter(|_| is_by_script(headers)) else {
        return nothing(Redirect::to(page).into_response());
    };
    match challenge(house, asker, asked).await? {
        Ok(challenge) => {
            let words = party.asks_to_use(&challenge);
            Ok((challenge, told(words)))
        }
        Err(too_often) => nothing(too_often),
    }
}

/// Why a passkey that somebody used does not let them in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Refused {
    /// Its challenge was used before, is too old, or was asked for elsewhere.
    Late,
    /// We do not know it, or not any more.
    Unknown,
    /// It is not what we asked for.
    Wrong,
    /// It says that it was used less often than before.
    Copied,
}

impl Refused {
    /// What to do about it.
    pub(crate) fn what_to_do(self) -> &'static str {
        match self {
            Self::Late => "That took too long, or was sent twice. Try again",
            Self::Unknown => {
                "We don't know this passkey, or it has been removed. Use another one, your \
                 password or a link by email"
            }
            Self::Wrong => "Your browser didn't send a passkey that we can check. Try again",
            Self::Copied => {
                "This passkey may have been copied. Use your password or a link by email, then \
                 remove it at your account"
            }
        }
    }
}

/// Whose passkey somebody has just used, and how often it says it was. Its challenge is used up,
/// whatever comes of it.
///
/// # Errors
/// When the database fails.
pub(crate) async fn used_passkey(
    house: &House,
    asked: AskedWhere<'_>,
    sent: &Sent,
) -> Result<Result<(store::UsedPasskey, u32), Refused>, Error> {
    let Some(party) = party(house) else { return Ok(Err(Refused::Wrong)) };
    let read = Used::read(sent).and_then(|used| Ok((used.challenge()?, used)));
    let Ok((challenge, used)) = read else { return Ok(Err(Refused::Wrong)) };
    let is_here = match asked {
        AskedWhere::Session(_) => true,
        AskedWhere::Browser(cookie) => cookie == Some(challenge.as_str()),
    };
    let (hash, now) = (id::hash(&challenge), house.clock.now());
    if !is_here || !store::use_challenge(&house.db, &hash, asked.session_id(), now).await? {
        return Ok(Err(Refused::Late));
    }
    let Some(passkey) = store::by_credential(&house.db, &used.credential_id).await? else {
        return Ok(Err(Refused::Unknown));
    };
    // Where it is known who asks, a device need not say whose it is.
    let may_be_silent = matches!(asked, AskedWhere::Session(_));
    let is_its_owner =
        passkey.account_id == *used.account_id || (may_be_silent && used.account_id.is_empty());
    Ok(match used.checked(&party, &passkey.key) {
        Ok(counter) if is_its_owner => Ok((passkey, counter)),
        _ => Err(Refused::Wrong),
    })
}
