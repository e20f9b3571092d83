//! Names, numbers and days that are put right, and what stays of what they were.

use axum::http::StatusCode;
use calendar::clock::{self, DAY};
use ground::viewer::Role;
use record::history::AsOf;
use record::pack;

use crate::fixtures::consultations::open;
use crate::plans::{draft, leader, meet, register};
use crate::world::{Browser, World, by_hand, number, on_both};

async fn admin(world: &World) -> Browser<'_> {
    world.signed_in("admin@example.org", &[Role::Admin]).await
}

#[test]
fn a_name_is_corrected_and_what_it_was_is_on_its_page() {
    on_both(async |world| {
        let admin = admin(&world).await;
        let page = format!("/admin/area/place/{}", world.north);
        let list = admin.get("/admin/area").await;
        assert!(list.says(&page), "the list leads there: {}", list.html);
        let empty = admin.post(&page, &[("name", " ")]).await;
        assert!(empty.status == StatusCode::UNPROCESSABLE_ENTITY && empty.says("Enter a name"));
        admin.post(&page, &[("name", "Northern Sefton")]).await.leads_to();
        let shown = world.visitor().get(&format!("/places/{}", world.north)).await;
        assert!(
            shown.says("Northern Sefton") && shown.says("Called “North Sefton” until"),
            "{}",
            shown.html
        );
        assert!(admin.get(&page).await.says("Name: North Sefton, until"));
        let noted = "SELECT count(*) FROM audit WHERE what = 'place corrected' AND detail = 'name'";
        assert_eq!(number(&world, noted).await, 1);
        // Sent again as it is, nothing is changed and nothing is noted.
        admin.post(&page, &[("name", "Northern Sefton")]).await.leads_to();
        assert_eq!(number(&world, noted).await, 1);
        let gone = format!("/admin/area/service/{}", world.north);
        assert_eq!(admin.get(&gone).await.status, StatusCode::NOT_FOUND, "it is no service");
        let refused = by_hand(&world, "UPDATE corrections SET was = 'another'").await;
        assert!(refused.is_err(), "what it was stays");
    });
}

#[test]
fn a_name_that_is_another_by_a_slip_is_asked_about_and_a_retired_one_comes_back() {
    on_both(async |world| {
        let admin = admin(&world).await;
        let add = async |name: &str, sure: &str| {
            let fields = [("what", "place"), ("place_name", name), ("sure", sure)];
            admin.post("/admin/area", &fields).await
        };
        add("Norhtton", "").await.leads_to();
        let asked = add("norhtton", "").await;
        assert!(
            asked.status == StatusCode::UNPROCESSABLE_ENTITY
                && asked.says("There is already “Norhtton”"),
            "{}",
            asked.html
        );
        assert!(asked.says("name=\"sure\" value=\"norhtton\""), "{}", asked.html);
        assert!(add("Northton", "").await.says("There is already “Norhtton”"));
        add("Northton", "Northton").await.leads_to();
        let retire = [("what", "place"), ("change", "retire"), ("id", world.south.as_str())];
        admin.post("/admin/area", &retire).await.leads_to();
        assert!(add("South Sefton", "").await.says("Press “Bring back South Sefton” in the list"));
        let back = [("what", "place"), ("change", "bring back"), ("id", world.south.as_str())];
        admin.post("/admin/area", &back).await.leads_to();
        assert_eq!(number(&world, "SELECT count(*) FROM places WHERE retired_at IS NULL").await, 4);
    });
}

#[test]
fn numbers_of_children_come_from_a_file_as_a_whole_or_not_at_all() {
    on_both(async |world| {
        let admin = admin(&world).await;
        let send = async |csv: &str| {
            admin.post_file("/admin/area/baselines", &[], ("places.csv", csv.as_bytes())).await
        };
        let wrong = send(
            "place,children,source,day\nNorth Sefton,1750,School census,2026-01-15\n\
             Suoth Sefton,2300,School census,2026-01-15\n",
        )
        .await;
        assert!(
            wrong.status == StatusCode::UNPROCESSABLE_ENTITY
                && wrong.says("Line 3: there is no place called “Suoth Sefton”")
                && wrong.says("Do you mean South Sefton?"),
            "{}",
            wrong.html
        );
        let counted = "SELECT count(*) FROM places WHERE baseline IS NOT NULL";
        assert_eq!(number(&world, counted).await, 0, "the good line was not taken over either");
        send("place,children,source,day\nNorth Sefton,\"1,750\",School census,2026-01-15\n")
            .await
            .leads_to();
        world.forward(DAY);
        send("place,children,source,day\nNorth Sefton,1800,School census,15/01/2027\n")
            .await
            .leads_to();
        let shown = world.visitor().get(&format!("/places/{}", world.north)).await;
        assert!(
            shown.says("1,800 children and young people with SEND (School census, ")
                && shown.says("we had 1,750 children"),
            "{}",
            shown.html
        );
        let file = admin.get("/admin/area/baselines/places.csv").await;
        assert!(file.says("North Sefton,1800,School census,2027-01-15"), "{}", file.html);
        assert!(admin.post("/admin/area/baselines", &[]).await.says("Choose a CSV file"));
    });
}

