//! Every SQL statement of the pages for administrators.

use area::AreaKind;
use calendar::clock::Moment;
use ground::db::{Db, number};
use sqlx::any::AnyRow;
use sqlx::{AssertSqlSafe, Row as _};

/// What is looked for in the audit log.
#[derive(Clone, Debug)]
pub struct AuditSearch<'a> {
    /// What was done, as the log says it; empty for anything.
    pub what: &'a str,
    /// A part of the name or address of whoever did it or whom it was done to, folded, or the id of
    /// a thing; empty for anybody.
    pub who: &'a str,
    /// From then on, and before then.
    pub within: (Moment, Moment),
    /// Only entries before this number.
    pub before: i64,
}

/// An entry of the audit log.
#[derive(Clone, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct AuditLine {
    pub number: i64,
    pub at: Moment,
    pub what: String,
    pub detail: String,
    /// The id of what it is about.
    pub about: String,
    /// The id of whoever did it; `None` for the program itself.
    pub who_id: Option<String>,
    /// What they are called; empty where they have left.
    pub who: String,
    /// What it is about, where that is a person or has a title that the team gave it; else empty.
    pub thing: String,
}

/// The entries that match, the latest first. No title that a parent gave is among them: what was
/// passed on or not published is not for whoever reads the log.
///
/// # Errors
/// When the database fails; likewise for every function here.
pub async fn audit(db: &Db, search: &AuditSearch<'_>, most: i64) -> sqlx::Result<Vec<AuditLine>> {
    let pattern = if search.who.is_empty() {
        String::new()
    } else {
        format!("%{}%", search.who.replace(['%', '_', '\\'], ""))
    };
    let named = AreaKind::ALL
        .map(|kind| format!("(SELECT k.name FROM {} k WHERE k.id = e.about)", kind.table()));
    let sql = format!(
        "SELECT e.number, e.at, e.what, e.detail, e.about, e.who AS who_id,
           coalesce(w.shown_name, '') AS who,
           coalesce(a.shown_name,
             (SELECT r.title FROM rounds r WHERE r.id = e.about),
             (SELECT p.title FROM plans p WHERE p.id = e.about),
             (SELECT c.title FROM consultations c WHERE c.id = e.about),
             (SELECT n.title FROM notices n WHERE n.id = e.about), {}, '') AS thing
         FROM audit e LEFT JOIN accounts w ON w.id = e.who LEFT JOIN accounts a ON a.id = e.about
         WHERE e.number < $1 AND ($2 = '' OR e.what = $2) AND e.at >= $3 AND e.at < $4
           AND ($5 = '' OR e.about = $6
             OR w.email LIKE $5 OR lower(w.shown_name) LIKE $5
             OR a.email LIKE $5 OR lower(a.shown_name) LIKE $5)
         ORDER BY e.number DESC LIMIT CAST($7 AS BIGINT)",
        named.join(", ")
    );
    sqlx::query_as(AssertSqlSafe(sql))
        .bind(search.before)
        .bind(search.what)
        .bind(search.within.0)
        .bind(search.within.1)
        .bind(pattern)
        .bind(search.who)
        .bind(most)
        .fetch_all(&mut *db.read().await?)
        .await
}

/// Everything that was ever done, as the log says it.
pub async fn kinds_of_entries(db: &Db) -> sqlx::Result<Vec<String>> {
    // From each to the next one by the index, and not through all entries.
    sqlx::query_scalar(
        "WITH RECURSIVE kinds (what) AS (
           SELECT CAST('' AS TEXT)
           UNION ALL
           SELECT (SELECT min(a.what) FROM audit a WHERE a.what > k.what) FROM kinds k
           WHERE k.what IS NOT NULL)
         SELECT what FROM kinds WHERE what <> '' ORDER BY what",
    )
    .fetch_all(&mut *db.read().await?)
    .await
}

/// How many people are told about each service, in their standing order. True numbers, for
/// `disclosure`.
pub async fn subscribers_by_service(db: &Db) -> sqlx::Result<Vec<(String, u64)>> {
    let rows = sqlx::query(
        "SELECT v.name, (SELECT count(DISTINCT s.subscriber_id) FROM subscriptions s
           JOIN subscribers b ON b.id = s.subscriber_id AND b.erased_at IS NULL
           WHERE s.service_id = v.id AND s.ended_at IS NULL) AS people
         FROM services v WHERE v.retired_at IS NULL ORDER BY v.position, v.id",
    )
    .fetch_all(&mut *db.read().await?)
    .await?;
    let one = |row: &AnyRow| -> sqlx::Result<(String, u64)> {
        Ok((row.get("name"), number(row.get("people"), "count of subscribers")?))
    };
    rows.iter().map(one).collect()
}
