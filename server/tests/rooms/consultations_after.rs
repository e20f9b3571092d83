//! Consultations beyond the first answers: other ways in, other versions, reading after the close,
//! and what is published.

use axum::http::{Method, StatusCode};
use calendar::clock::{DAY, HOUR};
use deliveries::Email;
use ground::db;
use ground::viewer::Role;
use questionnaires::{Choice, Question, QuestionKind, Questionnaire, edit, file};
use server::retention;

use crate::consultations::{answer, begin, open, publish};
use crate::fixtures::consultations::{ask_who_waits, import_questions, new_for_anyone};
use crate::page::{attributes, leads, text, texts};
use crate::world::{Browser, World, change, link_to, number, on_both};

/// Until after the close and its half hour of grace.
fn close(world: &World) {
    world.forward(61 * DAY);
}

/// So many parents who send one answer to "What else?", and say that words may be quoted.
async fn said(world: &World, id: &str, words: &str, many: usize) {
    for _ in 0..many {
        let phone = world.visitor();
        let response = begin(&phone, id).await;
        answer(&phone, &response, "question-1", "no").await.leads_to();
        answer(&phone, &response, "question-3", words).await.leads_to();
        phone.post(&response, &[("step", "send"), ("quote", "yes")]).await.leads_to();
    }
}

/// The id of a response by words in its answers, as the forms of organisers carry it.
async fn response_with(world: &World, words: &str) -> String {
    let like = format!("%{words}%");
    sqlx::query_scalar("SELECT id FROM responses WHERE answers LIKE $1 ORDER BY id")
        .bind(like)
        .fetch_one(&mut *world.db().read().await.unwrap())
        .await
        .unwrap()
}

async fn theme(world: &World, title: &str) -> String {
    sqlx::query_scalar("SELECT id FROM themes WHERE title = $1")
        .bind(title.to_owned())
        .fetch_one(&mut *world.db().read().await.unwrap())
        .await
        .unwrap()
}

#[test]
fn what_came_on_paper_is_typed_in_by_channel_compared_by_somebody_else_and_counted() {
    on_both(async |world| {
        let organiser = world.organiser().await;
        let other = world.signed_in("organiser2@example.org", &[Role::Organiser]).await;
        let id = open(&world, &organiser, "anyone").await;
        let sheet = world.visitor().get(&format!("/consultations/{id}/paper")).await;
        assert!(
            sheet.says("Tick one.")
                && sheet.says("☐ Weeks")
                && sheet.says("write your name on it.")
        );
        let (typed, release) = (
            format!("/forum/consultations/{id}/typed"),
            format!("/forum/consultations/{id}/release"),
        );
        let new = format!("{typed}/new");
        let none = organiser.post(&new, &[("channel", "online"), ("q.question-1", "yes")]).await;
        assert!(
            none.status == StatusCode::UNPROCESSABLE_ENTITY && none.says("Choose how it came in")
        );
        assert!(
            organiser.post(&new, &[("channel", "paper")]).await.says("Type in at least one answer")
        );
        let wrong = organiser.post(&new, &[("channel", "paper"), ("q.question-1", "maybe")]).await;
        assert!(wrong.says("That is not one of the answers"));
        // A second tap is the same sheet; the last question is needed online, not on paper.
        let key = ("form_key", "0199a7d6-0000-7000-8000-000000000001");
        let first =
            [key, ("channel", "paper"), ("q.question-1", "yes"), ("q.question-2", "option-1")];
        assert_eq!(organiser.post(&new, &first).await.leads_to(), format!("{typed}?sheet=1"));
        assert_eq!(organiser.post(&new, &first).await.leads_to(), format!("{typed}?sheet=1"));
        for nth in 2..=6 {
            let sheet =
                [("channel", "phone"), ("q.question-1", "no"), ("q.question-3", "Rang us.")];
            assert_eq!(
                organiser.post(&new, &sheet).await.leads_to(),
                format!("{typed}?sheet={nth}")
            );
        }
        said(&world, &id, "More weekends", 20).await;
        assert_eq!(
            other.get(&format!("{typed}/1")).await.leads_to(),
            typed,
            "nobody reads answers before the close"
        );
        close(&world);
        let waits = organiser.post(&release, &[("step", "count")]).await;
        assert!(
            waits.says(
                "First ask someone else to check what was typed in against the sheets: 2 to go"
            )
        );
        let list = other.get(&typed).await;
        let sampled: Vec<String> = (1..=6)
            .filter(|sheet| list.html.contains(&format!("typed/{sheet}\"")))
            .map(|sheet| format!("{typed}/{sheet}"))
            .collect();
        assert_eq!(sampled.len(), 2);
        assert_eq!(organiser.get(&sampled[0]).await.leads_to(), typed, "she typed it in herself");
        assert!(other.get(&sampled[0]).await.says("Can we quote it?"));
        let quoted = [("asks-quote", "yes"), ("quote", "yes")];
        let on_sheet = [("q.question-1", "yes"), ("q.question-2", "option-2")];
        other.post(&sampled[0], &[on_sheet, quoted].concat()).await.leads_to();
        let quotable = "SELECT count(*) FROM responses WHERE may_quote = 1 AND channel <> 'online'";
        assert_eq!(number(&world, quotable).await, 1, "as its sheet says");
        other
            .post(&sampled[1], &[("q.question-1", "no"), ("q.question-3", "Rang us.")])
            .await
            .leads_to();
        let right = number(
            &world,
            "SELECT count(*) FROM typed_responses
             WHERE checked_by IS NOT NULL AND was_put_right = 1",
        )
        .await;
        assert!(right >= 1, "what differed from the sheet was put right");
        organiser.post(&release, &[("step", "count"), ("asked", "1,900")]).await.leads_to();
        let counted = other.get(&release).await;
        assert!(
            counted.says("26 people answered, out of about 1,900 who were asked.")
                && counted.says("How the answers came in")
        );
        publish(&other, &release).await.leads_to();
        let late = organiser.post(&new, &first).await;
        assert!(
            late.status == StatusCode::CONFLICT && late.says("The results have been published")
        );
    });
}

