//! The audit log: every change by an organiser, a leader or an administrator, append-only by
//! trigger, and a hash chain: the hash of each entry covers the hash of the one before. Whoever
//! changes, takes out or moves an entry, past the triggers too, must change the hash of every later
//! one, and the last of them, the head, is known outside.

use calendar::clock::{self, Moment};
use sqlx::any::AnyRow;
use sqlx::{AnyConnection, Row as _};

use crate::db::Db;

/// One change. `what` is a verb and its object as in "topic published"; `about` is the id of the
/// thing.
#[derive(Debug)]
pub struct Entry<'a> {
    /// When, by the clock of the write.
    pub at: Moment,
    /// The account that did it; `None` for the program's own command line.
    pub who: Option<&'a str>,
    /// What was done, in a few words that do not change.
    pub what: &'a str,
    /// The id of what it was done to.
    pub about: &'a str,
    /// What else a reader of the log needs; no personal data.
    pub detail: &'a str,
}

/// Where the chain ends: how many entries it has, and the hash of the last, in hexadecimal.
#[derive(Clone, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct Head {
    /// The number of the last entry; 0 when there is none.
    pub number: i64,
    pub hash: String,
}

/// What the first entry has in place of a hash before it.
pub const START: &str = "0000000000000000000000000000000000000000000000000000000000000000";

/// Writes the entry in the same transaction as the change. Best last in it: whoever writes another
/// waits for the end.
///
/// # Errors
/// When the database fails; then the change is not kept either.
pub async fn note(tx: &mut AnyConnection, entry: Entry<'_>) -> sqlx::Result<()> {
    // It changes nothing and holds the head: no two entries follow the same one.
    let last: Head = sqlx::query_as("UPDATE audit_head SET number = number RETURNING number, hash")
        .fetch_one(&mut *tx)
        .await?;
    let (number, id) = (last.number + 1, id::fresh());
    let hash = link(&last.hash, number, &id, &entry);
    // A trigger moves the head.
    sqlx::query(
        "INSERT INTO audit (number, id, at, who, what, about, detail, hash)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
    )
    .bind(number)
    .bind(id)
    .bind(entry.at)
    .bind(entry.who)
    .bind(entry.what)
    .bind(entry.about)
    .bind(entry.detail)
    .bind(hash)
    .execute(tx)
    .await?;
    Ok(())
}

/// The hash of an entry: SHA-256, in hexadecimal, of the hash before it, a line break, and
/// `[number,"id",at,"who" or null,"what","about","detail"]` as JSON without spaces.
fn link(before: &str, number: i64, id: &str, entry: &Entry<'_>) -> String {
    let fields =
        serde_json::json!([number, id, entry.at, entry.who, entry.what, entry.about, entry.detail]);
    id::sha256(format!("{before}\n{fields}").as_bytes())
}

/// What a check of the whole chain found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Checked {
    /// Every entry follows the one before it.
    Whole(Head),
    /// Every entry follows the one before it, but a head that was kept elsewhere is not among them;
    /// what that can mean, in words.
    Without(String),
    /// It is broken; the first fault in words.
    Broken(String),
}

/// How many entries are read at a time.
const LOT: i64 = 1_000;

/// Follows the chain from its start. `known`: the hash of a head that was kept elsewhere, which
/// must be in it.
///
/// # Errors
/// When the database fails.
pub async fn check(db: &Db, known: Option<&str>) -> sqlx::Result<Checked> {
    // Whatever is written meanwhile comes after this.
    let end = head(db).await?;
    let mut last = Head { number: 0, hash: START.to_owned() };
    let (mut is_known, mut is_whole) = (known.is_none_or(|known| known == START), last == end);
    let mut last_at = None;
    loop {
        let rows = sqlx::query(
            "SELECT number, id, at, who, what, about, detail, hash FROM audit
                 WHERE number > $1 ORDER BY number LIMIT CAST($2 AS BIGINT)",
        )
        .bind(last.number)
        .bind(LOT)
        .fetch_all(&mut *db.read().await?)
        .await?;
        for row in &rows {
            match follow(&last, row) {
                Ok(next) => last = next,
                Err(fault) => return Ok(Checked::Broken(fault)),
            }
            last_at = Some(row.get("at"));
            is_known |= known == Some(last.hash.as_str());
            is_whole |= last == end;
        }
        if rows.is_empty() {
            break;
        }
    }
    let stray: i64 = sqlx::query_scalar("SELECT count(*) FROM audit WHERE number < 1")
        .fetch_one(&mut *db.read().await?)
        .await?;
    Ok(if stray > 0 {
        Checked::Broken("There is an entry before the first.".to_owned())
    } else if !is_whole {
        Checked::Broken(format!(
            "The last entry is {}, but the head says {}: the end has been changed.",
            last.number, end.number
        ))
    } else if !is_known {
        Checked::Without(not_in_it(last.number, last_at))
    } else {
        Checked::Whole(last)
    })
}

/// That a head which was kept elsewhere is not in a chain that is unbroken. The head alone doesn't
/// tell whether it is from later than the last entry: whoever kept it knows.
fn not_in_it(entries: i64, last_at: Option<Moment>) -> String {
    let until = last_at.map_or_else(
        || "The audit log has no entry yet".to_owned(),
        |at| {
            let day = clock::day_and_hour(at);
            format!("The audit log is unbroken up to its last entry, number {entries}, of {day}")
        },
    );
    format!(
        "{until}, but the head you gave is not in it. If that head was kept after this day, as it \
         can be where an earlier backup was restored, it is only not yet in this copy: give the \
         last one that was kept before. If it was kept before this day, the log has been rewritten."
    )
}

/// The entry as the head of the chain so far, if it follows the one before.
fn follow(last: &Head, row: &AnyRow) -> Result<Head, String> {
    let number: i64 = row.get("number");
    if number != last.number + 1 {
        return Err(format!("Entry {} is missing.", last.number + 1));
    }
    let entry = Entry {
        at: row.get("at"),
        who: row.get("who"),
        what: row.get("what"),
        about: row.get("about"),
        detail: row.get("detail"),
    };
    let hash = link(&last.hash, number, row.get("id"), &entry);
    if hash != row.get::<&str, _>("hash") {
        return Err(format!("Entry {number} has been changed or replaced."));
    }
    Ok(Head { number, hash })
}

/// Where the chain ends now.
///
/// # Errors
/// When the database fails.
pub async fn head(db: &Db) -> sqlx::Result<Head> {
    sqlx::query_as("SELECT number, hash FROM audit_head").fetch_one(&mut *db.read().await?).await
}
