//! Invitations into a role: sending one, the list of those that nobody has accepted, sending one
//! again, stopping one. An invitation never outlives the role or the address: whoever takes a role
//! away ends what waits for it, and so do a suspension and another address of the account
//! ([`store::end_waiting`]). Nor is it a way into an account that is there: [`accepting`].

pub mod accepting;
pub mod store;

use axum::extract::{Path, State};
use axum::http::Uri;
use axum::response::{IntoResponse as _, Redirect, Response};
use calendar::clock::{self, DAY, Millis, Moment};
use deliveries::{EmailKind, Owed, Words, owe};
use forms::{Refusals, Sent, page_number};
use ground::audit::{self, Entry};
use ground::error::Error;
use ground::house::House;
use ground::ids::{Account, Id, Invitation, Organisation};
use ground::sent::Form;
use ground::ui::{Frame, Page, Pager, hidden};
use ground::viewer::{Role, Viewer};
use leptos::prelude::*;
use sqlx::AnyConnection;

use self::store::SentInvitation;
use crate::ways_back::PEOPLE;
use crate::{emails, people};

const MOST_ON_A_PAGE: i64 = 20;

/// For how long an invitation can be accepted.
const WORKS_FOR: Millis = 14 * DAY;

const LIST: &str = "/admin/invitations";

/// POST `/admin/people`: invites someone. An administrator is invited only once the page that asks
/// again has been answered.
pub async fn send_invitation(
    State(house): State<House>,
    viewer: Viewer,
    Form(sent): Form,
) -> Result<Response, Error> {
    let person = viewer.signed_in()?;
    let mut refusals = Refusals::default();
    let email = refusals.take("email", forms::address(sent.typed("email")));
    let role = Role::read(sent.typed("role")).filter(|role| role.is_staff());
    let role =
        refusals.take("role", role.ok_or_else(|| "Choose a role for this person".to_owned()));
    let organisation = refusals.take("organisation", people::organisation(&house, &sent).await?);
    let (Some(email), Some(role), Some(organisation)) = (email, role, organisation) else {
        return people::show_people(&house, &viewer, &Sent::default(), &sent, &refusals).await;
    };
    let invitee = store::invitee(&house.db, &email, role, house.clock.now()).await?;
    if invitee.is_suspended || invitee.has_role {
        let what_to_do = if invitee.is_suspended {
            "The account with this address is suspended. Find it below and restore it first"
        } else {
            "Check the address: whoever has it already has this role"
        };
        let refusals = Refusals::one("email", what_to_do);
        return people::show_people(&house, &viewer, &Sent::default(), &sent, &refusals).await;
    }
    if invitee.is_invited {
        return Ok(Redirect::to(&format!("{LIST}?done=waits")).into_response());
    }
    if role == Role::Admin && sent.typed("checked") != people::CHECKED {
        return Ok(check_page(&sent, &email).answer(&house, &viewer));
    }
    let organisation = organisation.map(|named| Id::from(named.id));
    invite(&house, Some(person.account_id.clone()), email, role, organisation).await?;
    Ok(Redirect::to("/admin/people?done=invited").into_response())
}

/// Asks again before somebody is invited as an administrator.
fn check_page(sent: &Sent, email: &str) -> Page {
    let asks = format!("Do you want to invite {email} as an administrator?");
    Frame::new("Check before you send this invitation", PEOPLE).around(|| {
        view! {
            <p class="lead">{asks}</p>
            {people::what_administrators_can_do()}
            <p>
                "Read the address once more. If it is mistyped, the invitation goes to a stranger."
            </p>
            <form method="post" action="/admin/people">
                {hidden(sent.fields())}
                <input type="hidden" name="checked" value=people::CHECKED />
                <button class="button">"Yes, invite them as an administrator"</button>
            </form>
        }
    })
}

