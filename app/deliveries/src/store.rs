//! Every SQL statement about emails.

use calendar::clock::{DAY, Millis, Moment};
use ground::db::{Db, Kind, formatcp};
use ground::ids::{Account, Delivery, Id};
use sqlx::any::AnyRow;
use sqlx::{AnyConnection, AssertSqlSafe, Row as _};

use super::kinds::Turn;
use super::returns::Return;
use super::stops::{in_sql, is_stopped};
use super::turn::without_addresses;
use super::{Claimed, Email, EmailKind, Failure, Hand, Permit, Words, email, tasks, unread};

/// An email that is owed from now on.
#[derive(Debug)]
pub struct Owed<'a> {
    /// The same key twice is one email.
    pub dedup_key: &'a str,
    pub kind: EmailKind,
    /// Whose email it is; it is not sent once the account is erased, or has stopped such emails.
    pub account_id: Option<&'a Id<Account>>,
    pub to: &'a str,
    pub words: &'a Words,
    pub at: Moment,
    /// When it is no longer of use, as when its link has expired; `None`: 14 days after now.
    pub not_after: Option<Moment>,
}

/// Owes an email, in the same write as the fact it is about. It is due at once, and stays so when
/// the clock is set back.
///
/// # Errors
/// When the database fails; the fact is then not stored either.
pub async fn owe(tx: &mut AnyConnection, owed: Owed<'_>) -> Result<(), sqlx::Error> {
    let turn = owed.kind.turn(owed.words.stop.is_some());
    sqlx::query(
        "INSERT INTO deliveries
           (id, dedup_key, kind, account_id, to_address, subject, body_text, body_html, owed_at,
             not_after, next_at, is_bulk, turn, unsubscribe)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, 0, CAST($11 AS INTEGER),
           CAST($12 AS INTEGER), $13)
         ON CONFLICT (dedup_key) DO NOTHING",
    )
    .bind(Id::<Delivery>::fresh())
    .bind(owed.dedup_key)
    .bind(owed.kind.word())
    .bind(owed.account_id)
    .bind(owed.to)
    .bind(&owed.words.subject)
    .bind(owed.words.text(owed.account_id.is_some()))
    .bind(owed.words.html(owed.account_id.is_some()))
    .bind(owed.at)
    .bind(owed.not_after.unwrap_or(owed.at + 14 * DAY))
    .bind(i64::from(turn == Turn::Last))
    .bind(turn.number())
    .bind(owed.words.stop.as_ref().map(|stop| &stop.one_click))
    .execute(tx)
    .await?;
    Ok(())
}

/// Owes an email that is not to go before `due`. Until then it is neither counted nor named among
/// emails that wait: how many there are can tell what people did meanwhile.
///
/// # Errors
/// When the database fails.
pub async fn owe_later(
    tx: &mut AnyConnection,
    owed: Owed<'_>,
    due: Moment,
) -> Result<(), sqlx::Error> {
    let key = owed.dedup_key;
    owe(&mut *tx, Owed { at: due, ..owed }).await?;
    sqlx::query("UPDATE deliveries SET next_at = $2 WHERE dedup_key = $1 AND next_at = 0")
        .bind(key)
        .bind(due)
        .execute(tx)
        .await?;
    Ok(())
}

/// Takes an email back that is not due yet, and leaves nothing of it: no row says when, or that
/// there was one.
///
/// # Errors
/// When the database fails.
pub async fn take_back(tx: &mut AnyConnection, dedup_key: &str) -> Result<(), sqlx::Error> {
    sqlx::query(
        "DELETE FROM deliveries WHERE dedup_key = $1 AND tries = 0 AND claimed_at = 0
         AND next_at IS NOT NULL",
    )
    .bind(dedup_key)
    .execute(tx)
    .await?;
    Ok(())
}

/// The id of the email that was owed under this key.
///
/// # Errors
/// When the database fails.
pub async fn id_of(tx: &mut AnyConnection, dedup_key: &str) -> Result<Id<Delivery>, sqlx::Error> {
    sqlx::query_scalar("SELECT id FROM deliveries WHERE dedup_key = $1")
        .bind(dedup_key)
        .fetch_one(tx)
        .await
}

