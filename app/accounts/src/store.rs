//! Every SQL statement about people, their sessions, links and invitations.

use calendar::clock::{DAY, MINUTE, Millis, Moment, SECOND};
use ground::db::{Db, Kind, formatcp, known};
use ground::ids::{Account, Id, Organisation, Passkey, Session};
use ground::viewer::{PersonFacts, Role, SecondStep, SignedIn};
use sqlx::any::AnyRow;
use sqlx::{AnyConnection, AssertSqlSafe, Row as _, SqlStr};

use super::invitations::store as invitations;
use super::passkeys::store as passkeys;
use super::person_facts::{self, FACTS, PersonFact};
use super::second_factor::{rules, store as factors};

/// Who holds this session, if it has not ended and waits for no code. Counts nothing and changes
/// nothing.
///
/// # Errors
/// When the database fails; likewise for every function here.
pub async fn signed_in(db: &Db, token_hash: &str, now: Moment) -> sqlx::Result<Option<SignedIn>> {
    held(db, "s.token_hash = $1", token_hash, now).await
}

/// Likewise by the token that a session had until just now, when fresh proof gave it another: a
/// second tap on the same button comes with the first.
pub async fn signed_in_until_now(
    db: &Db,
    token_hash: &str,
    now: Moment,
) -> sqlx::Result<Option<SignedIn>> {
    let by = format!(
        "s.token_before = $1 AND s.proved_at BETWEEN CAST($2 AS BIGINT) - {SECOND_TAP}
           AND CAST($2 AS BIGINT) + {SECOND_TAP}"
    );
    held(db, &by, token_hash, now).await
}

/// `by`: the condition that finds the session.
async fn held(db: &Db, by: &str, token_hash: &str, now: Moment) -> sqlx::Result<Option<SignedIn>> {
    let facts = person_facts::each(|_, fact| format!("a.{}", fact.column), ", ");
    let sql = format!(
        "SELECT a.id AS account_id, s.id AS session_id, a.shown_name, a.email, {facts},
                a.confirmed_at AS joined_at, s.seen_at, r.role, s.visited_before,
                CAST(CASE WHEN s.with_council = 1 THEN 0 ELSE s.began_at END AS BIGINT)
                  AS shown_at_begin,
                s.proved_at, {} AS has_second_step_since,
                (SELECT second_step_from FROM area_rules) AS asked_from,
                CAST(s.second_step_there AS BIGINT) AS took_one_there,
                (SELECT e.due_at FROM erasures e WHERE e.account_id = a.id) AS leaves_at
         FROM sessions s
         JOIN accounts a ON a.id = s.account_id
         LEFT JOIN roles r ON r.account_id = a.id
         LEFT JOIN second_factors f ON f.account_id = a.id
         WHERE {by} AND s.ends_at > $2 AND s.idle_ends_at > $2
           AND s.waits_for_code = 0 AND a.erased_at IS NULL AND a.suspended_at IS NULL",
        factors::SINCE
    );
    let rows = sqlx::query(AssertSqlSafe(sql))
        .bind(token_hash)
        .bind(now)
        .fetch_all(&mut *db.read().await?)
        .await?;
    let roles = roles(&rows)?;
    let Some(row) = rows.first() else { return Ok(None) };
    // Whoever took one at their council is asked for none here.
    let asked_from = row
        .get::<Option<Moment>, _>("asked_from")
        .filter(|_| row.get::<i64, _>("took_one_there") == 0);
    let has_one = row.get::<Option<Moment>, _>("has_second_step_since").is_some();
    let proved_at = row.get::<Option<Moment>, _>("proved_at");
    Ok(Some(SignedIn {
        account_id: row.get("account_id"),
        session_id: row.get("session_id"),
        shown_name: row.get("shown_name"),
        email: known(row.get("email"), "accounts.email")?,
        facts: person_facts::of_row(row),
        joined_at: row.get("joined_at"),
        seen_at: row.get("seen_at"),
        visited_before: row.get("visited_before"),
        is_fresh: rules::is_fresh(proved_at.unwrap_or_else(|| row.get("shown_at_begin")), now),
        second_step: rules::second_step(has_one, &roles, asked_from, now),
        leaves_at: row.get("leaves_at"),
        holds: roles,
    }))
}

/// Reads the roles in the rows of one account.
fn roles(rows: &[AnyRow]) -> sqlx::Result<Vec<Role>> {
    rows.iter().filter_map(|row| row.get::<Option<&str>, _>("role")).map(role).collect()
}

/// Reads a role. Whoever left out one that this program does not know would ask them for less than
/// that role does, as for no second step.
///
/// # Errors
/// When this program does not know the word.
pub(crate) fn role(word: &str) -> sqlx::Result<Role> {
    known(Role::read(word), "roles.role")
}

/// What an account may do, and how it stands.
#[derive(Clone, Debug)]
pub struct AccountRights {
    pub roles: Vec<Role>,
    pub second_step: SecondStep,
    pub is_leaving: bool,
    /// Whether it signs in with its council and in no other way.
    pub is_with_council: bool,
    /// Whether nobody is let in to it for now.
    pub is_suspended: bool,
}

/// What this account may do, whether a second step is asked of it, whether it is about to be
/// erased, whether it is suspended, and whether it signs in with the council that this provider
/// belongs to: a leader whom the provider knows, and who is nothing else here.
pub async fn account_rights(
    db: &Db,
    account_id: &Id<Account>,
    issuer: &str,
    now: Moment,
) -> sqlx::Result<AccountRights> {
    const SQL: &str = formatcp!(
        "SELECT r.role, a.suspended_at, {} AS has_second_step_since,
                (SELECT second_step_from FROM area_rules) AS asked_from,
                (SELECT count(*) FROM erasures e WHERE e.account_id = a.id) AS erasures,
                (SELECT count(*) FROM council_subjects c
                 WHERE c.account_id = a.id AND c.issuer = $2) AS subjects
         FROM accounts a LEFT JOIN roles r ON r.account_id = a.id
         LEFT JOIN second_factors f ON f.account_id = a.id
         WHERE a.id = $1",
        factors::SINCE
    );
    let rows =
        sqlx::query(SQL).bind(account_id).bind(issuer).fetch_all(&mut *db.read().await?).await?;
    let roles = roles(&rows)?;
    let second_step = rows.first().map_or(SecondStep::NotAsked, |row| {
        let has_one = row.get::<Option<Moment>, _>("has_second_step_since").is_some();
        rules::second_step(has_one, &roles, row.get("asked_from"), now)
    });
    let is_leaving = rows.iter().any(|row| row.get::<i64, _>("erasures") > 0);
    let is_known_there = rows.iter().any(|row| row.get::<i64, _>("subjects") > 0);
    let is_with_council = is_known_there && roles == [Role::Leader];
    let is_suspended =
        rows.iter().any(|row| row.get::<Option<Moment>, _>("suspended_at").is_some());
    Ok(AccountRights { roles, second_step, is_leaving, is_with_council, is_suspended })
}

