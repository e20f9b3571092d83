//! What an update can be about, who answers for it, and of what an outcome is awaited.

use sqlx::any::AnyRow;
use sqlx::{AssertSqlSafe, Row as _};

use crate::area::store::speaks_for;
use crate::clock::Millis;
use crate::db::{Db, Kept};
use crate::updates::rules::Outcome;

/// What an update can be about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A topic that parents proposed.
    Topic,
    /// A round of proposing and voting.
    Round,
    /// The results of a consultation.
    Consultation,
    /// A plan.
    Plan,
    /// A change to a service.
    Notice,
}

impl Kind {
    pub(super) const ALL: [Self; 5] = [Self::Topic, Self::Round, Self::Consultation, Self::Plan, Self::Notice];

    /// The word it is stored and sent by.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Topic => "topic",
            Self::Round => "round",
            Self::Consultation => "consultation",
            Self::Plan => "plan",
            Self::Notice => "notice",
        }
    }

    /// Reads the word.
    #[must_use]
    pub fn read(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.word() == word)
    }

    /// How people call it.
    #[must_use]
    pub fn title(self) -> &'static str {
        match self {
            Self::Topic => "Topic",
            Self::Round => "Round",
            Self::Consultation => "Consultation",
            Self::Plan => "Plan",
            Self::Notice => "Change",
        }
    }
}

/// One thing that an update is or can be about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Subject {
    /// What it is.
    pub kind: Kind,
    /// Its id.
    pub id: String,
    /// Its title.
    pub title: String,
}

impl Subject {
    /// The one word that a form sends for it.
    #[must_use]
    pub fn value(&self) -> String {
        format!("{}:{}", self.kind.word(), self.id)
    }

    /// Where it is to be read.
    #[must_use]
    pub fn address(&self) -> String {
        match self.kind {
            Kind::Topic => format!("/topics/{}", self.id),
            Kind::Round => format!("/rounds/{}", self.id),
            Kind::Consultation => format!("/consultations/{}/results", self.id),
            Kind::Plan => format!("/plans/{}", self.id),
            Kind::Notice => format!("/notices/{}", self.id),
        }
    }
}

/// How many things a form offers.
const MOST_OFFERED: i64 = 100;

/// What this leader can answer: topics of closed rounds that are about a service she speaks for, closed rounds, consultations
/// with results, plans of her organisation with a published draft, and changes that people were told of. First what is asked
/// for in `first`, as [`Subject::value`]; then what somebody waits for, the latest first.
///
/// # Errors
/// When the database fails; likewise for every function here.
pub async fn answerable(db: &Db, leader: &str, first: &str) -> Kept<Vec<Subject>> {
    let sql = format!(
        "SELECT kind, id, title FROM (
           SELECT 'topic' AS kind, t.id, t.title, r.closed_at AS since,
                  CASE WHEN EXISTS (SELECT 1 FROM confirmed_topics c WHERE c.topic_id = t.id) THEN 1 ELSE 0 END AS is_awaited
             FROM topics t JOIN rounds r ON r.id = t.round_id AND r.closed_at IS NOT NULL
             WHERE t.published_at IS NOT NULL AND t.merged_at IS NULL AND t.withdrawn_at IS NULL
               AND EXISTS (SELECT 1 FROM topic_services ts WHERE ts.topic_id = t.id AND {})
           UNION ALL SELECT 'round', r.id, r.title, r.closed_at, 0 FROM rounds r WHERE r.closed_at IS NOT NULL
           UNION ALL SELECT 'consultation', c.id, c.title, min(x.checked_at), 1
             FROM consultations c JOIN releases x ON x.consultation_id = c.id AND x.checked_at IS NOT NULL GROUP BY c.id, c.title
           UNION ALL SELECT 'plan', p.id, p.title, min(d.published_at), 1
             FROM plans p JOIN drafts d ON d.plan_id = p.id AND d.published_at IS NOT NULL
             WHERE EXISTS (SELECT 1 FROM plan_organisations o JOIN roles l ON l.organisation_id = o.organisation_id AND l.role = 'leader'
                           WHERE o.plan_id = p.id AND l.account_id = $1)
             GROUP BY p.id, p.title
           UNION ALL SELECT 'notice', n.id, n.title, n.started_at, 0 FROM notices n
             WHERE n.started_at IS NOT NULL
               AND NOT EXISTS (SELECT 1 FROM notice_services ns WHERE ns.notice_id = n.id AND NOT {})) answerable
         ORDER BY CASE WHEN kind || ':' || id = $2 THEN 0 ELSE 1 END, is_awaited DESC, since DESC, id LIMIT {MOST_OFFERED}",
        speaks_for("ts.service_id", "$1"),
        speaks_for("ns.service_id", "$1")
    );
    let rows = sqlx::query(AssertSqlSafe(sql)).bind(leader).bind(first).fetch_all(&mut *db.read().await?).await?;
    Ok(rows.iter().filter_map(subject).collect())
}

