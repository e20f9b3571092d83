//! Every SQL statement about people, their sessions, links and invitations.

use calendar::clock::{DAY, Millis};
use ground::db::{Db, Kept, Kind};
use ground::viewer::{Role, SignedIn};
use sqlx::any::AnyRow;
use sqlx::{AnyConnection, AssertSqlSafe, Row as _};

/// Who holds this session, if it has not ended. Counts nothing and changes nothing.
///
/// # Errors
/// When the database fails; likewise for every function here.
pub async fn signed_in(db: &Db, token_hash: &str, now: Millis) -> Kept<Option<SignedIn>> {
    let rows = sqlx::query(
        "SELECT a.id, s.id, a.shown_name, a.email, a.place_id, s.seen_at, r.role,
                s.visited_before
         FROM sessions s
         JOIN accounts a ON a.id = s.account_id
         LEFT JOIN roles r ON r.account_id = a.id
         WHERE s.token_hash = $1 AND s.ends_at > $2 AND s.idle_ends_at > $2
           AND a.erased_at IS NULL",
    )
    .bind(token_hash)
    .bind(now)
    .fetch_all(&mut *db.read().await?)
    .await?;
    let roles =
        rows.iter().filter_map(|row| Role::read(&row.get::<Option<String>, _>(6)?)).collect();
    Ok(rows.first().map(|row| SignedIn {
        account_id: row.get(0),
        session_id: row.get(1),
        shown_name: row.get(2),
        email: row.get::<Option<String>, _>(3).unwrap_or_default(),
        place_id: row.get(4),
        seen_at: row.get(5),
        visited_before: row.get(7),
        roles,
    }))
}

/// What this account may do, and whether it is about to be erased.
pub async fn roles(db: &Db, account_id: &str) -> Kept<(Vec<Role>, bool)> {
    let rows = sqlx::query(
        "SELECT r.role, (SELECT count(*) FROM erasures e WHERE e.account_id = a.id)
         FROM accounts a LEFT JOIN roles r ON r.account_id = a.id WHERE a.id = $1",
    )
    .bind(account_id)
    .fetch_all(&mut *db.read().await?)
    .await?;
    let is_leaving = rows.iter().any(|row| row.get::<i64, _>(1) > 0);
    let role = |row: &AnyRow| Role::read(&row.get::<Option<String>, _>(0)?);
    Ok((rows.iter().filter_map(role).collect(), is_leaving))
}

/// A session about to begin.
#[derive(Debug)]
pub struct NewSession {
    /// The hash of the token in the cookie.
    pub token_hash: String,
    /// Whose it is.
    pub account_id: String,
    /// The device as its owner knows it.
    pub device: String,
    /// Now.
    pub now: Millis,
    /// When it ends if it is not used.
    pub idle_ends_at: Millis,
    /// When it ends at the latest.
    pub ends_at: Millis,
}

/// Whether an address has an account.
pub async fn is_known(db: &Db, email: &str) -> Kept<bool> {
    Ok(by_address(&mut *db.read().await?, email).await?.is_some())
}

/// Begins a session, and clears this account's ended ones away. Whoever signs in stays: a trigger
/// calls back an erasure that waits. An account that is erased has no session.
pub async fn begin_session(db: &Db, session: NewSession) -> Kept<()> {
    db.write(move |tx| {
        Box::pin(async move {
            sqlx::query(
                "DELETE FROM sessions WHERE account_id = $1 AND (ends_at <= $2
                 OR idle_ends_at <= $2)",
            )
            .bind(&session.account_id)
            .bind(session.now)
            .execute(&mut *tx)
            .await?;
            sqlx::query(
                "INSERT INTO sessions (id, token_hash, account_id, device, began_at, seen_at,
                 idle_ends_at, ends_at, visited_before)
                 SELECT $1, $2, a.id, $4, CAST($5 AS BIGINT), CAST($5 AS BIGINT),
                   CAST($6 AS BIGINT), CAST($7 AS BIGINT),
                   (SELECT max(s.seen_at) FROM sessions s WHERE s.account_id = $3)
                 FROM accounts a WHERE a.id = $3 AND a.erased_at IS NULL",
            )
            .bind(id::fresh())
            .bind(session.token_hash)
            .bind(session.account_id)
            .bind(session.device)
            .bind(session.now)
            .bind(session.idle_ends_at)
            .bind(session.ends_at)
            .execute(tx)
            .await?;
            Ok(())
        })
    })
    .await
}

