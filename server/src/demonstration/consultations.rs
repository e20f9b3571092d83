//! The demonstration's consultations: what families live through after a diagnosis of autism, open now, with some answers; and
//! one about waiting for occupational therapy that has closed, with its results.

use app::area::store::Named;
use app::clock::{DAY, Millis};
use app::consultations::questionnaire::answers::Answer;
use app::consultations::questionnaire::{Condition, Question, Questionnaire, Section, library::library};
use app::consultations::reading::Heard;
use app::consultations::responses::Channel;
use app::consultations::rules::{Terms, Who};
use app::consultations::{responses, results, store};
use app::db::Kind;
use app::disclosure::tables::Rule;
use app::id;
use sqlx::AnyConnection;

/// Who asks, and where.
pub struct Ground<'a> {
    /// Who writes them, and counts.
    pub organiser: &'a str,
    /// Who checks the results.
    pub colleague: &'a str,
    /// The places: North Sefton, then South Sefton.
    pub places: &'a [Named],
    pub now: Millis,
    pub kind: Kind,
}

/// Writes and opens them; one has closed and is counted.
pub async fn fill(tx: &mut AnyConnection, ground: &Ground<'_>) -> Result<(), sqlx::Error> {
    let (kind, now) = (ground.kind, ground.now);
    let consultation = open(tx, ground, &after_a_diagnosis(now), &after_a_diagnosis_questions()).await?;
    for nth in 0..24 {
        let code = id::code();
        responses::begin(tx, &consultation, 1, &code).await?;
        let waits = if nth % 3 == 0 { "no" } else { "yes" };
        let mut answered = vec![("waiting".to_owned(), Some(Answer::Chosen(vec![waits.to_owned()])))];
        if waits == "yes" {
            answered.push(("weeks".to_owned(), Some(Answer::Number(8 + nth * 2))));
        }
        responses::keep(tx, kind, &code, answered).await?;
        responses::send(tx, &consultation, &code, None, nth % 2 == 0).await?;
    }
    closed(tx, ground).await
}

async fn open(tx: &mut AnyConnection, ground: &Ground<'_>, terms: &Terms, questions: &Questionnaire) -> Result<String, sqlx::Error> {
    let (consultation, _) = store::write(tx, terms, ground.organiser, terms.opens_at - DAY).await?;
    store::keep_questions(tx, &consultation, 1, questions).await?;
    store::open(tx, &consultation, ground.organiser, terms.opens_at).await?;
    Ok(consultation)
}

/// Two hundred and forty families answered. In the south all wait long; in the north only a few do, so few that it is not
/// shown how many.
async fn closed(tx: &mut AnyConnection, ground: &Ground<'_>) -> Result<(), sqlx::Error> {
    let terms = waiting(ground.now);
    let questions = waiting_questions();
    let consultation = open(tx, ground, &terms, &questions).await?;
    let mut all = Vec::new();
    for nth in 0..240_i64 {
        let (code, is_north) = (id::code(), nth < 90);
        let chosen = |key: &str| Some(Answer::Chosen(vec![key.to_owned()]));
        let waits = if is_north { nth < 6 } else { nth % 5 != 0 };
        let mut answered = vec![
            ("waiting".to_owned(), chosen(if waits { "yes" } else { "no" })),
            ("place".to_owned(), chosen(&ground.places[usize::from(!is_north)].id)),
        ];
        if nth % 7 != 0 {
            let scale = questions.question("satisfied").map(|question| question.kind.options()).unwrap_or_default();
            let step = usize::try_from(if is_north { nth % 3 } else { 2 + nth % 3 }).unwrap_or_default();
            answered.push(("satisfied".to_owned(), scale.get(step).and_then(|option| chosen(&option.key))));
        }
        responses::begin(tx, &consultation, 1, &code).await?;
        all.extend(responses::keep(tx, ground.kind, &code, answered).await?);
        responses::send(tx, &consultation, &code, None, nth % 2 == 0).await?;
    }
    let heard = all.into_iter().map(|answers| Heard {
        response_id: String::new(),
        version: 1,
        channel: Channel::Online,
        may_quote: false,
        answers,
    });
    let material = results::Material {
        versions: vec![(1, questions)],
        heard: heard.collect(),
        places: ground.places.iter().map(|place| (place.clone(), None)).collect(),
        asked: Some(900),
        ..results::Material::default()
    };
    let new = results::new(&material, "place", &[], String::new(), Rule::default()).map_err(|what| sqlx::Error::Protocol(what.into()))?;
    let made_of = results::store::MadeOf { changes: 0, published: 0 };
    results::store::count(tx, &consultation, &new, made_of, ground.organiser, terms.closes_at + DAY).await?;
    results::store::check(tx, &consultation, terms.closes_at + DAY, ground.colleague, terms.closes_at + 2 * DAY).await?;
    Ok(())
}

fn after_a_diagnosis(now: Millis) -> Terms {
    let text = |text: &str| text.to_owned();
    Terms {
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
        topic_id: None,
        plan_id: None,
        draft_id: None,
        opens_at: now - 20 * DAY,
        closes_at: now + 30 * DAY,
    }
}

fn waiting(now: Millis) -> Terms {
    Terms {
        form_key: id::fresh(),
        title: "How long do you wait for occupational therapy?".to_owned(),
        about: "Children in the south are said to wait up to 24 weeks, in the north nine. We ask whether that is what you live through."
            .to_owned(),
        can_change: "Who is seen first, and what is offered while you wait.".to_owned(),
        cannot_change: "How many therapists there are this year.".to_owned(),
        who_for: "Parents and carers in all of Sefton".to_owned(),
        opens_at: now - 100 * DAY,
        closes_at: now - 50 * DAY,
        ..after_a_diagnosis(now)
    }
}

fn waiting_questions() -> Questionnaire {
    Questionnaire { sections: vec![Section { title: String::new(), questions: of_library(&["waiting", "satisfied", "place"]) }] }
}

/// Questions of the library, asked of everyone.
fn of_library(keys: &[&str]) -> Vec<Question> {
    let library = library();
    let questions = keys.iter().filter_map(|key| library.question(key).cloned());
    questions.map(|question| Question { only_if: Vec::new(), ..question }).collect()
}

/// Well-put questions of the library, one asked only of those who wait.
fn after_a_diagnosis_questions() -> Questionnaire {
    let take = |title: &str, keys: &[&str]| Section { title: title.to_owned(), questions: of_library(keys) };
    let mut waiting = take("Waiting", &["waiting", "weeks", "told-how-long"]);
    for question in waiting.questions.iter_mut().skip(1) {
        question.only_if = vec![Condition { question: "waiting".into(), any_of: vec!["yes".into()] }];
    }
    let sections = vec![waiting, take("How good it is", &["satisfied", "better"]), take("About you", &["place"])];
    Questionnaire { sections }
}
