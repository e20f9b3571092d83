//! The only door to the database: `read` for questions, `begin` for facts.
//!
//! One SQL text serves SQLite and PostgreSQL. What differs between the two is kept here, in
//! `topics/search.rs` and in the `sqlite.sql` and `postgres.sql` of the steps in `migrations/`.

mod commits;
mod connections;
pub mod copying;
pub mod file;
mod growth;
pub mod guards;
mod line;
mod lot;
mod migrations;
mod moment;
mod pages;
mod presence;
mod readers;
pub mod tables;
mod transaction;

use std::future::Future;
use std::num::NonZero;
use std::str::FromStr;
use std::sync::Arc;
use std::thread;
use std::time::Instant;

use calendar::clock::{self, Millis, Moment};
// Puts a text together of constants, such as the parts that statements share.
pub use const_format::formatcp;
use sqlx::any::AnyArguments;
use sqlx::query::Query;
use sqlx::{Any, AnyConnection, AssertSqlSafe, SqlSafeStr, SqlStr};
use tokio::sync::watch;

use self::commits::Commits;
pub use self::connections::Limits;
use self::connections::Pools;
pub use self::line::Line;
use self::lot::Lots;
pub use self::moment::is_of_the_moment;
pub use self::presence::Presence;
pub use self::readers::Reader;
pub use self::transaction::Transaction;

/// Which of the two databases this is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// One file beside the program, for one machine.
    Sqlite,
    /// A server that several processes share.
    Postgres,
}

impl Kind {
    /// Which one this connection is to.
    #[must_use]
    pub fn of(connection: &AnyConnection) -> Self {
        match connection.backend_name() {
            "PostgreSQL" => Self::Postgres,
            _ => Self::Sqlite,
        }
    }

    /// Reads the kind from a `DATABASE_URL`.
    #[must_use]
    pub fn of_url(url: &str) -> Option<Self> {
        match url.split_once(':')?.0 {
            "sqlite" => Some(Self::Sqlite),
            "postgres" | "postgresql" => Some(Self::Postgres),
            _ => None,
        }
    }

    /// How many questions are asked at once, each on a connection of its own. A page has one at a
    /// time.
    #[must_use]
    pub fn questions_at_once(self) -> u32 {
        match self {
            // A question to a file takes a core. Each connection keeps the statements of all pages
            // that it was asked for, some megabytes.
            Self::Sqlite => {
                let cores = thread::available_parallelism().map_or(2, NonZero::get);
                u32::try_from(cores).map_or(4, |cores| cores.clamp(2, 4))
            }
            Self::Postgres => 10,
        }
    }

    /// Begins a transaction that writes.
    fn begins_to_write(self) -> &'static str {
        match self {
            Self::Sqlite => "BEGIN IMMEDIATE",
            Self::Postgres => "BEGIN",
        }
    }

    /// A `SELECT` whose rows this write changes next, so that two such writes wait for each other.
    #[must_use]
    pub fn hold_to_change(self, select: impl SqlSafeStr) -> SqlStr {
        self.holding(select, " FOR UPDATE")
    }

    /// Ends a `SELECT` whose rows this write changes, leaving out those that another write holds.
    #[must_use]
    pub fn hold_what_is_free(self) -> &'static str {
        match self {
            Self::Sqlite => "",
            Self::Postgres => " FOR UPDATE SKIP LOCKED",
        }
    }

    /// A `SELECT` whose rows must stay as they are until the write ends.
    #[must_use]
    pub fn hold(self, select: impl SqlSafeStr) -> SqlStr {
        self.holding(select, " FOR SHARE")
    }

    /// A `SELECT` that holds its rows: SQLite has one writer at a time and needs nothing, and to
    /// PostgreSQL `how` says it.
    #[must_use]
    pub fn holding(self, select: impl SqlSafeStr, how: &'static str) -> SqlStr {
        let select = select.into_sql_str();
        match self {
            Self::Sqlite => select,
            Self::Postgres => AssertSqlSafe(format!("{}{how}", select.as_str())).into_sql_str(),
        }
    }
}

/// The database. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Db {
    kind: Kind,
    pools: Pools,
    /// SQLite's writes, which go together. PostgreSQL has several at a time.
    lots: Option<Arc<Lots>>,
    limits: Limits,
    line: Line,
    /// The file, where the database is one.
    file: Option<Arc<file::Opened>>,
    /// The commits through this door.
    commits: Arc<Commits>,
}

