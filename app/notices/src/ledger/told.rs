//! How many people were told about a notice, place by place: as the worker counted it last, or
//! counted anew. True numbers, only for [`crate::rules::figures`].
//!
//! People count as told if their email did not come back, or they said they have read it, or they
//! were reached another way: before the change took effect, or later until it has settled. Anyone
//! who stopped before that day is not counted; anyone who has changed address is counted once, at
//! the new one. Nobody is counted who asked to be told only after it had been announced: nobody
//! could have told them when it was. An email that comes back before it has settled told nobody;
//! after that the numbers no longer change.

use area::ELSEWHERE;
use area::corrections::PLACE_THEN;
use calendar::clock::Moment;
use ground::db::{self, Db};
use ground::ids::{Id, Notice};
use ground::kept_figures::{Life, Part};
use sqlx::any::AnyRow;
use sqlx::{AssertSqlSafe, Row as _};

use crate::rules::{SETTLED_AFTER, Told};

/// A notice that took effect, with who was told about it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ToldOf {
    pub notice_id: Id<Notice>,
    pub title: String,
    pub effect_at: Moment,
    pub started_at: Moment,
    /// About how many families it affects, as its leader said.
    pub families: Option<i64>,
    /// Whether it ends or reduces a service, or raises its cost.
    pub takes_away: bool,
    /// When somebody last signed for who it affects.
    pub equality_signed_at: Option<Moment>,
    /// Why somebody went ahead before that.
    pub passed: Option<String>,
    /// How many were told, place by place: true numbers, only for
    /// [`crate::rules::figures`].
    pub told: Vec<Told>,
}

/// How many people were told about a notice that has taken effect, as it was counted last; counted
/// now where that is not kept.
pub async fn told_so_far(db: &Db, notice_id: &Id<Notice>, now: Moment) -> sqlx::Result<Vec<Told>> {
    let kept = by_place(&kept("n.id = $1", "$2"));
    let mut rows = sqlx::query(AssertSqlSafe(kept))
        .bind(notice_id)
        .bind(now)
        .fetch_all(&mut *db.read().await?)
        .await?;
    if rows.is_empty() {
        let counted = by_place(&counting("n.id = $1", &settles()));
        rows = sqlx::query(AssertSqlSafe(counted))
            .bind(notice_id)
            .fetch_all(&mut *db.read().await?)
            .await?;
    }
    in_places(&rows)
}

/// The same counted anew, as far as was known at a time.
pub async fn told(db: &Db, notice_id: &Id<Notice>, until: Moment) -> sqlx::Result<Vec<Told>> {
    let rows = sqlx::query(AssertSqlSafe(by_place(&counting("n.id = $1", "$2"))))
        .bind(notice_id)
        .bind(until)
        .fetch_all(&mut *db.read().await?)
        .await?;
    in_places(&rows)
}

/// Every notice that has taken effect and says who was told in time, the earliest first, as
/// [`told_so_far`] counts.
pub async fn told_of_all_so_far(db: &Db, now: Moment) -> sqlx::Result<Vec<ToldOf>> {
    let kept = of_all(&kept("n.started_at IS NOT NULL", "$1"));
    let rows = sqlx::query(AssertSqlSafe(kept)).bind(now).fetch_all(&mut *db.read().await?).await?;
    let mut all = each_of_all(&rows)?;
    let is_missing = |row: &&AnyRow| row.get::<Option<&str>, _>("how").is_none();
    let missing: Vec<Id<Notice>> =
        rows.iter().filter(is_missing).map(|row| row.get("id")).collect();
    if missing.is_empty() {
        return Ok(all);
    }
    let these = format!("n.id IN ({})", db::parameters(1, missing.len()));
    let mut counted = sqlx::query(AssertSqlSafe(by_place(&counting(&these, &settles()))));
    for notice_id in &missing {
        counted = counted.bind(notice_id);
    }
    for row in &counted.fetch_all(&mut *db.read().await?).await? {
        let about: Id<Notice> = row.get("about");
        if let Some(one) = all.iter_mut().find(|one| one.notice_id == about) {
            add(&mut one.told, row)?;
        }
    }
    Ok(all)
}

