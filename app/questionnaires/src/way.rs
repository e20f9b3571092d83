//! The way through the questions: how long it takes, how far somebody is on it, and what comes
//! next.

use super::answers::Answers;
use super::{Question, Questionnaire};

/// About how many minutes it takes to answer all of these questions; at least one.
#[must_use]
pub fn minutes(questionnaire: &Questionnaire) -> u64 {
    let seconds: u64 = questionnaire.questions().map(|question| question.kind.seconds()).sum();
    seconds.div_ceil(60).max(1)
}

/// How many of them want an answer: not pages of text, nor pictures.
#[must_use]
pub fn asked(questionnaire: &Questionnaire) -> usize {
    questionnaire.questions().filter(|question| question.kind.has_answer()).count()
}

/// Which question this is, of how many there are. Those that somebody is not asked count too, so
/// that the last number never changes on the way: an answer may make them skip some. Pages and
/// pictures between them count as the question before.
#[must_use]
pub fn place(questionnaire: &Questionnaire, key: &str) -> (usize, usize) {
    let until = questionnaire.questions().position(|question| question.key == key);
    let before = questionnaire.questions().take(until.map_or(0, |nth| nth + 1));
    (before.filter(|question| question.kind.has_answer()).count(), asked(questionnaire))
}

/// Where somebody goes on who comes back half-way: what follows their last answer. `None` where
/// that was the last of all.
#[must_use]
pub fn next<'q>(asked: &[&'q Question], answers: &Answers) -> Option<&'q Question> {
    let last = asked.iter().rposition(|question| answers.contains_key(&question.key));
    asked.get(last.map_or(0, |last| last + 1)).copied()
}

/// The first question that somebody is asked only since they changed an answer, and has not
/// answered.
#[must_use]
pub fn opened<'q>(
    before: &[&Question],
    after: &[&'q Question],
    answers: &Answers,
) -> Option<&'q Question> {
    after.iter().copied().find(|question| {
        question.kind.has_answer()
            && !answers.contains_key(&question.key)
            && before.iter().all(|before| before.key != question.key)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::QuestionKind;
    use crate::answers::{self, Answer};
    use crate::check::tests::{asked, choices, of};

    fn questionnaire() -> Questionnaire {
        of(vec![
            asked("waits", QuestionKind::YesNo {}, &[]),
            asked(
                "long",
                QuestionKind::Scale { options: choices(&["weeks", "months"]) },
                &[("waits", &["yes"])],
            ),
            asked("read", QuestionKind::Page { words: "Words. ".repeat(100) }, &[]),
            asked("else", QuestionKind::LongText {}, &[]),
        ])
    }

    fn answers(given: &[(&str, &str)]) -> Answers {
        let chosen = |key: &str| Answer::Chosen(vec![key.to_owned()]);
        given.iter().map(|(question, key)| ((*question).to_owned(), chosen(key))).collect()
    }

    #[test]
    fn the_minutes_come_from_the_kinds_of_the_questions_and_are_rounded_up() {
        // 15 + 15 + 30 + 75 seconds.
        assert_eq!(minutes(&questionnaire()), 3);
        assert_eq!(minutes(&of(vec![asked("waits", QuestionKind::YesNo {}, &[])])), 1);
        assert_eq!(minutes(&of(Vec::new())), 1);
        let ten =
            (0..10).map(|nth| asked(&format!("q{nth}"), QuestionKind::LongText {}, &[])).collect();
        assert_eq!(minutes(&of(ten)), 13);
    }

    #[test]
    fn a_page_to_read_is_no_question_of_its_own() {
        let all = questionnaire();
        let places: Vec<_> = all.questions().map(|question| place(&all, &question.key)).collect();
        assert_eq!(places, [(1, 3), (2, 3), (2, 3), (3, 3)]);
    }

    #[test]
    fn skipping_a_question_goes_on_and_never_changes_how_many_there_are() {
        let all = questionnaire();
        let answers = answers(&[("waits", "no")]);
        let places: Vec<_> = answers::asked(&all, &answers)
            .iter()
            .map(|question| place(&all, &question.key))
            .collect();
        assert_eq!(places, [(1, 3), (2, 3), (3, 3)]);
    }

    #[test]
    fn who_comes_back_goes_on_after_their_last_answer() {
        let all = questionnaire();
        let next = |given: &[(&str, &str)]| {
            let answers = answers(given);
            next(&answers::asked(&all, &answers), &answers).map(|question| question.key.clone())
        };
        assert_eq!(next(&[]).as_deref(), Some("waits"));
        assert_eq!(next(&[("waits", "yes")]).as_deref(), Some("long"));
        assert_eq!(next(&[("waits", "no")]).as_deref(), Some("read"));
        assert_eq!(next(&[("else", "x")]), None, "what they skipped, they skipped");
    }

    #[test]
    fn a_changed_answer_opens_what_was_not_asked_before() {
        let all = questionnaire();
        let (no, yes) = (answers(&[("waits", "no")]), answers(&[("waits", "yes")]));
        let (before, after) = (answers::asked(&all, &no), answers::asked(&all, &yes));
        assert_eq!(
            opened(&before, &after, &yes).map(|question| question.key.as_str()),
            Some("long")
        );
        assert_eq!(opened(&after, &before, &no), None);
        assert_eq!(opened(&after, &after, &yes), None, "it was asked before");
    }
}
