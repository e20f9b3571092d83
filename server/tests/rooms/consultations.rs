//! Consultations: written by an organiser, answered by parents, and nothing that joins an answer to
//! a person.

use axum::http::{Method, StatusCode};
use calendar::clock::{self, DAY, MINUTE, Moment};
use consultations::responses;
use ground::viewer::Role;
use questionnaires::answers::Answer as Given;
use questionnaires::{Question, QuestionKind, edit, library};
use sqlx::{Column as _, Row as _};

use crate::fixtures::consultations::{
    ask_who_waits, import_questions, new_consultation, new_for_anyone,
};
pub use crate::fixtures::consultations::{begin, open, terms};
use crate::world::{Answer, Browser, World, link, number, on_both};

pub async fn answer(browser: &Browser<'_>, response: &str, question: &str, value: &str) -> Answer {
    browser
        .post(&format!("{response}/questions/{question}"), &[(&format!("q.{question}"), value)])
        .await
}

/// Publishes what was counted and waits, as it stands on the page.
pub async fn publish(browser: &Browser<'_>, desk: &str) -> Answer {
    let page = browser.get(desk).await.html;
    let counted_at = page
        .split("name=\"counted_at\" value=\"")
        .nth(1)
        .and_then(|rest| rest.split('"').next())
        .unwrap_or("0");
    browser.post(desk, &[("step", "publish"), ("counted_at", counted_at)]).await
}

#[test]
fn an_organiser_asks_a_parent_answers_comes_back_on_another_phone_sends_changes_and_takes_back() {
    on_both(async |world| {
        let organiser = world.organiser().await;
        let id = open(&world, &organiser, "anyone").await;
        let (phone, other) = (world.visitor(), world.visitor());
        assert!(phone.get("/consultations").await.says("Short breaks"));
        let about = phone.get(&format!("/consultations/{id}")).await;
        assert!(about.says("Times and places.") && about.says("3 questions, about 2 minutes."));
        assert!(
            about.says("You don't need an account.") && about.says("You can skip any question")
        );
        let (start, long) = (about.html.find(">Start<"), about.html.find("Times and places."));
        assert!(start < long, "the button comes before the long explanations");
        let response = begin(&phone, &id).await;
        assert!(
            phone
                .get(&format!("/consultations/{id}"))
                .await
                .says("Continue with the answers started here")
        );
        let second = answer(&phone, &response, "question-1", "yes").await.leads_to();
        assert_eq!(
            second,
            format!("{response}/questions/question-2"),
            "she waits, so she is asked how long"
        );
        let question = phone.get(&second).await;
        assert!(
            question.says("<h1>How long?</h1>")
                && question.says("<title>How long? – ")
                && question.says("Question 2 of 3")
                && question.says("Your answers only count once you send them")
                && !question.says("You can skip")
        );
        let third = answer(&phone, &response, "question-2", "option-2").await.leads_to();
        let needed = phone.post(&third, &[]).await;
        assert!(
            needed.status == StatusCode::UNPROCESSABLE_ENTITY && needed.says("Write your answer")
        );

        // On another phone, with the code alone.
        let code = response.rsplit('/').next().unwrap().to_lowercase().replace('-', " ");
        let back = other
            .get(&format!("/consultations/{id}/answers?code={}", code.replace(' ', "+")))
            .await
            .leads_to();
        assert_eq!(back, third, "half-way she goes on after her last answer");
        let check = other.get(&response).await;
        assert!(
            check.says("Months") && check.says("Not answered") && check.says("Check your answers")
        );
        assert!(check.html.contains(&format!("{response}/questions/question-1?then=list")));
        let early = other.post(&response, &[("step", "send")]).await;
        assert!(
            early.status == StatusCode::UNPROCESSABLE_ENTITY
                && early.says("Answer this question too: What else?")
        );
        assert_eq!(
            answer(&other, &response, "question-3", "More <b>weekends</b>").await.leads_to(),
            response
        );
        other.post(&response, &[("step", "send")]).await.leads_to();
        let receipt = other.get(&response).await;
        assert!(
            receipt.says("Your answers count.")
                && receipt.says("What happens next")
                && receipt.says("It closes at the end of ")
                && receipt.html.contains("href=\"/updates/receipt\"")
                && receipt.says(response.rsplit('/').next().unwrap())
        );
        assert!(receipt.html.contains("&lt;b&gt;weekends"));

        phone.post(&response, &[("step", "send")]).await.leads_to();
        assert!(
            !phone.get(&format!("/consultations/{id}")).await.says("started here"),
            "the next person on this phone does not find them"
        );

        // What is changed afterwards counts, unless something that is needed is taken away.
        answer(&phone, &response, "question-1", "no").await.leads_to();
        assert!(
            phone.get(&response).await.says("We have your answers")
                && !phone.get(&response).await.says("Months")
        );
        let without = phone.post(&format!("{response}/questions/question-3"), &[]).await;
        assert_eq!(without.status, StatusCode::UNPROCESSABLE_ENTITY);
        phone.post(&response, &[("step", "withdraw")]).await.leads_to();
        assert!(phone.get(&response).await.says("Your answers have been deleted"));
        assert_eq!(
            number(
                &world,
                "SELECT count(*) FROM responses WHERE answers = '{}' AND state = 'withdrawn'"
            )
            .await,
            1
        );
        answer(&phone, &response, "question-1", "yes").await.leads_to();
        assert_eq!(
            number(&world, "SELECT count(*) FROM responses WHERE answers = '{}'").await,
            1,
            "nothing is kept of it any more"
        );
    });
}

