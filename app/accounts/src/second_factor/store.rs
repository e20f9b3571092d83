//! Every SQL statement about second steps, recovery codes, fresh proof, and known devices.

use calendar::clock::{DAY, MINUTE, Millis, Moment};
use ground::db::{Db, formatcp, known};
use ground::ids::{Account, Id, KnownDevice, Session};
use ground::viewer::Role;
use sqlx::any::AnyRow;
use sqlx::{AnyConnection, AssertSqlSafe, Row as _};

use super::rules;
use crate::passkeys::store as passkeys;

/// Since when somebody has a second step, as a part of statements in which their account is `a` and
/// `second_factors` is `f`: since they set up codes, or, for staff, since they added a passkey.
/// Parents with a passkey still sign in with a password or a link alone.
pub const SINCE: &str = "coalesce(f.confirmed_at, (SELECT min(k.added_at) FROM passkeys k
     WHERE k.account_id = a.id AND EXISTS (SELECT 1 FROM roles x
       WHERE x.account_id = a.id AND x.role <> 'parent')))";

/// For how long a browser is known in which nobody signed in.
const DEVICE_KNOWN_FOR: Millis = 365 * DAY;

/// What somebody has as a second step.
#[derive(Clone, Debug, Default)]
pub struct SecondFactor {
    /// The secret that their app has; `None` where they have no second step.
    pub secret: Option<String>,
    pub confirmed_at: Option<Moment>,
    /// The secret that an app is being set up with, and since when.
    pub offered: Option<(String, Moment)>,
    pub codes_left: i64,
    pub passkeys: i64,
}

/// What this account has.
///
/// # Errors
/// When the database fails; likewise for every function here.
pub async fn factor(db: &Db, account_id: &Id<Account>) -> sqlx::Result<SecondFactor> {
    let row = sqlx::query(
        "SELECT f.secret, f.confirmed_at, f.offered, f.offered_at,
           (SELECT count(*) FROM recovery_codes c
            WHERE c.account_id = $1 AND c.used_at IS NULL) AS codes_left,
           (SELECT count(*) FROM passkeys k WHERE k.account_id = $1) AS passkeys
         FROM area_rules r LEFT JOIN second_factors f ON f.account_id = $1",
    )
    .bind(account_id)
    .fetch_one(&mut *db.read().await?)
    .await?;
    let offered: Option<String> = row.get("offered");
    Ok(SecondFactor {
        secret: row.get("secret"),
        confirmed_at: row.get("confirmed_at"),
        offered: offered.zip(row.get("offered_at")),
        codes_left: row.get("codes_left"),
        passkeys: row.get("passkeys"),
    })
}

/// Offers a secret to set up an app with, unless one has been offered since `since`.
pub async fn offer(
    db: &Db,
    account_id: &Id<Account>,
    secret: &str,
    since: Moment,
    now: Moment,
) -> sqlx::Result<()> {
    let mut tx = db.begin().await?;
    sqlx::query(
        "INSERT INTO second_factors (account_id, offered, offered_at) VALUES ($1, $2, $3)
         ON CONFLICT (account_id) DO UPDATE SET offered = $2, offered_at = $3
         WHERE second_factors.offered IS NULL OR second_factors.offered_at <= $4",
    )
    .bind(account_id)
    .bind(secret)
    .bind(now)
    .bind(since)
    .execute(&mut *tx)
    .await?;
    tx.commit().await
}

/// Makes the offered secret theirs, of which a code of this half-minute was used. True for whoever
/// was first.
pub async fn set_up(
    tx: &mut AnyConnection,
    account_id: &Id<Account>,
    offered: &str,
    step: i64,
    now: Moment,
) -> sqlx::Result<bool> {
    let done = sqlx::query(
        "UPDATE second_factors SET secret = offered, confirmed_at = $3, last_step = $4,
           offered = NULL, offered_at = NULL
         WHERE account_id = $1 AND offered = $2",
    )
    .bind(account_id)
    .bind(offered)
    .bind(now)
    .bind(step)
    .execute(tx)
    .await?;
    Ok(done.rows_affected() == 1)
}

