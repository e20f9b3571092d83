//! People, for administrators: found among many, invited, suspended and let in again.

use axum::http::StatusCode;
use calendar::clock::{DAY, MINUTE, SECOND};
use deliveries::{EmailKind, Owed, owe};
use ground::viewer::Role;

use crate::page::{attributes, leads};
use crate::world::{Answer, Browser, World, change, link, number, on_both};

/// The address of the first form in a page that sends to one beginning so.
fn sends_to(answer: &Answer, begins: &str) -> String {
    attributes(&answer.html, &format!("form[action^='{begins}']"), "action").remove(0)
}

async fn admin(world: &World) -> Browser<'_> {
    world.signed_in("admin@example.org", &[Role::Admin]).await
}

async fn noted(world: &World, what: &str) -> i64 {
    let count: String =
        world.one(&format!("SELECT CAST(count(*) AS TEXT) FROM audit WHERE what = '{what}'")).await;
    count.parse().unwrap()
}

const INVITED: &str = "new@example.org";
const NEW: [(&str, &str); 2] = [("shown_name", "New"), ("password", "three small words")];

#[test]
fn a_mistyped_invitation_is_found_by_links_and_stopped_and_nobody_can_accept_it() {
    on_both(async |world| {
        let admin = admin(&world).await;
        let fields = [("email", INVITED), ("role", "organiser")];
        admin.post("/admin/people", &fields).await.leads_to();
        let accepts = link(&world.deliver().await[0]);
        let desk = admin.get("/admin").await;
        let to = attributes(&desk.html, "a[href='/admin/people']", "href");
        let people = admin.get(&to[0]).await;
        assert!(people.says("Invitations: 1 is waiting"), "{}", people.html);
        let list = admin.get(&leads(&people.html, "Invitations")).await;
        assert!(list.says(INVITED) && list.says("Forum organiser"), "{}", list.html);
        let own = sends_to(&list, "/admin/invitations/");
        let to = admin.post(&own, &[("change", "stop")]).await.leads_to();
        assert!(admin.get(&to).await.says("Invitation cancelled"));
        assert_eq!(world.visitor().get(&accepts).await.status, StatusCode::NOT_FOUND);
        assert_eq!(world.visitor().post(&accepts, &NEW).await.status, StatusCode::NOT_FOUND);
        let again = admin.post(&own, &[("change", "stop")]).await.leads_to();
        assert!(admin.get(&again).await.says("in the meantime"), "a second tap");
        assert_eq!(noted(&world, "invitation cancelled").await, 1);
        assert!(admin.get("/admin/invitations").await.says("nobody is invited"));
    });
}

#[test]
fn a_leader_reads_in_the_email_and_on_the_page_which_organisation_they_are_invited_for() {
    on_both(async |world| {
        let admin = admin(&world).await;
        let council = world.council.as_str();
        let name =
            world.one(&format!("SELECT name FROM organisations WHERE id = '{council}'")).await;
        let fields = [("email", INVITED), ("role", "leader"), ("organisation", council)];
        admin.post("/admin/people", &fields).await.leads_to();
        let email = world.deliver().await.remove(0);
        let role = format!("Leader for {name}");
        assert_eq!(email.subject, format!("You are invited to join us: {role}"));
        assert!(world.visitor().get(&link(&email)).await.says(&role));
    });
}

#[test]
fn whoever_changes_their_own_role_reads_why_they_sign_in_again_and_keeps_administration() {
    on_both(async |world| {
        let admin = admin(&world).await;
        let own = format!("/admin/people/{}", admin.account);
        let page = admin.get(&own).await;
        assert!(!page.says("Remove role: Administrator"), "{}", page.html);
        assert!(page.says("Only another administrator can remove this role"));
        let asks = admin.get(&leads(&page.html, "Add role: Forum organiser")).await;
        assert!(asks.says("You will be signed out everywhere"), "{}", asks.html);
        assert!(!asks.says("get an email about it"), "{}", asks.html);
        let gives = [("role", "organiser"), ("change", "give")];
        let to = admin.post(&format!("{own}/roles"), &gives).await.leads_to();
        assert!(admin.get(&to).await.says("Your role has changed"), "{to}");
    });
}

