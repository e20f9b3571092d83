//! One of some steps with words, from the one end to the other.

use forms::{Named, Sent};

use super::{About, Kind, Own, Shape, Written, options};
use crate::answers::{Answer, field};
use crate::{Choice, Question};

pub(super) const ABOUT: About =
    About { word: "scale", title: "A scale with words", what_is_needed: "Choose one" };

pub(super) struct Scale<'k> {
    pub options: &'k [Choice],
}

impl Own for Scale<'_> {
    fn written(form: &mut Written<'_>) -> Option<Kind> {
        Some(Kind::Scale { options: options::written(form)? })
    }

    fn about(&self) -> &'static About {
        &ABOUT
    }

    fn shape(&self) -> Shape {
        Shape::OneOption
    }

    fn choices(&self, _: &[Named]) -> Vec<Choice> {
        self.options.to_vec()
    }

    fn fields(&self) -> Vec<(&'static str, String)> {
        Vec::new()
    }

    fn faults(&self) -> Vec<String> {
        options::faults(self.options)
    }

    fn read(
        &self,
        question: &Question,
        sent: &Sent,
        _: &[Named],
    ) -> Result<Option<Answer>, String> {
        options::chosen(&sent.all(&field(question)), self.options, 1)
    }

    fn seconds(&self) -> u64 {
        15
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::super::tests::{Sample, chosen};
    use super::*;
    use crate::check::tests::choices;

    pub fn sample() -> Sample {
        Sample {
            kind: Kind::Scale { options: choices(&["a", "b", "c"]) },
            answered: Some((Sent::of(&[("q.a", "c")]), chosen(&["c"]), "The option c")),
            refused: Some((Sent::of(&[("q.a", "a"), ("q.a", "b")]), "Choose only one")),
        }
    }
}
