//! Every SQL statement about notices; those about who is told are in `ledger`.

use area::equality::{self, Kept, NewEquality, Signed, SignedEquality, Signing, Takes};
use calendar::clock::Moment;
use forms::Sent;
use ground::db::{self, Db, formatcp};
use ground::ids::{self, Account, Id, Place, Service, Subscriber};
use ground::passing::Override;
use sqlx::any::AnyRow;
use sqlx::{AnyConnection, Row as _};
use subscribers::wanted::asks_for;

use super::rules::{self, Course, Effect, Follow};
use super::wording::{Follows, Wording};

/// A notice with everything known about it.
#[derive(Clone, Debug)]
pub struct Notice {
    pub id: Id<ids::Notice>,
    pub words: Wording,
    /// Its services by name, then its places.
    pub labels: Vec<String>,
    /// Who wrote its present words: (account, name).
    pub written_by: (Id<Account>, String),
    pub written_at: Moment,
    pub approved_by: Option<String>,
    /// That somebody has said who it affects, the last time they did.
    pub equality: Option<Signed>,
    /// Who went ahead though nobody had, why and when.
    pub passed: Option<(String, String, Moment)>,
    pub course: Course,
    /// When its draft was discarded; it can be brought back.
    pub discarded_at: Option<Moment>,
    /// The notice that corrects or withdraws it, once people have been told about that.
    pub followed_by: Option<Id<ids::Notice>>,
    pub followed_at: Option<Moment>,
    /// The first of the days that people go by, if they were told what it corrects or withdraws.
    pub told_before: Option<Moment>,
}

impl Notice {
    /// Whether it says what holds: nothing else is said in its place, and it is not taken back.
    #[must_use]
    pub fn is_current(&self) -> bool {
        self.followed_at.is_none() && self.discarded_at.is_none() && !self.course.is_withdrawal()
    }

    /// Whether it can't be approved yet: somebody has to say who it affects.
    #[must_use]
    pub fn is_held(&self) -> bool {
        let is_answered_for = self.equality.is_some() || self.passed.is_some();
        rules::is_held(self.words.takes_away, self.course.is_decided, is_answered_for)
    }
}

/// The first day of the notices that this one follows, one after the other; as part of a statement.
macro_rules! first_day_before {
    ($id:literal) => {
        ground::db::formatcp!(
            "(WITH RECURSIVE back (follows_id, effect_at) AS (
                SELECT o.follows_id, o.effect_at FROM notices o WHERE o.id = (SELECT s.follows_id
                  FROM notices s WHERE s.id = {})
                UNION ALL SELECT o.follows_id, o.effect_at FROM back
                  JOIN notices o ON o.id = back.follows_id)
              SELECT min(back.effect_at) FROM back)",
            $id
        )
    };
}
pub(super) use first_day_before;

/// Stores a notice, once for each form key: (its id, whether it is new).
///
/// # Errors
/// When the database fails; likewise for every function here.
pub async fn write(
    tx: &mut AnyConnection,
    notice: &Wording,
    by: &Id<Account>,
    now: Moment,
) -> sqlx::Result<(Id<ids::Notice>, bool)> {
    let new: Option<Id<ids::Notice>> = bound(
        sqlx::query_scalar(
            "INSERT INTO notices (id, title, what, why, affected, families, must_do, must_do_by,
             whom, phone, email, is_decided, decided_day,
                                  effect_kind, effect_at, changes_entitlement, changed,
                                    takes_away, takes, form_key,
                                    written_by, written_at, follows_id, follow_kind)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, CAST($12 AS INTEGER), $13, $14,
               $15, CAST($16 AS INTEGER), $17, CAST($18 AS INTEGER), $19, $20, $21, $22, $23, $24)
             ON CONFLICT (form_key) DO NOTHING RETURNING id",
        )
        .bind(Id::<ids::Notice>::fresh()),
        notice,
    )
    .bind(&notice.form_key)
    .bind(by)
    .bind(now)
    .bind(notice.follows.as_ref().map(|follows| &follows.notice_id))
    .bind(notice.follows.as_ref().map(|follows| follows.how.word()))
    .fetch_optional(&mut *tx)
    .await?;
    let Some(notice_id) = new else {
        let known = sqlx::query_scalar("SELECT id FROM notices WHERE form_key = $1")
            .bind(&notice.form_key)
            .fetch_one(tx)
            .await?;
        return Ok((known, false));
    };
    tie(tx, &notice_id, notice).await?;
    Ok((notice_id, true))
}

