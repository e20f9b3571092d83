//! Where words may still lie once no table has them: in the files of the database, with what is
//! free in them, in the store of files, and in a backup that is made now.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use calendar::clock::{self, HOUR};
use ground::db::{Db, Kind};
use server::backup;

use crate::world::World;

/// Which of these words are found in the bytes: of SQLite's files, of the store of files, and of a
/// backup made now.
pub async fn in_the_bytes(world: &World, words: &[&str]) -> BTreeSet<String> {
    let mut found = in_a_backup(world, words).await;
    if world.db().kind() == Kind::Sqlite {
        found.extend(in_the_files(world, words).await);
    }
    found
}

/// Which of them are found in a backup, whose files are all that are in the store of files.
async fn in_a_backup(world: &World, words: &[&str]) -> BTreeSet<String> {
    let folder = world.folder().join(id::fresh());
    let (made, _) =
        backup::make(world.db(), &world.house.files, &folder, world.now(), None).await.unwrap();
    let mut found = look_in(&made.join("manifest.json"), words);
    for folder in [made.join("tables"), folder.join("files")] {
        for file in fs::read_dir(folder).unwrap() {
            found.extend(look_in(&file.unwrap().path(), words));
        }
    }
    found
}

/// Which of them are found in the files of the database: in PostgreSQL's where this process may
/// read them, and there until its tables are written anew at night.
pub async fn in_the_files(world: &World, words: &[&str]) -> BTreeSet<String> {
    match world.db().kind() {
        Kind::Sqlite => {
            let files = ["alongside.db", "alongside.db-wal"].map(|name| world.folder().join(name));
            files.iter().flat_map(|file| look_in(file, words)).collect()
        }
        Kind::Postgres => {
            let files = files_of_postgres(world.db()).await.unwrap_or_default();
            // One that the server has taken away meanwhile holds nothing.
            let read = |file: &PathBuf| fs::read(file).unwrap_or_default();
            files.iter().flat_map(|file| look(file, &read(file), words)).collect()
        }
    }
}

fn look_in(file: &Path, words: &[&str]) -> BTreeSet<String> {
    look(file, &fs::read(file).unwrap(), words)
}

fn look(file: &Path, bytes: &[u8], words: &[&str]) -> BTreeSet<String> {
    let text = String::from_utf8_lossy(bytes).to_lowercase();
    let found = words.iter().filter(|word| text.contains(&word.to_lowercase()));
    found.map(|word| format!("{}: {word}", name_of(file))).collect()
}

pub fn name_of(path: &Path) -> String {
    path.file_name().unwrap().to_string_lossy().into_owned()
}

/// The files of a PostgreSQL database, with all that was written so far in them; `None` where this
/// process may not read them.
pub async fn files_of_postgres(db: &Db) -> Option<Vec<PathBuf>> {
    let mut connection = db.read().await.unwrap();
    let mut may_read = async || -> Result<PathBuf, sqlx::Error> {
        // With all others' tests at once it may take a while.
        sqlx::query("SET statement_timeout = 0").execute(&mut *connection).await?;
        sqlx::query("CHECKPOINT").execute(&mut *connection).await?;
        let folder: String =
            sqlx::query_scalar("SHOW data_directory").fetch_one(&mut *connection).await?;
        let database: i64 = sqlx::query_scalar(
            "SELECT CAST(oid AS BIGINT) FROM pg_database WHERE datname = current_database()",
        )
        .fetch_one(&mut *connection)
        .await?;
        Ok(Path::new(&folder).join("base").join(database.to_string()))
    };
    let entries = match may_read().await.map(fs::read_dir) {
        Ok(Ok(entries)) => entries,
        Ok(Err(error)) => return skipped(&error),
        Err(error) => return skipped(&error),
    };
    Some(entries.map(|entry| entry.unwrap().path()).filter(|path| path.is_file()).collect())
}

fn skipped(why: &dyn std::fmt::Display) -> Option<Vec<PathBuf>> {
    eprintln!("PostgreSQL's files are not looked at, since they cannot be read: {why}");
    None
}

/// Lets it become half past two in the morning or a little later, when PostgreSQL's tables are
/// written anew.
pub async fn at_night(world: &World) {
    while !clock::fields(world.now()).1.starts_with("02:") {
        world.forward(HOUR / 2);
    }
}
