//! The commands of the real program, where they say no or only look.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]
#![allow(dead_code, reason = "the world is made for the tests of the rooms")]

mod program;
#[path = "rooms/world.rs"]
mod world;

use std::collections::BTreeMap;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::path::Path;
use std::process::{Command, Output, Stdio};

use calendar::clock::{Clock, DAY, HOUR, Moment};
use ground::audit::{self, Entry};
use ground::db::tables::Sum;
use ground::db::{Db, Kind};
use ground::files::Files;

fn alongside(folder: &Path, words: &[&str]) -> Output {
    command(folder, words).output().unwrap()
}

/// The program with these words, on the database in this folder.
fn command(folder: &Path, words: &[&str]) -> Command {
    let mut command = program::command(folder, words);
    command.env("RUST_LOG", "off").env("LISTEN", "127.0.0.1:0");
    command
}

fn said(output: &Output) -> String {
    String::from_utf8_lossy(&[output.stdout.as_slice(), output.stderr.as_slice()].concat())
        .into_owned()
}

#[test]
fn what_is_set_where_the_tests_run_does_not_reach_the_program() {
    let place = tempfile::tempdir().unwrap();
    std::fs::write(place.path().join(".env"), "MAIL=nowhere").unwrap();
    let folder = place.path().join("area");
    std::fs::create_dir(&folder).unwrap();
    let checked = alongside(&folder, &["check-config"]);
    assert!(checked.status.success(), "{}", said(&checked));
    // The tests themselves have more: what cargo says to them.
    let listed = said(&program::apart("env", &folder).output().unwrap());
    let names: Vec<_> = listed.lines().filter_map(|line| Some(line.split_once('=')?.0)).collect();
    assert!(names.contains(&"PATH"), "{names:?}");
    assert!(names.iter().all(|name| program::NEEDED.contains(name)), "{names:?}");
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
fn check_config_refuses_what_would_only_fail_later() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("taken"), "a file").unwrap();
    for (name, value, why) in [
        ("FILES", "file:taken/files", "FILES: the folder taken/files cannot be made"),
        ("PUBLIC_URL", "http://alongside.example.org", "must begin with https://"),
        ("PUBLIC_URL", "http://0.0.0.0:3000", "must begin with https://"),
        ("MAIL_FORM", "forum@example.org", "MAIL_FORM in the environment (do you mean MAIL_FROM?)"),
        ("DATABASE_URL", "sqlite://taken", "taken is not a database"),
    ] {
        let checked = command(folder.path(), &["check-config"]).env(name, value).output().unwrap();
        let said = said(&checked);
        assert!(!checked.status.success() && said.contains(why), "{name}={value}: {said}");
    }
    let here = command(folder.path(), &["check-config"])
        .env("PUBLIC_URL", "http://localhost:3000")
        .env("FILES", "file:a/b/files")
        .output()
        .unwrap();
    assert!(here.status.success(), "{}", said(&here));
    assert!(!folder.path().join("a").exists(), "what was tried is taken away again");
}

#[test]
fn check_config_refuses_a_name_in_the_file_that_nobody_reads() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("alongside.env");
    std::fs::write(&file, "FORUM_NAMES=Sefton\nAWS_REGION=eu-west-2\n").unwrap();
    let words = ["check-config", "--settings", file.to_str().unwrap()];
    let checked = alongside(folder.path(), &words);
    assert!(
        !checked.status.success() && said(&checked).contains("FORUM_NAMES in"),
        "{}",
        said(&checked)
    );
    assert!(!said(&checked).contains("AWS_REGION"), "a library reads it");
}

