//! Signing up: the form, the email, the button in it.

use axum::Extension;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, Uri};
use axum::response::{IntoResponse as _, Redirect, Response};
use calendar::clock::DAY;
use deliveries::{EmailKind, Owed, owe};
use forms::{Refusals, Sent};
use ground::error::Error;
use ground::house::House;
use ground::routes::with_then;
use ground::sent::Form;
use ground::ui::{Choice, Choices, Field, Page, Summary};
use ground::viewer::Viewer;
use leptos::prelude::*;

use super::attempts::{self, Caller};
use super::first_act::{self, JustIn};
use super::sign_in::{Kept, Why};
use super::{emails, passwords, rules, session, store};

/// GET `/sign-up`
pub async fn form(
    State(house): State<House>,
    viewer: Viewer,
    headers: HeaderMap,
    uri: Uri,
) -> Result<Response, Error> {
    // Only where she was going is taken from an address: what is typed is typed here.
    let then = Sent::default().and("then", Sent::query(&uri).typed("then"));
    page(&house, &viewer, &headers, &then, &Refusals::default()).await
}

/// POST `/sign-up`: the same answer whether the address is known or not.
pub async fn send(
    State(house): State<House>,
    viewer: Viewer,
    caller: Caller,
    headers: HeaderMap,
    Form(sent): Form,
) -> Result<Response, Error> {
    let places = area::store::places(&house.db).await?;
    let mut refusals = Refusals::default();
    let email = refusals.take("email", forms::address(sent.typed("email")));
    let shown_name = refusals.take("shown_name", rules::shown_name(sent.typed("shown_name")));
    let place = places.into_iter().find(|place| place.id == sent.typed("place"));
    let place = refusals.take("place", place.ok_or_else(|| rules::choose_place(&house.names.area)));
    let password = refusals.take(
        "password",
        rules::password(sent.typed("password"), email.as_deref().unwrap_or_default()),
    );
    let (Some(email), Some(shown_name), Some(place), Some(password)) =
        (email, shown_name, place, password)
    else {
        return page(&house, &viewer, &headers, &sent, &refusals).await;
    };
    let password_hash = passwords::hashed(&house, password).await;
    if attempts::may_write(&house, &caller, &email).await? {
        let sign_up = store::SignUp { email, shown_name, place_id: place.id, password_hash };
        let act = first_act::to_come_back_to(&house, &headers, &Kept::read(&sent).then).await?;
        keep(&house, sign_up, act).await?;
    }
    Ok(Redirect::to("/sign-up/sent").into_response())
}

async fn keep(house: &House, sign_up: store::SignUp, act: Option<String>) -> Result<(), Error> {
    let (now, token, emails_house) = (house.clock.now(), id::secret(), house.clone());
    house
        .db
        .write(move |tx| {
            Box::pin(async move {
                let known = store::by_address(tx, &sign_up.email).await?;
                let ends_at = now + 2 * DAY;
                let hash = id::hash(&token);
                store::keep_sign_up(tx, &hash, &sign_up, ends_at).await?;
                if let Some(act) = &act {
                    first_act::store::lead_back(tx, &hash, act).await?;
                }
                let words = if known.is_some() {
                    emails::already_signed_up(&emails_house)
                } else {
                    emails::confirm_sign_up(&emails_house, &token)
                };
                let owed = Owed {
                    dedup_key: &hash,
                    kind: EmailKind::SignUp,
                    account_id: None,
                    to: &sign_up.email,
                    words: &words,
                    at: now,
                    not_after: Some(ends_at),
                };
                owe(tx, owed).await
            })
        })
        .await?;
    Ok(())
}

/// GET `/sign-up/sent`
pub async fn sent(State(house): State<House>, viewer: Viewer) -> Response {
    Page::new("Check your email", || {
        view! {
            <div class="stack">
                <h1>"Check your email"</h1>
                <p class="lead">
                    "We've sent you an email. Press the button in it to finish joining."
                </p>
                <p>
                    "It should arrive in a few minutes. If not, check your junk or spam folder, or "
                    <a href="/sign-up">"try again"</a>"."
                </p>
            </div>
        }
    })
    .answer(&house, &viewer)
}