#[test]
fn an_invitation_sent_again_has_another_link_and_the_first_no_longer_works() {
    on_both(async |world| {
        let admin = admin(&world).await;
        let fields = [("email", INVITED), ("role", "organiser")];
        admin.post("/admin/people", &fields).await.leads_to();
        let first = link(&world.deliver().await[0]);
        // Whoever is invited once more is shown the one that waits.
        let to = admin.post("/admin/people", &fields).await.leads_to();
        let list = admin.get(&to).await;
        assert!(list.says("They have an invitation already"), "{}", list.html);
        world.forward(15 * DAY);
        let admin = world.sign_in("admin@example.org").await;
        let list = admin.get("/admin/invitations").await;
        assert!(list.says("The link stopped working"), "{}", list.html);
        let (own, sent) = (sends_to(&list, "/admin/invitations/"), list.sends("sent"));
        let fields = [("change", "send"), ("sent", sent.as_str())];
        let to = admin.post(&own, &fields).await.leads_to();
        assert!(admin.get(&to).await.says("Invitation sent again"));
        world.forward(SECOND);
        let again = admin.post(&own, &fields).await.leads_to();
        assert!(again.ends_with("done=gone"), "a second tap sends nothing: {again}");
        let emails = world.deliver().await;
        assert_eq!((emails.len(), emails[0].to.as_str()), (1, INVITED));
        assert_eq!(world.visitor().get(&first).await.status, StatusCode::NOT_FOUND);
        let invited = world.visitor();
        invited.post(&link(&emails[0]), &NEW).await.leads_to();
        assert_eq!(invited.get("/forum").await.status, StatusCode::OK);
        assert_eq!(noted(&world, "invitation sent again").await, 1);
    });
}

#[test]
fn an_invitation_of_an_administrator_that_has_ended_works_again_only_with_fresh_proof() {
    on_both(async |world| {
        let admin = admin(&world).await;
        let invited = [("email", INVITED), ("role", "admin"), ("checked", "yes")];
        admin.post("/admin/people", &invited).await.leads_to();
        world.deliver().await;
        world.forward(15 * DAY);
        // Somebody else has her phone, which is still signed in.
        let phone = world.sign_in("admin@example.org").await;
        world.forward(16 * MINUTE);
        phone.proves.set(false);
        let list = phone.get("/admin/invitations").await;
        let (own, sent) = (sends_to(&list, "/admin/invitations/"), list.sends("sent"));
        let again = [("change", "send"), ("sent", sent.as_str())];
        let asked = phone.post(&own, &again).await;
        assert_eq!(asked.status, StatusCode::UNAUTHORIZED);
        assert!(asked.says("send an invitation again or cancel it"), "{}", asked.html);
        assert!(world.deliver().await.is_empty(), "nothing goes before she has shown it is her");
        phone.proves.set(true);
        phone.post(&own, &again).await.leads_to();
        assert_eq!(world.deliver().await.len(), 1);
    });
}

