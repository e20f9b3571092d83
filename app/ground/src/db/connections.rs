//! How connections are made: what each is told first, and how many there are.

use std::time::Duration;

use sqlx::any::AnyPoolOptions;
use sqlx::{Any, AnyConnection, AnyPool, AssertSqlSafe, Connection as _, Executor as _};

use super::readers::Readers;
use super::{Kind, growth};

/// How long things may take before they are given up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// The wait of a question or a write for a connection.
    pub(super) wait: Duration,
    /// The wait for what another write holds.
    held: Duration,
    lock: Duration,
    statement: Duration,
    /// A pause inside a transaction.
    pause: Duration,
    /// A write, from its begin to its commit.
    pub(super) write: Duration,
    /// A lot of writes of SQLite, from its begin to when it takes in no more.
    pub(super) lot: Duration,
}

impl Limits {
    /// Each shorter than the time that a request has, so that whoever asked gets an answer, and
    /// nothing is kept after its sender was told to try again.
    pub const OF_A_REQUEST: Self = Self {
        wait: Duration::from_secs(10),
        held: Duration::from_secs(5),
        lock: Duration::from_secs(3),
        statement: Duration::from_secs(15),
        pause: Duration::from_secs(20),
        write: Duration::from_secs(15),
        // The first of them waits so much longer, and dozens are through by then.
        lot: Duration::from_millis(10),
    };

    /// For what no request waits for. And for tests: a machine that is busy, or stands still for
    /// minutes, says nothing about what is tested.
    pub const NO_HURRY: Self = Self {
        wait: NO_HURRY,
        held: NO_HURRY,
        lock: NO_HURRY,
        statement: NO_HURRY,
        pause: NO_HURRY,
        write: NO_HURRY,
        lot: NO_HURRY,
    };

    /// What a PostgreSQL session is told.
    fn of_session(self) -> [String; 3] {
        [
            format!("SET lock_timeout = {}", self.lock.as_millis()),
            format!("SET statement_timeout = {}", self.statement.as_millis()),
            format!("SET idle_in_transaction_session_timeout = {}", self.pause.as_millis()),
        ]
    }
}

const NO_HURRY: Duration = Duration::from_secs(30 * 60);

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
    pub readers: Readers,
    pub writers: AnyPool,
    pub watcher: AnyPool,
    /// For marks that a process lives, each of which holds a session.
    pub sessions: AnyPool,
}

impl Pools {
    pub async fn open(url: &str, kind: Kind, limits: Limits) -> sqlx::Result<Self> {
        // A pool tries again and again, and in the end says only that it waited too long. What
        // waiting cannot mend is said at once.
        match first(url, limits).await {
            Ok(()) => {}
            Err(sqlx::Error::Io(_)) if kind == Kind::Postgres => {}
            Err(error) => return Err(error),
        }
        let most = kind.questions_at_once();
        let (readers, writers) = match kind {
            Kind::Sqlite => (Readers::of_file(url, most, limits), 1),
            Kind::Postgres => (Readers::Pool(pool(most, limits).connect(url).await?), 6),
        };
        Ok(Self {
            readers,
            writers: pool(writers, limits).connect(url).await?,
            watcher: pool(1, limits).connect_lazy(url)?,
            sessions: pool(2, limits).idle_timeout(None).max_lifetime(None).connect_lazy(url)?,
        })
    }

    /// Where a reading that takes long has its connection from.
    pub fn of_long_readings(&self) -> &AnyPool {
        match &self.readers {
            // Nobody marks by a session of SQLite that a process lives.
            Readers::Shelf(_) => &self.sessions,
            Readers::Pool(pool) => pool,
        }
    }

    pub async fn close(&self) {
        for pool in [&self.watcher, &self.sessions] {
            pool.close().await;
        }
        self.readers.close().await;
        self.writers.close().await;
    }
}

async fn first(url: &str, limits: Limits) -> sqlx::Result<()> {
    connect(url, limits).await?.close().await
}

/// A connection that was told what each is told first.
pub(super) async fn connect(url: &str, limits: Limits) -> sqlx::Result<AnyConnection> {
    let mut connection = AnyConnection::connect(url).await?;
    prepare(&mut connection, limits).await?;
    Ok(connection)
}

/// A PostgreSQL that was there so lately is taken to be there still. If it has begun again since,
/// the question or the write that comes upon it is told to try again, as those under way are.
const SURE_FOR: Duration = Duration::from_secs(1);

/// Whether a connection that nobody has used for so long is there. To a file it always is.
async fn is_there(connection: &mut AnyConnection, unused: Duration) -> sqlx::Result<bool> {
    if Kind::of(connection) == Kind::Postgres && unused > SURE_FOR {
        connection.ping().await?;
    }
    Ok(true)
}

fn pool(connections: u32, limits: Limits) -> sqlx::pool::PoolOptions<Any> {
    AnyPoolOptions::new()
        .max_connections(connections)
        .acquire_timeout(limits.wait)
        .test_before_acquire(false)
        .before_acquire(|connection, was| Box::pin(is_there(connection, was.idle_for)))
        .after_connect(move |connection, _| Box::pin(prepare(connection, limits)))
}

async fn prepare(connection: &mut AnyConnection, limits: Limits) -> sqlx::Result<()> {
    let (statements, limits): (&[&'static str], Vec<String>) = match Kind::of(connection) {
        Kind::Sqlite => (
            &[
                "PRAGMA journal_mode = WAL",
                "PRAGMA synchronous = FULL",
                "PRAGMA foreign_keys = ON",
                // What was erased is overwritten, also in pages that are free.
                "PRAGMA secure_delete = ON",
                // After a burst of writes the log gives its room back.
                "PRAGMA journal_size_limit = 8388608",
                // In kibibytes. Each connection keeps pages of its own, which the system has too.
                "PRAGMA cache_size = -512",
                growth::LIMIT,
            ],
            vec![format!("PRAGMA busy_timeout = {}", limits.held.as_millis())],
        ),
        Kind::Postgres => (&[], limits.of_session().to_vec()),
    };
    for statement in limits {
        connection.execute(AssertSqlSafe(statement)).await?;
    }
    for statement in statements {
        connection.execute(*statement).await?;
    }
    Ok(())
}
