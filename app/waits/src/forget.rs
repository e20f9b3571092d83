//! What is left in this room of an account that is erased.

use ground::erasing::{each, let_go};
use ground::ids::{Account, Id};
use sqlx::AnyConnection;

/// Takes an account out of this room: what it told the forum goes, and nobody published or judged
/// what it did.
///
/// # Errors
/// When the database fails.
pub async fn forget(tx: &mut AnyConnection, account_id: &Id<Account>) -> sqlx::Result<()> {
    each(tx, account_id, &["DELETE FROM wait_doubts WHERE account_id = $1"]).await?;
    let columns = [("wait_reports", "published_by"), ("wait_verdicts", "given_by")];
    let_go(tx, account_id, &columns).await
}
