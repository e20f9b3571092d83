//! Every SQL statement about rounds.

use accounts::joinings;
use accounts::store::SHARED;
use calendar::clock::Moment;
use ground::changes::ChangeKind;
use ground::db::{Db, Kind, formatcp, known};
use ground::ids::{self, Account, Id};
use sqlx::any::AnyRow;
use sqlx::{AnyConnection, Row as _};
use voting::Dates;

use super::rules::{NewRound, RoundChange, is_possible};

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
    pub confirmed: Option<(Moment, String)>,
}

/// What was changed about a round: when voting started and closed before that, and since.
pub type PastChange = ground::changes::PastChange<ChangeKind, (Moment, Moment)>;

/// A round that was cancelled: nothing else is left of it.
#[derive(Clone, Debug)]
pub struct CancelledRound {
    pub id: Id<ids::Round>,
    pub title: String,
    pub reason: String,
    pub at: Moment,
}

/// The round with this id.
///
/// # Errors
/// When the database fails; likewise for every function here.
pub async fn find(db: &Db, id: &Id<ids::Round>) -> sqlx::Result<Option<Round>> {
    Ok(find_with_changes(db, id).await?.map(|(round, _)| round))
}

/// The round with this id, with what was changed about it, the last first.
pub async fn find_with_changes(
    db: &Db,
    id: &Id<ids::Round>,
) -> sqlx::Result<Option<(Round, Vec<PastChange>)>> {
    let rows = sqlx::query(
        "SELECT r.id, r.title, r.seats, r.propose_from, r.vote_from, r.closes_at, r.counted_at,
         c.confirmed_at, c.reason, k.kind, k.was_vote_from, k.was_closes_at,
         k.vote_from AS then_vote_from, k.closes_at AS then_closes_at, k.reason AS why, k.changed_at
         FROM rounds r LEFT JOIN confirmations c ON c.round_id = r.id
         LEFT JOIN round_changes k ON k.round_id = r.id
         WHERE r.id = $1 ORDER BY k.changed_at DESC",
    )
    .bind(id)
    .fetch_all(&mut *db.read().await?)
    .await?;
    let Some(found) = rows.first().map(round) else { return Ok(None) };
    let mut changes = Vec::new();
    for row in &rows {
        if let Some(kind) = row.get::<Option<&str>, _>("kind") {
            changes.push(PastChange {
                kind: known(ChangeKind::read(kind), "round_changes.kind")?,
                was: (row.get("was_vote_from"), row.get("was_closes_at")),
                is: (row.get("then_vote_from"), row.get("then_closes_at")),
                reason: row.get("why"),
                at: row.get("changed_at"),
            });
        }
    }
    Ok(Some((found, changes)))
}

/// The round with this id that was cancelled.
pub async fn find_cancelled(db: &Db, id: &Id<ids::Round>) -> sqlx::Result<Option<CancelledRound>> {
    let row = sqlx::query(
        "SELECT round_id, title, reason, changed_at FROM round_changes
         WHERE round_id = $1 AND kind = 'cancelled'",
    )
    .bind(id)
    .fetch_optional(&mut *db.read().await?)
    .await?;
    Ok(row.as_ref().map(cancelled_round))
}

/// The rounds that were cancelled last, at most `most`.
pub async fn list_cancelled(db: &Db, most: i64) -> sqlx::Result<Vec<CancelledRound>> {
    let rows = sqlx::query(
        "SELECT round_id, title, reason, changed_at FROM round_changes
         WHERE kind = 'cancelled' ORDER BY changed_at DESC, round_id LIMIT CAST($1 AS BIGINT)",
    )
    .bind(most)
    .fetch_all(&mut *db.read().await?)
    .await?;
    Ok(rows.iter().map(cancelled_round).collect())
}

fn cancelled_round(row: &AnyRow) -> CancelledRound {
    CancelledRound {
        id: row.get("round_id"),
        title: row.get("title"),
        reason: row.get("reason"),
        at: row.get("changed_at"),
    }
}

