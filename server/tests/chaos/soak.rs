//! Half an hour of ordinary use, after ten thousand emails and a flood of wrong passwords: memory
//! and descriptors stay where they are. `make soak` runs it on the program that is shipped.

use std::fs;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant};

use calendar::clock::Clock;
use deliveries::{EmailKind, Owed, Words, owe};
use ground::db::Db;

use crate::program::{Caller, Program, Start, is, until};
use crate::scene::network_address;
use crate::smtp_peer;

const EMAILS: usize = 10_000;
/// The most memory that the program may hold, in megabytes.
const MOST_MEMORY: u64 = 64;
/// What a password takes while it is hashed, in megabytes; and how many are at once.
const PASSWORD: (u64, u64) = (19, 2);

#[derive(Default)]
struct Use {
    requests: AtomicU64,
    emails: AtomicU64,
    go_home: AtomicBool,
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "half an hour: make soak"]
async fn memory_and_descriptors_stay_where_they_are() {
    let minutes = std::env::var("SOAK_MINUTES").map_or(30, |text| text.parse().unwrap());
    let folder = tempfile::tempdir().unwrap();
    let url = format!("sqlite://{}/alongside.db", folder.path().display());
    let mut mail = smtp_peer::start("plain", std::path::Path::new("/dev/null"));
    let settings = vec![
        ("MAIL", format!("smtp+insecure://127.0.0.1:{}", mail.port)),
        ("TRUSTED_PROXY", "127.0.0.1".into()),
        ("RUST_LOG", "warn".into()),
    ];
    let log = folder.path().join("log");
    let after = format!("--demo >/dev/null 2>{}", log.display());
    let start = Start { url: &url, folder: folder.path(), first: ":", after: &after, settings };
    // What made the demonstration is no service yet.
    assert!(Program::start(&start).stop());
    let program = Program::start(&start);
    let used = Arc::new(Use::default());
    let counted = Arc::clone(&used);
    std::thread::spawn(move || {
        use std::io::BufRead as _;
        let mut line = String::new();
        while mail.output.read_line(&mut line).is_ok_and(|bytes| bytes > 0) {
            counted.emails.fetch_add(1, Ordering::Relaxed);
            line.clear();
        }
    });
    owe_emails(&url).await;
    let all_sent = || used.emails.load(Ordering::Relaxed) >= EMAILS as u64;
    until("ten thousand emails have gone", all_sent);
    println!("after {EMAILS} emails: {}", how(&program, &used));
    flood(&program.caller());
    println!("after 200 wrong passwords, 8 at once: {}", how(&program, &used));

    let threads: Vec<_> = [sign_in as fn(&Caller, usize, &Use), subscribe, answer, read]
        .into_iter()
        .enumerate()
        .map(|(nth, act)| {
            let (caller, used) = (program.caller(), Arc::clone(&used));
            std::thread::spawn(move || {
                for time in 0.. {
                    if used.go_home.load(Ordering::Relaxed) {
                        return;
                    }
                    let from = network_address(nth, time);
                    act(&Caller { from, ..caller.clone() }, time, &used);
                    std::thread::sleep(Duration::from_millis(100));
                }
            })
        })
        .collect();
    let began = Instant::now();
    let mut seen = Vec::new();
    for minute in 1..=minutes {
        std::thread::sleep(
            (began + Duration::from_secs(60 * minute)).saturating_duration_since(Instant::now()),
        );
        println!("minute {minute}: {}", how(&program, &used));
        let (least, most) = within_a_second(&program);
        println!("within a second {least} to {most} MB");
        seen.push((least, most, descriptors(&program)));
    }
    used.go_home.store(true, Ordering::Relaxed);
    for thread in threads {
        thread.join().unwrap();
    }
    assert!(program.stop());
    let said = fs::read_to_string(log).unwrap();
    assert!(!said.contains("panicked") && !said.contains("ERROR"), "{said}");
    let (first, second) = seen.split_at(seen.len() / 2);
    let least = |part: &[(u64, u64, usize)]| part.iter().map(|seen| seen.0).max().unwrap();
    let most = |part: &[(u64, u64, usize)]| part.iter().map(|seen| seen.1).max().unwrap();
    let open = |part: &[(u64, u64, usize)]| part.iter().map(|seen| seen.2).max().unwrap();
    assert!(least(second) <= least(first) + 4, "memory grows: {seen:?}");
    assert!(open(second) <= open(first) + 8, "descriptors grow: {seen:?}");
    if is_shipped() {
        assert!(least(&seen) <= MOST_MEMORY, "{seen:?}");
        assert!(most(&seen) <= MOST_MEMORY + PASSWORD.0 * PASSWORD.1, "{seen:?}");
    }
}

/// The least and the most memory within a second: between two passwords, and with one.
fn within_a_second(program: &Program) -> (u64, u64) {
    let seen: Vec<u64> = (0..20)
        .map(|_| {
            std::thread::sleep(Duration::from_millis(50));
            memory(program)
        })
        .collect();
    (seen.iter().copied().min().unwrap(), seen.iter().copied().max().unwrap())
}

/// Whether the program is the one that is shipped, which the figure is of.
fn is_shipped() -> bool {
    std::env::var("ALONGSIDE_PROGRAM").is_ok()
}

