//! The demonstration as it will be after some days, for whoever wants to try out what comes later:
//! `serve --demo --days-ahead 33`.
//!
//! Its clock goes with the machine's and is so many days ahead of it. What happens by itself until
//! then has happened: the worker's jobs are done and its emails handed over, a few hours at a time,
//! from when the area was last served. What people would have done they haven't: topics wait to be
//! checked, and leaders are overdue.

use std::sync::Arc;

use calendar::clock::{self, Clock, DAY, HOUR, Millis, Moment};
use deliveries::{Hand, Outcome, deliver_one};
use ground::db::Db;
use ground::health::Health;
use ground::house::House;

use crate::jobs;
use crate::mailer::Mailer;

/// More than a year: by then the demonstration has nothing left to come.
const MOST: i64 = 400;
/// How far the clock is moved at a time: what is due comes late by as much, and no more.
const STEP: Millis = 3 * HOUR;
/// A clock that is set right by the machine is no clock that was moved.
const SET_RIGHT: Millis = 12 * HOUR;

/// Reads a number of days.
///
/// # Errors
/// What to give instead.
pub fn read(days: &str) -> Result<i64, String> {
    let read = days.trim().parse::<i64>().ok().filter(|days| (1..=MOST).contains(days));
    read.ok_or_else(|| format!("give a whole number of days, from 1 to {MOST}"))
}

/// A clock that begins where this area was last served, or now.
///
/// # Errors
/// One clear line when the area has already come to a later day than that. Its clock never goes
/// back: what was done there would then be in the future.
pub async fn moved_clock(db: &Db, days: i64) -> Result<Clock, String> {
    let been = db.last_beat().await.map_err(cannot_be_used)?;
    let now = Clock::system().now();
    let is_new = been == Moment::default();
    if been > now + days * DAY + SET_RIGHT {
        let needed = (been - now + DAY - 1) / DAY;
        return Err(format!(
            "This demonstration has already come to {}. Start it with --days-ahead {needed} or \
             more, or delete its database to begin again.",
            clock::day(been)
        ));
    }
    Ok(Clock::ahead_by(if is_new || days == 0 { 0 } else { been - now }))
}

/// Lets the time pass until the clock of this house is so many days ahead of the machine's.
///
/// # Errors
/// One clear line when the database fails. What has passed by then stays so, and the next start
/// continues.
pub async fn live_through(house: &House, mailer: &Mailer, days: i64) -> Result<(), String> {
    let until = house.clock.machine_time() + days * DAY;
    let presence = Arc::new(house.db.presence().await.map_err(cannot_be_used)?);
    let hand = Hand {
        db: house.db.clone(),
        clock: house.clock.clone(),
        worker: format!("{}/1", presence.id()),
    };
    // How the jobs go while pages are served is another matter, and nobody serves yet.
    let mut house = house.clone();
    house.health = Health::default();
    let jobs = jobs::all(&house, None, None, presence);
    loop {
        jobs::each_once(&jobs, &house.health).await;
        hand_over(&hand, mailer).await.map_err(cannot_be_used)?;
        house.db.beat(house.clock.now()).await.map_err(cannot_be_used)?;
        let left = until - house.clock.now();
        if left <= 0 {
            return Ok(());
        }
        house.clock.forward(STEP.min(left));
    }
}

/// Hands over every email that is due.
async fn hand_over(hand: &Hand, mailer: &Mailer) -> Result<(), sqlx::Error> {
    loop {
        let sent = deliver_one(hand, move |email, permit| async move {
            mailer.send_while(&email, &permit).await
        });
        if let Outcome::NothingDue | Outcome::Away(_) = sent.await? {
            return Ok(());
        }
    }
}

fn cannot_be_used(error: sqlx::Error) -> String {
    format!("The database cannot be used: {error}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_are_a_whole_number_that_makes_sense() {
        assert_eq!((read("1"), read(" 33 "), read("400")), (Ok(1), Ok(33), Ok(400)));
        for nonsense in ["", "0", "-3", "401", "1.5", "soon", "99999999999999999999"] {
            assert!(read(nonsense).is_err(), "{nonsense}");
        }
    }
}
