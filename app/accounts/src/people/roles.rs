//! Giving and taking roles, each with a page that says what it means; and which organisation a
//! leader is for. Giving the role of administrator asks twice.

use axum::extract::{Path, State};
use axum::http::Uri;
use axum::response::{IntoResponse as _, Redirect, Response};
use deliveries::{EmailKind, Owed, owe};
use forms::{Named, Sent};
use ground::audit::{self, Entry};
use ground::error::Error;
use ground::house::House;
use ground::ids::{Account, Id};
use ground::sent::Form;
use ground::ui::{Frame, Page};
use ground::viewer::{Role, Viewer};
use leptos::prelude::*;
use sqlx::AnyConnection;

use super::{CHECKED, ListWish, organisation, what_administrators_can_do};
use crate::second_factor::store::ToldAccount;
use crate::sign_in::OWN_ROLE_CHANGED;
use crate::ways_back::PERSON;
use crate::{council, emails, invitations, sign_out, store};

/// GET `/admin/people/{id}/roles`: what the change of a role means, before it is made. `?role=`
/// says which, `?change=` whether it is given or taken; without, as after a reload, it leads back.
pub async fn role_form(
    State(house): State<House>,
    viewer: Viewer,
    Path(id): Path<Id<Account>>,
    uri: Uri,
) -> Result<Response, Error> {
    let (query, id) = (Sent::query(&uri), Id::parse(&id).ok_or(Error::NotFound)?);
    let wish = ListWish::read(&query);
    let gives = match query.typed("change") {
        "give" => true,
        "take" => false,
        _ => return Ok(Redirect::to(&wish.of_person(&id, "")).into_response()),
    };
    let Some(role) = Role::read(query.typed("role")) else { return Err(Error::NotFound) };
    let person = sign_out::person_with_id(&house, &id).await?;
    if person.account_id == viewer.signed_in()?.account_id && role == Role::Admin && !gives {
        return Ok(Redirect::to(&wish.of_person(&id, "own")).into_response());
    }
    let (back, change) = (wish.of_person(&id, ""), query.typed("change").to_owned());
    let (name, email, role_title) = (&person.shown_name, &person.email, role.title());
    let is_own = person.account_id == viewer.signed_in()?.account_id;
    let (title, asks, button, can) = if gives {
        (
            "Give someone a role",
            format!("Give {name} ({email}) the role {role_title}?"),
            "Give this role",
            "They can then",
        )
    } else {
        (
            "Remove someone's role",
            format!("Remove the role {role_title} from {name} ({email})?"),
            "Remove this role",
            "They can then no longer",
        )
    };
    let page = Frame::new(title, (back, PERSON)).around(|| {
        let leads = (gives && role == Role::Leader).then(|| {
            view! { <p>"Afterwards, choose which organisation they are a leader for."</p> }
        });
        view! {
            <p class="lead">{asks}</p>
            <p>{format!("{can} {}.", role.may())}</p>
            <p>{signed_out_words(is_own)}</p>
            {leads}
            <form method="post" action=format!("/admin/people/{}/roles", person.account_id)>
                <input type="hidden" name="role" value=role.word() />
                <input type="hidden" name="change" value=change />
                {wish.hidden()}
                <button class="button">{button}</button>
            </form>
        }
    });
    Ok(page.answer(&house, &viewer))
}

/// What comes of it at once. Nobody gets an email about what they did themselves.
pub(super) fn signed_out_words(is_own: bool) -> &'static str {
    if is_own {
        "This is your own account. You will be signed out everywhere: sign in again, and it has \
         taken effect."
    } else {
        "They will be signed out everywhere, and get an email about it."
    }
}

