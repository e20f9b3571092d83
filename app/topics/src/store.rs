//! Every SQL statement about topics, but for the search itself.

use calendar::clock::Moment;
use ground::db::{self, Db, Kind, formatcp};
use ground::ids::{self, Account, Id, Place, Round, Service};
use ground::takedown;
use safeguarding::{History, LOOKS, NewNote};
use sqlx::any::AnyRow;
use sqlx::{AnyConnection, AssertSqlSafe, Row as _};
use voting::Dates;

use super::rules::{Proposal, TopicFacts};
use super::search;

pub use safeguarding::OPENED;

/// A published topic as one entry of a list.
#[derive(Clone, Debug)]
pub struct ListedTopic {
    pub id: Id<ids::Topic>,
    pub title: String,
    pub would_help: String,
    pub published_at: Moment,
    /// Its services, then its places.
    pub labels: Vec<String>,
    /// Whether the person looking supports it.
    pub supported: bool,
}

/// Which topics to list, and where to start.
#[derive(Clone, Debug, Default)]
pub struct Filter {
    /// Words it must contain; empty for any.
    pub search: String,
    /// A service it is about; empty for any.
    pub service: Id<Service>,
    /// A place it is about; empty for any. Topics about the whole area are about each place.
    pub place: Id<Place>,
    /// Empty for any.
    pub round: Id<Round>,
    /// The last entry of the page before: (published at, id).
    pub after: Option<(Moment, Id<ids::Topic>)>,
    /// Who is looking, for [`ListedTopic::supported`]; empty for a visitor.
    pub viewer: Id<Account>,
}

/// Published topics, latest first, at most `most`. Never in an order that gives away their support.
///
/// # Errors
/// When the database fails; likewise for every function here.
pub async fn list(db: &Db, filter: &Filter, most: i64) -> sqlx::Result<Vec<ListedTopic>> {
    let question = search::question(&filter.search);
    let found = holding(db, filter, &question, most).await?;
    if question.is_empty() || !found.is_empty() {
        return Ok(found);
    }
    match search::begun(db, &question).await? {
        Some(begun) => holding(db, filter, &begun, most).await,
        None => Ok(found),
    }
}

/// The statement of a list of topics that hold these words, whose stems are bound from `$8` on.
#[must_use]
pub fn asks_for_list(question: &search::Question) -> String {
    let search::Source { tables, holds, published_at, id } = search::source(question, 8);
    format!(
        "SELECT p.id, p.title, p.would_help, p.published_at, su.account_id AS supporter,
                s.name AS service, l.name AS place
         FROM (SELECT l.id, t.title, t.would_help, {published_at} AS published_at
               FROM {tables}
               WHERE ($1 = '' OR EXISTS (SELECT 1 FROM topic_services x WHERE x.topic_id = t.id
                   AND x.service_id = $1))
                 AND ($2 = '' OR EXISTS (SELECT 1 FROM topic_places x WHERE x.topic_id = t.id
                   AND x.place_id = $2)
                              OR NOT EXISTS (SELECT 1 FROM topic_places x WHERE x.topic_id = t.id))
                 AND ($3 = '' OR l.round_id = $3)
                 AND {published_at} <= $4
                 AND ({published_at} < $4 OR {id} < $5){holds}
               ORDER BY {published_at} DESC, {id} DESC LIMIT CAST($6 AS BIGINT)) p
         LEFT JOIN supports su ON su.topic_id = p.id AND su.account_id = $7
         LEFT JOIN topic_services ts ON ts.topic_id = p.id LEFT
           JOIN services s ON s.id = ts.service_id
         LEFT JOIN topic_places tp ON tp.topic_id = p.id LEFT JOIN places l ON l.id = tp.place_id
         ORDER BY p.published_at DESC, p.id DESC, s.position, l.position"
    )
}

async fn holding(
    db: &Db,
    filter: &Filter,
    question: &search::Question,
    most: i64,
) -> sqlx::Result<Vec<ListedTopic>> {
    let (before, before_id) = filter.after.clone().unwrap_or((Moment::MAX, Id::default()));
    let mut asked = sqlx::query(AssertSqlSafe(asks_for_list(question)))
        .bind(&filter.service)
        .bind(&filter.place)
        .bind(&filter.round)
        .bind(before)
        .bind(before_id)
        .bind(most)
        .bind(&filter.viewer);
    for stem in question.iter().flatten() {
        asked = asked.bind(stem);
    }
    let rows = asked.fetch_all(&mut *db.read().await?).await?;
    let mut listed: Vec<ListedTopic> = Vec::new();
    let id = |row: &AnyRow| row.get::<Id<ids::Topic>, _>("id");
    for group in rows.chunk_by(|one, next| id(one) == id(next)) {
        let row = &group[0];
        listed.push(ListedTopic {
            id: id(row),
            title: row.get("title"),
            would_help: row.get("would_help"),
            published_at: row.get("published_at"),
            supported: row.get::<Option<&str>, _>("supporter").is_some(),
            labels: labels(group),
        });
    }
    Ok(listed)
}

