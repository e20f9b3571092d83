//! What an update can be about, who answers for it, and what an outcome is due for.

use area::store::{is_from, leads, speaks_for};
use calendar::clock::Millis;
use ground::db::{self, Db, Kept};
use outcomes::public::WITHDRAWN;
use outcomes::rules::Outcome;
use outcomes::store::plans_it;
use sqlx::any::AnyRow;
use sqlx::{AssertSqlSafe, Row as _};

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

    /// Reads the word.
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

    /// Whether it can still be read: a parent may withdraw a topic.
    #[must_use]
    pub fn is_there(&self) -> bool {
        self.title != WITHDRAWN
    }

    /// Where to read it.
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

/// Whether a leader answers for something: for a topic, whoever speaks for one of its services, and
/// anyone with an organisation where it is about none; for a round, for one of its topics; for a
/// plan, for its organisations; for results, for what was asked about, and where that was neither a
/// plan nor a topic, for the organisation that the forum chose, and nobody until it has; for a
/// change, for all its services. `id` and `leader` are written as the statement around this names
/// them.
fn answers_for(kind: Kind, id: &str, leader: &str) -> String {
    match kind {
        Kind::Topic => {
            format!(
                "(EXISTS (SELECT 1 FROM topic_services ts WHERE ts.topic_id = {id} AND {})
                 OR {} AND NOT EXISTS (SELECT 1 FROM topic_services ns
                   WHERE ns.topic_id = {id}))",
                speaks_for("ts.service_id", leader),
                leads(leader)
            )
        }
        Kind::Round => format!(
            "EXISTS (SELECT 1 FROM topics rt LEFT JOIN topic_services ts ON ts.topic_id = rt.id
             WHERE rt.round_id = {id} AND rt.published_at IS NOT NULL
               AND (ts.service_id IS NULL AND {} OR {}))",
            leads(leader),
            speaks_for("ts.service_id", leader)
        ),
        Kind::Consultation => format!(
            "EXISTS (SELECT 1 FROM consultations ac WHERE ac.id = {id}
               AND CASE WHEN ac.plan_id IS NOT NULL THEN {} WHEN ac.topic_id IS NOT NULL THEN {}
                 ELSE {} END)",
            answers_for(Kind::Plan, "ac.plan_id", leader),
            answers_for(Kind::Topic, "ac.topic_id", leader),
            is_from("ac.organisation_id", leader)
        ),
        Kind::Plan => plans_it(id, leader),
        Kind::Notice => {
            format!(
                "NOT EXISTS (SELECT 1 FROM notice_services ns WHERE ns.notice_id = {id}
                 AND NOT {})",
                speaks_for("ns.service_id", leader)
            )
        }
    }
}

/// What the leader `$1` can answer, as a part of statements: (kind, id, title, since, whether
/// somebody is waiting for it). Topics of closed rounds, closed rounds, consultations with results,
/// plans with a published draft, and changes that people were told about.
pub(super) fn all_answerable() -> String {
    let hers = |kind, id| answers_for(kind, id, "$1");
    format!(
        "SELECT 'topic' AS kind, t.id, t.title, r.closed_at AS since,
                CASE WHEN EXISTS (SELECT 1 FROM confirmed_topics c WHERE c.topic_id = t.id) THEN 1
                  ELSE 0 END AS is_awaited
           FROM listed_topics l JOIN topics t ON t.id = l.id
             JOIN rounds r ON r.id = l.round_id AND r.closed_at IS NOT NULL
           WHERE {}
         UNION ALL SELECT 'round', r.id, r.title, r.closed_at, 0 FROM rounds r
           WHERE r.closed_at IS NOT NULL AND {}
         UNION ALL SELECT 'consultation', c.id, c.title, min(x.checked_at), 1
           FROM consultations c JOIN releases x ON x.consultation_id = c.id
             AND x.checked_at IS NOT NULL WHERE {} GROUP BY c.id, c.title
         UNION ALL SELECT 'plan', p.id, p.title, min(d.published_at), 1
           FROM plans p JOIN drafts d ON d.plan_id = p.id AND d.published_at IS NOT NULL WHERE {}
             GROUP BY p.id, p.title
         UNION ALL SELECT 'notice', n.id, n.title, n.started_at, 0 FROM notices n
           WHERE n.started_at IS NOT NULL AND {}",
        hers(Kind::Topic, "t.id"),
        hers(Kind::Round, "r.id"),
        hers(Kind::Consultation, "c.id"),
        hers(Kind::Plan, "p.id"),
        hers(Kind::Notice, "n.id"),
    )
}

