//! What an update can be about, who answers for it, and what an outcome is due for.

use calendar::clock::Moment;
use ground::db::{self, Db, formatcp};
use ground::ids::{Account, Id};
use outcomes::public::WITHDRAWN;
use outcomes::rules::Outcome;
use sqlx::any::AnyRow;
use sqlx::{AssertSqlSafe, Row as _};

/// What an update can be about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SubjectKind {
    Topic,
    /// A round of proposing and voting.
    Round,
    /// The results of a consultation.
    Consultation,
    Plan,
    /// A change to a service.
    Notice,
}

impl SubjectKind {
    pub(super) const ALL: [Self; 5] =
        [Self::Topic, Self::Round, Self::Consultation, Self::Plan, Self::Notice];

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

    #[must_use]
    pub fn read(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.word() == word)
    }

    /// What people call it.
    #[must_use]
    pub fn title(self) -> &'static str {
        match self {
            Self::Topic => "Topic",
            Self::Round => "Voting round",
            Self::Consultation => "Consultation",
            Self::Plan => "Plan",
            Self::Notice => "Change",
        }
    }
}

/// One thing that an update is or can be about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Subject {
    pub kind: SubjectKind,
    pub id: String,
    pub title: String,
}

impl Subject {
    /// The one word that a form sends for it.
    #[must_use]
    pub fn value(&self) -> String {
        format!("{}:{}", self.kind.word(), self.id)
    }

    /// Whether it can still be read: a parent may withdraw a topic.
    #[must_use]
    pub fn is_there(&self) -> bool {
        self.title != WITHDRAWN
    }

    /// Where to read it.
    #[must_use]
    pub fn address(&self) -> String {
        match self.kind {
            SubjectKind::Topic => format!("/topics/{}", self.id),
            SubjectKind::Round => format!("/rounds/{}", self.id),
            SubjectKind::Consultation => format!("/consultations/{}/results", self.id),
            SubjectKind::Plan => format!("/plans/{}", self.id),
            SubjectKind::Notice => format!("/notices/{}", self.id),
        }
    }
}

/// How many things a form offers.
const MOST_OFFERED: i64 = 100;

/// What the leader `$1` can answer, as a part of statements: (kind, id, title, since, whether
/// somebody is waiting for it). Topics of closed rounds, closed rounds, consultations with results,
/// plans with a published draft, and changes that people were told about.
pub(super) const ALL_ANSWERABLE: &str = "SELECT 'topic' AS kind, t.id, t.title,
       r.closed_at AS since, CASE WHEN EXISTS (SELECT 1 FROM confirmed_topics c
         WHERE c.topic_id = t.id) THEN 1 ELSE 0 END AS is_awaited
       FROM listed_topics l JOIN topics t ON t.id = l.id
         JOIN rounds r ON r.id = l.round_id AND r.closed_at IS NOT NULL
       WHERE EXISTS (SELECT 1 FROM topic_leaders k WHERE k.topic_id = l.id AND k.account_id = $1)
     UNION ALL SELECT 'round', r.id, r.title, r.closed_at, 0 FROM rounds r
       WHERE r.closed_at IS NOT NULL
         AND EXISTS (SELECT 1 FROM round_leaders k WHERE k.round_id = r.id AND k.account_id = $1)
     UNION ALL SELECT 'consultation', c.id, c.title, min(x.checked_at), 1
       FROM consultations c JOIN releases x ON x.consultation_id = c.id
         AND x.checked_at IS NOT NULL
       WHERE EXISTS (SELECT 1 FROM consultation_leaders k WHERE k.consultation_id = c.id
         AND k.account_id = $1) GROUP BY c.id, c.title
     UNION ALL SELECT 'plan', p.id, p.title, min(d.published_at), 1
       FROM plans p JOIN drafts d ON d.plan_id = p.id AND d.published_at IS NOT NULL
       WHERE EXISTS (SELECT 1 FROM plan_leaders k WHERE k.plan_id = p.id AND k.account_id = $1)
         GROUP BY p.id, p.title
     UNION ALL SELECT 'notice', n.id, n.title, n.started_at, 0 FROM notices n
       WHERE n.started_at IS NOT NULL AND EXISTS (SELECT 1 FROM notice_leaders k
         WHERE k.notice_id = n.id AND k.account_id = $1)";

