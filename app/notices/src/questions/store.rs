//! Every SQL statement about questions and answers.

use calendar::clock::Moment;
use ground::db::{self, Db, formatcp};
use ground::ids::{Account, Id, Notice, NoticeAnswer, NoticeQuestion};
use ground::takedown;
use sqlx::{AnyConnection, AssertSqlSafe, Row as _};

use super::wanted::PEOPLE;
use super::{KEPT_UNANSWERED, NewAnswer};

/// A question as somebody asks it.
#[derive(Clone, Copy, Debug)]
pub struct NewQuestion<'a> {
    /// The same key twice is one question.
    pub form_key: &'a str,
    pub question: &'a str,
    /// Where the answer goes.
    pub email: &'a str,
}

/// Stores a question, once for each form key. False when it was there already.
///
/// # Errors
/// When the database fails; likewise for every function here.
pub async fn ask(
    tx: &mut AnyConnection,
    notice_id: &Id<Notice>,
    new: NewQuestion<'_>,
    now: Moment,
) -> sqlx::Result<bool> {
    let asked = sqlx::query(
        "INSERT INTO notice_questions (id, form_key, notice_id, question, email, asked_at)
         VALUES ($1, $2, $3, $4, $5, $6)
         ON CONFLICT (form_key) DO NOTHING",
    )
    // Everyone may come to read the question: its id must not tell when it was asked.
    .bind(Id::<NoticeQuestion>::random())
    .bind(new.form_key)
    .bind(notice_id)
    .bind(new.question)
    .bind(new.email)
    .bind(now)
    .execute(tx)
    .await?;
    Ok(asked.rows_affected() == 1)
}

/// Whether the question of this form is stored.
pub async fn is_asked(db: &Db, form_key: &str) -> sqlx::Result<bool> {
    let asked: i64 =
        sqlx::query_scalar("SELECT count(*) FROM notice_questions WHERE form_key = $1")
            .bind(form_key)
            .fetch_one(&mut *db.read().await?)
            .await?;
    Ok(asked > 0)
}

/// A question that waits for an answer.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct WaitingQuestion {
    pub id: Id<NoticeQuestion>,
    pub question: String,
    pub asked_at: Moment,
    /// How everyone can read it while it waits; `None` when nobody can.
    pub shown_as: Option<String>,
    /// How many others want to know the answer: a true number.
    #[sqlx(try_from = "i64")]
    pub wanted: u64,
}

/// The questions about a notice that wait, the oldest first.
pub async fn waiting_questions(
    db: &Db,
    notice_id: &Id<Notice>,
) -> sqlx::Result<Vec<WaitingQuestion>> {
    const SQL: &str = formatcp!(
        "SELECT q.id, q.question, q.asked_at, q.shown_as, {PEOPLE} AS wanted
         FROM notice_questions q WHERE q.notice_id = $1
         AND q.answer_id IS NULL AND q.set_aside_at IS NULL
         ORDER BY q.asked_at, q.id LIMIT 200"
    );
    sqlx::query_as(SQL).bind(notice_id).fetch_all(&mut *db.read().await?).await
}

/// Lets everyone read a question while it waits, in these words, once. False when they can already,
/// or it is no longer waiting.
pub async fn show_question(
    tx: &mut AnyConnection,
    notice_id: &Id<Notice>,
    (question_id, words): (&Id<NoticeQuestion>, &str),
    now: Moment,
) -> sqlx::Result<bool> {
    let shown = sqlx::query(
        "UPDATE notice_questions SET shown_as = $3, shown_at = $4 WHERE id = $1 AND notice_id = $2
         AND shown_at IS NULL AND answer_id IS NULL AND set_aside_at IS NULL",
    )
    .bind(question_id)
    .bind(notice_id)
    .bind(words)
    .bind(now)
    .execute(tx)
    .await?;
    Ok(shown.rows_affected() == 1)
}

/// Whether the answer of this form is published.
pub async fn is_answered(db: &Db, form_key: &str) -> sqlx::Result<bool> {
    let answers: i64 =
        sqlx::query_scalar("SELECT count(*) FROM notice_answers WHERE form_key = $1")
            .bind(form_key)
            .fetch_one(&mut *db.read().await?)
            .await?;
    Ok(answers > 0)
}

/// Stores an answer to these questions, once for each form key. False when it was there already.
pub async fn answer(
    tx: &mut AnyConnection,
    notice_id: &Id<Notice>,
    answer: &NewAnswer,
    by: &Id<Account>,
    now: Moment,
) -> sqlx::Result<bool> {
    let new: Option<Id<NoticeAnswer>> = sqlx::query_scalar(
        "INSERT INTO notice_answers (id, form_key, notice_id, question, answer, answered_by,
         answered_at) VALUES ($1, $2, $3, $4, $5, $6, $7)
         ON CONFLICT (form_key) DO NOTHING RETURNING id",
    )
    .bind(Id::<NoticeAnswer>::fresh())
    .bind(&answer.form_key)
    .bind(notice_id)
    .bind(&answer.question)
    .bind(&answer.answer)
    .bind(by)
    .bind(now)
    .fetch_optional(&mut *tx)
    .await?;
    let Some(answer_id) = new else { return Ok(false) };
    let these = db::parameters(3, answer.questions.len());
    // Only those that this answer is the first to take: two leaders may answer at once.
    let take = format!(
        "UPDATE notice_questions SET answer_id = $1
         WHERE notice_id = $2 AND answer_id IS NULL AND set_aside_at IS NULL AND id IN ({these})"
    );
    let mut take = sqlx::query(AssertSqlSafe(take)).bind(&answer_id).bind(notice_id);
    for question in &answer.questions {
        take = take.bind(question);
    }
    take.execute(tx).await?;
    Ok(true)
}

