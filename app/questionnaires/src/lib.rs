//! What a consultation asks: sections of questions, some of them only of those who gave a certain
//! answer before.
//!
//! `kinds` has one file for each kind of question: how an organiser writes it, what must be
//! corrected in it, how its answer is read and what that is like. No other file here tells the
//! kinds apart: it asks the methods of [`QuestionKind`].
//!
//! `edit` changes it question by question, `steps` in the ways that a program does, `other` lets
//! people choose something else and asks what it is, `each` asks the same about several things,
//! `check` finds what must be corrected before it opens, `answers` says which questions somebody is
//! asked, and an answer in words; `file` is the same as one JSON file, `import` reads what was
//! written for other programs, `library` has questions to start from, `mended` corrects the wording
//! once somebody has answered, `piping` puts an earlier answer into the words of a later question,
//! `way` leads through the questions. `tally` counts the answers, numbers and days by `ranges`,
//! `whole` makes one set of questions of all versions, and `results` is what is published of them.
//! `withdrawal` says until when answers can be deleted.

pub mod answers;
pub mod check;
pub mod each;
pub mod edit;
pub mod file;
pub mod import;
pub mod kinds;
pub mod library;
pub mod mended;
pub mod other;
pub mod piping;
pub mod ranges;
pub mod results;
pub mod steps;
pub mod tally;
pub mod way;
pub mod whole;
pub mod withdrawal;

pub use kinds::QuestionKind;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// All that is asked, in order.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Questionnaire {
    /// At least one.
    pub sections: Vec<Section>,
}

impl Questionnaire {
    /// The questions of all sections, in order.
    pub fn questions(&self) -> impl Iterator<Item = &Question> {
        self.sections.iter().flat_map(|section| &section.questions)
    }

    /// The question with this key.
    #[must_use]
    pub fn question(&self, key: &str) -> Option<&Question> {
        self.questions().find(|question| question.key == key)
    }
}

/// Questions under one heading.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Section {
    /// The heading; may be empty.
    #[serde(default)]
    pub title: String,
    /// The questions.
    pub questions: Vec<Question>,
}

/// A question, or a page of text or a picture between questions.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Question {
    /// What it is called in files: letters, digits, `-` and `_`; no other question has it.
    pub key: String,
    /// What is asked, in one sentence; of a page of text its heading.
    pub text: String,
    /// Help to answer; may be empty.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub help: String,
    /// How it is answered.
    pub kind: QuestionKind,
    /// Whether an answer is needed.
    #[serde(default, rename = "is_needed", skip_serializing_if = "is_false")]
    pub is_required: bool,
    /// Whether "prefer not to say" is an answer; for what asks about a person.
    #[serde(default, skip_serializing_if = "is_false")]
    pub may_decline: bool,
    /// It is asked only where all of these hold.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub only_if: Vec<Condition>,
}

#[allow(clippy::trivially_copy_pass_by_ref, reason = "serde hands over a reference")]
fn is_false(is: &bool) -> bool {
    !is
}

/// One option of a question.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Choice {
    /// What it is called in branches, answers and files; no other option of the question has it.
    pub key: String,
    /// Its words.
    pub text: String,
}

/// That somebody chose one of these options.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Condition {
    /// The key of an earlier question.
    pub question: String,
    /// Keys of its options; one of them was chosen.
    pub any_of: Vec<String>,
}
