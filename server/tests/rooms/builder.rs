//! The organisers' program that changes the questions of a consultation in place: the same rules,
//! store and refusals as the forms, and two organisers at once never overwrite each other.

use axum::http::{Method, StatusCode};
use ground::viewer::Role;
use questionnaires::kinds;
use serde_json::{Value, json};

use crate::consultations::{answer, begin, open};
use crate::fixtures::consultations::{ask_who_waits, new_for_anyone};
use crate::world::{Answer, Browser, World, number, on_both, on_sqlite};

const CHANGE: &str = "/functions/change-questions";
const TRY: &str = "/functions/try-questions";

/// An organiser's program, and what the server last told it of the list.
struct Program<'w> {
    browser: &'w Browser<'w>,
    consultation: String,
    version: i64,
    edits: i64,
}

impl<'w> Program<'w> {
    /// As it is when the page has loaded.
    async fn on(browser: &'w Browser<'w>, world: &World, consultation: &str) -> Self {
        let sql = format!(
            "SELECT edits FROM questionnaires WHERE consultation_id = '{consultation}'
             ORDER BY version DESC LIMIT 1"
        );
        let edits = number(world, &sql).await;
        Self { browser, consultation: consultation.to_owned(), version: 1, edits }
    }

    async fn call(&self, step: &Value) -> Answer {
        let body = json!({
            "consultation": self.consultation,
            "version": self.version,
            "edits": self.edits,
            "step": step,
        });
        let json = [("content-type", "application/json")];
        self.browser.request(Method::POST, CHANGE, &json, body.to_string()).await
    }

    /// Takes a step, and what the server tells; as the program does.
    async fn step(&mut self, step: Value) -> Value {
        let answer = self.call(&step).await;
        assert_eq!(answer.status, StatusCode::OK, "{}", answer.html);
        let told: Value = serde_json::from_str(&answer.html).unwrap();
        if let Some(edits) = told["Kept"]["listed"]["edits"].as_i64() {
            self.edits = edits;
        }
        told
    }

    async fn adds(&mut self, text: &str, after: &str) -> Value {
        let sent = url::form_urlencoded::Serializer::new(String::new())
            .extend_pairs([("text", text), ("kind", "yes-no")])
            .finish();
        self.step(json!({ "Save": { "key": "", "after": after, "sent": sent } })).await
    }
}

/// The texts of the questions that were told.
fn texts(listed: &Value) -> Vec<&str> {
    let rows = listed["rows"].as_array().unwrap();
    rows.iter().map(|row| row["text"].as_str().unwrap()).collect()
}

/// The consultation of a desk.
fn id(desk: &str) -> String {
    desk.replace("/forum/consultations/", "")
}

#[test]
fn an_organiser_adds_moves_changes_removes_undoes_and_redoes_and_the_forms_agree() {
    on_both(async |world| {
        let organiser = world.organiser().await;
        let desk = new_for_anyone(&world, &organiser, "Short breaks", 60).await;
        let mut program = Program::on(&organiser, &world, &id(&desk)).await;
        program.adds("First?", "").await;
        program.adds("Last?", "").await;
        let told = program.adds("Between?", "question-1").await;
        assert_eq!(texts(&told["Kept"]["listed"]), ["First?", "Between?", "Last?"]);

        let moved = json!({ "Move": { "key": "question-2", "to": 0 } });
        let told = program.step(moved).await;
        assert_eq!(texts(&told["Kept"]["listed"]), ["Last?", "First?", "Between?"]);
        let before = told["Kept"]["before"].as_str().unwrap().to_owned();

        let refused = json!({ "Save": { "key": "question-1", "after": "", "sent": "text=" } });
        let told = program.step(refused).await;
        let words = told["Refused"].as_array().unwrap();
        assert_eq!((&words[0][0], &words[0][1]), (&json!("text"), &json!("Write your question")));

        let sent = "text=Changed%3F&kind=one-of&options=Yes%0AOften&needed=yes";
        let saved = json!({ "Save": { "key": "question-1", "after": "", "sent": sent } });
        let told = program.step(saved).await;
        assert_eq!(texts(&told["Kept"]["listed"])[1], "Changed?");
        let page = organiser.get(&format!("{desk}/questions/question-1")).await;
        assert!(page.says("Often") && page.says("value=\"Changed?\""), "the form has it too");

        let told = program.step(json!({ "Remove": { "key": "question-3" } })).await;
        assert_eq!(texts(&told["Kept"]["listed"]), ["Last?", "Changed?"]);
        let told = program.step(json!({ "PutBack": { "list": before } })).await;
        assert_eq!(texts(&told["Kept"]["listed"]), ["First?", "Between?", "Last?"]);
        let again = told["Kept"]["before"].as_str().unwrap();
        let told = program.step(json!({ "PutBack": { "list": again } })).await;
        assert_eq!(texts(&told["Kept"]["listed"]), ["Last?", "Changed?"]);
        let page = organiser.get(&desk).await;
        assert!(page.says("Changed?") && page.says("Move up") && page.says("Remove"));

        let told = program.step(json!({ "PutBack": { "list": "{}" } })).await;
        assert!(told["Refused"][0][1].as_str().unwrap().starts_with("That can't be put back."));
    });
}

