//! One write: what is done through it happens at its commit, or not at all.

use std::io;
use std::ops::{Deref, DerefMut};
use std::sync::Arc;
use std::time::{Duration, Instant};

use sqlx::any::AnyArguments;
use sqlx::pool::PoolConnection;
use sqlx::query::Query;
use sqlx::{Any, AnyConnection, Executor as _};

use super::commits::{Commits, Hears};
use super::{Kind, lot};

/// A write under way, from [`Db::begin`](super::Db::begin) to [`commit`](Self::commit).
///
/// Dropped before that, as by a `?` on the way, nothing of it is kept, and the log says so. Whoever
/// means it says [`roll_back`](Self::roll_back).
#[derive(Debug)]
pub struct Transaction(Held);

#[derive(Debug)]
enum Held {
    /// SQLite's, which goes together with others.
    InLot(lot::Write),
    /// PostgreSQL's, which has a connection of its own.
    Alone(Alone),
}

impl Transaction {
    pub(super) fn in_lot(write: lot::Write) -> Self {
        Self(Held::InLot(write))
    }

    pub(super) async fn alone(
        connection: PoolConnection<Any>,
        commits: Arc<Commits>,
        longest: Duration,
    ) -> sqlx::Result<Self> {
        Ok(Self(Held::Alone(Alone::begin(connection, commits, longest).await?)))
    }

    /// Says that no public page shows at once what this writes: what the service notes for itself,
    /// as that an email went, and what somebody does for themselves, as a vote. So it ends no page
    /// that is kept for visitors, and nobody can tell from how soon a page comes that it was done.
    /// What it changes there, if anything, is seen a second later.
    #[must_use]
    pub fn unseen(self) -> Self {
        self.heard_by(Hears::Worker)
    }

    /// The same of one that gives the worker nothing to do either.
    pub(super) fn unheard(self) -> Self {
        self.heard_by(Hears::Nobody)
    }

    fn heard_by(mut self, hears: Hears) -> Self {
        match &mut self.0 {
            Held::InLot(write) => write.hears = hears,
            Held::Alone(write) => write.hears = hears,
        }
        self
    }

    /// Keeps what was done.
    ///
    /// # Errors
    /// When it took too long or the database fails: nothing is kept then. When the database goes
    /// away while it commits, nobody knows whether it was kept.
    pub async fn commit(self) -> sqlx::Result<()> {
        match self.0 {
            Held::InLot(write) => write.commit().await,
            Held::Alone(write) => write.commit().await,
        }
    }

    /// Keeps nothing of what was done.
    ///
    /// # Errors
    /// When the database fails; nothing is kept then either.
    pub async fn roll_back(self) -> sqlx::Result<()> {
        match self.0 {
            Held::InLot(write) => write.roll_back().await,
            Held::Alone(write) => write.roll_back().await,
        }
    }
}

impl Deref for Transaction {
    type Target = AnyConnection;

    fn deref(&self) -> &AnyConnection {
        match &self.0 {
            Held::InLot(write) => write,
            Held::Alone(write) => write.connection.as_ref().expect(THERE),
        }
    }
}

impl DerefMut for Transaction {
    fn deref_mut(&mut self) -> &mut AnyConnection {
        match &mut self.0 {
            Held::InLot(write) => write,
            Held::Alone(write) => write.connection.as_mut().expect(THERE),
        }
    }
}

const THERE: &str = "is there until it is dropped";

/// A write that has a connection of its own.
///
/// An end that fails says nothing sure about what state the connection is in. So it goes back to
/// the others only after a begin and an end that both went well, and is closed otherwise. That is
/// why these are statements of our own: sqlx's `Transaction` always gives its connection back.
#[derive(Debug)]
struct Alone {
    /// There until it is dropped.
    connection: Option<PoolConnection<Any>>,
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

impl Alone {
    async fn begin(
        connection: PoolConnection<Any>,
        commits: Arc<Commits>,
        longest: Duration,
    ) -> sqlx::Result<Self> {
        let (state, begun, hears) = (TransactionState::Beginning, Instant::now(), Hears::All);
        let connection = Some(connection);
        let mut tx = Self { connection, commits, hears, state, begun, longest };
        tx.say(Kind::Postgres.begins_to_write()).await?;
        tx.state = TransactionState::Open;
        Ok(tx)
    }

    async fn commit(mut self) -> sqlx::Result<()> {
        if self.begun.elapsed() > self.longest {
            self.roll_back().await?;
            return Err(too_long());
        }
        self.state = TransactionState::Ending;
        self.say("COMMIT").await?;
        self.state = TransactionState::Ended;
        self.commits.note(self.hears);
        Ok(())
    }

    async fn roll_back(mut self) -> sqlx::Result<()> {
        self.state = TransactionState::Ending;
        self.say("ROLLBACK").await?;
        self.state = TransactionState::Ended;
        Ok(())
    }

    async fn say(&mut self, statement: &'static str) -> sqlx::Result<()> {
        self.connection.as_mut().expect(THERE).execute(statement).await?;
        Ok(())
    }
}

/// A statement that is a write of its own.
pub(super) async fn alone(
    connection: PoolConnection<Any>,
    commits: Arc<Commits>,
    longest: Duration,
    statement: Query<'_, Any, AnyArguments>,
) -> sqlx::Result<u64> {
    // Its end begins with it: where it fails or is left, nobody knows whether it was kept.
    let (state, begun, hears) = (TransactionState::Ending, Instant::now(), Hears::Worker);
    let connection = Some(connection);
    let mut tx = Alone { connection, commits, hears, state, begun, longest };
    let written = statement.execute(&mut **tx.connection.as_mut().expect(THERE)).await?;
    tx.state = TransactionState::Ended;
    tx.commits.note(hears);
    Ok(written.rows_affected())
}

pub(super) fn too_long() -> sqlx::Error {
    let why = "a write took too long and was given up";
    sqlx::Error::Io(io::Error::new(io::ErrorKind::TimedOut, why))
}

impl Drop for Alone {
    fn drop(&mut self) {
        let Some(mut connection) = self.connection.take() else { return };
        match self.state {
            TransactionState::Ended => {}
            TransactionState::Beginning => connection.close_on_drop(),
            TransactionState::Ending => {
                // Failed or left while it was on its way: nobody knows whether it was kept.
                self.commits.note(self.hears);
                connection.close_on_drop();
            }
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
