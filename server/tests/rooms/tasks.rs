//! What those who run this hear by email of what waits for them: at once, in the morning, or not at
//! all; once; and not what was done meanwhile.

use std::collections::BTreeSet;

use axum::http::StatusCode;
use calendar::clock::{self, DAY, HOUR, MINUTE, Moment};
use deliveries::Email;
use deliveries::tasks::{Task, tell_due};
use ground::viewer::Role;
use outcomes::store::STANDING;
use plans::store::{TO_CONFIRM, TO_STATE};

use super::notices::{fields, leaders, written};
use super::updates::{DONE, closed_topic, publish};
use crate::fixtures::plans::{FAIR, register, sign};
use crate::world::{Browser, World, change, link_to, number, on_both};

const CHOOSE: &str = "/account/emails/tasks";

/// The emails that tell of tasks now.
async fn told(world: &World) -> Vec<Email> {
    tell_due(&world.house).await.unwrap();
    world.deliver().await
}

fn subjects(emails: &[Email]) -> Vec<&str> {
    emails.iter().map(|email| email.subject.as_str()).collect()
}

/// Lets the time come when London's clocks next show eight in the morning.
fn next_morning(world: &World) {
    let tomorrow = clock::fields(world.now() + DAY).0;
    world.forward(clock::read(&tomorrow, "08:00").unwrap() - world.now());
}

async fn chooses(person: &Browser<'_>, task: &str, how: &str) {
    person.post(CHOOSE, &[(task, how)]).await.leads_to();
}

#[test]
fn an_organiser_hears_in_the_morning_of_a_topic_without_its_words_and_once() {
    on_both(async |world| {
        let (organiser, parent) = (world.organiser().await, world.parent(1).await);
        world.forward(HOUR);
        let topic = parent.propose("Sam waits for the bus").await;
        assert!(told(&world).await.is_empty(), "it is past eight");
        world.receipts().await;
        next_morning(&world);
        let emails = told(&world).await;
        assert_eq!(subjects(&emails), ["Check a topic"]);
        let text = &emails[0].text;
        assert!(text.contains("Please do this by") && !text.contains("Sam"), "{text}");
        assert_eq!(emails[0].to, "organiser@example.org");
        // The links lead to the task and to where such emails are changed.
        let task = link_to(&emails[0], "/forum/");
        assert!(task.ends_with(&topic), "{task}");
        assert_eq!(organiser.get(&task).await.status, StatusCode::OK);
        let change = link_to(&emails[0], CHOOSE);
        assert!(organiser.get(&change).await.says("Topics to check"));
        for _ in 0..2 {
            assert!(told(&world).await.is_empty(), "once");
            next_morning(&world);
        }
    });
}

#[test]
fn each_person_chooses_how_they_hear_and_what_is_due_the_next_day_comes_at_once() {
    on_both(async |world| {
        let (at_once, never) = (
            world.signed_in("at-once@example.org", &[Role::Organiser]).await,
            world.signed_in("never@example.org", &[Role::Organiser]).await,
        );
        assert!(never.get("/account/emails").await.says(CHOOSE));
        chooses(&at_once, "topic", "at once").await;
        chooses(&never, "topic", "never").await;
        // What is no choice changes nothing.
        chooses(&never, "topic", "now and then").await;
        chooses(&never, "no such task", "at once").await;
        assert_eq!(number(&world, "SELECT count(*) FROM task_choices").await, 2);
        world.parent(1).await.propose("Buses").await;
        world.receipts().await;
        let emails = told(&world).await;
        assert_eq!(
            emails.iter().map(|email| &email.to).collect::<Vec<_>>(),
            ["at-once@example.org"]
        );
        world.forward(6 * DAY);
        let emails = told(&world).await;
        assert_eq!(subjects(&emails), ["Due soon: Check a topic"; 2]);
        chooses(&never, "due", "never").await;
        world.parent(2).await.propose("Trains").await;
        world.receipts().await;
        world.forward(6 * DAY);
        let emails = told(&world).await;
        assert_eq!(
            subjects(&emails),
            ["Due soon: Check a topic"],
            "once, though it is new to them"
        );
        assert_eq!(emails[0].to, "at-once@example.org");
    });
}

