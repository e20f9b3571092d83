//! One mailbox is one person: in every count, and in how much they may send; and what organisers
//! see of unusual joinings.

use axum::http::{StatusCode, header};
use calendar::clock::{DAY, HOUR, MINUTE};
use ground::viewer::Role;
use rounds::close_due;
use server::retention;

use crate::consultations::{answer, begin, open};
use crate::fixtures::local_offer::ABOUT;
use crate::updates::{DONE, closed_topic, publish};
use crate::world::{Browser, World, change, link_to, number, on_both};

/// How many people were counted for a topic, in all places together.
async fn tally(world: &World, topic: &str) -> i64 {
    sqlx::query_scalar("SELECT CAST(sum(supporters) AS BIGINT) FROM tallies WHERE topic_id = $1")
        .bind(topic)
        .fetch_one(&mut *world.db().read().await.unwrap())
        .await
        .unwrap()
}

/// The shortlist as it was counted, best first: (topic, supporters, those with no topic before).
async fn shortlist(world: &World) -> Vec<(String, i64, i64)> {
    sqlx::query_as("SELECT topic_id, supporters, unrepresented FROM shortlist ORDER BY position")
        .fetch_all(&mut *world.db().read().await.unwrap())
        .await
        .unwrap()
}

/// Twelve accounts of one mailbox that all support the topic.
async fn twelve_of_one(world: &World, topic: &str) {
    for nth in 0..12 {
        let email = format!("one+{nth}@example.org");
        let account = world.person(&email, &[Role::Parent], &world.south).await;
        world.supports(&account, topic).await;
    }
}

#[test]
fn twelve_addresses_of_one_mailbox_count_as_one_parent_and_win_nothing() {
    on_both(async |world| {
        let (round, buses) = world.voting("Buses").await;
        let trams = world.published_into(&round, "Trams").await;
        twelve_of_one(&world, &buses).await;
        for nth in 0..11 {
            world.supporter(nth, &world.north, &trams).await;
        }
        world.close().await;
        assert_eq!((tally(&world, &buses).await, tally(&world, &trams).await), (1, 11));
        assert_eq!(shortlist(&world).await, [(trams, 11, 11), (buses.clone(), 1, 1)]);
        let page = world.visitor().get(&format!("/topics/{buses}")).await;
        assert!(
            page.says("Fewer than 10 parents supported it."),
            "nine votes of one's own tell nothing: {}",
            page.html
        );
    });
}

#[test]
fn accounts_of_one_mailbox_that_support_different_topics_are_one_ballot_in_one_place() {
    on_both(async |world| {
        let (round, buses) = world.voting("Buses").await;
        let trams = world.published_into(&round, "Trams").await;
        let first = world.person("a.nn@gmail.com", &[Role::Parent], &world.north).await;
        let second = world.person("ann+2@googlemail.com", &[Role::Parent], &world.south).await;
        world.supports(&first, &buses).await;
        world.supports(&second, &buses).await;
        world.supports(&second, &trams).await;
        world.close().await;
        let counted: Vec<(String, i64)> = sqlx::query_as(
            "SELECT place_id, supporters FROM tallies WHERE supporters > 0 ORDER BY topic_id",
        )
        .fetch_all(&mut *world.db().read().await.unwrap())
        .await
        .unwrap();
        assert_eq!(counted, [(world.north.clone(), 1), (world.north.clone(), 1)]);
        assert_eq!(
            shortlist(&world).await,
            [(buses, 1, 1), (trams, 1, 0)],
            "who supports the second has the first already"
        );
    });
}

#[test]
fn accounts_from_before_are_folded_before_the_count_by_two_processes_at_once() {
    on_both(async |world| {
        let (_, buses) = world.voting("Buses").await;
        twelve_of_one(&world, &buses).await;
        change(&world, "UPDATE accounts SET mailbox = NULL").await;
        world.forward(11 * DAY);
        let both = [0, 1].map(|_| {
            let house = world.house.clone();
            tokio::spawn(async move { close_due(&house.db, &house.clock).await.unwrap() })
        });
        for closing in both {
            closing.await.unwrap();
        }
        assert_eq!(tally(&world, &buses).await, 1);
        assert_eq!(
            number(
                &world,
                "SELECT count(*) FROM accounts WHERE mailbox IS NULL AND email IS NOT NULL"
            )
            .await,
            0
        );
    });
}

