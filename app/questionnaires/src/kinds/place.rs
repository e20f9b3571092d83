//! One of the area's places.

use forms::{Named, Sent};

use super::{About, Input, Own, QuestionKind, Shape, Written, options};
use crate::answers::Answer;
use crate::{Choice, Question};

pub(super) const ABOUT: About =
    About { word: "place", title: "A part of the area", asks: &[], what_is_needed: "Choose one" };

pub(super) struct Place;

#[expect(clippy::unnecessary_wraps, reason = "every kind is read the same way")]
pub(super) fn written(_: &mut Written<'_>) -> Option<QuestionKind> {
    Some(QuestionKind::Place {})
}

impl Own for Place {
    fn about(&self) -> &'static About {
        &ABOUT
    }

    fn shape(&self) -> Shape {
        Shape::Place
    }

    fn input(&self) -> Option<Input> {
        None
    }

    fn choices(&self, places: &[Named]) -> Vec<Choice> {
        let choice = |place: &Named| Choice { key: place.id.clone(), text: place.name.clone() };
        places.iter().map(choice).collect()
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
        places: &[Named],
    ) -> Result<Option<Answer>, String> {
        options::one(question, sent, &self.choices(places))
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
            kind: QuestionKind::Place {},
            answered: Some((Sent::of(&[("q.a", "north")]), chosen(&["north"]), "North")),
            refused: Some((
                Sent::of(&[("q.a", "moon")]),
                "Choose again. That is not one of the answers",
            )),
        }
    }
}
