//! Kinds of plan, and the recommendations of a report that plans of a kind must answer.

use axum::http::StatusCode;
use calendar::clock::{self, DAY};
use ground::viewer::Role;
use record::history::AsOf;
use record::pack;

use crate::plans::{REASON, draft, leader};
use crate::updates::DONE;
use crate::world::{Browser, World, by_hand, number, on_both};

const LINES: &str = "1. Shorten the waits (page 12).\n2 | 13 | Tell families what happens.";

async fn kind(world: &World, name: &str) -> String {
    world.one(&format!("SELECT id FROM plan_kinds WHERE name LIKE '{name}%'")).await
}

/// A report as its form sends it.
fn report<'a>(kind: &'a str, day: &'a str, lines: &'a str) -> Vec<(&'a str, &'a str)> {
    vec![
        ("title", "Area SEND inspection"),
        ("published_on", day),
        ("source", "https://example.org/report"),
        ("kind", kind),
        ("lines", lines),
    ]
}

/// Puts in a report with two recommendations for strategic plans; its page.
async fn put_in(world: &World, who: &Browser<'_>) -> String {
    let (kind, day) = (kind(world, "Strategic").await, clock::fields(world.now() - DAY).0);
    let fields = [&report(&kind, &day, LINES)[..], &[("step", "confirm")]].concat();
    let to = who.post("/reports/new", &fields).await.leads_to();
    to.split('?').next().unwrap().to_owned()
}

/// A plan of this kind, or of none; its id.
async fn register(world: &World, leader: &Browser<'_>, kind: &str) -> String {
    let due = clock::fields(world.now() + 200 * DAY).0;
    let fields = [
        ("title", "What we do about the inspection"),
        ("what", "How we act on it."),
        ("kind", kind),
        ("organisations", &world.council),
        ("services", &world.transport),
        ("due_day", &due),
        ("step", "confirm"),
    ];
    let to = leader.post("/lead/plans/new", &fields).await.leads_to();
    to.strip_prefix("/plans/").unwrap().split('?').next().unwrap().to_owned()
}

/// Leads past the gate, which is not what is tried here.
async fn passes(leader: &Browser<'_>, draft: &str) {
    let passing = [("name", "Invented Officer"), ("reason", REASON), ("step", "pass")];
    leader.post(&format!("{draft}/override"), &passing).await.leads_to();
}

async fn recommendation(world: &World, nth: u8) -> String {
    world.one(&format!("SELECT id FROM recommendations WHERE nth = {nth}")).await
}

#[test]
fn a_report_is_put_in_checked_and_every_line_that_is_wrong_is_named() {
    on_both(async |world| {
        let organiser = world.organiser().await;
        assert!(organiser.get("/forum").await.says("href=\"/reports\""));
        assert!(world.visitor().get("/plans").await.says("href=\"/reports\""));
        assert!(organiser.get("/reports").await.says("/reports/new"));
        assert!(!world.visitor().get("/reports").await.says("/reports/new"));
        let (kind, day) = (kind(&world, "Strategic").await, clock::fields(world.now() - DAY).0);
        let lines = "1. Shorten the waits (page 12)\nListen\n1 | 13 | Again";
        let wrong = organiser.post("/reports/new", &report(&kind, &day, lines)).await;
        wrong.refused(StatusCode::UNPROCESSABLE_ENTITY);
        for fault in ["Line 2: say on which page", "Line 3: there is a number 1 already"] {
            assert!(wrong.says(fault), "{fault}: {}", wrong.html);
        }
        assert!(wrong.says("Area SEND inspection") && wrong.says("1 | 13 | Again"), "not lost");
        let key = id::fresh();
        let fields = [&report(&kind, &day, LINES)[..], &[("form_key", key.as_str())]].concat();
        let checked = organiser.post("/reports/new", &fields).await;
        assert!(checked.says("Check this report"), "{}", checked.html);
        assert!(checked.says("1. Shorten the waits (page 12)"), "{}", checked.html);
        assert_eq!(number(&world, "SELECT count(*) FROM reports").await, 0);
        let confirmed = [&fields[..], &[("step", "confirm")]].concat();
        let to = organiser.post("/reports/new", &confirmed).await.leads_to();
        organiser.post("/reports/new", &confirmed).await.leads_to();
        assert_eq!(number(&world, "SELECT count(*) FROM reports").await, 1, "a double tap");
        let page = world.visitor().get(to.split('?').next().unwrap()).await;
        assert!(page.says("2. Tell families what happens. (page 13)"), "{}", page.html);
        assert!(page.says("No plan that must answer it is registered yet"), "{}", page.html);
        for sql in [
            "UPDATE reports SET title = 'Another'",
            "UPDATE recommendations SET words = 'Another'",
            "DELETE FROM recommendations",
            "INSERT INTO recommendations (id, report_id, nth, number, page, words)
             SELECT 'x', id, 3, '3', '1', 'More' FROM reports",
        ] {
            assert!(by_hand(&world, sql).await.is_err(), "{sql}");
        }
    });
}

