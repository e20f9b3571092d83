//! What became of a notice for those in its ledger: told, read, or not reached.

use area::ELSEWHERE;
use area::corrections::then;
use calendar::clock::{DAY, Millis};
use ground::db::{self, Db};
use ground::ids::{Account, Id, Notice, Subscriber};
use sqlx::any::AnyRow;
use sqlx::{AnyConnection, AssertSqlSafe, Row as _};
use subscribers::wanted::is_wanted;

use super::owing::came_back;
use crate::rules::{Effect, Follow, SETTLED_AFTER, Told};
use crate::store::{effect, follow};

/// How many people were told about a notice, place by place. People count as told if their email
/// did not come back, or they said they have read it, or they were reached another way: before the
/// change took effect, or later until `until`. Anyone who stopped before that day is not counted;
/// anyone who has changed address is counted once, at the new one. Nobody is counted who asked to
/// be told only after it had been announced: nobody could have told them when it was. An email that
/// comes back until `until` told nobody; after that the numbers no longer change.
pub async fn told(db: &Db, notice_id: &Id<Notice>, until: Millis) -> sqlx::Result<Vec<Told>> {
    let sql = format!(
        "SELECT coalesce(p.name, '{ELSEWHERE}') AS place, CAST(sum(t.before) AS BIGINT) AS before,
                CAST(sum(CASE WHEN t.before = 0 AND t.by_until = 1 THEN 1
                  ELSE 0 END) AS BIGINT) AS after, count(*) AS people
         FROM (SELECT l.place_id, {} AS before, {} AS by_until
               FROM ledger l
               JOIN notices n ON n.id = l.notice_id
               LEFT JOIN deliveries d ON d.id = l.delivery_id
               LEFT JOIN returns r ON r.delivery_id = l.delivery_id AND r.kind = 'bounced'
               WHERE l.notice_id = $1 AND l.subscribed_at IS NULL AND (l.called_off_at IS NULL
                 OR (l.called_off_at > n.effect_at AND l.called_off_why <> 'moved'))) t
         LEFT JOIN places p ON p.id = t.place_id
         GROUP BY p.name, p.position
         ORDER BY coalesce(p.position, 1000000), p.name",
        is_told_by("n.effect_at", "$2"),
        is_told_by("$2", "$2")
    );
    let rows = sqlx::query(AssertSqlSafe(sql))
        .bind(notice_id)
        .bind(until)
        .fetch_all(&mut *db.read().await?)
        .await?;
    rows.iter().map(told_in_place).collect()
}

/// Whether the person of the row `l` of the ledger was told by a time, as part of a statement: 1 or
/// 0. An email that came back before `until` told nobody.
fn is_told_by(time: &str, until: &str) -> String {
    format!(
        "CASE WHEN (d.sent_at < {time} AND (r.at IS NULL OR r.at >= {until}))
         OR l.read_at < {time} OR l.reached_at < {time} THEN 1 ELSE 0 END"
    )
}

/// How many people in one place were told.
fn told_in_place(row: &AnyRow) -> sqlx::Result<Told> {
    let (before, after) = (people(row, "before")?, people(row, "after")?);
    let never = people(row, "people")?.saturating_sub(before + after);
    Ok(Told { place: row.get("place"), before, after, never })
}

/// A number of people in this column of an answer.
fn people(row: &AnyRow, column: &str) -> sqlx::Result<u64> {
    db::number(row.get(column), "people told")
}

/// A notice that took effect, with who was told about it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ToldOf {
    pub notice_id: Id<Notice>,
    pub title: String,
    pub effect_at: Millis,
    pub started_at: Millis,
    /// About how many families it affects, as its leader said.
    pub families: Option<i64>,
    /// Whether it ends or reduces a service, or raises its cost.
    pub takes_away: bool,
    /// When somebody last signed for who it affects.
    pub equality_signed_at: Option<Millis>,
    /// Why somebody went ahead before that.
    pub passed: Option<String>,
    /// How many were told, place by place: true numbers, only for
    /// [`crate::rules::figures`].
    pub told: Vec<Told>,
}

