//! Random lives: people join, say things, leave at any moment, and some come back. In the end
//! nothing is found of those who are erased, and the others have what they had.
//!
//! `LIVES=1000` lives more of them; `LIVES_SEED` begins elsewhere.

use std::env;

use accounts::erasing::WAITS;
use app::erase::erase_due;
use axum::http::StatusCode;
use calendar::clock::{DAY, HOUR, MINUTE, Moment};
use ground::viewer::Role;
use server::retention;

use super::erase::{leaves, rows};
use super::notices::{leaders, noticed, told};
use super::updates::{DONE, closed_topic, publish};
use crate::world::{Browser, World, on_both};

/// Numbers that look random, the same for the same seed (xorshift64*).
struct Dice(u64);

impl Dice {
    fn below(&mut self, most: u64) -> u64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        self.0.wrapping_mul(0x2545_F491_4F6C_DD1D) % most
    }

    fn one_in(&mut self, many: u64) -> bool {
        self.below(many) == 0
    }
}

/// What somebody has, as far as it can be counted by their account.
#[derive(Clone, Debug, Default, PartialEq, Eq, sqlx::FromRow)]
struct Has {
    topics: i64,
    comments: i64,
    doubts: i64,
    supports: i64,
}

/// One life, from the day they joined.
struct Life {
    email: String,
    /// Stands in all that only they and the forum read.
    word: String,
    account: String,
    has: Has,
    has_left: bool,
}

/// What everybody does something with.
struct Around {
    update: String,
    notice: String,
    /// The topic that is voted on, and until when.
    voting: (String, Moment),
    rounds: u32,
}

fn from_environment(name: &str, usual: u64) -> u64 {
    env::var(name).ok().map_or(usual, |value| value.parse().expect("a number"))
}

#[test]
fn of_random_lives_nothing_is_left_that_was_erased_and_nothing_is_lost_that_was_not() {
    let seed = from_environment("LIVES_SEED", 20);
    on_both(async |world| {
        let mut dice = Dice(seed.wrapping_mul(2).wrapping_add(0x9E37_79B9_7F4A_7C15));
        let topic = closed_topic(&world).await;
        let both = leaders(&world).await;
        let update = publish(&both.0, &topic, &DONE).await;
        let notice = noticed(&world, &both, "Later buses", 360).await;
        told(&world).await;
        let mut around =
            Around { update, notice, voting: (String::new(), Moment::default()), rounds: 0 };
        let mut lives = Vec::new();
        for nth in 0..from_environment("LIVES", 40) {
            if around.voting.1 < world.now() + DAY {
                begin_voting(&world, &mut around).await;
            }
            lives.push(life(&world, &around, &mut dice, nth).await);
            // The worker's turn, at any moment.
            if dice.one_in(3) {
                world.forward(i64::try_from(dice.below(60)).unwrap() * HOUR);
                rounds::close_due(world.db(), &world.house.clock).await.unwrap();
                erase_due(&world.house).await.unwrap();
                app::search::refresh(&world.house).await.unwrap();
                world.deliver_with_kinds().await;
            }
        }
        world.forward(WAITS + MINUTE);
        rounds::close_due(world.db(), &world.house.clock).await.unwrap();
        erase_due(&world.house).await.unwrap();
        world.deliver_with_kinds().await;
        retention::keep(&world.house).await.unwrap();
        app::search::refresh(&world.house).await.unwrap();

        assert!(lives.iter().any(|life| life.has_left) && lives.iter().any(|life| !life.has_left));
        let rows = rows(&world).await;
        let all: String = rows.iter().map(|(_, line)| line.to_lowercase() + "\n").collect();
        // An account in the log is a number: see `erase`.
        let but_log: String = rows
            .iter()
            .filter(|(table, _)| table != "audit" && table != "accounts")
            .map(|(_, line)| line.as_str())
            .collect();
        for life in &lives {
            let (email, word) = (&life.email, &life.word);
            if life.has_left {
                assert!(!all.contains(email), "seed {seed}: {email}");
                assert!(!all.contains(word), "seed {seed}: {word}");
                assert!(!but_log.contains(&life.account), "seed {seed}: the account of {word}");
            } else {
                assert!(all.contains(email), "seed {seed}: {email}");
                assert_eq!(has(&world, &life.account).await, life.has, "seed {seed}: {word}");
            }
        }
    });
}

/// Lets the last round close, and people vote in another.
async fn begin_voting(world: &World, around: &mut Around) {
    world.forward((around.voting.1 - world.now()).max(0) + MINUTE);
    rounds::close_due(world.db(), &world.house.clock).await.unwrap();
    around.rounds += 1;
    let began = world.now();
    let (_, topic) = world.voting(&format!("Buses of round {}", around.rounds)).await;
    around.voting = (topic, began + 11 * DAY);
}

