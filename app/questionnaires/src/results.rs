//! What is said about the answers once they are counted, and in which words.
//!
//! Every number goes through [`disclosure::tables`]. A release never changes; a new one says what
//! differs.

use disclosure::Shown;
use disclosure::tables::{self, Counts, Published, Release, Rule};
use forms::Named;
use serde::{Deserialize, Serialize};

use crate::answers::Answers;
use crate::tally::{Head, Tally, tally};
use crate::{Question, Questionnaire, whole};

/// What one release says.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Results {
    /// How many responses were counted; `None`: too few to show.
    pub people: Option<u64>,
    /// About how many families were asked, where somebody said so.
    pub asked: Option<u64>,
    /// The questions, in their order.
    pub questions: Vec<Counted>,
    /// Questions about which nothing may be said, in their own words.
    pub left_out: Vec<String>,
}

/// How one question was answered, or of several options one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Counted {
    /// The key of the question.
    pub question: String,
    pub text: String,
    /// The option, where each option is counted by itself.
    pub option: Option<String>,
    /// Whether only some were asked it.
    pub is_of_some: bool,
    /// Each answer with how many gave it; `None`: not shown.
    pub parts: Vec<(String, Option<u64>)>,
    /// The same, split by another question.
    pub by: Option<By>,
    /// Of a place: for each part how many children with SEND live there, where that is known.
    pub baseline: Vec<Option<u64>>,
    /// Quotes from people who agreed to it, chosen by organisers.
    pub quotations: Vec<String>,
}

impl Results {
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
pub struct By {
    /// The other question.
    pub text: String,
    /// Its answers.
    pub columns: Vec<String>,
    /// For each answer to the first the numbers; `None`: not shown.
    pub rows: Vec<Vec<Option<u64>>>,
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
    let (asked, responses) = whole::whole(&material.versions, &material.heard, &material.themes);
    let places: Vec<Named> = material.places.iter().map(|(place, _)| place.clone()).collect();
    let crosses = if by.is_empty() { Vec::new() } else { shown_by(&asked, by) };
    let tally = tally(&asked, &responses, &places, &crosses).map_err(|_unfit| {
        "Split the answers by another question, or don't split them. These can't be shown \
            together"
    })?;
    let (published, results) = match tables::release(&tally.counts, before, rule) {
        Release::Numbers(published) => {
            let results = results(&asked, &tally, &published, material);
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

/// What is said about these counts.
#[must_use]
pub fn results(
    asked: &Questionnaire,
    tally: &Tally,
    published: &Published,
    material: &Material,
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
            By {
                text: text(&columns.question),
                columns: columns.parts.iter().map(|(_, words)| words.clone()).collect(),
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
        questions: tally.heads.iter().enumerate().map(of_head).collect(),
        left_out: tally.left_out.iter().map(|key| text(key)).collect(),
    }
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
        let counts = tally(&questionnaire, &responses, &[], &shown_by(&questionnaire, "side"))
            .expect("counts");
        let Release::Numbers(published) = tables::release(&counts.counts, &[], Rule::default())
        else {
            panic!("numbers")
        };
        let results = results(&questionnaire, &counts, &published, &Material::default());
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
}