/// That a leader changes the words of a notice.
#[derive(Clone, Copy, Debug)]
pub struct Change<'a> {
    pub words: &'a Wording,
    pub by: &'a Id<Account>,
    /// When the words that were changed had been written, if known.
    pub seen: Option<Moment>,
    pub now: Moment,
}

/// Changes the words of a notice that is not approved; whoever changes them is now their writer.
/// False when it is approved
/// or discarded, or its words have changed since.
pub async fn change(
    tx: &mut AnyConnection,
    notice_id: &Id<ids::Notice>,
    change: Change<'_>,
) -> sqlx::Result<bool> {
    let changed: Option<Id<ids::Notice>> = bound(
        sqlx::query_scalar(
            "UPDATE notices SET title = $2, what = $3, why = $4, affected = $5, families = $6,
             must_do = $7, must_do_by = $8, whom = $9,
               phone = $10, email = $11, is_decided = CAST($12 AS INTEGER), decided_day = $13,
                 effect_kind = $14, effect_at = $15,
               changes_entitlement = CAST($16 AS INTEGER), changed = $17,
                 takes_away = CAST($18 AS INTEGER), takes = $19, written_by = $20, written_at = $21
             WHERE id = $1 AND approved_at IS NULL AND discarded_at IS NULL
               AND written_at = coalesce($22, written_at) RETURNING id",
        )
        .bind(notice_id.clone()),
        change.words,
    )
    .bind(change.by)
    .bind(change.now)
    .bind(change.seen)
    .fetch_optional(&mut *tx)
    .await?;
    if changed.is_none() {
        return Ok(false);
    }
    // A trigger has untied the ones from before.
    tie(tx, notice_id, change.words).await?;
    Ok(true)
}

type Scalar<'q> = sqlx::query::QueryScalar<'q, sqlx::Any, Id<ids::Notice>, sqlx::any::AnyArguments>;

/// The words of a notice, from the second parameter to the nineteenth.
fn bound<'q>(query: Scalar<'q>, notice: &'q Wording) -> Scalar<'q> {
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
        .bind(notice.decided_day.as_deref().unwrap_or(""))
        .bind(notice.effect.kind())
        .bind(notice.effect.at())
        .bind(i64::from(notice.changes_entitlement))
        .bind(notice.follows.as_ref().map_or("", |follows| &follows.changed))
        .bind(i64::from(notice.takes_away))
        .bind(Takes::stored(&notice.takes))
}

async fn tie(
    tx: &mut AnyConnection,
    notice_id: &Id<ids::Notice>,
    notice: &Wording,
) -> sqlx::Result<()> {
    db::tie(tx, "INSERT INTO notice_services (notice_id, service_id)", notice_id, &notice.services)
        .await?;
    db::tie(tx, "INSERT INTO notice_places (notice_id, place_id)", notice_id, &notice.places).await
}

/// That a leader approves a notice.
#[derive(Clone, Copy, Debug)]
pub struct Approval<'a> {
    pub by: &'a Id<Account>,
    /// From when people are told.
    pub starts_at: Moment,
    /// When the words that were read had been written, if known.
    pub seen: Option<Moment>,
    pub now: Moment,
}

