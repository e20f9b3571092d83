//! Several processes of the real program on one PostgreSQL work as one.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]
#![allow(dead_code, reason = "the world is made for the tests of the rooms")]

#[path = "rooms/world.rs"]
mod world;

use std::env;
use std::net::TcpListener;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use ground::db::Db;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

/// One process that serves, killed when the test ends.
struct Process {
    child: Child,
    port: u16,
}

impl Process {
    /// Starts serving on this database, and waits until it answers.
    async fn serve(url: &str, mail: &Path, words: &[&str]) -> Self {
        let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let child = Command::new(env!("CARGO_BIN_EXE_alongside"))
            .arg("serve")
            .args(words)
            .env("DATABASE_URL", url)
            .env("MAIL", format!("file:{}", mail.display()))
            .env("LISTEN", format!("127.0.0.1:{port}"))
            .env("PUBLIC_URL", "http://alongside.example.org")
            .env("RUST_LOG", "off")
            .stdout(Stdio::null())
            .spawn()
            .unwrap();
        let process = Self { child, port };
        while TcpStream::connect(("127.0.0.1", port)).await.is_err() {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        process
    }

    async fn get(&self, path: &str, cookie: &str) -> String {
        self.send(&format!(
            "GET {path} HTTP/1.1\r\nHost: alongside.example.org\r\nCookie: \
            {cookie}\r\nConnection: close\r\n\r\n"
        ))
        .await
    }

    async fn post(&self, path: &str, cookie: &str, body: &str) -> String {
        let length = body.len();
        self.send(&format!(
            "POST {path} HTTP/1.1\r\nHost: alongside.example.org\r\nCookie: \
             {cookie}\r\nContent-Type: application/x-www-form-urlencoded\r\n\
             Content-Length: {length}\r\nConnection: close\r\n\r\n{body}"
        ))
        .await
    }

    /// The whole answer, head and body.
    async fn send(&self, request: &str) -> String {
        let mut stream = TcpStream::connect(("127.0.0.1", self.port)).await.unwrap();
        stream.write_all(request.as_bytes()).await.unwrap();
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer).await.unwrap();
        String::from_utf8_lossy(&answer).into_owned()
    }

    /// Asks it to stop, and gives whether it ended well.
    fn stop(mut self) -> bool {
        let asked =
            Command::new("kill").args(["-TERM", &self.child.id().to_string()]).status().unwrap();
        asked.success() && self.child.wait().unwrap().success()
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn several_processes_on_one_postgresql_work_as_one() {
    if env::var("PGHOST").is_err() {
        assert!(
            env::var("CI").is_err() && env::var("REQUIRE_POSTGRES").is_err(),
            "there is no PostgreSQL: run make test"
        );
        return;
    }
    let url = world::new_postgres_database().await;
    let folder = tempfile::tempdir().unwrap();
    let mail = folder.path().join("mail");
    // Both bring the tables up at once; the second process of the demonstration finds it there.
    let (one, two) =
        tokio::join!(Process::serve(&url, &mail, &[]), Process::serve(&url, &mail, &[]));
    assert!(one.stop() && two.stop());
    let one = Process::serve(&url, &mail, &["--demo"]).await;
    let two = Process::serve(&url, &mail, &["--demo"]).await;
    let db = Db::open(&url).await.unwrap();

    // Signed in at one is signed in at the other.
    let answer =
        one.post("/sign-in", "", "email=parent2%40example.org&password=alongside-demo").await;
    let cookie = answer
        .lines()
        .find_map(|line| line.strip_prefix("set-cookie: "))
        .unwrap()
        .split(';')
        .next()
        .unwrap()
        .to_owned();
    assert!(two.get("/account", &cookie).await.contains("Second Invented Parent"));

    // Support given at one is taken back at the other.
    let topic = text(
        &db,
        "SELECT t.id FROM topics t JOIN rounds r ON r.id = t.round_id WHERE r.closed_at IS NULL
         AND t.published_at IS NOT NULL LIMIT 1",
    )
    .await;
    let support = format!("/topics/{topic}/support");
    assert!(one.post(&support, &cookie, "wish=support").await.starts_with("HTTP/1.1 303"));
    assert!(two.get(&format!("/topics/{topic}"), &cookie).await.contains("Take back your support"));
    assert!(two.post(&support, &cookie, "wish=take+back").await.starts_with("HTTP/1.1 303"));
    assert!(
        !one.get(&format!("/topics/{topic}"), &cookie).await.contains("Take back your support")
    );

    // Whichever closes the round, it is counted once.
    let round = text(
        &db,
        "SELECT id FROM rounds WHERE closed_at IS NULL AND vote_from < closes_at
         ORDER BY closes_at LIMIT 1",
    )
    .await;
    let now = calendar::clock::Clock::system().now();
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

    // Both look for letters, and each letter goes out once.
    for nth in 0..20 {
        let process = if nth % 2 == 0 { &one } else { &two };
        let answer =
            process.post("/sign-in/link", "", &format!("email=nobody{nth}%40example.org")).await;
        assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
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
