//! A person's own second step: setting it up, moving it to another phone, recovery codes, taking it
//! away.

use axum::extract::State;
use axum::http::Uri;
use axum::response::{IntoResponse as _, Redirect, Response};
use calendar::clock::{self, Moment};
use deliveries::{EmailKind, Owed, Words, owe};
use forms::{Refusals, Sent};
use ground::audit::{self, Entry};
use ground::error::Error;
use ground::house::House;
use ground::ids::{Account, Id};
use ground::routes::{SECOND_STEP, with_then};
use ground::sent::Form;
use ground::ui::{Field, Frame, Page, qr};
use ground::viewer::{SecondStep, SignedIn, Viewer};
use leptos::prelude::*;
use sqlx::AnyConnection;

use super::rules::{self, Typed};
use super::store::{self, SecondFactor};
use crate::emails;
use crate::first_act::GO_ON;
use crate::sign_in::Destination;
use crate::ways_back::ACCOUNT;

const TITLE: &str = "Second step when you sign in";

const SET_UP: &str = "/account/second-step/set-up";

/// What the picture is, for whoever cannot see it.
const QR: &str = "Code for your authenticator app. You can also type it in, from below";

/// GET `/account/second-step`; `?then=` is where they were going, `?ask=codes` asks first whether
/// they want new recovery codes.
pub async fn second_step_page(
    State(house): State<House>,
    viewer: Viewer,
    uri: Uri,
) -> Result<Response, Error> {
    let person = viewer.signed_in()?;
    let query = Sent::query(&uri);
    let factor = store::factor(&house.db, &person.account_id).await?;
    let is_staff = person.is_staff();
    // For parents their password or a link is enough.
    if !is_staff && factor.confirmed_at.is_none() {
        return Err(Error::NotFound);
    }
    if factor.confirmed_at.is_some() && query.typed("ask") == "codes" {
        return Ok(asks_for_codes(&factor).answer(&house, &viewer));
    }
    let destination = Destination::only_page(&query);
    Ok(show_second_step(person, &factor, &destination, query.typed("done")).answer(&house, &viewer))
}

fn show_second_step(
    person: &SignedIn,
    factor: &SecondFactor,
    destination: &Destination,
    done: &str,
) -> Page {
    let banner = match done {
        "moved" if factor.confirmed_at.is_some() => {
            Some("Done. Codes from your old phone no longer work")
        }
        "removed" if factor.confirmed_at.is_none() => Some("The second step has been removed"),
        _ => None,
    };
    Frame::new(TITLE, ACCOUNT).done(banner).around(|| match factor.confirmed_at {
        Some(since) => has_one(since, factor).into_any(),
        None => has_none(person.second_step, factor.passkeys, destination).into_any(),
    })
}

fn has_none(asked: SecondStep, passkeys: i64, destination: &Destination) -> impl IntoView + use<> {
    let asked = match asked {
        SecondStep::Missing => Some(
            "You need this before you can continue with your work for the forum. It takes five \
             minutes."
                .to_owned(),
        ),
        SecondStep::AskedFrom(from) => {
            Some(format!("You will need this from {}. It takes five minutes.", clock::day(from)))
        }
        SecondStep::NotAsked | SecondStep::SetUp => None,
    };
    let with_passkey = if passkeys > 0 {
        view! {
            <p class="lead">
                "You sign in with a "<a href="/account/passkeys">"passkey"</a>
                ". You can have codes as well, for when it isn't with you."
            </p>
        }
        .into_any()
    } else {
        let to = with_then("/account/passkeys/new", &destination.then);
        view! {
            <p>
                "Or "<a href=to>"add a passkey"</a>
                ": then your phone or computer asks for your fingerprint, your face or its PIN."
            </p>
        }
        .into_any()
    };
    view! {
        {asked.map(|asked| view! { <p class="lead">{asked}</p> })}
        <p>
            "After your password, we'll ask for a code from an app on your phone. Then nobody can \
             use your account just because they know your password, or can read your email."
        </p>
        {with_passkey}
        <form method="post" action=SECOND_STEP>
            {destination.hidden()}
            <button class="button" name="step" value="begin">
                "Set it up"
            </button>
        </form>
    }
}

