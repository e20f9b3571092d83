//! What a disk gives: one vote, one commit, one after the other, by SQLite itself. The same table,
//! the same statement and the same promises as in the program (`app/ground/src/db/connections.rs`).

use std::fs;
use std::path::Path;
use std::time::Instant;

use rusqlite::Connection;

use crate::Done;

/// Gives the votes of a file, a topic and an account on each line, until the time is over.
pub fn run(database: &Path, votes: &Path, seconds: f64) -> Done {
    let connection = Connection::open(database)?;
    connection.execute_batch(
        "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON;
         PRAGMA secure_delete = ON",
    )?;
    let votes = fs::read_to_string(votes)?;
    let (mut begin, mut vote, mut commit) = (
        connection.prepare("BEGIN IMMEDIATE")?,
        connection.prepare(
            "INSERT INTO supports (topic_id, account_id, given_at) VALUES (?1, ?2, ?3)
             ON CONFLICT (topic_id, account_id) DO NOTHING",
        )?,
        connection.prepare("COMMIT")?,
    );
    let (began, mut kept) = (Instant::now(), 0);
    for line in votes.lines() {
        if began.elapsed().as_secs_f64() >= seconds {
            break;
        }
        let (topic, account) = line.split_once(' ').ok_or("a vote is a topic and an account")?;
        begin.execute(())?;
        kept += vote.execute((topic, account, 1_795_000_000_000_i64))?;
        commit.execute(())?;
    }
    println!("{{\"answers\": {kept}, \"seconds\": {}}}", began.elapsed().as_secs_f64());
    Ok(())
}
