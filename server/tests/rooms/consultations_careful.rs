//! What consultations must not lose or tell, though two do something at once, or a question is
//! another one meanwhile.

use axum::http::StatusCode;
use calendar::clock::DAY;
use consultations::{reading, responses, results};
use ground::viewer::Role;

use crate::consultations::{answer, begin, open, publish};
use crate::page;
use crate::world::{Answer, World, change, number, on_both};

/// The hidden fields of a page whose names begin so, as it would send them.
fn hidden(page: &Answer, begins: &str) -> Vec<(String, String)> {
    let fields = page::hidden(&page.html).into_iter();
    fields.filter(|(name, _)| name.starts_with(begins)).collect()
}

async fn kept(world: &World) -> String {
    sqlx::query_scalar("SELECT answers FROM responses")
        .fetch_one(&mut *world.db().read().await.unwrap())
        .await
        .unwrap()
}

#[test]
fn a_page_with_all_questions_takes_away_nothing_that_was_answered_elsewhere_since_it_was_shown() {
    on_both(async |world| {
        let organiser = world.organiser().await;
        let id = open(&world, &organiser, "anyone").await;
        let (one, two) = (world.visitor(), world.visitor());
        let response = begin(&one, &id).await;
        let all = format!("{response}/all");
        let shown = hidden(&one.get(&all).await, "shown.");
        assert_eq!(shown.len(), 3);
        answer(&two, &response, "question-1", "no").await.leads_to();
        let fields = |answers: &[(&'static str, &'static str)]| -> Vec<(String, String)> {
            shown
                .iter()
                .cloned()
                .chain(
                    answers.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())),
                )
                .collect()
        };
        let post = async |fields: Vec<(String, String)>| {
            let fields: Vec<(&str, &str)> =
                fields.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
            one.post(&all, &fields).await
        };
        post(fields(&[("q.question-1", ""), ("q.question-3", "Weekends")])).await.leads_to();
        let now = kept(&world).await;
        assert!(
            now.contains("question-1") && now.contains("no") && now.contains("Weekends"),
            "{now}"
        );

        let other = post(fields(&[("q.question-1", "yes"), ("q.question-3", "Weekends")])).await;
        assert!(
            other.status == StatusCode::UNPROCESSABLE_ENTITY
                && other.says("you gave a different one in another window")
        );
        assert!(
            !kept(&world).await.contains("yes"),
            "it asks before it takes the place of the other"
        );
        let mut again = hidden(&other, "shown.");
        again.extend([
            ("q.question-1".to_owned(), "yes".to_owned()),
            ("q.question-3".to_owned(), "Weekends".to_owned()),
        ]);
        post(again).await.leads_to();
        assert!(kept(&world).await.contains("yes"));
    });
}

#[test]
fn an_answer_is_read_and_passed_on_as_what_it_was_asked_as_though_its_question_is_gone() {
    on_both(async |world| {
        let organiser = world.organiser().await;
        let id = open(&world, &organiser, "anyone").await;
        let desk = format!("/forum/consultations/{id}");
        let phone = world.visitor();
        let response = begin(&phone, &id).await;
        answer(&phone, &response, "question-1", "no").await.leads_to();
        answer(&phone, &response, "question-3", "He hits my child.").await.leads_to();
        phone.post(&response, &[("step", "send")]).await.leads_to();
        organiser.post(&desk, &[("step", "version")]).await.leads_to();
        organiser.post(&desk, &[("out", "question-3")]).await.leads_to();
        let which =
            [("text", "Which day suits you?"), ("kind", "one-of"), ("options", "Monday\nFriday")];
        organiser.post(&format!("{desk}/questions/new"), &which).await.leads_to();
        organiser.post(&desk, &[("step", "ask")]).await.leads_to();
        let keys = "SELECT count(*) FROM questionnaires WHERE version = 2
             AND questions LIKE '%question-4%' AND questions NOT LIKE '%question-3%'";
        assert_eq!(number(&world, keys).await, 1, "a key is not given again");
        // As in a database of before, where it was.
        change(
            &world,
            "UPDATE responses
             SET answers = replace(answers, 'question-3', 'question-4') WHERE answers LIKE \
             '%question-4%'",
        )
        .await;
        world.forward(61 * DAY);
        let answers = format!("{desk}/answers/question-3");
        assert!(organiser.get(&answers).await.says("He hits my child."));
        let hers: String = sqlx::query_scalar("SELECT id FROM responses")
            .fetch_one(&mut *world.db().read().await.unwrap())
            .await
            .unwrap();
        organiser.post(&answers, &[("step", "danger"), ("response", &hers)]).await.leads_to();
        assert!(!organiser.get(&answers).await.says("He hits my child."));
    });
}

