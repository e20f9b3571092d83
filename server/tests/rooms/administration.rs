//! What administrators look at: all of it is reached by links from their first page.

use calendar::clock::{self, DAY, HOUR};
use deliveries::{Failure, Outcome, deliver_one};
use ground::viewer::Role;

use crate::canaries::reached;
use crate::page::attributes;
use crate::subscriptions::subscribe;
use crate::world::{Browser, World, change, on_both};

async fn admin(world: &World) -> Browser<'_> {
    world.signed_in("admin@example.org", &[Role::Admin]).await
}

#[test]
fn an_administrator_reaches_every_page_of_theirs_by_links_alone() {
    on_both(async |world| {
        let admin = admin(&world).await;
        let person = world.person("leader@example.org", &[Role::Leader], &world.south).await;
        let pages = reached(&admin).await;
        let of_person = [
            format!("/admin/people/{person}"),
            format!("/admin/people/{person}/suspension"),
            format!("/admin/people/{person}/sessions"),
        ];
        let all = app::routes::all();
        let theirs = all.rules().iter().filter(|rule| {
            rule.method == "GET"
                && rule.access.roles().contains(&Role::Admin)
                && !rule.path.contains('{')
        });
        let theirs = theirs.map(|rule| rule.path.to_owned()).chain(of_person);
        for path in theirs {
            let is_reached = pages
                .iter()
                .any(|(reached, _)| reached.split('?').next().unwrap_or_default() == path);
            assert!(is_reached, "no link leads to {path}");
        }
    });
}

#[test]
fn the_audit_log_is_searched_by_what_was_done_by_person_and_by_day() {
    on_both(async |world| {
        let first = admin(&world).await;
        let parent = world.parent(1).await;
        let roles = format!("/admin/people/{}/roles", parent.account);
        let day = clock::fields(world.now()).0;
        first.post(&roles, &[("role", "organiser"), ("change", "give")]).await.leads_to();
        world.forward(2 * DAY);
        let admin = world.sign_in("admin@example.org").await;
        let path = format!("/admin/people/{}/sessions", parent.account);
        world.sign_in("parent1@example.org").await;
        admin.post(&path, &[]).await.leads_to();

        let log = admin.get("/admin/audit").await;
        assert!(log.says("Role given: Somebody (Forum organiser). By Somebody."), "{}", log.html);
        assert!(log.says("Signed out everywhere: Somebody."), "{}", log.html);
        for (query, given, signed_out) in [
            ("what=role+given", true, false),
            ("what=nothing+like+it", false, false),
            ("who=parent1", true, true),
            ("who=nobody-at-all", false, false),
            (&*format!("day={day}"), true, false),
            (&*format!("day={day}&what=signed+out+everywhere"), false, false),
        ] {
            let found = admin.get(&format!("/admin/audit?{query}")).await;
            assert_eq!(found.says("Role given: Somebody"), given, "{query}: {}", found.html);
            assert_eq!(found.says("everywhere: Somebody"), signed_out, "{query}: {}", found.html);
        }
        let wrong = admin.get("/admin/audit?day=yesterday").await;
        assert_eq!(wrong.status, 422);
        assert!(wrong.says("Enter a day"), "{}", wrong.html);
    });
}

#[test]
fn the_audit_log_has_pages_and_says_nothing_a_parent_wrote() {
    on_both(async |world| {
        let admin = admin(&world).await;
        let organiser = world.organiser().await;
        let topic = world.parent(1).await.propose("Somebody hurts my child").await;
        organiser.post(&format!("/forum/topics/{topic}"), &[("decision", "pass on")]).await.done();
        let mut tx = world.db().begin().await.unwrap();
        for nth in 0..60 {
            let detail = format!("time {nth}");
            let (at, what, about) = (world.now(), "something done", "it");
            let entry = ground::audit::Entry { at, who: None, what, about, detail: &detail };
            ground::audit::note(&mut tx, entry).await.unwrap();
        }
        tx.commit().await.unwrap();
        let newest = admin.get("/admin/audit").await;
        assert!(newest.says("(time 59). By the program.") && !newest.says("(time 9)"));
        let next = attributes(&newest.html, "a[rel=next]", "href").pop().expect("a next page");
        let older = admin.get(&next).await;
        assert!(older.says("(time 9)"), "{}", older.html);
        assert!(older.says("Back to the first page"));
        let all = format!("{}{}", newest.html, older.html);
        assert!(!all.contains("hurts"), "{all}");
    });
}

