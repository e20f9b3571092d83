//! The file of a SQLite database: whether it is still the one that was opened.
//!
//! Nothing but SQLite opens it. Whoever closes a file gives up all locks that the process has on
//! it, also those that SQLite holds; the next process that looks into the database and leaves then
//! takes itself for the last one, and deletes the log that this one goes on writing to
//! (<https://www.sqlite.org/howtocorrupt.html>, 2.2).

use std::fs::{self, Metadata};
use std::io;
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};

use sqlx::error::DatabaseError;

/// The path of the file in a `DATABASE_URL`; `None` for another database, and for one in memory.
#[must_use]
pub fn path(url: &str) -> Option<&Path> {
    let path = url.strip_prefix("sqlite://")?.split('?').next()?;
    (!path.is_empty() && !path.starts_with(":memory:")).then(|| Path::new(path))
}

/// Where SQLite keeps the write-ahead log of the database in this file.
#[must_use]
pub fn log(database: &Path) -> PathBuf {
    let mut name = database.as_os_str().to_owned();
    name.push("-wal");
    name.into()
}

/// Refuses to make a new file beside the write-ahead log of one that is not there: SQLite would
/// delete the log, and with it the newest of what was saved.
pub(super) fn leaves_no_log(path: &Path) -> io::Result<()> {
    let log = log(path);
    let has_words = fs::metadata(&log).is_ok_and(|found| found.len() > 0);
    if has_words && !path.try_exists()? {
        return Err(io::Error::other(format!(
            "{} is not there, but {} is, which holds the newest of what was saved. Move both back, \
             or move that one to where the database is now",
            path.display(),
            log.display()
        )));
    }
    Ok(())
}

/// What SQLite says of a file that is none of its own.
const NOT_A_DATABASE: &str = "26";

/// The same error, in words if it is that the file is no database.
pub(super) fn in_words(error: sqlx::Error, path: Option<&Path>) -> sqlx::Error {
    let is_it = |found: &dyn DatabaseError| found.code().as_deref() == Some(NOT_A_DATABASE);
    match path.filter(|_| error.as_database_error().is_some_and(is_it)) {
        Some(path) => sqlx::Error::Io(io::Error::other(format!(
            "{} is not a database. Nothing in it was changed. Name another file in DATABASE_URL, \
             or put the database back, or restore a backup",
            path.display()
        ))),
        None => error,
    }
}

/// The file that was opened, as the folder knew it then.
#[derive(Clone, Debug)]
pub(super) struct Opened {
    path: PathBuf,
    device: u64,
    inode: u64,
}

impl Opened {
    pub fn at(path: &Path) -> io::Result<Self> {
        let found = fs::metadata(path)?;
        Ok(Self { path: path.to_owned(), device: found.dev(), inode: found.ino() })
    }

    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Whether a write reaches the file that the next start opens. One that was moved or deleted
    /// under the program takes writes as before, and nobody ever reads them.
    pub fn is_there(&self) -> io::Result<()> {
        let is_it = |found: &Metadata| found.dev() == self.device && found.ino() == self.inode;
        match fs::metadata(&self.path) {
            Ok(found) if is_it(&found) => Ok(()),
            Ok(_) => Err(self.gone("is another file than the one that was opened")),
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                Err(self.gone("was moved or deleted"))
            }
            Err(error) => Err(error),
        }
    }

    fn gone(&self, how: &str) -> io::Error {
        io::Error::other(format!(
            "the database file {} {how} while the program runs. Nothing is read or written until \
             it is put back, or the program is started again",
            self.path.display()
        ))
    }
}
