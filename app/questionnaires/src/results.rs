//! What is said about the answers once they are counted, and in which words.
//!
//! Every number goes through [`disclosure::tables`]. A release never changes; a new one says what
//! differs.

use std::collections::{BTreeMap, BTreeSet};

use disclosure::Shown;
use disclosure::middle::{Middle, Ranges, middle};
use disclosure::tables::{self, Counts, List, Published, Release, Rule};
use forms::Named;
use serde::{Deserialize, Serialize};

use crate::answers::Answers;
use crate::tally::{Counting, Head, LEFT_OUT, Tally, tally};
use crate::{Question, Questionnaire, ranges, whole};

/// What one release says.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Results {
    /// How many responses were counted; `None`: too few to show.
    #[serde(deserialize_with = "Option::deserialize")]
    pub people: Option<u64>,
    /// About how many families were asked, where somebody said so.
    #[serde(deserialize_with = "Option::deserialize")]
    pub asked: Option<u64>,
    /// The questions, in their order.
    pub questions: Vec<Counted>,
    /// Questions about which nothing may be said, in their own words.
    pub left_out: Vec<String>,
}

/// How one question was answered, or of several options one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Counted {
    /// The key of the question.
    pub question: String,
    pub text: String,
    /// The option, where each option is counted by itself.
    #[serde(deserialize_with = "Option::deserialize")]
    pub option: Option<String>,
    /// Whether only some were asked it.
    pub is_of_some: bool,
    /// Each answer with how many gave it; `None`: not shown.
    pub parts: Vec<(String, Option<u64>)>,
    /// The same, split by another question.
    #[serde(deserialize_with = "Option::deserialize")]
    pub by: Option<By>,
    /// Of a place: for each part how many children with SEND live there, where that is known.
    pub baseline: Vec<Option<u64>>,
    /// Quotes from people who agreed to it, chosen by organisers.
    pub quotations: Vec<String>,
    /// Of numbers and days: where the middle lies.
    // What was counted before 30 November 2026 has neither this nor the next, nor `halves`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub middle: Option<MiddleWords>,
    /// Of options that were put in order: what matters most first.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ranking: Option<Ranking>,
}

/// In which range the middle of some numbers or days lies; `None`: it is not known from the numbers
/// that are shown.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MiddleWords {
    /// A quarter of the answers are in this range or a lower one.
    #[serde(deserialize_with = "Option::deserialize")]
    pub quarter: Option<String>,
    /// Half of them are: the median.
    #[serde(deserialize_with = "Option::deserialize")]
    pub half: Option<String>,
    #[serde(deserialize_with = "Option::deserialize")]
    pub three_quarters: Option<String>,
}

/// Options in the order of what matters most.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Ranking {
    /// In the order of their mean place, and of how many put them first where that is the same.
    InOrder(Vec<Ranked>),
    /// Some places were given by so few people that no order may be said.
    NotShown,
}

/// An option that was put in order with others.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Ranked {
    pub option: String,
    /// Its mean place in tenths: 18 for 1.8. Whoever left it out put it in the last place.
    pub mean_place: u64,
    /// How many put it first.
    pub firsts: u64,
}

impl Results {
    /// Whether a number of people is shown for any question.
    #[must_use]
    pub fn shows_numbers(&self) -> bool {
        let mut parts = self.questions.iter().flat_map(|counted| &counted.parts);
        parts.any(|(_, people)| people.is_some_and(|people| people > 0))
    }

    /// Whether these words are among the quotes.
    #[must_use]
    pub fn quotes(&self, words: &str) -> bool {
        self.questions.iter().any(|counted| counted.quotations.iter().any(|quote| quote == words))
    }

    /// What can be named of them: the key and the words of each question and of each theme.
    #[must_use]
    pub fn named(&self) -> Vec<(String, String)> {
        let mut named: Vec<(String, String)> = Vec::new();
        for counted in &self.questions {
            let (key, words) = match &counted.option {
                Some(theme) if counted.question.starts_with(whole::THEMES) => (
                    format!("{}/{theme}", counted.question),
                    format!("What parents wrote about: {theme}"),
                ),
                _ if counted.question.starts_with('@') => continue,
                _ => (counted.question.clone(), counted.text.clone()),
            };
            if named.iter().all(|(known, _)| *known != key) {
                named.push((key, words));
            }
        }
        named
    }
}

