//! Every SQL statement about passkeys and what they are asked to sign.

use calendar::clock::{MINUTE, Millis, Moment};
use ground::db::Db;
use ground::ids::{Account, Id, Passkey, Session};
use sqlx::AnyConnection;

/// For how long a passkey may sign what we asked it to.
const ASKED_FOR: Millis = 5 * MINUTE;

/// How many passkeys somebody may have.
pub const MOST: usize = 10;

/// A passkey, as its owner sees it.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct OwnPasskey {
    pub id: Id<Passkey>,
    /// The name that its maker gave it.
    pub credential_id: String,
    /// What they call it.
    pub name: String,
    pub added_at: Moment,
    pub used_at: Option<Moment>,
}

/// The passkeys of an account, the first first.
///
/// # Errors
/// When the database fails; likewise for every function here.
pub async fn own(db: &Db, account_id: &Id<Account>) -> sqlx::Result<Vec<OwnPasskey>> {
    sqlx::query_as(
        "SELECT id, credential_id, name, added_at, used_at FROM passkeys
         WHERE account_id = $1 ORDER BY added_at, id",
    )
    .bind(account_id)
    .fetch_all(&mut *db.read().await?)
    .await
}

/// A passkey that somebody uses.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct UsedPasskey {
    pub id: Id<Passkey>,
    pub account_id: Id<Account>,
    /// The key, as it is stored.
    #[sqlx(rename = "public_key")]
    pub key: String,
}

/// The passkey with this name of its maker's.
pub async fn by_credential(db: &Db, credential_id: &str) -> sqlx::Result<Option<UsedPasskey>> {
    sqlx::query_as(
        "SELECT k.id, k.account_id, k.public_key FROM passkeys k
         JOIN accounts a ON a.id = k.account_id AND a.erased_at IS NULL
         WHERE k.credential_id = $1",
    )
    .bind(credential_id)
    .fetch_optional(&mut *db.read().await?)
    .await
}

/// Keeps what a passkey is asked to sign, by its hash. `session_id`: in which session; `None` to
/// sign in.
pub async fn keep_challenge(
    db: &Db,
    hash: &str,
    session_id: Option<&Id<Session>>,
    now: Moment,
) -> sqlx::Result<()> {
    let mut tx = db.begin().await?;
    sqlx::query(
        "INSERT INTO passkey_challenges (challenge_hash, session_id, ends_at)
         VALUES ($1, $2, $3)",
    )
    .bind(hash)
    .bind(session_id)
    .bind(now + ASKED_FOR)
    .execute(&mut *tx)
    .await?;
    tx.commit().await
}

/// Uses up what a passkey was asked to sign, whatever comes of it. False where it was used before,
/// asked too long ago, or in another session. What a clock that was ahead left behind is no good.
pub async fn use_challenge(
    db: &Db,
    hash: &str,
    session_id: Option<&Id<Session>>,
    now: Moment,
) -> sqlx::Result<bool> {
    let mut tx = db.begin().await?;
    let used = sqlx::query(
        "DELETE FROM passkey_challenges WHERE challenge_hash = $1
         AND coalesce(session_id, '') = $2 AND ends_at > $3 AND ends_at <= $4",
    )
    .bind(hash)
    .bind(session_id.map_or("", Id::as_str))
    .bind(now)
    .bind(now + ASKED_FOR)
    .execute(&mut *tx)
    .await?;
    tx.commit().await?;
    Ok(used.rows_affected() == 1)
}

/// A passkey about to be added.
#[derive(Clone, Debug)]
pub struct NewPasskey {
    pub id: Id<Passkey>,
    pub account_id: Id<Account>,
    /// The name that its maker gave it.
    pub credential_id: String,
    /// The key, as it is stored.
    pub key: String,
    /// How often it was used, as it says.
    pub counter: u32,
    /// What they call it.
    pub name: String,
}

/// Adds a passkey. False where it is somebody's already, or they have as many as they may.
pub async fn add(tx: &mut AnyConnection, new: &NewPasskey, now: Moment) -> sqlx::Result<bool> {
    let added = sqlx::query(
        "INSERT INTO passkeys (id, account_id, credential_id, public_key, counter, name, added_at)
         SELECT $1, a.id, $3, $4, CAST($5 AS BIGINT), $6, CAST($7 AS BIGINT)
         FROM accounts a WHERE a.id = $2 AND a.erased_at IS NULL
           AND (SELECT count(*) FROM passkeys k WHERE k.account_id = $2) < $8
         ON CONFLICT (credential_id) DO NOTHING",
    )
    .bind(&new.id)
    .bind(&new.account_id)
    .bind(&new.credential_id)
    .bind(&new.key)
    .bind(i64::from(new.counter))
    .bind(&new.name)
    .bind(now)
    .bind(i64::try_from(MOST).unwrap_or(i64::MAX))
    .execute(tx)
    .await?;
    Ok(added.rows_affected() == 1)
}

/// Notes that a passkey was used, and how often it says it was by now. False where it is gone, or
/// where it counts and did not go up: then there are two of it, and one was copied.
pub async fn used(
    tx: &mut AnyConnection,
    id: &Id<Passkey>,
    counter: u32,
    now: Moment,
) -> sqlx::Result<bool> {
    let used = sqlx::query(
        "UPDATE passkeys SET counter = $2, used_at = $3
         WHERE id = $1 AND (counter < $2 OR (counter = 0 AND $2 = 0))",
    )
    .bind(id)
    .bind(i64::from(counter))
    .bind(now)
    .execute(tx)
    .await?;
    Ok(used.rows_affected() == 1)
}

/// Removes a passkey of this account; what they called it, for whoever was first.
pub async fn remove(
    tx: &mut AnyConnection,
    account_id: &Id<Account>,
    id: &Id<Passkey>,
) -> sqlx::Result<Option<String>> {
    sqlx::query_scalar("DELETE FROM passkeys WHERE id = $1 AND account_id = $2 RETURNING name")
        .bind(id)
        .bind(account_id)
        .fetch_optional(tx)
        .await
}

/// Removes the passkeys of an account that were added since then. Whether there was one.
pub async fn remove_since(
    tx: &mut AnyConnection,
    account_id: &Id<Account>,
    since: Moment,
) -> sqlx::Result<bool> {
    let gone = sqlx::query("DELETE FROM passkeys WHERE account_id = $1 AND added_at >= $2")
        .bind(account_id)
        .bind(since)
        .execute(tx)
        .await?;
    Ok(gone.rows_affected() > 0)
}
