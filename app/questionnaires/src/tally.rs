//! How many people gave which answer: true numbers, only for
//! [`disclosure::tables::release`]. Pure.

use std::collections::BTreeMap;

use disclosure::tables::{Counts, Cross, List, Unfit};
use forms::Named;

use crate::answers::{Answer, Answers, DECLINED};
use crate::kinds::Shape;
use crate::{Question, Questionnaire};

/// The counts of all responses, and what each of them counts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tally {
    pub counts: Counts,
    /// For each list what it counts, in the same order.
    pub heads: Vec<Head>,
    /// Keys of questions about which nothing may be said: they were asked of people who answered
    /// several others in a certain way, so that how many these are would give small groups away.
    pub left_out: Vec<String>,
}

/// What a list counts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Head {
    /// The key of the question.
    pub question: String,
    /// The option, where each option is a list: who chose it, and who did not.
    pub option: Option<String>,
    /// Its parts: (key, words). The last are people who prefer not to say, and people who gave no
    /// answer.
    pub parts: Vec<(String, String)>,
}

/// The key of the part of those who chose an option, or wrote something.
pub const ANSWERED: &str = "answered";
/// The key of the part of those who gave no answer, or did not choose an option.
const NOT_ANSWERED: &str = "";

impl Head {
    fn of(question: &Question, option: Option<String>, parts: Vec<(String, String)>) -> Self {
        let not_answered = if option.is_some() { "Did not choose this" } else { "No answer" };
        // Those who decline are the same of all options, so they are no part of each.
        let declined = (question.may_decline && option.is_none())
            .then(|| (DECLINED.to_owned(), "Prefer not to say".to_owned()));
        let parts = parts
            .into_iter()
            .chain(declined)
            .chain([(NOT_ANSWERED.to_owned(), not_answered.to_owned())])
            .collect();
        Self { question: question.key.clone(), option, parts }
    }

    /// The heads of all lists that count a question.
    fn all(question: &Question, places: &[Named]) -> Vec<Self> {
        let choices = question.kind.choices(places).into_iter();
        let choices = choices.map(|choice| (choice.key, choice.text));
        let answered = |words: String| vec![(ANSWERED.to_owned(), words)];
        match question.kind.shape() {
            Shape::Nothing => Vec::new(),
            Shape::OneOption | Shape::Ranked | Shape::Place => {
                vec![Self::of(question, None, choices.collect())]
            }
            Shape::SomeOptions { .. } => {
                choices.map(|(key, text)| Self::of(question, Some(key), answered(text))).collect()
            }
            Shape::Number | Shape::Day | Shape::OwnWords => {
                vec![Self::of(question, None, answered("Answered".to_owned()))]
            }
        }
    }

    /// The part that somebody with this answer is in; of what was ranked, that of what matters
    /// most.
    fn part(&self, answer: Option<&Answer>) -> usize {
        let key = match (answer, &self.option) {
            (Some(Answer::Declined), _) => DECLINED,
            (Some(Answer::Chosen(chosen)), Some(option)) if chosen.contains(option) => ANSWERED,
            (None, _) | (Some(Answer::Chosen(_)), Some(_)) => NOT_ANSWERED,
            (Some(Answer::Chosen(keys) | Answer::Ranked(keys)), None) => {
                keys.first().map_or(NOT_ANSWERED, String::as_str)
            }
            (Some(Answer::Number(_) | Answer::Text(_) | Answer::Day(_) | Answer::Ranked(_)), _) => {
                ANSWERED
            }
        };
        self.parts.iter().position(|(part, _)| part == key).unwrap_or(self.parts.len() - 1)
    }
}