impl Counted {
    /// All who were asked, where no part is hidden.
    #[must_use]
    pub fn all(&self) -> Option<u64> {
        self.parts.iter().map(|(_, people)| *people).sum()
    }
}

/// Answers by those to another question.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct By {
    /// The other question.
    pub text: String,
    /// Its answers.
    pub columns: Vec<String>,
    /// For each answer to the first the numbers; `None`: not shown.
    pub rows: Vec<Vec<Option<u64>>>,
    /// Of numbers and days: for each column the range in which half of its answers are reached.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub halves: Vec<Option<String>>,
}

/// What results are made of.
#[derive(Clone, Debug, Default)]
pub struct Material {
    /// Every version of the questions that was asked, the first first.
    pub versions: Vec<(i64, Questionnaire)>,
    /// The responses that count.
    pub heard: Vec<Heard>,
    /// What answers are about.
    pub themes: Vec<Theme>,
    /// Words that are to be published: (name of the question among those of all versions, words).
    pub quotations: Vec<(String, String)>,
    /// The places, and how many children with SEND live there.
    pub places: Vec<(Named, Option<u64>)>,
    /// About how many families were asked.
    pub asked: Option<u64>,
    /// The ranges that an organiser chose for numbers and days, by the keys of their questions.
    pub cuts: BTreeMap<String, Vec<i64>>,
    /// The day on which it closed, as [`ranges::number_of_day`] has it.
    pub closed_on: i64,
}

/// How the questions are counted. What was published before is counted as it was then: other ranges
/// of the same people would tell how many are between, and all places of a ranking could show what
/// the first places hid.
fn counting(
    asked: &Questionnaire,
    material: &Material,
    before: &[(Counts, Published)],
) -> Counting {
    let mut counting = Counting::default();
    for question in asked.questions() {
        let lists = || before.iter().flat_map(|(counts, _)| counts.lists());
        let was = lists().find(|list| list.key == question.key);
        if question.kind.has_ranges() {
            let base = question.key.split('@').next().unwrap_or_default();
            let chosen = || material.cuts.get(base).cloned();
            let by_rule = || ranges::by_rule(question, material.closed_on);
            let cuts = was.map(|list| list.cuts.clone()).or_else(chosen).unwrap_or_else(by_rule);
            counting.cuts.insert(question.key.clone(), cuts);
        }
        if question.kind.is_ranking() {
            let of_place = format!("{}.", question.key);
            let had_firsts_alone = |(counts, _): &(Counts, Published)| {
                let is_of_place = |list: &List| list.key.starts_with(&of_place);
                counts.lists().iter().any(|list| list.key == question.key)
                    && !counts.lists().iter().any(is_of_place)
            };
            if !before.iter().any(had_firsts_alone) {
                counting.places.insert(question.key.clone());
            }
        }
    }
    counting
}

/// Counts responses, and hides what must be hidden beside all that was published `before`. `by`:
/// the key of the question by which the others are split; empty for none.
///
/// # Errors
/// What to do, when nothing can be published.
pub fn new(
    material: &Material,
    by: &str,
    before: &[(Counts, Published)],
    differs: String,
    rule: Rule,
) -> Result<New, &'static str> {
    let themes = counted_themes(material, before);
    let (asked, responses) = whole::whole(&material.versions, &material.heard, &themes);
    let places: Vec<Named> = material.places.iter().map(|(place, _)| place.clone()).collect();
    let crosses = if by.is_empty() { Vec::new() } else { shown_by(&asked, by) };
    let counting = counting(&asked, material, before);
    let tally = tally(&asked, &responses, &places, &crosses, &counting).map_err(|_unfit| {
        "Split the answers by another question, or don't split them. These can't be shown \
            together"
    })?;
    let (published, results) = match tables::release(&tally.counts, before, rule) {
        Release::Numbers(published) => {
            let results = results(&asked, &tally, &published, material, rule);
            (Some(published), results)
        }
        Release::TooFew => (None, Results::default()),
        Release::Unlike => {
            return Err(
                "Split the answers by the same question as in the earlier results. With another, \
                 people could work out small numbers",
            );
        }
        Release::Stands => {
            return Err(
                "Leave the results as they are. So few answers are new that showing the difference \
                 would give them away",
            );
        }
    };
    Ok(New { counts: tally.counts, published, results, differs })
}