#[test]
fn emails_that_wait_are_listed_with_why_and_one_press_tries_them_again() {
    on_both(async |world| {
        let admin = admin(&world).await;
        world.person("parent1@example.org", &[Role::Parent], &world.south).await;
        assert!(admin.get("/admin/emails").await.says("No emails are waiting"));
        let asks = [("email", "parent1@example.org")];
        world.visitor().post("/sign-in/link", &asks).await.done();
        let hand = world.hand("1");
        for _ in 0..3 {
            let busy = deliver_one(&hand, |_, _| async {
                Err(Failure::Later("451 4.7.1 try later".to_owned()))
            });
            assert_eq!(busy.await.unwrap(), Outcome::Later);
            world.forward(HOUR / 4);
        }
        let busy = deliver_one(&hand, |_, _| async { Err(Failure::Later("451 busy".to_owned())) });
        assert_eq!(busy.await.unwrap(), Outcome::Later);
        let list = admin.get("/admin/emails").await;
        assert!(list.says("Somebody (parent1@example.org)"), "{}", list.html);
        assert!(list.says("Tried 4 times") && list.says("too busy"), "{}", list.html);
        assert!(!list.says("link to sign in"), "never what it is about");
        assert!(world.deliver().await.is_empty(), "it waits for its next try");
        let to = admin.post("/admin/emails", &[("step", "again")]).await.leads_to();
        assert!(admin.get(&to).await.says("We are trying again now"));
        assert_eq!(world.deliver().await.len(), 1);
        let noted = "SELECT CAST(count(*) AS TEXT) FROM audit WHERE what = 'emails tried again'";
        assert_eq!(world.one(noted).await, "1");
    });
}

#[test]
fn emails_that_were_given_up_or_came_back_are_listed_too() {
    on_both(async |world| {
        let admin = admin(&world).await;
        world.person("parent1@example.org", &[Role::Parent], &world.south).await;
        let asks = [("email", "parent1@example.org")];
        world.visitor().post("/sign-in/link", &asks).await.done();
        let hand = world.hand("1");
        let refused = deliver_one(&hand, |_, _| async {
            Err(Failure::Refused("550 5.1.1 user unknown".to_owned()))
        });
        assert_eq!(refused.await.unwrap(), Outcome::GivenUp);
        let list = admin.get("/admin/emails?show=given-up").await;
        assert!(list.says("Somebody (parent1@example.org)"), "{}", list.html);
        assert!(list.says("there is no such email address"), "{}", list.html);
        assert!(!list.says("Try all of them again"), "their words are gone");
        change(
            &world,
            "INSERT INTO returns (delivery_id, kind, at, reason)
             SELECT id, 'bounced', 1, '552 5.2.2 over quota' FROM deliveries",
        )
        .await;
        let list = admin.get("/admin/emails?show=returned").await;
        assert!(list.says("Came back (1)") && list.says("inbox is full"), "{}", list.html);
    });
}

#[test]
fn fewer_than_ten_subscribers_of_a_service_are_never_a_number_and_more_are_rounded() {
    on_both(async |world| {
        let admin = admin(&world).await;
        let page = admin.get("/admin/subscribers").await;
        assert!(
            page.says("Transport") && page.says("<td data-label=\"People\">0"),
            "{}",
            page.html
        );
        for nth in 0..9 {
            subscribe(&world, &world.visitor_from(&format!("10.0.0.{nth}")), &told(nth)).await;
        }
        let few = admin.get("/admin/subscribers").await;
        assert!(few.says("fewer than 10"), "{}", few.html);
        for nth in 9..14 {
            subscribe(&world, &world.visitor_from(&format!("10.0.0.{nth}")), &told(nth)).await;
        }
        let more = admin.get("/admin/subscribers").await;
        assert!(more.says("about 10") && !more.says(">14<"), "{}", more.html);
    });
}

fn told(nth: usize) -> String {
    format!("told{nth}@example.org")
}

#[test]
fn the_page_about_storage_says_how_much_there_is_and_when_it_was_backed_up() {
    on_both(async |world| {
        let admin = admin(&world).await;
        let page = admin.get("/admin/storage").await;
        assert!(page.says("None yet") && page.says("makes no daily backup"), "{}", page.html);
        world.house.files.put("a file".into()).await.unwrap();
        change(&world, "UPDATE service_state SET backed_up_at = 1800000000000").await;
        let page = admin.get("/admin/storage").await;
        assert!(page.says("1 file, 1 kB") && page.says("Made on"), "{}", page.html);
    });
}
