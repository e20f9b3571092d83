//! Backups: all rows of all tables and all files, as they were at one moment, with sums that show
//! that none is missing or changed. A backup of one kind of database is restored into either.
//!
//! ```text
//! FOLDER/
//!   files/3f9a…                   what people uploaded, shared by all backups
//!   2026-11-28T200103Z/
//!     manifest.json               version, moment, head of the audit log, sums, names of files
//!     tables/accounts.jsonl       one row a line: the columns are in the manifest
//! ```

use std::collections::BTreeMap;
use std::fs::{self, File, TryLockError};
use std::io::{self, BufRead as _, BufReader, BufWriter, Write as _};
use std::path::{Path, PathBuf};

use calendar::clock::{self, Moment};
use ground::audit::{self, Checked};
use ground::db::Db;
use ground::db::tables::{Lines, Sum};
use ground::files::Files;
use ground::house::House;
use serde::{Deserialize, Serialize};

/// What a backup holds.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Manifest {
    /// The version of the program that made it.
    pub version: String,
    /// When, in milliseconds since 1970.
    pub made_at: Moment,
    /// The head of the audit log.
    pub audit_head: String,
    /// The columns of each table, in the order of a line.
    pub columns: BTreeMap<String, Vec<String>>,
    /// What is in each table.
    pub tables: BTreeMap<String, Sum>,
    /// The SHA-256 of each file: its name.
    pub files: Vec<String>,
}

impl Manifest {
    /// "12 tables, 3,456 rows, 7 files".
    #[must_use]
    pub fn in_words(&self) -> String {
        let rows: u64 = self.tables.values().map(|sum| sum.rows).sum();
        format!("{} tables, {rows} rows, {} files", self.tables.len(), self.files.len())
    }
}

/// Writes the lines of each table into a file of its own.
struct Writing {
    folder: PathBuf,
    open: Option<(String, BufWriter<File>)>,
}

impl Writing {
    fn finish_table(&mut self) -> io::Result<()> {
        let Some((_, file)) = self.open.take() else { return Ok(()) };
        file.into_inner().map_err(io::IntoInnerError::into_error)?.sync_all()
    }
}

impl Lines for Writing {
    fn take(&mut self, table: &str, line: &str) -> io::Result<()> {
        if self.open.as_ref().is_none_or(|(open, _)| open != table) {
            self.finish_table()?;
            let file = File::create(self.folder.join(format!("{table}.jsonl")))?;
            self.open = Some((table.to_owned(), BufWriter::new(file)));
        }
        if let Some((_, file)) = &mut self.open {
            writeln!(file, "{line}")?;
        }
        Ok(())
    }
}

/// Makes a backup in `folder`, keeps only the last `keep` of them where that is set, and gives
/// where it is and what is in it. Stopped half-way, it leaves a folder that is not a backup, which
/// the next one removes.
///
/// # Errors
/// One clear line; there is no new backup then.
pub async fn make(
    db: &Db,
    files: &Files,
    folder: &Path,
    now: Moment,
    keep: Option<usize>,
) -> Result<(PathBuf, Manifest), String> {
    let cannot = |error: io::Error| format!("{} cannot be written: {error}", folder.display());
    fs::create_dir_all(folder).map_err(cannot)?;
    let _alone = alone(folder)?;
    let (unfinished, shared) = (folder.join("unfinished"), folder.join("files"));
    if unfinished.exists() {
        fs::remove_dir_all(&unfinished).map_err(cannot)?;
    }
    let tables = unfinished.join("tables");
    fs::create_dir_all(&tables).map_err(cannot)?;
    fs::create_dir_all(&shared).map_err(cannot)?;

    let mut writing = Writing { folder: tables, open: None };
    let sums = db.read_all(&mut writing).await.map_err(|error| no_database(&error))?;
    writing.finish_table().map_err(cannot)?;
    let columns = db.columns().await.map_err(|error| no_database(&error))?;

    let names = files.all().await.map_err(|error| format!("The files cannot be read: {error}"))?;
    for name in &names {
        let to = shared.join(name);
        if fs::read(&to).is_ok_and(|there| id::sha256(&there) == *name) {
            continue;
        }
        let content = files.read(name).await.map_err(|error| error.to_string())?;
        write_whole(&to, &content).map_err(cannot)?;
    }
    let manifest = Manifest {
        version: env!("CARGO_PKG_VERSION").to_owned(),
        made_at: now,
        audit_head: audit_head(db, None).await?,
        columns,
        tables: sums,
        files: names,
    };
    let json = serde_json::to_vec_pretty(&manifest).map_err(|error| error.to_string())?;
    write_whole(&unfinished.join("manifest.json"), &json).map_err(cannot)?;
    let made = free_name(folder, &clock::stamp(now));
    fs::rename(&unfinished, &made).and_then(|()| File::open(folder)?.sync_all()).map_err(cannot)?;
    if let Some(keep) = keep {
        forget(folder, keep).map_err(cannot)?;
    }
    Ok((made, manifest))
}