/// Whether an email of this kind was owed to this account since then.
///
/// # Errors
/// When the database fails.
pub async fn was_owed_since(
    db: &Db,
    account_id: &Id<Account>,
    kind: EmailKind,
    since: Moment,
) -> Result<bool, sqlx::Error> {
    let owed: i64 = sqlx::query_scalar(
        "SELECT count(*) FROM deliveries WHERE account_id = $1 AND kind = $2 AND owed_at >= $3",
    )
    .bind(account_id)
    .bind(kind.word())
    .bind(since)
    .fetch_one(&mut *db.read().await?)
    .await?;
    Ok(owed > 0)
}

/// Claims emails that are due, at most so many: those that somebody waits for first, one of many
/// only when no other waits, and of each those that have waited longest. Two workers never hold the
/// same one: it is in the hands of this one until it is recorded what became of it, or until the
/// worker is gone.
///
/// # Errors
/// When the database fails. Whether some were claimed nobody knows then: [`release`] what this
/// worker holds before it claims again.
pub async fn claim(hand: &Hand, most: usize, now: Moment) -> Result<Vec<Claimed>, sqlx::Error> {
    claim_in_turn(hand, &Turn::ALL, most, now).await
}

/// The same of those alone that somebody waits for.
///
/// # Errors
/// Likewise.
pub async fn claim_first(
    hand: &Hand,
    most: usize,
    now: Moment,
) -> Result<Vec<Claimed>, sqlx::Error> {
    claim_in_turn(hand, &[Turn::First], most, now).await
}

async fn claim_in_turn(
    hand: &Hand,
    turns: &[Turn],
    most: usize,
    now: Moment,
) -> Result<Vec<Claimed>, sqlx::Error> {
    if !is_one_due(&hand.db, turns, now).await? {
        return Ok(Vec::new());
    }
    let (mut tx, mut claimed) = (hand.db.begin().await?.unseen(), Vec::new());
    for turn in turns {
        let left = most - claimed.len();
        if left > 0 {
            claimed.extend(claim_of(&mut tx, hand, *turn, left, now).await?);
        }
    }
    if claimed.is_empty() {
        // Another worker was first. No write: nobody is to look for what it did.
        tx.roll_back().await?;
    } else {
        tx.commit().await?;
    }
    Ok(claimed)
}

/// Whether an email of one of these turns is due that is in nobody's hands: whoever looks again and
/// again need not begin a write.
async fn is_one_due(db: &Db, turns: &[Turn], now: Moment) -> sqlx::Result<bool> {
    let numbers: Vec<String> = turns.iter().map(|turn| turn.number().to_string()).collect();
    let sql = format!(
        "SELECT id FROM deliveries
         WHERE turn IN ({}) AND next_at IS NOT NULL AND next_at <= $1 AND claimed_at = 0
           AND is_stale = 0
           AND NOT EXISTS (SELECT 1 FROM service_state WHERE emails_held_at IS NOT NULL)
         LIMIT 1",
        numbers.join(", ")
    );
    let due: Option<Id<Delivery>> = sqlx::query_scalar(AssertSqlSafe(sql))
        .bind(now)
        .fetch_optional(&mut *db.read().await?)
        .await?;
    Ok(due.is_some())
}

async fn claim_of(
    tx: &mut AnyConnection,
    hand: &Hand,
    turn: Turn,
    most: usize,
    now: Moment,
) -> Result<Vec<Claimed>, sqlx::Error> {
    // Without leaving out what another worker is about to claim, all would wait for the same
    // emails.
    let sql = format!(
        "WITH due AS (SELECT id FROM deliveries
           WHERE turn = $3 AND next_at IS NOT NULL AND next_at <= $1 AND claimed_at = 0
             AND is_stale = 0
             AND NOT EXISTS (SELECT 1 FROM service_state WHERE emails_held_at IS NOT NULL)
           ORDER BY next_at, id LIMIT CAST($4 AS BIGINT){})
         UPDATE deliveries SET claimed_at = $1, claimed_by = $2, tries = tries + 1
         WHERE id IN (SELECT id FROM due) AND claimed_at = 0
         RETURNING id, to_address, subject, body_text, body_html, unsubscribe, next_at AS due_at,
           CAST(tries AS BIGINT) AS many_tries,
           (SELECT a.shown_name FROM accounts a WHERE a.id = deliveries.account_id
             AND a.email = deliveries.to_address) AS shown_name",
        Kind::of(tx).hold_what_is_free()
    );
    let rows = sqlx::query(AssertSqlSafe(sql))
        .bind(now)
        .bind(&hand.worker)
        .bind(turn.number())
        .bind(i64::try_from(most).unwrap_or(i64::MAX))
        .fetch_all(tx)
        .await?;
    // They come in any order.
    let mut claimed: Vec<(Moment, Claimed)> =
        rows.iter().map(|row| (row.get("due_at"), claimed(row, hand, turn))).collect();
    claimed.sort_by(|(at, one), (other_at, other)| {
        at.cmp(other_at).then_with(|| one.email.id.cmp(&other.email.id))
    });
    Ok(claimed.into_iter().map(|(_, claimed)| claimed).collect())
}

