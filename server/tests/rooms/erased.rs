//! What is no use any more is erased, and is found nowhere in the bytes: not in the database's
//! files, not in SQLite's write-ahead log, not in a backup made after. PostgreSQL's files are
//! looked at where they are on this machine and this process may read them, as under `make test`.

use std::fs;

use accounts::store;
use app::erase::erase_due;
use calendar::clock::{Clock, DAY, HOUR};
use deliveries::{EmailKind, Failure, Outcome, Owed, Words, deliver_one, owe};
use ground::db::{Db, Kind};
use ground::files::Files;
use ground::house::House;
use ground::viewer::Role;
use server::{backup, retention};
use sqlx::Connection as _;

use super::erase::{hashes, leaves, rows};
use crate::bytes::{at_night, files_of_postgres, name_of};
use crate::world::{BEGINS, Like, World, by_hand, link, on_both, on_postgres};

/// Stands in everything that is to be erased, each time with a word of its own after it.
const CANARY: &str = "kanarienvogel";

/// The demonstration area, in which people did what leaves names and addresses behind.
async fn area_of_canaries(world: World) -> World {
    let file = world.folder().join("canaries.db");
    let url = Like::Demonstration(BEGINS).copied(world.db().kind(), &file).await;
    let db = Db::open(&url).await.unwrap();
    let house = House::new(db, Files::in_memory(), Clock::by_hand(BEGINS), World::names());
    let mut connection = house.db.read().await.unwrap();
    let mut one = async |sql| -> String {
        sqlx::query_scalar(sql).fetch_one(&mut *connection).await.unwrap()
    };
    let south = one("SELECT id FROM places WHERE name = 'South Sefton'").await;
    let transport = one("SELECT id FROM services WHERE name = 'Transport'").await;
    drop(connection);
    let mut world = world.around(house);
    (world.south, world.transport) = (south, transport);
    world
}

