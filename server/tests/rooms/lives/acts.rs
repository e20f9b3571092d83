//! What people do here, each with where it is in their copy.

use axum::http::StatusCode;
use ground::viewer::Role;

use super::Dice;
use super::around::Around;
use super::copies::takes_copy;
use super::life::Life;
use crate::consultations::answer;
use crate::device::Device;
use crate::fixtures::consultations::begin;
use crate::fixtures::local_offer::comment;
use crate::second_step::set_up;
use crate::updates::DONE;
use crate::world::{Answer, Browser, World, link_to};

/// They do one of these.
pub async fn act<'w>(
    world: &'w World,
    around: &mut Around,
    dice: &mut Dice,
    who: &mut Browser<'w>,
    life: &mut Life,
) {
    match dice.below(15) {
        0 => proposes(who, life).await,
        1 => is_published(world, who, life).await,
        2 => supports(around, who, life).await,
        3 => comments(who, life).await,
        4 => doubts(around, who, life).await,
        5 => asks(around, who, life).await,
        6 => subscribes(world, who, life).await,
        7 => has_a_name(world, who, life).await,
        8 => moves(world, dice, who, life).await,
        9 => stops_emails(who, life).await,
        10 => answers(around, who, life).await,
        11 => was_there(world, around, who, life).await,
        12 => is_safer(world, dice, who, life).await,
        13 if life.roles.contains(&Role::Leader) => uploads(around, who, life).await,
        _ => takes_copy(world, who, life).await,
    }
}

/// Whether it was done. Where it is done at first, it may be refused later: they have come back
/// once voting was over, did it too often, or decide about it as leaders themselves.
fn is_done(answer: &Answer) -> bool {
    answer.is_one_of(&[
        StatusCode::OK,
        StatusCode::SEE_OTHER,
        StatusCode::UNPROCESSABLE_ENTITY,
        StatusCode::TOO_MANY_REQUESTS,
    ]);
    answer.status == StatusCode::SEE_OTHER
}

/// A topic that waits, for organisers alone to read.
async fn proposes(who: &Browser<'_>, life: &mut Life) {
    let title = format!("{} waits", life.word);
    who.propose(&title).await;
    life.does("topics", "title", &title);
}

/// A topic in words of everyone, which stay once they are published.
async fn is_published(world: &World, who: &Browser<'_>, life: &mut Life) {
    let title = format!("A topic of life {}", id::fresh());
    let topic = who.propose(&title).await;
    let organiser = format!("reads{}@example.org", id::fresh());
    let organiser = world.signed_in(&organiser, &[Role::Organiser]).await;
    let desk = format!("/forum/topics/{topic}");
    organiser.post(&desk, &[("decision", "publish")]).await.leads_to();
    life.does("topics", "title", &title);
    life.published.push(title);
}

async fn supports(around: &Around, who: &Browser<'_>, life: &mut Life) {
    let topic = &around.voting.0;
    if is_done(&who.support(topic, "support").await) {
        life.has("supports", "topic_id", topic);
    }
}

async fn comments(who: &Browser<'_>, life: &mut Life) {
    sends(who, "/local-offer/comments/new", life).await;
    life.does("comments", "words", &life.word.clone());
}

async fn doubts(around: &Around, who: &Browser<'_>, life: &mut Life) {
    sends(who, &format!("/updates/{}/doubts/new", around.update), life).await;
    life.has("doubts", "words", &life.word.clone());
}

/// Sends their word there.
async fn sends(who: &Browser<'_>, to: &str, life: &Life) {
    let key = id::fresh();
    let [subject, voice, words] = comment(&life.word);
    who.post(to, &[("form_key", key.as_str()), words, subject, voice]).await.leads_to();
}

async fn asks(around: &Around, who: &Browser<'_>, life: &mut Life) {
    let key = id::fresh();
    let question = [("form_key", key.as_str()), ("question", "Which stop is it?")];
    if is_done(&who.post(&around.ask(), &question).await) {
        life.does("notice_questions", "email", &life.email.clone());
    }
}