#[test]
fn a_new_address_counts_by_its_own_mailbox() {
    on_both(async |world| {
        let (_, buses) = world.voting("Buses").await;
        twelve_of_one(&world, &buses).await;
        let moving = world.sign_in("one+3@example.org").await;
        moving.changes_address("two@example.org").await.leads_to();
        let emails = world.deliver().await;
        let confirm = emails.iter().find(|email| email.to == "two@example.org").unwrap();
        moving.post(&link_to(confirm, "/account/email/"), &[]).await.done();
        world.close().await;
        assert_eq!(tally(&world, &buses).await, 2);
    });
}

/// Every account has the mailbox of the address it has.
async fn each_has_its_own_mailbox(world: &World) {
    let accounts: Vec<(String, Option<String>)> =
        sqlx::query_as("SELECT email, mailbox FROM accounts WHERE email IS NOT NULL")
            .fetch_all(&mut *world.db().read().await.unwrap())
            .await
            .unwrap();
    for (email, mailbox) in accounts {
        assert_eq!(mailbox, Some(forms::mailbox(&email)), "{email}");
    }
}

#[test]
fn an_address_that_is_put_back_counts_by_the_mailbox_it_had() {
    on_both(async |world| {
        let (_, buses) = world.voting("Buses").await;
        twelve_of_one(&world, &buses).await;
        each_has_its_own_mailbox(&world).await;
        let moving = world.sign_in("one+3@example.org").await;
        moving.changes_address("two@example.org").await.leads_to();
        let emails = world.deliver().await;
        let confirm = emails.iter().find(|email| email.to == "two@example.org").unwrap();
        moving.post(&link_to(confirm, "/account/email/"), &[]).await.done();
        each_has_its_own_mailbox(&world).await;
        let told = world.deliver().await;
        let hers = told.iter().find(|email| email.to == "one+3@example.org").unwrap();
        let undone = world.visitor().post(&link_to(hers, "/account/email/undo/"), &[]).await;
        assert!(undone.says("Your old email address is back"), "{}", undone.html);
        each_has_its_own_mailbox(&world).await;
        world.close().await;
        assert_eq!(tally(&world, &buses).await, 1, "all twelve are one parent again");
    });
}

const SENT: &str = "SELECT count(*) FROM responses WHERE state = 'sent'";
const SEND: [(&str, &str); 1] = [("step", "send")];

/// The answers of this account, to be sent; `None` where it may not begin.
async fn answers(browser: &Browser<'_>, consultation: &str) -> Option<String> {
    let here = format!("/consultations/{consultation}");
    if browser.get(&here).await.says("You have already sent your answers.") {
        assert_eq!(browser.post(&format!("{here}/answers"), &[]).await.leads_to(), here);
        return None;
    }
    let response = begin(browser, consultation).await;
    answer(browser, &response, "question-3", "Weekends").await.leads_to();
    Some(response)
}

#[test]
fn twelve_addresses_of_one_mailbox_answer_once_where_each_person_takes_part_once() {
    on_both(async |world| {
        let consultation = open(&world, &world.organiser().await, "signed in").await;
        let mut twelve = Vec::new();
        for nth in 0..12 {
            twelve.push(world.signed_in(&format!("one+{nth}@example.org"), &[Role::Parent]).await);
        }
        // Two have begun before either has sent anything.
        let first = answers(&twelve[0], &consultation).await.unwrap();
        let second = answers(&twelve[1], &consultation).await.unwrap();
        twelve[0].post(&first, &SEND).await.leads_to();
        let refused = twelve[1].post(&second, &SEND).await;
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(refused.says("Each person can send one set of answers"), "{}", refused.html);
        for other in &twelve[1..] {
            assert_eq!(answers(other, &consultation).await, None);
            let home = other.get("/").await;
            assert!(!home.says("We are asking parents."), "{}", home.html);
        }
        assert_eq!(number(&world, SENT).await, 1);
        assert_eq!(number(&world, "SELECT count(*) FROM took_part").await, 1);

        // Another family is another person; and whoever deletes theirs may answer by either.
        let family = world.parent(2).await;
        let hers = answers(&family, &consultation).await.unwrap();
        family.post(&hers, &SEND).await.leads_to();
        twelve[0].post(&first, &[("step", "withdraw")]).await.leads_to();
        twelve[1].post(&second, &SEND).await.leads_to();
        assert_eq!(answers(&twelve[0], &consultation).await, None);
        assert_eq!(number(&world, SENT).await, 2);
    });
}