#[test]
fn what_is_no_use_any_more_is_found_nowhere_in_the_bytes() {
    on_both(async |world| {
        let world = area_of_canaries(world).await;
        let visitor = world.visitor();
        let sign_up = [("email", "kanarienvogel-signs-up@example.org")];
        assert_eq!(visitor.post("/sign-up", &sign_up).await.leads_to(), "/sign-up/sent");

        let moving = world.signed_in("kanarienvogel-moves@example.org", &[Role::Parent]).await;
        moving.changes_address("stays@example.org").await.leads_to();
        let emails = world.deliver().await;
        let confirm = emails.iter().find(|message| message.to == "stays@example.org").unwrap();
        moving.post(&link(confirm), &[]).await.done();
        moving.changes_address("kanarienvogel-never@example.org").await.done();

        let invited = "kanarienvogel-invited@example.org".to_owned();
        accounts::invite(&world.house, None, invited, Role::Leader, None).await.unwrap();
        let now = world.now();
        let session = store::NewSession {
            token_hash: id::hash("a token"),
            account_id: moving.account.as_str().into(),
            device: "Kanarienvogel-device".into(),
            now,
            idle_ends_at: now + DAY,
            ends_at: now + DAY,
        };
        store::begin_session(world.db(), session).await.unwrap();

        let transport = world.transport.as_str();
        let wish = |email| [("email", email), ("services", transport), ("cadence", "daily")];
        visitor.post("/subscribe", &wish("kanarienvogel-asks@example.org")).await.leads_to();
        visitor.post("/subscribe", &wish("kanarienvogel-leaves@example.org")).await.leads_to();
        let emails = world.deliver().await;
        let leaves = emails.iter().find(|message| message.to.contains("leaves")).unwrap();
        let own = visitor.post(&link(leaves), &[]).await.leads_to();
        visitor.post(own.split('?').next().unwrap(), &[("step", "stop all")]).await.leads_to();

        let asks = "UPDATE notice_questions SET email = 'kanarienvogel-question@example.org'
             WHERE answer_id IS NULL";
        let wants = "INSERT INTO notice_wanted (question_id, account_id, wanted_at)
             SELECT q.id, a.id, q.asked_at FROM notice_questions q, accounts a
             WHERE q.answer_id IS NULL AND a.email IS NOT NULL";
        for sql in [asks, wants] {
            assert!(by_hand(&world, sql).await.unwrap() > 0, "{sql}");
        }
        for (nth, refused) in [None, Some("550 <kanarienvogel-refused@example.org> is not here")]
            .into_iter()
            .enumerate()
        {
            owe_one(&world, nth).await;
            let hand = world.hand("1");
            let outcome = deliver_one(&hand, async |_, _| match refused {
                None => Ok(()),
                Some(why) => Err(Failure::Refused(why.into())),
            });
            assert!(matches!(outcome.await.unwrap(), Outcome::Sent | Outcome::GivenUp));
        }
        // A row that stays, of an account that stays too.
        let account = moving.account.as_str().into();
        let owed = Owed {
            dedup_key: &format!("draft {}", moving.account),
            kind: EmailKind::DraftPublished,
            account_id: Some(&account),
            to: "stays@example.org",
            // Its subject stays with it.
            words: &Words { subject: "A draft".into(), ..words_of("draft") },
            at: world.now(),
            not_after: None,
        };
        let mut tx = world.db().begin().await.unwrap();
        owe(&mut tx, owed).await.unwrap();
        tx.commit().await.unwrap();
        // The planner remembers some of it.
        analyzed(&world).await;
        let mut traces = traces(&world).await;
        let of_address = hashes("kanarienvogel-to-0@example.org")[0].to_lowercase();
        traces.push(of_address.clone());
        let before = found(&world, &traces).await;
        for trace in [CANARY, &of_address] {
            let is_found = before.iter().any(|found| found.contains(trace));
            assert!(is_found, "{trace} is looked for where it is: {before:?}");
        }

        // Two years later; what is erased owes emails itself.
        for _ in 0..2 {
            world.deliver().await;
            world.forward(365 * DAY);
            consultations::tidy_due(world.db(), world.now()).await.unwrap();
            retention::keep(&world.house).await.unwrap();
        }
        // A table that somebody holds is written anew the next night.
        for _ in 0..4 {
            at_night(&world).await;
            erase_due(&world.house).await.unwrap();
            if found(&world, &traces).await.is_empty() {
                break;
            }
            world.forward(DAY);
        }
        assert_eq!(found(&world, &traces).await, Vec::<String>::new());
        let rows = "SELECT count(*) FROM deliveries WHERE kind NOT IN ('notice', 'update',
                    'draft published', 'outcome due', 'audit head')
                    OR account_id IS NOT NULL";
        let mut connection = world.db().read().await.unwrap();
        let left: i64 = sqlx::query_scalar(rows).fetch_one(&mut *connection).await.unwrap();
        assert_eq!(left, 0, "rows of emails that prove nothing");
        let keys = "SELECT count(*) FROM deliveries d, accounts a
             WHERE d.dedup_key LIKE '%' || a.id || '%'";
        let keys: i64 = sqlx::query_scalar(keys).fetch_one(&mut *connection).await.unwrap();
        assert_eq!(keys, 0, "keys of emails that say whose they were");
        let wanted = "SELECT count(*) FROM notice_wanted";
        let wanted: i64 = sqlx::query_scalar(wanted).fetch_one(&mut *connection).await.unwrap();
        assert_eq!(wanted, 0, "who else wanted to know");
        let told = "SELECT count(*) FROM ledger l JOIN deliveries d ON d.id = l.delivery_id";
        let told: i64 = sqlx::query_scalar(told).fetch_one(&mut *connection).await.unwrap();
        assert!(told > 0, "who was told in time stays proved");
    });
}

fn words_of(what: &str) -> Words {
    Words {
        subject: format!("Kanarienvogel-subject-{what}"),
        paragraphs: vec![format!("Kanarienvogel-text-{what}").repeat(500).into()],
        button: None,
        why: "Kanarienvogel-why".into(),
        from: "The forum".into(),
        also: None,
        stop: None,
    }
}

async fn owe_one(world: &World, nth: usize) {
    let to = format!("kanarienvogel-to-{nth}@example.org");
    let owed = Owed {
        // As none of the program's is, so that the search is seen to find one.
        dedup_key: &hashes(&to)[0],
        kind: EmailKind::Question,
        account_id: None,
        to: &to,
        words: &words_of(&nth.to_string()),
        at: world.now(),
        not_after: None,
    };
    let mut tx = world.db().begin().await.unwrap();
    owe(&mut tx, owed).await.unwrap();
    tx.commit().await.unwrap();
}

