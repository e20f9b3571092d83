//! One person, for an administrator: what they may do, and all that can be changed about it.

use axum::extract::{Path, State};
use axum::http::Uri;
use axum::response::Response;
use calendar::clock;
use forms::{Named, Sent};
use ground::error::Error;
use ground::house::House;
use ground::ids::{Account, Id};
use ground::ui::{Banner, Choice, Page, Select, titled};
use ground::viewer::{Role, Viewer};
use leptos::prelude::*;

use super::ListWish;
use super::roles::signed_out_words;
use super::store::{self, Person};

/// GET `/admin/people/{id}`
pub async fn person_page(
    State(house): State<House>,
    viewer: Viewer,
    Path(id): Path<Id<Account>>,
    uri: Uri,
) -> Result<Response, Error> {
    let id = Id::parse(&id).ok_or(Error::NotFound)?;
    let person = store::person(&house.db, &id).await?.ok_or(Error::NotFound)?;
    let organisations = area::store::organisations(&house.db).await?;
    let query = Sent::query(&uri);
    let (wish, done) = (ListWish::read(&query), done(query.typed("done")));
    let is_own = viewer.signed_in()?.account_id == person.id;
    let page = Page::new(titled("People", &person.shown_name), || {
        let banner = done.map(|title| {
            view! {
                <Banner title>
                    <p />
                </Banner>
            }
        });
        let joined = format!("Joined on {}.", clock::day(person.joined_at));
        let confirmed = person.confirmed_at.map(|at| {
            view! { <p>{format!("Last confirmed by the council on {}.", clock::day(at))}</p> }
        });
        let suspended = person.suspended_at.map(|at| {
            view! {
                <p class="panel warn">
                    {format!("Suspended since {}: they can't sign in.", clock::day(at))}
                </p>
            }
        });
        view! {
            <div class="stack">
                {banner}
                <p>
                    <a class="back" href=wish.list()>
                        "People"
                    </a>
                </p>
                <h1>{person.shown_name.clone()}</h1>
                <p>{person.email.clone()}</p>
                {suspended}
                <p class="soft">{joined}</p>
                {confirmed}
                {roles(&person, &organisations, &wish, is_own)}
                {leader_for(&person, organisations.clone(), &wish, is_own)}
                <h2>"Signing in"</h2>
                {signing_in(&person, &wish, is_own)}
            </div>
        }
    });
    Ok(page.answer(&house, &viewer))
}

/// What was done just now, as the address says.
fn done(what: &str) -> Option<&'static str> {
    match what {
        "role" => Some("Role changed. They will need to sign in again"),
        "organisation" => Some("Organisation saved. They will need to sign in again"),
        "reset" => Some("Done. They can sign in without a code now"),
        "signed-out" => Some("They have been signed out everywhere"),
        "suspended" => Some("Account suspended. They have been signed out everywhere"),
        "restored" => Some("Account restored. They can sign in again"),
        "own" => Some("You can't do this to your own account. Ask another administrator"),
        _ => None,
    }
}

/// The roles they have, and those they could have, each with the page that changes it: but nobody
/// takes the role of administrator from themselves.
fn roles(
    person: &Person,
    organisations: &[Named],
    wish: &ListWish,
    is_own: bool,
) -> impl IntoView + use<> {
    let leads_for = person.organisation_id.as_ref().and_then(|id| {
        let named = organisations.iter().find(|named| named.id == id.as_str());
        named.map(|named| format!(" for {}", named.name))
    });
    let path = format!("/admin/people/{}/roles", person.id);
    let line = |role: Role, change: &str, verb: &str| {
        let to = wish.address(&path, &[("role", role.word()), ("change", change)]);
        let words = format!("{verb}: {}", role.title());
        view! { <a href=to>{words}</a> }
    };
    let (has, lacks): (Vec<Role>, Vec<Role>) =
        Role::ALL.into_iter().partition(|role| person.roles.contains(role));
    let none = has.is_empty().then(|| view! { <p>"None."</p> });
    let has = has.into_iter().map(|role| {
        let leads_for = leads_for.clone().filter(|_| role == Role::Leader);
        let is_kept = is_own && role == Role::Admin;
        let take = if is_kept {
            "Only another administrator can remove this role.".into_any()
        } else {
            line(role, "take", "Remove role").into_any()
        };
        view! {
            <li>
                <b>{role.title()}</b>
                {leads_for}
                ". "
                {take}
            </li>
        }
    });
    let has = has.collect::<Vec<_>>();
    let has = (!has.is_empty()).then(|| view! { <ul class="queue">{has}</ul> });
    let lacks = lacks.into_iter().map(|role| view! { <p>{line(role, "give", "Add role")}</p> });
    view! {
        <h2>"Roles"</h2>
        {none}
        {has}
        <details>
            <summary>"Add a role"</summary>
            {lacks.collect::<Vec<_>>()}
        </details>
    }
}

/// Which organisation a leader is from.
fn leader_for(
    person: &Person,
    organisations: Vec<Named>,
    wish: &ListWish,
    is_own: bool,
) -> Option<impl IntoView + use<>> {
    let chosen = person.organisation_id.as_ref().map_or("", Id::as_str);
    let choices = Choice::with_first("No organisation", organisations, chosen);
    person.roles.contains(&Role::Leader).then(|| {
        view! {
            <form method="post" action=format!("/admin/people/{}/roles", person.id)>
                {wish.hidden()}
                <Select name="organisation" label="Leader for" choices />
                <p class="soft">{signed_out_words(is_own)}</p>
                <button class="button quiet" name="change" value="lead for">
                    "Save"
                </button>
            </form>
        }
    })
}

/// What can be done when they can't sign in, or shouldn't.
fn signing_in(person: &Person, wish: &ListWish, is_own: bool) -> impl IntoView + use<> {
    let of = |page: &str| format!("/admin/people/{}/{page}", person.id);
    let reset = person.has_second_step.then(|| {
        view! {
            <p>
                <a href=of("second-step")>"They have lost their phone"</a>
            </p>
        }
    });
    let suspend = (!is_own).then(|| {
        let words = if person.suspended_at.is_some() {
            "Restore their account"
        } else {
            "Suspend their account"
        };
        view! {
            <p>
                <a href=wish.address(&of("suspension"), &[])>{words}</a>
            </p>
        }
    });
    view! {
        {reset}
        <p>
            <a href=of("sessions")>"Sign them out everywhere"</a>
        </p>
        {suspend}
    }
}