#[test]
fn a_wrong_code_shows_the_form_again_with_what_was_typed() {
    on_both(async |world| {
        let organiser = world.organiser().await;
        let id = open(&world, &organiser, "anyone").await;
        let back = format!("/consultations/{id}/answers");
        let wrong = world.visitor().get(&format!("{back}?code=ABCD-0000")).await;
        assert!(
            wrong.status == StatusCode::UNPROCESSABLE_ENTITY
                && wrong.says("<title>Error: ")
                && wrong.says("Check your code")
                && wrong.says("value=\"ABCD-0000\"")
        );
        assert!(world.visitor().get(&format!("{back}?code=")).await.says("Enter your code"));
        assert_eq!(world.visitor().get(&back).await.leads_to(), format!("/consultations/{id}"));
        let gone = world.visitor().get(&format!("{back}/0000-0000-0000-0000")).await;
        assert!(gone.status == StatusCode::NOT_FOUND && gone.says("value=\"0000-0000-0000-0000\""));
    });
}

#[test]
fn an_answer_changed_from_the_list_leads_back_to_it_but_first_to_a_question_that_it_opens() {
    on_both(async |world| {
        let organiser = world.organiser().await;
        let id = open(&world, &organiser, "anyone").await;
        let phone = world.visitor();
        let response = begin(&phone, &id).await;
        let change = async |question: &str, value: &str| {
            let path = format!("{response}/questions/{question}?then=list");
            phone.post(&path, &[(&format!("q.{question}"), value)]).await
        };
        answer(&phone, &response, "question-1", "no").await.leads_to();
        answer(&phone, &response, "question-3", "Weekends").await.leads_to();
        let page = phone.get(&format!("{response}/questions/question-3?then=list")).await;
        assert!(page.says("Save this answer") && page.says("Check your answers"));
        assert_eq!(change("question-3", "Evenings").await.leads_to(), response);
        assert_eq!(change("question-1", "no").await.leads_to(), response);
        let refused = change("question-3", " ").await;
        assert!(
            refused.status == StatusCode::UNPROCESSABLE_ENTITY && refused.says("Save this answer")
        );
        let opens = change("question-1", "yes").await.leads_to();
        assert_eq!(opens, format!("{response}/questions/question-2?then=list"));
        assert_eq!(change("question-2", "option-1").await.leads_to(), response);
    });
}

