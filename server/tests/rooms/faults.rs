//! What is no crash and used to stop the service all the same: a disk that is full, a file that
//! went, a table that somebody else holds. What was typed is refused with 503, and the next one
//! goes through as soon as the fault is over.

use std::time::Duration;

use axum::http::{StatusCode, header};
use ground::db::Db;
use ground::files::Files;
use sqlx::{AssertSqlSafe, Connection as _, Executor as _};
use tokio::time::timeout;

use crate::consultations;
use crate::world::{World, change, on_both, on_postgres, on_sqlite};

async fn topics(world: &World) -> i64 {
    let mut connection = world.db().read().await.unwrap();
    sqlx::query_scalar("SELECT count(*) FROM topics").fetch_one(&mut *connection).await.unwrap()
}

/// Leaves the writer no room to grow, as a full disk does.
async fn fill_the_disk(world: &World) {
    let mut tx = world.db().begin().await.unwrap();
    let pages: i64 = sqlx::query_scalar("PRAGMA page_count").fetch_one(&mut *tx).await.unwrap();
    tx.execute(AssertSqlSafe(format!("PRAGMA max_page_count = {pages}"))).await.unwrap();
    tx.commit().await.unwrap();
}

async fn make_room(world: &World) {
    change(world, "PRAGMA max_page_count = 1000000").await;
}

#[test]
fn a_full_disk_refuses_what_does_not_fit_and_the_next_write_goes_through() {
    on_sqlite(async |world| {
        let parent = world.parent(1).await;
        fill_the_disk(&world).await;
        let long = "It is late. ".repeat(5_000);
        let filling = async {
            let mut tx = world.db().begin().await?;
            sqlx::query("INSERT INTO organisations (id, name, position) VALUES ('x', $1, 9)")
                .bind(long)
                .execute(&mut *tx)
                .await?;
            tx.commit().await
        };
        let error = filling.await.unwrap_err();
        assert!(ground::db::is_of_the_moment(&error), "{error}");
        make_room(&world).await;
        parent.propose("Buses that are on time").await;
        assert_eq!(topics(&world).await, 1);
    });
}

#[test]
fn a_form_that_a_full_disk_refuses_is_answered_with_503_and_when_to_try_again() {
    on_sqlite(async |world| {
        let parent = world.parent(1).await;
        let long = "It is late. ".repeat(150);
        fill_the_disk(&world).await;
        let mut kept = 0;
        // What free pages there are is used up first.
        let answer = loop {
            let title = format!("Buses that are on time {kept}");
            let mut fields = parent.proposal(&title);
            fields[1].1 = &long;
            let answer = parent.post("/topics/new", &fields).await;
            if answer.status != StatusCode::SEE_OTHER {
                break answer;
            }
            kept += 1;
        };
        assert_eq!(answer.status, StatusCode::SERVICE_UNAVAILABLE, "{}", answer.html);
        assert!(answer.headers.contains_key(header::RETRY_AFTER));
        assert!(answer.says("you typed is still there"), "{}", answer.html);
        assert_eq!(topics(&world).await, kept);
        make_room(&world).await;
        parent.propose("Buses that are on time, again").await;
        assert_eq!(topics(&world).await, kept + 1);
    });
}

#[test]
fn votes_that_are_given_at_once_are_kept_together_and_each_is_counted() {
    on_sqlite(async |world| {
        let (_, topic) = world.voting("Buses that are on time").await;
        let mut parents = Vec::new();
        for nth in 1..=20 {
            parents.push(world.parent(nth).await);
        }
        let before = world.db().commits();
        let votes = parents.iter().map(|parent| parent.support(&topic, "support"));
        for answer in futures_util::future::join_all(votes).await {
            answer.done();
        }
        let commits = world.db().commits() - before;
        assert!(commits < 20, "{commits} commits for 20 votes");
        let supporters: i64 = sqlx::query_scalar("SELECT count(*) FROM supports")
            .fetch_one(&mut *world.db().read().await.unwrap())
            .await
            .unwrap();
        assert_eq!(supporters, 20);
    });
}

#[test]
fn a_write_that_stops_half_way_by_a_fault_of_the_program_leaves_nothing_behind() {
    on_both(async |world| {
        let db = world.db().clone();
        // As the table of addresses runs a form: in a task of its own.
        let stopping = tokio::spawn(async move {
            let mut tx = db.begin().await.unwrap();
            tx.execute("INSERT INTO organisations (id, name, position) VALUES ('x', 'x', 9)")
                .await
                .unwrap();
            panic!("a fault made for this test");
        });
        assert!(stopping.await.unwrap_err().is_panic());
        world.parent(1).await.propose("Buses that are on time").await;
        let mut connection = world.db().read().await.unwrap();
        let many: i64 = sqlx::query_scalar("SELECT count(*) FROM organisations WHERE id = 'x'")
            .fetch_one(&mut *connection)
            .await
            .unwrap();
        assert_eq!(many, 0);
    });
}

#[test]
fn a_database_file_that_was_moved_is_neither_read_nor_written_until_it_is_back() {
    on_sqlite(async |world| {
        let parent = world.parent(1).await;
        let (file, away) =
            (world.folder().join("alongside.db"), world.folder().join("elsewhere.db"));
        std::fs::rename(&file, &away).unwrap();
        let answer = parent.post("/topics/new", &parent.proposal("Buses")).await;
        assert_eq!(answer.status, StatusCode::SERVICE_UNAVAILABLE, "{}", answer.html);
        let well = world.visitor().get("/healthz").await;
        assert_eq!(well.status, StatusCode::SERVICE_UNAVAILABLE);

        // Nor does another file in its place.
        std::fs::copy(&away, &file).unwrap();
        let answer = parent.post("/topics/new", &parent.proposal("Buses")).await;
        assert_eq!(answer.status, StatusCode::SERVICE_UNAVAILABLE, "{}", answer.html);

        std::fs::rename(&away, &file).unwrap();
        parent.propose("Buses").await;
        assert_eq!(topics(&world).await, 1);
    });
}

