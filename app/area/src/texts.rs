//! What an administrator wrote about the area and its forum, by name.

use std::collections::HashMap;

use calendar::clock::Moment;
use ground::audit::{self, Entry};
use ground::db::Db;
use ground::error::Error;
use ground::house::House;
use ground::viewer::Viewer;
use sqlx::AnyConnection;

/// All that was written. What was never written is not in it.
///
/// # Errors
/// When the database fails; likewise for every function here.
pub async fn all(db: &Db) -> sqlx::Result<HashMap<String, String>> {
    let rows: Vec<(String, String)> = sqlx::query_as("SELECT name, words FROM area_texts")
        .fetch_all(&mut *db.read().await?)
        .await?;
    Ok(rows.into_iter().collect())
}

/// One of them; `None` when it was never written.
pub async fn find(db: &Db, name: &str) -> sqlx::Result<Option<String>> {
    sqlx::query_scalar("SELECT words FROM area_texts WHERE name = $1")
        .bind(name)
        .fetch_optional(&mut *db.read().await?)
        .await
}

/// Saves what an administrator wrote, with an entry in the audit log; `what` is that entry's verb
/// and object.
///
/// # Errors
/// When the database fails, or nobody is signed in.
pub async fn save_by(
    house: &House,
    viewer: &Viewer,
    texts: &[(&str, &str)],
    what: &str,
) -> Result<(), Error> {
    let (now, by) = (house.clock.now(), &viewer.signed_in()?.account_id);
    let mut tx = house.db.begin().await?;
    save(&mut tx, texts, now).await?;
    let entry = Entry { at: now, who: Some(by), what, about: "", detail: "" };
    audit::note(&mut tx, entry).await?;
    Ok(tx.commit().await?)
}

/// Saves these, (name, words), in one statement. What is not among them stays as it is.
pub async fn save(tx: &mut AnyConnection, texts: &[(&str, &str)], now: Moment) -> sqlx::Result<()> {
    if texts.is_empty() {
        return Ok(());
    }
    let rows = (0..texts.len())
        .map(|nth| format!("(${}, ${}, CAST($1 AS BIGINT))", nth * 2 + 2, nth * 2 + 3))
        .collect::<Vec<_>>()
        .join(", ");
    let sql = format!(
        "INSERT INTO area_texts (name, words, changed_at) VALUES {rows}
         ON CONFLICT (name) DO UPDATE
           SET words = excluded.words, changed_at = excluded.changed_at"
    );
    let mut saved = sqlx::query(sqlx::AssertSqlSafe(sql)).bind(now);
    for (name, words) in texts {
        saved = saved.bind(*name).bind(*words);
    }
    saved.execute(tx).await?;
    Ok(())
}