/// The themes that an answer is about, and those that were published before. One that no answer is
/// about would be read as a few who are not shown. Those that are left still have as many numbers
/// of people as may be: any from one to all who wrote something.
fn counted_themes(material: &Material, before: &[(Counts, Published)]) -> Vec<Theme> {
    let heard: BTreeSet<&str> =
        material.heard.iter().map(|heard| heard.response_id.as_str()).collect();
    let lists = || before.iter().flat_map(|(counts, _)| counts.lists());
    let counts = |theme: &&Theme| {
        let (of, title) =
            (format!("{}{}", whole::THEMES, theme.question), format!(".{}", theme.title));
        theme.responses.iter().any(|response| heard.contains(response.as_str()))
            || lists().any(|list| list.key.starts_with(&of) && list.key.ends_with(&title))
    };
    material.themes.iter().filter(counts).cloned().collect()
}

/// How many answers it takes before results can show a number, for whoever asks or counts.
#[must_use]
pub fn how_many_it_takes(rule: Rule) -> String {
    let (smallest, to_compare) = (rule.smallest(), rule.fewest_to_compare());
    format!(
        "To protect people, the results only show numbers of {smallest} people or more. With fewer \
         than {smallest} answers nothing is shown. With fewer than {to_compare}, a question \
         shows a number, or quotes, only if all gave the same answer or all wrote something. Hope \
         for many more than {to_compare}."
    )
}

/// What is said about these counts.
#[must_use]
pub fn results(
    asked: &Questionnaire,
    tally: &Tally,
    published: &Published,
    material: &Material,
    rule: Rule,
) -> Results {
    let text =
        |key: &str| asked.question(key).map_or_else(String::new, |question| question.text.clone());
    let of_head = |(nth, head): (usize, &Head)| {
        let option = head.option.as_ref().map(|key| {
            let options = asked
                .question(&head.question)
                .map(|question| question.kind.options())
                .unwrap_or_default();
            options
                .into_iter()
                .find(|option| option.key == *key)
                .map_or_else(|| key.clone(), |option| option.text)
        });
        let cross = tally
            .counts
            .crosses()
            .iter()
            .zip(&published.crosses)
            .find(|(cross, _)| cross.rows == nth);
        let by = cross.map(|(cross, cells)| {
            let columns = &tally.heads[cross.columns];
            let half = |column: usize| {
                let of_column: Vec<Shown> = cells.iter().map(|row| row[column]).collect();
                let all = published.lists[cross.columns][column].number();
                middle_of(head, &of_column, all, rule)?.half
            };
            let halves = (0..columns.parts.len()).map(half);
            By {
                text: text(&columns.question),
                columns: columns.parts.iter().map(|(_, words)| words.clone()).collect(),
                halves: if head.cuts.is_empty() { Vec::new() } else { halves.collect() },
                rows: cells
                    .iter()
                    .map(|row| row.iter().map(|shown| shown.number()).collect())
                    .collect(),
            }
        });
        let parts: Vec<(String, Option<u64>)> = head
            .parts
            .iter()
            .zip(&published.lists[nth])
            .map(|((_, words), shown)| (words.clone(), shown.number()))
            .collect();
        let is_place =
            asked.question(&head.question).is_some_and(|question| question.kind.is_place());
        let lives = |(key, _): &(String, String)| {
            material
                .places
                .iter()
                .find(|(place, _)| place.id == *key)
                .and_then(|(_, lives)| disclosure::count((*lives)?).number())
        };
        // A quote shows that somebody wrote something, so quotes are only shown beside a number
        // that is shown.
        let may_quote = head.option.is_none()
            && parts.first().is_some_and(|(_, people)| people.is_some_and(|people| people > 0));
        let of_it = |(key, _): &&(String, String)| may_quote && head.question == *key;
        Counted {
            question: head.question.clone(),
            text: text(&head.question),
            option,
            is_of_some: tally.counts.lists()[nth].asked.is_some(),
            by,
            baseline: if is_place { head.parts.iter().map(lives).collect() } else { Vec::new() },
            middle: middle_of(head, &published.lists[nth], people_of(tally, published, nth), rule),
            ranking: ranking(asked, tally, published, nth),
            quotations: material
                .quotations
                .iter()
                .filter(of_it)
                .map(|(_, words)| words.clone())
                .collect(),
            parts,
        }
    };
    Results {
        people: published.people.number(),
        asked: asked_in_all(material.asked, published.people.number()),
        questions: tally
            .heads
            .iter()
            .enumerate()
            .filter(|(_, head)| !head.is_of_places)
            .map(of_head)
            .collect(),
        left_out: tally.left_out.iter().map(|key| text(key)).collect(),
    }
}

