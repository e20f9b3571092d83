//! How SQLite learns how its tables have grown, to choose its indexes by, with nobody waiting long
//! for it.
//!
//! `ANALYZE` reads every page of each index to count what is in it: `analysis_limit` bounds how
//! many of these it compares, and not that. It does so in a write, of which there is one at a time.
//! So each table has a write of its own, and is read through before on a connection that keeps
//! nobody: the write then finds in memory what it would have waited for the disk for.

use sqlx::AssertSqlSafe;

use super::Db;

/// What each connection is told: to compare so many entries of an index and no more. With any limit
/// SQLite keeps no value of a row either, which would stay where the row is erased, and for which
/// each statement would be prepared anew to compare its parameters with it.
pub(super) const LIMIT: &str = "PRAGMA analysis_limit = 400";

/// Looks at what has outgrown what is known of it.
pub(super) async fn look(db: &Db) -> sqlx::Result<()> {
    for analyze in outgrown(db).await? {
        // As `ANALYZE "main"."topics"`.
        let table = analyze.rsplit('"').nth(1).unwrap_or_default();
        read_through(db, table).await?;
        let mut writer = db.pools.writers.acquire().await?;
        sqlx::query(AssertSqlSafe(analyze)).execute(&mut *writer).await?;
    }
    Ok(())
}

/// The statements that look at tables which are ten times as large as when they were looked at, or
/// a tenth, or new.
async fn outgrown(db: &Db) -> sqlx::Result<Vec<String>> {
    let mut writer = db.pools.writers.acquire().await?;
    // Of each table (0x10000), what would be done about it (0x2), said and not done (0x1).
    sqlx::query_scalar("PRAGMA optimize = 0x10003").fetch_all(&mut *writer).await
}

async fn read_through(db: &Db, table: &str) -> sqlx::Result<()> {
    let bytes: i64 = sqlx::query_scalar(
        "SELECT coalesce(sum(s.pgsize), 0) AS bytes FROM sqlite_master m
         JOIN dbstat s ON s.name = m.name AND s.aggregate = TRUE WHERE m.tbl_name = $1",
    )
    .bind(table)
    .fetch_one(&mut *db.pools.of_long_readings().acquire().await?)
    .await?;
    tracing::debug!(table, bytes, "a table has outgrown what is known of it");
    Ok(())
}

#[cfg(test)]
mod tests {
    use sqlx::Executor as _;

    use super::*;

    async fn number(db: &Db, sql: &'static str) -> i64 {
        let mut reader = db.read().await.expect("a connection");
        sqlx::query_scalar(sql).fetch_one(&mut *reader).await.expect("a number")
    }

    #[tokio::test]
    async fn what_has_outgrown_what_is_known_of_it_is_looked_at_within_a_limit_and_no_value_stays()
    {
        let folder = tempfile::tempdir().expect("a folder");
        let url = format!("sqlite://{}/words.db", folder.path().display());
        let db = Db::open(&url).await.expect("a database");
        let mut tx = db.begin().await.expect("a write");
        tx.execute(
            "CREATE TABLE words (said TEXT NOT NULL, by_whom TEXT NOT NULL);
             CREATE INDEX words_by_whom ON words (by_whom);
             CREATE TABLE silence (said TEXT PRIMARY KEY);
             WITH RECURSIVE numbers (nth) AS
               (SELECT 1 UNION ALL SELECT nth + 1 FROM numbers WHERE nth < 5000)
             INSERT INTO words (said, by_whom) SELECT nth, nth % 50 FROM numbers",
        )
        .await
        .expect("tables");
        tx.commit().await.expect("they are kept");

        let mut writer = db.pools.writers.acquire().await.expect("the writer");
        let limit: i64 = sqlx::query_scalar("SELECT analysis_limit FROM pragma_analysis_limit")
            .fetch_one(&mut *writer)
            .await
            .expect("a limit");
        assert_eq!(limit, 400);
        drop(writer);

        assert_eq!(outgrown(&db).await.expect("statements"), [r#"ANALYZE "main"."words""#]);
        db.look_at_growth().await.expect("it looks");
        let known = "SELECT count(*) FROM sqlite_stat1 WHERE idx = 'words_by_whom'
            AND stat LIKE '5000 %'";
        assert_eq!(number(&db, known).await, 1);
        let values = "SELECT count(*) FROM sqlite_master WHERE name = 'sqlite_stat4'";
        if number(&db, values).await == 1 {
            assert_eq!(number(&db, "SELECT count(*) FROM sqlite_stat4").await, 0);
        }
        assert!(outgrown(&db).await.expect("statements").is_empty(), "until it grows tenfold");
    }
}
