//! What every room does with an account that is erased: nobody takes its place wherever the schema
//! says who did something that stays.
//!
//! The guards of `db/guards.rs`, and triggers of some tables' own, let nothing else change in such
//! a row, and only once the account is marked as erased.

use sqlx::{AnyConnection, AssertSqlSafe};

use crate::ids::{Account, Id};

/// Who did what was done by an account that is erased.
pub const NOBODY: &str = "00000000-0000-0000-0000-000000000000";
/// Likewise, where a second person did it.
pub const ANOTHER: &str = "00000000-0000-0000-0000-000000000001";

/// Puts nobody in the place of this account in each of these: (table, column).
///
/// # Errors
/// When the database fails, or a row must not let go of it.
pub async fn let_go(
    tx: &mut AnyConnection,
    account_id: &Id<Account>,
    columns: &[(&str, &str)],
) -> sqlx::Result<()> {
    put(tx, account_id, columns, NOBODY).await
}

/// Likewise with another nobody, for who did something after a first person.
///
/// # Errors
/// When the database fails, or a row must not let go of it.
pub async fn let_go_of_second(
    tx: &mut AnyConnection,
    account_id: &Id<Account>,
    columns: &[(&str, &str)],
) -> sqlx::Result<()> {
    put(tx, account_id, columns, ANOTHER).await
}

async fn put(
    tx: &mut AnyConnection,
    account_id: &Id<Account>,
    columns: &[(&str, &str)],
    nobody: &str,
) -> sqlx::Result<()> {
    for (table, column) in columns {
        let sql = format!("UPDATE {table} SET {column} = $2 WHERE {column} = $1");
        sqlx::query(AssertSqlSafe(sql)).bind(account_id).bind(nobody).execute(&mut *tx).await?;
    }
    Ok(())
}

/// Runs each of these statements, in which `$1` is whose rows they are about: an account or an
/// address.
///
/// # Errors
/// When the database fails.
pub async fn each(
    tx: &mut AnyConnection,
    whose: &str,
    statements: &[&'static str],
) -> sqlx::Result<()> {
    for sql in statements {
        sqlx::query(*sql).bind(whose).execute(&mut *tx).await?;
    }
    Ok(())
}
