//! Words that somebody writes: as an answer, or to be read in place of one.

use super::Written;
use crate::answers::Answer;
use crate::check::LONGEST_TEXT;

/// An answer in somebody's own words.
pub(super) fn answer(text: String, longest: usize) -> Result<Option<Answer>, String> {
    if text.is_empty() {
        Ok(None)
    } else {
        forms::within(text, longest, "").map(|text| Some(Answer::Text(text)))
    }
}

/// Reads the words that an organiser wrote.
pub(super) fn written(form: &mut Written<'_>, what_to_do: &str) -> Option<String> {
    let words = forms::within(forms::prose(form.sent.typed("words")), LONGEST_TEXT, what_to_do);
    form.refusals.take("words", words)
}

/// What must be corrected in words to read.
pub(super) fn faults(words: &str) -> Vec<String> {
    if words.is_empty() {
        vec!["Write what there is to read, or what the picture shows".to_owned()]
    } else if words.chars().count() > LONGEST_TEXT {
        vec![format!("Keep the text to {LONGEST_TEXT} characters or fewer")]
    } else {
        Vec::new()
    }
}
