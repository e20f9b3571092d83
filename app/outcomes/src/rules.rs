//! What happened after parents said something, what the forum says about it, and by when it must be
//! said. Pure.

use calendar::clock::{self, DAY, Millis, Moment};

/// What happened, as the leader says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    Done,
    Partly,
    Not {
        because: String,
        /// Who decided that: a name or a team.
        decided_by: String,
        /// The day it will be looked at again, as `2026-12-04`.
        look_again: String,
    },
    Deciding {
        /// The day by which it will be decided.
        by: String,
    },
}

impl Outcome {
    /// How far it is, without the why and the when.
    #[must_use]
    pub fn stage(&self) -> Stage {
        match self {
            Self::Done => Stage::Done,
            Self::Partly => Stage::Partly,
            Self::Not { .. } => Stage::Not,
            Self::Deciding { .. } => Stage::Deciding,
        }
    }

    /// The word it is stored and sent by.
    #[must_use]
    pub fn word(&self) -> &'static str {
        self.stage().word()
    }

    /// In words, with a sign that can be read without colour.
    #[must_use]
    pub fn title(&self) -> &'static str {
        self.stage().title()
    }
}

/// How far an outcome is, as lists and numbers show it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stage {
    Done,
    Partly,
    Not,
    Deciding,
}

impl Stage {
    pub const ALL: [Self; 4] = [Self::Done, Self::Partly, Self::Not, Self::Deciding];

    /// The word it is stored and sent by.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Done => "done",
            Self::Partly => "partly",
            Self::Not => "not",
            Self::Deciding => "deciding",
        }
    }

    #[must_use]
    pub fn read(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|stage| stage.word() == word)
    }

    /// In words, with a sign that can be read without colour.
    #[must_use]
    pub fn title(self) -> &'static str {
        match self {
            Self::Done => "✓ Done",
            Self::Partly => "◐ Partly done",
            Self::Not => "× Not done",
            Self::Deciding => "○ Still deciding",
        }
    }
}

/// What the forum says about what a leader claims.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    Confirmed,
    Partly,
    /// It is not what parents find.
    Disputed,
}

impl Verdict {
    pub const ALL: [Self; 3] = [Self::Confirmed, Self::Partly, Self::Disputed];

    /// The word it is stored and sent by.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Confirmed => "confirmed",
            Self::Partly => "partly",
            Self::Disputed => "disputed",
        }
    }

    #[must_use]
    pub fn read(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|verdict| verdict.word() == word)
    }

    /// In words, with a sign that can be read without colour.
    #[must_use]
    pub fn title(self) -> &'static str {
        match self {
            Self::Confirmed => "✓ The forum agrees",
            Self::Partly => "◐ The forum partly agrees",
            Self::Disputed => "× The forum disagrees",
        }
    }
}

/// The word for what the forum has not judged yet.
pub const CLAIMED_WORD: &str = "claimed";

/// Who speaks, by name; where nobody knows which organisation it is, one of the two it can be.
#[must_use]
pub fn who(organisation: &str) -> &str {
    if organisation.is_empty() { "The council or the NHS" } else { organisation }
}

/// What people read where the forum has not judged the latest words of an organisation yet; empty
/// where nobody knows which it is.
#[must_use]
pub fn claimed(organisation: &str) -> String {
    format!("○ {} says so – not checked yet", who(organisation))
}

/// The forum's word on what an organisation said last.
#[must_use]
pub fn judged(verdict: Option<Verdict>, organisation: &str) -> String {
    verdict.map_or_else(|| claimed(organisation), |verdict| verdict.title().to_owned())
}

/// How long after the day it was first due something can go on being decided. After that it is
/// overdue, whatever day was promised.
pub const LONGEST_DECIDING: Millis = 365 * DAY;

/// Where an outcome that people are waiting for has got to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Awaited {
    /// It has been said, and is no longer being decided.
    Said,
    /// It must be said by this time.
    Due(Moment),
    /// It should have been said by this time, and everyone sees that it was not.
    Overdue(Moment),
}

/// Where an outcome has got to that people have waited for since `since`. `told`: the outcome said
/// last, if any; `within`: how long leaders have, in milliseconds.
#[must_use]
pub fn awaited(since: Moment, told: Option<&Outcome>, within: Millis, now: Moment) -> Awaited {
    let by = match told {
        Some(Outcome::Deciding { by }) => {
            clock::end_of(by).unwrap_or(since).min(due_by(since, within + LONGEST_DECIDING))
        }
        Some(_) => return Awaited::Said,
        None => due_by(since, within),
    };
    if by < now { Awaited::Overdue(by) } else { Awaited::Due(by) }
}

/// By when something said at `since` must be answered: the last moment of a day.
#[must_use]
pub fn due_by(since: Moment, within: Millis) -> Moment {
    clock::end_of(&clock::fields(since + within).0).unwrap_or(since + within)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(day: &str) -> Moment {
        clock::read(day, "12:00").expect("a time")
    }

    #[test]
    fn what_is_not_checked_yet_is_said_by_whoever_said_it() {
        assert_eq!(judged(None, "Sefton Council"), "○ Sefton Council says so – not checked yet");
        assert_eq!(judged(None, ""), "○ The council or the NHS says so – not checked yet");
        assert_eq!(judged(Some(Verdict::Partly), "NHS"), "◐ The forum partly agrees");
    }

    #[test]
    fn an_outcome_is_due_at_the_end_of_its_day_and_overdue_after_it() {
        let since = at("2026-09-01");
        let due = awaited(since, None, 84 * DAY, at("2026-11-24"));
        assert_eq!(due, Awaited::Due(clock::read("2026-11-25", "00:00").expect("a time") - 1));
        assert!(matches!(awaited(since, None, 84 * DAY, at("2026-11-25")), Awaited::Overdue(_)));
        for outcome in [Outcome::Done, Outcome::Partly] {
            assert_eq!(awaited(since, Some(&outcome), 84 * DAY, at("2028-01-01")), Awaited::Said);
        }
    }

    #[test]
    fn still_deciding_is_overdue_after_the_day_that_was_promised() {
        let deciding = Outcome::Deciding { by: "2027-03-28".into() };
        assert!(matches!(
            awaited(
                at("2027-01-01"),
                Some(&deciding),
                DAY,
                clock::read("2027-03-28", "23:59").expect("a time")
            ),
            Awaited::Due(_)
        ));
        assert!(matches!(
            awaited(at("2027-01-01"), Some(&deciding), DAY, at("2027-03-29")),
            Awaited::Overdue(_)
        ));
    }

    #[test]
    fn still_deciding_puts_it_off_by_a_year_at_the_most() {
        let since = at("2026-09-01");
        let deciding = Outcome::Deciding { by: "2028-12-01".into() };
        assert!(matches!(
            awaited(since, Some(&deciding), 84 * DAY, at("2027-11-24")),
            Awaited::Due(_)
        ));
        let late = awaited(since, Some(&deciding), 84 * DAY, at("2027-11-25"));
        assert_eq!(late, Awaited::Overdue(clock::read("2027-11-25", "00:00").expect("a time") - 1));
    }
}
