//! What waits on a desk, and what is open now, from every room in one question.

use sqlx::any::AnyRow;
use sqlx::{AssertSqlSafe, Row as _};

use crate::clock::Millis;
use crate::consultations::store::Listed;
use crate::db::Db;
use crate::rounds::store::Round;
use crate::{notices, plans, rounds, topics};

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

/// The last rounds, and the consultations that can be answered, the first to close first; in one question, for home.
///
/// # Errors
/// When the database fails.
pub async fn open_now(db: &Db, now: Millis) -> Result<(Vec<Round>, Vec<Listed>), sqlx::Error> {
    let sql = format!(
        "SELECT rounds.*, '' AS who_for FROM ({} LIMIT 4) rounds
         UNION ALL SELECT c.id, c.title, 0, c.opens_at, c.opens_at, c.closes_at, NULL, NULL, NULL, c.who_for
         FROM (SELECT * FROM consultations WHERE opened_at IS NOT NULL AND opens_at <= $1 AND closes_at > $1 ORDER BY closes_at, id LIMIT 3) c",
        rounds::store::LAST
    );
    let rows = sqlx::query(AssertSqlSafe(sql)).bind(now).fetch_all(&mut *db.read().await?).await?;
    // A round is for nobody in particular.
    let (all, asked): (Vec<&AnyRow>, Vec<&AnyRow>) = rows.iter().partition(|row| row.get::<&str, _>(9).is_empty());
    let mut all: Vec<Round> = all.into_iter().map(rounds::store::round).collect();
    all.sort_by(|one, next| (next.dates.closes_at, &next.id).cmp(&(one.dates.closes_at, &one.id)));
    let listed = |row: &AnyRow| Listed {
        id: row.get(0),
        title: row.get(1),
        who_for: row.get(9),
        opens_at: row.get(3),
        closes_at: row.get(5),
        is_opened: true,
    };
    let mut asked: Vec<Listed> = asked.into_iter().map(listed).collect();
    asked.sort_by(|one, next| (one.closes_at, &one.id).cmp(&(next.closes_at, &next.id)));
    Ok((all, asked))
}