/// Invites an address into a role, a leader for an organisation; the email holds the link. `by` is
/// `None` on the command line.
///
/// # Errors
/// When the database fails.
pub async fn invite(
    house: &House,
    by: Option<Id<Account>>,
    email: String,
    role: Role,
    organisation: Option<Id<Organisation>>,
) -> Result<(), Error> {
    let (now, token) = (house.clock.now(), id::secret());
    let (hash, ends_at) = (id::hash(&token), now + WORKS_FOR);
    let new = store::NewInvitation {
        token_hash: &hash,
        email: &email,
        role,
        organisation_id: organisation.as_ref(),
        now,
        ends_at,
    };
    let mut tx = house.db.begin().await?;
    let invitation = store::keep_invitation(&mut tx, &new).await?;
    let kept = store::not_accepted_one(&mut tx, &invitation).await?;
    let organisation = kept.and_then(|kept| kept.organisation);
    let words = emails::invitation(house, &role_in_words(role, organisation.as_deref()), &token);
    owe_invitation(&mut tx, (&hash, &email), &words, (now, ends_at)).await?;
    let (who, what, about) = (by.as_deref(), "person invited", &invitation);
    audit::note(&mut tx, Entry { at: now, who, what, about, detail: role.word() }).await?;
    Ok(tx.commit().await?)
}

/// A role, with the name of the organisation that a leader is for.
pub(crate) fn role_in_words(role: Role, organisation: Option<&str>) -> String {
    match organisation {
        Some(organisation) => format!("{} for {organisation}", role.title()),
        None => role.title().to_owned(),
    }
}

/// Owes the email with the link that has this hash.
async fn owe_invitation(
    tx: &mut AnyConnection,
    (hash, to): (&str, &str),
    words: &Words,
    (now, ends_at): (Moment, Moment),
) -> Result<(), sqlx::Error> {
    let owed = Owed {
        dedup_key: hash,
        kind: EmailKind::Invitation,
        account_id: None,
        to,
        words,
        at: now,
        not_after: Some(ends_at),
    };
    owe(tx, owed).await
}

/// GET `/admin/invitations`: those that nobody has accepted.
pub async fn invitations_page(
    State(house): State<House>,
    viewer: Viewer,
    uri: Uri,
) -> Result<Response, Error> {
    let (query, now) = (Sent::query(&uri), house.clock.now());
    let number = page_number(&query);
    let part = (MOST_ON_A_PAGE + 1, (number - 1) * MOST_ON_A_PAGE);
    let mut waiting = store::not_accepted(&house.db, part).await?;
    let next = (waiting.len() as i64 > MOST_ON_A_PAGE).then(|| {
        waiting.truncate(MOST_ON_A_PAGE as usize);
        format!("{LIST}?page={}", number + 1)
    });
    let first = (number > 1).then(|| LIST.to_owned());
    let done = match query.typed("done") {
        "sent" => Some("Invitation sent again"),
        "stopped" => Some("Invitation cancelled. Its link no longer works"),
        "waits" => Some("They have an invitation already. You can send it again here"),
        "gone" => Some("That invitation was accepted, cancelled or sent again in the meantime"),
        _ => None,
    };
    let page = Frame::new("Invitations", PEOPLE).done(done).around(|| {
        let nobody = waiting
            .is_empty()
            .then(|| view! { <p>"Everyone you invited has accepted, or nobody is invited."</p> });
        let rows = waiting.iter().map(|invitation| row(invitation, now)).collect::<Vec<_>>();
        let rows = (!rows.is_empty()).then(|| view! { <ul class="queue">{rows}</ul> });
        view! {
            <p class="lead">
                "Who has been invited and has not accepted yet. Cancel one if the address was \
                 mistyped: its link stops working at once."
            </p>
            {nobody}
            {rows}
            <Pager first next />
        }
    });
    Ok(page.answer(&house, &viewer))
}

