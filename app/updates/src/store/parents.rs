//! What parents said and what happened about it, and what those with another experience told us.

use calendar::clock::Moment;
use ground::db::{Db, formatcp, known};
use ground::ids::{self, Account, Consultation, Id, Update};
use outcomes::store::{ListedUpdate, STANDING, stage, verdict};
use sqlx::any::AnyRow;
use sqlx::{AnyConnection, FromRow, Row as _};

use super::subjects::{Subject, subject};

/// Something that an account said, and what happened about it.
#[derive(Clone, Debug)]
pub struct Contribution {
    /// `proposed`, `supported` or `answered`.
    pub how: String,
    pub subject: Subject,
    /// When; for answers nobody knows.
    pub at: Option<Moment>,
    /// Its own state, in a word.
    pub state: String,
    /// Since when an outcome is due.
    pub awaited_since: Option<Moment>,
    /// Whether the person asked for an email about what happened; `None` where everyone gets one.
    pub wants_outcome: Option<bool>,
    /// What was said last about it; for a topic about which nothing was said, about what it became
    /// part of, its round or its plans.
    pub update: Option<ListedUpdate>,
}

/// What this account proposed, supported and answered, the latest first.
pub async fn contributions(
    db: &Db,
    account_id: &Id<Account>,
    (most, from): (i64, i64),
    now: Moment,
) -> sqlx::Result<Vec<Contribution>> {
    const SQL: &str = formatcp!(
        "WITH RECURSIVE mine AS (SELECT id AS topic_id, 'proposed' AS how, proposed_at AS at
         FROM topics WHERE author_id = $1
                                 UNION ALL SELECT s.topic_id, 'supported', s.given_at
                                   FROM supports s WHERE s.account_id = $1),
              became AS (SELECT topic_id, topic_id AS part_of FROM mine
                         UNION SELECT b.topic_id, t.merged_into FROM became b
                           JOIN topics t ON t.id = b.part_of AND t.merged_into IS NOT NULL)
         SELECT c.kind, c.id, c.title, c.how, c.at, c.state, c.since, c.wants_outcome,
                s.id AS update_id, s.you_said, s.outcome, s.verdict, s.organisation, s.published_at,
                s.we_did, s.found
         FROM (SELECT 'topic' AS kind, t.id, CASE WHEN x.how = 'proposed'
                        OR EXISTS (SELECT 1 FROM public_topics y WHERE y.id = t.id)
                        OR t.taken_down_at IS NOT NULL THEN t.title
                        ELSE 'A topic that has been withdrawn' END AS title, x.how, x.at,
                      CASE WHEN t.passed_on_at IS NOT NULL THEN 'passed on'
                        WHEN t.taken_down_at IS NOT NULL THEN 'taken down'
                        WHEN t.withdrawn_at IS NOT NULL THEN 'withdrawn'
                           WHEN t.merged_at IS NOT NULL THEN 'merged'
                             WHEN t.declined_at IS NOT NULL THEN 'declined'
                           WHEN t.published_at IS NULL THEN 'waiting'
                             WHEN t.round_id IS NULL THEN 'in no round'
                             WHEN r.closed_at IS NULL THEN 'counting'
                           WHEN EXISTS (SELECT 1 FROM confirmations f
                             WHERE f.round_id = t.round_id) THEN 'not chosen'
                             ELSE 'closed round' END AS state,
                      (SELECT min(k.confirmed_at) FROM became b JOIN topics z ON z.id = b.part_of
                        AND z.withdrawn_at IS NULL AND z.merged_at IS NULL
                              JOIN confirmed_topics q ON q.topic_id = z.id
                                JOIN confirmations k ON k.round_id = q.round_id
                       WHERE b.topic_id = t.id AND t.withdrawn_at IS NULL) AS since,
                      CAST(NULL AS BIGINT) AS wants_outcome
                 FROM mine x
                 JOIN topics t ON t.id = x.topic_id
                 LEFT JOIN rounds r ON r.id = t.round_id
               UNION ALL
               SELECT 'consultation', c.id, c.title, 'answered', CAST(NULL AS BIGINT), CASE
                 WHEN c.withdrawn_at IS NOT NULL THEN 'consultation withdrawn'
                 WHEN c.closes_at <= $4 THEN 'closed' ELSE 'open' END,
                      (SELECT min(r.checked_at) FROM releases r WHERE r.consultation_id = c.id
                        AND r.checked_at IS NOT NULL),
                      CAST(p.wants_outcome AS BIGINT)
                 FROM took_part p JOIN consultations c ON c.id = p.consultation_id
                   WHERE p.account_id = $1) c
         LEFT JOIN ({STANDING}) s ON s.id = (
              SELECT b.update_id FROM update_subjects b
                JOIN update_versions v ON v.update_id = b.update_id
              WHERE (b.kind = c.kind AND b.subject_id = c.id)
                 OR (c.kind = 'topic' AND c.state NOT IN ('withdrawn', 'declined', 'passed on',
                   'waiting')
                     AND EXISTS (SELECT 1 FROM became m JOIN topics z ON z.id = m.part_of
                       AND z.withdrawn_at IS NULL
                                 WHERE m.topic_id = c.id AND (b.topic_id = z.id
                                   OR b.round_id = z.round_id
                                       OR b.plan_id IN (SELECT y.plan_id FROM plan_topics y
                                         WHERE y.topic_id = z.id))))
              ORDER BY CASE WHEN b.kind IN ('topic', 'consultation') THEN 0
                ELSE 1 END, v.published_at DESC, b.update_id LIMIT 1)
         ORDER BY coalesce(c.at, c.since, 0) DESC, c.kind, c.id, c.how
         LIMIT CAST($2 AS BIGINT) OFFSET CAST($3 AS BIGINT)"
    );
    let rows = sqlx::query(SQL)
        .bind(account_id)
        .bind(most)
        .bind(from)
        .bind(now)
        .fetch_all(&mut *db.read().await?)
        .await?;
    let said = |row: &AnyRow| {
        let update = |id| {
            Ok::<_, sqlx::Error>(ListedUpdate {
                id,
                you_said: row.get("you_said"),
                outcome: stage(row.get("outcome"))?,
                verdict: verdict(row.get("verdict"))?,
                organisation: row.get("organisation"),
                at: row.get("published_at"),
                we_did: row.get("we_did"),
                found: row.get("found"),
            })
        };
        let update = row.get::<Option<_>, _>("update_id").map(update).transpose()?;
        Ok(Contribution {
            subject: subject(row)?,
            how: row.get("how"),
            at: row.get("at"),
            state: row.get("state"),
            awaited_since: row.get("since"),
            wants_outcome: row.get::<Option<i64>, _>("wants_outcome").map(|wants| wants == 1),
            update,
        })
    };
    rows.iter().map(said).collect()
}