/// A session about to begin.
#[derive(Debug)]
pub struct NewSession {
    /// The hash of the token in the cookie.
    pub token_hash: String,
    pub account_id: Id<Account>,
    /// The device as its owner knows it.
    pub device: String,
    pub now: Moment,
    /// When it ends if it is not used.
    pub idle_ends_at: Moment,
    /// When it ends at the latest.
    pub ends_at: Moment,
}

/// The browser in which a session begins.
#[derive(Debug, Default)]
pub struct ThisBrowser {
    /// The hash of what its cookie holds, where it is to be known from now on as one in which staff
    /// sign in.
    pub device_hash: Option<String>,
    /// The hash of the token of the session it had before, which ends: that token lets nobody in
    /// any more.
    pub before: Option<String>,
    /// Whether the account was made in it just now. Then nobody is told that it is new.
    pub joins: bool,
}

/// How a session began at a council's provider.
#[derive(Clone, Copy, Debug)]
pub struct AtCouncil {
    /// Whether they took a second step there: then none is asked here.
    pub used_second_step: bool,
    /// When they signed in there, if it says so. They may not have typed anything since, so that
    /// this is what shows that it is them, and not that the session began.
    pub signed_in_at: Option<Moment>,
}

/// Whether an address has an account.
pub async fn is_known(db: &Db, email: &str) -> sqlx::Result<bool> {
    Ok(by_address(&mut *db.read().await?, email).await?.is_some())
}

/// Begins a session, and clears this account's ended ones away. Whether it lets nobody in before a
/// code is given or a passkey used: so it is where there is a second step. An account that is
/// erased or suspended has no session.
pub async fn begin_session(db: &Db, session: NewSession) -> sqlx::Result<bool> {
    begin_session_here(db, session, ThisBrowser::default(), None).await
}

/// As [`begin_session`], in this browser, and perhaps at a council's provider. In one that is to be
/// known from now on, ended sessions stay as long as `docs/retention.md` says.
pub async fn begin_session_here(
    db: &Db,
    session: NewSession,
    here: ThisBrowser,
    at_council: Option<AtCouncil>,
) -> sqlx::Result<bool> {
    let mut tx = db.begin().await?.unseen();
    if here.device_hash.is_none() {
        sqlx::query(
            "DELETE FROM sessions WHERE account_id = $1 AND (ends_at <= $2
             OR idle_ends_at <= $2 OR (waits_for_code = 1 AND began_at <= $3))",
        )
        .bind(&session.account_id)
        .bind(session.now)
        .bind(session.now - rules::CODE_WITHIN)
        .execute(&mut *tx)
        .await?;
    }
    let by = at_council.map_or(SignInWay::Here, SignInWay::Council);
    let waits_for_code = insert_session(&mut tx, &session, &here, by).await?;
    tx.commit().await?;
    Ok(waits_for_code)
}

/// Likewise for somebody who showed with a passkey that it is them: that is both steps, and they
/// are in. False where that passkey is gone or was copied.
pub async fn begin_session_by_passkey(
    db: &Db,
    session: NewSession,
    here: ThisBrowser,
    (passkey_id, counter): (&Id<Passkey>, u32),
) -> sqlx::Result<bool> {
    let mut tx = db.begin().await?.unseen();
    if !passkeys::used(&mut tx, passkey_id, counter, session.now).await? {
        tx.roll_back().await?;
        return Ok(false);
    }
    insert_session(&mut tx, &session, &here, SignInWay::Passkey).await?;
    tx.commit().await?;
    Ok(true)
}

/// By what somebody comes in.
#[derive(Clone, Copy, Debug)]
enum SignInWay {
    /// A password or a link.
    Here,
    /// Their council.
    Council(AtCouncil),
    /// A passkey, which is both steps.
    Passkey,
}

/// Takes the place of the session that was there before, whosever it was. Whether the new one waits
/// for a second step.
async fn insert_session(
    tx: &mut AnyConnection,
    session: &NewSession,
    here: &ThisBrowser,
    by: SignInWay,
) -> sqlx::Result<bool> {
    let at_council = match by {
        SignInWay::Council(there) => Some(there),
        SignInWay::Here | SignInWay::Passkey => None,
    };
    let used_there = at_council.is_some_and(|there| there.used_second_step);
    let is_both = used_there || matches!(by, SignInWay::Passkey);
    const SQL: &str = formatcp!(
        "INSERT INTO sessions (id, token_hash, account_id, device, began_at, seen_at,
         idle_ends_at, ends_at, visited_before, proved_at, with_council, second_step_there,
         waits_for_code)
         SELECT $1, $2, a.id, $4, CAST($5 AS BIGINT), CAST($5 AS BIGINT),
           CAST($6 AS BIGINT), CAST($7 AS BIGINT),
           (SELECT max(s.seen_at) FROM sessions s WHERE s.account_id = $3),
           CAST($8 AS BIGINT), CAST($9 AS INTEGER), CAST($10 AS INTEGER),
           CASE WHEN CAST($11 AS INTEGER) = 0 AND {} IS NOT NULL THEN 1 ELSE 0 END
         FROM accounts a LEFT JOIN second_factors f ON f.account_id = a.id
         WHERE a.id = $3 AND a.erased_at IS NULL AND a.suspended_at IS NULL
         RETURNING CAST(waits_for_code AS BIGINT)",
        factors::SINCE
    );
    let waits: Option<i64> = sqlx::query_scalar(SQL)
        .bind(Id::<Session>::fresh())
        .bind(&session.token_hash)
        .bind(&session.account_id)
        .bind(&session.device)
        .bind(session.now)
        .bind(session.idle_ends_at)
        .bind(session.ends_at)
        .bind(at_council.and_then(|there| there.signed_in_at))
        .bind(i64::from(at_council.is_some()))
        .bind(i64::from(used_there))
        .bind(i64::from(is_both))
        .fetch_optional(&mut *tx)
        .await?;
    // Only now: the new one says when they were here before.
    if let Some(before) = &here.before {
        sqlx::query("DELETE FROM sessions WHERE token_hash = $1")
            .bind(before)
            .execute(&mut *tx)
            .await?;
    }
    if let Some(hash) = here.device_hash.as_deref().filter(|_| waits == Some(0)) {
        let device = (hash, session.device.as_str());
        let told_at = here.joins.then_some(session.now);
        factors::know_device(tx, &session.account_id, device, session.now, told_at).await?;
    }
    Ok(waits == Some(1))
}

