//! Every SQL statement about copies: who asked for one, and what is in it.

use calendar::clock::{DAY, HOUR, MINUTE, Millis, Moment};
use ground::db::{self, Db};
use ground::ids::{Account, Id, Session, Subscriber};
use ground::personal::{Column, Reading, Table, Whose};
use sqlx::{AnyConnection, AssertSqlSafe, Row as _};

/// How often somebody may ask for a copy, and how long after that they may save it.
pub(super) const WITHIN: Millis = HOUR;

/// How far ahead of this machine's clock another one's may be.
const AHEAD: Millis = MINUTE;

/// Columns that may hold the id of an account, in tables that subscribers have a part of.
const MAY_BE_ACCOUNTS: [&str; 2] = ["account_id", "person"];

/// Whose copy it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum WhoseCopy {
    /// All about the person with this account.
    Account(Id<Account>),
    /// What is about this subscriber, for whoever has only that.
    Subscriber(Id<Subscriber>),
}

impl WhoseCopy {
    fn id(&self) -> &str {
        match self {
            Self::Account(id) => id,
            Self::Subscriber(id) => id,
        }
    }

    /// Which rows of a table are theirs.
    fn rows(&self, whose: Whose) -> Option<&'static str> {
        match (self, whose) {
            (_, Whose::Nobody(_)) | (Self::Subscriber(_), Whose::Account(_)) => None,
            (_, Whose::Subscriber(rows))
            | (Self::Account(_), Whose::Account(rows) | Whose::Both { account: rows, .. })
            | (Self::Subscriber(_), Whose::Both { subscriber: rows, .. }) => Some(rows),
        }
    }

    /// How a value is read. In the copy of a subscriber nothing says that there is an account too.
    fn reads(&self, reading: &Reading) -> String {
        let sql = &reading.sql;
        if matches!(self, Self::Subscriber(_)) && MAY_BE_ACCOUNTS.contains(&reading.name) {
            format!("CASE WHEN {sql} = $1 THEN {sql} END")
        } else {
            sql.clone()
        }
    }

    /// The subscribers that they are, and their address. An address that was theirs once may be
    /// another person's by now: it counts only while nobody has subscribed to anything with it
    /// since.
    fn names(&self) -> &'static str {
        match self {
            Self::Account(_) => {
                "WITH theirs (id) AS (
                   SELECT s.id FROM subscribers s JOIN accounts a ON a.email = s.email
                   WHERE a.id = $1
                   UNION SELECT s.id FROM subscribers s
                   WHERE s.account_id = $1 AND s.joined_id IS NOT NULL),
                 addresses (email) AS (
                   SELECT a.email FROM accounts a WHERE a.id = $1 AND a.email IS NOT NULL)"
            }
            Self::Subscriber(_) => {
                "WITH theirs (id) AS (SELECT s.id FROM subscribers s WHERE s.id = $1),
                 addresses (email) AS (
                   SELECT s.email FROM subscribers s WHERE s.id = $1 AND s.email IS NOT NULL)"
            }
        }
    }
}

/// Stores that somebody asks for a copy now, unless they did within the last hour; says whether it
/// is stored. A time that lies ahead, as after a clock was set back, keeps nobody out.
///
/// # Errors
/// When the database fails; likewise for every function here.
pub async fn ask(
    tx: &mut AnyConnection,
    of: &WhoseCopy,
    session_id: Option<&Id<Session>>,
    now: Moment,
) -> sqlx::Result<bool> {
    let (account, subscriber) = match of {
        WhoseCopy::Account(id) => (Some(id), None),
        WhoseCopy::Subscriber(id) => (None, Some(id)),
    };
    let asked = sqlx::query(
        "INSERT INTO copies (person, account_id, session_id, subscriber_id, asked_at)
         VALUES ($1, $2, $3, $4, $5)
         ON CONFLICT (person) DO UPDATE
           SET session_id = excluded.session_id, asked_at = excluded.asked_at
           WHERE copies.asked_at <= $6 OR copies.asked_at > $7
         RETURNING person",
    )
    .bind(of.id())
    .bind(account)
    .bind(session_id)
    .bind(subscriber)
    .bind(now)
    .bind(now - WITHIN)
    .bind(now + AHEAD)
    .fetch_optional(tx)
    .await?;
    Ok(asked.is_some())
}

/// When an account last asked for a copy, and in which session, if that is less than an hour ago.
pub async fn asked(
    db: &Db,
    account_id: &Id<Account>,
    now: Moment,
) -> sqlx::Result<Option<(Moment, Id<Session>)>> {
    sqlx::query_as(
        "SELECT asked_at, session_id FROM copies
         WHERE account_id = $1 AND asked_at > $2 AND asked_at <= $3",
    )
    .bind(account_id)
    .bind(now - WITHIN)
    .bind(now + AHEAD)
    .fetch_optional(&mut *db.read().await?)
    .await
}

