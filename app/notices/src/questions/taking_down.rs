//! What the forum takes down of questions and answers: every SQL statement about it.

use calendar::clock::Moment;
use ground::db::{Db, Kind};
use ground::ids::{Account, Id, Notice, NoticeAnswer, NoticeQuestion};
use sqlx::AnyConnection;

use super::wanted;

/// What everyone reads of a question, or of a question and its answer, as it can be taken down.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct ToTakeDown {
    pub notice_id: Id<Notice>,
    /// As everyone reads it.
    pub question: String,
    /// Empty while there is none.
    pub answer: String,
    /// The leader who answered; `None` while nobody has.
    pub answered_by: Option<Id<Account>>,
    /// Where to tell them; `None` once their account is erased.
    pub email: Option<String>,
}

/// A published answer with its question; `None` where everyone reads none.
///
/// # Errors
/// When the database fails; likewise for every function here.
pub async fn answer(db: &Db, id: &Id<NoticeAnswer>) -> sqlx::Result<Option<ToTakeDown>> {
    sqlx::query_as(
        "SELECT n.notice_id, n.question, n.answer, n.answered_by, a.email
         FROM notice_answers n JOIN accounts a ON a.id = n.answered_by
         WHERE n.id = $1 AND n.taken_down_at IS NULL",
    )
    .bind(id)
    .fetch_optional(&mut *db.read().await?)
    .await
}

/// A question that waits and that everyone can read; `None` where there is none.
pub async fn question(db: &Db, id: &Id<NoticeQuestion>) -> sqlx::Result<Option<ToTakeDown>> {
    sqlx::query_as(
        "SELECT notice_id, shown_as AS question, '' AS answer, CAST(NULL AS TEXT) AS answered_by,
           CAST(NULL AS TEXT) AS email
         FROM notice_questions
         WHERE id = $1 AND shown_at IS NOT NULL AND answer_id IS NULL AND set_aside_at IS NULL",
    )
    .bind(id)
    .fetch_optional(&mut *db.read().await?)
    .await
}

/// Somebody to tell that a question was taken down: their account, if it is known, and where.
pub type ToTell = (Option<Id<Account>>, String);

/// Takes down an answer with its question, and the questions that it answers as they were asked.
/// Whoever still waited for it gets no answer: they are given back. `None` when it was taken down
/// before.
pub async fn take_down_answer(
    tx: &mut AnyConnection,
    id: &Id<NoticeAnswer>,
    now: Moment,
) -> sqlx::Result<Option<Vec<ToTell>>> {
    let taken_down = sqlx::query(
        "UPDATE notice_answers SET taken_down_at = $2, question = '', answer = ''
         WHERE id = $1 AND taken_down_at IS NULL",
    )
    .bind(id)
    .bind(now)
    .execute(&mut *tx)
    .await?;
    if taken_down.rows_affected() == 0 {
        return Ok(None);
    }
    let asked = Kind::of(tx).hold_to_change(
        "SELECT email FROM notice_questions WHERE answer_id = $1 AND email IS NOT NULL
         ORDER BY email",
    );
    let mut asked: Vec<String> = sqlx::query_scalar(asked).bind(id).fetch_all(&mut *tx).await?;
    asked.dedup();
    let mut waited: Vec<ToTell> = asked.into_iter().map(|email| (None, email)).collect();
    loop {
        let some = wanted::take_for_answer(tx, id).await?;
        if some.is_empty() {
            break;
        }
        waited.extend(some.into_iter().map(|(account, email)| (Some(account), email)));
    }
    sqlx::query(
        "UPDATE notice_questions SET question = '', taken_down_at = $2, email = NULL,
           shown_as = CASE WHEN shown_as IS NULL THEN NULL ELSE '' END
         WHERE answer_id = $1",
    )
    .bind(id)
    .bind(now)
    .execute(tx)
    .await?;
    Ok(Some(waited))
}

/// Takes down a question that waits. It is set aside, so that the worker tells whoever wanted to
/// know too. Gives back whoever asked, if their address is known; `None` when not everyone can read
/// it any more.
pub async fn take_down_question(
    tx: &mut AnyConnection,
    id: &Id<NoticeQuestion>,
    now: Moment,
) -> sqlx::Result<Option<Vec<ToTell>>> {
    let held = Kind::of(tx).hold_to_change(
        "SELECT email FROM notice_questions WHERE id = $1 AND shown_at IS NOT NULL
           AND answer_id IS NULL AND set_aside_at IS NULL",
    );
    let held: Option<(Option<String>,)> =
        sqlx::query_as(held).bind(id).fetch_optional(&mut *tx).await?;
    let Some((email,)) = held else { return Ok(None) };
    sqlx::query(
        "UPDATE notice_questions SET taken_down_at = $2, set_aside_at = $2, question = '',
           shown_as = '', email = NULL WHERE id = $1",
    )
    .bind(id)
    .bind(now)
    .execute(tx)
    .await?;
    Ok(Some(email.map(|email| (None, email)).into_iter().collect()))
}
