//! Every SQL statement about invitations.

use calendar::clock::Moment;
use deliveries::store::call_off;
use ground::db::{Db, formatcp, known};
use ground::ids::{Account, Id, Invitation, Organisation};
use ground::viewer::{PersonFacts, Role};
use sqlx::any::AnyRow;
use sqlx::{AnyConnection, AssertSqlSafe, Row as _};

use crate::person_facts::{self, FACTS};

/// An invitation behind a link.
#[derive(Clone, Debug)]
pub struct WaitingInvitation {
    pub id: Id<Invitation>,
    pub email: String,
    pub role: Role,
    /// The organisation, for a leader, and its name.
    pub organisation_id: Option<Id<Organisation>>,
    pub organisation: Option<String>,
    /// The account with that address, if it has one.
    pub account_id: Option<Id<Account>>,
    /// Whether that account is suspended.
    pub is_suspended: bool,
    /// What was chosen with it, by the names that the area's lists have for it.
    pub names: Vec<Option<String>>,
}

/// An invitation about to be sent.
#[derive(Debug)]
pub struct NewInvitation<'a> {
    /// The hash of the token in its link.
    pub token_hash: &'a str,
    pub email: &'a str,
    pub role: Role,
    /// The organisation, for a leader.
    pub organisation_id: Option<&'a Id<Organisation>>,
    pub now: Moment,
    /// Until when it can be accepted.
    pub ends_at: Moment,
}

/// Keeps an invitation.
///
/// # Errors
/// When the database fails; likewise for every function here.
pub async fn keep_invitation(
    tx: &mut AnyConnection,
    new: &NewInvitation<'_>,
) -> sqlx::Result<Id<Invitation>> {
    let id = Id::fresh();
    sqlx::query(
        "INSERT INTO invitations (id, token_hash, email, role, invited_at, ends_at,
         organisation_id) VALUES ($1, $2, $3, $4, $5, $6, $7)",
    )
    .bind(&id)
    .bind(new.token_hash)
    .bind(new.email)
    .bind(new.role.word())
    .bind(new.now)
    .bind(new.ends_at)
    .bind(new.organisation_id)
    .execute(tx)
    .await?;
    Ok(id)
}

/// The invitation behind a link, while it can be accepted; with the names of what was chosen.
pub async fn invitation(
    tx: &mut AnyConnection,
    token_hash: &str,
    chosen: &PersonFacts,
    now: Moment,
) -> sqlx::Result<Option<WaitingInvitation>> {
    let sql = format!(
        "SELECT i.id, i.email, i.role, a.id AS account_id, a.suspended_at, i.organisation_id,
           o.name AS organisation, {}
         FROM invitations i LEFT JOIN accounts a ON a.email = i.email
         LEFT JOIN organisations o ON o.id = i.organisation_id
         WHERE i.token_hash = $1 AND i.ends_at > $2 AND i.accepted_at IS NULL",
        person_facts::names(3)
    );
    let mut found = sqlx::query(AssertSqlSafe(sql)).bind(token_hash).bind(now);
    for fact in &FACTS {
        found = found.bind(chosen.get(fact.column));
    }
    let row = found.fetch_optional(tx).await?;
    let invitation = |row: AnyRow| {
        Ok(WaitingInvitation {
            id: row.get("id"),
            email: row.get("email"),
            role: known(Role::read(row.get("role")), "invitations.role")?,
            account_id: row.get("account_id"),
            is_suspended: row.get::<Option<Moment>, _>("suspended_at").is_some(),
            organisation_id: row.get("organisation_id"),
            organisation: row.get("organisation"),
            names: person_facts::names_of(&row),
        })
    };
    row.map(invitation).transpose()
}

/// Uses an invitation up. True for whoever was first.
pub async fn accept_invitation(
    tx: &mut AnyConnection,
    id: &Id<Invitation>,
    now: Moment,
) -> sqlx::Result<bool> {
    let used = sqlx::query(
        "UPDATE invitations SET accepted_at = $2 WHERE id = $1 AND accepted_at IS NULL",
    )
    .bind(id)
    .bind(now)
    .execute(tx)
    .await?;
    Ok(used.rows_affected() == 1)
}

/// How somebody stands whom an administrator is about to invite.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct InviteeStanding {
    pub has_role: bool,
    pub is_suspended: bool,
    /// Whether an invitation to the same role can still be accepted.
    pub is_invited: bool,
}

/// How whoever has this address stands, for an invitation to this role.
pub async fn invitee(
    db: &Db,
    email: &str,
    role: Role,
    now: Moment,
) -> sqlx::Result<InviteeStanding> {
    let row = sqlx::query(
        "SELECT (SELECT count(*) FROM roles r JOIN accounts a ON a.id = r.account_id
                 WHERE a.email = $1 AND r.role = $2) AS has_role,
                (SELECT count(*) FROM accounts a
                 WHERE a.email = $1 AND a.suspended_at IS NOT NULL) AS suspended,
                (SELECT count(*) FROM invitations i WHERE i.email = $1 AND i.role = $2
                   AND i.accepted_at IS NULL AND i.ends_at > $3) AS invited",
    )
    .bind(email)
    .bind(role.word())
    .bind(now)
    .fetch_one(&mut *db.read().await?)
    .await?;
    let is = |what: &str| row.get::<i64, _>(what) > 0;
    Ok(InviteeStanding {
        has_role: is("has_role"),
        is_suspended: is("suspended"),
        is_invited: is("invited"),
    })
}

