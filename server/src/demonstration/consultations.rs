//! The demonstration's consultations: one about life after an autism diagnosis, open now, with some
//! answers; and one about waiting for occupational therapy, closed, with its results.

use calendar::clock::{self, DAY};
use consultations::results::store::{MadeOf, check, count};
use consultations::rules::{Terms, WhoMayAnswer};
use consultations::under_way::{self, NO_PLACE, Told};
use consultations::{reading, responses, store};
use disclosure::tables::Rule;
use disclosure::under_way::Said;
use forms::Named;
use ground::ids::{self, Id};
use questionnaires::answers::Answer;
use questionnaires::library::library;
use questionnaires::results::{self, Heard, Material, Theme};
use questionnaires::{Condition, Question, Questionnaire, Section};
use sqlx::AnyConnection;

use super::plans;
use super::sefton::{PLACES, Sefton};

/// Writes and opens both; one has since closed and been counted.
pub async fn fill(tx: &mut AnyConnection, sefton: &Sefton) -> Result<(), sqlx::Error> {
    let plan_id = Some(plans::titled(tx, plans::AFTER_A_DIAGNOSIS).await?);
    let terms = Terms { plan_id, ..after_a_diagnosis(sefton) };
    let consultation = open(tx, sefton, &terms, &after_a_diagnosis_questions()).await?;
    for nth in 0..24 {
        let code = id::code();
        responses::begin(tx, &consultation, 1, &code).await?;
        let waits = if nth % 3 == 0 { "no" } else { "yes" };
        let mut answered =
            vec![("waiting".to_owned(), Some(Answer::Chosen(vec![waits.to_owned()])))];
        if waits == "yes" {
            answered.push(("weeks".to_owned(), Some(Answer::Number(8 + nth * 2))));
        }
        responses::keep(tx, &code, answered, None).await?;
        responses::send(
            tx,
            &consultation,
            &code,
            None,
            responses::Agreed { may_quote: nth % 2 == 0, wants_outcome: false },
        )
        .await?;
    }
    watched(tx, sefton, &consultation).await?;
    closed(tx, sefton).await
}

/// What organisers were told while these answers came in, and how many they hope for.
async fn watched(
    tx: &mut AnyConnection,
    sefton: &Sefton,
    consultation: &Id<ids::Consultation>,
) -> Result<(), sqlx::Error> {
    for (days_ago, all, counted) in [(15, 10, 12), (8, 20, 24)] {
        let (places, said) = (vec![NO_PLACE.to_owned()], Said { all, parts: vec![all] });
        let day = clock::fields(sefton.now - days_ago * DAY).0;
        let told = Told { places, said };
        under_way::store::keep(tx, consultation, &day, &told, counted).await?;
    }
    under_way::store::set_aim(tx, consultation, Some(60)).await?;
    Ok(())
}

async fn open(
    tx: &mut AnyConnection,
    sefton: &Sefton,
    terms: &Terms,
    questions: &Questionnaire,
) -> Result<Id<ids::Consultation>, sqlx::Error> {
    let organiser = sefton.organiser.as_str().into();
    let (consultation, _) = store::write(tx, terms, &organiser, terms.opens_at - DAY).await?;
    store::keep_questions(tx, &consultation, 1, questions).await?;
    store::open(tx, &consultation, &organiser, terms.opens_at).await?;
    Ok(consultation)
}

/// What some of them wrote, in words that anyone could have written, and whether they agreed to be
/// quoted.
const BETTER: [(&str, bool); 4] = [
    ("Tell us how long it will be, and ring us when it changes.", true),
    ("Exercises we can do at home while we're waiting.", true),
    ("One named person to ring. I've told our story to five people.", true),
    ("Someone who comes into school.", false),
];

