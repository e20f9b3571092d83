//! An answer: how it is read from a form and how it reads, and which questions somebody who gave
//! these answers is asked. What is different for each kind of question is in [`super::kinds`].

use std::collections::BTreeMap;

use calendar::clock;
use forms::{Named, Sent};
use serde::{Deserialize, Serialize};

use super::{Choice, Question, Questionnaire};

/// What a form sends for "prefer not to say". No option can have this key, since a key has no
/// space.
pub const DECLINED: &str = "prefer not to say";

/// One answer. This is kept as JSON: `{"chosen":["yes"]}`, `{"number":3}`, `"declined"`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Answer {
    /// Keys of options, in the order of the question; of a place its id.
    Chosen(Vec<String>),
    /// Keys of options, what matters most first. Some may be left out.
    Ranked(Vec<String>),
    Number(i64),
    Text(String),
    /// A day, as `2026-12-04`.
    Day(String),
    /// They prefer not to say.
    Declined,
}

/// Somebody's answers, by the keys of the questions.
pub type Answers = BTreeMap<String, Answer>;

/// The questions, pages and pictures that somebody with these answers comes to, in order. An answer
/// to a question that they are not asked any more does not count.
#[must_use]
pub fn asked<'q>(questionnaire: &'q Questionnaire, answers: &Answers) -> Vec<&'q Question> {
    let mut asked: Vec<&Question> = Vec::new();
    for question in questionnaire.questions() {
        let holds = question.only_if.iter().all(|condition| {
            let is_asked = asked.iter().any(|before| before.key == condition.question);
            let answer = answers.get(&condition.question).filter(|_| is_asked);
            let Some(Answer::Chosen(chosen)) = answer else { return false };
            chosen.iter().any(|key| condition.any_of.contains(key))
        });
        if holds {
            asked.push(question);
        }
    }
    asked
}

/// Their answers to what they are asked: the part of a response that counts.
#[must_use]
pub fn counted(questionnaire: &Questionnaire, answers: &Answers) -> Answers {
    let asked = asked(questionnaire, answers).into_iter();
    asked
        .filter_map(|question| answers.get_key_value(&question.key))
        .map(|(key, answer)| (key.clone(), answer.clone()))
        .collect()
}

/// The first question they are asked that must be answered and is not.
#[must_use]
pub fn missing<'q>(questionnaire: &'q Questionnaire, answers: &Answers) -> Option<&'q Question> {
    asked(questionnaire, answers)
        .into_iter()
        .find(|question| question.is_required && !answers.contains_key(&question.key))
}

/// The name of a question's field in a form; of an option that is ranked, that of the question and
/// its own.
#[must_use]
pub fn field(question: &Question) -> String {
    format!("q.{}", question.key)
}

/// The id of its first element on a page.
#[must_use]
pub fn element(question: &Question) -> String {
    format!("q-{}", question.key)
}

/// The field that holds at which place an option is ranked, from 1.
#[must_use]
pub fn rank_field(question: &Question, option: &Choice) -> String {
    format!("q.{}.{}", question.key, option.key)
}

/// Whether nothing at all was sent as the answer to a question.
#[must_use]
pub fn is_blank(question: &Question, sent: &Sent) -> bool {
    let (name, parts) = (field(question), format!("{}.", field(question)));
    let of_it = |sent: &&(String, String)| sent.0 == name || sent.0.starts_with(&parts);
    sent.fields().filter(of_it).all(|(_, typed)| typed.trim().is_empty())
}

/// Reads the answer to a question; `None` when nothing was answered and nothing had to be.
///
/// # Errors
/// What to do.
pub fn read(question: &Question, sent: &Sent, places: &[Named]) -> Result<Option<Answer>, String> {
    if question.may_decline && sent.all(&field(question)).iter().any(|sent| sent == DECLINED) {
        return Ok(Some(Answer::Declined));
    }
    let answer = question.kind.read(question, sent, places)?;
    if answer.is_none() && question.is_required {
        return Err(question.kind.what_is_needed().to_owned());
    }
    Ok(answer)
}

/// An answer in words, to be checked before it is sent, and as organisers read it.
#[must_use]
pub fn in_words(question: &Question, answer: Option<&Answer>, places: &[Named]) -> String {
    let choices = question.kind.choices(places);
    let name = |key: &String| {
        let choice = choices.iter().find(|choice| choice.key == *key);
        choice.map(|choice| choice.text.clone()).unwrap_or_default()
    };
    match answer {
        None => "Not answered".to_owned(),
        Some(Answer::Declined) => "Prefer not to say".to_owned(),
        Some(Answer::Chosen(keys)) => keys.iter().map(name).collect::<Vec<_>>().join(", "),
        Some(Answer::Ranked(keys)) => keys
            .iter()
            .enumerate()
            .map(|(nth, key)| format!("{}. {}", nth + 1, name(key)))
            .collect::<Vec<_>>()
            .join(", "),
        Some(Answer::Number(number)) => match question.kind.unit() {
            Some(unit) => format!("{number} {unit}"),
            None => number.to_string(),
        },
        Some(Answer::Text(text)) => text.clone(),
        Some(Answer::Day(day)) => clock::day_of(day).unwrap_or_else(|| day.clone()),
    }
}