/// An invitation that nobody has accepted, as an administrator sees it.
#[derive(Clone, Debug)]
pub struct SentInvitation {
    pub id: Id<Invitation>,
    pub email: String,
    pub role: Role,
    /// The name of the organisation, for a leader.
    pub organisation: Option<String>,
    pub invited_at: Moment,
    /// Until when it can be accepted.
    pub ends_at: Moment,
}

const SENT: &str = "SELECT i.id, i.email, i.role, i.invited_at, i.ends_at,
       o.name AS organisation
     FROM invitations i LEFT JOIN organisations o ON o.id = i.organisation_id
     WHERE i.accepted_at IS NULL";

fn sent(row: &AnyRow) -> sqlx::Result<SentInvitation> {
    Ok(SentInvitation {
        id: row.get("id"),
        email: row.get("email"),
        role: known(Role::read(row.get("role")), "invitations.role")?,
        organisation: row.get("organisation"),
        invited_at: row.get("invited_at"),
        ends_at: row.get("ends_at"),
    })
}

/// The invitations that nobody has accepted, the latest first: those whose link has ended too,
/// until they are erased.
pub async fn not_accepted(db: &Db, (most, from): (i64, i64)) -> sqlx::Result<Vec<SentInvitation>> {
    const SQL: &str = formatcp!(
        "{SENT} ORDER BY i.invited_at DESC, i.id DESC
         LIMIT CAST($1 AS BIGINT) OFFSET CAST($2 AS BIGINT)"
    );
    let rows = sqlx::query(SQL).bind(most).bind(from).fetch_all(&mut *db.read().await?).await?;
    rows.iter().map(sent).collect()
}

/// One of them.
pub async fn not_accepted_one(
    tx: &mut AnyConnection,
    id: &Id<Invitation>,
) -> sqlx::Result<Option<SentInvitation>> {
    const SQL: &str = formatcp!("{SENT} AND i.id = $1");
    let row = sqlx::query(SQL).bind(id).fetch_optional(tx).await?;
    row.as_ref().map(sent).transpose()
}

/// Gives an invitation another link that works from now, and ends the one it had. False where it
/// was accepted, stopped or sent again since `invited_at`, as by a second tap.
pub async fn renew(
    tx: &mut AnyConnection,
    (id, invited_at): (&Id<Invitation>, Moment),
    token_hash: &str,
    (now, ends_at): (Moment, Moment),
) -> sqlx::Result<bool> {
    let before: Option<String> = sqlx::query_scalar(
        "SELECT token_hash FROM invitations WHERE id = $1 AND accepted_at IS NULL",
    )
    .bind(id)
    .fetch_optional(&mut *tx)
    .await?;
    let renewed = sqlx::query(
        "UPDATE invitations SET token_hash = $3, invited_at = $4, ends_at = $5
         WHERE id = $1 AND invited_at = $2 AND accepted_at IS NULL",
    )
    .bind(id)
    .bind(invited_at)
    .bind(token_hash)
    .bind(now)
    .bind(ends_at)
    .execute(&mut *tx)
    .await?;
    let (Some(before), 1) = (before, renewed.rows_affected()) else { return Ok(false) };
    call_off_email(tx, &before, now).await?;
    Ok(true)
}

/// Stops an invitation that nobody has accepted. It is erased with the address it went to, which
/// may be a stranger's. False where there is none any more.
pub async fn stop(tx: &mut AnyConnection, id: &Id<Invitation>, now: Moment) -> sqlx::Result<bool> {
    let stopped: Option<String> = sqlx::query_scalar(
        "DELETE FROM invitations WHERE id = $1 AND accepted_at IS NULL RETURNING token_hash",
    )
    .bind(id)
    .fetch_optional(&mut *tx)
    .await?;
    let Some(token_hash) = stopped else { return Ok(false) };
    call_off_email(tx, &token_hash, now).await?;
    Ok(true)
}

/// Stops every invitation that waits for whoever has this account, under any address of the same
/// mailbox: those to this role; `None`: all of them.
pub async fn end_waiting(
    tx: &mut AnyConnection,
    account_id: &Id<Account>,
    role: Option<Role>,
    now: Moment,
) -> sqlx::Result<()> {
    let waiting: Vec<(Id<Invitation>, String, String)> = sqlx::query_as(
        "SELECT i.id, i.email, a.email AS own FROM invitations i JOIN accounts a ON a.id = $1
           AND a.email IS NOT NULL
         WHERE i.accepted_at IS NULL AND ($2 = '' OR i.role = $2)",
    )
    .bind(account_id)
    .bind(role.map_or("", Role::word))
    .fetch_all(&mut *tx)
    .await?;
    for (id, email, own) in waiting {
        if forms::mailbox(&email) == forms::mailbox(&own) {
            stop(tx, &id, now).await?;
        }
    }
    Ok(())
}

/// Calls off the email with a link, where it has not gone yet.
async fn call_off_email(tx: &mut AnyConnection, token_hash: &str, now: Moment) -> sqlx::Result<()> {
    call_off(tx, "dedup_key = $1", token_hash, "it was called off", now).await
}
