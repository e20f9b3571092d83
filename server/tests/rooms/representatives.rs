//! Who represents the forum, at which meetings, and what happened next.

use axum::http::StatusCode;
use calendar::clock::{self, DAY};
use ground::viewer::Role;

use crate::world::{Answer, Browser, World, by_hand, number, on_both};

/// Adds somebody who represents the forum; their id.
async fn representative(world: &World, organiser: &Browser<'_>, name: &str) -> String {
    organiser.post("/forum/representatives", &[("name", name)]).await.leads_to();
    world.one(&format!("SELECT id FROM representatives WHERE name = '{name}'")).await
}

fn yesterday(world: &World) -> String {
    clock::fields(world.now() - DAY).0
}

/// A meeting that was held yesterday, as the form sends it.
async fn enter(world: &World, organiser: &Browser<'_>, title: &str, who: &str) -> Answer {
    let day = yesterday(world);
    let fields = [
        ("title", title),
        ("held_on", &day),
        ("representatives", who),
        ("place", &world.south),
        ("about", "Buses that are late."),
        ("led_to", ""),
    ];
    organiser.post("/forum/meetings/new", &fields).await
}

#[test]
fn an_organiser_enters_who_represents_the_forum_and_a_meeting_and_finds_it_in_the_year() {
    on_both(async |world| {
        let organiser = world.organiser().await;
        assert!(organiser.get("/forum").await.says("href=\"/forum/meetings\""));
        let list = organiser.get("/forum/meetings").await;
        assert!(list.says("No meeting is entered yet.") && list.says("/forum/meetings/new"));
        let first = organiser.get("/forum/meetings/new").await;
        assert!(first.says("First add") && first.says("/forum/representatives"), "{}", first.html);
        let nameless = organiser.post("/forum/representatives", &[("name", " ")]).await;
        nameless.refused(StatusCode::UNPROCESSABLE_ENTITY);
        let key = id::fresh();
        let twice = [("name", "Invented Representative"), ("form_key", key.as_str())];
        for _ in 0..2 {
            organiser.post("/forum/representatives", &twice).await.leads_to();
        }
        assert_eq!(number(&world, "SELECT count(*) FROM representatives").await, 1, "a double tap");
        let who = world.one("SELECT id FROM representatives").await;

        let tomorrow = clock::fields(world.now() + DAY).0;
        let early = [
            ("title", "SEND partnership board"),
            ("held_on", &tomorrow),
            ("representatives", &who),
            ("about", ""),
        ];
        let refused = organiser.post("/forum/meetings/new", &early).await;
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(refused.says("Enter it once the meeting has taken place"), "{}", refused.html);
        assert!(refused.says("Say what it was about"), "{}", refused.html);
        assert!(refused.says("value=\"SEND partnership board\""), "nothing that was typed is lost");
        let nobody = enter(&world, &organiser, "SEND partnership board", "").await;
        assert!(nobody.says("Choose who went there for the forum"), "{}", nobody.html);

        let to = enter(&world, &organiser, "SEND partnership board", &who).await.leads_to();
        let list = organiser.get(&to).await;
        assert!(list.says("For the forum: Invented Representative."), "{}", list.html);
        assert!(list.says("about South Sefton") && list.says("isn't entered yet"), "{}", list.html);
        let until = yesterday(&world);
        let year = organiser.get(&format!("/forum/year?from=2026-12-01&until={until}")).await;
        assert!(year.says("1 meeting. South Sefton: 1."), "{}", year.html);
        assert!(year.says("Invented Representative") && year.says("Buses that are late."));
        for what in ["representative added", "meeting entered"] {
            let noted = format!("SELECT count(*) FROM audit WHERE what = '{what}'");
            assert_eq!(number(&world, &noted).await, 1, "{what}");
        }
        let leader = world.signed_in("leader@example.org", &[Role::Leader]).await;
        for path in ["/forum/meetings", "/forum/representatives", "/forum/year"] {
            assert_eq!(leader.get(path).await.status, StatusCode::FORBIDDEN, "{path}");
        }
    });
}