/// What everyone can find of this room: (kind, id, title, words, since).
pub const FINDABLE: &str = "SELECT 'topics' AS kind, t.id, t.title,
       t.happens_now || ' – ' || t.would_help AS words, t.published_at AS since
     FROM listed_topics l JOIN topics t ON t.id = l.id";

/// The services and places of topics: (kind, id, name).
pub const LABELS: &str = "SELECT 'topics' AS kind, x.topic_id AS id, s.name FROM topic_services x
       JOIN services s ON s.id = x.service_id
     UNION ALL SELECT 'topics', x.topic_id, p.name FROM topic_places x
       JOIN places p ON p.id = x.place_id";

/// The titles of those of these topics that are published: (id, title), in the order they were
/// proposed.
pub async fn titles(
    db: &Db,
    topics: &[Id<ids::Topic>],
) -> sqlx::Result<Vec<(Id<ids::Topic>, String)>> {
    if topics.is_empty() {
        return Ok(Vec::new());
    }
    let wanted = db::parameters(1, topics.len());
    let sql = format!(
        "SELECT t.id, t.title FROM listed_topics l JOIN topics t ON t.id = l.id
         WHERE t.id IN ({wanted}) ORDER BY t.proposed_at, t.id"
    );
    let mut titles = sqlx::query_as(AssertSqlSafe(sql));
    for id in topics {
        titles = titles.bind(id);
    }
    titles.fetch_all(&mut *db.read().await?).await
}

/// A topic with everything known about it.
#[derive(Clone, Debug)]
pub struct Topic {
    pub id: Id<ids::Topic>,
    pub author_id: Id<Account>,
    /// Its author's email address; `None` when the account was erased.
    pub author_email: Option<String>,
    pub title: String,
    pub happens_now: String,
    pub would_help: String,
    pub proposed_at: Moment,
    pub facts: TopicFacts,
    pub round: Option<(Id<Round>, Dates)>,
    /// Its services, then its places.
    pub labels: Vec<String>,
    /// Whether the person looking supports it.
    pub supported: bool,
}

/// The topic with this id, whatever happened to it, as `viewer` sees it; `None` for a visitor. Who
/// may see it is for the caller to decide.
pub async fn find(
    db: &Db,
    id: &Id<ids::Topic>,
    viewer: Option<&Id<Account>>,
) -> sqlx::Result<Option<Topic>> {
    let rows = sqlx::query(
        "SELECT t.id, t.author_id, a.email, t.title, t.happens_now, t.would_help, t.proposed_at,
                t.published_at, t.merged_into, t.decline_reason, t.passed_on_at, t.withdrawn_at,
                t.taken_down_at,
                r.id AS round_id, r.propose_from, r.vote_from, r.closes_at, r.counted_at,
                su.account_id AS supporter, s.name AS service, l.name AS place
         FROM topics t
         JOIN accounts a ON a.id = t.author_id
         LEFT JOIN rounds r ON r.id = t.round_id
         LEFT JOIN supports su ON su.topic_id = t.id AND su.account_id = $2
         LEFT JOIN topic_services ts ON ts.topic_id = t.id LEFT
           JOIN services s ON s.id = ts.service_id
         LEFT JOIN topic_places tp ON tp.topic_id = t.id LEFT JOIN places l ON l.id = tp.place_id
         WHERE t.id = $1
         ORDER BY s.position, l.position",
    )
    .bind(id)
    .bind(viewer)
    .fetch_all(&mut *db.read().await?)
    .await?;
    let Some(row) = rows.first() else { return Ok(None) };
    let facts = TopicFacts {
        published_at: row.get("published_at"),
        merged_into: row.get("merged_into"),
        decline_reason: row.get("decline_reason"),
        passed_on_at: row.get("passed_on_at"),
        withdrawn_at: row.get("withdrawn_at"),
        taken_down_at: row.get("taken_down_at"),
    };
    let round = row.get::<Option<Id<Round>>, _>("round_id").map(|round_id| {
        let dates = Dates {
            propose_from: row.get("propose_from"),
            vote_from: row.get("vote_from"),
            closes_at: row.get("closes_at"),
            counted_at: row.get("counted_at"),
        };
        (round_id, dates)
    });
    Ok(Some(Topic {
        id: row.get("id"),
        author_id: row.get("author_id"),
        author_email: row.get("email"),
        title: row.get("title"),
        happens_now: row.get("happens_now"),
        would_help: row.get("would_help"),
        proposed_at: row.get("proposed_at"),
        facts,
        round,
        labels: labels(&rows),
        supported: row.get::<Option<&str>, _>("supporter").is_some(),
    }))
}

