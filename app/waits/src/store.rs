//! Every SQL statement about how long families wait.

use area::corrections::{ORGANISATION_THEN, PLACE_THEN, SERVICE_THEN};
use calendar::clock::Moment;
use forms::Named;
use ground::db::{self, Db, formatcp};
use ground::ids::{self, Account, Id, Service, WaitReport};
use outcomes::rules::Verdict;
use outcomes::store::verdict;
use sqlx::any::AnyRow;
use sqlx::{AnyConnection, AssertSqlSafe, FromRow, Row as _};

use super::figures::{Figure, Told};
use super::months::Month;
use super::rules::{Line, Report};

/// Whether a number of the publication `r` still counts: no later publication about the same place
/// and month has taken its place. As a part of statements; `waiting_tasks` has the same.
const STILL_COUNTS: &str = "EXISTS (SELECT 1 FROM wait_figures f WHERE f.report_id = r.id
       AND NOT EXISTS (SELECT 1 FROM wait_reports l JOIN wait_figures g ON g.report_id = l.id
         WHERE l.service_id = r.service_id AND l.nth > r.nth
           AND g.place_id = f.place_id AND g.month = f.month))";

/// Every publication that waits for the forum's word: it has none, and some of it still counts.
pub const TO_JUDGE: &str = formatcp!(
    "SELECT r.id FROM wait_reports r WHERE {STILL_COUNTS}
     AND NOT EXISTS (SELECT 1 FROM wait_verdicts v WHERE v.report_id = r.id)"
);

/// The services of the leader `$1` about which something is published, and nothing about the month
/// `$2` or a later one: (id, title).
pub const LATE: &str = "SELECT s.id, s.name AS title FROM services s
     JOIN service_leaders k ON k.service_id = s.id AND k.account_id = $1
     WHERE s.retired_at IS NULL
       AND EXISTS (SELECT 1 FROM wait_reports r WHERE r.service_id = s.id)
       AND NOT EXISTS (SELECT 1 FROM wait_figures f JOIN wait_reports r ON r.id = f.report_id
         WHERE r.service_id = s.id AND f.month >= $2)";

/// Which services are asked for.
#[derive(Clone, Copy, Debug)]
pub enum Of<'a> {
    One(&'a Id<Service>),
    /// So many of those about which anything is published, after so many others.
    Page(i64, i64),
}

/// What was published by then about these months, in the order of services and places, month by
/// month, the latest last; with the names they had then.
///
/// # Errors
/// When the database fails; likewise for every function here.
pub async fn told(
    db: &Db,
    of: Of<'_>,
    (from, until): (Month, Month),
    at: Moment,
) -> sqlx::Result<Vec<Told>> {
    let (one, most, skipped) = match of {
        Of::One(service_id) => (service_id.as_str(), 1, 0),
        Of::Page(most, skipped) => ("", most, skipped),
    };
    const SQL: &str = formatcp!(
        "SELECT r.service_id, {SERVICE_THEN} AS service, f.place_id, {PLACE_THEN} AS place, f.month,
           f.waiting, f.median, f.longest, f.report_id, r.nth, r.target, r.source,
           {ORGANISATION_THEN} AS organisation, r.published_at, v.verdict, v.given_at
         FROM wait_figures f
         JOIN wait_reports r ON r.id = f.report_id
         JOIN services s ON s.id = r.service_id
         JOIN places p ON p.id = f.place_id
         JOIN organisations o ON o.id = r.organisation_id
         LEFT JOIN wait_verdicts v ON v.id = (SELECT l.id FROM wait_verdicts l
           WHERE l.report_id = r.id AND l.given_at <= $1
           ORDER BY l.given_at DESC, l.id DESC LIMIT 1)
         WHERE r.published_at <= $1 AND f.month >= $2 AND f.month <= $3
           AND (r.service_id = $4 OR ($4 = '' AND r.service_id IN (SELECT w.id FROM services w
             WHERE EXISTS (SELECT 1 FROM wait_reports e WHERE e.service_id = w.id)
             ORDER BY w.position, w.name, w.id LIMIT CAST($5 AS BIGINT) OFFSET CAST($6 AS BIGINT))))
         ORDER BY s.position, s.name, s.id, p.position, p.name, p.id, f.month, r.nth"
    );
    let rows = sqlx::query(SQL)
        .bind(at)
        .bind(from.to_string())
        .bind(until.to_string())
        .bind(one)
        .bind(most)
        .bind(skipped)
        .fetch_all(&mut *db.read().await?)
        .await?;
    rows.iter().map(read).collect()
}

