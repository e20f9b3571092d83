//! An answer: how it is read from a form, and which questions somebody who gave these answers is
//! asked.

use std::collections::BTreeMap;

use calendar::clock;
use forms::{Named, Sent};
use serde::{Deserialize, Serialize};

use super::{Choice, Kind, Question, Questionnaire};

/// The longest answer in one line, in characters.
pub const LONGEST_SHORT: usize = 200;
/// The longest answer in several lines, in characters.
pub const LONGEST_LONG: usize = 5_000;
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
    /// A whole number.
    Number(i64),
    /// Text.
    Text(String),
    /// A day, as `2026-12-04`.
    Day(String),
    /// She prefers not to say.
    Declined,
}

/// Somebody's answers, by the keys of the questions.
pub type Answers = BTreeMap<String, Answer>;

/// The questions, pages and pictures that somebody with these answers comes to, in order. An answer
/// to a question that she is not asked any more does not count.
#[must_use]
pub fn asked<'q>(questionnaire: &'q Questionnaire, answers: &Answers) -> Vec<&'q Question> {
    let mut asked: Vec<&Question> = Vec::new();
    for question in questionnaire.questions() {
        let holds = question.only_if.iter().all(|condition| {
            let is_asked = asked.iter().any(|before| before.key == condition.question);
            let answer = answers.get(&condition.question).filter(|_| is_asked);
            matches!(answer, Some(Answer::Chosen(chosen)) if chosen.iter().any(|key| condition.any_of.contains(key)))
        });
        if holds {
            asked.push(question);
        }
    }
    asked
}

/// Her answers to what she is asked: the part of a response that counts.
#[must_use]
pub fn counted(questionnaire: &Questionnaire, answers: &Answers) -> Answers {
    let asked = asked(questionnaire, answers).into_iter();
    asked
        .filter_map(|question| answers.get_key_value(&question.key))
        .map(|(key, answer)| (key.clone(), answer.clone()))
        .collect()
}

/// The first question she is asked that must be answered and is not.
#[must_use]
pub fn missing<'q>(questionnaire: &'q Questionnaire, answers: &Answers) -> Option<&'q Question> {
    asked(questionnaire, answers)
        .into_iter()
        .find(|question| question.is_needed && !answers.contains_key(&question.key))
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
    let name = field(question);
    let (all, one) = (sent.all(&name), sent.line(&name));
    if question.may_decline && all.iter().any(|sent| sent == DECLINED) {
        return Ok(Some(Answer::Declined));
    }
    let answer = match &question.kind {
        Kind::OneOf { .. } | Kind::Scale { .. } | Kind::YesNo {} => {
            chosen(&all, &keys(&question.kind.options()), 1)?
        }
        Kind::SeveralOf { options, at_most } => {
            chosen(&all, &keys(options), at_most.unwrap_or(options.len()))?
        }
        Kind::Place {} => {
            chosen(&all, &places.iter().map(|place| place.id.as_str()).collect::<Vec<_>>(), 1)?
        }
        Kind::Rank { options } => ranked(question, options, sent)?,
        Kind::Number { .. } | Kind::Date {} if one.is_empty() => None,
        Kind::Number { least, most } => {
            let number = one.parse().ok().filter(|number| (least..=most).contains(&number));
            Some(Answer::Number(
                number.ok_or_else(|| format!("Enter a whole number from {least} to {most}"))?,
            ))
        }
        Kind::Date {} => {
            let day = clock::read(&one, "12:00").ok_or_else(|| "Enter a date".to_owned())?;
            Some(Answer::Day(clock::fields(day).0))
        }
        Kind::ShortText {} => text(one, LONGEST_SHORT)?,
        Kind::LongText {} => text(forms::prose(sent.typed(&name)), LONGEST_LONG)?,
        Kind::Page { .. } | Kind::Picture { .. } => None,
    };
    if answer.is_none() && question.is_needed {
        return Err(what_is_needed(&question.kind).to_owned());
    }
    Ok(answer)
}

