//! Several processes of the real program on one PostgreSQL work as one; and several that start at
//! once on one file of SQLite all serve.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]
#![allow(dead_code, reason = "the world is made for the tests of the rooms")]

mod program;
#[path = "rooms/world.rs"]
mod world;

use std::time::Duration;

use ground::db::Db;
use program::{Caller, Program, Start, is};

#[test]
fn several_that_start_at_once_on_an_empty_file_all_serve() {
    let folder = tempfile::tempdir().unwrap();
    let url = format!("sqlite://{}/alongside.db", folder.path().display());
    let (url, folder) = (url.as_str(), folder.path());
    let start = Start { url, folder, first: "", after: "--demo", settings: Vec::new() };
    let mut all = [(); 3].map(|()| Program::spawn(&start));
    all.iter_mut().for_each(Program::until_it_answers);
    for process in all {
        assert!(is(&process.get("/topics"), 200));
        assert!(process.stop());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn several_processes_on_one_postgresql_work_as_one() {
    if !world::has_postgres() {
        return;
    }
    let url = world::new_postgres_database().await;
    let folder = tempfile::tempdir().unwrap();
    let start = |after| {
        let (url, folder) = (url.as_str(), folder.path());
        Start { url, folder, first: "", after, settings: Vec::new() }
    };
    let all_at_once = |after| {
        let mut all = [(); 3].map(|()| Program::spawn(&start(after)));
        all.iter_mut().for_each(Program::until_it_answers);
        all
    };
    // All bring the tables up at once; then all make the demonstration at once.
    for process in all_at_once("") {
        assert!(process.stop());
    }
    let [one, two, three] = all_at_once("--demo");
    assert!(three.stop());
    let db = Db::open(&url).await.unwrap();
    let mail = folder.path().join("mail");

    // Signed in at one is signed in at the other.
    let answer = one
        .caller()
        .post("/sign-in", "email=parent2%40example.org&password=alongside-demo")
        .unwrap();
    let cookie = answer
        .lines()
        .find_map(|line| line.strip_prefix("set-cookie: "))
        .unwrap()
        .split(';')
        .next()
        .unwrap();
    let at = |process: &Program| Caller { cookie: cookie.to_owned(), ..process.caller() };
    let (at_one, at_two) = (at(&one), at(&two));
    assert!(at_two.get("/account").unwrap().contains("Second Invented Parent"));

    // Support given at one is taken back at the other.
    let topic = text(
        &db,
        "SELECT t.id FROM topics t JOIN rounds r ON r.id = t.round_id WHERE r.closed_at IS NULL
         AND t.published_at IS NOT NULL LIMIT 1",
    )
    .await;
    let support = format!("/topics/{topic}/support");
    assert!(is(&at_one.post(&support, "wish=support").unwrap(), 303));
    let page = format!("/topics/{topic}");
    assert!(at_two.get(&page).unwrap().contains("Remove my support"));
    assert!(is(&at_two.post(&support, "wish=take+back").unwrap(), 303));
    assert!(!at_one.get(&page).unwrap().contains("Remove my support"));

    // Whichever closes the round, it is counted once.
    let round = text(
        &db,
        "SELECT id FROM rounds WHERE closed_at IS NULL AND vote_from < closes_at
         ORDER BY closes_at LIMIT 1",
    )
    .await;
    let now = calendar::clock::Clock::system().now().millis();
    // A round keeps its dates; only the owner of the tables can bring its end nearer, so that the
    // test need not wait.
    sqlx::query("ALTER TABLE rounds DISABLE TRIGGER rounds_keep_their_terms")
        .execute(&mut *db.read().await.unwrap())
        .await
        .unwrap();
    let soon = format!("UPDATE rounds SET closes_at = {now} WHERE id = '{round}'");
    sqlx::query(sqlx::AssertSqlSafe(soon)).execute(&mut *db.read().await.unwrap()).await.unwrap();
    while number(&db, "SELECT count(*) FROM rounds WHERE closed_at IS NULL").await > 0 {
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    let counted = number(&db, "SELECT CAST(sum(supporters) AS BIGINT) FROM tallies").await;
    let given = number(&db, "SELECT count(*) FROM supports").await;
    assert_eq!(counted, given);

    // Both look for emails, and each email goes out once.
    for nth in 0..20 {
        let process = if nth % 2 == 0 { &one } else { &two };
        let form = format!("email=nobody{nth}%40example.org");
        let answer = process.caller().post("/sign-in/link", &form).unwrap();
        assert!(is(&answer, 200), "{answer}");
    }
    // The notices and outcomes of the demonstration were told long ago.
    while number(
        &db,
        "SELECT count(*) FROM deliveries WHERE sent_at IS NULL
         AND kind NOT IN ('notice', 'update')",
    )
    .await
        > 0
    {
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    let sent = std::fs::read_dir(&mail).unwrap().count();
    assert_eq!(
        i64::try_from(sent).unwrap(),
        number(&db, "SELECT count(*) FROM deliveries WHERE kind NOT IN ('notice', 'update')").await
    );
    assert!(one.stop() && two.stop(), "asked to stop, a process ends well");
}

async fn text(db: &Db, sql: &'static str) -> String {
    sqlx::query_scalar(sql).fetch_one(&mut *db.read().await.unwrap()).await.unwrap()
}

async fn number(db: &Db, sql: &'static str) -> i64 {
    sqlx::query_scalar(sql).fetch_one(&mut *db.read().await.unwrap()).await.unwrap()
}