impl Db {
    /// Opens the database at `url` (`sqlite://…` or `postgres://…`), making the SQLite file if
    /// there is none. A PostgreSQL on another machine must show that it is the one that was named.
    ///
    /// # Errors
    /// When the address cannot be read or the database does not answer.
    pub async fn open(url: &str) -> Result<Self, sqlx::Error> {
        Self::open_within(url, Limits::OF_A_REQUEST).await
    }

    /// The same within other limits.
    ///
    /// # Errors
    /// Likewise.
    pub async fn open_within(url: &str, limits: Limits) -> Result<Self, sqlx::Error> {
        sqlx::any::install_default_drivers();
        let kind = Kind::of_url(url).ok_or_else(|| {
            sqlx::Error::Configuration("DATABASE_URL begins with sqlite:// or postgres://".into())
        })?;
        let path = file::path(url);
        path.map(file::leaves_no_log).transpose()?;
        let (address, line) = match kind {
            Kind::Sqlite if !url.contains('?') => (format!("{url}?mode=rwc"), Line::Here),
            Kind::Sqlite => (url.to_owned(), Line::Here),
            Kind::Postgres => line::to(url)?,
        };
        let pools = Pools::open(&address, kind, limits).await;
        let pools = pools.map_err(|error| file::in_words(error, path))?;
        let file = path.map(file::Opened::at).transpose()?.map(Arc::new);
        let commits = Arc::<Commits>::default();
        let lots = (kind == Kind::Sqlite)
            .then(|| Lots::new(pools.writers.clone(), limits, file.clone(), Arc::clone(&commits)));
        Ok(Self { kind, pools, lots, limits, line, file, commits })
    }

    #[must_use]
    pub fn line(&self) -> Line {
        self.line
    }

    #[must_use]
    pub fn kind(&self) -> Kind {
        self.kind
    }