#[test]
fn the_code_goes_by_one_email_and_nothing_else_joins_the_address_and_the_answers() {
    on_both(async |world| {
        let organiser = world.organiser().await;
        let id = open(&world, &organiser, "anyone").await;
        let phone = world.visitor();
        let response = begin(&phone, &id).await;
        answer(&phone, &response, "question-1", "no").await.leads_to();
        let code = response.rsplit('/').next().unwrap().to_owned();
        let ask = async |key: &str, to: &str| {
            let sent = [("step", "email"), ("form_key", key), ("email", to)];
            phone.post(&response, &sent).await
        };
        let refused = ask(&id::fresh(), "somebody at home").await;
        assert!(
            refused.status == StatusCode::UNPROCESSABLE_ENTITY
                && refused.says("Enter an email address like")
                && refused.says("value=\"somebody at home\"")
        );
        // Two taps are one email.
        let key = id::fresh();
        for _ in 0..2 {
            let done = ask(&key, "parent@example.org").await.leads_to();
            assert_eq!(done, format!("{response}?done=emailed"));
        }
        assert!(phone.get(&format!("{response}?done=emailed")).await.says("Check your email"));
        let (dedup_key, account): (String, Option<String>) =
            sqlx::query_as("SELECT dedup_key, account_id FROM deliveries WHERE kind = 'code'")
                .fetch_one(&mut *world.db().read().await.unwrap())
                .await
                .unwrap();
        assert!(account.is_none(), "it is nobody's");
        assert!(!dedup_key.contains(&code) && !dedup_key.contains(&id::hash(&code)));
        let emails = world.deliver().await;
        assert_eq!(emails.len(), 1);
        assert_eq!(emails[0].to, "parent@example.org");
        assert!(emails[0].text.contains(&code) && emails[0].text.contains("only count once"));
        let next = world.visitor().get(&link(&emails[0])).await.leads_to();
        assert_eq!(next, format!("{response}/questions/question-3"), "on to what comes next");
        let kept = number(
            &world,
            "SELECT count(*) FROM deliveries
             WHERE kind = 'code' AND (body_text LIKE '%-%' OR to_address LIKE '%@%')",
        );
        assert_eq!(kept.await, 0, "once it has gone, the code and the address are erased");

        for _ in 0..3 {
            ask(&id::fresh(), "parent@example.org").await.leads_to();
        }
        let many = ask(&id::fresh(), "parent@example.org").await;
        assert!(
            many.status == StatusCode::TOO_MANY_REQUESTS
                && many.says("We have been asked for too many emails"),
            "{}",
            many.html
        );
    });
}

#[test]
fn a_consultation_whose_first_day_is_still_to_come_is_not_said_to_be_open() {
    on_both(async |world| {
        let organiser = world.organiser().await;
        let (opens, closes) = (world.now() + 10 * DAY, clock::fields(world.now() + 60 * DAY).0);
        let opens_day = clock::fields(opens).0;
        let terms =
            [&terms("Later", &closes, "anyone")[..], &[("opens_day", opens_day.as_str())]].concat();
        let page = new_consultation(&organiser, &terms).await;
        ask_who_waits(&organiser, &page).await;
        let opened = organiser.post(&page, &[("step", "open")]).await.leads_to();
        let said = organiser.get(&opened).await;
        let from = format!("parents can answer from {}.", clock::day(opens));
        assert!(said.says(&from) && !said.says("You have opened it to parents"), "{from}");
    });
}

#[test]
fn every_answer_that_was_acknowledged_is_there_whatever_becomes_of_the_phone() {
    on_both(async |world| {
        let organiser = world.organiser().await;
        let page = new_for_anyone(&world, &organiser, "Ten", 60).await;
        for nth in 1..=10 {
            let (new, text) = (format!("{page}/questions/new"), format!("Question {nth}?"));
            organiser.post(&new, &[("text", &text), ("kind", "short-text")]).await.leads_to();
        }
        organiser.post(&page, &[("step", "open")]).await.leads_to();
        let response = begin(&world.visitor(), &page.replace("/forum/consultations/", "")).await;
        for nth in 1..=10 {
            // Each time another phone, which knows nothing but the link.
            answer(
                &world.visitor(),
                &response,
                &format!("question-{nth}"),
                &format!("Answer {nth}."),
            )
            .await
            .leads_to();
            let back = world.visitor().get(&response).await;
            assert!(
                (1..=nth).all(|known| back.says(&format!("Answer {known}."))),
                "after question {nth}"
            );
        }
        let one = [("q.question-3", "Another.")];
        world.visitor().post(&format!("{response}/questions/question-3"), &one).await.leads_to();
        let back = world.visitor().get(&response).await;
        assert!(back.says("Another.") && !back.says("Answer 3.") && back.says("Answer 4."));
    });
}