fn read(row: &AnyRow) -> sqlx::Result<Told> {
    let (waiting, median): (Option<i64>, Option<i64>) = (row.get("waiting"), row.get("median"));
    let figure = match (waiting, median, row.get::<Option<i64>, _>("longest")) {
        (Some(waiting), Some(median), Some(longest)) => Figure::of(waiting, median, longest),
        (None, None, None) => Figure::FewerThanTen,
        (Some(_) | None, ..) => return db::known(None, "wait_figures.waiting"),
    };
    Ok(Told {
        service_id: row.get("service_id"),
        service: row.get("service"),
        place_id: row.get("place_id"),
        place: row.get("place"),
        month: db::parsed(row.get("month"), "wait_figures.month")?,
        figure,
        report_id: row.get("report_id"),
        nth: row.get("nth"),
        target: row.get("target"),
        source: row.get("source"),
        organisation: row.get("organisation"),
        published_at: row.get("published_at"),
        verdict: verdict(row.get("verdict"))?.zip(row.get("given_at")),
    })
}

/// The first month that anything is published about for a service; `None` where nothing is.
pub async fn first_month(db: &Db, service_id: &Id<Service>) -> sqlx::Result<Option<Month>> {
    let first: Option<String> = sqlx::query_scalar(
        "SELECT min(f.month) AS month FROM wait_figures f
         JOIN wait_reports r ON r.id = f.report_id WHERE r.service_id = $1",
    )
    .bind(service_id)
    .fetch_one(&mut *db.read().await?)
    .await?;
    first.map(|month| db::parsed(&month, "wait_figures.month")).transpose()
}

/// A service with this id, also one that is retired: what was published about it stays.
pub async fn service(db: &Db, service_id: &Id<Service>) -> sqlx::Result<Option<Named>> {
    let row: Option<(String, String)> =
        sqlx::query_as("SELECT id, name FROM services WHERE id = $1")
            .bind(service_id)
            .fetch_optional(&mut *db.read().await?)
            .await?;
    Ok(row.map(|(id, name)| Named { id, name }))
}

/// So many of the services about which anything is published, after so many others, in their order.
pub async fn services(db: &Db, (most, skipped): (i64, i64)) -> sqlx::Result<Vec<Named>> {
    let rows: Vec<(String, String)> = sqlx::query_as(
        "SELECT w.id, w.name FROM services w
         WHERE EXISTS (SELECT 1 FROM wait_reports e WHERE e.service_id = w.id)
         ORDER BY w.position, w.name, w.id LIMIT CAST($1 AS BIGINT) OFFSET CAST($2 AS BIGINT)",
    )
    .bind(most)
    .bind(skipped)
    .fetch_all(&mut *db.read().await?)
    .await?;
    Ok(rows.into_iter().map(|(id, name)| Named { id, name }).collect())
}

/// A publication, and the forum's last word on it.
#[derive(Clone, Debug)]
pub struct Published {
    pub id: Id<WaitReport>,
    pub service_id: Id<Service>,
    pub service: String,
    /// From 1 for each service.
    pub nth: i64,
    pub organisation: String,
    pub source: String,
    pub at: Moment,
    /// The first and the last month it is about.
    pub months: (Month, Month),
    /// Whether any of its numbers still counts. The others were corrected.
    pub still_counts: bool,
    pub judged: Option<Judged>,
}

