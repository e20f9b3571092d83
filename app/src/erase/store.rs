//! What an account has, room by room, for the person who is about to leave; and its words in the
//! index of the search.

use accounts::erasing::IS_LAST;
use calendar::clock::Moment;
use ground::db::{Db, formatcp};
use ground::erasing::each;
use ground::ids::{Account, Id};
use sqlx::{AnyConnection, Row as _};

/// How much of what a person has here goes, or stays without them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Has {
    /// Topics and comments that nobody else can read, or only the forum.
    pub unpublished: i64,
    pub published: i64,
    /// Published topics and comments that their author may still take down.
    pub to_take_down: i64,
    pub passed_on: i64,
    pub open_votes: i64,
    pub closed_votes: i64,
    /// What they told the forum that is not their experience.
    pub doubts: i64,
    /// Questions about changes that wait for an answer: their own, and those they want to know too.
    pub questions: i64,
    pub consultations: i64,
    /// Services in places that they asked to be told about.
    pub subscriptions: i64,
    /// Whether nobody else is an administrator.
    pub is_last_admin: bool,
}

/// What this account has.
///
/// # Errors
/// When the database fails; likewise for every function here.
pub async fn has(db: &Db, account_id: &Id<Account>, now: Moment) -> sqlx::Result<Has> {
    const OWN_TOPICS: &str = "SELECT count(*) FROM topics t WHERE t.author_id = a.id";
    const OWN_COMMENTS: &str = "SELECT count(*) FROM comments c WHERE c.author_id = a.id";
    const OPEN: &str = "(t.round_id IS NULL OR EXISTS (SELECT 1 FROM rounds r
        WHERE r.id = t.round_id AND r.closed_at IS NULL AND r.closes_at > $2))";
    const VOTES: &str = "SELECT count(*) FROM supports s JOIN topics t ON t.id = s.topic_id
        JOIN rounds r ON r.id = t.round_id WHERE s.account_id = a.id";
    const SQL: &str = formatcp!(
        "SELECT
           ({OWN_TOPICS} AND t.passed_on_at IS NULL
              AND (t.published_at IS NULL OR t.withdrawn_at IS NOT NULL))
           + ({OWN_COMMENTS} AND c.passed_on_at IS NULL
              AND (c.published_at IS NULL OR c.withdrawn_at IS NOT NULL)) AS unpublished,
           ({OWN_TOPICS} AND t.published_at IS NOT NULL AND t.withdrawn_at IS NULL)
           + ({OWN_COMMENTS} AND c.published_at IS NOT NULL AND c.withdrawn_at IS NULL)
             AS published,
           ({OWN_TOPICS} AND t.published_at IS NOT NULL AND t.withdrawn_at IS NULL
              AND t.merged_at IS NULL AND {OPEN})
           + ({OWN_COMMENTS} AND c.published_at IS NOT NULL AND c.withdrawn_at IS NULL
              AND NOT EXISTS (SELECT 1 FROM comment_responses x WHERE x.comment_id = c.id))
             AS to_take_down,
           ({OWN_TOPICS} AND t.passed_on_at IS NOT NULL)
           + ({OWN_COMMENTS} AND c.passed_on_at IS NOT NULL) AS passed_on,
           ({VOTES} AND r.closed_at IS NULL) AS open_votes,
           ({VOTES} AND r.closed_at IS NOT NULL) AS closed_votes,
           (SELECT count(*) FROM doubts d WHERE d.account_id = a.id)
           + (SELECT count(*) FROM wait_doubts d WHERE d.account_id = a.id) AS doubts,
           (SELECT count(*) FROM notice_wanted w WHERE w.account_id = a.id)
           + (SELECT count(*) FROM notice_questions q WHERE q.email = a.email)
             AS questions,
           (SELECT count(*) FROM took_part p WHERE p.account_id = a.id) AS consultations,
           (SELECT count(*) FROM subscriptions u JOIN subscribers b ON b.id = u.subscriber_id
            WHERE b.email = a.email AND u.ended_at IS NULL) AS subscriptions,
           CAST(CASE WHEN {IS_LAST} THEN 1 ELSE 0 END AS BIGINT) AS is_last_admin
         FROM accounts a WHERE a.id = $1"
    );
    let row =
        sqlx::query(SQL).bind(account_id).bind(now).fetch_optional(&mut *db.read().await?).await?;
    Ok(row.map_or_else(Has::default, |row| Has {
        unpublished: row.get("unpublished"),
        published: row.get("published"),
        to_take_down: row.get("to_take_down"),
        passed_on: row.get("passed_on"),
        open_votes: row.get("open_votes"),
        closed_votes: row.get("closed_votes"),
        doubts: row.get("doubts"),
        questions: row.get("questions"),
        consultations: row.get("consultations"),
        subscriptions: row.get("subscriptions"),
        is_last_admin: row.get::<i64, _>("is_last_admin") == 1,
    }))
}

/// Takes the words of an account's topics and comments out of the index; the next turn of the
/// search puts back what is still published.
pub async fn forget_words(tx: &mut AnyConnection, account_id: &Id<Account>) -> sqlx::Result<()> {
    const STATEMENTS: [&str; 4] = [
        "DELETE FROM search_words WHERE kind = 'topics'
         AND thing_id IN (SELECT t.id FROM topics t WHERE t.author_id = $1)",
        "DELETE FROM search_things WHERE kind = 'topics'
         AND thing_id IN (SELECT t.id FROM topics t WHERE t.author_id = $1)",
        "DELETE FROM search_words WHERE kind = 'local-offer/comments'
         AND thing_id IN (SELECT c.id FROM comments c WHERE c.author_id = $1)",
        "DELETE FROM search_things WHERE kind = 'local-offer/comments'
         AND thing_id IN (SELECT c.id FROM comments c WHERE c.author_id = $1)",
    ];
    each(tx, account_id, &STATEMENTS).await
}

/// Notes that the database is to be written anew, since something was erased.
pub async fn rewrite_soon(tx: &mut AnyConnection, now: Moment) -> sqlx::Result<()> {
    sqlx::query("UPDATE service_state SET to_rewrite_since = $1").bind(now).execute(tx).await?;
    Ok(())
}

/// When the database was or is to be written anew.
#[derive(Clone, Copy, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct Rewriting {
    /// Since when it is to be, after an account was erased; `None` when it was.
    #[sqlx(rename = "to_rewrite_since")]
    pub wanted_since: Option<Moment>,
    /// When it last was.
    #[sqlx(rename = "rewritten_at")]
    pub done_at: Option<Moment>,
}

pub async fn rewriting(db: &Db) -> sqlx::Result<Rewriting> {
    sqlx::query_as("SELECT to_rewrite_since, rewritten_at FROM service_state")
        .fetch_one(&mut *db.read().await?)
        .await
}

/// Notes that it was written anew. What was erased since `wanted_since` still waits for it.
pub async fn rewritten(db: &Db, wanted_since: Option<Moment>, now: Moment) -> sqlx::Result<()> {
    let mut tx = db.begin().await?;
    sqlx::query(
        "UPDATE service_state SET rewritten_at = $2, to_rewrite_since =
           CASE WHEN to_rewrite_since = $1 THEN NULL ELSE to_rewrite_since END",
    )
    .bind(wanted_since)
    .bind(now)
    .execute(&mut *tx)
    .await?;
    tx.commit().await
}
