//! The ledger: who is told of a notice, by which letter, and what became of it. Every SQL statement about it.

use sqlx::any::AnyRow;
use sqlx::{AnyConnection, AssertSqlSafe, Row as _};

use super::rules::{Effect, Told, due};
use crate::area::ELSEWHERE;
use crate::clock::{DAY, Millis};
use crate::db::{self, Db, Kind};
use crate::deliveries;
use crate::subscriptions::rules::Cadence;

type Kept<T> = Result<T, sqlx::Error>;

/// A subscription `s` that is about a notice: to one of its services, in one of its places or everywhere.
fn is_about(notice: &str) -> String {
    format!(
        "EXISTS (SELECT 1 FROM notice_services ns WHERE ns.service_id = s.service_id AND ns.notice_id = {notice})
         AND (s.place_id = '' OR NOT EXISTS (SELECT 1 FROM notice_places np WHERE np.notice_id = {notice})
              OR EXISTS (SELECT 1 FROM notice_places np WHERE np.notice_id = {notice} AND np.place_id = s.place_id))"
    )
}

/// Whether a subscriber asks for what a notice is about. Both are named as the statement around it names them.
fn asks_for(subscriber: &str, notice: &str) -> String {
    format!("EXISTS (SELECT 1 FROM subscriptions s WHERE s.subscriber_id = {subscriber} AND s.ended_at IS NULL AND {})", is_about(notice))
}

/// Whether a subscriber has stopped, by her own choice, what a notice is about, since people were told of `since`: a
/// subscription that was about it, or, where none was hers any more, its letters themselves.
fn stopped(subscriber: &str, notice: &str, since: &str) -> String {
    format!(
        "(EXISTS (SELECT 1 FROM ledger x WHERE x.notice_id = {since} AND x.subscriber_id = {subscriber} AND x.stopped_at IS NOT NULL)
          OR EXISTS (SELECT 1 FROM subscriptions s WHERE s.subscriber_id = {subscriber} AND s.ended_how IN ('one click', 'own page')
                   AND s.ended_at >= (SELECT o.started_at FROM notices o WHERE o.id = {since}) AND {}))",
        is_about(notice)
    )
}

/// Whether a row of the ledger is to be told still: she asks for it; or it follows what she was told of, and she did not
/// stop by her own choice.
fn is_wanted() -> String {
    let followed = "(SELECT n.follows_id FROM notices n WHERE n.id = ledger.notice_id)";
    format!(
        "({} OR ({followed} IS NOT NULL AND NOT {}))",
        asks_for("ledger.subscriber_id", "ledger.notice_id"),
        stopped("ledger.subscriber_id", "ledger.notice_id", followed)
    )
}

/// Who is to be told: (id, how often she wants letters, place), one row a person. Of a notice those who ask for it. Of one
/// that follows another, those in the ledger of that other, at the address they have now, but for those who stopped by
/// their own choice. `notice`: the notice, or the other one, as the statement around this names it.
fn receivers(notice: &str, follows: bool) -> String {
    if follows {
        let (asks_for, stopped) = (asks_for("b.id", notice), stopped("b.id", notice, notice));
        let stopped_before = self::stopped("t.id", notice, notice);
        return format!(
            "SELECT b.id, b.cadence, min(l.place_id) AS place_id
             FROM ledger l
             JOIN subscribers t ON t.id = l.subscriber_id
             JOIN subscribers b ON b.id = coalesce(t.joined_id, t.id)
             WHERE l.notice_id = {notice} AND b.erased_at IS NULL AND ({asks_for} OR NOT ({stopped} OR {stopped_before}))
             GROUP BY b.id, b.cadence"
        );
    }
    format!(
        "SELECT b.id, b.cadence, coalesce(a.place_id, (SELECT CASE WHEN count(DISTINCT s.place_id) = 1 THEN min(s.place_id) END FROM subscriptions s
                                                        WHERE s.subscriber_id = b.id AND s.ended_at IS NULL), '') AS place_id
         FROM subscribers b LEFT JOIN accounts a ON a.id = b.account_id
         WHERE b.erased_at IS NULL AND {}",
        asks_for("b.id", notice)
    )
}

/// How many people a notice would be told to now: true numbers, only for [`crate::disclosure`] to put into words.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Reach {
    /// By how often they want letters.
    pub by_cadence: Vec<(Cadence, u64)>,
    /// By where they live.
    pub by_place: Vec<(String, u64)>,
}

