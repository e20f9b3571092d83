//! What a duty is, on which day it is due, and how it stands. Pure.
//!
//! Days are counted backwards in school days
//! ([`SchoolYear::days_before`](calendar::school::SchoolYear::days_before)). Where the terms don't
//! tell about a day, there is no day, and whoever looks is told which terms to enter: none is
//! guessed. A day that has passed is kept as it was ([`Passed`]): what becomes of the duty or of
//! the terms after it moves only what is to come.
//!
//! `words` writes and reads a day, a span and a step, `reading` what a form or a file sends.
//! `turns` says how each year of a duty stands, `passed` which days are kept, `open` what is still
//! to be done. `bank` are the bank holidays.

mod bank;
mod open;
mod passed;
mod reading;
#[cfg(test)]
mod samples;
mod turns;
mod words;

pub use bank::BankHolidays;
pub use open::{Open, WARNED};
pub use passed::{NewPassed, Passed};
pub use reading::{NewReport, Thing, address, duty, fields, needs_address, part_word, report};
pub use turns::{Everything, State, StepTurn, Turn};
pub use words::{MOST_STEPS, enter_terms, in_words, steps, steps_as_text};

use calendar::clock::Moment;
use forms::Named;
use ground::ids::{self, Id};
use ground::ui::capital;
use jiff::civil::Date;

/// The most duties of an area.
pub const MOST: usize = 60;

/// What must be done every year, as the area says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Duty {
    /// What other duties and files call it: a few letters, digits and hyphens.
    pub word: String,
    pub name: String,
    /// The area's rule, in a sentence or two. Never advice about the law.
    pub rule: String,
    /// Where the rule was read: an address.
    pub source: String,
    /// The day somebody last looked there; none while nobody in the area has.
    pub checked_on: Option<Date>,
    pub responsible: Responsible,
    pub due: Due,
    /// What it is done by.
    pub by: By,
    pub steps: Vec<Step>,
    /// Whether everyone sees how it stands.
    pub is_public: bool,
    pub is_on: bool,
}

/// Who is responsible for it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Responsible {
    Forum,
    /// The leaders of all organisations.
    Leaders,
    /// Those of one.
    Organisation(Named),
}

impl Responsible {
    /// As a form and a file have it.
    #[must_use]
    pub fn word(&self) -> &str {
        match self {
            Self::Forum => "forum",
            Self::Leaders => "leaders",
            Self::Organisation(organisation) => &organisation.name,
        }
    }

    /// As people read it.
    #[must_use]
    pub fn title(&self) -> &str {
        match self {
            Self::Forum => "the forum",
            Self::Leaders => "the council and the NHS",
            Self::Organisation(organisation) => &organisation.name,
        }
    }

    /// As a sentence: "The forum is responsible."
    #[must_use]
    pub fn sentence(&self) -> String {
        let are = if *self == Self::Leaders { "are" } else { "is" };
        format!("{} {are} responsible.", capital(self.title()))
    }
}

/// On which day it is due.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Due {
    /// The same day each year. The last of February, where a year has no 29th.
    Each {
        /// From 1 to 12.
        month: i8,
        day: i8,
    },
    /// So long before another duty, which has this word.
    Before(Span, String),
}

/// How long before a day.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Span {
    SchoolDays(u16),
    /// Where that is no school day, the last one before it.
    Weeks(u16),
}

/// What in Alongside a duty or a step is done by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum By {
    Round,
    Consultation,
    Notice,
    /// Anything with an address of its own.
    Document,
}

impl By {
    pub const ALL: [Self; 4] = [Self::Round, Self::Consultation, Self::Notice, Self::Document];

    /// The word it is stored and sent by.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Round => "round",
            Self::Consultation => "consultation",
            Self::Notice => "notice",
            Self::Document => "document",
        }
    }

    /// As people read it.
    #[must_use]
    pub fn title(self) -> &'static str {
        match self {
            Self::Round => "a voting round",
            Self::Consultation => "a consultation",
            Self::Notice => "a change notice",
            Self::Document => "a document",
        }
    }

    /// Reads the word.
    #[must_use]
    pub fn read(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|by| by.word() == word)
    }
}

/// What must happen before it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Step {
    /// In words that "by Monday 12 January" follows: "The round must open".
    pub name: String,
    pub before: Span,
    pub by: By,
}