/// How many people are in a list together, where that is shown.
fn people_of(tally: &Tally, published: &Published, nth: usize) -> Option<u64> {
    match &tally.counts.lists()[nth].asked {
        None => published.people.number(),
        Some((of, parts)) => parts.iter().map(|part| published.lists[*of][*part].number()).sum(),
    }
}

/// Where the middle of numbers or days lies; `None` of anything else. `shown`: what is shown of all
/// parts of the list, or of one column of a table of it.
fn middle_of(head: &Head, shown: &[Shown], all: Option<u64>, rule: Rule) -> Option<MiddleWords> {
    let ranges = head.cuts.len() + 1;
    if head.cuts.is_empty() || shown.len() < ranges {
        return None;
    }
    let (people, others) = shown.split_at(ranges);
    let Middle { quarter, half, three_quarters } =
        middle(Ranges { people, others, all, slack: rule.slack() });
    let words = |range: Option<usize>| Some(head.parts.get(range?)?.1.clone());
    Some(MiddleWords {
        quarter: words(quarter),
        half: words(half),
        three_quarters: words(three_quarters),
    })
}

/// The order of options that were ranked; `None` of anything else. It is made from the numbers that
/// are shown of each place, so from nothing where any is hidden.
fn ranking(
    asked: &Questionnaire,
    tally: &Tally,
    published: &Published,
    nth: usize,
) -> Option<Ranking> {
    let head = &tally.heads[nth];
    let question = asked.question(&head.question)?;
    if !question.kind.is_ranking() {
        return None;
    }
    let words = question.kind.options();
    let is_of_it = |(_, of): &(usize, &Head)| of.is_of_places && of.question == head.question;
    let of_option = |(list, of): (usize, &Head)| {
        let option = words.iter().find(|option| Some(&option.key) == of.option.as_ref())?;
        ranked(of, &published.lists[list], words.len(), option.text.clone())
    };
    let each: Option<Vec<Ranked>> =
        tally.heads.iter().enumerate().filter(is_of_it).map(of_option).collect();
    let mut each = each.unwrap_or_default();
    // The order is stable: what is alike in both stays in the order of the question.
    each.sort_by_key(|ranked| (ranked.mean_place, u64::MAX - ranked.firsts));
    Some(if each.is_empty() { Ranking::NotShown } else { Ranking::InOrder(each) })
}

/// One option of so many; `None` where a number is hidden, or nobody put any in order.
fn ranked(head: &Head, shown: &[Shown], options: usize, option: String) -> Option<Ranked> {
    let (mut people, mut places) = (0, 0);
    for ((key, _), shown) in head.parts.iter().zip(shown) {
        let number = shown.number()?;
        let place = if key == LEFT_OUT { u64::try_from(options).ok() } else { key.parse().ok() };
        if let Some(place) = place {
            people += number;
            places += number * place;
        }
    }
    let mean_place = (places * 10 + people / 2).checked_div(people)?;
    Some(Ranked { option, mean_place, firsts: shown.first()?.number()? })
}

/// About how many were asked, to the nearest ten; nothing where that would give away a few who did
/// not answer.
fn asked_in_all(asked: Option<u64>, people: Option<u64>) -> Option<u64> {
    let about = (asked? + 5) / 10 * 10;
    (about >= people? + disclosure::SMALLEST_SHOWN).then_some(about)
}

/// The questions by which others can be shown: everyone was asked, and chose one answer.
#[must_use]
pub fn can_show_by(asked: &Questionnaire) -> Vec<&Question> {
    let can = |question: &&Question| question.only_if.is_empty() && question.kind.can_split();
    asked.questions().filter(can).collect()
}

/// Which questions are shown by this one: all others that everyone was asked and that are counted
/// by their answers.
#[must_use]
pub fn shown_by(asked: &Questionnaire, by: &str) -> Vec<(String, String)> {
    let others = asked.questions().filter(|question| {
        question.key != by && question.only_if.is_empty() && question.kind.is_counted_by_answers()
    });
    others.map(|question| (question.key.clone(), by.to_owned())).collect()
}

/// How a table for people begins (the byte order mark): without it Excel takes its letters for
/// others, and "£" for "Â£".
pub const FOR_EXCEL: &str = "\u{feff}";