/// POST `/admin/people/{id}/roles`: gives or takes a role, and the person signs in again; or says
/// which organisation a leader is from.
pub async fn change_role(
    State(house): State<House>,
    viewer: Viewer,
    Path(id): Path<Id<Account>>,
    Form(sent): Form,
) -> Result<Response, Error> {
    let person = viewer.signed_in()?;
    if sent.typed("change") == "lead for" {
        return lead_for(&house, &person.account_id, &id, &sent).await;
    }
    let (Some(id), Some(role)) = (Id::<Account>::parse(&id), Role::read(sent.typed("role"))) else {
        return Err(Error::NotFound);
    };
    let (wish, gives) = (ListWish::read(&sent), sent.typed("change") == "give");
    if id == person.account_id && role == Role::Admin && !gives {
        return Ok(Redirect::to(&wish.of_person(&id, "own")).into_response());
    }
    if gives && role == Role::Admin && sent.typed("checked") != CHECKED {
        let whose = sign_out::person_with_id(&house, &id).await?;
        return Ok(check_page(&whose, &wish).answer(&house, &viewer));
    }
    let both = (&id, &person.account_id);
    let mut tx = house.db.begin().await?;
    let is_changed = set_role(&mut tx, &house, role, both, gives).await.map_err(|error| {
        if error
            .as_database_error()
            .is_some_and(sqlx::error::DatabaseError::is_foreign_key_violation)
        {
            Error::NotFound
        } else {
            error.into()
        }
    })?;
    tx.commit().await?;
    if is_changed && id == person.account_id {
        return Ok(Redirect::to(OWN_ROLE_CHANGED).into_response());
    }
    Ok(Redirect::to(&wish.of_person(&id, "role")).into_response())
}

/// Asks again before somebody becomes an administrator.
fn check_page(whose: &ToldAccount, wish: &ListWish) -> Page {
    let asks = format!(
        "Are you sure that {} ({}) should be an administrator?",
        whose.shown_name, whose.email
    );
    let id = &whose.account_id;
    Frame::new("Check before you make someone an administrator", (wish.of_person(id, ""), PERSON))
        .around(|| {
            view! {
                <p class="lead">{asks}</p>
                {what_administrators_can_do()}
                <form method="post" action=format!("/admin/people/{id}/roles")>
                    <input type="hidden" name="role" value=Role::Admin.word() />
                    <input type="hidden" name="change" value="give" />
                    <input type="hidden" name="checked" value=CHECKED />
                    {wish.hidden()}
                    <button class="button">"Yes, make them an administrator"</button>
                </form>
            }
        })
}

/// Gives or takes a role, and ends what the person began before. False where nothing changes, as
/// after a second tap.
async fn set_role(
    tx: &mut AnyConnection,
    house: &House,
    role: Role,
    (whose, by): (&Id<Account>, &Id<Account>),
    gives: bool,
) -> Result<bool, sqlx::Error> {
    let now = house.clock.now();
    let is_new = if gives {
        store::grant(tx, whose, &[role], now).await?
    } else {
        store::revoke(tx, whose, role, now).await?
    };
    if !is_new {
        return Ok(false);
    }
    store::end_all_sessions(tx, whose).await?;
    council::store::forget(tx, whose).await?;
    if role.watched().is_some() {
        tell_watchers(tx, house, role, (whose, by), gives).await?;
    } else {
        tell_person(tx, house, role, (whose, by), OwnChange::Role { gives }).await?;
    }
    let what = if gives { "role given" } else { "role taken" };
    let entry = Entry { at: now, who: Some(by), what, about: whose, detail: role.word() };
    audit::note(tx, entry).await?;
    Ok(true)
}

/// What was changed about somebody's role.
#[derive(Clone, Copy, Debug)]
enum OwnChange<'a> {
    /// It was given, or taken.
    Role { gives: bool },
    /// They are a leader for this organisation now, or for none.
    Organisation(Option<&'a str>),
}

