//! An earlier answer in the words of a later question. An organiser writes `{{child}}`, with the
//! key of the earlier question, or `{{child|your child}}`, with a word for whoever has not answered
//! it. Only the person who gave the answer ever reads it there: in results, on paper and for
//! organisers the word is in its place. Pure.

use std::collections::BTreeMap;

use forms::Named;

use super::answers::{Answer, Answers, counted, in_words};
use super::check::is_key;
use super::{Question, Questionnaire};

/// What is in the place of an answer that is not there, where the organiser wrote no word for it.
pub const WORD: &str = "(your earlier answer)";

/// The longest answer that is shown whole, in characters.
const LONGEST_SHOWN: usize = 100;

/// The questions with what this person answered in their words. What they answered is words, and is
/// not read again for marks.
#[must_use]
pub fn filled(questionnaire: &Questionnaire, given: &Answers, places: &[Named]) -> Questionnaire {
    if !is_used(questionnaire) {
        return questionnaire.clone();
    }
    let (bare, counted) = (without(questionnaire), counted(questionnaire, given));
    replaced(questionnaire, |key, word| {
        let answer = counted.get(key).filter(|answer| **answer != Answer::Declined);
        let shown = bare.question(key).zip(answer).map(|(question, answer)| {
            forms::beginning(&in_words(question, Some(answer), places), LONGEST_SHOWN)
        });
        shown.filter(|shown| !shown.is_empty()).unwrap_or_else(|| word.to_owned())
    })
}

/// The questions with a word in place of each earlier answer, for everyone who did not give it.
#[must_use]
pub fn without(questionnaire: &Questionnaire) -> Questionnaire {
    replaced(questionnaire, |_, word| word.to_owned())
}

/// The questions as an organiser reads them, with the question whose answer is shown.
#[must_use]
pub fn explained(questionnaire: &Questionnaire) -> Questionnaire {
    let bare = without(questionnaire);
    replaced(questionnaire, |key, word| match bare.question(key) {
        Some(question) => format!("(the answer to “{}”)", forms::beginning(&question.text, 60)),
        None => word.to_owned(),
    })
}

/// One question with a word in place of each earlier answer.
#[must_use]
pub fn without_in(question: &Question) -> Question {
    let mut bare = question.clone();
    for words in words_of(&mut bare) {
        *words = with_each(words, |_, word| word.to_owned());
    }
    bare
}

/// One question whose earlier answers are those of questions with other keys now.
#[must_use]
pub fn renamed(question: &Question, keys: &BTreeMap<String, String>) -> Question {
    let mut renamed = question.clone();
    for words in words_of(&mut renamed) {
        *words = renamed_in(words, keys);
    }
    renamed
}

/// The same for words alone, as a heading.
#[must_use]
pub fn renamed_in(words: &str, keys: &BTreeMap<String, String>) -> String {
    with_each(words, |key, word| {
        let key = keys.get(key).map_or(key, String::as_str);
        if word == WORD { mark(key) } else { format!("{{{{{key}|{word}}}}}") }
    })
}

/// The keys of the questions whose answers are in the words of this one.
#[must_use]
pub fn keys(question: &Question) -> Vec<String> {
    let (mut keys, mut question) = (Vec::new(), question.clone());
    for words in words_of(&mut question) {
        with_each(words, |key, _| {
            keys.push(key.to_owned());
            String::new()
        });
    }
    keys
}

/// What stands in words for the answer to the question with this key.
#[must_use]
pub fn mark(key: &str) -> String {
    format!("{{{{{key}}}}}")
}

fn is_used(questionnaire: &Questionnaire) -> bool {
    let in_titles = questionnaire.sections.iter().any(|section| section.title.contains("{{"));
    in_titles || questionnaire.questions().any(|question| !keys(question).is_empty())
}

fn replaced(questionnaire: &Questionnaire, with: impl Fn(&str, &str) -> String) -> Questionnaire {
    let mut all = questionnaire.clone();
    for section in &mut all.sections {
        section.title = with_each(&section.title, &with);
        for words in section.questions.iter_mut().flat_map(words_of) {
            *words = with_each(words, &with);
        }
    }
    all
}

/// All words of a question that people read.
fn words_of(question: &mut Question) -> Vec<&mut String> {
    let Question { text, help, kind, .. } = question;
    let mut all = vec![text, help];
    if kind.words_mut().is_some() {
        all.extend(kind.words_mut());
    } else {
        all.extend(kind.options_mut().iter_mut().map(|option| &mut option.text));
    }
    all
}

