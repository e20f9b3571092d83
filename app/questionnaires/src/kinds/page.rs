//! A page of text to read. It has no answer.

use forms::{Named, Sent};

use super::{About, Input, Own, QuestionKind, Shape, Written, words};
use crate::answers::Answer;
use crate::{Choice, Question};

pub(super) const ABOUT: About = About {
    word: "page",
    title: "Not a question: a page to read",
    asks: &["words"],
    what_is_needed: "Write your answer",
};

pub(super) struct Page<'k> {
    pub words: &'k str,
}

pub(super) fn written(form: &mut Written<'_>) -> Option<QuestionKind> {
    let words = words::written(form, "Write what people will read")?;
    Some(QuestionKind::Page { words })
}

impl Own for Page<'_> {
    fn about(&self) -> &'static About {
        &ABOUT
    }

    fn shape(&self) -> Shape {
        Shape::Nothing
    }

    fn input(&self) -> Option<Input> {
        None
    }

    fn choices(&self, _: &[Named]) -> Vec<Choice> {
        Vec::new()
    }

    fn can_be_more(&self) -> bool {
        false
    }

    fn fields(&self) -> Vec<(&'static str, String)> {
        vec![("words", self.words.to_owned())]
    }

    fn faults(&self) -> Vec<String> {
        words::faults(self.words)
    }

    fn read(&self, _: &Question, _: &Sent, _: &[Named]) -> Result<Option<Answer>, String> {
        Ok(None)
    }

    fn seconds(&self) -> u64 {
        // 200 words in a minute.
        u64::try_from(self.words.split_whitespace().count()).unwrap_or(0) * 60 / 200
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::super::tests::{Sample, faults, read};
    use super::*;

    pub fn sample() -> Sample {
        Sample {
            kind: QuestionKind::Page { words: "Read “this”.\n\nAnd that.".into() },
            answered: None,
            refused: None,
        }
    }

    #[test]
    fn there_is_something_to_read_and_nothing_to_answer() {
        assert_eq!(read(&sample().kind, &[("q.a", "x")]), Ok(None));
        assert_eq!(faults(QuestionKind::Page { words: String::new() }).len(), 1);
        assert_eq!(faults(QuestionKind::Page { words: "x".repeat(4_001) }).len(), 1);
    }
}
