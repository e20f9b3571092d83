//! Signing up: an address, the email, and what is chosen behind the button in it.
//!
//! Anyone may type anyone's address, and several people the same one. So nothing but the address
//! comes from the form: whoever reads its emails chooses the name, the place and the password,
//! whichever of the emails they open.

use axum::Extension;
use axum::extract::State;
use axum::http::{HeaderMap, Uri};
use axum::response::{IntoResponse as _, Redirect, Response};
use calendar::clock::{DAY, MINUTE, Millis};
use deliveries::{EmailKind, Owed, owe};
use forms::{Named, Refusals, Sent};
use ground::error::Error;
use ground::evenly::evenly;
use ground::house::House;
use ground::ids::{Account, FirstAct, Id};
use ground::routes::with_then;
use ground::sent::Form;
use ground::token::Token;
use ground::ui::{Field, Page, Summary};
use ground::viewer::{PersonFacts, Role, SecondStep, Viewer};
use leptos::prelude::*;

use super::attempts::{self, Asker, Purpose};
use super::choosing::{self, NewPassword, ShowPassword};
use super::first_act::{self, GO_ON, JustIn};
use super::here::{self, AsksForCookies, TURN_ON_COOKIES};
use super::person_facts::{self, Typed};
use super::session::{self, Requester};
use super::sign_in::{Destination, SignInReason};
use super::{emails, joinings, passwords, rules, store};

/// GET `/sign-up`
pub async fn sign_up_form(
    State(house): State<House>,
    viewer: Viewer,
    headers: HeaderMap,
    uri: Uri,
) -> Result<Response, Error> {
    if choices(&house).await?.is_none() {
        return Ok(not_ready("Join").answer(&house, &viewer));
    }
    // Only where they were going is taken from an address: what is typed is typed here.
    let then = Sent::default().and("then", Sent::query(&uri).typed("then"));
    sign_up_page(&house, &viewer, &headers, &then, &Refusals::default()).await
}

/// What people can choose of themselves, as where they live; `None` where a list has nothing yet.
async fn choices(house: &House) -> Result<Option<Vec<Vec<Named>>>, Error> {
    let lists = person_facts::lists(&house.db, &PersonFacts::default()).await?;
    Ok(lists.iter().all(|list| !list.is_empty()).then_some(lists))
}

/// People choose where they live as they join, so that somebody has to name the places first.
fn not_ready(title: &'static str) -> Page {
    Page::not_ready(title, "You can't join yet.")
}

/// POST `/sign-up`: the same answer whether the address is known or not.
pub async fn sign_up(
    State(house): State<House>,
    requester: Requester,
    Form(sent): Form,
) -> Result<Response, Error> {
    evenly(&house, ask_to_confirm(&house, &requester, &sent)).await
}

async fn ask_to_confirm(
    house: &House,
    requester: &Requester,
    sent: &Sent,
) -> Result<Response, Error> {
    let Requester { viewer, caller, headers } = requester;
    if here::are_off(sent, headers) {
        let refusals = Refusals::one("email", TURN_ON_COOKIES);
        return sign_up_page(house, viewer, headers, sent, &refusals).await;
    }
    let email = match forms::address(sent.typed("email")) {
        Ok(email) => email,
        Err(what_to_do) => {
            let refusals = Refusals::one("email", what_to_do);
            return sign_up_page(house, viewer, headers, sent, &refusals).await;
        }
    };
    let asker = Asker::Network(caller);
    if let Err(wait) = attempts::may_write(house, asker, Purpose::Join, &email).await? {
        let refusals = Refusals::one("email", wait.what_to_do.as_str());
        return Ok(wait.answer(sign_up_page(house, viewer, headers, sent, &refusals).await?));
    }
    let act = first_act::to_come_back_to(house, headers, &Destination::read(sent).then).await?;
    keep_sign_up(house, &email, act.as_ref()).await?;
    Ok(Redirect::to("/sign-up/sent").into_response())
}