#[test]
fn a_start_on_a_file_that_is_no_database_is_refused_and_leaves_it_as_it_is() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("letter.db");
    std::fs::write(&file, "Dear council,").unwrap();
    let refused = command(folder.path(), &["serve"])
        .env("DATABASE_URL", format!("sqlite://{}", file.display()))
        .output()
        .unwrap();
    assert!(
        !refused.status.success() && said(&refused).contains("is not a database"),
        "{}",
        said(&refused)
    );
    assert_eq!(std::fs::read_to_string(&file).unwrap(), "Dear council,");
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
    let checked = program::command(folder.path(), &["check-config"])
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
    // From its first administrator on it is somebody's.
    let begun: [fn(&Path); 2] = [
        |folder| adds_a_place(&url_in(folder)),
        |folder| {
            let invited = ["invite", "boss@example.net", "--role", "admin"];
            assert!(alongside(folder, &invited).status.success());
        },
    ];
    for begin in begun {
        let folder = tempfile::tempdir().unwrap();
        assert!(alongside(folder.path(), &["migrate"]).status.success());
        begin(folder.path());
        let refused = alongside(folder.path(), &["serve", "--demo"]);
        assert!(
            !refused.status.success() && said(&refused).contains("this one has another area in it"),
            "{}",
            said(&refused)
        );
        assert!(!said(&refused).contains("alongside-demo"), "no sign-ins are shown");
    }
}

#[test]
fn only_the_demonstration_has_a_clock_that_is_moved_and_only_by_days_that_make_sense() {
    let folder = tempfile::tempdir().unwrap();
    let moved = |words: &[&str]| alongside(folder.path(), &[&["serve"], words].concat());
    for (words, why) in [
        (&["--days-ahead", "33"][..], "Add --demo"),
        (&["--demo", "--no-work", "--days-ahead", "33"], "does not go with --no-work"),
        (&["--demo", "--days-ahead", "0"], "a whole number of days, from 1 to 400"),
        (&["--demo", "--days-ahead", "-3"], "a whole number of days, from 1 to 400"),
        (&["--demo", "--days-ahead", "401"], "a whole number of days, from 1 to 400"),
        (&["--demo", "--days-ahead", "soon"], "a whole number of days, from 1 to 400"),
    ] {
        let refused = moved(words);
        assert!(!refused.status.success() && said(&refused).contains(why), "{}", said(&refused));
    }
    assert!(!folder.path().join("data/alongside.db").exists(), "nothing was made");
    let help = said(&moved(&["--help"]));
    assert!(help.contains("--days-ahead <DAYS>") && help.contains("1 to 400"), "{help}");
}

#[test]
fn the_demonstration_is_served_as_it_will_be_and_its_clock_never_goes_back() {
    let folder = tempfile::tempdir().unwrap();
    let (url, began) = (url_in(folder.path()), Clock::system().now());
    let start = |days: &'static str| program::Start {
        url: &url,
        folder: folder.path(),
        first: "",
        after: days,
        settings: Vec::new(),
    };
    let served = program::Program::start(&start("--demo --days-ahead 33"));
    let sign_in = served.get("/sign-in");
    assert!(sign_in.contains("Its clock is 33 days ahead"), "{sign_in}");
    let rounds = served.get("/rounds");
    assert!(!rounds.contains("● Vote until"), "the second round is over: {rounds}");
    assert!(served.stop(), "it stops well");

    let number = |sql: String| -> i64 {
        on(&url, async |db| {
            let mut reader = db.read().await.unwrap();
            sqlx::query_scalar(sqlx::AssertSqlSafe(sql)).fetch_one(&mut *reader).await.unwrap()
        })
    };
    let late = number("SELECT max(counted_at - closes_at) FROM rounds".to_owned());
    assert!((0..=4 * HOUR).contains(&late), "it was counted when it closed: {late}");
    let days = "SELECT count(DISTINCT sent_at / 86400000) FROM deliveries WHERE sent_at > ";
    let days = number(format!("{days}{}", (began + DAY).millis()));
    assert!(days > 1, "emails went out day by day, on {days} days");
    assert!(folder.path().join("mail").read_dir().unwrap().count() > 1);

    for words in [&["serve", "--demo"][..], &["serve", "--demo", "--days-ahead", "20"]] {
        let refused = alongside(folder.path(), words);
        let why = said(&refused);
        assert!(why.contains("has already come to") && why.contains("--days-ahead 33"), "{why}");
    }
    let again = program::Program::start(&start("--demo --days-ahead 34"));
    assert!(again.get("/sign-in").contains("Its clock is 34 days ahead"));
    assert!(again.stop(), "it stops well");
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
    let without = said(&alongside(folder.path(), &["audit-check", "--head", &other]));
    assert!(without.contains("not yet in this copy") && !without.contains("broken"), "{without}");
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
    let mut child =
        command(folder, words).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
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
    let area = sums(&url_in(folder.path()));
    let mut stopped = 0;
    for (nth, milliseconds) in [20, 80, 150, 250, 400, 700, 1_100].into_iter().enumerate() {
        let url = format!("sqlite://data/copy-{nth}.db");
        let copy = ["copy-to", url.as_str()];
        stopped += usize::from(killed(folder.path(), &copy, milliseconds));
        let again = alongside(folder.path(), &copy);
        let is_whole =
            again.status.success() && said(&again).contains("both databases are the same");
        assert!(is_whole, "{nth}: {}", said(&again));
        let copied = format!("sqlite://{}/data/copy-{nth}.db", folder.path().display());
        assert_eq!(sums(&copied), area, "{nth}");
    }
    assert!(stopped >= 3, "only {stopped} were killed before they were done");
}

