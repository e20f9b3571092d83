//! What is asked and kept about who a plan affects. What is kept runs after `hold_for` in the same
//! write.

use area::equality::{self, Kept, NewEquality, SignedEquality, Signing};
use ground::db::{self, Db};
use ground::ids::{Account, Id, Plan};
use sqlx::any::AnyRow;
use sqlx::{AnyConnection, AssertSqlSafe, Row as _};

use super::writing::{Act, event};

const KEPT: Kept =
    Kept { records: "equality_records", numbers: "equality_numbers", about: "plan_id" };

/// The record of equality of a plan that was signed last.
///
/// # Errors
/// When the database fails; likewise for every function here.
pub async fn equality_of(db: &Db, plan_id: &Id<Plan>) -> sqlx::Result<Option<SignedEquality>> {
    equality::last(db, KEPT, plan_id).await
}

/// Keeps a record of equality, once for each form key. True when it is new.
pub async fn sign_equality(
    tx: &mut AnyConnection,
    act: Act<'_>,
    record: &NewEquality,
) -> sqlx::Result<bool> {
    let signing = Signing { about: act.plan_id, by: &act.by.account_id, at: act.at };
    let Some(record_id) = equality::sign(tx, KEPT, signing, record).await? else {
        return Ok(false);
    };
    event(tx, act, "equality record signed", &record_id).await?;
    Ok(true)
}

/// Each plan that is not cancelled, with the day by which its leaders said last that they would look
/// again at whether it is fair: (id, title, day, when they said so).
pub const LAST_SIGNED: &str = "SELECT p.id, p.title, e.review_day, e.signed_at
   FROM equality_records e JOIN plans p ON p.id = e.plan_id
   WHERE NOT EXISTS (SELECT 1 FROM equality_records l WHERE l.plan_id = e.plan_id
       AND (l.signed_at > e.signed_at OR (l.signed_at = e.signed_at AND l.id > e.id)))
     AND NOT EXISTS (SELECT 1 FROM plan_changes x WHERE x.plan_id = p.id
       AND x.kind = 'cancelled')";

/// Who is to look again at whether a plan is fair, since the day for it is over.
#[derive(Clone, Debug)]
pub struct ToReview {
    pub plan_id: Id<Plan>,
    pub title: String,
    /// The day, as `2026-12-04`.
    pub day: String,
    pub account_id: Id<Account>,
    pub email: String,
}

/// Those who are to look again by a day between these two.
pub async fn to_review(db: &Db, (from, until): (&str, &str)) -> sqlx::Result<Vec<ToReview>> {
    let sql = format!(
        "SELECT s.id, s.title, s.review_day, a.id AS account_id, a.email FROM ({LAST_SIGNED}) s
         JOIN plan_leaders k ON k.plan_id = s.id
         JOIN accounts a ON a.id = k.account_id AND a.email IS NOT NULL
         WHERE s.review_day >= $1 AND s.review_day < $2 ORDER BY s.id, a.id"
    );
    let rows = sqlx::query(AssertSqlSafe(sql))
        .bind(from)
        .bind(until)
        .fetch_all(&mut *db.read().await?)
        .await?;
    let one = |row: &AnyRow| {
        Ok(ToReview {
            plan_id: row.get("id"),
            title: row.get("title"),
            day: db::day(row.get("review_day"), "equality_records.review_day")?,
            account_id: row.get("account_id"),
            email: row.get("email"),
        })
    };
    rows.iter().map(one).collect()
}