/// How many people a notice would be told to now. `follows`: the notice that it corrects or withdraws.
pub async fn reach(db: &Db, notice_id: &str, follows: Option<&str>) -> Kept<Reach> {
    let sql = format!(
        "SELECT r.cadence, coalesce(p.name, '{ELSEWHERE}'), count(*), coalesce(p.position, 1000000)
         FROM ({}) r LEFT JOIN places p ON p.id = r.place_id
         GROUP BY r.cadence, p.name, p.position ORDER BY coalesce(p.position, 1000000), p.name",
        receivers("$1", follows.is_some())
    );
    let rows = sqlx::query(AssertSqlSafe(sql)).bind(follows.unwrap_or(notice_id)).fetch_all(&mut *db.read().await?).await?;
    let people = |row: &AnyRow| u64::try_from(row.get::<i64, _>(2)).unwrap_or(0);
    let counted = |cadence: Cadence| {
        let of_it = rows.iter().filter(|row| row.get::<&str, _>(0) == cadence.word());
        (cadence, of_it.map(people).sum())
    };
    let by_place = rows.chunk_by(|one, next| one.get::<&str, _>(1) == next.get::<&str, _>(1));
    Ok(Reach {
        by_cadence: Cadence::ALL.map(counted).to_vec(),
        by_place: by_place.map(|rows| (rows[0].get(1), rows.iter().map(people).sum())).collect(),
    })
}

/// Whether the time of a notice has come.
pub async fn is_one_to_start(db: &Db, now: Millis) -> Kept<bool> {
    let due: Option<i64> = sqlx::query_scalar("SELECT starts_at FROM notices WHERE starts_at <= $1 AND started_at IS NULL LIMIT 1")
        .bind(now)
        .fetch_optional(&mut *db.read().await?)
        .await?;
    Ok(due.is_some())
}

/// Starts the next notice whose time has come: from now on everyone can read it, and the ledger has a row for each person
/// who is to be told. Once, whichever process comes first. Gives its id and how many it is owed to.
pub async fn start_next(tx: &mut AnyConnection, kind: Kind, now: Millis) -> Kept<Option<(String, u64)>> {
    let started = sqlx::query(
        "UPDATE notices SET started_at = $1
         WHERE id IN (SELECT id FROM notices WHERE starts_at <= $1 AND started_at IS NULL ORDER BY starts_at, id LIMIT 1)
           AND starts_at <= $1 AND started_at IS NULL
         RETURNING id, effect_kind, effect_at, follows_id, follow_kind",
    )
    .bind(now)
    .fetch_optional(&mut *tx)
    .await?;
    let Some(row) = started else { return Ok(None) };
    let (notice_id, effect): (String, _) = (row.get(0), Effect::of(row.get(1), row.get(2)));
    let (follows, is_withdrawal): (Option<String>, _) = (row.get(3), row.get::<Option<&str>, _>(4) == Some("withdrawal"));
    let first_effect = match &follows {
        Some(follows) => replace(tx, kind, follows, now).await?.min(effect.at()),
        None => effect.at(),
    };
    // Whoever goes by what she was told must hear before the earlier of the two days; that nothing comes, at once.
    let [at_once, daily, weekly] =
        Cadence::ALL.map(|cadence| if is_withdrawal { (now, false) } else { due(cadence, Effect::Hour(first_effect), now) });
    let sql = format!(
        "INSERT INTO ledger (notice_id, subscriber_id, place_id, due_at, is_digest)
         SELECT $1, r.id, r.place_id,
                CAST(CASE r.cadence WHEN 'daily' THEN $4 WHEN 'weekly' THEN $5 ELSE $3 END AS BIGINT),
                CAST(CASE r.cadence WHEN 'daily' THEN $6 WHEN 'weekly' THEN $7 ELSE 0 END AS INTEGER)
         FROM ({}) r",
        receivers("$2", follows.is_some())
    );
    let owed = sqlx::query(AssertSqlSafe(sql))
        .bind(&notice_id)
        .bind(follows.as_ref().unwrap_or(&notice_id))
        .bind(at_once.0)
        .bind(daily.0)
        .bind(weekly.0)
        .bind(i32::from(daily.1))
        .bind(i32::from(weekly.1))
        .execute(tx)
        .await?;
    Ok(Some((notice_id, owed.rows_affected())))
}

