//! Steps of whoever changes the list in place: a question is taken anywhere, one is put in after
//! another, the whole list is put back as it was. Pure.

use super::edit::{Headed, flat, in_sections};
use super::file;
use super::{Questionnaire, check};

/// One question at another place, the first being 0. Headings stay where they are, as where it
/// moves by one place.
#[must_use]
pub fn placed(questionnaire: &Questionnaire, key: &str, to: usize) -> Questionnaire {
    let (headings, mut questions): (Vec<_>, Vec<_>) = flat(questionnaire).into_iter().unzip();
    if let Some(at) = questions.iter().position(|question| question.key == key) {
        let question = questions.remove(at);
        questions.insert(to.min(questions.len()), question);
    }
    in_sections(headings.into_iter().zip(questions).collect())
}

/// With one more question after the one with this key; at the end where there is no such question.
#[must_use]
pub fn put_in(questionnaire: &Questionnaire, headed: Headed, after: &str) -> Questionnaire {
    let mut flat = flat(questionnaire);
    let at = flat.iter().position(|(_, question)| question.key == after);
    flat.insert(at.map_or(flat.len(), |at| at + 1), headed);
    in_sections(flat)
}

/// The whole list as one text, to be put back later.
///
/// # Errors
/// When it cannot be written as JSON.
pub fn whole(questionnaire: &Questionnaire) -> serde_json::Result<String> {
    file::write(questionnaire)
}

/// The list as such a text has it.
///
/// # Errors
/// What is wrong with it.
pub fn put_back(whole: &str) -> Result<Questionnaire, Vec<check::Fault>> {
    file::read_unfinished(whole.as_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::QuestionKind;
    use crate::check::tests::{asked, of};

    fn three() -> Questionnaire {
        let yes_no = |key: &str| asked(key, QuestionKind::YesNo {}, &[]);
        let mut flat = flat(&of(vec![yes_no("a"), yes_no("b"), yes_no("c")]));
        flat[1].0 = Some("Second".into());
        in_sections(flat)
    }

    fn keys(questionnaire: &Questionnaire) -> Vec<&str> {
        questionnaire.questions().map(|question| question.key.as_str()).collect()
    }

    #[test]
    fn a_question_goes_anywhere_and_headings_stay() {
        let last = placed(&three(), "a", 2);
        assert_eq!(keys(&last), ["b", "c", "a"]);
        assert_eq!(last.sections[1].title, "Second");
        assert_eq!(last.sections[1].questions.len(), 2);
        assert_eq!(keys(&placed(&three(), "c", 0)), ["c", "a", "b"]);
        assert_eq!(keys(&placed(&three(), "a", 99)), ["b", "c", "a"]);
        assert_eq!(placed(&three(), "gone", 0), three());
        for (key, to, earlier) in [("b", 0, true), ("b", 2, false)] {
            assert_eq!(placed(&three(), key, to), crate::edit::moved(&three(), key, earlier));
        }
    }

    #[test]
    fn a_new_question_comes_after_the_one_it_was_written_below() {
        let new = || (None, asked("new", QuestionKind::YesNo {}, &[]));
        assert_eq!(keys(&put_in(&three(), new(), "a")), ["a", "new", "b", "c"]);
        assert_eq!(keys(&put_in(&three(), new(), "")), ["a", "b", "c", "new"]);
        assert_eq!(keys(&put_in(&of(Vec::new()), new(), "gone")), ["new"]);
    }

    #[test]
    fn a_list_is_put_back_as_it_was() {
        let text = whole(&three()).expect("a text");
        assert_eq!(put_back(&text), Ok(three()));
    }
}
