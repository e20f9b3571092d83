//! One line of text.

use forms::Sent;

use super::words::{self, Typed};
use super::{About, Input, QuestionKind, Shape, Written};
use crate::Question;
use crate::answers::{Answer, field};

pub(super) const ABOUT: About = About {
    word: "short-text",
    title: "One line of text",
    asks: &[],
    what_is_needed: "Write your answer",
};

/// The longest answer in one line, in characters.
const LONGEST: usize = 200;

pub(super) const OWN: Typed = Typed {
    about: &ABOUT,
    shape: Shape::OwnWords { longest: LONGEST, in_lines: false },
    input: Some(Input::TEXT),
    read,
    seconds: 20,
};

#[expect(clippy::unnecessary_wraps, reason = "every kind is read the same way")]
pub(super) fn written(_: &mut Written<'_>) -> Option<QuestionKind> {
    Some(QuestionKind::ShortText {})
}

fn read(question: &Question, sent: &Sent) -> Result<Option<Answer>, String> {
    words::answer(sent.line(&field(question)), LONGEST)
}

#[cfg(test)]
pub(super) mod tests {
    use super::super::tests::Sample;
    use super::*;

    pub fn sample() -> Sample {
        Sample {
            kind: QuestionKind::ShortText {},
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
