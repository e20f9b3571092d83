//! Every SQL statement about updates.

use sqlx::any::AnyRow;
use sqlx::{AnyConnection, AssertSqlSafe, Row as _};

use super::rules::{Outcome, Verdict};
use super::words::Words;
use crate::area::store::speaks_for;
use crate::clock::Millis;
use crate::db::{self, Db, Kept};
use crate::deliveries::{self, Owed, owe};
use crate::{id, notices, subscriptions};

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
    const ALL: [Self; 5] = [Self::Topic, Self::Round, Self::Consultation, Self::Plan, Self::Notice];

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

fn subject(row: &AnyRow) -> Option<Subject> {
    Some(Subject { kind: Kind::read(row.get(0))?, id: row.get(1), title: row.get(2) })
}

/// Publishes an update, once for each form key; its id, and whether it is new.
pub async fn publish(
    tx: &mut AnyConnection,
    form_key: &str,
    words: &Words,
    about: &[Subject],
    by: &str,
    now: Millis,
) -> Kept<(String, bool)> {
    let new: Option<String> = sqlx::query_scalar(
        "INSERT INTO updates (id, form_key, organisation_id, begun_by, begun_at)
         SELECT $1, $2, (SELECT r.organisation_id FROM roles r WHERE r.account_id = $3 AND r.role = 'leader'), $3, CAST($4 AS BIGINT)
         WHERE NOT EXISTS (SELECT 1 FROM update_versions v WHERE v.form_key = $2)
         ON CONFLICT (form_key) DO NOTHING RETURNING id",
    )
    .bind(id::fresh())
    .bind(form_key)
    .bind(by)
    .bind(now)
    .fetch_optional(&mut *tx)
    .await?;
    let Some(update_id) = new else {
        let known = sqlx::query_scalar("SELECT update_id FROM update_versions WHERE form_key = $1").bind(form_key).fetch_one(tx).await?;
        return Ok((known, false));
    };
    tie(&mut *tx, &update_id, about).await?;
    say(tx, &update_id, 1, form_key, words, true, by, now).await?;
    Ok((update_id, true))
}

async fn tie(tx: &mut AnyConnection, update_id: &str, about: &[Subject]) -> Kept<()> {
    let column = |subject: &Subject, kind: Kind, nth: usize| if subject.kind == kind { format!("${}", nth + 2) } else { "NULL".to_owned() };
    let row = |(nth, subject): (usize, &Subject)| {
        let columns = Kind::ALL.map(|kind| column(subject, kind, nth)).join(", ");
        format!("($1, '{}', ${}, {columns})", subject.kind.word(), nth + 2)
    };
    let rows = about.iter().enumerate().map(row).collect::<Vec<_>>().join(", ");
    let sql = format!(
        "INSERT INTO update_subjects (update_id, kind, subject_id, topic_id, round_id, consultation_id, plan_id, notice_id) VALUES {rows}"
    );
    let mut tie = sqlx::query(AssertSqlSafe(sql)).bind(update_id);
    for subject in about {
        tie = tie.bind(&subject.id);
    }
    tie.execute(tx).await?;
    Ok(())
}

/// Says something as the next version. False when another was said meanwhile, or this one before.
#[allow(clippy::too_many_arguments, reason = "a row has many columns")]
pub async fn say(
    tx: &mut AnyConnection,
    update_id: &str,
    version: i64,
    form_key: &str,
    words: &Words,
    is_told: bool,
    by: &str,
    now: Millis,
) -> Kept<bool> {
    let (mut because, mut decided_by, mut look_again, mut decide_by) = Default::default();
    match &words.outcome {
        Outcome::Done | Outcome::Partly => {}
        Outcome::Not { because: why, decided_by: who, look_again: when } => {
            (because, decided_by, look_again) = (why.as_str(), who.as_str(), when.as_str());
        }
        Outcome::Deciding { by } => decide_by = by.as_str(),
    }
    let said = sqlx::query(
        "INSERT INTO update_versions (update_id, version, form_key, you_said, part, we_did, outcome, because, decided_by, look_again, decide_by,
                                      next, next_by, links, numbers, published_by, published_at, is_told)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, CAST($18 AS INTEGER)) ON CONFLICT DO NOTHING",
    )
    .bind(update_id)
    .bind(version)
    .bind(form_key)
    .bind(&words.you_said)
    .bind(&words.part)
    .bind(&words.we_did)
    .bind(words.outcome.word())
    .bind(because)
    .bind(decided_by)
    .bind(look_again)
    .bind(decide_by)
    .bind(&words.next)
    .bind(&words.next_by)
    .bind(db::json(&words.links)?)
    .bind(words.numbers.as_ref().map(db::json).transpose()?)
    .bind(by)
    .bind(now)
    .bind(i64::from(is_told));
    Ok(said.execute(tx).await?.rows_affected() == 1)
}

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
    /// Where more is to be read.
    pub links: Vec<String>,
    /// When.
    pub at: Millis,
}