/// Two hundred and forty people answered. In the south most are waiting; in the north so few are
/// that their number is not shown.
async fn closed(tx: &mut AnyConnection, sefton: &Sefton) -> Result<(), sqlx::Error> {
    let plan_id = Some(plans::titled(tx, plans::SHORTER_WAITS).await?);
    let terms = Terms { plan_id, ..waiting(sefton) };
    let questions = waiting_questions();
    let consultation = open(tx, sefton, &terms, &questions).await?;
    let (organiser, checker) = (sefton.organiser.as_str().into(), sefton.checker.as_str().into());
    for nth in 0..240_i64 {
        let (code, is_north) = (id::code(), nth < 90);
        let chosen = |key: &str| Some(Answer::Chosen(vec![key.to_owned()]));
        let waits = if is_north { nth < 6 } else { nth % 5 != 0 };
        let mut answered = vec![
            ("waiting".to_owned(), chosen(if waits { "yes" } else { "no" })),
            ("place".to_owned(), chosen(&sefton.places[usize::from(!is_north)].1)),
        ];
        if nth % 7 != 0 {
            let scale = questions
                .question("satisfied")
                .map(|question| question.kind.options())
                .unwrap_or_default();
            let step =
                usize::try_from(if is_north { nth % 3 } else { 2 + nth % 3 }).unwrap_or_default();
            answered.push((
                "satisfied".to_owned(),
                scale.get(step).and_then(|option| chosen(&option.key)),
            ));
        }
        let (better, may_quote) =
            BETTER[usize::try_from(nth / 3).unwrap_or_default() % BETTER.len()];
        if nth % 3 == 0 {
            answered.push(("better".to_owned(), Some(Answer::Text(better.to_owned()))));
        }
        responses::begin(tx, &consultation, 1, &code).await?;
        responses::keep(tx, &code, answered, None).await?;
        responses::send(
            tx,
            &consultation,
            &code,
            None,
            responses::Agreed { may_quote, wants_outcome: false },
        )
        .await?;
    }
    let heard = reading::store::heard(&mut *tx, &consultation).await?;
    let themes =
        [("Being told how long it will take", "how long"), ("One person to ring", "One named")];
    for (title, words) in themes {
        reading::store::add_theme(tx, &consultation, "better", title).await?;
        let theme: Id<ids::Theme> = sqlx::query_scalar("SELECT id FROM themes WHERE title = $1")
            .bind(title)
            .fetch_one(&mut *tx)
            .await?;
        for response in
            heard.iter().filter(|heard| better(heard).is_some_and(|said| said.contains(words)))
        {
            reading::store::set_themes(
                tx,
                &at(&consultation, response),
                std::slice::from_ref(&theme),
            )
            .await?;
        }
    }
    if let Some(response) = heard.iter().find(|heard| better(heard) == Some(BETTER[2].0)) {
        reading::store::quote(tx, &at(&consultation, response), BETTER[2].0, &organiser).await?;
    }
    let theme = |(title, words): (&str, &str)| Theme {
        id: title.to_owned(),
        question: "better".to_owned(),
        title: title.to_owned(),
        responses: heard
            .iter()
            .filter(|heard| better(heard).is_some_and(|said| said.contains(words)))
            .map(|heard| heard.response_id.clone())
            .collect(),
    };
    let material = Material {
        versions: vec![(1, questions)],
        themes: themes.into_iter().map(theme).collect(),
        quotations: vec![("better".to_owned(), BETTER[2].0.to_owned())],
        heard,
        places: sefton
            .places
            .iter()
            .zip(PLACES)
            .map(|((name, id), (_, lives))| {
                (Named { id: id.clone(), name: (*name).to_owned() }, Some(lives))
            })
            .collect(),
        asked: Some(900),
        ..Material::default()
    };
    let new = results::new(&material, "place", &[], String::new(), Rule::default())
        .map_err(|what| sqlx::Error::Protocol(what.into()))?;
    let made_of = MadeOf { consultation_id: consultation.clone(), changes: 0, published: 0 };
    count(tx, &new, &made_of, &organiser, terms.closes_at + DAY).await?;
    check(tx, &consultation, terms.closes_at + DAY, &checker, terms.closes_at + 2 * DAY).await?;
    Ok(())
}

