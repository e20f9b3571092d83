//! A whole number.

use forms::{Named, Sent};

use super::{About, Input, Own, QuestionKind, Shape, Written};
use crate::answers::{Answer, field};
use crate::{Choice, Question};

pub(super) const ABOUT: About = About {
    word: "number",
    title: "A number",
    asks: &["least", "most"],
    what_is_needed: "Enter a number",
};

pub(super) struct Number {
    pub least: i64,
    pub most: i64,
}

pub(super) fn written(form: &mut Written<'_>) -> Option<QuestionKind> {
    let (least, most) = range(form)?;
    Some(QuestionKind::Number { least, most })
}

/// Reads the least and the most that an organiser wrote.
pub(super) fn range(form: &mut Written<'_>) -> Option<(i64, i64)> {
    let number = |field: &str| form.sent.line(field).parse::<i64>().ok();
    let range = number("least").zip(number("most")).filter(|(least, most)| least < most);
    let what_to_do = || "Enter the smallest and the largest it can be".to_owned();
    form.refusals.take("least", range.ok_or_else(what_to_do))
}

impl Own for Number {
    fn about(&self) -> &'static About {
        &ABOUT
    }

    fn shape(&self) -> Shape {
        Shape::Number { least: self.least, most: self.most }
    }

    fn input(&self) -> Option<Input> {
        Some(Input::NUMBER)
    }

    fn choices(&self, _: &[Named]) -> Vec<Choice> {
        Vec::new()
    }

    fn can_be_more(&self) -> bool {
        false
    }

    fn fields(&self) -> Vec<(&'static str, String)> {
        vec![("least", self.least.to_string()), ("most", self.most.to_string())]
    }

    fn faults(&self) -> Vec<String> {
        let is_turned_round = self.least > self.most;
        is_turned_round
            .then(|| "The smallest number is bigger than the largest".to_owned())
            .into_iter()
            .collect()
    }

    fn read(
        &self,
        question: &Question,
        sent: &Sent,
        _: &[Named],
    ) -> Result<Option<Answer>, String> {
        let Self { least, most } = self;
        let typed = sent.line(&field(question));
        if typed.is_empty() {
            return Ok(None);
        }
        let number = typed.parse().ok().filter(|number| (least..=most).contains(&number));
        let number =
            number.ok_or_else(|| format!("Enter a whole number from {least} to {most}"))?;
        Ok(Some(Answer::Number(number)))
    }

    fn seconds(&self) -> u64 {
        20
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::super::tests::{Sample, faults, read};
    use super::*;

    pub fn sample() -> Sample {
        Sample {
            kind: QuestionKind::Number { least: -1, most: 104 },
            answered: Some((Sent::of(&[("q.a", " 12 ")]), Answer::Number(12), "12")),
            refused: Some((Sent::of(&[("q.a", "105")]), "Enter a whole number from -1 to 104")),
        }
    }

    #[test]
    fn what_is_no_whole_number_within_the_range_is_refused() {
        for wrong in ["105", "-2", "1.5", "many", "99999999999999999999"] {
            assert_eq!(
                read(&sample().kind, &[("q.a", wrong)]),
                Err("Enter a whole number from -1 to 104".into()),
                "{wrong}"
            );
        }
        assert_eq!(faults(QuestionKind::Number { least: 5, most: 4 }).len(), 1);
    }
}
