//! Accepting an invitation: whoever has an account gets the role, whoever has none makes one. The
//! link signs nobody in to an account that is there: it works for fourteen days, and outlives what
//! ends every other link, as a new password does. Whoever has an account signs in to it first, or
//! shows once more that it is them.

use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::{IntoResponse as _, Redirect, Response};
use calendar::clock::Moment;
use forms::{Refusals, Sent};
use ground::audit::{self, Entry};
use ground::error::Error;
use ground::house::House;
use ground::ids::{Account, Id};
use ground::routes::{LEAVING, SECOND_STEP, sign_in_then, with_then};
use ground::sent::Form;
use ground::token::Token;
use ground::ui::{Field, Page, Summary};
use ground::viewer::{PersonFacts, Role, SecondStep, Viewer};
use leptos::prelude::*;
use sqlx::AnyConnection;

use super::role_in_words;
use super::store::{self, WaitingInvitation};
use crate::choosing::{self, NewPassword, ShowPassword};
use crate::people::roles::tell_watchers;
use crate::people::suspending::suspended_page;
use crate::person_facts::{self, Typed};
use crate::{council, passwords, rules, session, store as accounts};

/// GET `/invitations/{token}`
pub async fn invitation_form(
    State(house): State<House>,
    viewer: Viewer,
    Token(token): Token,
) -> Result<Response, Error> {
    let (hash, chosen, now) = (id::hash(&token), PersonFacts::default(), house.clock.now());
    let invitation = store::invitation(&mut *house.db.read().await?, &hash, &chosen, now).await?;
    let Some(invitation) = invitation else { return Err(Error::NotFound) };
    if invitation.is_suspended {
        return Ok(suspended_page(&house));
    }
    let here = address_of(&token);
    match lacks(&viewer, &invitation) {
        Some(Lacks::SignIn) => {
            Ok(sign_in_to_it(&here, &invitation, viewer.is_signed_in()).answer(&house, &viewer))
        }
        Some(Lacks::Keep) => Ok(Redirect::to(&with_then(LEAVING, &here)).into_response()),
        Some(Lacks::Prove) => Ok(Redirect::to(&with_then("/prove", &here)).into_response()),
        None => {
            let (sent, refusals) = (Sent::default(), Refusals::default());
            invitation_page(&house, &viewer, &invitation, &sent, &refusals).await
        }
    }
}

fn address_of(token: &str) -> String {
    format!("/invitations/{token}")
}

/// What somebody does before they accept an invitation to an address that has an account.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Lacks {
    /// Signs in to that account.
    SignIn,
    /// Says that they keep it, since it is about to be erased.
    Keep,
    /// Shows again that it is them.
    Prove,
}

/// `None` where nothing is lacking: they are in their account and have just shown that it is them,
/// or the address has none.
fn lacks(viewer: &Viewer, invitation: &WaitingInvitation) -> Option<Lacks> {
    let known = invitation.account_id.as_ref()?;
    if viewer.person().is_none_or(|person| person.account_id != *known) {
        Some(Lacks::SignIn)
    } else if viewer.is_leaving() {
        Some(Lacks::Keep)
    } else if viewer.is_fresh() {
        None
    } else {
        Some(Lacks::Prove)
    }
}

/// `here`: the address of the invitation; `is_in`: they are signed in to another account.
fn sign_in_to_it(here: &str, invitation: &WaitingInvitation, is_in: bool) -> Page {
    const TITLE: &str = "Sign in to accept your invitation";
    let role = role_in_words(invitation.role, invitation.organisation.as_deref());
    let is_another = is_in.then_some(" At the moment you are signed in to another one.");
    let (to, email) = (sign_in_then(here), invitation.email.clone());
    Page::new(TITLE, || {
        view! {
            <div class="stack">
                <h1>{TITLE}</h1>
                <p class="lead">"Your role will be: "<b>{role}</b>"."</p>
                <p>
                    "There is an account with the address "<b>{email}</b>
                    " already. Sign in to it, then accept." {is_another}
                </p>
                <p>
                    <a class="button" href=to>
                        "Sign in"
                    </a>
                </p>
            </div>
        }
    })
}

