//! How many accounts were made from one network within an hour. The forum sees what is unusual
//! about it before it confirms a shortlist (`rounds/shortlist`).
//!
//! What is kept is a count and no more: nothing says which accounts they were. The network is a
//! hash that goes when its hour is over, and so does a count that is nothing unusual.

use calendar::clock::{DAY, HOUR, Millis, Moment};
use ground::db::Db;
use ground::error::Error;
use ground::house::House;
use sqlx::AnyConnection;

use super::attempts::Caller;

/// From how many on it is unusual: no smaller number of people is ever shown.
pub const MANY: i64 = 10;

/// How long a count waits for a round to close.
pub const KEPT_FOR: Millis = 182 * DAY;

/// The network of a caller as it is stored: under the key of the day, which is erased the next day.
///
/// # Errors
/// When the database fails; likewise for every function here.
pub async fn hashed(house: &House, caller: &Caller) -> Result<String, Error> {
    let today = house.day_key.today(&house.db, house.clock.now()).await?;
    Ok(today.hash(&format!("joined from {}", caller.network)))
}

/// Counts one account that was made from this network, by its hash.
pub async fn note(tx: &mut AnyConnection, network: &str, now: Moment) -> sqlx::Result<()> {
    sqlx::query(
        "INSERT INTO joinings (id, network, began_at, accounts) VALUES ($1, $2, $3, 1)
         ON CONFLICT (network, began_at) DO UPDATE SET accounts = joinings.accounts + 1",
    )
    .bind(id::fresh())
    .bind(network)
    .bind(now - now.millis().rem_euclid(HOUR))
    .execute(tx)
    .await?;
    Ok(())
}

/// Takes out the counts of all hours that began before this time, and gives those that are unusual:
/// (when the hour began, how many accounts).
pub async fn take(tx: &mut AnyConnection, before: Moment) -> sqlx::Result<Vec<(Moment, i64)>> {
    let mut all: Vec<(Moment, i64)> =
        sqlx::query_as("DELETE FROM joinings WHERE began_at < $1 RETURNING began_at, accounts")
            .bind(before)
            .fetch_all(tx)
            .await?;
    all.retain(|(_, accounts)| *accounts >= MANY);
    Ok(all)
}

/// Erases the networks of hours that are over, and what is not unusual or no use any more; how many
/// rows were erased.
pub async fn forget_due(db: &Db, now: Moment) -> sqlx::Result<u64> {
    let mut tx = db.begin().await?;
    let over = now - HOUR;
    let erased = sqlx::query(
        "DELETE FROM joinings WHERE (began_at <= $1 AND accounts < $2) OR began_at <= $3",
    )
    .bind(over)
    .bind(MANY)
    .bind(now - KEPT_FOR)
    .execute(&mut *tx)
    .await?;
    sqlx::query("UPDATE joinings SET network = NULL WHERE began_at <= $1 AND network IS NOT NULL")
        .bind(over)
        .execute(&mut *tx)
        .await?;
    tx.commit().await?;
    Ok(erased.rows_affected())
}