/// Every notice that had taken effect at that time and says who was told in time, the earliest
/// first; as it was then. The same rules as [`told`] and `is_ever_counted` on the page of a notice.
pub async fn told_of_all(db: &Db, at: Millis) -> sqlx::Result<Vec<ToldOf>> {
    let until = format!(
        "CASE WHEN n.effect_at + {SETTLED_AFTER} < $1 THEN n.effect_at + {SETTLED_AFTER} ELSE $1 \
         END"
    );
    let name = then("place", "name", ("q.id", "q.name"), "$1");
    let sql = format!(
        "SELECT t.id, t.title, t.effect_at, t.started_at, t.families,
         CAST(t.takes_away AS BIGINT) AS takes_away,
         (SELECT max(e.signed_at) FROM notice_equality_records e WHERE e.notice_id = t.id
           AND e.signed_at <= $1) AS signed_at,
         (SELECT o.reason FROM notice_overrides o WHERE o.notice_id = t.id
           AND o.made_at <= $1) AS passed, CASE
         WHEN t.person IS NULL THEN '' ELSE coalesce(p.name, '{ELSEWHERE}') END AS place,
                coalesce(p.position, 1000000) AS position,
                CAST(sum(t.before) AS BIGINT) AS before, CAST(sum(CASE WHEN t.before = 0
                  AND t.by_until = 1 THEN 1 ELSE 0 END) AS BIGINT) AS after,
                count(t.person) AS people
         FROM (SELECT n.id, n.title, n.effect_at, n.started_at, n.families, n.takes_away,
           l.place_id, l.subscriber_id AS person, {} AS before, {} AS by_until
               FROM notices n
               LEFT JOIN notices f ON f.follows_id = n.id AND f.started_at <= $1
               LEFT JOIN ledger l ON l.notice_id = n.id AND l.subscribed_at IS NULL
                 AND (l.called_off_at IS NULL OR (l.called_off_at > n.effect_at
                   AND l.called_off_why <> 'moved'))
               LEFT JOIN deliveries d ON d.id = l.delivery_id
               LEFT JOIN returns r ON r.delivery_id = l.delivery_id AND r.kind = 'bounced'
               WHERE n.effect_at <= $1 AND n.started_at <= $1 AND (f.started_at IS NULL
                 OR f.started_at >= n.effect_at)
                 AND (n.follows_id IS NULL OR (n.started_at < n.effect_at
                   AND n.follow_kind <> 'withdrawal'))) t
         LEFT JOIN (SELECT q.id, {name} AS name, q.position FROM places q) p ON p.id = t.place_id
         GROUP BY t.id, t.title, t.effect_at, t.started_at, t.families, t.takes_away, CASE
           WHEN t.person IS NULL THEN 1 ELSE 0 END, p.name, p.position,
                  CASE WHEN t.person IS NULL THEN '' ELSE coalesce(p.name, '{ELSEWHERE}') END
         ORDER BY t.effect_at, t.id, position, place",
        is_told_by("n.effect_at", &until),
        is_told_by(&format!("({until})"), &until)
    );
    let rows = sqlx::query(AssertSqlSafe(sql)).bind(at).fetch_all(&mut *db.read().await?).await?;
    let mut all: Vec<ToldOf> = Vec::new();
    for row in &rows {
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
        if people(row, "people")? > 0
            && let Some(last) = all.last_mut()
        {
            last.told.push(told_in_place(row)?);
        }
    }
    Ok(all)
}

/// A notice in an email.
#[derive(Clone, Debug)]
pub struct InEmail {
    pub notice_id: Id<Notice>,
    pub title: String,
    pub effect: Effect,
    pub follow: Option<Follow>,
    /// Whether its reader said they have read it.
    pub is_read: bool,
}