async fn life(world: &World, around: &Around, dice: &mut Dice, nth: u64) -> Life {
    let word = format!("kanari{nth}vogel");
    let email = format!("{word}@example.org");
    let roles: &[Role] = match dice.below(6) {
        0 => &[Role::Parent, Role::Organiser],
        1 => &[Role::Parent, Role::Leader],
        _ => &[Role::Parent],
    };
    let mut leaver = world.signed_in(&email, roles).await;
    let account = leaver.account.clone();
    let mut life = Life { email, word, account, has: Has::default(), has_left: false };
    for _ in 0..=dice.below(9) {
        act(world, around, dice, &leaver, &mut life).await;
        if dice.one_in(6) {
            let published = ["leave", "take down"][usize::from(dice.one_in(2))];
            leaves(&leaver, &[("published", published), ("changes", "stop")]).await.leads_to();
            if dice.one_in(2) {
                life.has_left = true;
                return life;
            }
            // They come back some days later.
            world.forward(i64::try_from(dice.below(72)).unwrap() * HOUR);
            erase_due(&world.house).await.unwrap();
            leaver = world.sign_in(&life.email).await;
            leaver.post("/account/keep", &[]).await.leads_to();
        }
    }
    if dice.one_in(2) {
        leaves(&leaver, &[]).await.leads_to();
        life.has_left = true;
    } else {
        life.has = has(world, &life.account).await;
    }
    life
}

/// Something that people do here.
async fn act(
    world: &World,
    around: &Around,
    dice: &mut Dice,
    leaver: &Browser<'_>,
    life: &mut Life,
) {
    let word = life.word.as_str();
    let key = id::fresh();
    let [subject, voice, words] = crate::fixtures::local_offer::comment(word);
    let writes = [("form_key", key.as_str()), words, subject, voice];
    match dice.below(10) {
        0 => {
            leaver.propose(&format!("{word} waits")).await;
        }
        1 => {
            // In words of everyone: they stay once they are published.
            let topic = leaver.propose(&format!("A topic of life {}", id::fresh())).await;
            let organiser = format!("reads{}@example.org", id::fresh());
            let organiser = world.signed_in(&organiser, &[Role::Organiser]).await;
            let desk = format!("/forum/topics/{topic}");
            organiser.post(&desk, &[("decision", "publish")]).await.leads_to();
        }
        2 => {
            // Voting may be over since they came back.
            leaver
                .support(&around.voting.0, "support")
                .await
                .is_one_of(&[StatusCode::SEE_OTHER, StatusCode::UNPROCESSABLE_ENTITY]);
        }
        3 => {
            leaver.post("/local-offer/comments/new", &writes).await.leads_to();
        }
        4 => {
            leaver
                .post(&format!("/updates/{}/doubts/new", around.update), &writes)
                .await
                .leads_to();
        }
        5 => {
            let question = [("form_key", key.as_str()), ("question", "Which stop is it?")];
            leaver
                .post(&format!("/notices/{}/questions/new", around.notice), &question)
                .await
                .is_one_of(&[
                    StatusCode::OK,
                    StatusCode::SEE_OTHER,
                    StatusCode::UNPROCESSABLE_ENTITY,
                    StatusCode::TOO_MANY_REQUESTS,
                ]);
        }
        6 => {
            let wanted = [("services", world.transport.as_str()), ("cadence", "daily")];
            leaver.post("/subscribe", &wanted).await.leads_to();
        }
        7 => {
            let details = [("shown_name", word), ("place", world.north.as_str())];
            leaver
                .post("/account/details", &details)
                .await
                .is_one_of(&[StatusCode::SEE_OTHER, StatusCode::UNPROCESSABLE_ENTITY]);
        }
        8 => {
            leaver.changes_address(&format!("{word}-elsewhere@example.org")).await.is_one_of(&[
                StatusCode::SEE_OTHER,
                StatusCode::UNPROCESSABLE_ENTITY,
                StatusCode::TOO_MANY_REQUESTS,
            ]);
        }
        _ => {
            leaver.post("/account/emails", &[("sort", "said"), ("step", "stop")]).await.leads_to();
        }
    }
}

async fn has(world: &World, account: &str) -> Has {
    sqlx::query_as(
        "SELECT (SELECT count(*) FROM topics WHERE author_id = $1) AS topics,
                (SELECT count(*) FROM comments WHERE author_id = $1) AS comments,
                (SELECT count(*) FROM doubts WHERE account_id = $1) AS doubts,
                (SELECT count(*) FROM supports WHERE account_id = $1) AS supports",
    )
    .bind(account)
    .fetch_one(&mut *world.db().read().await.unwrap())
    .await
    .unwrap()
}
