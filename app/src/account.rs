//! A person's own page: who they are here, what they said, where they are signed in; and the address
//! that is changed in every room at once.

use accounts::store::Session;
use accounts::{emails, store};
use axum::extract::{Path, State};
use axum::http::Uri;
use axum::response::Response;
use calendar::clock::{self, Millis};
use deliveries::{EmailKind, Owed, owe};
use forms::Sent;
use ground::db;
use ground::error::Error;
use ground::house::House;
use ground::ui::{Banner, Page};
use ground::viewer::{Role, Viewer};
use leptos::prelude::*;

use super::said;

/// How much of what she said is on her own page; the rest is one tap away.
const MOST_SAID: i64 = 5;

/// GET `/account`
pub async fn page(State(house): State<House>, viewer: Viewer, uri: Uri) -> Result<Response, Error> {
    let person = viewer.signed_in()?;
    let now = house.clock.now();
    let sessions = store::sessions(&house.db, &person.account_id, now).await?;
    let account = &person.account_id;
    let said = updates::store::contributions(&house.db, account, (MOST_SAID, 0), now).await?;
    let place = area::store::places_and(&house.db, person.place_id.as_slice()).await?;
    let place = place.into_iter().find(|place| Some(&place.id) == person.place_id.as_ref());
    let done = Sent::query(&uri).line("done");
    let page = Page::new("Your account", || {
        let banner = match done.as_str() {
            "details" => Some("Saved"),
            "password" => Some("Your password has been changed"),
            "email" => Some("Check your new email address: we've sent a link to confirm it"),
            "sessions" => Some("You have been signed out there"),
            "withdrawn" => Some("Your topic has been withdrawn"),
            "stays" => Some("You signed in, so we won't delete your account"),
            _ => None,
        };
        let nothing = said.is_empty().then(said::nothing_yet);
        let said = said::rows(said, house.outcome_within, now, 3);
        let devices = devices(sessions, &person.session_id).into_iter().map(device).collect_view();
        let roles = person.roles.iter().map(|role| role.title()).collect::<Vec<_>>().join(", ");
        let place = (place.is_some() || viewer.is(Role::Parent)).then(|| {
            let name = place.map_or_else(|| "You haven't said".to_owned(), |place| place.name);
            view! {
                <div>
                    <dt>"Where you live"</dt>
                    <dd>
                        {name}" "
                        <a href="/account/details">
                            "Change"<span class="unseen">" where you live"</span>
                        </a>
                    </dd>
                </div>
            }
        });
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
                        })} <h1>"Your account"</h1> <dl class="answers">
                        <div>
                            <dt>"Display name"</dt>
                            <dd>
                                {person.shown_name.clone()}" "
                                <a href="/account/details">
                                    "Change"<span class="unseen">" your display name"</span>
                                </a>
                            </dd>
                        </div>
                        {place}
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
                        "To see everything we have about you, "
                        <a href="/contact">"contact us"</a>". "
                        <a href="/privacy">"What we keep, and for how long"</a>
                    </p>
                    <p>
                        <a href="/account/erase">"Delete your account"</a>
                    </p>
                </section>
                <section class="stack">
                    <h2>"Where you are signed in"</h2>
                    <ul class="rows">{devices}</ul>
                    <form method="post" action="/sign-out">
                        <button class="button quiet">"Sign out"</button>
                    </form>
                    <form method="post" action="/account/sessions/end">
                        <button class="button quiet">"Sign out everywhere"</button>
                    </form>
                    <p>
                        <a href="/forgotten-password">"Change your password"</a>
                    </p>
                </section>
            </div>
        }
    });
    Ok(page.answer(&house, &viewer))
}

/// The sessions on devices of one name.
#[derive(Debug, PartialEq, Eq)]
struct Device {
    name: String,
    times: usize,
    is_here: bool,
    /// The session used last that is not this one, and when.
    other: Option<(String, Millis)>,
}

/// A person's sessions, the latest used first, one line for each name of a device.
fn devices(sessions: Vec<Session>, here: &str) -> Vec<Device> {
    let mut devices: Vec<Device> = Vec::new();
    for session in sessions {
        let Session { id, device: name, seen_at } = session;
        let nth = devices.iter().position(|device| device.name == name).unwrap_or_else(|| {
            devices.push(Device { name, times: 0, is_here: false, other: None });
            devices.len() - 1
        });
        let device = &mut devices[nth];
        device.times += 1;
        if id == here {
            device.is_here = true;
        } else if device.other.is_none() {
            device.other = Some((id, seen_at));
        }
    }
    devices
}

