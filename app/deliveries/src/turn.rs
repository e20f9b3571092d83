//! What a worker does again and again: claim emails, hand them over, record what became of each.

use std::future::Future;

use calendar::clock::{Clock, HOUR, MINUTE, Millis};
use ground::db::Db;

use super::{Email, Failure, Marks, Permit, store};

/// What became of one turn.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// No email is due.
    NothingDue,
    /// The mail system has taken it.
    Sent,
    /// It will be tried again.
    Later,
    /// It will never be sent.
    GivenUp,
    /// The mail system cannot be reached, or lets nobody in; why. No other email would go either.
    Away(String),
}

/// One of those that hand emails over.
#[derive(Clone, Debug)]
pub struct Hand {
    /// Where emails are owed.
    pub db: Db,
    pub clock: Clock,
    /// Whose hand it is: the mark of its process ([`ground::db::Presence`]) and a number, as that
    /// of the lot it claims.
    pub worker: String,
}

/// After so many tries an email is given up: about two days of waiting.
const MOST_TRIES: i64 = 18;

/// An email in the hands of a worker.
#[derive(Clone, Debug)]
pub struct Claimed {
    pub email: Email,
    pub permit: Permit,
    /// Whether somebody waits for it, so that it goes before others that are claimed already.
    pub comes_first: bool,
}

/// Takes one turn with one email, handing it over with `send`, which asks the permit again just
/// before it names the recipient. Safe to stop at any moment: an email not recorded as sent is
/// claimed again when the worker is known to be gone.
///
/// # Errors
/// When the database fails.
pub async fn deliver_one<S, F>(hand: &Hand, send: S) -> Result<Outcome, sqlx::Error>
where
    S: FnOnce(Email, Permit) -> F,
    F: Future<Output = Result<(), Failure>>,
{
    let Some(claimed) = store::claim(hand, 1, hand.clock.now()).await?.pop() else {
        return Ok(Outcome::NothingDue);
    };
    let Claimed { email, permit, .. } = claimed;
    let sent = match permit.holds().await {
        Ok(()) => send(email, permit.clone()).await,
        must_not => must_not,
    };
    record(&permit, sent, &Marks::default()).await
}

/// Records what became of an email. That it went is kept when this comes back: only then may the
/// next one go on the same connection.
///
/// # Errors
/// When the database fails.
pub async fn record(
    permit: &Permit,
    sent: Result<(), Failure>,
    marks: &Marks,
) -> Result<Outcome, sqlx::Error> {
    let (db, clock) = (&permit.hand.db, &permit.hand.clock);
    let (id, tries) = (&permit.email_id, permit.tries);
    match sent {
        Ok(()) => {
            marks.sent(permit).await;
            Ok(Outcome::Sent)
        }
        Err(Failure::Away(reason)) => {
            permit.give_back().await?;
            Ok(Outcome::Away(without_addresses(&reason)))
        }
        Err(Failure::Later(reason)) if tries < MOST_TRIES => {
            let why = without_addresses(&reason);
            tracing::warn!(
                delivery = id.as_str(),
                tries,
                why,
                "an email did not go; it is tried again"
            );
            store::again(db, id, tries, clock.now() + wait_after(tries), &why).await?;
            Ok(Outcome::Later)
        }
        Err(Failure::Forfeited(reason)) => {
            store::given_up(db, id, tries, clock.now(), reason).await?;
            Ok(Outcome::GivenUp)
        }
        Err(Failure::Stale) => {
            store::again(db, id, tries, clock.now(), "").await?;
            Ok(Outcome::Later)
        }
        Err(Failure::Refused(reason) | Failure::Later(reason)) => {
            let why = without_addresses(&reason);
            tracing::warn!(delivery = id.as_str(), tries, why, "an email was given up");
            store::given_up(db, id, tries, clock.now(), &why).await?;
            Ok(Outcome::GivenUp)
        }
    }
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
    fn an_email_is_tried_for_about_two_days() {
        let hours = (1..MOST_TRIES).map(wait_after).sum::<Millis>() / HOUR;
        assert!((36..72).contains(&hours), "{hours} hours");
    }
}