fn has_one(since: Moment, factor: &SecondFactor) -> impl IntoView + use<> {
    let left = match factor.codes_left {
        0 => "You have no recovery codes left. Make new ones now.".to_owned(),
        1 => "You have 1 recovery code left. Make new ones soon.".to_owned(),
        left => format!("You have {left} recovery codes left."),
    };
    let day = clock::day(since);
    let has_passkeys = factor.passkeys > 0;
    let (on, after) = if has_passkeys {
        (
            format!(
                "It is on, since {day}. You need a code from your phone or a passkey to sign in."
            ),
            "Then you sign in with a passkey, and without a code.",
        )
    } else {
        (
            format!("It is on, since {day}. You need a code from your phone to sign in."),
            "Then your password, or a link by email, is enough to sign in.",
        )
    };
    view! {
        <p class="lead">{on}</p>
        <h2>"Recovery codes"</h2>
        <p>{left}" Each lets you in once without your phone."</p>
        <p>
            <a class="button quiet" href="/account/second-step?ask=codes">
                "Make new recovery codes"
            </a>
        </p>
        <h2>"A new phone"</h2>
        <form method="post" action=SECOND_STEP>
            <button class="button quiet" name="step" value="begin">
                "Move it to another phone"
            </button>
        </form>
        <details>
            <summary>"Remove the second step"</summary>
            <p>{after}</p>
            <form method="post" action=SECOND_STEP>
                <button class="button quiet" name="step" value="remove">
                    "Remove it"
                </button>
            </form>
        </details>
    }
}

/// Says that the recovery codes they have stop working, before there are new ones.
fn asks_for_codes(factor: &SecondFactor) -> Page {
    let old = match factor.codes_left {
        0 => "You have no recovery codes left.".to_owned(),
        1 => "The 1 recovery code you have left stops working as soon as you make new ones."
            .to_owned(),
        left => format!(
            "The {left} recovery codes you have left stop working as soon as you make new ones."
        ),
    };
    Frame::new("Make new recovery codes", (SECOND_STEP, TITLE)).around(|| {
        view! {
            <p class="lead">{old}</p>
            <p>
                {format!(
                    "You get {} new ones, and see them only once. Have a pen and paper or a \
                     printer ready.",
                    rules::RECOVERY_CODES,
                )}
            </p>
            <form method="post" action=SECOND_STEP>
                <button class="button" name="step" value="codes">
                    "Make new codes"
                </button>
            </form>
        }
    })
}

/// POST `/account/second-step`: begins to set it up, makes new recovery codes, or removes it.
pub async fn change_second_step(
    State(house): State<House>,
    viewer: Viewer,
    Form(sent): Form,
) -> Result<Response, Error> {
    let (person, now) = (viewer.signed_in()?, house.clock.now());
    let (account_id, email) = (&person.account_id, person.email.as_str());
    let factor = store::factor(&house.db, account_id).await?;
    let is_staff = person.is_staff();
    let has_one = factor.confirmed_at.is_some();
    match sent.typed("step") {
        "begin" if is_staff || has_one => {
            let since = now - rules::OFFERED_FOR;
            store::offer(&house.db, account_id, &rules::new_secret(), since, now).await?;
            Ok(Redirect::to(&with_then(SET_UP, &Destination::only_page(&sent).then))
                .into_response())
        }
        "codes" if has_one => {
            let (codes, words) = (new_codes(), emails::new_recovery_codes(&house));
            let mut tx = house.db.begin().await?;
            store::forget_recovery_codes(&mut tx, account_id).await?;
            store::keep_recovery_codes(&mut tx, account_id, &hashes(&codes)).await?;
            note_and_tell(&mut tx, (account_id, email), ("recovery codes made", &words), now)
                .await?;
            tx.commit().await?;
            Ok(codes_page(&codes, "").answer(&house, &viewer))
        }
        "remove" if has_one => {
            let mut tx = house.db.begin().await?;
            if store::take_away(&mut tx, account_id).await? {
                let words = emails::second_step_removed(&house);
                note_and_tell(&mut tx, (account_id, email), ("second step removed", &words), now)
                    .await?;
            }
            tx.commit().await?;
            // Whoever isn't staff has no such page any more.
            let to = if is_staff {
                "/account/second-step?done=removed"
            } else {
                "/account?done=second-step"
            };
            Ok(Redirect::to(to).into_response())
        }
        _ => Ok(Redirect::to(SECOND_STEP).into_response()),
    }
}

