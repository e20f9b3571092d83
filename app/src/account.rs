//! A person's own page: who they are here, what they said, where they are signed in; and the
//! address that is changed in every room at once.

use accounts::store::OpenSession;
use accounts::{emails, person_facts, store};
use axum::extract::State;
use axum::http::{StatusCode, Uri};
use axum::response::{IntoResponse as _, Redirect, Response};
use calendar::clock::{self, HOUR, MINUTE, Millis, Moment};
use deliveries::{EmailKind, Owed, owe};
use forms::Sent;
use ground::db;
use ground::error::Error;
use ground::house::House;
use ground::ids::{Account, Id, Session};
use ground::routes::{LEAVING, SECOND_STEP, sign_in_then};
use ground::token::Token;
use ground::ui::{Banner, Page};
use ground::viewer::{Role, SecondStep, Viewer};
use leptos::prelude::*;
use sqlx::AnyConnection;

use super::said;

/// How much of what they said is on their own page; the rest is one tap away.
const MOST_SAID: i64 = 5;

/// The most browsers they are signed in with that are shown.
const MOST_BROWSERS: i64 = 20;

/// For how long the page says that the password has been changed.
const JUST_CHANGED: Millis = 15 * MINUTE;

/// GET `/account`
pub async fn account_page(
    State(house): State<House>,
    viewer: Viewer,
    uri: Uri,
) -> Result<Response, Error> {
    let person = viewer.signed_in()?;
    let now = house.clock.now();
    let (account, here) = (&person.account_id, &person.session_id);
    let mut sessions = store::sessions(&house.db, (account, here), MOST_BROWSERS + 1, now).await?;
    let are_many = sessions.len() as i64 > MOST_BROWSERS;
    sessions.truncate(MOST_BROWSERS as usize);
    let said = updates::store::contributions(&house.db, account, (MOST_SAID, 0), now).await?;
    let facts = person_facts::own(&house.db, &person.facts).await?;
    let done = Sent::query(&uri).line("done");
    // Anybody can pass an address on that says so. What is so, an email has told them too.
    let has_new_password = done == "password" && {
        let since = now - JUST_CHANGED;
        let kind = EmailKind::PasswordChanged;
        deliveries::store::was_owed_since(&house.db, account, kind, since).await?
    };
    let page = Page::new("Your account", || {
        let banner = match done.as_str() {
            "details" => Some("Saved"),
            "password" if has_new_password => Some("Your password has been changed"),
            "email" => Some("Check your new email address: we've sent a link to confirm it"),
            "sessions" => Some("You have been signed out there"),
            "second-step" if person.second_step != SecondStep::SetUp => {
                Some("The second step has been removed")
            }
            "withdrawn" => Some("Your topic has been withdrawn"),
            "stays" if person.leaves_at.is_none() => Some("We will keep your account"),
            _ => None,
        };
        let leaving = person.leaves_at.map(leaving);
        let nothing = said.is_empty().then(|| said::nothing_yet(&viewer));
        let said = said::rows(said, house.settings.outcome_within, now, 3);
        let browsers = browsers(sessions, here).into_iter().map(browser).collect_view();
        let more = are_many.then(|| {
            view! {
                <p>
                    "You are signed in in more places than we can show here. “Sign out everywhere” \
                     ends all of them."
                </p>
            }
        });
        let is_staff = person.is_staff();
        let has_one = person.second_step == SecondStep::SetUp;
        let second_step = (is_staff || has_one).then(|| {
            let state = if has_one { ": on" } else { ": not set up" };
            view! {
                <p>
                    <a href=SECOND_STEP>"Second step when you sign in"</a>
                    {state}
                </p>
            }
        });
        let roles = person.holds.iter().map(|role| role.title()).collect::<Vec<_>>().join(", ");
        let roles = if roles.is_empty() {
            "None at the moment. If that is wrong, ask the forum".to_owned()
        } else {
            roles
        };
        let is_parent = viewer.is(Role::Parent);
        let facts = facts.into_iter().filter(|(_, name)| name.is_some() || is_parent);
        let facts = facts.map(|(fact, name)| {
            let name = name.unwrap_or_else(|| "You haven't said".to_owned());
            view! {
                <div>
                    <dt>{fact.title}</dt>
                    <dd>
                        {name}" "
                        <a href="/account/details">
                            "Change"<span class="unseen">{format!(" {}", fact.said)}</span>
                        </a>
                    </dd>
                </div>
            }
        });
        let facts = facts.collect::<Vec<_>>();
        view! {
            <div class="stack-l">
                <section class="stack">
                    {banner
                        .map(|title| {
                            view! {
                                <Banner title>
                                    <p />
                                </Banner>
                            }
                        })} <h1>"Your account"</h1>
                    {leaving}
                    <dl class="answers">
                        <div>
                            <dt>"Display name"</dt>
                            <dd>
                                {person.shown_name.clone()}" "
                                <a href="/account/details">
                                    "Change"<span class="unseen">" your display name"</span>
                                </a>
                            </dd>
                        </div>
                        {facts}
                        <div>
                            <dt>"Email address"</dt>
                            <dd>
                                {person.email.clone()}" "
                                <a href="/account/email">
                                    "Change"<span class="unseen">" your email address"</span>
                                </a>
                            </dd>
                        </div>
                        <div>
                            <dt>"Your role"</dt>
                            <dd>{roles}</dd>
                        </div>
                    </dl>
                </section>
                <section class="stack">
                    <h2>"What you said and what happened next"</h2>
                    {nothing}
                    {said}
                    <p>
                        <a href="/account/said">
                            "Everything you proposed, supported and answered"
                        </a>
                    </p>
                </section>
                <section class="stack">
                    <h2>"Emails you get"</h2>
                    <p>
                        <a href="/account/emails">"Choose which emails you get"</a>
                    </p>
                    <p>
                        <a href="/account/subscriptions">"Get told about changes to services"</a>
                    </p>
                </section>
                <section class="stack">
                    <h2>"Your data"</h2>
                    <p>
                        <a href="/account/export">"Take a copy of everything we keep about you"</a>
                    </p>
                    <p>
                        <a href="/privacy">"What we keep, and for how long"</a>
                    </p>
                    <p>
                        <a href="/account/erase">"Delete your account"</a>
                    </p>
                </section>
                <section class="stack">
                    <h2>"Where you are signed in"</h2>
                    <ul class="rows">{browsers}</ul>
                    {more}
                    <p class="soft">
                        "Is one of these not you? Sign it out, then change your password."
                    </p>
                    <form method="post" action="/sign-out">
                        <button class="button quiet">"Sign out"</button>
                    </form>
                    <form method="post" action="/account/sessions/end">
                        <button class="button quiet">"Sign out everywhere"</button>
                    </form>
                    <p>
                        <a href="/account/password">"Change your password"</a>
                    </p>
                    <p>
                        <a href="/account/passkeys">"Passkeys"</a>
                    </p>
                    {second_step}
                </section>
            </div>
        }
    });
    Ok(page.answer(&house, &viewer))
}