/// An answer that is still to go to those who asked.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct AnswerDue {
    pub answer_id: Id<NoticeAnswer>,
    pub notice_id: Id<Notice>,
    /// The question as everyone reads it.
    pub question: String,
    pub answer: String,
}

/// The answer that has waited longest to go to those who asked or wanted to know too.
pub async fn answer_due(db: &Db) -> sqlx::Result<Option<AnswerDue>> {
    sqlx::query_as(
        "SELECT id AS answer_id, notice_id, question, answer FROM (
           SELECT a.id, a.notice_id, a.question, a.answer, a.answered_at FROM notice_questions q
             JOIN notice_answers a ON a.id = q.answer_id
             WHERE q.email IS NOT NULL AND q.answer_id IS NOT NULL
           UNION ALL SELECT a.id, a.notice_id, a.question, a.answer, a.answered_at
             FROM notice_wanted w JOIN notice_questions q ON q.id = w.question_id
             JOIN notice_answers a ON a.id = q.answer_id) due
         ORDER BY answered_at, id LIMIT 1",
    )
    .fetch_optional(&mut *db.read().await?)
    .await
}

/// The addresses that an answer goes to. They are erased.
pub async fn take_addresses(
    tx: &mut AnyConnection,
    answer_id: &Id<NoticeAnswer>,
) -> sqlx::Result<Vec<String>> {
    // The update holds them: another process finds none.
    let mut addresses: Vec<String> = sqlx::query_scalar(
        "UPDATE notice_questions SET answer_id = answer_id WHERE answer_id = $1
             AND email IS NOT NULL RETURNING email",
    )
    .bind(answer_id)
    .fetch_all(&mut *tx)
    .await?;
    sqlx::query(
        "UPDATE notice_questions SET email = NULL WHERE answer_id = $1 AND email IS NOT NULL",
    )
    .bind(answer_id)
    .execute(tx)
    .await?;
    addresses.sort();
    addresses.dedup();
    Ok(addresses)
}

/// A question that gets no answer on the page, and the address of the person who asked, which is
/// erased.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct NotAnswered {
    pub id: Id<NoticeQuestion>,
    pub notice_id: Id<Notice>,
    /// Where to say so; `None` when that was erased.
    pub email: Option<String>,
}

/// Sets a question aside: it is not for everyone, or not a question. `None` when it is no longer
/// waiting.
pub async fn set_aside(
    tx: &mut AnyConnection,
    notice_id: &Id<Notice>,
    question_id: &Id<NoticeQuestion>,
    now: Moment,
) -> sqlx::Result<Option<NotAnswered>> {
    let Some(asked) =
        not_answered(tx, question_id).await?.filter(|asked| asked.notice_id == *notice_id)
    else {
        return Ok(None);
    };
    let set = sqlx::query(
        "UPDATE notice_questions SET set_aside_at = $2, email = NULL WHERE id = $1
         AND answer_id IS NULL AND set_aside_at IS NULL",
    )
    .bind(question_id)
    .bind(now)
    .execute(tx)
    .await?;
    Ok((set.rows_affected() == 1).then_some(asked))
}

/// The question that has waited longest for an answer, of those that have waited for so long that
/// the address is to go: (question, notice).
pub async fn unanswered_due(
    db: &Db,
    now: Moment,
) -> sqlx::Result<Option<(Id<NoticeQuestion>, Id<Notice>)>> {
    sqlx::query_as(
        "SELECT id, notice_id FROM notice_questions WHERE email IS NOT NULL AND answer_id IS NULL
         AND asked_at <= $1 ORDER BY asked_at, id LIMIT 1",
    )
    .bind(now - KEPT_UNANSWERED)
    .fetch_optional(&mut *db.read().await?)
    .await
}

/// Erases the address of a question without an answer. `None` when it has gone, or an answer has
/// come.
pub async fn take_address(
    tx: &mut AnyConnection,
    question_id: &Id<NoticeQuestion>,
) -> sqlx::Result<Option<NotAnswered>> {
    let asked = not_answered(tx, question_id).await?;
    let erased = sqlx::query(
        "UPDATE notice_questions SET email = NULL WHERE id = $1
         AND email IS NOT NULL AND answer_id IS NULL",
    )
    .bind(question_id)
    .execute(tx)
    .await?;
    Ok(asked.filter(|_| erased.rows_affected() == 1))
}

