//! The connection of one write, which goes back to the others only when it is as it was before.

use std::io;
use std::time::Duration;

use sqlx::pool::PoolConnection;
use sqlx::{Any, AnyConnection, Connection as _};

use super::Writing;

/// How long a write may take from its first statement to its end. With the wait for a connection it
/// is less than a request has, so that nothing is kept after its sender was told to try again.
const TIME: Duration = Duration::from_secs(15);

/// A connection that is closed rather than given back, unless it was said that it is sound.
///
/// After a full disk, a failed read or write, too little memory, damage or an interrupt SQLite
/// rolls back by itself (<https://www.sqlite.org/lang_transaction.html>). Whoever counts its open
/// transactions then counts one too many for as long as it lives, and every write after that fails.
pub(super) struct Held {
    connection: PoolConnection<Any>,
    is_sound: bool,
}

impl Held {
    pub fn new(connection: PoolConnection<Any>) -> Self {
        Self { connection, is_sound: false }
    }

    /// Begins, acts, and commits or rolls back. Stopped anywhere, or where one of them fails, the
    /// connection is closed.
    pub async fn transact<T, E, F>(mut self, begin: &'static str, act: F) -> Result<T, E>
    where
        E: From<sqlx::Error>,
        F: for<'t> FnOnce(&'t mut AnyConnection) -> Writing<'t, T, E>,
    {
        let mut tx = self.connection.begin_with(begin).await?;
        let acted = tokio::time::timeout(TIME, act(&mut tx)).await.unwrap_or_else(|_elapsed| {
            let why = "a write took too long and was given up";
            Err(sqlx::Error::Io(io::Error::new(io::ErrorKind::TimedOut, why)).into())
        });
        let (outcome, ended) = match acted {
            Ok(done) => (Ok(done), tx.commit().await),
            Err(refused) => (Err(refused), tx.rollback().await),
        };
        self.is_sound = ended.is_ok();
        match (outcome, ended) {
            (Ok(_), Err(error)) => Err(error.into()),
            (outcome, _) => outcome,
        }
    }
}

impl Drop for Held {
    fn drop(&mut self) {
        if !self.is_sound {
            self.connection.close_on_drop();
        }
    }
}
