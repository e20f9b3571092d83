//! What is left of the topics and the votes of an account that is erased.

use calendar::clock::Moment;
use ground::erasing::{each, let_go};
use ground::ids::{Account, Id, Round, Topic};
use sqlx::AnyConnection;

use super::store;

/// Takes an account out of this room. What waits is withdrawn, and with `takes_down` what is
/// published too, as far as its author may still withdraw it. Words that nobody else can read go;
/// published ones stay, and nobody wrote them; what was passed on stays with the safeguarding lead.
///
/// In a round that is open their votes go. A round that is closed keeps them as the ballot of
/// somebody whom only this round knows, so that its count can be done again.
///
/// # Errors
/// When the database fails.
pub async fn forget(
    tx: &mut AnyConnection,
    account_id: &Id<Account>,
    takes_down: bool,
    now: Moment,
) -> sqlx::Result<()> {
    let to_withdraw: Vec<Id<Topic>> = sqlx::query_scalar(
        "SELECT id FROM topics WHERE author_id = $1 AND withdrawn_at IS NULL
         AND merged_at IS NULL AND declined_at IS NULL AND passed_on_at IS NULL
         AND (published_at IS NULL OR CAST($2 AS BIGINT) = 1) ORDER BY id",
    )
    .bind(account_id)
    .bind(i64::from(takes_down))
    .fetch_all(&mut *tx)
    .await?;
    for topic in to_withdraw {
        store::withdraw(tx, &topic, account_id, now).await?;
    }
    let words = "UPDATE topics SET title = 'Deleted topic', happens_now = '', would_help = ''
         WHERE author_id = $1 AND passed_on_at IS NULL AND taken_down_at IS NULL
           AND (published_at IS NULL OR withdrawn_at IS NOT NULL)";
    each(tx, account_id, &[words]).await?;
    keep_ballots(tx, account_id).await?;
    each(tx, account_id, &["DELETE FROM supports WHERE account_id = $1"]).await?;
    let_go(tx, account_id, &[("topics", "author_id"), ("concern_notes", "noted_by")]).await
}

/// The votes in each closed round, under a name that is drawn by lot for this round alone, with the
/// place in which they are counted and without their times.
async fn keep_ballots(tx: &mut AnyConnection, account_id: &Id<Account>) -> sqlx::Result<()> {
    let rounds: Vec<(Id<Round>, Moment, Moment)> = sqlx::query_as(
        "SELECT DISTINCT r.id, r.vote_from, r.closed_at FROM supports s
         JOIN topics t ON t.id = s.topic_id JOIN rounds r ON r.id = t.round_id
         WHERE s.account_id = $1 AND r.closed_at IS NOT NULL ORDER BY r.id",
    )
    .bind(account_id)
    .fetch_all(&mut *tx)
    .await?;
    for (round, vote_from, closed_at) in rounds {
        let voter = Id::<Account>::random();
        // As if erased when the round closed: the count takes such a ballot.
        sqlx::query(
            "INSERT INTO accounts (id, shown_name, place_id, confirmed_at, erased_at)
             SELECT $2, '', a.place_id, 0, CAST($3 AS BIGINT) FROM accounts a WHERE a.id = $1",
        )
        .bind(account_id)
        .bind(&voter)
        .bind(closed_at)
        .execute(&mut *tx)
        .await?;
        sqlx::query(
            "UPDATE supports SET account_id = $2, given_at = $3 WHERE account_id = $1
             AND topic_id IN (SELECT t.id FROM topics t WHERE t.round_id = $4)",
        )
        .bind(account_id)
        .bind(&voter)
        .bind(vote_from)
        .bind(round)
        .execute(&mut *tx)
        .await?;
    }
    Ok(())
}
