//! Search over everything public, the home that is theirs, who the forum is, and its menu.

use app::search;
use axum::http::StatusCode;
use calendar::clock::{DAY, SECOND};
use ground::viewer::Role;

use crate::page::part;
use crate::world::{World, change, on_both};

async fn finds(world: &World, search: &str) -> String {
    let answer = world.visitor().get(&format!("/search?q={search}")).await;
    assert_eq!(answer.status, StatusCode::OK, "{search}");
    part(&answer.html, "main")
}

#[test]
fn everything_public_is_found_by_the_words_people_use_here_and_marked() {
    on_both(async |world| {
        let world = world.demonstration().await;
        search::refresh(&world.house).await.unwrap();
        search::refresh(&world.house).await.unwrap();
        for (search, kinds) in [
            ("SALT", vec!["/topics/"]),
            ("EHCP", vec!["/topics/"]),
            ("respite", vec!["/services/"]),
            ("transport", vec!["/notices/", "/topics/", "/services/"]),
            ("occupational+therapy", vec!["/plans/", "/services/"]),
            ("privacy", vec!["\"/privacy\""]),
            ("Southport+or+North+Sefton", vec!["/places/"]),
        ] {
            let found = finds(&world, search).await;
            for kind in kinds {
                assert!(
                    found.contains(&format!("href=\"{}", kind.trim_matches('"'))),
                    "{search}: {kind}"
                );
            }
        }
        let found = finds(&world, "occupational+therapy").await;
        assert!(found.contains("<mark>"), "what was looked for is marked");
    });
}

#[test]
fn a_slip_of_a_letter_finds_what_was_meant_and_says_so_and_nothing_found_leads_on() {
    on_both(async |world| {
        world.published("Speech therapy for all").await;
        search::refresh(&world.house).await.unwrap();
        let found = finds(&world, "speach").await;
        assert!(found.contains("Nothing here says “speach”") && found.contains("/topics/"));
        let found = finds(&world, "zzzzzz").await;
        assert!(found.contains("No results for “zzzzzz”") && found.contains("/contact"));
        for odd in ["%22%27%3B--", "*", "%00", "the", &"word+".repeat(60), "%F0%9F%9A%8C"] {
            finds(&world, odd).await;
        }
    });
}

#[test]
fn what_alone_holds_both_of_two_frequent_words_is_found_though_many_hold_one_of_them() {
    on_both(async |world| {
        world.published("Zebras").await;
        let topic = world.published("Zebras and quilts").await;
        search::refresh(&world.house).await.unwrap();
        // Theirs would come first: they stand in a title, and their ids are later ones.
        for word in ["zebra", "quilt"] {
            let sql = format!(
                "INSERT INTO search_words (kind, thing_id, word, stem, weight)
                 WITH RECURSIVE numbers (nth) AS
                   (SELECT 1 UNION ALL SELECT nth + 1 FROM numbers WHERE nth < 700)
                 SELECT 'topics', 'z' || CAST(nth AS TEXT) || '{word}', '{word}', '{word}', 8
                 FROM numbers"
            );
            change(&world, &sql).await;
        }
        let sql = format!("UPDATE search_words SET weight = 1 WHERE thing_id = '{topic}'");
        change(&world, &sql).await;
        let found = finds(&world, "zebras+quilts").await;
        assert!(found.contains("1 result for") && found.contains(&format!("/topics/{topic}")));
    });
}

#[test]
fn what_is_not_public_is_never_found_and_what_is_taken_down_is_found_no_more_at_once() {
    on_both(async |world| {
        let parent = world.parent(1).await;
        parent.propose("Hoists waiting to be checked").await;
        let topic = world.published("Hoists in every pool").await;
        search::refresh(&world.house).await.unwrap();
        let found = finds(&world, "hoists").await;
        assert!(found.contains(&format!("/topics/{topic}")) && !found.contains("to be checked"));
        let sql = "UPDATE topics SET withdrawn_at = 1 WHERE id = $1";
        let mut connection = world.db().read().await.unwrap();
        sqlx::query(sql).bind(&topic).execute(&mut *connection).await.unwrap();
        drop(connection);
        world.forward(SECOND);
        let found = finds(&world, "hoists").await;
        assert!(!found.contains(&format!("/topics/{topic}")), "before the index has heard of it");
        search::refresh(&world.house).await.unwrap();
        let words: i64 =
            sqlx::query_scalar("SELECT count(*) FROM search_words WHERE thing_id = $1")
                .bind(&topic)
                .fetch_one(&mut *world.db().read().await.unwrap())
                .await
                .unwrap();
        assert_eq!(words, 0);
    });
}