/// The notices in the email with this link, the first to take effect first; none for a link from
/// another email, or for an address we no longer write to.
pub async fn in_email(db: &Db, link_hash: &str) -> sqlx::Result<Vec<InEmail>> {
    let rows = sqlx::query(
        "SELECT n.id, n.title, n.effect_kind, n.effect_at, l.read_at, n.follow_kind FROM ledger l
         JOIN notices n ON n.id = l.notice_id
         JOIN subscriber_links k ON k.token_hash = l.link_hash
         WHERE l.link_hash = $1
           AND (l.called_off_at IS NULL OR NOT EXISTS (SELECT 1 FROM ledger o
             WHERE o.link_hash = $1 AND o.called_off_at IS NULL))
         ORDER BY n.effect_at, n.id",
    )
    .bind(link_hash)
    .fetch_all(&mut *db.read().await?)
    .await?;
    let told = |row: &AnyRow| {
        Ok(InEmail {
            notice_id: row.get("id"),
            title: row.get("title"),
            effect: effect(row.get("effect_kind"), row.get("effect_at"))?,
            follow: follow(row.get("follow_kind"))?,
            is_read: row.get::<Option<Millis>, _>("read_at").is_some(),
        })
    };
    rows.iter().map(told).collect()
}

/// Records that the reader of this email has read it. The first time counts.
pub async fn read_email(tx: &mut AnyConnection, link_hash: &str, now: Millis) -> sqlx::Result<()> {
    sqlx::query("UPDATE ledger SET read_at = $2 WHERE link_hash = $1 AND read_at IS NULL")
        .bind(link_hash)
        .bind(now)
        .execute(tx)
        .await?;
    Ok(())
}

/// Records that this account has read a notice that it was to be told about. The first time counts.
pub async fn read_by(
    tx: &mut AnyConnection,
    notice_id: &Id<Notice>,
    account_id: &Id<Account>,
    now: Millis,
) -> sqlx::Result<()> {
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

/// How far the emails of a notice have come: true numbers of people, only for [`disclosure`] to put
/// into words.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Sending {
    pub waiting: u64,
    pub sent: u64,
    /// It came back, or was given up.
    pub came_back: u64,
}

/// How far the emails of a notice have come. Nobody is counted whose email was called off.
pub async fn sending(db: &Db, notice_id: &Id<Notice>) -> sqlx::Result<Sending> {
    let sql = format!(
        "SELECT CAST(coalesce(sum(t.back), 0) AS BIGINT) AS came_back,
                CAST(coalesce(sum(CASE WHEN t.back = 0 THEN t.sent ELSE 0 END), 0) AS BIGINT)
                  AS sent,
                CAST(coalesce(sum(CASE WHEN t.back = 0 AND t.sent = 0 THEN 1 ELSE 0 END), 0)
                  AS BIGINT) AS waiting
         FROM (SELECT CASE WHEN {} THEN 1 ELSE 0 END AS back,
                 CASE WHEN d.sent_at IS NOT NULL THEN 1 ELSE 0 END AS sent
               FROM ledger l LEFT JOIN deliveries d ON d.id = l.delivery_id
               WHERE l.notice_id = $1 AND (l.called_off_at IS NULL OR d.sent_at IS NOT NULL)) t",
        came_back("l")
    );
    let row =
        sqlx::query(AssertSqlSafe(sql)).bind(notice_id).fetch_one(&mut *db.read().await?).await?;
    Ok(Sending {
        waiting: people(&row, "waiting")?,
        sent: people(&row, "sent")?,
        came_back: people(&row, "came_back")?,
    })
}

/// How long after a change an organiser is still asked to tell a family whose email came back.
const ASKED_FOR: Millis = 28 * DAY;

/// The most emails that came back on one page.
pub const MOST_UNREACHED: usize = 200;

/// A family no email reaches.
#[derive(Clone, Debug)]
pub struct Unreached {
    pub subscriber_id: Id<Subscriber>,
    /// The address that emails come back from.
    pub email: String,
    /// The telephone number they gave for this; empty for none.
    pub phone: String,
    /// Where the family lives, if they said.
    pub place: String,
    /// What the emails were about.
    pub notices: Vec<Unheard>,
}

/// A notice that did not reach a family.
#[derive(Clone, Debug)]
pub struct Unheard {
    pub notice_id: Id<Notice>,
    pub title: String,
    pub effect: Effect,
    pub follow: Option<Follow>,
}

