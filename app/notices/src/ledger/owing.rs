//! Which emails are due and owed, and which are called off.

use calendar::clock::Moment;
use deliveries::Words;
use ground::db::{self, Db, Kind, formatcp};
use ground::ids::{Delivery, Id, Notice, Service, Subscriber};
use sqlx::any::AnyRow;
use sqlx::{AnyConnection, AssertSqlSafe, Row as _};
use subscribers::wanted::is_wanted;

use super::starting::owe_half_listed;

/// What one subscriber is owed now.
#[derive(Clone, Debug)]
pub struct EmailDue {
    pub subscriber_id: Id<Subscriber>,
    pub email: String,
    /// The notices, the first to take effect first; more than one where they go together.
    pub notices: Vec<Id<Notice>>,
    pub together: Together,
}

/// Which notices go together in one email.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Together {
    /// Each has its own.
    Alone,
    /// Those that are due with a digest.
    Digest,
    /// Those that had been announced before the subscriber asked to be told.
    Announced,
}

impl Together {
    /// Reads what the ledger says of a row.
    fn of(row: &AnyRow) -> Self {
        if row.get::<i64, _>("is_late") == 1 {
            Self::Announced
        } else if row.get::<i64, _>("is_digest") == 1 {
            Self::Digest
        } else {
            Self::Alone
        }
    }
}

/// What [`Together::of`] reads of the row `l` of the ledger.
const TOGETHER: &str = "CAST(l.is_digest AS BIGINT) AS is_digest,
    CAST(CASE WHEN l.subscribed_at IS NULL THEN 0 ELSE 1 END AS BIGINT) AS is_late";

/// Whether an email is due but not owed yet.
pub async fn is_one_to_tell(db: &Db, now: Moment) -> sqlx::Result<bool> {
    let due: Option<i64> = sqlx::query_scalar(
        "SELECT due_at FROM ledger WHERE is_digest >= 0 AND due_at <= $1 AND delivery_id IS NULL
         AND called_off_at IS NULL ORDER BY due_at LIMIT 1",
    )
    .bind(now)
    .fetch_optional(&mut *db.read().await?)
    .await?;
    Ok(due.is_some())
}

/// Somebody with emails that are due, and their place among all of them. The default one comes
/// before everyone.
#[derive(Clone, Debug, Default, sqlx::FromRow)]
pub struct ToTell {
    due_at: Moment,
    pub subscriber_id: Id<Subscriber>,
}

/// The next ones with emails that are due but not owed yet, from `most` rows of the ledger, in one
/// order for every process. Who has several may come again.
pub async fn to_tell(db: &Db, after: &ToTell, most: i64, now: Moment) -> sqlx::Result<Vec<ToTell>> {
    // It goes by `ledger_due`, which says the same of `is_digest`, from where the last lot ended:
    // a join would be done by going through all subscribers.
    sqlx::query_as(
        "SELECT l.due_at, l.subscriber_id FROM ledger l
         WHERE l.is_digest >= 0 AND l.due_at <= $1 AND (l.due_at, l.subscriber_id) > ($2, $3)
           AND l.delivery_id IS NULL AND l.called_off_at IS NULL
           AND (SELECT b.email FROM subscribers b WHERE b.id = l.subscriber_id) IS NOT NULL
         ORDER BY l.due_at, l.subscriber_id LIMIT CAST($4 AS BIGINT)",
    )
    .bind(now)
    .bind(after.due_at)
    .bind(&after.subscriber_id)
    .bind(most)
    .fetch_all(&mut *db.read().await?)
    .await
}

/// The notices that are due to these subscribers and not owed yet.
pub async fn notices_due(
    db: &Db,
    subscribers: &[Id<Subscriber>],
    now: Moment,
) -> sqlx::Result<Vec<Id<Notice>>> {
    let sql = ask_for_notices(subscribers.len());
    let mut notices = sqlx::query_scalar(AssertSqlSafe(sql)).bind(now);
    for subscriber in subscribers {
        notices = notices.bind(subscriber);
    }
    notices.fetch_all(&mut *db.read().await?).await
}

