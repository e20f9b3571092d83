//! The code after a password or a link, or a recovery code or a passkey in its place.

use axum::extract::State;
use axum::http::{HeaderMap, Uri};
use axum::response::{IntoResponse as _, Redirect, Response};
use calendar::clock::{Moment, SECOND};
use deliveries::{EmailKind, Owed, owe};
use forms::{Refusals, Sent};
use ground::audit::{self, Entry};
use ground::error::Error;
use ground::house::House;
use ground::ids::{Account, Id};
use ground::routes::with_then;
use ground::sent::Form;
use ground::ui::{Field, Page, Summary};
use ground::viewer::Viewer;
use leptos::prelude::*;
use sqlx::AnyConnection;

use super::rules::{self, Typed};
use super::store::{self, SecondStepWays, WaitingSession};
use crate::attempts::{self, AttemptKind};
use crate::passkeys::ui::{self, BY_LINK};
use crate::sign_in::{self, Destination, JustSignedIn, SignInReason};
use crate::{emails, session};

/// The answer to a right password or link where a code is asked next.
pub(crate) async fn ask_for_code(
    house: &House,
    account_id: &Id<Account>,
    destination: &Destination,
    by_link: bool,
) -> Result<Response, Error> {
    if destination.fields.is_some() {
        let ways = store::ways(&house.db, account_id).await?;
        let page = code_page(ways, destination, by_link, &Refusals::default());
        return Ok(page.answer(house, &Viewer::default()));
    }
    let to = with_then("/sign-in/code", &destination.then);
    let joint = if to.contains('?') { '&' } else { '?' };
    let by = if by_link { format!("{joint}by={BY_LINK}") } else { String::new() };
    Ok(Redirect::to(&format!("{to}{by}")).into_response())
}

/// GET `/sign-in/code`
pub async fn code_form(
    State(house): State<House>,
    viewer: Viewer,
    headers: HeaderMap,
    uri: Uri,
) -> Result<Response, Error> {
    let query = Sent::query(&uri);
    let destination = Destination::only_page(&query);
    if let Some(ways) = super::waits_here(&house, &viewer, &headers).await? {
        let by_link = query.typed("by") == BY_LINK;
        return Ok(
            code_page(ways, &destination, by_link, &Refusals::default()).answer(&house, &viewer)
        );
    }
    let to = if viewer.is_signed_in() && !destination.then.is_empty() {
        destination.then
    } else if viewer.is_signed_in() {
        "/".to_owned()
    } else {
        with_then("/sign-in", &destination.then)
    };
    Ok(Redirect::to(&to).into_response())
}

/// What came of a code.
enum CodeOutcome {
    /// They are in.
    In,
    /// It was used, or never was one.
    Used,
    /// The session no longer waits.
    TooLate,
}

/// POST `/sign-in/code`
pub async fn sign_in_with_code(
    State(house): State<House>,
    viewer: Viewer,
    headers: HeaderMap,
    Form(sent): Form,
) -> Result<Response, Error> {
    let (destination, by_link) = (Destination::read(&sent), sent.typed("by") == BY_LINK);
    let (now, browser) = (house.clock.now(), session::this_browser(&house, &headers));
    let device_hash = id::hash(&browser);
    let token_hash = session::token(&house, &headers).map(id::hash).unwrap_or_default();
    let waiting = store::waiting(&house.db, &token_hash, &device_hash, now).await?;
    let Some(waiting) = waiting else {
        return too_late(&house, &viewer, &headers, &destination).await;
    };
    let ways = waiting.ways;
    let refuse = |what_to_do: &str| {
        code_page(ways, &destination, by_link, &Refusals::one("code", what_to_do))
            .answer(&house, &viewer)
    };
    let typed = match rules::typed(sent.typed("code")) {
        Ok(typed) => typed,
        Err(what_to_do) => return Ok(refuse(&what_to_do)),
    };
    let (subject, seconds) = (counted_under(&waiting, &device_hash), waiting.ends_at - now);
    let fits = step(&waiting, &typed, house.clock.machine_time());
    let from_app = matches!(typed, Typed::FromApp(_));
    if from_app
        && let Err(wait) = attempts::within(&house, AttemptKind::Code, subject.clone()).await?
    {
        let what_to_do = format!(
            "Too many wrong codes. Try again {}, or use one of your recovery codes",
            wait.when
        );
        return Ok(wait.answer(refuse(&what_to_do)));
    }
    if from_app && fits.is_none() {
        return Ok(refuse("Check the code and try again. Use the newest one in your app"));
    }
    let token = id::secret();
    let new_token_hash = id::hash(&token);
    let given = GivenCode {
        typed: &typed,
        step: fits,
        tokens: (&token_hash, &new_token_hash),
        device_hash: &device_hash,
    };
    let mut tx = house.db.begin().await?;
    let tried = let_in(&mut tx, &house, &waiting, given, now).await?;
    tx.commit().await?;
    match tried {
        CodeOutcome::In => {}
        CodeOutcome::Used if from_app => {
            return Ok(refuse("You have used this code before. Wait for the next one in your app"));
        }
        CodeOutcome::Used => {
            return Ok(refuse("This recovery code is wrong or has been used. Try another one"));
        }
        CodeOutcome::TooLate => return too_late(&house, &viewer, &headers, &destination).await,
    }
    if from_app {
        attempts::forget(&house, AttemptKind::Code, subject).await?;
    }
    let account_id = &waiting.account_id;
    session::know_browser(&house, account_id, &browser).await?;
    let cookies = session::cookies_of(&house, &token, seconds / SECOND, Some(&browser));
    let who = JustSignedIn { account_id, by_link, is_leaving: waiting.is_leaving };
    Ok(sign_in::carried_on(&house, who, cookies, &destination))
}

