//! A picture. It has no answer.

use forms::{Named, Sent};
use id::picture_name;

use super::{About, Input, Own, QuestionKind, Shape, Written, words};
use crate::answers::Answer;
use crate::{Choice, Question};

pub(super) const ABOUT: About = About {
    word: "picture",
    title: "Not a question: a picture",
    asks: &["words", "file"],
    what_is_needed: "Write your answer",
};

pub(super) struct Picture<'k> {
    pub file: &'k str,
    pub words: &'k str,
}

pub(super) fn written(form: &mut Written<'_>) -> Option<QuestionKind> {
    let words = words::written(form, "Say what the picture shows, for people who can't see it");
    let file = form.sent.line("file");
    let file = match picture_name(&file) {
        Some(_) => Ok(file),
        None => Err("Choose a picture".to_owned()),
    };
    let file = form.refusals.take("picture", file);
    Some(QuestionKind::Picture { file: file?, words: words? })
}

impl Own for Picture<'_> {
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
        vec![("words", self.words.to_owned()), ("file", self.file.to_owned())]
    }

    fn faults(&self) -> Vec<String> {
        words::faults(self.words)
    }

    fn read(&self, _: &Question, _: &Sent, _: &[Named]) -> Result<Option<Answer>, String> {
        Ok(None)
    }

    fn seconds(&self) -> u64 {
        10
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::super::tests::Sample;
    use super::*;

    pub fn sample() -> Sample {
        Sample {
            kind: QuestionKind::Picture {
                file: format!("{}.png", "a1".repeat(32)),
                words: "A map".into(),
            },
            answered: None,
            refused: None,
        }
    }
}