    /// How far this machine's clock, which says `now`, is ahead of the database's, in milliseconds;
    /// behind it when negative. SQLite has the clock of this machine.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn clock_ahead(&self, now: Moment) -> Result<Millis, sqlx::Error> {
        let sql = match self.kind {
            Kind::Sqlite => return Ok(0),
            Kind::Postgres => "SELECT CAST(extract(epoch FROM clock_timestamp()) * 1000 AS BIGINT)",
        };
        let theirs: Moment = sqlx::query_scalar(sql).fetch_one(&mut *self.read().await?).await?;
        Ok(now - theirs)
    }

    /// How many bytes the database takes.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn size(&self) -> sqlx::Result<i64> {
        let sql = match self.kind {
            Kind::Sqlite => {
                "SELECT CAST(c.page_count * s.page_size AS BIGINT) AS bytes
                 FROM pragma_page_count() c, pragma_page_size() s"
            }
            Kind::Postgres => "SELECT pg_database_size(current_database()) AS bytes",
        };
        sqlx::query_scalar(sql).fetch_one(&mut *self.read().await?).await
    }

    /// A connection to ask questions with.
    ///
    /// # Errors
    /// When the database does not answer, or its file went.
    pub async fn read(&self) -> Result<Reader, sqlx::Error> {
        self.is_there()?;
        waited("readers", self.pools.readers.take()).await
    }

    /// Whether the file of the database is still the one that was opened.
    fn is_there(&self) -> Result<(), sqlx::Error> {
        self.file.as_ref().map_or(Ok(()), |file| file.is_there()).map_err(sqlx::Error::Io)
    }

    /// Whether the database answers, on a connection that nothing else takes; and for a file,
    /// whether it is still there.
    ///
    /// # Errors
    /// Why it does not.
    pub async fn answers(&self) -> Result<(), sqlx::Error> {
        self.is_there()?;
        sqlx::query("SELECT 1").execute(&mut *self.pools.watcher.acquire().await?).await?;
        Ok(())
    }

    /// Writes with one statement, which needs neither begin nor commit: PostgreSQL is asked once in
    /// place of three times. Gives how many rows it wrote. No public page shows it at once, as of
    /// [`Transaction::unseen`], and its caller lives to its end, as with [`begin`](Self::begin).
    ///
    /// # Errors
    /// When the database does not answer or refuses it, or its file went.
    pub async fn write_unseen(&self, statement: Query<'_, Any, AnyArguments>) -> sqlx::Result<u64> {
        self.is_there()?;
        if self.lots.is_some() {
            let mut tx = self.begin().await?.unseen();
            let written = statement.execute(&mut *tx).await?.rows_affected();
            tx.commit().await?;
            return Ok(written);
        }
        let connection = waited("writers", self.pools.writers.acquire()).await?;
        transaction::alone(connection, Arc::clone(&self.commits), self.limits.write, statement)
            .await
    }

    /// Begins a write, which waits until it is its turn. Its caller must live to its end: the table
    /// of addresses runs each form in a task of its own, which a phone that goes away cannot stop.
    ///
    /// Between begin and end nobody may wait for the end of another write: on SQLite both may be
    /// kept by one commit, which waits for both.
    ///
    /// # Errors
    /// When the database does not answer, or its file went.
    pub async fn begin(&self) -> sqlx::Result<Transaction> {
        self.is_there()?;
        if let Some(lots) = &self.lots {
            return lots.begin().await.map(Transaction::in_lot);
        }
        let connection = waited("writers", self.pools.writers.acquire()).await?;
        Transaction::alone(connection, Arc::clone(&self.commits), self.limits.write).await
    }

    /// How many commits of this process there were; those of writes that went together are one.
    #[must_use]
    pub fn commits(&self) -> u64 {
        self.commits.all()
    }

    /// How many of them may have changed a page: all but those that are
    /// [`unseen`](Transaction::unseen). Another number means that what was read before may have
    /// changed. It has grown before whoever wrote is answered.
    #[must_use]
    pub fn changes(&self) -> u64 {
        self.commits.changes()
    }

    /// Hears of the writes of this process from now on, whether or not they changed a page. What
    /// another process writes is not heard.
    #[must_use]
    pub fn written(&self) -> watch::Receiver<()> {
        self.commits.heard()
    }

    /// For each pool: its name, how many connections it has open, and how many of them nobody uses.
    #[must_use]
    pub fn connections(&self) -> [(&'static str, u32, usize); 2] {
        let (readers, idle) = self.pools.readers.open();
        let writers = &self.pools.writers;
        [("readers", readers, idle), ("writers", writers.size(), writers.num_idle())]
    }

    /// Writes the time into a row of its own, to see whether a write goes through.
    ///
    /// # Errors
    /// Why it does not.
    pub async fn beat(&self, now: Moment) -> Result<(), sqlx::Error> {
        let mut tx = self.begin().await?.unheard();
        sqlx::query("UPDATE service_state SET beat_at = $1").bind(now).execute(&mut *tx).await?;
        tx.commit().await
    }

    /// The time that was written so last; the default when none ever was.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn last_beat(&self) -> Result<Moment, sqlx::Error> {
        sqlx::query_scalar("SELECT beat_at FROM service_state")
            .fetch_one(&mut *self.read().await?)
            .await
    }

    /// Takes what was erased out of SQLite's write-ahead log too; its file is overwritten already.
    /// PostgreSQL gives its room free: see `docs/retention.md`.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn leave_no_copy(&self) -> Result<(), sqlx::Error> {
        match self.kind {
            Kind::Sqlite => {
                let mut writer = self.pools.writers.acquire().await?;
                sqlx::query("PRAGMA wal_checkpoint(TRUNCATE)").execute(&mut *writer).await?;
                Ok(())
            }
            Kind::Postgres => pages::clear(self).await,
        }
    }

    /// Writes SQLite's file anew, or PostgreSQL's tables. What SQLite overwrites as it is erased
    /// leaves a trace now and then, where rows between which it was were moved together, and
    /// PostgreSQL overwrites nothing; this leaves no trace. False when it is not the moment for it.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn write_anew(&self) -> Result<bool, sqlx::Error> {
        match self.kind {
            Kind::Sqlite => {
                let mut writer = self.pools.writers.acquire().await?;
                sqlx::query("VACUUM").execute(&mut *writer).await?;
            }
            Kind::Postgres => return pages::write_anew(self).await,
        }
        self.leave_no_copy().await?;
        Ok(true)
    }

    /// Has SQLite look at how its tables have grown, to choose its indexes by. PostgreSQL does so
    /// by itself (autovacuum).
    ///
    /// # Errors
    /// When the database fails.
    pub async fn look_at_growth(&self) -> sqlx::Result<()> {
        match self.kind {
            Kind::Sqlite => growth::look(self).await,
            Kind::Postgres => Ok(()),
        }
    }

    /// Begins to mark that this process lives, so that others know when it does not any more.
    ///
    /// # Errors
    /// When the mark cannot be made.
    pub async fn presence(&self) -> Result<Presence, sqlx::Error> {
        Presence::begin(self).await
    }

    /// Whether the process with this mark is gone.
    ///
    /// # Errors
    /// When that cannot be seen.
    pub async fn is_gone(&self, presence: &str) -> Result<bool, sqlx::Error> {
        presence::is_gone(self, presence).await
    }

    /// Waits for what is under way and closes every connection.
    pub async fn close(&self) {
        self.pools.close().await;
    }
}

