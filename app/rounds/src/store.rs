//! Every SQL statement about rounds.

use accounts::joinings;
use accounts::store::SHARED;
use calendar::clock::Millis;
use ground::db::Db;
use ground::ids::{self, Account, Id};
use sqlx::any::AnyRow;
use sqlx::{AnyConnection, AssertSqlSafe, Row as _};
use voting::Dates;

use super::rules::NewRound;

/// A round.
#[derive(Clone, Debug)]
pub struct Round {
    pub id: Id<ids::Round>,
    pub title: String,
    /// How many topics it will choose.
    pub seats: i64,
    pub dates: Dates,
    /// When the forum confirmed the shortlist, and why it differs from the count; empty where it
    /// does not.
    pub confirmed: Option<(Millis, String)>,
}

/// The round with this id.
///
/// # Errors
/// When the database fails; likewise for every function here.
pub async fn find(db: &Db, id: &Id<ids::Round>) -> sqlx::Result<Option<Round>> {
    let row = sqlx::query(
        "SELECT r.id, r.title, r.seats, r.propose_from, r.vote_from, r.closes_at, r.counted_at,
         c.confirmed_at, c.reason
         FROM rounds r LEFT JOIN confirmations c ON c.round_id = r.id WHERE r.id = $1",
    )
    .bind(id)
    .fetch_optional(&mut *db.read().await?)
    .await?;
    Ok(row.as_ref().map(round))
}

/// All rounds, latest first, at most `most`.
pub async fn list(db: &Db, most: i64) -> sqlx::Result<Vec<Round>> {
    let sql = format!("{LAST} LIMIT $1");
    let rows = sqlx::query(AssertSqlSafe(sql)).bind(most).fetch_all(&mut *db.read().await?).await?;
    Ok(rows.iter().map(round).collect())
}

/// What everyone can find of this room: (kind, id, title, words, since).
pub const FINDABLE: &str = "SELECT 'rounds' AS kind, id, title, 'vote voting round' AS words,
       propose_from AS since FROM rounds";

/// The rounds, the last to close first: the start of a statement, to which a limit is added.
pub const LAST: &str = "SELECT r.id, r.title, r.seats, r.propose_from, r.vote_from, r.closes_at,
     r.counted_at, c.confirmed_at, c.reason
     FROM rounds r LEFT JOIN confirmations c ON c.round_id = r.id
       ORDER BY r.closes_at DESC, r.id DESC";

/// Opens a round, once for each form key, with every published topic that is in none. Returns its
/// id, and whether it was opened just now. `None` when it overlaps another round; where two are
/// opened at the same moment, the schema refuses the second ([`overlaps`]).
pub async fn open(
    tx: &mut AnyConnection,
    round: &NewRound,
    by: &Id<Account>,
) -> sqlx::Result<Option<(Id<ids::Round>, bool)>> {
    let earlier: Option<Id<ids::Round>> =
        sqlx::query_scalar("SELECT id FROM rounds WHERE form_key = $1")
            .bind(&round.form_key)
            .fetch_optional(&mut *tx)
            .await?;
    if let Some(earlier) = earlier {
        return Ok(Some((earlier, false)));
    }
    let new: Option<Id<ids::Round>> = sqlx::query_scalar(
        "INSERT INTO rounds (id, title, seats, propose_from, vote_from, closes_at, opened_by,
         form_key)
         SELECT $1, $2, CAST($3 AS INTEGER), CAST($4 AS BIGINT), CAST($5 AS BIGINT),
           CAST($6 AS BIGINT), $7, $8
         WHERE NOT EXISTS (SELECT 1 FROM rounds WHERE propose_from < $6 AND closes_at > $4)
         ON CONFLICT (form_key) DO NOTHING RETURNING id",
    )
    .bind(Id::<ids::Round>::fresh())
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
        // These are `listed_topics`, by their own columns: PostgreSQL looks at them again in a row
        // that it had to wait for, and at a view as it was before.
        sqlx::query(
            "UPDATE topics SET round_id = $1
             WHERE round_id IS NULL AND published_at IS NOT NULL AND passed_on_at IS NULL
               AND declined_at IS NULL AND withdrawn_at IS NULL AND merged_at IS NULL",
        )
        .bind(id)
        .execute(tx)
        .await?;
    }
    Ok(new.map(|id| (id, true)))
}

