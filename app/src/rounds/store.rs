//! Every SQL statement about rounds, support and what was counted.

use sqlx::any::AnyRow;
use sqlx::{AnyConnection, AssertSqlSafe, Row as _};

use super::rules::{Dates, NewRound};
use crate::area::ELSEWHERE;
use crate::clock::Millis;
use crate::db::{Db, Kept, Kind};
use crate::id;

/// A round.
#[derive(Clone, Debug)]
pub struct Round {
    /// Its id.
    pub id: String,
    /// Its name.
    pub title: String,
    /// How many topics it will choose.
    pub seats: i64,
    /// Its dates.
    pub dates: Dates,
    /// When the forum gave its word on the shortlist, and why it departs from the count; empty
    /// where it does not.
    pub confirmed: Option<(Millis, String)>,
}

/// The round with this id.
///
/// # Errors
/// When the database fails; likewise for every function here.
pub async fn find(db: &Db, id: &str) -> Kept<Option<Round>> {
    let row = sqlx::query(
        "SELECT r.id, r.title, r.seats, r.propose_from, r.vote_from, r.closes_at, r.counted_at, c.confirmed_at, c.reason
         FROM rounds r LEFT JOIN confirmations c ON c.round_id = r.id WHERE r.id = $1",
    )
    .bind(id)
    .fetch_optional(&mut *db.read().await?)
    .await?;
    Ok(row.as_ref().map(round))
}

/// All rounds, the latest first, `most` at the most.
pub async fn list(db: &Db, most: i64) -> Kept<Vec<Round>> {
    let sql = format!("{LAST} LIMIT $1");
    let rows =
        sqlx::query(sqlx::AssertSqlSafe(sql)).bind(most).fetch_all(&mut *db.read().await?).await?;
    Ok(rows.iter().map(round).collect())
}

/// The rounds, the last to close first, as the beginning of a statement that says how many.
pub const LAST: &str = "SELECT r.id, r.title, r.seats, r.propose_from, r.vote_from, r.closes_at, r.counted_at, c.confirmed_at, c.reason
     FROM rounds r LEFT JOIN confirmations c ON c.round_id = r.id ORDER BY r.closes_at DESC, r.id DESC";

/// Until when topics can be proposed for the round that is next voted on, if one is announced.
pub async fn proposing_until(db: &Db, now: Millis) -> Kept<Option<Millis>> {
    sqlx::query_scalar("SELECT vote_from FROM rounds WHERE vote_from > $1 AND closed_at IS NULL ORDER BY vote_from LIMIT 1")
        .bind(now)
        .fetch_optional(&mut *db.read().await?)
        .await
}

/// Opens a round, once for each form key, with every published topic that is in none. Gives its id,
/// and whether it was opened just now. `None` when its time overlaps another round's; where two are
/// opened at the same moment, the schema refuses the second ([`overlaps`]).
pub async fn open(
    tx: &mut AnyConnection,
    round: &NewRound,
    by: &str,
) -> Kept<Option<(String, bool)>> {
    let earlier: Option<String> = sqlx::query_scalar("SELECT id FROM rounds WHERE form_key = $1")
        .bind(&round.form_key)
        .fetch_optional(&mut *tx)
        .await?;
    if let Some(earlier) = earlier {
        return Ok(Some((earlier, false)));
    }
    let new: Option<String> = sqlx::query_scalar(
        "INSERT INTO rounds (id, title, seats, propose_from, vote_from, closes_at, opened_by, form_key)
         SELECT $1, $2, CAST($3 AS INTEGER), CAST($4 AS BIGINT), CAST($5 AS BIGINT), CAST($6 AS BIGINT), $7, $8
         WHERE NOT EXISTS (SELECT 1 FROM rounds WHERE propose_from < $6 AND closes_at > $4)
         ON CONFLICT (form_key) DO NOTHING RETURNING id",
    )
    .bind(id::fresh())
    .bind(&round.title)
    .bind(round.seats)
    .bind(round.dates.propose_from)
    .bind(round.dates.vote_from)
    .bind(round.dates.closes_at)
    .bind(by)
    .bind(&round.form_key)
    .fetch_optional(&mut *tx)
    .await?;
    if let Some(id) = &new {
        sqlx::query("UPDATE topics SET round_id = $1 WHERE round_id IS NULL AND published_at IS NOT NULL AND merged_at IS NULL AND withdrawn_at IS NULL")
            .bind(id)
            .execute(tx)
            .await?;
    }
    Ok(new.map(|id| (id, true)))
}

/// Whether the error is the schema's word that two rounds would overlap.
#[must_use]
pub fn overlaps(error: &sqlx::Error) -> bool {
    error.as_database_error().is_some_and(|error| error.message().contains("rounds_do_not_overlap"))
}

