//! A whole number of something, such as hours or miles.

use forms::{Named, Sent};

use super::number::{self, Number};
use super::{About, Input, Own, QuestionKind, Shape, Written};
use crate::answers::Answer;
use crate::{Choice, Question};

pub(super) const ABOUT: About = About {
    word: "amount",
    title: "A number of something, such as hours or miles",
    asks: &["least", "most", "unit"],
    what_is_needed: "Enter a number",
};

/// The longest unit, in characters.
const LONGEST_UNIT: usize = 30;

pub(super) struct Amount<'k> {
    pub range: Number,
    pub unit: &'k str,
}

pub(super) fn own(least: i64, most: i64, unit: &str) -> Amount<'_> {
    Amount { range: Number { least, most }, unit }
}

pub(super) fn written(form: &mut Written<'_>) -> Option<QuestionKind> {
    let range = number::range(form);
    let unit = forms::within(
        form.sent.line("unit"),
        LONGEST_UNIT,
        "Say what people count, such as hours or miles",
    );
    let unit = form.refusals.take("unit", unit);
    let ((least, most), unit) = range.zip(unit)?;
    Some(QuestionKind::Amount { least, most, unit })
}

impl Own for Amount<'_> {
    fn about(&self) -> &'static About {
        &ABOUT
    }

    fn shape(&self) -> Shape {
        self.range.shape()
    }

    fn input(&self) -> Option<Input> {
        self.range.input()
    }

    fn choices(&self, _: &[Named]) -> Vec<Choice> {
        Vec::new()
    }

    fn can_be_more(&self) -> bool {
        false
    }

    fn fields(&self) -> Vec<(&'static str, String)> {
        let mut fields = self.range.fields();
        fields.push(("unit", self.unit.to_owned()));
        fields
    }

    fn faults(&self) -> Vec<String> {
        let mut faults = self.range.faults();
        if self.unit.is_empty() || self.unit.chars().count() > LONGEST_UNIT {
            faults.push(format!("Say what people count in {LONGEST_UNIT} characters or fewer"));
        }
        faults
    }

    fn read(
        &self,
        question: &Question,
        sent: &Sent,
        places: &[Named],
    ) -> Result<Option<Answer>, String> {
        self.range.read(question, sent, places)
    }

    fn seconds(&self) -> u64 {
        self.range.seconds()
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::super::tests::{Sample, faults};
    use super::*;

    pub fn sample() -> Sample {
        Sample {
            kind: QuestionKind::Amount { least: 0, most: 40, unit: "miles".into() },
            answered: Some((Sent::of(&[("q.a", "12")]), Answer::Number(12), "12 miles")),
            refused: Some((Sent::of(&[("q.a", "41")]), "Enter a whole number from 0 to 40")),
        }
    }

    #[test]
    fn what_is_counted_is_named_and_short() {
        let of = |unit: &str| faults(QuestionKind::Amount { least: 0, most: 9, unit: unit.into() });
        assert_eq!(of("hours a week"), Vec::<String>::new());
        assert_eq!((of("").len(), of(&"x".repeat(31)).len()), (1, 1));
    }
}