async fn keep_sign_up(house: &House, email: &str, act: Option<&Id<FirstAct>>) -> Result<(), Error> {
    let (now, token) = (house.clock.now(), id::secret());
    let (hash, ends_at) = (id::hash(&token), now + 2 * DAY);
    let mut tx = house.db.begin().await?.unseen();
    let known = store::by_address(&mut tx, email).await?;
    store::keep_sign_up(&mut tx, &hash, email, ends_at).await?;
    if let Some(act) = act {
        first_act::store::lead_back(&mut tx, &hash, act).await?;
    }
    let words = if known.is_some() {
        emails::already_signed_up(house)
    } else {
        emails::confirm_sign_up(house, &token)
    };
    let owed = Owed {
        dedup_key: &hash,
        kind: EmailKind::SignUp,
        account_id: None,
        to: email,
        words: &words,
        at: now,
        not_after: Some(ends_at),
    };
    owe(&mut tx, owed).await?;
    Ok(tx.commit().await?)
}

/// GET `/sign-up/sent`
pub async fn sign_up_sent(State(house): State<House>, viewer: Viewer) -> Response {
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

/// GET `/sign-up/{token}`: what they choose, and a button, since mail scanners open links.
/// `?forget=yes` lets go of what was chosen before, perhaps by another.
pub async fn confirm_sign_up_form(
    State(house): State<House>,
    viewer: Viewer,
    Token(token): Token,
    headers: HeaderMap,
    uri: Uri,
) -> Result<Response, Error> {
    let (hash, now) = (id::hash(&token), house.clock.now());
    let chosen = PersonFacts::default();
    let waiting = store::sign_up(&mut *house.db.read().await?, &hash, &chosen, now).await?;
    let Some(waiting) = waiting else {
        return sign_up_used(&house, &viewer, &hash, None).await;
    };
    let forgets = forgets(&uri);
    let why = if forgets {
        SignInReason::default()
    } else {
        SignInReason::here(&house, &headers).await?
    };
    let (nothing, none) = (Sent::default(), Refusals::default());
    let page = confirm_sign_up_page(&house, &waiting.email, &why, &nothing, &none).await?;
    let answer = here::known_by(page, &house, &headers).answer(&house, &viewer);
    if forgets { first_act::forget_cookie(&house, answer) } else { Ok(answer) }
}

/// POST `/sign-up/{token}`: makes the account of what they chose here, and signs in.
pub async fn confirm_sign_up(
    State(house): State<House>,
    Requester { viewer, caller, headers }: Requester,
    Token(token): Token,
    uri: Uri,
    Form(sent): Form,
) -> Result<Response, Error> {
    let forgets = forgets(&uri);
    let (hash, now) = (id::hash(&token), house.clock.now());
    let typed = person_facts::typed(&sent);
    let waiting = store::sign_up(&mut *house.db.read().await?, &hash, &typed, now).await?;
    let again = Some((&headers, &sent));
    let Some(waiting) = waiting else {
        return sign_up_used(&house, &viewer, &hash, again).await;
    };
    if here::are_off(&sent, &headers) {
        let why = SignInReason::here(&house, &headers).await?;
        let refusals = Refusals::one("shown_name", TURN_ON_COOKIES);
        let page = confirm_sign_up_page(&house, &waiting.email, &why, &sent, &refusals).await?;
        return Ok(page.answer(&house, &viewer));
    }
    let mut refusals = Refusals::default();
    if choosing::only_shows(&sent) {
        let why = SignInReason::here(&house, &headers).await?;
        let page = confirm_sign_up_page(&house, &waiting.email, &why, &sent, &refusals).await?;
        return Ok(page.answer(&house, &viewer));
    }
    let shown_name = refusals.take("shown_name", rules::shown_name(sent.typed("shown_name")));
    let typed = Typed { facts: typed, names: waiting.names };
    let mut own_words = vec![waiting.email.as_str(), shown_name.as_deref().unwrap_or_default()];
    own_words.extend(typed.words());
    let password = passwords::chosen(&house, sent.typed("password"), &own_words).await;
    let facts = refusals.take_all(typed.chosen(&house.names.area));
    let password = refusals.take("password", password);
    let (Some(shown_name), Some(facts), Some(password)) = (shown_name, facts, password) else {
        let why = SignInReason::here(&house, &headers).await?;
        let page = confirm_sign_up_page(&house, &waiting.email, &why, &sent, &refusals).await?;
        return Ok(page.answer(&house, &viewer));
    };
    let password_hash = passwords::hashed(&house, password).await;
    let network = joinings::hashed(&house, &caller).await?;
    let account = store::NewAccount {
        email: &waiting.email,
        shown_name: &shown_name,
        facts,
        password_hash: Some(&password_hash),
    };
    let mut tx = house.db.begin().await?.unseen();
    let by = here::known(&house, &headers);
    let made = store::confirm(&mut tx, (&hash, by.as_deref()), &account, now).await?;
    if let Some(account_id) = &made {
        if !forgets {
            first_act::store::hand_over(&mut tx, &hash, account_id).await?;
        }
        joinings::note(&mut tx, &network, now).await?;
    }
    tx.commit().await?;
    let Some(account_id) = made else {
        return sign_up_used(&house, &viewer, &hash, again).await;
    };
    has_joined(&house, account_id, &headers).await
}

/// The answer to somebody who has joined: they are signed in.
async fn has_joined(
    house: &House,
    account_id: Id<Account>,
    headers: &HeaderMap,
) -> Result<Response, Error> {
    let parent = (&[Role::Parent][..], SecondStep::NotAsked);
    let cookie = session::begin_as(house, &account_id, parent, headers).await?.cookies;
    let just_in = Extension(JustIn { account_id, by_link: true, has_joined: true });
    Ok((just_in, cookie, Redirect::to("/?done=joined")).into_response())
}

/// Whether they want to let go of what was chosen before.
fn forgets(uri: &Uri) -> bool {
    Sent::query(uri).typed("forget") == "yes"
}

/// The form behind the button: everything that makes the account, and what is done with it.
async fn confirm_sign_up_page(
    house: &House,
    email: &str,
    why: &SignInReason,
    sent: &Sent,
    refusals: &Refusals,
) -> Result<Page, Error> {
    let Some(lists) = choices(house).await? else { return Ok(not_ready("Finish joining")) };
    let chose = (!why.chose.is_empty()).then(|| {
        view! {
            <p class="panel gold">
                {format!("In this browser you chose to {}. {}", why.chose, why.then("joined"))}
                " "<a href="?forget=yes">"No, just join"</a>
            </p>
        }
    });
    let page = Page::new("Finish joining", || {
        view! {
            <div class="stack">
                <Summary refusals />
                <h1>"Finish joining"</h1>
                <p class="lead">
                    "You are joining with the email address "<b>{email.to_owned()}</b>"."
                </p>
                {chose}
                <form method="post" novalidate>
                    <AsksForCookies />
                    <Field
                        name="shown_name"
                        label="Your display name"
                        hint="You don't have to use your real name. It is never shown with your \
                            votes."
                        autocomplete="nickname"
                        value=sent.typed("shown_name")
                        refusals
                    />
                    {person_facts::fields(lists, sent, refusals)}
                    <NewPassword label="Choose a password" email sent refusals />
                    <button class="button">"Confirm and continue"</button>
                    <ShowPassword sent />
                </form>
                <p class="soft">
                    "If you didn't ask to join, close this page and no account will be made."
                </p>
            </div>
        }
    });
    Ok(page.refused_for(refusals))
}

/// For how long after somebody joined it is said to whoever comes by that link once more: they
/// pressed the button twice. Later it is said only where they are signed in.
const JUST_NOW: Millis = 10 * MINUTE;

/// The answer to a link that makes no account any more: kind to whoever has just joined by it.
/// `again`: what was sent once more, and from where.
async fn sign_up_used(
    house: &House,
    viewer: &Viewer,
    hash: &str,
    again: Option<(&HeaderMap, &Sent)>,
) -> Result<Response, Error> {
    let now = house.clock.now();
    let joined = store::joined_by(&mut *house.db.read().await?, hash).await?;
    let Some(joined) = joined else { return Ok(sign_up_ended(house, viewer)) };
    let is_in = viewer.person().is_some_and(|person| person.account_id == joined.account_id);
    if let Some((headers, sent)) = again.filter(|_| !is_in)
        && is_second_press(house, &joined, headers, sent).await
    {
        return has_joined(house, joined.account_id, headers).await;
    }
    let store::Joined { account_id, joined_at, supported, .. } = joined;
    if !is_in && now - joined_at > JUST_NOW {
        return Ok(sign_up_ended(house, viewer));
    }
    let act = first_act::store::of_account(&house.db, &account_id, now).await?;
    let to = act.map_or_else(
        || "/".to_owned(),
        |act| if act.fields.is_empty() { act.goes_to } else { GO_ON.to_owned() },
    );
    let (lead, to, label) = if is_in {
        ("Your account is ready, and you are signed in.", to, "Continue")
    } else {
        let to = if to == "/" { String::new() } else { to };
        let lead = "Your account is ready. Sign in with the password you chose.";
        (lead, with_then("/sign-in", &to), "Sign in")
    };
    // What they chose before they joined was done as they joined.
    let counts = (supported > 0).then(|| view! { <p>"Your support counts."</p> });
    let page = Page::new("You have joined", || {
        view! {
            <div class="stack">
                <h1>"You have joined"</h1>
                <p class="lead">{lead}</p>
                {counts}
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

/// Whether somebody pressed the button that made this account a moment ago, in the same browser and
/// with the same password: the answer to their first press may be lost.
async fn is_second_press(
    house: &House,
    joined: &store::Joined,
    headers: &HeaderMap,
    sent: &Sent,
) -> bool {
    let is_now = house.clock.now() - joined.joined_at < store::SECOND_PRESS;
    let is_here = joined.used_by.is_some() && joined.used_by == here::known(house, headers);
    if !(is_now && is_here) {
        return false;
    }
    passwords::fits(house, sent.typed("password").to_owned(), joined.password_hash.clone()).await
}

fn sign_up_ended(house: &House, viewer: &Viewer) -> Response {
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

async fn sign_up_page(
    house: &House,
    viewer: &Viewer,
    headers: &HeaderMap,
    sent: &Sent,
    refusals: &Refusals,
) -> Result<Response, Error> {
    let why = SignInReason::here(house, headers).await?;
    let destination = Destination::only_page(sent);
    let page = Page::new("Join", || {
        let sign_in = with_then("/sign-in", &destination.then);
        view! {
            <div class="stack">
                <Summary refusals />
                <h1>"Join"</h1>
                <p class="lead">
                    "For parents and carers of children with special educational needs and \
                     disabilities. It takes two minutes."
                </p>
                {(!why.chose.is_empty())
                    .then(|| {
                        view! {
                            <p class="panel gold">
                                {format!("You chose to {}. {}", why.chose, why.then("joined"))}
                            </p>
                        }
                    })}
                <form method="post" action="/sign-up" novalidate>
                    <AsksForCookies />
                    {destination.hidden()}
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
                    <button class="button">"Join"</button>
                </form>
                <p class="soft">
                    "We'll send you an email. Press the button in it, then choose your name and a \
                     password."
                </p>
                <p>"Already have an account? "<a href=sign_in>"Sign in"</a></p>
            </div>
        }
    });
    let page = here::known_by(page, house, headers).kept_for_going_back();
    Ok(page.refused_for(refusals).answer(house, viewer))
}
