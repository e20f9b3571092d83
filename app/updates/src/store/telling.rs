//! Who contributed, and the emails that are owed to them.

use calendar::clock::{DAY, Millis, Moment};
use deliveries::{EmailKind, Owed, Words, owe};
use ground::db::{self, Db, Kind};
use ground::ids::{Account, Id, Subscriber, Update};
use sqlx::any::AnyRow;
use sqlx::{AnyConnection, AssertSqlSafe, Row as _};

/// How many emails one write owes.
const LOT: i64 = 200;

/// The versions whose contributors are not all owed an email yet, some at a time: (update,
/// version).
pub async fn untold(db: &Db) -> sqlx::Result<Vec<(Id<Update>, i64)>> {
    sqlx::query_as(
        "SELECT update_id, version FROM update_versions WHERE is_told = 1 AND told_at IS NULL
         ORDER BY published_at, update_id, version LIMIT 10",
    )
    .fetch_all(&mut *db.read().await?)
    .await
}

/// How long after everyone was told about an outcome somebody can still be told about the change,
/// for example by a weekly digest or by telephone. Later they are told of it as it is by then.
pub const LATE: Millis = 60 * DAY;

/// The last versions still owed to people who heard about the change only after everyone else was
/// told: (update, version).
pub async fn untold_late(db: &Db, now: Moment) -> sqlx::Result<Vec<(Id<Update>, i64)>> {
    let sql = format!(
        "SELECT DISTINCT s.update_id, s.version
         FROM update_versions s JOIN update_subjects a ON a.update_id = s.update_id {READERS}
         WHERE s.told_at > $1 AND s.version = (SELECT max(v.version) FROM update_versions v
           WHERE v.update_id = s.update_id AND v.is_told = 1)
           AND (l.read_at >= s.told_at OR l.reached_at >= s.told_at
                OR EXISTS (SELECT 1 FROM deliveries d WHERE d.id = l.delivery_id
                  AND d.sent_at >= s.told_at))
           AND NOT EXISTS (SELECT 1 FROM update_letters u WHERE u.update_id = s.update_id
             AND u.version = s.version AND u.person = coalesce(c.id, b.id))
           AND NOT {}",
        stopped()
    );
    sqlx::query_as(AssertSqlSafe(sql)).bind(now - LATE).fetch_all(&mut *db.read().await?).await
}

/// For the subject `a`, which is a change, who is or was to be told about it: `l` the row of the
/// ledger, `t` the subscriber named in it, `b` the subscriber they are now, `c` their account.
const READERS: &str = "JOIN ledger l ON l.notice_id = a.notice_id AND l.called_off_at IS NULL
    JOIN subscribers t ON t.id = l.subscriber_id
    JOIN subscribers b ON b.id = coalesce(t.joined_id, t.id) AND b.email IS NOT NULL
    LEFT JOIN accounts c ON c.email = b.email";

/// Whether such a reader chose to stop that, also before they had the address they have now.
fn stopped() -> String {
    let stopped =
        |subscriber| subscribers::wanted::stopped(subscriber, "l.notice_id", "l.notice_id");
    format!("({} OR {})", stopped("b.id"), stopped("t.id"))
}

