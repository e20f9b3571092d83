//! The commands of the real program, where they say no or only look.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

use std::path::Path;
use std::process::{Command, Output};

fn alongside(folder: &Path, words: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_alongside"))
        .args(words)
        .current_dir(folder)
        .env_remove("DATABASE_URL")
        .env("RUST_LOG", "off")
        .env("LISTEN", "127.0.0.1:0")
        .output()
        .unwrap()
}

fn said(output: &Output) -> String {
    String::from_utf8_lossy(&[output.stdout.as_slice(), output.stderr.as_slice()].concat()).into_owned()
}

#[test]
fn check_config_only_looks() {
    let folder = tempfile::tempdir().unwrap();
    let checked = alongside(folder.path(), &["check-config"]);
    assert!(checked.status.success() && said(&checked).contains("There is no database yet"), "{}", said(&checked));
    assert!(!folder.path().join("data/alongside.db").exists(), "it made no database");
    assert!(alongside(folder.path(), &["migrate"]).status.success());
    let checked = alongside(folder.path(), &["check-config"]);
    assert!(checked.status.success() && said(&checked).contains("up to date"), "{}", said(&checked));
}

#[test]
fn the_demonstration_does_not_move_into_another_area() {
    let folder = tempfile::tempdir().unwrap();
    assert!(alongside(folder.path(), &["migrate"]).status.success());
    let runtime = tokio::runtime::Runtime::new().unwrap();
    runtime.block_on(async {
        let db = app::db::Db::open(&format!("sqlite://{}/data/alongside.db", folder.path().display())).await.unwrap();
        let added = db.write(|tx| Box::pin(async move { app::area::store::add(tx, app::area::What::Place, "Elsewhere", None).await }));
        added.await.unwrap();
        db.close().await;
    });
    let refused = alongside(folder.path(), &["serve", "--demo"]);
    assert!(!refused.status.success() && said(&refused).contains("this one holds another area"), "{}", said(&refused));
    assert!(!said(&refused).contains("alongside-demo"), "no sign-ins are shown");
}
