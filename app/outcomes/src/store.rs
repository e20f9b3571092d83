//! What was said last about each thing, as other rooms list it.

use calendar::clock::Moment;
use ground::db::{Db, formatcp, known};
use ground::ids::{Account, Id, Plan, Topic, Update};
use sqlx::Row as _;
use sqlx::any::AnyRow;

use crate::rules::{Stage, Verdict};

/// An update in a list.
#[derive(Clone, Debug)]
pub struct ListedUpdate {
    pub id: Id<Update>,
    pub you_said: String,
    pub outcome: Stage,
    /// What the forum says about it; `None` while it is claimed.
    pub verdict: Option<Verdict>,
    /// Its name; empty where nobody knows which it is.
    pub organisation: String,
    /// When the latest words were said.
    pub at: Moment,
    /// What the organisation says it did; empty where a list does not show it.
    pub we_did: String,
    /// What the forum found, in its words; empty while it has said nothing, or nothing more.
    pub found: String,
}

/// Each update with its last version and the forum's last word on it.
pub const STANDING: &str = "SELECT u.id, s.you_said, s.outcome, s.published_at, coalesce(o.name,
     '') AS organisation, u.organisation_id, u.begun_by, s.we_did,
       coalesce((SELECT v.words FROM verdicts v WHERE v.update_id = u.id AND v.version = s.version
         ORDER BY v.given_at DESC, v.id DESC LIMIT 1), '') AS found,
       (SELECT v.verdict FROM verdicts v WHERE v.update_id = u.id AND v.version = s.version
         ORDER BY v.given_at DESC, v.id DESC LIMIT 1) AS verdict
FROM updates u
JOIN update_versions s ON s.update_id = u.id AND s.version = (SELECT max(l.version)
  FROM update_versions l WHERE l.update_id = u.id)
LEFT JOIN organisations o ON o.id = u.organisation_id";

/// What an update is about: the title of one of its things; as a part of statements. `update_id`:
/// what names the update there.
#[must_use]
pub fn title_of(update_id: &str) -> String {
    format!(
        "coalesce((SELECT min(coalesce(t.title, r.title, c.title, p.title, n.title,
           'a topic that has been withdrawn')) FROM update_subjects b
         LEFT JOIN topics t ON t.id = b.topic_id AND (t.taken_down_at IS NOT NULL
           OR EXISTS (SELECT 1 FROM public_topics y WHERE y.id = t.id))
         LEFT JOIN rounds r ON r.id = b.round_id
         LEFT JOIN consultations c ON c.id = b.consultation_id
         LEFT JOIN plans p ON p.id = b.plan_id
         LEFT JOIN notices n ON n.id = b.notice_id
         WHERE b.update_id = {update_id}), '')"
    )
}

/// What everyone can find of what was said to have happened: (kind, id, title, words, since).
pub const FINDABLE: &str = "SELECT 'updates' AS kind, s.update_id AS id, s.you_said AS title,
       s.we_did || ' – ' || s.because || ' – ' || s.next AS words, s.published_at AS since
     FROM update_versions s WHERE s.version = (SELECT max(l.version) FROM update_versions l
       WHERE l.update_id = s.update_id)";

/// Which updates a list holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Which<'a> {
    All,
    /// Those the forum has said this about.
    Judged(Verdict),
    /// Those it has said nothing about.
    Claimed,
    /// Those about one thing of any kind, by its id.
    About(&'a str),
    /// Those that this leader may change.
    MayChange(&'a Id<Account>),
}

/// Some updates, latest first.
pub async fn list(
    db: &Db,
    which: &Which<'_>,
    (most, from): (i64, i64),
) -> sqlx::Result<Vec<ListedUpdate>> {
    const PAGE: &str = "ORDER BY published_at DESC, id DESC
         LIMIT CAST($2 AS BIGINT) OFFSET CAST($3 AS BIGINT)";
    const ALL: &str = formatcp!("{LISTED} WHERE $1 = '' {PAGE}");
    const JUDGED: &str = formatcp!("{LISTED} WHERE verdict = $1 {PAGE}");
    const CLAIMED: &str = formatcp!("{LISTED} WHERE $1 = '' AND verdict IS NULL {PAGE}");
    const ABOUT: &str = formatcp!(
        "{LISTED} WHERE id IN (SELECT b.update_id FROM update_subjects b
           WHERE b.subject_id = $1) {PAGE}"
    );
    const MAY_CHANGE: &str = formatcp!(
        "{LISTED} WHERE EXISTS (SELECT 1 FROM update_leaders k WHERE k.update_id = standing.id
           AND k.account_id = $1) {PAGE}"
    );
    let (sql, value) = match which {
        Which::All => (ALL, ""),
        Which::Judged(verdict) => (JUDGED, verdict.word()),
        Which::Claimed => (CLAIMED, ""),
        Which::About(id) => (ABOUT, *id),
        Which::MayChange(leader) => (MAY_CHANGE, leader.as_str()),
    };
    let rows = sqlx::query(sql)
        .bind(value)
        .bind(most)
        .bind(from)
        .fetch_all(&mut *db.read().await?)
        .await?;
    rows.iter().map(listed).collect()
}