/// The statement of [`notices_due`] about so many.
#[must_use]
pub fn ask_for_notices(many: usize) -> String {
    let these = db::parameters(2, many);
    format!(
        "SELECT DISTINCT notice_id FROM ledger WHERE subscriber_id IN ({these}) AND due_at <= $1
         AND delivery_id IS NULL AND called_off_at IS NULL"
    )
}

/// The emails that are due to these subscribers and not owed yet. What they no longer ask for is
/// called off first. Call it after [`subscribers::hold`], so that nobody else owes
/// or stops them meanwhile.
pub async fn due_now(
    tx: &mut AnyConnection,
    subscribers: &[Id<Subscriber>],
    now: Moment,
) -> sqlx::Result<Vec<EmailDue>> {
    let [call_off, due] = ask_who_is_due(subscribers.len());
    let mut call_off = sqlx::query(AssertSqlSafe(call_off)).bind(now);
    for subscriber in subscribers {
        call_off = call_off.bind(subscriber);
    }
    call_off.execute(&mut *tx).await?;
    let mut due = sqlx::query(AssertSqlSafe(due)).bind(now);
    for subscriber in subscribers {
        due = due.bind(subscriber);
    }
    let rows = due.fetch_all(tx).await?;
    let mut all: Vec<EmailDue> = Vec::new();
    for row in &rows {
        let subscriber_id: Id<Subscriber> = row.get("subscriber_id");
        let together = Together::of(row);
        let goes_with = |last: &EmailDue| {
            together != Together::Alone
                && last.together == together
                && last.subscriber_id == subscriber_id
        };
        match all.last_mut() {
            Some(last) if goes_with(last) => {
                last.notices.push(row.get("notice_id"));
            }
            _ => all.push(EmailDue {
                subscriber_id,
                email: row.get("email"),
                notices: vec![row.get("notice_id")],
                together,
            }),
        }
    }
    Ok(all)
}

/// The two statements of [`due_now`] about so many.
#[must_use]
pub fn ask_who_is_due(many: usize) -> [String; 2] {
    let these = db::parameters(2, many);
    let call_off = format!(
        "UPDATE ledger SET called_off_at = $1, called_off_why = 'unsubscribed'
         WHERE subscriber_id IN ({these}) AND due_at <= $1 AND delivery_id IS NULL
           AND called_off_at IS NULL AND NOT {}",
        is_wanted("ledger")
    );
    let due = format!(
        "SELECT b.id AS subscriber_id, b.email, l.notice_id, {TOGETHER}
         FROM ledger l
         JOIN notices n ON n.id = l.notice_id
         JOIN subscribers b ON b.id = l.subscriber_id AND b.email IS NOT NULL
         WHERE l.subscriber_id IN ({these}) AND l.due_at <= $1 AND l.delivery_id IS NULL
           AND l.called_off_at IS NULL
         ORDER BY b.id, l.is_digest, CASE WHEN l.subscribed_at IS NULL THEN 0 ELSE 1 END,
           n.effect_at, n.id"
    );
    [call_off, due]
}

/// Records in the ledger which email is about a notice, and the link in it. Whoever holds the
/// subscriber knows that the row has not been called off since.
pub async fn keep_email(
    tx: &mut AnyConnection,
    notice_id: &Id<Notice>,
    subscriber_id: &Id<Subscriber>,
    delivery_id: &Id<Delivery>,
    link_hash: &str,
) -> sqlx::Result<()> {
    sqlx::query(
        "UPDATE ledger SET delivery_id = $3, link_hash = $4 WHERE notice_id = $1
         AND subscriber_id = $2 AND delivery_id IS NULL",
    )
    .bind(notice_id)
    .bind(subscriber_id)
    .bind(delivery_id)
    .bind(link_hash)
    .execute(tx)
    .await?;
    Ok(())
}

