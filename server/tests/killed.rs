//! The real program, killed in the middle of its work: no email is lost, and none is there twice.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]
#![allow(dead_code, reason = "the world is made for the tests of the rooms")]

mod program;
#[path = "smtp-peer/start.rs"]
mod smtp_peer;
#[path = "rooms/world.rs"]
mod world;

use std::collections::{BTreeMap, BTreeSet};
use std::io::BufRead as _;
use std::path::Path;
use std::process::{Child, Stdio};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use ::accounts::store as accounts;
use ::notices::rules::Effect;
use ::notices::store as notices;
use ::notices::wording::Wording;
use axum::body::Body;
use axum::http::{Request, StatusCode};
use calendar::clock::{Clock, DAY, Moment};
use deliveries::{EmailKind, Owed, Words, owe};
use ground::db::Db;
use ground::files::Files;
use ground::house::{House, Names};
use ground::ids::{Id, Service};
use ground::viewer::{PersonFacts, Role};
use rand::Rng as _;
use serde_json::Value;
use server::front::Front;
use subscribers::Cadence;
use subscriptions::rules::Wanted;
use subscriptions::store::{Began, begin, subscriber};
use tower::ServiceExt as _;

const EMAILS: usize = 160;

#[tokio::test(flavor = "multi_thread")]
async fn workers_that_are_killed_again_and_again_lose_no_email() {
    let folder = tempfile::tempdir().unwrap();
    let url = format!("sqlite://{}/alongside.db", folder.path().display());
    let mail = folder.path().join("mail");
    let setting = format!("file:{}", mail.display());
    let db = Db::open(&url).await.unwrap();
    db.migrate().await.unwrap();
    let owed = owe_emails(&db, EmailKind::Link, "parent", EMAILS).await;

    // Two workers at a time; each pair is killed as soon as it has sent a few more.
    for kills in 1..=6 {
        let mut workers = [(); 2].map(|()| work(folder.path(), &url, &setting));
        while sent(&mail).len() < kills * EMAILS / 8 {
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
        for worker in &mut workers {
            worker.kill();
        }
    }
    let mut last = work(folder.path(), &url, &setting);
    while left(&db).await > 0 {
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    last.kill();

    assert_eq!(sent(&mail), owed, "each email is there, once, under its own id");
    for id in &owed {
        let text = std::fs::read_to_string(mail.join(format!("{id}.eml"))).unwrap();
        assert!(
            text.contains(&format!("Message-ID: <{id}@")) && text.trim_end().ends_with("--"),
            "each is whole"
        );
    }
}

/// How many times as much is tried, `KILLED_TIMES`: people who are told, and kills meanwhile.
fn times() -> usize {
    std::env::var("KILLED_TIMES").map_or(1, |text| text.parse().unwrap())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_notice_to_ten_thousand_reaches_each_once_though_its_worker_is_killed_fifty_times() {
    let folder = tempfile::tempdir().unwrap();
    let url = format!("sqlite://{}/alongside.db", folder.path().display());
    in_bad_weather(&url, 10_000 * times(), 1, 50 * times()).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn two_workers_on_one_postgresql_that_are_killed_again_and_again_tell_nobody_twice() {
    if std::env::var("PGHOST").is_ok() {
        let url = world::new_postgres_database().await;
        in_bad_weather(&url, 1_500 * times(), 2, 12 * times()).await;
    } else {
        assert!(
            std::env::var("CI").is_err() && std::env::var("REQUIRE_POSTGRES").is_err(),
            "there is no PostgreSQL: run make test"
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_worker_killed_in_the_middle_of_a_lot_doubles_at_most_one_email_for_each_connection() {
    const KILLS: usize = 6;
    const BETWEEN: usize = 80;
    let folder = tempfile::tempdir().unwrap();
    let url = format!("sqlite://{}/alongside.db", folder.path().display());
    let db = Db::open(&url).await.unwrap();
    db.migrate().await.unwrap();
    let owed = owe_emails(&db, EmailKind::Update, "somebody", (KILLS + 2) * BETWEEN).await;
    // Each connection waits for its word most of the time: that is when it is killed.
    let peer = smtp_peer::start("unhurried", Path::new("/dev/null"));
    let mail = format!("smtp+insecure://127.0.0.1:{}", peer.port);
    let heard = listen(peer);
    let count = || heard.lock().unwrap().taken.len();
    for nth in 1..=KILLS {
        let mut worker = work(folder.path(), &url, &mail);
        while count() < nth * BETWEEN {
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
        worker.kill();
    }
    let mut last = work(folder.path(), &url, &mail);
    while left(&db).await > 0 {
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    last.kill();

    let taken = std::mem::take(&mut heard.lock().unwrap().taken);
    let ids: BTreeSet<String> = taken
        .iter()
        .map(|(_, id)| id.trim_start_matches('<').split('@').next().unwrap().to_owned())
        .collect();
    assert_eq!(ids, owed, "each email went, under its own id");
    let twice = taken.len() - ids.len();
    println!("{} emails, {KILLS} kills: {twice} went twice", ids.len());
    assert!(twice <= KILLS * CONNECTIONS, "{twice} went twice");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_password_link_that_is_owed_while_a_thousand_emails_go_overtakes_them() {
    let folder = tempfile::tempdir().unwrap();
    let url = format!("sqlite://{}/alongside.db", folder.path().display());
    let db = Db::open(&url).await.unwrap();
    db.migrate().await.unwrap();
    owe_emails(&db, EmailKind::Update, "somebody", 1_000).await;
    let peer = smtp_peer::start("unhurried", Path::new("/dev/null"));
    let mail = format!("smtp+insecure://127.0.0.1:{}", peer.port);
    let heard = listen(peer);
    let mut worker = work(folder.path(), &url, &mail);
    let place = |to: &str| heard.lock().unwrap().taken.iter().position(|taken| taken.0 == to);
    while heard.lock().unwrap().taken.len() < 200 {
        tokio::time::sleep(Duration::from_millis(2)).await;
    }
    owe_emails(&db, EmailKind::Link, "waits", 1).await;
    let before = heard.lock().unwrap().taken.len();
    let at = loop {
        if let Some(at) = place("waits0@example.org") {
            break at;
        }
        tokio::time::sleep(Duration::from_millis(2)).await;
    };
    worker.kill();
    // What was in the hands of eight connections then, and what goes until the next look.
    assert!(at < before + 150, "{} emails went before it", at - before);
}

/// A notice to so many people, by a mail server that refuses, defers, stalls and hangs up, while
/// workers are killed and people unsubscribe, also those whose email a worker has in its hands.
/// Each is told once: what came twice has one `Message-ID` and was in flight at a kill, or the
/// server hung up after it had taken it. To whom it was answered that her emails have stopped,
/// none is begun later.
async fn in_bad_weather(url: &str, people: usize, workers: usize, kills: usize) {
    let folder = tempfile::tempdir().unwrap();
    let db = Db::open(url).await.unwrap();
    db.migrate().await.unwrap();
    ask_to_be_told(&db, people).await;
    let peer = smtp_peer::start("weather", Path::new("/dev/null"));
    let mail = format!("smtp+insecure://127.0.0.1:{}", peer.port);
    let heard = listen(peer);
    let count = || heard.lock().unwrap().taken.len();
    let service = service(&db);
    let mut chance = rand::rng();
    let mut moments: Vec<usize> =
        (0..kills).map(|_| chance.random_range(0..people * 9 / 10)).collect();
    moments.sort_unstable();

    let (mut stopped, mut in_flight) = (BTreeMap::new(), BTreeSet::new());
    for moment in moments {
        let mut all: Vec<Worker> = (0..workers).map(|_| work(folder.path(), url, &mail)).collect();
        let after = Duration::from_millis(chance.random_range(0..200));
        while count() < moment {
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
        stopped.extend(unsubscribe_one(&db, &service, chance.random_range(0..20)).await);
        stopped.extend(unsubscribe_one_in_hand(&db, &service).await);
        tokio::time::sleep(after).await;
        for worker in &mut all {
            worker.kill();
        }
        in_flight.extend(in_hand(&db).await.into_iter().map(|(id, ..)| id));
        // As if the waits were over. What the dead held, the next ones find by themselves.
        change(&db, "UPDATE deliveries SET next_at = 0 WHERE next_at IS NOT NULL").await;
    }
    let mut last = work(folder.path(), url, &mail);
    while open(&db).await > 0 {
        tokio::time::sleep(Duration::from_millis(200)).await;
        change(&db, "UPDATE deliveries SET next_at = 0 WHERE next_at > 0 AND claimed_at = 0").await;
    }
    last.kill();

    let mut came: BTreeMap<String, Vec<String>> = BTreeMap::new();
    let Heard { taken, begun } = std::mem::take(&mut *heard.lock().unwrap());
    for (to, message_id) in &taken {
        came.entry(to.clone()).or_default().push(message_id.clone());
    }
    let called_off = called_off(&db).await;
    for nth in 0..people {
        let to = format!("somebody{nth}@example.org");
        let messages = came.get(&to).map_or(0, Vec::len);
        if nth % 50 == 7 {
            assert_eq!(messages, 0, "{to} is refused");
        } else if !called_off.contains(&to) {
            assert!(messages > 0, "{to} was told nothing");
        }
    }
    let begun_late = begun
        .iter()
        .filter(|(to, at)| stopped.get(to).is_some_and(|answered| at > answered))
        .collect::<Vec<_>>();
    assert!(
        begun_late.is_empty(),
        "begun after it was answered that emails have stopped: {begun_late:?}"
    );
    assert!(
        came.values().all(|ids| ids.iter().all(|id| *id == ids[0])),
        "a second copy has another Message-ID"
    );
    let twice = came.iter().filter(|(_, ids)| ids.len() > 1);
    let unexplained = twice.clone().filter(|(to, ids)| {
        nth_of(to) % 50 != 13 && !in_flight.iter().any(|id| ids[0].contains(id.as_str()))
    });
    assert_eq!(unexplained.count(), 0, "emails came twice that were not in flight at a kill");
    // Of all that a worker holds at a kill, one for each connection may have been taken.
    let at_kills = twice.clone().filter(|(to, _)| nth_of(to) % 50 != 13).count();
    assert!(at_kills <= kills * workers * CONNECTIONS, "{at_kills} emails came twice");
    println!(
        "{people} people, {kills} kills: {} emails taken, {} of them twice; {} unsubscribed",
        came.len(),
        twice.count(),
        stopped.len()
    );
    assert_eq!(
        number(&db, "SELECT count(*) FROM ledger").await,
        i64::try_from(people).unwrap(),
        "a row for each person"
    );
    let refused =
        "SELECT count(*) FROM deliveries WHERE given_up_at IS NOT NULL AND reason LIKE '550%'";
    let refused = number(&db, refused).await;
    assert!(
        refused <= i64::try_from(people / 50).unwrap() && refused > 0,
        "{refused} are refused, with the server's words"
    );
}

/// How many emails a worker hands over at once.
const CONNECTIONS: usize = 8;

/// A notice that is due now, and people who want to be told.
async fn ask_to_be_told(db: &Db, people: usize) {
    let now = Clock::system().now();
    let mut tx = db.begin().await.unwrap();
    let service =
        area::store::add(&mut tx, area::AreaKind::Service, "Transport", None).await.unwrap();
    let service: Id<Service> = service.into();
    let [writer, colleague] = ["leader@example.org", "leader2@example.org"].map(|email| {
        let facts = PersonFacts::default();
        accounts::NewAccount { email, shown_name: "Somebody", facts, password_hash: None }
    });
    let writer = accounts::make_account(&mut tx, &writer, now).await.unwrap().unwrap();
    let colleague = accounts::make_account(&mut tx, &colleague, now).await.unwrap().unwrap();
    accounts::grant(&mut tx, &writer, &[Role::Leader], now).await.unwrap();
    let wanted =
        Wanted { services: vec![service.clone()], places: Vec::new(), cadence: Cadence::AtOnce };
    for nth in 0..people {
        let email = format!("somebody{nth}@example.org");
        let subscriber = subscriber(&mut tx, &email, None, now).await.unwrap();
        begin(&mut tx, &subscriber, &wanted, Began::Email, now).await.unwrap();
        // All at once would take longer than one write may.
        if nth % 200 == 199 {
            tx.commit().await.unwrap();
            tx = db.begin().await.unwrap();
        }
    }
    let (notice, _) = notices::write(&mut tx, &buses(service, now), &writer, now).await.unwrap();
    let approval = notices::Approval { by: &colleague, starts_at: now, seen: None, now };
    assert!(notices::approve(&mut tx, &notice, approval).await.unwrap());
    tx.commit().await.unwrap();
}

fn buses(service: Id<Service>, now: Moment) -> Wording {
    let text = |text: &str| text.to_owned();
    Wording {
        form_key: id::fresh(),
        title: text("Buses come later"),
        what: text("Route 5 comes at 8:25."),
        why: text("A bridge is closed."),
        affected: text("Children on route 5"),
        families: None,
        must_do: String::new(),
        must_do_by: String::new(),
        whom: text("The transport team"),
        phone: text("01234"),
        email: String::new(),
        decided_day: None,
        effect: Effect::Day(now + 30 * DAY),
        changes_entitlement: false,
        takes_away: false,
        takes: Vec::new(),
        services: vec![service],
        places: Vec::new(),
        follows: None,
    }
}

/// The number in the address of somebody.
fn nth_of(address: &str) -> usize {
    address.chars().filter(char::is_ascii_digit).collect::<String>().parse().unwrap()
}

/// What the mail server has heard so far.
#[derive(Default)]
struct Heard {
    /// The emails it has taken: (to whom, `Message-ID`).
    taken: Vec<(String, String)>,
    /// When a recipient was named to it: (whom, milliseconds since 1970).
    begun: Vec<(String, Moment)>,
}

fn listen(peer: smtp_peer::Running) -> Arc<Mutex<Heard>> {
    let all = Arc::new(Mutex::new(Heard::default()));
    let heard = Arc::clone(&all);
    std::thread::spawn(move || {
        let mut peer = peer;
        let mut line = String::new();
        while peer.output.read_line(&mut line).is_ok_and(|bytes| bytes > 0) {
            let said: Value = line.parse().unwrap();
            let text = |name: &str| said[name].as_str().unwrap().to_owned();
            match said["at"].as_i64() {
                Some(at) => {
                    heard.lock().unwrap().begun.push((text("begun"), Moment::from_millis(at)));
                }
                None => heard.lock().unwrap().taken.push((text("to"), text("id"))),
            }
            line.clear();
        }
    });
    all
}

fn service(db: &Db) -> Front {
    let names = Names {
        area: "Sefton".into(),
        forum: "Sefton Parent Carer Forum".into(),
        public_url: "http://127.0.0.1:3000".into(),
        program: None,
        demonstration: false,
    };
    server::edge::service(
        House::new(db.clone(), Files::in_memory(), Clock::system(), names),
        Vec::new(),
    )
}

/// Somebody whose email waits unsubscribes with one click: her address, and when that was
/// answered.
async fn unsubscribe_one(db: &Db, service: &Front, skip: i64) -> Option<(String, Moment)> {
    let waiting = "SELECT to_address, unsubscribe FROM deliveries WHERE next_at IS NOT NULL
         AND claimed_at = 0 ORDER BY id DESC LIMIT 1 OFFSET $1";
    let (to, one_click): (String, String) = sqlx::query_as(waiting)
        .bind(skip)
        .fetch_optional(&mut *db.read().await.unwrap())
        .await
        .unwrap()?;
    unsubscribe(service, to, one_click).await
}

/// Likewise somebody whose email a worker has just claimed.
async fn unsubscribe_one_in_hand(db: &Db, service: &Front) -> Option<(String, Moment)> {
    let (_, to, one_click) = in_hand(db).await.pop()?;
    unsubscribe(service, to, one_click).await
}

async fn unsubscribe(service: &Front, to: String, one_click: String) -> Option<(String, Moment)> {
    let path = one_click.strip_prefix("http://127.0.0.1:3000").unwrap();
    // While a worker writes without a pause it may be told to come back: nothing is saved then, and
    // mail programs do.
    for _ in 0..10 {
        let request = Request::post(path)
            .header("host", "127.0.0.1:3000")
            .body(Body::from("List-Unsubscribe=One-Click"))
            .unwrap();
        let status = service.clone().oneshot(request).await.unwrap().status();
        if status == StatusCode::OK {
            return Some((to, Clock::system().now()));
        }
        assert_eq!(status, StatusCode::SERVICE_UNAVAILABLE);
    }
    panic!("{to} could not unsubscribe");
}

/// The emails that workers hold, the last claimed last: (id, to whom, where one click stops it).
async fn in_hand(db: &Db) -> Vec<(String, String, String)> {
    let held = "SELECT id, to_address, unsubscribe FROM deliveries WHERE next_at IS NOT NULL
         AND claimed_at > 0 ORDER BY claimed_at";
    sqlx::query_as(held).fetch_all(&mut *db.read().await.unwrap()).await.unwrap()
}

/// Who is to be told nothing any more.
async fn called_off(db: &Db) -> BTreeSet<String> {
    let sql = "SELECT b.email FROM ledger l JOIN subscribers b ON b.id = l.subscriber_id
         WHERE l.called_off_at IS NOT NULL";
    let emails: Vec<String> =
        sqlx::query_scalar(sql).fetch_all(&mut *db.read().await.unwrap()).await.unwrap();
    emails.into_iter().collect()
}

/// How many people wait to be told.
async fn open(db: &Db) -> i64 {
    let open = "SELECT count(*) FROM subscribers b WHERE NOT EXISTS (
                  SELECT 1 FROM ledger l LEFT JOIN deliveries d ON d.id = l.delivery_id
                  WHERE l.subscriber_id = b.id AND (l.called_off_at IS NOT NULL
                    OR d.sent_at IS NOT NULL OR d.given_up_at IS NOT NULL))";
    number(db, open).await
}

async fn number(db: &Db, sql: &'static str) -> i64 {
    sqlx::query_scalar(sql).fetch_one(&mut *db.read().await.unwrap()).await.unwrap()
}

async fn change(db: &Db, sql: &'static str) {
    let mut tx = db.begin().await.unwrap();
    sqlx::query(sql).execute(&mut *tx).await.unwrap();
    tx.commit().await.unwrap();
}

/// A worker of its own process.
fn work(folder: &Path, url: &str, mail: &str) -> Worker {
    let child = program::command(folder, &["work"])
        .env("DATABASE_URL", url)
        .env("MAIL", mail)
        .env("MAIL_CONNECTIONS", CONNECTIONS.to_string())
        .env("RUST_LOG", "off")
        .stdout(Stdio::null())
        .spawn()
        .unwrap();
    Worker(child)
}

/// A process that works, until it is killed; it outlives no test, also none that fails.
struct Worker(Child);

impl Worker {
    /// At once, in the middle of whatever it does.
    fn kill(&mut self) {
        self.0.kill().unwrap();
        self.0.wait().unwrap();
    }
}

impl Drop for Worker {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// Owes so many emails of this kind to `NAME0@example.org` and so on; the ids of all that are owed.
async fn owe_emails(db: &Db, kind: EmailKind, name: &str, emails: usize) -> BTreeSet<String> {
    let now = calendar::clock::Clock::system().now();
    let words = Words {
        subject: "Hello".into(),
        paragraphs: vec!["A line to read. ".repeat(200).into()],
        button: None,
        why: "You asked.".into(),
        from: "The forum".into(),
        also: None,
        stop: None,
    };
    let mut tx = db.begin().await.unwrap();
    for nth in 0..emails {
        let owed = Owed {
            dedup_key: &format!("{name} {nth}"),
            kind,
            account_id: None,
            to: &format!("{name}{nth}@example.org"),
            words: &words,
            at: now,
            not_after: None,
        };
        owe(&mut tx, owed).await.unwrap();
    }
    let ids: Vec<String> =
        sqlx::query_scalar("SELECT id FROM deliveries").fetch_all(&mut *tx).await.unwrap();
    tx.commit().await.unwrap();
    ids.into_iter().collect()
}

async fn left(db: &Db) -> i64 {
    sqlx::query_scalar("SELECT count(*) FROM deliveries WHERE sent_at IS NULL")
        .fetch_one(&mut *db.read().await.unwrap())
        .await
        .unwrap()
}

/// The ids of the emails in the folder.
fn sent(mail: &Path) -> BTreeSet<String> {
    let Ok(files) = std::fs::read_dir(mail) else { return BTreeSet::new() };
    files
        .filter_map(|file| Some(file.ok()?.file_name().to_str()?.strip_suffix(".eml")?.to_owned()))
        .collect()
}