#[test]
fn all_questions_on_one_page_keep_what_can_be_kept_and_what_is_hidden_by_a_branch_is_not_kept() {
    on_both(async |world| {
        let organiser = world.organiser().await;
        let id = open(&world, &organiser, "anyone").await;
        let (phone, response) = (world.visitor(), begin(&world.visitor(), &id).await);
        let all = format!("{response}/all");
        assert!(phone.get(&all).await.says("Only if you answered “Yes” to “Do you wait?”:"));
        let wrong = [
            ("q.question-1", "no"),
            ("q.question-2", "option-1"),
            ("q.question-3", " "),
            ("q.nobody-asked", "x"),
        ];
        let refused = phone.post(&all, &wrong).await;
        assert!(
            refused.status == StatusCode::UNPROCESSABLE_ENTITY
                && refused.says("Write your answer: What else?")
        );
        let kept: String = sqlx::query_scalar("SELECT answers FROM responses")
            .fetch_one(&mut *world.db().read().await.unwrap())
            .await
            .unwrap();
        assert_eq!(kept, r#"{"question-1":{"chosen":["no"]}}"#);
        let hidden = answer(&phone, &response, "question-2", "option-1").await;
        assert_eq!(hidden.leads_to(), response, "it is not asked");
        let gone = answer(&phone, &response, "question-1", "maybe").await;
        assert!(
            gone.status == StatusCode::UNPROCESSABLE_ENTITY
                && gone.says("That is not one of the answers")
        );
        let long = "x".repeat(5_001);
        let long = answer(&phone, &response, "question-3", &long).await;
        assert!(
            long.status == StatusCode::UNPROCESSABLE_ENTITY
                && long.html.contains(&"x".repeat(5_001)),
            "what was typed is there"
        );
        for key in ["gone", "question-9"] {
            assert_eq!(answer(&phone, &response, key, "x").await.leads_to(), response);
        }
        assert_eq!(
            phone.get(&format!("/consultations/{id}/answers/0000-0000-0000-0000")).await.status,
            StatusCode::NOT_FOUND
        );
    });
}

#[test]
fn where_each_takes_part_once_a_second_set_of_answers_is_not_sent_and_two_on_one_phone_are_two() {
    on_both(async |world| {
        let organiser = world.organiser().await;
        let id = open(&world, &organiser, "signed in").await;
        let (one, two) = (world.parent(1).await, world.parent(2).await);
        let about = world.visitor().get(&format!("/consultations/{id}")).await;
        assert!(
            about.says("Sign in to answer")
                && about.html.contains(&format!("/sign-in?then=%2Fconsultations%2F{id}"))
        );
        assert_eq!(
            world.visitor().post(&format!("/consultations/{id}/answers"), &[]).await.leads_to(),
            format!("/consultations/{id}")
        );
        let (first, second, hers) =
            (begin(&one, &id).await, begin(&one, &id).await, begin(&two, &id).await);
        for response in [&first, &second, &hers] {
            answer(&one, response, "question-3", "Weekends").await.leads_to();
        }
        let here = format!("/consultations/{id}");
        assert!(one.get("/").await.says("We are asking parents."));
        one.post(&first, &[("step", "send")]).await.leads_to();
        one.post(&first, &[("step", "send")]).await.leads_to();
        let sent = one.get(&here).await;
        assert!(sent.says("You have already sent your answers.") && sent.says("Your code"));
        assert!(!sent.html.contains(">Start"), "{}", sent.html);
        assert_eq!(one.post(&format!("{here}/answers"), &[]).await.leads_to(), here);
        assert!(!one.get("/").await.says("We are asking parents."), "nothing left to do there");
        assert!(two.get("/").await.says("We are asking parents."));
        let again = one.post(&second, &[("step", "send")]).await;
        assert!(
            again.status == StatusCode::UNPROCESSABLE_ENTITY
                && again.says("Each person can send one set of answers")
        );
        two.post(&hers, &[("step", "send")]).await.leads_to();
        assert!(world.visitor().get(&second).await.says("Sign in to send your answers"));
        let signed_out = world.visitor().post(&second, &[("step", "send")]).await;
        assert!(signed_out.says("Sign in, then send them. Your answers are saved"));
        assert_eq!(number(&world, "SELECT count(*) FROM responses WHERE state = 'sent'").await, 2);
        one.post(&first, &[("step", "withdraw")]).await.leads_to();
        assert!(one.get(&here).await.html.contains(">Start"), "she may answer again");
        one.post(&second, &[("step", "send")]).await.leads_to();
        assert_eq!(
            number(&world, "SELECT count(*) FROM responses WHERE state = 'sent'").await,
            2,
            "in place of the first"
        );
    });
}

#[test]
fn what_only_a_personal_link_opens_is_not_among_what_a_parent_can_do_now() {
    on_both(async |world| {
        let organiser = world.organiser().await;
        let id = open(&world, &organiser, "link").await;
        let parent = world.parent(1).await;
        let home = parent.get("/").await;
        assert!(home.says("What you can do now"), "{}", home.html);
        assert!(!home.says("We are asking parents."), "{}", home.html);
        let list = parent.get("/consultations").await;
        assert!(list.says(&id) && list.says("Only for families we gave their own link."));
    });
}

#[test]
fn nothing_in_the_schema_joins_a_response_to_a_person_or_a_time() {
    on_both(async |world| {
        let organiser = world.organiser().await;
        let id = open(&world, &organiser, "signed in").await;
        let parent = world.parent(1).await;
        let response = begin(&parent, &id).await;
        answer(&parent, &response, "question-3", "Weekends").await.leads_to();
        let before = number(&world, "SELECT count(*) FROM audit").await
            + number(&world, "SELECT count(*) FROM deliveries").await;
        parent.post(&response, &[("step", "send")]).await.leads_to();
        let after = number(&world, "SELECT count(*) FROM audit").await
            + number(&world, "SELECT count(*) FROM deliveries").await;
        assert_eq!(before, after, "no line is written about it");
        let columns = async |sql: &'static str| {
            let row =
                sqlx::query(sql).fetch_one(&mut *world.db().read().await.unwrap()).await.unwrap();
            row.columns().iter().map(|column| column.name().to_owned()).collect::<Vec<_>>()
        };
        let response_has = [
            "id",
            "consultation_id",
            "version",
            "code_hash",
            "answers",
            "channel",
            "may_quote",
            "state",
        ];
        assert_eq!(columns("SELECT * FROM responses").await, response_has);
        assert_eq!(
            columns("SELECT * FROM took_part").await,
            ["consultation_id", "account_id", "mark", "wants_outcome"]
        );
        let mark: String = sqlx::query_scalar("SELECT mark FROM took_part")
            .fetch_one(&mut *world.db().read().await.unwrap())
            .await
            .unwrap();
        let account: String = sqlx::query_scalar("SELECT account_id FROM took_part")
            .fetch_one(&mut *world.db().read().await.unwrap())
            .await
            .unwrap();
        let (response_id, code_hash): (String, String) =
            sqlx::query_as("SELECT id, code_hash FROM responses")
                .fetch_one(&mut *world.db().read().await.unwrap())
                .await
                .unwrap();
        let code = response.rsplit('/').next().unwrap();
        assert!(id::parse(&response_id).is_none(), "an id of ours would hold the time it was made");
        assert_eq!(code_hash, id::hash(code), "the code itself is not kept");
        assert_eq!(
            mark,
            id::hash(&format!("{code} {account}")),
            "so nobody can make the mark from what is kept"
        );
    });
}