fn claimed(row: &AnyRow, hand: &Hand, turn: Turn) -> Claimed {
    // Only to an account's own address, and as the account is called now.
    let name: Option<&str> = row.get("shown_name");
    let (text, html) =
        email::greeting(row.get("body_text"), row.get("body_html"), name.unwrap_or(""));
    let email = Email {
        id: row.get("id"),
        to: row.get("to_address"),
        subject: row.get("subject"),
        text,
        html,
        one_click: row.get("unsubscribe"),
    };
    let permit = Permit {
        hand: hand.clone(),
        email_id: email.id.clone(),
        tries: row.get("many_tries"),
        to: email.to.clone(),
    };
    Claimed { email, permit, comes_first: turn == Turn::First }
}

/// The workers that have emails in their hands.
///
/// # Errors
/// When the database fails.
pub async fn workers(db: &Db) -> Result<Vec<String>, sqlx::Error> {
    sqlx::query_scalar("SELECT DISTINCT claimed_by FROM deliveries WHERE claimed_by IS NOT NULL")
        .fetch_all(&mut *db.read().await?)
        .await
}

/// Takes the emails out of the hands of a worker that is gone; they go under the same `Message-ID`
/// by another.
///
/// # Errors
/// When the database fails.
pub async fn release(db: &Db, worker: &str) -> Result<u64, sqlx::Error> {
    let mut tx = db.begin().await?.unseen();
    let released = sqlx::query(
        "UPDATE deliveries SET claimed_at = 0, claimed_by = NULL WHERE claimed_by = $1",
    )
    .bind(worker)
    .execute(&mut *tx)
    .await?;
    tx.commit().await?;
    Ok(released.rows_affected())
}

/// The state of the outbox, and when everything was last backed up.
#[derive(Clone, Copy, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct Waiting {
    /// How many emails are owed and have not gone yet.
    pub owed: i64,
    /// When the oldest of them was owed.
    pub oldest: Option<Moment>,
    pub given_up: i64,
    /// How many ever came back.
    pub returned: i64,
    /// Since when emails are held, as in a restored copy.
    #[sqlx(rename = "emails_held_at")]
    pub held_at: Option<Moment>,
    /// When the last daily backup was made.
    pub backed_up_at: Option<Moment>,
}

/// Whether an email `d` waits to be sent: a reminder that goes on a later day waits only from then
/// on, and is called off if it is not needed.
const WAITS: &str = "d.next_at IS NOT NULL AND NOT (d.kind = 'asked again' AND d.tries = 0)";

/// The state of the outbox.
///
/// # Errors
/// When the database fails.
pub async fn waiting(db: &Db) -> Result<Waiting, sqlx::Error> {
    const SQL: &str = formatcp!(
        "SELECT (SELECT count(*) FROM deliveries d WHERE {WAITS}) AS owed,
                (SELECT min(d.owed_at) FROM deliveries d WHERE {WAITS}) AS oldest,
                (SELECT count(*) FROM deliveries WHERE given_up_at IS NOT NULL) AS given_up,
                (SELECT count(*) FROM returns) AS returned,
                emails_held_at, backed_up_at
         FROM service_state"
    );
    sqlx::query_as(SQL).fetch_one(&mut *db.read().await?).await
}

/// Why emails wait or were given up: how many for one reason.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reason {
    pub is_given_up: bool,
    /// Why, without anybody's address.
    pub why: String,
    pub emails: i64,
}

/// How long the row of an email is kept once it went or was given up.
const KEPT_FOR: Millis = 365 * DAY;

/// How many rows one write erases, so that nobody waits long for it.
const AT_ONCE: u64 = 500;

