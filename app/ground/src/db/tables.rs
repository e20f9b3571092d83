//! All rows of all tables, out of one database and into another of either kind. Every column holds
//! text or a whole number, so that a row is a JSON array of strings and nulls; rows come in the
//! order of their bytes, and the same rows give the same bytes wherever they are.
//!
//! What is made from other rows is left out: the words that topics are searched by. So are counts
//! of tries and the key of their hashes, which are of use for an hour and must not outlive it; and
//! what a database remembers while it holds half a copy (`copying.rs`).

use std::collections::BTreeMap;

use futures_util::TryStreamExt as _;
use sha2::{Digest as _, Sha256};
use sqlx::{AnyConnection, AssertSqlSafe, Connection as _, Row as _};

use super::{Db, Kind, connections};

/// The columns of a table, by name, each with its type as the database writes it.
pub(super) type Columns = Vec<(String, String)>;

/// What is in a table: how many rows, and the SHA-256 of them, a line each.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Sum {
    pub rows: u64,
    /// The hash of their lines.
    pub sha256: String,
}

/// Where the rows of a table go, a line each, or come from.
pub trait Lines {
    /// Takes the next line of this table.
    ///
    /// # Errors
    /// When it cannot be kept.
    fn take(&mut self, table: &str, line: &str) -> std::io::Result<()>;
}

/// Nothing is kept: only the sums are wanted.
impl Lines for () {
    fn take(&mut self, _: &str, _: &str) -> std::io::Result<()> {
        Ok(())
    }
}

/// The tables, each with its columns, but for those that this program does not read itself.
pub(super) async fn tables(
    connection: &mut AnyConnection,
) -> sqlx::Result<BTreeMap<String, Columns>> {
    let sql = match Kind::of(connection) {
        Kind::Sqlite => {
            "SELECT m.name AS in_table, c.name AS name, c.type AS holds
             FROM sqlite_master m, pragma_table_info(m.name) c
             WHERE m.type = 'table' ORDER BY m.name, c.name"
        }
        Kind::Postgres => {
            "SELECT CAST(c.table_name AS TEXT) AS in_table, CAST(c.column_name AS TEXT) AS name,
               CAST(c.data_type AS TEXT) AS holds
             FROM information_schema.columns c JOIN information_schema.tables t
               ON t.table_schema = c.table_schema AND t.table_name = c.table_name
             WHERE c.table_schema = current_schema() AND t.table_type = 'BASE TABLE'
             ORDER BY c.table_name, c.column_name"
        }
    };
    let mut tables = BTreeMap::<String, Columns>::new();
    for row in sqlx::query(sql).fetch_all(connection).await? {
        let table: String = row.get("in_table");
        let is_ours = !["sqlite_", "_sqlx_", "topic_search", "attempt", "copying", "link_keys"]
            .iter()
            .any(|start| table.starts_with(start));
        if is_ours {
            tables.entry(table).or_default().push((row.get("name"), row.get("holds")));
        }
    }
    Ok(tables)
}

pub(super) fn names(tables: &BTreeMap<String, Columns>) -> BTreeMap<String, Vec<String>> {
    let names = |columns: &Columns| columns.iter().map(|(name, _)| name.clone()).collect();
    tables.iter().map(|(table, columns)| (table.clone(), names(columns))).collect()
}