/// Gives or takes back support. False when voting on this topic is not open. Saying the same twice
/// is saying it once.
pub async fn support(
    tx: &mut AnyConnection,
    kind: Kind,
    topic_id: &str,
    account_id: &str,
    gives: bool,
    now: Millis,
) -> Kept<bool> {
    // The round stays as it is until this write ends: no support slips in beside the count.
    let is_open = format!(
        "SELECT r.id FROM rounds r JOIN topics t ON t.round_id = r.id
         WHERE t.id = $1 AND t.published_at IS NOT NULL AND t.merged_at IS NULL AND t.withdrawn_at IS NULL
           AND r.closed_at IS NULL AND r.vote_from <= $2 AND $2 < r.closes_at{}",
        kind.hold()
    );
    if sqlx::query(AssertSqlSafe(is_open))
        .bind(topic_id)
        .bind(now)
        .fetch_optional(&mut *tx)
        .await?
        .is_none()
    {
        return Ok(false);
    }
    let change = if gives {
        sqlx::query(
            "INSERT INTO supports (topic_id, account_id, given_at) VALUES ($1, $2, $3) ON CONFLICT (topic_id, account_id) DO NOTHING",
        )
        .bind(topic_id)
        .bind(account_id)
        .bind(now)
    } else {
        sqlx::query("DELETE FROM supports WHERE topic_id = $1 AND account_id = $2")
            .bind(topic_id)
            .bind(account_id)
    };
    change.execute(tx).await?;
    Ok(true)
}

/// Closes the next round whose time has come and keeps its count, once, whichever process comes
/// first. Gives its id.
pub async fn close_next(tx: &mut AnyConnection, now: Millis) -> Kept<Option<String>> {
    let closed: Option<String> = sqlx::query_scalar(
        "UPDATE rounds SET closed_at = $1
         WHERE id IN (SELECT id FROM rounds WHERE closed_at IS NULL AND closes_at <= $1 ORDER BY closes_at LIMIT 1) AND closed_at IS NULL
         RETURNING id",
    )
    .bind(now)
    .fetch_optional(&mut *tx)
    .await?;
    let Some(id) = closed else { return Ok(None) };
    sqlx::query(
        "WITH counted AS (
           SELECT t.id AS topic_id, coalesce(a.place_id, '') AS place_id, count(*) AS supporters
           FROM topics t
           JOIN supports s ON s.topic_id = t.id
           JOIN accounts a ON a.id = s.account_id AND a.erased_at IS NULL
           WHERE t.round_id = $1
           GROUP BY t.id, coalesce(a.place_id, ''))
         INSERT INTO tallies (round_id, topic_id, place_id, supporters)
         SELECT t.round_id, t.id, p.place_id, coalesce(c.supporters, 0)
         FROM topics t
         CROSS JOIN (SELECT id AS place_id FROM places WHERE retired_at IS NULL UNION SELECT place_id FROM counted) p
         LEFT JOIN counted c ON c.topic_id = t.id AND c.place_id = p.place_id
         WHERE t.round_id = $1 AND t.published_at IS NOT NULL AND t.merged_at IS NULL AND t.withdrawn_at IS NULL",
    )
    .bind(&id)
    .execute(tx)
    .await?;
    Ok(Some(id))
}

/// What was counted for one topic of a round.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    /// The topic.
    pub topic_id: String,
    /// Its title.
    pub title: String,
    /// Every place there was, in its order, and "Elsewhere" if anybody is, with its number of
    /// supporters. Only for [`crate::disclosure`] to put into words.
    pub counted: Vec<(String, u64)>,
    /// Whether the forum confirmed it as one that is to be planned.
    pub is_confirmed: bool,
}

/// What was counted for one topic; empty while the round is not closed.
pub async fn tally(db: &Db, round_id: &str, topic_id: &str) -> Kept<Tally> {
    Ok(tallies_where(db, round_id, topic_id).await?.into_iter().next().unwrap_or_default())
}

/// What was counted for every topic of a closed round, in the order they were proposed.
pub async fn tallies(db: &Db, round_id: &str) -> Kept<Vec<Tally>> {
    tallies_where(db, round_id, "").await
}

async fn tallies_where(db: &Db, round_id: &str, topic_id: &str) -> Kept<Vec<Tally>> {
    let rows = sqlx::query(
        "SELECT t.id, t.title, coalesce(p.name, $3), y.supporters, x.topic_id
         FROM tallies y
         JOIN topics t ON t.id = y.topic_id
         LEFT JOIN places p ON p.id = y.place_id
         LEFT JOIN confirmed_topics x ON x.round_id = y.round_id AND x.topic_id = y.topic_id
         WHERE y.round_id = $1 AND ($2 = '' OR y.topic_id = $2) AND t.merged_at IS NULL AND t.withdrawn_at IS NULL
         ORDER BY t.proposed_at, t.id, coalesce(p.position, 1000000), p.name",
    )
    .bind(round_id)
    .bind(topic_id)
    .bind(ELSEWHERE)
    .fetch_all(&mut *db.read().await?)
    .await?;
    let mut tallies: Vec<Tally> = Vec::new();
    for row in rows {
        let topic_id: String = row.get(0);
        if tallies.last().is_none_or(|last| last.topic_id != topic_id) {
            let is_confirmed = row.get::<Option<String>, _>(4).is_some();
            tallies.push(Tally { topic_id, title: row.get(1), counted: Vec::new(), is_confirmed });
        }
        if let Some(tally) = tallies.last_mut() {
            tally.counted.push((row.get(2), u64::try_from(row.get::<i64, _>(3)).unwrap_or(0)));
        }
    }
    Ok(tallies)
}

/// Reads a row of [`LAST`].
pub fn round(row: &AnyRow) -> Round {
    Round {
        id: row.get(0),
        title: row.get(1),
        seats: i64::from(row.get::<i32, _>(2)),
        dates: Dates {
            propose_from: row.get(3),
            vote_from: row.get(4),
            closes_at: row.get(5),
            counted_at: row.get(6),
        },
        confirmed: row.get::<Option<Millis>, _>(7).map(|at| (at, row.get(8))),
    }
}
