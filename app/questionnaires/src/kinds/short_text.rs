//! One line of text.

use forms::{Named, Sent};

use super::{About, Kind, Own, Shape, Written, words};
use crate::answers::{Answer, field};
use crate::{Choice, Question};

pub(super) const ABOUT: About =
    About { word: "short-text", title: "One line of text", what_is_needed: "Write your answer" };

/// The longest answer in one line, in characters.
pub const LONGEST: usize = 200;

pub(super) struct ShortText;

impl Own for ShortText {
    fn written(_: &mut Written<'_>) -> Option<Kind> {
        Some(Kind::ShortText {})
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
        words::answer(sent.line(&field(question)), LONGEST)
    }

    fn seconds(&self) -> u64 {
        20
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::super::tests::Sample;
    use super::*;

    pub fn sample() -> Sample {
        Sample {
            kind: Kind::ShortText {},
            answered: Some((
                Sent::of(&[("q.a", " One\nline ")]),
                Answer::Text("One line".into()),
                "One line",
            )),
            refused: Some((
                Sent::of(&[("q.a", &"x".repeat(201))]),
                "Use 200 characters or fewer. You've used 201",
            )),
        }
    }
}
