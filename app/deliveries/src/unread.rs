//! What came to the return address of an email and could not be understood: shown to an
//! administrator for a month. The mail itself is left in the mailbox.

use calendar::clock::{DAY, Millis, Moment};
use ground::db::Db;
use ground::house::House;
use ground::ids::{Account, Id};
use sqlx::AnyConnection;

use super::returns::Unclear;
use super::turn::without_addresses;

/// How long it is shown, and kept.
pub const SHOWN_FOR: Millis = 30 * DAY;

/// A mail that nobody has understood yet.
#[derive(Clone, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct Unread {
    pub at: Moment,
    /// What its writer called it, without anybody's address; it may be empty.
    pub subject: String,
}

/// Records what came, so that somebody looks. For each email the first counts, and one that never
/// went has none.
///
/// # Errors
/// When the database fails; then nothing is recorded.
pub async fn record_unread(house: &House, came: &[Unclear]) -> Result<(), sqlx::Error> {
    if came.is_empty() {
        return Ok(());
    }
    let now = house.clock.now();
    let mut tx = house.db.begin().await?;
    for mail in came {
        sqlx::query(
            "INSERT INTO unread_returns (delivery_id, at, subject)
             SELECT id, CAST($2 AS BIGINT), $3 FROM deliveries WHERE id = $1 AND tries > 0
             ON CONFLICT (delivery_id) DO NOTHING",
        )
        .bind(&mail.email)
        .bind(now)
        .bind(without_addresses(&mail.subject))
        .execute(&mut *tx)
        .await?;
    }
    tx.commit().await
}

/// What came since then, the latest first, at most `most`.
///
/// # Errors
/// When the database fails.
pub async fn unread(db: &Db, since: Moment, most: i64) -> Result<Vec<Unread>, sqlx::Error> {
    sqlx::query_as(
        "SELECT at, subject FROM unread_returns WHERE at > $1
         ORDER BY at DESC, delivery_id LIMIT CAST($2 AS BIGINT)",
    )
    .bind(since)
    .bind(most)
    .fetch_all(&mut *db.read().await?)
    .await
}

/// Erases what came to emails of an account that is erased.
pub(super) async fn forget(
    tx: &mut AnyConnection,
    account_id: &Id<Account>,
) -> Result<(), sqlx::Error> {
    sqlx::query(
        "DELETE FROM unread_returns WHERE delivery_id IN
         (SELECT id FROM deliveries WHERE account_id = $1)",
    )
    .bind(account_id)
    .execute(tx)
    .await?;
    Ok(())
}

/// Erases what was shown for long enough. Looked for where nobody waits. Returns how many.
pub(super) async fn forget_due(db: &Db, now: Moment) -> Result<u64, sqlx::Error> {
    let due: i64 = sqlx::query_scalar("SELECT count(*) FROM unread_returns WHERE at <= $1")
        .bind(now - SHOWN_FOR)
        .fetch_one(&mut *db.read().await?)
        .await?;
    if due == 0 {
        return Ok(0);
    }
    let mut tx = db.begin().await?;
    let done = sqlx::query("DELETE FROM unread_returns WHERE at <= $1")
        .bind(now - SHOWN_FOR)
        .execute(&mut *tx)
        .await?;
    tx.commit().await?;
    Ok(done.rows_affected())
}