/// Who contributed to what the update `$1` is about: (account or, without one, subscriber; address;
/// whether that is an account; the subscriber who was told about a change). Those who proposed or
/// supported its topics, and those of its rounds and of its plans; those who answered its
/// consultations and asked to hear; and those told about its changes who have not chosen to stop.
/// SQLite keeps the order of a cross join: it begins with the few topics.
fn contributors() -> String {
    format!(
        "WITH RECURSIVE about AS (SELECT * FROM update_subjects WHERE update_id = $1),
              named AS (SELECT a.topic_id AS id FROM about a WHERE a.topic_id IS NOT NULL
                        UNION SELECT t.id FROM about a JOIN topics t ON t.round_id = a.round_id
                          AND t.published_at IS NOT NULL AND t.withdrawn_at IS NULL
                        UNION SELECT x.topic_id FROM about a
                          JOIN plan_topics x ON x.plan_id = a.plan_id
                              JOIN topics t ON t.id = x.topic_id AND t.withdrawn_at IS NULL),
              topic AS (SELECT id FROM named UNION SELECT m.id FROM topic
                JOIN topics m ON m.merged_into = topic.id AND m.withdrawn_at IS NULL),
              account AS (SELECT t.author_id AS id FROM topic
                            CROSS JOIN topics t WHERE t.id = topic.id
                          UNION SELECT s.account_id FROM topic
                            CROSS JOIN supports s WHERE s.topic_id = topic.id
                          UNION SELECT k.account_id FROM about a
                            JOIN took_part k ON k.consultation_id = a.consultation_id
                            AND k.wants_outcome = 1)
         SELECT c.id AS person, c.email, 1 AS is_account, CAST(NULL AS TEXT) AS subscriber_id
         FROM account CROSS JOIN accounts c WHERE c.id = account.id AND c.email IS NOT NULL
         UNION ALL
         SELECT coalesce(c.id, b.id), b.email, CASE WHEN c.id IS NULL THEN 0 ELSE 1 END, b.id
         FROM about a {READERS}
         WHERE (l.read_at IS NOT NULL OR l.reached_at IS NOT NULL OR EXISTS (SELECT 1
           FROM deliveries d WHERE d.id = l.delivery_id AND d.sent_at IS NOT NULL))
           AND NOT {}",
        stopped()
    )
}

/// Somebody who is to be told.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Person {
    /// Their account or, without one, their subscriber.
    id: String,
    email: String,
    account_id: Option<Id<Account>>,
    /// Their subscriber, if all they did was to be told about a change: then they can stop this
    /// too.
    subscriber_id: Option<Id<Subscriber>>,
}

/// The next people who contributed and were not owed the email yet.
async fn next(
    tx: &mut AnyConnection,
    (update_id, version): (&Id<Update>, i64),
) -> sqlx::Result<Vec<Person>> {
    let sql = format!(
        "SELECT person, min(email) AS email, CAST(max(is_account) AS BIGINT) AS has_account,
           CASE WHEN count(*) = count(subscriber_id) THEN max(subscriber_id) END AS subscriber_id
         FROM ({}) people
         WHERE NOT EXISTS (SELECT 1 FROM update_letters l WHERE l.update_id = $1
           AND l.version = $2 AND l.person = people.person)
         GROUP BY person ORDER BY person LIMIT CAST($3 AS BIGINT)",
        contributors()
    );
    let rows = sqlx::query(AssertSqlSafe(sql))
        .bind(update_id)
        .bind(version)
        .bind(LOT)
        .fetch_all(tx)
        .await?;
    let person = |row: &AnyRow| Person {
        id: row.get("person"),
        email: row.get("email"),
        account_id: (row.get::<i64, _>("has_account") == 1).then(|| row.get("person")),
        subscriber_id: row.get("subscriber_id"),
    };
    Ok(rows.iter().map(person).collect())
}

/// Lets none of them stop or change their address until the write ends: first the accounts, then
/// the subscribers, as a change of address does.
async fn hold(tx: &mut AnyConnection, people: &[Person]) -> sqlx::Result<()> {
    let kind = Kind::of(tx);
    if people.is_empty() {
        return Ok(());
    }
    let these = db::parameters(1, people.len());
    let of = |table: &str| {
        AssertSqlSafe(format!("SELECT id FROM {table} WHERE email IN ({these}) ORDER BY id"))
    };
    for sql in [kind.hold(of("accounts")), kind.hold_to_change(of("subscribers"))] {
        let mut hold = sqlx::query(sql);
        for person in people {
            hold = hold.bind(&person.email);
        }
        hold.fetch_all(&mut *tx).await?;
    }
    Ok(())
}

