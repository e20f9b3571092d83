//! What the worker does after the close: nobody can tell any more which rows were written together,
//! and what was never sent is erased.

use calendar::clock::{DAY, Millis, Moment};
use ground::db::{Db, Kind, formatcp, known};
use ground::ids::{self, Id};
use questionnaires::withdrawal::GRACE;

use super::imports;
use super::responses::{self, IS_KEPT};

/// How long after the close people can still read answers they did not send.
pub const UNSENT_STAYS: Millis = 28 * DAY;

/// How long after the close whoever took part and asked to hear can still be told what happened.
const ASKED_STAYS: Millis = 2 * 365 * DAY;

/// The responses of a consultation that were not sent.
const UNSENT: &str = "SELECT id FROM responses WHERE consultation_id = $1
     AND state IN ('begun', 'reopened')";

/// Of a consultation that was withdrawn, nothing that was sent stays either, but for what was
/// passed on to the safeguarding lead.
const OF_WITHDRAWN: &str = formatcp!(
    "SELECT responses.id FROM responses
     JOIN consultations c ON c.id = responses.consultation_id AND c.withdrawn_at IS NOT NULL
     WHERE c.id = $1 AND NOT {IS_KEPT}"
);

/// Does what is due.
///
/// # Errors
/// When the database fails; it is tried again later.
pub async fn tidy_due(db: &Db, now: Moment) -> sqlx::Result<()> {
    let due: Vec<(Id<ids::Consultation>, String)> = sqlx::query_as(
        "SELECT id, CASE WHEN mixed_at IS NULL THEN 'mix' ELSE 'erase' END AS what
         FROM consultations
         WHERE opened_at IS NOT NULL AND ((mixed_at IS NULL AND closes_at <= $1)
           OR (erased_at IS NULL AND closes_at <= $2))
         ORDER BY closes_at, id LIMIT 20",
    )
    .bind(now - GRACE)
    .bind(now - UNSENT_STAYS)
    .fetch_all(&mut *db.read().await?)
    .await?;
    for (id, what) in &due {
        match what.as_str() {
            "mix" => mix(db, id, now).await?,
            "erase" => erase_unsent(db, id, now).await?,
            _ => return known(None, "what is due after the close"),
        }
    }
    Ok(())
}

/// Erases what has been of use for long enough: who took part where each may answer once, and
/// files of questions that nobody put in. Whoever asked to hear what happened stays until there is
/// nothing to tell them any more; they can say at any time that they no longer want that.
///
/// # Errors
/// When the database fails.
pub async fn forget_due(db: &Db, now: Moment) -> sqlx::Result<()> {
    imports::store::forget_due(db, now).await?;
    let mut tx = db.begin().await?;
    for forgets in [
        "DELETE FROM personal_links
         WHERE consultation_id IN (SELECT id FROM consultations WHERE closes_at <= $1)",
        "DELETE FROM took_part WHERE wants_outcome = 0
         AND consultation_id IN (SELECT id FROM consultations WHERE closes_at <= $1)",
        // Of a consultation that was withdrawn there is nothing to tell but that.
        "DELETE FROM took_part WHERE consultation_id IN (SELECT id FROM consultations
           WHERE closes_at <= $1 AND withdrawn_at IS NOT NULL AND told_at IS NOT NULL)",
    ] {
        sqlx::query(forgets).bind(now - UNSENT_STAYS).execute(&mut *tx).await?;
    }
    sqlx::query(
        "DELETE FROM took_part
         WHERE consultation_id IN (SELECT id FROM consultations WHERE closes_at <= $1)",
    )
    .bind(now - ASKED_STAYS)
    .execute(&mut *tx)
    .await?;
    tx.commit().await
}

/// Erases the key of the personal links, since no more are given, and rewrites all responses and
/// all who took part in one transaction, the latter in the order of
/// their accounts. PostgreSQL keeps with each row which transaction wrote it, and reads and backs
/// rows up in the order they were written; a response and an account were written in one. On SQLite
/// no row holds such a thing.
async fn mix(db: &Db, consultation_id: &Id<ids::Consultation>, now: Moment) -> sqlx::Result<()> {
    let mut tx = db.begin().await?;
    sqlx::query("DELETE FROM link_keys WHERE consultation_id = $1")
        .bind(consultation_id)
        .execute(&mut *tx)
        .await?;
    if Kind::of(&tx) == Kind::Postgres {
        for again in [
            "UPDATE responses SET state = state WHERE consultation_id = $1",
            "WITH gone AS (DELETE FROM took_part WHERE consultation_id = $1 RETURNING *)
             INSERT INTO took_part SELECT * FROM gone ORDER BY account_id",
            "WITH gone AS (DELETE FROM personal_links WHERE consultation_id = $1 RETURNING *)
             INSERT INTO personal_links SELECT * FROM gone ORDER BY link_hash",
        ] {
            sqlx::query(again).bind(consultation_id).execute(&mut *tx).await?;
        }
    }
    sqlx::query("UPDATE consultations SET mixed_at = $2 WHERE id = $1")
        .bind(consultation_id)
        .bind(now)
        .execute(&mut *tx)
        .await?;
    tx.commit().await
}

async fn erase_unsent(
    db: &Db,
    consultation_id: &Id<ids::Consultation>,
    now: Moment,
) -> sqlx::Result<()> {
    let mut tx = db.begin().await?;
    responses::erase(&mut tx, UNSENT, consultation_id).await?;
    responses::erase(&mut tx, OF_WITHDRAWN, consultation_id).await?;
    const EMPTIED: &str = formatcp!(
        "DELETE FROM responses WHERE consultation_id = $1 AND state = 'withdrawn'
         AND answers = '{{}}' AND NOT {IS_KEPT}"
    );
    sqlx::query(EMPTIED).bind(consultation_id).execute(&mut *tx).await?;
    sqlx::query("UPDATE consultations SET erased_at = $2 WHERE id = $1")
        .bind(consultation_id)
        .bind(now)
        .execute(&mut *tx)
        .await?;
    tx.commit().await
}