/// Erases the rows of emails that went a year ago, and from the rest whose email it was. Returns
/// how many.
///
/// # Errors
/// When the database fails.
pub async fn forget_due(db: &Db, now: Moment) -> Result<u64, sqlx::Error> {
    let stay = in_sql(EmailKind::all().filter(|kind| kind.stays()));
    let due = format!(
        "SELECT id FROM deliveries WHERE next_at IS NULL AND owed_at <= $1
         AND (kind NOT IN ({stay}) OR account_id IS NOT NULL) LIMIT {AT_ONCE}"
    );
    let statements = [
        format!(
            "DELETE FROM unread_returns WHERE delivery_id IN
             (SELECT id FROM deliveries WHERE id IN ({due}) AND kind NOT IN ({stay}))"
        ),
        format!(
            "DELETE FROM returns WHERE delivery_id IN
             (SELECT id FROM deliveries WHERE id IN ({due}) AND kind NOT IN ({stay}))"
        ),
        format!("DELETE FROM deliveries WHERE id IN ({due}) AND kind NOT IN ({stay})"),
        // By then nobody is told twice for want of its key, and many keys name the account.
        format!(
            "UPDATE deliveries SET account_id = NULL, dedup_key = 'forgotten ' || id
             WHERE id IN ({due})"
        ),
        // Also of those that are erased with them: who was told of a task.
        "DELETE FROM task_emails WHERE since <= $1 AND NOT EXISTS (SELECT 1 FROM deliveries d
         WHERE d.dedup_key = task_emails.dedup_key)"
            .to_owned(),
    ];
    // Looked for where nobody waits: what stays is passed over each time.
    let is_any = format!("SELECT count(*) FROM ({due}) due");
    let mut all = unread::forget_due(db, now).await?;
    while sqlx::query_scalar::<_, i64>(AssertSqlSafe(is_any.clone()))
        .bind(now - KEPT_FOR)
        .fetch_one(&mut *db.read().await?)
        .await?
        > 0
    {
        let mut tx = db.begin().await?;
        let mut rows = 0;
        for sql in &statements {
            let done = sqlx::query(AssertSqlSafe(sql.clone())).bind(now - KEPT_FOR);
            rows = done.execute(&mut *tx).await?.rows_affected().max(rows);
        }
        tx.commit().await?;
        all += rows;
    }
    Ok(all)
}

/// Why emails wait, and why some were given up since then: the ten commonest reasons of each.
///
/// # Errors
/// When the database fails.
pub async fn reasons(db: &Db, since: Moment) -> Result<Vec<Reason>, sqlx::Error> {
    let rows = sqlx::query(
        "SELECT * FROM (SELECT CAST(0 AS BIGINT) AS is_given_up, reason, count(*) AS emails
           FROM deliveries WHERE next_at IS NOT NULL AND reason <> ''
           GROUP BY reason ORDER BY count(*) DESC LIMIT 10) waiting
         UNION ALL SELECT * FROM (SELECT CAST(1 AS BIGINT), reason, count(*)
           FROM deliveries WHERE given_up_at > $1
           GROUP BY reason ORDER BY count(*) DESC LIMIT 10) given_up
         ORDER BY 1, 3 DESC, 2",
    )
    .bind(since)
    .fetch_all(&mut *db.read().await?)
    .await?;
    let one = |row: &AnyRow| Reason {
        is_given_up: row.get::<i64, _>("is_given_up") == 1,
        why: row.get("reason"),
        emails: row.get("emails"),
    };
    Ok(rows.iter().map(one).collect())
}

/// Emails that did not reach somebody, for one reason.
#[derive(Clone, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct Missed {
    /// The name others see of whoever missed them; `None` where they had no account.
    pub shown_name: Option<String>,
    /// Their address, likewise.
    pub email: Option<String>,
    /// Why, without anybody's address.
    pub reason: String,
    pub emails: i64,
    pub last_at: Moment,
}

/// Why an email was called off, where nobody misses it.
const MISSED_BY_NOBODY: &str = "'it was called off', 'the account was erased',
     'the account is about to be erased', 'its reader has stopped such emails', 'unsubscribed',
     'the account is suspended', 'it was done meanwhile'";

/// Who missed emails since then, whoever has an account first, at most `most` lines. What was
/// called off before it was ever tried is not among them, nor what nobody misses.
///
/// # Errors
/// When the database fails.
pub async fn missed(db: &Db, since: Moment, most: i64) -> Result<Vec<Missed>, sqlx::Error> {
    const SQL: &str = formatcp!(
        "SELECT a.shown_name, a.email, d.reason, count(*) AS emails,
                max(d.given_up_at) AS last_at
         FROM deliveries d LEFT JOIN accounts a ON a.id = d.account_id
         WHERE d.given_up_at > $1 AND d.tries > 0 AND d.reason NOT IN ({MISSED_BY_NOBODY})
         GROUP BY a.id, a.shown_name, a.email, d.reason
         ORDER BY CASE WHEN a.id IS NULL THEN 1 ELSE 0 END, max(d.given_up_at) DESC, a.id, d.reason
         LIMIT CAST($2 AS BIGINT)"
    );
    sqlx::query_as(SQL).bind(since).bind(most).fetch_all(&mut *db.read().await?).await
}