/// Tells somebody that their role was changed, unless they did it themselves.
async fn tell_person(
    tx: &mut AnyConnection,
    house: &House,
    role: Role,
    (whose, by): (&Id<Account>, &Id<Account>),
    change: OwnChange<'_>,
) -> Result<(), sqlx::Error> {
    let (watchers, _, by_name) = store::watchers(tx, role, (whose, by)).await?;
    let Some(person) = watchers.iter().find(|watcher| watcher.id == *whose) else { return Ok(()) };
    let words = match change {
        OwnChange::Role { gives } => emails::own_role_changed(house, role, &by_name, gives),
        OwnChange::Organisation(name) => emails::own_organisation_changed(house, name, &by_name),
    };
    owe(
        tx,
        Owed {
            dedup_key: &format!("own role changed {}", id::fresh()),
            kind: EmailKind::RoleChanged,
            account_id: Some(&person.id),
            to: &person.email,
            words: &words,
            at: house.clock.now(),
            not_after: None,
        },
    )
    .await
}

/// Tells the administrators, and the other safeguarding leads where it is that role, that somebody
/// has it now, or no longer. Whoever it is about is among them.
pub(crate) async fn tell_watchers(
    tx: &mut AnyConnection,
    house: &House,
    role: Role,
    (whose, by): (&Id<Account>, &Id<Account>),
    gives: bool,
) -> Result<(), sqlx::Error> {
    let (watchers, name, by_name) = store::watchers(tx, role, (whose, by)).await?;
    let by_name = (whose != by).then_some(by_name);
    // It happens once, however often somebody taps.
    let change = id::fresh();
    for watcher in watchers {
        let words =
            emails::role_changed(house, role, (&name, by_name.as_deref()), gives, watcher.is_admin);
        owe(
            tx,
            Owed {
                dedup_key: &format!("role changed {change} {}", watcher.id),
                kind: EmailKind::LeadChanged,
                account_id: Some(&watcher.id),
                to: &watcher.email,
                words: &words,
                at: house.clock.now(),
                not_after: None,
            },
        )
        .await?;
    }
    Ok(())
}

async fn lead_for(
    house: &House,
    by: &Id<Account>,
    id: &Id<Account>,
    sent: &Sent,
) -> Result<Response, Error> {
    let id = Id::parse(id).ok_or(Error::NotFound)?;
    let Ok(organisation) = organisation(house, sent).await? else { return Err(Error::NotFound) };
    let mut tx = house.db.begin().await?;
    let is_changed = set_organisation(&mut tx, house, (&id, by), organisation.as_ref()).await?;
    tx.commit().await?;
    if is_changed && id == *by {
        return Ok(Redirect::to(OWN_ROLE_CHANGED).into_response());
    }
    Ok(Redirect::to(&ListWish::read(sent).of_person(&id, "organisation")).into_response())
}

/// Says who a leader speaks for: it changes all they may publish, and so ends what they began
/// before as a change of role does. False where nothing changes, as after a second tap.
async fn set_organisation(
    tx: &mut AnyConnection,
    house: &House,
    (whose, by): (&Id<Account>, &Id<Account>),
    organisation: Option<&Named>,
) -> Result<bool, sqlx::Error> {
    let (now, id) = (house.clock.now(), organisation.map(|named| Id::from(named.id.clone())));
    if !store::lead_for(tx, whose, id.as_ref()).await? {
        return Ok(false);
    }
    store::end_all_sessions(tx, whose).await?;
    council::store::forget(tx, whose).await?;
    // One that waits says for whom, and would undo this.
    invitations::store::end_waiting(tx, whose, Some(Role::Leader), now).await?;
    let name = organisation.map(|named| named.name.as_str());
    let change = OwnChange::Organisation(name);
    tell_person(tx, house, Role::Leader, (whose, by), change).await?;
    let (what, detail) = ("organisation set", id.as_deref().unwrap_or_default());
    audit::note(tx, Entry { at: now, who: Some(by), what, about: whose, detail }).await?;
    Ok(true)
}