/// Stops what is still to be told of a notice that another follows now, and gives the time it takes effect. Those who were
/// to be told are told what follows instead. A digest that is owed goes, for the sake of its other notices.
async fn replace(tx: &mut AnyConnection, kind: Kind, notice_id: &str, now: Millis) -> Kept<Millis> {
    let hold = format!(
        "SELECT id FROM subscribers WHERE id IN (SELECT subscriber_id FROM ledger WHERE notice_id = $1) ORDER BY id{}",
        kind.hold_to_change()
    );
    sqlx::query(AssertSqlSafe(hold)).bind(notice_id).fetch_all(&mut *tx).await?;
    let letters = "id IN (SELECT delivery_id FROM ledger WHERE notice_id = $1)
                   AND id NOT IN (SELECT delivery_id FROM ledger WHERE notice_id <> $1 AND delivery_id IS NOT NULL)";
    deliveries::store::call_off(tx, letters, notice_id, "replaced", now).await?;
    sqlx::query(
        "UPDATE ledger SET called_off_at = $2, called_off_why = 'replaced' WHERE notice_id = $1 AND called_off_at IS NULL
           AND (delivery_id IS NULL OR delivery_id IN (SELECT id FROM deliveries WHERE reason = 'replaced'))",
    )
    .bind(notice_id)
    .bind(now)
    .execute(&mut *tx)
    .await?;
    sqlx::query_scalar("SELECT effect_at FROM notices WHERE id = $1").bind(notice_id).fetch_one(tx).await
}

/// What one subscriber is owed now.
#[derive(Clone, Debug)]
pub struct Due {
    /// The subscriber.
    pub subscriber_id: String,
    /// Her address.
    pub email: String,
    /// The notices, the first to take effect first; more than one in a digest only.
    pub notices: Vec<String>,
    /// Whether it is her digest.
    pub is_digest: bool,
}

/// Whether a letter is due that is not owed yet.
pub async fn is_one_to_tell(db: &Db, now: Millis) -> Kept<bool> {
    let due: Option<i64> = sqlx::query_scalar(
        "SELECT due_at FROM ledger WHERE due_at <= $1 AND delivery_id IS NULL AND called_off_at IS NULL ORDER BY due_at LIMIT 1",
    )
    .bind(now)
    .fetch_optional(&mut *db.read().await?)
    .await?;
    Ok(due.is_some())
}

/// Up to `most` subscribers to whom letters are due that are not owed yet, those whose ids come after `after`, in one order
/// for every process.
pub async fn to_tell(db: &Db, after: &str, most: i64, now: Millis) -> Kept<Vec<String>> {
    sqlx::query_scalar(
        "SELECT DISTINCT l.subscriber_id FROM ledger l JOIN subscribers b ON b.id = l.subscriber_id AND b.email IS NOT NULL
         WHERE l.subscriber_id > $3 AND l.due_at <= $1 AND l.delivery_id IS NULL AND l.called_off_at IS NULL
         ORDER BY l.subscriber_id LIMIT $2",
    )
    .bind(now)
    .bind(most)
    .bind(after)
    .fetch_all(&mut *db.read().await?)
    .await
}

/// The notices that are due to these subscribers and not owed yet.
pub async fn notices_due(db: &Db, subscribers: &[String], now: Millis) -> Kept<Vec<String>> {
    let these = db::parameters(2, subscribers.len());
    let sql = format!(
        "SELECT DISTINCT notice_id FROM ledger WHERE subscriber_id IN ({these}) AND due_at <= $1 AND delivery_id IS NULL AND called_off_at IS NULL"
    );
    let mut notices = sqlx::query_scalar(AssertSqlSafe(sql)).bind(now);
    for subscriber in subscribers {
        notices = notices.bind(subscriber);
    }
    notices.fetch_all(&mut *db.read().await?).await
}