/// Counts responses that hold only what counts ([`crate::answers::counted`]). `by`:
/// which question is to be split by which other, by their keys.
///
/// # Errors
/// When they cannot be shown together.
pub fn tally(
    asked: &Questionnaire,
    responses: &[Answers],
    places: &[Named],
    by: &[(String, String)],
) -> Result<Tally, Unfit> {
    let (mut lists, mut heads, mut left_out): (Vec<List>, Vec<Head>, Vec<String>) =
        (Vec::new(), Vec::new(), Vec::new());
    // For each list the part that each response is in; `None` where they were not asked.
    let mut in_part: Vec<Vec<Option<usize>>> = Vec::new();
    let mut of_question: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
    for (nth, question) in
        asked.questions().enumerate().filter(|(_, question)| question.kind.has_answer())
    {
        let Some(asked) = who_was_asked(question, &heads, &of_question) else {
            left_out.push(question.key.clone());
            continue;
        };
        for head in Head::all(question, places) {
            let part = |(person, answers): (usize, &Answers)| {
                let is_asked = asked.as_ref().is_none_or(|(of, parts)| {
                    in_part[*of][person].is_some_and(|part| parts.contains(&part))
                });
                is_asked.then(|| head.part(answers.get(&question.key)))
            };
            let parts: Vec<Option<usize>> = responses.iter().enumerate().map(part).collect();
            let mut counted = vec![0; head.parts.len()];
            parts.iter().flatten().for_each(|part| counted[*part] += 1);
            let key = head.option.as_ref().map_or_else(
                || question.key.clone(),
                |option| format!("{}.{option}", question.key),
            );
            of_question.entry(&question.key).or_default().push(lists.len());
            // People who must choose, or may choose only a few, tie the options to each other.
            let is_tied = question.is_required || question.kind.at_most().is_some();
            let bound = (head.option.is_some() && is_tied).then_some(nth);
            lists.push(List { key, parts: counted, asked: asked.clone(), bound });
            heads.push(head);
            in_part.push(parts);
        }
    }
    let lists_of = |key: &str| of_question.get(key).cloned().unwrap_or_default();
    let mut crosses = Vec::new();
    for (rows, columns) in by.iter().flat_map(|(rows, columns)| {
        lists_of(rows)
            .into_iter()
            .flat_map(|row| lists_of(columns).into_iter().map(move |column| (row, column)))
    }) {
        let mut cells = vec![vec![0; heads[columns].parts.len()]; heads[rows].parts.len()];
        in_part[rows].iter().zip(&in_part[columns]).for_each(|(row, column)| {
            if let (Some(row), Some(column)) = (row, column) {
                cells[*row][*column] += 1;
            }
        });
        crosses.push(Cross { rows, columns, cells });
    }
    let people = u64::try_from(responses.len()).unwrap_or(u64::MAX);
    Ok(Tally { counts: Counts::new(people, lists, crosses)?, heads, left_out })
}