/// The services of the notices in the email with this link: (id, name), in their order. None for a
/// link from another email.
pub async fn services_of_link(
    connection: &mut AnyConnection,
    link_hash: &str,
) -> sqlx::Result<Vec<(Id<Service>, String)>> {
    sqlx::query_as(
        "SELECT v.id, v.name FROM services v WHERE EXISTS (SELECT 1 FROM ledger l
           JOIN notice_services ns ON ns.notice_id = l.notice_id
           WHERE ns.service_id = v.id AND l.link_hash = $1)
         ORDER BY v.position, v.name",
    )
    .bind(link_hash)
    .fetch_all(connection)
    .await
}

/// Whether the email of a row came back, or was given up. The row is named as the statement around
/// this names it.
macro_rules! came_back {
    ($row:literal) => {
        ground::db::formatcp!(
            "(EXISTS (SELECT 1 FROM returns r WHERE r.delivery_id = {row}.delivery_id
             AND r.kind = 'bounced')
              OR EXISTS (SELECT 1 FROM deliveries g WHERE g.id = {row}.delivery_id
                AND g.given_up_at IS NOT NULL))",
            row = $row
        )
    };
}
pub(super) use came_back;

/// Whether the email of a called-off row had gone before, or went all the same; a digest that went
/// without it does not count.
macro_rules! went_to_them {
    ($row:literal) => {
        formatcp!(
            "EXISTS (SELECT 1 FROM deliveries d WHERE d.id = {row}.delivery_id
             AND d.sent_at IS NOT NULL AND (d.sent_at < {row}.called_off_at
               OR NOT EXISTS (SELECT 1 FROM ledger others WHERE others.delivery_id = d.id
                 AND others.called_off_at IS NULL)))",
            row = $row
        )
    };
}

/// A row of the ledger whose email has not gone.
const WAITS: &str =
    "EXISTS (SELECT 1 FROM deliveries d WHERE d.id = ledger.delivery_id AND d.next_at IS NOT NULL)";

/// Calls off the emails that a subscriber is owed but no longer wants. What is owed without an
/// email yet is looked at when that is due: it may have been asked for again by then.
pub async fn call_off(
    tx: &mut AnyConnection,
    subscriber_id: &Id<Subscriber>,
    now: Moment,
) -> sqlx::Result<()> {
    let rows = format!(
        "UPDATE ledger SET called_off_at = $2, called_off_why = 'unsubscribed'
         WHERE subscriber_id = $1 AND called_off_at IS NULL AND {WAITS} AND NOT {}",
        is_wanted("ledger")
    );
    let called_off =
        sqlx::query(AssertSqlSafe(rows)).bind(subscriber_id).bind(now).execute(&mut *tx).await?;
    if called_off.rows_affected() == 0 {
        return Ok(());
    }
    call_off_emails(tx, "subscriber_id", subscriber_id, "unsubscribed", now).await
}

/// Calls off the emails whose every row is called off; a digest with other rows is put together
/// again. `column`: how to find the rows of these emails.
pub(super) async fn call_off_emails(
    tx: &mut AnyConnection,
    column: &'static str,
    id: &str,
    why: &'static str,
    now: Moment,
) -> sqlx::Result<()> {
    let touched = format!(
        "id IN (SELECT l.delivery_id FROM ledger l WHERE l.{column} = $1
         AND l.called_off_at IS NOT NULL)"
    );
    let tells = "EXISTS (SELECT 1 FROM ledger l WHERE l.delivery_id = deliveries.id
         AND l.called_off_at IS NULL)";
    deliveries::store::call_off(tx, &format!("{touched} AND NOT {tells}"), id, why, now).await?;
    deliveries::store::make_stale(tx, &format!("{touched} AND {tells}"), id).await
}