#[test]
fn a_sheet_is_typed_in_under_the_questions_it_was_printed_from() {
    on_both(async |world| {
        let organiser = world.organiser().await;
        let id = open(&world, &organiser, "anyone").await;
        let desk = format!("/forum/consultations/{id}");
        let phone = world.visitor();
        let response = begin(&phone, &id).await;
        answer(&phone, &response, "question-1", "no").await.leads_to();
        let new = format!("{desk}/typed/new");
        let version = hidden(&organiser.get(&new).await, "version").remove(0);
        organiser.post(&desk, &[("step", "version")]).await.leads_to();
        organiser.post(&desk, &[("out", "question-3")]).await.leads_to();
        organiser.post(&desk, &[("step", "ask")]).await.leads_to();
        let sheet = [
            ("channel", "paper"),
            ("q.question-3", "More weekends"),
            ("version", version.1.as_str()),
        ];
        organiser.post(&new, &sheet).await.leads_to();
        let typed = "SELECT count(*) FROM responses WHERE version = 1 AND channel = 'paper'
             AND answers LIKE '%More weekends%'";
        assert_eq!(number(&world, typed).await, 1);
        assert!(organiser.get(&new).await.says("The sheet says version 1"));
        assert!(organiser.get(&format!("{new}?version=1")).await.says("What else?"));
        assert_eq!(organiser.get(&format!("{new}?version=7")).await.status, StatusCode::NOT_FOUND);
        assert!(
            world
                .visitor()
                .get(&format!("/consultations/{id}/paper"))
                .await
                .says("version 2, sheet number")
        );
    });
}

#[test]
fn whoever_compares_a_sheet_reads_nothing_of_it_that_was_redacted_or_passed_on() {
    on_both(async |world| {
        let organiser = world.organiser().await;
        let other = world.signed_in("organiser2@example.org", &[Role::Organiser]).await;
        let lead = world.signed_in("lead@example.org", &[Role::Safeguarding]).await;
        let id = open(&world, &organiser, "anyone").await;
        let desk = format!("/forum/consultations/{id}");
        let sheet =
            [("channel", "paper"), ("q.question-1", "no"), ("q.question-3", "He hits my child.")];
        organiser.post(&format!("{desk}/typed/new"), &sheet).await.leads_to();
        world.forward(61 * DAY);
        let typed = format!("{desk}/typed/1");
        assert!(other.get(&typed).await.says("He hits my child."));
        let hers: String = sqlx::query_scalar("SELECT id FROM responses")
            .fetch_one(&mut *world.db().read().await.unwrap())
            .await
            .unwrap();
        let answers = format!("{desk}/answers/question-3");
        let response = ("response", hers.as_str());
        let redact =
            [("step", "redact"), response, ("words", "[told us]"), ("reason", "It is private")];
        let danger = [("step", "danger"), response];
        for (step, instead) in
            [(&redact[..], "[told us]"), (&danger[..], "Passed on to the safeguarding lead")]
        {
            organiser.post(&answers, step).await.leads_to();
            let page = other.get(&typed).await;
            assert!(page.says(instead) && page.says("What else?"), "{}", page.html);
            assert!(page.says("You don't need to check this answer."), "{}", page.html);
            let refused = other.post(&typed, &[("q.question-1", "maybe")]).await;
            assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
            for page in [page, refused] {
                assert!(!page.says("He hits my child."), "{}", page.html);
            }
        }
        // Whatever is sent for it, it stays for the safeguarding lead.
        let compared = [("q.question-1", "no"), ("q.question-3", "Nothing.")];
        other.post(&typed, &compared).await.leads_to();
        assert!(kept(&world).await.contains("He hits my child."), "{}", kept(&world).await);
        let right = "SELECT count(*) FROM typed_responses WHERE was_put_right = 0
             AND checked_by IS NOT NULL";
        assert_eq!(number(&world, right).await, 1, "the rest is as on the sheet");
        let concern: String = sqlx::query_scalar("SELECT id FROM answer_concerns")
            .fetch_one(&mut *world.db().read().await.unwrap())
            .await
            .unwrap();
        let concern = lead.get(&format!("/forum/safeguarding/answers/{concern}")).await;
        assert!(concern.says("He hits my child."), "{}", concern.html);
    });
}