#[test]
fn a_plan_of_the_kind_is_not_published_before_its_draft_answers_every_recommendation() {
    on_both(async |world| {
        let (leader, organiser) = (leader(&world).await, world.organiser().await);
        let report = put_in(&world, &leader).await;
        let strategic = kind(&world, "Strategic").await;
        let due = clock::fields(world.now() + 200 * DAY).0;
        let fields: [(&str, &str); 6] = [
            ("title", "What we do about the inspection"),
            ("what", "How we act on it."),
            ("kind", &strategic),
            ("organisations", &world.council),
            ("services", &world.transport),
            ("due_day", &due),
        ];
        let check = leader.post("/lead/plans/new", &fields).await;
        assert!(check.says("Area SEND inspection: 2 recommendations"), "{}", check.html);
        let plan = register(&world, &leader, &strategic).await;
        let page = world.visitor().get(&format!("/plans/{plan}")).await;
        assert!(page.says("Strategic plan after an inspection"), "{}", page.html);
        assert!(page.says(&format!("href=\"{report}\"")), "the plan names it: {}", page.html);
        assert!(leader.get("/lead").await.says("Its draft must answer 2 recommendations"));
        let draft = draft(&leader, &plan).await;
        passes(&leader, &draft).await;
        let held = leader.post(&draft, &[]).await;
        held.refused(StatusCode::UNPROCESSABLE_ENTITY);
        assert!(held.says("Answer the 2 recommendations"), "{}", held.html);
        let published = "UPDATE drafts SET published_at = first_recorded_at + 1";
        assert!(by_hand(&world, published).await.is_err(), "nor in plain SQL");
        let (first, second) = (recommendation(&world, 1).await, recommendation(&world, 2).await);
        let to = |one: &str| format!("{draft}/recommendations/{one}");
        assert!(held.says(&to(&first)), "each has its page: {}", held.html);
        let nobody = leader.post(&to(&first), &[("answer", "not"), ("words", "No money")]).await;
        assert!(nobody.says("Say who decided this"), "{}", nobody.html);
        assert!(nobody.says("No money"), "what was typed is still there");
        let adopted = [("answer", "adopted"), ("words", "Page 1")];
        leader.post(&to(&first), &adopted).await.leads_to();
        let held = leader.post(&draft, &[]).await;
        assert!(held.says("Answer the recommendation that"), "{}", held.html);
        let not = [("answer", "not"), ("words", "No money"), ("decided_by", "Invented Officer")];
        leader.post(&to(&second), &not).await.leads_to();
        leader.post(&draft, &[]).await.leads_to();
        leader.post(&draft, &[]).await.leads_to();
        let late = leader.post(&to(&second), &adopted).await;
        late.refused(StatusCode::UNPROCESSABLE_ENTITY);
        for sql in [
            "UPDATE recommendation_answers SET words = 'Another'",
            "DELETE FROM recommendation_answers",
        ] {
            assert!(by_hand(&world, sql).await.is_err(), "{sql}");
        }
        for path in [report.clone(), format!("/plans/{plan}/drafts/1")] {
            let page = world.visitor().get(&path).await;
            assert!(page.says("✓ In the draft, as recommended"), "{path}: {}", page.html);
            assert!(page.says("Decided by ") && page.says("No money"), "{path}: {}", page.html);
        }

        // The record counts them, and which of them are in a plan that is done.
        let answered = async || world.visitor().get("/record").await;
        assert!(answered().await.says("0 of 2"), "{}", answered().await.html);
        let about = format!("plan:{plan}");
        let done = [&DONE[..], &[("about", about.as_str()), ("step", "publish")]].concat();
        let update = leader.post("/lead/updates/new", &done).await.leads_to();
        let page = answered().await;
        assert!(page.says("href=\"/reports\">2 of 2</a>"), "{}", page.html);
        assert!(page.says("1 of 2"), "the other is not in the draft: {}", page.html);
        world.forward(1_000);
        let id = update.split(['/', '?']).nth(2).unwrap().to_owned();
        let disagrees =
            [("version", "1"), ("verdict", "disputed"), ("words", "Nothing has changed.")];
        organiser.post(&format!("/forum/updates/{id}"), &disagrees).await.leads_to();
        assert!(answered().await.says("0 of 2"), "{}", answered().await.html);

        let day = clock::fields(world.now()).0;
        let moment = AsOf::read(&day, world.now()).unwrap();
        let Ok(pack) = pack::make(&world.house, &moment).await else { panic!("no pack") };
        let csv = pack.files.iter().find(|(name, _)| name == "recommendations.csv").unwrap();
        let csv = String::from_utf8(csv.1.clone()).unwrap();
        assert!(csv.contains("Shorten the waits") && csv.contains(",adopted,Page 1,"), "{csv}");
        assert!(csv.contains(",not,No money,Invented Officer"), "{csv}");
        let report_html = pack.files.iter().find(|(name, _)| name == "report.html").unwrap();
        let html = String::from_utf8(report_html.1.clone()).unwrap();
        assert!(html.contains("Tell families what happens."), "the pack prints each");

        // A report that comes later is for the next draft; one that ended, for none.
        let later = put_in(&world, &organiser).await;
        assert_eq!(number(&world, "SELECT count(*) FROM unanswered_recommendations").await, 0);
        let next = crate::plans::draft(&leader, &plan).await;
        let unanswered = "SELECT count(*) FROM unanswered_recommendations";
        assert_eq!(number(&world, unanswered).await, 4, "both reports, in the new draft");
        organiser.get(&format!("/forum{later}")).await.done();
        organiser.post(&format!("/forum{later}"), &[]).await.leads_to();
        organiser.post(&format!("/forum{later}"), &[]).await.leads_to();
        assert_eq!(number(&world, unanswered).await, 2);
        assert!(leader.get(&next).await.says("recommendations/"));
        let ended = "SELECT count(*) FROM audit WHERE what = 'report ended'";
        assert_eq!(number(&world, ended).await, 1);
    });
}