/// What a subscriber who begins again is owed again: what was called off since they had stopped,
/// before an email had gone, while the change is still to come.
pub async fn begin_again(
    tx: &mut AnyConnection,
    subscriber_id: &Id<Subscriber>,
    now: Moment,
) -> sqlx::Result<()> {
    let sql = format!(
        "SELECT notice_id FROM ledger WHERE subscriber_id = $1 AND called_off_why = 'unsubscribed'
         AND {}
           AND EXISTS (SELECT 1 FROM listed_notices w WHERE w.id = ledger.notice_id
             AND w.effect_at > $2)
           AND NOT EXISTS (SELECT 1 FROM deliveries d WHERE d.id = ledger.delivery_id
             AND d.claimed_at > 0)
           AND NOT {}",
        is_wanted("ledger"),
        went_to_them!("ledger")
    );
    let notices: Vec<Id<Notice>> = sqlx::query_scalar(AssertSqlSafe(sql))
        .bind(subscriber_id)
        .bind(now)
        .fetch_all(&mut *tx)
        .await?;
    owe_again(tx, subscriber_id, &notices).await
}

/// Owes these notices again, which were called off for this subscriber. A digest that waits takes
/// them in again; in place of an email that will not go another is owed; one that had gone before
/// stays their email.
async fn owe_again(
    tx: &mut AnyConnection,
    subscriber_id: &Id<Subscriber>,
    notices: &[Id<Notice>],
) -> sqlx::Result<()> {
    if notices.is_empty() {
        return Ok(());
    }
    let rows =
        format!("subscriber_id = $1 AND notice_id IN ({})", db::parameters(2, notices.len()));
    let emails = format!("SELECT delivery_id FROM ledger WHERE {rows}");
    let went = went_to_them!("ledger");
    let again = [
        format!(
            "UPDATE deliveries SET is_stale = 1 WHERE next_at IS NOT NULL
             AND id IN ({emails})"
        ),
        // The key of an email that will not go is free for the other.
        format!(
            "UPDATE deliveries SET dedup_key = dedup_key || ' ' || id WHERE next_at IS NULL
             AND id IN ({emails} AND NOT {went})"
        ),
        format!(
            "UPDATE ledger SET called_off_at = NULL, called_off_why = NULL,
               delivery_id = CASE WHEN {WAITS} OR {went} THEN delivery_id END, link_hash = CASE
                 WHEN {WAITS} OR {went} THEN link_hash END
             WHERE {rows}"
        ),
    ];
    for sql in again {
        let mut again = sqlx::query(AssertSqlSafe(sql)).bind(subscriber_id);
        for notice in notices {
            again = again.bind(notice);
        }
        again.execute(&mut *tx).await?;
    }
    Ok(())
}

/// A digest, or an email about what had been announced before, that is to be put together again.
#[derive(Clone, Debug)]
pub struct Stale {
    pub delivery_id: Id<Delivery>,
    /// Where one click stops such emails, as the email has it.
    pub one_click: String,
    /// The notices still in it, the first to take effect first.
    pub notices: Vec<Id<Notice>>,
    pub together: Together,
}

/// The emails that are to be put together again, some at a time. One that a worker holds is left
/// until its permit has failed: else it would go as the worker has it, with nobody knowing.
pub async fn stale(db: &Db) -> sqlx::Result<Vec<Stale>> {
    const SQL: &str = formatcp!(
        "SELECT d.id AS delivery_id, d.unsubscribe, n.id AS notice_id, {TOGETHER}
         FROM (SELECT id, unsubscribe FROM deliveries WHERE next_at IS NOT NULL AND is_stale = 1
           AND claimed_at = 0 ORDER BY id LIMIT 100) d
         JOIN ledger l ON l.delivery_id = d.id AND l.called_off_at IS NULL
         JOIN notices n ON n.id = l.notice_id
         ORDER BY d.id, n.effect_at, n.id"
    );
    let rows = sqlx::query(SQL).fetch_all(&mut *db.read().await?).await?;
    let one = |rows: &[AnyRow]| Stale {
        delivery_id: rows[0].get("delivery_id"),
        one_click: rows[0]
            .get::<Option<&str>, _>("unsubscribe")
            .map_or_else(String::new, str::to_owned),
        notices: rows.iter().map(|row| row.get("notice_id")).collect(),
        together: Together::of(&rows[0]),
    };
    Ok(rows
        .chunk_by(|one, next| {
            one.get::<&str, _>("delivery_id") == next.get::<&str, _>("delivery_id")
        })
        .map(one)
        .collect())
}