/// The places that these answers name.
#[must_use]
pub fn places(questionnaire: &Questionnaire, given: &Answers) -> Vec<String> {
    let asked = questionnaire.questions().filter(|question| question.kind == (Kind::Place {}));
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

fn what_is_needed(kind: &Kind) -> &'static str {
    match kind {
        Kind::Rank { .. } => "Say what matters most to you",
        Kind::SeveralOf { .. } => "Choose at least one",
        Kind::OneOf { .. } | Kind::Scale { .. } | Kind::YesNo {} | Kind::Place {} => "Choose one",
        Kind::Number { .. } => "Enter a number",
        Kind::Date {} => "Enter a date",
        _ => "Write your answer",
    }
}

fn keys(options: &[Choice]) -> Vec<&str> {
    options.iter().map(|option| option.key.as_str()).collect()
}

/// Those of the options that were chosen, in their own order.
fn chosen(sent: &[String], options: &[&str], most: usize) -> Result<Option<Answer>, String> {
    let sent: Vec<&String> = sent.iter().filter(|sent| !sent.is_empty()).collect();
    if sent.iter().any(|sent| !options.contains(&sent.as_str())) {
        return Err("Choose again. That is not one of the answers".to_owned());
    }
    let chosen: Vec<String> = options
        .iter()
        .filter(|option| sent.iter().any(|sent| sent == *option))
        .map(|option| (*option).to_owned())
        .collect();
    match chosen.len() {
        0 => Ok(None),
        some if some > most => Err(if most == 1 {
            "Choose only one".to_owned()
        } else {
            format!("Choose {most} or fewer")
        }),
        _ => Ok(Some(Answer::Chosen(chosen))),
    }
}

/// The options that were given a place, the first first.
fn ranked(question: &Question, options: &[Choice], sent: &Sent) -> Result<Option<Answer>, String> {
    let mut ranks: Vec<(usize, String)> = Vec::new();
    for option in options {
        let rank = sent.line(&rank_field(question, option));
        if rank.is_empty() {
            continue;
        }
        let rank = rank.parse().ok().filter(|rank| (1..=options.len()).contains(rank));
        ranks.push((
            rank.ok_or_else(|| format!("Use numbers from 1 to {}", options.len()))?,
            option.key.clone(),
        ));
    }
    ranks.sort();
    if ranks.iter().enumerate().any(|(nth, (rank, _))| nth + 1 != *rank) {
        return Err("Use each number once, starting with 1 for what matters most".to_owned());
    }
    Ok((!ranks.is_empty()).then(|| Answer::Ranked(ranks.into_iter().map(|(_, key)| key).collect())))
}

fn text(text: String, longest: usize) -> Result<Option<Answer>, String> {
    if text.is_empty() {
        Ok(None)
    } else {
        forms::within(text, longest, "").map(|text| Some(Answer::Text(text)))
    }
}

#[cfg(test)]
mod tests {
    use super::super::check::tests::{asked as question, choices, of};
    use super::*;

    fn chosen(keys: &[&str]) -> Answer {
        Answer::Chosen(keys.iter().map(|key| (*key).into()).collect())
    }

    fn answered(answers: &[(&str, Answer)]) -> Answers {
        answers.iter().map(|(key, answer)| ((*key).into(), answer.clone())).collect()
    }