#[test]
fn words_that_were_redacted_in_the_same_moment_are_not_chosen_to_be_published() {
    on_both(async |world| {
        let organiser = world.organiser().await;
        let id = open(&world, &organiser, "anyone").await;
        let phone = world.visitor();
        let response = begin(&phone, &id).await;
        answer(&phone, &response, "question-3", "Sam waits").await.leads_to();
        phone.post(&response, &[("step", "send"), ("quote", "yes")]).await.leads_to();
        // Whoever chooses has read the words before they were redacted.
        let (read, consultation_id) = (results::store::changed, id.as_str().into());
        let seen = number(&world, "SELECT changes FROM consultations").await;
        let mut tx = world.db().begin().await.unwrap();
        let first = read(&mut tx, &consultation_id, seen).await.unwrap();
        let second = read(&mut tx, &consultation_id, seen).await.unwrap();
        tx.commit().await.unwrap();
        assert!(first && !second, "of two who read the same, one must look again");
        assert!(reading::quotation("Sam waits", "[a name] waits", true, &[]).is_err());
    });
}

#[test]
fn how_many_were_asked_tells_of_no_few_who_did_not_answer() {
    on_both(async |world| {
        let organiser = world.organiser().await;
        let other = world.signed_in("organiser2@example.org", &[Role::Organiser]).await;
        let id = open(&world, &organiser, "anyone").await;
        for _ in 0..14 {
            let phone = world.visitor();
            let response = begin(&phone, &id).await;
            answer(&phone, &response, "question-1", "no").await.leads_to();
            answer(&phone, &response, "question-3", "Weekends").await.leads_to();
            phone.post(&response, &[("step", "send")]).await.leads_to();
        }
        world.forward(61 * DAY);
        let release = format!("/forum/consultations/{id}/release");
        let fewer = organiser.post(&release, &[("step", "count"), ("asked", "7")]).await;
        assert!(
            fewer.status == StatusCode::UNPROCESSABLE_ENTITY
                && fewer.says("Enter how many families were asked")
        );
        organiser.post(&release, &[("step", "count"), ("asked", "17")]).await.leads_to();
        assert!(
            !other.get(&release).await.says("people answered, out of about"),
            "three who did not answer could be worked out"
        );
        organiser.post(&release, &[("step", "discard")]).await.leads_to();
        organiser.post(&release, &[("step", "count"), ("asked", "58")]).await.leads_to();
        assert!(
            other.get(&release).await.says("14 people answered, out of about 60 who were asked.")
        );
        publish(&other, &release).await.leads_to();
    });
}

#[test]
fn a_look_at_an_answer_is_kept_also_when_a_note_is_refused() {
    on_both(async |world| {
        let organiser = world.organiser().await;
        let id = open(&world, &organiser, "anyone").await;
        let phone = world.visitor();
        let response = begin(&phone, &id).await;
        answer(&phone, &response, "question-1", "no").await.leads_to();
        answer(&phone, &response, "question-3", "He hits my child.").await.leads_to();
        phone.post(&response, &[("step", "send")]).await.leads_to();
        world.forward(61 * DAY);
        let organiser = world.signed_in("organiser3@example.org", &[Role::Organiser]).await;
        let hers: String = sqlx::query_scalar("SELECT id FROM responses")
            .fetch_one(&mut *world.db().read().await.unwrap())
            .await
            .unwrap();
        let answers = format!("/forum/consultations/{id}/answers/question-3");
        organiser.post(&answers, &[("step", "danger"), ("response", &hers)]).await.leads_to();
        let lead = world.signed_in("lead@example.org", &[Role::Safeguarding]).await;
        let concern: String = sqlx::query_scalar("SELECT id FROM answer_concerns")
            .fetch_one(&mut *world.db().read().await.unwrap())
            .await
            .unwrap();
        let refused =
            lead.post(&format!("/forum/safeguarding/answers/{concern}"), &[("note", " ")]).await;
        assert!(
            refused.status == StatusCode::UNPROCESSABLE_ENTITY && refused.says("He hits my child.")
        );
        assert_eq!(number(&world, "SELECT count(*) FROM answer_concern_looks").await, 1);
    });
}