/// Words with something in place of each mark: what `with` makes of its key and its word.
fn with_each(words: &str, mut with: impl FnMut(&str, &str) -> String) -> String {
    let (mut read, mut rest) = (String::new(), words);
    while let Some((before, after)) = rest.split_once("{{") {
        read.push_str(before);
        let marked = after.split_once("}}").and_then(|(inner, after)| {
            let (key, word) = inner.split_once('|').unwrap_or((inner, WORD));
            let (key, word) = (key.trim(), word.trim());
            let is_mark = is_key(key) && !inner.contains('{');
            is_mark.then(|| (with(key, if word.is_empty() { WORD } else { word }), after))
        });
        if let Some((instead, after)) = marked {
            read.push_str(&instead);
            rest = after;
        } else {
            read.push_str("{{");
            rest = after;
        }
    }
    read.push_str(rest);
    read
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::QuestionKind;
    use crate::check::tests::{asked, choices, of};

    fn school() -> Questionnaire {
        let mut school = asked("school", QuestionKind::ShortText {}, &[]);
        school.text = "Which school does {{child|your child}} go to?".into();
        school.help = "{{child}} {{who}} {{gone}} {{no key}} {{".into();
        of(vec![
            asked("child", QuestionKind::ShortText {}, &[]),
            asked("who", QuestionKind::OneOf { options: choices(&["a", "b"]) }, &[]),
            school,
        ])
    }

    fn texts(questionnaire: &Questionnaire) -> (String, String) {
        let school = questionnaire.question("school").expect("the question");
        (school.text.clone(), school.help.clone())
    }

    #[test]
    fn an_answer_is_in_the_words_of_a_later_question_and_a_word_while_there_is_none() {
        let given = Answers::from([
            ("child".to_owned(), Answer::Text("Sam <b>{{who}}".to_owned())),
            ("who".to_owned(), Answer::Chosen(vec!["a".to_owned()])),
        ]);
        let (text, help) = texts(&filled(&school(), &given, &[]));
        assert_eq!(text, "Which school does Sam <b>{{who}} go to?", "an answer is only words");
        assert_eq!(help, format!("Sam <b>{{{{who}}}} The option a {WORD} {{{{no key}}}} {{{{"));
        let (text, help) = texts(&filled(&school(), &Answers::new(), &[]));
        assert_eq!(text, "Which school does your child go to?");
        assert_eq!(help, format!("{WORD} {WORD} {WORD} {{{{no key}}}} {{{{"));
        let declined = Answers::from([("child".to_owned(), Answer::Declined)]);
        assert_eq!(
            texts(&filled(&school(), &declined, &[])).0,
            "Which school does your child go to?"
        );
    }

    #[test]
    fn an_answer_to_what_is_not_asked_any_more_is_not_shown() {
        let mut all = school();
        all.sections[0].questions[1].only_if =
            asked("x", QuestionKind::YesNo {}, &[("child", &["a"])]).only_if;
        let given = Answers::from([("who".to_owned(), Answer::Chosen(vec!["a".to_owned()]))]);
        assert!(!texts(&filled(&all, &given, &[])).1.contains("option a"));
    }

    #[test]
    fn everyone_else_reads_the_word_and_an_organiser_which_question_it_is() {
        assert_eq!(texts(&without(&school())).0, "Which school does your child go to?");
        assert_eq!(
            texts(&explained(&school())).0,
            "Which school does (the answer to “What about child?”) go to?"
        );
        assert_eq!(
            keys(school().question("school").expect("it")),
            ["child", "child", "who", "gone"]
        );
    }

    #[test]
    fn a_question_under_another_key_is_still_the_one_that_is_shown() {
        let names = BTreeMap::from([("child".to_owned(), "question-7".to_owned())]);
        let school = renamed(school().question("school").expect("it"), &names);
        assert_eq!(school.text, "Which school does {{question-7|your child}} go to?");
        assert!(school.help.starts_with("{{question-7}} {{who}}"));
    }

    proptest! {
        #[test]
        fn no_words_fail_and_those_without_a_mark_stay(words in "[{}|a-c -]{0,40}") {
            let bare = with_each(&words, |_, _| String::new());
            prop_assert!(words.contains("{{") || bare == words);
        }
    }
}