#[test]
fn several_things_are_one_email_with_a_line_for_each_kind() {
    on_both(async |world| {
        let (organiser, parent) = (world.organiser().await, world.parent(1).await);
        for title in ["Buses", "Trains"] {
            parent.propose(title).await;
        }
        let comment = crate::fixtures::local_offer::comment("The list is out of date.");
        parent.post("/local-offer/comments/new", &comment).await.leads_to();
        world.receipts().await;
        next_morning(&world);
        let emails = told(&world).await;
        assert_eq!(subjects(&emails), ["3 things are waiting for you"]);
        let text = &emails[0].text;
        assert!(
            text.contains("Topics to check: 2, the first by")
                && text.contains("Check a comment on the Local Offer, by")
                && text.contains("/account/emails/tasks"),
            "{text}"
        );
        let comment = link_to(&emails[0], "/forum/local-offer/");
        assert_eq!(organiser.get(&comment).await.status, StatusCode::OK);
    });
}

#[test]
fn no_email_goes_about_what_was_done_meanwhile_or_to_whoever_it_does_not_wait_for_any_more() {
    on_both(async |world| {
        let organisers = [
            world.signed_in("one@example.org", &[Role::Organiser]).await,
            world.signed_in("two@example.org", &[Role::Organiser]).await,
        ];
        for organiser in &organisers {
            chooses(organiser, "topic", "at once").await;
        }
        let parent = world.parent(1).await;
        let topic = parent.propose("Buses").await;
        world.receipts().await;
        tell_due(&world.house).await.unwrap();
        let publish = [("decision", "publish")];
        organisers[0].post(&format!("/forum/topics/{topic}"), &publish).await.leads_to();
        let emails = world.deliver().await;
        assert!(emails.iter().all(|email| email.to == "parent1@example.org"), "{emails:?}");
        let why = "SELECT count(*) FROM deliveries WHERE reason = 'it was done meanwhile'";
        assert_eq!(number(&world, why).await, 2);

        parent.propose("Trains").await;
        world.receipts().await;
        tell_due(&world.house).await.unwrap();
        let account = &organisers[0].account;
        change(&world, &format!("DELETE FROM roles WHERE account_id = '{account}'")).await;
        chooses(&organisers[1], "topic", "never").await;
        assert!(world.deliver().await.is_empty());
        assert_eq!(number(&world, why).await, 4);
    });
}

#[test]
fn a_safeguarding_lead_hears_at_once_that_something_waits_and_not_what() {
    on_both(async |world| {
        let lead = world.signed_in("lead@example.org", &[Role::Safeguarding]).await;
        chooses(&lead, "safeguarding", "never").await;
        assert_eq!(number(&world, "SELECT count(*) FROM task_choices").await, 0);
        let topic = world.parent(1).await.propose("Sam is not safe").await;
        let pass_on = [("decision", "pass on")];
        let organiser = world.organiser().await;
        organiser.post(&format!("/forum/topics/{topic}"), &pass_on).await.leads_to();
        world.deliver().await;
        world.forward(5 * HOUR);
        let emails = told(&world).await;
        assert_eq!(subjects(&emails), ["Something is waiting for you"]);
        assert_eq!(emails[0].to, "lead@example.org");
        let text = &emails[0].text;
        assert!(!text.contains("Sam") && !text.contains("topic") && !text.contains(&topic));
        let page = lead.get(&link_to(&emails[0], "/forum/")).await;
        assert!(page.says(&topic), "{}", page.html);
    });
}

#[test]
fn a_notice_is_to_approve_for_a_colleague_and_its_writer_hears_that_it_was_approved() {
    on_both(async |world| {
        let both = leaders(&world).await;
        for leader in [&both.0, &both.1] {
            for task in ["approve", "approved"] {
                chooses(leader, task, "at once").await;
            }
        }
        let day = clock::fields(world.now() + 60 * DAY).0;
        let words = fields("Later buses", &world.transport, &day);
        let page = written(&both.0, "/lead/notices/new", &words).await;
        let emails = told(&world).await;
        assert_eq!(subjects(&emails), ["Approve a change notice"], "only the colleague");
        assert_eq!(link_to(&emails[0], "/lead/"), page);
        both.1.post(&page, &[]).await.leads_to();
        let emails = told(&world).await;
        assert_eq!(subjects(&emails), ["Your change notice was approved"], "only the writer");
        world.forward(30 * DAY);
        assert!(told(&world).await.is_empty());
    });
}

