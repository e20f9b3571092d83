//! What a consultation asks: sections of questions, some of them only of those who gave a certain
//! answer before.
//!
//! `edit` changes it question by question, `check` finds what must be corrected before it opens,
//! `answers` reads an answer and knows who is asked what, `file` is the same as one JSON file,
//! `import` reads what was written for other programs, `library` has questions to start from,
//! `mended` corrects the wording once somebody has answered, `way` leads through the questions.
//! `tally` counts the answers, `whole` makes one set of questions of all versions, and `results` is
//! what is published of them.

pub mod answers;
pub mod check;
pub mod edit;
pub mod file;
pub mod import;
pub mod library;
pub mod mended;
pub mod results;
pub mod tally;
pub mod way;
pub mod whole;

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
    pub kind: Kind,
    /// Whether an answer is needed.
    #[serde(default, skip_serializing_if = "is_false")]
    pub is_needed: bool,
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

/// How a question is answered.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "is", rename_all = "kebab-case", deny_unknown_fields)]
pub enum Kind {
    /// One of some options.
    OneOf {
        /// Two or more.
        options: Vec<Choice>,
    },
    /// Several of some options.
    SeveralOf {
        /// Two or more.
        options: Vec<Choice>,
        /// How many at the most; `None` for all.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        at_most: Option<usize>,
    },
    /// "Yes" or "no"; their keys are `yes` and `no`.
    YesNo {},
    /// One of some steps with words, from the one end to the other.
    Scale {
        /// Two or more.
        options: Vec<Choice>,
    },
    /// Options in the order of what matters most.
    Rank {
        /// Two or more.
        options: Vec<Choice>,
    },
    /// A whole number.
    Number {
        /// The least it can be.
        least: i64,
        /// The most it can be.
        most: i64,
    },
    /// One line.
    ShortText {},
    /// Several lines.
    LongText {},
    /// A day.
    Date {},
    /// One of the area's places.
    Place {},
    /// A page of text to read; it has no answer.
    Page {
        /// The text.
        words: String,
    },
    /// A picture; it has no answer.
    Picture {
        /// The file's name.
        file: String,
        /// What it shows, in words, for those who do not see it.
        words: String,
    },
}

impl Kind {
    /// The options one chooses from or ranks; none where there are none.
    #[must_use]
    pub fn options(&self) -> Vec<Choice> {
        match self {
            Self::OneOf { options }
            | Self::SeveralOf { options, .. }
            | Self::Scale { options }
            | Self::Rank { options } => options.clone(),
            Self::YesNo {} => [("yes", "Yes"), ("no", "No")]
                .map(|(key, text)| Choice { key: key.into(), text: text.into() })
                .to_vec(),
            _ => Vec::new(),
        }
    }

    /// The same, to put their words right.
    pub fn options_mut(&mut self) -> &mut [Choice] {
        match self {
            Self::OneOf { options }
            | Self::SeveralOf { options, .. }
            | Self::Scale { options }
            | Self::Rank { options } => options,
            _ => &mut [],
        }
    }

    /// Whether exactly one option is chosen.
    #[must_use]
    pub fn is_one_choice(&self) -> bool {
        matches!(self, Self::OneOf { .. } | Self::YesNo {} | Self::Scale { .. })
    }

    /// Whether a later question may be asked only of those who chose an option of it.
    #[must_use]
    pub fn can_branch(&self) -> bool {
        self.is_one_choice() || matches!(self, Self::SeveralOf { .. })
    }

    /// Whether it has an answer.
    #[must_use]
    pub fn has_answer(&self) -> bool {
        !matches!(self, Self::Page { .. } | Self::Picture { .. })
    }
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