/// All rounds, latest first, at most `most`.
pub async fn list(db: &Db, most: i64) -> sqlx::Result<Vec<Round>> {
    const SQL: &str = formatcp!("{LAST} LIMIT CAST($1 AS BIGINT)");
    let rows = sqlx::query(SQL).bind(most).fetch_all(&mut *db.read().await?).await?;
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

/// Changes a round, once for each form key: `true` when it is changed, now or by the same form
/// before. `false` when it is not as it was read any more, or its time has passed. The schema
/// refuses dates at which another round is open ([`overlaps`]).
pub async fn change(
    tx: &mut AnyConnection,
    round: &Round,
    change: &RoundChange,
    by: &Id<Account>,
    at: Moment,
) -> sqlx::Result<bool> {
    // The round stays as it is until this write ends: no topic joins it, and no support is given.
    let held = Kind::of(tx).hold_to_change(
        "SELECT propose_from, vote_from, closes_at, counted_at FROM rounds
         WHERE id = $1 AND closed_at IS NULL",
    );
    let held = sqlx::query(held).bind(&round.id).fetch_optional(&mut *tx).await?;
    let is_done: Option<String> =
        sqlx::query_scalar("SELECT round_id FROM round_changes WHERE form_key = $1")
            .bind(&change.form_key)
            .fetch_optional(&mut *tx)
            .await?;
    if is_done.is_some() {
        return Ok(true);
    }
    let is_as_read = held.as_ref().map(dates) == Some(round.dates);
    if !is_as_read || !is_possible(change.kind, &round.dates, at) {
        return Ok(false);
    }
    note_change(tx, round, change, by, at).await?;
    match change.kind {
        ChangeKind::Cancelled => cancel(tx, &round.id).await?,
        ChangeKind::Moved | ChangeKind::Extended => {
            sqlx::query(
                "UPDATE rounds SET propose_from = $2, vote_from = $3, closes_at = $4
                 WHERE id = $1",
            )
            .bind(&round.id)
            .bind(change.dates.propose_from)
            .bind(change.dates.vote_from)
            .bind(change.dates.closes_at)
            .execute(tx)
            .await?;
        }
    }
    Ok(true)
}

async fn note_change(
    tx: &mut AnyConnection,
    round: &Round,
    change: &RoundChange,
    by: &Id<Account>,
    at: Moment,
) -> sqlx::Result<()> {
    sqlx::query(
        "INSERT INTO round_changes (form_key, round_id, kind, title, was_propose_from,
         was_vote_from, was_closes_at, propose_from, vote_from, closes_at, reason, changed_by,
         changed_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)",
    )
    .bind(&change.form_key)
    .bind(&round.id)
    .bind(change.kind.word())
    .bind(&round.title)
    .bind(round.dates.propose_from)
    .bind(round.dates.vote_from)
    .bind(round.dates.closes_at)
    .bind(change.dates.propose_from)
    .bind(change.dates.vote_from)
    .bind(change.dates.closes_at)
    .bind(&change.reason)
    .bind(by)
    .bind(at)
    .execute(tx)
    .await?;
    Ok(())
}

/// Takes a round out, so that no statement counts it by mistake. Its topics wait for the next one;
/// that it was there and why it is gone is in `round_changes`.
async fn cancel(tx: &mut AnyConnection, id: &Id<ids::Round>) -> sqlx::Result<()> {
    for sql in [
        "UPDATE topics SET round_id = NULL WHERE round_id = $1",
        "DELETE FROM rounds WHERE id = $1",
    ] {
        sqlx::query(sql).bind(id).execute(&mut *tx).await?;
    }
    Ok(())
}

/// Whether the error is the schema saying that two rounds would overlap.
#[must_use]
pub fn overlaps(error: &sqlx::Error) -> bool {
    error.as_database_error().is_some_and(|error| error.message().contains("rounds_do_not_overlap"))
}

/// Whether there is a round to close whose time has come.
pub async fn is_one_to_close(db: &Db, now: Moment) -> sqlx::Result<bool> {
    let due: Option<Id<ids::Round>> = sqlx::query_scalar(
        "SELECT id FROM rounds WHERE closed_at IS NULL AND closes_at <= $1 LIMIT 1",
    )
    .bind(now)
    .fetch_optional(&mut *db.read().await?)
    .await?;
    Ok(due.is_some())
}

/// Closes the next round whose time has come and saves its count, once, whichever process comes
/// first. Returns its id.
pub async fn close_next(
    tx: &mut AnyConnection,
    now: Moment,
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
    const SQL: &str = formatcp!(
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
    sqlx::query(SQL).bind(&id).execute(tx).await?;
    Ok(Some(id))
}

/// Erases what was unusual about the joinings of rounds whose shortlist is confirmed, or that have
/// waited for that as long as the counts do; how many rows.
pub async fn forget_due(db: &Db, now: Moment) -> sqlx::Result<u64> {
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
        dates: dates(row),
        confirmed: row.get::<Option<Moment>, _>("confirmed_at").map(|at| (at, row.get("reason"))),
    }
}

fn dates(row: &AnyRow) -> Dates {
    Dates {
        propose_from: row.get("propose_from"),
        vote_from: row.get("vote_from"),
        closes_at: row.get("closes_at"),
        counted_at: row.get("counted_at"),
    }
}