/// Says that the account is about to be erased, with the way to keep it.
fn leaving(at: Moment) -> impl IntoView {
    view! {
        <p class="panel gold">
            <b>{format!("We will delete your account on {}.", clock::day(at))}</b>
            " "
            <a href=LEAVING>"Keep your account"</a>
        </p>
    }
}

/// A browser in which they are signed in.
#[derive(Debug, PartialEq, Eq)]
struct SignedInBrowser {
    shown: String,
    when: String,
    /// The session that can be ended there; `None` for the browser they are using.
    ends: Option<Id<Session>>,
}

/// A line for each session, in their order.
fn browsers(sessions: Vec<OpenSession>, here: &Id<Session>) -> Vec<SignedInBrowser> {
    let this = sessions.iter().find(|session| session.id == *here);
    let this = this.map(|session| session.device.clone());
    let line = |session: OpenSession| {
        let OpenSession { id, device, began_at, seen_at } = session;
        let is_here = id == *here;
        let shown = if is_here {
            this_browser(&device)
        } else {
            other_browser(&device, this.as_ref() == Some(&device))
        };
        // It is noted once an hour.
        let hour = Moment::from_millis(seen_at.millis() / HOUR * HOUR);
        let (began, used) = (clock::day_and_hour(began_at), clock::day_and_hour(hour));
        let when = if is_here {
            format!("Signed in on {began}.")
        } else {
            format!("Signed in on {began}, last used about {used}.")
        };
        SignedInBrowser { shown, when, ends: (!is_here).then_some(id) }
    };
    sessions.into_iter().map(line).collect()
}