/// A cell that no spreadsheet takes for a formula.
pub fn harmless(cell: &str) -> String {
    if cell.starts_with(['=', '+', '-', '@', '\t', '\r']) {
        format!("'{cell}")
    } else {
        cell.to_owned()
    }
}

/// A number as it is read.
#[must_use]
pub fn words(people: Option<u64>) -> String {
    people.map_or(Shown::Hidden, Shown::Number).words()
}

/// The share of all who were asked, to the nearest hundredth; only of numbers that are shown.
#[must_use]
pub fn share(people: Option<u64>, of: Option<u64>) -> Option<u64> {
    people.zip(of).and_then(|(people, of)| disclosure::share(people, of))
}

/// A release that is counted and waits to be checked.
#[derive(Clone, Debug)]
pub struct New {
    /// The true numbers.
    pub counts: Counts,
    /// What may be shown of them; `None` where there are too few.
    pub published: Option<Published>,
    /// The same with its words.
    pub results: Results,
    /// What differs from the one before.
    pub differs: String,
}

/// One response that counts, as organisers read it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Heard {
    /// Its id; nothing joins it to a person.
    pub response_id: String,
    pub version: i64,
    pub channel: Channel,
    pub may_quote: bool,
    pub answers: Answers,
}

/// What answers to a question are about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Theme {
    pub id: String,
    /// The key of the question.
    pub question: String,
    pub title: String,
    /// The responses whose answer is about it.
    pub responses: Vec<String>,
}

/// How a response came in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Channel {
    /// Somebody answered online.
    Online,
    /// A sheet of paper was typed in.
    Paper,
    /// Somebody was asked by phone.
    Phone,
    /// Somebody was asked at a meeting.
    Meeting,
}

impl Channel {
    /// Each, as it is stored and as it is shown.
    pub const ALL: [(Self, &'static str, &'static str); 4] = [
        (Self::Online, "online", "Online"),
        (Self::Paper, "paper", "On paper"),
        (Self::Phone, "phone", "By phone"),
        (Self::Meeting, "meeting", "At a meeting"),
    ];