/// A code that somebody gave, and where.
struct GivenCode<'a> {
    typed: &'a Typed,
    /// The half-minute that a code of the app belongs to, if it is right.
    step: Option<i64>,
    /// The hashes of the token that waits, and of the one that takes its place.
    tokens: (&'a str, &'a str),
    /// The hash of what the browser's cookie holds.
    device_hash: &'a str,
}

/// Uses the code up and lets in whoever waits. A recovery code that is used is told of.
async fn let_in(
    tx: &mut AnyConnection,
    house: &House,
    waiting: &WaitingSession,
    given: GivenCode<'_>,
    now: Moment,
) -> Result<CodeOutcome, sqlx::Error> {
    let account = &waiting.account_id;
    let is_right = match (given.typed, given.step) {
        (Typed::Recovery(hash), _) => store::use_recovery_code(tx, account, hash, now).await?,
        (Typed::FromApp(_), Some(step)) if waiting.was_let_in_at.is_some() => {
            waiting.was_let_in_at == Some(step)
        }
        (Typed::FromApp(_), Some(step)) => store::use_step(tx, account, step).await?,
        (Typed::FromApp(_), None) => false,
    };
    if !is_right {
        return Ok(CodeOutcome::Used);
    }
    if !store::let_in(tx, given.tokens, now).await? {
        return Ok(CodeOutcome::TooLate);
    }
    let device = (given.device_hash, waiting.device.as_str());
    store::know_device(tx, account, device, now, None).await?;
    if let Typed::Recovery(hash) = given.typed {
        let owed = Owed {
            dedup_key: &format!("recovery code {hash}"),
            kind: EmailKind::SecondStep,
            account_id: Some(account),
            to: &waiting.email,
            words: &emails::recovery_code_used(house),
            at: now,
            not_after: None,
        };
        owe(tx, owed).await?;
        let entry = Entry {
            at: now,
            who: Some(account),
            what: "recovery code used",
            about: account,
            detail: "",
        };
        audit::note(tx, entry).await?;
    }
    Ok(CodeOutcome::In)
}

/// The half-minute that a code of the app belongs to, if it is right.
fn step(waiting: &WaitingSession, typed: &Typed, now: Moment) -> Option<i64> {
    match typed {
        Typed::FromApp(code) => rules::step_of(waiting.secret.as_deref()?, code, now),
        Typed::Recovery(_) => None,
    }
}

/// Under what wrong codes are counted. Whoever else has the password tries in a browser that its
/// owner never used, and cannot keep them out of theirs.
fn counted_under(waiting: &WaitingSession, device_hash: &str) -> String {
    if waiting.is_known_device {
        format!("{} {device_hash}", waiting.account_id)
    } else {
        waiting.account_id.to_string()
    }
}

/// For somebody whose password or link was too long ago.
async fn too_late(
    house: &House,
    viewer: &Viewer,
    headers: &HeaderMap,
    destination: &Destination,
) -> Result<Response, Error> {
    if viewer.is_signed_in() && destination.fields.is_none() {
        let to = if destination.then.is_empty() { "/" } else { &destination.then };
        return Ok(Redirect::to(to).into_response());
    }
    let why = SignInReason::here(house, headers).await?;
    let refusals =
        Refusals::one("email", "That took too long. Sign in again, then enter a new code");
    let page = sign_in::sign_in_page((house, headers), "", destination, &why, &refusals);
    Ok(page.answer(house, viewer))
}

fn code_page(
    ways: SecondStepWays,
    destination: &Destination,
    by_link: bool,
    refusals: &Refusals,
) -> Page {
    let title =
        if ways.codes { "Enter the code from your phone" } else { "Use your passkey to continue" };
    let page = Page::new(title, || {
        let by = by_link.then(|| view! { <input type="hidden" name="by" value=BY_LINK /> });
        let code = ways.codes.then(|| {
            view! {
                <form method="post" action="/sign-in/code" novalidate>
                    {destination.hidden()}
                    {by}
                    <Field
                        name="code"
                        label="Code"
                        hint="6 digits from your app. Or one of your recovery codes, if you don't \
                            have your phone."
                        autocomplete="one-time-code"
                        refusals
                    />
                    <button class="button">"Continue"</button>
                </form>
            }
        });
        let passkey = ways.passkeys.then(|| {
            let or = ways.codes.then(|| view! { <h2>"Or use your passkey"</h2> });
            let instead = if ways.codes {
                "Enter a code from your phone."
            } else {
                "Use another browser, or another device with your passkey."
            };
            view! {
                {or}
                {ui::passkey_form(ui::SIGN_IN, destination, by_link, instead)}
            }
        });
        let lost = if ways.codes {
            "No phone and no recovery codes? "
        } else {
            "Can't use your passkey here? "
        };
        view! {
            <div class="stack">
                <Summary refusals />
                <h1>{title}</h1>
                {code}
                {passkey}
                <p>
                    {lost}
                    <a href="/contact">"Contact the forum"</a>
                    ". An administrator can let you in again."
                </p>
                <p>
                    <a href="/sign-in?forget=yes">"Sign in as someone else"</a>
                </p>
            </div>
        }
    });
    let page = if destination.fields.is_some() { page.kept_for_going_back() } else { page };
    let page = if ways.passkeys { page.with_script(ui::SCRIPT) } else { page };
    page.refused_for(refusals)
}
