//! A person's own passkeys: adding one, seeing them, removing one.

use axum::extract::{Path, State};
use axum::http::{HeaderMap, Uri};
use axum::response::{IntoResponse as _, Redirect, Response};
use calendar::clock::{self, Moment};
use forms::{Refusals, Sent};
use ground::error::Error;
use ground::house::House;
use ground::ids::{Id, Passkey};
use ground::routes::with_then;
use ground::sent::Form;
use ground::ui::{Field, Frame, Page};
use ground::viewer::{SecondStep, SignedIn, Viewer};
use leptos::prelude::*;

use super::store::{self, MOST, OwnPasskey};
use super::webauthn::Made;
use super::{AskedWhere, NO_NAME, Refused, ui};
use crate::attempts::Asker;
use crate::first_act::GO_ON;
use crate::second_factor::own::note_and_tell;
use crate::sign_in::Destination;
use crate::ways_back::ACCOUNT;
use crate::{emails, second_factor, session};

const LIST: &str = "/account/passkeys";
const NEW: &str = "/account/passkeys/new";

/// The longest name of a passkey, in characters.
const LONGEST_NAME: usize = 60;

/// GET `/account/passkeys`
pub async fn passkeys_page(
    State(house): State<House>,
    viewer: Viewer,
    uri: Uri,
) -> Result<Response, Error> {
    let person = viewer.signed_in()?;
    let done = Sent::query(&uri).line("done");
    let passkeys = store::own(&house.db, &person.account_id).await?;
    let can = super::party(&house).is_some();
    Ok(show_passkeys(person, passkeys, &done, can).answer(&house, &viewer))
}

/// GET `/account/passkeys/{id}`, as after a reload.
pub async fn back_to_passkeys() -> Redirect {
    Redirect::to(LIST)
}

fn show_passkeys(person: &SignedIn, passkeys: Vec<OwnPasskey>, done: &str, can: bool) -> Page {
    let banner = match done {
        "added" if !passkeys.is_empty() => Some("Your passkey has been added"),
        "removed" => Some("The passkey has been removed"),
        _ => None,
    };
    Frame::new("Passkeys", ACCOUNT).done(banner).around(|| {
        let is_staff = person.is_staff();
        let beside = if is_staff {
            "Once you have one, we ask for a passkey or a code from your phone each time you sign \
             in. Add one on each device that you use."
        } else {
            "Your password and a link by email still work beside it."
        };
        let (has_none, is_full) = (passkeys.is_empty(), passkeys.len() >= MOST);
        let rows = passkeys.into_iter().map(row).collect_view();
        let add = if !can {
            view! { <p>{NO_NAME}</p> }.into_any()
        } else if is_full {
            view! {
                <p>
                    {format!("You have {MOST} passkeys. Remove one before you add another.")}
                </p>
            }
            .into_any()
        } else {
            view! {
                <p>
                    <a class="button" href=NEW>
                        "Add a passkey"
                    </a>
                </p>
            }
            .into_any()
        };
        view! {
            <p class="lead">
                "With a passkey you sign in with your fingerprint, your face or the PIN of your \
                 phone or computer. You don't type a password, so nobody can get it from you by \
                 a trick."
            </p>
            <p>{beside}</p>
            {has_none.then(|| view! { <p>"You have no passkeys yet."</p> })}
            {(!has_none).then(|| view! { <ul class="rows">{rows}</ul> })}
            {add}
        }
    })
}

fn row(one: OwnPasskey) -> impl IntoView {
    let used = one
        .used_at
        .map_or_else(|| "not used yet".to_owned(), |at| format!("last used on {}", clock::day(at)));
    let facts = format!("added on {}, {used}", clock::day(one.added_at));
    let unseen = format!(": {}", one.name);
    view! {
        <li>
            <span>{one.name}" – "<span class="soft">{facts}</span></span>
            <form method="post" action=format!("{LIST}/{}", one.id)>
                <button class="link">
                    "Remove"<span class="unseen">{unseen}</span>
                </button>
            </form>
        </li>
    }
}

/// GET `/account/passkeys/new`; `?then=` is where they were going.
pub async fn new_passkey_form(
    State(house): State<House>,
    viewer: Viewer,
    headers: HeaderMap,
    uri: Uri,
) -> Result<Response, Error> {
    let destination = Destination::only_page(&Sent::query(&uri));
    let device = session::device(&headers);
    let sent = Sent::of(&[("name", device.as_str())]);
    Ok(new_passkey_page(&house, &sent, &destination, &Refusals::default()).answer(&house, &viewer))
}

fn new_passkey_page(
    house: &House,
    sent: &Sent,
    destination: &Destination,
    refusals: &Refusals,
) -> Page {
    let can = super::party(house).is_some();
    let frame = Frame::new("Add a passkey", (LIST, "Passkeys"));
    let page = frame.refused_for(refusals).around(|| {
        let form = can.then(|| {
            view! {
                <div class="stack" id="passkey">
                    <form
                        method="post"
                        action=NEW
                        data-passkey="create"
                        hidden=true
                        novalidate
                    >
                        {destination.hidden()}
                        <Field
                            name="name"
                            label="A name for this passkey"
                            hint="So that you can tell it from others, for example: my phone."
                            value=sent.typed("name")
                            refusals
                        />
                        <button class="button">"Add a passkey"</button>
                    </form>
                    {ui::says(
                        ui::OTHER_WAYS,
                        "That didn't work. Try again, but this device may have a passkey for you \
                         already: then you don't need another one.",
                    )}
                </div>
            }
        });
        view! {
            <p class="lead">
                "Your phone or computer will ask for your fingerprint, your face or its PIN. \
                 These never leave it: we only get a key that fits your passkey."
            </p>
            {form}
            {(!can).then(|| view! { <p>{NO_NAME}</p> })}
        }
    });
    if can { page.with_script(ui::SCRIPT) } else { page }
}