#[test]
fn questions_stay_once_somebody_has_answered_and_words_once_it_is_open() {
    on_both(async |world| {
        let organiser = world.organiser().await;
        let id = open(&world, &organiser, "anyone").await;
        let page = format!("/forum/consultations/{id}");
        assert_eq!(organiser.get(&format!("{page}/words")).await.leads_to(), page);
        organiser.post(&page, &[("up", "question-3")]).await.leads_to();
        let response = begin(&world.visitor(), &id).await;
        answer(&world.visitor(), &response, "question-3", "Weekends").await.leads_to();
        assert!(
            organiser
                .post(&page, &[("out", "question-3")])
                .await
                .leads_to()
                .contains("answered-before")
        );
        let changed = [("text", "Other words?"), ("kind", "long-text")];
        assert!(
            organiser
                .post(&format!("{page}/questions/question-3"), &changed)
                .await
                .leads_to()
                .contains("answered-before")
        );
        assert!(world.visitor().get(&response).await.says("What else?"));
        for sql in [
            "UPDATE questionnaires SET questions = '{\"sections\":[]}'",
            "DELETE FROM questionnaires",
            "UPDATE consultations SET title = 'Another'",
            "UPDATE consultations SET opened_at = NULL, opened_by = NULL",
            "DELETE FROM responses",
        ] {
            assert!(
                sqlx::query(sql).execute(&mut *world.db().read().await.unwrap()).await.is_err(),
                "{sql}"
            );
        }
    });
}

