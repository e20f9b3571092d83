//! The record of roles, and what search engines may find, from every room in one query.

use calendar::clock::Moment;
use ground::db::{Db, formatcp};

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