/// A browser in one line, with the way to sign out there.
fn browser(browser: SignedInBrowser) -> impl IntoView {
    let SignedInBrowser { shown, when, ends } = browser;
    let end = ends.map(|session| {
        let label = format!("Sign out: {shown}. {when}");
        view! {
            <form method="post" action="/account/sessions/end">
                <input type="hidden" name="session" value=session.to_string() />
                <button class="link" aria-label=label>
                    "Sign out"
                </button>
            </form>
        }
    });
    view! {
        <li>
            <span>
                {shown}
                <br />
                <span class="soft">{when}</span>
            </span>
            {end}
        </li>
    }
}

/// How the name of a device begins whose browser we don't know.
const UNKNOWN: &str = "A browser on ";

/// The browser they are using.
fn this_browser(name: &str) -> String {
    match name.strip_prefix(UNKNOWN) {
        Some("a device") => "This browser".to_owned(),
        Some(system) => format!("This browser ({system})"),
        None => format!("This browser ({name})"),
    }
}

/// A browser that they are not using. `is_same`: the one they are using has the same name.
fn other_browser(name: &str, is_same: bool) -> String {
    let Some(system) = name.strip_prefix(UNKNOWN) else {
        return if is_same { format!("Another browser ({name})") } else { name.to_owned() };
    };
    let on = match system {
        "iPhone" => "an iPhone",
        "iPad" => "an iPad",
        "Android" => "an Android phone or tablet",
        "Windows" => "a Windows computer",
        "Mac" => "a Mac",
        "Linux" => "a Linux computer",
        "Chromebook" => "a Chromebook",
        other => other,
    };
    format!("{} browser on {on}", if is_same { "Another" } else { "A" })
}

/// GET `/account/email/{token}`: a button, since mail scanners open links. Only whoever is signed
/// in to the account that asked for the address can press it: anybody can ask for the address of
/// somebody else, and whoever presses the button gives the account their address. Others are not
/// told whose account it is.
pub async fn confirm_email_form(
    State(house): State<House>,
    viewer: Viewer,
    Token(token): Token,
) -> Result<Response, Error> {
    let link =
        store::link(&mut *house.db.read().await?, &id::hash(&token), "email", house.clock.now())
            .await?;
    let Some(link) = link else { return Ok(link_ended(&house, &viewer)) };
    let Some(new_email) = link.new_email else { return Ok(link_ended(&house, &viewer)) };
    let person = viewer.person();
    if person.is_none_or(|person| person.account_id != link.account_id) {
        let page = sign_in_to_it(&format!("/account/email/{token}"), person.is_some());
        return Ok(page.answer(&house, &viewer));
    }
    let page = Page::new("Confirm your new email address", || {
        view! {
            <div class="stack">
                <h1>"Confirm your new email address"</h1>
                <p class="lead">"We will email you at "<b>{new_email}</b>"."</p>
                <p>
                    "This changes the address of the account that you are signed in to: "
                    <b>{link.shown_name}</b>", until now "{link.email}"."
                </p>
                <form method="post">
                    <button class="button">"Use this address"</button>
                </form>
            </div>
        }
    });
    Ok(page.answer(&house, &viewer))
}

/// For a link that was used, as by a second tap, or has ended.
fn link_ended(house: &House, viewer: &Viewer) -> Response {
    let why = "You may have used it already: your account says which address we email you at. Or \
               it is older than two days, or you have signed out everywhere since.";
    Page::link_ended("This link has been used or has expired", why, ("/account", "Your account"))
        .answer(house, viewer)
}