#[test]
fn a_meeting_is_corrected_once_and_taken_out_and_what_somebody_else_changed_is_not_lost() {
    on_both(async |world| {
        let organiser = world.organiser().await;
        let other = world.signed_in("organiser2@example.org", &[Role::Organiser]).await;
        let one = representative(&world, &organiser, "One").await;
        let two = representative(&world, &organiser, "Two").await;
        enter(&world, &organiser, "Board", &one).await.leads_to();
        let page = world.one("SELECT '/forum/meetings/' || id FROM meetings").await;
        let form = organiser.get(&page).await;
        assert!(form.says("Buses that are late."), "{}", form.html);
        let (was, day) = (form.sends("was"), yesterday(&world));
        let said = |led_to: &'static str| {
            [
                ("was", was.as_str()),
                ("title", "Board"),
                ("held_on", day.as_str()),
                ("representatives", one.as_str()),
                ("representatives", two.as_str()),
                ("about", "Buses."),
                ("led_to", led_to),
            ]
        };
        organiser.post(&page, &said("A new timetable.")).await.leads_to();
        organiser.post(&page, &said("A new timetable.")).await.leads_to();
        let noted = "SELECT count(*) FROM audit WHERE what = 'meeting corrected'";
        assert_eq!(number(&world, noted).await, 1, "a second tap corrects nothing");
        assert_eq!(number(&world, "SELECT count(*) FROM meeting_representatives").await, 2);
        let meanwhile = other.post(&page, &said("Nothing.")).await;
        assert_eq!(meanwhile.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(meanwhile.says("Someone else has changed this meeting"), "{}", meanwhile.html);
        assert!(meanwhile.says("Nothing."), "what they typed is still there");
        assert!(organiser.get("/forum/meetings").await.says("A new timetable."));

        other.post(&page, &[("step", "take out")]).await.leads_to();
        other.post(&page, &[("step", "take out")]).await.leads_to();
        assert_eq!(organiser.get(&page).await.status, StatusCode::NOT_FOUND);
        assert!(organiser.get("/forum/meetings").await.says("No meeting is entered yet."));
        assert_eq!(number(&world, "SELECT count(*) FROM meetings").await, 1, "the row stays");
        for sql in [
            "UPDATE meetings SET taken_out_at = NULL",
            "UPDATE meetings SET title = 'Another'",
            "DELETE FROM meetings",
            "DELETE FROM representatives",
        ] {
            assert!(by_hand(&world, sql).await.is_err(), "{sql}");
        }
    });
}

#[test]
fn who_steps_down_goes_to_no_new_meeting_and_a_name_is_taken_away_from_those_that_were() {
    on_both(async |world| {
        let organiser = world.organiser().await;
        let who = representative(&world, &organiser, "Invented Representative").await;
        representative(&world, &organiser, "Another").await;
        enter(&world, &organiser, "Board", &who).await.leads_to();
        let step = |step: &'static str| [("who", who.clone()), ("step", step.to_owned())];
        let press = async |fields: [(&str, String); 2]| {
            let fields = fields.each_ref().map(|(name, value)| (*name, value.as_str()));
            organiser.post("/forum/representatives", &fields).await.leads_to();
        };
        press(step("step down")).await;
        let form = organiser.get("/forum/meetings/new").await;
        assert!(!form.says("Invented Representative") && form.says("Another"), "{}", form.html);
        let page = world.one("SELECT '/forum/meetings/' || id FROM meetings").await;
        assert!(organiser.get(&page).await.says("Invented Representative"), "they were there");
        let fields = [("who", who.as_str()), ("step", "check")];
        let check = organiser.post("/forum/representatives", &fields).await;
        assert!(check.says("past ones too") && check.says("value=\"take away\""), "{}", check.html);
        let named = "SELECT count(*) FROM representatives WHERE name = 'Invented Representative'";
        assert_eq!(number(&world, named).await, 1, "it is asked once more");
        press(step("take away")).await;
        press(step("take away")).await;
        for path in ["/forum/meetings", "/forum/representatives", "/forum/year", page.as_str()] {
            assert!(!organiser.get(path).await.says("Invented Representative"), "{path}");
        }
        assert!(organiser.get("/forum/meetings").await.says("For the forum: a representative."));
        let form = organiser.get(&page).await;
        let (was, day) = (form.sends("was"), yesterday(&world));
        let corrected = [
            ("was", was.as_str()),
            ("title", "Board"),
            ("held_on", day.as_str()),
            ("about", "Buses."),
            ("led_to", "A new timetable."),
        ];
        organiser.post(&page, &corrected).await.leads_to();
        let there = "SELECT count(*) FROM meeting_representatives";
        assert_eq!(number(&world, there).await, 1, "somebody was there all the same");
        for sql in [
            "UPDATE representatives SET name = 'Back' WHERE name = ''",
            "UPDATE representatives SET name = 'Somebody else' WHERE name = 'Another'",
            "UPDATE representatives SET stepped_down_at = NULL WHERE name = ''",
            "INSERT INTO meetings (id, form_key, title, held_on, about, led_to, recorded_on,
             changed_at) VALUES ('m', 'm', 'To come', '2027-05-01', 'x', '', '2027-01-01', 1)",
        ] {
            assert!(by_hand(&world, sql).await.is_err(), "{sql}");
        }
    });
}