/// Tells them by email, and notes in the log, what they changed about how they sign in.
pub(crate) async fn note_and_tell(
    tx: &mut AnyConnection,
    (account_id, email): (&Id<Account>, &str),
    (what, words): (&str, &Words),
    now: Moment,
) -> Result<(), sqlx::Error> {
    let owed = Owed {
        dedup_key: &format!("{what} {account_id} {}", id::fresh()),
        kind: EmailKind::SecondStep,
        account_id: Some(account_id),
        to: email,
        words,
        at: now,
        not_after: None,
    };
    owe(tx, owed).await?;
    let entry = Entry { at: now, who: Some(account_id), what, about: account_id, detail: "" };
    audit::note(tx, entry).await
}

fn new_codes() -> Vec<String> {
    (0..rules::RECOVERY_CODES).map(|_| id::long_code()).collect()
}

fn hashes(codes: &[String]) -> Vec<String> {
    codes.iter().map(|code| id::hash(code)).collect()
}

/// The secret that is being set up, while it is shown.
fn offered(factor: &SecondFactor, now: Moment) -> Option<&str> {
    let (secret, at) = factor.offered.as_ref()?;
    (now - *at < rules::OFFERED_FOR).then_some(secret.as_str())
}

/// GET `/account/second-step/set-up`
pub async fn set_up_second_step_form(
    State(house): State<House>,
    viewer: Viewer,
    uri: Uri,
) -> Result<Response, Error> {
    let person = viewer.signed_in()?;
    let destination = Destination::only_page(&Sent::query(&uri));
    let factor = store::factor(&house.db, &person.account_id).await?;
    let Some(secret) = offered(&factor, house.clock.now()) else {
        return Ok(Redirect::to(&with_then(SECOND_STEP, &destination.then)).into_response());
    };
    Ok(set_up_page(&house, person, secret, &destination, &Refusals::default())
        .answer(&house, &viewer))
}

/// POST `/account/second-step/set-up`: a code shows that the app has the secret. Other sessions of
/// theirs end: they began without it.
pub async fn set_up_second_step(
    State(house): State<House>,
    viewer: Viewer,
    Form(sent): Form,
) -> Result<Response, Error> {
    let (person, destination, now) =
        (viewer.signed_in()?, Destination::only_page(&sent), house.clock.now());
    let factor = store::factor(&house.db, &person.account_id).await?;
    let Some(secret) = offered(&factor, now) else {
        return Ok(Redirect::to(&with_then(SECOND_STEP, &destination.then)).into_response());
    };
    let step = match rules::typed(sent.typed("code")) {
        Ok(Typed::FromApp(code)) => {
            let step = rules::step_of(secret, &code, house.clock.machine_time());
            step.ok_or_else(|| {
                "Check the code and try again. If it is still wrong, check that the time on your \
                 phone is right"
                    .to_owned()
            })
        }
        Ok(Typed::Recovery(_)) => Err("Enter the 6 digits that your app shows".to_owned()),
        Err(what_to_do) => Err(what_to_do),
    };
    let step = match step {
        Ok(step) => step,
        Err(what_to_do) => {
            let refusals = Refusals::one("code", what_to_do);
            return Ok(set_up_page(&house, person, secret, &destination, &refusals)
                .answer(&house, &viewer));
        }
    };
    // Who moves to another phone keeps their recovery codes.
    let is_first = factor.confirmed_at.is_none();
    let codes = if is_first { new_codes() } else { Vec::new() };
    if !turn_on(&house, person, (secret, step), &codes, now).await? {
        // A second tap, or another tab: the codes were shown there.
        return Ok(Redirect::to(SECOND_STEP).into_response());
    }
    if !is_first {
        return Ok(Redirect::to("/account/second-step?done=moved").into_response());
    }
    Ok(codes_page(&codes, &destination.then).answer(&house, &viewer))
}