/// Takes away their recovery codes.
pub async fn forget_recovery_codes(
    tx: &mut AnyConnection,
    account_id: &Id<Account>,
) -> sqlx::Result<()> {
    sqlx::query("DELETE FROM recovery_codes WHERE account_id = $1")
        .bind(account_id)
        .execute(tx)
        .await?;
    Ok(())
}

/// Gives them these recovery codes, by their hashes.
pub async fn keep_recovery_codes(
    tx: &mut AnyConnection,
    account_id: &Id<Account>,
    hashes: &[String],
) -> sqlx::Result<()> {
    let rows = (0..hashes.len()).map(|nth| format!("($1, ${})", nth + 2)).collect::<Vec<_>>();
    let sql =
        format!("INSERT INTO recovery_codes (account_id, code_hash) VALUES {}", rows.join(", "));
    let mut insert = sqlx::query(AssertSqlSafe(sql)).bind(account_id);
    for hash in hashes {
        insert = insert.bind(hash);
    }
    insert.execute(tx).await?;
    Ok(())
}

/// Ends every session of this account but the one it is done in.
pub async fn end_other_sessions(
    tx: &mut AnyConnection,
    account_id: &Id<Account>,
    session_id: &Id<Session>,
) -> sqlx::Result<()> {
    sqlx::query("DELETE FROM sessions WHERE account_id = $1 AND id <> $2")
        .bind(account_id)
        .bind(session_id)
        .execute(tx)
        .await?;
    Ok(())
}

/// Takes away the second step of an account, and with it its recovery codes. Whether there was one.
pub async fn take_away(tx: &mut AnyConnection, account_id: &Id<Account>) -> sqlx::Result<bool> {
    let gone = sqlx::query(
        "DELETE FROM second_factors WHERE account_id = $1 AND confirmed_at IS NOT NULL",
    )
    .bind(account_id)
    .execute(tx)
    .await?;
    Ok(gone.rows_affected() == 1)
}

/// Takes away the codes of an account that were set up since then.
pub async fn take_away_since(
    tx: &mut AnyConnection,
    account_id: &Id<Account>,
    since: Moment,
) -> sqlx::Result<()> {
    sqlx::query("DELETE FROM second_factors WHERE account_id = $1 AND confirmed_at >= $2")
        .bind(account_id)
        .bind(since)
        .execute(tx)
        .await?;
    Ok(())
}

/// Takes away codes and passkeys of an account, for somebody who lost what they are on. Whether
/// there was one.
pub async fn take_away_all(tx: &mut AnyConnection, person: &ToldAccount) -> sqlx::Result<bool> {
    let had_codes = take_away(tx, &person.account_id).await?;
    let had_passkeys = person.has_passkeys
        && passkeys::remove_since(tx, &person.account_id, Moment::default()).await?;
    Ok(had_codes || had_passkeys)
}

/// How somebody can do the second step.
#[derive(Clone, Copy, Debug, Default)]
pub struct SecondStepWays {
    pub codes: bool,
    pub passkeys: bool,
}

/// How this account can do the second step.
pub async fn ways(db: &Db, account_id: &Id<Account>) -> sqlx::Result<SecondStepWays> {
    let factor = factor(db, account_id).await?;
    Ok(SecondStepWays { codes: factor.confirmed_at.is_some(), passkeys: factor.passkeys > 0 })
}

/// Somebody who gave a password or used a link, and has not given a code yet.
#[derive(Clone, Debug)]
pub struct WaitingSession {
    pub account_id: Id<Account>,
    pub email: String,
    /// The secret that their app has; `None` where they have passkeys alone.
    pub secret: Option<String>,
    /// How they can do the second step.
    pub ways: SecondStepWays,
    /// The device as they know it.
    pub device: String,
    /// When the session ends at the latest.
    pub ends_at: Moment,
    pub is_known_device: bool,
    pub is_leaving: bool,
    /// The half-minute of the code with which they were let in just now: this is a second tap.
    pub was_let_in_at: Option<i64>,
}

/// For how long after they were let in the same code is a second tap.
const SECOND_TAP: Millis = MINUTE;