#[test]
fn organisers_read_after_the_close_quote_and_pass_on_and_results_hold_only_what_may_be_said() {
    on_both(async |world| {
        let organiser = world.organiser().await;
        let other = world.signed_in("organiser2@example.org", &[Role::Organiser]).await;
        let lead = world.signed_in("lead@example.org", &[Role::Safeguarding]).await;
        let id = open(&world, &organiser, "anyone").await;
        said(&world, &id, "We want weekends, please.", 14).await;
        said(&world, &id, "=1+1 Sam Invented waits.", 12).await;
        said(&world, &id, "He hits my child.", 1).await;
        let read = format!("/forum/consultations/{id}/answers");
        assert_eq!(
            organiser.get(&read).await.status,
            StatusCode::CONFLICT,
            "not before it has closed"
        );
        assert_eq!(organiser.post(&format!("{read}.csv"), &[]).await.status, StatusCode::CONFLICT);
        close(&world);
        let key = format!("{read}/question-3");
        assert!(organiser.get(&read).await.says("27 answered, in their own words"));
        assert!(organiser.get(&format!("{key}?q=weekends+PLEASE")).await.says("Nothing found"));
        assert!(organiser.get(&format!("{key}?q=wEEkends")).await.says("14 found"));
        organiser.post(&key, &[("step", "add-theme"), ("title", "Weekends")]).await.leads_to();
        organiser.post(&key, &[("step", "add-theme"), ("title", "Weekends")]).await.leads_to();
        let unused = [("step", "add-theme"), ("title", "No date or letter")];
        organiser.post(&key, &unused).await.leads_to();
        let weekends = theme(&world, "Weekends").await;
        let ids: Vec<String> =
            sqlx::query_scalar("SELECT id FROM responses WHERE answers LIKE '%weekends%'")
                .fetch_all(&mut *world.db().read().await.unwrap())
                .await
                .unwrap();
        for response in &ids {
            organiser
                .post(&key, &[("step", "themes"), ("response", response), ("theme", &weekends)])
                .await
                .leads_to();
        }
        assert!(organiser.get(&format!("{key}?theme={weekends}")).await.says("14 found"));

        let (sam, danger) =
            (response_with(&world, "Sam").await, response_with(&world, "hits").await);
        let invented = organiser
            .post(&key, &[("step", "quote"), ("response", &ids[0]), ("words", "We want holidays")])
            .await;
        assert!(
            invented.status == StatusCode::UNPROCESSABLE_ENTITY
                && invented.says("Use the words exactly as they are in the answer.")
        );
        organiser
            .post(&key, &[("step", "quote"), ("response", &ids[0]), ("words", "We want weekends")])
            .await
            .leads_to();
        organiser
            .post(&key, &[("step", "quote"), ("response", &sam), ("words", "Sam Invented waits.")])
            .await
            .leads_to();
        let why = organiser
            .post(&key, &[("step", "redact"), ("response", &sam), ("words", "[a name] waits.")])
            .await;
        assert!(why.says("Say why you are redacting it"));
        organiser
            .post(
                &key,
                &[
                    ("step", "redact"),
                    ("response", &sam),
                    ("words", "[a name] waits."),
                    ("reason", "It names a child"),
                ],
            )
            .await
            .leads_to();
        assert_eq!(
            number(&world, "SELECT count(*) FROM quotations").await,
            1,
            "what was redacted is not quoted as it was"
        );
        organiser.post(&key, &[("step", "danger"), ("response", &danger)]).await.leads_to();
        assert!(organiser.get(&format!("{key}?q=passed+on")).await.says("1 found"));
        assert!(organiser.get(&format!("{key}?q=he+hits")).await.says("Nothing found"));
        assert!(
            organiser
                .post(&key, &[("step", "quote"), ("response", &danger), ("words", "He hits")])
                .await
                .says("It was passed on")
        );
        assert_eq!(
            organiser.get("/forum/safeguarding/answers").await.status,
            StatusCode::FORBIDDEN
        );
        let concern: String = sqlx::query_scalar("SELECT id FROM answer_concerns")
            .fetch_one(&mut *world.db().read().await.unwrap())
            .await
            .unwrap();
        let concern = format!("/forum/safeguarding/answers/{concern}");
        assert!(lead.get("/forum/safeguarding/answers").await.says("Someone may be in danger"));
        assert!(lead.get(&concern).await.says("He hits my child."));
        lead.get(&concern).await.done();
        assert_eq!(
            number(&world, "SELECT count(*) FROM answer_concern_looks").await,
            2,
            "each look is kept"
        );
        lead.post(&concern, &[("note", "Rang the council.")]).await.leads_to();
        assert!(lead.get("/forum/safeguarding/answers").await.says("Nothing is waiting for you."));

        let csv = organiser.post(&format!("{read}.csv"), &[]).await;
        assert!(csv.html.starts_with("\u{feff}How it came in,"), "Excel reads its letters");
        assert!(
            csv.html.contains("'=1+1 Sam Invented waits.")
                && csv.html.contains("[a name] waits.")
                && !csv.html.contains("He hits")
        );
        let xlsx = organiser.post(&format!("{read}.xlsx"), &[]).await;
        assert!(xlsx.status == StatusCode::OK && xlsx.html.starts_with("PK"));
        assert_eq!(
            number(&world, "SELECT count(*) FROM audit WHERE what = 'answers exported'").await,
            2
        );
        let parent = world.parent(1).await;
        assert_eq!(parent.post(&format!("{read}.csv"), &[]).await.status, StatusCode::FORBIDDEN);

        let release = format!("/forum/consultations/{id}/release");
        organiser.post(&release, &[("step", "count")]).await.leads_to();
        let themes = "SELECT count(*) FROM themes";
        assert_eq!(number(&world, themes).await, 1, "nobody has to answer what nobody spoke of");
        let check = other.get(&release).await;
        assert!(check.says("Everyone will read these words") && check.says("We want weekends"));
        assert!(!check.says("will not be published"), "{}", check.html);
        publish(&other, &release).await.leads_to();
        let results = world.visitor().get(&format!("/consultations/{id}/results")).await;
        assert!(
            results.says("What these answers are about: What else?")
                && results.says("Weekends")
                && results.says("(52%)")
                && results.says("We want weekends")
        );
        assert!(!results.says("Sam") && !results.says("hits"));
        let csv = world.visitor().get(&format!("/consultations/{id}/results.csv")).await;
        assert!(csv.html.starts_with("\u{feff}question,"), "Excel reads its letters");
        assert!(
            csv.html.contains("What these answers are about: What else?,Weekends,Weekends")
                || csv.html.contains(",Weekends,")
        );
    });
}

