//! Every SQL statement about files of questions.

use calendar::clock::{DAY, Millis, Moment};
use ground::db::{Db, json, read_json};
use ground::ids::{self, Id};
use questionnaires::Questionnaire;
use questionnaires::import::Imported;
use sqlx::{AnyConnection, Row as _};

/// How long after the day on which its consultation closes a file is kept.
const KEPT_FOR: Millis = 28 * DAY;

/// The last file that was read for a version of the questions.
#[derive(Clone, Debug)]
pub struct Import {
    /// What was read of it, while nobody has decided.
    pub waiting: Option<Imported>,
    /// The questions that were there before the last one that was decided about.
    pub replaced: Option<Questionnaire>,
    pub is_undone: bool,
    /// How often something was decided; a form says which time it is about.
    pub turn: i64,
}

/// How the last file stands, for the page of the consultation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LastImport {
    /// Nobody has decided about it.
    Waits,
    /// Its questions were put in.
    PutIn,
    /// They were, and what was there before was brought back.
    Undone,
}

impl LastImport {
    /// Reads what a statement says of it.
    #[must_use]
    pub fn read(word: &str) -> Option<Self> {
        match word {
            "waits" => Some(Self::Waits),
            "put in" => Some(Self::PutIn),
            "undone" => Some(Self::Undone),
            _ => None,
        }
    }
}

/// Keeps what was read of a file until somebody decides, in place of one that waited.
///
/// # Errors
/// When the database fails; likewise for every function here.
pub async fn wait(
    tx: &mut AnyConnection,
    consultation_id: &Id<ids::Consultation>,
    version: i64,
    read: &Imported,
) -> sqlx::Result<()> {
    sqlx::query(
        "INSERT INTO question_imports (consultation_id, version, waiting) VALUES ($1, $2, $3)
         ON CONFLICT (consultation_id, version)
           DO UPDATE SET waiting = excluded.waiting, turns = question_imports.turns + 1",
    )
    .bind(consultation_id)
    .bind(version)
    .bind(json(read)?)
    .execute(tx)
    .await?;
    Ok(())
}

/// The last file that was read for a version.
pub async fn find(
    connection: &mut AnyConnection,
    consultation_id: &Id<ids::Consultation>,
    version: i64,
) -> sqlx::Result<Option<Import>> {
    let row = sqlx::query(
        "SELECT waiting, replaced, undone_at, turns FROM question_imports
         WHERE consultation_id = $1 AND version = $2",
    )
    .bind(consultation_id)
    .bind(version)
    .fetch_optional(connection)
    .await?;
    let Some(row) = row else { return Ok(None) };
    let (waiting, replaced): (Option<&str>, Option<&str>) =
        (row.get("waiting"), row.get("replaced"));
    let waiting = waiting.map(|json| read_json(json, "question_imports.waiting"));
    let replaced = replaced.map(|json| read_json(json, "question_imports.replaced"));
    Ok(Some(Import {
        waiting: waiting.transpose()?,
        replaced: replaced.transpose()?,
        is_undone: row.get::<Option<Moment>, _>("undone_at").is_some(),
        turn: row.get("turns"),
    }))
}

/// Records that the questions of the file that waits were put in. `there`: those that were there.
/// False when something was decided meanwhile.
pub async fn put_in(
    tx: &mut AnyConnection,
    consultation_id: &Id<ids::Consultation>,
    (version, turn): (i64, i64),
    there: &Questionnaire,
) -> sqlx::Result<bool> {
    let done = sqlx::query(
        "UPDATE question_imports
         SET waiting = NULL, replaced = $4, undone_at = NULL, turns = turns + 1
         WHERE consultation_id = $1 AND version = $2 AND turns = $3 AND waiting IS NOT NULL",
    );
    let done = done.bind(consultation_id).bind(version).bind(turn).bind(json(there)?);
    Ok(done.execute(tx).await?.rows_affected() == 1)
}

/// Records that what was there before was brought back, or after that what the file had put in.
/// `there`: the questions that were there. False when something was decided meanwhile.
pub async fn undo(
    tx: &mut AnyConnection,
    consultation_id: &Id<ids::Consultation>,
    (version, turn): (i64, i64),
    there: &Questionnaire,
    now: Moment,
) -> sqlx::Result<bool> {
    let done = sqlx::query(
        "UPDATE question_imports
         SET replaced = $4, turns = turns + 1,
           undone_at = CASE WHEN undone_at IS NULL THEN CAST($5 AS BIGINT) END
         WHERE consultation_id = $1 AND version = $2 AND turns = $3 AND replaced IS NOT NULL",
    );
    let done = done.bind(consultation_id).bind(version).bind(turn).bind(json(there)?).bind(now);
    Ok(done.execute(tx).await?.rows_affected() == 1)
}

/// Puts the file that waits aside. False when something was decided meanwhile.
pub async fn leave(
    tx: &mut AnyConnection,
    consultation_id: &Id<ids::Consultation>,
    (version, turn): (i64, i64),
) -> sqlx::Result<bool> {
    let done = sqlx::query(
        "UPDATE question_imports SET waiting = NULL, turns = turns + 1
         WHERE consultation_id = $1 AND version = $2 AND turns = $3 AND waiting IS NOT NULL",
    );
    let done = done.bind(consultation_id).bind(version).bind(turn).execute(tx).await?;
    Ok(done.rows_affected() == 1)
}

/// Erases files that nobody decided about, and questions that could be brought back, of
/// consultations that have closed, or were never opened before they were to close; how many.
pub async fn forget_due(db: &Db, now: Moment) -> sqlx::Result<u64> {
    let mut tx = db.begin().await?;
    let erased = sqlx::query(
        "DELETE FROM question_imports
         WHERE consultation_id IN (SELECT id FROM consultations WHERE closes_at <= $1)",
    )
    .bind(now - KEPT_FOR)
    .execute(&mut *tx)
    .await?;
    tx.commit().await?;
    Ok(erased.rows_affected())
}
