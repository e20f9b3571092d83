//! A whole consultation copied, to be asked again.

use axum::http::StatusCode;

use crate::consultations::{answer, begin, open};
use crate::world::{number, on_both};

#[test]
fn an_organiser_copies_a_consultation_with_its_questions_and_without_anyones_answers() {
    on_both(async |world| {
        let organiser = world.organiser().await;
        let id = open(&world, &organiser, "anyone").await;
        let response = begin(&world.visitor(), &id).await;
        answer(&world.visitor(), &response, "question-3", "Weekends").await.leads_to();
        let desk = format!("/forum/consultations/{id}");
        let slip = [("text", "And what else?"), ("note", "A word was missing.")];
        organiser.post(&format!("{desk}/wording/question-3"), &slip).await.leads_to();

        let key = organiser.get(&desk).await.sends("form_key");
        let fields = [("form_key", key.as_str()), ("step", "copy")];
        let copy = organiser.post(&desk, &fields).await.leads_to();
        assert_eq!(organiser.post(&desk, &fields).await.leads_to(), copy, "two taps are one copy");
        let page = organiser.get(&copy).await;
        assert!(
            page.says("This is the copy")
                && page.says("Copy of Short breaks")
                && page.says("Not open yet")
                && page.says("How long?")
                && page.says("And what else?")
        );
        let path = copy.split('?').next().unwrap();
        let words = organiser.get(&format!("{path}/words")).await;
        assert!(words.says("How short breaks are offered."));
        let question = organiser.get(&format!("{path}/questions/question-3")).await;
        assert!(question.says("And what else?") && !question.says("A word was missing."));
        let public = path.replace("/forum", "");
        assert_eq!(world.visitor().get(&public).await.status, StatusCode::NOT_FOUND);
        let answers = "SELECT count(*) FROM responses WHERE answers <> '{}'";
        assert_eq!(number(&world, answers).await, 1, "the answers stay where they were given");
        let noted = "SELECT count(*) FROM audit WHERE what = 'consultation copied'";
        assert_eq!(number(&world, noted).await, 1);

        organiser.post(path, &[("step", "open")]).await.leads_to();
        assert!(world.visitor().get(&public).await.says("Copy of Short breaks"));
    });
}
