//! A slip in the wording that is corrected once somebody has answered. The question stays the same
//! question: asking something else takes a new version. Pure.

use std::collections::BTreeMap;

use calendar::clock::{self, Moment};
use forms::{Refusals, Sent};
use serde::{Deserialize, Serialize};

use super::check::LONGEST_LINE;
use super::{Question, Questionnaire};

/// What was corrected in one question, with a note that everyone can read.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Mending {
    /// The key of the question.
    pub question: String,
    /// Its words now.
    pub text: String,
    /// The words of options that changed, by their keys.
    pub options: BTreeMap<String, String>,
    /// What was wrong.
    pub note: String,
    /// When it was corrected.
    pub at: Moment,
}

/// Questions with their wording corrected. Each says so beneath it.
#[must_use]
pub fn mend(mut questionnaire: Questionnaire, mended: &[Mending]) -> Questionnaire {
    for mending in mended {
        let Some(question) = put_right(&mut questionnaire, mending) else { continue };
        let note = format!(
            "We corrected the wording of this question on {}: {}",
            clock::day(mending.at),
            mending.note
        );
        question.help = [question.help.as_str(), &note]
            .into_iter()
            .filter(|part| !part.is_empty())
            .collect::<Vec<_>>()
            .join("\n\n");
    }
    questionnaire
}

/// Questions with their wording corrected, to be asked again: nobody has seen the slips.
#[must_use]
pub fn corrected(mut questionnaire: Questionnaire, mended: &[Mending]) -> Questionnaire {
    for mending in mended {
        put_right(&mut questionnaire, mending);
    }
    questionnaire
}

/// The question with its wording corrected, if it is there.
fn put_right<'q>(
    questionnaire: &'q mut Questionnaire,
    mending: &Mending,
) -> Option<&'q mut Question> {
    let questions = questionnaire.sections.iter_mut().flat_map(|section| &mut section.questions);
    let question = questions.into_iter().find(|question| question.key == mending.question)?;
    question.text.clone_from(&mending.text);
    for option in question.kind.options_mut() {
        if let Some(text) = mending.options.get(&option.key) {
            option.text.clone_from(text);
        }
    }
    Some(question)
}

/// The name of the field with the words of an option.
#[must_use]
pub fn field(key: &str) -> String {
    format!("option.{key}")
}

/// Reads the correction of a question.
///
/// # Errors
/// What to do.
pub fn read(sent: &Sent, question: &Question, at: Moment) -> Result<Mending, Refusals> {
    let mut refusals = Refusals::default();
    let text = refusals
        .take("text", forms::within(sent.line("text"), LONGEST_LINE, "Write your question"));
    let note = refusals.take(
        "note",
        forms::within(
            sent.line("note"),
            LONGEST_LINE,
            "Say what was wrong. Parents will read it under the question",
        ),
    );
    let mut options = BTreeMap::new();
    let changeable = if question.kind.options().len() == question.kind.clone().options_mut().len() {
        question.kind.options()
    } else {
        Vec::new()
    };
    for option in changeable {
        let words = forms::within(
            sent.line(&field(&option.key)),
            LONGEST_LINE,
            "Write each answer to choose from",
        );
        if let Some(words) = refusals.take("text", words).filter(|words| *words != option.text) {
            options.insert(option.key.clone(), words);
        }
    }
    let (Some(text), Some(note)) = (text, note) else { return Err(refusals) };
    if text == question.text && options.is_empty() {
        refusals.add("text", "Nothing has been corrected. Change the wording, or go back");
    }
    if refusals.is_empty() {
        Ok(Mending { question: question.key.clone(), text, options, note, at })
    } else {
        Err(refusals)
    }
}

#[cfg(test)]
mod tests {
    use super::super::QuestionKind;
    use super::super::check::tests::{asked, choices, of};
    use super::*;

    #[test]
    fn words_are_put_right_with_a_note_and_the_question_stays_the_same() {
        let question =
            asked("how", QuestionKind::OneOf { options: choices(&["good", "bad"]) }, &[]);
        let sent = Sent::of(&[
            ("text", "How is it now?"),
            ("note", "It said how was it."),
            ("option.good", "Good"),
            ("option.bad", "The option bad"),
        ]);
        let mending =
            read(&sent, &question, Moment::from_millis(1_796_000_000_000)).expect("a mending");
        assert_eq!(mending.options.len(), 1, "only what changed");
        let again = corrected(of(vec![question.clone()]), std::slice::from_ref(&mending));
        let how = again.question("how").expect("the question");
        assert_eq!(
            (how.text.as_str(), how.help.as_str()),
            ("How is it now?", ""),
            "without a note"
        );
        let mended = mend(of(vec![question.clone()]), &[mending]);
        let how = mended.question("how").expect("the question");
        assert_eq!(
            (
                how.text.as_str(),
                how.kind.options()[0].text.as_str(),
                how.kind.options()[0].key.as_str()
            ),
            ("How is it now?", "Good", "good")
        );
        assert!(how.help.ends_with("It said how was it."), "{}", how.help);
        let same = Sent::of(&[
            ("text", &question.text),
            ("note", "x"),
            ("option.good", "The option good"),
            ("option.bad", "The option bad"),
        ]);
        assert!(read(&same, &question, Moment::default()).is_err());
        assert!(
            read(&Sent::of(&[("text", "Other?")]), &question, Moment::default()).is_err(),
            "a note is needed, and no answer may be empty"
        );
    }
}