/// Notes that a session was used.
pub async fn session_seen(
    db: &Db,
    session_id: &Id<Session>,
    now: Moment,
    idle_ends_at: Moment,
) -> sqlx::Result<()> {
    let mut tx = db.begin().await?.unseen();
    sqlx::query(
        "UPDATE sessions SET visited_before = seen_at, seen_at = $2, idle_ends_at = $3
         WHERE id = $1",
    )
    .bind(session_id)
    .bind(now)
    .bind(idle_ends_at)
    .execute(&mut *tx)
    .await?;
    tx.commit().await
}

/// One line of a person's list of sessions.
#[derive(Debug, sqlx::FromRow)]
pub struct OpenSession {
    pub id: Id<Session>,
    /// The device as its owner knows it.
    pub device: String,
    pub began_at: Moment,
    /// When it was last used, to the hour.
    pub seen_at: Moment,
}

/// Erases what is no longer of use, each when `docs/retention.md` says; how many rows.
pub async fn forget_due(db: &Db, now: Moment) -> sqlx::Result<u64> {
    /// What is erased, and how long after the time that the statement compares with.
    const ALL: [(&str, Millis); 11] = [
        (
            "DELETE FROM first_act_links WHERE act_id IN
             (SELECT id FROM first_acts WHERE ends_at <= $1)",
            0,
        ),
        ("DELETE FROM first_acts WHERE ends_at <= $1", 0),
        // Two days for the link, and five more in which people may ask what became of it. Of those
        // that nobody confirmed only the newest hundred thousand stay: anyone can ask for them.
        (
            "DELETE FROM sign_ups WHERE ends_at <= $1 OR (used_at IS NULL AND ends_at <
             (SELECT s.ends_at FROM sign_ups s WHERE s.used_at IS NULL
              ORDER BY s.ends_at DESC LIMIT 1 OFFSET 100000))",
            5 * DAY,
        ),
        ("DELETE FROM links WHERE ends_at <= $1", 0),
        ("DELETE FROM invitations WHERE ends_at <= $1", 30 * DAY),
        ("DELETE FROM sessions WHERE ends_at <= $1 OR idle_ends_at <= $1", 30 * DAY),
        ("DELETE FROM known_browsers WHERE ends_at <= $1", 0),
        ("DELETE FROM address_undos WHERE ends_at <= $1", 0),
        // What a clock that was an hour or a day ahead left behind goes too.
        ("DELETE FROM passkey_challenges WHERE ends_at <= $1 OR ends_at > $1 + 3600000", 0),
        ("DELETE FROM attempts WHERE window_ends_at <= $1 OR window_ends_at > $1 + 86400000", 0),
        ("DELETE FROM attempt_keys WHERE starts_at <= $1 OR starts_at > $1 + 172800000", DAY),
    ];
    let mut tx = db.begin().await?.unseen();
    let mut rows = 0;
    for (sql, kept_for) in ALL {
        let erased = sqlx::query(sql).bind(now - kept_for).execute(&mut *tx).await?;
        rows += erased.rows_affected();
    }
    rows += factors::forget_due(&mut tx, now).await?;
    tx.commit().await?;
    Ok(rows)
}

/// How many sessions have not ended.
pub async fn sessions_that_stand(db: &Db, now: Moment) -> sqlx::Result<i64> {
    sqlx::query_scalar(
        "SELECT count(*) FROM sessions WHERE ends_at > $1 AND idle_ends_at > $1
         AND waits_for_code = 0",
    )
    .bind(now)
    .fetch_one(&mut *db.read().await?)
    .await
}

/// A person's sessions that have not ended, at most `most`: this one first, then the latest used.
pub async fn sessions(
    db: &Db,
    (account_id, here): (&Id<Account>, &Id<Session>),
    most: i64,
    now: Moment,
) -> sqlx::Result<Vec<OpenSession>> {
    sqlx::query_as(
        "SELECT id, device, began_at, seen_at FROM sessions WHERE account_id = $1
         AND ends_at > $2 AND idle_ends_at > $2 AND waits_for_code = 0
         ORDER BY CASE WHEN id = $3 THEN 0 ELSE 1 END, seen_at DESC, id
         LIMIT CAST($4 AS BIGINT)",
    )
    .bind(account_id)
    .bind(now)
    .bind(here)
    .bind(most)
    .fetch_all(&mut *db.read().await?)
    .await
}

/// Ends this session of this account; or all of them, with everything else by which somebody could
/// still get in or go on with what they began.
pub async fn end_sessions(
    db: &Db,
    account_id: &Id<Account>,
    only: Option<&Id<Session>>,
) -> sqlx::Result<()> {
    let mut tx = db.begin().await?.unseen();
    if let Some(only) = only {
        sqlx::query("DELETE FROM sessions WHERE account_id = $1 AND id = $2")
            .bind(account_id)
            .bind(only)
            .execute(&mut *tx)
            .await?;
        end_second_presses(&mut tx, account_id).await?;
    } else {
        end_all_sessions(&mut tx, account_id).await?;
        forget_browsers(&mut tx, account_id).await?;
    }
    tx.commit().await
}

/// Knows a browser as one in which somebody has signed in to this account.
pub async fn know_browser(
    db: &Db,
    token_hash: &str,
    account_id: &Id<Account>,
    ends_at: Moment,
) -> sqlx::Result<()> {
    let mut tx = db.begin().await?.unseen();
    sqlx::query(
        "INSERT INTO known_browsers (token_hash, account_id, ends_at) VALUES ($1, $2, $3)
         ON CONFLICT (token_hash, account_id) DO UPDATE SET ends_at = excluded.ends_at",
    )
    .bind(token_hash)
    .bind(account_id)
    .bind(ends_at)
    .execute(&mut *tx)
    .await?;
    tx.commit().await
}