/// Approves a notice that someone else wrote, or one's own if the area asks for no second person.
/// False when it is approved already, or may not be by this leader, or its words have
/// changed, or another already follows what it follows, or somebody has to say first who it
/// affects ([`rules::is_held`]). The schema asks that once more.
pub async fn approve(
    tx: &mut AnyConnection,
    notice_id: &Id<ids::Notice>,
    approval: Approval<'_>,
) -> sqlx::Result<bool> {
    let approved = sqlx::query(
        "UPDATE notices SET approved_by = $2, approved_at = $3, starts_at = $4
         WHERE id = $1 AND approved_at IS NULL AND discarded_at IS NULL AND (written_by <> $2
           OR (SELECT second_person FROM area_rules) = 0)
           AND written_at = coalesce($5, written_at)
           AND (takes_away = 0 OR is_decided = 0
             OR EXISTS (SELECT 1 FROM notice_equality_records e WHERE e.notice_id = notices.id)
             OR EXISTS (SELECT 1 FROM notice_overrides o WHERE o.notice_id = notices.id))
           AND NOT EXISTS (SELECT 1 FROM notices other WHERE other.follows_id = notices.follows_id
             AND other.approved_at IS NOT NULL)",
    )
    .bind(notice_id)
    .bind(approval.by)
    .bind(approval.now)
    .bind(approval.starts_at)
    .bind(approval.seen)
    .execute(tx)
    .await?;
    Ok(approved.rows_affected() == 1)
}

/// Where it is kept who notices affect.
const EQUALITY: Kept = Kept {
    records: "notice_equality_records",
    numbers: "notice_equality_numbers",
    about: "notice_id",
};

/// Who a notice affects, as it was signed last.
pub async fn equality_of(
    db: &Db,
    notice_id: &Id<ids::Notice>,
) -> sqlx::Result<Option<SignedEquality>> {
    equality::last(db, EQUALITY, notice_id).await
}

/// Each time somebody signed for who a notice affects, earliest first.
pub async fn signings(db: &Db, notice_id: &Id<ids::Notice>) -> sqlx::Result<Vec<Signed>> {
    sqlx::query_as(
        "SELECT signed_name, review_day, signed_at AS at FROM notice_equality_records
         WHERE notice_id = $1 ORDER BY signed_at, id",
    )
    .bind(notice_id)
    .fetch_all(&mut *db.read().await?)
    .await
}

/// Keeps who a notice affects, once for each form key. True when it is new.
pub async fn sign_equality(
    tx: &mut AnyConnection,
    notice_id: &Id<ids::Notice>,
    (by, at): (&Id<Account>, Moment),
    record: &NewEquality,
) -> sqlx::Result<bool> {
    let signing = Signing { about: notice_id, by, at };
    Ok(equality::sign(tx, EQUALITY, signing, record).await?.is_some())
}

/// Keeps that somebody goes ahead with a notice though nobody has said who it affects. False when
/// it is approved, or nothing holds it, or somebody did before.
pub async fn pass(
    tx: &mut AnyConnection,
    notice_id: &Id<ids::Notice>,
    (by, at): (&Id<Account>, Moment),
    passing: &Override,
) -> sqlx::Result<bool> {
    let kept = sqlx::query(
        "INSERT INTO notice_overrides (notice_id, name, reason, made_by, made_at)
         SELECT n.id, $2, $3, $4, CAST($5 AS BIGINT) FROM notices n
         WHERE n.id = $1 AND n.approved_at IS NULL AND n.discarded_at IS NULL
           AND n.takes_away = 1 AND n.is_decided = 1 AND NOT EXISTS (SELECT 1
             FROM notice_equality_records e WHERE e.notice_id = n.id)
         ON CONFLICT (notice_id) DO NOTHING",
    )
    .bind(notice_id)
    .bind(&passing.name)
    .bind(&passing.reason)
    .bind(by)
    .bind(at);
    Ok(kept.execute(tx).await?.rows_affected() == 1)
}

