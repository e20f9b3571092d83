//! Every SQL statement about erasing an account: asked for, called back, done.
//!
//! An erasure is a row until then. A link in the email ends it, and so does a button for whoever
//! has signed in; signing in alone does not. What each room forgets is its own; `app/src/erase`
//! asks them all.

use calendar::clock::{DAY, Millis, Moment};
use deliveries::EmailKind;
use ground::db::{Kind, formatcp};
use ground::erasing::each;
use ground::ids::{Account, Id};
use sqlx::{AnyConnection, AssertSqlSafe, Row as _};

use super::person_facts;

/// For how long it can be called back.
pub const WAITS: Millis = 7 * DAY;

/// What somebody wants who leaves.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct LeavingWish {
    /// What they published goes too, as far as its author may take it down.
    pub takes_down: bool,
    /// Their address still gets emails about changes to services.
    pub keeps_emails: bool,
}

/// What became of asking.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ErasureAsked {
    /// It begins now.
    Now,
    /// It was asked for before, as by a second tap.
    Before,
    /// Nobody else is an administrator.
    LastAdmin,
}

/// An administrator beside the account `a`, with their row `o` in `roles`.
const ANOTHER_ADMIN: &str = "FROM roles o JOIN accounts b ON b.id = o.account_id
       AND b.erased_at IS NULL AND b.suspended_at IS NULL
     WHERE o.role = 'admin' AND o.account_id <> a.id";

/// Whether the account `a` is an administrator, as a part of statements.
const IS_ADMIN: &str =
    "EXISTS (SELECT 1 FROM roles r WHERE r.account_id = a.id AND r.role = 'admin')";

/// Whether the account `a` is the only administrator left who stays, as a part of statements.
pub const IS_LAST: &str = formatcp!(
    "({IS_ADMIN} AND NOT EXISTS (SELECT 1 {ANOTHER_ADMIN}
       AND NOT EXISTS (SELECT 1 FROM erasures e WHERE e.account_id = o.account_id)))"
);

/// Begins an erasure.
///
/// # Errors
/// When the database fails; likewise for every function here.
pub async fn ask(
    tx: &mut AnyConnection,
    account_id: &Id<Account>,
    token_hash: &str,
    wish: LeavingWish,
    now: Moment,
) -> sqlx::Result<ErasureAsked> {
    const SQL: &str = formatcp!(
        "INSERT INTO erasures (account_id, token_hash, asked_at, due_at, takes_down, keeps_emails)
         SELECT a.id, $2, CAST($3 AS BIGINT), CAST($4 AS BIGINT), CAST($5 AS INTEGER),
           CAST($6 AS INTEGER)
         FROM accounts a WHERE a.id = $1 AND a.erased_at IS NULL AND NOT {IS_LAST}
         ON CONFLICT (account_id) DO NOTHING"
    );
    let asked = sqlx::query(SQL)
        .bind(account_id)
        .bind(token_hash)
        .bind(now)
        .bind(now + WAITS)
        .bind(i64::from(wish.takes_down))
        .bind(i64::from(wish.keeps_emails))
        .execute(&mut *tx)
        .await?;
    if asked.rows_affected() == 1 {
        return Ok(ErasureAsked::Now);
    }
    let before: i64 = sqlx::query_scalar("SELECT count(*) FROM erasures WHERE account_id = $1")
        .bind(account_id)
        .fetch_one(tx)
        .await?;
    Ok(if before > 0 { ErasureAsked::Before } else { ErasureAsked::LastAdmin })
}

/// When the erasure behind a link is due, while it can be called back.
pub async fn due_at(
    connection: &mut AnyConnection,
    token_hash: &str,
) -> sqlx::Result<Option<Moment>> {
    sqlx::query_scalar("SELECT due_at FROM erasures WHERE token_hash = $1")
        .bind(token_hash)
        .fetch_optional(connection)
        .await
}

/// How the account stands that a link was for which calls back nothing any more.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AfterErasureLink {
    /// It is kept.
    Kept,
    /// It was asked for again, and is due then.
    Again(Moment),
    /// It is erased; or there never was such a link.
    Gone,
}

/// How the account behind a link stands that has ended. The row of the email with the link knows
/// whose it was, until that account is erased.
pub async fn after_link(
    connection: &mut AnyConnection,
    token_hash: &str,
) -> sqlx::Result<AfterErasureLink> {
    let row = sqlx::query(
        "SELECT e.due_at AS due_at FROM deliveries d
         JOIN accounts a ON a.id = d.account_id AND a.erased_at IS NULL
         LEFT JOIN erasures e ON e.account_id = a.id
         WHERE d.dedup_key = $1 AND d.kind = $2",
    )
    .bind(token_hash)
    .bind(EmailKind::Erasing.word())
    .fetch_optional(connection)
    .await?;
    Ok(match row.map(|row| row.get::<Option<Moment>, _>("due_at")) {
        None => AfterErasureLink::Gone,
        Some(None) => AfterErasureLink::Kept,
        Some(Some(due_at)) => AfterErasureLink::Again(due_at),
    })
}

/// An erasure that was called back.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct CalledBack {
    pub account_id: Id<Account>,
    pub email: String,
    /// Of the link that would have called it back.
    pub token_hash: String,
}

/// Calls back the erasure behind a link. `None` when there is none any more.
pub async fn call_back(
    tx: &mut AnyConnection,
    token_hash: &str,
) -> sqlx::Result<Option<CalledBack>> {
    let found = sqlx::query_as(
        "SELECT a.id AS account_id, a.email, w.token_hash
         FROM erasures w JOIN accounts a ON a.id = w.account_id AND a.email IS NOT NULL
         WHERE w.token_hash = $1",
    );
    let found: Option<CalledBack> = found.bind(token_hash).fetch_optional(&mut *tx).await?;
    if_first(tx, found).await
}