fn row(invitation: &SentInvitation, now: Moment) -> impl IntoView + use<> {
    let to = format!("{LIST}/{}", invitation.id);
    let role = role_in_words(invitation.role, invitation.organisation.as_deref());
    let until = if invitation.ends_at > now {
        format!("The link works until {}.", clock::day(invitation.ends_at))
    } else {
        format!("The link stopped working on {}.", clock::day(invitation.ends_at))
    };
    let sent = format!("Invited on {}. {until}", clock::day(invitation.invited_at));
    let whose = format!(" the invitation to {}", invitation.email);
    view! {
        <li>
            <p>
                <b>{invitation.email.clone()}</b>
                {format!(": {role}")}
            </p>
            <p class="soft">{sent}</p>
            <form class="row" method="post" action=to>
                <input type="hidden" name="sent" value=invitation.invited_at.millis().to_string() />
                <button class="button quiet" name="change" value="send">
                    "Send again"
                    <span class="unseen">{whose.clone()}</span>
                </button>
                <button class="button quiet" name="change" value="stop">
                    "Cancel"
                    <span class="unseen">{whose}</span>
                </button>
            </form>
        </li>
    }
}

/// GET `/admin/invitations/{id}`: leads back, as after a reload.
pub async fn back_to_invitations() -> Redirect {
    Redirect::to(LIST)
}

/// POST `/admin/invitations/{id}`: sends an invitation again, or stops it.
pub async fn change_invitation(
    State(house): State<House>,
    viewer: Viewer,
    Path(id): Path<Id<Invitation>>,
    Form(sent): Form,
) -> Result<Response, Error> {
    let by = &viewer.signed_in()?.account_id;
    let id = Id::parse(&id).ok_or(Error::NotFound)?;
    let is_done = match sent.typed("change") {
        "send" => send_again(&house, by, &id, sent.typed("sent")).await?,
        "stop" => stop(&house, by, &id).await?,
        _ => return Ok(Redirect::to(LIST).into_response()),
    };
    let done = match (is_done, sent.typed("change")) {
        (false, _) => "gone",
        (true, "send") => "sent",
        (true, _) => "stopped",
    };
    Ok(Redirect::to(&format!("{LIST}?done={done}")).into_response())
}

/// Sends an invitation again, with another link. `sent`: when it went last, as the list had it.
async fn send_again(
    house: &House,
    by: &Id<Account>,
    id: &Id<Invitation>,
    sent: &str,
) -> Result<bool, Error> {
    let Ok(sent) = sent.parse::<Moment>() else { return Ok(false) };
    let (now, token) = (house.clock.now(), id::secret());
    let (hash, ends_at) = (id::hash(&token), now + WORKS_FOR);
    let mut tx = house.db.begin().await?;
    let there = store::not_accepted_one(&mut tx, id).await?;
    let is_renewed = store::renew(&mut tx, (id, sent), &hash, (now, ends_at)).await?;
    let (Some(invitation), true) = (there, is_renewed) else {
        tx.roll_back().await?;
        return Ok(false);
    };
    let role = role_in_words(invitation.role, invitation.organisation.as_deref());
    let words = emails::invitation(house, &role, &token);
    owe_invitation(&mut tx, (&hash, &invitation.email), &words, (now, ends_at)).await?;
    let (what, detail) = ("invitation sent again", invitation.role.word());
    audit::note(&mut tx, Entry { at: now, who: Some(by), what, about: id, detail }).await?;
    tx.commit().await?;
    Ok(true)
}

async fn stop(house: &House, by: &Id<Account>, id: &Id<Invitation>) -> Result<bool, Error> {
    let now = house.clock.now();
    let mut tx = house.db.begin().await?;
    let there = store::not_accepted_one(&mut tx, id).await?;
    let is_stopped = store::stop(&mut tx, id, now).await?;
    let (Some(invitation), true) = (there, is_stopped) else {
        tx.roll_back().await?;
        return Ok(false);
    };
    let (what, detail) = ("invitation cancelled", invitation.role.word());
    audit::note(&mut tx, Entry { at: now, who: Some(by), what, about: id, detail }).await?;
    tx.commit().await?;
    Ok(true)
}