/// The address of a subscriber, while it is known.
pub async fn address(
    tx: &mut AnyConnection,
    subscriber_id: &Id<Subscriber>,
) -> sqlx::Result<Option<String>> {
    sqlx::query_scalar("SELECT email FROM subscribers WHERE id = $1 AND email IS NOT NULL")
        .bind(subscriber_id)
        .fetch_optional(tx)
        .await
}

/// What a link to a copy is stored under: its own, so that it opens nothing else.
pub fn link_hash(token: &str) -> String {
    id::hash(&format!("copy {token}"))
}

/// The subscriber whose copy a link leads to, for an hour.
pub async fn by_link(db: &Db, token: &str, now: Moment) -> sqlx::Result<Option<Id<Subscriber>>> {
    sqlx::query_scalar(
        "SELECT s.id FROM subscriber_links l JOIN subscribers s ON s.id = l.subscriber_id
         WHERE l.token_hash = $1 AND l.made_at > $2 AND l.made_at <= $3 AND s.erased_at IS NULL",
    )
    .bind(link_hash(token))
    .bind(now - WITHIN)
    .bind(now + AHEAD)
    .fetch_optional(&mut *db.read().await?)
    .await
}

/// Erases that somebody asked for a copy 30 days ago.
pub async fn forget_due(db: &Db, now: Moment) -> sqlx::Result<u64> {
    let mut tx = db.begin().await?;
    let erased = sqlx::query("DELETE FROM copies WHERE asked_at <= $1")
        .bind(now - 30 * DAY)
        .execute(&mut *tx)
        .await?;
    tx.commit().await?;
    Ok(erased.rows_affected())
}

/// A table with the rows of it that are theirs, each a value for each of its readings.
pub(super) type Rows = (&'static Table, Vec<Vec<Option<String>>>);

/// All that is kept about somebody, in the order of the tables, the oldest first. One statement, so
/// that it is how things are at one moment.
pub(super) async fn read(db: &Db, of: &WhoseCopy) -> sqlx::Result<Vec<Rows>> {
    let theirs: Vec<(&'static Table, &'static str)> = super::tables()
        .filter_map(|table| of.rows(table.whose).map(|rows| (table, rows)))
        .collect();
    let sql = statement(of, &theirs);
    let found =
        sqlx::query(AssertSqlSafe(sql)).bind(of.id()).fetch_all(&mut *db.read().await?).await?;
    let mut all: Vec<Rows> = theirs.into_iter().map(|(table, _)| (table, Vec::new())).collect();
    for row in found {
        let nth: usize = db::number(row.get("nth"), "which table")?;
        let (table, rows) = db::known(all.get_mut(nth), "which table")?;
        let many = table.readings().count();
        rows.push((0..many).map(|column| row.get(value(column).as_str())).collect());
    }
    Ok(all)
}

/// What a value of a row is called, whatever it is in its table.
fn value(column: usize) -> String {
    format!("value_{column}")
}

/// One `SELECT` for each table, all as wide as the widest: which table, what its rows are in the
/// order of, and the values as text.
fn statement(of: &WhoseCopy, theirs: &[(&'static Table, &'static str)]) -> String {
    let readings: Vec<Vec<Reading>> =
        theirs.iter().map(|(table, _)| table.readings().collect()).collect();
    let widest = readings.iter().map(Vec::len).max().unwrap_or(0);
    let parts = theirs.iter().zip(&readings).enumerate().map(|(nth, ((table, rows), readings))| {
        let first_time = table.columns.iter().find_map(|column| match column {
            Column::Time(name, _) => Some(*name),
            _ => None,
        });
        let order = first_time.map_or("0".to_owned(), |name| format!("coalesce(t.{name}, 0)"));
        let values = (0..widest).map(|column| {
            let sql = readings.get(column).map_or("NULL".to_owned(), |reading| of.reads(reading));
            format!("CAST({sql} AS TEXT) AS {}", value(column))
        });
        let values = values.collect::<Vec<_>>().join(", ");
        format!(
            "SELECT CAST({nth} AS BIGINT) AS nth, CAST({order} AS BIGINT) AS since, {values}
             FROM {} t WHERE {rows}",
            table.name
        )
    });
    let parts = parts.collect::<Vec<_>>().join(" UNION ALL ");
    format!("{} {parts} ORDER BY 1, 2", of.names())
}
