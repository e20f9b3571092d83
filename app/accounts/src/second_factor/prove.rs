//! Fresh proof: a password, a code, a passkey or a link, before what does the most harm when
//! somebody else holds a person's phone. With it the session goes on under another token: whoever
//! has the one before it has nothing.

use axum::Extension;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, Uri};
use axum::response::{IntoResponse as _, Redirect, Response};
use calendar::clock::Moment;
use forms::{Refusals, Sent};
use ground::error::Error;
use ground::house::House;
use ground::sent::Form;
use ground::ui::{Field, Page, Summary};
use ground::viewer::{SignedIn, Viewer};
use leptos::prelude::*;

use super::rules::{self, Typed};
use super::store;
use crate::attempts::{self, Asker, AttemptKind, Purpose};
use crate::first_act::{self, GO_ON};
use crate::passkeys::{self, AskedWhere, Refused, ui};
use crate::session::{Renewed, SecondTap};
use crate::sign_in::{self, Destination};
use crate::store::{self as accounts, Proof};
use crate::{emails, passwords};

/// The answer where fresh proof is lacking. `destination`: where they were going; `chose`: what
/// they chose, in words that follow "to".
pub(crate) async fn ask_for_proof(
    house: &House,
    viewer: &Viewer,
    destination: &Destination,
    chose: &str,
) -> Result<Response, Error> {
    let proof = accounts::proof(&house.db, &viewer.signed_in()?.session_id).await?;
    let page = proof_page(&proof, destination, chose, &Refusals::default());
    Ok(page.status(StatusCode::UNAUTHORIZED).answer(house, viewer))
}

/// GET `/prove`
pub async fn proof_form(
    State(house): State<House>,
    viewer: Viewer,
    headers: HeaderMap,
    uri: Uri,
) -> Result<Response, Error> {
    let person = viewer.signed_in()?;
    let proof = accounts::proof(&house.db, &person.session_id).await?;
    let destination = Destination::only_page(&Sent::query(&uri));
    let chose = waits_for_proof(&house, &headers, person).await?.unwrap_or_default();
    Ok(proof_page(&proof, &destination, &chose, &Refusals::default()).answer(&house, &viewer))
}

/// GET `/prove/link` and `/prove/passkey`, as after a reload.
pub async fn back_to_proof() -> Redirect {
    Redirect::to("/prove")
}

/// What they chose in this browser, in words that follow "to", where it waits for proof.
async fn waits_for_proof(
    house: &House,
    headers: &HeaderMap,
    person: &SignedIn,
) -> Result<Option<String>, Error> {
    let act = first_act::chosen_here(house, headers).await?;
    let act = act.filter(|act| act.is_grave && act.may_be_of(&person.account_id));
    Ok(act.map(|act| act.chose))
}

/// POST `/prove`
pub async fn prove(
    State(house): State<House>,
    viewer: Viewer,
    again: Option<Extension<SecondTap>>,
    headers: HeaderMap,
    Form(sent): Form,
) -> Result<Response, Error> {
    let (person, destination) = (viewer.signed_in()?, Destination::read(&sent));
    let proof = accounts::proof(&house.db, &person.session_id).await?;
    let act = waits_for_proof(&house, &headers, person).await?;
    let refuse = |field: &'static str, what_to_do: &str| {
        let refusals = Refusals::one(field, what_to_do);
        let chose = act.as_deref().unwrap_or_default();
        Ok(proof_page(&proof, &destination, chose, &refusals).answer(&house, &viewer))
    };
    let (password, code) = (sent.typed("password"), sent.typed("code").trim());
    let is_code = proof.has_second_step && !code.is_empty();
    let field = match (is_code, proof.password_hash.is_some(), proof.has_second_step) {
        (false, true, _) => "password",
        (false, false, false) => "link",
        _ => "code",
    };
    if password.is_empty() && !is_code {
        return refuse(field, "Type it again so that we know it's you");
    }
    if let Err(wait) =
        attempts::within(&house, AttemptKind::Proof, person.session_id.to_string()).await?
    {
        let what_to_do =
            format!("Too many attempts. Try again {}, or ask for a link by email below", wait.when);
        return Ok(wait.answer(refuse(field, &what_to_do)?));
    }
    let mut code = None;
    if is_code {
        code = right_code(&house, person, sent.typed("code")).await?;
        if code.is_none() {
            return refuse("code", "Check the code and try again. Use the newest one in your app");
        }
    } else if !passwords::fits(&house, password.to_owned(), proof.password_hash.clone()).await {
        return refuse(field, "Check your password and try again");
    }
    let renewed = Renewed::of(&house, &headers);
    let proved = proved(&house, person, code.as_ref(), again.is_some(), &renewed).await?;
    // What was proved just now still counts.
    if proved.is_none() && !viewer.is_fresh() {
        return refuse("code", "You have used this code before. Wait for the next one");
    }
    attempts::forget(&house, AttemptKind::Proof, person.session_id.to_string()).await?;
    let onward = onward(&house, &viewer, &destination, act.is_some());
    Ok(renewed.answer(&house, proved.flatten(), onward))
}