/// The forum's word on a publication.
#[derive(Clone, Debug)]
pub struct Judged {
    pub verdict: Verdict,
    pub words: String,
    pub at: Moment,
}

/// Which publications are asked for.
#[derive(Clone, Copy, Debug)]
pub enum Which<'a> {
    All,
    One(&'a Id<WaitReport>),
    Of(&'a Id<Service>),
    /// Those that wait for the forum's word, the oldest first.
    ToJudge,
}

/// Publications, the latest first unless it says otherwise.
pub async fn published(
    db: &Db,
    which: Which<'_>,
    (most, skipped): (i64, i64),
) -> sqlx::Result<Vec<Published>> {
    const PUBLISHED: &str = formatcp!(
        "SELECT r.id, r.service_id, s.name AS service, r.nth, o.name AS organisation, r.source,
           r.published_at,
           (SELECT min(f.month) FROM wait_figures f WHERE f.report_id = r.id) AS first_month,
           (SELECT max(f.month) FROM wait_figures f WHERE f.report_id = r.id) AS last_month,
           CAST(CASE WHEN {STILL_COUNTS} THEN 1 ELSE 0 END AS BIGINT) AS still_counts,
           v.verdict, v.words, v.given_at
         FROM wait_reports r
         JOIN services s ON s.id = r.service_id
         JOIN organisations o ON o.id = r.organisation_id
         LEFT JOIN wait_verdicts v ON v.id = (SELECT l.id FROM wait_verdicts l
           WHERE l.report_id = r.id ORDER BY l.given_at DESC, l.id DESC LIMIT 1)"
    );
    const LAST_FIRST: &str = "ORDER BY r.published_at DESC, r.id DESC
         LIMIT CAST($2 AS BIGINT) OFFSET CAST($3 AS BIGINT)";
    const ALL: &str = formatcp!("{PUBLISHED} WHERE $1 = '' {LAST_FIRST}");
    const ONE: &str = formatcp!("{PUBLISHED} WHERE r.id = $1 {LAST_FIRST}");
    const OF: &str = formatcp!("{PUBLISHED} WHERE r.service_id = $1 {LAST_FIRST}");
    const WAITING: &str = formatcp!(
        "{PUBLISHED} WHERE $1 = '' AND r.id IN ({TO_JUDGE})
         ORDER BY r.published_at, r.id LIMIT CAST($2 AS BIGINT) OFFSET CAST($3 AS BIGINT)"
    );
    let (sql, id) = match which {
        Which::All => (ALL, ""),
        Which::One(report_id) => (ONE, report_id.as_str()),
        Which::Of(service_id) => (OF, service_id.as_str()),
        Which::ToJudge => (WAITING, ""),
    };
    let rows = sqlx::query(sql)
        .bind(id)
        .bind(most)
        .bind(skipped)
        .fetch_all(&mut *db.read().await?)
        .await?;
    let month = |row: &AnyRow, name: &str| db::parsed(row.get(name), "wait_figures.month");
    let one = |row: &AnyRow| {
        let judged = verdict(row.get("verdict"))?;
        Ok(Published {
            id: row.get("id"),
            service_id: row.get("service_id"),
            service: row.get("service"),
            nth: row.get("nth"),
            organisation: row.get("organisation"),
            source: row.get("source"),
            at: row.get("published_at"),
            months: (month(row, "first_month")?, month(row, "last_month")?),
            still_counts: row.get::<i64, _>("still_counts") == 1,
            judged: judged.map(|verdict| Judged {
                verdict,
                words: row.get("words"),
                at: row.get("given_at"),
            }),
        })
    };
    rows.iter().map(one).collect()
}

/// A service for which a leader speaks, with what was published about it last.
#[derive(Clone, Debug)]
pub struct OwnService {
    pub id: Id<Service>,
    pub name: String,
    /// How many publications there are.
    pub nth: i64,
    /// The target and the source that the last of them has; empty where there is none.
    pub target: Option<i64>,
    pub source: String,
    /// The last month that anything is published about.
    pub last_month: Option<Month>,
}

/// The services for which this leader speaks, in their order; with `service_id` only that.
pub async fn own_services(
    db: &Db,
    leader: &Id<Account>,
    service_id: Option<&Id<Service>>,
) -> sqlx::Result<Vec<OwnService>> {
    let rows = sqlx::query(
        "SELECT s.id, s.name, coalesce(r.nth, 0) AS nth, r.target,
           coalesce(r.source, '') AS source,
           (SELECT max(f.month) FROM wait_figures f JOIN wait_reports e
             ON e.id = f.report_id WHERE e.service_id = s.id) AS last_month
         FROM services s
         JOIN service_leaders k ON k.service_id = s.id AND k.account_id = $1
         LEFT JOIN wait_reports r ON r.service_id = s.id AND r.nth = (SELECT max(m.nth)
           FROM wait_reports m WHERE m.service_id = s.id)
         WHERE s.retired_at IS NULL AND ($2 = '' OR s.id = $2)
         ORDER BY s.position, s.name, s.id",
    )
    .bind(leader)
    .bind(service_id.map_or("", Id::as_str))
    .fetch_all(&mut *db.read().await?)
    .await?;
    let one = |row: &AnyRow| {
        let last_month: Option<&str> = row.get("last_month");
        let last_month = last_month.map(|month| db::parsed(month, "wait_figures.month"));
        Ok(OwnService {
            id: row.get("id"),
            name: row.get("name"),
            nth: row.get("nth"),
            target: row.get("target"),
            source: row.get("source"),
            last_month: last_month.transpose()?,
        })
    };
    rows.iter().map(one).collect()
}

/// A publication to be made.
#[derive(Clone, Copy, Debug)]
pub struct NewReport<'a> {
    /// The same key twice is one publication.
    pub form_key: &'a str,
    pub service_id: &'a Id<Service>,
    /// Which of the service's publications it is.
    pub nth: i64,
    pub report: &'a Report,
}

