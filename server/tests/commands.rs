//! The commands of the real program, where they say no or only look.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

use std::io::{Read as _, Write as _};
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
    String::from_utf8_lossy(&[output.stdout.as_slice(), output.stderr.as_slice()].concat())
        .into_owned()
}

#[test]
fn check_config_only_looks() {
    let folder = tempfile::tempdir().unwrap();
    let checked = alongside(folder.path(), &["check-config"]);
    assert!(
        checked.status.success() && said(&checked).contains("There is no database yet"),
        "{}",
        said(&checked)
    );
    assert!(!folder.path().join("data/alongside.db").exists(), "it made no database");
    assert!(alongside(folder.path(), &["migrate"]).status.success());
    let checked = alongside(folder.path(), &["check-config"]);
    assert!(
        checked.status.success() && said(&checked).contains("up to date"),
        "{}",
        said(&checked)
    );
}

#[test]
fn check_config_says_what_a_database_on_another_machine_must_do() {
    let folder = tempfile::tempdir().unwrap();
    let server = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    // Any address of this machine, which is none that can only be this machine's.
    let url = format!("postgres://me@0.0.0.0:{}/area", server.local_addr().unwrap().port());
    // It encrypts nothing.
    let answers = std::thread::spawn(move || {
        let (mut caller, _) = server.accept().unwrap();
        caller.read_exact(&mut [0; 8]).unwrap();
        caller.write_all(b"N").unwrap();
    });
    let checked = Command::new(env!("CARGO_BIN_EXE_alongside"))
        .arg("check-config")
        .current_dir(folder.path())
        .env_remove("PGSSLMODE")
        .env("DATABASE_URL", url)
        .output()
        .unwrap();
    answers.join().unwrap();
    assert!(
        !checked.status.success() && said(&checked).contains("On another machine it must encrypt"),
        "{}",
        said(&checked)
    );
}

#[test]
fn check_config_says_what_dns_must_hold_and_sends_a_test_email() {
    let folder = tempfile::tempdir().unwrap();
    for words in
        [&["check-config", "--mail"][..], &["check-config", "--mail", "parent@example.org"]]
    {
        let checked = alongside(folder.path(), words);
        let to = words.get(2).unwrap_or(&"alongside@example.org");
        let handed_over = format!("A test email to {to} has been sent");
        assert!(
            checked.status.success() && said(&checked).contains(&handed_over),
            "{}",
            said(&checked)
        );
        assert!(
            said(&checked).contains("_dmarc.example.org TXT")
                && said(&checked).contains("Set DKIM_KEY"),
            "{}",
            said(&checked)
        );
    }
    assert_eq!(std::fs::read_dir(folder.path().join("data/mail")).unwrap().count(), 2);
}

#[test]
fn the_demonstration_does_not_move_into_another_area() {
    let folder = tempfile::tempdir().unwrap();
    assert!(alongside(folder.path(), &["migrate"]).status.success());
    let runtime = tokio::runtime::Runtime::new().unwrap();
    runtime.block_on(async {
        let db = ground::db::Db::open(&format!(
            "sqlite://{}/data/alongside.db",
            folder.path().display()
        ))
        .await
        .unwrap();
        let added = db.write(|tx| {
            Box::pin(
                async move { area::store::add(tx, area::What::Place, "Elsewhere", None).await },
            )
        });
        added.await.unwrap();
        db.close().await;
    });
    let refused = alongside(folder.path(), &["serve", "--demo"]);
    assert!(
        !refused.status.success() && said(&refused).contains("this one has another area in it"),
        "{}",
        said(&refused)
    );
    assert!(!said(&refused).contains("alongside-demo"), "no sign-ins are shown");
}

/// Ballots of 30 topics by 2,000 voters in three places of unlike size. `recount/make_election.py`
/// wrote them, and `recount/reference.py`, which counts with Python's fractions, gave the lists
/// that are expected here.
const ELECTION: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/recount/election-30-2000.csv");

