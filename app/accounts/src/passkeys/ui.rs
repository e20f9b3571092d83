//! The part of a page that asks for a passkey. Without JavaScript it says that it needs it, and
//! that the other ways in do not.

use ground::routes::with_then;
use leptos::prelude::*;

use crate::sign_in::Destination;

/// What a field or an address says of somebody who came by a link in an email.
pub(crate) const BY_LINK: &str = "link";

/// Where somebody signs in with a passkey.
pub(crate) const SIGN_IN: &str = "/sign-in/passkey";

/// What the pages run that have one of these forms.
pub(crate) const SCRIPT: &str = include_str!("passkey.js");

/// What works where a passkey does not.
pub(crate) const OTHER_WAYS: &str = "Your password and a link by email still work.";

/// The form that uses a passkey, at this address. The script shows it where the browser can.
/// `instead`: what they can do where it can't.
pub(crate) fn passkey_form(
    action: &'static str,
    destination: &Destination,
    by_link: bool,
    instead: &'static str,
) -> impl IntoView + use<> {
    let by = by_link.then(|| view! { <input type="hidden" name="by" value=BY_LINK /> });
    view! {
        <div class="stack" id="passkey">
            <form method="post" action=action data-passkey="get" hidden=true>
                {destination.hidden()}
                {by}
                <button class="button">"Use my passkey"</button>
            </form>
            {says(instead, "That didn't work. Try again.")}
        </div>
    }
}

/// What is said where there is nothing to press, and when it failed.
pub(crate) fn says(instead: &'static str, failed: &'static str) -> impl IntoView + use<> {
    view! {
        <p data-says="off">
            "Passkeys need JavaScript, and it is turned off in your browser. "{instead}
        </p>
        <p data-says="old" hidden=true>
            "This browser can't use passkeys. "{instead}
        </p>
        <p data-says="failed" role="alert" hidden=true>
            {failed}" "{instead}
        </p>
    }
}

/// The way to signing in with a passkey, with what somebody had typed before they had to sign in.
pub(crate) fn passkey_way_in(destination: &Destination) -> impl IntoView + use<> {
    const LABEL: &str = "Sign in with a passkey";
    if destination.fields.is_none() {
        let to = with_then(SIGN_IN, &destination.then);
        return view! {
            <p>
                <a href=to>{LABEL}</a>
            </p>
        }
        .into_any();
    }
    view! {
        <form method="post" action=SIGN_IN>
            {destination.hidden()}
            <button class="link" name="step" value="open">
                {LABEL}
            </button>
        </form>
    }
    .into_any()
}