#[test]
fn whoever_has_begun_has_half_an_hour_after_the_close_and_is_told_so() {
    on_both(async |world| {
        let organiser = world.organiser().await;
        let id = open(&world, &organiser, "anyone").await;
        let (one, late) = (begin(&world.visitor(), &id).await, begin(&world.visitor(), &id).await);
        let closes: Moment = sqlx::query_scalar("SELECT closes_at FROM consultations")
            .fetch_one(&mut *world.db().read().await.unwrap())
            .await
            .unwrap();
        world.forward(closes - world.now() + 29 * MINUTE);
        assert_eq!(
            world.visitor().post(&format!("/consultations/{id}/answers"), &[]).await.leads_to(),
            format!("/consultations/{id}")
        );
        answer(&world.visitor(), &one, "question-3", "In time").await.leads_to();
        assert!(world.visitor().get(&one).await.says("This closed while you were answering."));
        world.visitor().post(&one, &[("step", "send")]).await.leads_to();
        world.forward(2 * MINUTE);
        answer(&world.visitor(), &late, "question-3", "Too late").await.leads_to();
        world.visitor().post(&late, &[("step", "send")]).await.leads_to();
        assert!(world.visitor().get(&late).await.says("Your answers were not sent"));
        assert_eq!(number(&world, "SELECT count(*) FROM responses WHERE state = 'sent'").await, 1);
        assert_eq!(
            number(&world, "SELECT count(*) FROM responses WHERE answers LIKE '%Too late%'").await,
            0
        );
    });
}

#[test]
fn questions_are_copied_moved_taken_out_and_read_from_files_and_faults_are_named_in_time() {
    on_both(async |world| {
        let organiser = world.organiser().await;
        let page = new_for_anyone(&world, &organiser, "Short", 20).await;
        assert!(organiser.get(&page).await.says("Six weeks is fairer to parents"));
        let empty = organiser.post(&page, &[("step", "open")]).await;
        assert!(
            empty.status == StatusCode::UNPROCESSABLE_ENTITY
                && empty.says("Ask at least one question")
        );
        let library = library::library();
        let keys: Vec<_> =
            library.questions().take(3).map(|question| question.key.as_str()).collect();
        organiser
            .post(&page, &keys.iter().map(|key| ("copy", *key)).collect::<Vec<_>>())
            .await
            .leads_to();
        organiser.post(&page, &[("down", keys[0])]).await.leads_to();
        organiser.post(&page, &[("out", keys[2])]).await.leads_to();
        let file = organiser.get(&format!("{page}/questions.json")).await;
        let at = |key: &str| file.html.find(&format!("\"key\": \"{key}\"")).unwrap();
        assert!(
            at(keys[1]) < at(keys[0]) && !file.html.contains(&format!("\"key\": \"{}\"", keys[2]))
        );
        let other = ("x", &b"no file of questions"[..]);
        let refused = organiser.post_file(&format!("{page}/file"), &[], other).await;
        assert!(refused.says("Choose a file of questions"));
        let put_in = async |content: &[u8]| import_questions(&organiser, &page, content).await;
        assert!(put_in(file.html.as_bytes()).await.says("Questions saved"));
        let branch = Question {
            key: "alone".into(),
            text: "Alone?".into(),
            help: String::new(),
            kind: QuestionKind::YesNo {},
            is_required: false,
            may_decline: false,
            only_if: Vec::new(),
        };
        let json =
            questionnaires::file::write(&edit::with_copies(&library, &[branch], &[])).unwrap();
        assert!(put_in(json.as_bytes()).await.says("Alone?"));
        organiser.post(&page, &[("step", "open")]).await.leads_to();
        assert!(organiser.get(&format!("{page}/preview")).await.says("Alone?"));
        let leader = world.signed_in("leader@example.org", &[Role::Leader]).await;
        assert_eq!(leader.get(&page).await.status, StatusCode::FORBIDDEN);
    });
}

/// Responses that were sent: so many wait, so many do not.
pub async fn answered(world: &World, id: &str, waits: usize, not: usize) {
    let mut tx = world.db().begin().await.unwrap();
    for nth in 0..waits + not {
        let code = id::code();
        responses::begin(&mut tx, &id.into(), 1, &code).await.unwrap();
        let chosen = |key: &str| Some(Given::Chosen(vec![key.to_owned()]));
        let waits = if nth < waits { "yes" } else { "no" };
        let answered = vec![
            ("question-1".to_owned(), chosen(waits)),
            ("question-3".to_owned(), Some(Given::Text("Weekends".into()))),
        ];
        responses::keep(&mut tx, &code, answered, None).await.unwrap();
        let agreed = responses::Agreed { may_quote: true, wants_outcome: false };
        responses::send(&mut tx, &id.into(), &code, None, agreed).await.unwrap();
    }
    tx.commit().await.unwrap();
}