/// Notes that a session was used.
pub async fn session_seen(
    db: &Db,
    session_id: String,
    now: Millis,
    idle_ends_at: Millis,
) -> Kept<()> {
    db.write(move |tx| {
        Box::pin(async move {
            sqlx::query(
                "UPDATE sessions SET visited_before = seen_at, seen_at = $2, idle_ends_at = $3
                 WHERE id = $1",
            )
            .bind(session_id)
            .bind(now)
            .bind(idle_ends_at)
            .execute(tx)
            .await?;
            Ok(())
        })
    })
    .await
}

/// One line of a person's list of sessions.
#[derive(Debug)]
pub struct Session {
    /// The session.
    pub id: String,
    /// The device as its owner knows it.
    pub device: String,
    /// When it was last used, to the hour.
    pub seen_at: Millis,
}

/// Erases what is no longer of use, each when `docs/retention.md` says; how many rows.
pub async fn forget_due(db: &Db, now: Millis) -> Kept<u64> {
    /// What is erased, and how long after the time that the statement compares with.
    const ALL: [(&str, Millis); 7] = [
        (
            "DELETE FROM first_act_links WHERE act_id IN
             (SELECT id FROM first_acts WHERE ends_at <= $1)",
            0,
        ),
        ("DELETE FROM first_acts WHERE ends_at <= $1", 0),
        // Two days for the link, and five more in which people may ask what became of it.
        ("DELETE FROM sign_ups WHERE ends_at <= $1", 5 * DAY),
        ("DELETE FROM links WHERE ends_at <= $1", 0),
        ("DELETE FROM invitations WHERE ends_at <= $1", 30 * DAY),
        ("DELETE FROM sessions WHERE ends_at <= $1 OR idle_ends_at <= $1", 30 * DAY),
        ("DELETE FROM attempts WHERE window_ends_at <= $1", 30 * DAY),
    ];
    db.write(move |tx| {
        Box::pin(async move {
            let mut rows = 0;
            for (sql, kept_for) in ALL {
                let erased = sqlx::query(sql).bind(now - kept_for).execute(&mut *tx).await?;
                rows += erased.rows_affected();
            }
            Ok(rows)
        })
    })
    .await
}

/// How many sessions have not ended.
pub async fn sessions_that_stand(db: &Db, now: Millis) -> Kept<i64> {
    sqlx::query_scalar("SELECT count(*) FROM sessions WHERE ends_at > $1 AND idle_ends_at > $1")
        .bind(now)
        .fetch_one(&mut *db.read().await?)
        .await
}

/// A person's sessions that have not ended, the latest used first.
pub async fn sessions(db: &Db, account_id: &str, now: Millis) -> Kept<Vec<Session>> {
    let rows = sqlx::query(
        "SELECT id, device, seen_at FROM sessions WHERE account_id = $1 AND ends_at > $2
         AND idle_ends_at > $2 ORDER BY seen_at DESC, id",
    )
    .bind(account_id)
    .bind(now)
    .fetch_all(&mut *db.read().await?)
    .await?;
    Ok(rows
        .iter()
        .map(|row| Session { id: row.get(0), device: row.get(1), seen_at: row.get(2) })
        .collect())
}

/// Ends this session of this account, or all of them.
pub async fn end_sessions(db: &Db, account_id: String, only: Option<String>) -> Kept<()> {
    db.write(move |tx| {
        Box::pin(async move {
            sqlx::query("DELETE FROM sessions WHERE account_id = $1 AND ($2 IS NULL OR id = $2)")
                .bind(account_id)
                .bind(only)
                .execute(tx)
                .await?;
            Ok(())
        })
    })
    .await
}

/// Ends the sessions of this account on devices with the same name as this one's, but never `here`.
pub async fn end_sessions_like(
    db: &Db,
    account_id: String,
    session_id: String,
    here: String,
) -> Kept<()> {
    db.write(move |tx| {
        Box::pin(async move {
            sqlx::query(
                "DELETE FROM sessions WHERE account_id = $1 AND id <> $3
                 AND device IN (SELECT s.device FROM sessions s
                   WHERE s.id = $2 AND s.account_id = $1)",
            )
            .bind(account_id)
            .bind(session_id)
            .bind(here)
            .execute(tx)
            .await?;
            Ok(())
        })
    })
    .await
}