/// What this answer says would be better.
fn better(heard: &Heard) -> Option<&str> {
    heard
        .answers
        .get("better")
        .and_then(|answer| if let Answer::Text(said) = answer { Some(said.as_str()) } else { None })
}

fn at(consultation: &Id<ids::Consultation>, heard: &Heard) -> reading::store::At {
    reading::store::At {
        consultation_id: consultation.clone(),
        response_id: heard.response_id.as_str().into(),
        question: "better".to_owned(),
    }
}

fn after_a_diagnosis(sefton: &Sefton) -> Terms {
    let (text, now) = (|text: &str| text.to_owned(), sefton.now);
    Terms {
        form_key: id::fresh(),
        title: text("After a diagnosis of autism: what helps?"),
        about: text(
            "There is no page that says what happens after a diagnosis. Before anyone writes one, \
             we want to hear what it has been like for your family, and what would have helped.",
        ),
        reasons: text(
            "Families tell us that they get a diagnosis and then a list of telephone numbers. A \
             page could be written, or one person could ring each family, or both.",
        ),
        can_change: text(
            "What families are told, who tells them and when. What help is offered in the first \
             year.",
        ),
        cannot_change: text("How a diagnosis is made: doctors follow national guidance."),
        who_for: text("Parents and carers of children and young people with autism, from 0 to 25"),
        how_used: text(
            "We will read every answer and write down what we heard before the first planning \
             session. Leaders will see the results when everyone else does.",
        ),
        who_sees: text(
            "Forum organisers read the answers. Everyone sees numbers of 10 people or more, and \
             quotes, where people said we could use them.",
        ),
        access: WhoMayAnswer::Anyone,
        topic_id: None,
        plan_id: None,
        draft_id: None,
        organisation_id: None,
        opens_at: now - 20 * DAY,
        closes_at: now + 30 * DAY,
    }
}

fn waiting(sefton: &Sefton) -> Terms {
    let now = sefton.now;
    Terms {
        form_key: id::fresh(),
        title: "How long do you wait for occupational therapy?".to_owned(),
        about: "We have heard that children in the south wait up to 24 weeks, and children in the \
            north about nine. Is that what it has been like for your family?"
            .to_owned(),
        reasons:
            "Two more therapists are proposed for the south. There could also be one list for \
            all of Sefton, or more help while families wait."
                .to_owned(),
        can_change: "Who is seen first, and what help you get while you wait.".to_owned(),
        cannot_change: "How therapists are trained: that is decided for all of England.".to_owned(),
        who_for: "Parents and carers anywhere in Sefton".to_owned(),
        opens_at: now - 100 * DAY,
        closes_at: now - 50 * DAY,
        ..after_a_diagnosis(sefton)
    }
}

fn waiting_questions() -> Questionnaire {
    Questionnaire {
        sections: vec![Section {
            title: String::new(),
            questions: of_library(
                "occupational therapy",
                &["waiting", "satisfied", "better", "place"],
            ),
        }],
    }
}

/// Questions from the library, asked of everyone, about this service by its name.
fn of_library(service: &str, keys: &[&str]) -> Vec<Question> {
    let library = library();
    let questions = keys.iter().filter_map(|key| library.question(key).cloned());
    let named = |question: Question| Question {
        only_if: Vec::new(),
        text: question.text.replace("this service", service),
        ..question
    };
    questions.map(named).collect()
}

/// Tried and tested questions from the library, two of them only for people who are waiting.
fn after_a_diagnosis_questions() -> Questionnaire {
    let take = |title: &str, keys: &[&str]| Section {
        title: title.to_owned(),
        questions: of_library("support after the diagnosis", keys),
    };
    let mut waiting = take("Waiting", &["waiting", "weeks", "told-how-long"]);
    for question in waiting.questions.iter_mut().skip(1) {
        question.only_if =
            vec![Condition { question: "waiting".into(), any_of: vec!["yes".into()] }];
    }
    let sections = vec![
        waiting,
        take("How good the service is", &["satisfied", "better"]),
        take("About you", &["place"]),
    ];
    Questionnaire { sections }
}
