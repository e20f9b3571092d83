//! What an update says, and reading it from a form. Pure.

use calendar::clock::{self, DAY, Millis, Moment};
use forms::{Refusals, Sent};
use outcomes::rules::Outcome;
use serde::{Deserialize, Serialize};

use super::evidence::{Attached, Evidence, evidence};

const LONGEST_TEXT: usize = 4_000;
/// What stands for what was done where nothing was: why is asked for below.
const NOTHING: &str = "Nothing has been done yet.";
/// A day later than this is a typing mistake.
const LONGEST_AHEAD: Millis = 3 * 366 * DAY;

/// What an update says, as a leader writes it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Words {
    /// What parents said, in one or a few sentences.
    pub you_said: String,
    /// The questions and themes of a consultation that it answers; none if it answers all of it.
    pub questions: Vec<Question>,
    /// The clause or page of a plan that it is about; may be empty.
    pub part: String,
    pub we_did: String,
    pub outcome: Outcome,
    /// May be empty.
    pub next: String,
    /// As `2026-12-04`; empty for no day.
    pub next_by: String,
    pub evidence: Evidence,
}

impl Words {
    /// What was said, what was done and what happened, and no more.
    #[must_use]
    pub fn new(you_said: &str, we_did: &str, outcome: Outcome) -> Self {
        Self {
            you_said: you_said.to_owned(),
            questions: Vec::new(),
            part: String::new(),
            we_did: we_did.to_owned(),
            outcome,
            next: String::new(),
            next_by: String::new(),
            evidence: Evidence::default(),
        }
    }
}

/// A question of a consultation, or a theme of what was answered to it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Question {
    /// The consultation, the key of the question and, of a theme, its title, with a `/` between
    /// them: the word a form sends for it.
    pub key: String,
    pub words: String,
}

/// What an update can name: only what was published, and only files that its writer added.
#[derive(Clone, Debug, Default)]
pub struct Known {
    /// Questions and themes of the consultations that it is about.
    pub questions: Vec<Question>,
    pub files: Vec<Attached>,
}

/// Reads an update from what was sent. `told`: the words published now, when they are changed:
/// their days may stay though they have passed, and so may what they name.
///
/// # Errors
/// What to put right, in the order of the fields.
pub fn words(
    sent: &Sent,
    told: Option<&Words>,
    known: &Known,
    now: Moment,
) -> Result<Words, Refusals> {
    let mut refusals = Refusals::default();
    let prose = |field: &str, what_to_do: &str| {
        forms::within(forms::prose(sent.typed(field)), LONGEST_TEXT, what_to_do)
    };
    let you_said = refusals.take("you_said", prose("you_said", "Say what parents said"));
    let part = refusals.take("part", forms::optional(sent.line("part"), 200));
    let is_nothing =
        sent.typed("outcome") == "not" && forms::prose(sent.typed("we_did")).is_empty();
    let we_did = if is_nothing {
        Some(NOTHING.to_owned())
    } else {
        refusals.take("we_did", prose("we_did", "Say what was done"))
    };
    let outcome = outcome(sent, told.map(|told| &told.outcome), now, &mut refusals);
    let next =
        refusals.take("next", forms::optional(forms::prose(sent.typed("next")), LONGEST_TEXT));
    let next_by = match sent.line("next_by") {
        empty if empty.is_empty() => Some(empty),
        _ => refusals.take(
            "next_by",
            day_to_come(sent, "next_by", told.map(|told| told.next_by.as_str()), now),
        ),
    };
    if next_by.as_ref().is_some_and(|by| !by.is_empty())
        && next.as_ref().is_some_and(String::is_empty)
    {
        refusals.add("next", "Say what will happen by that day, or leave the day empty");
    }
    let asked = sent.all("questions");
    let questions = known.questions.iter().chain(told.iter().flat_map(|told| &told.questions));
    let questions = asked
        .iter()
        .filter_map(|key| questions.clone().find(|question| question.key == *key).cloned())
        .collect();
    let evidence = evidence(
        sent,
        told.map_or(&[], |told| &told.evidence.files),
        &known.files,
        now,
        &mut refusals,
    );
    let Some(outcome) = outcome.filter(|_| refusals.is_empty()) else { return Err(refusals) };
    // Nothing was refused, so each of them is there.
    Ok(Words {
        you_said: you_said.unwrap_or_default(),
        questions,
        part: part.unwrap_or_default(),
        we_did: we_did.unwrap_or_default(),
        outcome,
        next: next.unwrap_or_default(),
        next_by: next_by.unwrap_or_default(),
        evidence,
    })
}

