//! What waits on a desk, from every room, in one question.

use sqlx::{AssertSqlSafe, Row as _};

use crate::clock::Millis;
use crate::db::Db;
use crate::{notices, plans, topics};

/// What waits for organisers, the oldest of each first.
#[derive(Clone, Debug, Default)]
pub struct Waits {
    /// Topics to read: (id, title, proposed at).
    pub topics: Vec<(String, String, Millis)>,
    /// Plans without the forum's statement: (id, title, registered at).
    pub plans: Vec<(String, String, Millis)>,
    /// How many families no letter reaches.
    pub unreached: i64,
}

/// What waits for organisers.
///
/// # Errors
/// When the database fails.
pub async fn for_organisers(db: &Db, now: Millis) -> Result<Waits, sqlx::Error> {
    let (topics, plans, unreached) = (topics::store::TO_READ, plans::store::TO_STATE, notices::ledger::count_unreached());
    let sql = format!(
        "SELECT kind, id, title, since FROM (
           SELECT 'topic' AS kind, id, title, since FROM ({topics}) topics
           UNION ALL SELECT 'plan', id, title, since FROM ({plans}) plans
           UNION ALL SELECT 'unreached', '', '', ({unreached})) waits
         ORDER BY kind, since, id"
    );
    let rows = sqlx::query(AssertSqlSafe(sql)).bind(now).fetch_all(&mut *db.read().await?).await?;
    let mut waits = Waits::default();
    for row in rows {
        let one = (row.get(1), row.get(2), row.get(3));
        match row.get::<&str, _>(0) {
            "topic" => waits.topics.push(one),
            "plan" => waits.plans.push(one),
            _ => waits.unreached = one.2,
        }
    }
    Ok(waits)
}