/// The plans that a topic is tied to, earliest first, as (id, title), and what was said to have
/// happened, latest first.
pub async fn of_topic(
    db: &Db,
    topic_id: &Id<Topic>,
) -> sqlx::Result<(Vec<(Id<Plan>, String, bool)>, Vec<ListedUpdate>)> {
    const SQL: &str = formatcp!(
        "SELECT id, you_said, outcome, verdict, organisation, published_at, we_did, found, kind
         FROM (
           SELECT p.id, p.title AS you_said,
             CASE WHEN EXISTS (SELECT 1 FROM decisions d WHERE d.plan_id = p.id
               AND d.published_at IS NOT NULL) THEN 'decided' ELSE '' END AS outcome,
             CAST(NULL AS TEXT) AS verdict,
             '' AS organisation, CAST(0 AS BIGINT) AS published_at, '' AS we_did, '' AS found,
             'plan' AS kind
             FROM plan_topics x JOIN plans p ON p.id = x.plan_id WHERE x.topic_id = $1
           UNION ALL SELECT s.id, s.you_said, s.outcome, s.verdict, s.organisation,
             s.published_at, s.we_did, s.found, 'update' FROM ({STANDING}) s
             WHERE s.id IN (SELECT b.update_id FROM update_subjects b
               WHERE b.topic_id = $1)) came_of_it
         ORDER BY kind, published_at DESC, id LIMIT 40"
    );
    let rows = sqlx::query(SQL).bind(topic_id).fetch_all(&mut *db.read().await?).await?;
    let (plans, updates): (Vec<&AnyRow>, Vec<&AnyRow>) =
        rows.iter().partition(|row| row.get::<&str, _>("kind") == "plan");
    Ok((
        plans
            .into_iter()
            .map(|row| {
                let is_decided = row.get::<&str, _>("outcome") == "decided";
                (row.get("id"), row.get("you_said"), is_decided)
            })
            .collect(),
        updates.into_iter().map(listed).collect::<sqlx::Result<_>>()?,
    ))
}

/// Each update as a list shows it: the start of statements.
const LISTED: &str = formatcp!(
    "SELECT id, you_said, outcome, verdict, organisation, published_at, we_did, found
     FROM ({STANDING}) standing"
);

/// What was said last: the start of a statement, to which a limit is added.
pub const LATEST: &str = formatcp!("{LISTED} ORDER BY published_at DESC, id DESC");

/// What was said last in each update about the thing `$2`, as a part of a statement with the
/// columns of [`LATEST`].
pub const SAID_ABOUT: &str = formatcp!(
    "{LISTED} WHERE id IN (SELECT b.update_id FROM update_subjects b WHERE b.subject_id = $2)"
);

/// Reads an update in a list, as [`LATEST`] gives it.
fn listed(row: &AnyRow) -> sqlx::Result<ListedUpdate> {
    Ok(ListedUpdate {
        id: row.get("id"),
        you_said: row.get("you_said"),
        outcome: stage(row.get("outcome"))?,
        verdict: verdict(row.get("verdict"))?,
        organisation: row.get("organisation"),
        at: row.get("published_at"),
        we_did: row.get("we_did"),
        found: row.get("found"),
    })
}

/// Reads how far an outcome is.
///
/// # Errors
/// When this program does not know the word.
pub fn stage(word: &str) -> sqlx::Result<Stage> {
    known(Stage::read(word), "update_versions.outcome")
}

/// Reads what the forum said about an outcome; `None` where it has said nothing.
///
/// # Errors
/// When this program does not know the word.
pub fn verdict(word: Option<&str>) -> sqlx::Result<Option<Verdict>> {
    word.map(|word| known(Verdict::read(word), "verdicts.verdict")).transpose()
}
