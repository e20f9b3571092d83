//! One of some options.

use super::options::{self, OfOptions};
use super::{About, QuestionKind, Shape, Written};
use crate::Choice;

pub(super) const ABOUT: About = About {
    word: "one-of",
    title: "Choose one",
    asks: &["options", "other"],
    what_is_needed: "Choose one",
};

pub(super) fn written(form: &mut Written<'_>) -> Option<QuestionKind> {
    Some(QuestionKind::OneOf { options: options::written(form)? })
}

pub(super) fn own(options: &[Choice]) -> OfOptions<'_> {
    OfOptions {
        about: &ABOUT,
        options,
        can_be_more: true,
        shape: Shape::OneOption,
        read: options::one,
        seconds: 15,
    }
}

#[cfg(test)]
pub(super) mod tests {
    use forms::Sent;

    use super::super::tests::{Sample, chosen, read};
    use super::*;
    use crate::check::tests::choices;

    pub fn sample() -> Sample {
        Sample {
            kind: QuestionKind::OneOf { options: choices(&["a", "b", "c"]) },
            answered: Some((Sent::of(&[("q.a", "b")]), chosen(&["b"]), "The option b")),
            refused: Some((
                Sent::of(&[("q.a", "w")]),
                "Choose again. That is not one of the answers",
            )),
        }
    }

    #[test]
    fn nobody_chooses_two() {
        let both = read(&sample().kind, &[("q.a", "a"), ("q.a", "b")]);
        assert_eq!(both, Err("Choose only one".into()));
    }
}