/// GET `/sign-up/{token}`: a button, since mail scanners open links.
pub async fn confirm_form(
    State(house): State<House>,
    viewer: Viewer,
    Path(token): Path<String>,
) -> Result<Response, Error> {
    let waiting =
        store::sign_up(&mut *house.db.read().await?, &id::hash(&token), house.clock.now()).await?;
    let Some(waiting) = waiting else { return Ok(ended(&house, &viewer)) };
    let page = Page::new("Confirm your email address", || {
        view! {
            <div class="stack">
                <h1>"Confirm your email address"</h1>
                <p class="lead">"You are joining as "<b>{waiting.shown_name}</b>"."</p>
                <form method="post">
                    <button class="button">"Confirm and continue"</button>
                </form>
                <p class="soft">
                    "If you didn't sign up, close this page and no account will be made."
                </p>
            </div>
        }
    });
    Ok(page.answer(&house, &viewer))
}

/// POST `/sign-up/{token}`: makes the account and signs in.
pub async fn confirm(
    State(house): State<House>,
    viewer: Viewer,
    Path(token): Path<String>,
    headers: HeaderMap,
) -> Result<Response, Error> {
    let now = house.clock.now();
    let made: Option<String> = house
        .db
        .write(move |tx| {
            Box::pin(async move {
                let hash = id::hash(&token);
                let Some(waiting) = store::sign_up(tx, &hash, now).await? else {
                    return Ok::<_, sqlx::Error>(None);
                };
                let made = store::confirm(tx, &hash, &waiting, now).await?;
                if let Some(account_id) = &made {
                    first_act::store::hand_over(tx, &hash, account_id).await?;
                }
                Ok(made)
            })
        })
        .await?;
    let Some(account_id) = made else { return Ok(ended(&house, &viewer)) };
    let cookie = session::begin_session(&house, &account_id, &headers).await?.cookie;
    let just_in = Extension(JustIn { account_id, by_link: true });
    Ok((just_in, cookie, Redirect::to("/?done=joined")).into_response())
}

fn ended(house: &House, viewer: &Viewer) -> Response {
    Page::new("This link has been used or has expired", || {
        view! {
            <div class="stack">
                <h1>"This link has been used or has expired"</h1>
                <p class="lead">
                    "If you have used it before, you already have an account: sign in. If not, \
                     sign up again and we will send you a new link."
                </p>
                <p>
                    <a class="button" href="/sign-in">
                        "Sign in"
                    </a>
                </p>
                <p>
                    <a href="/sign-up">"Sign up again"</a>
                </p>
            </div>
        }
    })
    .status(axum::http::StatusCode::GONE)
    .answer(house, viewer)
}

async fn page(
    house: &House,
    viewer: &Viewer,
    headers: &HeaderMap,
    sent: &Sent,
    refusals: &Refusals,
) -> Result<Response, Error> {
    let Why { chose, .. } = Why::here(house, headers).await?;
    let kept = Kept::page(sent);
    let chosen = sent.typed("place").to_owned();
    let choices = area::store::places(&house.db)
        .await?
        .into_iter()
        .map(|place| Choice { chosen: place.id == chosen, value: place.id, label: place.name })
        .collect();
    let page = Page::new("Join", || {
        view! {
            <div class="stack">
                <Summary refusals />
                <h1>"Join"</h1>
                <p class="lead">
                    "For parents and carers of children with special educational needs and \
                     disabilities. It takes two minutes."
                </p>
                {(!chose.is_empty())
                    .then(|| {
                        view! {
                            <p class="panel gold">
                                {format!("You chose to {chose}. It will be done once you have joined.")}
                            </p>
                        }
                    })}
                <form method="post" action="/sign-up" novalidate>
                    {kept.hidden()}
                    <Field
                        name="email"
                        label="Your email address"
                        hint="So we can tell you what happened about what you said. Other parents \
                            and the council can't see it."
                        kind="email"
                        autocomplete="email"
                        value=sent.typed("email")
                        refusals
                    />
                    <Field
                        name="shown_name"
                        label="Your display name"
                        hint="You don't have to use your real name. It is never shown with your \
                            votes."
                        autocomplete="nickname"
                        value=sent.typed("shown_name")
                        refusals
                    />
                    <Choices
                        name="place"
                        legend="Where you live"
                        hint="So every part of the area is heard. We never ask for your address or \
                            postcode."
                        choices
                        refusals
                    />
                    <Field
                        name="password"
                        label="Choose a password"
                        hint="Use 10 characters or more, so that nobody else can use your account. \
                            Three words you can remember work well."
                        kind="password"
                        autocomplete="new-password"
                        refusals
                    />
                    <button class="button">"Join"</button>
                </form>
                <p>"Already have an account? "<a href=with_then("/sign-in", &kept.then)>"Sign in"</a></p>
            </div>
        }
    });
    Ok(page.kept_for_going_back().refused_for(refusals).answer(house, viewer))
}
