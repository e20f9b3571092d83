//! What is no use any more is erased, and is found nowhere in the bytes: not in the database's
//! files, not in its write-ahead log, not in a backup made after.

use std::fs;
use std::path::Path;

use accounts::store;
use calendar::clock::{Clock, DAY};
use deliveries::{EmailKind, Failure, Outcome, Owed, Words, deliver_one, owe};
use ground::db::{Db, Kind};
use ground::files::Files;
use ground::house::House;
use ground::viewer::Role;
use server::{backup, retention};

use crate::world::{World, link, new_postgres_database, on_both};

/// Stands in everything that is to be erased, each time with a word of its own after it.
const CANARY: &str = "kanarienvogel";

/// The demonstration area, in which people did what leaves names and addresses behind.
async fn area_of_canaries(world: World) -> World {
    let url = match world.db().kind() {
        Kind::Sqlite => format!("sqlite://{}/canaries.db", world.folder().display()),
        Kind::Postgres => new_postgres_database().await,
    };
    let db = Db::open(&url).await.unwrap();
    db.migrate().await.unwrap();
    let house =
        House::new(db, Files::in_memory(), Clock::by_hand(1_800_000_000_000), World::names());
    assert!(server::demonstration::fill(&house).await.unwrap());
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
        moving.post(&link(confirm), &[]).await;
        moving.changes_address("kanarienvogel-never@example.org").await;

        let invited = "kanarienvogel-invited@example.org".to_owned();
        accounts::invite(&world.house, None, invited, Role::Leader, None).await.unwrap();
        let now = world.now();
        let session = store::NewSession {
            token_hash: id::hash("a token"),
            account_id: moving.account.clone(),
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

        change(
            &world,
            "UPDATE notice_questions SET email = 'kanarienvogel-question@example.org'
             WHERE answer_id IS NULL",
        )
        .await;
        let sql = "INSERT INTO notice_wanted (question_id, account_id, wanted_at)
             SELECT q.id, a.id, q.asked_at FROM notice_questions q, accounts a
             WHERE q.answer_id IS NULL AND a.email IS NOT NULL";
        change(&world, sql).await;
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
        assert!(!found(&world).await.is_empty(), "it is looked for where it is");

        // Two years later; what is erased owes emails itself.
        for _ in 0..2 {
            world.deliver().await;
            world.forward(365 * DAY);
            consultations::tidy_due(world.db(), world.now()).await.unwrap();
            retention::keep(&world.house).await.unwrap();
        }
        assert_eq!(found(&world).await, Vec::<String>::new());
        let rows = "SELECT count(*) FROM deliveries WHERE kind NOT IN ('notice', 'update',
                    'draft published', 'outcome due', 'audit head', 'answer', 'not answered')
                    OR account_id IS NOT NULL";
        let mut connection = world.db().read().await.unwrap();
        let left: i64 = sqlx::query_scalar(rows).fetch_one(&mut *connection).await.unwrap();
        assert_eq!(left, 0, "rows of emails that prove nothing");
        let wanted = "SELECT count(*) FROM notice_wanted";
        let wanted: i64 = sqlx::query_scalar(wanted).fetch_one(&mut *connection).await.unwrap();
        assert_eq!(wanted, 0, "who else wanted to know");
        let told = "SELECT count(*) FROM ledger l JOIN deliveries d ON d.id = l.delivery_id";
        let told: i64 = sqlx::query_scalar(told).fetch_one(&mut *connection).await.unwrap();
        assert!(told > 0, "who was told in time stays proved");
    });
}

async fn owe_one(world: &World, nth: usize) {
    let now = world.now();
    let owing = world.db().write(move |tx| {
        Box::pin(async move {
            let words = Words {
                subject: format!("Kanarienvogel-subject-{nth}"),
                paragraphs: vec![format!("Kanarienvogel-text-{nth}").repeat(500).into()],
                button: None,
                why: "Kanarienvogel-why".into(),
                from: "The forum".into(),
                also: None,
                stop: None,
            };
            let owed = Owed {
                dedup_key: &id::fresh(),
                kind: EmailKind::Question,
                account_id: None,
                to: &format!("kanarienvogel-to-{nth}@example.org"),
                words: &words,
                at: now,
                not_after: None,
            };
            owe(tx, owed).await
        })
    });
    owing.await.unwrap();
}

async fn change(world: &World, sql: &'static str) {
    let changed = sqlx::query(sql).execute(&mut *world.db().read().await.unwrap()).await.unwrap();
    assert!(changed.rows_affected() > 0, "{sql}");
}

/// What stands after the canary wherever it is found: in the files of the database, and in a backup
/// that is made now.
async fn found(world: &World) -> Vec<String> {
    let mut found = Vec::new();
    if world.db().kind() == Kind::Sqlite {
        for name in ["canaries.db", "canaries.db-wal"] {
            look(name, &fs::read(world.folder().join(name)).unwrap(), &mut found);
        }
    }
    let folder = world.folder().join(id::fresh());
    let (made, _) =
        backup::make(world.db(), &world.house.files, &folder, world.now(), None).await.unwrap();
    for file in fs::read_dir(made.join("tables")).unwrap() {
        let path = file.unwrap().path();
        look(&name_of(&path), &fs::read(&path).unwrap(), &mut found);
    }
    found
}

fn name_of(path: &Path) -> String {
    path.file_name().unwrap().to_string_lossy().into_owned()
}

fn look(name: &str, bytes: &[u8], found: &mut Vec<String>) {
    let text = String::from_utf8_lossy(bytes).to_lowercase();
    let words = text.match_indices(CANARY).map(|(at, _)| {
        let word: String = text[at..].chars().take_while(char::is_ascii_graphic).take(60).collect();
        format!("{name}: {word}")
    });
    found.extend(words);
    found.sort();
    found.dedup();
}