/// Which emails are listed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EmailList {
    /// They have not gone yet.
    Waiting,
    /// They never went, and somebody may miss them.
    GivenUp,
    /// They came back, or whoever got them complained.
    Returned,
}

/// An email in such a list. It says nothing about what it was about: that somebody was written to
/// about a topic that was passed on is nobody's business who looks after emails.
#[derive(Clone, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct ListedEmail {
    /// The name others see of whoever it is for; `None` where they have no account.
    pub shown_name: Option<String>,
    /// Their address, likewise.
    pub email: Option<String>,
    /// Since when it waits, or when it was given up or came back.
    pub at: Moment,
    /// How often it was tried.
    pub many_tries: i64,
    /// Why it did not go or came back, without anybody's address; empty where nobody said.
    pub reason: String,
    /// When it is tried next.
    pub next_at: Option<Moment>,
}

/// The emails of such a list: what waits the oldest first, the rest the latest first.
///
/// # Errors
/// When the database fails.
pub async fn listed(
    db: &Db,
    list: EmailList,
    (most, from): (i64, i64),
) -> Result<Vec<ListedEmail>, sqlx::Error> {
    const PERSON: &str = "LEFT JOIN accounts a ON a.id = d.account_id AND a.erased_at IS NULL";
    const WHOSE: &str = "a.shown_name, a.email, CAST(d.tries AS BIGINT) AS many_tries";
    const WAITING: &str = formatcp!(
        "SELECT {WHOSE}, d.owed_at AS at, d.reason, d.next_at FROM deliveries d {PERSON}
         WHERE {WAITS} ORDER BY d.owed_at, d.id
         LIMIT CAST($1 AS BIGINT) OFFSET CAST($2 AS BIGINT)"
    );
    const GIVEN_UP: &str = formatcp!(
        "SELECT {WHOSE}, d.given_up_at AS at, d.reason, d.next_at FROM deliveries d {PERSON}
         WHERE d.given_up_at IS NOT NULL AND d.tries > 0 AND d.reason NOT IN ({MISSED_BY_NOBODY})
         ORDER BY d.given_up_at DESC, d.id LIMIT CAST($1 AS BIGINT) OFFSET CAST($2 AS BIGINT)"
    );
    const RETURNED: &str = formatcp!(
        "SELECT {WHOSE}, r.at, r.reason, d.next_at FROM returns r
         JOIN deliveries d ON d.id = r.delivery_id {PERSON}
         ORDER BY r.at DESC, r.delivery_id, r.kind
         LIMIT CAST($1 AS BIGINT) OFFSET CAST($2 AS BIGINT)"
    );
    let sql = match list {
        EmailList::Waiting => WAITING,
        EmailList::GivenUp => GIVEN_UP,
        EmailList::Returned => RETURNED,
    };
    sqlx::query_as(sql).bind(most).bind(from).fetch_all(&mut *db.read().await?).await
}

/// After so many tries an email keeps to its times, so that nobody uses up those that are left.
const TRIED_OFTEN: i64 = 15;

/// Makes emails due now that did not go and wait for their next try. How many.
///
/// # Errors
/// When the database fails.
pub async fn try_now(tx: &mut AnyConnection, now: Moment) -> Result<u64, sqlx::Error> {
    let due = sqlx::query(
        "UPDATE deliveries SET next_at = $1 WHERE next_at > $1 AND claimed_at = 0 AND tries > 0
         AND tries < $2 AND is_stale = 0",
    );
    Ok(due.bind(now).bind(TRIED_OFTEN).execute(tx).await?.rows_affected())
}

/// Whether emails are held, as in a restored copy.
///
/// # Errors
/// When the database fails.
pub async fn are_held(db: &Db) -> Result<bool, sqlx::Error> {
    let held: i64 = sqlx::query_scalar(
        "SELECT count(*) AS held FROM service_state WHERE emails_held_at IS NOT NULL",
    )
    .fetch_one(&mut *db.read().await?)
    .await?;
    Ok(held > 0)
}

