//! What a comment and a response may be, and by when a response is due. Pure.

use calendar::clock::{self, Millis};
use forms::{Refusals, Sent};
use ground::ids::{Id, Service};

/// The longest comment or response, in characters.
const LONGEST: usize = 4_000;
/// The longest words on what will be done.
const LONGEST_ACTION: usize = 2_000;

/// Why a comment is not published: as it is stored, and as its author reads it.
pub const REASONS: [(&str, &str); 4] = [
    ("names", "It names someone"),
    ("one child", "It is about one child's support, which the Local Offer can't deal with"),
    ("abusive", "It is abusive"),
    ("other", "It is not about the Local Offer"),
];

/// A reason in words.
#[must_use]
pub fn reason(word: &str) -> &'static str {
    REASONS.into_iter().find(|(known, _)| *known == word).map_or("", |(_, words)| words)
}

/// What has happened to a comment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CommentState {
    /// Nobody has decided about it yet.
    Waiting,
    /// Everyone can read it.
    Published,
    Declined,
    /// It is with the safeguarding lead; shown to nobody else.
    PassedOn,
    Withdrawn,
    /// By the forum, after everyone could read it. Its words are gone.
    TakenDown,
}

/// The dated facts that say what has happened to a comment.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct CommentFacts {
    pub published_at: Option<Millis>,
    pub declined_at: Option<Millis>,
    pub passed_on_at: Option<Millis>,
    /// By its author, or by the forum as it was taken down.
    pub withdrawn_at: Option<Millis>,
    pub taken_down_at: Option<Millis>,
}

impl CommentFacts {
    /// What has happened to the comment. What was passed on stays so, whatever came after.
    #[must_use]
    pub fn state(&self) -> CommentState {
        match self {
            Self { passed_on_at: Some(_), .. } => CommentState::PassedOn,
            Self { taken_down_at: Some(_), .. } => CommentState::TakenDown,
            Self { withdrawn_at: Some(_), .. } => CommentState::Withdrawn,
            Self { declined_at: Some(_), .. } => CommentState::Declined,
            Self { published_at: Some(_), .. } => CommentState::Published,
            _ => CommentState::Waiting,
        }
    }

    /// Whether everyone may read it. The statements of every room ask the view `public_comments`,
    /// which is the same.
    #[must_use]
    pub fn is_public(&self) -> bool {
        self.state() == CommentState::Published
    }

    /// Whether it can be read at any address of comments: what is not public by its author, and
    /// what was passed on by neither. That has pages of its own, for the safeguarding lead. In
    /// place of one that was taken down everyone reads that it was.
    #[must_use]
    pub fn may_read(&self, is_author: bool) -> bool {
        match self.state() {
            CommentState::Published | CommentState::TakenDown => true,
            CommentState::PassedOn => false,
            CommentState::Waiting | CommentState::Declined | CommentState::Withdrawn => is_author,
        }
    }
}

/// A comment as it is sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewComment {
    /// The same key twice is one comment.
    pub form_key: String,
    /// The service it is about; `None`: the list as a whole.
    pub service_id: Option<Id<Service>>,
    pub words: String,
}

/// Reads a comment. `services`: the ids that can be chosen.
///
/// # Errors
/// What to put right.
pub fn comment(sent: &Sent, services: &[&str]) -> Result<NewComment, Refusals> {
    let mut refusals = Refusals::default();
    let words = forms::within(forms::prose(sent.typed("words")), LONGEST, "Write your comment");
    let words = refusals.take("words", words);
    let service_id = match sent.typed("service") {
        "" => Some(None),
        chosen if services.contains(&chosen) => Some(Some(chosen.into())),
        _ => {
            refusals.add("service", "Choose a service, or the whole Local Offer");
            None
        }
    };
    match (words, service_id) {
        (Some(words), Some(service_id)) => {
            Ok(NewComment { form_key: sent.once(), service_id, words })
        }
        _ => Err(refusals),
    }
}

/// What an organiser does with a comment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CommentDecision {
    /// Everyone can read it.
    Publish,
    /// It is not published, for this reason among [`REASONS`].
    Decline(&'static str),
    /// Only the safeguarding lead can read it.
    PassOn,
}

