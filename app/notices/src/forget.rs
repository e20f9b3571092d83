//! What is left in notices of an account, or of an address, that is erased; and where its answers
//! go once it has another address.

use ground::erasing::{each, let_go};
use ground::ids::{Account, Id};
use sqlx::AnyConnection;

/// Takes an account out of this room. Its questions stay for the team to answer, without an
/// address.
///
/// # Errors
/// When the database fails.
pub async fn forget(
    tx: &mut AnyConnection,
    account_id: &Id<Account>,
    email: &str,
) -> sqlx::Result<()> {
    forget_address(tx, email).await?;
    each(tx, account_id, &["DELETE FROM notice_wanted WHERE account_id = $1"]).await?;
    let columns = [
        ("notices", "written_by"),
        ("notices", "approved_by"),
        ("ledger", "reached_by"),
        ("notice_answers", "answered_by"),
        ("notice_equality_records", "signed_by"),
        ("notice_overrides", "made_by"),
    ];
    let_go(tx, account_id, &columns).await
}

/// Takes an address from the questions that it was given for.
///
/// # Errors
/// When the database fails.
pub async fn forget_address(tx: &mut AnyConnection, email: &str) -> sqlx::Result<()> {
    sqlx::query("UPDATE notice_questions SET email = NULL WHERE email = $1")
        .bind(email)
        .execute(tx)
        .await?;
    Ok(())
}

/// Answers to the questions of an account go to its new address from now on.
///
/// # Errors
/// When the database fails.
pub async fn address_changed(tx: &mut AnyConnection, old: &str, new: &str) -> sqlx::Result<()> {
    sqlx::query("UPDATE notice_questions SET email = $2 WHERE email = $1")
        .bind(old)
        .bind(new)
        .execute(tx)
        .await?;
    Ok(())
}
