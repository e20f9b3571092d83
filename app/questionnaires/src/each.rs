//! The same asked about several things: a question for each, under one heading. A table of answers
//! does not fit a phone, and each thing can be skipped, branched from and counted by itself. Pure.

use super::check::LONGEST_LINE;
use super::edit::{Headed, flat, fresh_key, in_sections};
use super::{Question, Questionnaire};

/// The most things at once.
const MOST: usize = 20;

/// Reads the things, one on each line; none where nothing is asked about several.
///
/// # Errors
/// What to do.
pub fn read(typed: &str) -> Result<Vec<String>, String> {
    let lines = typed.lines().map(forms::line).filter(|line| !line.is_empty());
    let lines: Vec<String> = lines.collect();
    if lines.len() > MOST {
        Err(format!("Write {MOST} lines or fewer"))
    } else if lines.iter().any(|line| line.chars().count() > LONGEST_LINE) {
        Err(format!("Use {LONGEST_LINE} characters or fewer on each line"))
    } else {
        Ok(lines)
    }
}

/// With a question about each of these in place of the one with this key, whose words become the
/// heading above them; and the keys of these questions. The same where there are none. `had`: keys
/// that no new question may have.
#[must_use]
pub fn with_each(
    questionnaire: &Questionnaire,
    key: &str,
    things: &[String],
    had: &[String],
) -> (Questionnaire, Vec<String>) {
    let mut flat = flat(questionnaire);
    let at = flat.iter().position(|(_, question)| question.key == key);
    let Some(at) = at.filter(|_| !things.is_empty()) else {
        return (questionnaire.clone(), vec![key.to_owned()]);
    };
    let (heading, question) = flat[at].clone();
    let heading = match heading {
        Some(heading) => format!("{heading}: {}", question.text),
        None => question.text.clone(),
    };
    let heading: String = heading.chars().take(LONGEST_LINE).collect();
    let mut keys = vec![question.key.clone()];
    while keys.len() < things.len() {
        let own = flat.iter().map(|(_, question)| question.key.as_str());
        let taken = own.chain(had.iter().chain(&keys).map(String::as_str));
        let fresh = fresh_key(&taken.collect::<Vec<_>>());
        keys.push(fresh);
    }
    let asked = keys.iter().zip(things).enumerate().map(|(nth, (key, text))| {
        let asked = Question { key: key.clone(), text: text.clone(), ..question.clone() };
        ((nth == 0).then(|| heading.clone()), asked)
    });
    let asked: Vec<Headed> = asked.collect();
    drop(flat.splice(at..=at, asked));
    (in_sections(flat), keys)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::QuestionKind;
    use crate::check::check;
    use crate::check::tests::{asked, choices, of};

    #[test]
    fn a_question_about_several_things_becomes_one_for_each_under_its_words() {
        let how = asked("how", QuestionKind::Scale { options: choices(&["good", "bad"]) }, &[]);
        let all = of(vec![how, asked("next", QuestionKind::YesNo {}, &[])]);
        let things = ["Buses".to_owned(), "Swimming".to_owned(), "Clubs".to_owned()];
        let (each, keys) = with_each(&all, "how", &things, &["question-2".to_owned()]);
        assert_eq!(keys, ["how", "question-1", "question-3"]);
        let texts: Vec<&str> = each.questions().map(|question| question.text.as_str()).collect();
        assert_eq!(texts, ["Buses", "Swimming", "Clubs", "What about next?"]);
        assert_eq!(each.sections[0].title, "What about how?");
        assert!(check(&each).is_empty(), "{:?}", check(&each));
        assert_eq!(with_each(&all, "how", &[], &[]).0, all);
        assert_eq!(with_each(&all, "gone", &things, &[]).0, all);
    }

    #[test]
    fn things_are_read_from_lines_and_bounded() {
        assert_eq!(read(" Buses \n\nClubs"), Ok(vec!["Buses".to_owned(), "Clubs".to_owned()]));
        assert_eq!(read(" \n"), Ok(Vec::new()));
        assert!(read(&"x\n".repeat(MOST + 1)).is_err());
        assert!(read(&"x".repeat(LONGEST_LINE + 1)).is_err());
    }
}