#[test]
fn whoever_is_a_leader_for_another_organisation_signs_in_again_is_told_and_it_is_recorded() {
    on_both(async |world| {
        let admin = admin(&world).await;
        let leader = world.signed_in("leader@example.org", &[Role::Leader]).await;
        let other = world.leader_of("other@example.org", "Hillshire NHS").await;
        let nhs = world.one("SELECT id FROM organisations WHERE name = 'Hillshire NHS'").await;
        let to = "leader+work@example.org".to_owned();
        let council = Some(world.council.as_str().into());
        accounts::invite(&world.house, None, to, Role::Leader, council).await.unwrap();
        let waits = link(&world.deliver().await[0]);
        world.visitor().post("/sign-in/link", &[("email", "leader@example.org")]).await.done();
        let signs_in = link(&world.deliver().await[0]);

        let page = admin.get(&format!("/admin/people/{}", leader.account)).await;
        assert!(page.says("They will be signed out everywhere"), "{}", page.html);
        let roles = format!("/admin/people/{}/roles", leader.account);
        fn set(organisation: &str) -> [(&str, &str); 2] {
            [("change", "lead for"), ("organisation", organisation)]
        }
        for _ in 0..2 {
            let to = admin.post(&roles, &set(&nhs)).await.leads_to();
            assert!(admin.get(&to).await.says("Organisation saved"), "a second tap is the first");
        }
        assert_eq!(leader.get("/lead").await.status, StatusCode::SEE_OTHER, "signed out");
        assert_eq!(other.get("/lead").await.status, StatusCode::OK, "nobody else is");
        assert_eq!(world.visitor().post(&signs_in, &[]).await.status, StatusCode::GONE);
        assert_eq!(world.visitor().get(&waits).await.status, StatusCode::NOT_FOUND);
        let told = world.deliver().await;
        assert_eq!((told.len(), told[0].to.as_str()), (1, "leader@example.org"), "{told:?}");
        assert_eq!(told[0].subject, "You are now a leader for Hillshire NHS");
        assert_eq!(noted(&world, "organisation set").await, 1);
        let record = admin.get("/admin/roles").await;
        let line = "Somebody changed which organisation Somebody is a leader for";
        assert!(record.says(line), "{}", record.html);

        admin.post(&roles, &set("")).await.leads_to();
        let told = world.deliver().await;
        assert!(told[0].subject.starts_with("You are not a leader for"), "{told:?}");
    });
}

#[test]
fn taking_a_role_ends_the_invitations_to_it_that_wait_and_no_others() {
    on_both(async |world| {
        let admin = admin(&world).await;
        let leader = world.signed_in("leader@example.org", &[Role::Leader]).await;
        let (mut again, mut other) = (String::new(), String::new());
        // As one that was sent before they had the role by another way.
        for (role, page) in [(Role::Leader, &mut again), (Role::Organiser, &mut other)] {
            let to = "leader+work@example.org".to_owned();
            accounts::invite(&world.house, None, to, role, None).await.unwrap();
            *page = link(&world.deliver().await[0]);
        }
        let roles = format!("/admin/people/{}/roles", leader.account);
        admin.post(&roles, &[("role", "leader"), ("change", "take")]).await.leads_to();
        assert_eq!(world.visitor().get(&again).await.status, StatusCode::NOT_FOUND);
        assert_eq!(world.visitor().get(&other).await.status, StatusCode::OK);
    });
}

#[test]
fn nobody_becomes_an_administrator_before_the_page_that_asks_again_is_answered() {
    on_both(async |world| {
        let admin = admin(&world).await;
        let admins = "SELECT CAST(count(*) AS TEXT) FROM roles WHERE role = 'admin'";
        let invitations = "SELECT CAST(count(*) AS TEXT) FROM invitations";
        let invited = [("email", INVITED), ("role", "admin")];
        let asks = admin.post("/admin/people", &invited).await;
        assert_eq!(asks.status, StatusCode::OK);
        assert!(asks.says("Do you want to invite new@example.org"), "{}", asks.html);
        assert_eq!(world.one(invitations).await, "0");
        let sure = [&invited[..], &[("checked", "yes")]].concat();
        admin.post("/admin/people", &sure).await.leads_to();
        assert_eq!(world.one(invitations).await, "1");

        let parent = world.parent(1).await;
        let roles = format!("/admin/people/{}/roles", parent.account);
        let gives = [("role", "admin"), ("change", "give")];
        let asks = admin.post(&roles, &gives).await;
        assert!(asks.says("parent1@example.org") && asks.says("every role"), "{}", asks.html);
        assert_eq!(asks.sends("checked"), "yes");
        assert_eq!(world.one(admins).await, "1", "nothing is done yet");
        let sure = [&gives[..], &[("checked", "yes")]].concat();
        admin.post(&roles, &sure).await.leads_to();
        assert_eq!(world.one(admins).await, "2");
    });
}