#[test]
fn what_was_passed_on_stays_for_the_safeguarding_lead_though_its_author_deletes_it() {
    on_both(async |world| {
        let organiser = world.organiser().await;
        let id = open(&world, &organiser, "anyone").await;
        let phone = world.visitor();
        let response = begin(&phone, &id).await;
        answer(&phone, &response, "question-1", "no").await.leads_to();
        answer(&phone, &response, "question-3", "He hits my child.").await.leads_to();
        phone.post(&response, &[("step", "send")]).await.leads_to();
        world.forward(61 * DAY);
        consultations::tidy_due(world.db(), world.now()).await.unwrap();
        let organiser = world.signed_in("organiser3@example.org", &[Role::Organiser]).await;
        let hers: String = sqlx::query_scalar("SELECT id FROM responses")
            .fetch_one(&mut *world.db().read().await.unwrap())
            .await
            .unwrap();
        let answers = format!("/forum/consultations/{id}/answers/question-3");
        organiser.post(&answers, &[("step", "danger"), ("response", &hers)]).await.leads_to();
        // No page offers that after the close, when answers are read. It holds at the write too.
        let code = response.rsplit('/').next().unwrap();
        let mut tx = world.db().begin().await.unwrap();
        let consultation_id = id.as_str().into();
        let gone = responses::withdraw(&mut tx, &consultation_id, code, false, None).await.unwrap();
        tx.commit().await.unwrap();
        assert!(gone && kept(&world).await.contains("He hits my child."), "{}", kept(&world).await);
        let withdrawn = "SELECT count(*) FROM responses WHERE state = 'withdrawn'";
        assert_eq!(number(&world, withdrawn).await, 1, "it counts no longer");
        world.forward(29 * DAY);
        consultations::tidy_due(world.db(), world.now()).await.unwrap();
        let erased = "SELECT count(*) FROM consultations WHERE erased_at IS NOT NULL";
        assert_eq!(number(&world, erased).await, 1, "nothing stood in the way");
        let lead = world.signed_in("lead@example.org", &[Role::Safeguarding]).await;
        let concern: String = sqlx::query_scalar("SELECT id FROM answer_concerns")
            .fetch_one(&mut *world.db().read().await.unwrap())
            .await
            .unwrap();
        let concern = lead.get(&format!("/forum/safeguarding/answers/{concern}")).await;
        assert!(concern.says("He hits my child."), "{}", concern.html);
    });
}

#[test]
fn whoever_sent_is_told_when_her_answers_no_longer_count_and_changes_what_she_agreed_to() {
    on_both(async |world| {
        let organiser = world.organiser().await;
        let id = open(&world, &organiser, "signed in").await;
        let parent = world.parent(1).await;
        let response = begin(&parent, &id).await;
        answer(&parent, &response, "question-1", "no").await.leads_to();
        answer(&parent, &response, "question-3", "Weekends").await.leads_to();
        assert!(parent.get(&response).await.says("Email me about what happens next"));
        parent
            .post(&response, &[("step", "send"), ("quote", "yes"), ("outcome", "yes")])
            .await
            .leads_to();
        assert_eq!(
            number(&world, "SELECT count(*) FROM took_part WHERE wants_outcome = 1").await,
            1
        );
        parent.post(&response, &[("step", "agree")]).await.leads_to();
        assert_eq!(number(&world, "SELECT count(*) FROM responses WHERE may_quote = 1").await, 0);
        let question = format!("{response}/questions/question-3");
        change(&world, "UPDATE responses SET state = 'reopened'").await;
        assert!(
            parent.get(&question).await.says("count at the moment: after your change")
                && parent.get(&response).await.says("count at the moment")
        );
    });
}

#[test]
fn a_place_that_is_no_more_stays_the_answer_it_was() {
    on_both(async |world| {
        let organiser = world.organiser().await;
        let id = open(&world, &organiser, "anyone").await;
        let desk = format!("/forum/consultations/{id}");
        organiser
            .post(&format!("{desk}/questions/new"), &[("text", "Where?"), ("kind", "place")])
            .await
            .leads_to();
        let phone = world.visitor();
        let response = begin(&phone, &id).await;
        answer(&phone, &response, "question-4", &world.north).await.leads_to();
        change(&world, "UPDATE places SET retired_at = 1 WHERE name LIKE 'North%'").await;
        let all = phone.get(&format!("{response}/all")).await;
        assert!(all.says("North Sefton") && phone.get(&response).await.says("North Sefton"));
        assert!(
            !world.visitor().get(&format!("/consultations/{id}/paper")).await.says("North Sefton")
        );
    });
}
