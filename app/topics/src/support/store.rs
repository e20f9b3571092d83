//! Every SQL statement about support and the results.

use area::ELSEWHERE;
use calendar::clock::Moment;
use ground::db::{self, Db, Kind, formatcp};
use ground::ids::{Account, Id, Round, Topic};
use sqlx::any::{AnyArguments, AnyRow};
use sqlx::query::Query;
use sqlx::{Any, AnyConnection, Row as _};

/// Until when topics can be proposed for the next round of voting, if there is one.
///
/// # Errors
/// When the database fails; likewise for every function here.
pub async fn proposing_until(db: &Db, now: Moment) -> sqlx::Result<Option<Moment>> {
    sqlx::query_scalar(
        "SELECT vote_from FROM rounds WHERE vote_from > $1 AND closed_at IS NULL
         ORDER BY vote_from LIMIT 1",
    )
    .bind(now)
    .fetch_optional(&mut *db.read().await?)
    .await
}

/// Whether this account supports a topic of this round.
pub async fn supports_any(
    db: &Db,
    round_id: &Id<Round>,
    account_id: &Id<Account>,
) -> sqlx::Result<bool> {
    let supported: i64 = sqlx::query_scalar(
        "SELECT count(*) FROM supports s JOIN listed_topics l ON l.id = s.topic_id
         WHERE l.round_id = $1 AND s.account_id = $2",
    )
    .bind(round_id)
    .bind(account_id)
    .fetch_one(&mut *db.read().await?)
    .await?;
    Ok(supported > 0)
}

/// The round `r` in which a topic `$1` can be supported at `$2`; as a part of statements.
const OPEN: &str = "FROM rounds r JOIN listed_topics l ON l.round_id = r.id
     WHERE l.id = $1 AND r.closed_at IS NULL AND r.vote_from <= $2 AND $2 < r.closes_at";

const IS_OPEN: &str = formatcp!("SELECT r.id {OPEN}");

/// Gives support where voting is open. The round stays as it is until that is kept: no support
/// slips in during the count.
fn giving<'q>(
    kind: Kind,
    topic_id: &'q Id<Topic>,
    account_id: &'q Id<Account>,
    now: Moment,
) -> Query<'q, Any, AnyArguments> {
    const INSERT: &str = formatcp!(
        "INSERT INTO supports (topic_id, account_id, given_at)
         SELECT l.id, $3, CAST($2 AS BIGINT) {OPEN}"
    );
    const ONCE: &str = "ON CONFLICT (topic_id, account_id) DO NOTHING";
    let sql = match kind {
        Kind::Sqlite => formatcp!("{INSERT} {ONCE}"),
        Kind::Postgres => formatcp!("{INSERT} FOR SHARE {ONCE}"),
    };
    sqlx::query(sql).bind(topic_id).bind(now).bind(account_id)
}

/// Gives support, in a write of its own. False when voting on this topic is not open. Doing the
/// same twice is doing it once.
pub async fn give(
    db: &Db,
    topic_id: &Id<Topic>,
    account_id: &Id<Account>,
    now: Moment,
) -> sqlx::Result<bool> {
    let given = db.write_unseen(giving(db.kind(), topic_id, account_id, now)).await?;
    Ok(given > 0 || is_open(&mut *db.read().await?, topic_id, now).await?)
}

/// The same as a part of a write.
pub async fn give_with(
    tx: &mut AnyConnection,
    topic_id: &Id<Topic>,
    account_id: &Id<Account>,
    now: Moment,
) -> sqlx::Result<bool> {
    let giving = giving(Kind::of(tx), topic_id, account_id, now);
    let given = giving.execute(&mut *tx).await?.rows_affected();
    Ok(given > 0 || is_open(tx, topic_id, now).await?)
}

async fn is_open(
    connection: &mut AnyConnection,
    topic_id: &Id<Topic>,
    now: Moment,
) -> sqlx::Result<bool> {
    Ok(sqlx::query(IS_OPEN).bind(topic_id).bind(now).fetch_optional(connection).await?.is_some())
}

/// Takes support back. False when voting on this topic is not open. Doing the same twice is doing
/// it once.
pub async fn take_back(
    tx: &mut AnyConnection,
    topic_id: &Id<Topic>,
    account_id: &Id<Account>,
    now: Moment,
) -> sqlx::Result<bool> {
    // Likewise, none slips out.
    let held = Kind::of(tx).hold(IS_OPEN);
    if sqlx::query(held).bind(topic_id).bind(now).fetch_optional(&mut *tx).await?.is_none() {
        return Ok(false);
    }
    sqlx::query("DELETE FROM supports WHERE topic_id = $1 AND account_id = $2")
        .bind(topic_id)
        .bind(account_id)
        .execute(tx)
        .await?;
    Ok(true)
}

/// What was counted for one topic of a round.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    pub topic_id: Id<Topic>,
    pub title: String,
    /// Every place there was, in its order, and "Elsewhere" if anyone is, with its number of
    /// supporters. Only for [`disclosure`] to put into words.
    pub counted: Vec<(String, u64)>,
    /// Whether the forum confirmed it as one that should be planned.
    pub is_confirmed: bool,
}