/// Calls an approved notice back, so that its words can be changed. False when it has started, or
/// is not approved.
pub async fn call_back(tx: &mut AnyConnection, notice_id: &Id<ids::Notice>) -> sqlx::Result<bool> {
    let called_back = sqlx::query(
        "UPDATE notices SET approved_by = NULL, approved_at = NULL, starts_at = NULL
         WHERE id = $1 AND approved_at IS NOT NULL AND started_at IS NULL",
    )
    .bind(notice_id)
    .execute(tx)
    .await?;
    Ok(called_back.rows_affected() == 1)
}

/// Discards a notice that is not approved, at this time, or restores it with `None`. False when it
/// is approved, or that was done already.
pub async fn discard(
    tx: &mut AnyConnection,
    notice_id: &Id<ids::Notice>,
    at: Option<Moment>,
) -> sqlx::Result<bool> {
    let discarded = sqlx::query(
        "UPDATE notices SET discarded_at = CAST($2 AS BIGINT)
         WHERE id = $1 AND approved_at IS NULL
           AND (discarded_at IS NULL) = (CAST($2 AS BIGINT) IS NOT NULL)",
    );
    Ok(discarded.bind(notice_id).bind(at).execute(tx).await?.rows_affected() == 1)
}

/// The notice with this id, and whether this leader may speak for all its services.
pub async fn find_for(
    db: &Db,
    id: &Id<ids::Notice>,
    leader: &Id<Account>,
) -> sqlx::Result<Option<(Notice, bool)>> {
    let rows = rows(db, id, leader).await?;
    let not_theirs = |row: &AnyRow| {
        row.get::<Option<&str>, _>("label_kind") == Some("service")
            && row.get::<i64, _>("is_theirs") == 0
    };
    let Some(row) = rows.first() else { return Ok(None) };
    Ok(Some((notice(row, &rows)?, !rows.iter().any(not_theirs))))
}

/// How many leaders besides this one speak for all services of a notice, and can approve it.
pub async fn colleagues(db: &Db, id: &Id<ids::Notice>, leader: &Id<Account>) -> sqlx::Result<i64> {
    sqlx::query_scalar(
        "SELECT count(*) FROM notice_leaders k JOIN accounts a ON a.id = k.account_id
         WHERE k.notice_id = $1 AND k.account_id <> $2 AND a.erased_at IS NULL
           AND a.suspended_at IS NULL",
    )
    .bind(id)
    .bind(leader)
    .fetch_one(&mut *db.read().await?)
    .await
}

/// The notice with this id.
pub async fn find(db: &Db, id: &Id<ids::Notice>) -> sqlx::Result<Option<Notice>> {
    let rows = rows(db, id, "").await?;
    rows.first().map(|row| notice(row, &rows)).transpose()
}