/// Whether the error is the schema saying that two rounds would overlap.
#[must_use]
pub fn overlaps(error: &sqlx::Error) -> bool {
    error.as_database_error().is_some_and(|error| error.message().contains("rounds_do_not_overlap"))
}

/// Closes the next round whose time has come and saves its count, once, whichever process comes
/// first. Returns its id.
pub async fn close_next(
    tx: &mut AnyConnection,
    now: Millis,
) -> sqlx::Result<Option<Id<ids::Round>>> {
    let closed: Option<Id<ids::Round>> = sqlx::query_scalar(
        "UPDATE rounds SET closed_at = $1
         WHERE id IN (SELECT id FROM rounds WHERE closed_at IS NULL AND closes_at <= $1
           ORDER BY closes_at LIMIT 1) AND closed_at IS NULL
         RETURNING id",
    )
    .bind(now)
    .fetch_optional(&mut *tx)
    .await?;
    let Some(id) = closed else { return Ok(None) };
    // One mailbox is one person, who lives where the first of its accounts does that voted.
    let sql = format!(
        "WITH several AS (
           SELECT t.id AS topic_id, a.mailbox AS mailbox, a.id AS account_id
           FROM accounts a
           JOIN supports s ON s.account_id = a.id
           JOIN topics t ON t.id = s.topic_id AND t.round_id = $1
           WHERE a.mailbox IN {SHARED} AND a.erased_at IS NULL),
         people AS (SELECT mailbox, min(account_id) AS first_id FROM several GROUP BY mailbox),
         given AS (
           SELECT t.id AS topic_id, coalesce(a.place_id, '') AS place_id, count(*) AS supporters
           FROM topics t
           JOIN supports s ON s.topic_id = t.id
           JOIN accounts a ON a.id = s.account_id AND a.erased_at IS NULL
           WHERE t.round_id = $1 AND (a.mailbox IS NULL OR a.mailbox NOT IN {SHARED})
           GROUP BY t.id, coalesce(a.place_id, '')
           UNION ALL
           SELECT g.topic_id, coalesce(a.place_id, ''), count(DISTINCT g.mailbox)
           FROM several g
           JOIN people p ON p.mailbox = g.mailbox
           JOIN accounts a ON a.id = p.first_id
           GROUP BY g.topic_id, coalesce(a.place_id, '')),
         counted AS (
           SELECT topic_id, place_id, CAST(sum(supporters) AS BIGINT) AS supporters
           FROM given GROUP BY topic_id, place_id)
         INSERT INTO tallies (round_id, topic_id, place_id, supporters)
         SELECT t.round_id, t.id, p.place_id, coalesce(c.supporters, 0)
         FROM listed_topics t
         CROSS JOIN (SELECT id AS place_id FROM places WHERE retired_at IS NULL UNION
           SELECT place_id FROM counted) p
         LEFT JOIN counted c ON c.topic_id = t.id AND c.place_id = p.place_id
         WHERE t.round_id = $1"
    );
    sqlx::query(AssertSqlSafe(sql)).bind(&id).execute(tx).await?;
    Ok(Some(id))
}

/// Erases what was unusual about the joinings of rounds whose shortlist is confirmed, or that have
/// waited for that as long as the counts do; how many rows.
pub async fn forget_due(db: &Db, now: Millis) -> sqlx::Result<u64> {
    let mut tx = db.begin().await?;
    let erased = sqlx::query(
        "DELETE FROM unusual_joinings WHERE round_id IN (SELECT round_id FROM confirmations)
         OR round_id IN (SELECT id FROM rounds WHERE closed_at <= $1)",
    )
    .bind(now - joinings::KEPT_FOR)
    .execute(&mut *tx)
    .await?;
    tx.commit().await?;
    Ok(erased.rows_affected())
}

/// Reads a row of [`LAST`].
pub fn round(row: &AnyRow) -> Round {
    Round {
        id: row.get("id"),
        title: row.get("title"),
        seats: i64::from(row.get::<i32, _>("seats")),
        dates: Dates {
            propose_from: row.get("propose_from"),
            vote_from: row.get("vote_from"),
            closes_at: row.get("closes_at"),
            counted_at: row.get("counted_at"),
        },
        confirmed: row.get::<Option<Millis>, _>("confirmed_at").map(|at| (at, row.get("reason"))),
    }
}