async fn not_answered(
    tx: &mut AnyConnection,
    question_id: &Id<NoticeQuestion>,
) -> sqlx::Result<Option<NotAnswered>> {
    sqlx::query_as("SELECT id, notice_id, email FROM notice_questions WHERE id = $1")
        .bind(question_id)
        .fetch_optional(tx)
        .await
}

/// A question that everyone can read while it waits.
#[derive(Clone, Debug)]
pub struct OpenQuestion {
    pub id: Id<NoticeQuestion>,
    /// How everyone reads it.
    pub question: String,
    /// How many others want to know the answer: a true number.
    pub wanted: u64,
    /// Whether the person looking is one of them.
    pub wants: Wants,
}

/// Whether someone wants to know the answer to a question.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wants {
    /// They have not said so.
    Not,
    /// They have said so.
    Too,
    /// They asked it.
    Asked,
}

/// A published answer.
#[derive(Clone, Debug)]
pub struct PublishedAnswer {
    pub id: Id<NoticeAnswer>,
    /// The question as everyone reads it.
    pub question: String,
    pub answer: String,
    pub at: Moment,
}

/// What the page shows besides the words of a notice.
#[derive(Clone, Debug, Default)]
pub struct Beside {
    /// The questions that wait and that everyone can read, the first shown first.
    pub open: Vec<OpenQuestion>,
    /// The published answers, the first first.
    pub answers: Vec<PublishedAnswer>,
    /// Why questions and answers were taken down, and when, the first first.
    pub taken_down: Vec<(Moment, String)>,
    /// For someone who is to be told about it: whether they said they have read it.
    pub has_read: Option<bool>,
    /// Whether a leader has said what happened next.
    pub has_update: bool,
}

/// What the page shows besides the words of a notice, for this account; `None` for a visitor.
pub async fn beside(
    db: &Db,
    notice_id: &Id<Notice>,
    account_id: Option<&Id<Account>>,
) -> sqlx::Result<Beside> {
    const SQL: &str = formatcp!(
        "SELECT kind, question, answer, at, id, wanted, wants FROM (
           SELECT 'answer' AS kind, id, question, answer, answered_at AS at,
             CAST(0 AS BIGINT) AS wanted, '' AS wants FROM notice_answers
             WHERE notice_id = $1 AND taken_down_at IS NULL
           UNION ALL SELECT 'taken down', k.id, k.reason, k.why, k.taken_down_at,
             CAST(0 AS BIGINT), ''
             FROM takedowns k WHERE k.taken_down_at IS NOT NULL
               AND (k.about_id IN (SELECT a.id FROM notice_answers a WHERE a.notice_id = $1)
                 OR k.about_id IN (SELECT q.id FROM notice_questions q WHERE q.notice_id = $1))
           UNION ALL SELECT 'open', q.id, q.shown_as, '', q.shown_at,
             {PEOPLE},
             CASE WHEN EXISTS (SELECT 1 FROM notice_wanted w
                 WHERE w.question_id = q.id AND w.account_id = $2) THEN 'too'
               WHEN EXISTS (SELECT 1 FROM accounts a WHERE a.id = $2 AND a.email = q.email)
                 THEN 'asked' ELSE '' END
             FROM notice_questions q WHERE q.notice_id = $1 AND q.shown_at IS NOT NULL
               AND q.answer_id IS NULL AND q.set_aside_at IS NULL
           UNION ALL SELECT 'read', '', '', '', coalesce(l.read_at, 0),
             CAST(0 AS BIGINT), ''
             FROM ledger l JOIN subscribers b ON b.id = l.subscriber_id WHERE l.notice_id = $1
               AND b.account_id = $2
           UNION ALL SELECT DISTINCT 'update', '', '', '', CAST(0 AS BIGINT), CAST(0 AS BIGINT), ''
             FROM update_subjects u WHERE u.notice_id = $1) beside
         ORDER BY kind, at, id"
    );
    let rows = sqlx::query(SQL)
        .bind(notice_id)
        .bind(account_id.map_or("", Id::as_str))
        .fetch_all(&mut *db.read().await?)
        .await?;
    let mut beside = Beside::default();
    for row in rows {
        match row.get::<&str, _>("kind") {
            "answer" => beside.answers.push(PublishedAnswer {
                id: row.get("id"),
                question: row.get("question"),
                answer: row.get("answer"),
                at: row.get("at"),
            }),
            "taken down" => {
                let why = takedown::why(row.get("question"), row.get("answer"));
                beside.taken_down.push((row.get("at"), why));
            }
            "update" => beside.has_update = true,
            "open" => beside.open.push(OpenQuestion {
                id: row.get("id"),
                question: row.get("question"),
                wanted: db::number(row.get("wanted"), "who wants to know")?,
                wants: match row.get::<&str, _>("wants") {
                    "too" => Wants::Too,
                    "asked" => Wants::Asked,
                    "" => Wants::Not,
                    _ => return db::known(None, "what they want to know"),
                },
            }),
            "read" => beside.has_read = Some(row.get::<Moment, _>("at").millis() != 0),
            _ => return db::known(None, "what is beside a notice"),
        }
    }
    Ok(beside)
}
