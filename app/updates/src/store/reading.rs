//! What was said, and whose it is.

use calendar::clock::Moment;
use ground::db::{self, Db};
use ground::ids::{self, Account, EvidenceFile, Id};
use outcomes::rules::{Outcome, Stage, Verdict};
use outcomes::store::{stage, verdict};
use sqlx::Row as _;
use sqlx::any::AnyRow;

use super::subjects::{Subject, subject};
use crate::evidence::{Attached, Evidence};
use crate::words::Words;

/// An update with all that was said in it.
#[derive(Clone, Debug)]
pub struct Update {
    pub id: Id<ids::Update>,
    /// The name of the organisation it is from; empty for a leader of no organisation.
    pub organisation: String,
    pub about: Vec<Subject>,
    /// What was said, the last first; never empty.
    pub versions: Vec<Said>,
}

impl Update {
    /// What is published now.
    #[must_use]
    pub fn now(&self) -> &Said {
        &self.versions[0]
    }

    /// The file with this id among all that was said.
    #[must_use]
    pub fn file(&self, id: &Id<EvidenceFile>) -> Option<&Attached> {
        let said = self.versions.iter().map(|said| &said.words.evidence);
        let judged =
            self.versions.iter().flat_map(|said| &said.verdicts).map(|judged| &judged.evidence);
        said.chain(judged).flat_map(|evidence| &evidence.files).find(|file| file.id == *id)
    }
}

/// One version of an update.
#[derive(Clone, Debug)]
pub struct Said {
    /// From 1.
    pub version: i64,
    pub words: Words,
    /// Who published it.
    pub by: Id<Account>,
    pub at: Moment,
    /// What the forum said about it, the last first.
    pub verdicts: Vec<Judged>,
}

/// The forum's view of a version.
#[derive(Clone, Debug)]
pub struct Judged {
    pub verdict: Verdict,
    pub words: String,
    pub evidence: Evidence,
    pub at: Moment,
}

/// The update with this id.
pub async fn find(db: &Db, update_id: &Id<ids::Update>) -> sqlx::Result<Option<Update>> {
    let mut connection = db.read().await?;
    let rows = sqlx::query(
        "SELECT s.version, s.you_said, s.questions, s.part, s.we_did, s.outcome, s.because,
         s.decided_by, s.look_again, s.decide_by, s.next, s.next_by,
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
        "SELECT s.kind, s.subject_id AS id,
           CASE WHEN s.topic_id IS NULL THEN coalesce(r.title, c.title, p.title, n.title)
             WHEN EXISTS (SELECT 1 FROM public_topics y WHERE y.id = s.topic_id)
               OR t.taken_down_at IS NOT NULL THEN t.title
             ELSE 'A topic that has been withdrawn' END AS title
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
        id: update_id.clone(),
        organisation,
        about: about.iter().map(subject).collect::<sqlx::Result<_>>()?,
        versions,
    }))
}

fn words(row: &AnyRow) -> sqlx::Result<Words> {
    let day = |name: &str| db::day(row.get(name), name);
    let outcome = match stage(row.get("outcome"))? {
        Stage::Done => Outcome::Done,
        Stage::Partly => Outcome::Partly,
        Stage::Not => Outcome::Not {
            because: row.get("because"),
            decided_by: row.get("decided_by"),
            look_again: day("look_again")?,
        },
        Stage::Deciding => Outcome::Deciding { by: day("decide_by")? },
    };
    Ok(Words {
        you_said: row.get("you_said"),
        questions: db::read_json(row.get("questions"), "update_versions.questions")?,
        part: row.get("part"),
        we_did: row.get("we_did"),
        outcome,
        next: row.get("next"),
        next_by: day("next_by")?,
        evidence: db::read_json(row.get("evidence"), "update_versions.evidence")?,
    })
}

fn judged(row: &AnyRow) -> sqlx::Result<Option<Judged>> {
    let Some(verdict) = verdict(row.get("verdict"))? else { return Ok(None) };
    Ok(Some(Judged {
        verdict,
        words: row.get("words"),
        evidence: db::read_json(row.get("shown"), "verdicts.evidence")?,
        at: row.get("given_at"),
    }))
}

/// Whether this leader may change an update.
pub async fn may_change(
    db: &Db,
    update_id: &Id<ids::Update>,
    leader: &Id<Account>,
) -> sqlx::Result<bool> {
    let may: i64 = sqlx::query_scalar(
        "SELECT count(*) FROM update_leaders WHERE update_id = $1 AND account_id = $2",
    )
    .bind(update_id)
    .bind(leader)
    .fetch_one(&mut *db.read().await?)
    .await?;
    Ok(may > 0)
}
