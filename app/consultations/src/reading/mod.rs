//! Reading what parents said, once it has closed: organisers read every answer question by
//! question, give it themes, choose quotes to publish, redact, and pass on answers that suggest
//! danger or name a child.
//!
//! `questions` is the page of all questions and `question` that of one, made of the `material`;
//! `ways` is what can be done about an answer and `acting` does it; `together` is what they do with
//! several answers at once, `readers` who read what and how far two agree, `concerns` what the
//! safeguarding lead sees, `export` the files for the forum itself, `store` the SQL. What may be
//! read and quoted is decided here.

mod acting;
mod concerns;
mod export;
mod material;
mod question;
mod questions;
pub mod readers;
pub mod store;
mod together;
mod ways;

use std::collections::BTreeMap;

use forms::Named;
use ground::ids::{self, Id};
use ground::routes::{Access, Routes};
use ground::viewer::Role;
use questionnaires::Question;
use questionnaires::answers::{self, Answer, Answers};

#[must_use]
pub fn routes() -> Routes {
    const EXPORT: &str = "save all answers as a file";
    let (organiser, safeguarding) =
        (Access::Only(&[Role::Organiser]), Access::Only(&[Role::Safeguarding]));
    Routes::new()
        .get("/forum/consultations/{id}/answers", organiser, questions::reading_page)
        .get("/forum/consultations/{id}/answers/{key}", organiser, question::read_answers_page)
        .post("/forum/consultations/{id}/answers/{key}", organiser, acting::act_on_answer)
        .get("/forum/consultations/{id}/answers.csv", organiser, questions::reading_page)
        .post_first(
            "/forum/consultations/{id}/answers.csv",
            organiser.fresh(),
            EXPORT,
            export::answers_csv,
        )
        .get("/forum/consultations/{id}/answers.xlsx", organiser, questions::reading_page)
        .post_first(
            "/forum/consultations/{id}/answers.xlsx",
            organiser.fresh(),
            EXPORT,
            export::answers_xlsx,
        )
        .get("/forum/safeguarding/answers", safeguarding, concerns::answer_concerns_page)
        .get("/forum/safeguarding/answers/{id}", safeguarding, concerns::answer_concern_page)
        .post("/forum/safeguarding/answers/{id}", safeguarding, concerns::note_answer_concern)
}

/// What was done about an answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Done {
    /// Other words are read in its place, for a reason.
    Redacted {
        /// What is read instead.
        words: String,
        reason: String,
    },
    /// These words of it are published with the results.
    Quoted {
        /// What is published.
        words: String,
    },
    /// It was passed on to the safeguarding lead, who alone reads it.
    PassedOn,
}

/// Why an answer is passed on to the safeguarding lead.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Suggests {
    /// Someone may be in danger.
    Danger,
    /// It names a child.
    AName,
}

impl Suggests {
    /// The word it is stored by.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Danger => "danger",
            Self::AName => "a name",
        }
    }

    #[must_use]
    pub fn read(word: &str) -> Option<Self> {
        [Self::Danger, Self::AName].into_iter().find(|suggests| suggests.word() == word)
    }

    /// As the safeguarding lead reads it.
    #[must_use]
    pub fn title(self) -> &'static str {
        match self {
            Self::Danger => "Someone may be in danger",
            Self::AName => "It names a child",
        }
    }
}

/// What was done about the answers of one consultation: (response, question, what).
pub type Treated = Vec<(Id<ids::Response>, String, Done)>;

/// What is read in place of an answer that was passed on.
pub const PASSED_ON: &str = "Passed on to the safeguarding lead";
/// The longest quotation, in characters.
const LONGEST_QUOTATION: usize = 400;

/// What was done about one answer. The id is text, as [`questionnaires::results::Heard`] has it.
pub fn about<'t>(treated: &'t Treated, response_id: &str, question: &str) -> Vec<&'t Done> {
    let is_this = |(response, key, _): &&(Id<ids::Response>, String, Done)| {
        response == response_id && key == question
    };
    treated.iter().filter(is_this).map(|(.., done)| done).collect()
}