#[test]
fn without_the_program_the_form_has_every_field_that_some_kind_has() {
    on_sqlite(async |world| {
        let organiser = world.organiser().await;
        let desk = new_for_anyone(&world, &organiser, "Short breaks", 60).await;
        let form = organiser.get(&format!("{desk}/questions/new")).await;
        for (word, _) in kinds::offered() {
            for field in kinds::asks(word) {
                assert!(form.says(&format!("name=\"{field}\"")), "{word}, {field}: {}", form.html);
            }
        }
    });
}

#[test]
fn a_dead_end_is_kept_while_it_is_written_and_told_at_once() {
    on_both(async |world| {
        let organiser = world.organiser().await;
        let desk = new_for_anyone(&world, &organiser, "Short breaks", 60).await;
        ask_who_waits(&organiser, &desk).await;
        let mut program = Program::on(&organiser, &world, &id(&desk)).await;
        let sent = "text=How+long%3F&kind=short-text&if=question-1+yes";
        let told = program
            .step(json!({ "Save": { "key": "", "after": "question-1", "sent": sent } }))
            .await;
        let row = &told["Kept"]["listed"]["rows"][1];
        assert_eq!(row["leads"], json!([{ "question": "question-1", "any_of": ["yes"] }]));
        assert_eq!(row["faults"], json!([]));
        let told = program.step(json!({ "Move": { "key": "question-2", "to": 0 } })).await;
        let faults = told["Kept"]["listed"]["rows"][0]["faults"].as_array().unwrap();
        assert_eq!(faults.len(), 1, "{told}");
        assert_eq!(told["Kept"]["listed"]["rows"][0]["is_dead_end"], json!(true));
        let refused = organiser.post(&desk, &[("step", "open")]).await;
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY, "it can't open like that");
    });
}

#[test]
fn two_organisers_at_once_do_not_overwrite_each_other() {
    on_both(async |world| {
        let one = world.organiser().await;
        let other = world.signed_in("organiser2@example.org", &[Role::Organiser]).await;
        let desk = new_for_anyone(&world, &one, "Short breaks", 60).await;
        ask_who_waits(&one, &desk).await;
        let mut first = Program::on(&one, &world, &id(&desk)).await;
        let mut second = Program::on(&other, &world, &id(&desk)).await;
        first.adds("Of the first?", "").await;

        let told = second.adds("Of the second?", "").await;
        assert_eq!(
            texts(&told["Changed"]),
            ["Do you wait?", "Of the first?"],
            "refused, with the list as it is"
        );
        second.edits = told["Changed"]["edits"].as_i64().unwrap();
        let told = second.adds("Of the second?", "").await;
        assert_eq!(texts(&told["Kept"]["listed"]).len(), 3, "made to the newer list, it is kept");

        // A form without the program counts as well.
        first.edits = second.edits;
        one.post(&desk, &[("out", "question-1")]).await.leads_to();
        let told = first.step(json!({ "Move": { "key": "question-1", "to": 2 } })).await;
        assert_eq!(texts(&told["Changed"]), ["Of the first?", "Of the second?"]);
        first.edits = told["Changed"]["edits"].as_i64().unwrap();
        // What changes nothing does not stand in another's way.
        one.post(&desk, &[("up", "question-2")]).await.leads_to();
        let told = first.adds("One more?", "").await;
        assert_eq!(texts(&told["Kept"]["listed"]).len(), 3);

        first.version = 2;
        let told = first.adds("For another version?", "").await;
        assert!(told["Changed"].is_object());
    });
}