/// What was passed on to the safeguarding lead. Nobody else may see it.
#[derive(Clone, Debug)]
pub struct PassedOnTopic {
    pub id: Id<ids::Topic>,
    pub title: String,
    pub happens_now: String,
    pub would_help: String,
    /// Its author's email address; `None` when the account was erased.
    pub author_email: Option<String>,
    pub passed_on_at: Moment,
    pub history: History,
}

/// The safeguarding lead's private queue: (id, passed on at), without its words. Either all that is
/// waiting, oldest first, or the last 100 that were looked after, latest first.
pub async fn concerns(db: &Db, looked_after: bool) -> sqlx::Result<Vec<(Id<ids::Topic>, Moment)>> {
    let sql = if looked_after {
        "SELECT id, passed_on_at FROM topics
         WHERE passed_on_at IS NOT NULL AND EXISTS (SELECT 1 FROM concern_notes n
           WHERE n.topic_id = topics.id)
         ORDER BY passed_on_at DESC, id DESC LIMIT 100"
    } else {
        "SELECT id, passed_on_at FROM topics
         WHERE passed_on_at IS NOT NULL AND NOT EXISTS (SELECT 1 FROM concern_notes n
           WHERE n.topic_id = topics.id)
         ORDER BY passed_on_at, id"
    };
    sqlx::query_as(sql).fetch_all(&mut *db.read().await?).await
}

/// One concern, if this topic was passed on.
pub async fn concern(db: &Db, topic_id: &Id<ids::Topic>) -> sqlx::Result<Option<PassedOnTopic>> {
    const SQL: &str = formatcp!(
        "SELECT t.id, t.title, t.happens_now, t.would_help, a.email, t.passed_on_at, h.kind, h.at,
           h.words
         FROM topics t JOIN accounts a ON a.id = t.author_id
         LEFT JOIN (SELECT 'note' AS kind, n.noted_at AS at, n.note AS words FROM concern_notes n
             WHERE n.topic_id = $1
           UNION ALL {LOOKS}) h ON 1 = 1
         WHERE t.id = $1 AND t.passed_on_at IS NOT NULL
         ORDER BY h.at"
    );
    let rows = sqlx::query(SQL).bind(topic_id).fetch_all(&mut *db.read().await?).await?;
    let Some(row) = rows.first() else { return Ok(None) };
    let mut history = History::default();
    for row in &rows {
        if let Some(kind) = row.get::<Option<&str>, _>("kind") {
            history.add(kind, row.get("at"), row.get("words"))?;
        }
    }
    Ok(Some(PassedOnTopic {
        id: row.get("id"),
        title: row.get("title"),
        happens_now: row.get("happens_now"),
        would_help: row.get("would_help"),
        author_email: row.get("email"),
        passed_on_at: row.get("passed_on_at"),
        history,
    }))
}

/// Saves a note on a concern, once for each form key. True when it is new.
pub async fn note(
    tx: &mut AnyConnection,
    topic_id: &Id<ids::Topic>,
    new: NewNote<'_>,
) -> sqlx::Result<bool> {
    let noted = sqlx::query(
        "INSERT INTO concern_notes (form_key, topic_id, note, noted_by, noted_at)
         SELECT $1, id, $3, $4, CAST($5 AS BIGINT) FROM topics WHERE id = $2
           AND passed_on_at IS NOT NULL
         ON CONFLICT (form_key) DO NOTHING",
    )
    .bind(new.form_key)
    .bind(topic_id)
    .bind(new.words)
    .bind(new.by)
    .bind(new.at)
    .execute(tx)
    .await?;
    Ok(noted.rows_affected() == 1)
}

