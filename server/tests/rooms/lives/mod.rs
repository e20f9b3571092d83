//! Random lives: people join, say things, take a copy of what is kept about them, leave at any
//! moment, and some come back. All that they did is in each of their copies, and is still there in
//! the end if they stay. Of those who are erased nothing is found: in no table, in no byte of the
//! database's files, in no file that was put in, and in no backup.
//!
//! `LIVES=1000` lives more of them; `LIVES_SEED` begins elsewhere. `life` is what is remembered of
//! one, `acts` what people do, `around` what they do it with, `copies` what they take with them,
//! and `subscriber` the life of somebody without an account.

mod acts;
mod around;
mod copies;
mod life;
mod subscriber;

use std::collections::BTreeSet;
use std::env;
use std::time::Duration;

use accounts::erasing::WAITS;
use app::erase::erase_due;
use app::export::WhoseCopy;
use calendar::clock::{Clock, DAY, HOUR, MINUTE, Millis};
use ground::viewer::Role;
use server::retention;

use self::acts::act;
use self::around::Around;
use self::copies::{missing_now, takes_copy, wait_for_copy};
use self::life::Life;
use super::erase::{leaves, rows};
use crate::bytes::{at_night, in_the_bytes, in_the_files};
use crate::world::{Browser, World, change, on_both};

/// Numbers that look random, the same for the same seed (xorshift64*).
pub struct Dice(u64);

impl Dice {
    pub fn below(&mut self, most: u64) -> u64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        self.0.wrapping_mul(0x2545_F491_4F6C_DD1D) % most
    }

    pub fn one_in(&mut self, many: u64) -> bool {
        self.below(many) == 0
    }

    pub fn hours(&mut self, most: u64) -> Millis {
        i64::try_from(self.below(most)).unwrap() * HOUR
    }
}

fn from_environment(name: &str, usual: u64) -> u64 {
    env::var(name).ok().map_or(usual, |value| value.parse().expect("a number"))
}

#[test]
fn of_random_lives_nothing_is_left_that_was_erased_and_nothing_is_lost_that_was_not() {
    let (seed, many) = (from_environment("LIVES_SEED", 20), from_environment("LIVES", 40));
    println!("LIVES_SEED={seed} LIVES={many}");
    on_both(async |world| {
        let mut dice = Dice(seed.wrapping_mul(2).wrapping_add(0x9E37_79B9_7F4A_7C15));
        // The store of files goes by the machine's clock, and takes away what was put in before.
        world.forward((Clock::system().now() - world.now()).max(0));
        let mut around = Around::new(&world).await;
        let mut lives = Vec::new();
        for nth in 0..many {
            around.renew(&world).await;
            // They all come from one network, which may send so many requests a second.
            if nth > 100 {
                tokio::time::sleep(Duration::from_millis(100)).await;
            }
            lives.push(life(&world, &mut around, &mut dice, nth).await);
            // The worker's turn, at any moment.
            if dice.one_in(3) {
                world.forward(dice.hours(60));
                works(&world).await;
            }
        }
        world.forward(WAITS + MINUTE);
        works(&world).await;
        // Those who were erased are told so, at an address that goes then.
        works(&world).await;

        let (left, stay): (Vec<&Life>, Vec<&Life>) = lives.iter().partition(|life| life.has_left);
        assert!(!left.is_empty() && !stay.is_empty());
        everything_is_there(&world, &stay, &[]).await;
        retention::keep(&world.house).await.unwrap();
        everything_is_there(&world, &stay, &GOES_BY_ITSELF).await;
        nothing_is_in_the_tables(&world, &lives).await;
        nothing_is_in_the_bytes(&world, &left).await;
        if many >= 40 {
            much_was_copied(&lives);
        }
    });
}

/// What of somebody who stays is erased after a while, as `docs/retention.md` says: the way back to
/// an address, the address of a question without an answer, that a copy was asked for, and that she
/// took part, four weeks after the close.
const GOES_BY_ITSELF: [&str; 4] = ["address_undos", "notice_questions", "copies", "took_part"];

/// Does what is due.
async fn works(world: &World) {
    rounds::close_due(world.db(), &world.house.clock).await.unwrap();
    erase_due(&world.house).await.unwrap();
    app::search::refresh(&world.house).await.unwrap();
    world.deliver_with_kinds().await;
}

/// All that those who stay did is still theirs, but for what is in these tables.
async fn everything_is_there(world: &World, stay: &[&Life], but_for: &[&str]) {
    for life in stay {
        let mut missing = missing_now(world, life).await;
        missing.retain(|(table, ..)| !but_for.contains(table));
        assert!(missing.is_empty(), "{}: {missing:?}", life.word);
    }
}