/// What this leader can answer: first what is `wanted`, as [`Subject::value`]; then what somebody
/// is waiting for, the latest first.
///
/// # Errors
/// When the database fails; likewise for every function here.
pub async fn answerable(
    db: &Db,
    leader: &Id<Account>,
    wanted: &[String],
) -> sqlx::Result<Vec<Subject>> {
    let sql = format!(
        "SELECT kind, id, title FROM ({ALL_ANSWERABLE}) answerable
         ORDER BY CASE WHEN kind || ':' || id IN ({}) THEN 0
           ELSE 1 END, is_awaited DESC, since DESC, id LIMIT {MOST_OFFERED}",
        db::parameters(2, wanted.len().max(1)),
    );
    let mut ask = sqlx::query(AssertSqlSafe(sql)).bind(leader);
    for value in wanted {
        ask = ask.bind(value);
    }
    if wanted.is_empty() {
        ask = ask.bind("");
    }
    let rows = ask.fetch_all(&mut *db.read().await?).await?;
    rows.iter().map(subject).collect()
}

/// Reads a row with a kind, an id and a title.
pub(super) fn subject(row: &AnyRow) -> sqlx::Result<Subject> {
    let kind = db::known(SubjectKind::read(row.get("kind")), "update_subjects.kind")?;
    Ok(Subject { kind, id: row.get("id"), title: row.get("title") })
}

/// An outcome that somebody is waiting for.
#[derive(Clone, Debug)]
pub struct Waited {
    /// What it is about.
    pub subject: Subject,
    /// Since when: the forum confirmed that a topic was chosen, results were published, or a first
    /// draft was.
    pub since: Moment,
    /// The day by which it is decided, the nearest that was promised.
    pub told: Option<Outcome>,
}

/// The most outcomes that are awaited at once.
const MOST_AWAITED: i64 = 1_000;

/// The last version of each update about the subject `w`.
const LAST_SAID: &str = "update_subjects b JOIN update_versions s ON s.update_id = b.update_id
    WHERE b.kind = w.kind AND b.subject_id = w.id AND s.version = (SELECT max(l.version)
      FROM update_versions l WHERE l.update_id = b.update_id)";

/// Every chosen topic, consultation with results and plan with a published draft by the time `$1`,
/// as a part of statements: (kind, id, title, since when an outcome is awaited).
pub const AWAITED_BY: &str = "SELECT 'topic' AS kind, t.id,
             CASE WHEN EXISTS (SELECT 1 FROM public_topics y WHERE y.id = t.id)
               OR t.taken_down_at IS NOT NULL THEN t.title
               ELSE 'A topic that has been withdrawn' END AS title, min(c.confirmed_at) AS since
           FROM confirmed_topics x JOIN confirmations c ON c.round_id = x.round_id
             JOIN topics t ON t.id = x.topic_id
           WHERE c.confirmed_at <= $1 AND (t.withdrawn_at IS NULL OR t.withdrawn_at > $1)
             AND (t.merged_at IS NULL OR t.merged_at > $1)
           GROUP BY t.id
         UNION ALL SELECT 'consultation', c.id, c.title, min(r.checked_at)
           FROM consultations c JOIN releases r ON r.consultation_id = c.id
             AND r.checked_at <= $1 GROUP BY c.id, c.title
         UNION ALL SELECT 'plan', p.id, p.title, min(d.published_at)
           FROM plans p JOIN drafts d ON d.plan_id = p.id AND d.published_at <= $1
             GROUP BY p.id, p.title";