/// The letters that are due to these subscribers and not owed yet. What they no longer ask for is called off first. Call it
/// after [`crate::subscriptions::store::hold`], so that nobody else owes or stops them meanwhile.
pub async fn due_now(tx: &mut AnyConnection, subscribers: &[String], now: Millis) -> Kept<Vec<Due>> {
    let these = db::parameters(2, subscribers.len());
    let call_off = format!(
        "UPDATE ledger SET called_off_at = $1, called_off_why = 'unsubscribed'
         WHERE subscriber_id IN ({these}) AND due_at <= $1 AND delivery_id IS NULL AND called_off_at IS NULL AND NOT {}",
        is_wanted()
    );
    let mut call_off = sqlx::query(AssertSqlSafe(call_off)).bind(now);
    for subscriber in subscribers {
        call_off = call_off.bind(subscriber);
    }
    call_off.execute(&mut *tx).await?;
    let due = format!(
        "SELECT b.id, b.email, l.notice_id, CAST(l.is_digest AS BIGINT)
         FROM ledger l
         JOIN notices n ON n.id = l.notice_id
         JOIN subscribers b ON b.id = l.subscriber_id AND b.email IS NOT NULL
         WHERE l.subscriber_id IN ({these}) AND l.due_at <= $1 AND l.delivery_id IS NULL AND l.called_off_at IS NULL
         ORDER BY b.id, l.is_digest, n.effect_at, n.id"
    );
    let mut due = sqlx::query(AssertSqlSafe(due)).bind(now);
    for subscriber in subscribers {
        due = due.bind(subscriber);
    }
    let rows = due.fetch_all(tx).await?;
    let mut all: Vec<Due> = Vec::new();
    for row in &rows {
        let (subscriber_id, is_digest): (String, bool) = (row.get(0), row.get::<i64, _>(3) == 1);
        match all.last_mut() {
            Some(last) if is_digest && last.is_digest && last.subscriber_id == subscriber_id => last.notices.push(row.get(2)),
            _ => all.push(Due { subscriber_id, email: row.get(1), notices: vec![row.get(2)], is_digest }),
        }
    }
    Ok(all)
}

/// Keeps in the ledger which letter tells of a notice, and the link that is in it. Whoever holds the subscriber knows that the
/// row was not called off meanwhile.
pub async fn owed(tx: &mut AnyConnection, notice_id: &str, subscriber_id: &str, delivery_id: &str, link_hash: &str) -> Kept<()> {
    sqlx::query("UPDATE ledger SET delivery_id = $3, link_hash = $4 WHERE notice_id = $1 AND subscriber_id = $2 AND delivery_id IS NULL")
        .bind(notice_id)
        .bind(subscriber_id)
        .bind(delivery_id)
        .bind(link_hash)
        .execute(tx)
        .await?;
    Ok(())
}

/// The services of the notices in the letter that holds this link; none for a link of another letter.
pub async fn services_of_link(tx: &mut AnyConnection, link_hash: &str) -> Kept<Vec<String>> {
    sqlx::query_scalar(
        "SELECT DISTINCT ns.service_id FROM ledger l JOIN notice_services ns ON ns.notice_id = l.notice_id WHERE l.link_hash = $1",
    )
    .bind(link_hash)
    .fetch_all(tx)
    .await
}

/// How many people were told of a notice, place by place. Told is who had a letter that did not come back, or said that she
/// has read it, or was reached in another way: before the change took effect, or later until `until`. Whoever stopped before
/// that day is not counted. From the day on the numbers before it stand, and from `until` on all of them.
pub async fn told(db: &Db, notice_id: &str, until: Millis) -> Kept<Vec<Told>> {
    let by = |time: &str| {
        format!(
            "CASE WHEN (d.sent_at < {time} AND (r.at IS NULL OR r.at >= {time})) OR l.read_at < {time} OR l.reached_at < {time} THEN 1 ELSE 0 END"
        )
    };
    let sql = format!(
        "SELECT coalesce(p.name, '{ELSEWHERE}'), CAST(sum(t.before) AS BIGINT),
                CAST(sum(CASE WHEN t.before = 0 AND t.by_now = 1 THEN 1 ELSE 0 END) AS BIGINT), count(*)
         FROM (SELECT l.place_id, {} AS before, {} AS by_now
               FROM ledger l
               JOIN notices n ON n.id = l.notice_id
               LEFT JOIN deliveries d ON d.id = l.delivery_id
               LEFT JOIN returns r ON r.delivery_id = l.delivery_id AND r.kind = 'bounced'
               WHERE l.notice_id = $1 AND (l.called_off_at IS NULL OR l.called_off_at > n.effect_at)) t
         LEFT JOIN places p ON p.id = t.place_id
         GROUP BY p.name, p.position
         ORDER BY coalesce(p.position, 1000000), p.name",
        by("n.effect_at"),
        by("$2")
    );
    let rows = sqlx::query(AssertSqlSafe(sql)).bind(notice_id).bind(until).fetch_all(&mut *db.read().await?).await?;
    let told = |row: &AnyRow| {
        let number = |column: usize| u64::try_from(row.get::<i64, _>(column)).unwrap_or(0);
        let (before, after, all) = (number(1), number(2), number(3));
        Told { place: row.get(0), before, after, never: all.saturating_sub(before + after) }
    };
    Ok(rows.iter().map(told).collect())
}