#[test]
fn a_plan_and_its_session_are_corrected_in_sight_until_a_draft_rests_on_them() {
    on_both(async |world| {
        let leader = leader(&world).await;
        let plan = register(&world, &leader).await;
        meet(&world, &leader, &plan).await;
        let title = format!("/lead/plans/{plan}/title");
        world.forward(1_000);
        leader.post(&title, &[("title", "Transport to college")]).await.leads_to();
        let page = format!("/plans/{plan}");
        let shown = world.visitor().get(&page).await;
        assert!(
            shown.says("Transport to college")
                && shown.says("This plan was called “Transport to school” until"),
            "{}",
            shown.html
        );
        assert!(by_hand(&world, "UPDATE plans SET title = 'Another'").await.is_err());

        let id = world.one("SELECT id FROM planning_sessions").await;
        let session = format!("/lead/plans/{plan}/sessions/{id}");
        assert!(leader.get(&page).await.says(&session));
        let day = clock::fields(world.now()).0;
        let fields = |parents| {
            [("day", day.as_str()), ("held_at", "Online"), ("parents", parents), ("others", "3")]
        };
        leader.post(&session, &fields("14")).await.leads_to();
        let shown = world.visitor().get(&page).await;
        assert!(
            shown.says("With 14 parents") && shown.says("it said: with 12 parents"),
            "{}",
            shown.html
        );
        assert!(by_hand(&world, "UPDATE planning_sessions SET parents = 90").await.is_err());
        let other = world.leader_of("nhs@example.org", "The NHS").await;
        assert_eq!(other.get(&session).await.status, StatusCode::NOT_FOUND);

        draft(&leader, &plan).await;
        let none = leader.post(&session, &fields("0")).await;
        assert!(
            none.status == StatusCode::UNPROCESSABLE_ENTITY
                && none.says("Record another session instead"),
            "{}",
            none.html
        );
        world.forward(1_000);
        leader.post(&session, &fields("15")).await.leads_to();
        assert_eq!(number(&world, "SELECT max(parents) FROM planning_sessions").await, 15);
    });
}

#[test]
fn the_pack_of_a_day_is_the_same_bytes_whatever_is_corrected_later() {
    on_both(async |world| {
        let leader = leader(&world).await;
        let plan = register(&world, &leader).await;
        meet(&world, &leader, &plan).await;
        let day = clock::fields(world.now()).0;
        world.forward(2 * DAY);
        let moment = AsOf::read(&day, world.now()).unwrap();
        let before = pack::make(&world.house, &moment).await.unwrap();
        let title = [("title", "Transport to college")];
        leader.post(&format!("/lead/plans/{plan}/title"), &title).await.leads_to();
        let id = world.one("SELECT id FROM planning_sessions").await;
        let meeting = [("day", day.as_str()), ("held_at", "A hall"), ("parents", "40")];
        let meeting = [&meeting[..], &[("others", "0")]].concat();
        leader.post(&format!("/lead/plans/{plan}/sessions/{id}"), &meeting).await.leads_to();
        let council = format!("/admin/area/organisation/{}", world.council);
        let name = [("name", "The council of Sefton")];
        admin(&world).await.post(&council, &name).await.leads_to();
        let after = pack::make(&world.house, &moment).await.unwrap();
        assert_eq!(before.hash(), after.hash());
        let now = AsOf::read(&clock::fields(world.now()).0, world.now()).unwrap();
        assert_ne!(pack::make(&world.house, &now).await.unwrap().hash(), after.hash());
    });
}

#[test]
fn a_typed_sheet_is_corrected_by_whoever_typed_it_and_after_the_close_by_anyone_of_the_forum() {
    on_both(async |world| {
        let organiser = world.organiser().await;
        let other = world.signed_in("organiser2@example.org", &[Role::Organiser]).await;
        let id = open(&world, &organiser, "anyone").await;
        let typed = format!("/forum/consultations/{id}/typed");
        let sheet = [("channel", "paper"), ("q.question-1", "no"), ("q.question-3", "Ran us.")];
        organiser.post(&format!("{typed}/new"), &sheet).await.leads_to();
        let correction = format!("{typed}/1/correction");
        assert!(organiser.get(&typed).await.says(&correction), "the list leads there");
        assert_eq!(
            other.get(&correction).await.status,
            StatusCode::NOT_FOUND,
            "nobody else reads an answer before the close"
        );
        let right = [("q.question-1", "no"), ("q.question-3", "Rang us."), ("seen", "0")];
        assert_eq!(
            organiser.post(&correction, &right).await.leads_to(),
            format!("{typed}?done=corrected")
        );
        let late = [("q.question-1", "yes"), ("q.question-3", "Rang us."), ("seen", "0")];
        assert_eq!(
            organiser.post(&correction, &late).await.leads_to(),
            format!("{typed}?done=not-corrected"),
            "it was corrected since that page was read"
        );
        let noted =
            world.one("SELECT detail FROM audit WHERE what = 'typed response corrected'").await;
        assert_eq!(noted, "sheet 1, answers changed: 1");
        assert_eq!(
            number(&world, "SELECT count(*) FROM responses WHERE answers LIKE '%Rang us.%'").await,
            1
        );

        world.forward(61 * DAY);
        let other = world.sign_in("organiser2@example.org").await;
        let organiser = world.sign_in("organiser@example.org").await;
        let matches = [("q.question-1", "no"), ("q.question-3", "Rang us.")];
        other.post(&format!("{typed}/1"), &matches).await.leads_to();
        let again = [("q.question-1", "no"), ("q.question-3", "They rang us."), ("seen", "1")];
        other.post(&correction, &again).await.leads_to();
        assert_eq!(
            number(&world, "SELECT count(*) FROM typed_responses WHERE checked_by IS NULL").await,
            1,
            "whoever corrects it has typed it in: somebody else compares it again"
        );
        assert!(organiser.get(&typed).await.says("Corrected 2 times, last by"));
    });
}