/// Who waits behind this session's token, in the browser with this hash of what its cookie holds.
pub async fn waiting(
    db: &Db,
    token_hash: &str,
    device_hash: &str,
    now: Moment,
) -> sqlx::Result<Option<WaitingSession>> {
    let row = sqlx::query(
        "SELECT a.id AS account_id, a.email, f.secret, s.device, s.ends_at,
           (SELECT k.id FROM known_devices k
            WHERE k.account_id = a.id AND k.device_hash = $2) AS known_device,
           CAST(s.waits_for_code AS BIGINT) AS waits_for_code, f.last_step,
           (SELECT count(*) FROM erasures e WHERE e.account_id = a.id) AS erasures,
           (SELECT count(*) FROM passkeys p WHERE p.account_id = a.id) AS passkeys
         FROM sessions s JOIN accounts a ON a.id = s.account_id
         LEFT JOIN second_factors f ON f.account_id = a.id AND f.secret IS NOT NULL
         WHERE ((s.token_hash = $1 AND s.waits_for_code = 1 AND s.began_at > $3)
             OR (s.let_in_by = $1 AND s.proved_at > $5))
           AND s.ends_at > $4 AND a.erased_at IS NULL",
    )
    .bind(token_hash)
    .bind(device_hash)
    .bind(now - rules::CODE_WITHIN)
    .bind(now)
    .bind(now - SECOND_TAP)
    .fetch_optional(&mut *db.read().await?)
    .await?;
    let read = |row: AnyRow| {
        let secret: Option<String> = row.get("secret");
        let ways =
            SecondStepWays { codes: secret.is_some(), passkeys: row.get::<i64, _>("passkeys") > 0 };
        let last_step: Option<i64> = row.get("last_step");
        // What it waited for is gone: they sign in again.
        if !ways.codes && !ways.passkeys {
            return Ok(None);
        }
        Ok(Some(WaitingSession {
            account_id: row.get("account_id"),
            email: known(row.get("email"), "accounts.email")?,
            secret,
            ways,
            device: row.get("device"),
            ends_at: row.get("ends_at"),
            is_known_device: row.get::<Option<&str>, _>("known_device").is_some(),
            is_leaving: row.get::<i64, _>("erasures") > 0,
            was_let_in_at: last_step.filter(|_| row.get::<i64, _>("waits_for_code") == 0),
        }))
    };
    row.map_or(Ok(None), read)
}

/// Uses up the code of this half-minute. False where it was used, or a later one.
pub async fn use_step(
    tx: &mut AnyConnection,
    account_id: &Id<Account>,
    step: i64,
) -> sqlx::Result<bool> {
    let used = sqlx::query(
        "UPDATE second_factors SET last_step = $2
         WHERE account_id = $1 AND confirmed_at IS NOT NULL AND last_step < $2",
    )
    .bind(account_id)
    .bind(step)
    .execute(tx)
    .await?;
    Ok(used.rows_affected() == 1)
}

/// Uses up a recovery code. False where it is not theirs, or was used.
pub async fn use_recovery_code(
    tx: &mut AnyConnection,
    account_id: &Id<Account>,
    hash: &str,
    now: Moment,
) -> sqlx::Result<bool> {
    let used = sqlx::query(
        "UPDATE recovery_codes SET used_at = $3
         WHERE account_id = $1 AND code_hash = $2 AND used_at IS NULL",
    )
    .bind(account_id)
    .bind(hash)
    .bind(now)
    .execute(tx)
    .await?;
    Ok(used.rows_affected() == 1)
}

/// Lets in whoever's session waited for a code, under a new token; again after a second tap. False
/// where neither is so any more.
pub async fn let_in(
    tx: &mut AnyConnection,
    (token_hash, new_token_hash): (&str, &str),
    now: Moment,
) -> sqlx::Result<bool> {
    let done = sqlx::query(
        "UPDATE sessions SET token_hash = $2, waits_for_code = 0, proved_at = $3, seen_at = $3,
           let_in_by = $1
         WHERE (token_hash = $1 AND waits_for_code = 1)
            OR (let_in_by = $1 AND proved_at > $4)",
    )
    .bind(token_hash)
    .bind(new_token_hash)
    .bind(now)
    .bind(now - SECOND_TAP)
    .execute(tx)
    .await?;
    Ok(done.rows_affected() == 1)
}