/// For whoever is not signed in to the account that asked for a new address. `is_in`: to another.
fn sign_in_to_it(page: &str, is_in: bool) -> Page {
    let to = sign_in_then(page);
    Page::new("Sign in to confirm your new email address", || {
        let lead = if is_in {
            "Someone asked us to use this address for their account. It is not the account that \
             you are signed in to."
        } else {
            "Someone asked us to use this address for their account."
        };
        view! {
            <div class="stack">
                <h1>"Sign in to confirm your new email address"</h1>
                <p class="lead">{lead}</p>
                <p>
                    "If that was you, sign in to that account with your old email address. Or open \
                     our email where you are signed in to it already."
                </p>
                <p>
                    <a class="button" href=to>
                        "Sign in"
                    </a>
                </p>
                <p>"If it wasn't you, close this page. Nothing will change."</p>
            </div>
        }
    })
}

/// POST `/account/email/{token}`, by whoever is signed in to the account: both addresses are told.
pub async fn confirm_email(
    State(house): State<House>,
    viewer: Viewer,
    Token(token): Token,
) -> Result<Response, Error> {
    let own = viewer.person().map(|person| &person.account_id);
    let mut tx = house.db.begin().await?;
    let changed = match change_address(&mut tx, &house, own, &id::hash(&token)).await {
        // Where another account has the address by now, the link cannot be used: we do not give
        // away who has an account.
        Err(error) if db::already_there(&error) => {
            tx.roll_back().await?;
            return Ok(link_ended(&house, &viewer));
        }
        other => other?,
    };
    tx.commit().await?;
    match changed {
        Changed::Now => {}
        Changed::NotTheirs => {
            return Ok(Redirect::to(&format!("/account/email/{token}")).into_response());
        }
        Changed::Ended => return Ok(link_ended(&house, &viewer)),
    }
    let page = Page::new("We've changed your email address", || {
        view! {
            <div class="stack">
                <h1>"We've changed your email address"</h1>
                <p class="lead">"From now on we will email you at your new address."</p>
                <p>
                    <a href="/account">"Your account"</a>
                </p>
            </div>
        }
    });
    Ok(page.answer(&house, &viewer))
}

/// Changes the address in every room, and tells both. `own`: the account of whoever is signed in.
async fn change_address(
    tx: &mut AnyConnection,
    house: &House,
    own: Option<&Id<Account>>,
    hash: &str,
) -> sqlx::Result<Changed> {
    let now = house.clock.now();
    let Some(link) = store::link(tx, hash, "email", now).await? else {
        return Ok(Changed::Ended);
    };
    let account = &link.account_id;
    if own != Some(account) {
        return Ok(Changed::NotTheirs);
    }
    let Some(new_email) = &link.new_email else { return Ok(Changed::Ended) };
    // A second tap at the same moment finds it used.
    if !store::use_link(tx, hash, None, now).await? {
        return Ok(Changed::Ended);
    }
    // Links and invitations that went to the old address lead nowhere any more.
    store::set_address(tx, account, new_email, now).await?;
    store::end_links(tx, account).await?;
    move_all(tx, account, (&link.email, new_email), now).await?;
    let undo = id::secret();
    let ends_at = store::keep_undo(tx, &id::hash(&undo), (account, &link.email), now).await?;
    let to_old = Owed {
        dedup_key: &format!("{hash} told old"),
        kind: EmailKind::AddressUndo,
        account_id: Some(account),
        to: &link.email,
        words: &emails::address_changed_from_here(house, &undo),
        at: now,
        not_after: Some(ends_at),
    };
    owe(tx, to_old).await?;
    let to_new = Owed {
        dedup_key: &format!("{hash} told new"),
        kind: EmailKind::AddressChanged,
        account_id: Some(account),
        to: new_email,
        words: &emails::address_changed(house),
        at: now,
        not_after: None,
    };
    owe(tx, to_new).await?;
    Ok(Changed::Now)
}