/// Sets whether an account wants an email about what happened after a consultation that it
/// answered.
pub async fn want_outcome(
    tx: &mut AnyConnection,
    consultation_id: &Id<Consultation>,
    account_id: &Id<Account>,
    wants: bool,
) -> sqlx::Result<()> {
    sqlx::query(
        "UPDATE took_part SET wants_outcome = CAST($3 AS INTEGER)
         WHERE consultation_id = $1 AND account_id = $2",
    )
    .bind(consultation_id)
    .bind(account_id)
    .bind(i64::from(wants))
    .execute(tx)
    .await?;
    Ok(())
}

/// What became of the answers that a receipt is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Answers {
    /// They count.
    Sent,
    /// They were not sent, or lack something since they were.
    NotSent,
    /// Their author deleted them.
    Deleted,
    /// The forum withdrew what they answer.
    Withdrawn,
}

impl Answers {
    /// Reads the state of a response.
    fn read(word: &str) -> Option<Self> {
        match word {
            "sent" => Some(Self::Sent),
            "begun" | "reopened" => Some(Self::NotSent),
            "withdrawn" => Some(Self::Deleted),
            _ => None,
        }
    }
}

/// The consultation that is answered under this code, what became of the answers, and when it
/// closes.
pub async fn consultation_of(
    db: &Db,
    code_hash: &str,
) -> sqlx::Result<Option<(Subject, Answers, Moment)>> {
    let row = sqlx::query(
        "SELECT 'consultation' AS kind, c.id, c.title, r.state, c.closes_at, c.withdrawn_at
         FROM responses r
         JOIN consultations c ON c.id = r.consultation_id WHERE r.code_hash = $1",
    )
    .bind(code_hash)
    .fetch_optional(&mut *db.read().await?)
    .await?;
    let one = |row: AnyRow| {
        let answers = known(Answers::read(row.get("state")), "responses.state")?;
        let is_withdrawn = row.get::<Option<Moment>, _>("withdrawn_at").is_some();
        let answers = if is_withdrawn { Answers::Withdrawn } else { answers };
        Ok((subject(&row)?, answers, row.get("closes_at")))
    };
    row.map(one).transpose()
}

