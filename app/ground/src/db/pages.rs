//! What PostgreSQL's pages still hold of rows that were erased or changed, and how it is taken out.
//!
//! A row that is erased stays in its page until the page is used again, also after a plain
//! `VACUUM`, which only says that there is room. Only a table that is written anew has none of it.
//! That takes the table away from everyone for a moment, so it is done at night, one small table
//! after the other. What the planner remembers of a column are values of its rows: that is made
//! anew too.

use std::time::Duration;

use sqlx::{AnyConnection, AssertSqlSafe, Executor as _};

use super::{Db, connections, is_of_the_moment};

/// The largest table, with its indexes and all, that is written anew while people use the service:
/// it takes a second or two, and whoever needs it meanwhile waits three.
const LARGEST: i64 = 64 * 1024 * 1024;

/// How a session is told to hold up nobody: whoever comes after it waits for what it waits for.
const HOLDS_UP_NOBODY: [&str; 2] = ["SET lock_timeout = '500ms'", "SET statement_timeout = '5s'"];

/// How often a table that somebody holds is tried, and how long to wait in between.
const TRIES: usize = 3;
const PAUSE: Duration = Duration::from_secs(2);

/// Gives the room of erased rows free, so that it is soon used again. Holds up nobody.
pub(super) async fn clear(db: &Db) -> sqlx::Result<()> {
    let mut connection = db.pools.writers.acquire().await?;
    connection.close_on_drop();
    connections::without_limits(&mut connection).await?;
    let tables: Vec<String> = sqlx::query_scalar(
        "SELECT CAST(relid::regclass AS TEXT) FROM pg_stat_user_tables
         WHERE schemaname = current_schema() AND n_dead_tup > 0 ORDER BY relname",
    )
    .fetch_all(&mut *connection)
    .await?;
    if !tables.is_empty() {
        say(&mut connection, format!("VACUUM (SKIP_LOCKED) {}", tables.join(", "))).await?;
    }
    connection.close().await
}

/// Writes every table anew that is not too large. False when it is not the moment: another process
/// is at it, or somebody still sees what was erased.
pub(super) async fn write_anew(db: &Db) -> sqlx::Result<bool> {
    let mut connection = db.pools.writers.acquire().await?;
    // With it goes the lock, and what it was told.
    connection.close_on_drop();
    let is_free: i32 = sqlx::query_scalar(
        "SELECT CAST(pg_try_advisory_lock(hashtextextended('rewriting', 0)) AS INTEGER)",
    )
    .fetch_one(&mut *connection)
    .await?;
    if is_free == 0 || !nobody_sees_it(&mut connection).await? {
        return Ok(false);
    }
    for setting in HOLDS_UP_NOBODY {
        say(&mut connection, setting.to_owned()).await?;
    }
    let all: Vec<(String, i64)> = sqlx::query_as(
        "SELECT CAST(c.oid::regclass AS TEXT) AS in_table,
           coalesce(pg_total_relation_size(c.oid), 0) AS bytes
         FROM pg_class c
         WHERE c.relkind = 'r' AND c.relnamespace = current_schema()::regnamespace
         ORDER BY c.relname",
    )
    .fetch_all(&mut *connection)
    .await?;
    let (small, large): (Vec<_>, Vec<_>) =
        all.into_iter().partition(|(_, bytes)| *bytes <= LARGEST);
    let mut left: Vec<String> = small.into_iter().map(|(table, _)| table).collect();
    for nth in 0..TRIES {
        if nth > 0 {
            tokio::time::sleep(PAUSE).await;
        }
        left = rewrite(&mut connection, left).await?;
        if left.is_empty() {
            break;
        }
    }
    forget_values(&mut connection).await?;
    left.extend(large.into_iter().map(|(table, _)| table));
    if !left.is_empty() {
        tracing::warn!(
            tables = left.join(", "),
            "what was erased may still be in the pages of large tables, or of some in use"
        );
        connections::without_limits(&mut connection).await?;
        let tables = left.join(", ");
        say(&mut connection, format!("VACUUM (SKIP_LOCKED, ANALYZE) {tables}")).await?;
    }
    connection.close().await?;
    Ok(true)
}

/// Writes these tables anew; gives those that somebody held.
async fn rewrite(connection: &mut AnyConnection, tables: Vec<String>) -> sqlx::Result<Vec<String>> {
    let mut held = Vec::new();
    for table in tables {
        match say(connection, format!("VACUUM (FULL, ANALYZE) {table}")).await {
            Ok(()) => {}
            Err(error) if is_held(&error) => held.push(table),
            Err(error) => return Err(error),
        }
    }
    Ok(held)
}

/// Whether a lock was not to be had, or it took too long.
fn is_held(error: &sqlx::Error) -> bool {
    error.as_database_error().is_some() && is_of_the_moment(error)
}

/// Takes away what the planner remembers of values that are no longer there. Of a table that is
/// empty it goes on remembering what was in it, until a column's type is set, be it to the same.
async fn forget_values(connection: &mut AnyConnection) -> sqlx::Result<()> {
    let columns: Vec<(String, String)> = sqlx::query_as(
        "SELECT CAST(c.oid::regclass AS TEXT) AS in_table,
           CAST(quote_ident(s.attname) AS TEXT) AS name
         FROM pg_stats s JOIN pg_class c
           ON c.relname = s.tablename AND c.relnamespace = current_schema()::regnamespace
         JOIN pg_attribute a ON a.attrelid = c.oid AND a.attname = s.attname
         WHERE s.schemaname = current_schema() AND c.relkind = 'r' AND c.reltuples = 0
           AND a.atttypid = 'text'::regtype
         ORDER BY c.relname, s.attname",
    )
    .fetch_all(&mut *connection)
    .await?;
    for (table, column) in &columns {
        let same = format!("ALTER TABLE {table} ALTER COLUMN {column} TYPE text");
        // A column that a trigger names keeps what is remembered, and so does one that is held.
        if let Err(error) = say(connection, same).await {
            tracing::warn!(%error, table, column, "what the planner remembers could not go");
        }
    }
    // Its own rows are rows, too. Only the owner of the database may; another is told so.
    if nobody_sees_it(connection).await? {
        rewrite(connection, vec!["pg_statistic".to_owned()]).await?;
    }
    Ok(())
}

/// Whether every transaction in this database that has begun by now is over. What one of them still
/// sees is not taken out. The long ones are a backup, a copy, and whoever looks by hand.
async fn nobody_sees_it(connection: &mut AnyConnection) -> sqlx::Result<bool> {
    let now: String = sqlx::query_scalar("SELECT CAST(clock_timestamp() AS TEXT)")
        .fetch_one(&mut *connection)
        .await?;
    for _ in 0..10 {
        let older: i64 = sqlx::query_scalar(
            "SELECT count(*) FROM pg_stat_activity
             WHERE datname = current_database() AND pid <> pg_backend_pid()
               AND xact_start <= CAST($1 AS TIMESTAMPTZ)",
        )
        .bind(&now)
        .fetch_one(&mut *connection)
        .await?;
        if older == 0 {
            return Ok(true);
        }
        tokio::time::sleep(Duration::from_millis(500)).await;
    }
    Ok(false)
}

async fn say(connection: &mut AnyConnection, sql: String) -> sqlx::Result<()> {
    connection.execute(AssertSqlSafe(sql)).await?;
    Ok(())
}