/// The database that the program makes in this folder.
fn url_in(folder: &Path) -> String {
    format!("sqlite://{}/data/alongside.db", folder.display())
}

/// Does something with this database.
fn on<T>(url: &str, act: impl AsyncFnOnce(&Db) -> T) -> T {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    runtime.block_on(async {
        let db = Db::open(url).await.unwrap();
        let done = act(&db).await;
        db.close().await;
        done
    })
}

/// What is in each table of this database.
fn sums(url: &str) -> BTreeMap<String, Sum> {
    on(url, async |db| db.read_all(&mut ()).await.unwrap())
}

fn holds_half_a_copy(url: &str) -> bool {
    on(url, async |db| db.holds_half_a_copy().await.unwrap())
}

fn adds_a_place(url: &str) {
    on(url, async |db| {
        let mut tx = db.begin().await.unwrap();
        let name = format!("Elsewhere {}", id::fresh());
        area::store::add(&mut tx, area::AreaKind::Place, &name, None).await.unwrap();
        tx.commit().await.unwrap();
    });
}

/// Somebody has done what the audit log keeps: by that one area is told from another.
fn has_done_something(url: &str) {
    on(url, async |db| {
        let mut tx = db.begin().await.unwrap();
        let at = Moment::from_millis(1);
        let entry = Entry { at, who: None, what: "place added", about: "", detail: "" };
        audit::note(&mut tx, entry).await.unwrap();
        tx.commit().await.unwrap();
    });
}

/// A new database of this kind, without tables.
fn new_database(kind: Kind, folder: &Path) -> String {
    match kind {
        Kind::Sqlite => format!("sqlite://{}/{}.db", folder.display(), id::fresh()),
        Kind::Postgres => tokio::runtime::Runtime::new()
            .unwrap()
            .block_on(async { world::new_postgres_database().await }),
    }
}

/// The kinds that an area is copied from and to, here.
fn both_ways() -> Vec<(Kind, Kind)> {
    if std::env::var("PGHOST").is_ok() {
        return vec![(Kind::Sqlite, Kind::Postgres), (Kind::Postgres, Kind::Sqlite)];
    }
    assert!(
        std::env::var("CI").is_err() && std::env::var("REQUIRE_POSTGRES").is_err(),
        "there is no PostgreSQL: run make test"
    );
    vec![(Kind::Sqlite, Kind::Sqlite)]
}

/// The demonstration area in a database of this kind.
fn area_in(kind: Kind, folder: &Path) -> String {
    demonstration(folder);
    match kind {
        Kind::Sqlite => url_in(folder),
        Kind::Postgres => {
            let url = new_database(kind, folder);
            let copied = alongside(folder, &["copy-to", &url]);
            assert!(copied.status.success(), "{}", said(&copied));
            url
        }
    }
}

/// Runs a command on the database at `url`, and kills it once it has said so many lines; those.
fn killed_after(folder: &Path, url: &str, words: &[&str], lines: usize) -> Vec<String> {
    let mut child = command(folder, words)
        .env("DATABASE_URL", url)
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let mut heard = BufReader::new(child.stdout.take().unwrap()).lines();
    let said = heard.by_ref().take(lines).map(Result::unwrap).collect();
    child.kill().unwrap();
    child.wait().unwrap();
    said
}

