//! An area copied into another database, of either kind, a lot of rows at a time, so that a copy
//! which was stopped goes on where it was.
//!
//! The database that it goes into has a table, `copying`, for as long as it holds half a copy. In
//! it is what the copy was begun with, and how many rows of each table are there. Each lot is put
//! in together with its number, in one write. Rows come in the order of their bytes: of the same
//! rows, the first so many are the same each time. What guards the tables comes off in the write
//! that makes the table, and is put on again in the one that takes it away.

use std::collections::BTreeMap;
use std::time::Duration;

use calendar::clock::Moment;
use futures_util::TryStreamExt as _;
use sqlx::pool::PoolConnection;
use sqlx::{Any, AnyConnection, AssertSqlSafe, Connection as _, Row as _, Transaction};

use super::tables::{self, Columns, Guards, Off, Sum};
use super::{Db, Kind, connections, migrations};

/// The most rows that are put in by one write.
const LOT: usize = 500;
/// A lot with as many bytes of text is not made larger.
const LARGE: usize = 1024 * 1024;

/// Where the table keeps what a copy was begun with; no table of ours is called so.
const BEGUN: &str = "begun";

/// What a copy was begun with.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Begun {
    /// The head of the area's audit log.
    pub audit_head: String,
    /// What was in each of its tables.
    pub tables: BTreeMap<String, Sum>,
    /// What puts on again what guards the tables.
    guards: Vec<String>,
}

/// How far a copy into a database has come.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Stand {
    /// None is on its way.
    None,
    /// The database was empty and is meant for one; it may have no tables yet.
    Meant,
    /// This was begun, and so many rows of each table are there.
    Half(Begun, BTreeMap<String, u64>),
}

/// What changes all the time while a service runs: when it last beat, and how long the audit log
/// is.
pub type Pulse = (Option<Moment>, i64);

async fn pulse(connection: &mut AnyConnection) -> sqlx::Result<Pulse> {
    sqlx::query_as("SELECT s.beat_at, a.number FROM service_state s, audit_head a")
        .fetch_one(connection)
        .await
}

impl Db {
    /// Whether a copy into this database was begun and is not finished: it is no area then.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn holds_half_a_copy(&self) -> sqlx::Result<bool> {
        holds_half(&mut *self.read().await?).await
    }

    /// Whether no program has made its tables yet.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn is_new(&self) -> sqlx::Result<bool> {
        Ok(!migrations::has_any(&mut *self.read().await?).await?)
    }

    /// All rows as they are at this moment, for as long as it is held.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn snapshot(&self) -> sqlx::Result<Snapshot> {
        self.is_there()?;
        let long = self.pools.of_long_readings();
        let mut tx = long.begin_with(tables::at_one_moment(self.kind)).await?;
        // Until the transaction ends.
        connections::without_limits(&mut tx).await?;
        let tables = tables::tables(&mut tx).await?;
        Ok(Snapshot { tx, kind: self.kind, tables })
    }

    /// What moves in this database while a service runs on it.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn pulse(&self) -> sqlx::Result<Pulse> {
        pulse(&mut *self.read().await?).await
    }

    /// Begins to copy into this database, or to go on. `None` when another process is at it.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn copier(&self) -> sqlx::Result<Option<Copier>> {
        self.is_there()?;
        // Not the one connection that SQLite's other writes have.
        let mut connection = self.pools.sessions.acquire().await?;
        connection.close_on_drop();
        connections::without_limits(&mut connection).await?;
        let is_alone = match self.kind {
            // All rows are there in the end, and are checked then. Two at it find out by their
            // lots.
            Kind::Sqlite => {
                sqlx::query("PRAGMA foreign_keys = OFF").execute(&mut *connection).await?;
                true
            }
            Kind::Postgres => is_alone(&mut connection).await?,
        };
        Ok(is_alone.then(|| Copier { connection, kind: self.kind, tables: BTreeMap::new() }))
    }
}

/// Whether this session is the only one that copies into the database, until it ends. One whose
/// process was killed a moment ago has time to end.
async fn is_alone(connection: &mut AnyConnection) -> sqlx::Result<bool> {
    for _ in 0..20 {
        let alone: i32 = sqlx::query_scalar(
            "SELECT CAST(pg_try_advisory_lock(hashtextextended('copying', 0)) AS INTEGER)",
        )
        .fetch_one(&mut *connection)
        .await?;
        if alone != 0 {
            return Ok(true);
        }
        tokio::time::sleep(Duration::from_millis(500)).await;
    }
    Ok(false)
}