/// Whether a browser is known to the account of this address.
pub async fn knows_browser(
    db: &Db,
    token_hash: &str,
    email: &str,
    now: Moment,
) -> sqlx::Result<bool> {
    let known: i64 = sqlx::query_scalar(
        "SELECT count(*) FROM known_browsers k JOIN accounts a ON a.id = k.account_id
         WHERE k.token_hash = $1 AND a.email = $2 AND k.ends_at > $3",
    )
    .bind(token_hash)
    .bind(email)
    .bind(now)
    .fetch_one(&mut *db.read().await?)
    .await?;
    Ok(known > 0)
}

/// Knows no browser of this account any more.
pub async fn forget_browsers(tx: &mut AnyConnection, account_id: &Id<Account>) -> sqlx::Result<()> {
    sqlx::query("DELETE FROM known_browsers WHERE account_id = $1")
        .bind(account_id)
        .execute(tx)
        .await?;
    Ok(())
}

/// What can show that whoever uses a session is the person whose account it is.
#[derive(Clone, Debug)]
pub struct Proof {
    pub password_hash: Option<String>,
    /// Whether the account has a second step with codes.
    pub has_second_step: bool,
    pub has_passkey: bool,
}

/// The proof of a session.
pub async fn proof(db: &Db, session_id: &Id<Session>) -> sqlx::Result<Proof> {
    let row = sqlx::query(
        "SELECT a.password_hash, f.confirmed_at,
            (SELECT count(*) FROM passkeys k WHERE k.account_id = a.id) AS passkeys
         FROM sessions s
         JOIN accounts a ON a.id = s.account_id
         LEFT JOIN second_factors f ON f.account_id = a.id WHERE s.id = $1",
    )
    .bind(session_id)
    .fetch_one(&mut *db.read().await?)
    .await?;
    Ok(Proof {
        password_hash: row.get("password_hash"),
        has_second_step: row.get::<Option<Moment>, _>("confirmed_at").is_some(),
        has_passkey: row.get::<i64, _>("passkeys") > 0,
    })
}

/// What the choice of another password is judged by: the hash of the one that the account has, if
/// any, and the name of the part of the area its owner lives in, if they said it.
pub async fn own_password(
    db: &Db,
    account_id: &Id<Account>,
) -> sqlx::Result<(Option<String>, Option<String>)> {
    sqlx::query_as(
        "SELECT a.password_hash, p.name FROM accounts a LEFT JOIN places p ON p.id = a.place_id
         WHERE a.id = $1",
    )
    .bind(account_id)
    .fetch_one(&mut *db.read().await?)
    .await
}

/// Whether a session has not been ended, which it can't be until this write ends.
pub async fn stands(tx: &mut AnyConnection, session_id: &Id<Session>) -> sqlx::Result<bool> {
    let sql = Kind::of(tx).hold("SELECT id FROM sessions WHERE id = $1");
    let session: Option<Id<Session>> =
        sqlx::query_scalar(sql).bind(session_id).fetch_optional(tx).await?;
    Ok(session.is_some())
}

/// The round that people vote in, until its votes are counted: its name, and when voting closes.
pub async fn votes_in(db: &Db, now: Moment) -> sqlx::Result<Option<(String, Moment)>> {
    sqlx::query_as(
        "SELECT title, closes_at FROM rounds WHERE counted_at IS NULL AND vote_from <= $1
         ORDER BY closes_at LIMIT 1",
    )
    .bind(now)
    .fetch_optional(&mut *db.read().await?)
    .await
}

/// What became of a change of somebody's own details.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum DetailsChange {
    /// They are saved: what changed, in words for the audit log.
    Changed(String),
    /// They were so before.
    AsBefore,
    /// What votes are counted by stays as it is while they are, and so does the rest.
    VotesAreCounted,
}

/// Changes the name others see and what they say of themselves. Each vote is counted in the place
/// its voter has when the round closes, so the round stays open, or counted, until this write ends.
pub async fn change_details(
    tx: &mut AnyConnection,
    account_id: &Id<Account>,
    (shown_name, facts): (&str, &PersonFacts),
    now: Moment,
) -> sqlx::Result<DetailsChange> {
    let rounds = Kind::of(tx)
        .hold("SELECT closes_at FROM rounds WHERE counted_at IS NULL AND vote_from <= $1");
    let closes: Vec<Moment> = sqlx::query_scalar(rounds).bind(now).fetch_all(&mut *tx).await?;
    let columns = person_facts::each(|_, fact| fact.column.to_owned(), ", ");
    let before = format!("SELECT shown_name, {columns} FROM accounts WHERE id = $1");
    let before = sqlx::query(AssertSqlSafe(before)).bind(account_id).fetch_one(&mut *tx).await?;
    let is_new_name = before.get::<&str, _>("shown_name") != shown_name;
    let was = person_facts::of_row(&before);
    let is_new = |fact: &&PersonFact| was.get(fact.column) != facts.get(fact.column);
    let new: Vec<&PersonFact> = FACTS.iter().filter(is_new).collect();
    if !is_new_name && new.is_empty() {
        return Ok(DetailsChange::AsBefore);
    }
    let is_counted_by = new.iter().any(|fact| fact.is_counted_by);
    if is_counted_by && closes.iter().any(|closes_at| *closes_at <= now) {
        return Ok(DetailsChange::VotesAreCounted);
    }
    // It may have been erased since they were let in, and its row be left for the log.
    let set = person_facts::each(|nth, fact| format!("{} = ${}", fact.column, nth + 3), ", ");
    let sql =
        format!("UPDATE accounts SET shown_name = $2, {set} WHERE id = $1 AND erased_at IS NULL");
    let mut change = sqlx::query(AssertSqlSafe(sql)).bind(account_id).bind(shown_name);
    for fact in &FACTS {
        change = change.bind(facts.get(fact.column));
    }
    change.execute(tx).await?;
    let name = is_new_name.then_some("name");
    let parts = name.into_iter().chain(new.iter().map(|fact| fact.part));
    Ok(DetailsChange::Changed(forms::listed(parts, "and")))
}

/// An account as signing in needs it.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct KnownAccount {
    pub id: Id<Account>,
    pub password_hash: Option<String>,
}