/// Who a question is asked: everyone, or those in some parts of an earlier list. The outer `None`:
/// that cannot be said.
#[allow(clippy::option_option, reason = "everyone, some, or unsaid: three answers to one question")]
fn who_was_asked(
    question: &Question,
    heads: &[Head],
    of_question: &BTreeMap<&str, Vec<usize>>,
) -> Option<Option<(usize, Vec<usize>)>> {
    let Some(first) = question.only_if.first() else { return Some(None) };
    if question.only_if.iter().any(|condition| condition.question != first.question) {
        return None;
    }
    let chosen = |option: &&String| {
        question.only_if.iter().all(|condition| condition.any_of.contains(option))
    };
    let options: Vec<&String> = first.any_of.iter().filter(chosen).collect();
    let lists = of_question.get(first.question.as_str())?;
    let is_each_a_list = heads[*lists.first()?].option.is_some();
    match (is_each_a_list, options.as_slice()) {
        (true, [option]) if question.only_if.len() == 1 => lists
            .iter()
            .find(|list| heads[**list].option.as_ref() == Some(option))
            .map(|list| Some((*list, vec![0]))),
        (true, _) => None,
        (false, options) => {
            let list = *lists.first()?;
            let part = |option: &&String| {
                heads[list].parts.iter().position(|(key, _)| key == option.as_str())
            };
            Some(Some((list, options.iter().filter_map(part).collect())))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::QuestionKind;
    use crate::check::tests::{asked, choices, of};
    use crate::kinds::tests::{chosen, north, samples};

    /// So many people with these answers.
    fn people(number: usize, answers: &[(&str, Answer)]) -> Vec<Answers> {
        vec![answers.iter().map(|(key, answer)| ((*key).into(), answer.clone())).collect(); number]
    }

    fn words(tally: &Tally) -> Vec<String> {
        let list = |(head, list): (&Head, &List)| {
            let parts = head
                .parts
                .iter()
                .zip(&list.parts)
                .map(|((_, words), people)| format!("{words} {people}"));
            format!("{}: {}", list.key, parts.collect::<Vec<_>>().join(", "))
        };
        tally.heads.iter().zip(tally.counts.lists()).map(list).collect()
    }

    #[test]
    fn each_kind_is_counted_and_every_person_is_in_one_part_of_each_list() {
        let places = [Named { id: "n".into(), name: "North".into() }];
        let place = Question { may_decline: true, ..asked("place", QuestionKind::Place {}, &[]) };
        let several = asked(
            "who",
            QuestionKind::SeveralOf { options: choices(&["child", "adult"]), at_most: None },
            &[],
        );
        let rank =
            asked("most", QuestionKind::Rank { options: choices(&["sooner", "nearer"]) }, &[]);
        let page = asked("page", QuestionKind::Page { words: "Read.".into() }, &[]);
        let all =
            of(vec![place, several, rank, page, asked("why", QuestionKind::LongText {}, &[])]);
        let mut responses = people(
            12,
            &[
                ("place", chosen(&["n"])),
                ("who", chosen(&["child", "adult"])),
                ("most", Answer::Ranked(vec!["nearer".into(), "sooner".into()])),
            ],
        );
        responses.extend(people(
            10,
            &[
                ("place", Answer::Declined),
                ("who", chosen(&["adult"])),
                ("why", Answer::Text("So.".into())),
            ],
        ));
        let tally =
            tally(&all, &responses, &places, &[("who".into(), "place".into())]).expect("a tally");
        assert_eq!(
            words(&tally),
            [
                "place: North 12, Prefer not to say 10, No answer 0",
                "who.child: The option child 12, Did not choose this 10",
                "who.adult: The option adult 22, Did not choose this 0",
                "most: The option sooner 0, The option nearer 12, No answer 10",
                "why: Answered 10, No answer 12",
            ]
        );
        let cells: Vec<_> =
            tally.counts.crosses().iter().map(|cross| cross.cells.clone()).collect();
        assert_eq!(
            cells,
            [vec![vec![12, 0, 0], vec![0, 10, 0]], vec![vec![12, 10, 0], vec![0, 0, 0]]]
        );
    }

    #[test]
    fn whoever_answers_a_question_of_any_kind_is_not_counted_as_without_an_answer() {
        for sample in samples() {
            let word = sample.kind.word();
            let Some((_, answer, _)) = sample.answered else { continue };
            let all = of(vec![asked("a", sample.kind, &[])]);
            let tally = tally(&all, &people(12, &[("a", answer)]), &north(), &[]).expect("a tally");
            let mut lists = tally.counts.lists().iter();
            assert!(lists.any(|list| list.parts.last() == Some(&0)), "{word}: {:?}", words(&tally));
        }
    }

    #[test]
    fn a_question_that_some_were_asked_is_counted_of_these_and_left_out_where_they_are_too_special()
    {
        let waits = asked("waits", QuestionKind::YesNo {}, &[]);
        let who = asked(
            "who",
            QuestionKind::SeveralOf { options: choices(&["child", "adult"]), at_most: None },
            &[("waits", &["yes"])],
        );
        let of_a_child = asked("of-a-child", QuestionKind::YesNo {}, &[("who", &["child"])]);
        let both =
            asked("both", QuestionKind::YesNo {}, &[("waits", &["yes"]), ("who", &["adult"])]);
        let all = of(vec![waits, who, of_a_child, both]);
        let mut responses = people(
            20,
            &[
                ("waits", chosen(&["yes"])),
                ("who", chosen(&["child"])),
                ("of-a-child", chosen(&["no"])),
            ],
        );
        responses.extend(people(15, &[("waits", chosen(&["no"]))]));
        let tally = tally(&all, &responses, &[], &[]).expect("a tally");
        assert_eq!(
            words(&tally),
            [
                "waits: Yes 20, No 15, No answer 0",
                "who.child: The option child 20, Did not choose this 0",
                "who.adult: The option adult 0, Did not choose this 20",
                "of-a-child: Yes 0, No 20, No answer 0",
            ]
        );
        assert_eq!(tally.left_out, ["both"]);
    }

    #[test]
    fn a_ring_of_tables_and_a_table_of_a_question_that_some_were_asked_are_refused() {
        let yes_no =
            |key: &str, only_if: &[(&str, &[&str])]| asked(key, QuestionKind::YesNo {}, only_if);
        let all = of(vec![
            yes_no("a", &[]),
            yes_no("b", &[]),
            yes_no("c", &[]),
            yes_no("d", &[("a", &["yes"])]),
        ]);
        let by = |pairs: &[(&str, &str)]| {
            pairs
                .iter()
                .map(|(one, other)| ((*one).to_owned(), (*other).to_owned()))
                .collect::<Vec<_>>()
        };
        let responses = people(10, &[("a", chosen(&["no"]))]);
        assert!(tally(&all, &responses, &[], &by(&[("a", "b"), ("b", "c")])).is_ok());
        assert_eq!(
            tally(&all, &responses, &[], &by(&[("a", "b"), ("b", "c"), ("c", "a")])),
            Err(Unfit::Ring)
        );
        assert_eq!(tally(&all, &responses, &[], &by(&[("d", "b")])), Err(Unfit::Sum));
    }
}
