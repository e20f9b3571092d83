//! What every email has in common: a greeting, a receipt for what was sent, and how to stop it.

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use calendar::clock::MINUTE;
use calendar::promise::WITHIN;
use deliveries::{EmailKind, Outcome, deliver_one};

use super::notices::{leaders, noticed, subscriber, told};
use super::updates::{DONE, closed_topic, publish};
use crate::world::{number, on_both};

#[test]
fn what_a_parent_sends_gets_one_receipt_without_her_words_however_often_she_taps() {
    on_both(async |world| {
        let topic = closed_topic(&world).await;
        let both = leaders(&world).await;
        let update = publish(&both.0, &topic, &DONE).await;
        let notice = noticed(&world, &both, "Later buses", 60).await;
        told(&world).await;

        let parent = world.parent(1).await;
        let key = id::fresh();
        let mut proposal = parent.proposal("Sam waits for the bus");
        proposal.push(("form_key", key.as_str()));
        let doubts = format!("/updates/{update}/doubts/new");
        let doubt = [("form_key", key.as_str()), ("words", "Sam still waits.")];
        let comment = crate::fixtures::local_offer::comment("Sam is not on the list.");
        let comment = [&comment[..], &[("form_key", key.as_str())]].concat();
        let (ask, question) = (
            format!("/notices/{notice}/questions/new"),
            [("form_key", key.as_str()), ("question", "Does Sam have to walk?")],
        );
        for _ in 0..2 {
            parent.post("/topics/new", &proposal).await.leads_to();
            parent.post(&doubts, &doubt).await.leads_to();
            parent.post("/local-offer/comments/new", &comment).await.leads_to();
            parent.post(&ask, &question).await.leads_to();
        }
        let stranger = [("question", "Does Sam walk?"), ("email", "stranger@example.org")];
        world.visitor().post(&ask, &stranger).await.leads_to();

        let receipts = world.receipts().await;
        let to = |to: &str| receipts.iter().filter(|email| email.to == to).count();
        assert_eq!((to("parent1@example.org"), to("stranger@example.org")), (4, 1));
        for (link, day) in [
            ("/topics/", WITHIN),
            ("/updates/", "The forum will look into it"),
            ("/local-offer/comments/", WITHIN),
            ("/notices/", "2027"),
        ] {
            assert!(
                receipts.iter().any(|email| email.to == "parent1@example.org"
                    && email.text.contains(link)
                    && email.text.contains(day)),
                "{link}"
            );
        }
        for email in &receipts {
            assert!(
                !email.subject.contains("Sam") && !email.text.contains("Sam"),
                "{}",
                email.text
            );
            let is_known = email.to == "parent1@example.org";
            let hello = if is_known { "\n\nHello Somebody,\n\n" } else { "\n\nHello,\n\n" };
            assert!(
                email.text.starts_with(&format!("Sefton Parent Carer Forum{hello}")),
                "{}",
                email.text
            );
            assert_eq!(email.text.contains("/account/emails"), is_known, "{}", email.text);
        }
    });
}

#[test]
fn an_address_that_nobody_has_confirmed_is_not_told_whose_account_it_is_for() {
    on_both(async |world| {
        let parent = world.parent(1).await;
        parent.changes_address("mistyped@example.org").await.leads_to();
        let emails = world.deliver().await;
        let mut to: Vec<&str> = emails.iter().map(|email| email.to.as_str()).collect();
        to.sort_unstable();
        assert_eq!(to, ["mistyped@example.org", "parent1@example.org"]);
        for email in &emails {
            let is_hers = email.to == "parent1@example.org";
            assert_eq!(email.text.contains("Hello Somebody,"), is_hers, "{}", email.text);
            assert_eq!(email.html.contains("Hello Somebody,"), is_hers);
        }
    });
}