/// Puts a digest together again, unless more of it has been called off since.
pub async fn put_together_again(
    tx: &mut AnyConnection,
    stale: &Stale,
    words: &Words,
) -> sqlx::Result<()> {
    // Anyone who calls off more of it in between has done so by the time this holds it, or makes it
    // stale again afterwards.
    let hold = Kind::of(tx).hold_to_change("SELECT id FROM deliveries WHERE id = $1");
    sqlx::query(hold).bind(&stale.delivery_id).fetch_optional(&mut *tx).await?;
    let still: i64 = sqlx::query_scalar(
        "SELECT count(*) FROM ledger WHERE delivery_id = $1 AND called_off_at IS NULL",
    )
    .bind(&stale.delivery_id)
    .fetch_one(&mut *tx)
    .await?;
    if usize::try_from(still) == Ok(stale.notices.len()) {
        deliveries::store::put_together_again(tx, &stale.delivery_id, words).await?;
    }
    Ok(())
}

/// Whether an email that this subscriber has stopped is in a worker's hands.
pub async fn is_on_its_way(db: &Db, subscriber_id: &Id<Subscriber>) -> sqlx::Result<bool> {
    let held: i64 = sqlx::query_scalar(
        "SELECT (SELECT count(*) FROM ledger l JOIN deliveries d ON d.id = l.delivery_id
                 WHERE l.subscriber_id = $1 AND l.called_off_at IS NOT NULL
                   AND d.claimed_at > 0 AND d.sent_at IS NULL)
              + (SELECT count(*) FROM update_letters u JOIN deliveries d ON d.id = u.delivery_id
                 WHERE u.subscriber_id = $1 AND d.next_at IS NULL AND d.claimed_at > 0
                   AND d.sent_at IS NULL)",
    )
    .bind(subscriber_id)
    .fetch_one(&mut *db.read().await?)
    .await?;
    Ok(held > 0)
}

/// Records that a subscriber wants to hear no more about what they were told: about these services,
/// or about anything.
pub async fn stop(
    tx: &mut AnyConnection,
    subscriber_id: &Id<Subscriber>,
    services: Option<&[Id<Service>]>,
    now: Moment,
) -> sqlx::Result<()> {
    let about = services.map_or_else(String::new, |services| {
        let these = db::parameters(3, services.len());
        format!(
            "AND notice_id IN (SELECT notice_id FROM notice_services WHERE service_id IN ({these}))"
        )
    });
    let sql = format!(
        "UPDATE ledger SET stopped_at = $2 WHERE subscriber_id = $1 AND stopped_at IS NULL {about}"
    );
    let mut stop = sqlx::query(AssertSqlSafe(sql)).bind(subscriber_id).bind(now);
    for service in services.unwrap_or_default() {
        stop = stop.bind(service);
    }
    stop.execute(tx).await?;
    Ok(())
}

