//! What is left in updates of an account that is erased.

use ground::db::Db;
use ground::erasing::{NOBODY, each, let_go};
use ground::files;
use ground::ids::{Account, Id, Subscriber, Update};
use sqlx::{AnyConnection, AssertSqlSafe, Row as _};

/// Takes an account out of this room. `subscriber_id`: the subscriber that still has its address,
/// who is then the one that was told. Its files stay until [`unclaimed_files`] are taken away.
///
/// # Errors
/// When the database fails; likewise for every function here.
pub async fn forget(
    tx: &mut AnyConnection,
    account_id: &Id<Account>,
    subscriber_id: Option<&Id<Subscriber>>,
) -> sqlx::Result<()> {
    let theirs = [
        "DELETE FROM doubts WHERE account_id = $1",
        "DELETE FROM verdicts_seen WHERE seen_by = $1",
    ];
    each(tx, account_id, &theirs).await?;
    // What was published holds all about its files; these rows only say who can still name them.
    // Those that are nobody's say which files are still there.
    sqlx::query(
        "UPDATE evidence_files SET put_in_by = $2, name = '' WHERE put_in_by = $1
         AND NOT EXISTS (SELECT 1 FROM evidence_files o
           WHERE o.put_in_by = $2 AND o.hash = evidence_files.hash)",
    )
    .bind(account_id)
    .bind(NOBODY)
    .execute(&mut *tx)
    .await?;
    each(tx, account_id, &["DELETE FROM evidence_files WHERE put_in_by = $1"]).await?;
    forget_who_was_told(tx, account_id, subscriber_id).await?;
    let columns =
        [("updates", "begun_by"), ("update_versions", "published_by"), ("verdicts", "given_by")];
    let_go(tx, account_id, &columns).await
}

/// Files that accounts left which are erased, by their hashes: with each, whether anything that
/// stays names it.
pub async fn unclaimed_files(db: &Db) -> sqlx::Result<Vec<(String, bool)>> {
    let sql = format!(
        "SELECT f.hash,
           (SELECT count(*) FROM evidence_files o WHERE o.hash = f.hash AND o.put_in_by <> $1)
           + {} AS named
         FROM evidence_files f WHERE f.put_in_by = $1 ORDER BY f.id LIMIT 1000",
        files::rows_that_name("f.hash", Some("evidence_files"))
    );
    let files =
        sqlx::query(AssertSqlSafe(sql)).bind(NOBODY).fetch_all(&mut *db.read().await?).await?;
    Ok(files.iter().map(|row| (row.get("hash"), row.get::<i64, _>("named") > 0)).collect())
}

/// Notes that a file which somebody left is gone, or is others' now.
pub async fn let_go_of_file(db: &Db, hash: &str) -> sqlx::Result<()> {
    let mut tx = db.begin().await?;
    sqlx::query("DELETE FROM evidence_files WHERE put_in_by = $1 AND hash = $2")
        .bind(NOBODY)
        .bind(hash)
        .execute(&mut *tx)
        .await?;
    tx.commit().await
}

/// That somebody was told stays. Whoever still gets emails at the same address is not told again;
/// else nobody knows who it was.
async fn forget_who_was_told(
    tx: &mut AnyConnection,
    account_id: &Id<Account>,
    subscriber_id: Option<&Id<Subscriber>>,
) -> sqlx::Result<()> {
    let told: Vec<(Id<Update>, i64)> =
        sqlx::query_as("SELECT update_id, version FROM update_letters WHERE person = $1")
            .bind(account_id)
            .fetch_all(&mut *tx)
            .await?;
    for (update_id, version) in told {
        let free = sqlx::query(
            "UPDATE update_letters SET person = $4 WHERE update_id = $1 AND version = $2
             AND person = $3 AND NOT EXISTS (SELECT 1 FROM update_letters o
               WHERE o.update_id = $1 AND o.version = $2 AND o.person = $4)",
        );
        let person = subscriber_id.map_or_else(id::random, ToString::to_string);
        let changed = free
            .bind(&update_id)
            .bind(version)
            .bind(account_id)
            .bind(person)
            .execute(&mut *tx)
            .await?;
        if changed.rows_affected() == 0 {
            sqlx::query(
                "UPDATE update_letters SET person = $4 WHERE update_id = $1 AND version = $2
                 AND person = $3",
            )
            .bind(&update_id)
            .bind(version)
            .bind(account_id)
            .bind(id::random())
            .execute(&mut *tx)
            .await?;
        }
    }
    Ok(())
}