    /// The word it is stored by.
    #[must_use]
    pub fn word(self) -> &'static str {
        Self::ALL.into_iter().find(|(channel, ..)| *channel == self).map_or("", |(_, word, _)| word)
    }

    /// As it is shown.
    #[must_use]
    pub fn title(self) -> &'static str {
        Self::ALL.into_iter().find(|(channel, ..)| *channel == self).map_or("", |(.., title)| title)
    }

    #[must_use]
    pub fn read(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|(_, stored, _)| *stored == word).map(|(channel, ..)| channel)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::QuestionKind;
    use crate::answers::{Answer, Answers};
    use crate::check::tests::{asked, choices, of};

    #[test]
    fn no_cell_begins_like_a_formula() {
        for cell in ["=1+1", "+1", "-1", "@x", "\t=1"] {
            assert!(harmless(cell).starts_with('\''), "{cell:?}");
        }
        assert_eq!(harmless("a=b"), "a=b");
    }

    #[test]
    fn results_hold_what_may_be_shown_in_the_words_of_the_questions() {
        let questionnaire = of(vec![
            asked("waits", QuestionKind::YesNo {}, &[]),
            asked("side", QuestionKind::OneOf { options: choices(&["north", "south"]) }, &[]),
            asked(
                "long",
                QuestionKind::OneOf { options: choices(&["weeks", "months"]) },
                &[("waits", &["yes"])],
            ),
        ]);
        let chosen = |key: &str| Answer::Chosen(vec![key.to_owned()]);
        let person = |nth: usize| {
            let mut answers = Answers::new();
            answers
                .insert("waits".into(), chosen(if nth.is_multiple_of(2) { "yes" } else { "no" }));
            answers.insert("side".into(), chosen(if nth < 30 { "north" } else { "south" }));
            if nth.is_multiple_of(2) {
                answers.insert("long".into(), chosen(if nth < 6 { "weeks" } else { "months" }));
            }
            answers
        };
        let responses: Vec<Answers> = (0..60).map(person).collect();
        let by = shown_by(&questionnaire, "side");
        let counts = tally(&questionnaire, &responses, &[], &by, &Counting::default());
        let counts = counts.expect("counts");
        let Release::Numbers(published) = tables::release(&counts.counts, &[], Rule::default())
        else {
            panic!("numbers")
        };
        let (material, rule) = (Material::default(), Rule::default());
        let results = results(&questionnaire, &counts, &published, &material, rule);
        assert_eq!(results.people, Some(60));
        let waits = &results.questions[0];
        assert_eq!(waits.parts[0].1.zip(waits.parts[1].1), Some((30, 30)));
        assert_eq!(waits.by.as_ref().map(|by| by.rows[0][0]), Some(Some(15)), "by north and south");
        let long =
            results.questions.iter().find(|counted| counted.question == "long").expect("counted");
        assert!(
            long.is_of_some && long.by.is_none() && long.parts[0].1.is_none(),
            "three of thirty are not shown"
        );
        assert_eq!(long.all(), None);
        assert_eq!(
            (share(Some(1), Some(3)), share(None, Some(3)), share(Some(0), Some(0))),
            (Some(33), None, None)
        );
    }

    /// Answers to one question under the key `q`, so many times each.
    fn material(kind: QuestionKind, answers: &[(usize, Option<Answer>)]) -> Material {
        let heard = answers.iter().flat_map(|(times, answer)| {
            let answers = answer.iter().map(|answer| ("q".to_owned(), answer.clone())).collect();
            let heard = Heard {
                response_id: String::new(),
                version: 1,
                channel: Channel::Online,
                may_quote: false,
                answers,
            };
            vec![heard; *times]
        });
        Material {
            versions: vec![(1, of(vec![asked("q", kind, &[])]))],
            heard: heard.collect(),
            closed_on: 20_261_204,
            ..Material::default()
        }
    }

    /// What is published of them, after what was published before.
    fn published(material: &Material, before: &[New]) -> Result<New, &'static str> {
        let before: Vec<_> = before
            .iter()
            .map(|new| (new.counts.clone(), new.published.clone().expect("numbers")))
            .collect();
        new(material, "", &before, String::new(), Rule::default())
    }

    #[test]
    fn the_middle_of_numbers_is_the_range_in_which_half_are_reached() {
        let weeks = QuestionKind::Number { least: 0, most: 52 };
        let answers = [
            (30, Some(Answer::Number(2))),
            (25, Some(Answer::Number(14))),
            (45, Some(Answer::Number(33))),
        ];
        let mut material = material(weeks, &answers);
        let new = published(&material, &[]).expect("results");
        let counted = &new.results.questions[0];
        let middle = counted.middle.clone().expect("a middle");
        assert_eq!(middle.quarter.as_deref(), Some("0 to 9"));
        assert_eq!(middle.half.as_deref(), Some("10 to 19"));
        assert_eq!(middle.three_quarters.as_deref(), Some("30 to 39"));
        material.cuts.insert("q".to_owned(), vec![10, 30]);
        let again = published(&material, std::slice::from_ref(&new)).expect("results");
        assert_eq!(again.results, new.results, "the ranges stay as they were published");
        let chosen = published(&material, &[]).expect("results").results;
        let words: Vec<&str> =
            chosen.questions[0].parts.iter().map(|(words, _)| words.as_str()).collect();
        assert_eq!(words, ["0 to 9", "10 to 29", "30 to 52", "No answer"]);
    }

    #[test]
    fn what_is_published_of_an_amount_says_how_much_of_what() {
        let miles = QuestionKind::Amount { least: 0, most: 40, unit: "miles".into() };
        let answers = [
            (30, Some(Answer::Number(2))),
            (25, Some(Answer::Number(12))),
            (45, Some(Answer::Number(33))),
        ];
        let new = published(&material(miles, &answers), &[]).expect("results");
        let counted = &new.results.questions[0];
        let middle = counted.middle.clone().expect("a middle");
        assert_eq!(middle.quarter.as_deref(), Some("0 to 4 miles"));
        assert_eq!(middle.half.as_deref(), Some("10 to 14 miles"));
        assert_eq!(counted.parts.last().map(|(words, _)| words.as_str()), Some("No answer"));
    }

    #[test]
    fn a_middle_that_would_tell_of_a_few_is_not_said() {
        let weeks = QuestionKind::Number { least: 0, most: 3 };
        let answers: Vec<_> = [45, 4, 11, 40]
            .into_iter()
            .zip(0..)
            .map(|(times, weeks)| (times, Some(Answer::Number(weeks))))
            .collect();
        let new = published(&material(weeks, &answers), &[]).expect("results");
        let counted = &new.results.questions[0];
        assert_eq!(counted.parts[1].1, None, "four people are not shown");
        assert_eq!(counted.middle.as_ref().and_then(|middle| middle.half.clone()), None);
    }

    #[test]
    fn what_was_put_in_order_is_listed_by_mean_place_where_all_places_may_be_shown() {
        let kind = || QuestionKind::Rank { options: choices(&["a", "b", "c"]) };
        let order = |keys: &[&str]| {
            Some(Answer::Ranked(keys.iter().map(|key| (*key).to_owned()).collect()))
        };
        let all = [(40, order(&["b", "a", "c"])), (20, order(&["a", "b", "c"]))];
        let new = published(&material(kind(), &all), &[]).expect("results");
        assert_eq!(new.results.questions.len(), 1, "places are no questions of their own");
        let ranked = |option: &str, mean_place, firsts| Ranked {
            option: format!("The option {option}"),
            mean_place,
            firsts,
        };
        assert_eq!(
            new.results.questions[0].ranking,
            Some(Ranking::InOrder(vec![
                ranked("b", 13, 40),
                ranked("a", 17, 20),
                ranked("c", 30, 0)
            ]))
        );
        let few = [(40, order(&["b", "a", "c"])), (4, order(&["a", "c", "b"]))];
        let new = published(&material(kind(), &few), &[]).expect("results");
        assert_eq!(new.results.questions[0].ranking, Some(Ranking::NotShown));
    }

    #[test]
    fn all_places_are_not_counted_where_only_the_first_were_published_before() {
        let kind = QuestionKind::Rank { options: choices(&["a", "b"]) };
        let one = |key: &str| Some(Answer::Ranked(vec![key.to_owned()]));
        let material = material(kind, &[(20, one("a")), (20, one("b"))]);
        let (asked, responses) = whole::whole(&material.versions, &material.heard, &[]);
        let counts = tally(&asked, &responses, &[], &[], &Counting::default()).expect("counts");
        let Release::Numbers(shown) = tables::release(&counts.counts, &[], Rule::default()) else {
            panic!("numbers")
        };
        let before = [(counts.counts, shown)];
        let new = new(&material, "", &before, String::new(), Rule::default()).expect("results");
        assert_eq!(new.counts.lists().len(), 1);
        assert_eq!(new.results.questions[0].ranking, Some(Ranking::NotShown));
    }

    #[test]
    fn an_order_is_shown_only_where_no_place_is_hidden_now_or_was_before() {
        const ORDERS: [&[&str]; 5] =
            [&["a", "b", "c"], &["b", "a", "c"], &["c", "a", "b"], &["b"], &[]];
        let kind = || QuestionKind::Rank { options: choices(&["a", "b", "c"]) };
        let order = |keys: &[&str]| {
            let keys: Vec<String> = keys.iter().map(|key| (*key).to_owned()).collect();
            (!keys.is_empty()).then_some(Answer::Ranked(keys))
        };
        // Numbers that look random and are the same in every run.
        let mut state: usize = 7;
        let mut roll = |sides: usize| {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695);
            (state >> 33) % sides
        };
        let (mut in_order, mut not_shown) = (0, 0);
        for _ in 0..300 {
            let mut many = [10 + roll(30), roll(30), roll(30), roll(14), roll(14)];
            let mut before: Vec<New> = Vec::new();
            for _ in 0..2 {
                let answers: Vec<_> =
                    many.iter().zip(ORDERS).map(|(times, keys)| (*times, order(keys))).collect();
                many = many.map(|times| times + roll(12));
                let Ok(new) = published(&material(kind(), &answers), &before) else { continue };
                let counted = &new.results.questions[0];
                let was_hidden = before
                    .iter()
                    .any(|before| before.results.questions[0].ranking == Some(Ranking::NotShown));
                if counted.ranking == Some(Ranking::NotShown) {
                    not_shown += 1;
                } else {
                    in_order += 1;
                    assert!(!was_hidden && counted.all().is_some(), "{counted:?}");
                    let lists = &new.published.as_ref().expect("numbers").lists;
                    let is_safe = |shown: &Shown| {
                        shown.number().is_some_and(|people| people == 0 || people >= 10)
                    };
                    assert!(lists.iter().flatten().all(is_safe), "{lists:?}");
                }
                before.push(new);
            }
        }
        assert!(in_order > 10 && not_shown > 100, "{in_order} {not_shown}");
    }
}
