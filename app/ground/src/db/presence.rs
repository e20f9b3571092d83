//! A mark that a process lives. It goes with the process, however that ends: the operating system
//! takes the lock of a file away, and PostgreSQL that of a session.

use std::fs::{self, File, TryLockError};
use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

use sqlx::pool::PoolConnection;
use sqlx::{Any, AnyPool, Connection as _};
use tokio::sync::Mutex;

use super::{Db, Kind};

/// The mark of one process.
#[derive(Debug)]
pub struct Presence {
    id: String,
    held: Held,
}

#[derive(Debug)]
enum Held {
    /// The lock goes when the file is closed.
    File {
        _file: File,
        path: PathBuf,
    },
    Session {
        pool: AnyPool,
        session: Mutex<Option<PoolConnection<Any>>>,
    },
}

impl Presence {
    pub(super) async fn begin(db: &Db) -> sqlx::Result<Self> {
        let id = id::fresh();
        let held = match (&db.file, db.kind) {
            (Some(file), Kind::Sqlite) => {
                sweep(file.path());
                let path = mark(file.path(), &id);
                let file = File::create(&path)?;
                file.try_lock().map_err(io::Error::from)?;
                Held::File { _file: file, path }
            }
            _ => Held::Session { pool: db.pools.sessions.clone(), session: Mutex::new(None) },
        };
        let presence = Self { id, held };
        presence.renew().await?;
        Ok(presence)
    }

    /// The name by which others ask for it.
    #[must_use]
    pub fn id(&self) -> &str {
        &self.id
    }

    /// Takes the mark again where it was lost: a database server that began again knows of none.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn renew(&self) -> sqlx::Result<()> {
        let Held::Session { pool, session } = &self.held else { return Ok(()) };
        let mut session = session.lock().await;
        if let Some(held) = session.as_mut() {
            if held.ping().await.is_ok() {
                return Ok(());
            }
            held.close_on_drop();
        }
        let mut fresh = pool.acquire().await?;
        sqlx::query("SELECT pg_advisory_lock(hashtextextended($1, 0))")
            .bind(&self.id)
            .execute(&mut *fresh)
            .await?;
        *session = Some(fresh);
        Ok(())
    }
}

impl Drop for Presence {
    fn drop(&mut self) {
        match &mut self.held {
            Held::File { path, .. } => {
                let _ = fs::remove_file(path);
            }
            Held::Session { session, .. } => {
                // Given back, the session would keep the lock.
                if let Some(session) = session.get_mut() {
                    session.close_on_drop();
                }
            }
        }
    }
}

/// Whether the process of this mark is gone.
pub(super) async fn is_gone(db: &Db, id: &str) -> sqlx::Result<bool> {
    if let (Some(file), Kind::Sqlite) = (&db.file, db.kind) {
        return Ok(is_unlocked(&mark(file.path(), id))?);
    }
    let mut session = db.pools.sessions.acquire().await?;
    // Of a transaction, so that it is free again at once.
    let free = sqlx::query_scalar(
        "SELECT CAST(pg_try_advisory_xact_lock(hashtextextended($1, 0)) AS INTEGER)",
    );
    let free: i32 = free.bind(id).fetch_one(&mut *session).await?;
    Ok(free != 0)
}

/// How old a mark is before anybody but its process takes it away: it is made, and locked after
/// that.
const YOUNG: Duration = Duration::from_secs(60 * 60);

/// Takes away the marks of processes that were killed. It tidies up, and keeps nobody from
/// starting: one that cannot be taken away, such as another user's, stays.
fn sweep(database: &Path) {
    let of_all = mark(database, "");
    let (Some(folder), Some(of_all)) = (of_all.parent(), of_all.file_name()) else { return };
    let folder = if folder.as_os_str().is_empty() { Path::new(".") } else { folder };
    for found in fs::read_dir(folder).into_iter().flatten().flatten() {
        let name = found.file_name();
        let is_mark = name.as_encoded_bytes().starts_with(of_all.as_encoded_bytes());
        let is_young = || {
            let made = found.metadata().and_then(|about| about.modified());
            made.ok().and_then(|made| made.elapsed().ok()).is_none_or(|age| age < YOUNG)
        };
        if is_mark
            && !is_young()
            && let Err(error) = is_unlocked(&found.path())
        {
            tracing::warn!(%error, "the mark of a process that ended could not be taken away");
        }
    }
}

fn is_unlocked(path: &Path) -> io::Result<bool> {
    let file = match File::open(path) {
        Ok(file) => file,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(true),
        Err(error) => return Err(error),
    };
    match file.try_lock() {
        Ok(()) => match fs::remove_file(path) {
            // Another process took it away meanwhile.
            Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
            _ => Ok(true),
        },
        Err(TryLockError::WouldBlock) => Ok(false),
        Err(TryLockError::Error(error)) => Err(error),
    }
}

/// Beside the database: `alongside.db-worker-ID`.
fn mark(database: &Path, id: &str) -> PathBuf {
    let mut name = database.as_os_str().to_owned();
    name.push("-worker-");
    name.push(id);
    name.into()
}

#[cfg(test)]
mod tests {
    use std::time::SystemTime;

    use super::*;

    #[tokio::test]
    async fn the_mark_of_a_process_that_was_killed_long_ago_is_taken_away_and_of_no_other() {
        let folder = tempfile::tempdir().expect("a folder");
        let database = folder.path().join("alongside.db");
        let url = format!("sqlite://{}", database.display());
        let db = Db::open(&url).await.expect("a database");
        let living = Presence::begin(&db).await.expect("a mark");
        let long_ago = SystemTime::now() - 2 * YOUNG;
        fs::create_dir(mark(&database, "no file")).expect("what cannot be taken away");
        for name in ["killed", living.id()] {
            let mark = File::options().create(true).append(true).open(mark(&database, name));
            mark.and_then(|mark| mark.set_modified(long_ago)).expect("an old mark");
        }
        let no_file = File::open(mark(&database, "no file"));
        no_file.and_then(|it| it.set_modified(long_ago)).expect("an old folder");
        File::create(mark(&database, "young")).expect("a mark that is not locked yet");
        let _next = Presence::begin(&db).await.expect("another mark");
        let is_there = |name: &str| mark(&database, name).exists();
        assert!(is_there(living.id()) && is_there("young") && !is_there("killed"));
    }
}
