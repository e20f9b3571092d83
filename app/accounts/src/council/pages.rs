//! The way to the council on the sign-in page, and what is shown to somebody whom it does not let
//! in.

use axum::http::StatusCode;
use axum::response::Response;
use ground::council::Council;
use ground::house::House;
use ground::routes::with_then;
use ground::ui::Page;
use ground::viewer::Viewer;
use leptos::prelude::*;

use crate::sign_in::{self, Destination};

/// Where the way to the council begins.
const BEGIN: &str = "/sign-in/council";

/// The link on the sign-in page. What was typed stays on that page where it is kept nowhere else.
pub(crate) fn council_way_in(
    council: &Council,
    destination: &Destination,
) -> impl IntoView + use<> {
    let label = format!("Sign in with {}", council.name());
    let who = format!("Do you work for {}?", council.name());
    let (to, target) = (with_then(BEGIN, &destination.then), tab(destination));
    view! {
        <p>
            <b>{who}</b>
        </p>
        <p>
            <a class="button quiet" href=to target=target>
                {label}
            </a>
        </p>
        {waits(destination)}
    }
}

/// Where the council's own page opens.
fn tab(destination: &Destination) -> Option<&'static str> {
    destination.fields.is_some().then_some("_blank")
}

/// What was typed, where it is kept nowhere but on this page.
fn waits(destination: &Destination) -> impl IntoView + use<> {
    destination.fields.as_ref().map(|fields| {
        view! {
            <p>"It opens in a new tab. Then come back to this page to send what you wrote."</p>
            {sign_in::carry_on(&destination.then, fields)}
        }
    })
}

/// For somebody who signs in with their council and came by a password or a link.
pub(crate) fn in_no_other_way(
    house: &House,
    council: &Council,
    destination: &Destination,
) -> Response {
    let name = council.name();
    let title = format!("Sign in with {name}");
    let lead = format!(
        "You have signed in with {name} before. Since then that is the only way into your account."
    );
    let page = shown(&title, title.clone(), lead, || {
        let to = with_then(BEGIN, &destination.then);
        let joint = if destination.then.is_empty() { '?' } else { '&' };
        let to = format!("{to}{joint}again=yes");
        view! {
            <p>
                <a class="button" href=to target=tab(destination)>
                    {title.clone()}
                </a>
            </p>
            {waits(destination)}
            <p>
                "Doesn't it work, or don't you work there any more? "
                <a href="/contact">"Contact the forum"</a>
                "."
            </p>
        }
    });
    let page = if destination.fields.is_some() { page.kept_for_going_back() } else { page };
    page.answer(house, &Viewer::default())
}

/// For somebody who came back without an answer that we can take.
pub(super) fn not_in(house: &House, viewer: &Viewer, council: &Council) -> Response {
    const TITLE: &str = "You are not signed in";
    let name = council.name();
    let lead = format!("{name} did not sign you in, or it took too long. Nothing has changed.");
    let again = format!("Try again with {name}");
    let page = shown(TITLE, TITLE.to_owned(), lead, || {
        view! {
            {button(BEGIN, again)}
            {other_ways()}
        }
    });
    page.answer(house, viewer)
}

/// For somebody whose council cannot be asked.
pub(super) fn away(house: &House, viewer: &Viewer, council: &Council) -> Response {
    let name = council.name();
    let lead = format!(
        "The sign-in of {name} doesn't answer at the moment. Nothing has changed. Try again in a \
         few minutes."
    );
    let heading = format!("We can't reach {name}");
    let page = shown("We can't reach the council", heading, lead, || {
        view! {
            {button(BEGIN, "Try again".to_owned())}
            {other_ways()}
        }
    });
    page.status(StatusCode::SERVICE_UNAVAILABLE).answer(house, viewer)
}

/// For somebody whom the council signed in and who is no leader here, or not only that. It says the
/// same whatever the reason: whoever runs the council's sign-in learns nothing about an account.
pub(super) fn not_a_leader(house: &House, viewer: &Viewer, council: &Council) -> Response {
    const TITLE: &str = "Ask an administrator";
    let lead = format!(
        "{} signed you in, but you can't use that to sign in here yet. Nothing has changed.",
        council.name()
    );
    let first = format!(
        "An administrator at the forum must first make you a leader for {}, with your work email \
         address and in an account that you use for nothing else.",
        council.organisation()
    );
    let page = shown(TITLE, TITLE.to_owned(), lead, || {
        view! {
            <p>{first}</p>
            {button("/contact", "Contact the forum".to_owned())}
            {other_ways()}
        }
    });
    page.answer(house, viewer)
}

/// For somebody whose role has just ended.
pub(super) fn ended(house: &House, council: &Council) -> Response {
    const TITLE: &str = "You are no longer a leader here";
    let lead = format!(
        "{} doesn't list you as someone who leads here, so we have removed that role and signed \
         you out everywhere. What you published stays.",
        council.name()
    );
    let page = shown(TITLE, TITLE.to_owned(), lead, || {
        view! {
            <p>"If that is a mistake, tell the forum. An administrator can add the role again."</p>
            {button("/contact", "Contact the forum".to_owned())}
        }
    });
    page.answer(house, &Viewer::default())
}

/// A page that says why somebody is not let in, and then what they can do.
fn shown<V: IntoView>(
    title: &str,
    heading: String,
    lead: String,
    ways: impl FnOnce() -> V,
) -> Page {
    let page = Page::new(title, || {
        view! {
            <div class="stack">
                <h1>{heading}</h1>
                <p class="lead">{lead}</p>
                {ways()}
            </div>
        }
    });
    page.status(StatusCode::UNPROCESSABLE_ENTITY)
}

fn button(to: &'static str, label: String) -> impl IntoView {
    view! {
        <p>
            <a class="button" href=to>
                {label}
            </a>
        </p>
    }
}

fn other_ways() -> impl IntoView {
    view! {
        <p>
            <a href="/sign-in">"Sign in another way"</a>
        </p>
    }
}