/// Owes the email about a version to the next people who contributed and were not owed it yet; none
/// left, the version is marked as told. `choose`: the words for a subscriber, with the link to
/// their own page. Gives how many people were found.
pub async fn tell_next(
    tx: &mut AnyConnection,
    version: (&Id<Update>, i64),
    words: &Words,
    choose: impl Fn(&str) -> Words,
    now: Moment,
) -> sqlx::Result<usize> {
    let waiting = next(&mut *tx, version).await?;
    hold(&mut *tx, &waiting).await?;
    // Anyone who stopped or moved before they could be held is different by now, and is found in
    // the next lot.
    let mut people = next(&mut *tx, version).await?;
    people.retain(|person| waiting.contains(person));
    for person in &people {
        let own = match &person.subscriber_id {
            Some(subscriber) if person.account_id.is_none() => {
                let token = id::secret();
                subscribers::keep_link(&mut *tx, &id::hash(&token), subscriber, now).await?;
                Some(choose(&token))
            }
            _ => None,
        };
        tell_one(&mut *tx, version, person, own.as_ref().unwrap_or(words), now).await?;
    }
    if waiting.is_empty() {
        mark_as_told(tx, version, now).await?;
    }
    Ok(waiting.len())
}

/// Owes the email to one person, and notes that it was owed.
async fn tell_one(
    tx: &mut AnyConnection,
    (update_id, version): (&Id<Update>, i64),
    person: &Person,
    words: &Words,
    now: Moment,
) -> sqlx::Result<()> {
    let dedup_key = format!("update {update_id} {version} {}", person.id);
    let owed = Owed {
        dedup_key: &dedup_key,
        kind: EmailKind::Update,
        account_id: person.account_id.as_ref(),
        to: &person.email,
        words,
        at: now,
        not_after: None,
    };
    owe(&mut *tx, owed).await?;
    let delivery_id = deliveries::store::id_of(&mut *tx, &dedup_key).await?;
    sqlx::query(
        "INSERT INTO update_letters (update_id, version, person, subscriber_id, delivery_id)
         VALUES ($1, $2, $3, $4, $5) ON CONFLICT DO NOTHING",
    )
    .bind(update_id)
    .bind(version)
    .bind(&person.id)
    .bind(&person.subscriber_id)
    .bind(delivery_id)
    .execute(tx)
    .await?;
    Ok(())
}

async fn mark_as_told(
    tx: &mut AnyConnection,
    (update_id, version): (&Id<Update>, i64),
    now: Moment,
) -> sqlx::Result<()> {
    sqlx::query(
        "UPDATE update_versions SET told_at = $3 WHERE update_id = $1 AND version = $2
         AND told_at IS NULL",
    )
    .bind(update_id)
    .bind(version)
    .bind(now)
    .execute(tx)
    .await?;
    Ok(())
}

/// Calls off what a subscriber is still owed about outcomes, once they have stopped all emails.
pub async fn call_off(
    tx: &mut AnyConnection,
    subscriber_id: &Id<Subscriber>,
    now: Moment,
) -> sqlx::Result<()> {
    let theirs = "id IN (SELECT l.delivery_id FROM update_letters l WHERE l.subscriber_id = $1)";
    deliveries::store::call_off(tx, theirs, subscriber_id, "unsubscribed", now).await
}

/// Sends what an account is still owed about outcomes to the address that it has now.
pub async fn address_changed(
    tx: &mut AnyConnection,
    account_id: &Id<Account>,
    new: &str,
) -> sqlx::Result<()> {
    sqlx::query(
        "UPDATE deliveries SET to_address = $2 WHERE account_id = $1 AND kind = 'update'
         AND next_at IS NOT NULL",
    )
    .bind(account_id)
    .bind(new)
    .execute(tx)
    .await?;
    Ok(())
}
