//! Questions written elsewhere: an XLSForm workbook, or a survey of LimeSurvey. What both sides
//! know is imported; for everything else there is a line that says what and why.

pub mod expression;
mod limesurvey;
mod xlsform;

pub use limesurvey::limesurvey;
pub use xlsform::xlsform;

use std::collections::BTreeSet;

use expression::Terms;

use super::check::{LONGEST_LINE, LONGEST_TEXT, MOST_OPTIONS, MOST_QUESTIONS};
use super::{Choice, Condition, Question, Questionnaire, Section};

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Imported {
    /// The questions, as far as they could be imported. [`super::check::check`] finds what is left
    /// to correct.
    pub questionnaire: Questionnaire,
    /// What could not be imported as it was, in the order of the file.
    pub not_taken: Vec<NotTaken>,
}

/// Something that could not be imported as it was.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NotTaken {
    /// Where it is in the file: a row, a question.
    pub at: String,
    /// What became of it, and why.
    pub what: String,
}

/// Why a file could not be read at all, and what to do.
pub type Unread = String;

/// The largest file, in bytes; also of what is in a workbook, unpacked.
pub const LARGEST: usize = 20 * 1024 * 1024;
/// The longest text of a cell or a field that is read, in characters.
const LONGEST_CELL: usize = 20_000;
/// After so many things that could not be imported, the rest of a file is not read.
const MOST_NOT_TAKEN: usize = 300;

/// A questionnaire that grows, with what could not be imported.
#[derive(Default)]
struct Builder {
    imported: Imported,
    keys: BTreeSet<String>,
}

impl Builder {
    fn report(&mut self, at: &str, what: impl Into<String>) {
        if self.imported.not_taken.len() < MOST_NOT_TAKEN {
            let not_taken = NotTaken { at: cut(at, 80), what: cut(&what.into(), 400) };
            self.imported.not_taken.push(not_taken);
        } else if !self.is_full() {
            self.imported.not_taken.push(NotTaken {
                at: "The rest of the file".to_owned(),
                what: "Left out, because so much before it couldn't be imported".to_owned(),
            });
        }
    }

    /// Whether so much could not be imported that the rest is not read.
    fn is_full(&self) -> bool {
        self.imported.not_taken.len() > MOST_NOT_TAKEN
    }

    /// Whether there is room for one more question; if not, it is reported.
    fn has_room(&mut self, at: &str) -> bool {
        let has_room = self.imported.questionnaire.questions().count() < MOST_QUESTIONS;
        if !has_room {
            self.report(at, format!("Left out: there are more than {MOST_QUESTIONS} questions"));
        }
        has_room
    }

    /// Begins a section, or names the one that has no questions yet.
    fn section(&mut self, title: String) {
        let sections = &mut self.imported.questionnaire.sections;
        match sections.last_mut().filter(|last| last.questions.is_empty()) {
            Some(last) => last.title = title,
            None => sections.push(Section { title, questions: Vec::new() }),
        }
    }

    /// A key that no question has yet, as close to `name` as possible.
    fn key(&mut self, name: &str) -> String {
        let like = as_key(name);
        let mut key = like.clone();
        let mut nth = 2;
        while !self.keys.insert(key.clone()) {
            key = format!("{}-{nth}", like.chars().take(34).collect::<String>());
            nth += 1;
        }
        key
    }

    /// Adds a question, with its words cut to what fits; none beyond the limit.
    fn put(&mut self, at: &str, mut question: Question) {
        if !self.has_room(at) {
            return;
        }
        if question.text.chars().count() > LONGEST_LINE {
            self.report(at, "The question is too long. The full text is in the help");
            question.help = [question.text.as_str(), &question.help].join("\n\n").trim().to_owned();
            question.text = cut(&question.text, LONGEST_LINE);
        }
        if question.text.is_empty() {
            self.report(at, "It has no text. Its name is used instead");
            question.text.clone_from(&question.key);
        }
        question.help = cut(&question.help, LONGEST_TEXT);
        if let Some(words) = question.kind.words_mut() {
            *words = cut(if words.is_empty() { &question.text } else { words }, LONGEST_TEXT);
        }
        if self.imported.questionnaire.sections.is_empty() {
            self.section(String::new());
        }
        if let Some(section) = self.imported.questionnaire.sections.last_mut() {
            section.questions.push(question);
        }
    }

    /// Options with their words cut to what fits.
    fn options(
        &mut self,
        at: &str,
        options: impl Iterator<Item = (String, String)>,
    ) -> Vec<Choice> {
        let mut all: Vec<Choice> = Vec::new();
        for (name, words) in options {
            if self.is_full() {
                break;
            }
            let (key, text) = (as_key(&name), cut(&forms::line(&words), LONGEST_LINE));
            let text = if text.is_empty() { name.clone() } else { text };
            if all.iter().any(|known| known.key == key || known.text == text) {
                self.report(at, format!("Left out: the option {text} is in the list twice"));
            } else if all.len() == MOST_OPTIONS {
                self.report(
                    at,
                    format!(
                        "Left out: the options from {text} on, because there are more than \
                         {MOST_OPTIONS}"
                    ),
                );
                break;
            } else {
                all.push(Choice { key, text });
            }
        }
        all
    }