/// The account of this address, if there is one.
pub async fn by_address(tx: &mut AnyConnection, email: &str) -> sqlx::Result<Option<KnownAccount>> {
    sqlx::query_as("SELECT id, password_hash FROM accounts WHERE email = $1")
        .bind(email)
        .fetch_optional(tx)
        .await
}

/// A sign-up that waits for the button in its email: an address, since whoever filled in the form
/// may be a stranger.
#[derive(Clone, Debug)]
pub struct SignUp {
    pub email: String,
    /// What was chosen behind the button, by the names that the area's lists have for it.
    pub names: Vec<Option<String>>,
}

/// Keeps a sign-up until `ends_at`.
pub async fn keep_sign_up(
    tx: &mut AnyConnection,
    token_hash: &str,
    email: &str,
    ends_at: Moment,
) -> sqlx::Result<()> {
    sqlx::query("INSERT INTO sign_ups (token_hash, email, ends_at) VALUES ($1, $2, $3)")
        .bind(token_hash)
        .bind(email)
        .bind(ends_at)
        .execute(tx)
        .await?;
    Ok(())
}

/// The sign-up behind a link, while an account can be made of it; with the names of what was
/// chosen.
pub async fn sign_up(
    tx: &mut AnyConnection,
    token_hash: &str,
    chosen: &PersonFacts,
    now: Moment,
) -> sqlx::Result<Option<SignUp>> {
    let sql = format!(
        "SELECT s.email, {} FROM sign_ups s
         WHERE s.token_hash = $1 AND s.ends_at > $2 AND s.used_at IS NULL
           AND NOT EXISTS (SELECT 1 FROM accounts a WHERE a.email = s.email)",
        person_facts::names(3)
    );
    let mut found = sqlx::query(AssertSqlSafe(sql)).bind(token_hash).bind(now);
    for fact in &FACTS {
        found = found.bind(chosen.get(fact.column));
    }
    let row = found.fetch_optional(tx).await?;
    Ok(row.map(|row| SignUp { email: row.get("email"), names: person_facts::names_of(&row) }))
}

/// Somebody who has joined by a link.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct Joined {
    pub account_id: Id<Account>,
    pub joined_at: Moment,
    /// How many topics they support where voting is not counted yet.
    pub supported: i64,
    /// The browser they joined in, as a hash, where it is known.
    pub used_by: Option<String>,
    pub password_hash: Option<String>,
}

/// The account that was made by this very link, and when.
pub async fn joined_by(tx: &mut AnyConnection, token_hash: &str) -> sqlx::Result<Option<Joined>> {
    sqlx::query_as(
        "SELECT a.id AS account_id, a.confirmed_at AS joined_at, s.used_by, a.password_hash,
           (SELECT count(*) FROM supports g JOIN topics t ON t.id = g.topic_id
              JOIN rounds r ON r.id = t.round_id AND r.closed_at IS NULL
            WHERE g.account_id = a.id AND t.withdrawn_at IS NULL AND t.declined_at IS NULL
              AND t.passed_on_at IS NULL AND t.merged_at IS NULL) AS supported
         FROM sign_ups s JOIN accounts a ON a.email = s.email
         WHERE s.token_hash = $1 AND s.used_at = a.confirmed_at AND a.erased_at IS NULL",
    )
    .bind(token_hash)
    .fetch_optional(tx)
    .await
}

/// Makes the account of a sign-up, once, and ends every other one of its address. `None` when the
/// link was used or the address has an account by now. `by`: the browser they are in, as a hash.
pub async fn confirm(
    tx: &mut AnyConnection,
    (token_hash, by): (&str, Option<&str>),
    account: &NewAccount<'_>,
    now: Moment,
) -> sqlx::Result<Option<Id<Account>>> {
    let used = sqlx::query(
        "UPDATE sign_ups SET used_at = CASE WHEN token_hash = $1 THEN CAST($2 AS BIGINT) END,
           ends_at = CASE WHEN token_hash = $1 THEN ends_at ELSE CAST($2 AS BIGINT) END,
           used_by = CASE WHEN token_hash = $1 THEN CAST($4 AS TEXT) END
         WHERE email = $3 AND used_at IS NULL AND ends_at > $2
           AND EXISTS (SELECT 1 FROM sign_ups s WHERE s.token_hash = $1 AND s.used_at IS NULL)",
    )
    .bind(token_hash)
    .bind(now)
    .bind(account.email)
    .bind(by)
    .execute(&mut *tx)
    .await?;
    if used.rows_affected() == 0 {
        return Ok(None);
    }
    let made = make_account(tx, account, now).await?;
    if let Some(id) = &made {
        grant(tx, id, &[Role::Parent], now).await?;
    }
    Ok(made)
}

/// An account about to be made; its address is confirmed.
#[derive(Debug)]
pub struct NewAccount<'a> {
    pub email: &'a str,
    pub shown_name: &'a str,
    /// For parents.
    pub facts: PersonFacts,
    pub password_hash: Option<&'a str>,
}

/// Makes an account without roles. `None` when the address has one already.
pub async fn make_account(
    tx: &mut AnyConnection,
    account: &NewAccount<'_>,
    now: Moment,
) -> sqlx::Result<Option<Id<Account>>> {
    let columns = person_facts::each(|_, fact| fact.column.to_owned(), ", ");
    let values = person_facts::each(|nth, _| format!("${}", nth + 7), ", ");
    let sql = format!(
        "INSERT INTO accounts (id, email, shown_name, password_hash, confirmed_at, mailbox,
         {columns}) VALUES ($1, $2, $3, $4, $5, $6, {values})
         ON CONFLICT (email) DO NOTHING RETURNING id"
    );
    let mut make = sqlx::query_scalar(AssertSqlSafe(sql))
        .bind(Id::<Account>::fresh())
        .bind(account.email)
        .bind(account.shown_name)
        .bind(account.password_hash)
        .bind(now)
        .bind(forms::mailbox(account.email));
    for fact in &FACTS {
        make = make.bind(account.facts.get(fact.column));
    }
    make.fetch_optional(tx).await
}