#[test]
fn a_recount_gives_what_a_program_in_another_language_counts() {
    let folder = tempfile::tempdir().unwrap();
    let recounted = |words: &[&str]| {
        let output =
            alongside(folder.path(), &[&["recount", ELECTION, "--topics", "30"], words].concat());
        assert!(output.status.success(), "{}", said(&output));
        said(&output).lines().collect::<Vec<_>>().join(" ")
    };
    assert_eq!(recounted(&["--seats", "5"]), "1 11 12 2 20");
    assert_eq!(recounted(&["--seats", "8"]), "1 11 2 12 20 4 3 21");
    assert_eq!(recounted(&["--seats", "12"]), "1 11 2 12 3 4 20 21 5 13 6 7");
    assert_eq!(recounted(&["--seats", "8", "--method", "count"]), "1 11 2 12 3 4 5 6");
    assert_eq!(recounted(&["--seats", "0"]), "");
    assert!(recounted(&["--seats", "5", "--explain"]).starts_with("1: "));
    assert!(!folder.path().join("data").exists(), "it needs no database");
}

#[test]
fn a_recount_of_a_bad_file_names_the_line_and_the_fault() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("ballots.csv");
    for (text, fault) in [
        ("voter,topics\n1,1;2\n2,31\n", "line 3: topic 31 is not one of the 30 topics"),
        ("name,choice\n", "line 1: the first line should be: voter,topics"),
        ("voter,topics\n1,buses\n", "line 2: there is no topic ‘buses’: use its number"),
        ("voter,topics\n1,2\n1,3\n", "line 3: voter 1 appears twice"),
    ] {
        std::fs::write(&file, text).unwrap();
        let refused =
            alongside(folder.path(), &["recount", "ballots.csv", "--seats", "3", "--topics", "30"]);
        assert!(!refused.status.success() && said(&refused).contains(fault), "{}", said(&refused));
    }
    let missing = alongside(folder.path(), &["recount", "nothing.csv", "--seats", "3"]);
    assert!(!missing.status.success() && said(&missing).contains("nothing.csv cannot be read"));
}

#[test]
fn the_audit_log_is_checked_by_a_command() {
    let folder = tempfile::tempdir().unwrap();
    let checked = alongside(folder.path(), &["audit-check"]);
    assert!(
        !checked.status.success() && said(&checked).contains("There is no database"),
        "{}",
        said(&checked)
    );
    assert!(alongside(folder.path(), &["migrate"]).status.success());
    let checked = alongside(folder.path(), &["audit-check"]);
    assert!(
        checked.status.success() && said(&checked).contains("is intact: 0 entries"),
        "{}",
        said(&checked)
    );
    let (other, none) = ("ab".repeat(32), "0".repeat(64));
    assert!(alongside(folder.path(), &["audit-check", "--head", &none]).status.success());
    assert!(
        said(&alongside(folder.path(), &["audit-check", "--head", &other])).contains("rewritten")
    );
    assert!(
        said(&alongside(folder.path(), &["audit-check", "--head", "abc"]))
            .contains("64 hexadecimal digits")
    );
}

/// Fills the database in this folder with the demonstration area, two days ago.
fn demonstration(folder: &Path) -> String {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    runtime.block_on(async {
        std::fs::create_dir_all(folder.join("data")).unwrap();
        let db = ground::db::Db::open(&format!("sqlite://{}/data/alongside.db", folder.display()))
            .await
            .unwrap();
        db.migrate().await.unwrap();
        let names = ground::house::Names {
            area: "Sefton".into(),
            forum: "Sefton Parent Carer Forum".into(),
            public_url: "http://alongside.example.org".into(),
            program: None,
            demonstration: true,
        };
        let now = calendar::clock::Clock::system().now() - 2 * calendar::clock::DAY;
        let house = ground::house::House::new(
            db.clone(),
            ground::files::Files::in_memory(),
            calendar::clock::Clock::by_hand(now),
            names,
        );
        assert!(server::demonstration::fill(&house).await.unwrap());
        db.close().await;
        calendar::clock::fields(now).0
    })
}