impl Db {
    /// The columns of each table, in the order of a line.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn columns(&self) -> sqlx::Result<BTreeMap<String, Vec<String>>> {
        Ok(names(&tables(&mut *self.read().await?).await?))
    }

    /// Reads all rows as they are at one moment, whatever is written meanwhile; gives the sum of
    /// each table.
    ///
    /// # Errors
    /// When the database does not answer, or `lines` cannot keep them.
    pub async fn read_all(&self, lines: &mut impl Lines) -> sqlx::Result<BTreeMap<String, Sum>> {
        self.is_there()?;
        let mut connection = self.pools.of_long_readings().acquire().await?;
        // It stays at one moment for long, and is used for nothing else.
        connection.close_on_drop();
        connections::without_limits(&mut connection).await?;
        let mut tx = connection.begin_with(at_one_moment(self.kind)).await?;
        let mut sums = BTreeMap::new();
        for (table, columns) in tables(&mut tx).await? {
            let sum = read_table(&mut tx, &table, &columns, lines).await?;
            sums.insert(table, sum);
        }
        tx.rollback().await?;
        Ok(sums)
    }

    /// Puts rows into a database that has the tables and nothing in them, all or none. `rows` gives
    /// the lines of a table; what guards the tables while the service runs is out of the way
    /// meanwhile.
    ///
    /// # Errors
    /// When there is something in it, its tables are not those of the rows, or it fails.
    pub async fn write_all<I>(
        &self,
        known: &BTreeMap<String, Vec<String>>,
        rows: impl Fn(&str) -> std::io::Result<I>,
    ) -> sqlx::Result<()>
    where
        I: Iterator<Item = std::io::Result<String>>,
    {
        let mut connection = self.pools.writers.acquire().await?;
        connection.close_on_drop();
        connections::without_limits(&mut connection).await?;
        let mut tx = connection.begin().await?;
        let tables = tables(&mut tx).await?;
        if names(&tables) != *known {
            return Err(sqlx::Error::Configuration(
                "the rows are of another version of this program".into(),
            ));
        }
        if !is_empty(&mut tx).await? {
            return Err(sqlx::Error::Configuration("the database is not empty".into()));
        }
        let guards = Guards::take_off(&mut tx, &tables, Off::InThisWrite).await?;
        for (table, columns) in &tables {
            let clear = format!("DELETE FROM {table}");
            sqlx::query(AssertSqlSafe(clear)).execute(&mut *tx).await?;
            let insert = insertion(table, columns, self.kind);
            for line in rows(table)? {
                let values: Vec<Option<String>> = super::read_json(&line?, "a line of a backup")?;
                let mut insert = sqlx::query(AssertSqlSafe(insert.clone()));
                for value in values {
                    insert = insert.bind(value);
                }
                insert.execute(&mut *tx).await?;
            }
        }
        guards.put_on(&mut tx).await?;
        tx.commit().await
    }
}

/// Begins a transaction that sees all as it is at its first question.
pub(super) fn at_one_moment(kind: Kind) -> &'static str {
    match kind {
        Kind::Sqlite => "BEGIN",
        Kind::Postgres => "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY",
    }
}

pub(super) async fn is_empty(tx: &mut AnyConnection) -> sqlx::Result<bool> {
    let many: i64 = sqlx::query_scalar(
        "SELECT (SELECT count(*) FROM accounts WHERE confirmed_at > 0)
              + (SELECT count(*) FROM services)
              + (SELECT count(*) FROM places) + (SELECT count(*) FROM audit)
              + (SELECT count(*) FROM deliveries)",
    )
    .fetch_one(tx)
    .await?;
    Ok(many == 0)
}

pub(super) async fn read_table(
    tx: &mut AnyConnection,
    table: &str,
    columns: &Columns,
    lines: &mut impl Lines,
) -> sqlx::Result<Sum> {
    let sql = selection(table, columns, Kind::of(tx));
    let (mut rows, mut sum) = (0, Sha256::new());
    let mut found = sqlx::query(AssertSqlSafe(sql)).fetch(tx);
    while let Some(row) = found.try_next().await? {
        let values: Vec<Option<String>> = (0..columns.len()).map(|nth| row.get(nth)).collect();
        let line = super::json(&values)?;
        lines.take(table, &line)?;
        sum.update(line.as_bytes());
        sum.update(b"\n");
        rows += 1;
    }
    Ok(Sum { rows, sha256: hex::encode(sum.finalize()) })
}