/// What they call it; the device, if they don't say.
fn name(sent: &Sent, headers: &HeaderMap) -> String {
    let name = forms::beginning(sent.typed("name"), LONGEST_NAME);
    if name.is_empty() { session::device(headers) } else { name }
}

/// POST `/account/passkeys/new`: tells the script what to ask for, and then adds what came of it.
/// Other sessions of staff end: they began without it.
pub async fn add_passkey(
    State(house): State<House>,
    viewer: Viewer,
    headers: HeaderMap,
    Form(sent): Form,
) -> Result<Response, Error> {
    let (person, destination, now) =
        (viewer.signed_in()?, Destination::only_page(&sent), house.clock.now());
    let Some(party) = super::party(&house) else { return Ok(Redirect::to(LIST).into_response()) };
    let asked = AskedWhere::Session(&person.session_id);
    if sent.typed("step") == "begin" {
        if !super::is_by_script(&headers) {
            return Ok(Redirect::to(&with_then(NEW, &destination.then)).into_response());
        }
        let asker = Asker::Account(&person.account_id);
        let challenge = match super::challenge(&house, asker, asked).await? {
            Ok(challenge) => challenge,
            Err(too_often) => return Ok(too_often),
        };
        let has = store::own(&house.db, &person.account_id).await?;
        let has: Vec<String> = has.into_iter().map(|one| one.credential_id).collect();
        let owner = (person.account_id.as_str(), person.email.as_str(), person.shown_name.as_str());
        let words = party.asks_to_add(&challenge, &house.names.forum, owner, &has);
        return Ok(super::told(words));
    }
    let refuse = |what_to_do: &str| {
        let refusals = Refusals::one("passkey", what_to_do);
        Ok(new_passkey_page(&house, &sent, &destination, &refusals).answer(&house, &viewer))
    };
    let read = Made::read(&sent).and_then(|made| Ok((made.challenge()?, made.checked(&party))));
    let Ok((challenge, checked)) = read else { return refuse(Refused::Wrong.what_to_do()) };
    let (hash, session_id) = (id::hash(&challenge), asked.session_id());
    let is_in_time = store::use_challenge(&house.db, &hash, session_id, now).await?;
    let Ok(made) = checked else { return refuse(Refused::Wrong.what_to_do()) };
    let to = if person.second_step == SecondStep::Missing {
        with_then(GO_ON, &destination.then)
    } else {
        "/account/passkeys?done=added".to_owned()
    };
    if !is_in_time {
        // A second tap: the first has added it.
        let known = store::by_credential(&house.db, &made.credential_id).await?;
        return match known {
            Some(known) if known.account_id == person.account_id => {
                Ok(Redirect::to(&to).into_response())
            }
            _ => refuse(Refused::Late.what_to_do()),
        };
    }
    let new = store::NewPasskey {
        id: Id::fresh(),
        account_id: person.account_id.clone(),
        credential_id: made.credential_id,
        key: made.key,
        counter: made.counter,
        name: name(&sent, &headers),
    };
    if !keep(&house, person, &new, now).await? {
        return refuse(
            "This passkey can't be added. Perhaps you have too many, or have it already",
        );
    }
    Ok(Redirect::to(&to).into_response())
}

/// Keeps a new passkey, and tells them. False where it is somebody's already, or they have as many
/// as they may.
async fn keep(
    house: &House,
    person: &SignedIn,
    new: &store::NewPasskey,
    now: Moment,
) -> Result<bool, Error> {
    let account_id = &person.account_id;
    let mut tx = house.db.begin().await?;
    if !store::add(&mut tx, new, now).await? {
        tx.roll_back().await?;
        return Ok(false);
    }
    if person.is_staff() {
        second_factor::store::end_other_sessions(&mut tx, account_id, &person.session_id).await?;
    }
    let words = emails::passkey_added(house, &new.name);
    note_and_tell(&mut tx, (account_id, &person.email), ("passkey added", &words), now).await?;
    tx.commit().await?;
    Ok(true)
}

/// POST `/account/passkeys/{id}`
pub async fn remove_passkey(
    State(house): State<House>,
    viewer: Viewer,
    Path(id): Path<Id<Passkey>>,
) -> Result<Response, Error> {
    let (person, now) = (viewer.signed_in()?, house.clock.now());
    let id = Id::parse(&id).ok_or(Error::NotFound)?;
    let account_id = &person.account_id;
    let mut tx = house.db.begin().await?;
    let removed = store::remove(&mut tx, account_id, &id).await?;
    if let Some(name) = &removed {
        let words = emails::passkey_removed(&house, name);
        note_and_tell(&mut tx, (account_id, &person.email), ("passkey removed", &words), now)
            .await?;
    }
    tx.commit().await?;
    // Whoever asks for another's, or for their own again, is told no more than what they have.
    let to = if removed.is_some() { "/account/passkeys?done=removed" } else { LIST };
    Ok(Redirect::to(to).into_response())
}
