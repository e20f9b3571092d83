//! Which files are named, and taking away those that nothing has named for a while: a picture in
//! whose place another was put, or a file whose draft nobody recorded.

use std::collections::{BTreeMap, BTreeSet};

use calendar::clock::{DAY, Millis, Moment};
use futures_util::TryStreamExt as _;
use sqlx::{AnyConnection, AssertSqlSafe};

use crate::db::Db;
use crate::house::House;

/// Where rows name files: table and column. The name stands there alone or among other words. A
/// column that is missing here loses its files after [`UNNAMED_STAYS`].
pub const NAMED_IN: [(&str, &str); 9] = [
    ("area_texts", "words"),
    ("drafts", "file_hash"),
    ("evidence_files", "hash"),
    ("first_acts", "fields"),
    ("question_imports", "replaced"),
    ("question_imports", "waiting"),
    ("questionnaires", "questions"),
    ("update_versions", "evidence"),
    ("verdicts", "evidence"),
];

/// How long a file stays that nothing names: longer than any form that names it is open, or a file
/// is being uploaded.
pub const UNNAMED_STAYS: Millis = 28 * DAY;

/// A part of a statement: how many rows name the file whose name `hash` gives there, but for those
/// of the table `but`.
#[must_use]
pub fn rows_that_name(hash: &str, but: Option<&str>) -> String {
    let tables = NAMED_IN.into_iter().filter(|(table, _)| Some(*table) != but);
    let counts = tables.map(|(table, column)| {
        format!("(SELECT count(*) FROM {table} n WHERE n.{column} LIKE '%' || {hash} || '%')")
    });
    counts.collect::<Vec<_>>().join(" + ")
}

/// Takes away the files that nothing has named for [`UNNAMED_STAYS`], and notes which nothing names
/// now. Safe to run twice and in two processes: each looks again before it takes one away. A file
/// whose store does not answer is tried again the next time.
///
/// # Errors
/// When the database fails.
pub async fn take_away_unnamed(house: &House) -> sqlx::Result<()> {
    let (db, before) = (&house.db, house.clock.now() - UNNAMED_STAYS);
    let kept = match house.files.all().await {
        Ok(kept) => kept,
        Err(error) => {
            tracing::error!(%error, "the files could not be listed: it is tried again");
            return Ok(());
        }
    };
    let unnamed = unnamed(db, kept).await?;
    let since = note(db, &unnamed, house.clock.now()).await?;
    for (hash, _) in since.iter().filter(|(_, since)| **since <= before) {
        // Somebody may have named it meanwhile.
        if is_named(db, hash).await? {
            continue;
        }
        // One that was put in again since then stays as long as a new one.
        match house.files.take_away(hash, before).await {
            Ok(true) => tracing::info!(file = hash.as_str(), "nothing named it: it was deleted"),
            Ok(false) => {}
            Err(error) => {
                let file = hash.as_str();
                tracing::error!(%error, file, "a file could not be deleted: it is tried again");
            }
        }
    }
    Ok(())
}

/// Those of these files that no row names.
async fn unnamed(db: &Db, kept: Vec<String>) -> sqlx::Result<BTreeSet<String>> {
    let mut unnamed: BTreeSet<String> = kept.into_iter().collect();
    if unnamed.is_empty() {
        return Ok(unnamed);
    }
    let mut connection = db.read().await?;
    for (table, column) in NAMED_IN {
        let sql = format!("SELECT {column} AS words FROM {table} WHERE {column} IS NOT NULL");
        let asked = sqlx::query_scalar::<_, String>(AssertSqlSafe(sql));
        let mut all = asked.fetch(&mut *connection);
        while let Some(words) = all.try_next().await? {
            for hash in hashes_in(&words) {
                unnamed.remove(hash);
            }
        }
    }
    Ok(unnamed)
}

/// What may be the hash of a file in some words.
fn hashes_in(words: &str) -> impl Iterator<Item = &str> {
    let runs = words.split(|sign: char| !matches!(sign, '0'..='9' | 'a'..='f'));
    let runs = runs.filter(|run| run.len() >= LENGTH);
    runs.flat_map(|run| (0..=run.len() - LENGTH).map(move |from| &run[from..from + LENGTH]))
}

/// How many signs a hash has.
const LENGTH: usize = 64;

/// Notes that nothing names these files now, and forgets of others that nothing did. Since when
/// nothing has named each.
async fn note(
    db: &Db,
    unnamed: &BTreeSet<String>,
    now: Moment,
) -> sqlx::Result<BTreeMap<String, Moment>> {
    let noted: BTreeMap<String, Moment> = {
        let asked = sqlx::query_as("SELECT hash, since FROM unnamed_files");
        let rows: Vec<(String, Moment)> = asked.fetch_all(&mut *db.read().await?).await?;
        rows.into_iter().collect()
    };
    if noted.keys().eq(unnamed) {
        return Ok(noted);
    }
    let mut tx = db.begin().await?.unseen();
    let mut since = BTreeMap::new();
    for hash in unnamed {
        let began = match noted.get(hash) {
            Some(began) => *began,
            None => begin(&mut tx, hash, now).await?,
        };
        since.insert(hash.clone(), began);
    }
    for hash in noted.keys().filter(|hash| !unnamed.contains(*hash)) {
        sqlx::query("DELETE FROM unnamed_files WHERE hash = $1")
            .bind(hash)
            .execute(&mut *tx)
            .await?;
    }
    tx.commit().await?;
    Ok(since)
}

/// Notes that nothing names a file from now on.
async fn begin(tx: &mut AnyConnection, hash: &str, now: Moment) -> sqlx::Result<Moment> {
    sqlx::query(
        "INSERT INTO unnamed_files (hash, since) VALUES ($1, $2) ON CONFLICT (hash) DO NOTHING",
    )
    .bind(hash)
    .bind(now)
    .execute(tx)
    .await?;
    Ok(now)
}

async fn is_named(db: &Db, hash: &str) -> sqlx::Result<bool> {
    let sql = format!("SELECT {} AS named", rows_that_name("CAST($1 AS TEXT)", None));
    let named: i64 =
        sqlx::query_scalar(AssertSqlSafe(sql)).bind(hash).fetch_one(&mut *db.read().await?).await?;
    Ok(named > 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_hash_is_found_wherever_it_stands_and_nothing_shorter_is_one() {
        let hash = id::sha256(b"a file");
        for words in [
            hash.clone(),
            format!("{hash}.png"),
            format!("[{{\"hash\":\"{hash}\"}}]"),
            format!("ab{hash}ab"),
        ] {
            assert!(hashes_in(&words).any(|found| found == hash), "{words}");
        }
        assert_eq!(hashes_in(&hash[1..]).count(), 0);
    }

    #[test]
    fn the_rows_of_one_table_are_left_out_where_it_is_asked_for() {
        let all = rows_that_name("$1", None);
        assert_eq!(all.matches("count(*)").count(), NAMED_IN.len());
        let others = rows_that_name("f.hash", Some("evidence_files"));
        assert_eq!(others.matches("count(*)").count(), NAMED_IN.len() - 1);
        assert!(!others.contains("evidence_files"), "{others}");
    }
}
