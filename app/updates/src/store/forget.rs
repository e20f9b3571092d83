//! What is left in updates of an account that is erased.

use ground::erasing::{each, let_go};
use ground::ids::{Account, Id, Subscriber, Update};
use sqlx::AnyConnection;

/// Takes an account out of this room. `subscriber_id`: the subscriber that still has its address,
/// who is then the one that was told. Gives the hashes of files that nobody names any more.
///
/// # Errors
/// When the database fails; likewise for every function here.
pub async fn forget(
    tx: &mut AnyConnection,
    account_id: &Id<Account>,
    subscriber_id: Option<&Id<Subscriber>>,
) -> sqlx::Result<Vec<String>> {
    let theirs = [
        "DELETE FROM doubts WHERE account_id = $1",
        "DELETE FROM verdicts_seen WHERE seen_by = $1",
    ];
    each(tx, account_id, &theirs).await?;
    // What was published holds all about its files; these rows only say who can still name them.
    let put_in: Vec<String> =
        sqlx::query_scalar("DELETE FROM evidence_files WHERE put_in_by = $1 RETURNING hash")
            .bind(account_id)
            .fetch_all(&mut *tx)
            .await?;
    let mut unnamed = Vec::new();
    for hash in put_in {
        if !is_named(tx, &hash).await? {
            unnamed.push(hash);
        }
    }
    forget_who_was_told(tx, account_id, subscriber_id).await?;
    let columns =
        [("updates", "begun_by"), ("update_versions", "published_by"), ("verdicts", "given_by")];
    let_go(tx, account_id, &columns).await?;
    Ok(unnamed)
}

/// Whether anything that stays names the file with this hash.
async fn is_named(tx: &mut AnyConnection, hash: &str) -> sqlx::Result<bool> {
    let named: i64 = sqlx::query_scalar(
        "SELECT (SELECT count(*) FROM evidence_files WHERE hash = $1)
              + (SELECT count(*) FROM drafts WHERE file_hash = $1)
              + (SELECT count(*) FROM update_versions WHERE evidence LIKE '%' || $1 || '%')
              + (SELECT count(*) FROM verdicts WHERE evidence LIKE '%' || $1 || '%')
              + (SELECT count(*) FROM area_texts WHERE words LIKE '%' || $1 || '%')",
    )
    .bind(hash)
    .fetch_one(tx)
    .await?;
    Ok(named > 0)
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