/// Publishes, if this leader speaks for the service. `None` where they don't, where somebody else
/// published meanwhile, and where this was published before.
pub async fn publish(
    tx: &mut AnyConnection,
    new: NewReport<'_>,
    by: &Id<Account>,
    now: Moment,
) -> sqlx::Result<Option<Id<WaitReport>>> {
    let NewReport { form_key, service_id, nth, report } = new;
    let made: Option<Id<WaitReport>> = sqlx::query_scalar(
        "INSERT INTO wait_reports (id, form_key, service_id, nth, figures, organisation_id, target,
           source, published_by, published_at)
         SELECT $1, $2, k.service_id, CAST($4 AS BIGINT), CAST($5 AS BIGINT), l.organisation_id,
           CAST($6 AS BIGINT), $7, k.account_id, CAST($9 AS BIGINT)
         FROM service_leaders k
         JOIN speaking_leaders l ON l.account_id = k.account_id
         JOIN services s ON s.id = k.service_id AND s.retired_at IS NULL
         WHERE k.service_id = $3 AND k.account_id = $8
           AND CAST($4 AS BIGINT) = 1 + (SELECT coalesce(max(r.nth), 0) FROM wait_reports r
             WHERE r.service_id = $3)
         ON CONFLICT DO NOTHING RETURNING id",
    )
    .bind(Id::<WaitReport>::fresh())
    .bind(form_key)
    .bind(service_id)
    .bind(nth)
    .bind(report.lines.len() as i64)
    .bind(report.target)
    .bind(&report.source)
    .bind(by)
    .bind(now)
    .fetch_optional(&mut *tx)
    .await?;
    if let Some(report_id) = &made {
        keep_lines(tx, report_id, &report.lines).await?;
    }
    Ok(made)
}