/// Gives an account these roles, at least one; twice is once. True when one of them is new.
pub async fn grant(
    tx: &mut AnyConnection,
    account_id: &Id<Account>,
    roles: &[Role],
    now: Moment,
) -> sqlx::Result<bool> {
    let rows = roles
        .iter()
        .map(|role| format!("($1, '{}', $2)", role.word()))
        .collect::<Vec<_>>()
        .join(", ");
    let sql = format!(
        "INSERT INTO roles (account_id, role, granted_at) VALUES {rows}
         ON CONFLICT (account_id, role) DO NOTHING"
    );
    let granted = sqlx::query(AssertSqlSafe(sql)).bind(account_id).bind(now).execute(tx).await?;
    Ok(granted.rows_affected() > 0)
}

/// Says which organisation a leader is from; `None` for none. False where it is that one already,
/// or where they are no leader.
pub async fn lead_for(
    tx: &mut AnyConnection,
    account_id: &Id<Account>,
    organisation_id: Option<&Id<Organisation>>,
) -> sqlx::Result<bool> {
    let set = sqlx::query(
        "UPDATE roles SET organisation_id = CAST($2 AS TEXT)
         WHERE account_id = $1 AND role = 'leader'
           AND coalesce(organisation_id, '') <> coalesce(CAST($2 AS TEXT), '')",
    )
    .bind(account_id)
    .bind(organisation_id)
    .execute(tx)
    .await?;
    Ok(set.rows_affected() == 1)
}

/// Takes a role from an account, and ends the invitations by which its owner could take it again.
/// False when it had none.
pub async fn revoke(
    tx: &mut AnyConnection,
    account_id: &Id<Account>,
    role: Role,
    now: Moment,
) -> sqlx::Result<bool> {
    invitations::end_waiting(tx, account_id, Some(role), now).await?;
    let revoked = sqlx::query("DELETE FROM roles WHERE account_id = $1 AND role = $2")
        .bind(account_id)
        .bind(role.word())
        .execute(tx)
        .await?;
    Ok(revoked.rows_affected() > 0)
}

/// Somebody who is told that somebody has a role now, or no longer.
#[derive(Clone, Debug)]
pub struct Watcher {
    pub id: Id<Account>,
    pub email: String,
    pub is_admin: bool,
}

/// Who watches over a role: everyone who has it, the administrators, and whoever it was given to or
/// taken from; but for whoever did it, and for those who are suspended. With the display names of
/// these two.
pub async fn watchers(
    tx: &mut AnyConnection,
    role: Role,
    (whose, by): (&Id<Account>, &Id<Account>),
) -> sqlx::Result<(Vec<Watcher>, String, String)> {
    let rows = sqlx::query(
        "SELECT a.id, coalesce(a.email, '') AS email, a.shown_name,
                CAST(CASE WHEN EXISTS (SELECT 1 FROM roles r WHERE r.account_id = a.id
                  AND r.role = 'admin') THEN 1 ELSE 0 END AS BIGINT) AS is_admin
         FROM accounts a
         WHERE a.id IN ($1, $2) OR (a.suspended_at IS NULL AND a.id IN (SELECT r.account_id
           FROM roles r WHERE r.role IN ('admin', $3)))
         ORDER BY a.id",
    )
    .bind(whose)
    .bind(by)
    .bind(role.word())
    .fetch_all(tx)
    .await?;
    let name_of = |id: &str| {
        let row = rows.iter().find(|row| row.get::<&str, _>("id") == id);
        row.map_or_else(String::new, |row| row.get("shown_name"))
    };
    let watchers = rows.iter().map(|row| Watcher {
        id: row.get("id"),
        email: row.get("email"),
        is_admin: row.get::<i64, _>("is_admin") == 1,
    });
    let watchers = watchers.filter(|watcher| watcher.id != *by && !watcher.email.is_empty());
    Ok((watchers.collect(), name_of(whose), name_of(by)))
}

/// Ends every session of an account, in the write that changes what it may do; and every link that
/// waits, so that nothing somebody began in one of them goes on.
pub async fn end_all_sessions(
    tx: &mut AnyConnection,
    account_id: &Id<Account>,
) -> sqlx::Result<()> {
    sqlx::query("DELETE FROM sessions WHERE account_id = $1")
        .bind(account_id)
        .execute(&mut *tx)
        .await?;
    end_links(tx, account_id).await
}

/// Ends all by which somebody is in or could go on: sessions, links that wait, browsers that are
/// known. Whether there was anything.
pub async fn sign_out_everywhere(
    tx: &mut AnyConnection,
    account_id: &Id<Account>,
) -> sqlx::Result<bool> {
    let mut rows = 0;
    for sql in [
        "DELETE FROM sessions WHERE account_id = $1",
        "DELETE FROM links WHERE account_id = $1
         AND (used_at IS NULL OR (purpose = 'sign-in' AND used_by IS NOT NULL))",
        "DELETE FROM known_browsers WHERE account_id = $1",
    ] {
        rows += sqlx::query(sql).bind(account_id).execute(&mut *tx).await?.rows_affected();
    }
    Ok(rows > 0)
}

/// As [`end_all_sessions`], but the session in which this was asked stays for a moment, so that a
/// second tap on the same button finds what the first has done.
pub async fn end_sessions_but_for_a_moment(
    tx: &mut AnyConnection,
    account_id: &Id<Account>,
    session_id: &Id<Session>,
    now: Moment,
) -> sqlx::Result<()> {
    sqlx::query("DELETE FROM sessions WHERE account_id = $1 AND id <> $2")
        .bind(account_id)
        .bind(session_id)
        .execute(&mut *tx)
        .await?;
    sqlx::query("UPDATE sessions SET ends_at = $3 WHERE account_id = $1 AND id = $2")
        .bind(account_id)
        .bind(session_id)
        .bind(now + SECOND_TAP)
        .execute(&mut *tx)
        .await?;
    end_links(tx, account_id).await
}

/// How long after the first tap a second one may come.
const SECOND_TAP: Millis = 10 * SECOND;

/// Ends every link of an account that waits: to sign in, for a new password, for a new address; and
/// the second press on one that let somebody in.
pub async fn end_links(tx: &mut AnyConnection, account_id: &Id<Account>) -> sqlx::Result<()> {
    sqlx::query(
        "DELETE FROM links WHERE account_id = $1
         AND (used_at IS NULL OR (purpose = 'sign-in' AND used_by IS NOT NULL))",
    )
    .bind(account_id)
    .execute(tx)
    .await?;
    Ok(())
}