#[test]
fn where_too_few_answer_organisers_are_told_from_the_start_that_no_number_and_no_quote_is_shown() {
    on_both(async |world| {
        let organiser = world.organiser().await;
        let other = world.signed_in("organiser2@example.org", &[Role::Organiser]).await;
        let desk = new_for_anyone(&world, &organiser, "Phone calls", 60).await;
        ask_who_waits(&organiser, &desk).await;
        let why = [("text", "Why?"), ("kind", "long-text")];
        organiser.post(&format!("{desk}/questions/new"), &why).await.leads_to();
        let takes = "With fewer than 20, a question shows a number";
        assert!(organiser.get(&format!("{desk}/opening")).await.says(takes));
        organiser.post(&desk, &[("step", "open")]).await.leads_to();
        let id = desk.replace("/forum/consultations/", "");
        for nth in 0..16 {
            let phone = world.visitor();
            let response = begin(&phone, &id).await;
            let waits = if nth < 14 { "no" } else { "yes" };
            answer(&phone, &response, "question-1", waits).await.leads_to();
            if nth < 14 {
                answer(&phone, &response, "question-2", "Nobody rang us.").await.leads_to();
            }
            phone.post(&response, &[("step", "send"), ("quote", "yes")]).await.leads_to();
        }
        assert!(organiser.get(&format!("{desk}/progress")).await.says(takes));
        close(&world);
        let key = format!("{desk}/answers/question-2");
        for title in ["Nobody rings", "Nobody writes"] {
            organiser.post(&key, &[("step", "add-theme"), ("title", title)]).await.leads_to();
        }
        let (response, rings) =
            (response_with(&world, "rang").await, theme(&world, "Nobody rings").await);
        for step in [
            [("step", "themes"), ("theme", rings.as_str())],
            [("step", "quote"), ("words", "Nobody rang us.")],
        ] {
            let step = [step[0], step[1], ("response", response.as_str())];
            organiser.post(&key, &step).await.leads_to();
        }
        let read = organiser.get(&key).await;
        assert!(read.says("if enough people answered this question"), "{}", read.html);
        assert!(read.says("no answers yet, so not in the results"), "{}", read.html);
        let release = format!("{desk}/release");
        assert!(organiser.get(&release).await.says(takes));
        organiser.post(&release, &[("step", "count")]).await.leads_to();
        for whoever in [&organiser, &other] {
            let counted = whoever.get(&release).await;
            assert!(counted.says("too few answers to show a number"), "{}", counted.html);
            assert!(counted.says("will not be published") && counted.says("Nobody rang us."));
        }
        assert!(other.get(&release).await.says("The tables show no numbers"));
        publish(&other, &release).await.leads_to();
        let results = world.visitor().get(&format!("/consultations/{id}/results")).await;
        assert!(results.says("16 people answered.") && results.says("too few to show how many"));
        assert!(results.says("Nobody rings") && !results.says("Nobody writes"));
        assert!(!results.says("Nobody rang us."), "{}", results.html);
    });
}

#[test]
fn whoever_asked_to_hear_is_emailed_once_when_the_results_are_published() {
    on_both(async |world| {
        let organiser = world.organiser().await;
        let other = world.signed_in("organiser2@example.org", &[Role::Organiser]).await;
        let id = open(&world, &organiser, "signed in").await;
        for (nth, wants) in [(1, "yes"), (2, "no")] {
            let parent = world.parent(nth).await;
            let response = begin(&parent, &id).await;
            answer(&parent, &response, "question-3", "Weekends").await.leads_to();
            parent.post(&response, &[("step", "send"), ("outcome", wants)]).await.leads_to();
        }
        close(&world);
        let release = format!("/forum/consultations/{id}/release");
        organiser.post(&release, &[("step", "count")]).await.leads_to();
        let told = async || {
            consultations::tell_due(&world.house).await.unwrap();
            let emails = world.deliver().await.into_iter();
            emails
                .filter(|email| email.subject == "What parents said: Short breaks")
                .collect::<Vec<_>>()
        };
        assert!(told().await.is_empty(), "not before a second organiser has checked them");
        publish(&other, &release).await.leads_to();
        let emails = told().await;
        assert_eq!(emails.len(), 1, "one asked for it");
        let results = link_to(&emails[0], "/consultations/");
        assert_eq!(world.visitor().get(&results).await.status, StatusCode::OK);
        assert!(told().await.is_empty(), "once");
        let keys =
            "SELECT count(*) FROM deliveries d, accounts a WHERE d.kind = 'results published'
             AND d.dedup_key LIKE '%' || a.id || '%'";
        assert_eq!(number(&world, keys).await, 0, "keys of emails that say who took part");
        // Those from before are written over by an update of the tables.
        const STEP: &str = include_str!("../../../migrations/0080_the_rest_goes_too/both.sql");
        let before = format!(
            "UPDATE deliveries SET dedup_key = 'results published {id} ' || account_id
             WHERE kind = 'results published'"
        );
        change(&world, &before).await;
        assert_eq!(number(&world, keys).await, 1);
        change(&world, STEP.split(";\n").next().unwrap()).await;
        assert_eq!(number(&world, keys).await, 0);
        let owed = "SELECT count(*) FROM deliveries WHERE kind = 'results published'";
        assert_eq!(number(&world, owed).await, 1);
    });
}