/// Lets the database look at its tables, as PostgreSQL does by itself now and then, and SQLite is
/// made to each night.
async fn analyzed(world: &World) {
    if world.db().kind() == Kind::Postgres {
        sqlx::query("ANALYZE").execute(&mut *world.db().read().await.unwrap()).await.unwrap();
    }
    world.db().look_at_growth().await.unwrap();
}

/// What could give away an address that is to be erased, besides its canary: the hashes of each
/// that is in the tables now.
async fn traces(world: &World) -> Vec<String> {
    let mut traces = Vec::new();
    for (_, line) in rows(world).await {
        let is_inside = |sign: char| sign.is_ascii_alphanumeric() || "@.-_+".contains(sign);
        let line = line.to_lowercase();
        let words = line.split(|sign: char| !is_inside(sign));
        for address in words.filter(|word| word.contains(CANARY) && word.contains('@')) {
            traces.extend(hashes(address).map(|hash| hash.to_lowercase()));
        }
    }
    traces.sort();
    traces.dedup();
    assert!(traces.len() > 4, "the addresses in the tables: {traces:?}");
    traces
}

/// What stands after the canary, and which traces, wherever these are found: in the files of the
/// database, and in a backup that is made now.
async fn found(world: &World, traces: &[String]) -> Vec<String> {
    let mut found = in_the_files(world, traces).await;
    let folder = world.folder().join(id::fresh());
    let (made, _) =
        backup::make(world.db(), &world.house.files, &folder, world.now(), None).await.unwrap();
    for file in fs::read_dir(made.join("tables")).unwrap() {
        let path = file.unwrap().path();
        look(&name_of(&path), &fs::read(&path).unwrap(), traces, &mut found);
    }
    found
}

/// What stands after the canary, and which traces are found, in the files of the database.
async fn in_the_files(world: &World, traces: &[String]) -> Vec<String> {
    let mut found = Vec::new();
    match world.db().kind() {
        Kind::Sqlite => {
            for name in ["canaries.db", "canaries.db-wal"] {
                look(name, &fs::read(world.folder().join(name)).unwrap(), traces, &mut found);
            }
        }
        Kind::Postgres => {
            for path in files_of_postgres(world.db()).await.unwrap_or_default() {
                // One that the server has taken away meanwhile holds nothing.
                let mut here = Vec::new();
                look("", &fs::read(&path).unwrap_or_default(), traces, &mut here);
                if !here.is_empty() {
                    let table = table_in(world.db(), &name_of(&path)).await;
                    found.extend(here.into_iter().map(|word| format!("{table}{word}")));
                }
            }
        }
    }
    found
}

/// What PostgreSQL keeps in the file with this name.
async fn table_in(db: &Db, file: &str) -> String {
    let number: i64 = file.split(['_', '.']).next().unwrap().parse().unwrap_or_default();
    sqlx::query_scalar(
        "SELECT coalesce(CAST(pg_filenode_relation(0, CAST($1 AS OID)) AS TEXT), $2)",
    )
    .bind(number)
    .bind(file)
    .fetch_one(&mut *db.read().await.unwrap())
    .await
    .unwrap()
}

fn look(name: &str, bytes: &[u8], traces: &[String], found: &mut Vec<String>) {
    let text = String::from_utf8_lossy(bytes).to_lowercase();
    let words = text.match_indices(CANARY).map(|(at, _)| {
        let word: String = text[at..].chars().take_while(char::is_ascii_graphic).take(60).collect();
        format!("{name}: {word}")
    });
    found.extend(words);
    let traces = traces.iter().filter(|trace| text.contains(trace.as_str()));
    found.extend(traces.map(|trace| format!("{name}: {trace}")));
    found.sort();
    found.dedup();
}

