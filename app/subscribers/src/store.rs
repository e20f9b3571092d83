//! What every room that tells someone does with that subscriber's row.

use calendar::clock::Moment;
use ground::db::{self, Kind};
use ground::ids::{Id, Subscriber};
use sqlx::{AnyConnection, AssertSqlSafe};

/// Holds subscribers, in the order of their ids, so that what happens to each happens one after the
/// other.
pub async fn hold(tx: &mut AnyConnection, subscribers: &[Id<Subscriber>]) -> sqlx::Result<()> {
    let these = db::parameters(1, subscribers.len());
    let sql = format!("SELECT id FROM subscribers WHERE id IN ({these}) ORDER BY id");
    let mut hold = sqlx::query(Kind::of(tx).hold_to_change(AssertSqlSafe(sql)));
    for subscriber in subscribers {
        hold = hold.bind(subscriber);
    }
    hold.fetch_all(tx).await?;
    Ok(())
}

/// Stores a new link to a subscriber's own page.
pub async fn keep_link(
    tx: &mut AnyConnection,
    token_hash: &str,
    subscriber_id: &Id<Subscriber>,
    now: Moment,
) -> sqlx::Result<()> {
    sqlx::query(
        "INSERT INTO subscriber_links (token_hash, subscriber_id, made_at) VALUES ($1, $2, $3)",
    )
    .bind(token_hash)
    .bind(subscriber_id)
    .bind(now)
    .execute(tx)
    .await?;
    Ok(())
}