#[test]
fn who_took_part_is_forgotten_once_nobody_is_to_be_told_and_so_are_the_links_of_families() {
    on_both(async |world| {
        let organiser = world.organiser().await;
        let id = open(&world, &organiser, "signed in").await;
        for (nth, wants) in [(1, "yes"), (2, "no"), (3, "yes")] {
            let parent = world.parent(nth).await;
            let response = begin(&parent, &id).await;
            answer(&parent, &response, "question-3", "Weekends").await.leads_to();
            parent.post(&response, &[("step", "send"), ("outcome", wants)]).await.leads_to();
        }
        let by_link = open(&world, &organiser, "link").await;
        let links = format!("/forum/consultations/{by_link}/links");
        organiser.post(&links, &[("addresses", "ann@example.org")]).await.done();
        let emails = world.deliver().await;
        let anns = emails.iter().find(|email| email.to == "ann@example.org").unwrap();
        let link = link_to(anns, "/consultations/");
        let took_part = async || number(&world, "SELECT count(*) FROM took_part").await;
        let given = async || number(&world, "SELECT count(*) FROM personal_links").await;
        let tidy = async || {
            consultations::tidy_due(world.db(), world.now()).await.unwrap();
            retention::keep(&world.house).await.unwrap();
        };
        close(&world);
        tidy().await;
        assert_eq!((took_part().await, given().await), (3, 1), "they can still ask to hear");
        world.forward(28 * DAY);
        tidy().await;
        assert_eq!((took_part().await, given().await), (2, 0), "who wants to hear");
        let organiser = world.sign_in("organiser@example.org").await;
        let page = organiser.get(&links).await;
        assert!(page.says("Each link is for one family.") && !page.says("Links given out"));
        // It leads to what it was about, as everybody's does by now.
        let here = format!("/consultations/{by_link}");
        assert_eq!(world.visitor().get(&link).await.leads_to(), here);
        let parent = world.sign_in("parent1@example.org").await;
        parent.post("/account/said", &[("consultation", &id), ("wants", "no")]).await.leads_to();
        tidy().await;
        assert_eq!(took_part().await, 1, "who no longer wants to hear");
        world.forward(2 * 365 * DAY);
        tidy().await;
        assert_eq!(took_part().await, 0, "nobody for good");
        assert_eq!(number(&world, "SELECT count(*) FROM responses WHERE state = 'sent'").await, 3);
    });
}

#[test]
fn who_took_part_in_what_was_withdrawn_is_forgotten_once_they_know() {
    on_both(async |world| {
        let organiser = world.organiser().await;
        let id = open(&world, &organiser, "signed in").await;
        let parent = world.parent(1).await;
        let response = begin(&parent, &id).await;
        answer(&parent, &response, "question-3", "Weekends").await.leads_to();
        parent.post(&response, &[("step", "send"), ("outcome", "yes")]).await.leads_to();
        let withdrawal = format!("/forum/consultations/{id}/withdrawal");
        world.forward(HOUR);
        let why = [("reason", "It asked about one child"), ("step", "confirm")];
        organiser.post(&withdrawal, &why).await.leads_to();
        let took_part = async || {
            retention::keep(&world.house).await.unwrap();
            number(&world, "SELECT count(*) FROM took_part").await
        };
        world.forward(29 * DAY);
        assert_eq!(took_part().await, 1, "they were not told yet");
        // Once to owe it, and once to find that nobody is left.
        for _ in 0..2 {
            consultations::tell_due(&world.house).await.unwrap();
        }
        assert_eq!(took_part().await, 0);
    });
}

#[test]
fn a_slip_is_put_right_with_a_note_and_a_new_version_is_counted_by_itself() {
    on_both(async |world| {
        let organiser = world.organiser().await;
        let other = world.signed_in("organiser2@example.org", &[Role::Organiser]).await;
        let id = open(&world, &organiser, "anyone").await;
        let page = format!("/forum/consultations/{id}");
        let phone = world.visitor();
        let begun = begin(&phone, &id).await;
        answer(&phone, &begun, "question-1", "yes").await.leads_to();
        let wording = format!("{page}/wording/question-1");
        let no_note = organiser.post(&wording, &[("text", "Do you wait now?")]).await;
        assert!(
            no_note.status == StatusCode::UNPROCESSABLE_ENTITY
                && no_note.says("Say what was wrong.")
        );
        organiser
            .post(&wording, &[("text", "Do you wait now?"), ("note", "It did not say when.")])
            .await
            .leads_to();
        let asked = phone.get(&format!("{begun}/questions/question-1")).await;
        assert!(asked.says("Do you wait now?") && asked.says("It did not say when."));

        organiser.post(&page, &[("step", "version")]).await.leads_to();
        assert!(
            organiser
                .post(&page, &[("step", "version")])
                .await
                .leads_to()
                .contains("opened-before"),
            "two taps are one version"
        );
        organiser
            .post(&format!("{page}/questions/new"), &[("text", "Where?"), ("kind", "place")])
            .await
            .leads_to();
        assert!(organiser.get(&page).await.says("This is version 2. It isn't in use yet"));
        assert!(
            world.visitor().get(&format!("/consultations/{id}")).await.says("3 questions, about"),
            "parents answer the one before"
        );
        said(&world, &id, "Of the first", 12).await;
        organiser.post(&page, &[("step", "ask")]).await.leads_to();
        assert!(
            world.visitor().get(&format!("/consultations/{id}")).await.says("4 questions, about")
        );
        said(&world, &id, "Of the second", 15).await;
        answer(&phone, &begun, "question-3", "Begun with the first").await.leads_to();
        assert!(!phone.get(&begun).await.says("Where?"), "who began with the first ends with it");
        phone.post(&begun, &[("step", "send")]).await.leads_to();
        close(&world);
        let release = format!("{page}/release");
        organiser.post(&release, &[("step", "count")]).await.leads_to();
        publish(&other, &release).await.leads_to();
        let json = world.visitor().get(&format!("/consultations/{id}/results.json")).await;
        let json: serde_json::Value = serde_json::from_str(&json.html).unwrap();
        let questions = json["releases"][0]["results"]["questions"].as_array().unwrap();
        let parts = |key: &str| {
            questions
                .iter()
                .find(|question| question["question"] == key)
                .map(|question| question["parts"].clone())
        };
        assert_eq!(parts("@version").unwrap()[0], serde_json::json!(["Version 1", 13]));
        assert_eq!(parts("@version").unwrap()[1], serde_json::json!(["Version 2", 15]));
        let else_said: Vec<_> =
            questions.iter().filter(|question| question["question"] == "question-3").collect();
        assert_eq!(
            else_said[0]["parts"][0],
            serde_json::json!(["Answered", 28]),
            "what stayed the same is counted together"
        );
        assert_eq!(
            parts("question-4").unwrap().as_array().unwrap().last().unwrap()[1],
            serde_json::json!(15),
            "asked of the second only"
        );
    });
}

