//! Every SQL statement about notices and their ledger.

use sqlx::any::AnyRow;
use sqlx::{AnyConnection, Row as _};

use super::rules::{Effect, NewNotice, due};
use crate::area::ELSEWHERE;
use crate::clock::Millis;
use crate::db::{self, Db};
use crate::id;
use crate::subscriptions::rules::Cadence;

type Kept<T> = Result<T, sqlx::Error>;

/// A notice with all that is known of it.
#[derive(Clone, Debug)]
pub struct Notice {
    /// Its id.
    pub id: String,
    /// What it says.
    pub words: NewNotice,
    /// Its services by name, then its places.
    pub labels: Vec<String>,
    /// Who wrote it: (account, name).
    pub written_by: (String, String),
    /// When.
    pub written_at: Millis,
    /// Who approved it.
    pub approved_by: Option<String>,
    /// From when on people are told; once it is approved.
    pub starts_at: Option<Millis>,
    /// Since when they are told.
    pub started_at: Option<Millis>,
}

/// Keeps a notice that is written, once for each form key; its id.
///
/// # Errors
/// When the database fails; likewise for every function here.
pub async fn write(tx: &mut AnyConnection, notice: &NewNotice, by: &str, now: Millis) -> Kept<String> {
    let new: Option<String> = bound(
        sqlx::query_scalar(
            "INSERT INTO notices (id, title, what, why, affected, families, must_do, must_do_by, whom, phone, email, is_decided, decided_day,
                                  effect_kind, effect_at, changes_entitlement, form_key, written_by, written_at)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, CAST($12 AS INTEGER), $13, $14, $15, CAST($16 AS INTEGER), $17, $18, $19)
             ON CONFLICT (form_key) DO NOTHING RETURNING id",
        )
        .bind(id::fresh()),
        notice,
    )
    .bind(&notice.form_key)
    .bind(by)
    .bind(now)
    .fetch_optional(&mut *tx)
    .await?;
    let Some(notice_id) = new else {
        return sqlx::query_scalar("SELECT id FROM notices WHERE form_key = $1").bind(&notice.form_key).fetch_one(tx).await;
    };
    tie(tx, &notice_id, notice).await?;
    Ok(notice_id)
}

/// Changes the words of a notice that is not approved. False when it is.
pub async fn change(tx: &mut AnyConnection, notice_id: &str, notice: &NewNotice) -> Kept<bool> {
    let changed: Option<String> = bound(
        sqlx::query_scalar(
            "UPDATE notices SET title = $2, what = $3, why = $4, affected = $5, families = $6, must_do = $7, must_do_by = $8, whom = $9,
               phone = $10, email = $11, is_decided = CAST($12 AS INTEGER), decided_day = $13, effect_kind = $14, effect_at = $15,
               changes_entitlement = CAST($16 AS INTEGER)
             WHERE id = $1 AND approved_at IS NULL RETURNING id",
        )
        .bind(notice_id.to_owned()),
        notice,
    )
    .fetch_optional(&mut *tx)
    .await?;
    if changed.is_none() {
        return Ok(false);
    }
    sqlx::query("DELETE FROM notice_services WHERE notice_id = $1").bind(notice_id).execute(&mut *tx).await?;
    sqlx::query("DELETE FROM notice_places WHERE notice_id = $1").bind(notice_id).execute(&mut *tx).await?;
    tie(tx, notice_id, notice).await?;
    Ok(true)
}

type Scalar<'q> = sqlx::query::QueryScalar<'q, sqlx::Any, String, sqlx::any::AnyArguments>;

/// The words of a notice, from the second parameter to the sixteenth.
fn bound<'q>(query: Scalar<'q>, notice: &'q NewNotice) -> Scalar<'q> {
    query
        .bind(&notice.title)
        .bind(&notice.what)
        .bind(&notice.why)
        .bind(&notice.affected)
        .bind(notice.families)
        .bind(&notice.must_do)
        .bind(&notice.must_do_by)
        .bind(&notice.whom)
        .bind(&notice.phone)
        .bind(&notice.email)
        .bind(i64::from(notice.decided_day.is_some()))
        .bind(notice.decided_day.as_deref().unwrap_or_default())
        .bind(notice.effect.kind())
        .bind(notice.effect.at())
        .bind(i64::from(notice.changes_entitlement))
}