/// Ends the second press on links by which somebody was let in, where their session ends.
async fn end_second_presses(tx: &mut AnyConnection, account_id: &Id<Account>) -> sqlx::Result<()> {
    sqlx::query(
        "UPDATE links SET used_by = NULL
         WHERE account_id = $1 AND purpose = 'sign-in' AND used_by IS NOT NULL",
    )
    .bind(account_id)
    .execute(tx)
    .await?;
    Ok(())
}

/// A link in an email that is about to be sent.
#[derive(Debug)]
pub struct NewLink<'a> {
    pub token_hash: &'a str,
    pub account_id: &'a Id<Account>,
    pub purpose: &'a str,
    /// The new address of a change of address.
    pub email: Option<&'a str>,
    pub ends_at: Moment,
}

/// Keeps the link in an email.
pub async fn keep_link(tx: &mut AnyConnection, new: &NewLink<'_>) -> sqlx::Result<()> {
    sqlx::query(
        "INSERT INTO links (token_hash, account_id, purpose, email, ends_at)
         VALUES ($1, $2, $3, $4, $5)",
    )
    .bind(new.token_hash)
    .bind(new.account_id)
    .bind(new.purpose)
    .bind(new.email)
    .bind(new.ends_at)
    .execute(tx)
    .await?;
    Ok(())
}

/// A link that still works.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct Link {
    pub account_id: Id<Account>,
    pub email: String,
    /// The new address of a change of address.
    pub new_email: Option<String>,
    pub shown_name: String,
    /// The name of the part of the area they live in, if they said it.
    pub place: Option<String>,
}

/// The link behind a token, while it can be used.
pub async fn link(
    tx: &mut AnyConnection,
    token_hash: &str,
    purpose: &str,
    now: Moment,
) -> sqlx::Result<Option<Link>> {
    sqlx::query_as(
        "SELECT l.account_id, a.email, l.email AS new_email, a.shown_name, p.name AS place
         FROM links l JOIN accounts a ON a.id = l.account_id LEFT JOIN places p ON p.id = a.place_id
         WHERE l.token_hash = $1 AND l.purpose = $2 AND l.ends_at > $3 AND l.used_at IS NULL
           AND a.erased_at IS NULL",
    )
    .bind(token_hash)
    .bind(purpose)
    .bind(now)
    .fetch_optional(tx)
    .await
}

/// Uses a link up. True for whoever was first. `by`: the browser they are in, as a hash, where it
/// may press the button once more.
pub async fn use_link(
    tx: &mut AnyConnection,
    token_hash: &str,
    by: Option<&str>,
    now: Moment,
) -> sqlx::Result<bool> {
    let used = sqlx::query(
        "UPDATE links SET used_at = $2, used_by = CAST($3 AS TEXT)
         WHERE token_hash = $1 AND used_at IS NULL",
    )
    .bind(token_hash)
    .bind(now)
    .bind(by)
    .execute(tx)
    .await?;
    Ok(used.rows_affected() == 1)
}

/// For how long the browser that used a link may press its button once more: the answer to the
/// first press may be lost on a slow line.
pub const SECOND_PRESS: Millis = 5 * MINUTE;

/// The link behind a token that this browser used a moment ago.
pub async fn link_used_here(
    tx: &mut AnyConnection,
    token_hash: &str,
    purpose: &str,
    by: &str,
    now: Moment,
) -> sqlx::Result<Option<Link>> {
    sqlx::query_as(
        "SELECT l.account_id, a.email, l.email AS new_email, a.shown_name, p.name AS place
         FROM links l JOIN accounts a ON a.id = l.account_id LEFT JOIN places p ON p.id = a.place_id
         WHERE l.token_hash = $1 AND l.purpose = $2 AND l.used_by = $3 AND l.used_at > $4
           AND a.erased_at IS NULL",
    )
    .bind(token_hash)
    .bind(purpose)
    .bind(by)
    .bind(now - SECOND_PRESS)
    .fetch_optional(tx)
    .await
}

/// Whose password was set by the link with this hash, or while that link waited, which ends it too.
pub async fn changed_by(
    connection: &mut AnyConnection,
    token_hash: &str,
) -> sqlx::Result<Option<Id<Account>>> {
    sqlx::query_scalar(
        "SELECT account_id FROM links
         WHERE token_hash = $1 AND purpose = 'password' AND used_at IS NOT NULL",
    )
    .bind(token_hash)
    .fetch_optional(connection)
    .await
}

/// Sets a new password, and ends every other link: a change of address that someone else asked for
/// goes no further. No browser is known any more.
pub async fn set_password(
    tx: &mut AnyConnection,
    account_id: &Id<Account>,
    password_hash: &str,
    now: Moment,
) -> sqlx::Result<()> {
    sqlx::query("UPDATE accounts SET password_hash = $2 WHERE id = $1")
        .bind(account_id)
        .bind(password_hash)
        .execute(&mut *tx)
        .await?;
    sqlx::query(
        "UPDATE links SET used_at = coalesce(used_at, $2),
           used_by = CASE WHEN purpose = 'password' THEN used_by END
         WHERE account_id = $1 AND (used_at IS NULL OR used_by IS NOT NULL)",
    )
    .bind(account_id)
    .bind(now)
    .execute(&mut *tx)
    .await?;
    forget_browsers(tx, account_id).await
}

/// Stores the same password hashed again: `new` for `old`, unless there is another by now.
pub async fn hash_again(
    db: &Db,
    account_id: &Id<Account>,
    (old, new): (&str, &str),
) -> sqlx::Result<()> {
    let mut tx = db.begin().await?.unseen();
    sqlx::query("UPDATE accounts SET password_hash = $3 WHERE id = $1 AND password_hash = $2")
        .bind(account_id)
        .bind(old)
        .bind(new)
        .execute(&mut *tx)
        .await?;
    tx.commit().await
}

/// Sets an address, and the mailbox by which its person is counted: the only function that changes
/// one. Invitations that wait at the one it had are stopped: whoever reads it would make an account
/// of their own with the role. Fails as "already there" when another account has the new one.
pub async fn set_address(
    tx: &mut AnyConnection,
    account_id: &Id<Account>,
    email: &str,
    now: Moment,
) -> sqlx::Result<()> {
    invitations::end_waiting(tx, account_id, None, now).await?;
    sqlx::query("UPDATE accounts SET email = $2, mailbox = $3 WHERE id = $1")
        .bind(account_id)
        .bind(email)
        .bind(forms::mailbox(email))
        .execute(tx)
        .await?;
    Ok(())
}