#[test]
fn whoever_is_suspended_is_out_and_reads_why_until_the_account_is_restored() {
    on_both(async |world| {
        let admin = admin(&world).await;
        world.person("admin2@example.org", &[Role::Admin], &world.south).await;
        let parent = world.parent(1).await;
        let people = admin.get("/admin/people?search=parent1").await;
        let person = admin.get(&leads(&people.html, "/admin/people/")).await;
        let page = leads(&person.html, "Suspend their account");
        let asks = admin.get(&page).await;
        assert!(asks.says("Nothing they wrote disappears"), "{}", asks.html);
        assert_eq!(parent.get("/account").await.status, StatusCode::OK, "looking changes nothing");
        world.visitor().post("/sign-in/link", &[("email", "parent1@example.org")]).await.done();
        let waits = link(&world.deliver().await[0]);
        let path = format!("/admin/people/{}/suspension", parent.account);
        for _ in 0..2 {
            let to = admin.post(&path, &[("change", "suspend")]).await.leads_to();
            assert!(admin.get(&to).await.says("Suspended since"));
        }
        assert_eq!(parent.get("/account").await.status, StatusCode::SEE_OTHER);
        assert_eq!(world.visitor().post(&waits, &[]).await.status, StatusCode::GONE);
        let told = world.deliver().await;
        assert_eq!((told.len(), told[0].to.as_str()), (1, "parent1@example.org"), "once");

        let phone = world.visitor();
        let words = [("email", "parent1@example.org"), ("password", "three small words")];
        let refused = phone.post("/sign-in", &words).await;
        assert!(refused.says("Your account is suspended"), "{}", refused.html);
        assert!(refused.says("href=\"/contact\""));
        assert_eq!(phone.get("/account").await.status, StatusCode::SEE_OTHER);
        let wrong = [("email", "parent1@example.org"), ("password", "a wrong guess")];
        let guess = world.visitor().post("/sign-in", &wrong).await;
        assert!(!guess.says("suspended"), "a stranger is told nothing");
        phone.post("/sign-in/link", &[("email", "parent1@example.org")]).await.done();
        let by_link = phone.post(&link(&world.deliver().await[0]), &[]).await;
        assert!(by_link.says("Your account is suspended"), "{}", by_link.html);
        let invited = [("email", "parent1@example.org"), ("role", "leader")];
        let not = admin.post("/admin/people", &invited).await;
        assert!(not.says("is suspended"), "{}", not.html);

        let list = admin.get("/admin/people?has=suspended").await;
        let person = admin.get(&leads(&list.html, "/admin/people/")).await;
        let page = leads(&person.html, "Restore their account");
        assert!(admin.get(&page).await.says("Let them in again"));
        admin.post(&path, &[("change", "restore")]).await.leads_to();
        assert_eq!(world.deliver().await[0].subject, "Your account has been restored");
        phone.post("/sign-in", &words).await.leads_to();
        assert_eq!(phone.get("/account").await.status, StatusCode::OK);
        for what in ["account suspended", "account restored"] {
            assert_eq!(noted(&world, what).await, 1, "{what}");
        }
    });
}

#[test]
fn what_a_suspended_author_wrote_can_still_be_read() {
    on_both(async |world| {
        let admin = admin(&world).await;
        let topic = world.published("Somebody to ask").await;
        let author = world.one("SELECT author_id FROM topics").await;
        let path = format!("/admin/people/{author}/suspension");
        admin.post(&path, &[("change", "suspend")]).await.leads_to();
        let read = world.visitor().get(&format!("/topics/{topic}")).await;
        assert!(read.says("Somebody to ask"), "{}", read.html);
    });
}