/// Keeps other processes from making a backup in the same folder, until what it gives is dropped or
/// the process ends.
fn alone(folder: &Path) -> Result<File, String> {
    let lock = folder.join("lock");
    let file = File::create(&lock)
        .map_err(|error| format!("{} cannot be written: {error}", lock.display()))?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => Err(format!(
            "Another backup is being made in {}. Try again when it is done",
            folder.display()
        )),
        Err(TryLockError::Error(error)) => {
            Err(format!("{} cannot be locked: {error}", lock.display()))
        }
    }
}

/// The folder for a backup of this moment: two may be made in one second.
fn free_name(folder: &Path, stamp: &str) -> PathBuf {
    let named = |nth: u32| match nth {
        1 => folder.join(stamp),
        nth => folder.join(format!("{stamp}-{nth}")),
    };
    (1..).map(named).find(|name| !name.exists()).unwrap_or_else(|| folder.join(stamp))
}

/// The head of an intact audit log that contains `known`.
pub(crate) async fn audit_head(db: &Db, known: Option<&str>) -> Result<String, String> {
    match audit::check(db, known).await.map_err(|error| no_database(&error))? {
        Checked::Whole(head) => Ok(head.hash),
        Checked::Without(fault) | Checked::Broken(fault) => {
            Err(format!("The audit log is broken. {fault}"))
        }
    }
}

fn no_database(error: &sqlx::Error) -> String {
    format!("The database cannot be read: {error}")
}

/// How many daily backups are kept.
const DAYS_KEPT: usize = 14;

/// Makes a backup where the last one is from before the last night, and keeps two weeks of them.
/// One process of an area has the setting.
///
/// # Errors
/// One clear line; it is tried again then.
pub async fn make_daily(house: &House, folder: &Path) -> Result<(), String> {
    let now = house.clock.now();
    let last = last_daily(&house.db).await.map_err(|error| no_database(&error))?;
    if last.is_some_and(|last| clock::last_night(last) >= clock::last_night(now)) {
        return Ok(());
    }
    let (made, holds) = make(&house.db, &house.files, folder, now, Some(DAYS_KEPT)).await?;
    tracing::info!(backup = %made.display(), holds = holds.in_words(), "a backup was made");
    note_daily(&house.db, folder, now).await.map_err(|error| no_database(&error))
}

/// When the last daily backup was made.
async fn last_daily(db: &Db) -> sqlx::Result<Option<Moment>> {
    sqlx::query_scalar("SELECT backed_up_at FROM service_state")
        .fetch_one(&mut *db.read().await?)
        .await
}

/// Notes that a daily backup was made, and where.
async fn note_daily(db: &Db, folder: &Path, now: Moment) -> sqlx::Result<()> {
    let mut tx = db.begin().await?;
    sqlx::query("UPDATE service_state SET backed_up_at = $1, backed_up_to = $2")
        .bind(now)
        .bind(folder.display().to_string())
        .execute(&mut *tx)
        .await?;
    tx.commit().await
}

/// Writes a file either whole or not at all.
fn write_whole(path: &Path, content: &[u8]) -> io::Result<()> {
    let beside = path.with_extension("new");
    let mut file = File::create(&beside)?;
    file.write_all(content)?;
    file.sync_all()?;
    fs::rename(&beside, path)?;
    File::open(path.parent().unwrap_or(path))?.sync_all()
}

/// The backups in a folder, the oldest first.
fn all_in(folder: &Path) -> io::Result<Vec<PathBuf>> {
    let mut all: Vec<PathBuf> = fs::read_dir(folder)?
        .map(|entry| entry.map(|entry| entry.path()))
        .collect::<io::Result<_>>()?;
    all.retain(|path| path.join("manifest.json").exists() && !path.ends_with("unfinished"));
    all.sort();
    Ok(all)
}

/// Removes all backups but the last `keep`, and files that none of those names.
fn forget(folder: &Path, keep: usize) -> io::Result<()> {
    let all = all_in(folder)?;
    for old in &all[..all.len().saturating_sub(keep.max(1))] {
        fs::remove_dir_all(old)?;
    }
    let mut named = Vec::new();
    for backup in all_in(folder)? {
        named.extend(read_manifest(&backup).map_err(io::Error::other)?.files);
    }
    for entry in fs::read_dir(folder.join("files"))? {
        let entry = entry?;
        if !named.iter().any(|name| **name == *entry.file_name()) {
            fs::remove_file(entry.path())?;
        }
    }
    Ok(())
}

