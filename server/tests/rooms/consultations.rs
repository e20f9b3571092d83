//! Consultations: written by an organiser, answered by parents, and nothing that joins an answer to
//! a person.

use axum::http::{Method, StatusCode};
use calendar::clock::{self, DAY, MINUTE};
use consultations::responses;
use ground::viewer::Role;
use questionnaires::answers::Answer as Given;
use questionnaires::{Kind, Question, edit, library};
use sqlx::{Column as _, Row as _};

use crate::world::{Answer, Browser, World, on_both};

pub fn terms<'f>(title: &'f str, closes: &'f str, access: &'f str) -> Vec<(&'f str, &'f str)> {
    vec![
        ("title", title),
        ("about", "How short breaks are offered."),
        ("can_change", "Times and places."),
        ("cannot_change", "How much money there is."),
        ("who_for", "Parents of children who need a break"),
        ("how_used", "For the plan of next year."),
        ("who_sees", "The forum reads every answer."),
        ("access", access),
        ("closes_day", closes),
    ]
}

/// A consultation with three questions that is open for 60 days: whether one waits, how long if so,
/// and what else to say. The last is needed. Its id.
pub async fn open(world: &World, organiser: &Browser<'_>, access: &str) -> String {
    let closes = clock::fields(world.now() + 60 * DAY).0;
    let page = organiser
        .post("/forum/consultations/new", &terms("Short breaks", &closes, access))
        .await
        .leads_to();
    let page = page.split('?').next().unwrap().to_owned();
    let new = format!("{page}/questions/new");
    organiser.post(&new, &[("text", "Do you wait?"), ("kind", "yes-no")]).await.leads_to();
    let how_long = [
        ("text", "How long?"),
        ("kind", "one-of"),
        ("options", "Weeks\nMonths"),
        ("if", "question-1 yes"),
    ];
    organiser.post(&new, &how_long).await.leads_to();
    organiser
        .post(&new, &[("text", "What else?"), ("kind", "long-text"), ("needed", "yes")])
        .await
        .leads_to();
    organiser.post(&page, &[("step", "open")]).await.leads_to();
    page.replace("/forum/consultations/", "")
}

/// Begins a response; the address of it.
pub async fn begin(browser: &Browser<'_>, id: &str) -> String {
    let first = browser.post(&format!("/consultations/{id}/answers"), &[]).await.leads_to();
    first.split("/questions/").next().unwrap().to_owned()
}

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

pub async fn number(world: &World, sql: &'static str) -> i64 {
    sqlx::query_scalar(sql).fetch_one(&mut *world.db().read().await.unwrap()).await.unwrap()
}