/// Hands what a subscriber is still owed to the subscriber at the new address, in rows that replace
/// the old ones; likewise what came back from the old address and is still to come. What the new
/// one is already owed stays, except what the person has had at the old address; what was called
/// off at the new one before it went is owed there again. Call it after [`subscribers::hold`].
pub async fn move_to(
    tx: &mut AnyConnection,
    old: &Id<Subscriber>,
    new: &Id<Subscriber>,
    now: Moment,
) -> sqlx::Result<()> {
    const HAS_HAD: &str = formatcp!(
        "UPDATE ledger SET called_off_at = $2, called_off_why = 'moved' WHERE subscriber_id = $3
         AND called_off_at IS NULL AND (delivery_id IS NULL OR {WAITS})
           AND notice_id IN (SELECT l.notice_id FROM ledger l
             JOIN deliveries d ON d.id = l.delivery_id AND d.sent_at IS NOT NULL
             WHERE l.subscriber_id = $1 AND NOT {})",
        came_back!("l")
    );
    const MOVES: &str = formatcp!(
        "subscriber_id = $1 AND called_off_at IS NULL
         AND (delivery_id IS NULL OR {WAITS} OR ({IS_TO_COME_AGAIN}))"
    );
    // They come back to an address they left, or had stopped at, before an email reached them
    // there.
    const COMES_BACK: &str = formatcp!(
        "UPDATE ledger SET called_off_at = $2, called_off_why = 'moved'
         WHERE {MOVES} AND EXISTS (SELECT 1 FROM ledger o WHERE o.notice_id = ledger.notice_id
           AND o.subscriber_id = $3 AND o.called_off_why IN ('moved', 'unsubscribed')
           AND NOT ({} AND NOT {}))
         RETURNING notice_id",
        went_to_them!("o"),
        came_back!("o")
    );
    // What both are owed stays with the one who stays.
    const OF_BOTH: &str = formatcp!(
        "UPDATE ledger SET called_off_at = $2, called_off_why = 'unsubscribed'
         WHERE {MOVES} AND EXISTS (SELECT 1 FROM ledger o WHERE o.notice_id = ledger.notice_id
           AND o.subscriber_id = $3)"
    );
    const NEW_ROWS: &str = formatcp!(
        "INSERT INTO ledger (notice_id, subscriber_id, place_id, due_at, is_digest, subscribed_at,
         read_at, reached_at, reached_by, reached_how)
         SELECT notice_id, $3, place_id, due_at, is_digest, subscribed_at, read_at, reached_at,
           reached_by, reached_how FROM ledger WHERE {MOVES}"
    );
    const MOVED: &str =
        formatcp!("UPDATE ledger SET called_off_at = $2, called_off_why = 'moved' WHERE {MOVES}");
    sqlx::query(HAS_HAD).bind(old).bind(now).bind(new).execute(&mut *tx).await?;
    let again: Vec<Id<Notice>> =
        sqlx::query_scalar(COMES_BACK).bind(old).bind(now).bind(new).fetch_all(&mut *tx).await?;
    owe_again(tx, new, &again).await?;
    sqlx::query(OF_BOTH).bind(old).bind(now).bind(new).execute(&mut *tx).await?;
    sqlx::query(NEW_ROWS).bind(old).bind(now).bind(new).execute(&mut *tx).await?;
    sqlx::query(MOVED).bind(old).bind(now).execute(&mut *tx).await?;
    call_off_emails(tx, "subscriber_id", old, "moved", now).await?;
    call_off_emails(tx, "subscriber_id", new, "moved", now).await?;
    owe_half_listed(tx, new, now).await
}

/// Whether an email about a change that is still to come came back from this subscriber, and nobody
/// has told them since.
pub async fn has_come_back(
    tx: &mut AnyConnection,
    subscriber_id: &Id<Subscriber>,
    now: Moment,
) -> sqlx::Result<bool> {
    const SQL: &str = formatcp!(
        "SELECT count(*) FROM ledger WHERE subscriber_id = $1 AND called_off_at IS NULL
         AND {IS_TO_COME_AGAIN}"
    );
    let rows: i64 = sqlx::query_scalar(SQL).bind(subscriber_id).bind(now).fetch_one(tx).await?;
    Ok(rows > 0)
}

/// A row of the ledger whose email came back, while the change is still to come, with now in `$2`.
const IS_TO_COME_AGAIN: &str = formatcp!(
    "{} AND read_at IS NULL AND reached_at IS NULL
     AND EXISTS (SELECT 1 FROM notices n WHERE n.id = ledger.notice_id AND n.effect_at > $2)",
    came_back!("ledger")
);