async fn tie(tx: &mut AnyConnection, notice_id: &str, notice: &NewNotice) -> Kept<()> {
    db::tie(tx, "INSERT INTO notice_services (notice_id, service_id)", notice_id, &notice.services).await?;
    db::tie(tx, "INSERT INTO notice_places (notice_id, place_id)", notice_id, &notice.places).await
}

/// Approves a notice that somebody else wrote; people are told from `starts_at` on. False when it is approved, or hers.
pub async fn approve(tx: &mut AnyConnection, notice_id: &str, by: &str, starts_at: Millis, now: Millis) -> Kept<bool> {
    let approved = sqlx::query(
        "UPDATE notices SET approved_by = $2, approved_at = $3, starts_at = $4 WHERE id = $1 AND approved_at IS NULL AND written_by <> $2",
    )
    .bind(notice_id)
    .bind(by)
    .bind(now)
    .bind(starts_at)
    .execute(tx)
    .await?;
    Ok(approved.rows_affected() == 1)
}

/// Calls an approved notice back, so that its words can be changed. False when it has started, or is not approved.
pub async fn call_back(tx: &mut AnyConnection, notice_id: &str) -> Kept<bool> {
    let called_back = sqlx::query(
        "UPDATE notices SET approved_by = NULL, approved_at = NULL, starts_at = NULL
         WHERE id = $1 AND approved_at IS NOT NULL AND started_at IS NULL",
    )
    .bind(notice_id)
    .execute(tx)
    .await?;
    Ok(called_back.rows_affected() == 1)
}

/// The notice with this id.
pub async fn find(db: &Db, id: &str) -> Kept<Option<Notice>> {
    let rows = sqlx::query(
        "SELECT n.id, n.form_key, n.title, n.what, n.why, n.affected, n.families, n.must_do, n.must_do_by, n.whom, n.phone, n.email,
                CAST(n.is_decided AS BIGINT), n.decided_day, n.effect_kind, n.effect_at, CAST(n.changes_entitlement AS BIGINT),
                n.written_by, w.shown_name, n.written_at, p.shown_name, n.starts_at, n.started_at, l.kind, l.id, l.name
         FROM notices n
         JOIN accounts w ON w.id = n.written_by
         LEFT JOIN accounts p ON p.id = n.approved_by
         LEFT JOIN (
           SELECT ns.notice_id, 'service' AS kind, s.id, s.name, 0 AS place, s.position FROM notice_services ns JOIN services s ON s.id = ns.service_id
           UNION ALL SELECT np.notice_id, 'place', p.id, p.name, 1, p.position FROM notice_places np JOIN places p ON p.id = np.place_id) l
           ON l.notice_id = n.id
         WHERE n.id = $1
         ORDER BY l.place, l.position, l.name",
    )
    .bind(id)
    .fetch_all(&mut *db.read().await?)
    .await?;
    Ok(rows.first().map(|row| notice(row, &rows)))
}

fn notice(row: &AnyRow, rows: &[AnyRow]) -> Notice {
    let tied = |kind: &str| rows.iter().filter(|row| row.get::<Option<&str>, _>(23) == Some(kind)).map(|row| row.get(24)).collect();
    Notice {
        id: row.get(0),
        words: NewNotice {
            form_key: row.get(1),
            title: row.get(2),
            what: row.get(3),
            why: row.get(4),
            affected: row.get(5),
            families: row.get(6),
            must_do: row.get(7),
            must_do_by: row.get(8),
            whom: row.get(9),
            phone: row.get(10),
            email: row.get(11),
            decided_day: (row.get::<i64, _>(12) == 1).then(|| row.get(13)),
            effect: Effect::of(row.get(14), row.get(15)),
            changes_entitlement: row.get::<i64, _>(16) == 1,
            services: tied("service"),
            places: tied("place"),
        },
        labels: rows.iter().filter_map(|row| row.get(25)).collect(),
        written_by: (row.get(17), row.get(18)),
        written_at: row.get(19),
        approved_by: row.get(20),
        starts_at: row.get(21),
        started_at: row.get(22),
    }
}

/// A notice as one entry of a list.
#[derive(Clone, Debug)]
pub struct Listed {
    /// Its id.
    pub id: String,
    /// The change in one line.
    pub title: String,
    /// From when on it holds.
    pub effect: Effect,
    /// Whether it is decided.
    pub is_decided: bool,
    /// From when on people are told; once it is approved.
    pub starts_at: Option<Millis>,
    /// Whether they are told already.
    pub has_started: bool,
    /// Its services by name.
    pub services: Vec<String>,
}

