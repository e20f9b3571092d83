//! The record and the evidence pack: what everyone sees, and that a pack is what the events say.

use std::collections::BTreeMap;
use std::path::Path;

use axum::http::StatusCode;
use calendar::clock::{self, Clock, DAY};
use ground::db::{Db, Kind};
use ground::files::Files;
use ground::house::House;
use ground::viewer::Role;
use record::history::AsOf;
use record::pack::{self, NoPack, Pack};
use serde_json::Value;

use crate::page::{attributes, text};
use crate::updates::{DONE, closed_topic, publish};
use crate::world::{BEGINS, Like, World, on_both, on_postgres};

/// The pack of a day.
pub async fn packed(house: &House, day: &str) -> Pack {
    let moment = AsOf::read(day, house.clock.now()).unwrap();
    pack::make(house, &moment).await.unwrap()
}

/// What stands in the record of a pack.
pub fn record(pack: &Pack) -> Value {
    let (_, json) = pack.files.iter().find(|(name, _)| name == "record.json").unwrap();
    serde_json::from_slice(json).unwrap()
}

/// The figures of a pack by name.
pub fn figures(pack: &Pack) -> BTreeMap<String, String> {
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let record = record(pack);
    let figures = record["figures"].as_array().unwrap();
    figures.iter().map(|figure| (text(&figure["name"]), text(&figure["value"]))).collect()
}

#[test]
fn a_pack_of_a_day_that_is_over_is_the_same_whatever_comes_later() {
    on_both(async |world| {
        let topic = closed_topic(&world).await;
        let leader = world.signed_in("leader@example.org", &[Role::Leader]).await;
        let update = publish(&leader, &topic, &DONE).await;
        updates::tell_due(&world.house).await.unwrap();
        world.deliver().await;
        let day = clock::fields(world.now()).0;
        let so_far = packed(&world.house, &day).await;
        assert_eq!(record(&so_far)["is_whole_day"], false);
        world.forward(2 * DAY);
        let first = packed(&world.house, &day).await;
        assert_eq!(record(&first)["is_whole_day"], true);
        assert_eq!(figures(&first)["updates_claimed"], "1");

        let organiser = world.organiser().await;
        organiser
            .post(
                &format!("/forum/updates/{update}"),
                &[("version", "1"), ("verdict", "confirmed")],
            )
            .await
            .leads_to();
        leader
            .post(
                &format!("/lead/updates/{update}"),
                &[&DONE[..2], &[("outcome", "partly"), ("version", "1"), ("step", "publish")]]
                    .concat(),
            )
            .await
            .leads_to();
        world.forward(2 * DAY);
        assert_eq!(packed(&world.house, &day).await, first, "later events change nothing of it");
        assert_eq!(packed(&world.house, &day).await.zip().unwrap(), first.zip().unwrap());
        let later = figures(&packed(&world.house, &clock::fields(world.now() - DAY).0).await);
        assert_eq!(
            (later["updates_claimed"].as_str(), later["outcomes_partly"].as_str()),
            ("1", "1")
        );
    });
}

#[test]
fn the_forum_saves_the_pack_of_a_day_and_is_told_what_is_wrong_with_another() {
    on_both(async |world| {
        let organiser = world.organiser().await;
        let page = "/forum/evidence-pack";
        let made = async |day: &str| organiser.post(page, &[("as_of", day)]).await;
        let today = clock::fields(world.now()).0;
        let nothing = made(&today).await;
        assert!(
            nothing.status == StatusCode::UNPROCESSABLE_ENTITY
                && nothing.says("Nothing has happened here yet")
        );
        closed_topic(&world).await;
        let organiser = world.sign_in("organiser@example.org").await;
        let made = async |day: &str| organiser.post(page, &[("as_of", day)]).await;
        for (day, why) in [
            (clock::fields(world.now() + DAY).0, "is in the future"),
            ("2001-01-01".to_owned(), "Nothing had happened by then. Choose"),
            ("yesterday".to_owned(), "Enter a day like 2026-12-01"),
            (String::new(), "Enter a day like 2026-12-01"),
            ("2026-02-30".to_owned(), "Enter a day like 2026-12-01"),
        ] {
            let refused = made(&day).await;
            assert!(
                refused.status == StatusCode::UNPROCESSABLE_ENTITY && refused.says(why),
                "{day}"
            );
        }
        let today = clock::fields(world.now()).0;
        let saved = made(&today).await;
        assert_eq!(
            saved.headers["content-disposition"],
            format!("attachment; filename=\"evidence-pack-{today}.zip\"")
        );
        let noted: String =
            sqlx::query_scalar("SELECT detail FROM audit WHERE what = 'evidence pack made'")
                .fetch_one(&mut *world.db().read().await.unwrap())
                .await
                .unwrap();
        assert_eq!(noted.len(), 64, "the hash of the pack is in the audit log");
        let parent = world.parent(1).await;
        assert_eq!(parent.post(page, &[("as_of", &today)]).await.status, StatusCode::FORBIDDEN);
    });
}

