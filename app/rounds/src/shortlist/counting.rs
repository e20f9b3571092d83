//! The count of a round that is closed: no vote changes any more, so it is counted outside the
//! write that saves it.

use calendar::clock::Clock;
use ground::db::Db;

use super::store::{self, Ballots, CountedBallots};

/// Counts every closed round that is not counted yet. Returns how many it counted.
///
/// # Errors
/// When the database fails; then the next turn counts again, with the same result.
pub async fn count_due(db: &Db, clock: &Clock) -> Result<usize, sqlx::Error> {
    let mut counted = 0;
    while let Some((round, seats)) = store::uncounted(db).await? {
        let Ballots { topics, places, election, unusual } = store::ballots(db, &round).await?;
        // Takes seconds for a large round, so it runs away from the threads that answer people.
        let choices = tokio::task::spawn_blocking(move || election.equal_shares(seats));
        let choices = choices.await.map_err(|_panicked| sqlx::Error::WorkerCrashed)?;
        let now = clock.now();
        let counted_ballots = CountedBallots { topics, places, choices, unusual };
        let mut tx = db.begin().await?;
        let is_first = store::keep(&mut tx, &round, counted_ballots, now).await?;
        tx.commit().await?;
        if is_first {
            tracing::info!(round = round.as_str(), "the shortlist of a round is chosen");
            counted += 1;
        }
    }
    Ok(counted)
}