/// POST `/invitations/{token}`: adds the role to the account with that address, or makes one.
pub async fn accept_invitation(
    State(house): State<House>,
    viewer: Viewer,
    Token(token): Token,
    headers: HeaderMap,
    Form(sent): Form,
) -> Result<Response, Error> {
    let (hash, typed, now) = (id::hash(&token), person_facts::typed(&sent), house.clock.now());
    let invitation = store::invitation(&mut *house.db.read().await?, &hash, &typed, now).await?;
    let Some(invitation) = invitation else { return Err(Error::NotFound) };
    if invitation.is_suspended {
        return Ok(suspended_page(&house));
    }
    if lacks(&viewer, &invitation).is_some() {
        return Ok(Redirect::to(&address_of(&token)).into_response());
    }
    let (invited, is_known) = (invitation.role, invitation.account_id.is_some());
    let mut refusals = Refusals::default();
    if choosing::only_shows(&sent) {
        return invitation_page(&house, &viewer, &invitation, &sent, &refusals).await;
    }
    let mut new = None;
    if invitation.account_id.is_none() {
        let name = refusals.take("shown_name", rules::shown_name(sent.typed("shown_name")));
        let typed = Typed { facts: typed, names: invitation.names.clone() };
        let mut own_words = vec![invitation.email.as_str(), name.as_deref().unwrap_or_default()];
        own_words.extend(typed.words());
        let password = passwords::chosen(&house, sent.typed("password"), &own_words).await;
        let facts = refusals.take_all(typed.chosen_if_parent(&house.names.area));
        let password = refusals.take("password", password);
        let (Some(shown_name), Some(facts), Some(password)) = (name, facts, password) else {
            return invitation_page(&house, &viewer, &invitation, &sent, &refusals).await;
        };
        let password_hash = passwords::hashed(&house, password).await;
        new = Some(ChosenAccount { shown_name, facts, password_hash });
    }
    let mut tx = house.db.begin().await?;
    // Whoever signs out everywhere at this moment must not be outlived by it.
    if let Some(person) = viewer.person().filter(|_| is_known)
        && !accounts::stands(&mut tx, &person.session_id).await?
    {
        tx.roll_back().await?;
        return Ok(Redirect::to(&address_of(&token)).into_response());
    }
    let Some(account_id) = accepted(&mut tx, &house, &invitation, new.as_ref(), now).await? else {
        tx.roll_back().await?;
        return Err(Error::NotFound);
    };
    tx.commit().await?;
    let begun = if is_known {
        session::begin(&house, &account_id, &headers).await?
    } else {
        // Their desk asks for a second step, where one is needed.
        session::begin_as(&house, &account_id, (&[invited], SecondStep::NotAsked), &headers).await?
    };
    let to = if begun.waits_for_code {
        with_then("/sign-in/code", "/?done=accepted")
    } else if begun.second_step == SecondStep::Missing {
        SECOND_STEP.to_owned()
    } else {
        "/?done=accepted".to_owned()
    };
    Ok((begun.cookies, Redirect::to(&to)).into_response())
}

/// What somebody chose who has no account yet.
struct ChosenAccount {
    shown_name: String,
    /// For a parent.
    facts: PersonFacts,
    password_hash: String,
}

/// Uses the invitation up, for whoever is first: the account that has the role now. `None` where it
/// was used before, or someone made an account with that address meanwhile: then nothing is to be
/// kept, and in the second case the link still works.
async fn accepted(
    tx: &mut AnyConnection,
    house: &House,
    invitation: &WaitingInvitation,
    new: Option<&ChosenAccount>,
    now: Moment,
) -> Result<Option<Id<Account>>, sqlx::Error> {
    if !store::accept_invitation(tx, &invitation.id, now).await? {
        return Ok(None);
    }
    let (role, mut is_new) = (invitation.role, true);
    let account_id = match (&invitation.account_id, new) {
        (Some(known), _) => {
            is_new = accounts::grant(tx, known, &[role], now).await?;
            accounts::end_all_sessions(tx, known).await?;
            council::store::forget(tx, known).await?;
            known.clone()
        }
        (None, Some(chosen)) => {
            let account = accounts::NewAccount {
                email: &invitation.email,
                shown_name: &chosen.shown_name,
                facts: chosen.facts.clone(),
                password_hash: Some(&chosen.password_hash),
            };
            let Some(made) = accounts::make_account(tx, &account, now).await? else {
                return Ok(None);
            };
            let is_parent_too = !chosen.facts.is_empty();
            let roles = if is_parent_too { vec![role, Role::Parent] } else { vec![role] };
            accounts::grant(tx, &made, &roles, now).await?;
            made
        }
        (None, None) => return Ok(None),
    };
    if is_new && role.watched().is_some() {
        tell_watchers(tx, house, role, (&account_id, &account_id), true).await?;
    }
    if invitation.organisation_id.is_some() {
        accounts::lead_for(tx, &account_id, invitation.organisation_id.as_ref()).await?;
    }
    let entry = Entry {
        at: now,
        who: Some(&account_id),
        what: "invitation accepted",
        about: &invitation.id,
        detail: role.word(),
    };
    audit::note(tx, entry).await?;
    Ok(Some(account_id))
}

async fn invitation_page(
    house: &House,
    viewer: &Viewer,
    invitation: &WaitingInvitation,
    sent: &Sent,
    refusals: &Refusals,
) -> Result<Response, Error> {
    let is_known = invitation.account_id.is_some();
    let lists = person_facts::lists(&house.db, &PersonFacts::default()).await?;
    let role = role_in_words(invitation.role, invitation.organisation.as_deref());
    let page = Page::new("Accept your invitation", || {
        let fields = (!is_known).then(|| {
            view! {
                <Field
                    name="shown_name"
                    label="Your display name"
                    autocomplete="name"
                    value=sent.typed("shown_name")
                    refusals
                />
                {person_facts::fields_if_parent(lists, sent, refusals)}
                <NewPassword
                    label="Choose a password"
                    email=invitation.email.clone()
                    sent
                    refusals
                />
            }
        });
        let show = (!is_known).then(|| view! { <ShowPassword sent /> });
        view! {
            <div class="stack">
                <Summary refusals />
                <h1>"Accept your invitation"</h1>
                <p class="lead">
                    "Your role will be: "<b>{role}</b>". You will sign in as "
                    <b>{invitation.email.clone()}</b>"."
                </p>
                <form method="post" novalidate>
                    {fields}
                    <button class="button">"Accept and continue"</button>
                    {show}
                </form>
            </div>
        }
    });
    Ok(page.refused_for(refusals).answer(house, viewer))
}
