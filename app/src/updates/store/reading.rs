//! What was said, and whose it is.

use sqlx::any::AnyRow;
use sqlx::{AssertSqlSafe, Row as _};

use super::subjects::{Subject, subject};
use crate::clock::Millis;
use crate::db::{self, Db, Kept};
use crate::updates::evidence::{Attached, Evidence};
use crate::updates::rules::{Outcome, Verdict};
use crate::updates::words::Words;

/// An update with all that was said in it.
#[derive(Clone, Debug)]
pub struct Update {
    /// Its id.
    pub id: String,
    /// Whose it is, by name; the empty text for a leader who leads for no organisation.
    pub organisation: String,
    /// What it is about.
    pub about: Vec<Subject>,
    /// What was said, the last first; never empty.
    pub versions: Vec<Said>,
}

impl Update {
    /// What stands now.
    #[must_use]
    pub fn now(&self) -> &Said {
        &self.versions[0]
    }

    /// The file with this id among all that was said.
    #[must_use]
    pub fn file(&self, id: &str) -> Option<&Attached> {
        let said = self.versions.iter().map(|said| &said.words.evidence);
        let judged =
            self.versions.iter().flat_map(|said| &said.verdicts).map(|judged| &judged.evidence);
        said.chain(judged).flat_map(|evidence| &evidence.files).find(|file| file.id == id)
    }
}

/// One version of an update.
#[derive(Clone, Debug)]
pub struct Said {
    /// Its number, from 1.
    pub version: i64,
    /// What it says.
    pub words: Words,
    /// Who published it: the account.
    pub by: String,
    /// When.
    pub at: Millis,
    /// What the forum said of it, the last first.
    pub verdicts: Vec<Judged>,
}

/// The forum's word on a version.
#[derive(Clone, Debug)]
pub struct Judged {
    /// Which.
    pub verdict: Verdict,
    /// In its own words.
    pub words: String,
    /// What shows that it is so.
    pub evidence: Evidence,
    /// When.
    pub at: Millis,
}

/// The update with this id.
pub async fn find(db: &Db, update_id: &str) -> Kept<Option<Update>> {
    let mut connection = db.read().await?;
    let rows = sqlx::query(
        "SELECT s.version, s.you_said, s.questions, s.part, s.we_did, s.outcome, s.because, s.decided_by, s.look_again, s.decide_by, s.next, s.next_by,
                s.evidence, s.published_by, s.published_at, coalesce(o.name, '') AS organisation,
                v.verdict, v.words, v.evidence AS shown, v.given_at
         FROM updates u JOIN update_versions s ON s.update_id = u.id
         LEFT JOIN organisations o ON o.id = u.organisation_id
         LEFT JOIN verdicts v ON v.update_id = s.update_id AND v.version = s.version
         WHERE u.id = $1 ORDER BY s.version DESC, v.given_at DESC, v.id DESC",
    )
    .bind(update_id)
    .fetch_all(&mut *connection)
    .await?;
    let Some(first) = rows.first() else { return Ok(None) };
    let organisation = first.get("organisation");
    let about = sqlx::query(
        "SELECT s.kind, s.subject_id, coalesce(t.title, r.title, c.title, p.title, n.title)
         FROM update_subjects s
         LEFT JOIN topics t ON t.id = s.topic_id
         LEFT JOIN rounds r ON r.id = s.round_id
         LEFT JOIN consultations c ON c.id = s.consultation_id
         LEFT JOIN plans p ON p.id = s.plan_id
         LEFT JOIN notices n ON n.id = s.notice_id
         WHERE s.update_id = $1 ORDER BY s.kind, s.subject_id",
    )
    .bind(update_id)
    .fetch_all(&mut *connection)
    .await?;
    let mut versions: Vec<Said> = Vec::new();
    for row in &rows {
        if versions.last().is_none_or(|last| last.version != row.get::<i64, _>("version")) {
            let (version, words) = (row.get("version"), words(row)?);
            versions.push(Said {
                version,
                words,
                by: row.get("published_by"),
                at: row.get("published_at"),
                verdicts: Vec::new(),
            });
        }
        if let (Some(said), Some(verdict)) = (versions.last_mut(), judged(row)?) {
            said.verdicts.push(verdict);
        }
    }
    Ok(Some(Update {
        id: update_id.to_owned(),
        organisation,
        about: about.iter().filter_map(subject).collect(),
        versions,
    }))
}

fn words(row: &AnyRow) -> Kept<Words> {
    let outcome = match row.get::<&str, _>("outcome") {
        "done" => Outcome::Done,
        "partly" => Outcome::Partly,
        "not" => Outcome::Not {
            because: row.get("because"),
            decided_by: row.get("decided_by"),
            look_again: row.get("look_again"),
        },
        _ => Outcome::Deciding { by: row.get("decide_by") },
    };
    Ok(Words {
        you_said: row.get("you_said"),
        questions: db::read_json(row.get("questions"))?,
        part: row.get("part"),
        we_did: row.get("we_did"),
        outcome,
        next: row.get("next"),
        next_by: row.get("next_by"),
        evidence: db::read_json(row.get("evidence"))?,
    })
}

fn judged(row: &AnyRow) -> Kept<Option<Judged>> {
    let Some(verdict) = row.get::<Option<&str>, _>("verdict").and_then(Verdict::read) else {
        return Ok(None);
    };
    Ok(Some(Judged {
        verdict,
        words: row.get("words"),
        evidence: db::read_json(row.get("shown"))?,
        at: row.get("given_at"),
    }))
}