/// Uses the code up, if that is what they typed, and gives their session another token. When the
/// session ends, if it stands; `None` where the code was used before.
async fn proved(
    house: &House,
    person: &SignedIn,
    code: Option<&RightCode>,
    is_second_tap: bool,
    renewed: &Renewed,
) -> Result<Option<Option<Moment>>, Error> {
    let (now, account_id) = (house.clock.now(), &person.account_id);
    let (before, after) = &renewed.hashes;
    let mut tx = house.db.begin().await?;
    let is_right = match code {
        None => true,
        Some(RightCode::App(step)) => {
            store::use_step(&mut tx, account_id, *step).await?
                || (is_second_tap && store::was_last_used(&mut tx, account_id, *step).await?)
        }
        Some(RightCode::Recovery(hash)) => {
            store::use_recovery_code(&mut tx, account_id, hash, now).await?
        }
    };
    if !is_right {
        tx.roll_back().await?;
        return Ok(None);
    }
    let ends_at = store::proved(&mut tx, &person.session_id, (before, after), now).await?;
    tx.commit().await?;
    Ok(Some(ends_at))
}

/// Where somebody goes who has proved it. `has_act`: what they chose waits.
fn onward(house: &House, viewer: &Viewer, destination: &Destination, has_act: bool) -> Response {
    if let Some(fields) = &destination.fields {
        return once_more(&destination.then, fields).answer(house, viewer);
    }
    let to = match destination.then.as_str() {
        _ if has_act => GO_ON,
        "" => "/account",
        then => then,
    };
    Redirect::to(to).into_response()
}

/// POST `/prove/passkey`: tells the script what to ask for, and then takes what came of it.
pub async fn prove_with_passkey(
    State(house): State<House>,
    viewer: Viewer,
    headers: HeaderMap,
    Form(sent): Form,
) -> Result<Response, Error> {
    let (person, destination, now) =
        (viewer.signed_in()?, Destination::read(&sent), house.clock.now());
    let asked = AskedWhere::Session(&person.session_id);
    if sent.typed("step") == "begin" {
        let asker = Asker::Account(&person.account_id);
        let (_, answer) =
            passkeys::begin_passkey(&house, &headers, asker, (asked, "/prove")).await?;
        return Ok(answer);
    }
    let act = waits_for_proof(&house, &headers, person).await?;
    let refused = match passkeys::used_passkey(&house, asked, &sent).await? {
        Ok((passkey, counter)) if passkey.account_id == person.account_id => {
            let renewed = Renewed::of(&house, &headers);
            let (before, after) = &renewed.hashes;
            let mut tx = house.db.begin().await?;
            let proved = if passkeys::store::used(&mut tx, &passkey.id, counter, now).await? {
                let session_id = &person.session_id;
                Some(store::proved(&mut tx, session_id, (before, after), now).await?)
            } else {
                None
            };
            tx.commit().await?;
            if let Some(ends_at) = proved {
                let onward = onward(&house, &viewer, &destination, act.is_some());
                return Ok(renewed.answer(&house, ends_at, onward));
            }
            Refused::Copied
        }
        Ok(_) => Refused::Unknown,
        // A second tap finds that the first has proved it.
        Err(Refused::Late) if viewer.is_fresh() => {
            return Ok(onward(&house, &viewer, &destination, act.is_some()));
        }
        Err(refused) => refused,
    };
    let proof = accounts::proof(&house.db, &person.session_id).await?;
    let refusals = Refusals::one("passkey", refused.what_to_do());
    let page = proof_page(&proof, &destination, act.as_deref().unwrap_or_default(), &refusals);
    Ok(page.answer(&house, &viewer))
}

/// A code that is right, if it has not been used.
enum RightCode {
    App(i64),
    Recovery(String),
}