#[test]
fn questions_that_somebody_answered_stay_for_the_program_too() {
    on_both(async |world| {
        let organiser = world.organiser().await;
        let consultation = open(&world, &organiser, "anyone").await;
        let mut program = Program::on(&organiser, &world, &consultation).await;
        // Parents could not answer it like that: how long she waits would be asked first.
        let told = program.step(json!({ "Move": { "key": "question-2", "to": 0 } })).await;
        assert_eq!(texts(&told["Frozen"])[0], "Do you wait?");
        let told = program.step(json!({ "Move": { "key": "question-3", "to": 0 } })).await;
        assert_eq!(texts(&told["Kept"]["listed"])[0], "What else?");
        let response = begin(&world.visitor(), &consultation).await;
        answer(&world.visitor(), &response, "question-3", "Weekends").await.leads_to();
        let told = program.step(json!({ "Remove": { "key": "question-1" } })).await;
        assert_eq!(texts(&told["Frozen"]).len(), 3);
        let page = organiser.get(&format!("/forum/consultations/{consultation}")).await;
        assert!(!page.says("Move up") && page.says("Write a new version"));
    });
}

#[test]
fn organisers_alone_call_these_functions_from_our_own_pages() {
    on_both(async |world| {
        let organiser = world.organiser().await;
        let desk = new_for_anyone(&world, &organiser, "Short breaks", 60).await;
        ask_who_waits(&organiser, &desk).await;
        let consultation = id(&desk);
        let remove = json!({ "Remove": { "key": "question-1" } });
        let (visitor, parent) = (world.visitor(), world.parent(1).await);
        for (browser, status) in
            [(&visitor, StatusCode::UNAUTHORIZED), (&parent, StatusCode::FORBIDDEN)]
        {
            let program = Program::on(browser, &world, &consultation).await;
            assert_eq!(program.call(&remove).await.status, status);
            let tries = [("consultation", consultation.as_str()), ("sent", "")];
            assert_eq!(browser.post(TRY, &tries).await.status, status);
        }
        for nobodys in ["", "no consultation", &id::fresh()] {
            let program =
                Program { browser: &organiser, consultation: nobodys.into(), version: 1, edits: 0 };
            assert_eq!(program.call(&remove).await.status, StatusCode::BAD_REQUEST);
            let tries = [("consultation", nobodys), ("sent", "")];
            assert_eq!(organiser.post(TRY, &tries).await.status, StatusCode::BAD_REQUEST);
        }
        let headers = [
            ("content-type", "application/json"),
            ("sec-fetch-site", "cross-site"),
            ("origin", "https://elsewhere.example"),
        ];
        let elsewhere = organiser.request(Method::POST, CHANGE, &headers, "{}").await;
        assert_eq!(elsewhere.status, StatusCode::FORBIDDEN, "a call from another website");
        assert!(organiser.get(&desk).await.says("Do you wait?"), "nothing was removed");
    });
}

#[test]
fn an_organiser_tries_the_answers_and_nothing_is_kept() {
    on_both(async |world| {
        let organiser = world.organiser().await;
        let consultation = open(&world, &organiser, "anyone").await;
        let tries = async |sent: &str| {
            let call = [("consultation", consultation.as_str()), ("sent", sent)];
            organiser.post(TRY, &call).await
        };
        let empty = tries("").await;
        assert!(empty.says("Do you wait?") && !empty.says("How long?"));
        assert!(tries("q.question-1=yes").await.says("How long?"));
        assert!(!tries("q.question-1=no").await.says("How long?"));
        assert_eq!(number(&world, "SELECT count(*) FROM responses").await, 0);
    });
}

#[test]
fn something_else_is_an_answer_and_is_then_asked_for_by_form_and_by_program() {
    on_both(async |world| {
        let organiser = world.organiser().await;
        let desk = new_for_anyone(&world, &organiser, "Short breaks", 60).await;
        let question = [
            ("text", "What helps?"),
            ("kind", "several-of"),
            ("options", "Time\nMoney"),
            ("other", "yes"),
        ];
        organiser.post(&format!("{desk}/questions/new"), &question).await.leads_to();
        let mut program = Program::on(&organiser, &world, &id(&desk)).await;
        let sent = "text=Where%3F&kind=one-of&options=Home%0ASchool&other=yes";
        let told = program.step(json!({ "Save": { "key": "", "after": "", "sent": sent } })).await;
        assert_eq!(
            texts(&told["Kept"]["listed"]),
            [
                "What helps?",
                "What helps? If something else, what is it?",
                "Where?",
                "Where? If something else, what is it?"
            ]
        );
        organiser.post(&desk, &[("step", "open")]).await.leads_to();
        let response = begin(&world.visitor(), &id(&desk)).await;
        let phone = world.visitor();
        let next = answer(&phone, &response, "question-1", "other").await.leads_to();
        assert!(phone.get(&next).await.says("What helps? If something else, what is it?"));
        let next = answer(&phone, &response, "question-3", "option-1").await.leads_to();
        assert_eq!(next, response, "who chose an answer is not asked what else");
    });
}