#[test]
fn an_administrator_keeps_the_local_words_and_search_uses_them() {
    on_both(async |world| {
        world.published("A sensory room at weekends").await;
        let admin = world.signed_in("admin@example.org", &[Role::Admin]).await;
        let page = admin.get("/admin/search-words").await;
        assert!(page.says("EHCP") && page.says("respite"), "the list is shipped filled");
        let wrong = admin.post("/admin/search-words", &[("words", "snoezelen")]).await;
        assert!(
            wrong.status == StatusCode::UNPROCESSABLE_ENTITY
                && wrong.says("Line 1")
                && wrong.says("snoezelen")
        );
        let words = [("words", "snoezelen, sensory room")];
        admin.post("/admin/search-words", &words).await.leads_to();
        search::refresh(&world.house).await.unwrap();
        assert!(finds(&world, "Snoezelen").await.contains("<mark>sensory room</mark>"));
        // An empty list brings back what was shipped.
        admin.post("/admin/search-words", &[("words", "")]).await.leads_to();
        assert!(admin.get("/admin/search-words").await.says("respite"));
    });
}

#[test]
fn who_the_forum_is_stands_on_its_pages_and_every_foot_as_soon_as_it_is_saved() {
    on_both(async |world| {
        assert!(world.visitor().get("/contact").await.says("Reply to any email from us"));
        let admin = world.signed_in("admin@example.org", &[Role::Admin]).await;
        let said = [
            ("about", "We are eleven parents."),
            ("phone", "0151 496 0123"),
            ("hours", "Mondays"),
            ("email", "hello@example.org"),
            ("advice", "Sefton SENDIASS"),
            ("advice_web", "https://example.org/advice"),
            ("controller", "Invented Charity"),
        ];
        let wrong = admin.post("/admin/contact", &[("phone", "ask"), ("about", "We are.")]).await;
        assert!(
            wrong.status == StatusCode::UNPROCESSABLE_ENTITY
                && wrong.says("Enter a telephone number")
                && wrong.says("We are.")
        );
        admin.post("/admin/contact", &said).await.leads_to();
        let visitor = world.visitor();
        assert!(visitor.get("/about").await.says("We are eleven parents."));
        assert!(visitor.get("/privacy").await.says("Invented Charity"));
        let contact = visitor.get("/contact").await;
        assert!(contact.says("Sefton SENDIASS") && contact.html.contains("tel:01514960123"));
        assert!(visitor.get("/topics").await.html.contains("tel:01514960123"), "on every foot");
        // Another process reads it from the database.
        let read = area::contact::read(world.db()).await.unwrap();
        assert_eq!(read, *world.house.contact.get());
        let entries: i64 =
            sqlx::query_scalar("SELECT count(*) FROM audit WHERE what = 'contact details changed'")
                .fetch_one(&mut *world.db().read().await.unwrap())
                .await
                .unwrap();
        assert_eq!(entries, 1);
    });
}

#[test]
fn home_shows_someone_signed_in_what_is_new_since_their_last_visit_and_what_is_theirs() {
    on_both(async |world| {
        let parent = world.parent(1).await;
        let own = parent.propose("My own topic").await;
        let first = parent.get("/").await;
        assert!(first.says("Hello") && first.says("My own topic") && !first.says("New since"));
        assert!(first.html.contains(&format!("/topics/{own}")));
        world.forward(3 * DAY);
        parent.get("/topics").await.done();
        world.forward(DAY);
        world.published("Something new").await;
        let home = parent.get("/").await;
        assert!(home.says("New since") && home.says("Something new"));
        let visitor = world.visitor().get("/").await;
        assert!(visitor.says("How it works") && !visitor.says("Hello"));
    });
}
