//! “Yes” or “no”.

use forms::{Named, Sent};

use super::{About, Input, Own, QuestionKind, Shape, Written, options};
use crate::answers::Answer;
use crate::{Choice, Question};

pub(super) const ABOUT: About =
    About { word: "yes-no", title: "Yes or no", asks: &[], what_is_needed: "Choose one" };

pub(super) struct YesNo;

#[expect(clippy::unnecessary_wraps, reason = "every kind is read the same way")]
pub(super) fn written(_: &mut Written<'_>) -> Option<QuestionKind> {
    Some(QuestionKind::YesNo {})
}

impl Own for YesNo {
    fn about(&self) -> &'static About {
        &ABOUT
    }

    fn shape(&self) -> Shape {
        Shape::OneOption
    }

    fn input(&self) -> Option<Input> {
        None
    }

    fn choices(&self, _: &[Named]) -> Vec<Choice> {
        [("yes", "Yes"), ("no", "No")]
            .map(|(key, text)| Choice { key: key.into(), text: text.into() })
            .to_vec()
    }

    fn can_be_more(&self) -> bool {
        false
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
        options::one(question, sent, &self.choices(&[]))
    }

    fn seconds(&self) -> u64 {
        15
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::super::tests::{Sample, chosen};
    use super::*;

    pub fn sample() -> Sample {
        Sample {
            kind: QuestionKind::YesNo {},
            answered: Some((Sent::of(&[("q.a", "no")]), chosen(&["no"]), "No")),
            refused: Some((
                Sent::of(&[("q.a", "maybe")]),
                "Choose again. That is not one of the answers",
            )),
        }
    }
}
