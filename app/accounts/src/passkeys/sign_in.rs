//! Signing in with a passkey, without typing an address.

use axum::extract::State;
use axum::http::{HeaderMap, HeaderName, Uri, header};
use axum::response::{AppendHeaders, IntoResponse as _, Redirect, Response};
use forms::{Refusals, Sent};
use ground::error::Error;
use ground::house::House;
use ground::routes::sign_in_then;
use ground::sent::Form;
use ground::ui::{Page, Summary};
use ground::viewer::Viewer;
use leptos::prelude::*;

use super::ui::{self, BY_LINK};
use super::{AskedWhere, NO_NAME, Refused};
use crate::attempts::{Asker, Caller};
use crate::sign_in::{self, Destination, SignInReason};
use crate::{council, session};

/// For how many seconds a browser keeps what it asks a passkey to sign.
const KEPT_FOR: i64 = 5 * 60;

fn cookie_name(house: &House) -> &'static str {
    if house.is_secure() { "__Host-passkey" } else { "passkey" }
}

fn cookie(house: &House, challenge: &str) -> AppendHeaders<[(HeaderName, String); 1]> {
    let line = session::cookie_line(house, cookie_name(house), challenge, KEPT_FOR);
    AppendHeaders([(header::SET_COOKIE, line)])
}

/// GET `/sign-in/passkey`
pub async fn passkey_sign_in_form(
    State(house): State<House>,
    viewer: Viewer,
    headers: HeaderMap,
    uri: Uri,
) -> Result<Response, Error> {
    let query = Sent::query(&uri);
    let why = SignInReason::here(&house, &headers).await?;
    let by_link = query.typed("by") == BY_LINK;
    let page = passkey_sign_in_page(
        &house,
        &Destination::only_page(&query),
        by_link,
        &why,
        &Refusals::default(),
    );
    Ok(page.answer(&house, &viewer))
}

/// POST `/sign-in/passkey`: tells the script what to ask for, and then signs in with what came of
/// it. Or shows the page, with what was typed before they had to sign in.
pub async fn sign_in_with_passkey(
    State(house): State<House>,
    viewer: Viewer,
    caller: Caller,
    headers: HeaderMap,
    Form(sent): Form,
) -> Result<Response, Error> {
    let (destination, by_link) = (Destination::read(&sent), sent.typed("by") == BY_LINK);
    if sent.typed("step") == "begin" {
        let asker = Asker::of(&viewer, &caller);
        let asked = (AskedWhere::Browser(None), ui::SIGN_IN);
        let (challenge, answer) = super::begin_passkey(&house, &headers, asker, asked).await?;
        if challenge.is_empty() {
            return Ok(answer);
        }
        return Ok((cookie(&house, &challenge), answer).into_response());
    }
    let why = SignInReason::here(&house, &headers).await?;
    if sent.typed("step") == "open" {
        let page = passkey_sign_in_page(&house, &destination, by_link, &why, &Refusals::default());
        return Ok(page.answer(&house, &viewer));
    }
    let asked = AskedWhere::Browser(ground::cookie::named(&headers, cookie_name(&house)));
    let refused = match super::used_passkey(&house, asked, &sent).await? {
        Ok((passkey, counter)) => {
            let (account_id, used) = (&passkey.account_id, (&passkey.id, counter));
            match session::begin_by_passkey(&house, account_id, used, &headers).await? {
                Some(begun) => {
                    if let Some(council) = house.council().filter(|_| begun.is_with_council) {
                        return Ok(council::pages::in_no_other_way(&house, council, &destination));
                    }
                    return sign_in::in_now(&house, account_id, begun, &destination, by_link).await;
                }
                None => Refused::Copied,
            }
        }
        // A second tap: the first has let them in.
        Err(Refused::Late) if viewer.is_signed_in() && destination.fields.is_none() => {
            let to = if destination.then.is_empty() { "/" } else { &destination.then };
            return Ok(Redirect::to(to).into_response());
        }
        Err(refused) => refused,
    };
    let refusals = Refusals::one("passkey", refused.what_to_do());
    Ok(passkey_sign_in_page(&house, &destination, by_link, &why, &refusals).answer(&house, &viewer))
}

fn passkey_sign_in_page(
    house: &House,
    destination: &Destination,
    by_link: bool,
    why: &SignInReason,
    refusals: &Refusals,
) -> Page {
    let can = super::party(house).is_some();
    let page = Page::new("Sign in with a passkey", || {
        let chose = (!why.chose.is_empty()).then(|| {
            view! {
                <p class="panel gold">
                    {format!(
                        "You chose to {}. It will be done once you have signed in.",
                        why.chose,
                    )}
                </p>
            }
        });
        let ask = if can {
            view! {
                <p class="lead">
                    "Your phone or computer will ask for your fingerprint, your face or its PIN."
                </p>
                {ui::passkey_form(ui::SIGN_IN, destination, by_link, ui::OTHER_WAYS)}
            }
            .into_any()
        } else {
            view! { <p class="lead">{NO_NAME}</p> }.into_any()
        };
        view! {
            <div class="stack">
                <Summary refusals />
                <h1>"Sign in with a passkey"</h1>
                {chose}
                {ask}
                <p>
                    <a href=sign_in_then(
                        &destination.then,
                    )>"Sign in with your password or a link by email"</a>
                </p>
                <p class="soft">
                    "No passkey yet? Sign in first, then add one at “Your account”."
                </p>
            </div>
        }
    });
    let page = if destination.fields.is_some() { page.kept_for_going_back() } else { page };
    let page = if can { page.with_script(ui::SCRIPT) } else { page };
    page.refused_for(refusals)
}
