//! What a worker does again and again: claim one letter, hand it over, record what became of it.

use std::future::Future;
use std::time::Duration;

use calendar::clock::{Clock, HOUR, MINUTE, Millis};
use ground::db::Db;

use super::{Failure, Letter, Permit, store};

/// What became of one turn.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// No letter is due.
    NothingDue,
    /// The mail system has taken it.
    Sent,
    /// It will be tried again.
    Later,
    /// It will never be sent.
    GivenUp,
}

/// After so many tries a letter is given up: about two days of waiting.
const MOST_TRIES: i64 = 18;

/// Takes one turn, handing the letter over with `send`, which asks the permit again just before it
/// names the recipient. Safe to stop at any moment: a letter not recorded as sent is claimed again
/// when its lease has run out.
///
/// # Errors
/// When the database fails.
pub async fn deliver_one<S, F>(db: &Db, clock: &Clock, send: S) -> Result<Outcome, sqlx::Error>
where
    S: FnOnce(Letter, Permit) -> F,
    F: Future<Output = Result<(), Failure>>,
{
    let Some((letter, tries)) = store::claim(db, clock.now()).await? else {
        return Ok(Outcome::NothingDue);
    };
    let id = letter.id.clone();
    let permit = Permit {
        db: db.clone(),
        clock: clock.clone(),
        letter_id: id.clone(),
        tries,
        to: letter.to.clone(),
    };
    let sent = match permit.holds().await {
        Ok(()) => holding_on(&permit, send(letter, permit.clone())).await,
        must_not => must_not,
    };
    match sent {
        Ok(()) => {
            record_sent(db, &id, tries, clock).await?;
            Ok(Outcome::Sent)
        }
        Err(Failure::Later(reason)) if tries < MOST_TRIES => {
            tracing::warn!(delivery = id, tries, "a letter did not go and will be tried again");
            store::again(
                db,
                id,
                tries,
                clock.now() + wait_after(tries),
                without_addresses(&reason),
            )
            .await?;
            Ok(Outcome::Later)
        }
        Err(Failure::Forfeited(reason)) => {
            store::given_up(db, id, tries, clock.now(), reason.to_owned()).await?;
            Ok(Outcome::GivenUp)
        }
        Err(Failure::Stale) => {
            store::again(db, id, tries, clock.now(), String::new()).await?;
            Ok(Outcome::Later)
        }
        Err(Failure::Refused(reason) | Failure::Later(reason)) => {
            tracing::warn!(delivery = id, tries, "a letter was given up");
            store::given_up(db, id, tries, clock.now(), without_addresses(&reason)).await?;
            Ok(Outcome::GivenUp)
        }
    }
}

/// How long between two times that a worker says that it still holds a letter: well within its
/// lease.
const BETWEEN_HOLDS: Duration = Duration::from_secs(30);

/// Does the work on a letter that may take longer than the lease, and holds on to the letter
/// meanwhile.
async fn holding_on<T>(permit: &Permit, work: impl Future<Output = T>) -> T {
    tokio::pin!(work);
    loop {
        match tokio::time::timeout(BETWEEN_HOLDS, &mut work).await {
            Ok(done) => return done,
            Err(_) => {
                if let Err(error) = store::hold_on(&permit.db, permit, permit.clock.now()).await {
                    tracing::warn!(%error, "a letter in hand could not be held on to and will be \
                        tried again");
                }
            }
        }
    }
}

/// How often it is tried to record that a letter went, a second between: shorter than the lease,
/// after which it would go again.
const MOST_RECORDINGS: u32 = 60;

/// Records that a letter went; again and again while the database does not answer, since nothing
/// else keeps it from going twice.
async fn record_sent(db: &Db, id: &str, tries: i64, clock: &Clock) -> Result<(), sqlx::Error> {
    for _ in 1..MOST_RECORDINGS {
        match store::sent(db, id.to_owned(), tries, clock.now()).await {
            Ok(()) => return Ok(()),
            Err(error) => {
                tracing::warn!(%error, "a letter that went could not be recorded and will be tried \
                    again");
            }
        }
        tokio::time::sleep(Duration::from_secs(1)).await;
    }
    store::sent(db, id.to_owned(), tries, clock.now()).await
}

/// A mail server's words without the addresses in them, since the reason is kept when the address
/// is erased; and without characters that a database may refuse.
pub(super) fn without_addresses(reason: &str) -> String {
    let reason = reason.replace(char::is_control, " ");
    reason
        .split(' ')
        .map(|word| if word.contains('@') { "…" } else { word })
        .collect::<Vec<_>>()
        .join(" ")
}

/// One minute after the first try, then twice as long each time, at most four hours.
fn wait_after(tries: i64) -> Millis {
    (MINUTE << (tries - 1).clamp(0, 10)).min(4 * HOUR)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_grow_up_to_four_hours() {
        assert_eq!(wait_after(1), MINUTE);
        assert_eq!(wait_after(4), 8 * MINUTE);
        assert_eq!(wait_after(9), 4 * HOUR);
        assert_eq!(wait_after(i64::MAX), 4 * HOUR);
    }

    #[test]
    fn what_a_server_says_is_kept_without_the_address_in_it() {
        assert_eq!(
            without_addresses("550 <parent@example.org>: no such mailbox"),
            "550 … no such mailbox"
        );
        assert_eq!(without_addresses("550 a\0b\r\nc"), "550 a b  c");
    }

    #[test]
    fn a_letter_is_tried_for_about_two_days() {
        let hours = (1..MOST_TRIES).map(wait_after).sum::<Millis>() / HOUR;
        assert!((36..72).contains(&hours), "{hours} hours");
    }
}
