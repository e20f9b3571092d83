//! Questions written elsewhere: an XLSForm workbook, or a survey of LimeSurvey. What both sides
//! know is imported; for everything else there is a line that says what and why.

mod expression;
mod limesurvey;
mod xlsform;

pub use limesurvey::limesurvey;
pub use xlsform::xlsform;

use std::collections::BTreeSet;

use expression::Terms;

use super::check::{LONGEST_LINE, LONGEST_TEXT, MOST_OPTIONS, MOST_QUESTIONS};
use super::{Choice, Condition, Kind, Question, Questionnaire, Section};

/// What was imported.
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

/// A questionnaire that grows, with what could not be imported.
#[derive(Default)]
struct Builder {
    imported: Imported,
    keys: BTreeSet<String>,
}

impl Builder {
    fn report(&mut self, at: &str, what: impl Into<String>) {
        self.imported.not_taken.push(NotTaken { at: at.to_owned(), what: what.into() });
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
        if self.imported.questionnaire.questions().count() >= MOST_QUESTIONS {
            return self
                .report(at, format!("Left out: there are more than {MOST_QUESTIONS} questions"));
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
        if let Kind::Page { words } = &mut question.kind {
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
            let (key, text) = (as_key(&name), cut(&forms::line(&words), LONGEST_LINE));
            let text = if text.is_empty() { name.clone() } else { text };
            if all.iter().any(|known| known.key == key || known.text == text) {
                self.report(at, format!("Left out: the option {text} is in the list twice"));
            } else if all.len() == MOST_OPTIONS {
                self.report(
                    at,
                    format!(
                        "Left out: the option {text}, because there are more than {MOST_OPTIONS}"
                    ),
                );
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

/// Words of the file as plain text: without marks of HTML, with its line breaks.
fn plain(words: &str) -> String {
    let broken = ["<br", "</p", "</li", "</div"]
        .iter()
        .fold(words.to_owned(), |words, end| words.replace(end, &format!("\n{end}")));
    let bare = ammonia::Builder::empty().clean(&broken).to_string();
    forms::prose(&html_escape::decode_html_entities(&bare))
}

fn cut(text: &str, longest: usize) -> String {
    if text.chars().count() <= longest {
        text.to_owned()
    } else {
        text.chars().take(longest - 1).chain(['…']).collect()
    }
}