/// What a parent with a different experience tells the forum.
#[derive(Clone, Copy, Debug)]
pub struct NewDoubt<'a> {
    /// The same key twice is one doubt.
    pub form_key: &'a str,
    pub update_id: &'a Id<Update>,
    /// The version the parent read.
    pub version: i64,
    pub words: &'a str,
}

/// Saves what a parent with a different experience told the forum, once for each form key.
pub async fn doubt(
    tx: &mut AnyConnection,
    new: NewDoubt<'_>,
    by: &Id<Account>,
    now: Moment,
) -> sqlx::Result<()> {
    sqlx::query(
        "INSERT INTO doubts (id, form_key, update_id, version, account_id, words, told_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7)
         ON CONFLICT (form_key) DO NOTHING",
    )
    .bind(Id::<ids::Doubt>::random())
    .bind(new.form_key)
    .bind(new.update_id)
    .bind(new.version)
    .bind(by)
    .bind(new.words)
    .bind(now)
    .execute(tx)
    .await?;
    Ok(())
}

/// Whether what was sent with this form key is saved.
pub async fn is_doubted(db: &Db, form_key: &str) -> sqlx::Result<bool> {
    let told: i64 = sqlx::query_scalar("SELECT count(*) FROM doubts WHERE form_key = $1")
        .bind(form_key)
        .fetch_one(&mut *db.read().await?)
        .await?;
    Ok(told > 0)
}

/// Whether this account has told the forum something about this update.
pub async fn has_doubted(
    db: &Db,
    update_id: &Id<Update>,
    account_id: &Id<Account>,
) -> sqlx::Result<bool> {
    let told: i64 =
        sqlx::query_scalar("SELECT count(*) FROM doubts WHERE update_id = $1 AND account_id = $2")
            .bind(update_id)
            .bind(account_id)
            .fetch_one(&mut *db.read().await?)
            .await?;
    Ok(told > 0)
}

/// What a parent told the forum.
#[derive(Clone, Debug, FromRow)]
pub struct Doubt {
    pub id: Id<ids::Doubt>,
    pub update_id: Id<Update>,
    /// The version the parent read.
    pub version: i64,
    pub you_said: String,
    /// The parent's display name.
    #[sqlx(rename = "shown_name")]
    pub by: String,
    pub words: String,
    #[sqlx(rename = "told_at")]
    pub at: Moment,
}

/// What parents told the forum that no organiser has ticked off, the oldest first.
pub async fn doubts(db: &Db, most: i64) -> sqlx::Result<Vec<Doubt>> {
    found(db, "", most).await
}

/// All that parents told the forum about one update, the oldest first, also what was ticked off.
pub async fn doubts_of(db: &Db, update_id: &Id<Update>, most: i64) -> sqlx::Result<Vec<Doubt>> {
    found(db, update_id, most).await
}

/// Those about this update or, where it is empty, those about any that were not ticked off.
async fn found(db: &Db, update_id: &str, most: i64) -> sqlx::Result<Vec<Doubt>> {
    sqlx::query_as(
        "SELECT d.id, d.update_id, d.version, s.you_said, a.shown_name, d.words, d.told_at
         FROM doubts d JOIN update_versions s ON s.update_id = d.update_id
           AND s.version = d.version JOIN accounts a ON a.id = d.account_id
         WHERE ($1 = '' AND d.seen_at IS NULL) OR d.update_id = $1
         ORDER BY d.told_at, d.id LIMIT CAST($2 AS BIGINT)",
    )
    .bind(update_id)
    .bind(most)
    .fetch_all(&mut *db.read().await?)
    .await
}

/// Ticks off what a parent told the forum. False when it was already.
pub async fn see_doubt(
    tx: &mut AnyConnection,
    doubt_id: &Id<ids::Doubt>,
    now: Moment,
) -> sqlx::Result<bool> {
    let seen = sqlx::query("UPDATE doubts SET seen_at = $2 WHERE id = $1 AND seen_at IS NULL")
        .bind(doubt_id)
        .bind(now)
        .execute(tx)
        .await?;
    Ok(seen.rows_affected() == 1)
}
