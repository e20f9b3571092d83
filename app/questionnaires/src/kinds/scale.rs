//! One of some steps with words, from the one end to the other.

use super::options::{self, OfOptions};
use super::{About, QuestionKind, Shape, Written};
use crate::Choice;

pub(super) const ABOUT: About = About {
    word: "scale",
    title: "A scale with words",
    asks: &["options"],
    what_is_needed: "Choose one",
};

pub(super) fn written(form: &mut Written<'_>) -> Option<QuestionKind> {
    Some(QuestionKind::Scale { options: options::written(form)? })
}

pub(super) fn own(options: &[Choice]) -> OfOptions<'_> {
    OfOptions {
        about: &ABOUT,
        options,
        can_be_more: false,
        shape: Shape::OneOption,
        read: options::one,
        seconds: 15,
    }
}

#[cfg(test)]
pub(super) mod tests {
    use forms::Sent;

    use super::super::tests::{Sample, chosen};
    use super::*;
    use crate::check::tests::choices;

    pub fn sample() -> Sample {
        Sample {
            kind: QuestionKind::Scale { options: choices(&["a", "b", "c"]) },
            answered: Some((Sent::of(&[("q.a", "c")]), chosen(&["c"]), "The option c")),
            refused: Some((Sent::of(&[("q.a", "a"), ("q.a", "b")]), "Choose only one")),
        }
    }
}
