//! A program that is killed while it brings tables up to itself: whatever it had written by then,
//! the next start finishes, and the tables are those that an undisturbed start makes.

use std::collections::BTreeMap;
use std::path::Path;

use ground::db::{Db, Kind};

use crate::scene::{Control, Hands};
use crate::{program, world};

#[tokio::test(flavor = "multi_thread")]
async fn a_program_that_is_killed_while_it_changes_tables_is_finished_by_the_next() {
    let _turn = crate::ONE_AT_A_TIME.lock().await;
    kill_again_and_again(Kind::Sqlite).await;
    if std::env::var("PGHOST").is_ok() {
        kill_again_and_again(Kind::Postgres).await;
    }
}

/// Kills it at its first write, at its second, and so on, each time on what the one before left;
/// from the first again once a migration came through. By default at some writes only.
async fn kill_again_and_again(kind: Kind) {
    let every = match (std::env::var("CHAOS_ROUNDS"), kind) {
        (Ok(_), Kind::Sqlite) => 1,
        // Each kill takes ten times as long.
        (Ok(_), Kind::Postgres) => 4,
        _ => 25,
    };
    let folder = tempfile::tempdir().unwrap();
    let url = new_area(kind, folder.path()).await;
    let hands = Hands::on(folder.path());
    let (mut kills, mut pending, mut writes) = (0, None, 1);
    loop {
        hands.set(Control::DiesAfter, writes);
        let ended = program::command(folder.path(), &["migrate"])
            .env("DATABASE_URL", &url)
            .envs(hands.settings())
            .output()
            .unwrap();
        if ended.status.success() {
            break;
        }
        assert_eq!(ended.status.code(), None, "{}", String::from_utf8_lossy(&ended.stderr));
        kills += 1;
        let left = still_pending(&url).await;
        let came_through = pending.is_some_and(|before| before != left);
        writes = if came_through { rand::random_range(1..=every) } else { writes + every };
        pending = Some(left);
    }
    assert!(kills > 10, "it was killed only {kills} times");
    println!("{kind:?}: killed {kills} times");

    let undisturbed = tempfile::tempdir().unwrap();
    let other = new_area(kind, undisturbed.path()).await;
    let db = Db::open(&other).await.unwrap();
    db.migrate().await.unwrap();
    db.close().await;
    assert_eq!(tables(&url).await, tables(&other).await);
}

async fn still_pending(url: &str) -> usize {
    let db = Db::open(url).await.unwrap();
    let pending = db.pending().await.unwrap();
    db.close().await;
    pending
}

async fn new_area(kind: Kind, folder: &Path) -> String {
    match kind {
        Kind::Sqlite => format!("sqlite://{}/alongside.db", folder.display()),
        Kind::Postgres => world::new_postgres_database().await,
    }
}

/// Each column, index and trigger, with what it is.
async fn tables(url: &str) -> BTreeMap<String, String> {
    let db = Db::open(url).await.unwrap();
    let sql = match db.kind() {
        Kind::Sqlite => "SELECT type || ' ' || name, coalesce(sql, '') FROM sqlite_master",
        Kind::Postgres => {
            "SELECT table_name || '.' || column_name, data_type || is_nullable
             FROM information_schema.columns WHERE table_schema = 'public'
             UNION ALL SELECT 'index ' || indexname, indexdef FROM pg_indexes
             WHERE schemaname = 'public'
             UNION ALL SELECT 'trigger ' || tgname || tgrelid::regclass, pg_get_triggerdef(oid)
             FROM pg_trigger WHERE NOT tgisinternal"
        }
    };
    let rows: Vec<(String, String)> =
        sqlx::query_as(sql).fetch_all(&mut *db.read().await.unwrap()).await.unwrap();
    db.close().await;
    rows.into_iter().collect()
}