/// Lets the emails go that are held, as in a restored copy. False when none were.
///
/// # Errors
/// When the database fails.
pub async fn let_go(tx: &mut AnyConnection) -> Result<bool, sqlx::Error> {
    let released = sqlx::query(
        "UPDATE service_state SET emails_held_at = NULL WHERE emails_held_at IS NOT NULL",
    );
    Ok(released.execute(tx).await?.rows_affected() == 1)
}

/// Gives an email back as if it had not been tried, since the mail server is away.
///
/// # Errors
/// When the database fails.
pub async fn put_back(db: &Db, id: &Id<Delivery>, tries: i64) -> Result<(), sqlx::Error> {
    let mut tx = db.begin().await?.unseen();
    sqlx::query(
        "UPDATE deliveries SET claimed_at = 0, claimed_by = NULL, tries = tries - 1
         WHERE id = $1 AND tries = $2 AND claimed_by IS NOT NULL AND sent_at IS NULL",
    )
    .bind(id)
    .bind(tries)
    .execute(&mut *tx)
    .await?;
    tx.commit().await
}

/// Whether this email may go: it must not when it was called off, came too late, or its person is
/// gone, is about to go, has stopped such emails, or is suspended and it is about the work of the
/// team; nor when nothing that it tells them still waits; nor while it is stale, nor when another
/// has claimed it since, or its person has another address.
///
/// # Errors
/// When the database fails.
pub async fn may_go(permit: &Permit, now: Moment) -> Result<Result<(), Failure>, sqlx::Error> {
    let sql = format!(
        "SELECT d.kind, d.next_at, a.erased_at,
                CAST(CASE WHEN d.not_after < $2 THEN 1 ELSE 0 END AS BIGINT) AS late,
                CAST(CASE WHEN d.is_stale = 1 OR d.tries <> $3 OR d.claimed_at = 0
                  OR d.claimed_by <> $5 OR d.to_address <> $4 THEN 1 ELSE 0 END AS BIGINT) AS stale,
                CAST(CASE WHEN {} THEN 1 ELSE 0 END AS BIGINT) AS stopped,
                CAST(CASE WHEN d.kind NOT IN ({}) AND EXISTS (SELECT 1 FROM erasures e
                  WHERE e.account_id = d.account_id) THEN 1 ELSE 0 END AS BIGINT) AS going,
                CAST(CASE WHEN d.kind IN ({}) AND a.suspended_at IS NOT NULL
                  THEN 1 ELSE 0 END AS BIGINT) AS suspended
         FROM deliveries d LEFT JOIN accounts a ON a.id = d.account_id WHERE d.id = $1",
        is_stopped("d"),
        in_sql(EmailKind::all().filter(|kind| kind.goes_while_erasing())),
        in_sql(EmailKind::all().filter(|kind| kind.is_about_work()))
    );
    let row = sqlx::query(AssertSqlSafe(sql))
        .bind(&permit.email_id)
        .bind(now)
        .bind(permit.tries)
        .bind(&permit.to)
        .bind(&permit.hand.worker)
        .fetch_one(&mut *permit.hand.db.read().await?)
        .await?;
    let (next_at, erased_at): (Option<Moment>, Option<Moment>) =
        (row.get("next_at"), row.get("erased_at"));
    let is = |what: &str| row.get::<i64, _>(what) != 0;
    let is_task = row.get::<&str, _>("kind") == EmailKind::Task.word();
    Ok(if next_at.is_none() {
        Err(Failure::Forfeited("it was called off"))
    } else if is("late") {
        Err(Failure::Forfeited("it came too late to be of use"))
    } else if erased_at.is_some() {
        Err(Failure::Forfeited("the account was erased"))
    } else if is("going") {
        Err(Failure::Forfeited("the account is about to be erased"))
    } else if is("suspended") {
        Err(Failure::Forfeited("the account is suspended"))
    } else if is("stopped") {
        Err(Failure::Forfeited("its reader has stopped such emails"))
    } else if is("stale") {
        Err(Failure::Stale)
    } else if is_task && !tasks::store::still_waits(&permit.hand.db, &permit.email_id).await? {
        Err(Failure::Forfeited("it was done meanwhile"))
    } else {
        Ok(())
    })
}

