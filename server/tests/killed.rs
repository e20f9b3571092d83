//! The real program, killed in the middle of its work: no letter is lost, and none is there twice.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

use std::collections::BTreeSet;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use app::db::Db;
use app::deliveries::{Owed, Words, owe};

const LETTERS: usize = 160;

#[tokio::test(flavor = "multi_thread")]
async fn workers_that_are_killed_again_and_again_lose_no_letter() {
    let folder = tempfile::tempdir().unwrap();
    let url = format!("sqlite://{}/alongside.db", folder.path().display());
    let mail = folder.path().join("mail");
    let db = Db::open(&url).await.unwrap();
    db.migrate().await.unwrap();
    let owed = owe_letters(&db).await;

    // Two workers at a time; each pair is killed as soon as it has sent a few more.
    for kills in 1..=6 {
        let mut workers = [work(&url, &mail), work(&url, &mail)];
        while sent(&mail).len() < kills * LETTERS / 8 {
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
        for worker in &mut workers {
            worker.kill().unwrap();
            worker.wait().unwrap();
        }
        // As if the leases of the dead had run out.
        let release = db.write(|tx| {
            Box::pin(async move {
                sqlx::query("UPDATE deliveries SET claimed_until = 0").execute(tx).await?;
                Ok::<_, sqlx::Error>(())
            })
        });
        release.await.unwrap();
    }
    let mut last = work(&url, &mail);
    while left(&db).await > 0 {
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    last.kill().unwrap();
    last.wait().unwrap();

    assert_eq!(sent(&mail), owed, "each letter is there, once, under its own id");
    for id in &owed {
        let text = std::fs::read_to_string(mail.join(format!("{id}.eml"))).unwrap();
        assert!(text.contains(&format!("Message-ID: <{id}@")) && text.trim_end().ends_with("--"), "each is whole");
    }
}

/// A worker of its own process.
fn work(url: &str, mail: &Path) -> Child {
    Command::new(env!("CARGO_BIN_EXE_alongside"))
        .arg("work")
        .env("DATABASE_URL", url)
        .env("MAIL", format!("file:{}", mail.display()))
        .env("RUST_LOG", "off")
        .stdout(Stdio::null())
        .spawn()
        .unwrap()
}

/// Owes the letters; their ids.
async fn owe_letters(db: &Db) -> BTreeSet<String> {
    let now = app::clock::Clock::system().now();
    let owing = db.write(move |tx| {
        Box::pin(async move {
            let words = Words {
                subject: "Hello".into(),
                paragraphs: vec!["A line to read. ".repeat(200)],
                button: None,
                why: "You asked.".into(),
                from: "The forum".into(),
                also: None,
                stop: None,
            };
            for nth in 0..LETTERS {
                let (key, to) = (format!("key {nth}"), format!("parent{nth}@example.org"));
                owe(tx, Owed { dedup_key: &key, kind: "test", account_id: None, to: &to, words: &words, at: now, not_after: None }).await?;
            }
            sqlx::query_scalar("SELECT id FROM deliveries").fetch_all(tx).await
        })
    });
    owing.await.unwrap_or_else(|error: sqlx::Error| panic!("{error}")).into_iter().collect()
}

async fn left(db: &Db) -> i64 {
    sqlx::query_scalar("SELECT count(*) FROM deliveries WHERE sent_at IS NULL").fetch_one(&mut *db.read().await.unwrap()).await.unwrap()
}

/// The ids of the letters in the folder.
fn sent(mail: &Path) -> BTreeSet<String> {
    let Ok(files) = std::fs::read_dir(mail) else { return BTreeSet::new() };
    files.filter_map(|file| Some(file.ok()?.file_name().to_str()?.strip_suffix(".eml")?.to_owned())).collect()
}