/// Whether the code of this half-minute was the last one used.
pub async fn was_last_used(
    tx: &mut AnyConnection,
    account_id: &Id<Account>,
    step: i64,
) -> sqlx::Result<bool> {
    let used: i64 = sqlx::query_scalar(
        "SELECT count(*) FROM second_factors WHERE account_id = $1 AND last_step = $2",
    )
    .bind(account_id)
    .bind(step)
    .fetch_one(tx)
    .await?;
    Ok(used == 1)
}

/// Notes that whoever uses this session has just shown that it is them, and gives it another token;
/// again after a second tap. When it ends at the latest; `None` where it has ended.
pub async fn proved(
    tx: &mut AnyConnection,
    session_id: &Id<Session>,
    (token_hash, new_token_hash): (&str, &str),
    now: Moment,
) -> sqlx::Result<Option<Moment>> {
    sqlx::query_scalar(
        "UPDATE sessions SET token_hash = $3, token_before = $2, let_in_by = NULL, proved_at = $4
         WHERE id = $1 AND (token_hash = $2 OR token_before = $2)
         RETURNING ends_at",
    )
    .bind(session_id)
    .bind(token_hash)
    .bind(new_token_hash)
    .bind(now)
    .fetch_optional(tx)
    .await
}

/// Notes that somebody signed in in this browser: the hash of what its cookie holds, and the device
/// as they know it. `told_at`: where there is nothing to tell them about it.
pub async fn know_device(
    tx: &mut AnyConnection,
    account_id: &Id<Account>,
    (device_hash, device): (&str, &str),
    now: Moment,
    told_at: Option<Moment>,
) -> sqlx::Result<()> {
    sqlx::query(
        "INSERT INTO known_devices (id, account_id, device_hash, device, first_at, seen_at,
           told_at)
         VALUES ($1, $2, $3, $4, $5, $5, CAST($6 AS BIGINT))
         ON CONFLICT (account_id, device_hash) DO UPDATE SET seen_at = $5",
    )
    .bind(Id::<KnownDevice>::fresh())
    .bind(account_id)
    .bind(device_hash)
    .bind(device)
    .bind(now)
    .bind(told_at)
    .execute(tx)
    .await?;
    Ok(())
}

/// A device in which somebody signed in for the first time, and does not know that we saw it.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct NewDevice {
    pub id: Id<KnownDevice>,
    pub account_id: Id<Account>,
    pub email: String,
    /// The device as they know it.
    pub device: String,
    /// When they signed in.
    pub first_at: Moment,
}

/// The devices to tell of, the first first.
pub async fn new_devices(db: &Db, most: i64) -> sqlx::Result<Vec<NewDevice>> {
    sqlx::query_as(
        "SELECT k.id, k.account_id, a.email, k.device, k.first_at
         FROM known_devices k JOIN accounts a ON a.id = k.account_id
         WHERE k.told_at IS NULL AND a.email IS NOT NULL AND a.erased_at IS NULL
         ORDER BY k.first_at, k.id LIMIT CAST($1 AS BIGINT)",
    )
    .bind(most)
    .fetch_all(&mut *db.read().await?)
    .await
}

/// Notes that we owe the email about this device. True for whoever was first.
pub async fn device_told(
    tx: &mut AnyConnection,
    id: &Id<KnownDevice>,
    now: Moment,
) -> sqlx::Result<bool> {
    let told =
        sqlx::query("UPDATE known_devices SET told_at = $2 WHERE id = $1 AND told_at IS NULL")
            .bind(id)
            .bind(now)
            .execute(tx)
            .await?;
    Ok(told.rows_affected() == 1)
}

/// Somebody of the staff, as an administrator sees them.
#[derive(Clone, Debug)]
pub struct StaffMember {
    pub id: Id<Account>,
    pub shown_name: String,
    /// Since when they have a second step.
    pub since: Option<Moment>,
}

