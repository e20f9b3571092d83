//! What a forum's year asks the tables besides what the record asks: true numbers.

use calendar::clock::Moment;
use ground::db::{self, Db, formatcp};
use ground::erasing::{ANOTHER, NOBODY};
use ground::ids::{Id, Update};
use involvement::session::{SessionFacts, SessionState};
use sqlx::Row as _;
use sqlx::any::AnyRow;

use super::people::TookPart;
use super::period::Period;

/// Everyone who took part from the first of these moments until before the second. One mailbox is
/// one person, who lives where the first of its accounts does. A vote counts when its round closed.
///
/// # Errors
/// When the database fails; likewise for every function here.
pub async fn took_part(db: &Db, (from, until): (Moment, Moment)) -> sqlx::Result<Vec<TookPart>> {
    const SQL: &str = formatcp!(
        "WITH acts AS (
           SELECT s.account_id, 'voted' AS kind, t.round_id AS thing FROM supports s
           JOIN topics t ON t.id = s.topic_id
           JOIN rounds r ON r.id = t.round_id AND r.closed_at >= $1 AND r.closed_at < $2
           UNION SELECT t.author_id, 'proposed', t.id FROM topics t
           WHERE t.published_at >= $1 AND t.published_at < $2
           UNION SELECT c.author_id, 'told', c.id FROM comments c
           WHERE c.published_at >= $1 AND c.published_at < $2
             AND (c.voice IS NULL OR c.voice = 'parent')
           UNION SELECT x.confirmed_by, 'told', x.session_id FROM session_confirmations x
           WHERE x.for_forum = 0 AND x.confirmed_at >= $1 AND x.confirmed_at < $2
           UNION SELECT d.account_id, 'told', d.id FROM doubts d
           WHERE d.told_at >= $1 AND d.told_at < $2
           UNION SELECT w.account_id, 'told', w.id FROM wait_doubts w
           WHERE w.told_at >= $1 AND w.told_at < $2),
         persons AS (
           SELECT coalesce(a.mailbox, a.id) AS mailbox, min(a.id) AS first_id,
             max(CASE WHEN y.kind = 'voted' THEN 1 ELSE 0 END) AS voted,
             max(CASE WHEN y.kind = 'proposed' THEN 1 ELSE 0 END) AS proposed,
             max(CASE WHEN y.kind = 'told' THEN 1 ELSE 0 END) AS told,
             count(*) AS acts
           FROM acts y JOIN accounts a ON a.id = y.account_id
           WHERE a.id NOT IN ('{NOBODY}', '{ANOTHER}')
           GROUP BY coalesce(a.mailbox, a.id))
         SELECT coalesce(f.place_id, '') AS place_id, CAST(p.voted AS BIGINT) AS voted,
           CAST(p.proposed AS BIGINT) AS proposed, CAST(p.told AS BIGINT) AS told,
           CAST(CASE WHEN p.acts = 1 THEN 0 WHEN p.acts < 5 THEN 1 ELSE 2 END AS BIGINT)
             AS how_often,
           count(*) AS people
         FROM persons p JOIN accounts f ON f.id = p.first_id
         GROUP BY 1, 2, 3, 4, 5 ORDER BY 1, 2, 3, 4, 5"
    );
    let rows = sqlx::query(SQL).bind(from).bind(until).fetch_all(&mut *db.read().await?).await?;
    let read = |row: &AnyRow| {
        Ok(TookPart {
            place_id: row.get("place_id"),
            kinds: ["voted", "proposed", "told"].map(|kind| row.get::<i64, _>(kind) == 1),
            how_often: db::number(row.get("how_often"), "how often people took part")?,
            people: db::number(row.get("people"), "people who took part")?,
        })
    };
    rows.iter().map(read).collect()
}

/// A planning session with parents, and whether it took place.
#[derive(Clone, Debug)]
pub struct Session {
    pub plan: String,
    /// As `2026-12-04`.
    pub day: String,
    pub state: SessionState,
    /// Whether the forum confirmed it; if not, parents who were there did, if anyone.
    pub by_forum: bool,
}

/// What else is asked, in one statement.
#[derive(Clone, Debug, Default)]
pub struct Also {
    /// The sessions of these days, the first first.
    pub sessions: Vec<Session>,
    /// Which parts of the area each update of these days is about, by the topics, plans and notices
    /// it answers.
    pub places: Vec<(Id<Update>, String)>,
}

/// The planning sessions of these days, and which places their updates are about.
pub async fn also(db: &Db, period: Period) -> sqlx::Result<Also> {
    let (from, until) = period.moments();
    let rows = sqlx::query(
        "SELECT 'session' AS what, s.id, p.title AS words, s.day, s.recorded_at,
           (SELECT min(c.confirmed_at) FROM session_confirmations c
             WHERE c.session_id = s.id AND c.settles = 1) AS confirmed_at,
           (SELECT d.disputed_at FROM session_disputes d WHERE d.session_id = s.id) AS disputed_at,
           (SELECT CAST(max(c.for_forum) AS BIGINT) FROM session_confirmations c
             WHERE c.session_id = s.id AND c.settles = 1) AS for_forum
         FROM planning_sessions s JOIN plans p ON p.id = s.plan_id
         WHERE s.parents > 0 AND s.day >= $1 AND s.day <= $2
         UNION ALL SELECT DISTINCT 'place', b.update_id, p.name, '', 0,
           CAST(NULL AS BIGINT), CAST(NULL AS BIGINT), CAST(NULL AS BIGINT)
         FROM (SELECT DISTINCT v.update_id FROM update_versions v
           WHERE v.published_at >= $3 AND v.published_at < $4) u
         JOIN update_subjects b ON b.update_id = u.update_id
         LEFT JOIN topic_places t ON t.topic_id = b.topic_id
         LEFT JOIN plan_places l ON l.plan_id = b.plan_id
         LEFT JOIN notice_places n ON n.notice_id = b.notice_id
         JOIN places p ON p.id = coalesce(t.place_id, l.place_id, n.place_id)
         ORDER BY 1, 4, 2, 3",
    )
    .bind(period.first.to_string())
    .bind(period.last.to_string())
    .bind(from)
    .bind(until)
    .fetch_all(&mut *db.read().await?)
    .await?;
    let mut also = Also::default();
    for row in &rows {
        match row.get("what") {
            "session" => {
                let facts = SessionFacts {
                    recorded_at: row.get("recorded_at"),
                    confirmed_at: row.get("confirmed_at"),
                    disputed_at: row.get("disputed_at"),
                };
                let (plan, day) = (row.get("words"), row.get("day"));
                let by_forum = row.get::<Option<i64>, _>("for_forum") == Some(1);
                also.sessions.push(Session { plan, day, state: facts.state(), by_forum });
            }
            "place" => also.places.push((row.get("id"), row.get("words"))),
            _ => return db::known(None, "what a forum's year asks"),
        }
    }
    Ok(also)
}