/// The update with this id.
pub async fn find(db: &Db, update_id: &str) -> Kept<Option<Update>> {
    let mut connection = db.read().await?;
    let rows = sqlx::query(
        "SELECT s.version, s.you_said, s.part, s.we_did, s.outcome, s.because, s.decided_by, s.look_again, s.decide_by, s.next, s.next_by, s.links,
                s.numbers, s.published_by, s.published_at, coalesce(o.name, '') AS organisation,
                v.verdict, v.words, v.links AS evidence, v.given_at
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
            versions.push(Said { version, words, by: row.get("published_by"), at: row.get("published_at"), verdicts: Vec::new() });
        }
        if let (Some(said), Some(verdict)) = (versions.last_mut(), judged(row)?) {
            said.verdicts.push(verdict);
        }
    }
    Ok(Some(Update { id: update_id.to_owned(), organisation, about: about.iter().filter_map(subject).collect(), versions }))
}

fn words(row: &AnyRow) -> Kept<Words> {
    let outcome = match row.get::<&str, _>("outcome") {
        "done" => Outcome::Done,
        "partly" => Outcome::Partly,
        "not" => Outcome::Not { because: row.get("because"), decided_by: row.get("decided_by"), look_again: row.get("look_again") },
        _ => Outcome::Deciding { by: row.get("decide_by") },
    };
    Ok(Words {
        you_said: row.get("you_said"),
        part: row.get("part"),
        we_did: row.get("we_did"),
        outcome,
        next: row.get("next"),
        next_by: row.get("next_by"),
        links: db::read_json(row.get("links"))?,
        numbers: row.get::<Option<&str>, _>("numbers").map(db::read_json).transpose()?,
    })
}

fn judged(row: &AnyRow) -> Kept<Option<Judged>> {
    let Some(verdict) = row.get::<Option<&str>, _>("verdict").and_then(Verdict::read) else { return Ok(None) };
    Ok(Some(Judged { verdict, words: row.get("words"), links: db::read_json(row.get("evidence"))?, at: row.get("given_at") }))
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
const STANDING: &str = "SELECT u.id, s.you_said, s.outcome, s.published_at, coalesce(o.name, '') AS organisation, u.organisation_id, u.begun_by,
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
        Which::About(id) => ("id IN (SELECT b.update_id FROM update_subjects b WHERE b.subject_id = $1)", id.as_str()),
        Which::Hers(leader) => (HERS, leader.as_str()),
    };
    let sql = format!(
        "SELECT id, you_said, outcome, verdict, organisation, published_at FROM ({STANDING}) standing WHERE {condition}
         ORDER BY published_at DESC, id DESC LIMIT $2 OFFSET $3"
    );
    let rows = sqlx::query(AssertSqlSafe(sql)).bind(value).bind(most).bind(from).fetch_all(&mut *db.read().await?).await?;
    Ok(rows.iter().map(listed).collect())
}

/// The plans that a topic is tied to, the first first, as (id, title), and what was said of what came of it, the last first.
pub async fn of_topic(db: &Db, topic_id: &str) -> Kept<(Vec<(String, String)>, Vec<Listed>)> {
    let sql = format!(
        "SELECT id, you_said, outcome, verdict, organisation, published_at, kind FROM (
           SELECT p.id, p.title AS you_said, '' AS outcome, CAST(NULL AS TEXT) AS verdict, '' AS organisation, CAST(0 AS BIGINT) AS published_at, 'plan' AS kind
             FROM plan_topics x JOIN plans p ON p.id = x.plan_id WHERE x.topic_id = $1
           UNION ALL SELECT s.id, s.you_said, s.outcome, s.verdict, s.organisation, s.published_at, 'update' FROM ({STANDING}) s
             WHERE s.id IN (SELECT b.update_id FROM update_subjects b WHERE b.topic_id = $1)) came_of_it
         ORDER BY kind, published_at DESC, id LIMIT 40"
    );
    let rows = sqlx::query(AssertSqlSafe(sql)).bind(topic_id).fetch_all(&mut *db.read().await?).await?;
    let (plans, updates): (Vec<&AnyRow>, Vec<&AnyRow>) = rows.iter().partition(|row| row.get::<&str, _>(6) == "plan");
    Ok((plans.into_iter().map(|row| (row.get(0), row.get(1))).collect(), updates.into_iter().map(listed).collect()))
}