fn how(program: &Program, used: &Use) -> String {
    format!(
        "{} MB, {} descriptors, {} requests, {} emails",
        memory(program),
        descriptors(program),
        used.requests.load(Ordering::Relaxed),
        used.emails.load(Ordering::Relaxed)
    )
}

/// In megabytes.
fn memory(program: &Program) -> u64 {
    let status = fs::read_to_string(format!("/proc/{}/status", program.child.id())).unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).unwrap();
    line.trim().trim_end_matches(" kB").parse::<u64>().unwrap() / 1024
}

fn descriptors(program: &Program) -> usize {
    fs::read_dir(format!("/proc/{}/fd", program.child.id())).unwrap().count()
}

fn flood(caller: &Caller) {
    std::thread::scope(|scope| {
        for nth in 0..8 {
            scope.spawn(move || {
                for time in 0..25 {
                    let from = network_address(20 + nth, time);
                    let caller = Caller { from, ..caller.clone() };
                    let form = format!("email=nobody{nth}-{time}%40example.org&password=wrong");
                    let answer = caller.post("/sign-in", &form).unwrap();
                    assert!(is(&answer, 422), "{}", answer.lines().next().unwrap());
                }
            });
        }
    });
}

fn good(answer: std::io::Result<String>, used: &Use) -> String {
    let answer = answer.unwrap();
    let head = answer.lines().next().unwrap();
    assert!(is(&answer, 200) || is(&answer, 303) || is(&answer, 422), "{head}");
    used.requests.fetch_add(1, Ordering::Relaxed);
    answer
}

/// A parent signs in, at first with a wrong password, supports a topic and takes it back.
fn sign_in(caller: &Caller, nth: usize, used: &Use) {
    let form = |password: &str| format!("email=parent2%40example.org&password={password}");
    if nth.is_multiple_of(3) {
        good(caller.post("/sign-in", &form("wrong")), used);
    }
    let answer = good(caller.post("/sign-in", &form("alongside-demo")), used);
    let cookie = answer.lines().find_map(|line| line.strip_prefix("set-cookie: ")).unwrap();
    let cookie = cookie.split(';').next().unwrap().to_owned();
    let caller = Caller { cookie, ..caller.clone() };
    good(caller.get("/account"), used);
    let home = good(caller.get("/"), used);
    let topic = first_id(&home, "href=\"/topics/");
    for wish in ["support", "take+back"] {
        good(caller.post(&format!("/topics/{topic}/support"), &format!("wish={wish}")), used);
    }
    good(caller.post("/sign-out", ""), used);
}

/// Somebody asks to be told of changes, which is an email.
fn subscribe(caller: &Caller, nth: usize, used: &Use) {
    let page = good(caller.get("/subscribe"), used);
    let service = after(&page, "name=\"services\" value=\"", "\"");
    let form = format!("email=somebody{nth}%40example.org&services={service}&cadence=at+once");
    good(caller.post("/subscribe", &format!("{form}&form_key={}", id::fresh())), used);
}

/// Somebody answers the first question of a consultation.
fn answer(caller: &Caller, _: usize, used: &Use) {
    let list = good(caller.get("/consultations"), used);
    let consultation = first_id(&list, "href=\"/consultations/");
    let begun = good(caller.post(&format!("/consultations/{consultation}/answers"), ""), used);
    let question = after(&begun, "location: ", "\r\n");
    let page = good(caller.get(question), used);
    let name = after(&page, "name=\"q.", "\"");
    let value = after(after(&page, &format!("name=\"q.{name}\""), ">"), "value=\"", "\"");
    good(caller.post(question, &format!("q.{name}={value}")), used);
}

/// Somebody reads.
fn read(caller: &Caller, _: usize, used: &Use) {
    for path in ["/", "/topics", "/notices", "/plans", "/updates", "/record", "/local-offer"] {
        good(caller.get(path), used);
    }
}

fn after<'t>(text: &'t str, begin: &str, end: &str) -> &'t str {
    let rest = text.split(begin).nth(1).unwrap_or_else(|| panic!("no {begin} in {text}"));
    rest.split(end).next().unwrap()
}

/// The first id that follows these words.
fn first_id<'t>(text: &'t str, begin: &str) -> &'t str {
    let all = text.split(begin).skip(1).filter_map(|rest| rest.split(['"', '?', '/']).next());
    all.into_iter().find(|id| id.len() > 20).unwrap_or_else(|| panic!("no {begin} in {text}"))
}

async fn owe_emails(url: &str) {
    let (db, now) = (Db::open(url).await.unwrap(), Clock::system().now());
    let words = Words {
        subject: "A change to transport".into(),
        paragraphs: vec!["Route 5 comes at 8:25. ".repeat(40).into()],
        button: None,
        why: "You asked to be told.".into(),
        from: "The forum".into(),
        also: None,
        stop: None,
    };
    for _ in 0..EMAILS / 1000 {
        let mut tx = db.begin().await.unwrap();
        for _ in 0..1000 {
            let owed = Owed {
                dedup_key: &id::fresh(),
                kind: EmailKind::Link,
                account_id: None,
                to: &format!("{}@example.org", id::fresh()),
                words: &words,
                at: now,
                not_after: None,
            };
            owe(&mut tx, owed).await.unwrap();
        }
        tx.commit().await.unwrap();
    }
    db.close().await;
}
