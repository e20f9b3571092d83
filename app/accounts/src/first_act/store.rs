//! Every SQL statement about first acts.

use calendar::clock::{DAY, MINUTE, Millis, Moment};
use ground::db::Db;
use ground::ids::{Account, FirstAct, Id};
use sqlx::{AnyConnection, Row as _};

/// How long it is kept: as long as the link in the email works by which somebody joins.
const KEPT_FOR: Millis = 2 * DAY;

/// What somebody chose before they were signed in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Act {
    /// A hash of the secret in the cookie, where there is one.
    pub id: Id<FirstAct>,
    /// The address they were going to.
    pub goes_to: String,
    /// What a form sent there, packed; empty for a page.
    pub fields: String,
    /// What that is, in words that follow "to": "support this topic". Empty where nobody said.
    pub chose: String,
    /// Whose it is, where we know: of somebody who must show again that it is them.
    pub account_id: Option<Id<Account>>,
    /// Whether it is so grave that it is never done by itself.
    pub is_grave: bool,
}

/// Keeps it for as long as it is of use.
pub async fn keep(db: &Db, act: &Act, now: Moment) -> sqlx::Result<()> {
    let mut tx = db.begin().await?;
    sqlx::query(
        "INSERT INTO first_acts (id, goes_to, fields, chose, kept_at, ends_at,
         account_id, is_grave)
         VALUES ($1, $2, $3, $4, $5, $6, $7, CAST($8 AS INTEGER))",
    )
    .bind(&act.id)
    .bind(&act.goes_to)
    .bind(&act.fields)
    .bind(&act.chose)
    .bind(now)
    .bind(now + KEPT_FOR)
    .bind(act.account_id.as_ref())
    .bind(i64::from(act.is_grave))
    .execute(&mut *tx)
    .await?;
    tx.commit().await
}

fn read(row: &sqlx::any::AnyRow) -> Act {
    Act {
        id: row.get("id"),
        goes_to: row.get("goes_to"),
        fields: row.get("fields"),
        chose: row.get("chose"),
        account_id: row.get("account_id"),
        is_grave: row.get::<i64, _>("is_grave") == 1,
    }
}

/// The one with this id, while it is kept.
pub async fn find(db: &Db, id: &Id<FirstAct>, now: Moment) -> sqlx::Result<Option<Act>> {
    let row = sqlx::query(
        "SELECT id, goes_to, fields, chose, account_id, CAST(is_grave AS BIGINT) AS is_grave
         FROM first_acts WHERE id = $1 AND ends_at > $2",
    )
    .bind(id)
    .bind(now)
    .fetch_optional(&mut *db.read().await?)
    .await?;
    Ok(row.as_ref().map(read))
}

/// Lets an emailed link lead back to it.
pub async fn lead_back(
    tx: &mut AnyConnection,
    token_hash: &str,
    act_id: &Id<FirstAct>,
) -> sqlx::Result<()> {
    sqlx::query(
        "INSERT INTO first_act_links (token_hash, act_id)
         SELECT $1, id FROM first_acts WHERE id = $2",
    )
    .bind(token_hash)
    .bind(act_id)
    .execute(tx)
    .await?;
    Ok(())
}

/// The act that this link leads back to is from now on this account's.
pub async fn hand_over(
    tx: &mut AnyConnection,
    token_hash: &str,
    account_id: &Id<Account>,
) -> sqlx::Result<()> {
    sqlx::query(
        "UPDATE first_acts SET account_id = $2
         WHERE id IN (SELECT act_id FROM first_act_links WHERE token_hash = $1)",
    )
    .bind(token_hash)
    .bind(account_id)
    .execute(tx)
    .await?;
    Ok(())
}

/// The last one of this account, while it is kept.
pub async fn of_account(
    db: &Db,
    account_id: &Id<Account>,
    now: Moment,
) -> sqlx::Result<Option<Act>> {
    let row = sqlx::query(
        "SELECT id, goes_to, fields, chose, account_id, CAST(is_grave AS BIGINT) AS is_grave
         FROM first_acts WHERE account_id = $1 AND ends_at > $2
         ORDER BY kept_at DESC, id LIMIT 1",
    )
    .bind(account_id)
    .bind(now)
    .fetch_optional(&mut *db.read().await?)
    .await?;
    Ok(row.as_ref().map(read))
}

/// For how long it is known where somebody was going who is there by now: for a second tap.
const SECOND_TAP: Millis = MINUTE;

/// Forgets it soon: a page, which has been opened.
pub async fn forget_soon(db: &Db, id: &Id<FirstAct>, now: Moment) -> sqlx::Result<()> {
    let mut tx = db.begin().await?;
    sqlx::query("UPDATE first_acts SET ends_at = $2 WHERE id = $1")
        .bind(id)
        .bind(now + SECOND_TAP)
        .execute(&mut *tx)
        .await?;
    tx.commit().await
}

/// Forgets it, and with it the links that lead back to it: it is done, or not wanted any more.
pub async fn forget(db: &Db, id: &Id<FirstAct>) -> sqlx::Result<()> {
    let mut tx = db.begin().await?;
    sqlx::query("DELETE FROM first_acts WHERE id = $1").bind(id).execute(&mut *tx).await?;
    tx.commit().await
}
