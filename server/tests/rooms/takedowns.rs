//! What should not have been published is taken down: the words are gone everywhere, what stands in
//! their place says so, and nobody speaks for both sides of a plan.

use axum::http::StatusCode;
use calendar::clock::{self, DAY};
use ground::viewer::Role;

use crate::consultations::{answer, begin, open, publish};
use crate::fixtures::notices::{noticed, told};
use crate::plans::{leader, register};
use crate::record::{packed, record};
use crate::updates::DONE;
use crate::world::{Browser, World, number, on_both};

const KEEP: [(&str, &str); 3] =
    [("reason", "names"), ("words", "keep"), ("why", "Please don't use names.")];
const ERASE: [(&str, &str); 2] = [("reason", "abusive"), ("words", "erase")];

/// How often a word is anywhere that nobody but the safeguarding lead may find it.
async fn left(world: &World, word: &str) -> i64 {
    let mut found = 0;
    for (table, column) in [
        ("topics", "title"),
        ("search_words", "word"),
        ("comments", "words"),
        ("notice_questions", "question"),
        ("notice_questions", "shown_as"),
        ("notice_answers", "question"),
        ("notice_answers", "answer"),
        ("quotations", "words"),
        ("releases", "results"),
        ("findings", "words"),
        ("audit", "detail"),
    ] {
        let sql = format!("SELECT count(*) FROM {table} WHERE lower({column}) LIKE '%{word}%'");
        found += number(world, &sql).await;
    }
    found
}

async fn lead(world: &World) -> Browser<'_> {
    world.signed_in("lead@example.org", &[Role::Safeguarding]).await
}

