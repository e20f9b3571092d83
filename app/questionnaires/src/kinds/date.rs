//! A day.

use calendar::clock;
use forms::Sent;

use super::words::Typed;
use super::{About, Input, QuestionKind, Shape, Written};
use crate::Question;
use crate::answers::{Answer, field};

pub(super) const ABOUT: About =
    About { word: "date", title: "A date", asks: &[], what_is_needed: "Enter a date" };

pub(super) const OWN: Typed =
    Typed { about: &ABOUT, shape: Shape::Day, input: Some(Input::DATE), read, seconds: 20 };

#[expect(clippy::unnecessary_wraps, reason = "every kind is read the same way")]
pub(super) fn written(_: &mut Written<'_>) -> Option<QuestionKind> {
    Some(QuestionKind::Date {})
}

fn read(question: &Question, sent: &Sent) -> Result<Option<Answer>, String> {
    let typed = sent.line(&field(question));
    if typed.is_empty() {
        return Ok(None);
    }
    let day = clock::read(&typed, "12:00").ok_or_else(|| "Enter a date".to_owned())?;
    Ok(Some(Answer::Day(clock::fields(day).0)))
}

#[cfg(test)]
pub(super) mod tests {
    use super::super::tests::Sample;
    use super::*;

    pub fn sample() -> Sample {
        Sample {
            kind: QuestionKind::Date {},
            answered: Some((
                Sent::of(&[("q.a", "2026-12-04")]),
                Answer::Day("2026-12-04".into()),
                "Friday 4 December 2026",
            )),
            refused: Some((Sent::of(&[("q.a", "soon")]), "Enter a date")),
        }
    }
}