/// What a list shows.
#[derive(Clone, Debug, Default)]
pub struct Filter {
    /// The id of a service; empty for any.
    pub service: String,
    /// The id of a place; empty for any. Notices about the whole area are about each place.
    pub place: String,
    /// Only those that take effect after this time, the next first; else the last told first.
    pub after: Option<Millis>,
    /// How many to leave out.
    pub skip: i64,
}

/// Notices that people are told of, `most` at the most.
pub async fn list(db: &Db, filter: &Filter, most: i64) -> Kept<Vec<Listed>> {
    let order = if filter.after.is_some() { "n.effect_at, n.id" } else { "n.started_at DESC, n.id DESC" };
    let sql = format!(
        "SELECT n.id, n.title, n.effect_kind, n.effect_at, CAST(n.is_decided AS BIGINT), n.starts_at, n.started_at, s.name
         FROM (SELECT * FROM notices n WHERE n.started_at IS NOT NULL
                 AND ($1 = '' OR EXISTS (SELECT 1 FROM notice_services x WHERE x.notice_id = n.id AND x.service_id = $1))
                 AND ($2 = '' OR EXISTS (SELECT 1 FROM notice_places x WHERE x.notice_id = n.id AND x.place_id = $2)
                              OR NOT EXISTS (SELECT 1 FROM notice_places x WHERE x.notice_id = n.id))
                 AND n.effect_at > $3
               ORDER BY {order} LIMIT $4 OFFSET $5) n
         JOIN notice_services ns ON ns.notice_id = n.id JOIN services s ON s.id = ns.service_id
         ORDER BY {order}, s.position, s.name"
    );
    let rows = sqlx::query(sqlx::AssertSqlSafe(sql))
        .bind(&filter.service)
        .bind(&filter.place)
        .bind(filter.after.unwrap_or(i64::MIN))
        .bind(most)
        .bind(filter.skip)
        .fetch_all(&mut *db.read().await?)
        .await?;
    Ok(listed(&rows))
}

/// Notices that have not started: those that wait for approval first, the oldest first.
pub async fn waiting(db: &Db) -> Kept<Vec<Listed>> {
    let rows = sqlx::query(
        "SELECT n.id, n.title, n.effect_kind, n.effect_at, CAST(n.is_decided AS BIGINT), n.starts_at, n.started_at, s.name
         FROM (SELECT * FROM notices WHERE started_at IS NULL ORDER BY CASE WHEN approved_at IS NULL THEN 0 ELSE 1 END, id LIMIT 50) n
         JOIN notice_services ns ON ns.notice_id = n.id JOIN services s ON s.id = ns.service_id
         ORDER BY CASE WHEN n.approved_at IS NULL THEN 0 ELSE 1 END, n.id, s.position, s.name",
    )
    .fetch_all(&mut *db.read().await?)
    .await?;
    Ok(listed(&rows))
}

fn listed(rows: &[AnyRow]) -> Vec<Listed> {
    let one = |group: &[AnyRow]| {
        let row = &group[0];
        Listed {
            id: row.get(0),
            title: row.get(1),
            effect: Effect::of(row.get(2), row.get(3)),
            is_decided: row.get::<i64, _>(4) == 1,
            starts_at: row.get(5),
            has_started: row.get::<Option<Millis>, _>(6).is_some(),
            services: group.iter().map(|row| row.get(7)).collect(),
        }
    };
    rows.chunk_by(|one, next| one.get::<&str, _>(0) == next.get::<&str, _>(0)).map(one).collect()
}

/// Whether a subscriber asks for what a notice is about: one of its services, in one of its places or everywhere. Both are
/// named as the statement around it names them.
fn asks_for(subscriber: &str, notice: &str) -> String {
    format!(
        "EXISTS (SELECT 1 FROM subscriptions s JOIN notice_services ns ON ns.service_id = s.service_id AND ns.notice_id = {notice}
           WHERE s.subscriber_id = {subscriber} AND s.ended_at IS NULL
             AND (s.place_id = '' OR NOT EXISTS (SELECT 1 FROM notice_places np WHERE np.notice_id = {notice})
                  OR EXISTS (SELECT 1 FROM notice_places np WHERE np.notice_id = {notice} AND np.place_id = s.place_id)))"
    )
}

/// How many people a notice would be told to now.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Reach {
    /// By how often they want letters.
    pub by_cadence: Vec<(Cadence, u64)>,
}