#[test]
fn a_plan_of_another_kind_has_no_recommendation_to_answer() {
    on_both(async |world| {
        let leader = leader(&world).await;
        put_in(&world, &leader).await;
        for kind in [String::new(), kind(&world, "Service").await] {
            let plan = register(&world, &leader, &kind).await;
            let draft = draft(&leader, &plan).await;
            passes(&leader, &draft).await;
            assert!(!leader.get(&draft).await.says("each recommendation"));
            leader.post(&draft, &[]).await.leads_to();
            let one = recommendation(&world, 1).await;
            let page = leader.get(&format!("{draft}/recommendations/{one}")).await;
            assert_eq!(page.status, StatusCode::NOT_FOUND);
        }
        let gone = leader.post("/lead/plans/new", &[("kind", "no-such-kind")]).await;
        gone.refused(StatusCode::UNPROCESSABLE_ENTITY);
        assert!(by_hand(&world, "DELETE FROM kinds_of_plans").await.is_err());
        assert!(by_hand(&world, "UPDATE kinds_of_plans SET plan_id = plan_id").await.is_err());
    });
}

#[test]
fn an_administrator_adds_a_kind_of_plan_changes_it_and_takes_it_from_the_form() {
    on_both(async |world| {
        let admin = world.signed_in("admin@example.org", &[Role::Admin]).await;
        let leader = leader(&world).await;
        assert!(admin.get("/admin").await.says("href=\"/admin/plan-kinds\""));
        let list = admin.get("/admin/plan-kinds").await;
        for name in ["Local reform plan", "Priority action plan", "Service plan"] {
            assert!(list.says(name), "{name}: {}", list.html);
        }
        let new = [("name", "Transition plan"), ("about", "From school to work.")];
        admin.post("/admin/plan-kinds", &new).await.leads_to();
        admin.post("/admin/plan-kinds", &new).await.leads_to();
        let named = "SELECT count(*) FROM plan_kinds WHERE name = 'Transition plan'";
        assert_eq!(number(&world, named).await, 1, "a double tap");
        let same = admin.post("/admin/plan-kinds", &[("name", "Service plan")]).await;
        same.refused(StatusCode::UNPROCESSABLE_ENTITY);
        assert!(same.says("There is a kind of this name already"), "{}", same.html);
        assert!(leader.get("/lead/plans/new").await.says("Transition plan"));
        let page = kind(&world, "Transition").await;
        let page = format!("/admin/plan-kinds/{page}");
        let was = admin.get(&page).await.sends("was");
        let changed = |about: &'static str| {
            [("name", "Moving on"), ("about", about), ("can", "no"), ("was", was.as_str())]
        };
        world.forward(1_000);
        admin.post(&page, &changed("After school.")).await.leads_to();
        let meanwhile = admin.post(&page, &changed("After college.")).await;
        meanwhile.refused(StatusCode::UNPROCESSABLE_ENTITY);
        assert!(meanwhile.says("After college."), "what was typed is still there");
        assert!(!leader.get("/lead/plans/new").await.says("Moving on"));
        assert!(by_hand(&world, "DELETE FROM plan_kinds").await.is_err());
    });
}