#[test]
fn an_organiser_asks_a_parent_answers_comes_back_on_another_phone_sends_changes_and_takes_back() {
    on_both(async |world| {
        let organiser = world.organiser().await;
        let id = open(&world, &organiser, "anyone").await;
        let (phone, other) = (world.visitor(), world.visitor());
        assert!(phone.get("/consultations").await.says("Short breaks"));
        let about = phone.get(&format!("/consultations/{id}")).await;
        assert!(about.says("Times and places.") && about.says("3 questions."));
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
        assert_eq!(back, response);
        let check = other.get(&back).await;
        assert!(
            check.says("Months") && check.says("Not answered") && check.says("Check your answers")
        );
        let early = other.post(&back, &[("step", "send")]).await;
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
fn every_answer_that_was_acknowledged_is_there_whatever_becomes_of_the_phone() {
    on_both(async |world| {
        let organiser = world.organiser().await;
        let closes = clock::fields(world.now() + 60 * DAY).0;
        let page = organiser
            .post("/forum/consultations/new", &terms("Ten", &closes, "anyone"))
            .await
            .leads_to();
        let page = page.split('?').next().unwrap().to_owned();
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
        one.post(&first, &[("step", "send")]).await.leads_to();
        one.post(&first, &[("step", "send")]).await.leads_to();
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
        one.post(&second, &[("step", "send")]).await.leads_to();
        assert_eq!(
            number(&world, "SELECT count(*) FROM responses WHERE state = 'sent'").await,
            2,
            "in place of the first"
        );
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
        let row = sqlx::query("SELECT id, code_hash FROM responses")
            .fetch_one(&mut *world.db().read().await.unwrap())
            .await
            .unwrap();
        let (response_id, code_hash): (String, String) = (row.get(0), row.get(1));
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
        let closes: i64 = sqlx::query_scalar("SELECT closes_at FROM consultations")
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
fn questions_are_copied_moved_taken_out_and_taken_over_from_files_and_faults_are_named_before_it_opens()
 {
    on_both(async |world| {
        let organiser = world.organiser().await;
        let closes = clock::fields(world.now() + 20 * DAY).0;
        let page = organiser
            .post("/forum/consultations/new", &terms("Short", &closes, "anyone"))
            .await
            .leads_to();
        let page = page.split('?').next().unwrap().to_owned();
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
        let put_in = async |content: &[u8]| {
            let head = b"--edge\r\nContent-Disposition: form-data; name=\"file\"; \
                filename=\"x\"\r\nContent-Type: text/plain\r\n\r\n";
            let body = [head, content, b"\r\n--edge--\r\n"].concat();
            organiser
                .send(
                    Method::POST,
                    &format!("{page}/file"),
                    &[("content-type", "multipart/form-data; boundary=edge")],
                    body,
                )
                .await
        };
        assert!(put_in(b"no file of questions").await.says("Choose a file of questions"));
        assert!(put_in(file.html.as_bytes()).await.says("Questions saved"));
        let branch = Question {
            key: "alone".into(),
            text: "Alone?".into(),
            help: String::new(),
            kind: Kind::YesNo {},
            is_needed: false,
            may_decline: false,
            only_if: Vec::new(),
        };
        let json = questionnaires::file::write(&edit::with_copies(&library, &[branch], &[]));
        assert!(put_in(json.as_bytes()).await.says("Alone?"));
        organiser.post(&page, &[("step", "open")]).await.leads_to();
        assert!(organiser.get(&format!("{page}/preview")).await.says("Alone?"));
        let leader = world.signed_in("leader@example.org", &[Role::Leader]).await;
        assert_eq!(leader.get(&page).await.status, StatusCode::FORBIDDEN);
    });
}

/// Responses that were sent: so many wait, so many do not.
pub async fn answered(world: &World, id: &str, waits: usize, not: usize) {
    let (id, kind) = (id.to_owned(), world.db().kind());
    let sent = world.db().write(move |tx| {
        Box::pin(async move {
            for nth in 0..waits + not {
                let code = id::code();
                responses::begin(tx, &id, 1, &code).await?;
                let chosen = |key: &str| Some(Given::Chosen(vec![key.to_owned()]));
                let waits = if nth < waits { "yes" } else { "no" };
                let answered = vec![
                    ("question-1".to_owned(), chosen(waits)),
                    ("question-3".to_owned(), Some(Given::Text("Weekends".into()))),
                ];
                responses::keep(tx, kind, &code, answered, None).await?;
                responses::send(
                    tx,
                    &id,
                    &code,
                    None,
                    responses::Agreed { may_quote: true, wants_outcome: false },
                )
                .await?;
            }
            Ok::<_, sqlx::Error>(())
        })
    });
    sent.await.unwrap();
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
        assert!(
            page.says("55 people answered.") && page.says("Yes (73%)") && page.says("No (27%)")
        );
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
                && !page.html.contains(">3<")
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
        let closes = clock::fields(world.now() + 60 * DAY).0;
        let page = organiser
            .post("/forum/consultations/new", &terms("Ten", &closes, "anyone"))
            .await
            .leads_to();
        let page = page.split('?').next().unwrap().to_owned();
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
                world.visitor().send(Method::GET, &path, &[("accept-encoding", "br")], "").await;
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