async fn subscribes(world: &World, who: &Browser<'_>, life: &mut Life) {
    let wanted = [("services", world.transport.as_str()), ("cadence", "daily")];
    who.post("/subscribe", &wanted).await.leads_to();
    life.has("subscriptions", "service", "Transport");
    life.has("subscribers", "email", &life.email.clone());
}

async fn has_a_name(world: &World, who: &Browser<'_>, life: &mut Life) {
    let details = [("shown_name", life.word.as_str()), ("place", world.north.as_str())];
    if is_done(&who.post("/account/details", &details).await) {
        life.has("accounts", "shown_name", &life.word.clone());
        life.has("accounts", "place", "North Sefton");
    }
}

/// They ask for another address, and half of them confirm it.
async fn moves(world: &World, dice: &mut Dice, who: &Browser<'_>, life: &mut Life) {
    life.addresses += 1;
    let new = format!("{}-{}@example.org", life.word, life.addresses);
    if !is_done(&who.changes_address(&new).await) || dice.one_in(2) {
        return;
    }
    let emails = world.deliver_with_kinds().await;
    let (_, asked) = emails.iter().find(|(_, email)| email.to == new).expect("it is asked for");
    let confirmed = who.post(&link_to(asked, "/account/email/"), &[]).await;
    assert_eq!(confirmed.status, StatusCode::OK, "{}: {}", life.word, confirmed.html);
    life.moves_to(new);
}

async fn stops_emails(who: &Browser<'_>, life: &mut Life) {
    who.post("/account/emails", &[("sort", "said"), ("step", "stop")]).await.leads_to();
    life.has("email_stops", "sort", "said");
}

/// They answer the consultation, once. That they took part is known, and not with what.
async fn answers(around: &Around, who: &Browser<'_>, life: &mut Life) {
    if life.has_any("took_part") {
        return;
    }
    let (consultation, said) = (&around.consultation.0, format!("A rest, {}", id::fresh()));
    let response = begin(who, consultation).await;
    answer(who, &response, "question-1", "no").await.leads_to();
    answer(who, &response, "question-3", &said).await.leads_to();
    who.post(&response, &[("step", "send")]).await.leads_to();
    life.has("took_part", "consultation_id", consultation);
    life.unjoined.push(said);
}

/// They say that they were at a planning session.
async fn was_there(world: &World, around: &mut Around, who: &Browser<'_>, life: &mut Life) {
    let session = around.session(world).await;
    let place = ("session_confirmations", "session_id", session.clone());
    if is_done(&who.post(&format!("/sessions/{session}"), &[]).await)
        && life.did.insert(place, 1).is_none()
    {
        around.one_was_there();
    }
}

/// They add a passkey or, of the team, set up a second step, where they have just signed in: once.
/// It ends the other sessions of whoever is of the team.
async fn is_safer<'w>(world: &'w World, dice: &mut Dice, who: &mut Browser<'w>, life: &mut Life) {
    if life.has_any("passkeys") || life.has_any("second_factors") {
        return;
    }
    *who = world.sign_in(&life.email).await;
    if life.roles.len() > 1 && dice.one_in(2) {
        set_up(world, who).await;
        life.has("second_factors", "account_id", &who.account);
        life.has("recovery_codes", "account_id", &who.account);
    } else {
        let name = format!("{} phone", life.word);
        Device::new(who).is_added(who, &name).await.leads_to();
        life.has("passkeys", "name", &name);
    }
}

/// They put in a file for an update, which they do not publish.
async fn uploads(around: &Around, who: &Browser<'_>, life: &mut Life) {
    let name = format!("{}.pdf", life.word);
    let content = format!("%PDF-1.7\n{} counted the buses.\n%%EOF", life.word);
    let about = format!("topic:{}", around.topic);
    let fields = [&DONE[..], &[("about", about.as_str())]].concat();
    let file = (name.as_str(), content.as_bytes());
    let checked = who.post_file("/lead/updates/new", &fields, file).await;
    assert!(checked.says(&name), "{}", checked.html);
    life.has("evidence_files", "name", &name);
}