#[test]
fn a_link_of_her_own_lets_a_family_take_part_once_and_nobody_can_tell_by_which_it_came() {
    on_both(async |world| {
        let organiser = world.organiser().await;
        let id = open(&world, &organiser, "link").await;
        let (here, links) =
            (format!("/consultations/{id}"), format!("/forum/consultations/{id}/links"));
        let uninvited = world.visitor();
        assert!(uninvited.get(&here).await.says("Open your link to start."));
        assert_eq!(uninvited.post(&format!("{here}/answers"), &[]).await.leads_to(), here);
        assert!(
            uninvited.get(&format!("{here}/links/nothing")).await.says("This link does not work")
        );
        let wrong = organiser.post(&links, &[("addresses", "a@example.org\nnot an address")]).await;
        assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
        let printed = organiser
            .post(&links, &[("addresses", "a@example.org\nA@example.org"), ("many", "2")])
            .await;
        assert!(printed.says("Links given out: 3.") && printed.says("Links to print are below"));
        assert_eq!(
            number(&world, "SELECT count(*) FROM deliveries WHERE kind = 'asked'").await,
            1,
            "one address, one email"
        );
        let emails = world.deliver().await;
        assert!(emails.iter().any(|email| email.to == "a@example.org"), "it goes to that address");
        let found: Vec<String> = texts(&printed.html, "li.on-paper")
            .iter()
            .filter_map(|slip| Some(slip.split_once(&format!("{here}/links/"))?.1.to_owned()))
            .collect();
        assert_eq!(found.len(), 2);
        let send = async |phone: &Browser<'_>| {
            let response = begin(phone, &id).await;
            answer(phone, &response, "question-3", "Weekends").await.leads_to();
            (phone.post(&response, &[("step", "send")]).await, response)
        };
        let phone = world.visitor();
        let by_link = phone.get(&format!("{here}/links/{}", found[0])).await.leads_to();
        assert_eq!(by_link, format!("{here}?by=link"));
        assert!(phone.get(&by_link).await.says("<button class=\"button\">Start</button>"));
        let (sent, response) = send(&phone).await;
        sent.leads_to();
        let other_phone = world.visitor();
        other_phone.get(&format!("{here}/links/{}", found[0])).await.leads_to();
        let (again, _) = send(&other_phone).await;
        assert!(
            again.status == StatusCode::UNPROCESSABLE_ENTITY
                && again.says("Each person can send one set of answers")
        );
        let without = world.visitor().post(&response, &[("step", "withdraw")]).await;
        assert!(
            without.status == StatusCode::UNPROCESSABLE_ENTITY
                && without.says("Until then they still count")
        );
        let others = world.visitor();
        others.get(&format!("{here}/links/{}", found[1])).await.leads_to();
        assert_eq!(
            others.post(&response, &[("step", "withdraw")]).await.status,
            StatusCode::UNPROCESSABLE_ENTITY,
            "that link sent nothing"
        );
        phone.post(&response, &[("step", "withdraw")]).await.leads_to();
        let (anew, _) = send(&phone).await;
        anew.leads_to();
        assert!(
            organiser.get(&links).await.says("Links given out: 3.")
                && !organiser.get(&links).await.says("have taken part")
        );
        assert_eq!(
            number(
                &world,
                "SELECT count(*) FROM personal_links
             WHERE link_hash IN (SELECT dedup_key FROM deliveries)"
            )
            .await,
            0
        );
    });
}

#[test]
fn a_family_that_is_given_its_link_twice_gets_the_same_one_and_the_organiser_is_told() {
    on_both(async |world| {
        let organiser = world.organiser().await;
        let id = open(&world, &organiser, "link").await;
        let links = format!("/forum/consultations/{id}/links");
        let list = "Ann Other\t<Ann@example.org>; 'Ben' ben@example.org,";
        let given = organiser.post(&links, &[("addresses", list)]).await;
        assert!(given.says("Links given out: 2."), "{}", given.html);
        assert!(!given.says("given a link before"), "{}", given.html);
        let first = world.deliver().await;
        assert_eq!(first.len(), 2);
        let again = "mailto:ann+forum@example.org\ncat@example.org";
        let given = organiser.post(&links, &[("addresses", again), ("many", "1")]).await;
        assert!(given.says("1 family on your list was given a link before."), "{}", given.html);
        assert!(given.says("Links given out: 4."), "{}", given.html);
        let second = world.deliver().await;
        let of = |emails: &[Email], to: &str| {
            let email = emails.iter().find(|email| email.to == to).unwrap();
            link_to(email, &format!("/consultations/{id}/links/"))
        };
        let anns = of(&first, "ann@example.org");
        assert_eq!(of(&second, "ann+forum@example.org"), anns);
        assert_ne!(of(&second, "cat@example.org"), anns);
        let wrong = organiser.post(&links, &[("addresses", "Ann ann@example-.org")]).await;
        assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(wrong.says("“example-” begins or ends with a hyphen"), "{}", wrong.html);

        // A link is read to its length.
        for after in ["", ".", "%29", "%22%20"] {
            let by_link = world.visitor().get(&format!("{anns}{after}")).await;
            assert!(by_link.leads_to().starts_with(&format!("/consultations/{id}")), "{after}");
        }
        assert_eq!(number(&world, "SELECT count(*) FROM link_keys").await, 1);
        assert!(!world.db().columns().await.unwrap().contains_key("link_keys"), "in no backup");
        world.forward(61 * DAY);
        consultations::tidy_due(world.db(), world.now()).await.unwrap();
        assert_eq!(number(&world, "SELECT count(*) FROM link_keys").await, 0);
    });
}

