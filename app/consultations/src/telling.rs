//! The emails to whoever answered a consultation and asked to hear what happens next: that its
//! results are published, or that it was withdrawn. What leaders say about it is in `updates`.

use calendar::clock::{self, DAY, Millis};
use deliveries::{EmailKind, Words};
use ground::house::House;
use ground::ids::{self, Id};

use super::closing::UNSENT_STAYS;
use super::{emails, store};

/// How many emails one write owes.
const LOT: i64 = 200;
/// How old results can be when they are first told of: older ones are no news.
const NEWS: Millis = 14 * DAY;

/// Owes the emails about every consultation that was withdrawn or whose first results were
/// published, in small lots. Stopped half-way, the next turn carries on.
///
/// # Errors
/// When the database fails.
pub async fn tell_due(house: &House) -> sqlx::Result<()> {
    let now = house.clock.now();
    for (id, title, reason) in store::untold(&house.db).await? {
        let deleted = clock::day(now + UNSENT_STAYS);
        let words = emails::withdrawn(house, (&id, title.as_str()), &reason, &deleted);
        tell(house, (&id, EmailKind::ConsultationWithdrawn), &words).await?;
    }
    for (id, title) in store::untold_results(&house.db, now - NEWS).await? {
        let words = emails::results(house, (&id, title.as_str()));
        tell(house, (&id, EmailKind::ResultsPublished), &words).await?;
    }
    Ok(())
}

/// Owes one such email to everyone who wants it.
async fn tell(
    house: &House,
    about: (&Id<ids::Consultation>, EmailKind),
    words: &Words,
) -> sqlx::Result<()> {
    loop {
        let mut tx = house.db.begin().await?;
        let owed = store::tell_next(&mut tx, about, words, LOT, house.clock.now()).await?;
        tx.commit().await?;
        if owed == 0 {
            return Ok(());
        }
    }
}