/// An update in a list.
#[derive(Clone, Debug)]
pub struct Listed {
    /// Its id.
    pub id: String,
    /// What parents said.
    pub you_said: String,
    /// What came of it, as [`Outcome::word`].
    pub outcome: String,
    /// What the forum makes of it; `None` while it is claimed.
    pub verdict: Option<Verdict>,
    /// Whose it is.
    pub organisation: String,
    /// When what stands now was said.
    pub at: Millis,
}

/// Each update with its last version and the forum's last word on that.
pub(super) const STANDING: &str = "SELECT u.id, s.you_said, s.outcome, s.published_at, coalesce(o.name, '') AS organisation, u.organisation_id, u.begun_by,
       (SELECT v.verdict FROM verdicts v WHERE v.update_id = u.id AND v.version = s.version ORDER BY v.given_at DESC, v.id DESC LIMIT 1) AS verdict
FROM updates u
JOIN update_versions s ON s.update_id = u.id AND s.version = (SELECT max(l.version) FROM update_versions l WHERE l.update_id = u.id)
LEFT JOIN organisations o ON o.id = u.organisation_id";

/// Which updates a list holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Which {
    /// All.
    All,
    /// Those the forum has said this of.
    Judged(Verdict),
    /// Those it has said nothing of.
    Claimed,
    /// Those about one thing.
    About(String),
    /// Those that this leader may change.
    Hers(String),
}

/// Some updates, the last first.
pub async fn list(db: &Db, which: &Which, (most, from): (i64, i64)) -> Kept<Vec<Listed>> {
    let (condition, value) = match which {
        Which::All => ("$1 = ''", ""),
        Which::Judged(verdict) => ("verdict = $1", verdict.word()),
        Which::Claimed => ("$1 = '' AND verdict IS NULL", ""),
        Which::About(id) => (
            "id IN (SELECT b.update_id FROM update_subjects b WHERE b.subject_id = $1)",
            id.as_str(),
        ),
        Which::Hers(leader) => (HERS, leader.as_str()),
    };
    let sql = format!(
        "SELECT id, you_said, outcome, verdict, organisation, published_at FROM ({STANDING}) standing WHERE {condition}
         ORDER BY published_at DESC, id DESC LIMIT $2 OFFSET $3"
    );
    let rows = sqlx::query(AssertSqlSafe(sql))
        .bind(value)
        .bind(most)
        .bind(from)
        .fetch_all(&mut *db.read().await?)
        .await?;
    Ok(rows.iter().map(listed).collect())
}

/// The plans that a topic is tied to, the first first, as (id, title), and what was said of what
/// came of it, the last first.
pub async fn of_topic(db: &Db, topic_id: &str) -> Kept<(Vec<(String, String)>, Vec<Listed>)> {
    let sql = format!(
        "SELECT id, you_said, outcome, verdict, organisation, published_at, kind FROM (
           SELECT p.id, p.title AS you_said, '' AS outcome, CAST(NULL AS TEXT) AS verdict, '' AS organisation, CAST(0 AS BIGINT) AS published_at, 'plan' AS kind
             FROM plan_topics x JOIN plans p ON p.id = x.plan_id WHERE x.topic_id = $1
           UNION ALL SELECT s.id, s.you_said, s.outcome, s.verdict, s.organisation, s.published_at, 'update' FROM ({STANDING}) s
             WHERE s.id IN (SELECT b.update_id FROM update_subjects b WHERE b.topic_id = $1)) came_of_it
         ORDER BY kind, published_at DESC, id LIMIT 40"
    );
    let rows =
        sqlx::query(AssertSqlSafe(sql)).bind(topic_id).fetch_all(&mut *db.read().await?).await?;
    let (plans, updates): (Vec<&AnyRow>, Vec<&AnyRow>) =
        rows.iter().partition(|row| row.get::<&str, _>(6) == "plan");
    Ok((
        plans.into_iter().map(|row| (row.get(0), row.get(1))).collect(),
        updates.into_iter().map(listed).collect(),
    ))
}

/// What was said last, as a part of a statement: [`listed`] reads its rows.
pub(crate) fn latest(most: u8) -> String {
    format!(
        "SELECT id, you_said, outcome, verdict, organisation, published_at FROM ({STANDING}) standing ORDER BY published_at DESC, id DESC LIMIT {most}"
    )
}

/// What was said last in each update about something, which is written as the statement around this
/// names it; as a part of a statement with the columns of [`latest`].
pub(crate) fn about(subject: &str) -> String {
    format!(
        "SELECT s.id, s.you_said, s.outcome, s.verdict, s.organisation, s.published_at FROM ({STANDING}) s
         WHERE s.id IN (SELECT b.update_id FROM update_subjects b WHERE b.subject_id = {subject})"
    )
}

/// Reads an update in a list: (id, what parents said, outcome, verdict, organisation, when).
fn listed(row: &AnyRow) -> Listed {
    Listed {
        id: row.get(0),
        you_said: row.get(1),
        outcome: row.get(2),
        verdict: row.get::<Option<&str>, _>(3).and_then(Verdict::read),
        organisation: row.get(4),
        at: row.get(5),
    }
}

/// What a leader may change: what is her organisation's, and what is of no organisation.
pub(super) const HERS: &str = "($1 <> '' AND organisation_id IS NULL OR organisation_id IN (SELECT r.organisation_id FROM roles r WHERE r.account_id = $1 AND r.role = 'leader'))";

/// Whether this leader may change an update.
pub async fn is_hers(db: &Db, update_id: &str, leader: &str) -> Kept<bool> {
    let sql = format!("SELECT count(*) FROM updates WHERE id = $2 AND {HERS}");
    let hers: i64 = sqlx::query_scalar(AssertSqlSafe(sql))
        .bind(leader)
        .bind(update_id)
        .fetch_one(&mut *db.read().await?)
        .await?;
    Ok(hers > 0)
}