/// Every notice that had taken effect at that time and says who was told in time, the earliest
/// first; as it was then, counted anew. The same rules as `is_ever_counted` on a notice's page.
pub async fn told_of_all(db: &Db, at: Moment) -> sqlx::Result<Vec<ToldOf>> {
    let settles = settles();
    let until = format!("(CASE WHEN {settles} < $1 THEN {settles} ELSE $1 END)");
    let sql = of_all(&counting(&is_counted("$1"), &until));
    let rows = sqlx::query(AssertSqlSafe(sql)).bind(at).fetch_all(&mut *db.read().await?).await?;
    each_of_all(&rows)
}

/// The notices whose figure is to be counted again.
pub async fn to_count(db: &Db, now: Moment) -> sqlx::Result<Vec<Id<Notice>>> {
    let sql = format!(
        "SELECT n.id FROM notices n LEFT JOIN kept_figures k ON k.figure = 'told'
           AND k.about = n.id AND k.part = '' AND k.how = ''
         WHERE {} AND {} ORDER BY n.effect_at, n.id",
        is_counted("$1"),
        Life { since: "n.effect_at", settles: &settles(), now: "$1" }.is_due()
    );
    sqlx::query_scalar(AssertSqlSafe(sql)).bind(now).fetch_all(&mut *db.read().await?).await
}

/// Who was told about a notice that has taken effect, counted anew, to be kept.
pub async fn count_told(db: &Db, notice_id: &Id<Notice>) -> sqlx::Result<Vec<Part>> {
    let rows = sqlx::query(AssertSqlSafe(counting("n.id = $1", &settles())))
        .bind(notice_id)
        .fetch_all(&mut *db.read().await?)
        .await?;
    let part = |row: &AnyRow| Part {
        part: row.get("part"),
        how: row.get("how"),
        people: row.get("people"),
    };
    Ok(rows.iter().map(part).collect())
}

/// When nothing changes the numbers of the notice `n` any more.
fn settles() -> String {
    format!("(n.effect_at + {SETTLED_AFTER})")
}

/// Whether the notice `n` had taken effect by a time and says who was told in time.
fn is_counted(at: &str) -> String {
    format!(
        "n.effect_at <= {at} AND n.started_at <= {at}
         AND NOT EXISTS (SELECT 1 FROM notices f WHERE f.follows_id = n.id
           AND f.started_at <= {at} AND f.started_at < n.effect_at)
         AND (n.follows_id IS NULL OR (n.started_at < n.effect_at
           AND n.follow_kind <> 'withdrawal'))"
    )
}

/// Everyone who counts for these notices `n`, as a part of a statement: (notice, place, what became
/// of them until then, how many).
fn counting(which: &str, until: &str) -> String {
    format!(
        "SELECT l.notice_id AS about, l.place_id AS part, CASE WHEN {} THEN 'before'
           WHEN {} THEN 'later' ELSE 'never' END AS how, count(*) AS people
         FROM notices n
         JOIN ledger l ON l.notice_id = n.id AND l.subscribed_at IS NULL
           AND (l.called_off_at IS NULL
             OR (l.called_off_at > n.effect_at AND l.called_off_why <> 'moved'))
         LEFT JOIN deliveries d ON d.id = l.delivery_id
         LEFT JOIN returns r ON r.delivery_id = l.delivery_id AND r.kind = 'bounced'
         WHERE {which} GROUP BY 1, 2, 3",
        is_told_by("n.effect_at", until),
        is_told_by(until, until)
    )
}