/// All lines in one statement.
async fn keep_lines(
    tx: &mut AnyConnection,
    report_id: &Id<WaitReport>,
    lines: &[Line],
) -> sqlx::Result<()> {
    let row = |nth: usize| {
        let at = 2 + 5 * nth;
        format!(
            "($1, ${at}, ${}, CAST(${} AS BIGINT), CAST(${} AS BIGINT), CAST(${} AS BIGINT))",
            at + 1,
            at + 2,
            at + 3,
            at + 4
        )
    };
    let rows = (0..lines.len()).map(row).collect::<Vec<_>>().join(", ");
    let sql = format!(
        "INSERT INTO wait_figures (report_id, place_id, month, waiting, median, longest)
         VALUES {rows}"
    );
    let mut keep = sqlx::query(AssertSqlSafe(sql)).bind(report_id);
    for line in lines {
        let (waiting, median, longest) = match line.figure {
            Figure::FewerThanTen => (None, None, None),
            Figure::Weeks { waiting, median, longest } => {
                (Some(waiting), Some(median), Some(longest))
            }
        };
        keep = keep
            .bind(&line.place_id)
            .bind(line.month.to_string())
            .bind(waiting)
            .bind(median)
            .bind(longest);
    }
    keep.execute(tx).await?;
    Ok(())
}

/// Whether what was sent with this form key is published.
pub async fn is_published(db: &Db, form_key: &str) -> sqlx::Result<bool> {
    let many: i64 = sqlx::query_scalar("SELECT count(*) FROM wait_reports WHERE form_key = $1")
        .bind(form_key)
        .fetch_one(&mut *db.read().await?)
        .await?;
    Ok(many > 0)
}

/// Whether somebody is on the other side: they published it, or lead for the organisation that did.
/// Nobody speaks for both.
pub async fn is_other_side(
    db: &Db,
    report_id: &Id<WaitReport>,
    by: &Id<Account>,
) -> sqlx::Result<bool> {
    let many: i64 = sqlx::query_scalar(
        "SELECT count(*) FROM wait_reports r WHERE r.id = $1 AND (r.published_by = $2
           OR EXISTS (SELECT 1 FROM roles o WHERE o.account_id = $2 AND o.role = 'leader'
             AND o.organisation_id = r.organisation_id))",
    )
    .bind(report_id)
    .bind(by)
    .fetch_one(&mut *db.read().await?)
    .await?;
    Ok(many > 0)
}

/// The forum's word to be given.
#[derive(Clone, Debug)]
pub struct NewVerdict {
    /// The same key twice is one verdict.
    pub form_key: String,
    pub verdict: Verdict,
    pub words: String,
}

/// Gives the forum's word on a publication. False where it was given before, and where whoever
/// gives it is on the other side ([`is_other_side`]).
pub async fn judge(
    tx: &mut AnyConnection,
    report_id: &Id<WaitReport>,
    new: &NewVerdict,
    by: &Id<Account>,
    now: Moment,
) -> sqlx::Result<bool> {
    let judged = sqlx::query(
        "INSERT INTO wait_verdicts (id, form_key, report_id, verdict, words, given_by, given_at)
         SELECT $1, $2, r.id, $4, $5, $6, CAST($7 AS BIGINT) FROM wait_reports r
         WHERE r.id = $3 AND r.published_by <> $6
           AND NOT EXISTS (SELECT 1 FROM roles o WHERE o.account_id = $6 AND o.role = 'leader'
             AND o.organisation_id = r.organisation_id)
         ON CONFLICT (form_key) DO NOTHING",
    )
    .bind(Id::<ids::WaitVerdict>::fresh())
    .bind(&new.form_key)
    .bind(report_id)
    .bind(new.verdict.word())
    .bind(&new.words)
    .bind(by)
    .bind(now);
    Ok(judged.execute(tx).await?.rows_affected() == 1)
}

/// Whether the verdict of this form was given.
pub async fn is_judged(db: &Db, form_key: &str) -> sqlx::Result<bool> {
    let many: i64 = sqlx::query_scalar("SELECT count(*) FROM wait_verdicts WHERE form_key = $1")
        .bind(form_key)
        .fetch_one(&mut *db.read().await?)
        .await?;
    Ok(many > 0)
}