/// What shows that whoever uses a session is the person whose account it is.
#[derive(Clone, Debug)]
pub struct Proof {
    /// The hash of the account's password, if it has one.
    pub password_hash: Option<String>,
    /// When the session began.
    pub began_at: Millis,
}

/// The proof of a session.
pub async fn proof(db: &Db, session_id: &str) -> Kept<Proof> {
    let row = sqlx::query(
        "SELECT a.password_hash, s.began_at FROM sessions s
         JOIN accounts a ON a.id = s.account_id WHERE s.id = $1",
    )
    .bind(session_id)
    .fetch_one(&mut *db.read().await?)
    .await?;
    Ok(Proof { password_hash: row.get(0), began_at: row.get(1) })
}

/// The round that people vote in, until its votes are counted: its name, and when voting closes.
pub async fn votes_in(db: &Db, now: Millis) -> Kept<Option<(String, Millis)>> {
    let row = sqlx::query(
        "SELECT title, closes_at FROM rounds WHERE counted_at IS NULL AND vote_from <= $1
         ORDER BY closes_at LIMIT 1",
    )
    .bind(now)
    .fetch_optional(&mut *db.read().await?)
    .await?;
    Ok(row.map(|row| (row.get(0), row.get(1))))
}

/// What became of a change of somebody's own details.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Details {
    /// They are saved: what changed, in a word for the audit log.
    Changed(&'static str),
    /// They were so before.
    AsBefore,
    /// The place stays as it is while votes are being counted, and so does the rest.
    VotesAreCounted,
}

/// Changes the name others see and the place. Each vote is counted in the place its voter has when
/// the round closes, so the round stays open, or counted, until this write ends.
pub async fn change_details(
    tx: &mut AnyConnection,
    kind: Kind,
    account_id: &str,
    (shown_name, place_id): (&str, Option<&str>),
    now: Millis,
) -> Kept<Details> {
    let rounds = format!(
        "SELECT closes_at FROM rounds WHERE counted_at IS NULL AND vote_from <= $1{}",
        kind.hold()
    );
    let closes: Vec<Millis> =
        sqlx::query_scalar(AssertSqlSafe(rounds)).bind(now).fetch_all(&mut *tx).await?;
    let before = sqlx::query("SELECT shown_name, place_id FROM accounts WHERE id = $1")
        .bind(account_id)
        .fetch_one(&mut *tx)
        .await?;
    let is_new_name = before.get::<&str, _>(0) != shown_name;
    let is_new_place = before.get::<Option<String>, _>(1).as_deref() != place_id;
    let changed = match (is_new_name, is_new_place) {
        (false, false) => return Ok(Details::AsBefore),
        (true, false) => "name",
        (false, true) => "place",
        (true, true) => "name and place",
    };
    if is_new_place && closes.iter().any(|closes_at| *closes_at <= now) {
        return Ok(Details::VotesAreCounted);
    }
    sqlx::query("UPDATE accounts SET shown_name = $2, place_id = $3 WHERE id = $1")
        .bind(account_id)
        .bind(shown_name)
        .bind(place_id)
        .execute(tx)
        .await?;
    Ok(Details::Changed(changed))
}

/// An account as signing in needs it.
#[derive(Clone, Debug)]
pub struct Known {
    /// The account.
    pub id: String,
    /// Its password, if it has one.
    pub password_hash: Option<String>,
}

/// The account of this address, if there is one.
pub async fn by_address(tx: &mut AnyConnection, email: &str) -> Kept<Option<Known>> {
    let row = sqlx::query("SELECT id, password_hash FROM accounts WHERE email = $1")
        .bind(email)
        .fetch_optional(tx)
        .await?;
    Ok(row.map(|row| Known { id: row.get(0), password_hash: row.get(1) }))
}

/// A sign-up waiting for the button in its email to be pressed.
#[derive(Clone, Debug)]
pub struct SignUp {
    /// The address.
    pub email: String,
    /// The name others will see.
    pub shown_name: String,
    /// The part of the area.
    pub place_id: String,
    /// The hashed password.
    pub password_hash: String,
}

