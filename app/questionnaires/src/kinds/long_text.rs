//! Several lines of text.

use forms::{Named, Sent};

use super::{About, Kind, Own, Shape, Written, words};
use crate::answers::{Answer, field};
use crate::{Choice, Question};

pub(super) const ABOUT: About = About {
    word: "long-text",
    title: "Several lines of text",
    what_is_needed: "Write your answer",
};

/// The longest answer in several lines, in characters.
pub const LONGEST: usize = 5_000;

pub(super) struct LongText;

impl Own for LongText {
    fn written(_: &mut Written<'_>) -> Option<Kind> {
        Some(Kind::LongText {})
    }

    fn about(&self) -> &'static About {
        &ABOUT
    }

    fn shape(&self) -> Shape {
        Shape::OwnWords
    }

    fn choices(&self, _: &[Named]) -> Vec<Choice> {
        Vec::new()
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
        words::answer(forms::prose(sent.typed(&field(question))), LONGEST)
    }

    fn seconds(&self) -> u64 {
        75
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::super::tests::Sample;
    use super::*;

    pub fn sample() -> Sample {
        Sample {
            kind: Kind::LongText {},
            answered: Some((
                Sent::of(&[("q.a", "One.\r\n\r\n\r\nTwo.")]),
                Answer::Text("One.\n\nTwo.".into()),
                "One.\n\nTwo.",
            )),
            refused: Some((
                Sent::of(&[("q.a", &"x".repeat(5_001))]),
                "Use 5000 characters or fewer. You've used 5001",
            )),
        }
    }
}
