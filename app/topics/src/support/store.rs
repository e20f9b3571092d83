//! Every SQL statement about support and the results.

use area::ELSEWHERE;
use calendar::clock::Millis;
use ground::db::{self, Db, Kind};
use ground::ids::{Account, Id, Round, Topic};
use sqlx::{AnyConnection, AssertSqlSafe, Row as _};

/// Until when topics can be proposed for the next round of voting, if there is one.
///
/// # Errors
/// When the database fails; likewise for every function here.
pub async fn proposing_until(db: &Db, now: Millis) -> sqlx::Result<Option<Millis>> {
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

/// Gives or removes support. False when voting on this topic is not open. Doing the same twice is
/// doing it once.
pub async fn support(
    tx: &mut AnyConnection,
    topic_id: &Id<Topic>,
    account_id: &Id<Account>,
    gives: bool,
    now: Millis,
) -> sqlx::Result<bool> {
    let kind = Kind::of(tx);
    // The round stays as it is until this write ends: no support slips in during the count.
    let is_open = format!(
        "SELECT r.id FROM rounds r JOIN listed_topics l ON l.round_id = r.id
         WHERE l.id = $1 AND r.closed_at IS NULL AND r.vote_from <= $2 AND $2 < r.closes_at{}",
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
            "INSERT INTO supports (topic_id, account_id, given_at) VALUES ($1, $2, $3)
             ON CONFLICT (topic_id, account_id) DO NOTHING",
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