/// What a parent who waited longer, or not as long, tells the forum.
#[derive(Clone, Copy, Debug)]
pub struct NewDoubt<'a> {
    /// The same key twice is one doubt.
    pub form_key: &'a str,
    /// The publication the parent read.
    pub report_id: &'a Id<WaitReport>,
    pub words: &'a str,
}

/// Saves what a parent told the forum, once for each form key.
pub async fn doubt(
    tx: &mut AnyConnection,
    new: NewDoubt<'_>,
    by: &Id<Account>,
    now: Moment,
) -> sqlx::Result<()> {
    sqlx::query(
        "INSERT INTO wait_doubts (id, form_key, report_id, account_id, words, told_at)
         VALUES ($1, $2, $3, $4, $5, $6)
         ON CONFLICT (form_key) DO NOTHING",
    )
    .bind(Id::<ids::WaitDoubt>::random())
    .bind(new.form_key)
    .bind(new.report_id)
    .bind(by)
    .bind(new.words)
    .bind(now)
    .execute(tx)
    .await?;
    Ok(())
}

/// Whether what was sent with this form key is saved.
pub async fn is_doubted(db: &Db, form_key: &str) -> sqlx::Result<bool> {
    let many: i64 = sqlx::query_scalar("SELECT count(*) FROM wait_doubts WHERE form_key = $1")
        .bind(form_key)
        .fetch_one(&mut *db.read().await?)
        .await?;
    Ok(many > 0)
}

/// Whether this account has told the forum something about the waits for a service.
pub async fn has_doubted(
    db: &Db,
    service_id: &Id<Service>,
    account_id: &Id<Account>,
) -> sqlx::Result<bool> {
    let many: i64 = sqlx::query_scalar(
        "SELECT count(*) FROM wait_doubts d JOIN wait_reports r ON r.id = d.report_id
         WHERE r.service_id = $1 AND d.account_id = $2",
    )
    .bind(service_id)
    .bind(account_id)
    .fetch_one(&mut *db.read().await?)
    .await?;
    Ok(many > 0)
}

/// What a parent told the forum.
#[derive(Clone, Debug, FromRow)]
pub struct Doubt {
    pub id: Id<ids::WaitDoubt>,
    pub report_id: Id<WaitReport>,
    pub service: String,
    /// The parent's display name.
    #[sqlx(rename = "shown_name")]
    pub by: String,
    pub words: String,
    #[sqlx(rename = "told_at")]
    pub at: Moment,
}

/// What parents told the forum, the oldest first: about the service of one publication, or all that
/// no organiser has read yet.
pub async fn doubts(db: &Db, about: Option<&Id<Service>>, most: i64) -> sqlx::Result<Vec<Doubt>> {
    sqlx::query_as(
        "SELECT d.id, d.report_id, s.name AS service, a.shown_name, d.words, d.told_at
         FROM wait_doubts d
         JOIN wait_reports r ON r.id = d.report_id
         JOIN services s ON s.id = r.service_id
         JOIN accounts a ON a.id = d.account_id
         WHERE ($1 = '' AND d.seen_at IS NULL) OR r.service_id = $1
         ORDER BY d.told_at, d.id LIMIT CAST($2 AS BIGINT)",
    )
    .bind(about.map_or("", Id::as_str))
    .bind(most)
    .fetch_all(&mut *db.read().await?)
    .await
}

/// Ticks off what a parent told the forum. False when it was already.
pub async fn see_doubt(
    tx: &mut AnyConnection,
    doubt_id: &Id<ids::WaitDoubt>,
    now: Moment,
) -> sqlx::Result<bool> {
    let seen = sqlx::query("UPDATE wait_doubts SET seen_at = $2 WHERE id = $1 AND seen_at IS NULL")
        .bind(doubt_id)
        .bind(now)
        .execute(tx)
        .await?;
    Ok(seen.rows_affected() == 1)
}