/// Why `serve` does not begin on this database; nothing when it does.
fn refuses_to_serve(folder: &Path, url: &str) -> String {
    let mut child = command(folder, &["serve"])
        .env("DATABASE_URL", url)
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut said = BufReader::new(child.stdout.take().unwrap()).lines().map(Result::unwrap);
    // Whoever does not begin ends, and says no more.
    let serves = said.any(|line| line.starts_with("Alongside is at"));
    child.kill().unwrap();
    let mut why = String::new();
    child.stderr.take().unwrap().read_to_string(&mut why).unwrap();
    child.wait().unwrap();
    if serves { String::new() } else { why }
}

/// After how many lines a copy is killed, one run after the other.
const MOMENTS: [usize; 12] = [1, 6, 8, 12, 14, 10, 4, 3, 2, 3, 2, 2];

#[test]
fn a_copy_goes_on_where_it_was_killed_a_dozen_times_from_either_database_to_the_other() {
    for (from, to) in both_ways() {
        let folder = tempfile::tempdir().unwrap();
        let url = area_in(from, folder.path());
        signs_up_many(&url);
        let (area, copy) = (sums(&url), new_database(to, folder.path()));
        let words = ["copy-to", copy.as_str()];
        let mut there = Vec::new();
        for (nth, lines) in MOMENTS.into_iter().enumerate() {
            let said = killed_after(folder.path(), &url, &words, lines);
            if !holds_half_a_copy(&copy) {
                break; // This machine took its time to kill it.
            }
            assert_eq!(said.len(), lines, "{nth}: {said:?}");
            let begins = if nth == 0 { "Copying " } else { "Continuing: " };
            assert!(said[0].starts_with(begins), "{nth}: {said:?}");
            there.extend(said[0].strip_prefix("Continuing: ").map(number_in));
            let why = refuses_to_serve(folder.path(), &copy);
            assert!(why.contains("half a copy") && why.contains("copy-to"), "{nth}: {why}");
            assert_eq!(why.trim_end().lines().count(), 1, "{why}");
        }
        assert!(there.len() >= 8, "killed half-way only {} times", there.len());
        assert!(there.is_sorted_by(|one, next| one < next), "none begins anew: {there:?}");

        let last = command(folder.path(), &words).env("DATABASE_URL", &url).output().unwrap();
        assert!(
            last.status.success() && said(&last).contains("both databases are the same"),
            "{}",
            said(&last)
        );
        assert_eq!(sums(&copy), area);
        assert_eq!(sums(&url), area, "nothing was written where it came from");
        assert_eq!(refuses_to_serve(folder.path(), &copy), "");
        let checked =
            command(folder.path(), &["audit-check"]).env("DATABASE_URL", &copy).output().unwrap();
        assert!(checked.status.success(), "{}", said(&checked));
    }
}

/// So many that their table is copied in many lots.
fn signs_up_many(url: &str) {
    on(url, async |db| {
        let mut tx = db.begin().await.unwrap();
        let signed_up = sqlx::query(
            "WITH RECURSIVE n (nth) AS
               (SELECT 1 UNION ALL SELECT nth + 1 FROM n WHERE nth < 10000)
             INSERT INTO sign_ups (token_hash, email, ends_at)
             SELECT 'hash ' || nth, 'parent' || nth || '@example.org', nth FROM n",
        )
        .execute(&mut *tx)
        .await
        .unwrap();
        tx.commit().await.unwrap();
        assert_eq!(signed_up.rows_affected(), 10_000);
    });
}

/// The number that these words begin with.
fn number_in(words: &str) -> u64 {
    words.split(' ').next().unwrap().parse().unwrap()
}

