//! Words that somebody writes: as an answer, or to be read in place of one.

use forms::{Named, Sent};

use super::{About, Input, Own, Shape, Written};
use crate::answers::Answer;
use crate::check::LONGEST_TEXT;
use crate::{Choice, Question};

/// A kind that is answered in one field to write in, and of which an organiser writes nothing else.
pub(super) struct Typed {
    pub(super) about: &'static About,
    pub(super) shape: Shape,
    pub(super) input: Option<Input>,
    pub(super) read: fn(&Question, &Sent) -> Result<Option<Answer>, String>,
    pub(super) seconds: u64,
}

impl Own for Typed {
    fn about(&self) -> &'static About {
        self.about
    }

    fn shape(&self) -> Shape {
        self.shape
    }

    fn input(&self) -> Option<Input> {
        self.input
    }

    fn choices(&self, _: &[Named]) -> Vec<Choice> {
        Vec::new()
    }

    fn can_be_more(&self) -> bool {
        false
    }

    fn fields(&self) -> Vec<(&'static str, String)> {
        Vec::new()
    }

    fn faults(&self) -> Vec<String> {
        Vec::new()
    }

    fn read(
        &self,
        question: &Question,
        sent: &Sent,
        _: &[Named],
    ) -> Result<Option<Answer>, String> {
        (self.read)(question, sent)
    }

    fn seconds(&self) -> u64 {
        self.seconds
    }
}

/// An answer in somebody's own words.
pub(super) fn answer(text: String, longest: usize) -> Result<Option<Answer>, String> {
    if text.is_empty() {
        Ok(None)
    } else {
        forms::within(text, longest, "").map(|text| Some(Answer::Text(text)))
    }
}

/// Reads the words that an organiser wrote.
pub(super) fn written(form: &mut Written<'_>, what_to_do: &str) -> Option<String> {
    let words = forms::within(forms::prose(form.sent.typed("words")), LONGEST_TEXT, what_to_do);
    form.refusals.take("words", words)
}

/// What must be corrected in words to read.
pub(super) fn faults(words: &str) -> Vec<String> {
    if words.is_empty() {
        vec!["Write what there is to read, or what the picture shows".to_owned()]
    } else if words.chars().count() > LONGEST_TEXT {
        vec![format!("Keep the text to {LONGEST_TEXT} characters or fewer")]
    } else {
        Vec::new()
    }
}