/// Which rows `l` of the ledger are to be told another way: their email came back or was given up,
/// nobody has told the family since, they still want to hear about it, and nothing has followed the
/// notice `n`.
fn to_reach() -> String {
    format!(
        "{} AND l.called_off_at IS NULL AND l.read_at IS NULL AND l.reached_at IS NULL AND {}
         AND EXISTS (SELECT 1 FROM listed_notices w WHERE w.id = n.id)",
        came_back("l"),
        is_wanted("l")
    )
}

/// The families no email reaches, those with the nearest change first.
pub async fn unreached(db: &Db, now: Millis) -> sqlx::Result<Vec<Unreached>> {
    let sql = format!(
        "SELECT b.id AS subscriber_id, b.email, b.phone, coalesce(p.name, '{ELSEWHERE}') AS place,
           n.id AS notice_id, n.title, n.effect_kind, n.effect_at, n.follow_kind
         FROM ledger l
         JOIN notices n ON n.id = l.notice_id
         JOIN subscribers b ON b.id = l.subscriber_id AND b.email IS NOT NULL
           AND b.idle_since IS NULL
         LEFT JOIN places p ON p.id = l.place_id
         WHERE {} AND n.effect_at > $1
         ORDER BY n.effect_at, b.id LIMIT {MOST_UNREACHED}",
        to_reach()
    );
    let rows = sqlx::query(AssertSqlSafe(sql))
        .bind(now - ASKED_FOR)
        .fetch_all(&mut *db.read().await?)
        .await?;
    let mut families: Vec<Unreached> = Vec::new();
    for row in &rows {
        let subscriber_id: Id<Subscriber> = row.get("subscriber_id");
        let notice = Unheard {
            notice_id: row.get("notice_id"),
            title: row.get("title"),
            effect: effect(row.get("effect_kind"), row.get("effect_at"))?,
            follow: follow(row.get("follow_kind"))?,
        };
        match families.iter_mut().find(|family| family.subscriber_id == subscriber_id) {
            Some(family) => family.notices.push(notice),
            None => families.push(Unreached {
                subscriber_id,
                email: row.get("email"),
                phone: row.get("phone"),
                place: row.get("place"),
                notices: vec![notice],
            }),
        }
    }
    Ok(families)
}

/// How many families no email reaches, as part of a statement with the time in `$2`; for the desk.
#[must_use]
pub fn count_unreached() -> String {
    format!(
        "SELECT count(DISTINCT b.id) FROM ledger l
         JOIN notices n ON n.id = l.notice_id
         JOIN subscribers b ON b.id = l.subscriber_id AND b.email IS NOT NULL
           AND b.idle_since IS NULL
         WHERE {} AND n.effect_at > $2 - {ASKED_FOR}",
        to_reach()
    )
}

/// That an organiser has told a family another way.
#[derive(Clone, Copy, Debug)]
pub struct ToldAnotherWay<'a> {
    pub by: &'a Id<Account>,
    /// One of [`crate::rules::REACHED_HOW`].
    pub how: &'a str,
    pub at: Millis,
}

/// Records that a family was told about these notices another way. False when none of them was
/// open.
pub async fn reached(
    tx: &mut AnyConnection,
    subscriber_id: &Id<Subscriber>,
    notices: &[Id<Notice>],
    told: ToldAnotherWay<'_>,
) -> sqlx::Result<bool> {
    let these = db::parameters(5, notices.len());
    let sql = format!(
        "UPDATE ledger SET reached_at = $2, reached_by = $3, reached_how = $4
         WHERE subscriber_id = $1 AND notice_id IN (SELECT l.notice_id FROM ledger l
           JOIN notices n ON n.id = l.notice_id
                                                    WHERE l.subscriber_id = $1 AND l.notice_id IN
                                                      ({these}) AND {})",
        to_reach()
    );
    let mut reached = sqlx::query(AssertSqlSafe(sql))
        .bind(subscriber_id)
        .bind(told.at)
        .bind(told.by)
        .bind(told.how);
    for notice in notices {
        reached = reached.bind(notice);
    }
    Ok(reached.execute(tx).await?.rows_affected() > 0)
}