#[test]
fn results_are_counted_by_one_organiser_checked_by_another_and_hide_what_is_small() {
    on_both(async |world| {
        let organiser = world.organiser().await;
        let other = world.signed_in("organiser2@example.org", &[Role::Organiser]).await;
        let id = open(&world, &organiser, "anyone").await;
        let (desk, results) =
            (format!("/forum/consultations/{id}/release"), format!("/consultations/{id}/results"));
        answered(&world, &id, 40, 15).await;
        let early = organiser.post(&desk, &[("step", "count")]).await;
        assert!(
            early.status == StatusCode::UNPROCESSABLE_ENTITY
                && early.says("Nobody can see numbers before")
        );
        world.forward(61 * DAY);
        organiser.post(&desk, &[("step", "count"), ("by", "question-1")]).await.leads_to();
        assert_eq!(
            world.visitor().get(&results).await.status,
            StatusCode::NOT_FOUND,
            "nobody has checked it"
        );
        let own = publish(&organiser, &desk).await;
        assert!(
            own.status == StatusCode::UNPROCESSABLE_ENTITY
                && own.says("Ask another organiser to check and publish")
        );
        assert!(
            other.get(&desk).await.says("40")
                && other.get(&desk).await.says("Publish these results")
        );
        assert_eq!(publish(&other, &desk).await.leads_to(), results);
        let page = world.visitor().get(&results).await;
        assert!(page.says("55 people answered.") && page.says("40 (73%)") && page.says("15 (27%)"));
        assert!(page.says("width=\"73\""), "the bar is the share beside it");
        let csv = world.visitor().get(&format!("{results}.csv")).await.html;
        assert!(
            csv.contains("Do you wait?,,Yes,,,40") && csv.contains("Do you wait?,,No,,,15"),
            "{csv}"
        );
        let json: serde_json::Value =
            world.visitor().get(&format!("{results}.json")).await.html.parse().unwrap();
        assert_eq!(json["releases"][0]["results"]["people"], 55);
        assert!(
            world.visitor().get(&format!("/consultations/{id}")).await.says("What parents said")
        );

        // Three more are too few to tell apart; then nothing but one release more, which says what
        // differs.
        answered(&world, &id, 3, 0).await;
        let unsaid = organiser.post(&desk, &[("step", "count")]).await;
        assert!(
            unsaid.status == StatusCode::UNPROCESSABLE_ENTITY
                && unsaid.says("Say what has changed since")
        );
        let differs = [("step", "count"), ("differs", "Paper answers came late.")];
        assert!(organiser.post(&desk, &differs).await.says("Leave the results as they are"));
        answered(&world, &id, 12, 0).await;
        organiser.post(&desk, &differs).await.leads_to();
        organiser.post(&desk, &[("step", "discard")]).await.leads_to();
        organiser.post(&desk, &differs).await.leads_to();
        publish(&other, &desk).await.leads_to();
        let page = world.visitor().get(&results).await;
        assert!(
            page.says("70 people answered.")
                && page.says("Paper answers came late.")
                && page.says("The results as published on")
        );
        for sql in ["UPDATE releases SET results = '{}'", "DELETE FROM releases"] {
            assert!(
                sqlx::query(sql).execute(&mut *world.db().read().await.unwrap()).await.is_err(),
                "{sql}"
            );
        }
    });
}

