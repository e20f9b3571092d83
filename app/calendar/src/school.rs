//! When schools are open, and how long before a change that leaves families. Pure.

use forms::{Refusals, Sent};
use jiff::ToSpan as _;
use jiff::civil::{Date, Weekday};

use crate::clock::{self, Millis};

/// The days on which schools are open.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SchoolYear {
    /// Terms, or their halves: from the first day to the last, both included.
    pub terms: Vec<(Date, Date)>,
    /// Bank holidays, and other days without school.
    pub closed: Vec<Date>,
}

impl SchoolYear {
    /// How many school days lie between the day families are told and the day the change takes
    /// effect, neither counted. While no term is known, every Monday to Friday counts, except
    /// closed days.
    #[must_use]
    pub fn days_between(&self, told: Millis, effect: Millis) -> i64 {
        let (told, effect) = (clock::date(told), clock::date(effect));
        let days = told
            .series(1.day())
            .skip(1)
            .take_while(|day| *day < effect)
            .filter(|day| self.is_open(*day));
        i64::try_from(days.count()).unwrap_or(i64::MAX)
    }

    fn is_open(&self, day: Date) -> bool {
        let is_weekday = !matches!(day.weekday(), Weekday::Saturday | Weekday::Sunday);
        let is_in_term = self.terms.is_empty()
            || self.terms.iter().any(|(first, last)| (*first..=*last).contains(&day));
        is_weekday && is_in_term && !self.closed.contains(&day)
    }

    /// Whether a term begins on this day, as far as the terms are known.
    #[must_use]
    pub fn may_begin_on(&self, at: Millis) -> bool {
        let day = clock::date(at);
        !self.knows(at) || self.terms.iter().any(|(first, _)| *first == day)
    }

    /// Whether this day is in none of the terms, as far as they are known.
    #[must_use]
    pub fn is_holiday(&self, at: Millis) -> bool {
        let day = clock::date(at);
        self.knows(at) && !self.terms.iter().any(|(first, last)| (*first..=*last).contains(&day))
    }

    /// Whether the terms that are known go on until this day.
    #[must_use]
    pub fn knows(&self, effect: Millis) -> bool {
        self.terms.iter().any(|(_, last)| *last >= clock::date(effect))
    }
}

/// What an administrator says about when schools are open.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NewDay {
    /// A term, or a half of one.
    Term {
        name: String,
        first: Date,
        /// Not before the first.
        last: Date,
    },
    /// A day without school.
    Closed { name: String, day: Date },
}

/// Reads a term (`step=term`) or a closed day.
///
/// # Errors
/// What to put right, in the order of the fields.
pub fn new_day(sent: &Sent) -> Result<NewDay, Refusals> {
    let mut refusals = Refusals::default();
    let day = |field| clock::read(sent.typed(field), "12:00").map(clock::date);
    if sent.typed("step") == "term" {
        let name = refusals.take(
            "term_name",
            forms::within(
                sent.line("term_name"),
                80,
                "Enter a name, for example: Autumn, first half",
            ),
        );
        let first = refusals
            .take("first_day", day("first_day").ok_or_else(|| "Enter the first day".to_owned()));
        let last = refusals.take(
            "last_day",
            match (day("last_day"), first) {
                (None, _) => Err("Enter the last day".to_owned()),
                (Some(last), Some(first)) if last < first => {
                    Err("Choose a last day that is the same as the first, or later".to_owned())
                }
                (Some(last), _) => Ok(last),
            },
        );
        return match (name, first, last) {
            (Some(name), Some(first), Some(last)) => Ok(NewDay::Term { name, first, last }),
            _ => Err(refusals),
        };
    }
    let name = refusals.take(
        "closed_name",
        forms::within(
            sent.line("closed_name"),
            80,
            "Enter a name, for example: Early May bank holiday",
        ),
    );
    let day =
        refusals.take("closed_day", day("closed_day").ok_or_else(|| "Enter the date".to_owned()));
    match (name, day) {
        (Some(name), Some(day)) => Ok(NewDay::Closed { name, day }),
        _ => Err(refusals),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(day: &str) -> Millis {
        clock::read(day, "10:00").expect("a day")
    }

    fn date(day: &str) -> Date {
        day.parse().expect("a day")
    }

    #[test]
    fn school_days_are_those_between_in_term_but_for_weekends_and_closed_days() {
        let year = SchoolYear {
            terms: vec![
                (date("2026-11-02"), date("2026-12-18")),
                (date("2027-01-04"), date("2027-02-12")),
            ],
            closed: vec![date("2026-12-01")],
        };
        assert_eq!(
            year.days_between(at("2026-11-27"), at("2026-11-30")),
            0,
            "told on Friday of Monday"
        );
        assert_eq!(
            year.days_between(at("2026-11-27"), at("2026-12-04")),
            3,
            "Monday, Wednesday, Thursday"
        );
        assert_eq!(
            year.days_between(at("2026-12-18"), at("2027-01-04")),
            0,
            "the holidays do not count"
        );
        assert_eq!(year.days_between(at("2026-12-17"), at("2027-01-06")), 3);
        assert!(
            year.may_begin_on(at("2027-01-04"))
                && !year.may_begin_on(at("2027-01-05"))
                && year.may_begin_on(at("2027-02-22"))
        );
        assert!(year.knows(at("2027-02-12")) && !year.knows(at("2027-02-15")));
        assert_eq!(
            SchoolYear::default().days_between(at("2026-12-18"), at("2027-01-04")),
            10,
            "from Monday to Friday while no term is known"
        );
        assert_eq!(year.days_between(at("2027-01-06"), at("2026-12-17")), 0);
    }

    #[test]
    fn clocks_that_change_meanwhile_add_or_take_no_day() {
        let told = clock::read("2027-03-26", "23:30").expect("a time");
        let effect = clock::read("2027-03-30", "00:00").expect("a time");
        assert_eq!(
            SchoolYear::default().days_between(told, effect),
            1,
            "the Monday after clocks went forward"
        );
    }

    #[test]
    fn a_term_ends_after_it_begins_and_each_day_has_a_name() {
        let term = |rest: &str| new_day(&Sent::read(format!("step=term&{rest}").as_bytes()));
        assert!(term("term_name=Autumn&first_day=2026-09-02&last_day=2026-10-23").is_ok());
        assert!(term("term_name=Autumn&first_day=2026-09-02&last_day=2026-09-01").is_err());
        assert!(term("term_name=&first_day=2026-09-02&last_day=2026-10-23").is_err());
        assert!(
            new_day(&Sent::read(b"step=closed&closed_name=Early+May&closed_day=2027-05-03"))
                .is_ok()
        );
        assert!(
            new_day(&Sent::read(b"step=closed&closed_name=Early+May&closed_day=3+May")).is_err()
        );
    }
}