/// Records that these emails were handed over, each at this try, and erases what they said and to
/// whom. All are one write.
///
/// # Errors
/// When the database fails; the emails then go again when this worker is gone, under the same
/// `Message-ID`.
pub async fn sent(db: &Db, emails: &[(Id<Delivery>, i64)], now: Moment) -> Result<(), sqlx::Error> {
    let mut tx = db.begin().await?.unseen();
    let each = |nth: usize| format!("(id = ${} AND tries = ${})", nth * 2 + 2, nth * 2 + 3);
    let these = (0..emails.len()).map(each).collect::<Vec<_>>().join(" OR ");
    // Two writes that each change many rows could wait for each other, so this one waits for none.
    let sql = format!(
        "UPDATE deliveries SET sent_at = $1, given_up_at = NULL, reason = '', claimed_at = 0,
           claimed_by = NULL, {ERASED}
         WHERE id IN (SELECT id FROM deliveries WHERE sent_at IS NULL AND ({these}){})
         RETURNING id",
        Kind::of(&tx).hold_what_is_free()
    );
    let mut record = sqlx::query_scalar(AssertSqlSafe(sql)).bind(now);
    for (id, tries) in emails {
        record = record.bind(id).bind(tries);
    }
    let recorded: Vec<Id<Delivery>> = record.fetch_all(&mut *tx).await?;
    tx.commit().await?;
    // Those that another write held at that moment, one by one.
    for (id, tries) in emails.iter().filter(|(id, _)| !recorded.contains(id)) {
        finish(db, id, *tries, EmailEnd::Sent(now)).await?;
    }
    Ok(())
}

/// Records that the email will not be sent, and why; erases what it said and to whom.
///
/// # Errors
/// When the database fails.
pub async fn given_up(
    db: &Db,
    id: &Id<Delivery>,
    tries: i64,
    now: Moment,
    reason: &str,
) -> Result<(), sqlx::Error> {
    finish(db, id, tries, EmailEnd::GivenUp(now, reason)).await
}

/// Records that the email is to be tried again at `next_at`, and why it did not go.
///
/// # Errors
/// When the database fails.
pub async fn again(
    db: &Db,
    id: &Id<Delivery>,
    tries: i64,
    next_at: Moment,
    reason: &str,
) -> Result<(), sqlx::Error> {
    let mut tx = db.begin().await?.unseen();
    sqlx::query(
        "UPDATE deliveries SET claimed_at = 0, claimed_by = NULL, reason = CASE
         WHEN next_at IS NULL THEN reason ELSE $3 END,
           next_at = CASE WHEN next_at IS NOT NULL THEN CAST($2 AS BIGINT) END
         WHERE id = $1 AND sent_at IS NULL AND tries = $4",
    )
    .bind(id)
    .bind(next_at)
    .bind(reason)
    .bind(tries)
    .execute(&mut *tx)
    .await?;
    tx.commit().await
}

/// Calls off the emails that were not handed over, and erases what they said and to whom. `which`:
/// the condition of the statement, in which `$1` is `about`.
///
/// # Errors
/// When the database fails.
pub async fn call_off(
    tx: &mut AnyConnection,
    which: &str,
    about: &str,
    reason: &'static str,
    now: Moment,
) -> Result<(), sqlx::Error> {
    let sql = format!(
        "UPDATE deliveries SET given_up_at = $2, reason = $3, {ERASED} WHERE next_at IS NOT NULL
         AND {which}"
    );
    sqlx::query(AssertSqlSafe(sql)).bind(about).bind(now).bind(reason).execute(tx).await?;
    Ok(())
}

/// Takes an account and its address out of the outbox. What waits is called off, but for emails
/// about changes where `keeps_notices` says that the address still wants them; what went stays as a
/// fact that says nothing about whose it was.
///
/// # Errors
/// When the database fails.
pub async fn forget(
    tx: &mut AnyConnection,
    account_id: &Id<Account>,
    email: &str,
    keeps_notices: bool,
    now: Moment,
) -> Result<(), sqlx::Error> {
    const WHY: &str = "the account was erased";
    call_off(tx, "account_id = $1", account_id, WHY, now).await?;
    let to_them =
        if keeps_notices { "to_address = $1 AND kind <> 'notice'" } else { "to_address = $1" };
    call_off(tx, to_them, email, WHY, now).await?;
    unread::forget(&mut *tx, account_id).await?;
    // Some keys name the account. That nothing is owed twice is of no use once there is nobody to
    // owe it to.
    sqlx::query(
        "UPDATE deliveries SET account_id = NULL, dedup_key = 'erased ' || id, subject = ''
         WHERE account_id = $1 OR dedup_key LIKE '%' || $1 || '%'",
    )
    .bind(account_id)
    .execute(&mut *tx)
    .await?;
    sqlx::query("DELETE FROM email_stops WHERE account_id = $1")
        .bind(account_id)
        .execute(&mut *tx)
        .await?;
    tasks::store::forget(tx, account_id).await
}

