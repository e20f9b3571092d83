//! What parents said and where it stands, and what they found who do not find it so.

use sqlx::any::AnyRow;
use sqlx::{AnyConnection, AssertSqlSafe, Row as _};

use super::reading::{Listed, STANDING};
use super::subjects::{Subject, subject};
use crate::clock::Millis;
use crate::db::{Db, Kept};
use crate::id;
use crate::updates::rules::Verdict;

/// Something that an account said, and what became of it.
#[derive(Clone, Debug)]
pub struct Contribution {
    /// `proposed`, `supported` or `answered`.
    pub how: String,
    /// What it is.
    pub subject: Subject,
    /// When; of answers nobody knows.
    pub at: Option<Millis>,
    /// Where it stands by itself, in a word.
    pub state: String,
    /// Since when an outcome of it is awaited.
    pub awaited_since: Option<Millis>,
    /// What was said last of it.
    pub update: Option<Listed>,
}

/// What this account proposed, supported and answered, the latest first.
pub async fn contributions(db: &Db, account_id: &str, (most, from): (i64, i64), now: Millis) -> Kept<Vec<Contribution>> {
    let sql = format!(
        "SELECT c.kind, c.id, c.title, c.how, c.at, c.state, c.since,
                s.id AS update_id, s.you_said, s.outcome, s.verdict, s.organisation, s.published_at
         FROM (SELECT 'topic' AS kind, t.id, t.title, x.how, x.at,
                      CASE WHEN t.passed_on_at IS NOT NULL THEN 'passed on' WHEN t.withdrawn_at IS NOT NULL THEN 'withdrawn'
                           WHEN t.merged_at IS NOT NULL THEN 'merged' WHEN t.declined_at IS NOT NULL THEN 'declined'
                           WHEN t.published_at IS NULL THEN 'waiting' WHEN t.round_id IS NULL THEN 'in no round' WHEN r.closed_at IS NULL THEN 'counting'
                           WHEN EXISTS (SELECT 1 FROM confirmations f WHERE f.round_id = t.round_id) THEN 'not chosen' ELSE 'closed round' END AS state,
                      (SELECT min(k.confirmed_at) FROM confirmed_topics q JOIN confirmations k ON k.round_id = q.round_id
                       WHERE q.topic_id = t.id AND t.withdrawn_at IS NULL AND t.merged_at IS NULL) AS since
                 FROM (SELECT id AS topic_id, 'proposed' AS how, proposed_at AS at FROM topics WHERE author_id = $1
                       UNION ALL SELECT s.topic_id, 'supported', s.given_at FROM supports s WHERE s.account_id = $1) x
                 JOIN topics t ON t.id = x.topic_id
                 LEFT JOIN rounds r ON r.id = t.round_id
               UNION ALL
               SELECT 'consultation', c.id, c.title, 'answered', CAST(NULL AS BIGINT), CASE WHEN c.closes_at <= $4 THEN 'closed' ELSE 'open' END,
                      (SELECT min(r.checked_at) FROM releases r WHERE r.consultation_id = c.id AND r.checked_at IS NOT NULL)
                 FROM took_part p JOIN consultations c ON c.id = p.consultation_id WHERE p.account_id = $1) c
         LEFT JOIN ({STANDING}) s ON s.id = (SELECT b.update_id FROM update_subjects b JOIN update_versions v ON v.update_id = b.update_id
                                             WHERE b.kind = c.kind AND b.subject_id = c.id ORDER BY v.published_at DESC, b.update_id LIMIT 1)
         ORDER BY coalesce(c.at, c.since, 0) DESC, c.kind, c.id, c.how LIMIT $2 OFFSET $3"
    );
    let rows = sqlx::query(AssertSqlSafe(sql)).bind(account_id).bind(most).bind(from).bind(now).fetch_all(&mut *db.read().await?).await?;
    let said = |row: &AnyRow| {
        let update = row.get::<Option<String>, _>("update_id").map(|id| Listed {
            id,
            you_said: row.get("you_said"),
            outcome: row.get("outcome"),
            verdict: row.get::<Option<&str>, _>("verdict").and_then(Verdict::read),
            organisation: row.get("organisation"),
            at: row.get("published_at"),
        });
        Some(Contribution {
            subject: subject(row)?,
            how: row.get("how"),
            at: row.get("at"),
            state: row.get("state"),
            awaited_since: row.get("since"),
            update,
        })
    };
    Ok(rows.iter().filter_map(said).collect())
}

/// The consultation that is answered under this code, and whether the answers count.
pub async fn consultation_of(db: &Db, code_hash: &str) -> Kept<Option<(Subject, bool)>> {
    let row = sqlx::query(
        "SELECT 'consultation', c.id, c.title, r.state FROM responses r JOIN consultations c ON c.id = r.consultation_id WHERE r.code_hash = $1",
    )
    .bind(code_hash)
    .fetch_optional(&mut *db.read().await?)
    .await?;
    Ok(row.and_then(|row| Some((subject(&row)?, row.get::<&str, _>(3) == "sent"))))
}

/// Keeps what a parent found who does not find it so, once for each form key.
pub async fn doubt(tx: &mut AnyConnection, form_key: &str, update_id: &str, words: &str, by: &str, now: Millis) -> Kept<()> {
    sqlx::query(
        "INSERT INTO doubts (id, form_key, update_id, account_id, words, told_at) VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (form_key) DO NOTHING",
    )
    .bind(id::fresh())
    .bind(form_key)
    .bind(update_id)
    .bind(by)
    .bind(words)
    .bind(now)
    .execute(tx)
    .await?;
    Ok(())
}

/// What a parent found.
#[derive(Clone, Debug)]
pub struct Doubt {
    /// Its id.
    pub id: String,
    /// The update.
    pub update_id: String,
    /// What parents said, in the update.
    pub you_said: String,
    /// Who found it, by the name others see.
    pub by: String,
    /// What she found.
    pub words: String,
    /// When she said so.
    pub at: Millis,
}

/// What parents found that no organiser has ticked off, the oldest first.
pub async fn doubts(db: &Db, most: i64) -> Kept<Vec<Doubt>> {
    let sql = format!(
        "SELECT d.id, d.update_id, s.you_said, a.shown_name, d.words, d.told_at
         FROM doubts d JOIN ({STANDING}) s ON s.id = d.update_id JOIN accounts a ON a.id = d.account_id
         WHERE d.seen_at IS NULL ORDER BY d.told_at, d.id LIMIT $1"
    );
    let rows = sqlx::query(AssertSqlSafe(sql)).bind(most).fetch_all(&mut *db.read().await?).await?;
    let doubt = |row: &AnyRow| Doubt {
        id: row.get(0),
        update_id: row.get(1),
        you_said: row.get(2),
        by: row.get(3),
        words: row.get(4),
        at: row.get(5),
    };
    Ok(rows.iter().map(doubt).collect())
}

/// Ticks off what a parent found. False when it was already.
pub async fn see_doubt(tx: &mut AnyConnection, doubt_id: &str, now: Millis) -> Kept<bool> {
    let seen = sqlx::query("UPDATE doubts SET seen_at = $2 WHERE id = $1 AND seen_at IS NULL").bind(doubt_id).bind(now).execute(tx).await?;
    Ok(seen.rows_affected() == 1)
}