/// How many people a notice would be told to now, true numbers: only for [`crate::disclosure`] to put into words.
pub async fn reach(db: &Db, notice_id: &str) -> Kept<Reach> {
    let matches = asks_for("b.id", "$1");
    let sql = format!("SELECT b.cadence, count(*) FROM subscribers b WHERE b.erased_at IS NULL AND {matches} GROUP BY b.cadence");
    let rows = sqlx::query(sqlx::AssertSqlSafe(sql)).bind(notice_id).fetch_all(&mut *db.read().await?).await?;
    let counted = |cadence: Cadence| {
        let row = rows.iter().find(|row| row.get::<&str, _>(0) == cadence.word());
        (cadence, row.map_or(0, |row| u64::try_from(row.get::<i64, _>(1)).unwrap_or(0)))
    };
    Ok(Reach { by_cadence: Cadence::ALL.map(counted).to_vec() })
}

/// Whether the time of a notice has come.
pub async fn is_one_to_start(db: &Db, now: Millis) -> Kept<bool> {
    let due: Option<i64> = sqlx::query_scalar("SELECT starts_at FROM notices WHERE starts_at <= $1 AND started_at IS NULL LIMIT 1")
        .bind(now)
        .fetch_optional(&mut *db.read().await?)
        .await?;
    Ok(due.is_some())
}

