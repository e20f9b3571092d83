//! One write: what is done through it happens at its commit, or not at all.

use std::io;
use std::ops::{Deref, DerefMut};
use std::sync::Arc;
use std::time::{Duration, Instant};

use sqlx::pool::PoolConnection;
use sqlx::{Any, AnyConnection, Executor as _};

use super::commits::{Commits, Hears};
use super::{Kind, file};

/// A write under way, from [`Db::begin`](super::Db::begin) to [`commit`](Self::commit).
///
/// Dropped before that, as by a `?` on the way, nothing of it is kept, and the log says so. Whoever
/// means it says [`roll_back`](Self::roll_back).
///
/// After a full disk, a failed read or write, too little memory, damage or an interrupt SQLite
/// rolls back by itself (<https://www.sqlite.org/lang_transaction.html>), and an end that fails
/// says nothing sure about what state the connection is in. So it goes back to the others only
/// after a begin and an end that both went well, and is closed otherwise. That is why these are
/// statements of our own: sqlx's `Transaction` always gives its connection back.
#[derive(Debug)]
pub struct Transaction {
    /// There until it is dropped.
    connection: Option<PoolConnection<Any>>,
    /// The file, where the database is one.
    file: Option<Arc<file::Opened>>,
    /// The writes that this process has ended by a commit.
    commits: Arc<Commits>,
    /// Who hears of this one.
    hears: Hears,
    state: TransactionState,
    begun: Instant,
    /// How long it may take from its begin to its commit.
    longest: Duration,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum TransactionState {
    Beginning,
    Open,
    Ending,
    Ended,
}

impl Transaction {
    pub(super) async fn begin(
        connection: PoolConnection<Any>,
        kind: Kind,
        file: Option<Arc<file::Opened>>,
        commits: Arc<Commits>,
        longest: Duration,
    ) -> sqlx::Result<Self> {
        let (state, begun, hears) = (TransactionState::Beginning, Instant::now(), Hears::All);
        let connection = Some(connection);
        let mut tx = Self { connection, file, commits, hears, state, begun, longest };
        tx.execute(kind.begins_to_write()).await?;
        tx.state = TransactionState::Open;
        Ok(tx)
    }

    /// Says that nobody is told of this write: it is what the service notes for itself, as that an
    /// email went. So it ends no page that is kept for visitors, and what it changes there, if
    /// anything, is seen a second later.
    #[must_use]
    pub fn unseen(mut self) -> Self {
        self.hears = Hears::Worker;
        self
    }

    /// The same of one that gives the worker nothing to do either.
    pub(super) fn unheard(mut self) -> Self {
        self.hears = Hears::Nobody;
        self
    }

    /// Keeps what was done.
    ///
    /// # Errors
    /// When it took too long or the database fails: nothing is kept then. When the database goes
    /// away while it commits, nobody knows whether it was kept.
    pub async fn commit(mut self) -> sqlx::Result<()> {
        if self.begun.elapsed() > self.longest {
            self.roll_back().await?;
            return Err(too_long());
        }
        self.state = TransactionState::Ending;
        let ended = self.execute("COMMIT").await;
        // Also where it failed: nobody knows then whether it was kept.
        self.commits.note(self.hears);
        ended?;
        self.state = TransactionState::Ended;
        // A file that went meanwhile took the write with it.
        self.file.as_ref().map_or(Ok(()), |file| file.is_there()).map_err(sqlx::Error::Io)
    }

    /// Keeps nothing of what was done.
    ///
    /// # Errors
    /// When the database fails; nothing is kept then either.
    pub async fn roll_back(mut self) -> sqlx::Result<()> {
        self.state = TransactionState::Ending;
        self.execute("ROLLBACK").await?;
        self.state = TransactionState::Ended;
        Ok(())
    }
}

fn too_long() -> sqlx::Error {
    let why = "a write took too long and was given up";
    sqlx::Error::Io(io::Error::new(io::ErrorKind::TimedOut, why))
}

impl Deref for Transaction {
    type Target = AnyConnection;

    fn deref(&self) -> &AnyConnection {
        self.connection.as_ref().expect("is there until it is dropped")
    }
}

impl DerefMut for Transaction {
    fn deref_mut(&mut self) -> &mut AnyConnection {
        self.connection.as_mut().expect("is there until it is dropped")
    }
}

impl Drop for Transaction {
    fn drop(&mut self) {
        let Some(mut connection) = self.connection.take() else { return };
        match self.state {
            TransactionState::Ended => {}
            TransactionState::Beginning | TransactionState::Ending => connection.close_on_drop(),
            TransactionState::Open => {
                tracing::info!("a write was left before its commit: nothing of it is kept");
                match tokio::runtime::Handle::try_current() {
                    Ok(runtime) => drop(runtime.spawn(give_back(connection, self.longest))),
                    Err(_none) => connection.close_on_drop(),
                }
            }
        }
    }
}

async fn give_back(mut connection: PoolConnection<Any>, longest: Duration) {
    let ended = tokio::time::timeout(longest, connection.execute("ROLLBACK")).await;
    if !matches!(ended, Ok(Ok(_))) {
        connection.close_on_drop();
    }
}
