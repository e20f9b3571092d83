//! What is left of the comments of an account that is erased.

use calendar::clock::Moment;
use ground::db::Kind;
use ground::erasing::{each, let_go};
use ground::ids::{Account, Id};
use sqlx::AnyConnection;

/// Takes an account out of this room. What waits is withdrawn, and with `takes_down` what is
/// published too, while it has no answer. Words that nobody else can read go; the others stay, and
/// nobody wrote them. What was sent to its address without an account stays without an address.
///
/// # Errors
/// When the database fails.
pub async fn forget(
    tx: &mut AnyConnection,
    (account_id, email): (&Id<Account>, &str),
    takes_down: bool,
    now: Moment,
) -> sqlx::Result<()> {
    // Nobody answers one meanwhile.
    let hold =
        Kind::of(tx).hold_to_change("SELECT id FROM comments WHERE author_id = $1 ORDER BY id");
    sqlx::query(hold).bind(account_id).fetch_all(&mut *tx).await?;
    sqlx::query(
        "UPDATE comments SET withdrawn_at = $2
         WHERE author_id = $1 AND withdrawn_at IS NULL AND passed_on_at IS NULL
           AND declined_at IS NULL AND (published_at IS NULL OR CAST($3 AS BIGINT) = 1)
           AND NOT EXISTS (SELECT 1 FROM comment_responses r WHERE r.comment_id = comments.id)",
    )
    .bind(account_id)
    .bind(now)
    .bind(i64::from(takes_down))
    .execute(&mut *tx)
    .await?;
    forget_email(tx, email).await?;
    let as_sent = "UPDATE comments SET as_sent = NULL WHERE author_id = $1
         AND as_sent IS NOT NULL";
    let words = "UPDATE comments SET words = 'Deleted' WHERE author_id = $1
         AND passed_on_at IS NULL AND taken_down_at IS NULL
         AND (published_at IS NULL OR withdrawn_at IS NOT NULL)";
    each(tx, account_id, &[as_sent, words]).await?;
    let columns = [
        ("comments", "author_id"),
        ("comments", "decided_by"),
        ("comment_notes", "noted_by"),
        ("comment_responses", "responded_by"),
        ("comment_verdicts", "given_by"),
    ];
    let_go(tx, account_id, &columns).await
}

/// Takes an address from the comments that were sent with it and without an account. These stay.
///
/// # Errors
/// When the database fails.
pub async fn forget_email(tx: &mut AnyConnection, email: &str) -> sqlx::Result<()> {
    each(tx, email, &["DELETE FROM comment_addresses WHERE email = $1"]).await
}