/// Keeps a sign-up until `ends_at`.
pub async fn keep_sign_up(
    tx: &mut AnyConnection,
    token_hash: &str,
    sign_up: &SignUp,
    ends_at: Millis,
) -> Kept<()> {
    sqlx::query(
        "INSERT INTO sign_ups (token_hash, email, shown_name, place_id, password_hash,
         ends_at) VALUES ($1, $2, $3, $4, $5, $6)",
    )
    .bind(token_hash)
    .bind(&sign_up.email)
    .bind(&sign_up.shown_name)
    .bind(&sign_up.place_id)
    .bind(&sign_up.password_hash)
    .bind(ends_at)
    .execute(tx)
    .await?;
    Ok(())
}

/// The sign-up behind a link, while it can be confirmed.
pub async fn sign_up(
    tx: &mut AnyConnection,
    token_hash: &str,
    now: Millis,
) -> Kept<Option<SignUp>> {
    let row = sqlx::query(
        "SELECT email, shown_name, place_id, password_hash FROM sign_ups WHERE token_hash = $1
         AND ends_at > $2 AND used_at IS NULL",
    )
    .bind(token_hash)
    .bind(now)
    .fetch_optional(tx)
    .await?;
    Ok(row.map(|row| SignUp {
        email: row.get(0),
        shown_name: row.get(1),
        place_id: row.get(2),
        password_hash: row.get(3),
    }))
}

/// Makes the account of a sign-up, once. `None` when the address has one by now.
pub async fn confirm(
    tx: &mut AnyConnection,
    token_hash: &str,
    sign_up: &SignUp,
    now: Millis,
) -> Kept<Option<String>> {
    sqlx::query("UPDATE sign_ups SET used_at = $2 WHERE token_hash = $1")
        .bind(token_hash)
        .bind(now)
        .execute(&mut *tx)
        .await?;
    let account = NewAccount {
        email: &sign_up.email,
        shown_name: &sign_up.shown_name,
        place_id: Some(&sign_up.place_id),
        password_hash: Some(&sign_up.password_hash),
    };
    let made = make_account(tx, &account, now).await?;
    if let Some(id) = &made {
        grant(tx, id, &[Role::Parent], now).await?;
    }
    Ok(made)
}

/// An account about to be made; its address is confirmed.
#[derive(Debug)]
pub struct NewAccount<'a> {
    /// The confirmed address.
    pub email: &'a str,
    /// The name others see.
    pub shown_name: &'a str,
    /// The part of the area, for parents.
    pub place_id: Option<&'a str>,
    /// The hashed password, if one was chosen.
    pub password_hash: Option<&'a str>,
}

/// Makes an account without roles. `None` when the address has one already.
pub async fn make_account(
    tx: &mut AnyConnection,
    account: &NewAccount<'_>,
    now: Millis,
) -> Kept<Option<String>> {
    let made: Option<String> = sqlx::query_scalar(
        "INSERT INTO accounts (id, email, shown_name, place_id, password_hash, confirmed_at)
         VALUES ($1, $2, $3, $4, $5, $6)
         ON CONFLICT (email) DO NOTHING RETURNING id",
    )
    .bind(id::fresh())
    .bind(account.email)
    .bind(account.shown_name)
    .bind(account.place_id)
    .bind(account.password_hash)
    .bind(now)
    .fetch_optional(tx)
    .await?;
    Ok(made)
}

/// Gives an account these roles, at least one; twice is once.
pub async fn grant(
    tx: &mut AnyConnection,
    account_id: &str,
    roles: &[Role],
    now: Millis,
) -> Kept<()> {
    let rows = roles
        .iter()
        .map(|role| format!("($1, '{}', $2)", role.word()))
        .collect::<Vec<_>>()
        .join(", ");
    let sql = format!(
        "INSERT INTO roles (account_id, role, granted_at) VALUES {rows}
         ON CONFLICT (account_id, role) DO NOTHING"
    );
    sqlx::query(AssertSqlSafe(sql)).bind(account_id).bind(now).execute(tx).await?;
    Ok(())
}

