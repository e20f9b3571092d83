//! Several lines of text.

use forms::Sent;

use super::words::{self, Typed};
use super::{About, QuestionKind, Shape, Written};
use crate::Question;
use crate::answers::{Answer, field};

pub(super) const ABOUT: About = About {
    word: "long-text",
    title: "Several lines of text",
    asks: &[],
    what_is_needed: "Write your answer",
};

/// The longest answer in several lines, in characters.
const LONGEST: usize = 5_000;

pub(super) const OWN: Typed = Typed {
    about: &ABOUT,
    shape: Shape::OwnWords { longest: LONGEST, in_lines: true },
    input: None,
    read,
    seconds: 75,
};

#[expect(clippy::unnecessary_wraps, reason = "every kind is read the same way")]
pub(super) fn written(_: &mut Written<'_>) -> Option<QuestionKind> {
    Some(QuestionKind::LongText {})
}

fn read(question: &Question, sent: &Sent) -> Result<Option<Answer>, String> {
    words::answer(forms::prose(sent.typed(&field(question))), LONGEST)
}

#[cfg(test)]
pub(super) mod tests {
    use super::super::tests::Sample;
    use super::*;

    pub fn sample() -> Sample {
        Sample {
            kind: QuestionKind::LongText {},
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