/// Takes what belongs to an address of theirs, in every room, to the one that they have now: what
/// stays behind is in no copy of theirs, and is not erased with them.
async fn move_all(
    tx: &mut AnyConnection,
    account: &Id<Account>,
    (old, new): (&str, &str),
    now: Moment,
) -> sqlx::Result<()> {
    store::address_changed(tx, old, new).await?;
    local_offer::address_changed(tx, old, new).await?;
    notices::address_changed(tx, old, new).await?;
    subscriptions::store::address_changed(tx, old, new, now).await?;
    updates::store::address_changed(tx, account, new).await
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Changed {
    Now,
    /// Whoever pressed the button is not signed in to the account.
    NotTheirs,
    Ended,
}

/// How long the link to a new password works that an undone change leads to.
const NEW_PASSWORD_WITHIN: Millis = 2 * HOUR;

/// GET `/account/email/undo/{token}`: what pressing the button does. The page never says what the
/// address is now: whoever else reads the old one must not learn it.
pub async fn undo_email_form(
    State(house): State<House>,
    viewer: Viewer,
    Token(token): Token,
) -> Result<Response, Error> {
    let (hash, now) = (id::hash(&token), house.clock.now());
    let undo = store::undo(&mut *house.db.read().await?, false, &hash, now).await?;
    let Some(store::Undo { old, changed_at, .. }) = undo else {
        return Ok(undo_ended(&house, &viewer));
    };
    let page = Page::new("Use your old email address again?", || {
        view! {
            <div class="stack">
                <h1>"Use your old email address again?"</h1>
                <p class="lead">
                    {format!(
                        "On {} the email address of your account was changed.",
                        clock::day(changed_at),
                    )}
                </p>
                <p>"If that was you, close this page: nothing will change."</p>
                <p>"If it wasn't you, press the button. Then:"</p>
                <ul>
                    <li>"We will email you at "<b>{old}</b>" again."</li>
                    <li>"You, and anyone else in your account, will be signed out everywhere."</li>
                    <li>"Your password will stop working. You choose a new one straight away."</li>
                    <li>
                        "Passkeys and codes from a phone that were set up since then will stop \
                         working too."
                    </li>
                </ul>
                <form method="post">
                    <button class="button">"It wasn't me: use my old address"</button>
                </form>
            </div>
        }
    });
    Ok(page.answer(&house, &viewer))
}

/// POST `/account/email/undo/{token}`: puts the old address back, ends all that somebody else may
/// hold, tells both addresses, and leads to a new password.
pub async fn undo_email_change(
    State(house): State<House>,
    viewer: Viewer,
    Token(token): Token,
) -> Result<Response, Error> {
    let mut tx = house.db.begin().await?;
    let password = match put_address_back(&mut tx, &house, &id::hash(&token)).await {
        Err(error) if db::already_there(&error) => {
            tx.roll_back().await?;
            return Ok(taken(&house, &viewer));
        }
        other => other?,
    };
    tx.commit().await?;
    let Some(password) = password else { return Ok(undo_ended(&house, &viewer)) };
    let page = Page::new("Your old email address is back", || {
        view! {
            <div class="stack">
                <h1>"Your old email address is back"</h1>
                <p class="lead">
                    "You have been signed out everywhere, and your password no longer works. \
                     Choose a new one now."
                </p>
                <p>
                    <a class="button" href=format!("/new-password/{password}")>
                        "Choose a new password"
                    </a>
                </p>
                <p>
                    "The button works for two hours. After that, or if it doesn't work, "
                    <a href="/forgotten-password">"ask for a link by email"</a>"."
                </p>
            </div>
        }
    });
    Ok(page.answer(&house, &viewer))
}

/// Puts the old address back in every room, and tells both. Gives what the link to a new password
/// ends with; `None` when the change can no longer be undone.
async fn put_address_back(
    tx: &mut AnyConnection,
    house: &House,
    hash: &str,
) -> sqlx::Result<Option<String>> {
    let now = house.clock.now();
    let Some(undo) = store::undo(tx, true, hash, now).await? else { return Ok(None) };
    if !store::put_back(tx, &undo, now).await? {
        return Ok(None);
    }
    let (account, old, new) = (&undo.account_id, undo.old.as_str(), undo.email.as_str());
    // They may have changed it back themselves.
    if new != old {
        move_all(tx, account, (new, old), now).await?;
    }
    let (password, ends_at) = (id::secret(), now + NEW_PASSWORD_WITHIN);
    let link = store::NewLink {
        token_hash: &id::hash(&password),
        account_id: &undo.account_id,
        purpose: "password",
        email: None,
        ends_at,
    };
    store::keep_link(tx, &link).await?;
    let to_old = Owed {
        dedup_key: &format!("{hash} put back old"),
        kind: EmailKind::AddressChanged,
        account_id: Some(account),
        to: old,
        words: &emails::address_put_back(house),
        at: now,
        not_after: None,
    };
    owe(tx, to_old).await?;
    if new != old {
        let to_new = Owed {
            dedup_key: &format!("{hash} put back new"),
            kind: EmailKind::AddressChanged,
            account_id: Some(account),
            to: new,
            words: &emails::address_not_used(house),
            at: now,
            not_after: None,
        };
        owe(tx, to_new).await?;
    }
    Ok(Some(password))
}

fn undo_ended(house: &House, viewer: &Viewer) -> Response {
    let why = "It works once, for seven days. If you have used it, your old address is back: \
               choose a new password now, if you haven't yet.";
    let to = ("/forgotten-password", "Choose a new password");
    Page::link_ended("This link has been used or has expired", why, to).answer(house, viewer)
}

/// Their old address belongs to another account by now.
fn taken(house: &House, viewer: &Viewer) -> Response {
    let page = Page::new("We couldn't put your old address back", || {
        view! {
            <div class="stack">
                <h1>"We couldn't put your old address back"</h1>
                <p class="lead">
                    "Another account uses that address now, and an address can only have one. \
                     Nothing has changed."
                </p>
                <p>
                    <a class="button" href="/contact">
                        "Contact the forum"
                    </a>
                </p>
            </div>
        }
    });
    page.status(StatusCode::CONFLICT).answer(house, viewer)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_session_is_a_line_of_its_own_and_this_one_cannot_be_ended_there() {
        let at = |hour: &str| clock::read("2026-12-04", hour).expect("a time");
        let session = |id: &str, device: &str, began: &str, seen: &str| OpenSession {
            id: id.into(),
            device: device.to_owned(),
            began_at: at(began),
            seen_at: at(seen),
        };
        let sessions = vec![
            session("here", "Chrome on Android", "09:00", "17:00"),
            session("his", "Chrome on Android", "09:30", "16:59"),
            session("laptop", "Chrome on Windows", "08:00", "12:10"),
        ];
        let line = |shown: &str, when: &str, ends: Option<&str>| SignedInBrowser {
            shown: shown.to_owned(),
            when: when.to_owned(),
            ends: ends.map(Id::from),
        };
        assert_eq!(
            browsers(sessions, &"here".into()),
            [
                line(
                    "This browser (Chrome on Android)",
                    "Signed in on Friday 4 December 2026 at 9am.",
                    None
                ),
                line(
                    "Another browser (Chrome on Android)",
                    "Signed in on Friday 4 December 2026 at 9:30am, last used about Friday \
                     4 December 2026 at 4pm.",
                    Some("his")
                ),
                line(
                    "Chrome on Windows",
                    "Signed in on Friday 4 December 2026 at 8am, last used about Friday \
                     4 December 2026 at midday.",
                    Some("laptop")
                ),
            ]
        );
    }

    #[test]
    fn a_browser_is_called_as_people_would_call_it() {
        for (name, this, another) in [
            ("A browser on iPhone", "This browser (iPhone)", "Another browser on an iPhone"),
            ("A browser on a device", "This browser", "Another browser on a device"),
            ("Edge on Mac", "This browser (Edge on Mac)", "Another browser (Edge on Mac)"),
        ] {
            assert_eq!(this_browser(name), this);
            assert_eq!(other_browser(name, true), another);
        }
        assert_eq!(
            other_browser("A browser on Android", false),
            "A browser on an Android phone or tablet"
        );
        assert_eq!(other_browser("Edge on Mac", false), "Edge on Mac");
    }
}