/// Starts the next notice whose time has come: from now on everyone can read it, and the ledger has a row for each
/// subscriber it matches. Once, whichever process comes first. Gives its id and how many it is owed to.
pub async fn start_next(tx: &mut AnyConnection, now: Millis) -> Kept<Option<(String, u64)>> {
    let started = sqlx::query(
        "UPDATE notices SET started_at = $1
         WHERE id IN (SELECT id FROM notices WHERE starts_at <= $1 AND started_at IS NULL ORDER BY starts_at, id LIMIT 1)
           AND starts_at <= $1 AND started_at IS NULL
         RETURNING id, effect_kind, effect_at",
    )
    .bind(now)
    .fetch_optional(&mut *tx)
    .await?;
    let Some(row) = started else { return Ok(None) };
    let (notice_id, effect): (String, _) = (row.get(0), Effect::of(row.get(1), row.get(2)));
    let matches = asks_for("b.id", "$1");
    let [at_once, daily, weekly] = Cadence::ALL.map(|cadence| due(cadence, effect, now));
    let sql = format!(
        "INSERT INTO ledger (notice_id, subscriber_id, place_id, due_at, is_digest)
         SELECT $1, b.id, coalesce(a.place_id, (SELECT CASE WHEN count(DISTINCT s.place_id) = 1 THEN min(s.place_id) END FROM subscriptions s
                                                WHERE s.subscriber_id = b.id AND s.ended_at IS NULL), ''),
                CAST(CASE b.cadence WHEN 'daily' THEN $3 WHEN 'weekly' THEN $4 ELSE $2 END AS BIGINT),
                CAST(CASE b.cadence WHEN 'daily' THEN $5 WHEN 'weekly' THEN $6 ELSE 0 END AS INTEGER)
         FROM subscribers b LEFT JOIN accounts a ON a.id = b.account_id
         WHERE b.erased_at IS NULL AND {matches}"
    );
    let owed = sqlx::query(sqlx::AssertSqlSafe(sql))
        .bind(&notice_id)
        .bind(at_once.0)
        .bind(daily.0)
        .bind(weekly.0)
        .bind(i32::from(daily.1))
        .bind(i32::from(weekly.1))
        .execute(tx)
        .await?;
    Ok(Some((notice_id, owed.rows_affected())))
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

/// Up to `most` subscribers to whom letters are due that are not owed yet, in one order for every process.
pub async fn to_tell(db: &Db, most: i64, now: Millis) -> Kept<Vec<String>> {
    sqlx::query_scalar(
        "SELECT DISTINCT l.subscriber_id FROM ledger l JOIN subscribers b ON b.id = l.subscriber_id AND b.email IS NOT NULL
         WHERE l.due_at <= $1 AND l.delivery_id IS NULL AND l.called_off_at IS NULL ORDER BY l.subscriber_id LIMIT $2",
    )
    .bind(now)
    .bind(most)
    .fetch_all(&mut *db.read().await?)
    .await
}

/// The notices that are due to these subscribers and not owed yet.
pub async fn notices_due(db: &Db, subscribers: &[String], now: Millis) -> Kept<Vec<String>> {
    let these = db::parameters(2, subscribers.len());
    let sql = format!(
        "SELECT DISTINCT notice_id FROM ledger WHERE subscriber_id IN ({these}) AND due_at <= $1 AND delivery_id IS NULL AND called_off_at IS NULL"
    );
    let mut notices = sqlx::query_scalar(sqlx::AssertSqlSafe(sql)).bind(now);
    for subscriber in subscribers {
        notices = notices.bind(subscriber);
    }
    notices.fetch_all(&mut *db.read().await?).await
}

/// The letters that are due to these subscribers and not owed yet. What they no longer ask for is called off first. Call it
/// after [`crate::subscriptions::store::hold`], so that nobody else owes or stops them meanwhile.
pub async fn due_now(tx: &mut AnyConnection, subscribers: &[String], now: Millis) -> Kept<Vec<Due>> {
    let these = db::parameters(2, subscribers.len());
    let asked_for = asks_for("ledger.subscriber_id", "ledger.notice_id");
    let call_off = format!(
        "UPDATE ledger SET called_off_at = $1
         WHERE subscriber_id IN ({these}) AND due_at <= $1 AND delivery_id IS NULL AND called_off_at IS NULL AND NOT {asked_for}"
    );
    let mut call_off = sqlx::query(sqlx::AssertSqlSafe(call_off)).bind(now);
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
    let mut due = sqlx::query(sqlx::AssertSqlSafe(due)).bind(now);
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

/// Keeps in the ledger which letter tells of a notice, and the link that is in it.
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

/// How many people were told of a notice before it took effect, place by place: (place, those whose letter was handed over
/// before, those whose was later, refused, or never). True numbers: only for [`super::rules::in_time`]. Whoever stopped before that is not counted. Once it has
/// taken effect these numbers do not change any more.
pub async fn told(db: &Db, notice_id: &str) -> Kept<Vec<(String, u64, u64)>> {
    let rows = sqlx::query(
        "SELECT coalesce(p.name, $2), CAST(sum(CASE WHEN d.sent_at < n.effect_at THEN 1 ELSE 0 END) AS BIGINT), count(*)
         FROM ledger l
         JOIN notices n ON n.id = l.notice_id
         LEFT JOIN deliveries d ON d.id = l.delivery_id
         LEFT JOIN places p ON p.id = l.place_id
         WHERE l.notice_id = $1 AND (l.called_off_at IS NULL OR l.called_off_at > n.effect_at)
         GROUP BY p.name, p.position
         ORDER BY coalesce(p.position, 1000000), p.name",
    )
    .bind(notice_id)
    .bind(ELSEWHERE)
    .fetch_all(&mut *db.read().await?)
    .await?;
    let people = |number: i64| u64::try_from(number).unwrap_or(0);
    let told = |row: &AnyRow| {
        let (before, all) = (row.get::<i64, _>(1), row.get::<i64, _>(2));
        (row.get(0), people(before), people(all - before))
    };
    Ok(rows.iter().map(told).collect())
}

/// Calls off what a subscriber is owed and no longer asks for: rows without a letter, and letters that are not handed over.
pub async fn call_off(tx: &mut AnyConnection, subscriber_id: &str, now: Millis) -> Kept<()> {
    let asked_for = asks_for("ledger.subscriber_id", "ledger.notice_id");
    // A digest goes as long as one of its notices is asked for.
    let letters = format!(
        "UPDATE deliveries SET next_at = NULL, given_up_at = $2, reason = 'unsubscribed', to_address = '', body_text = '', body_html = '', unsubscribe = NULL
         WHERE next_at IS NOT NULL AND id IN (SELECT delivery_id FROM ledger WHERE subscriber_id = $1 AND delivery_id IS NOT NULL)
           AND id NOT IN (SELECT delivery_id FROM ledger WHERE subscriber_id = $1 AND delivery_id IS NOT NULL AND {asked_for})"
    );
    sqlx::query(sqlx::AssertSqlSafe(letters)).bind(subscriber_id).bind(now).execute(&mut *tx).await?;
    let rows = format!(
        "UPDATE ledger SET called_off_at = $2 WHERE subscriber_id = $1 AND called_off_at IS NULL AND NOT {asked_for}
           AND (delivery_id IS NULL OR delivery_id IN (SELECT id FROM deliveries WHERE reason = 'unsubscribed'))"
    );
    sqlx::query(sqlx::AssertSqlSafe(rows)).bind(subscriber_id).bind(now).execute(tx).await?;
    Ok(())
}