async fn holds_half(connection: &mut AnyConnection) -> sqlx::Result<bool> {
    let sql = match Kind::of(connection) {
        Kind::Sqlite => {
            "SELECT count(*) FROM sqlite_master WHERE type = 'table' AND name = 'copying'"
        }
        Kind::Postgres => "SELECT count(to_regclass('copying'))",
    };
    let many: i64 = sqlx::query_scalar(sql).fetch_one(connection).await?;
    Ok(many > 0)
}

/// A database as it was at one moment, whatever is written meanwhile.
#[derive(Debug)]
pub struct Snapshot {
    tx: Transaction<'static, Any>,
    kind: Kind,
    tables: BTreeMap<String, Columns>,
}

impl Snapshot {
    /// What is in each table.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn sums(&mut self) -> sqlx::Result<BTreeMap<String, Sum>> {
        let mut sums = BTreeMap::new();
        for (table, columns) in &self.tables {
            let sum = tables::read_table(&mut self.tx, table, columns, &mut ()).await?;
            sums.insert(table.clone(), sum);
        }
        Ok(sums)
    }

    /// What moves while a service runs, as it was at this moment.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn pulse(&mut self) -> sqlx::Result<Pulse> {
        pulse(&mut self.tx).await
    }

    /// Puts the rows of a table into a copy, but for the first `there`, and tells after each lot
    /// how many are there now.
    ///
    /// # Errors
    /// When one of the databases fails, or another process copies too.
    pub async fn copy_table(
        &mut self,
        to: &mut Copier,
        table: &str,
        there: u64,
        tell: &mut dyn FnMut(u64),
    ) -> sqlx::Result<()> {
        let no_table = || sqlx::Error::Protocol(format!("there is no table {table}"));
        let columns = self.tables.get(table).ok_or_else(no_table)?;
        let into = to.tables.get(table).ok_or_else(no_table)?;
        let insert = tables::insertion(table, into, to.kind);
        let (mut to_skip, mut there) = (there, there);
        let sql = tables::selection(table, columns, self.kind);
        let mut rows = sqlx::query(AssertSqlSafe(sql)).fetch(&mut *self.tx);
        loop {
            let (mut lot, mut bytes) = (Vec::new(), 0);
            while lot.len() < LOT && bytes < LARGE {
                let Some(row) = rows.try_next().await? else { break };
                if to_skip > 0 {
                    to_skip -= 1;
                    continue;
                }
                let values: Vec<Option<String>> =
                    (0..columns.len()).map(|nth| row.get(nth)).collect();
                bytes += values.iter().flatten().map(String::len).sum::<usize>();
                lot.push(values);
            }
            if lot.is_empty() {
                return Ok(());
            }
            there = to.put(table, &insert, lot, there).await?;
            tell(there);
        }
    }

    /// Lets go of the moment.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn end(self) -> sqlx::Result<()> {
        self.tx.rollback().await
    }
}

/// The one connection by which a database is filled. Where the process is killed, what it wrote
/// last is there or not.
#[derive(Debug)]
pub struct Copier {
    connection: PoolConnection<Any>,
    kind: Kind,
    /// The tables of the copy.
    tables: BTreeMap<String, Columns>,
}

impl Copier {
    /// How far the copy has come.
    ///
    /// # Errors
    /// When the database fails, or what it remembers cannot be read.
    pub async fn stand(&mut self) -> sqlx::Result<Stand> {
        if !holds_half(&mut self.connection).await? {
            return Ok(Stand::None);
        }
        let rows: Vec<(String, String)> =
            sqlx::query_as("SELECT what, holds FROM copying ORDER BY what")
                .fetch_all(&mut *self.connection)
                .await?;
        let (mut begun, mut there) = (None::<Begun>, BTreeMap::<String, u64>::new());
        for (what, holds) in rows {
            if what == BEGUN {
                begun = Some(super::read_json(&holds, "copying.holds")?);
            } else {
                there.insert(what, super::read_json(&holds, "copying.holds")?);
            }
        }
        Ok(begun.map_or(Stand::Meant, |begun| Stand::Half(begun, there)))
    }