/// What an account was invited to goes with it to its new address, so that it is found in its copy
/// and erased with it.
pub async fn address_changed(tx: &mut AnyConnection, old: &str, new: &str) -> sqlx::Result<()> {
    sqlx::query("UPDATE invitations SET email = $2 WHERE email = $1 AND accepted_at IS NOT NULL")
        .bind(old)
        .bind(new)
        .execute(tx)
        .await?;
    Ok(())
}

/// For how long a change of address can be undone.
const UNDONE_FOR: Millis = 7 * DAY;

/// Keeps the link that undoes a change of address, in an email to the address it was. Gives when it
/// ends.
pub async fn keep_undo(
    tx: &mut AnyConnection,
    token_hash: &str,
    (account_id, old): (&Id<Account>, &str),
    now: Moment,
) -> sqlx::Result<Moment> {
    sqlx::query(
        "INSERT INTO address_undos (token_hash, account_id, email, changed_at, ends_at)
         VALUES ($1, $2, $3, $4, $5)",
    )
    .bind(token_hash)
    .bind(account_id)
    .bind(old)
    .bind(now)
    .bind(now + UNDONE_FOR)
    .execute(tx)
    .await?;
    Ok(now + UNDONE_FOR)
}

/// A change of address that can be undone.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct Undo {
    pub account_id: Id<Account>,
    /// The address it was.
    pub old: String,
    pub email: String,
    pub changed_at: Moment,
}

/// The change behind a link, while it can be undone. `held`: this write undoes it, and the address
/// stays as it is until then.
pub async fn undo(
    tx: &mut AnyConnection,
    held: bool,
    token_hash: &str,
    now: Moment,
) -> sqlx::Result<Option<Undo>> {
    const SQL: &str = "SELECT u.account_id, u.email AS old, a.email AS email, u.changed_at
         FROM address_undos u JOIN accounts a ON a.id = u.account_id
         WHERE u.token_hash = $1 AND u.ends_at > $2 AND u.used_at IS NULL
           AND a.email IS NOT NULL AND a.erased_at IS NULL";
    let sql = if held { Kind::of(tx).hold_to_change(SQL) } else { SqlStr::from_static(SQL) };
    sqlx::query_as(sql).bind(token_hash).bind(now).fetch_optional(tx).await
}

/// Gives an account back the address it had, and takes away all that somebody else may hold by now:
/// the password, sessions, links, known browsers, what was chosen before signing in, and the links
/// that undo this change and later ones. False when it was undone before. Fails as "already there"
/// when another account has the address.
pub async fn put_back(tx: &mut AnyConnection, undo: &Undo, now: Moment) -> sqlx::Result<bool> {
    let used = sqlx::query(
        "UPDATE address_undos SET used_at = $3
         WHERE account_id = $1 AND changed_at >= $2 AND used_at IS NULL",
    )
    .bind(&undo.account_id)
    .bind(undo.changed_at)
    .bind(now)
    .execute(&mut *tx)
    .await?;
    if used.rows_affected() == 0 {
        return Ok(false);
    }
    set_address(tx, &undo.account_id, &undo.old, now).await?;
    for sql in [
        "UPDATE accounts SET password_hash = NULL WHERE id = $1",
        "DELETE FROM first_act_links WHERE act_id IN
         (SELECT id FROM first_acts WHERE account_id = $1)",
        "DELETE FROM first_acts WHERE account_id = $1",
        // Nor is the account erased, if whoever changed the address asked for that too.
        "DELETE FROM erasures WHERE account_id = $1",
        // Whoever had changed the address may have been met under it.
        "DELETE FROM council_subjects WHERE account_id = $1",
    ] {
        sqlx::query(sql).bind(&undo.account_id).execute(&mut *tx).await?;
    }
    end_all_sessions(tx, &undo.account_id).await?;
    forget_browsers(tx, &undo.account_id).await?;
    // What else would let in whoever changed it, or keep them out.
    passkeys::remove_since(tx, &undo.account_id, undo.changed_at).await?;
    factors::take_away_since(tx, &undo.account_id, undo.changed_at).await?;
    Ok(true)
}

/// Who an account `a` counts as, as a part of statements: its mailbox, so that one mailbox with
/// many addresses is one person; itself where it has none, as after it was erased.
pub const COUNTS_AS: &str = "coalesce(a.mailbox, a.email, a.id)";

/// The accounts of whoever has the account `$1`, as a part of statements: itself, and every other
/// of its mailbox.
pub const THEIR_ACCOUNTS: &str = "(SELECT own.id FROM accounts own WHERE own.id = $1
     UNION ALL SELECT other.id FROM accounts own
     JOIN accounts other ON other.mailbox = own.mailbox WHERE own.id = $1)";

/// The mailboxes of more than one account, as a part of statements. There are few of them, so they
/// can be looked at by themselves, and everybody else counted as fast as by account.
pub const SHARED: &str = "(SELECT mailbox FROM accounts WHERE mailbox IS NOT NULL
     GROUP BY mailbox HAVING count(*) > 1)";

/// Folds the addresses of accounts that no mailbox is stored for, as those made by an earlier
/// version. Safe to run twice, and in two processes at once.
pub async fn fold_due(db: &Db) -> sqlx::Result<()> {
    const AT_ONCE: usize = 500;
    loop {
        let lot: Vec<(Id<Account>, String)> = sqlx::query_as(
            "SELECT id, email FROM accounts WHERE mailbox IS NULL AND email IS NOT NULL
             ORDER BY id LIMIT 500",
        )
        .fetch_all(&mut *db.read().await?)
        .await?;
        if !lot.is_empty() {
            let mut tx = db.begin().await?.unseen();
            fold(&mut tx, &lot).await?;
            tx.commit().await?;
        }
        if lot.len() < AT_ONCE {
            return Ok(());
        }
    }
}

/// An address that has changed meanwhile has its own mailbox by now.
async fn fold(tx: &mut AnyConnection, lot: &[(Id<Account>, String)]) -> sqlx::Result<()> {
    for (id, email) in lot {
        sqlx::query(
            "UPDATE accounts SET mailbox = $3 WHERE id = $1 AND email = $2 AND mailbox IS NULL",
        )
        .bind(id)
        .bind(email)
        .bind(forms::mailbox(email))
        .execute(&mut *tx)
        .await?;
    }
    Ok(())
}
