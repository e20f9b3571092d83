//! Every SQL statement about shortlists.

use std::collections::HashMap;

use calendar::clock::Millis;
use futures_util::TryStreamExt as _;
use ground::db::{self, Db, Kept};
use sqlx::any::AnyRow;
use sqlx::{AnyConnection, Row as _};
use topics::store::LISTED_TOPIC;
use voting::count::{Choice, Election, Phase};

use super::rules::{Chosen, Confirmation};

/// The ballots of a round.
#[derive(Debug)]
pub struct Ballots {
    /// The ids of its topics, in the order they were proposed.
    pub topics: Vec<String>,
    /// The ids of the places people live in, "" for none, by the number of their group.
    pub places: Vec<String>,
    /// The ballots themselves.
    pub election: Election,
}

/// A round that is closed and not counted yet, with how many topics it chooses.
///
/// # Errors
/// When the database fails; likewise for every function here.
pub async fn uncounted(db: &Db) -> Kept<Option<(String, usize)>> {
    let row = sqlx::query(
        "SELECT id, seats FROM rounds WHERE closed_at IS NOT NULL
         AND counted_at IS NULL ORDER BY closes_at LIMIT 1",
    )
    .fetch_optional(&mut *db.read().await?)
    .await?;
    Ok(row.map(|row| (row.get(0), usize::try_from(row.get::<i32, _>(1)).unwrap_or(0))))
}

/// Reads the ballots of a round, voter by voter, so that a million votes are never in memory as
/// rows.
pub async fn ballots(db: &Db, round_id: &str) -> Kept<Ballots> {
    let mut connection = db.read().await?;
    let listed = format!(
        "SELECT t.id FROM topics t WHERE t.round_id = $1 AND {LISTED_TOPIC}
         ORDER BY t.proposed_at, t.id"
    );
    let topics: Vec<String> = sqlx::query_scalar(sqlx::AssertSqlSafe(listed))
        .bind(round_id)
        .fetch_all(&mut *connection)
        .await?;
    let numbers: HashMap<&str, usize> =
        topics.iter().enumerate().map(|(number, id)| (id.as_str(), number)).collect();
    let mut rows = sqlx::query(
        "SELECT s.account_id, s.topic_id, coalesce(a.place_id, '')
         FROM supports s
         JOIN topics t ON t.id = s.topic_id AND t.round_id = $1
         JOIN rounds r ON r.id = t.round_id
         JOIN accounts a ON a.id = s.account_id AND (a.erased_at IS NULL
           OR a.erased_at >= r.closed_at)
         ORDER BY s.account_id",
    )
    .bind(round_id)
    .fetch(&mut *connection);
    let (mut election, mut places) = (Election::new(topics.len()), Vec::<String>::new());
    let (mut voter, mut group, mut ballot) = (String::new(), 0, Vec::new());
    while let Some(row) = rows.try_next().await? {
        let account: String = row.get(0);
        if account != voter {
            add(&mut election, group, std::mem::take(&mut ballot));
            let place: String = row.get(2);
            let known = places.iter().position(|known| *known == place);
            group = known.unwrap_or_else(|| {
                places.push(place);
                places.len() - 1
            });
            voter = account;
        }
        // A topic that is not counted, such as a withdrawn one, has no number.
        ballot.extend(numbers.get(row.get::<&str, _>(1)));
    }
    add(&mut election, group, ballot);
    drop(rows);
    Ok(Ballots { topics, places, election })
}

fn add(election: &mut Election, group: usize, ballot: Vec<usize>) {
    let known = election.add_from(u16::try_from(group).unwrap_or(u16::MAX), ballot);
    debug_assert!(known.is_ok(), "only topics of the round are numbered");
}

/// Saves what the count chose. True for the process that was first.
pub async fn keep(
    tx: &mut AnyConnection,
    round_id: &str,
    topics: &[String],
    places: &[String],
    choices: &[Choice],
    now: Millis,
) -> Kept<bool> {
    let first = sqlx::query(
        "UPDATE rounds SET counted_at = $2 WHERE id = $1
         AND closed_at IS NOT NULL AND counted_at IS NULL",
    )
    .bind(round_id)
    .bind(now)
    .execute(&mut *tx)
    .await?;
    if first.rows_affected() == 0 {
        return Ok(false);
    }
    let number = |people: u64| i64::try_from(people).unwrap_or(i64::MAX);
    for (position, choice) in (1_i32..).zip(choices) {
        let Some(topic_id) = topics.get(choice.topic) else { continue };
        sqlx::query(
            "INSERT INTO shortlist (round_id, topic_id, position, phase, price, supporters,
             unrepresented)
             VALUES ($1, $2, CAST($3 AS INTEGER), $4, $5, $6, $7)",
        )
        .bind(round_id)
        .bind(topic_id)
        .bind(position)
        .bind(if choice.phase == Phase::Shares { "shares" } else { "credit" })
        .bind(choice.price.to_string())
        .bind(number(choice.supporters.all))
        .bind(number(choice.unrepresented.all))
        .execute(&mut *tx)
        .await?;
        for (place, people) in
            places.iter().zip(&choice.unrepresented.by_group).filter(|(_, people)| **people > 0)
        {
            sqlx::query(
                "INSERT INTO shortlist_places (round_id, topic_id, place_id,
                 unrepresented) VALUES ($1, $2, $3, $4)",
            )
            .bind(round_id)
            .bind(topic_id)
            .bind(place)
            .bind(number(*people))
            .execute(&mut *tx)
            .await?;
        }
    }
    Ok(true)
}

/// What the count of a round chose, in the order chosen, with the true numbers.
pub async fn chosen(db: &Db, round_id: &str) -> Kept<Vec<Chosen>> {
    let rows = sqlx::query(
        "SELECT l.topic_id, t.title, l.position, l.supporters, l.unrepresented
         FROM shortlist l JOIN topics t ON t.id = l.topic_id WHERE l.round_id = $1
           ORDER BY l.position",
    )
    .bind(round_id)
    .fetch_all(&mut *db.read().await?)
    .await?;
    let people = |number: i64| u64::try_from(number).unwrap_or(0);
    let chosen = |row: &AnyRow| Chosen {
        topic_id: row.get(0),
        title: row.get(1),
        position: usize::try_from(row.get::<i32, _>(2)).unwrap_or(0),
        supporters: people(row.get(3)),
        new: people(row.get(4)),
    };
    Ok(rows.iter().map(chosen).collect())
}

/// Saves the confirmed list. False when it was confirmed before.
pub async fn confirm(
    tx: &mut AnyConnection,
    round_id: &str,
    confirmation: &Confirmation,
    by: &str,
    now: Millis,
) -> Kept<bool> {
    let first = sqlx::query(
        "INSERT INTO confirmations (round_id, reason, confirmed_by, confirmed_at)
         SELECT id, $2, $3, CAST($4 AS BIGINT) FROM rounds WHERE id = $1 AND counted_at IS NOT NULL
         ON CONFLICT (round_id) DO NOTHING",
    )
    .bind(round_id)
    .bind(&confirmation.reason)
    .bind(by)
    .bind(now)
    .execute(&mut *tx)
    .await?;
    if first.rows_affected() == 0 {
        return Ok(false);
    }
    db::tie(
        tx,
        "INSERT INTO confirmed_topics (round_id, topic_id)",
        round_id,
        &confirmation.topics,
    )
    .await?;
    Ok(true)
}
