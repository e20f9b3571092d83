//! Families no email reaches: whom an organiser is asked to tell another way, and who was told so.
//!
//! They are looked for in `came_back`, which has a row wherever an email ever came back or was
//! given up. The ledger says whether that still holds, and whether somebody has told them since.

use area::ELSEWHERE;
use calendar::clock::{DAY, Millis, Moment};
use ground::db::{self, Db};
use ground::ids::{Account, Id, Notice, Subscriber};
use sqlx::{AnyConnection, AssertSqlSafe, Row as _};
use subscribers::wanted::is_wanted;

use super::owing::came_back;
use crate::rules::{Effect, Follow};
use crate::store::{effect, follow};

/// How long after a change an organiser is still asked to tell a family whose email came back.
const ASKED_FOR: Millis = 28 * DAY;

/// The most families on one page.
pub const ON_A_PAGE: i64 = 20;

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

impl Unreached {
    /// What the page calls the family. The id of a subscriber tells when they subscribed, and from
    /// this nobody finds it.
    #[must_use]
    pub fn name(&self) -> String {
        id::hash(&self.subscriber_id)
    }
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
        came_back!("l"),
        is_wanted("l")
    )
}

/// The rows `l` of the ledger that are to be told another way, each with its notice `n` and its
/// subscriber `b`, of changes that start later than `since`: the end of a statement. Few notices
/// start so late, and few emails about each come back, so SQLite goes through them in this order;
/// PostgreSQL counts for itself.
fn to_reach_since(since: &str) -> String {
    format!(
        "FROM notices n CROSS JOIN came_back c CROSS JOIN ledger l CROSS JOIN subscribers b
         WHERE n.effect_at > {since} AND c.notice_id = n.id
           AND l.notice_id = c.notice_id AND l.subscriber_id = c.subscriber_id
           AND b.id = c.subscriber_id AND b.email IS NOT NULL AND b.idle_since IS NULL AND {}",
        to_reach()
    )
}

/// The families no email reaches, those with the nearest change first, in no order that tells when
/// they subscribed: one more than are on a page, without the first `skip`.
pub async fn unreached(db: &Db, now: Moment, skip: i64) -> sqlx::Result<Vec<Unreached>> {
    let sql = format!(
        "WITH unheard AS (SELECT l.subscriber_id, l.place_id, b.email, b.phone,
             n.id AS notice_id, n.title, n.effect_kind, n.effect_at, n.follow_kind {}),
           families AS (SELECT subscriber_id, min(effect_at) AS nearest, min(email) AS address
             FROM unheard GROUP BY subscriber_id
             ORDER BY min(effect_at), min(email), subscriber_id
             LIMIT {ON_A_PAGE} + 1 OFFSET CAST($2 AS BIGINT))
         SELECT u.subscriber_id, u.email, u.phone, coalesce(p.name, '{ELSEWHERE}') AS place,
           u.notice_id, u.title, u.effect_kind, u.effect_at, u.follow_kind
         FROM families f
         JOIN unheard u ON u.subscriber_id = f.subscriber_id
         LEFT JOIN places p ON p.id = u.place_id
         ORDER BY f.nearest, f.address, f.subscriber_id, u.effect_at, u.notice_id",
        to_reach_since("$1")
    );
    let rows = sqlx::query(AssertSqlSafe(sql))
        .bind(now - ASKED_FOR)
        .bind(skip)
        .fetch_all(&mut *db.read().await?)
        .await?;
    let mut families: Vec<Unreached> = Vec::new();
    for row in &rows {
        let subscriber_id: Id<Subscriber> = row.get("subscriber_id");
        if families.last().is_none_or(|last| last.subscriber_id != subscriber_id) {
            families.push(Unreached {
                subscriber_id,
                email: row.get("email"),
                phone: row.get("phone"),
                place: row.get("place"),
                notices: Vec::new(),
            });
        }
        let notice = Unheard {
            notice_id: row.get("notice_id"),
            title: row.get("title"),
            effect: effect(row.get("effect_kind"), row.get("effect_at"))?,
            follow: follow(row.get("follow_kind"))?,
        };
        if let Some(family) = families.last_mut() {
            family.notices.push(notice);
        }
    }
    Ok(families)
}

/// The family that no email reaches and that the page calls so; `None` where one does by now, or
/// they were told.
pub async fn find_unreached(
    tx: &mut AnyConnection,
    name: &str,
    now: Moment,
) -> sqlx::Result<Option<Id<Subscriber>>> {
    let sql = format!("SELECT DISTINCT l.subscriber_id {}", to_reach_since("$1"));
    let families: Vec<Id<Subscriber>> =
        sqlx::query_scalar(AssertSqlSafe(sql)).bind(now - ASKED_FOR).fetch_all(tx).await?;
    Ok(families.into_iter().find(|family| id::hash(family) == name))
}

/// How many families no email reaches, as part of a statement with the time in `$2`; for the desk.
#[must_use]
pub fn count_unreached() -> String {
    let since = format!("$2 - {ASKED_FOR}");
    format!("SELECT count(DISTINCT l.subscriber_id) {}", to_reach_since(&since))
}

/// That an organiser has told a family another way.
#[derive(Clone, Copy, Debug)]
pub struct ToldAnotherWay<'a> {
    pub by: &'a Id<Account>,
    /// One of [`crate::rules::REACHED_HOW`].
    pub how: &'a str,
    pub at: Moment,
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
