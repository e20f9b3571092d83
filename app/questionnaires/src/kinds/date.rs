//! A day.

use calendar::clock;
use forms::{Named, Sent};

use super::{About, Kind, Own, Shape, Written};
use crate::answers::{Answer, field};
use crate::{Choice, Question};

pub(super) const ABOUT: About =
    About { word: "date", title: "A date", what_is_needed: "Enter a date" };

pub(super) struct Date;

impl Own for Date {
    fn written(_: &mut Written<'_>) -> Option<Kind> {
        Some(Kind::Date {})
    }

    fn about(&self) -> &'static About {
        &ABOUT
    }

    fn shape(&self) -> Shape {
        Shape::Day
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
        let typed = sent.line(&field(question));
        if typed.is_empty() {
            return Ok(None);
        }
        let day = clock::read(&typed, "12:00").ok_or_else(|| "Enter a date".to_owned())?;
        Ok(Some(Answer::Day(clock::fields(day).0)))
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
            kind: Kind::Date {},
            answered: Some((
                Sent::of(&[("q.a", "2026-12-04")]),
                Answer::Day("2026-12-04".into()),
                "Friday 4 December 2026",
            )),
            refused: Some((Sent::of(&[("q.a", "soon")]), "Enter a date")),
        }
    }
}
