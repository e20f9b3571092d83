//! How many people gave which answer: true numbers, only for
//! [`disclosure::tables::release`]. Pure.

use std::collections::{BTreeMap, BTreeSet};

use disclosure::tables::{Counts, Cross, List, Unfit};
use forms::Named;

use crate::answers::{Answer, Answers, DECLINED};
use crate::kinds::Shape;
use crate::{Question, Questionnaire, ranges};

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
    /// Whether the parts are the places that people put the option in.
    pub is_of_places: bool,
    /// Where the parts are ranges: the lowest number of each but the first.
    pub cuts: Vec<i64>,
    /// Its parts: (key, words). The last are people who prefer not to say, and people who gave no
    /// answer.
    pub parts: Vec<(String, String)>,
}

/// How some questions are counted, by their keys.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Counting {
    /// The ranges of numbers and days: the lowest number of each but the first. Of others it is
    /// counted how many answered.
    pub cuts: BTreeMap<String, Vec<i64>>,
    /// Which rankings are counted by all places, and not only by the first.
    pub places: BTreeSet<String>,
}

/// The key of the part of those who chose an option, or wrote something.
pub const ANSWERED: &str = "answered";
/// The key of the part of those who gave no answer, or did not choose an option.
const NOT_ANSWERED: &str = "";
/// The key of the part of those who put others in order and left this option out.
pub const LEFT_OUT: &str = "left-out";

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
        let key = question.key.clone();
        Self { question: key, option, is_of_places: false, cuts: Vec::new(), parts }
    }

    /// The heads of all lists that count a question.
    fn all(question: &Question, places: &[Named], counting: &Counting) -> Vec<Self> {
        let choices = question.kind.choices(places).into_iter();
        let choices = choices.map(|choice| (choice.key, choice.text));
        let answered = |words: String| vec![(ANSWERED.to_owned(), words)];
        match question.kind.shape() {
            Shape::Nothing => Vec::new(),
            Shape::OneOption | Shape::Place => {
                vec![Self::of(question, None, choices.collect())]
            }
            Shape::Ranked => {
                let first = Self::of(question, None, choices.clone().collect());
                let options: Vec<(String, String)> = choices.collect();
                let each = counting.places.contains(&question.key).then(|| {
                    let of = |(key, _): &(String, String)| {
                        Self::of_places(question, key.clone(), options.len())
                    };
                    options.iter().map(of).collect::<Vec<_>>()
                });
                std::iter::once(first).chain(each.into_iter().flatten()).collect()
            }
            Shape::SomeOptions { .. } => {
                choices.map(|(key, text)| Self::of(question, Some(key), answered(text))).collect()
            }
            Shape::Number { .. } | Shape::Day => {
                let cuts = counting.cuts.get(&question.key).cloned().unwrap_or_default();
                if cuts.is_empty() {
                    return vec![Self::of(question, None, answered("Answered".to_owned()))];
                }
                let words = ranges::words(question, &cuts).into_iter().enumerate();
                let parts = words.map(|(nth, words)| (range_key(nth), words)).collect();
                vec![Self { cuts, ..Self::of(question, None, parts) }]
            }
            Shape::OwnWords { .. } => {
                vec![Self::of(question, None, answered("Answered".to_owned()))]
            }
        }
    }

    /// The places that people put one of so many options in.
    fn of_places(question: &Question, option: String, options: usize) -> Self {
        let place = |place: usize| (place.to_string(), format!("Place {place}"));
        let left_out = (LEFT_OUT.to_owned(), "Left out".to_owned());
        let parts = (1..=options).map(place).chain([left_out]).collect();
        Self { option: Some(option), is_of_places: true, ..Self::of(question, None, parts) }
    }

    /// The part that somebody with this answer is in; of what was ranked, that of what matters
    /// most.
    fn part(&self, answer: Option<&Answer>) -> usize {
        if let (Some(Answer::Ranked(keys)), Some(option), true) =
            (answer, &self.option, self.is_of_places)
        {
            let place = keys.iter().position(|key| key == option);
            return self
                .at(&place.map_or_else(|| LEFT_OUT.to_owned(), |nth| (nth + 1).to_string()));
        }
        if let Some(number) = answer.and_then(number_of).filter(|_| !self.cuts.is_empty()) {
            return self.at(&range_key(self.cuts.partition_point(|cut| *cut <= number)));
        }
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
        self.at(key)
    }

    /// The part with this key, or the last: no answer.
    fn at(&self, key: &str) -> usize {
        self.parts.iter().position(|(part, _)| part == key).unwrap_or(self.parts.len() - 1)
    }
}

/// The key of the part that is a range, counted from the lowest.
fn range_key(nth: usize) -> String {
    format!("range-{}", nth + 1)
}

