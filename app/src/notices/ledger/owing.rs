//! Which letters are due and owed, and which are called off.

use sqlx::{AnyConnection, AssertSqlSafe, Row as _};

use super::wanted::is_wanted;
use crate::clock::Millis;
use crate::db::{self, Db, Kept};
use crate::deliveries;

/// What one subscriber is owed now.
#[derive(Clone, Debug)]
pub struct Due {
    /// The subscriber.
    pub subscriber_id: String,
    /// Her address.
    pub email: String,
    /// The notices, the first to take effect first; more than one in a digest only.
    pub notices: Vec<String>,
    /// Whether it is her digest.
    pub is_digest: bool,
}

/// Whether a letter is due that is not owed yet.
pub async fn is_one_to_tell(db: &Db, now: Millis) -> Kept<bool> {
    let due: Option<i64> = sqlx::query_scalar(
        "SELECT due_at FROM ledger WHERE due_at <= $1 AND delivery_id IS NULL AND called_off_at IS NULL ORDER BY due_at LIMIT 1",
    )
    .bind(now)
    .fetch_optional(&mut *db.read().await?)
    .await?;
    Ok(due.is_some())
}

/// Up to `most` subscribers to whom letters are due that are not owed yet, those whose ids come after `after`, in one order
/// for every process.
pub async fn to_tell(db: &Db, after: &str, most: i64, now: Millis) -> Kept<Vec<String>> {
    sqlx::query_scalar(
        "SELECT DISTINCT l.subscriber_id FROM ledger l JOIN subscribers b ON b.id = l.subscriber_id AND b.email IS NOT NULL
         WHERE l.subscriber_id > $3 AND l.due_at <= $1 AND l.delivery_id IS NULL AND l.called_off_at IS NULL
         ORDER BY l.subscriber_id LIMIT $2",
    )
    .bind(now)
    .bind(most)
    .bind(after)
    .fetch_all(&mut *db.read().await?)
    .await
}

/// The notices that are due to these subscribers and not owed yet.
pub async fn notices_due(db: &Db, subscribers: &[String], now: Millis) -> Kept<Vec<String>> {
    let these = db::parameters(2, subscribers.len());
    let sql = format!(
        "SELECT DISTINCT notice_id FROM ledger WHERE subscriber_id IN ({these}) AND due_at <= $1 AND delivery_id IS NULL AND called_off_at IS NULL"
    );
    let mut notices = sqlx::query_scalar(AssertSqlSafe(sql)).bind(now);
    for subscriber in subscribers {
        notices = notices.bind(subscriber);
    }
    notices.fetch_all(&mut *db.read().await?).await
}

/// The letters that are due to these subscribers and not owed yet. What they no longer ask for is called off first. Call it
/// after [`crate::subscriptions::store::hold`], so that nobody else owes or stops them meanwhile.
pub async fn due_now(tx: &mut AnyConnection, subscribers: &[String], now: Millis) -> Kept<Vec<Due>> {
    let these = db::parameters(2, subscribers.len());
    let call_off = format!(
        "UPDATE ledger SET called_off_at = $1, called_off_why = 'unsubscribed'
         WHERE subscriber_id IN ({these}) AND due_at <= $1 AND delivery_id IS NULL AND called_off_at IS NULL AND NOT {}",
        is_wanted()
    );
    let mut call_off = sqlx::query(AssertSqlSafe(call_off)).bind(now);
    for subscriber in subscribers {
        call_off = call_off.bind(subscriber);
    }
    call_off.execute(&mut *tx).await?;
    let due = format!(
        "SELECT b.id, b.email, l.notice_id, CAST(l.is_digest AS BIGINT)
         FROM ledger l
         JOIN notices n ON n.id = l.notice_id
         JOIN subscribers b ON b.id = l.subscriber_id AND b.email IS NOT NULL
         WHERE l.subscriber_id IN ({these}) AND l.due_at <= $1 AND l.delivery_id IS NULL AND l.called_off_at IS NULL
         ORDER BY b.id, l.is_digest, n.effect_at, n.id"
    );
    let mut due = sqlx::query(AssertSqlSafe(due)).bind(now);
    for subscriber in subscribers {
        due = due.bind(subscriber);
    }
    let rows = due.fetch_all(tx).await?;
    let mut all: Vec<Due> = Vec::new();
    for row in &rows {
        let (subscriber_id, is_digest): (String, bool) = (row.get(0), row.get::<i64, _>(3) == 1);
        match all.last_mut() {
            Some(last) if is_digest && last.is_digest && last.subscriber_id == subscriber_id => last.notices.push(row.get(2)),
            _ => all.push(Due { subscriber_id, email: row.get(1), notices: vec![row.get(2)], is_digest }),
        }
    }
    Ok(all)
}

