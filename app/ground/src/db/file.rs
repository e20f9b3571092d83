//! The file of a SQLite database: whether it is still the one that was opened.

use std::fs::{self, File, Metadata};
use std::io::{self, Read as _};
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};

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

/// What every file of SQLite begins with.
const BEGINS: &[u8] = b"SQLite format 3\0";

/// Refuses a file that is no database, before anything is asked of it. An empty one becomes one.
pub(super) fn is_a_database(path: &Path) -> io::Result<()> {
    let file = match File::open(path) {
        Ok(file) => file,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
        Err(error) => return Err(error),
    };
    let mut begins = Vec::new();
    file.take(BEGINS.len() as u64).read_to_end(&mut begins)?;
    if begins.is_empty() || begins == BEGINS {
        return Ok(());
    }
    Err(io::Error::other(format!(
        "{} is not a database. Nothing in it was changed. Name another file in DATABASE_URL, or \
         put the database back, or restore a backup",
        path.display()
    )))
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