/// The places that these answers name.
#[must_use]
pub fn places(questionnaire: &Questionnaire, given: &Answers) -> Vec<String> {
    let asked = questionnaire.questions().filter(|question| question.kind.is_place());
    let chosen = |question: &Question| match given.get(&question.key) {
        Some(Answer::Chosen(places)) => places.clone(),
        _ => Vec::new(),
    };
    asked.flat_map(chosen).collect()
}

/// What a form with all questions sent: answers that can be saved, `None` where nothing was
/// answered, and what needs correcting, both by the keys of the questions.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ReadAll {
    /// The answers, in the order of the questions.
    pub answered: Vec<(String, Option<Answer>)>,
    /// What to do.
    pub problems: BTreeMap<String, String>,
}

/// Reads the answers to all questions of a form. Whether one is asked depends on the answers before
/// it in the same form.
#[must_use]
pub fn read_all(
    questionnaire: &Questionnaire,
    mut given: Answers,
    sent: &Sent,
    places: &[Named],
) -> ReadAll {
    let mut all = ReadAll::default();
    for question in questionnaire.questions().filter(|question| question.kind.has_answer()) {
        if !asked(questionnaire, &given).iter().any(|asked| asked.key == question.key) {
            continue;
        }
        match read(question, sent, places) {
            Ok(answer) => {
                match &answer {
                    Some(answer) => given.insert(question.key.clone(), answer.clone()),
                    None => given.remove(&question.key),
                };
                all.answered.push((question.key.clone(), answer));
            }
            Err(what_to_do) => _ = all.problems.insert(question.key.clone(), what_to_do),
        }
    }
    all
}

#[cfg(test)]
mod tests {
    use super::super::QuestionKind;
    use super::super::check::tests::{asked as question, choices, of};
    use super::super::kinds::tests::chosen;
    use super::*;

    fn answered(answers: &[(&str, Answer)]) -> Answers {
        answers.iter().map(|(key, answer)| ((*key).into(), answer.clone())).collect()
    }

    #[test]
    fn a_question_is_asked_when_all_that_leads_to_it_was_answered_so_and_is_asked_itself() {
        let waits = question("waits", QuestionKind::YesNo {}, &[]);
        let how_long = question(
            "how-long",
            QuestionKind::OneOf { options: choices(&["weeks", "months"]) },
            &[("waits", &["yes"])],
        );
        let why = Question {
            is_required: true,
            ..question("why", QuestionKind::LongText {}, &[("how-long", &["months"])])
        };
        let all = of(vec![waits, how_long, why]);
        let keys = |answers: &Answers| {
            asked(&all, answers)
                .into_iter()
                .map(|question| question.key.clone())
                .collect::<Vec<_>>()
        };
        assert_eq!(keys(&Answers::new()), ["waits"]);
        let mut answers =
            answered(&[("waits", chosen(&["yes"])), ("how-long", chosen(&["months"]))]);
        assert_eq!(keys(&answers), ["waits", "how-long", "why"]);
        assert_eq!(missing(&all, &answers).map(|question| question.key.as_str()), Some("why"));
        answers.insert("waits".into(), chosen(&["no"]));
        assert_eq!(
            keys(&answers),
            ["waits"],
            "they changed their mind, and are not asked how long"
        );
        assert_eq!(
            counted(&all, &answers),
            answered(&[("waits", chosen(&["no"]))]),
            "nor does what they had said count"
        );
        assert_eq!(missing(&all, &answers), None);
        answers.insert("waits".into(), Answer::Declined);
        assert_eq!(keys(&answers), ["waits"]);
    }

    #[test]
    fn an_answer_that_is_needed_can_be_declined_where_it_asks_about_a_person() {
        let needed = |may_decline| Question {
            is_required: true,
            may_decline,
            ..question("a", QuestionKind::ShortText {}, &[])
        };
        assert_eq!(read(&needed(true), &Sent::default(), &[]), Err("Write your answer".into()));
        assert_eq!(
            read(&needed(true), &Sent::of(&[("q.a", DECLINED)]), &[]),
            Ok(Some(Answer::Declined))
        );
        assert_eq!(
            read(&needed(false), &Sent::of(&[("q.a", DECLINED)]), &[]),
            Ok(Some(Answer::Text(DECLINED.into())))
        );
    }

    #[test]
    #[expect(clippy::disallowed_methods, reason = "there is no database here")]
    fn an_answer_is_kept_as_it_was() {
        let all = [
            chosen(&["x"]),
            Answer::Ranked(vec!["y".into()]),
            Answer::Number(-3),
            Answer::Text("“Ω”\n".into()),
            Answer::Day("2026-12-04".into()),
            Answer::Declined,
        ];
        for answer in all {
            let kept = serde_json::to_string(&answer).expect("JSON");
            assert_eq!(serde_json::from_str::<Answer>(&kept).expect("an answer"), answer, "{kept}");
        }
    }
}
