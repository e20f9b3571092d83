//! Every SQL statement about responses that were typed in.

use ground::db::{Db, json, known, read_json};
use ground::ids::{self, Id};
use questionnaires::answers::Answers;
use questionnaires::results::Channel;
use sqlx::{AnyConnection, Row as _};

use crate::reading::Treated;
use crate::reading::store::read_treated;

/// A response that was typed in.
#[derive(Clone, Debug)]
pub struct PaperEntry {
    pub response_id: Id<ids::Response>,
    /// The number on its sheet.
    pub sheet: i64,
    pub channel: Channel,
    pub version: i64,
    /// Its answers, for whoever checks it after the close.
    pub answers: Answers,
    /// Whether the sheet says that we can quote it.
    pub may_quote: bool,
    /// Who typed it in: (account, name).
    pub by: (Id<ids::Account>, String),
    /// Whether a second person has checked it against its sheet, and if so whether anything had to
    /// be corrected.
    pub checked: Option<bool>,
    /// How often it was corrected before the count.
    pub corrected: i64,
    /// What was done about its answers, so that organisers no longer read them.
    pub treated: Treated,
}

/// All that was typed in, by the number of the sheet, with what was done about its answers.
///
/// # Errors
/// When the database fails; likewise for every function here.
pub async fn all(
    db: &Db,
    consultation_id: &Id<ids::Consultation>,
) -> sqlx::Result<Vec<PaperEntry>> {
    let rows = sqlx::query(
        "SELECT t.response_id, t.sheet, r.channel, r.version, r.answers, t.typed_by, a.shown_name,
         CAST(r.may_quote AS BIGINT) AS may_quote, t.checked_by,
         CAST(t.was_put_right AS BIGINT) AS was_put_right, t.corrected, x.question, x.what,
         x.words, x.reason
         FROM typed_responses t JOIN responses r ON r.id = t.response_id
           JOIN accounts a ON a.id = t.typed_by
           LEFT JOIN (SELECT response_id, question, 'redacted' AS what, words, reason
               FROM redactions
             UNION ALL SELECT response_id, question, 'passed on', '', '' FROM answer_concerns) x
             ON x.response_id = t.response_id
         WHERE t.consultation_id = $1 ORDER BY t.sheet",
    )
    .bind(consultation_id)
    .fetch_all(&mut *db.read().await?)
    .await?;
    let mut all: Vec<PaperEntry> = Vec::new();
    for row in &rows {
        let sheet: i64 = row.get("sheet");
        if all.last().is_none_or(|last| last.sheet != sheet) {
            all.push(PaperEntry {
                response_id: row.get("response_id"),
                sheet,
                channel: known(Channel::read(row.get("channel")), "responses.channel")?,
                version: row.get("version"),
                answers: read_json(row.get("answers"), "responses.answers")?,
                may_quote: row.get::<i64, _>("may_quote") == 1,
                by: (row.get("typed_by"), row.get("shown_name")),
                checked: row
                    .get::<Option<&str>, _>("checked_by")
                    .map(|_by| row.get::<i64, _>("was_put_right") == 1),
                corrected: row.get("corrected"),
                treated: Treated::new(),
            });
        }
        if let (Some(typed), Some(done)) = (all.last_mut(), read_treated(row)?) {
            typed.treated.push((typed.response_id.clone(), row.get("question"), done));
        }
    }
    Ok(all)
}

/// A response to be typed in.
#[derive(Clone, Debug)]
pub struct NewPaperEntry {
    /// The same key twice is one response.
    pub form_key: String,
    /// The consultation, and which version of its questions.
    pub to: (Id<ids::Consultation>, i64),
    pub channel: Channel,
    pub answers: Answers,
    /// Whether the sheet says that we can quote it.
    pub may_quote: bool,
    /// Who types it in.
    pub by: Id<ids::Account>,
}

/// Keeps a response that is typed in; it counts. The number for its sheet, the same for the same
/// form key; `None` once results are published, after which nothing counts any more.
pub async fn keep(tx: &mut AnyConnection, new: &NewPaperEntry) -> sqlx::Result<Option<i64>> {
    // The row of the consultation is held, so that two who type at once get two numbers.
    let held = sqlx::query(
        "UPDATE consultations SET changes = changes + 1 WHERE id = $1
           AND NOT EXISTS (SELECT 1 FROM releases r WHERE r.consultation_id = $1
             AND r.checked_at IS NOT NULL)",
    );
    if held.bind(&new.to.0).execute(&mut *tx).await?.rows_affected() == 0 {
        return Ok(None);
    }
    let response_id = Id::<ids::Response>::from(id::hash(&id::secret()));
    let is_new = sqlx::query(
        "INSERT INTO responses (id, consultation_id, version, code_hash, answers, channel,
         may_quote, state)
         SELECT $1, $2, CAST($3 AS BIGINT), $4, $5, $6, CAST($7 AS INTEGER), 'sent' WHERE NOT
           EXISTS (SELECT 1 FROM typed_responses WHERE form_key = $8)",
    )
    .bind(&response_id)
    .bind(&new.to.0)
    .bind(new.to.1)
    // A code that nobody has.
    .bind(id::hash(&id::secret()))
    .bind(json(&new.answers)?)
    .bind(new.channel.word())
    .bind(i32::from(new.may_quote))
    .bind(&new.form_key)
    .execute(&mut *tx)
    .await?;
    if is_new.rows_affected() == 0 {
        let known = sqlx::query_scalar("SELECT sheet FROM typed_responses WHERE form_key = $1")
            .bind(&new.form_key);
        return known.fetch_one(tx).await.map(Some);
    }
    sqlx::query_scalar(
        "INSERT INTO typed_responses (response_id, form_key, consultation_id, sheet, typed_by)
         VALUES ($1, $2, $3, 1 + (SELECT coalesce(max(sheet), 0) FROM typed_responses
           WHERE consultation_id = $3), $4) RETURNING sheet",
    )
    .bind(&response_id)
    .bind(&new.form_key)
    .bind(&new.to.0)
    .bind(&new.by)
    .fetch_one(tx)
    .await
    .map(Some)
}