#[test]
fn dots_make_no_second_person_of_a_mailbox_whose_provider_ignores_them() {
    on_both(async |world| {
        let consultation = open(&world, &world.organiser().await, "signed in").await;
        let mut counted = Vec::new();
        for email in ["ann.other@gmail.com", "annother@googlemail.com", "ann.other@example.org"] {
            let browser = world.signed_in(email, &[Role::Parent]).await;
            if let Some(response) = answers(&browser, &consultation).await {
                browser.post(&response, &SEND).await.leads_to();
                counted.push(email);
            }
        }
        assert_eq!(counted, ["ann.other@gmail.com", "ann.other@example.org"]);
        assert_eq!(number(&world, SENT).await, 2);
    });
}

#[test]
fn two_accounts_of_one_mailbox_that_send_their_answers_at_the_same_moment_are_one() {
    on_both(async |world| {
        let consultation = open(&world, &world.organiser().await, "signed in").await;
        let one = world.signed_in("one@example.org", &[Role::Parent]).await;
        let other = world.signed_in("one+other@example.org", &[Role::Parent]).await;
        let ones = answers(&one, &consultation).await.unwrap();
        let others = answers(&other, &consultation).await.unwrap();
        let sent = tokio::join!(one.post(&ones, &SEND), other.post(&others, &SEND));
        let mut statuses = [sent.0.status, sent.1.status];
        statuses.sort();
        assert_eq!(statuses, [StatusCode::SEE_OTHER, StatusCode::UNPROCESSABLE_ENTITY]);
        assert_eq!(number(&world, SENT).await, 1);
    });
}

#[test]
fn the_page_on_which_parents_vote_says_that_one_inbox_is_one_parent() {
    on_both(async |world| {
        let (_, buses) = world.voting("Buses").await;
        let page = world.visitor().get(&format!("/topics/{buses}")).await;
        assert!(page.says("One email inbox counts as one parent."));
    });
}

/// One too many was refused with what to do, and until when, and what was typed is there.
fn is_one_too_many(answer: &crate::world::Answer, typed: &str, seconds: &str) {
    assert_eq!(answer.status, StatusCode::TOO_MANY_REQUESTS, "{}", answer.html);
    assert_eq!(answer.headers[header::RETRY_AFTER], seconds);
    assert!(answer.says(typed) && answer.says("There is a problem"), "{}", answer.html);
}

#[test]
fn a_parent_sends_ten_topics_a_day_by_whichever_of_her_addresses() {
    on_both(async |world| {
        let parent = world.signed_in("one@example.org", &[Role::Parent]).await;
        for nth in 1..10 {
            parent.propose(&format!("Topic {nth}")).await;
        }
        let key = id::fresh();
        let mut tenth = parent.proposal("Topic 10");
        tenth.push(("form_key", key.as_str()));
        let first = parent.post("/topics/new", &tenth).await.leads_to();
        let again = parent.post("/topics/new", &tenth).await.leads_to();
        assert_eq!(first, again, "a double tap of the last one leads to it");

        let refused = parent.post("/topics/new", &parent.proposal("Topic 11")).await;
        is_one_too_many(&refused, "Topic 11", "86400");
        let other = world.signed_in("one+other@example.org", &[Role::Parent]).await;
        let refused = other.post("/topics/new", &other.proposal("Topic 11")).await;
        is_one_too_many(&refused, "Topic 11", "86400");
        assert_eq!(number(&world, "SELECT count(*) FROM topics").await, 10);

        world.parent(2).await.propose("A topic of another family's").await;
        world.forward(DAY);
        parent.propose("Topic 11").await;
    });
}

/// Sends ten of them, each with a number in it, and then one too many.
async fn ten_and_no_more(who: &Browser<'_>, path: &str, field: &str, seconds: &str) {
    for nth in 1..=10 {
        let words = format!("Number {nth} of mine");
        who.post(path, &[ABOUT[0], ABOUT[1], (field, words.as_str())]).await.leads_to();
    }
    let refused = who.post(path, &[ABOUT[0], ABOUT[1], (field, "Number 11 of mine")]).await;
    is_one_too_many(&refused, "Number 11 of mine", seconds);
}

