//! Every SQL statement about whom a council's provider knows.

use calendar::clock::Moment;
use ground::db::Db;
use ground::ids::{Account, Id};
use sqlx::{AnyConnection, Row as _};

use super::rules::CouncilAccount;
use crate::store::role;

/// The account that this provider knows under this subject, and that of this address. A leader's
/// organisation is called as the settings call it (`organisation`) where that was once its name.
///
/// # Errors
/// When the database fails; likewise for every function here.
pub async fn found(
    db: &Db,
    issuer: &str,
    subject: &str,
    email: Option<&str>,
    organisation: &str,
) -> sqlx::Result<Vec<CouncilAccount>> {
    let rows = sqlx::query(
        "SELECT a.id, a.email, c.subject, r.role,
           CASE WHEN EXISTS (SELECT 1 FROM corrections w WHERE w.kind = 'organisation'
             AND w.thing_id = o.id AND w.field = 'name' AND w.was = $4) THEN $4
             ELSE o.name END AS organisation
         FROM accounts a
         LEFT JOIN council_subjects c ON c.account_id = a.id AND c.issuer = $1
         LEFT JOIN roles r ON r.account_id = a.id
         LEFT JOIN organisations o ON o.id = r.organisation_id
         WHERE a.erased_at IS NULL AND a.email IS NOT NULL AND (a.email = $3 OR a.id IN
           (SELECT k.account_id FROM council_subjects k WHERE k.issuer = $1 AND k.subject = $2))
         ORDER BY a.id, r.role",
    )
    .bind(issuer)
    .bind(subject)
    .bind(email.unwrap_or(""))
    .bind(organisation)
    .fetch_all(&mut *db.read().await?)
    .await?;
    let mut found: Vec<CouncilAccount> = Vec::new();
    for row in rows {
        let id: Id<Account> = row.get("id");
        if found.last().is_none_or(|last| last.id != id) {
            let (email, subject) = (row.get("email"), row.get("subject"));
            found.push(CouncilAccount {
                id,
                email,
                roles: Vec::new(),
                organisation: None,
                subject,
            });
        }
        let word: Option<&str> = row.get("role");
        if let (Some(account), Some(word)) = (found.last_mut(), word) {
            account.roles.push(role(word)?);
            account.organisation = account.organisation.take().or(row.get("organisation"));
        }
    }
    Ok(found)
}

/// What became of meeting a leader.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Met {
    /// The provider knows them from now on.
    New,
    /// It did already, as after a second tap.
    Before,
    /// They are no leader any more, or it knows them, or another account, otherwise.
    No,
}

/// Notes under what subject a provider knows a leader.
pub async fn meet(
    tx: &mut AnyConnection,
    account_id: &Id<Account>,
    (issuer, subject): (&str, &str),
    now: Moment,
) -> sqlx::Result<Met> {
    let noted = sqlx::query(
        "INSERT INTO council_subjects (account_id, issuer, subject, known_at, confirmed_at)
         SELECT a.id, $2, $3, CAST($4 AS BIGINT), CAST($4 AS BIGINT) FROM accounts a
         WHERE a.id = $1 AND a.erased_at IS NULL
           AND EXISTS (SELECT 1 FROM roles r WHERE r.account_id = a.id AND r.role = 'leader')
         ON CONFLICT DO NOTHING",
    )
    .bind(account_id)
    .bind(issuer)
    .bind(subject)
    .bind(now)
    .execute(&mut *tx)
    .await?;
    if noted.rows_affected() == 1 {
        return Ok(Met::New);
    }
    let before: i64 = sqlx::query_scalar(
        "SELECT count(*) FROM council_subjects
         WHERE account_id = $1 AND issuer = $2 AND subject = $3",
    )
    .bind(account_id)
    .bind(issuer)
    .bind(subject)
    .fetch_one(tx)
    .await?;
    Ok(if before == 1 { Met::Before } else { Met::No })
}

/// Notes that the council has them, as it has just said. False where it does not know them any
/// more.
pub async fn confirm(
    tx: &mut AnyConnection,
    account_id: &Id<Account>,
    issuer: &str,
    now: Moment,
) -> sqlx::Result<bool> {
    let confirmed = sqlx::query(
        "UPDATE council_subjects SET confirmed_at = $3, warned_at = NULL
         WHERE account_id = $1 AND issuer = $2",
    );
    let confirmed = confirmed.bind(account_id).bind(issuer).bind(now).execute(tx).await?;
    Ok(confirmed.rows_affected() == 1)
}

/// A leader whom the council has not confirmed for a while.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct Unconfirmed {
    pub account_id: Id<Account>,
    pub email: String,
    /// When the council last confirmed them.
    pub confirmed_at: Moment,
    /// When they were told that their role ends.
    pub warned_at: Option<Moment>,
}

/// The leaders whom this provider has last confirmed at this time or before.
pub async fn unconfirmed(db: &Db, issuer: &str, since: Moment) -> sqlx::Result<Vec<Unconfirmed>> {
    sqlx::query_as(
        "SELECT a.id AS account_id, a.email, c.confirmed_at, c.warned_at
         FROM council_subjects c JOIN accounts a ON a.id = c.account_id
         WHERE c.issuer = $1 AND c.confirmed_at <= $2 AND a.erased_at IS NULL
           AND a.email IS NOT NULL
           AND EXISTS (SELECT 1 FROM roles r WHERE r.account_id = a.id AND r.role = 'leader')
         ORDER BY a.id",
    )
    .bind(issuer)
    .bind(since)
    .fetch_all(&mut *db.read().await?)
    .await
}

/// Notes that they are told, once. False where they were, or have come meanwhile.
pub async fn warn(
    tx: &mut AnyConnection,
    leader: &Unconfirmed,
    issuer: &str,
    now: Moment,
) -> sqlx::Result<bool> {
    let warned = sqlx::query(
        "UPDATE council_subjects SET warned_at = $4
         WHERE account_id = $1 AND issuer = $2 AND confirmed_at = $3 AND warned_at IS NULL",
    );
    let warned = warned.bind(&leader.account_id).bind(issuer).bind(leader.confirmed_at).bind(now);
    Ok(warned.execute(tx).await?.rows_affected() == 1)
}

/// Forgets a leader whom the council has last confirmed at this time. False where they have come
/// meanwhile.
pub async fn forget_unconfirmed(
    tx: &mut AnyConnection,
    account_id: &Id<Account>,
    issuer: &str,
    confirmed_at: Moment,
) -> sqlx::Result<bool> {
    let forgotten = sqlx::query(
        "DELETE FROM council_subjects
         WHERE account_id = $1 AND issuer = $2 AND confirmed_at = $3",
    );
    let forgotten = forgotten.bind(account_id).bind(issuer).bind(confirmed_at).execute(tx).await?;
    Ok(forgotten.rows_affected() == 1)
}

/// Forgets under what subject a provider knows this account: it is to be met again, and signs in as
/// everyone does until then.
pub async fn forget(tx: &mut AnyConnection, account_id: &Id<Account>) -> sqlx::Result<()> {
    sqlx::query("DELETE FROM council_subjects WHERE account_id = $1")
        .bind(account_id)
        .execute(tx)
        .await?;
    Ok(())
}