/// Saves a proposal, once for each form key. Returns the topic's id; after a double tap, that of
/// the first.
pub async fn propose(
    tx: &mut AnyConnection,
    author_id: &Id<Account>,
    proposal: &Proposal,
    now: Moment,
) -> sqlx::Result<Id<ids::Topic>> {
    let new: Option<Id<ids::Topic>> = sqlx::query_scalar(
        "INSERT INTO topics (id, author_id, form_key, title, happens_now, would_help, proposed_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7)
         ON CONFLICT (author_id, form_key) DO NOTHING RETURNING id",
    )
    // Its address must not tell when it was written.
    .bind(Id::<ids::Topic>::random())
    .bind(author_id)
    .bind(&proposal.form_key)
    .bind(&proposal.title)
    .bind(&proposal.happens_now)
    .bind(&proposal.would_help)
    .bind(now)
    .fetch_optional(&mut *tx)
    .await?;
    let Some(topic_id) = new else {
        return sqlx::query_scalar("SELECT id FROM topics WHERE author_id = $1 AND form_key = $2")
            .bind(author_id)
            .bind(&proposal.form_key)
            .fetch_one(tx)
            .await;
    };
    db::tie(tx, "INSERT INTO topic_services (topic_id, service_id)", &topic_id, &proposal.services)
        .await?;
    db::tie(tx, "INSERT INTO topic_places (topic_id, place_id)", &topic_id, &proposal.places)
        .await?;
    Ok(topic_id)
}

/// The topic that this author proposed with this form key, if any.
pub async fn proposed(
    db: &Db,
    author_id: &Id<Account>,
    form_key: &str,
) -> sqlx::Result<Option<Id<ids::Topic>>> {
    sqlx::query_scalar("SELECT id FROM topics WHERE author_id = $1 AND form_key = $2")
        .bind(author_id)
        .bind(form_key)
        .fetch_optional(&mut *db.read().await?)
        .await
}

/// A topic about to be published.
#[derive(Debug)]
pub struct Waiting<'a> {
    pub id: &'a Id<ids::Topic>,
    /// When it was proposed, which decides its round.
    pub proposed_at: Moment,
    /// All its words, for the search.
    pub words: String,
}

impl<'a> From<&'a Topic> for Waiting<'a> {
    fn from(topic: &'a Topic) -> Self {
        let words = format!("{} {} {}", topic.title, topic.happens_now, topic.would_help);
        Self { id: &topic.id, proposed_at: topic.proposed_at, words }
    }
}

/// Makes all published topics findable again, for instance after their rows were restored.
pub async fn index_again(db: &Db) -> sqlx::Result<()> {
    let mut tx = db.begin().await?;
    sqlx::query("DELETE FROM topic_search").execute(&mut *tx).await?;
    tx.commit().await?;
    index_missing(db).await
}

/// Makes published topics findable that are not: step `0081` left the index empty.
pub async fn index_missing(db: &Db) -> sqlx::Result<()> {
    const AT_ONCE: usize = 100;
    let missing: Vec<Id<ids::Topic>> = sqlx::query_scalar(
        "SELECT p.id FROM public_topics p
         WHERE NOT EXISTS (SELECT 1 FROM topic_search s WHERE s.topic_id = p.id)
         ORDER BY p.published_at, p.id",
    )
    .fetch_all(&mut *db.read().await?)
    .await?;
    for part in missing.chunks(AT_ONCE) {
        let mut tx = db.begin().await?;
        index(&mut tx, part).await?;
        tx.commit().await?;
    }
    Ok(())
}

/// Makes those of these topics findable that are public.
async fn index(tx: &mut AnyConnection, topics: &[Id<ids::Topic>]) -> sqlx::Result<()> {
    let sql = format!(
        "SELECT t.id, t.title, t.happens_now, t.would_help, t.published_at
         FROM public_topics p JOIN topics t ON t.id = p.id WHERE p.id IN ({})",
        db::parameters(1, topics.len())
    );
    let mut asked = sqlx::query(AssertSqlSafe(sql));
    for id in topics {
        asked = asked.bind(id);
    }
    for row in asked.fetch_all(&mut *tx).await? {
        let words = ["title", "happens_now", "would_help"].map(|name| row.get::<&str, _>(name));
        let id: Id<ids::Topic> = row.get("id");
        search::add(tx, &id, &words.join(" "), row.get("published_at")).await?;
    }
    Ok(())
}

