//! What is left of who opened and confirmed rounds when an account is erased.

use ground::db::Kind;
use ground::erasing::let_go;
use ground::ids::{Account, Id};
use sqlx::AnyConnection;

/// Keeps every round that is not closed from being closed until the write ends: which votes of an
/// account are in it is told by that.
///
/// # Errors
/// When the database fails.
pub async fn hold_open(tx: &mut AnyConnection) -> sqlx::Result<()> {
    let sql = Kind::of(tx).hold("SELECT id FROM rounds WHERE closed_at IS NULL ORDER BY id");
    sqlx::query(sql).fetch_all(tx).await?;
    Ok(())
}

/// Takes an account out of this room.
///
/// # Errors
/// When the database fails.
pub async fn forget(tx: &mut AnyConnection, account_id: &Id<Account>) -> sqlx::Result<()> {
    let columns = [
        ("rounds", "opened_by"),
        ("round_changes", "changed_by"),
        ("confirmations", "confirmed_by"),
    ];
    let_go(tx, account_id, &columns).await
}
