//! Every SQL statement about which emails an account has stopped. A stop is a dated fact, and so is
//! its end.
//!
//! An email is asked about it by its permit (`store::may_go`), so nothing that was stopped goes,
//! also when it was owed before.

use calendar::clock::Moment;
use ground::db::{self, Db};
use ground::ids::{Account, EmailStop, Id};
use sqlx::{AnyConnection, AssertSqlSafe};

use super::{EmailKind, Sort};

/// Whether the account of an email has stopped it, as a part of statements. The email is named as
/// the statement around it names it.
pub(super) fn is_stopped(email: &str) -> String {
    let each = Sort::ALL.map(|sort| {
        format!("(x.sort = '{}' AND {email}.kind IN ({}))", sort.word(), in_sql(sort.kinds()))
    });
    format!(
        "EXISTS (SELECT 1 FROM email_stops x WHERE x.account_id = {email}.account_id
         AND x.started_at IS NULL AND ({}))",
        each.join(" OR ")
    )
}

/// Kinds as a part of statements.
pub(super) fn in_sql(kinds: impl Iterator<Item = EmailKind>) -> String {
    kinds.map(|kind| format!("'{}'", kind.word())).collect::<Vec<_>>().join(", ")
}

/// What an account has stopped.
///
/// # Errors
/// When the database fails; likewise for every function here.
pub async fn stopped(db: &Db, account_id: &Id<Account>) -> Result<Vec<Sort>, sqlx::Error> {
    let words: Vec<String> = sqlx::query_scalar(
        "SELECT sort FROM email_stops WHERE account_id = $1 AND started_at IS NULL",
    )
    .bind(account_id)
    .fetch_all(&mut *db.read().await?)
    .await?;
    words.iter().map(|word| db::known(Sort::read(word), "email_stops.sort")).collect()
}

/// Stops these emails of an account. Stopping what is stopped changes nothing.
pub async fn stop(
    tx: &mut AnyConnection,
    account_id: &Id<Account>,
    sorts: &[Sort],
    now: Moment,
) -> Result<(), sqlx::Error> {
    let row = |nth: usize| format!("(${}, $1, ${}, CAST($2 AS BIGINT))", nth * 2 + 3, nth * 2 + 4);
    let rows = (0..sorts.len()).map(row).collect::<Vec<_>>().join(", ");
    let sql = format!(
        "INSERT INTO email_stops (id, account_id, sort, stopped_at) VALUES {rows}
         ON CONFLICT (account_id, sort) WHERE started_at IS NULL DO NOTHING"
    );
    let mut stop = sqlx::query(AssertSqlSafe(sql)).bind(account_id).bind(now);
    for sort in sorts {
        stop = stop.bind(Id::<EmailStop>::fresh()).bind(sort.word());
    }
    stop.execute(tx).await?;
    Ok(())
}

/// Starts these emails of an account again.
pub async fn start(
    tx: &mut AnyConnection,
    account_id: &Id<Account>,
    sorts: &[Sort],
    now: Moment,
) -> Result<(), sqlx::Error> {
    let these = db::parameters(3, sorts.len());
    let sql = format!(
        "UPDATE email_stops SET started_at = $2 WHERE account_id = $1 AND started_at IS NULL
         AND sort IN ({these})"
    );
    let mut start = sqlx::query(AssertSqlSafe(sql)).bind(account_id).bind(now);
    for sort in sorts {
        start = start.bind(sort.word());
    }
    start.execute(tx).await?;
    Ok(())
}

/// Starts again what an account stopped at exactly this time.
pub async fn take_back(
    tx: &mut AnyConnection,
    account_id: &Id<Account>,
    stopped_at: Moment,
    now: Moment,
) -> Result<(), sqlx::Error> {
    sqlx::query(
        "UPDATE email_stops SET started_at = $3 WHERE account_id = $1 AND stopped_at = $2
         AND started_at IS NULL",
    )
    .bind(account_id)
    .bind(stopped_at)
    .bind(now)
    .execute(tx)
    .await?;
    Ok(())
}

/// Whether an email that this account has stopped is in a worker's hands.
pub async fn is_on_its_way(db: &Db, account_id: &Id<Account>) -> Result<bool, sqlx::Error> {
    let sql = format!(
        "SELECT count(*) FROM deliveries d WHERE d.claimed_by IS NOT NULL AND d.account_id = $1
         AND d.sent_at IS NULL AND {}",
        is_stopped("d")
    );
    let held: i64 = sqlx::query_scalar(AssertSqlSafe(sql))
        .bind(account_id)
        .fetch_one(&mut *db.read().await?)
        .await?;
    Ok(held > 0)
}