/// The backup that `folder` names: itself, or the last one in it.
fn find(folder: &Path) -> Result<PathBuf, String> {
    if folder.join("manifest.json").exists() {
        return Ok(folder.to_owned());
    }
    let all =
        all_in(folder).map_err(|error| format!("{} cannot be read: {error}", folder.display()))?;
    all.into_iter().next_back().ok_or_else(|| format!("There is no backup in {}", folder.display()))
}

#[expect(clippy::disallowed_methods, reason = "a file of a backup, which says so when it is none")]
fn read_manifest(backup: &Path) -> Result<Manifest, String> {
    let path = backup.join("manifest.json");
    let wrong =
        |error: &dyn std::fmt::Display| format!("{} cannot be read: {error}", path.display());
    let json = fs::read(&path).map_err(|error| wrong(&error))?;
    serde_json::from_slice(&json).map_err(|error| wrong(&error))
}

/// The lines of a table in a backup; none where it had no rows.
fn lines_of(
    backup: &Path,
    table: &str,
) -> io::Result<Box<dyn Iterator<Item = io::Result<String>> + Send>> {
    match File::open(backup.join("tables").join(format!("{table}.jsonl"))) {
        Ok(file) => Ok(Box::new(BufReader::new(file).lines())),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(Box::new(std::iter::empty())),
        Err(error) => Err(error),
    }
}

/// Restores a backup into an empty database and an empty store of files. Emails are on hold until
/// an administrator releases them: the original service may have sent them.
///
/// # Errors
/// One clear line; nothing is in the database then.
pub async fn restore(
    folder: &Path,
    db: &Db,
    files: &Files,
    now: Moment,
) -> Result<Manifest, String> {
    let manifest = load(folder, db, files).await?;
    hold_emails(db, now)
        .await
        .map_err(|error| format!("The emails cannot be put on hold: {error}"))?;
    Ok(manifest)
}

async fn hold_emails(db: &Db, now: Moment) -> sqlx::Result<()> {
    let mut tx = db.begin().await?;
    sqlx::query("UPDATE service_state SET emails_held_at = $1 WHERE emails_held_at IS NULL")
        .bind(now)
        .execute(&mut *tx)
        .await?;
    // Nobody who held one is here.
    sqlx::query("UPDATE deliveries SET claimed_at = 0, claimed_by = NULL")
        .execute(&mut *tx)
        .await?;
    tx.commit().await
}

async fn load(folder: &Path, db: &Db, files: &Files) -> Result<Manifest, String> {
    let backup = find(folder)?;
    let manifest = read_manifest(&backup)?;
    for name in &manifest.files {
        files
            .put(file_of(&backup, name)?.into())
            .await
            .map_err(|error| format!("The file {name} cannot be saved: {error}"))?;
    }
    db.write_all(&manifest.columns, |table| lines_of(&backup, table))
        .await
        .map_err(|error| format!("{} could not be restored: {error}", backup.display()))?;
    topics::store::index_again(db)
        .await
        .map_err(|error| format!("The topics could not be indexed for search: {error}"))?;
    Ok(manifest)
}

/// What is in a file of a backup, checked.
fn file_of(backup: &Path, name: &str) -> Result<Vec<u8>, String> {
    let path = backup.parent().unwrap_or(backup).join("files").join(name);
    let content =
        fs::read(&path).map_err(|error| format!("{} cannot be read: {error}", path.display()))?;
    if id::sha256(&content) == name {
        Ok(content)
    } else {
        Err(format!("{} is damaged", path.display()))
    }
}

/// Restores a backup into a temporary place, reads all of it again, and gives what is in it.
///
/// # Errors
/// One line that says what is missing or different.
pub async fn check(folder: &Path) -> Result<Manifest, String> {
    let place = tempfile::tempdir().map_err(|error| format!("There is no room to try: {error}"))?;
    let db = Db::open(&format!("sqlite://{}/alongside.db", place.path().display()))
        .await
        .map_err(|error| no_database(&error))?;
    db.migrate().await.map_err(|error| error.to_string())?;
    let files = Files::open(&format!("file:{}", place.path().join("files").display()))?;
    let manifest = load(folder, &db, &files).await?;
    let found = db.read_all(&mut ()).await.map_err(|error| no_database(&error))?;
    for (table, sum) in &manifest.tables {
        if found.get(table) != Some(sum) {
            return Err(format!("The table {table} is not the same: rows are missing or changed"));
        }
    }
    audit_head(&db, Some(&manifest.audit_head)).await?;
    db.close().await;
    Ok(manifest)
}
