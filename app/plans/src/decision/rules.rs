//! What may be said in a decision. Pure: what was sent and the time in, facts or refusals out.

use calendar::clock::{self, DAY, Millis, Moment};
use forms::{Refusals, Sent};

use crate::rules::{change_reason, prose};

/// An earlier day is taken for a typing slip.
const LONGEST_AGO: Millis = 5 * 366 * DAY;
const LONGEST_LINK: usize = 500;

/// A decision as a leader writes it down.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewDecision {
    pub words: String,
    /// The body that decided it.
    pub decided_by: String,
    /// The last moment of the day it was decided.
    pub decided_at: Moment,
    /// The link to its paper.
    pub paper: String,
}

/// Reads a decision from what was sent.
///
/// # Errors
/// What to correct, in the order of the fields.
pub fn decision(sent: &Sent, now: Moment) -> Result<NewDecision, Refusals> {
    read(sent, day(sent.typed("day"), now))
}

/// Reads what a published decision should have said, and why it says so only now. The day it was
/// decided stays.
///
/// # Errors
/// What to correct, in the order of the fields.
pub fn correction(sent: &Sent, decided_at: Moment) -> Result<(NewDecision, String), Refusals> {
    match (read(sent, Ok(decided_at)), change_reason(sent)) {
        (Ok(decision), Ok(reason)) => Ok((decision, reason)),
        (decision, reason) => {
            let mut refusals = decision.err().unwrap_or_default();
            refusals.take("reason", reason);
            Err(refusals)
        }
    }
}

fn read(sent: &Sent, decided_at: Result<Moment, String>) -> Result<NewDecision, Refusals> {
    let mut refusals = Refusals::default();
    let words = refusals.take("words", prose(sent, "words", "Say what was decided"));
    let decided_by = forms::within(sent.line("decided_by"), 120, "Say which body decided it");
    let decided_by = refusals.take("decided_by", decided_by);
    let decided_at = refusals.take("day", decided_at);
    let paper = refusals.take("paper", link(sent.line("paper")));
    match (words, decided_by, decided_at, paper) {
        (Some(words), Some(decided_by), Some(decided_at), Some(paper)) => {
            Ok(NewDecision { words, decided_by, decided_at, paper })
        }
        _ => Err(refusals),
    }
}

/// The last moment of the day it was decided.
fn day(typed: &str, now: Moment) -> Result<Moment, String> {
    match clock::end_of(typed) {
        None => Err("Enter the day it was decided".to_owned()),
        Some(end) if clock::date(end) > clock::date(now) => {
            Err("Choose today or an earlier day. Write the decision here once it is made"
                .to_owned())
        }
        Some(end) if end < now - LONGEST_AGO => {
            Err("Choose a day within the last five years. Check the year".to_owned())
        }
        Some(end) => Ok(end),
    }
}

/// A link that a browser opens safely.
fn link(typed: String) -> Result<String, String> {
    let link = forms::within(typed, LONGEST_LINK, "Give a link to the paper of that body")?;
    forms::link(&link)
        .ok_or_else(|| "Write the link in full, like https://www.example.org/report".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Moment = Moment::from_millis(1_800_000_000_000);

    fn refused(field: &str, typed: &str) -> bool {
        let good = [
            ("words", "Two more therapists."),
            ("decided_by", "The cabinet"),
            ("day", "2027-01-10"),
            ("paper", "https://www.example.org/cabinet/paper.pdf#page=3"),
        ];
        let fields = good.map(|(name, value)| (name, if name == field { typed } else { value }));
        match decision(&Sent::of(&fields), NOW) {
            Ok(_) => false,
            Err(refusals) => {
                let about: Vec<_> = refusals.iter().map(|(about, _)| about).collect();
                assert_eq!(about, [field]);
                true
            }
        }
    }

    #[test]
    fn a_decision_says_what_who_when_and_where_its_paper_is() {
        assert!(!refused("", ""));
        for field in ["words", "decided_by", "day", "paper"] {
            assert!(refused(field, " "), "{field}");
        }
    }

    #[test]
    fn a_decision_is_written_down_after_it_was_made_and_not_ten_years_later() {
        let today = clock::fields(NOW).0;
        assert!(!refused("day", &today));
        let tomorrow = clock::fields(NOW + DAY).0;
        for day in [tomorrow.as_str(), "2017-01-10", "2027-02-30", "soon"] {
            assert!(refused("day", day), "{day}");
        }
    }

    #[test]
    fn a_correction_says_all_again_but_the_day() {
        let sent = Sent::of(&[
            ("words", "Three more therapists."),
            ("decided_by", "The cabinet"),
            ("day", "2020-01-01"),
            ("paper", "https://www.example.org/cabinet/paper.pdf"),
            ("reason", "We had left one out."),
        ]);
        let read = correction(&sent, NOW).map(|(decision, _)| decision.decided_at);
        assert_eq!(read, Ok(NOW));
        let refused = correction(&Sent::default(), NOW).expect_err("refusals");
        let about: Vec<_> = refused.iter().map(|(field, _)| field).collect();
        assert_eq!(about, ["words", "decided_by", "paper", "reason"]);
    }

    #[test]
    fn the_paper_is_a_link_that_a_browser_opens_safely() {
        for link in [
            "javascript:alert(1)",
            "www.example.org",
            "https://",
            "https://user:secret@example.org",
            "ftp://example.org/a",
            "https://example.org/a paper",
        ] {
            assert!(refused("paper", link), "{link}");
        }
    }
}
