//! The demonstration's consultation: what families live through after a diagnosis of autism, open now, with some answers.

use app::clock::{DAY, Millis};
use app::consultations::questionnaire::answers::Answer;
use app::consultations::questionnaire::{Condition, Questionnaire, Section, library::library};
use app::consultations::rules::{Terms, Who};
use app::consultations::{responses, store};
use app::db::Kind;
use app::id;
use sqlx::AnyConnection;

/// Writes and opens it; some answers are in.
pub async fn fill(tx: &mut AnyConnection, kind: Kind, organiser: &str, now: Millis) -> Result<(), sqlx::Error> {
    let text = |text: &str| text.to_owned();
    let terms = Terms {
        form_key: id::fresh(),
        title: text("After a diagnosis of autism: what helps?"),
        about: text(
            "There is no page that says what comes after a diagnosis. Before anyone writes one, we want to hear what families live through, and what would have helped.",
        ),
        can_change: text("What families are told, by whom and when. What is offered in the first year."),
        cannot_change: text("How a diagnosis is made: doctors go by national guidance."),
        who_for: text("Parents and carers of children and young people with autism, from 0 to 25"),
        how_used: text(
            "The forum reads every answer and writes down what it heard, before the first planning session. Leaders get the results when everyone does.",
        ),
        who_sees: text(
            "Organisers of the forum read the answers. Everyone sees numbers of ten people or more, and words that were said to be fit to quote.",
        ),
        access: Who::Anyone,
        plan_id: None,
        draft_id: None,
        opens_at: now - 20 * DAY,
        closes_at: now + 30 * DAY,
    };
    let (consultation, _) = store::write(tx, &terms, organiser, now - 21 * DAY).await?;
    store::keep_questions(tx, &consultation, 1, &questions()).await?;
    store::open(tx, &consultation, organiser, now - 20 * DAY).await?;
    for nth in 0..24 {
        let code = id::code();
        responses::begin(tx, &consultation, 1, &code).await?;
        let waits = if nth % 3 == 0 { "no" } else { "yes" };
        let mut answered = vec![(text("waiting"), Some(Answer::Chosen(vec![text(waits)])))];
        if waits == "yes" {
            answered.push((text("weeks"), Some(Answer::Number(8 + nth * 2))));
        }
        responses::keep(tx, kind, &code, answered).await?;
        responses::send(tx, &consultation, &code, None).await?;
    }
    Ok(())
}

/// Well-put questions of the library, one asked only of those who wait.
fn questions() -> Questionnaire {
    let library = library();
    let take = |title: &str, keys: &[&str]| {
        let questions = keys.iter().filter_map(|key| library.question(key).cloned());
        Section { title: title.to_owned(), questions: questions.collect() }
    };
    let mut waiting = take("Waiting", &["waiting", "weeks", "told-how-long"]);
    for question in waiting.questions.iter_mut().skip(1) {
        question.only_if = vec![Condition { question: "waiting".into(), any_of: vec!["yes".into()] }];
    }
    let sections = vec![waiting, take("How good it is", &["satisfied", "better"]), take("About you", &["place"])];
    Questionnaire { sections }
}