/// A notice with each of its services and places, and whether this leader may speak for them; for
/// nobody with an empty `leader`.
async fn rows(db: &Db, id: &Id<ids::Notice>, leader: &str) -> sqlx::Result<Vec<AnyRow>> {
    const SQL: &str = formatcp!(
        "SELECT n.id, n.form_key, n.title, n.what, n.why, n.affected, n.families, n.must_do,
         n.must_do_by, n.whom, n.phone, n.email,
                CAST(n.is_decided AS BIGINT) AS is_decided, n.decided_day, n.effect_kind,
                  n.effect_at,
                CAST(n.changes_entitlement AS BIGINT) AS changes_entitlement,
                CAST(n.takes_away AS BIGINT) AS takes_away, n.takes, n.changed,
                e.signed_name, e.review_day, e.signed_at, o.name AS passed_name,
                  o.reason AS passed_reason, o.made_at AS passed_at,
                  n.follows_id, n.follow_kind,
                n.written_by, w.shown_name AS writer, n.written_at, p.shown_name AS approver,
                  n.starts_at, n.started_at, n.discarded_at,
                f.id AS followed_by, f.started_at AS followed_at, f.follow_kind AS followed_how,
                  l.kind AS label_kind, l.id AS label_id, l.name AS label, coalesce(l.is_theirs,
                  0) AS is_theirs, {} AS told_before
         FROM notices n
         JOIN accounts w ON w.id = n.written_by
         LEFT JOIN accounts p ON p.id = n.approved_by
         LEFT JOIN notices f ON f.follows_id = n.id AND f.started_at IS NOT NULL
         LEFT JOIN notice_equality_records e ON e.id = (SELECT m.id FROM notice_equality_records m
           WHERE m.notice_id = n.id ORDER BY m.signed_at DESC, m.id DESC LIMIT 1)
         LEFT JOIN notice_overrides o ON o.notice_id = n.id
         LEFT JOIN (
           SELECT ns.notice_id, 'service' AS kind, s.id, s.name, 0 AS place, s.position,
             CAST(CASE WHEN EXISTS (SELECT 1 FROM service_leaders k WHERE k.service_id = s.id
               AND k.account_id = $2) THEN 1 ELSE 0 END AS BIGINT) AS is_theirs
             FROM notice_services ns JOIN services s ON s.id = ns.service_id
           UNION ALL SELECT np.notice_id, 'place', p.id, p.name, 1, p.position, CAST(0 AS BIGINT)
             FROM notice_places np JOIN places p ON p.id = np.place_id) l
           ON l.notice_id = n.id
         WHERE n.id = $1
         ORDER BY l.place, l.position, l.name",
        first_day_before!("n.id")
    );
    sqlx::query(SQL).bind(id).bind(leader).fetch_all(&mut *db.read().await?).await
}

/// The first notice of those that follow each other up to this one, and how many came after it.
pub async fn first_told(db: &Db, id: &Id<ids::Notice>) -> sqlx::Result<(Id<ids::Notice>, u32)> {
    let (first, steps): (Id<ids::Notice>, i64) = sqlx::query_as(
        "WITH RECURSIVE back (id, follows_id, steps) AS (
           SELECT id, follows_id, CAST(0 AS BIGINT) FROM notices WHERE id = $1
           UNION ALL SELECT n.id, n.follows_id, back.steps + 1 FROM back
             JOIN notices n ON n.id = back.follows_id)
         SELECT id, steps FROM back WHERE follows_id IS NULL",
    )
    .bind(id)
    .fetch_one(&mut *db.read().await?)
    .await?;
    Ok((first, db::number(steps, "how many notices came after")?))
}

/// Reads when a change starts.
pub(super) fn effect(kind: &str, at: Moment) -> sqlx::Result<Effect> {
    db::known(Effect::read(kind, at), "notices.effect_kind")
}

/// Reads how a notice follows another, if it does.
pub(super) fn follow(word: Option<&str>) -> sqlx::Result<Option<Follow>> {
    word.map(|word| db::known(Follow::read(word), "notices.follow_kind")).transpose()
}