#[test]
fn nobody_suspends_themselves_and_the_other_administrators_hear_of_one_of_the_team() {
    on_both(async |world| {
        let admin = admin(&world).await;
        world.person("admin2@example.org", &[Role::Admin], &world.south).await;
        let third = world.signed_in("admin3@example.org", &[Role::Admin]).await;
        let own = format!("/admin/people/{}/suspension", admin.account);
        let to = admin.post(&own, &[("change", "suspend")]).await.leads_to();
        assert!(to.ends_with("done=own"), "{to}");
        assert_eq!(admin.get("/admin").await.status, StatusCode::OK);
        let path = format!("/admin/people/{}/suspension", third.account);
        admin.post(&path, &[("change", "suspend")]).await.leads_to();
        assert_eq!(third.get("/admin").await.status, StatusCode::SEE_OTHER);
        let mut told: Vec<String> =
            world.deliver().await.into_iter().map(|email| email.to).collect();
        told.sort();
        assert_eq!(told, ["admin2@example.org", "admin3@example.org"]);
        // The one who is left can't leave, since who is suspended lets nobody in.
        change(&world, "UPDATE accounts SET suspended_at = 1 WHERE email LIKE 'admin2%'").await;
        assert!(admin.get("/account/erase").await.says("You are the only administrator"));
    });
}

#[test]
fn emails_about_the_work_of_the_team_do_not_go_to_somebody_who_is_suspended() {
    on_both(async |world| {
        let leader = world.person("leader@example.org", &[Role::Leader], &world.south).await;
        let leader = leader.as_str().into();
        let words = accounts::emails::restored(&world.house);
        for kind in [EmailKind::OutcomeDue, EmailKind::Task, EmailKind::PasswordChanged] {
            let owed = Owed {
                dedup_key: kind.word(),
                kind,
                account_id: Some(&leader),
                to: "leader@example.org",
                words: &words,
                at: world.now(),
                not_after: None,
            };
            let mut tx = world.db().begin().await.unwrap();
            owe(&mut tx, owed).await.unwrap();
            tx.commit().await.unwrap();
        }
        change(&world, "UPDATE accounts SET suspended_at = 1").await;
        let went = world.deliver_with_kinds().await;
        let went: Vec<EmailKind> = went.into_iter().map(|(kind, _)| kind).collect();
        assert_eq!(went, [EmailKind::PasswordChanged]);
        let sql = "SELECT count(*) FROM deliveries WHERE reason = 'the account is suspended'";
        assert_eq!(number(&world, sql).await, 2);
    });
}

#[test]
fn a_person_is_found_by_role_among_a_thousand_and_each_page_is_short() {
    on_both(async |world| {
        let admin = admin(&world).await;
        world.person("zoe@example.org", &[Role::Leader], &world.south).await;
        many(&world).await;
        let first = admin.get("/admin/people").await;
        assert!(first.says("Everyone (1,002)"), "{}", first.html);
        assert!(!first.says("zoe@example.org"));
        assert_eq!(first.html.matches("href=\"/admin/people/").count(), 20);
        let next = admin.get(&leads(&first.html, "Show more")).await;
        assert!(next.says("many0020@example.org"), "{}", next.html);
        let leaders = admin.get("/admin/people?has=leader").await;
        assert!(leaders.says("zoe@example.org") && !leaders.says("many0001@"), "{}", leaders.html);
        assert!(leaders.says("Sefton Council"));
        assert!(admin.get("/admin/people?has=none").await.says("many0001@example.org"));
        assert!(admin.get("/admin/people?has=suspended").await.says("No people match"));
    });
}

/// A thousand people without a role.
async fn many(world: &World) {
    for part in 0..10 {
        let rows: Vec<String> = (0..100)
            .map(|nth| {
                let nth = part * 100 + nth;
                format!("('{}', 'many{nth:04}@example.org', 'Many {nth}', 1)", id::fresh())
            })
            .collect();
        let rows = rows.join(", ");
        let sql =
            format!("INSERT INTO accounts (id, email, shown_name, confirmed_at) VALUES {rows}");
        change(world, &sql).await;
    }
}