/// The title of the round that a topic proposed then joins once it is published, if there is one.
pub async fn round_to_join(
    db: &Db,
    proposed_at: Moment,
    now: Moment,
) -> sqlx::Result<Option<String>> {
    sqlx::query_scalar(
        "SELECT title FROM rounds WHERE closed_at IS NULL AND closes_at > $1 AND vote_from > $2
         ORDER BY vote_from LIMIT 1",
    )
    .bind(now)
    .bind(proposed_at)
    .fetch_optional(&mut *db.read().await?)
    .await
}

/// Publishes a waiting topic and puts it into the round it was proposed in time for. False when it
/// is no longer waiting.
pub async fn publish(
    tx: &mut AnyConnection,
    topic: &Waiting<'_>,
    now: Moment,
) -> sqlx::Result<bool> {
    // The round stays open until this write ends: no topic slips in during the count.
    let open = Kind::of(tx).hold(
        "SELECT id FROM rounds WHERE closed_at IS NULL AND closes_at > $1 AND vote_from > $2
         ORDER BY vote_from LIMIT 1",
    );
    let round: Option<Id<Round>> =
        sqlx::query_scalar(open).bind(now).bind(topic.proposed_at).fetch_optional(&mut *tx).await?;
    let published = sqlx::query(
        "UPDATE topics SET published_at = $2, round_id = $3
         WHERE id = $1 AND published_at IS NULL AND merged_at IS NULL AND declined_at IS NULL
           AND passed_on_at IS NULL AND withdrawn_at IS NULL",
    )
    .bind(topic.id)
    .bind(now)
    .bind(round)
    .execute(&mut *tx)
    .await?;
    if published.rows_affected() == 1 {
        search::add(tx, topic.id, &topic.words, now).await?;
    }
    Ok(published.rows_affected() == 1)
}

/// Merges a topic into a published one; its supporters move to it. False when either can no longer
/// be merged, they are voted on in different rounds, or the round has been counted.
pub async fn merge(
    tx: &mut AnyConnection,
    topic_id: &Id<ids::Topic>,
    into: &Id<ids::Topic>,
    now: Moment,
) -> sqlx::Result<bool> {
    let kind = Kind::of(tx);
    // Both topics are locked in one order, so that two opposite merges wait for each other.
    let both = kind.hold_to_change(
        "SELECT id, round_id, published_at, coalesce(merged_at, withdrawn_at) AS gone_at
         FROM topics WHERE id IN ($1, $2) ORDER BY id",
    );
    let both = sqlx::query(both).bind(topic_id).bind(into).fetch_all(&mut *tx).await?;
    let stands = |row: &&AnyRow| {
        *into == row.get::<&str, _>("id")
            && row.get::<Option<Moment>, _>("published_at").is_some()
            && row.get::<Option<Moment>, _>("gone_at").is_none()
    };
    let Some(target) = both.iter().find(stands) else { return Ok(false) };
    let round: Option<Id<Round>> = target.get("round_id");
    if let Some(round) = &round {
        // The round stays open until this write ends, so that no support moves during the count.
        let is_open = kind
            .hold("SELECT id FROM rounds WHERE id = $1 AND closed_at IS NULL AND closes_at > $2");
        if sqlx::query(is_open).bind(round).bind(now).fetch_optional(&mut *tx).await?.is_none() {
            return Ok(false);
        }
    }
    let merged = sqlx::query(
        "UPDATE topics SET merged_at = $3, merged_into = $2
         WHERE id = $1 AND merged_at IS NULL AND declined_at IS NULL AND passed_on_at IS NULL
           AND withdrawn_at IS NULL
           AND (round_id IS NULL OR round_id = $4)",
    )
    .bind(topic_id)
    .bind(into)
    .bind(now)
    .bind(round)
    .execute(&mut *tx)
    .await?;
    if merged.rows_affected() == 0 {
        return Ok(false);
    }
    sqlx::query(
        "INSERT INTO supports (topic_id, account_id, given_at)
         SELECT $2, account_id, given_at FROM supports WHERE topic_id = $1
         ON CONFLICT (topic_id, account_id) DO NOTHING",
    )
    .bind(topic_id)
    .bind(into)
    .execute(&mut *tx)
    .await?;
    Ok(true)
}

/// Declines a waiting topic. False when it is no longer waiting.
pub async fn decline(
    tx: &mut AnyConnection,
    topic_id: &Id<ids::Topic>,
    reason: &str,
    now: Moment,
) -> sqlx::Result<bool> {
    let declined = sqlx::query(
        "UPDATE topics SET declined_at = $3, decline_reason = $2
         WHERE id = $1 AND published_at IS NULL AND merged_at IS NULL AND declined_at IS NULL
           AND passed_on_at IS NULL AND withdrawn_at IS NULL",
    )
    .bind(topic_id)
    .bind(reason)
    .bind(now)
    .execute(tx)
    .await?;
    Ok(declined.rows_affected() == 1)
}

