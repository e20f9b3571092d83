//! A person's own page: who they are here, their topics, where they are signed in; and the address
//! that is changed in every room at once.

use accounts::{emails, store};
use axum::extract::{Path, State};
use axum::http::Uri;
use axum::response::Response;
use calendar::clock;
use deliveries::{EmailKind, Owed, owe};
use forms::Sent;
use ground::db;
use ground::error::Error;
use ground::house::House;
use ground::ui::{Banner, Page};
use ground::viewer::Viewer;
use leptos::prelude::*;

/// GET `/account`
pub async fn page(State(house): State<House>, viewer: Viewer, uri: Uri) -> Result<Response, Error> {
    let person = viewer.signed_in()?;
    let now = house.clock.now();
    let sessions = store::sessions(&house.db, &person.account_id, now).await?;
    let own = topics::store::by_author(&house.db, &person.account_id).await?;
    let done = Sent::query(&uri).line("done");
    let page = Page::new("Your account", || {
        let banner = match done.as_str() {
            "password" => Some("Your password has been changed"),
            "email" => Some("Check your new email address: we've sent a link to confirm it"),
            "sessions" => Some("That device has been signed out"),
            "withdrawn" => Some("Your topic has been withdrawn"),
            _ => None,
        };
        let sessions = sessions
            .into_iter()
            .map(|session| {
                let here = session.id == person.session_id;
                let seen = if here {
                    "this device".to_owned()
                } else {
                    format!("last used {}", clock::day(session.seen_at))
                };
                let label = format!("Sign out {}", session.device);
                view! {
                    <li>
                        <span>{session.device.clone()}" – "<span class="soft">{seen}</span></span>
                        {(!here)
                            .then(|| {
                                view! {
                                    <form method="post" action="/account/sessions/end">
                                        <input type="hidden" name="session" value=session.id />
                                        <button class="link" aria-label=label>
                                            "Sign out"
                                        </button>
                                    </form>
                                }
                            })}
                    </li>
                }
            })
            .collect_view();
        let roles = person.roles.iter().map(|role| role.title()).collect::<Vec<_>>().join(", ");
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
                            <dd>{person.shown_name.clone()}</dd>
                        </div>
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
                    <p>
                        <a href="/account/said">
                            "Everything you proposed, supported and answered"
                        </a>
                    </p>
                    {topics::own_list(own)}
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
                    <h2>"Where you are signed in"</h2>
                    <ul class="rows">{sessions}</ul>
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
