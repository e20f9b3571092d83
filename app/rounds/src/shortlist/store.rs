//! Every SQL statement about shortlists.

use std::collections::{BTreeMap, HashMap};

use accounts::joinings;
use accounts::store::SHARED;
use calendar::clock::Moment;
use futures_util::TryStreamExt as _;
use ground::db::{self, Db, formatcp};
use ground::ids::{Account, Id, Place, Round, Topic, UnusualJoining};
use sqlx::any::AnyRow;
use sqlx::{AnyConnection, Row as _};
use voting::count::{Choice, CountPhase, Election};

use super::rules::{Chosen, Confirmation};
use super::unusual::{Patterns, Sign, Unusual};

/// The ballots of a round.
#[derive(Debug)]
pub struct Ballots {
    /// Its topics, in the order they were proposed.
    pub topics: Vec<Id<Topic>>,
    /// The places people live in, empty for none, by the number of their group.
    pub places: Vec<Id<Place>>,
    pub election: Election,
    pub unusual: Vec<Unusual>,
}

/// A round that is closed and not counted yet, with how many topics it chooses.
///
/// # Errors
/// When the database fails; likewise for every function here.
pub async fn uncounted(db: &Db) -> sqlx::Result<Option<(Id<Round>, usize)>> {
    let round: Option<(Id<Round>, i32)> = sqlx::query_as(
        "SELECT id, seats FROM rounds WHERE closed_at IS NOT NULL
         AND counted_at IS NULL ORDER BY closes_at LIMIT 1",
    )
    .fetch_optional(&mut *db.read().await?)
    .await?;
    let Some((id, seats)) = round else { return Ok(None) };
    Ok(Some((id, db::number(i64::from(seats), "rounds.seats")?)))
}

/// Reads the ballots of a round, voter by voter, so that a million votes are never in memory as
/// rows. One mailbox is one voter, who supports what any of its accounts does and lives where the
/// first of them does, as in the tallies.
pub async fn ballots(db: &Db, round_id: &Id<Round>) -> sqlx::Result<Ballots> {
    let mut connection = db.read().await?;
    let topics: Vec<Id<Topic>> = sqlx::query_scalar(
        "SELECT id FROM listed_topics WHERE round_id = $1 ORDER BY proposed_at, id",
    )
    .bind(round_id)
    .fetch_all(&mut *connection)
    .await?;
    let numbers: HashMap<&str, usize> =
        topics.iter().enumerate().map(|(number, id)| (id.as_str(), number)).collect();
    const SQL: &str = formatcp!(
        "SELECT s.account_id, s.topic_id, coalesce(a.place_id, '') AS place_id,
           CASE WHEN a.mailbox IN {SHARED} THEN a.mailbox ELSE '' END AS mailbox,
           s.given_at, a.confirmed_at
         FROM supports s
         JOIN topics t ON t.id = s.topic_id AND t.round_id = $1
         JOIN rounds r ON r.id = t.round_id
         JOIN accounts a ON a.id = s.account_id AND (a.erased_at IS NULL
           OR a.erased_at >= r.closed_at)
         ORDER BY s.account_id"
    );
    let mut rows = sqlx::query(SQL).bind(round_id).fetch(&mut *connection);
    let mut cast = Cast { election: Election::new(topics.len()), ..Cast::default() };
    let (mut account, mut voter) = (Id::<Account>::default(), None::<Voter>);
    let mut of_several_accounts = BTreeMap::<String, Voter>::new();
    while let Some(row) = rows.try_next().await? {
        // A topic that is not counted, such as a withdrawn one, has no number.
        let topic = numbers.get(row.get::<&str, _>("topic_id")).copied();
        let mailbox: String = row.get("mailbox");
        if !mailbox.is_empty() {
            of_several_accounts.entry(mailbox).or_insert_with(|| Voter::of(&row)).gave(topic, &row);
            continue;
        }
        let id: Id<Account> = row.get("account_id");
        if id != account {
            cast.extend(voter.take());
            account = id;
        }
        voter.get_or_insert_with(|| Voter::of(&row)).gave(topic, &row);
    }
    drop(rows);
    cast.extend(voter);
    cast.extend(of_several_accounts.into_values());
    let Cast { election, places, patterns } = cast;
    Ok(Ballots { topics, places, election, unusual: patterns.unusual() })
}

/// Somebody whose votes are being read.
struct Voter {
    place: Id<Place>,
    topics: Vec<usize>,
    began_at: Moment,
    joined_at: Moment,
}

impl Voter {
    fn of(row: &AnyRow) -> Self {
        let (place, joined_at) = (row.get("place_id"), row.get("confirmed_at"));
        Self { place, topics: Vec::new(), began_at: Moment::MAX, joined_at }
    }

    fn gave(&mut self, topic: Option<usize>, row: &AnyRow) {
        self.topics.extend(topic);
        self.began_at = self.began_at.min(row.get::<Moment, _>("given_at"));
    }
}

/// The ballots that were read whole.
#[derive(Default)]
struct Cast {
    election: Election,
    places: Vec<Id<Place>>,
    patterns: Patterns,
}

impl Extend<Voter> for Cast {
    fn extend<I: IntoIterator<Item = Voter>>(&mut self, voters: I) {
        for Voter { place, topics, began_at, joined_at } in voters {
            let known = self.places.iter().position(|known| *known == place);
            let group = known.unwrap_or_else(|| {
                self.places.push(place);
                self.places.len() - 1
            });
            self.patterns.add(&topics, began_at, joined_at);
            let group = u16::try_from(group).unwrap_or(u16::MAX);
            let known = self.election.add_from(group, topics);
            debug_assert!(known.is_ok(), "only topics of the round are numbered");
        }
    }
}