fn outcome(
    sent: &Sent,
    told: Option<&Outcome>,
    now: Moment,
    refusals: &mut Refusals,
) -> Option<Outcome> {
    match sent.typed("outcome") {
        "done" => Some(Outcome::Done),
        "partly" => Some(Outcome::Partly),
        "not" => {
            let known = if let Some(Outcome::Not { look_again, .. }) = told {
                Some(look_again.as_str())
            } else {
                None
            };
            let because = refusals.take(
                "because",
                forms::within(
                    forms::prose(sent.typed("because")),
                    LONGEST_TEXT,
                    "Say why it is not done",
                ),
            );
            let decided_by = refusals.take(
                "decided_by",
                forms::within(
                    sent.line("decided_by"),
                    120,
                    "Say who decided that: a name or a team",
                ),
            );
            let look_again =
                refusals.take("look_again", day_to_come(sent, "look_again", known, now));
            Some(Outcome::Not {
                because: because?,
                decided_by: decided_by?,
                look_again: look_again?,
            })
        }
        "deciding" => {
            let known =
                if let Some(Outcome::Deciding { by }) = told { Some(by.as_str()) } else { None };
            Some(Outcome::Deciding {
                by: refusals.take("decide_by", day_to_come(sent, "decide_by", known, now))?,
            })
        }
        _ => {
            refusals.add("outcome", "Choose what happened");
            None
        }
    }
}

fn day_to_come(
    sent: &Sent,
    field: &str,
    known: Option<&str>,
    now: Moment,
) -> Result<String, String> {
    let day = clock::end_of(sent.typed(field)).ok_or_else(|| "Enter the date".to_owned())?;
    let text = clock::fields(day).0;
    if day < now && known != Some(text.as_str()) {
        Err("Choose today or a later day".to_owned())
    } else if day > now + LONGEST_AHEAD {
        Err("Choose a day within the next three years".to_owned())
    } else {
        Ok(text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn now() -> Moment {
        clock::read("2026-12-03", "10:00").expect("a time")
    }

    fn read(fields: &[(&str, &str)]) -> Result<Words, Refusals> {
        let good = [("you_said", "The wait is too long."), ("we_did", "Two therapists began.")];
        words(&Sent::of(&[&good[..], fields].concat()), None, &Known::default(), now())
    }

    fn about(fields: &[(&str, &str)]) -> Vec<&'static str> {
        read(fields).expect_err("refusals").iter().map(|(field, _)| field).collect()
    }

    #[test]
    fn not_done_needs_a_reason_a_name_and_a_day() {
        assert_eq!(about(&[]), ["outcome"]);
        assert_eq!(about(&[("outcome", "not")]), ["because", "decided_by", "look_again"]);
        let not = [
            ("outcome", "not"),
            ("because", "No money"),
            ("decided_by", "The board"),
            ("look_again", "2027-04-01"),
        ];
        assert!(matches!(read(&not), Ok(Words { outcome: Outcome::Not { .. }, .. })));
    }

    #[test]
    fn why_nothing_was_done_is_asked_once() {
        let said = [
            ("you_said", "The wait is too long."),
            ("because", "No money"),
            ("decided_by", "The board"),
            ("look_again", "2027-04-01"),
        ];
        let read = |outcome| {
            let sent = Sent::of(&[&said[..], &[("outcome", outcome)]].concat());
            words(&sent, None, &Known::default(), now())
        };
        assert_eq!(read("not").expect("words").we_did, NOTHING);
        let refused = read("done").expect_err("refusals");
        assert_eq!(refused.iter().map(|(field, _)| field).collect::<Vec<_>>(), ["we_did"]);
    }

    #[test]
    fn still_deciding_needs_a_day_to_come() {
        assert_eq!(about(&[("outcome", "deciding")]), ["decide_by"]);
        assert_eq!(
            about(&[("outcome", "deciding"), ("decide_by", "2026-12-02")]),
            ["decide_by"],
            "a day in the past"
        );
        assert!(
            read(&[("outcome", "deciding"), ("decide_by", "2026-12-03")]).is_ok(),
            "today is still to come"
        );
    }

    #[test]
    fn a_day_that_was_told_may_stay_when_it_has_passed() {
        let deciding = [
            ("you_said", "x"),
            ("we_did", "x"),
            ("outcome", "deciding"),
            ("decide_by", "2026-12-02"),
        ];
        let told =
            words(&Sent::of(&deciding), None, &Known::default(), now() - 10 * DAY).expect("words");
        assert!(words(&Sent::of(&deciding), Some(&told), &Known::default(), now()).is_ok());
    }
}