fn notice(row: &AnyRow, rows: &[AnyRow]) -> sqlx::Result<Notice> {
    let effect = effect(row.get("effect_kind"), row.get("effect_at"))?;
    let how = follow(row.get("follow_kind"))?;
    let is_decided = row.get::<i64, _>("is_decided") == 1;
    let decided_day = db::day(row.get("decided_day"), "notices.decided_day")?;
    Ok(Notice {
        id: row.get("id"),
        words: Wording {
            form_key: row.get("form_key"),
            title: row.get("title"),
            what: row.get("what"),
            why: row.get("why"),
            affected: row.get("affected"),
            families: row.get("families"),
            must_do: row.get("must_do"),
            must_do_by: db::day(row.get("must_do_by"), "notices.must_do_by")?,
            whom: row.get("whom"),
            phone: row.get("phone"),
            email: row.get("email"),
            decided_day: is_decided.then_some(decided_day),
            effect,
            changes_entitlement: row.get::<i64, _>("changes_entitlement") == 1,
            takes_away: row.get::<i64, _>("takes_away") == 1,
            takes: db::known(Takes::read_all(row.get("takes")), "notices.takes")?,
            services: tied(rows, "service"),
            places: tied(rows, "place"),
            follows: how.map(|how| Follows {
                notice_id: row.get("follows_id"),
                how,
                changed: row.get("changed"),
            }),
        },
        labels: rows.iter().filter_map(|row| row.get("label")).collect(),
        written_by: (row.get("written_by"), row.get("writer")),
        written_at: row.get("written_at"),
        approved_by: row.get("approver"),
        equality: signed(row)?,
        passed: passed(row),
        course: Course {
            starts_at: row.get("starts_at"),
            started_at: row.get("started_at"),
            is_decided,
            effect,
            follow: how,
            followed_by: follow(row.get("followed_how"))?,
        },
        discarded_at: row.get("discarded_at"),
        followed_by: row.get("followed_by"),
        followed_at: row.get("followed_at"),
        told_before: row.get("told_before"),
    })
}

fn signed(row: &AnyRow) -> sqlx::Result<Option<Signed>> {
    let Some(at) = row.get::<Option<Moment>, _>("signed_at") else { return Ok(None) };
    let review_day = db::day(row.get("review_day"), "notice_equality_records.review_day")?;
    Ok(Some(Signed { signed_name: row.get("signed_name"), review_day, at }))
}

fn passed(row: &AnyRow) -> Option<(String, String, Moment)> {
    let at = row.get::<Option<Moment>, _>("passed_at")?;
    Some((row.get("passed_name"), row.get("passed_reason"), at))
}

/// The ids of a notice's services, or of its places.
fn tied<T>(rows: &[AnyRow], kind: &str) -> Vec<Id<T>> {
    rows.iter()
        .filter(|row| row.get::<Option<&str>, _>("label_kind") == Some(kind))
        .map(|row| row.get("label_id"))
        .collect()
}

/// A notice as one entry of a list.
#[derive(Clone, Debug)]
pub struct ListedNotice {
    pub id: Id<ids::Notice>,
    pub title: String,
    pub course: Course,
    pub services: Vec<String>,
}

/// What a list shows.
#[derive(Clone, Debug, Default)]
pub struct Filter {
    /// Empty for any.
    pub service: Id<Service>,
    /// Empty for any. Notices about the whole area are about each place.
    pub place: Id<Place>,
    /// Only those that take effect after this time, the next first; else the last told first.
    pub after: Option<Moment>,
    pub skip: i64,
}

/// What a list shows of the notice `n` beside its id and title, a row for each of its services `s`;
/// as a part of statements: [`listed`] reads it.
pub const SHOWN: &str = "n.effect_kind, n.effect_at, CAST(n.is_decided AS BIGINT) AS is_decided, \
    n.starts_at, n.started_at, n.follow_kind, s.name AS service";

const LISTED: &str = formatcp!("n.id, n.title, {SHOWN}");

impl Filter {
    /// The service and the place that a list is narrowed to.
    #[must_use]
    pub fn narrowed(sent: &Sent) -> Self {
        Self {
            service: Id::parse(sent.typed("service")).unwrap_or_default(),
            place: Id::parse(sent.typed("place")).unwrap_or_default(),
            ..Self::default()
        }
    }
}

/// What everyone can find of this room: (kind, id, title, words, since). One that was corrected or
/// withdrawn gives its place to what follows it.
pub const FINDABLE: &str = "SELECT 'notices' AS kind, n.id, n.title,
       n.what || ' – ' || n.affected || ' – ' || n.why || ' – ' || n.must_do AS words,
       n.started_at AS since FROM listed_notices w JOIN notices n ON n.id = w.id";