/// What the count of a round chose; topics and places as in its [`Ballots`].
#[derive(Debug)]
pub struct CountedBallots {
    pub topics: Vec<Id<Topic>>,
    pub places: Vec<Id<Place>>,
    pub choices: Vec<Choice>,
    pub unusual: Vec<Unusual>,
}

/// Saves what the count chose, and what is unusual about who joined and voted. True for the process
/// that was first.
pub async fn keep(
    tx: &mut AnyConnection,
    round_id: &Id<Round>,
    CountedBallots { topics, places, choices, unusual }: CountedBallots,
    now: Moment,
) -> sqlx::Result<bool> {
    let closes_at: Option<Moment> = sqlx::query_scalar(
        "UPDATE rounds SET counted_at = $2 WHERE id = $1
         AND closed_at IS NOT NULL AND counted_at IS NULL RETURNING closes_at",
    )
    .bind(round_id)
    .bind(now)
    .fetch_optional(&mut *tx)
    .await?;
    let Some(closes_at) = closes_at else { return Ok(false) };
    keep_unusual(tx, round_id, unusual, closes_at).await?;
    let number = |people: u64| i64::try_from(people).unwrap_or(i64::MAX);
    for (position, choice) in (1_i32..).zip(&choices) {
        let Some(topic_id) = topics.get(choice.topic) else { continue };
        sqlx::query(
            "INSERT INTO shortlist (round_id, topic_id, position, phase, price, supporters,
             unrepresented)
             VALUES ($1, $2, CAST($3 AS INTEGER), $4, $5, $6, $7)",
        )
        .bind(round_id)
        .bind(topic_id)
        .bind(position)
        .bind(if choice.phase == CountPhase::Shares { "shares" } else { "credit" })
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

/// Everybody who joined before the close could vote in the round, so their joinings are shown with
/// it and with no later one.
async fn keep_unusual(
    tx: &mut AnyConnection,
    round_id: &Id<Round>,
    mut unusual: Vec<Unusual>,
    closes_at: Moment,
) -> sqlx::Result<()> {
    let joined = joinings::take(tx, closes_at).await?;
    unusual.extend(joined.into_iter().map(|(at, people)| Unusual {
        at,
        sign: Sign::Joined,
        people,
    }));
    for Unusual { at, sign, people } in unusual {
        sqlx::query(
            "INSERT INTO unusual_joinings (id, round_id, kind, at, people)
             VALUES ($1, $2, $3, $4, $5)",
        )
        .bind(Id::<UnusualJoining>::fresh())
        .bind(round_id)
        .bind(sign.word())
        .bind(at)
        .bind(people)
        .execute(&mut *tx)
        .await?;
    }
    Ok(())
}

/// What the count of a round chose, as [`chosen`], and what is unusual about who joined and voted
/// in it, in the order of time.
pub async fn chosen_and_unusual(
    db: &Db,
    round_id: &Id<Round>,
) -> sqlx::Result<(Vec<Chosen>, Vec<Unusual>)> {
    let rows = sqlx::query(
        "SELECT id, title, position, supporters, unrepresented, is_unusual FROM (
           SELECT l.topic_id AS id, t.title AS title, CAST(l.position AS BIGINT) AS position,
             l.supporters AS supporters, l.unrepresented AS unrepresented,
             CAST(0 AS BIGINT) AS is_unusual
           FROM shortlist l JOIN topics t ON t.id = l.topic_id WHERE l.round_id = $1
           UNION ALL SELECT u.kind, '', u.at, u.people, CAST(0 AS BIGINT), CAST(1 AS BIGINT)
           FROM unusual_joinings u WHERE u.round_id = $1) found
         ORDER BY is_unusual, position, id",
    )
    .bind(round_id)
    .fetch_all(&mut *db.read().await?)
    .await?;
    let (mut chosen, mut unusual) = (Vec::new(), Vec::new());
    for row in &rows {
        if row.get::<i64, _>("is_unusual") == 1 {
            let (kind, at, people) = (row.get("id"), row.get("position"), row.get("supporters"));
            unusual.push(Unusual::read(kind, at, people)?);
        } else {
            chosen.push(chosen_topic(row)?);
        }
    }
    Ok((chosen, unusual))
}

/// What the count of a round chose, in the order chosen, with the true numbers.
pub async fn chosen(db: &Db, round_id: &Id<Round>) -> sqlx::Result<Vec<Chosen>> {
    let rows = sqlx::query(
        "SELECT l.topic_id AS id, t.title, CAST(l.position AS BIGINT) AS position, l.supporters,
           l.unrepresented
         FROM shortlist l JOIN topics t ON t.id = l.topic_id WHERE l.round_id = $1
         ORDER BY l.position",
    )
    .bind(round_id)
    .fetch_all(&mut *db.read().await?)
    .await?;
    rows.iter().map(chosen_topic).collect()
}

/// Reads a topic that the count chose.
fn chosen_topic(row: &AnyRow) -> sqlx::Result<Chosen> {
    Ok(Chosen {
        topic_id: row.get("id"),
        title: row.get("title"),
        position: db::number(row.get("position"), "shortlist.position")?,
        supporters: db::number(row.get("supporters"), "shortlist.supporters")?,
        new: db::number(row.get("unrepresented"), "shortlist.unrepresented")?,
    })
}

/// Saves the confirmed list. False when it was confirmed before.
pub async fn confirm(
    tx: &mut AnyConnection,
    round_id: &Id<Round>,
    confirmation: &Confirmation,
    by: &Id<Account>,
    now: Moment,
) -> sqlx::Result<bool> {
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
