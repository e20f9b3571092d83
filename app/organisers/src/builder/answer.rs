//! What the server answers the program that changes a list of questions.

use consultations::list::{self, Changed};
use consultations::store::Consultation;
use forms::Sent;
use ground::error::Error;
use ground::house::House;
use ground::ids::{self, Id};
use leptos::prelude::*;
use questionnaires::{Question, check, edit, kinds, piping, steps};

use super::QuestionBuilder;
use super::list::{Answer, Kind, Lead, Listed, Row, Step};

/// The list on the page of a consultation: as forms, which the program takes over.
pub fn view(consultation: &Consultation) -> AnyView {
    let listed = listed(consultation);
    // A picture is sent as a file, by the form of its question.
    let kinds = kinds::offered().map(|(word, title)| Kind {
        word: word.to_owned(),
        title: title.to_owned(),
        asks: kinds::asks(word).iter().map(|field| (*field).to_owned()).collect(),
    });
    let kinds = kinds.collect::<Vec<_>>();
    view! { <QuestionBuilder listed kinds /> }.into_any()
}

/// The list as the program holds it.
fn listed(consultation: &Consultation) -> Listed {
    let faults = check::check(&consultation.questionnaire);
    let dead_ends = check::dead_ends(&consultation.questionnaire);
    // In the list an earlier answer is named by its question; the form has it as it was written.
    let explained = piping::explained(&consultation.questionnaire);
    let rows = edit::flat(&consultation.questionnaire).into_iter().map(|headed| {
        let own = faults.iter().filter(|fault| fault.question == headed.1.key);
        let own = own.map(|fault| fault.what_to_do.clone()).collect();
        let fields = edit::fields(&headed).fields().cloned().collect();
        let (heading, question) = headed;
        Row {
            heading: heading.unwrap_or_default(),
            how: how(&question),
            fields,
            options: options(&question),
            leads: leads(&question),
            is_dead_end: dead_ends.contains(&question.key),
            faults: own,
            text: explained
                .question(&question.key)
                .map_or(question.text, |as_read| as_read.text.clone()),
            key: question.key,
        }
    });
    Listed {
        consultation: consultation.id.to_string(),
        version: consultation.version,
        edits: consultation.edits,
        rows: rows.collect(),
    }
}

/// How a question is answered and by whom.
fn how(question: &Question) -> String {
    let kind = question.kind.title();
    let needed = if question.is_required { ". People must answer it" } else { "" };
    let branch = if question.only_if.is_empty() { "" } else { ". Only some people are asked" };
    format!("{kind}{needed}{branch}")
}

fn options(question: &Question) -> Vec<(String, String)> {
    if !question.kind.can_branch() {
        return Vec::new();
    }
    question.kind.options().into_iter().map(|option| (option.key, option.text)).collect()
}

fn leads(question: &Question) -> Vec<Lead> {
    let lead = |condition: &questionnaires::Condition| Lead {
        question: condition.question.clone(),
        any_of: condition.any_of.clone(),
    };
    question.only_if.iter().map(lead).collect()
}

/// Takes a step on a list that was changed so many times.
pub async fn step(
    house: &House,
    consultation: &str,
    on: (i64, i64),
    step: Step,
) -> Result<Answer, ServerFnError> {
    taken(house, &consultation.into(), on, step).await.map_err(fault)
}

async fn taken(
    house: &House,
    id: &Id<ids::Consultation>,
    (version, edits): (i64, i64),
    step: Step,
) -> Result<Answer, Error> {
    let step = match read(step) {
        Ok(step) => step,
        Err(refusals) => return Ok(Answer::Refused(refusals)),
    };
    let before = consultations::being_written(house, id).await?;
    // A new version that was begun meanwhile is a list of its own.
    let changed = if before.version == version {
        list::take(house, &before, edits, step).await?
    } else {
        Changed::Meanwhile
    };
    let now = listed(&consultations::being_written(house, id).await?);
    Ok(match changed {
        Changed::Kept { before } => {
            let before =
                steps::whole(&before).map_err(|error| sqlx::Error::Encode(error.into()))?;
            Answer::Kept { listed: now, before }
        }
        Changed::Refused(refusals) => {
            let own = |(field, what_to_do): (&str, &str)| (field.to_owned(), what_to_do.to_owned());
            Answer::Refused(refusals.iter().map(own).collect())
        }
        Changed::Meanwhile => Answer::Changed(now),
        Changed::Frozen => Answer::Frozen(now),
    })
}

/// A step as the room takes it, or what is wrong with it.
fn read(step: Step) -> Result<list::Step, Vec<(String, String)>> {
    Ok(match step {
        Step::Move { key, to } => list::Step::Move { key, to },
        Step::Remove { key } => list::Step::Remove { key },
        Step::Save { key, after, sent } => list::Step::Save {
            key: (!key.is_empty()).then_some(key),
            after,
            sent: Sent::read(sent.as_bytes()),
        },
        Step::PutBack { list } => match steps::put_back(&list) {
            Ok(questions) => list::Step::PutBack(questions),
            Err(faults) => {
                let words = faults.into_iter().map(|fault| fault.what_to_do).next();
                let words = words.unwrap_or_default();
                return Err(vec![("list".to_owned(), format!("That can't be put back. {words}"))]);
            }
        },
    })
}

/// The questions as parents see them who gave these answers.
pub async fn preview(
    house: &House,
    consultation: &str,
    sent: &str,
) -> Result<String, ServerFnError> {
    tried(house, &consultation.into(), sent).await.map_err(fault)
}

async fn tried(house: &House, id: &Id<ids::Consultation>, sent: &str) -> Result<String, Error> {
    let consultation = consultations::being_written(house, id).await?;
    let (_, places) = area::store::both(&house.db).await?;
    Ok(list::tried(&consultation.questionnaire, &Sent::read(sent.as_bytes()), &places))
}

fn fault(error: Error) -> ServerFnError {
    match error {
        Error::NotFound => ServerFnError::Args("there is no such consultation".to_owned()),
        error => {
            tracing::error!(%error, "the organisers' program could not be answered");
            ServerFnError::ServerError("the database failed".to_owned())
        }
    }
}