#[test]
fn leaders_hear_that_the_forum_disagrees_until_they_have_read_it_or_say_something_else() {
    on_both(async |world| {
        let topic = closed_topic(&world).await;
        let leader = world.signed_in("leader@example.org", &[Role::Leader]).await;
        let organiser = world.organiser().await;
        let update = publish(&leader, &topic, &DONE).await;
        let judge = format!("/forum/updates/{update}");
        let view = |verdict| {
            [("version", "1"), ("verdict", verdict), ("words", "It still comes at 8:25.")]
        };
        let on_the_desk =
            "The forum doesn't fully agree with what you said about: Buses that are on time";
        organiser.post(&judge, &view("confirmed")).await.leads_to();
        assert!(!leader.get("/lead").await.says(on_the_desk), "it agrees");

        world.forward(MINUTE);
        organiser.post(&judge, &view("disputed")).await.leads_to();
        assert!(leader.get("/lead").await.says(on_the_desk));
        next_morning(&world);
        let emails = told(&world).await;
        let email = emails.iter().find(|email| email.subject == Task::Disagreed.one());
        let email = email.expect("an email about it");
        assert_eq!(email.to, "leader@example.org");
        assert!(!email.text.contains("8:25"), "{}", email.text);
        let page = leader.get(&link_to(email, "/lead/updates/")).await;
        assert!(page.says("It still comes at 8:25.") && page.says(DONE[1].1), "{}", page.html);
        let given = page.sends("given");

        // What comes while it is read stays to be read.
        world.forward(MINUTE);
        organiser.post(&judge, &view("partly")).await.leads_to();
        let seen = format!("/lead/updates/{update}/verdict");
        leader.post(&seen, &[("given", given.as_str())]).await.leads_to();
        assert!(leader.get("/lead").await.says(on_the_desk));
        let given = leader.get(&seen).await.sends("given");
        for _ in 0..2 {
            leader.post(&seen, &[("given", given.as_str())]).await.leads_to();
        }
        assert!(!leader.get("/lead").await.says(on_the_desk));

        world.forward(MINUTE);
        let again = [("version", "1"), ("verdict", "disputed"), ("words", "It came at 8:30.")];
        organiser.post(&judge, &again).await.leads_to();
        assert!(leader.get("/lead").await.says(on_the_desk));
        let other = [
            ("you_said", DONE[0].1),
            ("we_did", "Since Monday route 5 comes at 8:10."),
            ("outcome", "partly"),
            ("version", "1"),
            ("step", "publish"),
        ];
        leader.post(&format!("/lead/updates/{update}"), &other).await.leads_to();
        assert!(!leader.get("/lead").await.says(on_the_desk));
    });
}

/// A task as the view has it: its word, what its page is about, whose it is, since when.
type Waiting = (String, String, String, Moment);

#[test]
fn every_task_of_the_demonstration_is_on_a_page_that_opens_for_whoever_it_waits_for() {
    on_both(async |world| {
        let world = world.demonstration().await;
        let waiting: Vec<Waiting> = sqlx::query_as(
            "SELECT DISTINCT w.task, w.page_id, a.email, w.since FROM waiting_tasks w
             JOIN accounts a ON a.id = w.account_id ORDER BY a.email, w.task, w.page_id, w.since",
        )
        .fetch_all(&mut *world.db().read().await.unwrap())
        .await
        .unwrap();
        let mut kinds = BTreeSet::new();
        for theirs in waiting.chunk_by(|one, next| one.2 == next.2) {
            let person = world.sign_in(&theirs[0].2).await;
            for (word, page_id, email, since) in theirs {
                let task = Task::read(word).expect("a kind that the program knows");
                if *since > world.now() {
                    continue;
                }
                kinds.insert(word.clone());
                for path in [task.page(page_id), task.list().to_owned()] {
                    let status = person.get(&path).await.status;
                    assert!(
                        [StatusCode::OK, StatusCode::SEE_OTHER].contains(&status),
                        "{word}: {path} for {email}: {status}"
                    );
                }
            }
        }
        assert!(kinds.len() > 5, "{kinds:?}");
        // What leaders wait for and what organisers are emailed about are the same.
        let to_check = format!("SELECT id FROM ({STANDING}) u WHERE verdict IS NULL");
        for (word, on_the_desk) in [
            ("statement", TO_STATE),
            ("session", TO_CONFIRM),
            ("update", to_check.as_str()),
            ("waits", waits::store::TO_JUDGE),
        ] {
            let sql = format!(
                "SELECT (SELECT count(*) FROM ({on_the_desk}) d) - (SELECT count(DISTINCT thing_id)
                   FROM waiting_tasks WHERE task = '{word}') AS more"
            );
            let more = number(&world, &sql).await;
            assert_eq!(more, 0, "{word}");
        }
    });
}