#[test]
fn a_topic_that_names_a_child_is_gone_everywhere_and_people_read_why() {
    on_both(async |world| {
        let (round, topic) = world.voting("Tobias waits for a bus").await;
        world.supporter(1, &world.north, &topic).await;
        app::search::refresh(&world.house).await.unwrap();
        world.deliver().await;
        let (organiser, visitor) = (world.organiser().await, world.visitor());
        let (page, form) = (format!("/topics/{topic}"), format!("/forum/topics/{topic}/takedown"));
        assert!(organiser.get(&page).await.says(&form));
        assert!(!visitor.get(&page).await.says(&form));
        let shown = organiser.get(&form).await;
        assert!(shown.says("Tobias waits for a bus") && shown.says("will not be counted"));
        let empty = organiser.post(&form, &[]).await;
        assert_eq!(empty.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(empty.says("Choose the reason") && empty.says("Choose what happens to the words"));

        organiser.post(&form, &KEEP).await.leads_to();
        // A second tap changes nothing.
        organiser.post(&form, &KEEP).await.leads_to();
        assert_eq!(number(&world, "SELECT count(*) FROM takedowns").await, 1);
        assert_eq!(left(&world, "tobias").await, 0);
        let gone = visitor.get(&page).await;
        assert_eq!(gone.status, StatusCode::OK);
        assert!(
            gone.says("The forum took this down on")
                && gone.says("It named someone")
                && gone.says("Please don't use names.")
                && !gone.says("Tobias")
        );
        let of_round = format!("/rounds/{round}");
        for path in ["/topics", "/topics?search=tobias", "/", of_round.as_str()] {
            assert!(!visitor.get(path).await.says("Tobias waits"), "{path}");
        }
        let parent = world.parent(7).await;
        assert!(parent.support(&topic, "support").await.status.is_client_error());

        let emails = world.deliver().await;
        assert_eq!(emails.len(), 1, "{emails:?}");
        assert_eq!(emails[0].subject, "We've taken down something you wrote");
        assert!(!emails[0].text.contains("Tobias") && emails[0].text.contains("It named someone"));
        let list = organiser.get("/forum/takedowns").await;
        assert!(list.says("A topic") && list.says("It named someone") && !list.says("Tobias"));

        let lead = lead(&world).await;
        let queue = lead.get("/forum/safeguarding/taken-down").await;
        assert!(queue.says("A topic, taken down on") && !queue.says("Tobias"));
        let id: String = sqlx::query_scalar("SELECT id FROM takedowns")
            .fetch_one(&mut *world.db().read().await.unwrap())
            .await
            .unwrap();
        let opened = format!("/forum/safeguarding/taken-down/{id}");
        assert!(lead.get(&opened).await.says("Tobias waits for a bus"));
        assert_eq!(organiser.get(&opened).await.status, StatusCode::FORBIDDEN);
        lead.post(&opened, &[("note", "Rang the school.")]).await.leads_to();
        assert!(lead.get(&opened).await.says("Rang the school."));
        assert!(lead.get("/forum/safeguarding/taken-down").await.says("Already looked after"));

        world.close().await;
        let sql = format!("SELECT count(*) FROM tallies WHERE topic_id = '{topic}'");
        assert_eq!(number(&world, &sql).await, 0, "it is not counted");
    });
}

#[test]
fn what_was_counted_stays_when_a_topic_is_taken_down_after_the_close() {
    on_both(async |world| {
        let (round, topic) = world.voting("Tobias waits for a bus").await;
        for nth in 0..12 {
            world.supporter(nth, &world.north, &topic).await;
        }
        world.close().await;
        let tallies = "SELECT CAST(sum(supporters) AS BIGINT) FROM tallies";
        assert_eq!(number(&world, tallies).await, 12);
        // It is not withdrawn but by taking its words down.
        for sql in [
            "UPDATE topics SET withdrawn_at = 9000000000000",
            "UPDATE topics SET withdrawn_at = 9000000000000, taken_down_at = 9000000000000",
        ] {
            assert!(crate::world::by_hand(&world, sql).await.is_err(), "{sql}");
        }
        let organiser = world.organiser().await;
        organiser.post(&format!("/forum/topics/{topic}/takedown"), &ERASE).await.leads_to();
        assert_eq!(number(&world, tallies).await, 12);
        assert_eq!(number(&world, "SELECT count(*) FROM shortlist").await, 1);
        assert_eq!(number(&world, "SELECT count(*) FROM supports").await, 12);
        let shortlist = organiser.get(&format!("/forum/rounds/{round}/shortlist")).await;
        assert!(shortlist.says("A topic that was taken down"), "{}", shortlist.html);
        assert!(!shortlist.says("Tobias"));
        assert_eq!(left(&world, "tobias").await, 0);
        assert_eq!(number(&world, "SELECT count(*) FROM takedowns WHERE words <> ''").await, 0);
    });
}

#[test]
fn a_comment_is_taken_down_with_its_answers_and_the_pack_says_only_that() {
    on_both(async |world| {
        let (parent, organiser) = (world.parent(1).await, world.organiser().await);
        let words = crate::fixtures::local_offer::comment("Tobias was left alone by the list.");
        let sent = parent.post("/local-offer/comments/new", &words).await.leads_to();
        let comment = sent.split(['/', '?']).nth(3).unwrap().to_owned();
        let desk = format!("/forum/local-offer/{comment}");
        // Nothing that is not published can be taken down.
        let early = organiser.get(&format!("{desk}/takedown")).await;
        assert_eq!(early.status, StatusCode::NOT_FOUND);
        organiser.post(&desk, &[("decision", "publish")]).await.leads_to();
        let council = leader(&world).await;
        let answers = crate::fixtures::local_offer::answer("We looked into Tobias.");
        council.post(&format!("/lead/local-offer/{comment}"), &answers).await.leads_to();
        world.deliver().await;
        organiser.post(&format!("{desk}/takedown"), &ERASE).await.leads_to();

        let (visitor, year) = (world.visitor(), clock::date(world.now()).year());
        let page = visitor.get(&format!("/local-offer/comments/{comment}")).await;
        assert!(page.says("The forum took this down on") && page.says("It was abusive."));
        assert!(!page.says("Tobias"));
        for path in ["/local-offer".to_owned(), format!("/local-offer/years/{year}")] {
            assert!(!visitor.get(&path).await.says("Tobias"), "{path}");
        }
        assert!(parent.get("/account/said").await.says("Taken down by the forum"));
        assert_eq!(left(&world, "tobias").await, 0);
        assert_eq!(world.deliver().await.len(), 1);

        world.forward(DAY);
        let day = clock::fields(world.now()).0;
        let pack = packed(&world.house, &day).await;
        let record = record(&pack).to_string();
        assert!(record.contains("It was abusive") && record.contains(&comment));
        assert!(!record.contains("Tobias"));
    });
}

#[test]
fn a_question_and_an_answer_are_taken_down_and_whoever_asked_is_told() {
    on_both(async |world| {
        let one = leader(&world).await;
        let two = world.signed_in("leader2@example.org", &[Role::Leader]).await;
        let notice = noticed(&world, &(one, two), "The bus to the park", 90).await;
        told(&world).await;
        let (page, ask) =
            (format!("/notices/{notice}"), format!("/notices/{notice}/questions/new"));
        let (visitor, organiser) = (world.visitor(), world.organiser().await);
        let leader = world.sign_in("leader@example.org").await;
        let desk = format!("/lead/notices/{notice}/questions");
        for (question, email) in [("Is Tobias on it?", "a@example.org"), ("When?", "b@example.org")]
        {
            visitor.post(&ask, &[("question", question), ("email", email)]).await.leads_to();
            world.forward(1);
        }
        let all = "SELECT id FROM notice_questions ORDER BY asked_at, id";
        let questions: Vec<String> = sqlx::query_scalar(all)
            .fetch_all(&mut *world.db().read().await.unwrap())
            .await
            .unwrap();
        let show =
            [("step", "show"), ("questions", &*questions[0]), ("question", "Is Tobias there?")];
        leader.post(&desk, &show).await.leads_to();
        let reply =
            [("questions", &*questions[1]), ("question", "When?"), ("answer", "Ask Tobias.")];
        leader.post(&desk, &reply).await.leads_to();
        let answered: String = sqlx::query_scalar("SELECT id FROM notice_answers")
            .fetch_one(&mut *world.db().read().await.unwrap())
            .await
            .unwrap();
        world.deliver().await;

        let forms = [
            format!("/forum/notices/questions/{}/takedown", questions[0]),
            format!("/forum/notices/answers/{answered}/takedown"),
        ];
        for form in &forms {
            assert!(organiser.get(&page).await.says(form) && !visitor.get(&page).await.says(form));
            organiser.post(form, &KEEP).await.leads_to();
        }
        notices::answer_due(&world.house).await.unwrap();
        let mut to: Vec<String> = world.deliver().await.into_iter().map(|email| email.to).collect();
        to.sort();
        assert_eq!(to, ["a@example.org", "b@example.org", "leader@example.org"]);
        let seen = visitor.get(&page).await;
        assert!(seen.says("A question was taken down by the forum on") && !seen.says("Tobias"));
        assert_eq!(left(&world, "tobias").await, 0);
        assert_eq!(
            number(&world, "SELECT count(*) FROM notice_questions WHERE email <> ''").await,
            0
        );
    });
}

#[test]
fn words_of_results_are_taken_down_by_two_and_no_number_changes() {
    on_both(async |world| {
        let organiser = world.organiser().await;
        let other = world.signed_in("organiser2@example.org", &[Role::Organiser]).await;
        let id = open(&world, &organiser, "anyone").await;
        for _ in 0..14 {
            let phone = world.visitor();
            let response = begin(&phone, &id).await;
            answer(&phone, &response, "question-1", "no").await.leads_to();
            answer(&phone, &response, "question-3", "Tobias waits.").await.leads_to();
            phone.post(&response, &[("step", "send"), ("quote", "yes")]).await.leads_to();
        }
        world.forward(61 * DAY);
        let response: String = sqlx::query_scalar("SELECT id FROM responses ORDER BY id LIMIT 1")
            .fetch_one(&mut *world.db().read().await.unwrap())
            .await
            .unwrap();
        let key = format!("/forum/consultations/{id}/answers/question-3");
        let quote = [("step", "quote"), ("response", &*response), ("words", "Tobias waits.")];
        organiser.post(&key, &quote).await.leads_to();
        let desk = format!("/forum/consultations/{id}/release");
        organiser.post(&desk, &[("step", "count")]).await.leads_to();
        publish(&other, &desk).await.leads_to();
        let (results, form) =
            (format!("/consultations/{id}/results"), format!("/forum/consultations/{id}/takedown"));
        let visitor = world.visitor();
        assert!(visitor.get(&results).await.says("Tobias waits."));
        let numbers = "SELECT count(*) FROM releases WHERE counts LIKE '%14%'";
        let before = number(&world, numbers).await;

        let chosen = organiser.get(&form).await.sends("chosen");
        let asks = [&KEEP[..], &[("chosen", &*chosen), ("step", "ask")]].concat();
        organiser.post(&form, &asks).await.leads_to();
        assert!(visitor.get(&results).await.says("Tobias waits."), "one alone takes nothing down");
        assert!(organiser.get(&form).await.says("You asked for this yourself"));
        let takedown = other.get(&form).await.sends("takedown");
        let agree = [("step", "agree"), ("takedown", takedown.as_str())];
        let own = organiser.post(&form, &agree).await;
        assert_eq!(own.status, StatusCode::UNPROCESSABLE_ENTITY);
        other.post(&form, &agree).await.leads_to();
        for ending in ["", ".csv", ".json"] {
            let seen = visitor.get(&format!("{results}{ending}")).await;
            assert!(seen.says("Taken down by the forum on") && !seen.says("Tobias"), "{ending}");
        }
        assert_eq!(left(&world, "tobias").await, 0);
        assert_eq!(number(&world, numbers).await, before);
        assert_eq!(number(&world, "SELECT count(*) FROM takedowns WHERE words <> ''").await, 1);
        // Somebody who changes results in any other way is refused.
        for sql in [
            "UPDATE releases SET results = '{}'",
            "UPDATE releases SET counts = '{}', taken_down = taken_down + 1",
            "UPDATE takedowns SET why = 'Another'",
            "DELETE FROM takedowns",
        ] {
            assert!(crate::world::by_hand(&world, sql).await.is_err(), "{sql}");
        }
    });
}

#[test]
fn nobody_speaks_for_both_sides_of_a_plan_in_whatever_role() {
    on_both(async |world| {
        let both = [Role::Leader, Role::Organiser];
        let registers = world.signed_in("both@example.org", &both).await;
        let colleague = world.signed_in("colleague@example.org", &both).await;
        let plan = register(&world, &registers).await;
        // Taking the role away does not take away what was done in it.
        let taken = "DELETE FROM roles WHERE role = 'leader' AND account_id IN
            (SELECT id FROM accounts WHERE email = 'both@example.org')";
        crate::world::change(&world, taken).await;
        let form = format!("/forum/plans/{plan}/statement");
        for of_plan in [&registers, &colleague] {
            let page = of_plan.get(&form).await;
            assert!(page.says("nobody speaks for both sides") && !page.says("<textarea"));
            let refused = of_plan.post(&form, &[("words", "It is good.")]).await;
            assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
            let page = of_plan.get(&format!("/plans/{plan}")).await;
            assert!(page.says("Another organiser can.") && !page.says(&form));
        }
        assert_eq!(number(&world, "SELECT count(*) FROM statements").await, 0);
        let organiser = world.organiser().await;
        organiser.post(&form, &[("words", "It is good.")]).await.leads_to();

        let about = format!("plan:{plan}");
        let fields = [&DONE[..], &[("about", about.as_str()), ("step", "publish")]].concat();
        crate::plans::draft(&colleague, &plan).await;
        let pass = [("name", "A Name"), ("reason", crate::plans::REASON), ("step", "pass")];
        let draft = format!("/lead/plans/{plan}/drafts/1");
        colleague.post(&format!("{draft}/override"), &pass).await.leads_to();
        colleague.post(&draft, &[]).await.leads_to();
        let says = leader(&world).await;
        let update = says.post("/lead/updates/new", &fields).await.leads_to();
        let update = update.split(['/', '?']).nth(2).unwrap().to_owned();
        let judge = format!("/forum/updates/{update}");
        let page = registers.get(&judge).await;
        assert!(page.says("Nobody speaks for both sides") && !page.says("<textarea"));
        let verdict = [("version", "1"), ("verdict", "confirmed")];
        let refused = registers.post(&judge, &verdict).await;
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(refused.says("It is about a plan that you have worked on"));
        organiser.post(&judge, &verdict).await.leads_to();
    });
}