/// From when a second step is asked of staff, and everyone of them, whoever has none first.
pub async fn staff(db: &Db, most: i64) -> sqlx::Result<(Option<Moment>, Vec<StaffMember>)> {
    // By their names: an index has those, and not whoever is no parent.
    let roles: Vec<String> = Role::staff().map(|role| format!("'{}'", role.word())).collect();
    let roles = roles.join(", ");
    let sql = format!(
        "SELECT r.second_step_from, a.id, a.shown_name, {SINCE} AS since
         FROM area_rules r
         LEFT JOIN accounts a ON a.erased_at IS NULL
           AND a.id IN (SELECT account_id FROM roles WHERE role IN ({roles}))
         LEFT JOIN second_factors f ON f.account_id = a.id
         ORDER BY CASE WHEN {SINCE} IS NULL THEN 0 ELSE 1 END, a.shown_name, a.id
         LIMIT CAST($1 AS BIGINT)"
    );
    let rows = sqlx::query(AssertSqlSafe(sql)).bind(most).fetch_all(&mut *db.read().await?).await?;
    let asked_from = rows.first().and_then(|row| row.get("second_step_from"));
    let one = |row: &AnyRow| {
        let id: Option<Id<Account>> = row.get("id");
        Some(StaffMember { id: id?, shown_name: row.get("shown_name"), since: row.get("since") })
    };
    Ok((asked_from, rows.iter().filter_map(one).collect()))
}

/// Says from when a second step is asked of staff; `None`: not at all.
pub async fn ask_from(tx: &mut AnyConnection, from: Option<Moment>) -> sqlx::Result<()> {
    sqlx::query("UPDATE area_rules SET second_step_from = $1").bind(from).execute(tx).await?;
    Ok(())
}

/// Somebody to tell that a second step was taken away.
#[derive(Clone, Debug)]
pub struct ToldAccount {
    pub account_id: Id<Account>,
    pub email: String,
    pub shown_name: String,
    /// Since when they have a second step.
    pub since: Option<Moment>,
    pub has_passkeys: bool,
}

/// This account, and every administrator who is not suspended.
pub async fn with_administrators(
    db: &Db,
    account_id: &Id<Account>,
) -> sqlx::Result<Vec<ToldAccount>> {
    const SQL: &str = formatcp!(
        "SELECT a.id, a.email, a.shown_name, {SINCE} AS since,
           (SELECT count(*) FROM passkeys p WHERE p.account_id = a.id) AS passkeys
         FROM accounts a LEFT JOIN second_factors f ON f.account_id = a.id
         WHERE a.email IS NOT NULL AND a.erased_at IS NULL
           AND (a.id = $1 OR a.suspended_at IS NULL)
           AND a.id IN (SELECT CAST($1 AS TEXT) UNION SELECT account_id FROM roles WHERE role = $2)
         ORDER BY a.id"
    );
    let rows = sqlx::query(SQL)
        .bind(account_id)
        .bind(Role::Admin.word())
        .fetch_all(&mut *db.read().await?)
        .await?;
    let one = |row: &AnyRow| ToldAccount {
        account_id: row.get("id"),
        email: row.get("email"),
        shown_name: row.get("shown_name"),
        since: row.get("since"),
        has_passkeys: row.get::<i64, _>("passkeys") > 0,
    };
    Ok(rows.iter().map(one).collect())
}

/// Erases what is no longer of use; how many rows.
pub async fn forget_due(tx: &mut AnyConnection, now: Moment) -> sqlx::Result<u64> {
    const ALL: [(&str, Millis); 3] = [
        (
            "DELETE FROM second_factors WHERE secret IS NULL AND offered_at <= $1",
            rules::OFFERED_FOR,
        ),
        (
            "UPDATE second_factors SET offered = NULL, offered_at = NULL WHERE offered_at <= $1",
            rules::OFFERED_FOR,
        ),
        ("DELETE FROM known_devices WHERE seen_at <= $1", DEVICE_KNOWN_FOR),
    ];
    let mut rows = 0;
    for (sql, kept_for) in ALL {
        let done = sqlx::query(sql).bind(now - kept_for).execute(&mut *tx).await?;
        rows += done.rows_affected();
    }
    Ok(rows)
}