    #[test]
    fn a_question_is_asked_when_all_that_leads_to_it_was_answered_so_and_is_asked_itself() {
        let waits = question("waits", Kind::YesNo {}, &[]);
        let how_long = question(
            "how-long",
            Kind::OneOf { options: choices(&["weeks", "months"]) },
            &[("waits", &["yes"])],
        );
        let why = Question {
            is_needed: true,
            ..question("why", Kind::LongText {}, &[("how-long", &["months"])])
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
        assert_eq!(keys(&answers), ["waits"], "she changed her mind, and is not asked how long");
        assert_eq!(
            counted(&all, &answers),
            answered(&[("waits", chosen(&["no"]))]),
            "nor does what she had said count"
        );
        assert_eq!(missing(&all, &answers), None);
        answers.insert("waits".into(), Answer::Declined);
        assert_eq!(keys(&answers), ["waits"]);
    }

    #[test]
    fn each_kind_reads_its_answers_and_says_what_to_do_about_others() {
        let places = [Named { id: "north".into(), name: "North".into() }];
        let of = |kind: Kind, sent: &[(&str, &str)]| {
            read(&question("a", kind, &[]), &Sent::of(sent), &places)
        };
        let options = || choices(&["x", "y", "z"]);
        let one = Kind::OneOf { options: options() };
        assert_eq!(of(one.clone(), &[("q.a", "y")]), Ok(Some(chosen(&["y"]))));
        assert_eq!(of(one.clone(), &[]), Ok(None));
        assert_eq!(
            of(one.clone(), &[("q.a", "w")]),
            Err("Choose again. That is not one of the answers".into())
        );
        assert_eq!(of(one, &[("q.a", "x"), ("q.a", "y")]), Err("Choose only one".into()));
        let several = Kind::SeveralOf { options: options(), at_most: Some(2) };
        assert_eq!(
            of(several.clone(), &[("q.a", "z"), ("q.a", "x"), ("q.a", "x")]),
            Ok(Some(chosen(&["x", "z"])))
        );
        assert_eq!(
            of(several, &[("q.a", "z"), ("q.a", "x"), ("q.a", "y")]),
            Err("Choose 2 or fewer".into())
        );
        assert_eq!(of(Kind::YesNo {}, &[("q.a", "no")]), Ok(Some(chosen(&["no"]))));
        assert_eq!(of(Kind::Place {}, &[("q.a", "north")]), Ok(Some(chosen(&["north"]))));
        assert!(of(Kind::Place {}, &[("q.a", "moon")]).is_err());
        let number = Kind::Number { least: 0, most: 104 };
        assert_eq!(of(number.clone(), &[("q.a", " 12 ")]), Ok(Some(Answer::Number(12))));
        for wrong in ["105", "-1", "1.5", "many", "99999999999999999999"] {
            assert_eq!(
                of(number.clone(), &[("q.a", wrong)]),
                Err("Enter a whole number from 0 to 104".into()),
                "{wrong}"
            );
        }
        assert_eq!(
            of(Kind::Date {}, &[("q.a", "2026-12-04")]),
            Ok(Some(Answer::Day("2026-12-04".into())))
        );
        assert!(of(Kind::Date {}, &[("q.a", "soon")]).is_err());
        assert_eq!(
            of(Kind::LongText {}, &[("q.a", "One.\r\n\r\n\r\nTwo.")]),
            Ok(Some(Answer::Text("One.\n\nTwo.".into())))
        );
        assert!(of(Kind::ShortText {}, &[("q.a", &"x".repeat(201))]).is_err());
        assert_eq!(of(Kind::Page { words: "Read.".into() }, &[("q.a", "x")]), Ok(None));
    }

    #[test]
    fn what_matters_most_is_ranked_from_one_on_and_the_rest_may_be_left() {
        let rank = |sent: &[(&str, &str)]| {
            read(
                &question("a", Kind::Rank { options: choices(&["x", "y", "z"]) }, &[]),
                &Sent::of(sent),
                &[],
            )
        };
        let ranked = |keys: &[&str]| {
            Ok(Some(Answer::Ranked(keys.iter().map(|key| (*key).into()).collect())))
        };
        assert_eq!(rank(&[("q.a.x", "2"), ("q.a.z", "1")]), ranked(&["z", "x"]));
        assert_eq!(rank(&[]), Ok(None));
        for wrong in [
            [("q.a.x", "1"), ("q.a.z", "1")],
            [("q.a.x", "2"), ("q.a.z", "3")],
            [("q.a.x", "4"), ("q.a.z", "1")],
        ] {
            assert!(rank(&wrong).is_err(), "{wrong:?}");
        }
    }

    #[test]
    fn an_answer_that_is_needed_can_be_declined_where_it_asks_about_a_person() {
        let needed = |may_decline| Question {
            is_needed: true,
            may_decline,
            ..question("a", Kind::ShortText {}, &[])
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
