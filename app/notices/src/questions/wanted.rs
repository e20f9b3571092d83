//! Every SQL statement about who else wants to know the answer to a question.

use accounts::store::COUNTS_AS;
use calendar::clock::Moment;
use ground::db::{self, Db, formatcp};
use ground::ids::{Account, Id, Notice, NoticeAnswer, NoticeQuestion};
use sqlx::{AnyConnection, AssertSqlSafe, Row as _};

use super::KEPT_UNANSWERED;

/// How many people want to know the answer to the question `q`, as a part of statements. One
/// mailbox is one person.
pub const PEOPLE: &str = formatcp!(
    "(SELECT count(DISTINCT {COUNTS_AS}) FROM notice_wanted w
      JOIN accounts a ON a.id = w.account_id WHERE w.question_id = q.id)"
);

/// How many people one write tells, so that nobody waits long for it.
const AT_ONCE: u8 = 200;

/// Notes that someone wants to know the answer too; twice is once. False when the question is not
/// there to be read and waiting, or is their own: they are told anyway.
///
/// # Errors
/// When the database fails; likewise for every function here.
pub async fn want(
    tx: &mut AnyConnection,
    (notice_id, question_id): (&Id<Notice>, &Id<NoticeQuestion>),
    account_id: &Id<Account>,
    now: Moment,
) -> sqlx::Result<bool> {
    sqlx::query(
        "INSERT INTO notice_wanted (question_id, account_id, wanted_at)
         SELECT q.id, a.id, CAST($4 AS BIGINT) FROM notice_questions q, accounts a
         WHERE q.id = $2 AND q.notice_id = $1 AND q.shown_at IS NOT NULL
           AND q.answer_id IS NULL AND q.set_aside_at IS NULL
           AND a.id = $3 AND (q.email IS NULL OR q.email <> a.email)
         ON CONFLICT (question_id, account_id) DO NOTHING",
    )
    .bind(notice_id)
    .bind(question_id)
    .bind(account_id)
    .bind(now)
    .execute(&mut *tx)
    .await?;
    let wants: i64 = sqlx::query_scalar(
        "SELECT count(*) FROM notice_wanted WHERE question_id = $1 AND account_id = $2",
    )
    .bind(question_id)
    .bind(account_id)
    .fetch_one(tx)
    .await?;
    Ok(wants > 0)
}

/// They do not need to know any more.
pub async fn take_back(
    tx: &mut AnyConnection,
    question_id: &Id<NoticeQuestion>,
    account_id: &Id<Account>,
) -> sqlx::Result<()> {
    sqlx::query("DELETE FROM notice_wanted WHERE question_id = $1 AND account_id = $2")
        .bind(question_id)
        .bind(account_id)
        .execute(tx)
        .await?;
    Ok(())
}

/// A question that someone waits for.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct WaitedFor {
    pub notice_id: Id<Notice>,
    pub title: String,
    /// The question as everyone reads it.
    pub question: String,
    pub wanted_at: Moment,
}

/// What someone waits for, the latest first.
pub async fn of_account(db: &Db, account_id: &Id<Account>) -> sqlx::Result<Vec<WaitedFor>> {
    sqlx::query_as(
        "SELECT n.id AS notice_id, n.title, q.shown_as AS question, w.wanted_at
         FROM notice_wanted w
         JOIN notice_questions q ON q.id = w.question_id JOIN notices n ON n.id = q.notice_id
         WHERE w.account_id = $1 ORDER BY w.wanted_at DESC, q.id LIMIT 100",
    )
    .bind(account_id)
    .fetch_all(&mut *db.read().await?)
    .await
}

/// A question for which people have waited and will get no answer here.
#[derive(Clone, Debug)]
pub struct InVain {
    pub question_id: Id<NoticeQuestion>,
    pub notice_id: Id<Notice>,
    /// Whether a leader set it aside; else nobody has answered it for a long time.
    pub is_set_aside: bool,
}

/// The question for which somebody has waited longest in vain: it was set aside, or they have
/// waited for as long as an address is kept.
pub async fn in_vain_due(db: &Db, now: Moment) -> sqlx::Result<Option<InVain>> {
    let row = sqlx::query(
        "SELECT q.id, q.notice_id, CAST(CASE WHEN q.set_aside_at IS NULL THEN 0 ELSE 1 END
           AS BIGINT) AS is_set_aside
         FROM notice_wanted w JOIN notice_questions q ON q.id = w.question_id
         WHERE q.answer_id IS NULL AND (q.set_aside_at IS NOT NULL OR w.wanted_at <= $1)
         ORDER BY w.wanted_at, w.account_id LIMIT 1",
    )
    .bind(now - KEPT_UNANSWERED)
    .fetch_optional(&mut *db.read().await?)
    .await?;
    Ok(row.map(|row| InVain {
        question_id: row.get("id"),
        notice_id: row.get("notice_id"),
        is_set_aside: row.get::<i64, _>("is_set_aside") == 1,
    }))
}

/// Some of those who wanted this answer, as (account, address); from then on nothing says that they
/// did.
pub async fn take_for_answer(
    tx: &mut AnyConnection,
    answer_id: &Id<NoticeAnswer>,
) -> sqlx::Result<Vec<(Id<Account>, String)>> {
    const SQL: &str = formatcp!(
        "DELETE FROM notice_wanted WHERE (question_id, account_id) IN (
           SELECT {WANTED} WHERE q.answer_id = $1 AND CAST($2 AS BIGINT) = 0 {SOME})
         RETURNING account_id"
    );
    take(tx, SQL, answer_id, Moment::default()).await
}

/// Likewise of those who have waited for this question in vain.
pub async fn take_in_vain(
    tx: &mut AnyConnection,
    question_id: &Id<NoticeQuestion>,
    now: Moment,
) -> sqlx::Result<Vec<(Id<Account>, String)>> {
    const SQL: &str = formatcp!(
        "DELETE FROM notice_wanted WHERE (question_id, account_id) IN (
           SELECT {WANTED} WHERE q.id = $1 AND q.answer_id IS NULL
             AND (q.set_aside_at IS NOT NULL OR w.wanted_at <= CAST($2 AS BIGINT)) {SOME})
         RETURNING account_id"
    );
    take(tx, SQL, question_id, now - KEPT_UNANSWERED).await
}

const WANTED: &str = "w.question_id, w.account_id FROM notice_wanted w
     JOIN notice_questions q ON q.id = w.question_id";
/// Those who have waited longest.
const SOME: &str = formatcp!("ORDER BY w.wanted_at, w.account_id LIMIT {AT_ONCE}");

/// The deletion holds them: another process finds none.
async fn take(
    tx: &mut AnyConnection,
    sql: &'static str,
    id: &str,
    before: Moment,
) -> sqlx::Result<Vec<(Id<Account>, String)>> {
    let mut accounts: Vec<Id<Account>> =
        sqlx::query_scalar(sql).bind(id).bind(before).fetch_all(&mut *tx).await?;
    accounts.sort();
    accounts.dedup();
    if accounts.is_empty() {
        return Ok(Vec::new());
    }
    let sql = format!(
        "SELECT id, email FROM accounts WHERE email IS NOT NULL AND id IN ({}) ORDER BY id",
        db::parameters(1, accounts.len())
    );
    let mut ask = sqlx::query_as(AssertSqlSafe(sql));
    for account in &accounts {
        ask = ask.bind(account);
    }
    ask.fetch_all(tx).await
}