/// Passes a waiting topic on to the safeguarding lead. False when it is no longer waiting.
pub async fn pass_on(
    tx: &mut AnyConnection,
    topic_id: &Id<ids::Topic>,
    now: Moment,
) -> sqlx::Result<bool> {
    let passed_on = sqlx::query(
        "UPDATE topics SET passed_on_at = $2
         WHERE id = $1 AND published_at IS NULL AND merged_at IS NULL AND declined_at IS NULL
           AND passed_on_at IS NULL AND withdrawn_at IS NULL",
    )
    .bind(topic_id)
    .bind(now)
    .execute(tx)
    .await?;
    Ok(passed_on.rows_affected() == 1)
}

/// Takes down a topic that everyone can read, also after its round has closed: it is withdrawn, and
/// its words go. Dated as [`withdraw`] dates it. Its supporters stay in a count that was made; in a
/// round that is still open they are not counted. False when not everyone can read it.
pub async fn take_down(
    tx: &mut AnyConnection,
    topic_id: &Id<ids::Topic>,
    now: Moment,
) -> sqlx::Result<bool> {
    hold_round(tx, topic_id).await?;
    let taken_down = sqlx::query(
        "UPDATE topics SET taken_down_at = $2, title = $3, happens_now = '', would_help = '',
           withdrawn_at = coalesce((SELECT max(d.published_at) + 1
             FROM plan_topics x JOIN drafts d ON d.plan_id = x.plan_id
             WHERE x.topic_id = topics.id AND d.published_at >= $2), $2)
         WHERE id = $1 AND published_at IS NOT NULL AND withdrawn_at IS NULL
           AND declined_at IS NULL AND passed_on_at IS NULL",
    )
    .bind(topic_id)
    .bind(now)
    .bind(takedown::TOPIC)
    .execute(&mut *tx)
    .await?;
    if taken_down.rows_affected() == 1 {
        search::remove(tx, topic_id).await?;
    }
    Ok(taken_down.rows_affected() == 1)
}

/// Holds the round of a topic open until this write ends: nothing is taken away during the count.
async fn hold_round(tx: &mut AnyConnection, topic_id: &Id<ids::Topic>) -> sqlx::Result<()> {
    let round = Kind::of(tx)
        .hold("SELECT r.id FROM rounds r JOIN topics t ON t.round_id = r.id WHERE t.id = $1");
    sqlx::query(round).bind(topic_id).fetch_optional(tx).await?;
    Ok(())
}

/// Withdraws the author's own topic, until its round closes; never dated before a published draft
/// that answers it, even when a clock was moved back. False when there is nothing of theirs to
/// withdraw.
pub async fn withdraw(
    tx: &mut AnyConnection,
    topic_id: &Id<ids::Topic>,
    author_id: &Id<Account>,
    now: Moment,
) -> sqlx::Result<bool> {
    hold_round(tx, topic_id).await?;
    let withdrawn = sqlx::query(
        "UPDATE topics SET withdrawn_at = coalesce((SELECT max(d.published_at) + 1
         FROM plan_topics x JOIN drafts d ON d.plan_id = x.plan_id
                                                    WHERE x.topic_id = topics.id AND
                                                      d.published_at >= $3), $3)
         WHERE id = $1 AND author_id = $2 AND withdrawn_at IS NULL AND merged_at IS NULL
           AND declined_at IS NULL AND passed_on_at IS NULL
           AND (round_id IS NULL OR EXISTS (SELECT 1 FROM rounds r WHERE r.id = topics.round_id
             AND r.closed_at IS NULL AND r.closes_at > $3))",
    )
    .bind(topic_id)
    .bind(author_id)
    .bind(now)
    .execute(&mut *tx)
    .await?;
    if withdrawn.rows_affected() == 1 {
        search::remove(tx, topic_id).await?;
    }
    Ok(withdrawn.rows_affected() == 1)
}

/// The services, then the places, each once; the rows hold every pair of them.
fn labels(rows: &[AnyRow]) -> Vec<String> {
    let mut labels: Vec<String> = Vec::new();
    for column in ["service", "place"] {
        for row in rows {
            if let Some(name) = row.get::<Option<String>, _>(column)
                && !labels.contains(&name)
            {
                labels.push(name);
            }
        }
    }
    labels
}