/// Says which organisation a leader is from; `None` for none.
pub async fn lead_for(
    tx: &mut AnyConnection,
    account_id: &str,
    organisation_id: Option<&str>,
) -> Kept<()> {
    sqlx::query("UPDATE roles SET organisation_id = $2 WHERE account_id = $1 AND role = 'leader'")
        .bind(account_id)
        .bind(organisation_id)
        .execute(tx)
        .await?;
    Ok(())
}

/// Takes a role from an account.
pub async fn revoke(tx: &mut AnyConnection, account_id: &str, role: Role) -> Kept<()> {
    sqlx::query("DELETE FROM roles WHERE account_id = $1 AND role = $2")
        .bind(account_id)
        .bind(role.word())
        .execute(tx)
        .await?;
    Ok(())
}

/// Ends every session of an account, in the write that changes what it may do.
pub async fn end_all_sessions(tx: &mut AnyConnection, account_id: &str) -> Kept<()> {
    sqlx::query("DELETE FROM sessions WHERE account_id = $1").bind(account_id).execute(tx).await?;
    Ok(())
}

/// Keeps the link in an email. `email` is the new address of a change of address.
pub async fn keep_link(
    tx: &mut AnyConnection,
    token_hash: &str,
    account_id: &str,
    purpose: &str,
    email: Option<&str>,
    ends_at: Millis,
) -> Kept<()> {
    sqlx::query(
        "INSERT INTO links (token_hash, account_id, purpose, email, ends_at)
         VALUES ($1, $2, $3, $4, $5)",
    )
    .bind(token_hash)
    .bind(account_id)
    .bind(purpose)
    .bind(email)
    .bind(ends_at)
    .execute(tx)
    .await?;
    Ok(())
}

/// A link that still works.
#[derive(Clone, Debug)]
pub struct Link {
    /// Whose it is.
    pub account_id: String,
    /// Their address now.
    pub email: String,
    /// The new address of a change of address.
    pub new_email: Option<String>,
}

/// The link behind a token, while it can be used.
pub async fn link(
    tx: &mut AnyConnection,
    token_hash: &str,
    purpose: &str,
    now: Millis,
) -> Kept<Option<Link>> {
    let row = sqlx::query(
        "SELECT l.account_id, a.email, l.email FROM links l JOIN accounts a ON a.id = l.account_id
         WHERE l.token_hash = $1 AND l.purpose = $2 AND l.ends_at > $3 AND l.used_at IS NULL
           AND a.erased_at IS NULL",
    )
    .bind(token_hash)
    .bind(purpose)
    .bind(now)
    .fetch_optional(tx)
    .await?;
    Ok(row.map(|row| Link { account_id: row.get(0), email: row.get(1), new_email: row.get(2) }))
}

/// Uses a link up. True for whoever was first.
pub async fn use_link(tx: &mut AnyConnection, token_hash: &str, now: Millis) -> Kept<bool> {
    let used =
        sqlx::query("UPDATE links SET used_at = $2 WHERE token_hash = $1 AND used_at IS NULL")
            .bind(token_hash)
            .bind(now)
            .execute(tx)
            .await?;
    Ok(used.rows_affected() == 1)
}

/// Sets a new password, and ends every other link: a change of address that someone else asked for
/// goes no further.
pub async fn set_password(
    tx: &mut AnyConnection,
    account_id: &str,
    password_hash: &str,
    now: Millis,
) -> Kept<()> {
    sqlx::query("UPDATE accounts SET password_hash = $2 WHERE id = $1")
        .bind(account_id)
        .bind(password_hash)
        .execute(&mut *tx)
        .await?;
    sqlx::query("UPDATE links SET used_at = $2 WHERE account_id = $1 AND used_at IS NULL")
        .bind(account_id)
        .bind(now)
        .execute(tx)
        .await?;
    Ok(())
}

/// Sets a new address. Fails as "already there" when another account has it.
pub async fn set_address(tx: &mut AnyConnection, account_id: &str, email: &str) -> Kept<()> {
    sqlx::query("UPDATE accounts SET email = $2 WHERE id = $1")
        .bind(account_id)
        .bind(email)
        .execute(tx)
        .await?;
    Ok(())
}

/// An invitation that waits.
#[derive(Clone, Debug)]
pub struct Invitation {
    /// The invitation.
    pub id: String,
    /// The address it went to.
    pub email: String,
    /// Their role.
    pub role: Role,
    /// The organisation, for a leader.
    pub organisation_id: Option<String>,
    /// The account with that address, if it has one.
    pub account_id: Option<String>,
    /// The place that was chosen with it.
    pub place: Option<String>,
}