/// What was counted for one topic; empty while the round is not closed.
pub async fn tally(db: &Db, round_id: &Id<Round>, topic_id: &Id<Topic>) -> sqlx::Result<Tally> {
    Ok(tallies_where(db, round_id, topic_id).await?.into_iter().next().unwrap_or_default())
}

/// What was counted for every topic of a closed round, in the order they were proposed.
pub async fn tallies(db: &Db, round_id: &Id<Round>) -> sqlx::Result<Vec<Tally>> {
    tallies_where(db, round_id, "").await
}

/// `topic_id`: empty for all.
async fn tallies_where(db: &Db, round_id: &Id<Round>, topic_id: &str) -> sqlx::Result<Vec<Tally>> {
    let rows = sqlx::query(
        "SELECT t.id, t.title, coalesce(p.name, $3) AS place, y.supporters, x.topic_id AS confirmed
         FROM tallies y
         JOIN topics t ON t.id = y.topic_id
         LEFT JOIN places p ON p.id = y.place_id
         LEFT JOIN confirmed_topics x ON x.round_id = y.round_id AND x.topic_id = y.topic_id
         WHERE y.round_id = $1 AND ($2 = '' OR y.topic_id = $2)
         ORDER BY t.proposed_at, t.id, coalesce(p.position, 1000000), p.name",
    )
    .bind(round_id)
    .bind(topic_id)
    .bind(ELSEWHERE)
    .fetch_all(&mut *db.read().await?)
    .await?;
    by_topic(&rows)
}

/// What was counted for some topics of a closed round, in the order they were proposed: at most
/// `most`, after so many.
pub async fn tallies_listed(
    db: &Db,
    round_id: &Id<Round>,
    (most, after): (i64, i64),
) -> sqlx::Result<Vec<Tally>> {
    // A topic that was counted stays in its round.
    let rows = sqlx::query(
        "SELECT t.id, t.title, coalesce(p.name, $2) AS place, y.supporters, x.topic_id AS confirmed
         FROM (SELECT c.id, c.title, c.proposed_at FROM topics c
           WHERE c.round_id = $1 AND EXISTS (SELECT 1 FROM tallies e
             WHERE e.round_id = $1 AND e.topic_id = c.id)
           ORDER BY c.proposed_at, c.id LIMIT CAST($3 AS BIGINT) OFFSET CAST($4 AS BIGINT)) t
         JOIN tallies y ON y.round_id = $1 AND y.topic_id = t.id
         LEFT JOIN places p ON p.id = y.place_id
         LEFT JOIN confirmed_topics x ON x.round_id = y.round_id AND x.topic_id = y.topic_id
         ORDER BY t.proposed_at, t.id, coalesce(p.position, 1000000), p.name",
    )
    .bind(round_id)
    .bind(ELSEWHERE)
    .bind(most)
    .bind(after)
    .fetch_all(&mut *db.read().await?)
    .await?;
    by_topic(&rows)
}

/// What was counted for the topics that the result of a closed round speaks of, in the order they
/// were proposed: those that were chosen, that the forum confirmed, or that have most supporters;
/// of the last at most `seats`.
pub async fn tallies_of_result(
    db: &Db,
    round_id: &Id<Round>,
    seats: i64,
) -> sqlx::Result<Vec<Tally>> {
    let rows = sqlx::query(
        "WITH ahead AS (
           SELECT e.topic_id FROM tallies e JOIN topics c ON c.id = e.topic_id
           WHERE e.round_id = $1 GROUP BY e.topic_id, c.proposed_at HAVING sum(e.supporters) > 0
           ORDER BY sum(e.supporters) DESC, c.proposed_at, e.topic_id LIMIT CAST($3 AS BIGINT)),
         named AS (
           SELECT topic_id FROM ahead
           UNION SELECT topic_id FROM shortlist WHERE round_id = $1
           UNION SELECT topic_id FROM confirmed_topics WHERE round_id = $1)
         SELECT t.id, t.title, coalesce(p.name, $2) AS place, y.supporters, x.topic_id AS confirmed
         FROM named n
         JOIN topics t ON t.id = n.topic_id
         JOIN tallies y ON y.round_id = $1 AND y.topic_id = n.topic_id
         LEFT JOIN places p ON p.id = y.place_id
         LEFT JOIN confirmed_topics x ON x.round_id = y.round_id AND x.topic_id = y.topic_id
         ORDER BY t.proposed_at, t.id, coalesce(p.position, 1000000), p.name",
    )
    .bind(round_id)
    .bind(ELSEWHERE)
    .bind(seats)
    .fetch_all(&mut *db.read().await?)
    .await?;
    by_topic(&rows)
}

/// Puts the rows of one topic together, which follow each other.
fn by_topic(rows: &[AnyRow]) -> sqlx::Result<Vec<Tally>> {
    let mut tallies: Vec<Tally> = Vec::new();
    for row in rows {
        let topic_id: Id<Topic> = row.get("id");
        if tallies.last().is_none_or(|last| last.topic_id != topic_id) {
            let is_confirmed = row.get::<Option<&str>, _>("confirmed").is_some();
            let title = row.get("title");
            tallies.push(Tally { topic_id, title, counted: Vec::new(), is_confirmed });
        }
        if let Some(tally) = tallies.last_mut() {
            let supporters = db::number(row.get("supporters"), "tallies.supporters")?;
            tally.counted.push((row.get("place"), supporters));
        }
    }
    Ok(tallies)
}