/// Calls back the erasure of this account, for whoever has signed in to it. `None` the second time.
pub async fn call_back_own(
    tx: &mut AnyConnection,
    account_id: &Id<Account>,
) -> sqlx::Result<Option<CalledBack>> {
    let found = sqlx::query_as(
        "SELECT a.id AS account_id, a.email, w.token_hash
         FROM erasures w JOIN accounts a ON a.id = w.account_id AND a.email IS NOT NULL
         WHERE w.account_id = $1",
    );
    let found: Option<CalledBack> = found.bind(account_id).fetch_optional(&mut *tx).await?;
    if_first(tx, found).await
}

/// Ends the erasure that was found. Of two at once, one calls it back.
async fn if_first(
    tx: &mut AnyConnection,
    found: Option<CalledBack>,
) -> sqlx::Result<Option<CalledBack>> {
    let Some(found) = found else { return Ok(None) };
    let called = sqlx::query("DELETE FROM erasures WHERE token_hash = $1").bind(&found.token_hash);
    let is_first = called.execute(tx).await?.rows_affected() == 1;
    Ok(is_first.then_some(found))
}

/// An account whose time has come.
#[derive(Clone, Debug)]
pub struct DueErasure {
    pub account_id: Id<Account>,
    pub email: String,
    pub wish: LeavingWish,
}

/// The next account whose time has come, marked as erased. Another process passes it over. The last
/// administrator's waits: it may be that two left at the same moment.
pub async fn begin_next(tx: &mut AnyConnection, now: Moment) -> sqlx::Result<Option<DueErasure>> {
    let kind = Kind::of(tx);
    let admins = kind
        .hold_to_change("SELECT account_id FROM roles WHERE role = 'admin' ORDER BY account_id");
    sqlx::query(admins).fetch_all(&mut *tx).await?;
    const SQL: &str = formatcp!(
        "SELECT a.id AS account_id, a.email, CAST(w.takes_down AS BIGINT) AS takes_down,
           CAST(w.keeps_emails AS BIGINT) AS keeps_emails
         FROM erasures w JOIN accounts a ON a.id = w.account_id AND a.email IS NOT NULL
         WHERE w.due_at <= $1 AND NOT ({IS_ADMIN} AND NOT EXISTS (SELECT 1 {ANOTHER_ADMIN}))
         ORDER BY w.due_at, a.id LIMIT 1"
    );
    let row = sqlx::query(kind.holding(SQL, kind.hold_what_is_free()))
        .bind(now)
        .fetch_optional(&mut *tx)
        .await?;
    let Some(row) = row else { return Ok(None) };
    let due = DueErasure {
        account_id: row.get("account_id"),
        email: row.get("email"),
        wish: LeavingWish {
            takes_down: row.get::<i64, _>("takes_down") == 1,
            keeps_emails: row.get::<i64, _>("keeps_emails") == 1,
        },
    };
    sqlx::query("UPDATE accounts SET erased_at = $2 WHERE id = $1")
        .bind(&due.account_id)
        .bind(now)
        .execute(tx)
        .await?;
    Ok(Some(due))
}

/// What an account has in this room.
const OWN: [&str; 14] = [
    "DELETE FROM first_act_links WHERE act_id IN
     (SELECT id FROM first_acts WHERE account_id = $1)",
    "DELETE FROM first_acts WHERE account_id = $1",
    "DELETE FROM links WHERE account_id = $1",
    "DELETE FROM address_undos WHERE account_id = $1",
    "DELETE FROM known_browsers WHERE account_id = $1",
    "DELETE FROM known_devices WHERE account_id = $1",
    "DELETE FROM second_factors WHERE account_id = $1",
    "DELETE FROM council_subjects WHERE account_id = $1",
    "DELETE FROM passkeys WHERE account_id = $1",
    "DELETE FROM passkey_challenges WHERE session_id IN
     (SELECT id FROM sessions WHERE account_id = $1)",
    "DELETE FROM copies WHERE account_id = $1",
    "DELETE FROM sessions WHERE account_id = $1",
    "DELETE FROM roles WHERE account_id = $1",
    "DELETE FROM erasures WHERE account_id = $1",
];

/// What is kept of its address.
const OF_ADDRESS: [&str; 2] =
    ["DELETE FROM sign_ups WHERE email = $1", "DELETE FROM invitations WHERE email = $1"];

/// Takes an account out of this room, after every other. Its row goes, unless the audit log names
/// it: then a number is left that belongs to nobody.
pub async fn forget(
    tx: &mut AnyConnection,
    account_id: &Id<Account>,
    email: &str,
) -> sqlx::Result<()> {
    each(tx, account_id, &OWN).await?;
    each(tx, email, &OF_ADDRESS).await?;
    let gone = sqlx::query(
        "DELETE FROM accounts WHERE id = $1 AND NOT EXISTS (SELECT 1 FROM audit WHERE who = $1)",
    );
    if gone.bind(account_id).execute(&mut *tx).await?.rows_affected() == 0 {
        let facts = person_facts::each(|_, fact| format!("{} = NULL", fact.column), ", ");
        let sql = format!(
            "UPDATE accounts SET email = NULL, mailbox = NULL, shown_name = '', {facts},
             password_hash = NULL, confirmed_at = 0, suspended_at = NULL WHERE id = $1"
        );
        sqlx::query(AssertSqlSafe(sql)).bind(account_id).execute(tx).await?;
    }
    Ok(())
}