    /// When a question is asked, from an expression of the file. `find`: the question and option
    /// that a name and a value mean. Where it cannot be imported, everyone is asked the question.
    fn only_if(
        &mut self,
        at: &str,
        expression: &str,
        find: impl Fn(&str, &str) -> Option<(String, String)>,
    ) -> Vec<Condition> {
        let terms: Option<Terms> = expression::terms(expression);
        let found = terms.and_then(|terms| {
            let term = |(name, values): (String, Vec<String>)| {
                let found =
                    values.iter().map(|value| find(&name, value)).collect::<Option<Vec<_>>>()?;
                let question = found.first()?.0.clone();
                found.iter().all(|(key, _)| *key == question).then(|| Condition {
                    question,
                    any_of: found.into_iter().map(|(_, option)| option).collect(),
                })
            };
            terms.into_iter().map(term).collect::<Option<Vec<_>>>()
        });
        found.unwrap_or_else(|| {
            self.report(
                at,
                format!(
                    "Everyone will be asked: this condition could not be imported: {}",
                    cut(expression, 120)
                ),
            );
            Vec::new()
        })
    }
}

/// A name as a key may be.
fn as_key(name: &str) -> String {
    let key: String = name
        .chars()
        .map(|c| if c.is_ascii_alphanumeric() || c == '_' || c == '-' { c } else { '-' })
        .take(40)
        .collect();
    if key.is_empty() { "question".to_owned() } else { key }
}

/// Words of the file as plain text: without marks of HTML, with its line breaks. Reads each sign
/// once: the words were sent by someone, and elements can lie inside one another a million deep.
fn plain(words: &str) -> String {
    let cut = cut(words, LONGEST_CELL);
    let (mut bare, mut rest) = (String::new(), cut.as_str());
    while let Some((before, mark)) = rest.split_once('<') {
        bare.push_str(before);
        if !mark.starts_with(|c: char| c.is_ascii_alphabetic() || "/!?".contains(c)) {
            bare.push('<');
            rest = mark;
            continue;
        }
        let Some((name, after)) = mark.split_once('>') else {
            rest = "";
            break;
        };
        let name = name.to_ascii_lowercase();
        let is = |begin: &str| name.starts_with(begin);
        if is("br") || is("/p") || is("/li") || is("/div") {
            bare.push('\n');
        }
        rest = after;
        if is("script") || is("style") {
            // What is in them is no words, and ends with the next mark.
            rest = after.find("</").map_or("", |end| &after[end..]);
        }
    }
    bare.push_str(rest);
    forms::prose(&html_escape::decode_html_entities(&bare))
}

/// The beginning of a text; what is beyond it is not looked at.
fn cut(text: &str, longest: usize) -> String {
    if text.chars().nth(longest).is_none() {
        text.to_owned()
    } else {
        text.chars().take(longest - 1).chain(['…']).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_lose_their_marks_and_keep_their_lines() {
        for (marked, bare) in [
            ("Do you <b>wait</b>?", "Do you wait?"),
            ("one<br />two<BR>three", "one\ntwo\nthree"),
            ("<p>one</p><p>two</p>", "one\ntwo"),
            ("a < b and b > a", "a < b and b > a"),
            ("5 <3 &amp; &lt;b&gt;", "5 <3 & <b>"),
            ("<style>p { color: red }</style>Why?", "Why?"),
            ("<script>if (a < b) go()</script>Why?", "Why?"),
            ("cut off <span class", "cut off"),
            ("no end <", "no end <"),
        ] {
            assert_eq!(plain(marked), bare, "{marked}");
        }
    }

    #[test]
    fn marks_inside_one_another_without_end_are_read_once_and_long_texts_are_cut() {
        assert_eq!(plain(&"<div>".repeat(1_000_000)), "");
        assert_eq!(plain(&"<".repeat(1_000_000)).chars().count(), LONGEST_CELL);
        assert_eq!(plain(&"<a".repeat(1_000_000)), "");
    }

    #[test]
    fn what_could_not_be_imported_ends_somewhere() {
        let mut builder = Builder::default();
        (0..10_000).for_each(|nth| builder.report(&"row".repeat(1_000), format!("{nth}")));
        assert_eq!(builder.imported.not_taken.len(), MOST_NOT_TAKEN + 1);
        assert!(builder.is_full());
        assert!(builder.imported.not_taken.iter().all(|not| not.at.chars().count() <= 80));
        let twice = std::iter::repeat_n(("a".to_owned(), "A".to_owned()), 1_000_000);
        assert_eq!(builder.options("a list", twice), [], "nothing more is read");
        let many = (0..1_000_000).map(|nth: u32| (nth.to_string(), nth.to_string()));
        assert_eq!(Builder::default().options("a list", many).len(), MOST_OPTIONS);
    }
}
