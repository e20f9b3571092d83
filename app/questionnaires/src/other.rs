//! "Something else, please say": an option, and a question of its own for its words, asked only of
//! those who chose it. So these words are read, redacted and counted as all that people write.
//! Pure.

use super::check::{LONGEST_LINE, MOST_OPTIONS};
use super::edit::{flat, fresh_key};
use super::{Choice, Condition, Question, QuestionKind, Questionnaire, steps};

/// The key of the option; an import gives it the same.
const OTHER: &str = "other";
const WORDS: &str = "Something else";

/// The same with such an option of this question, and the question that asks what it is below it.
/// The same as before where it has both, where there is nothing to choose, and where it has the
/// most options it can. `had`: keys that no new question may have.
#[must_use]
pub fn with_other(questionnaire: &Questionnaire, key: &str, had: &[String]) -> Questionnaire {
    let mut questionnaire = questionnaire.clone();
    let questions = questionnaire.sections.iter_mut().flat_map(|section| &mut section.questions);
    let mut questions = questions.filter(|question| question.key == key);
    let Some(question) = questions.next() else { return questionnaire };
    if question.kind.options().iter().all(|option| option.key != OTHER) {
        let is_full = question.kind.options().len() >= MOST_OPTIONS;
        let other = Choice { key: OTHER.to_owned(), text: WORDS.to_owned() };
        if is_full || !question.kind.add_option(other) {
            return questionnaire;
        }
    } else if !question.kind.can_branch() {
        return questionnaire;
    }
    let asks = asks_what(question);
    if questionnaire.questions().any(|question| question.only_if == asks.only_if) {
        return questionnaire;
    }
    let flat = flat(&questionnaire);
    let own = flat.iter().map(|(_, question)| question.key.as_str());
    let taken: Vec<&str> = own.chain(had.iter().map(String::as_str)).collect();
    let asks = Question { key: fresh_key(&taken), ..asks };
    steps::put_in(&questionnaire, (None, asks), key)
}

/// The question that asks what it is.
fn asks_what(of: &Question) -> Question {
    let asks = if of.text.ends_with(['?', '.', '!']) {
        " If something else, what is it?"
    } else {
        ": if something else, what is it?"
    };
    let of_it: String = of.text.chars().take(LONGEST_LINE - asks.len()).collect();
    Question {
        key: String::new(),
        text: of_it + asks,
        help: String::new(),
        kind: QuestionKind::ShortText {},
        is_required: false,
        may_decline: false,
        only_if: vec![Condition { question: of.key.clone(), any_of: vec![OTHER.to_owned()] }],
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::check;
    use crate::check::tests::{asked, choices, of};

    #[test]
    fn something_else_can_be_chosen_and_is_then_asked_for_once() {
        let how = asked("how", QuestionKind::OneOf { options: choices(&["a", "b"]) }, &[]);
        let next = asked("next", QuestionKind::YesNo {}, &[]);
        let all = with_other(&of(vec![how, next]), "how", &["question-1".to_owned()]);
        let keys: Vec<&str> = all.questions().map(|question| question.key.as_str()).collect();
        assert_eq!(keys, ["how", "question-2", "next"]);
        let options = all.question("how").expect("it").kind.options();
        assert_eq!(options.last().map(|option| option.text.as_str()), Some("Something else"));
        let asks = all.question("question-2").expect("it");
        assert_eq!(asks.text, "What about how? If something else, what is it?");
        assert_eq!(asks.only_if[0].any_of, ["other"]);
        assert!(check(&all).is_empty(), "{:?}", check(&all));
        assert_eq!(with_other(&all, "how", &[]), all, "twice is once");
    }

    #[test]
    fn where_there_is_nothing_to_choose_nothing_is_added() {
        let why = asked("why", QuestionKind::LongText {}, &[]);
        let order = asked("order", QuestionKind::Rank { options: choices(&["a", "b"]) }, &[]);
        let keys: Vec<String> = (0..MOST_OPTIONS).map(|nth| format!("o{nth}")).collect();
        let keys: Vec<&str> = keys.iter().map(String::as_str).collect();
        let full = asked("full", QuestionKind::OneOf { options: choices(&keys) }, &[]);
        let all = of(vec![why, order, full]);
        for key in ["why", "order", "full", "gone"] {
            assert_eq!(with_other(&all, key, &[]), all, "{key}");
        }
    }
}