/// Records that a second person checked it; where something differed, with the answers as they are
/// on the sheet and whether that can be quoted. A trigger counts it as a change. False when it is
/// their own, or was checked before.
pub async fn compare(
    tx: &mut AnyConnection,
    response_id: &Id<ids::Response>,
    on_sheet: Option<(&Answers, bool)>,
    by: &Id<ids::Account>,
) -> sqlx::Result<bool> {
    let compared = sqlx::query(
        "UPDATE typed_responses SET checked_by = $2, was_put_right = $3 WHERE response_id = $1
         AND checked_by IS NULL AND typed_by <> $2",
    );
    let compared = compared
        .bind(response_id)
        .bind(by)
        .bind(i32::from(on_sheet.is_some()))
        .execute(&mut *tx)
        .await?;
    if compared.rows_affected() == 0 {
        return Ok(false);
    }
    if let Some(on_sheet) = on_sheet {
        put_right(tx, response_id, on_sheet).await?;
    }
    Ok(true)
}

/// Keeps what is on a sheet in place of what was typed in: its answers, and whether it can be
/// quoted; if not, nothing of it is.
async fn put_right(
    tx: &mut AnyConnection,
    response_id: &Id<ids::Response>,
    (answers, may_quote): (&Answers, bool),
) -> sqlx::Result<()> {
    sqlx::query("UPDATE responses SET answers = $2, may_quote = CAST($3 AS INTEGER) WHERE id = $1")
        .bind(response_id)
        .bind(json(answers)?)
        .bind(i32::from(may_quote))
        .execute(&mut *tx)
        .await?;
    if !may_quote {
        sqlx::query("DELETE FROM quotations WHERE response_id = $1")
            .bind(response_id)
            .execute(tx)
            .await?;
    }
    Ok(())
}

/// That an organiser corrects a typed sheet.
#[derive(Clone, Copy, Debug)]
pub struct SheetCorrection<'a> {
    pub response_id: &'a Id<ids::Response>,
    pub consultation_id: &'a Id<ids::Consultation>,
    /// All its answers, as they are on the sheet.
    pub answers: &'a Answers,
    /// Whether the sheet says that we can quote it.
    pub may_quote: bool,
    /// The questions whose answers are others now.
    pub changed: &'a [&'a str],
    /// How often it had been corrected when they read it.
    pub seen: i64,
    pub by: &'a Id<ids::Account>,
}

/// Corrects a sheet until results are published; whoever does has then typed it in, so that
/// somebody else compares it, also where that was done before. Words that were chosen from an
/// answer that is another one now are no longer quoted. False when results are published, or the
/// sheet was corrected by somebody else meanwhile.
pub async fn correct(
    tx: &mut AnyConnection,
    correction: SheetCorrection<'_>,
) -> sqlx::Result<bool> {
    // What was counted before can then not be published.
    let held = sqlx::query(
        "UPDATE consultations SET changes = changes + 1 WHERE id = $1
           AND NOT EXISTS (SELECT 1 FROM releases r WHERE r.consultation_id = $1
             AND r.checked_at IS NOT NULL)",
    )
    .bind(correction.consultation_id);
    if held.execute(&mut *tx).await?.rows_affected() == 0 {
        return Ok(false);
    }
    let corrected = sqlx::query(
        "UPDATE typed_responses SET typed_by = $2, checked_by = NULL, was_put_right = 0,
           corrected = corrected + 1
         WHERE response_id = $1 AND consultation_id = $3 AND corrected = $4",
    )
    .bind(correction.response_id)
    .bind(correction.by)
    .bind(correction.consultation_id)
    .bind(correction.seen);
    if corrected.execute(&mut *tx).await?.rows_affected() == 0 {
        return Ok(false);
    }
    let on_sheet = (correction.answers, correction.may_quote);
    put_right(&mut *tx, correction.response_id, on_sheet).await?;
    for question in correction.changed {
        sqlx::query("DELETE FROM quotations WHERE response_id = $1 AND question = $2")
            .bind(correction.response_id)
            .bind(*question)
            .execute(&mut *tx)
            .await?;
    }
    Ok(true)
}