#[test]
fn what_a_leader_said_they_would_look_at_again_is_theirs_to_do_on_its_day_and_late_after_it() {
    on_both(async |world| {
        let topic = closed_topic(&world).await;
        let leader = world.signed_in("leader@example.org", &[Role::Leader]).await;
        let day = |days: i64| clock::fields(world.now() + days * DAY).0;
        let (first, second) = (day(5), day(9));
        let not = |look_again: &str| -> Vec<(&'static str, String)> {
            [
                ("you_said", "The buses come too late."),
                ("we_did", "Nothing changed."),
                ("outcome", "not"),
                ("because", "There is no money."),
                ("decided_by", "The cabinet"),
                ("look_again", look_again),
            ]
            .map(|(name, value)| (name, value.to_owned()))
            .to_vec()
        };
        let said = not(&first);
        let said: Vec<(&str, &str)> = said.iter().map(|(name, to)| (*name, to.as_str())).collect();
        let update = publish(&leader, &topic, &said).await;
        let plan = register(&world, &leader).await;
        let mut fair = FAIR.to_vec();
        fair[5] = ("review_day", first.as_str());
        leader.post(&format!("/lead/plans/{plan}/equality"), &fair).await.leads_to();

        let on_desk = ["You said this is not done. Look at it again", "who this plan affects"];
        let public = [format!("/updates/{update}"), format!("/plans/{plan}/equality")];
        let desk = leader.get("/lead").await;
        assert!(on_desk.iter().all(|words| !desk.says(words)), "its day has not come");
        told(&world).await;
        world.forward(clock::read(&first, "08:00").unwrap() - world.now());
        let emails = told(&world).await;
        let of_leader: Vec<&Email> =
            emails.iter().filter(|email| email.to == "leader@example.org").collect();
        assert_eq!(of_leader.len(), 1, "one email about both");
        for words in ["Look again at who a plan affects", "Look again at something that was not"] {
            assert!(of_leader[0].text.contains(words), "{}", of_leader[0].text);
        }
        let desk = leader.get("/lead").await;
        assert!(on_desk.iter().all(|words| desk.says(words)), "{}", desk.html);
        for page in &public {
            assert!(
                !world.visitor().get(page).await.says("Overdue"),
                "the day is not over: {page}"
            );
        }
        world.forward(DAY);
        for page in &public {
            assert!(world.visitor().get(page).await.says("× Overdue"), "{page}");
        }

        let leader = world.sign_in("leader@example.org").await;
        let change = format!("/lead/updates/{update}");
        let again = not(&second);
        let mut again: Vec<(&str, &str)> =
            again.iter().map(|(name, to)| (*name, to.as_str())).collect();
        again.extend([("version", "1"), ("step", "publish")]);
        leader.post(&change, &again).await.leads_to();
        sign(&leader, &plan).await;
        let desk = leader.get("/lead").await;
        assert!(on_desk.iter().all(|words| !desk.says(words)), "{}", desk.html);
        for page in &public {
            assert!(!world.visitor().get(page).await.says("Overdue"), "{page}");
        }
    });
}

#[test]
fn a_day_to_look_again_begins_at_midnight_in_london_also_in_summer() {
    on_both(async |world| {
        let leader = world.signed_in("leader@example.org", &[Role::Leader]).await;
        let plan = register(&world, &leader).await;
        sign(&leader, &plan).await;
        let evening = clock::read("2030-05-31", "23:30").unwrap();
        world.forward(evening - world.now());
        let on_desk = async || {
            let leader = world.sign_in("leader@example.org").await;
            leader.get("/lead").await.says("who this plan affects")
        };
        assert!(!on_desk().await, "its day has not come");
        world.forward(HOUR);
        assert!(on_desk().await, "half past midnight in London, and half past eleven in UTC");
    });
}