/// Takes an address out of the outbox that belongs to no account: what waits for it is called off.
///
/// # Errors
/// When the database fails.
pub async fn forget_address(
    tx: &mut AnyConnection,
    email: &str,
    now: Moment,
) -> Result<(), sqlx::Error> {
    let to_nobody = "to_address = $1 AND account_id IS NULL";
    call_off(tx, to_nobody, email, "the address was erased", now).await
}

/// Marks emails that say more than they may now: they wait until they are put together again.
/// `which`: the condition of the statement, in which `$1` is `about`.
///
/// # Errors
/// When the database fails.
pub async fn make_stale(
    tx: &mut AnyConnection,
    which: &str,
    about: &str,
) -> Result<(), sqlx::Error> {
    let sql = format!("UPDATE deliveries SET is_stale = 1 WHERE next_at IS NOT NULL AND {which}");
    sqlx::query(AssertSqlSafe(sql)).bind(about).execute(tx).await?;
    Ok(())
}

/// Puts other words into an email that is stale.
///
/// # Errors
/// When the database fails.
pub async fn put_together_again(
    tx: &mut AnyConnection,
    id: &Id<Delivery>,
    words: &Words,
) -> Result<(), sqlx::Error> {
    sqlx::query(
        "UPDATE deliveries SET is_stale = 0, subject = $2, body_text = $3, body_html = $4
         WHERE id = $1 AND next_at IS NOT NULL AND is_stale = 1",
    )
    .bind(id)
    .bind(&words.subject)
    .bind(words.text(false))
    .bind(words.html(false))
    .execute(tx)
    .await?;
    Ok(())
}

/// What is left of an email that is no longer to be sent.
const ERASED: &str =
    "next_at = NULL, to_address = '', body_text = '', body_html = '', unsubscribe = NULL";

/// Records what came back after an email went. The first report of each kind counts; an email that
/// never went cannot come back.
///
/// # Errors
/// When the database fails.
pub async fn came_back(
    tx: &mut AnyConnection,
    back: &Return,
    now: Moment,
) -> Result<(), sqlx::Error> {
    let reason: String = without_addresses(&back.reason).chars().take(LONGEST_REASON).collect();
    sqlx::query(
        "INSERT INTO returns (delivery_id, kind, at, reason) SELECT id, $2, CAST($3 AS BIGINT), $4
         FROM deliveries WHERE id = $1 AND tries > 0
         ON CONFLICT (delivery_id, kind) DO NOTHING",
    )
    .bind(&back.email)
    .bind(back.came.word())
    .bind(now)
    .bind(reason)
    .execute(tx)
    .await?;
    Ok(())
}

/// How much of what a mail server says is kept, in characters.
const LONGEST_REASON: usize = 500;

/// How an email ended.
enum EmailEnd<'a> {
    /// It was handed over, then.
    Sent(Moment),
    /// It was given up, then, and why.
    GivenUp(Moment, &'a str),
}

/// An email that was called off while it was on its way is recorded as sent all the same: it was.
async fn finish(
    db: &Db,
    id: &Id<Delivery>,
    tries: i64,
    ended: EmailEnd<'_>,
) -> Result<(), sqlx::Error> {
    let (sent_at, given_up_at, reason) = match ended {
        EmailEnd::Sent(at) => (Some(at), None, ""),
        EmailEnd::GivenUp(at, reason) => (None, Some(at), reason),
    };
    let mut tx = db.begin().await?.unseen();
    const SQL: &str = formatcp!(
        "UPDATE deliveries SET sent_at = $2, given_up_at = $3, reason = $4, {ERASED}
         WHERE id = $1 AND tries = $5 AND sent_at IS NULL AND (next_at IS NOT NULL
           OR CAST($2 AS BIGINT) IS NOT NULL)"
    );
    sqlx::query(SQL)
        .bind(id)
        .bind(sent_at)
        .bind(given_up_at)
        .bind(reason)
        .bind(tries)
        .execute(&mut *tx)
        .await?;
    // Also for one that has been called off since: nobody holds it now.
    sqlx::query(
        "UPDATE deliveries SET claimed_at = 0, claimed_by = NULL WHERE id = $1 AND tries = $2",
    )
    .bind(id)
    .bind(tries)
    .execute(&mut *tx)
    .await?;
    tx.commit().await
}