/// Keeps an invitation.
pub async fn keep_invitation(
    tx: &mut AnyConnection,
    token_hash: &str,
    email: &str,
    (role, organisation_id): (Role, Option<&str>),
    now: Millis,
    ends_at: Millis,
) -> Kept<String> {
    let id = id::fresh();
    sqlx::query(
        "INSERT INTO invitations (id, token_hash, email, role, invited_at, ends_at,
         organisation_id) VALUES ($1, $2, $3, $4, $5, $6, $7)",
    )
    .bind(&id)
    .bind(token_hash)
    .bind(email)
    .bind(role.word())
    .bind(now)
    .bind(ends_at)
    .bind(organisation_id)
    .execute(tx)
    .await?;
    Ok(id)
}

/// The invitation behind a link, while it can be accepted; and the place that was chosen with it,
/// if that is one.
pub async fn invitation(
    tx: &mut AnyConnection,
    token_hash: &str,
    place: Option<&str>,
    now: Millis,
) -> Kept<Option<Invitation>> {
    let row = sqlx::query(
        "SELECT i.id, i.email, i.role, a.id, i.organisation_id, (SELECT p.id FROM places p
         WHERE p.id = $3 AND p.retired_at IS NULL) FROM invitations i LEFT
         JOIN accounts a ON a.email = i.email
         WHERE i.token_hash = $1 AND i.ends_at > $2 AND i.accepted_at IS NULL",
    )
    .bind(token_hash)
    .bind(now)
    .bind(place)
    .fetch_optional(tx)
    .await?;
    let invitation = |row: AnyRow| {
        let role = Role::read(&row.get::<String, _>(2))?;
        Some(Invitation {
            id: row.get(0),
            email: row.get(1),
            role,
            account_id: row.get(3),
            organisation_id: row.get(4),
            place: row.get(5),
        })
    };
    Ok(row.and_then(invitation))
}

/// Uses an invitation up. True for whoever was first.
pub async fn accept_invitation(tx: &mut AnyConnection, id: &str, now: Millis) -> Kept<bool> {
    let used = sqlx::query(
        "UPDATE invitations SET accepted_at = $2 WHERE id = $1 AND accepted_at IS NULL",
    )
    .bind(id)
    .bind(now)
    .execute(tx)
    .await?;
    Ok(used.rows_affected() == 1)
}

/// A person as an administrator sees them.
#[derive(Debug)]
pub struct Person {
    /// The account.
    pub id: String,
    /// The name others see.
    pub shown_name: String,
    /// The address.
    pub email: String,
    /// What they may do.
    pub roles: Vec<Role>,
    /// The organisation they are a leader for.
    pub organisation_id: Option<String>,
}

/// People whose name or address contains `search` (folded), by address, at most `most`, after the
/// address `after`.
pub async fn people(db: &Db, search: &str, after: &str, most: i64) -> Kept<Vec<Person>> {
    let rows = sqlx::query(
        "SELECT p.id, p.shown_name, p.email, r.role, r.organisation_id
         FROM (SELECT id, shown_name, email FROM accounts
               WHERE email > $1 AND (email LIKE $2 OR lower(shown_name) LIKE $2)
               ORDER BY email LIMIT $3) p
         LEFT JOIN roles r ON r.account_id = p.id
         ORDER BY p.email, r.role",
    )
    .bind(after)
    .bind(format!("%{}%", search.replace(['%', '_'], "")))
    .bind(most)
    .fetch_all(&mut *db.read().await?)
    .await?;
    let mut people: Vec<Person> = Vec::new();
    for row in rows {
        let id: String = row.get(0);
        if people.last().is_none_or(|last| last.id != id) {
            people.push(Person {
                id,
                shown_name: row.get(1),
                email: row.get(2),
                roles: Vec::new(),
                organisation_id: None,
            });
        }
        if let (Some(person), Some(role)) = (people.last_mut(), row.get::<Option<String>, _>(3)) {
            person.roles.extend(Role::read(&role));
            person.organisation_id = person.organisation_id.take().or(row.get(4));
        }
    }
    Ok(people)
}
