//! The life of somebody who has no account, and only wants to be told about changes.

use app::export::WhoseCopy;
use axum::http::StatusCode;

use super::Dice;
use super::around::Around;
use super::copies::all_is_in;
use super::life::Life;
use crate::subscriptions::subscribe;
use crate::world::{Browser, World, link_to};

/// They subscribe, ask something, take a copy by the link in an email, and erase their address by
/// their own page, or do not.
pub async fn life(world: &World, around: &Around, dice: &mut Dice, nth: u64) -> Life {
    let word = format!("kanari{nth}vogel");
    let email = format!("{word}@example.org");
    // Each from a network of their own.
    let visitor = world.visitor().moved(usize::try_from(nth).unwrap());
    // What others are owed goes first, so that the next email is theirs.
    world.deliver_with_kinds().await;
    let own = subscribe(world, &visitor, &email).await;
    let found = sqlx::query_scalar::<_, String>("SELECT id FROM subscribers WHERE email = $1")
        .bind(&email)
        .fetch_one(&mut *world.db().read().await.unwrap())
        .await
        .unwrap();
    let mut life = Life::new(WhoseCopy::Subscriber(found.into()), word, email, &[]);
    life.has("subscribers", "email", &life.email.clone());
    life.has("subscriptions", "service", "Transport");
    life.has("subscriptions", "service", "Autism support");
    if dice.one_in(2) {
        asks(around, &visitor, &life).await;
    }
    if dice.one_in(2) {
        takes_copy(world, &visitor, &own, &mut life).await;
    }
    if dice.one_in(2) {
        let erased = visitor.post(&own, &[("step", "erase")]).await;
        assert!(erased.says("We have deleted your"), "{}", erased.html);
        life.has_left = true;
    }
    life
}

/// A question is in no copy of theirs, since an account may have the address by then; it goes with
/// the address all the same.
async fn asks(around: &Around, visitor: &Browser<'_>, life: &Life) {
    let question = [("question", "Which stop is it?"), ("email", life.email.as_str())];
    let asked = visitor.post(&around.ask(), &question).await;
    asked.is_one_of(&[
        StatusCode::SEE_OTHER,
        StatusCode::UNPROCESSABLE_ENTITY,
        StatusCode::TOO_MANY_REQUESTS,
    ]);
}

async fn takes_copy(world: &World, visitor: &Browser<'_>, own: &str, life: &mut Life) {
    visitor.post(&format!("{own}/copy"), &[]).await.leads_to();
    let emails = world.deliver().await;
    let is_it = |text: &str| text.contains("/copies/");
    let email = emails.iter().find(|email| email.to == life.email && is_it(&email.text));
    let link = link_to(email.expect("an email with the link"), "/copies/");
    let saved = visitor.get(&format!("{link}/copy.zip")).await;
    assert_eq!(saved.status, StatusCode::OK, "{}: {}", life.word, saved.html);
    all_is_in(world, &saved.raw, life);
}