#[test]
fn findings_in_words_come_first_and_each_change_of_them_has_its_day() {
    on_both(async |world| {
        let organiser = world.organiser().await;
        let other = world.signed_in("organiser2@example.org", &[Role::Organiser]).await;
        let id = open(&world, &organiser, "anyone").await;
        let (desk, results) =
            (format!("/forum/consultations/{id}/release"), format!("/consultations/{id}/results"));
        answered(&world, &id, 40, 15).await;
        world.forward(61 * DAY);
        organiser.post(&desk, &[("step", "count")]).await.leads_to();
        let counted = other.get(&desk).await;
        let publish = |finding: &'static str| {
            [
                ("step", "publish".to_owned()),
                ("counted_at", counted.sends("counted_at")),
                ("number", counted.sends("number")),
                ("finding_1", finding.to_owned()),
            ]
        };
        let send = async |fields: &[(&str, String)]| {
            let fields: Vec<(&str, &str)> =
                fields.iter().map(|(name, value)| (*name, value.as_str())).collect();
            other.post(&desk, &fields).await
        };
        let few = send(&publish("3 parents wait.")).await;
        assert!(
            few.status == StatusCode::UNPROCESSABLE_ENTITY
                && few.says("Use a percentage")
                && few.says("value=\"3 parents wait.\""),
            "nothing is published"
        );
        assert_eq!(world.visitor().get(&results).await.status, StatusCode::NOT_FOUND);
        assert_eq!(send(&publish("Most parents wait.")).await.leads_to(), results);
        let page = world.visitor().get(&results).await;
        let (found, numbers) = (page.html.find("Most parents wait."), page.html.find("40 (73%)"));
        assert!(found.is_some() && found < numbers, "words come before numbers");

        // Another organiser changes them; whoever saw the old ones must look again.
        world.forward(DAY);
        let organiser = world.sign_in("organiser@example.org").await;
        let change = async |seen: &str, finding: &str| {
            let fields =
                [("step", "findings"), ("number", "1"), ("seen", seen), ("finding_1", finding)];
            organiser.post(&desk, &fields).await
        };
        let done = format!("{desk}?done=findings");
        assert_eq!(change("1", "73% wait.").await.leads_to(), done);
        assert_eq!(change("1", "73% wait.").await.leads_to(), done, "a second tap");
        let late = change("1", "Nobody waits.").await;
        assert!(
            late.status == StatusCode::UNPROCESSABLE_ENTITY
                && late.says("someone else has changed the findings")
        );
        let page = world.visitor().get(&results).await;
        let day = format!("Written by the forum on {}.", clock::day(world.now()));
        assert!(page.says("73% wait.") && page.says(&day) && !page.says("Most parents wait."));
        assert_eq!(change("2", "").await.leads_to(), done);
        assert!(!world.visitor().get(&results).await.says("In short"), "they may be left out");
        assert_eq!(number(&world, "SELECT count(*) FROM findings").await, 3);
        for sql in ["UPDATE findings SET words = 'x'", "DELETE FROM findings"] {
            assert!(
                sqlx::query(sql).execute(&mut *world.db().read().await.unwrap()).await.is_err(),
                "{sql}"
            );
        }
    });
}

#[test]
fn fewer_than_ten_answers_are_too_few_to_show_and_a_few_among_many_are_hidden() {
    on_both(async |world| {
        let organiser = world.organiser().await;
        let other = world.signed_in("organiser2@example.org", &[Role::Organiser]).await;
        let (few, many) =
            (open(&world, &organiser, "anyone").await, open(&world, &organiser, "signed in").await);
        answered(&world, &few, 5, 4).await;
        answered(&world, &many, 30, 3).await;
        world.forward(61 * DAY);
        for id in [&few, &many] {
            let desk = format!("/forum/consultations/{id}/release");
            organiser.post(&desk, &[("step", "count")]).await.leads_to();
            publish(&other, &desk).await.leads_to();
        }
        let page = world.visitor().get(&format!("/consultations/{few}/results")).await;
        assert!(page.says("Fewer than ten people answered.") && !page.html.contains(">9<"));
        let page = world.visitor().get(&format!("/consultations/{many}/results")).await;
        assert!(
            page.says("33 people answered.")
                && page.says("not shown")
                && !page.html.contains(">30<")
                && !page.html.contains(">30 (")
                && !page.html.contains(">3<")
                && !page.html.contains(">3 (")
        );
        let csv = world.visitor().get(&format!("/consultations/{many}/results.csv")).await.html;
        assert!(
            csv.contains("Do you wait?,,Yes,,,\n") && csv.contains("Do you wait?,,No,,,\n"),
            "{csv}"
        );
    });
}

#[test]
fn ten_questions_on_one_page_are_within_the_bytes_of_a_first_visit() {
    on_both(async |world| {
        let organiser = world.organiser().await;
        let page = new_for_anyone(&world, &organiser, "Ten", 60).await;
        let library = library::library();
        let keys: Vec<_> =
            library.questions().filter(|question| question.kind.has_answer()).take(10).collect();
        assert_eq!(keys.len(), 10);
        organiser
            .post(
                &page,
                &keys.iter().map(|question| ("copy", question.key.as_str())).collect::<Vec<_>>(),
            )
            .await
            .leads_to();
        organiser.post(&page, &[("step", "open")]).await.leads_to();
        let response = begin(&world.visitor(), &page.replace("/forum/consultations/", "")).await;
        for path in [page.replace("/forum", ""), response.clone(), format!("{response}/all")] {
            let packed =
                world.visitor().request(Method::GET, &path, &[("accept-encoding", "br")], "").await;
            let headers: usize = packed
                .headers
                .iter()
                .map(|(name, value)| name.as_str().len() + value.len() + 4)
                .sum();
            assert!(packed.headers.contains_key("content-encoding"), "{path}");
            println!("{path}: {} bytes", headers + packed.bytes);
            assert!(headers + packed.bytes <= 14_336, "{path}: {} bytes", headers + packed.bytes);
        }
    });
}
