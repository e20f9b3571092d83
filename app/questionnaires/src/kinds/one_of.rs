//! One of some options.

use forms::{Named, Sent};

use super::{About, Kind, Own, Shape, Written, options};
use crate::answers::{Answer, field};
use crate::{Choice, Question};

pub(super) const ABOUT: About =
    About { word: "one-of", title: "Choose one", what_is_needed: "Choose one" };

pub(super) struct OneOf<'k> {
    pub options: &'k [Choice],
}

impl Own for OneOf<'_> {
    fn written(form: &mut Written<'_>) -> Option<Kind> {
        Some(Kind::OneOf { options: options::written(form)? })
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
    use super::super::tests::{Sample, chosen, read};
    use super::*;
    use crate::check::tests::choices;

    pub fn sample() -> Sample {
        Sample {
            kind: Kind::OneOf { options: choices(&["a", "b", "c"]) },
            answered: Some((Sent::of(&[("q.a", "b")]), chosen(&["b"]), "The option b")),
            refused: Some((
                Sent::of(&[("q.a", "w")]),
                "Choose again. That is not one of the answers",
            )),
        }
    }

    #[test]
    fn nobody_chooses_two() {
        let both = read(&sample().kind, &[("q.a", "a"), ("q.a", "b")]);
        assert_eq!(both, Err("Choose only one".into()));
    }
}
