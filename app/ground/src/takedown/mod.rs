//! Taking down what everyone could read: a topic, a comment, a question about a change, its answer,
//! or words of published results.
//!
//! Its life: an organiser asks with a reason → it is taken down at once; words of results only when
//! a second organiser agrees, who may refuse instead. The words go from where they were in the same
//! write: they are erased, or the safeguarding lead alone can read them. What is shown in their
//! place says that they were taken down, and why. `store` holds the SQL, `parts` what pages share;
//! each room takes its own things down (decision 0042).

pub mod parts;
pub mod store;

use calendar::clock;
use forms::{Refusals, Sent};

pub use store::{NewTakedown, Takedown};

/// The longest words on why, in characters.
const LONGEST_WHY: usize = 500;

/// Why something is taken down: as it is stored, and as everyone reads it.
pub const REASONS: [(&str, &str); 5] = [
    ("names", "It named someone, or someone could be recognised"),
    ("one child", "It was about one child"),
    ("harm", "It could have harmed someone"),
    ("abusive", "It was abusive"),
    ("other", "It should not have been published"),
];

/// What stands in place of the title of a topic that was taken down.
pub const TOPIC: &str = "A topic that was taken down";
/// What stands in place of the words of such a comment.
pub const COMMENT: &str = "A comment that was taken down";

/// How the words begin that stand in place of others.
pub const IN_PLACE: &str = "Taken down by the forum on ";

/// What is taken down.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    Topic,
    Comment,
    /// A question about a change that waits for its answer.
    Question,
    /// An answer, with the question it answers.
    Answer,
    /// Words of the results of a consultation.
    Results,
}

impl Kind {
    pub const ALL: [Self; 5] =
        [Self::Topic, Self::Comment, Self::Question, Self::Answer, Self::Results];

    /// The word it is stored by.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Topic => "topic",
            Self::Comment => "comment",
            Self::Question => "question",
            Self::Answer => "answer",
            Self::Results => "results",
        }
    }

    #[must_use]
    pub fn read(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.word() == word)
    }

    /// What it is called on pages and in emails.
    #[must_use]
    pub fn title(self) -> &'static str {
        match self {
            Self::Topic => "A topic",
            Self::Comment => "A comment on the Local Offer",
            Self::Question => "A question about a change",
            Self::Answer => "A question about a change, with its answer",
            Self::Results => "Words in the results of a consultation",
        }
    }

    /// What the audit log says.
    #[must_use]
    pub fn in_log(self) -> &'static str {
        match self {
            Self::Topic => "topic taken down",
            Self::Comment => "comment taken down",
            Self::Question => "question taken down",
            Self::Answer => "answer taken down",
            Self::Results => "words of results taken down",
        }
    }
}

/// What an organiser says who takes something down.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wish {
    /// The same key twice is one.
    pub form_key: String,
    /// The word of one of [`REASONS`].
    pub reason: &'static str,
    /// What everyone reads besides; may be empty.
    pub why: String,
    /// Whether the safeguarding lead can read the words; otherwise they are erased.
    pub is_kept: bool,
}

/// Reads what an organiser says who takes something down.
///
/// # Errors
/// What to put right.
pub fn wish(sent: &Sent) -> Result<Wish, Refusals> {
    let mut refusals = Refusals::default();
    let reason = REASONS.into_iter().find(|(word, _)| *word == sent.typed("reason"));
    let reason = refusals.take("reason", reason.ok_or_else(|| "Choose the reason".to_owned()));
    let why = forms::prose(sent.typed("why"));
    let why = match reason {
        // This reason alone tells nobody anything.
        Some(("other", _)) => {
            forms::within(why, LONGEST_WHY, "Say why it should not have been published")
        }
        _ => forms::optional(why, LONGEST_WHY),
    };
    let why = refusals.take("why", why);
    let is_kept = match sent.typed("words") {
        "keep" => Some(true),
        "erase" => Some(false),
        _ => refusals.take("words", Err("Choose what happens to the words".to_owned())),
    };
    match (reason, why, is_kept) {
        (Some((reason, _)), Some(why), Some(is_kept)) => {
            Ok(Wish { form_key: sent.once(), reason, why, is_kept })
        }
        _ => Err(refusals),
    }
}

/// A reason in words.
#[must_use]
pub fn reason(word: &str) -> &'static str {
    REASONS.into_iter().find(|(known, _)| *known == word).map_or("", |(_, words)| words)
}

/// Why something was taken down, as everyone reads it.
#[must_use]
pub fn why(word: &str, why: &str) -> String {
    let reason = reason(word);
    if why.is_empty() { format!("{reason}.") } else { format!("{reason}. {why}") }
}

/// What stands in place of words that were taken down, where there is room for a sentence or two.
#[must_use]
pub fn in_place(takedown: &Takedown) -> String {
    let day = takedown.taken_down_at.map(clock::day).unwrap_or_default();
    format!("{IN_PLACE}{day}. {}", why(&takedown.reason, &takedown.why))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(fields: &[(&str, &str)]) -> Result<Wish, Vec<&'static str>> {
        wish(&Sent::of(fields))
            .map_err(|refusals| refusals.iter().map(|(field, _)| field).collect())
    }

    #[test]
    fn taking_down_takes_a_reason_and_a_choice_about_the_words() {
        assert_eq!(of(&[]), Err(vec!["reason", "words"]));
        assert_eq!(of(&[("reason", "unknown"), ("words", "erase")]), Err(vec!["reason"]));
        let wish = of(&[("reason", "names"), ("words", "keep")]).expect("a wish");
        assert!(wish.reason == "names" && wish.is_kept && wish.why.is_empty());
    }

    #[test]
    fn another_reason_needs_words() {
        assert_eq!(of(&[("reason", "other"), ("words", "erase")]), Err(vec!["why"]));
        assert!(of(&[("reason", "other"), ("words", "erase"), ("why", "A mistake.")]).is_ok());
    }

    #[test]
    fn why_is_the_reason_and_what_was_written_besides() {
        assert_eq!(why("abusive", ""), "It was abusive.");
        assert_eq!(why("abusive", "Sorry."), "It was abusive. Sorry.");
    }
}