#[test]
fn comments_doubts_and_questions_of_one_parent_have_limits_of_their_own() {
    on_both(async |world| {
        let topic = closed_topic(&world).await;
        let leaders = crate::notices::leaders(&world).await;
        let update = publish(&leaders.0, &topic, &DONE).await;
        let notice = crate::notices::noticed(&world, &leaders, "Later buses", 60).await;
        crate::notices::told(&world).await;
        let (comments, doubts, questions) = (
            "/local-offer/comments/new".to_owned(),
            format!("/updates/{update}/doubts/new"),
            format!("/notices/{notice}/questions/new"),
        );
        let parent = world.parent(1).await;
        let other = world.parent(2).await;
        for (path, field, seconds) in [
            (&comments, "words", "3600"),
            (&doubts, "words", "3600"),
            // One email with a receipt goes every ten minutes.
            (&questions, "question", "600"),
        ] {
            ten_and_no_more(&parent, path, field, seconds).await;
            let words = [ABOUT[0], ABOUT[1], (field, "Another family's")];
            other.post(path, &words).await.leads_to();
        }
        world.forward(HOUR);
        for (path, field) in [(&comments, "words"), (&doubts, "words"), (&questions, "question")] {
            let words = [ABOUT[0], ABOUT[1], (field, "Number 11 of mine")];
            parent.post(path, &words).await.leads_to();
        }
    });
}

/// Somebody joins by the form and the button in the email.
async fn joins(world: &World, email: &str) {
    let visitor = world.visitor();
    let fields = [
        ("email", email),
        ("shown_name", "Somebody"),
        ("place", world.south.as_str()),
        ("password", "three small words"),
    ];
    visitor.post("/sign-up", &fields).await.leads_to();
    let emails = world.deliver().await;
    let confirm = emails.iter().find(|message| message.to == email).unwrap();
    visitor.post(&link_to(confirm, "/sign-up/"), &fields).await.leads_to();
}

#[test]
fn organisers_see_many_joinings_from_one_network_without_names_until_they_confirm() {
    on_both(async |world| {
        let (round, buses) = world.voting("Buses").await;
        world.supporter(1, &world.south, &buses).await;
        for nth in 0..12 {
            joins(&world, &format!("joined{nth}@example.org")).await;
        }
        let networks = "SELECT count(*) FROM joinings WHERE network IS NOT NULL";
        assert!(number(&world, networks).await > 0);
        world.forward(2 * HOUR);
        retention::keep(&world.house).await.unwrap();
        assert_eq!(number(&world, networks).await, 0, "the hour is over");
        assert_eq!(number(&world, "SELECT count(*) FROM joinings").await, 1, "without where");
        for nth in 0..3 {
            joins(&world, &format!("few{nth}@example.org")).await;
        }
        world.forward(2 * HOUR);
        retention::keep(&world.house).await.unwrap();
        assert_eq!(number(&world, "SELECT count(*) FROM joinings").await, 1, "a few are nothing");

        world.close().await;
        assert_eq!(number(&world, "SELECT count(*) FROM joinings").await, 0);
        let organiser = world.organiser().await;
        let form = format!("/forum/rounds/{round}/shortlist");
        let page = organiser.get(&form).await;
        assert!(page.says("Unusual joinings in this round"));
        assert!(page.says("about 10 people joined from one network within one hour."));
        assert!(!page.says("12 people") && !page.says("joined0@"));
        assert!(
            !world.visitor().get(&format!("/rounds/{round}")).await.says("from one network"),
            "only organisers see it"
        );
        organiser.post(&form, &[("topics", &buses)]).await.leads_to();
        retention::keep(&world.house).await.unwrap();
        assert_eq!(number(&world, "SELECT count(*) FROM unusual_joinings").await, 0);
    });
}

#[test]
fn organisers_see_that_many_began_to_support_the_very_same_topics_and_it_counts_all_the_same() {
    on_both(async |world| {
        let (round, buses) = world.voting("Buses").await;
        let trams = world.published_into(&round, "Trams").await;
        for nth in 0..12 {
            let account = world.supporter(nth, &world.south, &buses).await;
            world.forward(MINUTE);
            world.supports(&account, &trams).await;
        }
        world.close().await;
        assert_eq!(tally(&world, &buses).await, 12, "nobody is left out");
        let page = world.organiser().await.get(&format!("/forum/rounds/{round}/shortlist")).await;
        assert!(page.says(
            "about 10 people began to support exactly the same topics within one hour. Most of \
             them had joined less than a day before."
        ));
        assert!(!page.says("supporter0@"));
    });
}

#[test]
fn a_round_of_a_few_families_has_nothing_unusual() {
    on_both(async |world| {
        let (round, buses) = world.voting("Buses").await;
        for nth in 0..5 {
            world.supporter(nth, &world.south, &buses).await;
        }
        world.close().await;
        let page = world.organiser().await.get(&format!("/forum/rounds/{round}/shortlist")).await;
        assert!(page.says("Nothing unusual was found."));
    });
}