#[test]
fn a_pack_that_was_changed_is_found_out() {
    on_both(async |world| {
        closed_topic(&world).await;
        let made = packed(&world.house, &clock::fields(world.now()).0).await;
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name);
        let write =
            || made.files.iter().for_each(|(name, bytes)| std::fs::write(at(name), bytes).unwrap());
        let faults = || pack::verify(folder.path()).unwrap_err().join("; ");
        write();
        let whole = pack::verify(folder.path()).unwrap();
        assert_eq!((whole.files, whole.hash), (made.files.len() - 1, made.hash()));
        std::fs::write(at("figures.csv"), "changed").unwrap();
        std::fs::remove_file(at("plans.csv")).unwrap();
        std::fs::write(at("another.csv"), "").unwrap();
        assert_eq!(
            faults(),
            "figures.csv was changed after the pack was made; plans.csv is missing; another.csv \
             does not belong to the pack"
        );
        std::fs::remove_file(at("another.csv")).unwrap();
        write();
        assert!(pack::verify(folder.path()).is_ok());
        std::fs::write(at(pack::MANIFEST), "nothing\n").unwrap();
        assert!(faults().contains("manifest.sha256 was changed"));
        std::fs::remove_file(at(pack::MANIFEST)).unwrap();
        assert!(faults().contains("cannot be read"));
    });
}

/// A service on a copy of this, at a fixed time.
async fn service(like: Like, kind: Kind, folder: &Path) -> House {
    let url = like.copied(kind, &folder.join("alongside.db")).await;
    let db = Db::open(&url).await.unwrap();
    House::new(db, Files::in_memory(), Clock::by_hand(BEGINS), World::names())
}

#[test]
fn the_same_history_on_two_databases_gives_the_same_bytes() {
    on_postgres(async |_world| {
        let folder = tempfile::tempdir().unwrap();
        let filled = Like::Demonstration(BEGINS);
        let sqlite = service(filled, Kind::Sqlite, folder.path()).await;
        let postgres = service(Like::Tables, Kind::Postgres, folder.path()).await;
        let how = server::copying::How::default();
        server::copying::copy(&sqlite.db, &postgres.db, &how).await.unwrap();
        for days in [0, 1, 20, 40, 100] {
            let day = clock::fields(sqlite.clock.now() - days * DAY).0;
            let (one, other) = (packed(&sqlite, &day).await, packed(&postgres, &day).await);
            assert_eq!(one.hash(), other.hash(), "{day}");
            assert_eq!(one, other, "{day}");
        }
        let long_ago = AsOf::read("2020-01-01", sqlite.clock.now()).unwrap();
        assert!(matches!(pack::make(&sqlite, &long_ago).await, Err(NoPack::Nothing(_))));
    });
}