/// The services and places of notices: (kind, id, name).
pub const LABELS: &str = "SELECT 'notices' AS kind, x.notice_id AS id, s.name
       FROM notice_services x JOIN services s ON s.id = x.service_id
     UNION ALL SELECT 'notices', x.notice_id, p.name FROM notice_places x
       JOIN places p ON p.id = x.place_id";

/// Whether the notice `n` has been announced, still holds and is to come, now being `$2`; as part
/// of statements.
pub(super) const ANNOUNCED: &str = "n.started_at IS NOT NULL AND n.effect_at > CAST($2 AS BIGINT)
     AND coalesce(n.follow_kind, '') <> 'withdrawal'
     AND NOT EXISTS (SELECT 1 FROM notices f WHERE f.follows_id = n.id
       AND f.started_at IS NOT NULL)";

/// The notices `n` that people were told about and that take effect after `$1`, at the place `$2`
/// or, where that is empty, at any; as a part of statements. One that was corrected or withdrawn
/// gives its place to what follows it.
const TOLD: &str = "FROM listed_notices w JOIN notices n ON n.id = w.id
     WHERE n.effect_at > $1
       AND ($2 = '' OR EXISTS (SELECT 1 FROM notice_places x WHERE x.notice_id = n.id
           AND x.place_id = $2)
         OR NOT EXISTS (SELECT 1 FROM notice_places x WHERE x.notice_id = n.id))";

/// Those of them that do take effect: a change that was withdrawn does not.
pub const TO_COME: &str = formatcp!("{TOLD} AND coalesce(n.follow_kind, '') <> 'withdrawal'");

/// The announced changes to come that this subscriber asks to be told about, the next first, `most`
/// at the most.
pub async fn announced_to(
    db: &Db,
    subscriber_id: &Id<Subscriber>,
    most: i64,
    now: Moment,
) -> sqlx::Result<Vec<ListedNotice>> {
    let sql = format!(
        "SELECT {LISTED}
         FROM (SELECT * FROM notices n WHERE {ANNOUNCED} AND {} ORDER BY n.effect_at, n.id
               LIMIT CAST($3 AS BIGINT)) n
         JOIN notice_services ns ON ns.notice_id = n.id JOIN services s ON s.id = ns.service_id
         ORDER BY n.effect_at, n.id, s.position, s.name",
        asks_for("$1", "n.id")
    );
    let rows = sqlx::query(sqlx::AssertSqlSafe(sql))
        .bind(subscriber_id)
        .bind(now)
        .bind(most)
        .fetch_all(&mut *db.read().await?)
        .await?;
    listed(&rows)
}

/// Notices that people have been told about, `most` at the most.
pub async fn told_notices(db: &Db, filter: &Filter, most: i64) -> sqlx::Result<Vec<ListedNotice>> {
    const OF_SERVICE: &str = "($3 = '' OR EXISTS (SELECT 1 FROM notice_services x
         WHERE x.notice_id = n.id AND x.service_id = $3))";
    const PAGE: &str = "LIMIT CAST($4 AS BIGINT) OFFSET CAST($5 AS BIGINT)";
    const NEXT_FIRST: &str = formatcp!(
        "SELECT {LISTED}
         FROM (SELECT n.* {TO_COME} AND {OF_SERVICE} ORDER BY n.effect_at, n.id {PAGE}) n
         JOIN notice_services ns ON ns.notice_id = n.id JOIN services s ON s.id = ns.service_id
         ORDER BY n.effect_at, n.id, s.position, s.name"
    );
    const LAST_FIRST: &str = formatcp!(
        "SELECT {LISTED}
         FROM (SELECT n.* {TOLD} AND {OF_SERVICE}
               ORDER BY n.started_at DESC, n.id DESC {PAGE}) n
         JOIN notice_services ns ON ns.notice_id = n.id JOIN services s ON s.id = ns.service_id
         ORDER BY n.started_at DESC, n.id DESC, s.position, s.name"
    );
    let sql = if filter.after.is_some() { NEXT_FIRST } else { LAST_FIRST };
    let rows = sqlx::query(sql)
        .bind(filter.after.unwrap_or(Moment::MIN))
        .bind(&filter.place)
        .bind(&filter.service)
        .bind(most)
        .bind(filter.skip)
        .fetch_all(&mut *db.read().await?)
        .await?;
    listed(&rows)
}

