//! What is open now, and what everyone may find, from every room in one query.

use accounts::store::THEIR_ACCOUNTS;
use calendar::clock::Moment;
use consultations::rules::WhoMayAnswer;
use consultations::store::{ListedConsultation, QUESTIONS};
use ground::db::{Db, formatcp, known};
use ground::ids::{Account, Id};
use outcomes::store::{LATEST, stage, verdict};
use rounds::store::{LAST, Round};
use sqlx::Row as _;
use sqlx::any::AnyRow;

/// A line of the record of roles.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct OfRoles {
    pub at: Moment,
    /// What the audit log calls it.
    pub what: String,
    /// The display name of whoever did it, or sent the invitation; empty where there is none.
    pub who: String,
    /// The display name of whoever it was done to, or who accepted the invitation.
    pub whose: String,
    /// The role, or what was opened.
    pub detail: String,
}

/// Who gave and removed roles, and who opened what was passed on, the latest first. The looks at
/// answers to consultations are kept beside those.
///
/// # Errors
/// When the database fails.
pub async fn of_roles(db: &Db, (most, from): (i64, i64)) -> Result<Vec<OfRoles>, sqlx::Error> {
    sqlx::query_as(
        "SELECT at, what, who, whose, detail FROM (
           SELECT e.number, e.at, e.what, coalesce(w.shown_name, '') AS who,
             coalesce(a.shown_name, '') AS whose, e.detail
             FROM audit e LEFT JOIN accounts w ON w.id = e.who
             LEFT JOIN accounts a ON a.id = e.about
             WHERE e.what IN ('role given', 'role taken', 'organisation set', $3, $4, $5)
           UNION ALL SELECT e.number, e.at, e.what, coalesce(i.shown_name, ''),
             coalesce(w.shown_name, ''), e.detail
             FROM audit e LEFT JOIN accounts w ON w.id = e.who
             LEFT JOIN audit p ON p.about = e.about AND p.what = 'person invited'
             LEFT JOIN accounts i ON i.id = p.who
             WHERE e.what = 'invitation accepted'
           UNION ALL SELECT CAST(0 AS BIGINT), l.looked_at, CAST($5 AS TEXT), w.shown_name, '',
             'answer' FROM answer_concern_looks l JOIN accounts w ON w.id = l.looked_by) lines
         ORDER BY at DESC, number DESC LIMIT CAST($1 AS BIGINT) OFFSET CAST($2 AS BIGINT)",
    )
    .bind(most)
    .bind(from)
    .bind(accounts::ENDED_BY_COUNCIL)
    .bind(accounts::ENDED_UNCONFIRMED)
    .bind(topics::store::OPENED)
    .fetch_all(&mut *db.read().await?)
    .await
}

/// The last rounds, the open consultations, the first to close first, and the latest updates; in
/// one query, for the home page. `account`: for somebody who is signed in, without the
/// consultations that they have answered, by whichever of their accounts, or that only a personal
/// link opens.
///
/// # Errors
/// When the database fails.
pub async fn open_now(
    db: &Db,
    account: Option<&Id<Account>>,
    now: Moment,
) -> sqlx::Result<(Vec<Round>, Vec<ListedConsultation>, Vec<outcomes::store::ListedUpdate>)> {
    const SQL: &str = formatcp!(
        "SELECT rounds.*, 'round' AS kind, '' AS who_for, '' AS questions, '' AS outcome,
           '' AS verdict, '' AS organisation, '' AS we_did, '' AS found, '' AS access
         FROM ({LAST} LIMIT 4) rounds
         UNION ALL SELECT c.id, c.title, 0, c.opens_at, c.opens_at, c.closes_at, NULL, NULL, NULL,
           'consultation', c.who_for, {QUESTIONS}, '', '', '', '', '', c.access
         FROM (SELECT o.* FROM consultations o WHERE o.opened_at IS NOT NULL AND o.opens_at <= $2
           AND o.closes_at > $2 AND ($1 = '' OR (o.access <> 'link'
             AND NOT EXISTS (SELECT 1 FROM took_part k WHERE k.consultation_id = o.id
               AND k.account_id IN {THEIR_ACCOUNTS})))
           ORDER BY o.closes_at, o.id LIMIT 3) c
         UNION ALL SELECT u.id, u.you_said, 0, u.published_at, u.published_at, u.published_at,
           NULL, NULL, NULL, 'update', '', '', u.outcome, coalesce(u.verdict, ''), u.organisation,
           u.we_did, u.found, ''
         FROM ({LATEST} LIMIT 2) u"
    );
    let rows = sqlx::query(SQL)
        .bind(account.map_or("", Id::as_str))
        .bind(now)
        .fetch_all(&mut *db.read().await?)
        .await?;
    let of = |kind: &'static str| rows.iter().filter(move |row| row.get::<&str, _>("kind") == kind);
    let mut all: Vec<Round> = of("round").map(rounds::store::round).collect();
    all.sort_by(|one, next| (next.dates.closes_at, &next.id).cmp(&(one.dates.closes_at, &one.id)));
    let listed = |row: &AnyRow| {
        Ok(ListedConsultation {
            id: row.get("id"),
            title: row.get("title"),
            who_for: row.get("who_for"),
            opens_at: row.get("propose_from"),
            closes_at: row.get("closes_at"),
            is_opened: true,
            is_withdrawn: false,
            access: known(WhoMayAnswer::read(row.get("access")), "consultations.access")?,
            asks: consultations::store::asks(row.get("questions"))?,
        })
    };
    let mut asked: Vec<ListedConsultation> =
        of("consultation").map(listed).collect::<Result<_, sqlx::Error>>()?;
    asked.sort_by(|one, next| (one.closes_at, &one.id).cmp(&(next.closes_at, &next.id)));
    let said = |row: &AnyRow| {
        let judged = Some(row.get::<&str, _>("verdict")).filter(|word| !word.is_empty());
        Ok(outcomes::store::ListedUpdate {
            id: row.get("id"),
            you_said: row.get("title"),
            outcome: stage(row.get("outcome"))?,
            verdict: verdict(judged)?,
            organisation: row.get("organisation"),
            at: row.get("propose_from"),
            we_did: row.get("we_did"),
            found: row.get("found"),
        })
    };
    let mut said: Vec<outcomes::store::ListedUpdate> =
        of("update").map(said).collect::<Result<_, sqlx::Error>>()?;
    said.sort_by(|one, next| (next.at, &next.id).cmp(&(one.at, &one.id)));
    Ok((all, asked, said))
}