/// Keeps in the ledger which letter tells of a notice, and the link that is in it. Whoever holds the subscriber knows that the
/// row was not called off meanwhile.
pub async fn keep_letter(tx: &mut AnyConnection, notice_id: &str, subscriber_id: &str, delivery_id: &str, link_hash: &str) -> Kept<()> {
    sqlx::query("UPDATE ledger SET delivery_id = $3, link_hash = $4 WHERE notice_id = $1 AND subscriber_id = $2 AND delivery_id IS NULL")
        .bind(notice_id)
        .bind(subscriber_id)
        .bind(delivery_id)
        .bind(link_hash)
        .execute(tx)
        .await?;
    Ok(())
}

/// The services of the notices in the letter that holds this link; none for a link of another letter.
pub async fn services_of_link(tx: &mut AnyConnection, link_hash: &str) -> Kept<Vec<String>> {
    sqlx::query_scalar(
        "SELECT DISTINCT ns.service_id FROM ledger l JOIN notice_services ns ON ns.notice_id = l.notice_id WHERE l.link_hash = $1",
    )
    .bind(link_hash)
    .fetch_all(tx)
    .await
}

/// Calls off what a subscriber is owed and no longer wants: rows without a letter, and letters that are not handed over.
pub async fn call_off(tx: &mut AnyConnection, subscriber_id: &str, now: Millis) -> Kept<()> {
    let is_wanted = is_wanted();
    // A digest goes as long as one of its notices is wanted.
    let letters = format!(
        "id IN (SELECT delivery_id FROM ledger WHERE subscriber_id = $1 AND delivery_id IS NOT NULL)
           AND id NOT IN (SELECT delivery_id FROM ledger WHERE subscriber_id = $1 AND delivery_id IS NOT NULL AND {is_wanted})"
    );
    deliveries::store::call_off(tx, &letters, subscriber_id, "unsubscribed", now).await?;
    let rows = format!(
        "UPDATE ledger SET called_off_at = $2, called_off_why = 'unsubscribed' WHERE subscriber_id = $1 AND called_off_at IS NULL AND NOT {is_wanted}
           AND (delivery_id IS NULL OR delivery_id IN (SELECT id FROM deliveries WHERE reason = 'unsubscribed'))"
    );
    sqlx::query(AssertSqlSafe(rows)).bind(subscriber_id).bind(now).execute(tx).await?;
    Ok(())
}

/// Keeps that a subscriber wants to hear no more of what she was told: of notices about these services, or of all.
pub async fn stop(tx: &mut AnyConnection, subscriber_id: &str, services: Option<&[String]>, now: Millis) -> Kept<()> {
    let about = services.map_or_else(String::new, |services| {
        let these = db::parameters(3, services.len());
        format!("AND notice_id IN (SELECT notice_id FROM notice_services WHERE service_id IN ({these}))")
    });
    let sql = format!("UPDATE ledger SET stopped_at = $2 WHERE subscriber_id = $1 AND stopped_at IS NULL {about}");
    let mut stop = sqlx::query(AssertSqlSafe(sql)).bind(subscriber_id).bind(now);
    for service in services.unwrap_or_default() {
        stop = stop.bind(service);
    }
    stop.execute(tx).await?;
    Ok(())
}

/// Hands what a subscriber is still owed to the one whom her address is now, in a row that takes the place of hers. What
/// that one is owed already stays hers. Call it after [`crate::subscriptions::store::hold`].
pub async fn move_to(tx: &mut AnyConnection, old: &str, new: &str, now: Millis) -> Kept<()> {
    let letters = "id IN (SELECT delivery_id FROM ledger WHERE subscriber_id = $1)";
    deliveries::store::call_off(tx, letters, old, "moved", now).await?;
    let moved: Vec<String> = sqlx::query_scalar(
        "INSERT INTO ledger (notice_id, subscriber_id, place_id, due_at, is_digest, read_at, reached_at, reached_by, reached_how)
         SELECT notice_id, $2, place_id, due_at, is_digest, read_at, reached_at, reached_by, reached_how FROM ledger
         WHERE subscriber_id = $1 AND called_off_at IS NULL
           AND (delivery_id IS NULL OR delivery_id IN (SELECT id FROM deliveries WHERE reason = 'moved'))
         ON CONFLICT (notice_id, subscriber_id) DO NOTHING
         RETURNING notice_id",
    )
    .bind(old)
    .bind(new)
    .fetch_all(&mut *tx)
    .await?;
    for notice_id in moved {
        sqlx::query("UPDATE ledger SET called_off_at = $3, called_off_why = 'moved' WHERE notice_id = $1 AND subscriber_id = $2")
            .bind(notice_id)
            .bind(old)
            .bind(now)
            .execute(&mut *tx)
            .await?;
    }
    // What both were owed goes to the one who stays.
    sqlx::query(
        "UPDATE ledger SET called_off_at = $2, called_off_why = 'unsubscribed' WHERE subscriber_id = $1 AND called_off_at IS NULL
           AND (delivery_id IS NULL OR delivery_id IN (SELECT id FROM deliveries WHERE reason = 'moved'))",
    )
    .bind(old)
    .bind(now)
    .execute(tx)
    .await?;
    Ok(())
}