/// All rows of a table as text, in the order of their bytes.
pub(super) fn selection(table: &str, columns: &Columns, kind: Kind) -> String {
    let as_text: Vec<_> = columns.iter().map(|(name, _)| format!("CAST({name} AS TEXT)")).collect();
    let by_bytes = if kind == Kind::Postgres { " COLLATE \"C\" NULLS FIRST" } else { "" };
    let order: Vec<_> = as_text.iter().map(|column| format!("{column}{by_bytes}")).collect();
    format!("SELECT {} FROM {table} ORDER BY {}", as_text.join(", "), order.join(", "))
}

pub(super) fn insertion(table: &str, columns: &Columns, kind: Kind) -> String {
    let names: Vec<_> = columns.iter().map(|(name, _)| name.as_str()).collect();
    let values: Vec<_> = columns
        .iter()
        .enumerate()
        .map(|(nth, (_, of))| {
            // SQLite keeps a number by the column's own rule; PostgreSQL wants to be told.
            let of = if kind == Kind::Sqlite { "TEXT" } else { of.as_str() };
            format!("CAST(${} AS {of})", nth + 1)
        })
        .collect();
    format!("INSERT INTO {table} ({}) VALUES ({})", names.join(", "), values.join(", "))
}

/// For how long what guards the tables is out of the way.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Off {
    /// It stands again when this write ends.
    InThisWrite,
    /// A later write puts it on again.
    UntilLater,
}

/// The rules that guard tables row by row, which hold for changes and not for a copy.
pub(super) struct Guards {
    /// What puts them on again.
    pub put_on: Vec<String>,
}

impl Guards {
    pub(super) async fn take_off(
        tx: &mut AnyConnection,
        tables: &BTreeMap<String, Columns>,
        off: Off,
    ) -> sqlx::Result<Self> {
        let (take_off, put_on) = match Kind::of(tx) {
            Kind::Sqlite => {
                let triggers: Vec<(String, String)> =
                    sqlx::query_as("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'")
                        .fetch_all(&mut *tx)
                        .await?;
                let mut take_off = vec!["PRAGMA defer_foreign_keys = ON".to_owned()];
                take_off.extend(triggers.iter().map(|(name, _)| format!("DROP TRIGGER {name}")));
                (take_off, triggers.into_iter().map(|(_, sql)| sql).collect())
            }
            Kind::Postgres => {
                let references: Vec<(String, String, String)> = sqlx::query_as(
                    "SELECT CAST(conrelid::regclass AS TEXT) AS in_table,
                       CAST(conname AS TEXT) AS name, pg_get_constraintdef(oid) AS says
                     FROM pg_constraint WHERE contype = 'f'
                       AND connamespace = current_schema()::regnamespace",
                )
                .fetch_all(&mut *tx)
                .await?;
                let mut take_off = Vec::new();
                let mut put_on = vec!["SET CONSTRAINTS ALL IMMEDIATE".to_owned()];
                for (table, name, says) in &references {
                    let change = format!("ALTER TABLE {table}");
                    let (without, with) = match off {
                        Off::InThisWrite => (
                            format!("ALTER CONSTRAINT {name} DEFERRABLE INITIALLY DEFERRED"),
                            format!("ALTER CONSTRAINT {name} NOT DEFERRABLE"),
                        ),
                        // Each commit would look for rows that a later one puts in.
                        Off::UntilLater => (
                            format!("DROP CONSTRAINT {name}"),
                            format!("ADD CONSTRAINT {name} {says}"),
                        ),
                    };
                    take_off.push(format!("{change} {without}"));
                    put_on.push(format!("{change} {with}"));
                }
                for table in tables.keys() {
                    take_off.push(format!("ALTER TABLE {table} DISABLE TRIGGER USER"));
                    put_on.push(format!("ALTER TABLE {table} ENABLE TRIGGER USER"));
                }
                (take_off, put_on)
            }
        };
        for statement in take_off {
            sqlx::query(AssertSqlSafe(statement)).execute(&mut *tx).await?;
        }
        Ok(Self { put_on })
    }

    pub(super) async fn put_on(self, tx: &mut AnyConnection) -> sqlx::Result<()> {
        for statement in self.put_on {
            sqlx::query(AssertSqlSafe(statement)).execute(&mut *tx).await?;
        }
        Ok(())
    }
}