#[test]
fn an_evidence_pack_is_made_and_checked_by_a_command_and_is_the_same_twice() {
    let folder = tempfile::tempdir().unwrap();
    let run = |words: &[&str]| alongside(folder.path(), &[&["evidence-pack"], words].concat());
    let none = run(&["--as-of", "2026-01-01", "--out", "none"]);
    assert!(
        !none.status.success() && said(&none).contains("There is no database"),
        "{}",
        said(&none)
    );
    let day = demonstration(folder.path());
    let made = run(&["--as-of", &day, "--out", "first"]);
    assert!(made.status.success() && said(&made).contains("Its hash is"), "{}", said(&made));
    assert!(run(&["--as-of", &day, "--out", "second"]).status.success());
    let bytes = |name: &str| std::fs::read(folder.path().join(name)).unwrap();
    assert_eq!(bytes("first.zip"), bytes("second.zip"));
    assert_eq!(bytes("first/record.json"), bytes("second/record.json"));
    let checked = run(&["--verify", "first"]);
    assert!(
        checked.status.success() && said(&checked).contains("as it was made"),
        "{}",
        said(&checked)
    );
    std::fs::write(folder.path().join("first/plans.csv"), "nothing").unwrap();
    let checked = run(&["--verify", "first"]);
    assert!(
        !checked.status.success() && said(&checked).contains("plans.csv was changed"),
        "{}",
        said(&checked)
    );
    for (words, why) in [
        (&["--as-of", &day, "--out", "second"][..], "second is not empty"),
        (&["--as-of", "2099-01-01", "--out", "new"], "in the future"),
        (&["--as-of", "2001-01-01", "--out", "new"], "Nothing had happened by then"),
        (&["--as-of", "1 December", "--out", "new"], "Enter a day like 2026-12-01"),
        (&["--as-of", &day], "--out"),
        (&["--verify", "nowhere"], "cannot be read"),
    ] {
        let refused = run(words);
        assert!(!refused.status.success() && said(&refused).contains(why), "{}", said(&refused));
    }
    assert!(!folder.path().join("new").exists(), "nothing is made where nothing can be");
}

/// Runs a command of the real program and kills it after `milliseconds`; whether it was still
/// running then.
fn killed(folder: &Path, words: &[&str], milliseconds: u64) -> bool {
    let mut child = Command::new(env!("CARGO_BIN_EXE_alongside"))
        .args(words)
        .current_dir(folder)
        .env_remove("DATABASE_URL")
        .env("RUST_LOG", "off")
        .stdout(std::process::Stdio::null())
        .stderr(std::process::Stdio::null())
        .spawn()
        .unwrap();
    std::thread::sleep(std::time::Duration::from_millis(milliseconds));
    let was_running = child.try_wait().unwrap().is_none();
    child.kill().unwrap();
    child.wait().unwrap();
    was_running
}

#[test]
fn a_copy_that_is_killed_at_any_moment_is_made_by_the_same_command_again() {
    let folder = tempfile::tempdir().unwrap();
    demonstration(folder.path());
    let mut stopped = 0;
    for (nth, milliseconds) in [20, 80, 150, 250, 400, 700, 1_100].into_iter().enumerate() {
        let url = format!("sqlite://data/copy-{nth}.db");
        let copy = ["copy-to", url.as_str()];
        stopped += usize::from(killed(folder.path(), &copy, milliseconds));
        let again = alongside(folder.path(), &copy);
        let is_whole =
            again.status.success() && said(&again).contains("both databases are the same");
        // What was killed after its last write was whole already, and is not written over.
        assert!(is_whole || said(&again).contains("not empty"), "{nth}: {}", said(&again));
    }
    assert!(stopped >= 3, "only {stopped} were killed before they were done");
}

#[test]
fn a_backup_and_a_restore_that_are_killed_at_any_moment_are_made_by_the_same_command_again() {
    let folder = tempfile::tempdir().unwrap();
    demonstration(folder.path());
    let mut stopped = 0;
    for milliseconds in [20, 80, 150, 250, 400] {
        stopped += usize::from(killed(folder.path(), &["backup", "backups"], milliseconds));
        let made = alongside(folder.path(), &["backup", "backups"]);
        assert!(made.status.success(), "{}", said(&made));
        let checked = alongside(folder.path(), &["backup-check", "backups"]);
        assert!(checked.status.success(), "{}", said(&checked));
    }
    for milliseconds in [20, 80, 150, 250, 400, 700] {
        let new = tempfile::tempdir().unwrap();
        let backups = folder.path().join("backups").display().to_string();
        let restore = ["restore", backups.as_str()];
        stopped += usize::from(killed(new.path(), &restore, milliseconds));
        let again = alongside(new.path(), &restore);
        let is_whole = again.status.success() && said(&again).contains("is restored");
        assert!(is_whole || said(&again).contains("not empty"), "{}", said(&again));
        let checked = alongside(new.path(), &["audit-check"]);
        assert!(checked.status.success(), "{}", said(&checked));
    }
    assert!(stopped >= 4, "only {stopped} were killed before they were done");
}