/// What is wrong with the days of these duties among each other: one that comes before a duty that
/// isn't there, or, round a circle, before itself. The word of the duty, and what to do.
#[must_use]
pub fn wrong_order(duties: &[&Duty]) -> Option<(String, String)> {
    duties.iter().find_map(|duty| {
        let mut at = *duty;
        for _ in 0..=duties.len() {
            let Due::Before(_, word) = &at.due else { return None };
            let Some(next) = duties.iter().copied().find(|other| other.word == *word) else {
                let what_to_do = format!("There is no duty called {word}. Add it, or choose a day");
                return Some((at.word.clone(), what_to_do));
            };
            at = next;
        }
        let what_to_do = "Choose another day: this duty would come before itself".to_owned();
        Some((duty.word.clone(), what_to_do))
    })
}

/// A duty as it is kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Kept {
    pub id: Id<ids::Duty>,
    pub duty: Duty,
    /// Since when it counts; `None` while it is off.
    pub on_since: Option<Moment>,
    /// Since when it is off; `None` while it is on, and where it never was.
    pub off_since: Option<Moment>,
    /// Since when its day and its steps are as they are.
    pub days_since: Moment,
    pub changed_at: Moment,
}

/// That a duty or a step was done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Report {
    pub id: Id<ids::DutyReport>,
    pub duty_id: Id<ids::Duty>,
    /// Which year's it was: the year of the fixed day that it is counted from.
    pub year: i16,
    /// The step; empty for the duty itself.
    pub step: String,
    pub done_on: Date,
    pub by: By,
    /// The id of a round, a consultation or a notice, or the address of a document; empty for a
    /// document that has none.
    pub thing: String,
    /// The organisation that says so; `None` where it is the forum.
    pub organisation: Option<Named>,
}

impl Report {
    /// Where everyone can see it; `None` for a document without an address.
    #[must_use]
    pub fn address(&self) -> Option<String> {
        match self.by {
            By::Round => Some(format!("/rounds/{}", self.thing)),
            By::Consultation => Some(format!("/consultations/{}", self.thing)),
            By::Notice => Some(format!("/notices/{}", self.thing)),
            By::Document => Some(self.thing.clone()).filter(|address| !address.is_empty()),
        }
    }
}

/// Whose duties somebody looks at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Side {
    Forum,
    /// A leader of the organisation with this id; of none yet.
    Leader(Option<String>),
}

impl Side {
    /// Whether a duty is theirs to do.
    #[must_use]
    pub fn answers_for(&self, duty: &Duty) -> bool {
        match (self, &duty.responsible) {
            (Self::Forum, responsible) => *responsible == Responsible::Forum,
            (Self::Leader(of), Responsible::Leaders) => of.is_some(),
            (Self::Leader(of), Responsible::Organisation(named)) => of.as_ref() == Some(&named.id),
            (Self::Leader(_), Responsible::Forum) => false,
        }
    }

    /// Whether they can say that it was done. The forum can about every duty.
    #[must_use]
    pub fn may_report(&self, duty: &Duty) -> bool {
        *self == Self::Forum || self.answers_for(duty)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::samples::{due, duty, kept};

    #[test]
    fn duties_in_a_circle_or_before_none_are_refused_and_never_counted_for_ever() {
        let (a, b) = (duty("a", "1 week before b", ""), duty("b", "1 week before a", ""));
        assert_eq!(wrong_order(&[&a, &b]).map(|(word, _)| word), Some("a".to_owned()));
        let wrong = wrong_order(&[&a]).expect("b is missing");
        assert!(wrong.1.contains("no duty called b"), "{wrong:?}");
        let fixed = duty("b", "31 May", "");
        assert_eq!(wrong_order(&[&a, &fixed]), None);
        assert!(due(vec![kept(a, "2026-09-01"), kept(b, "2026-09-01")], 2027).is_err());
    }

    #[test]
    fn each_side_has_its_own_duties_and_the_forum_may_say_of_all_that_they_are_done() {
        let council = Named { id: "council".to_owned(), name: "The council".to_owned() };
        let mut of_council = duty("a", "31 May", "");
        of_council.responsible = Responsible::Organisation(council);
        let leader = |of: &str| Side::Leader(Some(of.to_owned()));
        assert!(leader("council").answers_for(&of_council));
        assert!(
            !leader("nhs").may_report(&of_council) && !Side::Leader(None).may_report(&of_council)
        );
        assert!(Side::Forum.may_report(&of_council) && !Side::Forum.answers_for(&of_council));
        assert!(!leader("council").may_report(&duty("b", "31 May", "")));
    }
}