/// Makes the offered secret theirs, of which a code of this half-minute was used; with recovery
/// codes, if there are any. False where somebody was faster.
async fn turn_on(
    house: &House,
    person: &SignedIn,
    (secret, step): (&str, i64),
    codes: &[String],
    now: Moment,
) -> Result<bool, Error> {
    let (account_id, email) = (&person.account_id, person.email.as_str());
    let mut tx = house.db.begin().await?;
    if !store::set_up(&mut tx, account_id, secret, step, now).await? {
        tx.roll_back().await?;
        return Ok(false);
    }
    if !codes.is_empty() {
        store::keep_recovery_codes(&mut tx, account_id, &hashes(codes)).await?;
    }
    store::end_other_sessions(&mut tx, account_id, &person.session_id).await?;
    let words = emails::second_step_set_up(house);
    note_and_tell(&mut tx, (account_id, email), ("second step set up", &words), now).await?;
    tx.commit().await?;
    Ok(true)
}

fn set_up_page(
    house: &House,
    person: &SignedIn,
    secret: &str,
    destination: &Destination,
    refusals: &Refusals,
) -> Page {
    let app = rules::for_the_app(secret, &house.names.forum, &person.email);
    let frame = Frame::new("Set up the second step", (SECOND_STEP, TITLE));
    frame.refused_for(refusals).around(|| {
        let code = app.map(|app| {
            view! {
                <div class="qr">
                    {qr(&app, QR)}
                    <p>
                        "In the app, choose to add an account and point your phone at this square. \
                         Are you reading this on that phone? "
                        <a href=app.clone()>"Open it in the app"</a>
                    </p>
                </div>
            }
        });
        view! {
            <h2>"1. Get an authenticator app"</h2>
            <p>
                "For example Microsoft Authenticator, Google Authenticator or 2FAS, free from \
                 your phone's app store. If you have one already, use it."
            </p>
            <h2>"2. Add this account to it"</h2>
            {code}
            <p>
                "Or type this into the app: "<b>{rules::in_groups(secret)}</b>
            </p>
            <h2>"3. Type the code that it shows"</h2>
            <form method="post" action=SET_UP novalidate>
                {destination.hidden()}
                <Field
                    name="code"
                    label="Code"
                    hint="6 digits. There is a new code every half minute."
                    autocomplete="one-time-code"
                    refusals
                />
                <button class="button">"Turn it on"</button>
            </form>
        }
    })
}

/// The recovery codes, this once. `then`: where they were going.
fn codes_page(codes: &[String], then: &str) -> Page {
    Page::new("Your recovery codes", || {
        let rows = codes.iter().map(|code| view! { <li><b>{code.clone()}</b></li> });
        view! {
            <div class="stack">
                <h1>"Your recovery codes"</h1>
                <p class="lead">
                    "Print this page or write these codes down, and put them somewhere safe. We \
                     can't show them again."
                </p>
                <p>
                    "If you lose your phone, each of them lets you sign in once in place of the \
                     code from your app."
                </p>
                <ul>{rows.collect_view()}</ul>
                <p>
                    <a class="button" href=with_then(GO_ON, then)>
                        "I have them. Continue"
                    </a>
                </p>
            </div>
        }
    })
}