async fn right_code(
    house: &House,
    person: &SignedIn,
    typed: &str,
) -> Result<Option<RightCode>, Error> {
    Ok(match rules::typed(typed) {
        Ok(Typed::Recovery(hash)) => Some(RightCode::Recovery(hash)),
        Ok(Typed::FromApp(code)) => {
            let factor = store::factor(&house.db, &person.account_id).await?;
            let secret = factor.secret.unwrap_or_default();
            rules::step_of(&secret, &code, house.clock.machine_time()).map(RightCode::App)
        }
        Err(_) => None,
    })
}

/// POST `/prove/link`: a link to their own address, which shows it too.
pub async fn send_proof_link(
    State(house): State<House>,
    viewer: Viewer,
    headers: HeaderMap,
    Form(sent): Form,
) -> Result<Response, Error> {
    let (destination, person) = (Destination::read(&sent), viewer.signed_in()?);
    let (own, asker) = (person.email.as_str(), Asker::Account(&person.account_id));
    if let Err(wait) = attempts::may_write(&house, asker, Purpose::SignIn, own).await? {
        let proof = accounts::proof(&house.db, &person.session_id).await?;
        let act = waits_for_proof(&house, &headers, person).await?;
        let refusals = Refusals::one("link", wait.what_to_do.as_str());
        let page = proof_page(&proof, &destination, act.as_deref().unwrap_or_default(), &refusals);
        return Ok(wait.answer(page.answer(&house, &viewer)));
    }
    let act = first_act::to_come_back_to(&house, &headers, &destination.then).await?;
    sign_in::owe_link(&house, own, act.as_ref(), "sign-in", emails::sign_in_link).await?;
    Ok(sign_in::sign_in_link_sent(&house, &viewer, &destination))
}

/// What they had typed, with the button that sends it.
fn once_more(then: &str, fields: &str) -> Page {
    let page = Page::new("One more step", || {
        view! {
            <div class="stack">
                <h1>"One more step"</h1>
                <p class="lead">
                    "Thank you. What you wrote is still here. Nothing has been lost."
                </p>
                {sign_in::carry_on(then, fields)}
            </div>
        }
    });
    page.kept_for_going_back()
}

fn proof_page(proof: &Proof, destination: &Destination, chose: &str, refusals: &Refusals) -> Page {
    let (has_password, has_code) = (proof.password_hash.is_some(), proof.has_second_step);
    let page = Page::new("Show us that it's you", || {
        let lead = if chose.is_empty() {
            "Before you continue, we need to be sure that it's you.".to_owned()
        } else {
            format!("You chose to {chose}. Before you do, we need to be sure that it's you.")
        };
        let how = match (has_password, has_code) {
            (true, true) => "Type your password or a code again.",
            (true, false) => "Type your password again.",
            (false, true) => "Type a code again.",
            (false, false) => "We'll email you a link. Press the button in it.",
        };
        let is_saved = !chose.is_empty() || destination.fields.is_some();
        let saved = is_saved.then_some(" What you chose is saved.");
        let password = has_password.then(|| {
            view! {
                <Field
                    name="password"
                    label="Your password"
                    kind="password"
                    autocomplete="current-password"
                    refusals
                />
            }
        });
        let code = has_code.then(|| {
            view! {
                <Field
                    name="code"
                    label="Code"
                    hint="6 digits from your app, or one of your recovery codes."
                    autocomplete="one-time-code"
                    refusals
                />
            }
        });
        let passkey = proof.has_passkey.then(|| {
            view! {
                <h2>"Or use your passkey"</h2>
                {ui::passkey_form("/prove/passkey", destination, false, ui::OTHER_WAYS)}
            }
        });
        let send = (has_password || has_code).then(|| {
            view! { <button class="button">"Continue"</button> }
        });
        view! {
            <div class="stack">
                <Summary refusals />
                <h1>"Show us that it's you"</h1>
                <p class="lead">{lead}</p>
                <p>{how}{saved}</p>
                <form method="post" action="/prove" novalidate>
                    {destination.hidden()}
                    {password}
                    {code}
                    {send}
                    <button class="button quiet" id="link" formaction="/prove/link">
                        "Email me a link"
                    </button>
                </form>
                {passkey}
            </div>
        }
    });
    let page = if proof.has_passkey { page.with_script(ui::SCRIPT) } else { page };
    let page = if destination.fields.is_some() { page.kept_for_going_back() } else { page };
    page.refused_for(refusals)
}