#[test]
fn a_browser_that_keeps_no_cookies_is_told_so_before_it_loses_answers_or_a_link() {
    on_both(async |world| {
        let organiser = world.organiser().await;
        let id = open(&world, &organiser, "anyone").await;
        let here = format!("/consultations/{id}");
        let phone = world.visitor();
        let page = phone.get(&here).await;
        phone.set_cookies(String::new());
        let cookies = page.sends("cookies");
        let told = phone.post(&format!("{here}/answers"), &[("cookies", &cookies)]).await;
        assert!(told.says("Write down your code"), "{}", told.html);
        phone.set_cookies(String::new());
        let code = text(&told.html, "b.code");
        let back = phone.get(&format!("{here}/answers?code=Code:%20{code}.")).await.leads_to();
        assert!(back.contains(&code) && phone.get(&back).await.says("Do you wait?"), "{back}");
        let wrong = phone.get(&format!("{here}/answers?code=Code:%20{}", &code[1..])).await;
        assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(wrong.says(&format!("value=\"Code: {}\"", &code[1..])), "{}", wrong.html);

        let id = open(&world, &organiser, "link").await;
        let links = format!("/forum/consultations/{id}/links");
        let given = organiser.post(&links, &[("addresses", "ann@example.org")]).await;
        assert!(given.says("Emails will go out") && !given.says("Links to print are below"));
        let link = link_to(&world.deliver().await[0], "/consultations/");
        let to = phone.get(&link).await.leads_to();
        phone.set_cookies(String::new());
        let told = phone.get(&to).await;
        assert_eq!(told.status, StatusCode::OK, "it leads nowhere else");
        let words = "Your browser isn't keeping our cookies, so it can't remember your link.";
        assert!(told.says(words), "{}", told.html);
    });
}

#[test]
fn after_the_close_rows_written_together_cannot_be_told_and_what_was_not_sent_is_erased() {
    on_both(async |world| {
        let organiser = world.organiser().await;
        let id = open(&world, &organiser, "signed in").await;
        for nth in 1..=3 {
            let parent = world.parent(nth).await;
            let response = begin(&parent, &id).await;
            answer(&parent, &response, "question-3", "Weekends").await.leads_to();
            if nth < 3 {
                parent.post(&response, &[("step", "send")]).await.leads_to();
            }
        }
        let tidy = async || consultations::tidy_due(world.db(), world.now()).await.unwrap();
        tidy().await;
        assert_eq!(
            number(&world, "SELECT count(*) FROM consultations WHERE mixed_at IS NOT NULL").await,
            0,
            "it is open"
        );
        close(&world);
        tidy().await;
        if world.db().kind() == db::Kind::Postgres {
            let written = "SELECT count(DISTINCT x.at) FROM (SELECT xmin::text AS at
                 FROM responses UNION SELECT xmin::text FROM took_part) x";
            assert_eq!(
                number(&world, written).await,
                1,
                "all rows were written in one transaction"
            );
        }
        assert_eq!(number(&world, "SELECT count(*) FROM responses WHERE answers <> '{}'").await, 3);
        world.forward(28 * DAY + HOUR);
        tidy().await;
        tidy().await;
        assert_eq!(number(&world, "SELECT count(*) FROM responses").await, 2);
        assert_eq!(number(&world, "SELECT count(*) FROM responses WHERE state = 'sent'").await, 2);
        assert_eq!(number(&world, "SELECT count(*) FROM took_part").await, 2);
    });
}

#[test]
fn what_was_counted_is_not_published_once_something_it_is_made_of_has_changed() {
    on_both(async |world| {
        let organiser = world.organiser().await;
        let other = world.signed_in("organiser2@example.org", &[Role::Organiser]).await;
        let id = open(&world, &organiser, "anyone").await;
        said(&world, &id, "Sam Invented waits for weekends.", 12).await;
        close(&world);
        let (release, key) = (
            format!("/forum/consultations/{id}/release"),
            format!("/forum/consultations/{id}/answers/question-3"),
        );
        let sam = response_with(&world, "Sam").await;
        organiser
            .post(&key, &[("step", "quote"), ("response", &sam), ("words", "Sam Invented waits")])
            .await
            .leads_to();
        organiser.post(&release, &[("step", "count")]).await.leads_to();
        let looked_at = other.get(&release).await.html;
        let counted_at = looked_at
            .split("name=\"counted_at\" value=\"")
            .nth(1)
            .unwrap()
            .split('"')
            .next()
            .unwrap()
            .to_owned();
        let redact = [
            ("step", "redact"),
            ("response", sam.as_str()),
            ("words", "[a name] waits."),
            ("reason", "It names a child"),
        ];
        other.post(&key, &redact).await.leads_to();
        assert!(other.get(&release).await.says("Something has changed since these were counted"));
        let old = [("step", "publish"), ("counted_at", counted_at.as_str())];
        assert_eq!(other.post(&release, &old).await.status, StatusCode::UNPROCESSABLE_ENTITY);
        world.forward(1000);
        organiser.post(&release, &[("step", "discard")]).await.leads_to();
        organiser.post(&release, &[("step", "count")]).await.leads_to();
        assert_eq!(
            other.post(&release, &old).await.status,
            StatusCode::UNPROCESSABLE_ENTITY,
            "she has not looked at this one"
        );
        publish(&other, &release).await.leads_to();
        assert!(!world.visitor().get(&format!("/consultations/{id}/results")).await.says("Sam"));
    });
}

#[test]
fn two_parents_on_one_phone_each_take_back_only_their_own() {
    on_both(async |world| {
        let organiser = world.organiser().await;
        let id = open(&world, &organiser, "signed in").await;
        let (one, two) = (world.parent(1).await, world.parent(2).await);
        let (first, second) = (begin(&one, &id).await, begin(&two, &id).await);
        for (who, response) in [(&one, &first), (&two, &second)] {
            answer(who, response, "question-3", "Weekends").await.leads_to();
            who.post(response, &[("step", "send")]).await.leads_to();
        }
        // The other is signed in on this phone now, or nobody is.
        let refused = two.post(&first, &[("step", "withdraw")]).await;
        assert!(
            refused.status == StatusCode::UNPROCESSABLE_ENTITY
                && refused.says("Sign in to the account that sent them")
        );
        assert_eq!(
            world.visitor().post(&first, &[("step", "withdraw")]).await.status,
            StatusCode::UNPROCESSABLE_ENTITY
        );
        assert_eq!(number(&world, "SELECT count(*) FROM took_part").await, 2);
        one.post(&first, &[("step", "withdraw")]).await.leads_to();
        assert_eq!(number(&world, "SELECT count(*) FROM took_part").await, 1);
    });
}

/// A consultation with the questions of a file, open for 60 days. Its id.
async fn open_with(world: &World, organiser: &Browser<'_>, questions: Vec<Question>) -> String {
    let page = new_for_anyone(world, organiser, "Many", 60).await;
    let file = file::write(&edit::with_copies(&Questionnaire::default(), &questions, &[])).unwrap();
    let kept = import_questions(organiser, &page, file.as_bytes()).await;
    assert!(kept.says("Questions saved"));
    organiser.post(&page, &[("step", "open")]).await.leads_to();
    page.replace("/forum/consultations/", "")
}