#[test]
fn the_record_of_the_demonstration_says_the_same_on_its_pages_as_in_the_pack() {
    on_both(async |world| {
        let folder = tempfile::tempdir().unwrap();
        let filled = Like::Demonstration(BEGINS);
        let house = service(filled, world.db().kind(), folder.path()).await;
        let figures = figures(&packed(&house, &clock::fields(house.clock.now()).0).await);
        let world = world.around(house);
        let visitor = world.visitor();
        let area = visitor.get("/record").await;
        assert!(area.says("5 plans are registered.") && figures["plans"] == "5");
        assert!(area.says("× Decided before the consultation on it had closed"));
        let decided = ["decisions", "decisions_unanswered", "decisions_early"];
        assert_eq!(decided.map(|name| figures[name].as_str()), ["2", "1", "1"]);
        assert!(area.says("This has happened once.") && figures["overrides"] == "1");
        let recommended = ["recommendations", "recommendations_answered", "recommendations_done"];
        let [all, answered, done] = recommended.map(|name| figures[name].as_str());
        assert_eq!((all, answered, done), ("2", "0", "0"), "its draft is not published");
        assert!(area.says(&format!("href=\"/reports\">{answered} of {all}</a>")));
        let told = visitor.get("/record/told").await;
        assert!(
            told.says(&format!("{}% (", figures["told_in_time_percent"])) && told.says("about")
        );
        let outcomes = visitor.get("/record/outcomes").await;
        let awaited = format!(
            "Told us: {}. Not due yet: {}. Overdue: {}.",
            figures["awaited_said"], figures["awaited_due"], figures["awaited_overdue"]
        );
        assert!(outcomes.says(&awaited) && figures["awaited_overdue"] != "0");
        let places = visitor.get("/record/places").await;
        assert!(
            places.says(&format!("{} times", figures["answers_ratio"]))
                && places.says("too few to say")
        );
        let plans = attributes(&area.html, "a[href^='/record/plans/']", "href");
        let plan = visitor.get(&plans[0]).await;
        assert!(plan.says("What happened, in order") && plan.html.contains("role=\"img\""));
        assert_eq!(visitor.get("/record/plans/none").await.status, StatusCode::NOT_FOUND);

        let mut said = Vec::new();
        for record in plans {
            let id = record.replace("/record/plans/", "");
            let page = visitor.get(&record).await;
            let heading = text(&page.html, "h1");
            let standing = ["No draft is published yet.", "Leaders must tell us"]
                .into_iter()
                .find(|words| page.says(words))
                .unwrap();
            said.push((heading, standing, page.says("Who supported the topics this plan answers")));
            if standing == "Leaders must tell us" {
                // A leader says what came of the plan: its record says how many heard.
                let leader = world.sign_in("leader@example.org").await;
                let leads = "UPDATE roles SET organisation_id = (SELECT max(organisation_id)
                     FROM plan_organisations WHERE plan_id = $2) WHERE account_id = $1";
                sqlx::query(leads)
                    .bind(&leader.account)
                    .bind(&id)
                    .execute(&mut *world.db().read().await.unwrap())
                    .await
                    .unwrap();
                let about = format!("plan:{id}");
                leader
                    .post(
                        "/lead/updates/new",
                        &[&DONE[..], &[("about", about.as_str()), ("step", "publish")]].concat(),
                    )
                    .await
                    .leads_to();
                updates::tell_due(&world.house).await.unwrap();
                let emails = world
                    .deliver()
                    .await
                    .iter()
                    .filter(|email| email.subject.starts_with("What happened about"))
                    .count();
                let page = visitor.get(&record).await;
                let about = format!("about {}", (emails + 5) / 10 * 10);
                assert!(
                    emails > 20
                        && page.says("✓ Leaders have told us what happened.")
                        && page.says(&about)
                        && page.says("on the same day"),
                    "{emails}"
                );
            }
        }
        let expected = [
            ("Support after a diagnosis of autism", "No draft is published yet.", false),
            ("Shorter waits for occupational therapy", "Leaders must tell us", false),
            ("An autism pathway for Sefton", "No draft is published yet.", false),
            ("Weekends and holidays", "No draft is published yet.", true),
            ("What we do about the inspection", "No draft is published yet.", false),
        ];
        assert_eq!(
            said,
            expected.map(|(title, standing, has_supports)| (
                title.to_owned(),
                standing,
                has_supports
            ))
        );
    });
}
