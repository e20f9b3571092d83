//! How connections are made: what each is told first, and how many there are.

use std::time::Duration;

use sqlx::any::AnyPoolOptions;
use sqlx::{Any, AnyConnection, AnyPool, Connection as _, Executor as _};

use super::Kind;

/// How long a question or a write waits for a connection before it is given up. Shorter than the
/// time that a request has, so that whoever asked gets an answer.
const WAIT: Duration = Duration::from_secs(10);

/// What a PostgreSQL session is told: no statement, no wait for a lock and no pause inside a
/// transaction lasts as long as a request may.
const LIMITS: [&str; 3] = [
    "SET lock_timeout = '3s'",
    "SET statement_timeout = '15s'",
    "SET idle_in_transaction_session_timeout = '20s'",
];

const NO_LIMITS: [&str; 3] = [
    "SET lock_timeout = 0",
    "SET statement_timeout = 0",
    "SET idle_in_transaction_session_timeout = 0",
];

/// Takes the limits away again, for what may take long: bringing the tables up to a program.
pub(super) async fn without_limits(connection: &mut AnyConnection) -> sqlx::Result<()> {
    if Kind::of(connection) == Kind::Postgres {
        for statement in NO_LIMITS {
            connection.execute(statement).await?;
        }
    }
    Ok(())
}

/// The pools: for questions, for writes, and what is kept apart from both: one connection to see
/// whether the database answers while all others are taken.
#[derive(Clone, Debug)]
pub(super) struct Pools {
    pub readers: AnyPool,
    pub writers: AnyPool,
    pub watcher: AnyPool,
    /// For marks that a process lives, each of which holds a session.
    pub sessions: AnyPool,
}

impl Pools {
    pub async fn open(url: &str, kind: Kind) -> sqlx::Result<Self> {
        // A pool tries again and again, and in the end says only that it waited too long. What
        // waiting cannot mend is said at once.
        match first(url).await {
            Ok(()) => {}
            Err(sqlx::Error::Io(_)) if kind == Kind::Postgres => {}
            Err(error) => return Err(error),
        }
        let (readers, writers) = match kind {
            Kind::Sqlite => (4, 1),
            Kind::Postgres => (10, 6),
        };
        Ok(Self {
            // The writer first: it turns the write-ahead log on for all.
            writers: pool(writers).connect(url).await?,
            readers: pool(readers).connect(url).await?,
            watcher: pool(1).connect_lazy(url)?,
            sessions: pool(2).idle_timeout(None).max_lifetime(None).connect_lazy(url)?,
        })
    }

    pub async fn close(&self) {
        for pool in [&self.watcher, &self.sessions, &self.readers, &self.writers] {
            pool.close().await;
        }
    }
}

async fn first(url: &str) -> sqlx::Result<()> {
    let mut connection = AnyConnection::connect(url).await?;
    prepare(&mut connection).await?;
    connection.close().await
}

fn pool(connections: u32) -> sqlx::pool::PoolOptions<Any> {
    AnyPoolOptions::new()
        .max_connections(connections)
        .acquire_timeout(WAIT)
        .after_connect(|connection, _| Box::pin(prepare(connection)))
}

async fn prepare(connection: &mut AnyConnection) -> sqlx::Result<()> {
    let statements: &[&'static str] = match Kind::of(connection) {
        Kind::Sqlite => &[
            "PRAGMA busy_timeout = 5000",
            "PRAGMA journal_mode = WAL",
            "PRAGMA synchronous = FULL",
            "PRAGMA foreign_keys = ON",
            // What was erased is overwritten, also in pages that are free.
            "PRAGMA secure_delete = ON",
            // After a burst of writes the log gives its room back.
            "PRAGMA journal_size_limit = 8388608",
        ],
        Kind::Postgres => &LIMITS,
    };
    for statement in statements {
        connection.execute(*statement).await?;
    }
    Ok(())
}
