//! Who got the emails about outcomes, by the whole days it took: as the worker counted it last, or
//! counted anew.

use calendar::clock::{DAY, Millis, Moment};
use ground::db::{self, Db};
use ground::house::House;
use ground::ids::{Id, Plan, Update};
use ground::kept_figures::{Figure, Life, Part, keep};
use notices::rules::SETTLED_AFTER;
use sqlx::any::AnyRow;
use sqlx::{AssertSqlSafe, Row as _};
use updates::store::LATE;

use super::history::Contributed;

/// How long after everyone was told about a version its numbers may still change: whoever heard
/// late of the change it is about is told by then, and what came back of that has come back.
const MAY_CHANGE: Millis = LATE + SETTLED_AFTER;

/// What is kept for emails that reached nobody, in place of the days.
const NOT: &str = "not";

/// For each version of an update that people are told about, or of those about a plan: who got the
/// email, as it was counted last; counted now where that is not kept.
pub async fn contributed_so_far(
    db: &Db,
    plan_id: Option<&Id<Plan>>,
    now: Moment,
) -> sqlx::Result<Vec<Contributed>> {
    let of_plan = plan_id.map_or(
        "",
        |_| "WHERE t.update_id IN (SELECT b.update_id FROM update_subjects b WHERE b.plan_id = $2)",
    );
    let sql = format!(
        "SELECT t.update_id, k.part, k.how, k.people
         FROM ({}) t LEFT JOIN kept_figures k ON k.figure = 'heard' AND k.about = t.update_id
           AND {} {of_plan}",
        told_about(),
        life().is_shown()
    );
    let mut kept = sqlx::query(AssertSqlSafe(sql)).bind(now);
    if let Some(plan_id) = plan_id {
        kept = kept.bind(plan_id);
    }
    let (mut all, mut missing): (Vec<Contributed>, Vec<Id<Update>>) = Default::default();
    for row in &kept.fetch_all(&mut *db.read().await?).await? {
        match row.get::<Option<&str>, _>("how") {
            None => missing.push(row.get("update_id")),
            // It only says that it was counted.
            Some("") => {}
            Some(how) => all.push(Contributed {
                update_id: row.get("update_id"),
                version: db::parsed(row.get("part"), "kept_figures.part")?,
                days: days(how)?,
                people: db::number(row.get("people"), "kept_figures.people")?,
            }),
        }
    }
    if !missing.is_empty() {
        all.extend(counted_of(db, &missing, now).await?);
    }
    let order = |one: &Contributed| (one.update_id.clone(), one.version, one.days);
    all.sort_by_key(order);
    Ok(all)
}

/// `contributors_told`: for each version of an update the emails that were owed by then, by the
/// whole days from its publication until the email was handed over; none for an email that was
/// not, or that came back. Counted anew.
pub async fn contributed(db: &Db, at: Moment) -> sqlx::Result<Vec<Contributed>> {
    let sql = counting("s.published_at <= $1");
    let rows = sqlx::query(AssertSqlSafe(sql)).bind(at).fetch_all(&mut *db.read().await?).await?;
    rows.iter().map(of_row).collect()
}

/// Counts who heard about each update that was published, again and again until nothing changes
/// that any more.
pub async fn count_due(house: &House) -> sqlx::Result<()> {
    let db = &house.db;
    let sql = format!(
        "SELECT t.update_id FROM ({}) t LEFT JOIN kept_figures k ON k.figure = 'heard'
           AND k.about = t.update_id AND k.part = '' AND k.how = ''
         WHERE {} ORDER BY t.update_id",
        told_about(),
        life().is_due()
    );
    let due: Vec<Id<Update>> = sqlx::query_scalar(AssertSqlSafe(sql))
        .bind(house.clock.now())
        .fetch_all(&mut *db.read().await?)
        .await?;
    for update_id in due {
        let at = house.clock.now();
        let counted = counted_of(db, std::slice::from_ref(&update_id), at).await?;
        let counted: Vec<Part> = counted.iter().map(part).collect();
        let mut tx = db.begin().await?;
        keep(&mut tx, Figure::Heard, &update_id, &counted, at).await?;
        tx.commit().await?;
    }
    Ok(())
}

/// The same counted anew for these updates alone.
async fn counted_of(db: &Db, these: &[Id<Update>], at: Moment) -> sqlx::Result<Vec<Contributed>> {
    let sql = counting(&format!("s.update_id IN ({})", db::parameters(2, these.len())));
    let mut counted = sqlx::query(AssertSqlSafe(sql)).bind(at);
    for update_id in these {
        counted = counted.bind(update_id);
    }
    let rows = counted.fetch_all(&mut *db.read().await?).await?;
    rows.iter().map(of_row).collect()
}

/// The updates that people are told about by `$1`, as a part of a statement: (update, when its last
/// such version was published, from when on nothing changes its numbers).
fn told_about() -> String {
    format!(
        "SELECT v.update_id, max(v.published_at) AS published_at,
           CASE WHEN count(v.told_at) = count(*) THEN max(v.told_at) + {MAY_CHANGE}
             ELSE 9000000000000000 END AS settles
         FROM update_versions v WHERE v.is_told = 1 AND v.published_at <= $1
         GROUP BY v.update_id"
    )
}

fn life() -> Life<'static> {
    Life { since: "t.published_at", settles: "t.settles", now: "$1" }
}

/// The emails about these versions `s` that were owed by `$1`, as a statement: (update, version,
/// days, people). What happens to an email once the version's numbers no longer change is left out.
fn counting(which: &str) -> String {
    let counts = |time: &str| {
        format!("{time} <= $1 AND (s.told_at IS NULL OR {time} < s.told_at + {MAY_CHANGE})")
    };
    format!(
        "SELECT l.update_id, l.version, CASE WHEN r.at IS NULL AND {}
           THEN (d.sent_at - s.published_at) / {DAY} END AS days, count(*) AS people
         FROM update_versions s
         JOIN update_letters l ON l.update_id = s.update_id AND l.version = s.version
         JOIN deliveries d ON d.id = l.delivery_id
         LEFT JOIN returns r ON r.delivery_id = d.id AND r.kind = 'bounced' AND {}
         WHERE d.owed_at <= $1 AND {which}
         GROUP BY 1, 2, 3 ORDER BY 1, 2, 3",
        counts("d.sent_at"),
        counts("r.at")
    )
}

fn of_row(row: &AnyRow) -> sqlx::Result<Contributed> {
    Ok(Contributed {
        update_id: row.get("update_id"),
        version: row.get("version"),
        days: row.get("days"),
        people: db::number(row.get("people"), "emails")?,
    })
}

/// As it is kept.
fn part(counted: &Contributed) -> Part {
    Part {
        part: counted.version.to_string(),
        how: counted.days.map_or_else(|| NOT.to_owned(), |days| days.to_string()),
        people: i64::try_from(counted.people).unwrap_or(i64::MAX),
    }
}

/// The days, where an email reached somebody.
fn days(how: &str) -> sqlx::Result<Option<i64>> {
    if how == NOT { Ok(None) } else { db::parsed(how, "kept_figures.how").map(Some) }
}