/// Whether the person of the row `l` of the ledger was told by a time, as part of a statement. An
/// email that came back before `until` told nobody.
fn is_told_by(time: &str, until: &str) -> String {
    format!(
        "(d.sent_at < {time} AND (r.at IS NULL OR r.at >= {until}))
           OR l.read_at < {time} OR l.reached_at < {time}"
    )
}

/// The same as it is kept, for those of these notices for which it may be shown.
fn kept(which: &str, now: &str) -> String {
    format!(
        "SELECT k.about, k.part, k.how, k.people
         FROM notices n JOIN kept_figures k ON k.figure = 'told' AND k.about = n.id
         WHERE {which} AND {}",
        Life { since: "n.effect_at", settles: &settles(), now }.is_shown()
    )
}

/// What was counted, with the names of the places, in their order.
fn by_place(counts: &str) -> String {
    format!(
        "SELECT c.about, coalesce(p.name, '{ELSEWHERE}') AS place, c.how, c.people
         FROM ({counts}) c LEFT JOIN places p ON p.id = c.part
         ORDER BY c.about, coalesce(p.position, 1000000), p.name"
    )
}

/// Each notice that had taken effect at `$1`, with what was counted, and the names that the places
/// had then.
fn of_all(counts: &str) -> String {
    format!(
        "SELECT n.id, n.title, n.effect_at, n.started_at, n.families,
           CAST(n.takes_away AS BIGINT) AS takes_away,
           (SELECT max(e.signed_at) FROM notice_equality_records e WHERE e.notice_id = n.id
             AND e.signed_at <= $1) AS signed_at,
           (SELECT o.reason FROM notice_overrides o WHERE o.notice_id = n.id
             AND o.made_at <= $1) AS passed,
           coalesce(p.name, '{ELSEWHERE}') AS place, c.how, c.people
         FROM notices n
         LEFT JOIN ({counts}) c ON c.about = n.id
         LEFT JOIN (SELECT p.id, {PLACE_THEN} AS name, p.position FROM places p) p ON p.id = c.part
         WHERE {}
         ORDER BY n.effect_at, n.id, coalesce(p.position, 1000000), p.name",
        is_counted("$1")
    )
}

fn each_of_all(rows: &[AnyRow]) -> sqlx::Result<Vec<ToldOf>> {
    let mut all: Vec<ToldOf> = Vec::new();
    for row in rows {
        let notice_id: Id<Notice> = row.get("id");
        if all.last().is_none_or(|last| last.notice_id != notice_id) {
            all.push(ToldOf {
                notice_id,
                title: row.get("title"),
                effect_at: row.get("effect_at"),
                started_at: row.get("started_at"),
                families: row.get("families"),
                takes_away: row.get::<i64, _>("takes_away") == 1,
                equality_signed_at: row.get("signed_at"),
                passed: row.get("passed"),
                told: Vec::new(),
            });
        }
        let is_one = row.get::<Option<&str>, _>("how").is_some();
        if let Some(last) = all.last_mut().filter(|_| is_one) {
            add(&mut last.told, row)?;
        }
    }
    Ok(all)
}

fn in_places(rows: &[AnyRow]) -> sqlx::Result<Vec<Told>> {
    let mut told = Vec::new();
    for row in rows {
        add(&mut told, row)?;
    }
    Ok(told)
}

/// Adds what became of some people in a place, in the order of the places.
fn add(told: &mut Vec<Told>, row: &AnyRow) -> sqlx::Result<()> {
    let (place, how): (String, &str) = (row.get("place"), row.get("how"));
    // It only says that it was counted.
    if how.is_empty() {
        return Ok(());
    }
    if told.last().is_none_or(|last| last.place != place) {
        told.push(Told { place, ..Told::default() });
    }
    let Some(last) = told.last_mut() else { return Ok(()) };
    let people: u64 = db::number(row.get("people"), "people told")?;
    match how {
        "before" => last.before += people,
        "later" => last.after += people,
        "never" => last.never += people,
        _ => return db::known(None, "kept_figures.how"),
    }
    Ok(())
}