#[test]
fn an_account_stops_emails_of_a_sort_and_starts_them_again_but_never_those_for_its_safety() {
    on_both(async |world| {
        let (parent, organiser) = (world.parent(1).await, world.organiser().await);
        let page = parent.get("/account/emails").await;
        assert!(
            page.says("What happened to what you said")
                && page.says("Receipts for what you send us")
                && page.says("Always sent")
                && !page.says("Reminders for the team"),
            "{}",
            page.html
        );
        assert!(parent.get("/account").await.says("/account/emails"));
        let stop = |sort| [("sort", sort), ("step", "stop")];
        for sort in ["said", "receipts", "receipts", "no such sort"] {
            parent.post("/account/emails", &stop(sort)).await.leads_to();
        }
        assert_eq!(number(&world, "SELECT count(*) FROM email_stops").await, 2, "twice is once");
        assert!(parent.get("/account/emails").await.says("○ Off"));

        let [published, passed_on, waits] = [
            parent.propose("Buses").await,
            parent.propose("Something private").await,
            parent.propose("Trains").await,
        ];
        let decide = |topic: &str| format!("/forum/topics/{topic}");
        organiser.post(&decide(&published), &[("decision", "publish")]).await.leads_to();
        organiser.post(&decide(&passed_on), &[("decision", "pass on")]).await.leads_to();
        parent.changes_address("new@example.org").await.leads_to();
        let kinds: Vec<_> =
            world.deliver_with_kinds().await.into_iter().map(|(kind, _)| kind).collect();
        assert!(
            kinds.len() == 3
                && [
                    EmailKind::TopicPassedOn,
                    EmailKind::ConfirmAddress,
                    EmailKind::AddressMayChange
                ]
                .iter()
                .all(|kind| kinds.contains(kind)),
            "{kinds:?}"
        );

        let start = [("sort", "said"), ("step", "start")];
        parent.post("/account/emails", &start).await.leads_to();
        let merge = [("decision", "merge"), ("into", published.as_str())];
        organiser.post(&decide(&waits), &merge).await.leads_to();
        let emails = world.deliver().await;
        assert_eq!(
            emails.iter().map(|email| email.subject.as_str()).collect::<Vec<_>>(),
            ["We've joined your topic with another one"]
        );
        let dated = "SELECT count(*) FROM email_stops WHERE started_at IS NOT NULL";
        assert_eq!(number(&world, dated).await, 1, "when it was stopped stays known");
    });
}

#[test]
fn an_email_in_hand_is_not_begun_after_the_answer_that_such_emails_are_stopped() {
    on_both(async |world| {
        let parent = world.parent(1).await;
        parent.propose("Buses").await;
        let (held, holds) = tokio::sync::oneshot::channel();
        let answered = AtomicBool::new(false);
        let hand = world.hand("1");
        let hand_over = deliver_one(&hand, async |_, permit| {
            held.send(()).unwrap();
            while permit.holds().await.is_ok() {
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
            tokio::time::sleep(Duration::from_millis(200)).await;
            assert!(
                !answered.load(Ordering::SeqCst),
                "it is answered while the email may still be on its way"
            );
            permit.holds().await
        });
        let stop = async {
            holds.await.unwrap();
            let stop = [("sort", "receipts"), ("step", "stop")];
            parent.post("/account/emails", &stop).await.leads_to();
            answered.store(true, Ordering::SeqCst);
        };
        let (outcome, ()) = tokio::join!(hand_over, stop);
        assert_eq!(outcome.unwrap(), Outcome::GivenUp);
        let why = "SELECT count(*) FROM deliveries WHERE reason LIKE '%stopped such emails'";
        assert_eq!(number(&world, why).await, 1);
    });
}

#[test]
fn the_stop_page_names_what_stopped_and_what_still_comes_and_leads_back() {
    on_both(async |world| {
        let parent = world.parent(1).await;
        for service in [&world.transport, &world.autism] {
            subscriber(&world, "parent1@example.org", service, "", "at once").await;
        }
        let both = leaders(&world).await;
        noticed(&world, &both, "Later buses", 60).await;
        let emails = told(&world).await;
        let email = emails.iter().find(|email| email.to == "parent1@example.org").unwrap();
        let site = "http://alongside.example.org";
        let one_click = email.one_click.clone().unwrap().replace(site, "");
        let own = one_click.replace("/unsubscribe/", "/subscriptions/");
        let visitor = world.visitor();
        let standing = "SELECT count(*) FROM subscriptions WHERE ended_at IS NULL";

        assert!(visitor.get(&one_click).await.says("changes to Transport"));
        let stopped = visitor.post(&one_click, &[]).await;
        assert!(
            stopped.says("We will no longer email you about changes to Transport.")
                && stopped.says("Autism support in all of Sefton")
                && stopped.says("What happened to what you said")
                && stopped.says("Stop everything")
                && stopped.says("That was a mistake"),
            "{}",
            stopped.html
        );
        assert_eq!(number(&world, standing).await, 1);

        // A wrong tap.
        for _ in 0..2 {
            world.forward(MINUTE);
            let back = visitor.post(&own, &[("step", "again")]).await.leads_to();
            assert!(visitor.get(&back).await.says("Started again"));
        }
        assert_eq!(number(&world, standing).await, 2);

        // Everything, and that was a wrong tap too.
        world.forward(MINUTE);
        visitor.post(&one_click, &[]).await.done();
        world.forward(MINUTE);
        let everything = visitor.post(&own, &[("step", "everything")]).await.leads_to();
        assert!(visitor.get(&everything).await.says("We have stopped everything"));
        assert_eq!(number(&world, standing).await, 0);
        let stops = "SELECT count(*) FROM email_stops WHERE started_at IS NULL";
        assert_eq!(number(&world, stops).await, 3);
        parent.propose("Buses").await;
        assert!(world.receipts().await.is_empty());
        world.forward(MINUTE);
        visitor.post(&own, &[("step", "again")]).await.leads_to();
        assert_eq!(number(&world, standing).await, 1, "what was stopped before stays stopped");
        assert_eq!(number(&world, stops).await, 0);
    });
}