pub(super) fn subject(row: &AnyRow) -> Option<Subject> {
    Some(Subject { kind: Kind::read(row.get(0))?, id: row.get(1), title: row.get(2) })
}

/// An outcome that somebody waits for.
#[derive(Clone, Debug)]
pub struct Waited {
    /// Of what.
    pub subject: Subject,
    /// Since when: the forum confirmed that a topic was chosen, results were published, or a first draft was.
    pub since: Millis,
    /// The day by which it is decided, the nearest that was promised.
    pub told: Option<Outcome>,
}

/// The most outcomes that are awaited at once.
const MOST_AWAITED: i64 = 1_000;

/// The last version of each update about the subject `w`.
const LAST_SAID: &str = "update_subjects b JOIN update_versions s ON s.update_id = b.update_id
    WHERE b.kind = w.kind AND b.subject_id = w.id AND s.version = (SELECT max(l.version) FROM update_versions l WHERE l.update_id = b.update_id)";

/// Every chosen topic, consultation with results and plan with a published draft of which nothing was said, or of which one update
/// says that it is still being decided, whatever another says.
pub async fn waited(db: &Db) -> Kept<Vec<Waited>> {
    let sql = format!(
        "SELECT a.kind, a.id, a.title, a.since,
                a.decide_by
         FROM (SELECT w.*, (SELECT min(s.decide_by) FROM {LAST_SAID} AND s.outcome = 'deciding') AS decide_by FROM (SELECT 'topic' AS kind, t.id, t.title, min(c.confirmed_at) AS since
                 FROM confirmed_topics x JOIN confirmations c ON c.round_id = x.round_id JOIN topics t ON t.id = x.topic_id
                 WHERE t.withdrawn_at IS NULL AND t.merged_at IS NULL GROUP BY t.id, t.title
               UNION ALL SELECT 'consultation', c.id, c.title, min(r.checked_at)
                 FROM consultations c JOIN releases r ON r.consultation_id = c.id AND r.checked_at IS NOT NULL GROUP BY c.id, c.title
               UNION ALL SELECT 'plan', p.id, p.title, min(d.published_at)
                 FROM plans p JOIN drafts d ON d.plan_id = p.id AND d.published_at IS NOT NULL GROUP BY p.id, p.title) w
               WHERE NOT EXISTS (SELECT 1 FROM {LAST_SAID}) OR EXISTS (SELECT 1 FROM {LAST_SAID} AND s.outcome = 'deciding')) a
         ORDER BY a.since, a.id LIMIT {MOST_AWAITED}"
    );
    let rows = sqlx::query(AssertSqlSafe(sql)).fetch_all(&mut *db.read().await?).await?;
    let waited = |row: &AnyRow| {
        let told = row.get::<Option<String>, _>(4).map(|by| Outcome::Deciding { by });
        Some(Waited { subject: subject(row)?, since: row.get(3), told })
    };
    Ok(rows.iter().filter_map(waited).collect())
}

/// The leaders who are to say what came of this: (account, address). Of a topic those who speak for one of its services, of a plan
/// those of its organisations, of all else every leader.
pub async fn responsible(db: &Db, subject: &Subject) -> Kept<Vec<(String, String)>> {
    let are = match subject.kind {
        Kind::Topic => {
            let speaks = speaks_for("ts.service_id", "l.account_id");
            format!("EXISTS (SELECT 1 FROM topic_services ts WHERE ts.topic_id = $1 AND {speaks})")
        }
        Kind::Plan => {
            "EXISTS (SELECT 1 FROM plan_organisations o WHERE o.plan_id = $1 AND o.organisation_id = l.organisation_id)".to_owned()
        }
        Kind::Round | Kind::Consultation | Kind::Notice => "$1 <> ''".to_owned(),
    };
    let sql = format!(
        "SELECT a.id, a.email FROM roles l JOIN accounts a ON a.id = l.account_id
         WHERE l.role = 'leader' AND a.email IS NOT NULL AND {are} ORDER BY a.id"
    );
    let rows = sqlx::query(AssertSqlSafe(sql)).bind(&subject.id).fetch_all(&mut *db.read().await?).await?;
    Ok(rows.iter().map(|row| (row.get(0), row.get(1))).collect())
}