/// Notices of this leader's services that have not started: those waiting for approval first, the
/// oldest first; or those that were discarded.
pub async fn unsent_notices(
    db: &Db,
    leader: &Id<Account>,
    discarded: bool,
    (most, skip): (i64, i64),
) -> sqlx::Result<Vec<ListedNotice>> {
    const ORDER: &str = "CASE WHEN n.approved_at IS NULL THEN 0 ELSE 1 END, n.id";
    const SQL: &str = formatcp!(
        "SELECT {LISTED}
         FROM (SELECT * FROM notices n WHERE n.started_at IS NULL
           AND (n.discarded_at IS NULL) = ($2 = 0)
                 AND EXISTS (SELECT 1 FROM notice_leaders k WHERE k.notice_id = n.id
                   AND k.account_id = $1)
               ORDER BY {ORDER} LIMIT CAST($3 AS BIGINT) OFFSET CAST($4 AS BIGINT)) n
         JOIN notice_services ns ON ns.notice_id = n.id JOIN services s ON s.id = ns.service_id
         ORDER BY {ORDER}, s.position, s.name"
    );
    let rows = sqlx::query(SQL)
        .bind(leader)
        .bind(i64::from(discarded))
        .bind(most)
        .bind(skip)
        .fetch_all(&mut *db.read().await?)
        .await?;
    listed(&rows)
}

/// What of this leader's services is under way: notices that have not started, those waiting for
/// approval first, then those that families were told about and that are still to come.
pub async fn under_way(
    db: &Db,
    leader: &Id<Account>,
    most: i64,
    now: Moment,
) -> sqlx::Result<Vec<ListedNotice>> {
    const ORDER: &str = "CASE WHEN n.approved_at IS NULL THEN 0 WHEN n.started_at IS NULL THEN 1
         ELSE 2 END, n.effect_at, n.id";
    const SQL: &str = formatcp!(
        "SELECT {LISTED}
         FROM (SELECT * FROM notices n
               WHERE ((n.started_at IS NULL AND n.discarded_at IS NULL) OR ({ANNOUNCED}))
                 AND EXISTS (SELECT 1 FROM notice_leaders k WHERE k.notice_id = n.id
                   AND k.account_id = $1)
               ORDER BY {ORDER} LIMIT CAST($3 AS BIGINT)) n
         JOIN notice_services ns ON ns.notice_id = n.id JOIN services s ON s.id = ns.service_id
         ORDER BY {ORDER}, s.position, s.name"
    );
    let rows = sqlx::query(SQL)
        .bind(leader)
        .bind(now)
        .bind(most)
        .fetch_all(&mut *db.read().await?)
        .await?;
    listed(&rows)
}

/// Reads rows of [`SHOWN`] with the ids and titles of their notices. Those of one notice follow
/// each other.
pub fn listed(rows: &[AnyRow]) -> sqlx::Result<Vec<ListedNotice>> {
    let one = |group: &[AnyRow]| {
        let row = &group[0];
        Ok(ListedNotice {
            id: row.get("id"),
            title: row.get("title"),
            course: Course {
                starts_at: row.get("starts_at"),
                started_at: row.get("started_at"),
                is_decided: row.get::<i64, _>("is_decided") == 1,
                effect: effect(row.get("effect_kind"), row.get("effect_at"))?,
                follow: follow(row.get("follow_kind"))?,
                followed_by: None,
            },
            services: group.iter().map(|row| row.get("service")).collect(),
        })
    };
    rows.chunk_by(|one, next| one.get::<&str, _>("id") == next.get::<&str, _>("id"))
        .map(one)
        .collect()
}
