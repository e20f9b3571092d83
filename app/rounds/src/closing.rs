//! Closing a round: the worker does it when the time has come, once, however many processes are
//! running.

use calendar::clock::Clock;
use ground::db::Db;

use super::{shortlist, store};

/// Closes every round whose time has come, and chooses its shortlist. Returns how many it closed.
///
/// # Errors
/// When the database fails; then the round is not closed at all, and the next turn closes it.
pub async fn close_due(db: &Db, clock: &Clock) -> Result<usize, sqlx::Error> {
    // One mailbox is one person in what is counted next.
    accounts::store::fold_due(db).await?;
    let mut closed = 0;
    while store::is_one_to_close(db, clock.now()).await? {
        let mut tx = db.begin().await?;
        let next = store::close_next(&mut tx, clock.now()).await?;
        tx.commit().await?;
        // Another process may have been first.
        let Some(round) = next else { break };
        tracing::info!(round = round.as_str(), "a round is closed");
        closed += 1;
    }
    shortlist::count_due(db, clock).await?;
    Ok(closed)
}