#[test]
fn while_a_table_is_locked_its_pages_say_so_soon_and_other_pages_answer() {
    on_postgres(async |world| {
        let world = world.in_a_hurry().await;
        let parent = world.parent(1).await;
        let mut other = sqlx::AnyConnection::connect(&world.url).await.unwrap();
        let mut lock = other.begin().await.unwrap();
        lock.execute("LOCK TABLE topics IN ACCESS EXCLUSIVE MODE").await.unwrap();

        // More at once than there are connections to ask with.
        let visitor = world.visitor();
        let fields = parent.proposal("Buses");
        let pages = futures_util::future::join_all((0..20).map(|_| visitor.get("/topics")));
        let writes =
            futures_util::future::join_all((0..9).map(|_| parent.post("/topics/new", &fields)));
        let others = async {
            tokio::time::sleep(std::time::Duration::from_millis(300)).await;
            world.db().answers().await
        };
        let (pages, writes, answers) = tokio::join!(pages, writes, others);
        assert!(answers.is_ok(), "it is known that the database is well: {answers:?}");
        for answer in pages.iter().chain(&writes) {
            assert_eq!(answer.status, StatusCode::SERVICE_UNAVAILABLE, "{}", answer.html);
            assert!(answer.headers.contains_key(header::RETRY_AFTER));
        }
        let still_held: i64 =
            sqlx::query_scalar("SELECT 1::bigint").fetch_one(&mut *lock).await.unwrap();
        assert_eq!(still_held, 1, "all were answered while the table was locked");

        lock.rollback().await.unwrap();
        assert_eq!(topics(&world).await, 0, "what was answered with 503 is not kept later");
        parent.propose("Buses").await;
        assert_eq!(world.visitor().get("/topics").await.status, StatusCode::OK);
    });
}

#[test]
fn an_answer_that_this_program_does_not_know_is_neither_shown_as_none_nor_written_over() {
    on_both(async |world| {
        let id = consultations::open(&world, &world.organiser().await, "anyone").await;
        let visitor = world.visitor();
        let response = consultations::begin(&visitor, &id).await;
        let newer = r#"{"first":{"picture":"drawn by a newer program"}}"#;
        let mut tx = world.db().begin().await.unwrap();
        sqlx::query("UPDATE responses SET answers = $1")
            .bind(newer)
            .execute(&mut *tx)
            .await
            .unwrap();
        tx.commit().await.unwrap();
        assert_eq!(
            visitor.get(&format!("{response}/questions/question-1")).await.status,
            StatusCode::INTERNAL_SERVER_ERROR
        );
        let sent = consultations::answer(&visitor, &response, "question-1", "yes").await;
        assert_eq!(sent.status, StatusCode::INTERNAL_SERVER_ERROR);
        for inside in ["newer program", "unknown variant", "serde", "sqlx"] {
            assert!(!sent.says(inside), "{}", sent.html);
        }
        let mut connection = world.db().read().await.unwrap();
        let kept: String = sqlx::query_scalar("SELECT answers FROM responses")
            .fetch_one(&mut *connection)
            .await
            .unwrap();
        assert_eq!(kept, newer);
    });
}

#[test]
fn a_picture_that_is_damaged_is_not_shown_and_the_page_says_so() {
    on_both(async |world| {
        let folder = world.folder().join("files");
        let files = Files::open(&format!("file:{}", folder.display())).unwrap();
        let picture = [&b"\xFF\xD8\xFF\xDB\x00\x06look"[..], b"\xFF\xDA\x00\x03\x01look\xFF\xD9"];
        let name = files.keep_picture(picture.concat().into()).await.unwrap().unwrap();
        let mut house = world.house.clone();
        house.files = files;
        let world = world.around(house);
        let path = format!("/pictures/{name}");
        let organiser = world.organiser().await;
        assert_eq!(organiser.get(&path).await.status, StatusCode::OK);
        std::fs::write(folder.join(&name[..64]), "").unwrap();
        let answer = organiser.get(&path).await;
        assert_eq!(answer.status, StatusCode::GONE);
        assert!(answer.says("This file is damaged"), "{}", answer.html);
    });
}

#[test]
fn more_questions_than_connections_take_turns_and_one_given_up_half_way_keeps_nobody_out() {
    on_both(async |world| {
        let ask = |db: Db| async move {
            let mut connection = db.read().await.unwrap();
            let many = sqlx::query_scalar::<_, i64>("SELECT count(*) FROM services");
            many.fetch_one(&mut *connection).await.unwrap()
        };
        let many = ask(world.db().clone()).await;
        for _ in 0..30 {
            // As a phone goes away.
            let _ = timeout(Duration::ZERO, ask(world.db().clone())).await;
        }
        let asked: Vec<_> = (0..50).map(|_| tokio::spawn(ask(world.db().clone()))).collect();
        for one in asked {
            assert_eq!(one.await.unwrap(), many);
        }
        let (_, open, _) = world.db().connections()[0];
        assert!((1..=10).contains(&open), "{open}");
        world.db().close().await;
        assert!(world.db().read().await.is_err(), "it is closed");
    });
}