/// Calls off what a subscriber is owed and no longer wants: rows without a letter, and letters that are not handed over.
pub async fn call_off(tx: &mut AnyConnection, subscriber_id: &str, now: Millis) -> Kept<()> {
    let is_wanted = is_wanted();
    // A digest goes as long as one of its notices is wanted.
    let letters = format!(
        "id IN (SELECT delivery_id FROM ledger WHERE subscriber_id = $1 AND delivery_id IS NOT NULL)
           AND id NOT IN (SELECT delivery_id FROM ledger WHERE subscriber_id = $1 AND delivery_id IS NOT NULL AND {is_wanted})"
    );
    deliveries::store::call_off(tx, &letters, subscriber_id, "unsubscribed", now).await?;
    let rows = format!(
        "UPDATE ledger SET called_off_at = $2, called_off_why = 'unsubscribed' WHERE subscriber_id = $1 AND called_off_at IS NULL AND NOT {is_wanted}
           AND (delivery_id IS NULL OR delivery_id IN (SELECT id FROM deliveries WHERE reason = 'unsubscribed'))"
    );
    sqlx::query(AssertSqlSafe(rows)).bind(subscriber_id).bind(now).execute(tx).await?;
    Ok(())
}

/// Keeps that a subscriber wants to hear no more of what she was told: of notices about these services, or of all.
pub async fn stop(tx: &mut AnyConnection, subscriber_id: &str, services: Option<&[String]>, now: Millis) -> Kept<()> {
    let about = services.map_or_else(String::new, |services| {
        let these = db::parameters(3, services.len());
        format!("AND notice_id IN (SELECT notice_id FROM notice_services WHERE service_id IN ({these}))")
    });
    let sql = format!("UPDATE ledger SET stopped_at = $2 WHERE subscriber_id = $1 AND stopped_at IS NULL {about}");
    let mut stop = sqlx::query(AssertSqlSafe(sql)).bind(subscriber_id).bind(now);
    for service in services.unwrap_or_default() {
        stop = stop.bind(service);
    }
    stop.execute(tx).await?;
    Ok(())
}

/// Hands what a subscriber is still owed to the one whom her address is now. Call it before her own is called off.
pub async fn joins(tx: &mut AnyConnection, old: &str, new: &str) -> Kept<()> {
    sqlx::query(
        "INSERT INTO ledger (notice_id, subscriber_id, place_id, due_at, is_digest)
         SELECT notice_id, $2, place_id, due_at, is_digest FROM ledger
         WHERE subscriber_id = $1 AND called_off_at IS NULL
           AND (delivery_id IS NULL OR delivery_id IN (SELECT id FROM deliveries WHERE next_at IS NOT NULL))
         ON CONFLICT (notice_id, subscriber_id) DO NOTHING",
    )
    .bind(old)
    .bind(new)
    .execute(tx)
    .await?;
    Ok(())
}

/// A notice that a letter told of.
#[derive(Clone, Debug)]
pub struct InLetter {
    /// The notice's id.
    pub notice_id: String,
    /// The change in one line.
    pub title: String,
    /// From when on it holds.
    pub effect: Effect,
    /// Whether the reader said that she has read it.
    pub is_read: bool,
}

/// The notices in the letter that holds this link, the first to take effect first; none for a link of another letter.
pub async fn in_letter(db: &Db, link_hash: &str) -> Kept<Vec<InLetter>> {
    let rows = sqlx::query(
        "SELECT n.id, n.title, n.effect_kind, n.effect_at, l.read_at FROM ledger l JOIN notices n ON n.id = l.notice_id
         WHERE l.link_hash = $1 ORDER BY n.effect_at, n.id",
    )
    .bind(link_hash)
    .fetch_all(&mut *db.read().await?)
    .await?;
    let told = |row: &AnyRow| InLetter {
        notice_id: row.get(0),
        title: row.get(1),
        effect: Effect::of(row.get(2), row.get(3)),
        is_read: row.get::<Option<Millis>, _>(4).is_some(),
    };
    Ok(rows.iter().map(told).collect())
}

/// Keeps that the reader of this letter has read it. The first time counts.
pub async fn read_letter(tx: &mut AnyConnection, link_hash: &str, now: Millis) -> Kept<()> {
    sqlx::query("UPDATE ledger SET read_at = $2 WHERE link_hash = $1 AND read_at IS NULL").bind(link_hash).bind(now).execute(tx).await?;
    Ok(())
}