/// What is read in place of an answer: nothing of it where it was passed on, other words where it
/// was redacted. `None` where the answer itself is read. Each page and file that shows an answer to
/// anybody but the safeguarding lead asks this.
#[must_use]
pub fn in_its_place(done: &[&Done]) -> Option<String> {
    if done.contains(&&Done::PassedOn) {
        return Some(PASSED_ON.to_owned());
    }
    done.iter().find_map(|done| match done {
        Done::Redacted { words, .. } => Some(words.clone()),
        Done::Quoted { .. } | Done::PassedOn => None,
    })
}

/// An answer as organisers read it: in words, redacted where it was, and not at all where it was
/// passed on.
#[must_use]
pub fn readable(question: &Question, answer: &Answer, done: &[&Done], places: &[Named]) -> String {
    in_its_place(done).unwrap_or_else(|| answers::in_words(question, Some(answer), places))
}

/// The answers of one response that organisers no longer read, by the keys of their questions, with
/// what is read in place of each.
#[must_use]
pub fn withheld(
    treated: &Treated,
    response_id: &Id<ids::Response>,
    answers: &Answers,
) -> BTreeMap<String, String> {
    answers
        .keys()
        .filter_map(|key| Some((key.clone(), in_its_place(&about(treated, response_id, key))?)))
        .collect()
}

/// Reads which words of an answer are to be published. They must be in it exactly as they are.
///
/// # Errors
/// What to do.
pub fn quotation(
    words: &str,
    readable: &str,
    may_quote: bool,
    done: &[&Done],
) -> Result<String, &'static str> {
    let plain = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
    let words = plain(&forms::prose(words));
    if !may_quote {
        Err("Leave it out. The person who wrote this didn't say we could quote it")
    } else if done.contains(&&Done::PassedOn) {
        Err("Leave it out. It was passed on to the safeguarding lead, so none of it is published")
    } else if words.is_empty() || words.chars().count() > LONGEST_QUOTATION {
        Err("Choose some words from the answer: up to 400 characters")
    } else if !plain(readable).contains(&words) {
        Err("Use the words exactly as they are in the answer. If something must be hidden, redact \
             it first")
    } else {
        Ok(words)
    }
}

#[cfg(test)]
mod tests {
    use questionnaires::QuestionKind;

    use super::*;

    #[test]
    fn words_are_quoted_as_they_stand_where_their_author_agreed_and_nothing_was_passed_on() {
        let said = "We waited a year.\n\nNobody rang.";
        assert_eq!(quotation("a year. Nobody", said, true, &[]), Ok("a year. Nobody".into()));
        for (words, may_quote, done) in [
            ("a year", false, vec![]),
            ("a year", true, vec![&Done::PassedOn]),
            ("two years", true, vec![]),
            ("", true, vec![]),
        ] {
            assert!(quotation(words, said, may_quote, &done).is_err(), "{words} {may_quote}");
        }
    }

    #[test]
    fn what_is_redacted_or_passed_on_is_read_so() {
        let question = Question {
            key: "why".into(),
            text: "Why?".into(),
            help: String::new(),
            kind: QuestionKind::LongText {},
            is_required: false,
            may_decline: false,
            only_if: Vec::new(),
        };
        let answer = Answer::Text("Sam waits.".into());
        let redacted =
            Done::Redacted { words: "[name] waits.".into(), reason: "It names a child.".into() };
        assert_eq!(readable(&question, &answer, &[], &[]), "Sam waits.");
        assert_eq!(readable(&question, &answer, &[&redacted], &[]), "[name] waits.");
        assert_eq!(readable(&question, &answer, &[&redacted, &Done::PassedOn], &[]), PASSED_ON);
        let quoted = Done::Quoted { words: "waits".into() };
        assert_eq!(readable(&question, &answer, &[&quoted], &[]), "Sam waits.");
        let answers = Answers::from([("why".into(), answer.clone()), ("who".into(), answer)]);
        let treated = vec![
            ("one".into(), "why".to_owned(), Done::PassedOn),
            ("another".into(), "who".to_owned(), Done::PassedOn),
        ];
        let withheld = withheld(&treated, &"one".into(), &answers);
        assert_eq!(withheld, BTreeMap::from([("why".to_owned(), PASSED_ON.to_owned())]));
    }
}