/// Reads a decision.
///
/// # Errors
/// What to put right.
pub fn decision(sent: &Sent) -> Result<CommentDecision, Refusals> {
    let reason =
        REASONS.into_iter().find(|(word, _)| *word == sent.typed("reason")).map(|(word, _)| word);
    match (sent.typed("decision"), reason) {
        ("publish", _) => Ok(CommentDecision::Publish),
        ("pass on", _) => Ok(CommentDecision::PassOn),
        ("decline", Some(reason)) => Ok(CommentDecision::Decline(reason)),
        ("decline", None) => Err(Refusals::one("reason", "Choose the reason")),
        _ => Err(Refusals::one("decision", "Choose what should happen to this comment")),
    }
}

/// A response as it is sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewResponse {
    /// The same key twice is one response.
    pub form_key: String,
    pub response: String,
    /// What it will do; empty for nothing.
    pub action: String,
    /// By which day, as `2026-12-04`; empty for none.
    pub action_by: String,
}

/// Reads a response.
///
/// # Errors
/// What to put right.
pub fn response(sent: &Sent, now: Millis) -> Result<NewResponse, Refusals> {
    let mut refusals = Refusals::default();
    let response = refusals.take(
        "response",
        forms::within(forms::prose(sent.typed("response")), LONGEST, "Write your answer"),
    );
    let action = refusals
        .take("action", forms::optional(forms::prose(sent.typed("action")), LONGEST_ACTION));
    let action_by = sent.line("action_by");
    match clock::end_of(&action_by) {
        _ if action_by.is_empty() => {}
        None => refusals.add("action_by", "Enter a date, like 2026-12-04"),
        Some(end) if end < now => refusals.add("action_by", "Choose today or a later day"),
        Some(_) if action.as_ref().is_some_and(String::is_empty) => {
            refusals.add("action", "Say what will be done by that day");
        }
        Some(_) => {}
    }
    match (response, action) {
        (Some(response), Some(action)) if refusals.is_empty() => {
            Ok(NewResponse { form_key: sent.once(), response, action, action_by })
        }
        _ => Err(refusals),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_public_is_for_its_author_and_what_was_passed_on_not_even_for_them() {
        let published = CommentFacts { published_at: Some(1), ..CommentFacts::default() };
        assert!(published.is_public() && published.may_read(false));
        for facts in [
            CommentFacts::default(),
            CommentFacts { declined_at: Some(1), ..CommentFacts::default() },
            CommentFacts { withdrawn_at: Some(2), ..published },
        ] {
            assert!(!facts.is_public() && !facts.may_read(false) && facts.may_read(true));
        }
        let passed_on = CommentFacts { passed_on_at: Some(1), ..CommentFacts::default() };
        for facts in [passed_on, CommentFacts { withdrawn_at: Some(2), ..passed_on }] {
            assert!(!facts.is_public() && !facts.may_read(false) && !facts.may_read(true));
        }
    }

    #[test]
    fn a_comment_needs_words_and_a_service_that_there_is() {
        let of = |service, words| {
            comment(&Sent::of(&[("service", service), ("words", words), ("form_key", "")]), &["a"])
        };
        assert_eq!(
            of("a", "Nobody answers").map(|comment| comment.service_id),
            Ok(Some("a".into()))
        );
        assert_eq!(of("", "Nobody answers").map(|comment| comment.service_id), Ok(None));
        assert!(
            of("b", "Nobody answers").is_err_and(|refusals| refusals.about("service").is_some())
        );
        assert!(of("", " ").is_err_and(|refusals| refusals.about("words").is_some()));
    }

    #[test]
    fn a_response_says_what_is_done_by_a_day_to_come_or_that_nothing_is() {
        let now = clock::read("2026-12-04", "12:00").expect("a time");
        let of = |action, by| {
            response(
                &Sent::of(&[("response", "Thank you"), ("action", action), ("action_by", by)]),
                now,
            )
        };
        assert!(
            of("", "").is_ok() && of("A page", "").is_ok() && of("A page", "2026-12-04").is_ok()
        );
        assert!(
            of("A page", "2026-12-03").is_err_and(|refusals| refusals.about("action_by").is_some())
        );
        assert!(of("", "2027-01-01").is_err_and(|refusals| refusals.about("action").is_some()));
    }
}