/// Keeps that this account has read a notice that she is to be told of. The first time counts.
pub async fn read_by(tx: &mut AnyConnection, notice_id: &str, account_id: &str, now: Millis) -> Kept<()> {
    sqlx::query(
        "UPDATE ledger SET read_at = $3 WHERE notice_id = $1 AND read_at IS NULL
           AND subscriber_id IN (SELECT id FROM subscribers WHERE account_id = $2)",
    )
    .bind(notice_id)
    .bind(account_id)
    .bind(now)
    .execute(tx)
    .await?;
    Ok(())
}

/// How long after a change an organiser is still asked to tell a family whose letter came back.
const ASKED_FOR: Millis = 28 * DAY;

/// A family whom no letter reaches.
#[derive(Clone, Debug)]
pub struct Unreached {
    /// The subscriber.
    pub subscriber_id: String,
    /// The address that letters come back from.
    pub email: String,
    /// Where she lives, as far as she said.
    pub place: String,
    /// What her letters were about: (notice, title, from when on).
    pub notices: Vec<(String, String, Effect)>,
}

/// Which rows `l` of the ledger are to be told in another way: their letter came back or was given up, nobody has told the
/// family since, and the notice `n` still stands.
const TO_REACH: &str = "l.delivery_id IN (SELECT delivery_id FROM returns WHERE kind = 'bounced'
                                        UNION SELECT id FROM deliveries WHERE given_up_at IS NOT NULL AND reason NOT IN ('unsubscribed', 'replaced'))
     AND l.called_off_at IS NULL AND l.read_at IS NULL AND l.reached_at IS NULL
     AND NOT EXISTS (SELECT 1 FROM notices f WHERE f.follows_id = n.id AND f.started_at IS NOT NULL)";

/// The families whom no letter reaches, those with the nearest change first.
pub async fn unreached(db: &Db, now: Millis) -> Kept<Vec<Unreached>> {
    let sql = format!(
        "SELECT b.id, b.email, coalesce(p.name, '{ELSEWHERE}'), n.id, n.title, n.effect_kind, n.effect_at
         FROM ledger l
         JOIN notices n ON n.id = l.notice_id
         JOIN subscribers b ON b.id = l.subscriber_id AND b.email IS NOT NULL AND b.idle_since IS NULL
         LEFT JOIN places p ON p.id = l.place_id
         WHERE {TO_REACH} AND n.effect_at > $1
         ORDER BY n.effect_at, b.id LIMIT 200"
    );
    let rows = sqlx::query(AssertSqlSafe(sql)).bind(now - ASKED_FOR).fetch_all(&mut *db.read().await?).await?;
    let mut families: Vec<Unreached> = Vec::new();
    for row in &rows {
        let subscriber_id: String = row.get(0);
        let notice = (row.get(3), row.get(4), Effect::of(row.get(5), row.get(6)));
        match families.iter_mut().find(|family| family.subscriber_id == subscriber_id) {
            Some(family) => family.notices.push(notice),
            None => families.push(Unreached { subscriber_id, email: row.get(1), place: row.get(2), notices: vec![notice] }),
        }
    }
    Ok(families)
}

/// How many families no letter reaches, as a part of a statement with the time in `$1`; for the desk.
#[must_use]
pub fn count_unreached() -> String {
    format!(
        "SELECT count(DISTINCT b.id) FROM ledger l
         JOIN notices n ON n.id = l.notice_id
         JOIN subscribers b ON b.id = l.subscriber_id AND b.email IS NOT NULL AND b.idle_since IS NULL
         WHERE {TO_REACH} AND n.effect_at > $1 - {ASKED_FOR}"
    )
}

/// Keeps that a family was told in another way, by whom and how, of all that its letters were about. False when nothing was
/// open.
pub async fn reached(tx: &mut AnyConnection, subscriber_id: &str, (by, how): (&str, &str), now: Millis) -> Kept<bool> {
    let sql = format!(
        "UPDATE ledger SET reached_at = $2, reached_by = $3, reached_how = $4
         WHERE subscriber_id = $1 AND notice_id IN (SELECT l.notice_id FROM ledger l JOIN notices n ON n.id = l.notice_id
                                                    WHERE l.subscriber_id = $1 AND {TO_REACH})"
    );
    let reached = sqlx::query(AssertSqlSafe(sql)).bind(subscriber_id).bind(now).bind(by).bind(how).execute(tx).await?;
    Ok(reached.rows_affected() > 0)
}