/// A number or a day, as ranges count it.
fn number_of(answer: &Answer) -> Option<i64> {
    match answer {
        Answer::Number(number) => Some(*number),
        Answer::Day(day) => ranges::number_of_day(day),
        Answer::Chosen(_) | Answer::Ranked(_) | Answer::Text(_) | Answer::Declined => None,
    }
}

/// Counts responses that hold only what counts ([`crate::answers::counted`]). `by`:
/// which question is to be split by which other, by their keys; `counting`: how some are counted.
///
/// # Errors
/// When they cannot be shown together.
pub fn tally(
    asked: &Questionnaire,
    responses: &[Answers],
    places: &[Named],
    by: &[(String, String)],
    counting: &Counting,
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
        for head in Head::all(question, places, counting) {
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
            // The places of options are no answer of their own: no question hangs on them, and
            // they are not split.
            if !head.is_of_places {
                of_question.entry(&question.key).or_default().push(lists.len());
            }
            // People who must choose, or may choose only a few, tie the options to each other. So
            // does everyone who puts options in order: each place has one.
            let is_tied = question.is_required || question.kind.at_most().is_some();
            let bound = (head.is_of_places || (head.option.is_some() && is_tied)).then_some(nth);
            let (asked, cuts) = (asked.clone(), head.cuts.clone());
            lists.push(List { key, parts: counted, asked, bound, cuts });
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
        let tally = tally(
            &all,
            &responses,
            &places,
            &[("who".into(), "place".into())],
            &Counting::default(),
        )
        .expect("a tally");
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
            let tally =
                tally(&all, &people(12, &[("a", answer)]), &north(), &[], &Counting::default())
                    .expect("a tally");
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
        let tally = tally(&all, &responses, &[], &[], &Counting::default()).expect("a tally");
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
        let tally = |pairs: &[(&str, &str)]| {
            super::tally(&all, &responses, &[], &by(pairs), &Counting::default())
        };
        assert!(tally(&[("a", "b"), ("b", "c")]).is_ok());
        assert_eq!(tally(&[("a", "b"), ("b", "c"), ("c", "a")]), Err(Unfit::Ring));
        assert_eq!(tally(&[("d", "b")]), Err(Unfit::Sum));
    }

    #[test]
    fn numbers_and_days_are_counted_by_the_range_they_are_in() {
        let all = of(vec![
            asked("weeks", QuestionKind::Number { least: 0, most: 52 }, &[]),
            asked("when", QuestionKind::Date {}, &[]),
        ]);
        let mut responses =
            people(10, &[("weeks", Answer::Number(3)), ("when", Answer::Day("2025-12-31".into()))]);
        responses.extend(people(11, &[("weeks", Answer::Number(4))]));
        responses.extend(people(12, &[("when", Answer::Day("2026-01-01".into()))]));
        let counting = Counting {
            cuts: [("weeks".to_owned(), vec![4, 10]), ("when".to_owned(), vec![20_260_101])].into(),
            places: BTreeSet::new(),
        };
        let tally = tally(&all, &responses, &[], &[], &counting).expect("a tally");
        assert_eq!(
            words(&tally),
            [
                "weeks: 0 to 3 10, 4 to 9 11, 10 to 52 0, No answer 12",
                "when: Before 1 January 2026 10, 1 January 2026 or later 12, No answer 11",
            ]
        );
        assert_eq!(tally.counts.lists()[0].cuts, [4, 10]);
    }

    #[test]
    fn a_ranking_is_counted_by_each_place_and_its_lists_stand_or_fall_together() {
        let kind = QuestionKind::Rank { options: choices(&["a", "b", "c"]) };
        let all = of(vec![asked("most", kind, &[])]);
        let ranked =
            |keys: &[&str]| Answer::Ranked(keys.iter().map(|key| (*key).to_owned()).collect());
        let mut responses = people(20, &[("most", ranked(&["a", "b", "c"]))]);
        responses.extend(people(10, &[("most", ranked(&["b"]))]));
        let counting = Counting { places: ["most".to_owned()].into(), ..Counting::default() };
        let tally = tally(&all, &responses, &[], &[], &counting).expect("a tally");
        assert_eq!(
            words(&tally),
            [
                "most: The option a 20, The option b 10, The option c 0, No answer 0",
                "most.a: Place 1 20, Place 2 0, Place 3 0, Left out 10, No answer 0",
                "most.b: Place 1 10, Place 2 20, Place 3 0, Left out 0, No answer 0",
                "most.c: Place 1 0, Place 2 0, Place 3 20, Left out 10, No answer 0",
            ]
        );
        let bound: Vec<_> = tally.counts.lists().iter().map(|list| list.bound).collect();
        assert_eq!(bound, [None, Some(0), Some(0), Some(0)]);
    }
}