fn question(nth: usize, kind: QuestionKind) -> Question {
    let (key, text) = (format!("q{nth}"), format!("Question number {nth}?"));
    Question {
        key,
        text,
        help: String::new(),
        kind,
        is_required: false,
        may_decline: false,
        only_if: Vec::new(),
    }
}

#[test]
fn a_picture_stands_among_the_questions_with_words_for_those_who_do_not_see_it() {
    on_both(async |world| {
        let organiser = world.organiser().await;
        let id = open_with(&world, &organiser, vec![question(0, QuestionKind::YesNo {})]).await;
        let new = format!("/forum/consultations/{id}/questions/new");
        let send = async |content: &[u8]| {
            let field = |name: &str, value: &str| {
                format!(
                    "--edge\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n"
                )
            };
            let fields = [
                field("text", "Where it is"),
                field("kind", "picture"),
                field("words", "A map of the bus stops"),
            ]
            .concat();
            let head = "--edge\r\nContent-Disposition: form-data; name=\"picture\"; \
                filename=\"map.png\"\r\nContent-Type: image/png\r\n\r\n";
            let body = [fields.as_bytes(), head.as_bytes(), content, b"\r\n--edge--\r\n"].concat();
            organiser
                .request(
                    Method::POST,
                    &new,
                    &[("content-type", "multipart/form-data; boundary=edge")],
                    body,
                )
                .await
        };
        assert!(send(b"no picture").await.says("Choose a PNG or JPEG picture"));
        assert!(send(&[0; 600 * 1024]).await.says("Choose a smaller picture: up to 500 kB"));
        assert!(
            organiser
                .post(&new, &[("text", "Where"), ("kind", "picture"), ("words", "A map")])
                .await
                .says("Choose a picture")
        );
        // One white point.
        let png = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\x01\0\0\0\x01\x08\0\0\0\0:~\x9bU\
                    \0\0\0\nIDATx\x9cc\xf8\x0f\0\x01\x01\x01\0\xb18\xf6\x14\0\0\0\0IEND\xaeB`\x82";
        send(png).await.leads_to();
        let response = begin(&world.visitor(), &id).await;
        let all = world.visitor().get(&format!("{response}/all")).await;
        assert!(all.html.contains("alt=\"A map of the bus stops\""));
        let address = attributes(&all.html, "img[src^='/pictures/']", "src").remove(0);
        let picture = world.visitor().get(&address).await;
        assert!(picture.status == StatusCode::OK && picture.headers["content-type"] == "image/png");
        assert_eq!(world.visitor().get("/pictures/map.png").await.status, StatusCode::NOT_FOUND);
    });
}

#[test]
fn two_hundred_questions_are_asked_answered_and_counted_and_one_more_is_refused() {
    on_both(async |world| {
        let organiser = world.organiser().await;
        let id = open_with(
            &world,
            &organiser,
            (0..200).map(|nth| question(nth, QuestionKind::YesNo {})).collect(),
        )
        .await;
        let yes: Vec<(String, &str)> = (0..200).map(|nth| (format!("q.q{nth}"), "yes")).collect();
        let yes: Vec<(&str, &str)> =
            yes.iter().map(|(name, value)| (name.as_str(), *value)).collect();
        for _ in 0..10 {
            let phone = world.visitor();
            let response = begin(&phone, &id).await;
            assert!(
                phone.get(&format!("{response}/questions/q199")).await.says("Question 200 of 200")
            );
            assert_eq!(phone.post(&format!("{response}/all"), &yes).await.leads_to(), response);
            phone.post(&response, &[("step", "send")]).await.leads_to();
        }
        let page = format!("/forum/consultations/{id}");
        let one_more = organiser
            .post(&format!("{page}/questions/new"), &[("text", "One more?"), ("kind", "yes-no")])
            .await;
        assert!(one_more.leads_to().contains("answered-before"));
        close(&world);
        organiser
            .post(&format!("{page}/release"), &[("step", "count"), ("by", "q0")])
            .await
            .leads_to();
        assert!(organiser.get(&format!("{page}/release")).await.says("10 people answered."));
    });
}

#[test]
fn five_thousand_responses_are_read_counted_and_published() {
    on_both(async |world| {
        let organiser = world.organiser().await;
        let other = world.signed_in("organiser2@example.org", &[Role::Organiser]).await;
        let options = |many: usize| {
            (0..many)
                .map(|nth| Choice { key: format!("o{nth}"), text: format!("Option {nth}") })
                .collect()
        };
        let mut questions: Vec<Question> = (0..9)
            .map(|nth| question(nth, QuestionKind::OneOf { options: options(2 + nth) }))
            .collect();
        questions.push(question(9, QuestionKind::LongText {}));
        let id = open_with(&world, &organiser, questions).await;
        let mut tx = world.db().begin().await.unwrap();
        for nth in 0..5_000_usize {
            let chosen = |question: usize| {
                format!(
                    r#""q{question}":{{"chosen":["o{}"]}}"#,
                    nth * (question + 7) / 3 % (2 + question)
                )
            };
            let answers = (0..9).map(chosen).collect::<Vec<_>>().join(",");
            let answers = format!(r#"{{{answers},"q9":{{"text":"Words of response {nth}."}}}}"#);
            sqlx::query(
                "INSERT INTO responses (id, consultation_id, version, code_hash,
                 answers, channel, state) VALUES ($1, $2, 1, $1, $3, 'online', 'sent')",
            )
            .bind(id::hash(&nth.to_string()))
            .bind(&id)
            .bind(answers)
            .execute(&mut *tx)
            .await
            .unwrap();
        }
        tx.commit().await.unwrap();
        close(&world);
        let page = format!("/forum/consultations/{id}");
        assert!(organiser.get(&format!("{page}/answers/q9?q=response+4321")).await.says("1 found"));
        let began = std::time::Instant::now();
        organiser
            .post(&format!("{page}/release"), &[("step", "count"), ("by", "q8")])
            .await
            .leads_to();
        println!("read and counted on {:?} in {:?}", world.db().kind(), began.elapsed());
        publish(&other, &format!("{page}/release")).await.leads_to();
        let results = world.visitor().get(&format!("/consultations/{id}/results")).await;
        assert!(
            results.says("5,000 people answered.") && results.says("Split by: Question number 8?")
        );
        let workbook = organiser.post(&format!("{page}/answers.xlsx"), &[]).await;
        assert!(workbook.status == StatusCode::OK && workbook.html.len() > 50_000);
    });
}

#[test]
fn of_more_than_five_thousand_responses_a_part_is_read_at_a_time_and_the_next_by_a_link() {
    on_both(async |world| {
        let organiser = world.organiser().await;
        let questions = vec![question(0, QuestionKind::LongText {})];
        let id = open_with(&world, &organiser, questions).await;
        let responses = format!(
            r#"WITH RECURSIVE numbers (nth) AS
                 (SELECT 10001 UNION ALL SELECT nth + 1 FROM numbers WHERE nth < 15030)
               INSERT INTO responses (id, consultation_id, version, code_hash, answers, channel,
                 state)
               SELECT 'r' || nth, '{id}', 1, 'r' || nth,
                 '{{"q0":{{"text":"Words of response ' || nth || '."}}}}', 'online', 'sent'
               FROM numbers"#
        );
        change(&world, &responses).await;
        close(&world);
        let page = format!("/forum/consultations/{id}/answers");
        let all = organiser.get(&page).await;
        assert!(all.says("5,030 responses.") && all.says("In their own words. 0 read"));
        let of_it = leads(&all.html, "Question number 0?");
        let first = organiser.get(&of_it).await;
        assert!(first.says("5000 answers") && first.says("5,000 at a time"), "{}", first.html);
        let last = organiser.get(&format!("{of_it}?page=250")).await;
        assert!(last.says("Words of response 15000."), "{}", last.html);
        let next = leads(&last.html, "Show more");
        let second = organiser.get(&next).await;
        assert!(second.says("30 answers") && second.says("Words of response 15001."));
        assert!(!second.says("Words of response 15000."), "{}", second.html);
        // What is done there is about what is read there, and leads back.
        let read = [("step", "read"), ("shown", "r15001")];
        let back = organiser.post(&next, &read).await.leads_to();
        let read = organiser.get(back.split('#').next().unwrap()).await;
        assert!(read.says("✓ Read by") && read.says("Words of response 15001."));
        let end = organiser.get(&leads(&second.html, "Show more")).await;
        assert!(end.says("Words of response 15030.") && !end.html.contains("rel=\"next\""));
        let not_yet = organiser.get(&format!("{of_it}?q=response+15020")).await;
        assert!(not_yet.says("Nothing found"), "{}", not_yet.html);
        let found = organiser.get(&leads(&not_yet.html, "Show more")).await;
        assert!(found.says("1 found"), "{}", found.html);
        let begins_anew = leads(&found.html, "Back to the first page");
        assert!(organiser.get(&begins_anew).await.says("Nothing found"));
    });
}

#[test]
fn from_one_place_three_hundred_may_begin_in_an_hour_and_who_has_begun_goes_on() {
    on_both(async |world| {
        let organiser = world.organiser().await;
        let id = open(&world, &organiser, "anyone").await;
        let phone = world.visitor();
        let first = begin(&phone, &id).await;
        for _ in 1..300 {
            begin(&phone, &id).await;
        }
        let one_more = phone.post(&format!("/consultations/{id}/answers"), &[]).await;
        assert!(
            one_more.status == StatusCode::TOO_MANY_REQUESTS
                && one_more.headers[axum::http::header::RETRY_AFTER] == "3600"
                && one_more.says("If you have already started, you can carry on.")
        );
        answer(&phone, &first, "question-3", "Weekends").await.leads_to();
        world.forward(HOUR + 1);
        begin(&phone, &id).await;
    });
}

/// Strings that break programs: control characters, other scripts, both directions, markup,
/// queries, formulas, templates.
fn naughty() -> Vec<String> {
    let mut all: Vec<String> = naughty_strings::BLNS.iter().copied().map(str::to_owned).collect();
    all.extend((0..32).map(|control: u8| format!("a{}b", char::from(control))));
    all.extend(
        [
            "\u{202E}backwards",
            "a\u{0}b",
            "\u{FEFF}mark",
            "\u{FFFF}",
            "e\u{301}\u{301}\u{301}\u{301}",
        ]
        .map(str::to_owned),
    );
    all
}

#[test]
fn no_naughty_string_breaks_an_answer_a_page_or_an_export() {
    on_both(async |world| {
        let organiser = world.organiser().await;
        let id = open(&world, &organiser, "anyone").await;
        let phone = world.visitor();
        for (nth, words) in naughty().into_iter().enumerate() {
            // From one place so many may begin in an hour.
            if nth % 250 == 249 {
                world.forward(HOUR + 1);
            }
            let response = begin(&phone, &id).await;
            let kept = answer(&phone, &response, "question-3", &words).await;
            assert!(
                matches!(kept.status, StatusCode::SEE_OTHER | StatusCode::UNPROCESSABLE_ENTITY),
                "{words:?}: {}",
                kept.status
            );
            let back = phone.get(&response).await;
            assert_eq!(back.status, StatusCode::OK, "{words:?}");
            assert!(
                !back.html.contains("<script>alert") && !back.html.contains("<img src=x"),
                "{words:?}"
            );
            phone
                .post(&response, &[("step", "send")])
                .await
                .is_one_of(&[StatusCode::SEE_OTHER, StatusCode::UNPROCESSABLE_ENTITY]);
        }
        close(&world);
        let read = format!("/forum/consultations/{id}/answers");
        let many = number(&world, "SELECT count(*) FROM responses WHERE state = 'sent'").await;
        assert!(many > 500, "{many}");
        for page in 1..=many / 20 + 1 {
            assert_eq!(
                organiser.get(&format!("{read}/question-3?page={page}")).await.status,
                StatusCode::OK
            );
        }
        assert_eq!(
            organiser.request(Method::POST, &format!("{read}.xlsx"), &[], Vec::new()).await.status,
            StatusCode::OK
        );
        let csv = organiser.post(&format!("{read}.csv"), &[]).await;
        let mut reader = csv::Reader::from_reader(csv.html.as_bytes());
        for record in reader.records() {
            assert!(record.unwrap().iter().all(|cell| !cell.starts_with(['=', '+', '-', '@'])));
        }
    });
}
