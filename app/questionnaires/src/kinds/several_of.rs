//! Several of some options.

use forms::{Named, Sent};

use super::{About, Input, Own, QuestionKind, Shape, Written, options};
use crate::answers::{Answer, field};
use crate::{Choice, Question};

pub(super) const ABOUT: About = About {
    word: "several-of",
    title: "Choose several",
    asks: &["options", "other", "at_most"],
    what_is_needed: "Choose at least one",
};

pub(super) struct SeveralOf<'k> {
    pub options: &'k [Choice],
    pub at_most: Option<usize>,
}

pub(super) fn written(form: &mut Written<'_>) -> Option<QuestionKind> {
    let options = options::written(form)?;
    let at_most = form.sent.line("at_most").parse::<usize>().ok();
    let at_most = at_most.filter(|most| (1..options.len()).contains(most));
    Some(QuestionKind::SeveralOf { options, at_most })
}

impl Own for SeveralOf<'_> {
    fn about(&self) -> &'static About {
        &ABOUT
    }

    fn shape(&self) -> Shape {
        Shape::SomeOptions { at_most: self.at_most }
    }

    fn input(&self) -> Option<Input> {
        None
    }

    fn choices(&self, _: &[Named]) -> Vec<Choice> {
        self.options.to_vec()
    }

    fn can_be_more(&self) -> bool {
        true
    }

    fn fields(&self) -> Vec<(&'static str, String)> {
        self.at_most.map(|most| ("at_most", most.to_string())).into_iter().collect()
    }

    fn faults(&self) -> Vec<String> {
        let mut faults = options::faults(self.options);
        if self.at_most.is_some_and(|most| most < 2 || most > self.options.len()) {
            faults.push(format!(
                "Let people choose 2 to {} of the options, or just one",
                self.options.len()
            ));
        }
        faults
    }

    fn read(
        &self,
        question: &Question,
        sent: &Sent,
        _: &[Named],
    ) -> Result<Option<Answer>, String> {
        let most = self.at_most.unwrap_or(self.options.len());
        options::chosen(&sent.all(&field(question)), self.options, most)
    }

    fn seconds(&self) -> u64 {
        25
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::super::tests::{Sample, chosen, faults};
    use super::*;
    use crate::check::tests::choices;

    pub fn sample() -> Sample {
        Sample {
            kind: QuestionKind::SeveralOf { options: choices(&["a", "b", "c"]), at_most: Some(2) },
            answered: Some((
                Sent::of(&[("q.a", "c"), ("q.a", "a"), ("q.a", "a")]),
                chosen(&["a", "c"]),
                "The option a, The option c",
            )),
            refused: Some((
                Sent::of(&[("q.a", "c"), ("q.a", "a"), ("q.a", "b")]),
                "Choose 2 or fewer",
            )),
        }
    }

    #[test]
    fn people_can_choose_no_more_than_there_are() {
        let kind = QuestionKind::SeveralOf { options: choices(&["a", "b"]), at_most: Some(3) };
        assert_eq!(faults(kind), ["Let people choose 2 to 2 of the options, or just one"]);
    }
}