/// What this leader can answer: first what is `wanted`, as [`Subject::value`]; then what somebody
/// is waiting for, the latest first.
///
/// # Errors
/// When the database fails; likewise for every function here.
pub async fn answerable(db: &Db, leader: &str, wanted: &[String]) -> Kept<Vec<Subject>> {
    let sql = format!(
        "SELECT kind, id, title FROM ({}) answerable
         ORDER BY CASE WHEN kind || ':' || id IN ({}) THEN 0
           ELSE 1 END, is_awaited DESC, since DESC, id LIMIT {MOST_OFFERED}",
        all_answerable(),
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
pub(super) fn subject(row: &AnyRow) -> Kept<Subject> {
    let kind = db::known(Kind::read(row.get("kind")), "update_subjects.kind")?;
    Ok(Subject { kind, id: row.get("id"), title: row.get("title") })
}

/// An outcome that somebody is waiting for.
#[derive(Clone, Debug)]
pub struct Waited {
    /// What it is about.
    pub subject: Subject,
    /// Since when: the forum confirmed that a topic was chosen, results were published, or a first
    /// draft was.
    pub since: Millis,
    /// The day by which it is decided, the nearest that was promised.
    pub told: Option<Outcome>,
}

/// The most outcomes that are awaited at once.
const MOST_AWAITED: i64 = 1_000;

/// The last version of each update about the subject `w`.
const LAST_SAID: &str = "update_subjects b JOIN update_versions s ON s.update_id = b.update_id
    WHERE b.kind = w.kind AND b.subject_id = w.id AND s.version = (SELECT max(l.version)
      FROM update_versions l WHERE l.update_id = b.update_id)";

/// Every chosen topic, consultation with results and plan with a published draft by a time, which
/// is written as the statement around this names it: (kind, id, title, since when an outcome is
/// awaited).
pub fn awaited_by(at: &str) -> String {
    format!(
        "SELECT 'topic' AS kind, t.id,
             CASE WHEN EXISTS (SELECT 1 FROM public_topics y WHERE y.id = t.id) THEN t.title
               ELSE 'A topic that has been withdrawn' END AS title, min(c.confirmed_at) AS since
           FROM confirmed_topics x JOIN confirmations c ON c.round_id = x.round_id
             JOIN topics t ON t.id = x.topic_id
           WHERE c.confirmed_at <= {at} AND (t.withdrawn_at IS NULL OR t.withdrawn_at > {at})
             AND (t.merged_at IS NULL OR t.merged_at > {at})
           GROUP BY t.id
         UNION ALL SELECT 'consultation', c.id, c.title, min(r.checked_at)
           FROM consultations c JOIN releases r ON r.consultation_id = c.id
             AND r.checked_at <= {at} GROUP BY c.id, c.title
         UNION ALL SELECT 'plan', p.id, p.title, min(d.published_at)
           FROM plans p JOIN drafts d ON d.plan_id = p.id AND d.published_at <= {at}
             GROUP BY p.id, p.title"
    )
}

/// Every chosen topic, consultation with results and plan with a published draft about which
/// nothing was said, or about which one update says that it is still being decided, whatever
/// another says; as a part of statements: (kind, id, title, since, the nearest day that was
/// promised). `leader`: only what this leader answers for, as the statement around this names them.
pub fn all_awaited(leader: Option<&str>) -> String {
    let hers = leader.map_or_else(String::new, |leader| {
        let kinds = [Kind::Topic, Kind::Consultation, Kind::Plan];
        let each = kinds.map(|kind| {
            format!("WHEN '{}' THEN {}", kind.word(), answers_for(kind, "w.id", leader))
        });
        format!(" AND CASE w.kind {} END", each.join(" "))
    });
    format!(
        "SELECT a.kind, a.id, a.title, a.since, a.decide_by
         FROM (SELECT w.*, (SELECT min(s.decide_by) FROM {LAST_SAID}
           AND s.outcome = 'deciding') AS decide_by FROM ({}) w
               WHERE (NOT EXISTS (SELECT 1 FROM {LAST_SAID}) OR EXISTS (SELECT 1 FROM {LAST_SAID}
                 AND s.outcome = 'deciding')){hers}) a
         ORDER BY a.since, a.id LIMIT {MOST_AWAITED}",
        awaited_by(&Millis::MAX.to_string())
    )
}

/// What is awaited. `leader`: only what this leader answers for.
pub async fn waited(db: &Db, leader: Option<&str>) -> Kept<Vec<Waited>> {
    let sql = all_awaited(leader.map(|_| "$1"));
    let mut ask = sqlx::query(AssertSqlSafe(sql));
    if let Some(leader) = leader {
        ask = ask.bind(leader);
    }
    ask.fetch_all(&mut *db.read().await?).await?.iter().map(read_waited).collect()
}

/// Reads a row of [`all_awaited`].
///
/// # Errors
/// When what it is about, or the day that was promised, cannot be read.
pub fn read_waited(row: &AnyRow) -> Kept<Waited> {
    let by = row.get::<Option<String>, _>("decide_by");
    let by = by.map(|by| db::day(by, "update_versions.decide_by")).transpose()?;
    let told = by.map(|by| Outcome::Deciding { by });
    Ok(Waited { subject: subject(row)?, since: row.get("since"), told })
}

/// The leaders who must say what happened about this, who are those who answer for it: (account,
/// address).
pub async fn responsible(db: &Db, subject: &Subject) -> Kept<Vec<(String, String)>> {
    let sql = format!(
        "SELECT a.id, a.email FROM roles l JOIN accounts a ON a.id = l.account_id
         WHERE l.role = 'leader' AND a.email IS NOT NULL AND {} ORDER BY a.id",
        answers_for(subject.kind, "$1", "l.account_id")
    );
    sqlx::query_as(AssertSqlSafe(sql)).bind(&subject.id).fetch_all(&mut *db.read().await?).await
}
