//! Where answers go to comments that were sent without an account: an address, once it is confirmed
//! and for as long as something may go there.

use calendar::clock::Moment;
use ground::db::{Db, formatcp};
use ground::erasing::NOBODY;
use ground::ids::{Comment, Id};
use ground::takedown;
use sqlx::AnyConnection;

use super::rules::{ADDRESS_KEPT, AS_SENT_KEPT, CONFIRM_WITHIN, DECLINED_KEPT};

/// Where the answer to a comment goes that was sent without an account.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct Address {
    pub comment_id: Id<Comment>,
    /// When somebody pressed the button in the email to it.
    pub confirmed_at: Option<Moment>,
}

/// Saves where the answer to this comment goes, once. Nothing but the email with the link goes
/// there until it is confirmed.
///
/// # Errors
/// When the database fails; likewise for every function here.
pub async fn keep_address(
    tx: &mut AnyConnection,
    comment_id: &Id<Comment>,
    (email, token_hash): (&str, &str),
    now: Moment,
) -> sqlx::Result<()> {
    sqlx::query(
        "INSERT INTO comment_addresses (comment_id, token_hash, email, asked_at)
         VALUES ($1, $2, $3, $4)
         ON CONFLICT (comment_id) DO NOTHING",
    )
    .bind(comment_id)
    .bind(token_hash)
    .bind(email)
    .bind(now)
    .execute(tx)
    .await?;
    Ok(())
}

/// The address behind a link, while that works.
pub async fn address(db: &Db, token_hash: &str, now: Moment) -> sqlx::Result<Option<Address>> {
    sqlx::query_as(
        "SELECT comment_id, confirmed_at FROM comment_addresses
         WHERE token_hash = $1 AND (confirmed_at IS NOT NULL OR asked_at > $2)",
    )
    .bind(token_hash)
    .bind(now - CONFIRM_WITHIN)
    .fetch_optional(&mut *db.read().await?)
    .await
}

/// From now on emails about the comment go to the address behind this link.
pub async fn confirm_address(
    tx: &mut AnyConnection,
    token_hash: &str,
    now: Moment,
) -> sqlx::Result<()> {
    sqlx::query(
        "UPDATE comment_addresses SET confirmed_at = $2
         WHERE token_hash = $1 AND confirmed_at IS NULL AND asked_at > $3",
    )
    .bind(token_hash)
    .bind(now)
    .bind(now - CONFIRM_WITHIN)
    .execute(tx)
    .await?;
    Ok(())
}

/// Answers go to the new address of whoever has an account from now on. One that nobody has
/// confirmed may be somebody else's slip, and goes by itself.
pub async fn address_changed(tx: &mut AnyConnection, old: &str, new: &str) -> sqlx::Result<()> {
    sqlx::query(
        "UPDATE comment_addresses SET email = $2 WHERE email = $1 AND confirmed_at IS NOT NULL",
    )
    .bind(old)
    .bind(new)
    .execute(tx)
    .await?;
    Ok(())
}

/// Erases where the answer to this comment goes.
pub async fn forget_address(tx: &mut AnyConnection, comment_id: &Id<Comment>) -> sqlx::Result<()> {
    sqlx::query("DELETE FROM comment_addresses WHERE comment_id = $1")
        .bind(comment_id)
        .execute(tx)
        .await?;
    Ok(())
}

/// Erases addresses that nobody confirmed in time, those that were kept for long enough, what was
/// sent before the forum took something out, and the words of what it declined of somebody without
/// an account. The address of what was passed on stays, as its words do, for the safeguarding lead.
pub async fn forget_due(db: &Db, now: Moment) -> sqlx::Result<()> {
    const ADDRESSES: &str = "FROM comment_addresses
         WHERE (confirmed_at IS NULL AND asked_at <= $1) OR (asked_at <= $2
           AND NOT EXISTS (SELECT 1 FROM comments c
             WHERE c.id = comment_addresses.comment_id AND c.passed_on_at IS NOT NULL))
           OR EXISTS (SELECT 1 FROM comments c
             WHERE c.id = comment_addresses.comment_id AND c.declined_at <= $3)";
    // As the index says it.
    const DECLINED: &str = formatcp!(
        "declined_at IS NOT NULL AND author_id = '{NOBODY}' AND words <> 'Deleted'
         AND taken_down_at IS NULL AND passed_on_at IS NULL"
    );
    const DUE: &str = formatcp!(
        "SELECT (SELECT count(*) {ADDRESSES}) + (SELECT count(*) FROM comments
           WHERE as_sent IS NOT NULL AND redacted_at <= $4)
         + (SELECT count(*) FROM comments WHERE declined_at <= $3 AND {DECLINED})"
    );
    const FORGET: &str = formatcp!("DELETE {ADDRESSES}");
    const EMPTY: &str = formatcp!(
        "UPDATE comments SET words = 'Deleted', as_sent = NULL
         WHERE declined_at <= $1 AND {DECLINED}"
    );
    let (unconfirmed, old, sent) = (now - CONFIRM_WITHIN, now - ADDRESS_KEPT, now - AS_SENT_KEPT);
    let declined = now - DECLINED_KEPT;
    let due: i64 = sqlx::query_scalar(DUE)
        .bind(unconfirmed)
        .bind(old)
        .bind(declined)
        .bind(sent)
        .fetch_one(&mut *db.read().await?)
        .await?;
    if due == 0 {
        return Ok(());
    }
    let mut tx = db.begin().await?;
    sqlx::query(FORGET).bind(unconfirmed).bind(old).bind(declined).execute(&mut *tx).await?;
    sqlx::query(
        "UPDATE comments SET as_sent = NULL WHERE as_sent IS NOT NULL AND redacted_at <= $1",
    )
    .bind(sent)
    .execute(&mut *tx)
    .await?;
    let emptied = sqlx::query(EMPTY).bind(declined).execute(&mut *tx).await?;
    if emptied.rows_affected() > 0 {
        takedown::store::leave_no_trace(&mut tx, now).await?;
    }
    tx.commit().await
}