/// What was said last, as a part of a statement: [`listed`] reads its rows.
pub(crate) fn latest(most: u8) -> String {
    format!(
        "SELECT id, you_said, outcome, verdict, organisation, published_at FROM ({STANDING}) standing ORDER BY published_at DESC, id DESC LIMIT {most}"
    )
}

/// Reads an update in a list: (id, what parents said, outcome, verdict, organisation, when).
pub(crate) fn listed(row: &AnyRow) -> Listed {
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
const HERS: &str = "($1 <> '' AND organisation_id IS NULL OR organisation_id IN (SELECT r.organisation_id FROM roles r WHERE r.account_id = $1 AND r.role = 'leader'))";

/// Whether this leader may change an update.
pub async fn is_hers(db: &Db, update_id: &str, leader: &str) -> Kept<bool> {
    let sql = format!("SELECT count(*) FROM updates WHERE id = $2 AND {HERS}");
    let hers: i64 = sqlx::query_scalar(AssertSqlSafe(sql)).bind(leader).bind(update_id).fetch_one(&mut *db.read().await?).await?;
    Ok(hers > 0)
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

/// The versions whose contributors are not all owed a letter yet, some at a time: (update, version).
pub async fn untold(db: &Db) -> Kept<Vec<(String, i64)>> {
    let rows = sqlx::query(
        "SELECT update_id, version FROM update_versions WHERE is_told = 1 AND told_at IS NULL ORDER BY published_at, update_id, version LIMIT 10",
    )
    .fetch_all(&mut *db.read().await?)
    .await?;
    Ok(rows.iter().map(|row| (row.get(0), row.get(1))).collect())
}

/// Who contributed to what the update `$1` is about, one row a person: (account or, without one, subscriber; address;
/// subscriber). Those who proposed or supported its topics, those of its rounds and of its plans; who answered its consultations
/// and asked to hear; and who was told of its changes and has not stopped that by her own choice.
fn contributors() -> String {
    let stopped = notices::ledger::stopped("b.id", "l.notice_id", "l.notice_id");
    format!(
        "WITH RECURSIVE about AS (SELECT * FROM update_subjects WHERE update_id = $1),
              named AS (SELECT a.topic_id AS id FROM about a WHERE a.topic_id IS NOT NULL
                        UNION SELECT t.id FROM about a JOIN topics t ON t.round_id = a.round_id AND t.published_at IS NOT NULL AND t.withdrawn_at IS NULL
                        UNION SELECT x.topic_id FROM about a JOIN plan_topics x ON x.plan_id = a.plan_id
                              JOIN topics t ON t.id = x.topic_id AND t.withdrawn_at IS NULL),
              topic AS (SELECT id FROM named UNION SELECT m.id FROM topic JOIN topics m ON m.merged_into = topic.id AND m.withdrawn_at IS NULL),
              account AS (SELECT t.author_id AS id FROM topic JOIN topics t ON t.id = topic.id
                          UNION SELECT s.account_id FROM topic JOIN supports s ON s.topic_id = topic.id
                          UNION SELECT k.account_id FROM about a JOIN took_part k ON k.consultation_id = a.consultation_id AND k.wants_outcome = 1)
         SELECT c.id AS person, c.email, CAST(NULL AS TEXT) AS subscriber_id FROM account JOIN accounts c ON c.id = account.id AND c.email IS NOT NULL
         UNION
         SELECT coalesce(c.id, b.id), b.email, CASE WHEN c.id IS NULL THEN b.id END
         FROM about a
         JOIN ledger l ON l.notice_id = a.notice_id AND l.called_off_at IS NULL
         JOIN subscribers t ON t.id = l.subscriber_id
         JOIN subscribers b ON b.id = coalesce(t.joined_id, t.id) AND b.email IS NOT NULL
         LEFT JOIN accounts c ON c.email = b.email
         WHERE (l.read_at IS NOT NULL OR l.reached_at IS NOT NULL OR EXISTS (SELECT 1 FROM deliveries d WHERE d.id = l.delivery_id AND d.sent_at IS NOT NULL))
           AND NOT {stopped}"
    )
}

/// Owes the letter about a version to the next `most` people who contributed and were not owed it yet; none left, the version is
/// marked as told. `choose`: the words for a subscriber, with the link to her own page. Gives how many letters are owed now.
pub async fn tell_next(
    tx: &mut AnyConnection,
    (update_id, version): (&str, i64),
    words: &deliveries::Words,
    choose: impl Fn(&str) -> deliveries::Words,
    most: i64,
    now: Millis,
) -> Kept<usize> {
    let sql = format!(
        "SELECT person, email, subscriber_id FROM ({}) people
         WHERE NOT EXISTS (SELECT 1 FROM update_letters l WHERE l.update_id = $1 AND l.version = $2 AND l.person = people.person)
         ORDER BY person LIMIT $3",
        contributors()
    );
    let people = sqlx::query(AssertSqlSafe(sql)).bind(update_id).bind(version).bind(most).fetch_all(&mut *tx).await?;
    for row in &people {
        let (person, to, subscriber): (String, String, Option<String>) = (row.get(0), row.get(1), row.get(2));
        let dedup_key = format!("update {update_id} {version} {person}");
        let own = if let Some(subscriber) = &subscriber {
            let token = id::secret();
            subscriptions::store::keep_link(&mut *tx, &id::hash(&token), subscriber, now).await?;
            Some(choose(&token))
        } else {
            None
        };
        let account_id = subscriber.is_none().then_some(person.as_str());
        let words = own.as_ref().unwrap_or(words);
        let owed = Owed { dedup_key: &dedup_key, kind: "update", account_id, to: &to, words, at: now, not_after: None };
        owe(&mut *tx, owed).await?;
        let delivery_id = deliveries::store::id_of(&mut *tx, &dedup_key).await?;
        sqlx::query(
            "INSERT INTO update_letters (update_id, version, person, subscriber_id, delivery_id) VALUES ($1, $2, $3, $4, $5) ON CONFLICT DO NOTHING",
        )
        .bind(update_id)
        .bind(version)
        .bind(person)
        .bind(subscriber)
        .bind(delivery_id)
        .execute(&mut *tx)
        .await?;
    }
    if people.is_empty() {
        sqlx::query("UPDATE update_versions SET told_at = $3 WHERE update_id = $1 AND version = $2 AND told_at IS NULL")
            .bind(update_id)
            .bind(version)
            .bind(now)
            .execute(tx)
            .await?;
    }
    Ok(people.len())
}

/// Calls off what a subscriber is still owed of outcomes, once she has stopped all letters.
pub async fn call_off(tx: &mut AnyConnection, subscriber_id: &str, now: Millis) -> Kept<()> {
    let hers = "id IN (SELECT l.delivery_id FROM update_letters l WHERE l.subscriber_id = $1)";
    deliveries::store::call_off(tx, hers, subscriber_id, "unsubscribed", now).await
}

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

/// Whether what this form says was said.
pub async fn is_said(db: &Db, form_key: &str) -> Kept<bool> {
    let said: i64 = sqlx::query_scalar("SELECT count(*) FROM update_versions WHERE form_key = $1")
        .bind(form_key)
        .fetch_one(&mut *db.read().await?)
        .await?;
    Ok(said > 0)
}

/// Whether the verdict of this form was given.
pub async fn is_judged(db: &Db, form_key: &str) -> Kept<bool> {
    let judged: i64 =
        sqlx::query_scalar("SELECT count(*) FROM verdicts WHERE form_key = $1").bind(form_key).fetch_one(&mut *db.read().await?).await?;
    Ok(judged > 0)
}

/// A verdict to be given.
#[derive(Clone, Debug)]
pub struct NewVerdict {
    /// The same key twice is one verdict.
    pub form_key: String,
    /// On which version.
    pub version: i64,
    /// Which.
    pub verdict: Verdict,
    /// In the forum's words.
    pub words: String,
    /// Where more is to be read.
    pub links: Vec<String>,
}

/// Gives the forum's word on a version, while that stands. False when another version stands by now, when it was given before,
/// or when she who gives it said any of it, or leads for the organisation.
pub async fn judge(tx: &mut AnyConnection, update_id: &str, new: &NewVerdict, by: &str, now: Millis) -> Kept<bool> {
    let judged = sqlx::query(
        "INSERT INTO verdicts (id, form_key, update_id, version, verdict, words, links, given_by, given_at)
         SELECT $1, $2, u.id, CAST($4 AS BIGINT), $5, $6, $7, $8, CAST($9 AS BIGINT) FROM updates u
         WHERE u.id = $3 AND CAST($4 AS BIGINT) = (SELECT max(s.version) FROM update_versions s WHERE s.update_id = u.id)
           AND NOT EXISTS (SELECT 1 FROM update_versions s WHERE s.update_id = u.id AND s.published_by = $8)
           AND NOT EXISTS (SELECT 1 FROM roles r WHERE r.account_id = $8 AND r.role = 'leader' AND (u.organisation_id IS NULL OR r.organisation_id = u.organisation_id))
         ON CONFLICT (form_key) DO NOTHING",
    )
    .bind(id::fresh())
    .bind(&new.form_key)
    .bind(update_id)
    .bind(new.version)
    .bind(new.verdict.word())
    .bind(&new.words)
    .bind(db::json(&new.links)?)
    .bind(by)
    .bind(now);
    Ok(judged.execute(tx).await?.rows_affected() == 1)
}