#[test]
fn an_update_of_the_tables_writes_over_keys_that_said_whose_an_email_was() {
    const STEP: &str = include_str!("../../../migrations/0079_nothing_says_whose/both.sql");
    on_both(async |world| {
        let [hash, _] = hashes("parent@example.org");
        let before = [
            ("answer", format!("answer some {hash}"), "forgotten 0"),
            ("not answered", format!("not answered some {hash}"), "forgotten 1"),
            ("taken down", format!("taken down some {hash}"), "forgotten 2"),
            ("draft published", "draft some account".to_owned(), "forgotten 3"),
            ("audit head", "audit head 2026-12 b@example.org".to_owned(), "audit head 2026-12 0"),
            ("audit head", "audit head 2026-12 a@example.org".to_owned(), "audit head 2026-12 1"),
            ("audit head", "audit head 2027-01 a@example.org".to_owned(), "audit head 2027-01 0"),
            ("notice", "notice some subscriber".to_owned(), "notice some subscriber"),
        ];
        for (nth, (kind, key, _)) in before.iter().enumerate() {
            let row = format!(
                "INSERT INTO deliveries (id, dedup_key, kind, to_address, subject, body_text,
                   body_html, owed_at, not_after)
                 VALUES ('{nth}', '{key}', '{kind}', '', '', '', '', 1, 2)"
            );
            assert_eq!(by_hand(&world, &row).await.unwrap(), 1);
        }
        for statement in STEP.split(";\n").filter(|statement| statement.contains("UPDATE")) {
            by_hand(&world, statement).await.unwrap();
        }
        let keys: Vec<String> = sqlx::query_scalar("SELECT dedup_key FROM deliveries ORDER BY id")
            .fetch_all(&mut *world.db().read().await.unwrap())
            .await
            .unwrap();
        assert_eq!(keys, before.map(|(_, _, after)| after));
    });
}

#[test]
fn what_is_erased_is_in_no_page_of_postgresql_once_the_night_is_over() {
    // The file of SQLite is looked at above, and in `erase.rs`.
    on_postgres(async |world| {
        let leaver = world.signed_in("kanarienvogel-goes@example.org", &[Role::Parent]).await;
        for nth in 0..3 {
            // In a table that is empty afterwards.
            let email = format!("kanarienvogel-{nth}@example.org");
            world.visitor().post("/sign-up", &[("email", email.as_str())]).await.leads_to();
        }
        world.deliver().await;
        analyzed(&world).await;
        let traces = traces(&world).await;
        leaves(&leaver, &[]).await.leads_to();
        if files_of_postgres(world.db()).await.is_none() {
            return;
        }
        world.forward(60 * DAY);
        assert_eq!(erase_due(&world.house).await.unwrap(), 1);
        world.deliver().await;
        retention::keep(&world.house).await.unwrap();
        let by_day = in_the_files(&world, &traces).await;
        assert!(!by_day.is_empty(), "what is erased is in the pages until these are written anew");

        // Somebody still sees it: this is not the moment.
        at_night(&world).await;
        let accounts = file_of_accounts(&world).await;
        let mut looking = sqlx::AnyConnection::connect(&world.url).await.unwrap();
        let mut looks = looking.begin_with("BEGIN ISOLATION LEVEL REPEATABLE READ").await.unwrap();
        sqlx::query("SELECT count(*) FROM accounts").execute(&mut *looks).await.unwrap();
        erase_due(&world.house).await.unwrap();
        assert_eq!(file_of_accounts(&world).await, accounts);
        looks.rollback().await.unwrap();

        erase_due(&world.house).await.unwrap();
        // What another test's load holds up is left for the next night.
        for _ in 0..4 {
            if !in_the_files(&world, &traces).await.is_empty() {
                world.forward(DAY);
                erase_due(&world.house).await.unwrap();
            }
        }
        assert_eq!(in_the_files(&world, &traces).await, Vec::<String>::new());
        let written_anew = file_of_accounts(&world).await;
        assert_ne!(written_anew, accounts);

        // Once a night is enough.
        world.forward(HOUR / 2);
        erase_due(&world.house).await.unwrap();
        assert_eq!(file_of_accounts(&world).await, written_anew);
        world.forward(DAY);
        erase_due(&world.house).await.unwrap();
        assert_ne!(file_of_accounts(&world).await, written_anew, "and again in the next");
    });
}

/// The file in which PostgreSQL keeps the accounts: another one each time they are written anew.
async fn file_of_accounts(world: &World) -> i64 {
    sqlx::query_scalar("SELECT CAST(pg_relation_filenode('accounts') AS BIGINT)")
        .fetch_one(&mut *world.db().read().await.unwrap())
        .await
        .unwrap()
}