/// One line: the device, how often somebody signed in there, and the way to end that.
fn device(device: Device) -> impl IntoView {
    let Device { name, times, is_here, other } = device;
    let shown = if times == 1 { name.clone() } else { format!("{name}, {times} times") };
    let seen = other.as_ref().map(|(_, at)| clock::day(*at));
    let seen = match (is_here, seen) {
        (true, Some(day)) if times == 2 => format!("here, and another, last used on {day}"),
        (true, Some(day)) => format!("here, and {} others, last used on {day}", times - 1),
        (false, Some(day)) => format!("last used on {day}"),
        (_, None) => "this device".to_owned(),
    };
    let end = other.map(|(session, _)| {
        let (words, label) = if is_here {
            ("Sign out the others", format!("Sign out the others: {name}"))
        } else {
            ("Sign out", format!("Sign out {name}"))
        };
        view! {
            <form method="post" action="/account/sessions/end">
                <input type="hidden" name="session" value=session />
                <button class="link" aria-label=label>
                    {words}
                </button>
            </form>
        }
    });
    view! {
        <li>
            <span>{shown}" – "<span class="soft">{seen}</span></span>
            {end}
        </li>
    }
}

/// GET `/account/email/{token}`: a button, since mail scanners open links.
pub async fn confirm_email_form(
    State(house): State<House>,
    viewer: Viewer,
    Path(token): Path<String>,
) -> Result<Response, Error> {
    let link =
        store::link(&mut *house.db.read().await?, &id::hash(&token), "email", house.clock.now())
            .await?;
    let Some(new_email) = link.and_then(|link| link.new_email) else { return Err(Error::NotFound) };
    let page = Page::new("Confirm your new email address", || {
        view! {
            <div class="stack">
                <h1>"Confirm your new email address"</h1>
                <p class="lead">"We will email you at "<b>{new_email}</b>"."</p>
                <form method="post">
                    <button class="button">"Use this address"</button>
                </form>
            </div>
        }
    });
    Ok(page.answer(&house, &viewer))
}

/// POST `/account/email/{token}`: both addresses are told.
pub async fn confirm_email(
    State(house): State<House>,
    viewer: Viewer,
    Path(token): Path<String>,
) -> Result<Response, Error> {
    let (now, writer, kind) = (house.clock.now(), house.clone(), house.db.kind());
    let changed: Result<bool, sqlx::Error> = house
        .db
        .write(move |tx| {
            Box::pin(async move {
                let hash = id::hash(&token);
                let Some(link) = store::link(tx, &hash, "email", now).await? else {
                    return Ok(false);
                };
                let Some(new_email) = link.new_email else { return Ok(false) };
                store::use_link(tx, &hash, now).await?;
                store::set_address(tx, &link.account_id, &new_email).await?;
                subscriptions::store::address_changed(tx, kind, &link.email, &new_email, now)
                    .await?;
                updates::store::address_changed(tx, &link.account_id, &new_email).await?;
                let words = emails::address_changed(&writer);
                for (key, to) in [("told old", &link.email), ("told new", &new_email)] {
                    let dedup_key = format!("{hash} {key}");
                    owe(
                        tx,
                        Owed {
                            dedup_key: &dedup_key,
                            kind: EmailKind::AddressChanged,
                            account_id: Some(&link.account_id),
                            to,
                            words: &words,
                            at: now,
                            not_after: None,
                        },
                    )
                    .await?;
                }
                Ok(true)
            })
        })
        .await;
    // Where another account has the address by now, the link cannot be used: we do not give away
    // who has an account.
    let is_changed = match changed {
        Err(error) if db::already_there(&error) => false,
        other => other?,
    };
    if !is_changed {
        return Err(Error::NotFound);
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sessions_on_devices_of_one_name_are_one_line_that_never_ends_this_one() {
        let session = |id: &str, device: &str, seen_at| Session {
            id: id.to_owned(),
            device: device.to_owned(),
            seen_at,
        };
        let sessions = vec![
            session("here", "Firefox on Android", 9),
            session("a", "Chrome on Windows", 8),
            session("b", "Firefox on Android", 7),
            session("c", "Firefox on Android", 6),
        ];
        let line = |name: &str, times, is_here, (id, at): (&str, Millis)| Device {
            name: name.to_owned(),
            times,
            is_here,
            other: Some((id.to_owned(), at)),
        };
        assert_eq!(
            devices(sessions, "here"),
            [
                line("Firefox on Android", 3, true, ("b", 7)),
                line("Chrome on Windows", 1, false, ("a", 8))
            ]
        );
    }
}