/// Counts how long someone waited for a connection of this pool.
async fn waited<T>(pool: &'static str, connection: impl Future<Output = T>) -> T {
    let began = Instant::now();
    let connection = connection.await;
    metrics::histogram!("alongside_database_wait_seconds", "pool" => pool)
        .record(began.elapsed().as_secs_f64());
    connection
}

/// Ties one thing to several others in one statement; `insert` ends with its two columns, as in
/// `INSERT INTO topic_places (topic_id, place_id)`.
///
/// # Errors
/// When the database fails, or one of them is not there.
pub async fn tie(
    tx: &mut AnyConnection,
    insert: &'static str,
    one: &str,
    others: &[impl AsRef<str> + Sync],
) -> Result<(), sqlx::Error> {
    if others.is_empty() {
        return Ok(());
    }
    let rows =
        (0..others.len()).map(|nth| format!("($1, ${})", nth + 2)).collect::<Vec<_>>().join(", ");
    let mut tie = sqlx::query(AssertSqlSafe(format!("{insert} VALUES {rows}"))).bind(one);
    for other in others {
        tie = tie.bind(other.as_ref());
    }
    tie.execute(tx).await?;
    Ok(())
}

/// The places of so many parameters in a statement, from this number on: `$4, $5, $6`.
#[must_use]
pub fn parameters(from: usize, many: usize) -> String {
    (from..from + many).map(|number| format!("${number}")).collect::<Vec<_>>().join(", ")
}

// What cannot be read is never empty, and never something else: whoever took a default for it would
// show that, and with the next write keep it in place of what was there.

/// A value as the JSON that a column keeps.
///
/// # Errors
/// When it cannot be written as JSON.
#[expect(clippy::disallowed_methods, reason = "the one place that writes JSON for a column")]
pub fn json<T: serde::Serialize>(value: &T) -> sqlx::Result<String> {
    serde_json::to_string(value).map_err(|error| sqlx::Error::Encode(error.into()))
}

/// The value that a column keeps as JSON.
///
/// # Errors
/// When it is not there as it was written, or has a field that this program does not know: whoever
/// left it out would write the rest back without it. So its types say `deny_unknown_fields`, and of
/// an `Option` that is always written `deserialize_with = "Option::deserialize"`: what is missing
/// is not nothing then.
#[expect(clippy::disallowed_methods, reason = "the one place that reads the JSON of a column")]
pub fn read_json<T: serde::de::DeserializeOwned>(json: &str, column: &str) -> sqlx::Result<T> {
    serde_json::from_str(json)
        .map_err(|error| sqlx::Error::Decode(format!("{column} cannot be read: {error}").into()))
}

/// What a word in a column stands for.
///
/// # Errors
/// When this program does not know the word, as when a newer one wrote it: whoever took another
/// meaning for it would write that back.
pub fn known<T>(meaning: Option<T>, column: &str) -> sqlx::Result<T> {
    meaning.ok_or_else(|| {
        sqlx::Error::Decode(format!("{column} holds what this program does not know").into())
    })
}

/// What a text in a column stands for, such as a day.
///
/// # Errors
/// When it is no such thing.
pub fn parsed<T: FromStr>(text: &str, column: &str) -> sqlx::Result<T> {
    known(text.parse().ok(), column)
}

/// A whole number in a column, in the size that it is counted in.
///
/// # Errors
/// When it does not fit, as a number below nothing that counts people.
pub fn number<T: TryFrom<i64>>(number: i64, column: &str) -> sqlx::Result<T> {
    known(T::try_from(number).ok(), column)
}

/// A day in a column, as `2026-12-04`; empty where there is none.
///
/// # Errors
/// When it is neither.
pub fn day(day: String, column: &str) -> sqlx::Result<String> {
    let is_one = day.is_empty() || clock::day_of(&day).is_some();
    known(is_one.then_some(day), column)
}

/// Whether the error is the database's word that a unique value is already there.
#[must_use]
pub fn already_there(error: &sqlx::Error) -> bool {
    error.as_database_error().is_some_and(sqlx::error::DatabaseError::is_unique_violation)
}