/// Every public page about one thing, as (path, when it last changed, if that is known).
const PUBLIC_PAGES: &str = "SELECT '/rounds/' || id AS path, counted_at AS at FROM rounds
   UNION ALL SELECT '/notices/' || id, started_at FROM notices WHERE started_at IS NOT NULL
   UNION ALL SELECT '/plans/' || p.id, coalesce((SELECT max(d.published_at) FROM drafts d
       WHERE d.plan_id = p.id), p.registered_at) FROM plans p
   UNION ALL SELECT '/consultations/' || id, opens_at FROM consultations
     WHERE opened_at IS NOT NULL AND opens_at <= $1
   UNION ALL SELECT '/consultations/' || c.id || '/results', (SELECT max(r.checked_at)
       FROM releases r WHERE r.consultation_id = c.id) FROM consultations c
     WHERE c.opened_at IS NOT NULL AND c.opens_at <= $1
       AND EXISTS (SELECT 1 FROM releases r WHERE r.consultation_id = c.id
         AND r.checked_at IS NOT NULL)
   UNION ALL SELECT '/updates/' || update_id, max(published_at) FROM update_versions
     GROUP BY update_id
   UNION ALL SELECT '/waits/' || service_id, max(published_at) FROM wait_reports
     GROUP BY service_id
   UNION ALL SELECT '/reports/' || id, put_in_at FROM reports
   UNION ALL SELECT '/services/' || id, CAST(NULL AS BIGINT) FROM services
     WHERE retired_at IS NULL
   UNION ALL SELECT '/places/' || id, CAST(NULL AS BIGINT) FROM places WHERE retired_at IS NULL
   UNION ALL SELECT '/topics/' || t.id, coalesce(r.counted_at, t.published_at)
     FROM listed_topics t LEFT JOIN rounds r ON r.id = t.round_id";

/// How many public pages are about one thing.
///
/// # Errors
/// When the database fails.
pub async fn public_pages_count(db: &Db, now: Moment) -> Result<i64, sqlx::Error> {
    const SQL: &str = formatcp!("SELECT count(*) FROM ({PUBLIC_PAGES}) pages");
    sqlx::query_scalar(SQL).bind(now).fetch_one(&mut *db.read().await?).await
}

/// Some public pages, each as (path, when it last changed, if that is known); always in the same
/// order.
///
/// # Errors
/// When the database fails.
pub async fn public_pages(
    db: &Db,
    now: Moment,
    (most, from): (i64, i64),
) -> Result<Vec<(String, Option<Moment>)>, sqlx::Error> {
    const SQL: &str = formatcp!(
        "SELECT path, at FROM ({PUBLIC_PAGES}) pages ORDER BY path
             LIMIT CAST($2 AS BIGINT) OFFSET CAST($3 AS BIGINT)"
    );
    sqlx::query_as(SQL).bind(now).bind(most).bind(from).fetch_all(&mut *db.read().await?).await
}