/// Every chosen topic, consultation with results and plan with a published draft about which
/// nothing was said, or about which one update says that it is still being decided, whatever
/// another says; as a part of statements: (kind, id, title, since, the nearest day that was
/// promised).
const AWAITED: &str = formatcp!(
    "w.*, (SELECT min(s.decide_by) FROM {LAST_SAID} AND s.outcome = 'deciding') AS decide_by
     FROM ({AWAITED_BY}) w
     WHERE (NOT EXISTS (SELECT 1 FROM {LAST_SAID})
       OR EXISTS (SELECT 1 FROM {LAST_SAID} AND s.outcome = 'deciding'))"
);

/// What is awaited. `leader`: only what this leader answers for.
pub async fn waited(db: &Db, leader: Option<&Id<Account>>) -> sqlx::Result<Vec<Waited>> {
    const ALL: &str = formatcp!(
        "SELECT a.kind, a.id, a.title, a.since, a.decide_by FROM (SELECT {AWAITED}) a
         ORDER BY a.since, a.id LIMIT {MOST_AWAITED}"
    );
    const OF_LEADER: &str = formatcp!(
        "SELECT a.kind, a.id, a.title, a.since, a.decide_by FROM (SELECT {AWAITED}
           AND CASE w.kind
             WHEN 'topic' THEN EXISTS (SELECT 1 FROM topic_leaders k
               WHERE k.topic_id = w.id AND k.account_id = $2)
             WHEN 'consultation' THEN EXISTS (SELECT 1 FROM consultation_leaders k
               WHERE k.consultation_id = w.id AND k.account_id = $2)
             WHEN 'plan' THEN EXISTS (SELECT 1 FROM plan_leaders k
               WHERE k.plan_id = w.id AND k.account_id = $2) END) a
         ORDER BY a.since, a.id LIMIT {MOST_AWAITED}"
    );
    // Whenever it was.
    let mut ask = sqlx::query(leader.map_or(ALL, |_| OF_LEADER)).bind(Moment::MAX);
    if let Some(leader) = leader {
        ask = ask.bind(leader);
    }
    ask.fetch_all(&mut *db.read().await?).await?.iter().map(read_waited).collect()
}

/// Reads a row of what is awaited: an error when what it is about, or the day that was promised,
/// cannot be read.
fn read_waited(row: &AnyRow) -> sqlx::Result<Waited> {
    let by = row.get::<Option<String>, _>("decide_by");
    let by = by.map(|by| db::day(by, "update_versions.decide_by")).transpose()?;
    let told = by.map(|by| Outcome::Deciding { by });
    Ok(Waited { subject: subject(row)?, since: row.get("since"), told })
}

/// The leaders who must say what happened about this, who are those who answer for it: (account,
/// address).
pub async fn responsible(db: &Db, subject: &Subject) -> sqlx::Result<Vec<(Id<Account>, String)>> {
    let sql = match subject.kind {
        SubjectKind::Topic => {
            "SELECT id, email FROM accounts WHERE email IS NOT NULL
               AND id IN (SELECT account_id FROM topic_leaders WHERE topic_id = $1) ORDER BY id"
        }
        SubjectKind::Round => {
            "SELECT id, email FROM accounts WHERE email IS NOT NULL
               AND id IN (SELECT account_id FROM round_leaders WHERE round_id = $1) ORDER BY id"
        }
        SubjectKind::Consultation => {
            "SELECT id, email FROM accounts WHERE email IS NOT NULL
               AND id IN (SELECT account_id FROM consultation_leaders WHERE consultation_id = $1)
             ORDER BY id"
        }
        SubjectKind::Plan => {
            "SELECT id, email FROM accounts WHERE email IS NOT NULL
               AND id IN (SELECT account_id FROM plan_leaders WHERE plan_id = $1) ORDER BY id"
        }
        SubjectKind::Notice => {
            "SELECT id, email FROM accounts WHERE email IS NOT NULL
               AND id IN (SELECT account_id FROM notice_leaders WHERE notice_id = $1) ORDER BY id"
        }
    };
    sqlx::query_as(sql).bind(&subject.id).fetch_all(&mut *db.read().await?).await
}