/// No row says anything of those who have left, and what is everyone's stays without them.
async fn nothing_is_in_the_tables(world: &World, lives: &[Life]) {
    let rows = rows(world).await;
    let all: String = rows.iter().map(|(_, line)| line.to_lowercase() + "\n").collect();
    // An account in the log is a number: see `erase`.
    let but_log: String = rows
        .iter()
        .filter(|(table, _)| table != "audit" && table != "accounts")
        .map(|(_, line)| line.as_str())
        .collect();
    for life in lives {
        let word = &life.word;
        for said in &life.unjoined {
            assert!(all.contains(&said.to_lowercase()), "{word}: an answer is lost: {said}");
        }
        if !life.has_left {
            continue;
        }
        // It stands in each of their addresses too.
        assert!(!all.contains(word), "{word}");
        if let WhoseCopy::Account(account) = &life.whose {
            assert!(!but_log.contains(account.as_str()), "the account of {word}");
        }
        for title in life.published.iter().filter(|_| !life.takes_down) {
            assert!(all.contains(&title.to_lowercase()), "{word}: everyone could read {title}");
        }
    }
}

/// Nor does any byte, once PostgreSQL has written its tables anew.
async fn nothing_is_in_the_bytes(world: &World, left: &[&Life]) {
    let words: Vec<&str> = left.iter().map(|life| life.word.as_str()).collect();
    // What another test's load holds up is left for the next night.
    for _ in 0..4 {
        at_night(world).await;
        erase_due(&world.house).await.unwrap();
        if in_the_files(world, &words).await.is_empty() {
            break;
        }
        world.forward(DAY);
    }
    world.house.db.leave_no_copy().await.unwrap();
    assert_eq!(in_the_files(world, &words).await, BTreeSet::new());
    assert_eq!(in_the_bytes(world, &words).await, BTreeSet::new());
}

/// So many lives do most of what there is to do, and have it in their copies.
fn much_was_copied(lives: &[Life]) {
    let copied: BTreeSet<&str> = lives.iter().flat_map(|life| life.copied.clone()).collect();
    assert!(copied.len() >= 12, "only {copied:?}");
}

async fn life(world: &World, around: &mut Around, dice: &mut Dice, nth: u64) -> Life {
    if dice.one_in(8) {
        return subscriber::life(world, around, dice, nth).await;
    }
    let roles: &'static [Role] = match dice.below(6) {
        0 => &[Role::Parent, Role::Organiser],
        1 => &[Role::Parent, Role::Leader],
        _ => &[Role::Parent],
    };
    let word = format!("kanari{nth}vogel");
    let email = format!("{word}@example.org");
    let mut who = world.signed_in(&email, roles).await;
    let mut life = Life::new(WhoseCopy::Account(who.account.as_str().into()), word, email, roles);
    life.has("accounts", "email", &life.email.clone());
    for _ in 0..=dice.below(9) {
        act(world, around, dice, &mut who, &mut life).await;
        if dice.one_in(6) {
            let takes_down = dice.one_in(2);
            let published = if takes_down { "take down" } else { "leave" };
            says_goodbye(world, dice, &who, &mut life, &[("published", published)]).await;
            if dice.one_in(2) {
                (life.has_left, life.takes_down) = (true, takes_down);
                return life;
            }
            who = comes_back(world, dice, &mut life).await;
        }
    }
    if dice.one_in(2) {
        says_goodbye(world, dice, &who, &mut life, &[]).await;
        life.has_left = true;
    }
    life
}

/// They ask to be erased; some take a copy first.
async fn says_goodbye(
    world: &World,
    dice: &mut Dice,
    who: &Browser<'_>,
    life: &mut Life,
    wishes: &[(&str, &str)],
) {
    if dice.one_in(2) {
        takes_copy(world, who, life).await;
    }
    leaves(who, wishes).await.leads_to();
}

/// They sign in some days later, and call it back; some take a copy before.
async fn comes_back<'w>(world: &'w World, dice: &mut Dice, life: &mut Life) -> Browser<'w> {
    world.forward(dice.hours(72));
    erase_due(&world.house).await.unwrap();
    wait_for_copy(world, life);
    let who = world.sign_in(&life.email).await;
    // With the passkey or the code that they may have, which other tests sign in with.
    change(world, "UPDATE sessions SET waits_for_code = 0 WHERE waits_for_code = 1").await;
    if dice.one_in(2) {
        takes_copy(world, &who, life).await;
    }
    who.post("/account/keep", &[]).await.leads_to();
    who
}