#[test]
fn a_copy_of_what_has_changed_since_is_refused_and_begun_anew_where_that_is_said() {
    for (from, to) in both_ways() {
        let folder = tempfile::tempdir().unwrap();
        let url = area_in(from, folder.path());
        let copy = new_database(to, folder.path());
        let on_url = |words: &[&str]| {
            command(folder.path(), words).env("DATABASE_URL", &url).output().unwrap()
        };
        let words = ["copy-to", copy.as_str()];
        has_done_something(&url);
        killed_after(folder.path(), &url, &words, 6);
        adds_a_place(&url);
        let refused = on_url(&words);
        let why = said(&refused);
        assert!(
            !refused.status.success()
                && why.contains("has changed since")
                && why.contains("(places)")
                && why.contains("--start-again"),
            "{why}"
        );
        assert_eq!(why.trim_end().lines().count(), 1, "{why}");
        assert!(holds_half_a_copy(&copy), "what was there is still there");

        // Another area does not go on with it either.
        let other = tempfile::tempdir().unwrap();
        demonstration(other.path());
        let refused = alongside(other.path(), &words);
        assert!(
            !refused.status.success() && said(&refused).contains("half a copy of another area"),
            "{}",
            said(&refused)
        );

        let from_the_start = on_url(&[words[0], words[1], "--start-again"]);
        assert!(
            from_the_start.status.success() && said(&from_the_start).starts_with("Copying "),
            "{}",
            said(&from_the_start)
        );
        assert_eq!(sums(&copy), sums(&url));
        let again = on_url(&words);
        assert!(
            again.status.success() && said(&again).contains("were there already"),
            "{}",
            said(&again)
        );
        adds_a_place(&copy);
        for words in [&words[..], &[words[0], words[1], "--start-again"]] {
            let refused = on_url(words);
            assert!(
                !refused.status.success() && said(&refused).contains("not empty"),
                "an area is not written over: {}",
                said(&refused)
            );
        }
    }
}

#[test]
fn files_are_copied_where_that_is_said_and_those_that_are_there_as_they_were_stay() {
    let folder = tempfile::tempdir().unwrap();
    demonstration(folder.path());
    let place = |name: &str| format!("file:{}", folder.path().join(name).display());
    let keep = |content: &'static str| {
        let files = Files::open(&place("data/files")).unwrap();
        let runtime = tokio::runtime::Runtime::new().unwrap();
        runtime.block_on(files.put(content.into())).unwrap()
    };
    let [one, two, _] = ["%PDF-1.7 one", "%PDF-1.7 two", "%PDF-1.7 three"].map(keep);
    let copy = |words: &[&str]| {
        let words = [&["copy-to", "sqlite://data/copy.db"], words].concat();
        let copied = alongside(folder.path(), &words);
        assert!(copied.status.success(), "{}", said(&copied));
        said(&copied)
    };
    let there = folder.path().join("there");
    let words = copy(&[]);
    assert!(!words.contains("Files:") && !there.exists(), "{words}");
    let words = copy(&["--files", &place("there")]);
    assert!(words.contains("Files: 3 copied, 0 there already."), "{words}");
    std::fs::remove_file(there.join(&one)).unwrap();
    std::fs::write(there.join(&two), "%PDF-1.7 tw").unwrap();
    let words = copy(&["--files", &place("there")]);
    assert!(words.contains("Files: 2 copied, 1 there already."), "{words}");
    assert_eq!(std::fs::read(there.join(&two)).unwrap(), b"%PDF-1.7 two");
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

#[test]
fn no_database_is_made_beside_the_log_of_one_that_was_moved_away() {
    let folder = tempfile::tempdir().unwrap();
    demonstration(folder.path());
    assert!(alongside(folder.path(), &["backup", "backups"]).status.success());
    let database = folder.path().join("data/alongside.db");
    std::fs::rename(&database, folder.path().join("moved.db")).unwrap();
    let log = folder.path().join("data/alongside.db-wal");
    std::fs::write(&log, "the newest of what was saved").unwrap();
    for words in [&["restore", "backups"][..], &["migrate"]] {
        let refused = alongside(folder.path(), words);
        assert!(
            !refused.status.success() && said(&refused).contains("alongside.db-wal is, which"),
            "{}",
            said(&refused)
        );
        assert_eq!(std::fs::read(&log).unwrap(), b"the newest of what was saved");
        assert!(!database.exists());
    }
    std::fs::rename(&log, folder.path().join("moved.db-wal")).unwrap();
    let restored = alongside(folder.path(), &["restore", "backups"]);
    assert!(restored.status.success(), "{}", said(&restored));
    assert!(said(&restored).contains("sign-in links included"), "{}", said(&restored));
}