    /// Notes that this database, which is new, is meant for a copy: nobody takes it for an area
    /// from now on.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn mean(&mut self) -> sqlx::Result<()> {
        sqlx::query(TABLE).execute(&mut *self.connection).await?;
        Ok(())
    }

    /// Whether both databases have the same tables, with the same columns.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn fits(&mut self, from: &Snapshot) -> sqlx::Result<bool> {
        self.tables = tables::tables(&mut self.connection).await?;
        Ok(tables::names(&self.tables) == tables::names(&from.tables))
    }

    /// Begins a copy of what is in these tables. `before`: what half a copy was begun with, whose
    /// rows are taken away. `None` when the database is not empty; it stays as it is then.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn begin(
        &mut self,
        audit_head: String,
        sums: BTreeMap<String, Sum>,
        before: Option<Begun>,
    ) -> sqlx::Result<Option<Begun>> {
        let mut tx = self.connection.begin_with(self.kind.begins_to_write()).await?;
        let guards = match before {
            Some(before) => before.guards,
            None if tables::is_empty(&mut tx).await? => {
                Guards::take_off(&mut tx, &self.tables, Off::UntilLater).await?.put_on
            }
            None => return Ok(None),
        };
        sqlx::query(TABLE).execute(&mut *tx).await?;
        sqlx::query("DELETE FROM copying").execute(&mut *tx).await?;
        for table in self.tables.keys() {
            let clear = format!("DELETE FROM {table}");
            sqlx::query(AssertSqlSafe(clear)).execute(&mut *tx).await?;
            remember(&mut tx, table, &0_u64).await?;
        }
        let begun = Begun { audit_head, tables: sums, guards };
        remember(&mut tx, BEGUN, &begun).await?;
        tx.commit().await?;
        Ok(Some(begun))
    }

    /// Puts the next rows of a table in, and gives how many are there then.
    async fn put(
        &mut self,
        table: &str,
        insert: &str,
        lot: Vec<Vec<Option<String>>>,
        there: u64,
    ) -> sqlx::Result<u64> {
        let more = there + lot.len() as u64;
        let mut tx = self.connection.begin_with(self.kind.begins_to_write()).await?;
        let noted = sqlx::query("UPDATE copying SET holds = $1 WHERE what = $2 AND holds = $3")
            .bind(super::json(&more)?)
            .bind(table)
            .bind(super::json(&there)?)
            .execute(&mut *tx)
            .await?;
        if noted.rows_affected() != 1 {
            return Err(sqlx::Error::Protocol(
                "another process is copying into the same database".to_owned(),
            ));
        }
        for values in lot {
            let mut insert = sqlx::query(AssertSqlSafe(insert.to_owned()));
            for value in values {
                insert = insert.bind(value);
            }
            insert.execute(&mut *tx).await?;
        }
        tx.commit().await?;
        Ok(more)
    }

    /// Puts on what guards the tables, and forgets that this was half a copy: all or nothing.
    ///
    /// # Errors
    /// When the database fails, or a row refers to one that is not there.
    pub async fn finish(mut self, begun: Begun) -> sqlx::Result<()> {
        let mut tx = self.connection.begin_with(self.kind.begins_to_write()).await?;
        Guards { put_on: begun.guards }.put_on(&mut tx).await?;
        // PostgreSQL looked as it put the references on.
        if self.kind == Kind::Sqlite {
            let stray: i64 = sqlx::query_scalar("SELECT count(*) FROM pragma_foreign_key_check")
                .fetch_one(&mut *tx)
                .await?;
            if stray > 0 {
                return Err(sqlx::Error::Protocol(format!(
                    "{stray} rows refer to others that are not there"
                )));
            }
        }
        sqlx::query("DROP TABLE copying").execute(&mut *tx).await?;
        tx.commit().await?;
        self.connection.close().await
    }
}

/// What a database remembers while it holds half a copy.
const TABLE: &str =
    "CREATE TABLE IF NOT EXISTS copying (what TEXT PRIMARY KEY, holds TEXT NOT NULL)";

async fn remember(
    tx: &mut AnyConnection,
    what: &str,
    holds: &(impl serde::Serialize + Sync),
) -> sqlx::Result<()> {
    sqlx::query("INSERT INTO copying (what, holds) VALUES ($1, $2)")
        .bind(what)
        .bind(super::json(holds)?)
        .execute(tx)
        .await?;
    Ok(())
}
