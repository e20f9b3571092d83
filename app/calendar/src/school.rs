//! When schools are open, and how long before a change that leaves families. Pure.

use forms::{Refusals, Sent};
use jiff::ToSpan as _;
use jiff::civil::{Date, Weekday};

use crate::clock::{self, DAY, Millis, Moment};

/// No holiday is as long as this, in days.
const LONGEST_HOLIDAY: usize = 120;
/// Between two terms is at most the summer, in days. Where it is longer, a term is missing.
const LONGEST_BREAK: i32 = 60;
/// A term, with its half-term week, is at most 18 weeks.
const LONGEST_TERM: i32 = 18 * 7;
/// A day further away than this is taken for a typing slip.
const FURTHEST: Millis = 2 * 366 * DAY;

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
    pub fn days_between(&self, told: Moment, effect: Moment) -> i64 {
        let (told, effect) = (clock::date(told), clock::date(effect));
        let days = told
            .series(1.day())
            .skip(1)
            .take_while(|day| *day < effect)
            .filter(|day| self.is_open(*day));
        i64::try_from(days.count()).unwrap_or(i64::MAX)
    }

    /// The school day that is so many school days before this day, which itself is not counted.
    ///
    /// # Errors
    /// When no term tells whether one of the days between is a school day.
    pub fn days_before(&self, day: Date, many: u16) -> Result<Date, NoTerms> {
        let (mut at, mut left) = (self.told(day)?, many);
        while left > 0 {
            at = self.told(at.yesterday().map_err(|_| NoTerms(at))?)?;
            left -= u16::from(self.is_open(at));
        }
        Ok(at)
    }

    /// This day, or the last school day before it.
    ///
    /// # Errors
    /// As [`Self::days_before`].
    pub fn school_day_by(&self, day: Date) -> Result<Date, NoTerms> {
        if self.is_open(self.told(day)?) { Ok(day) } else { self.days_before(day, 1) }
    }

    /// This day, where the terms tell about it: in one, or in a break between two.
    fn told(&self, day: Date) -> Result<Date, NoTerms> {
        let before = self.terms.iter().filter(|(first, _)| *first <= day).map(|(_, last)| *last);
        let after = self.terms.iter().filter(|(_, last)| *last >= day).map(|(first, _)| *first);
        match (before.max(), after.min()) {
            (Some(last), Some(first)) if (first - last).get_days() <= LONGEST_BREAK => Ok(day),
            _ => Err(NoTerms(day)),
        }
    }

    fn is_open(&self, day: Date) -> bool {
        is_weekday(day)
            && (self.terms.is_empty() || self.is_in_term(day))
            && !self.closed.contains(&day)
    }

    fn is_in_term(&self, day: Date) -> bool {
        self.terms.iter().any(|(first, last)| (*first..=*last).contains(&day))
    }

    /// The first day from this one on that suits families: a school day as far as the terms are
    /// known, and after that a Monday to Friday that is no closed day.
    #[must_use]
    pub fn clear_day(&self, at: Moment) -> Date {
        let from = clock::date(at);
        let suits = |day: &Date| {
            let is_known = self.terms.iter().any(|(_, last)| last >= day);
            let may_be_term = !is_known || self.is_in_term(*day);
            is_weekday(*day) && may_be_term && !self.closed.contains(day)
        };
        from.series(1.day()).take(LONGEST_HOLIDAY).find(suits).unwrap_or(from)
    }

    /// How many school days there are from one day to another, both counted.
    #[must_use]
    pub fn school_days(&self, first: Date, last: Date) -> usize {
        let is_open = |day: &Date| is_weekday(*day) && !self.closed.contains(day);
        first.series(1.day()).take_while(|day| *day <= last).filter(is_open).count()
    }

    /// Whether a term begins on this day, as far as the terms are known.
    #[must_use]
    pub fn may_begin_on(&self, at: Moment) -> bool {
        let day = clock::date(at);
        !self.knows(at) || self.terms.iter().any(|(first, _)| *first == day)
    }

    /// Whether this day is in none of the terms, as far as they are known.
    #[must_use]
    pub fn is_holiday(&self, at: Moment) -> bool {
        self.is_out_of_term(clock::date(at))
    }

    fn is_out_of_term(&self, day: Date) -> bool {
        self.terms.iter().any(|(_, last)| *last >= day) && !self.is_in_term(day)
    }

    /// How many of the days from one time to another, as "17 of 45 days"; both days are counted.
    /// `None` where there are no holidays between, as far as the terms are known: a weekend between
    /// two terms is none.
    #[must_use]
    pub fn holidays_within(&self, from: Moment, until: Moment) -> Option<String> {
        let (first, last) = (clock::date(from), clock::date(until));
        let days: Vec<Date> = first.series(1.day()).take_while(|day| *day <= last).collect();
        let holidays = days.iter().filter(|day| self.is_out_of_term(**day)).count();
        (holidays > 2).then(|| format!("{holidays} of {} days", days.len()))
    }

    /// Whether the terms that are known go on until this day.
    #[must_use]
    pub fn knows(&self, effect: Moment) -> bool {
        self.terms.iter().any(|(_, last)| *last >= clock::date(effect))
    }
}

/// No term that is known tells whether this is a school day.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NoTerms(pub Date);

/// Whether it is neither Saturday nor Sunday.
pub(crate) fn is_weekday(day: Date) -> bool {
    !matches!(day.weekday(), Weekday::Saturday | Weekday::Sunday)
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

/// Reads a term (`what=term`) or a closed day, beside those that are known.
///
/// # Errors
/// What to put right, in the order of the fields.
pub fn new_day(sent: &Sent, known: &SchoolYear, now: Moment) -> Result<NewDay, Refusals> {
    if sent.typed("what") == "term" { term(sent, known, now) } else { closed(sent, now) }
}

fn term(sent: &Sent, known: &SchoolYear, now: Moment) -> Result<NewDay, Refusals> {
    let mut refusals = Refusals::default();
    let name = refusals.take(
        "term_name",
        forms::within(sent.line("term_name"), 80, "Enter a name, for example: Autumn, first half"),
    );
    let first =
        refusals.take("first_day", near(sent.typed("first_day"), now, "Enter the first day"));
    let last = near(sent.typed("last_day"), now, "Enter the last day");
    let last = refusals.take(
        "last_day",
        match (last, first) {
            (Ok(last), Some(first)) if last < first => {
                Err("Choose a last day that is the same as the first, or later".to_owned())
            }
            (Ok(last), Some(first)) if (last - first).get_days() > LONGEST_TERM => {
                Err("Choose a last day up to 18 weeks after the first. Check the month and the \
                     year"
                    .to_owned())
            }
            (last, _) => last,
        },
    );
    let (Some(name), Some(first), Some(last)) = (name, first, last) else { return Err(refusals) };
    let is_taken = |(from, to): &(Date, Date)| *from <= last && first <= *to;
    if known.terms.iter().any(is_taken) {
        let what_to_do = "Choose other days, or remove the other term first. Some of these days \
            are already in a term";
        return Err(Refusals::one("first_day", what_to_do));
    }
    Ok(NewDay::Term { name, first, last })
}

fn closed(sent: &Sent, now: Moment) -> Result<NewDay, Refusals> {
    let mut refusals = Refusals::default();
    let name = refusals.take(
        "closed_name",
        forms::within(
            sent.line("closed_name"),
            80,
            "Enter a name, for example: Early May bank holiday",
        ),
    );
    let day = match near(sent.typed("closed_day"), now, "Enter the date") {
        Ok(day) if !is_weekday(day) => {
            Err("Choose a Monday to Friday. Schools are closed at weekends anyway".to_owned())
        }
        day => day,
    };
    match (name, refusals.take("closed_day", day)) {
        (Some(name), Some(day)) => Ok(NewDay::Closed { name, day }),
        _ => Err(refusals),
    }
}

/// Reads a day that is not far from now.
fn near(typed: &str, now: Moment, when_none: &str) -> Result<Date, String> {
    let at = clock::read(typed, "12:00").ok_or_else(|| when_none.to_owned())?;
    if (at - now).abs() > FURTHEST {
        Err("Choose a day within two years from now. Check the year".to_owned())
    } else {
        Ok(clock::date(at))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(day: &str) -> Moment {
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
    fn holidays_between_two_days_in_term_are_counted_with_their_weekends() {
        let year = SchoolYear {
            terms: vec![
                (date("2027-11-01"), date("2027-12-17")),
                (date("2028-01-04"), date("2028-02-11")),
                (date("2028-02-14"), date("2028-03-31")),
            ],
            closed: vec![],
        };
        let within = |from, until| year.holidays_within(at(from), at(until));
        assert_eq!(within("2027-12-04", "2028-01-17").as_deref(), Some("17 of 45 days"));
        assert_eq!(within("2027-11-01", "2027-12-17"), None);
        assert_eq!(within("2028-02-01", "2028-02-20"), None, "only a weekend is between");
        assert_eq!(within("2028-03-01", "2028-04-20"), None, "no term is known after that");
        assert_eq!(SchoolYear::default().holidays_within(at("2027-12-04"), at("2028-01-17")), None);
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
        let (none, now) = (SchoolYear::default(), at("2026-09-01"));
        let read = |body: &str| new_day(&Sent::read(body.as_bytes()), &none, now);
        let term = |rest: &str| read(&format!("what=term&{rest}"));
        assert!(term("term_name=Autumn&first_day=2026-09-02&last_day=2026-10-23").is_ok());
        assert!(term("term_name=Autumn&first_day=2026-09-02&last_day=2026-09-01").is_err());
        assert!(term("term_name=&first_day=2026-09-02&last_day=2026-10-23").is_err());
        let closed =
            |day: &str| read(&format!("what=closed&closed_name=Early+May&closed_day={day}"));
        assert!(closed("2027-05-03").is_ok());
        assert!(closed("3+May").is_err());
    }

    #[test]
    fn a_slip_in_the_year_is_refused_and_so_are_days_that_are_in_a_term_already() {
        let known =
            SchoolYear { terms: vec![(date("2026-09-02"), date("2026-10-23"))], closed: vec![] };
        let asked = |body: &str| {
            let refused = new_day(&Sent::read(body.as_bytes()), &known, at("2026-09-01"));
            refused.err().and_then(|refusals| refusals.iter().next().map(|(field, _)| field))
        };
        let term = |first: &str, last: &str| {
            asked(&format!("what=term&term_name=Spring&first_day={first}&last_day={last}"))
        };
        assert_eq!(term("2026-11-02", "2026-12-18"), None);
        assert_eq!(term("2026-11-02", "2027-12-18"), Some("last_day"), "longer than any term");
        assert_eq!(term("2072-11-02", "2072-12-18"), Some("first_day"), "too far away");
        assert_eq!(term("2026-10-19", "2026-12-18"), Some("first_day"), "in the autumn term");
        let closed = |day: &str| asked(&format!("what=closed&closed_name=A+day&closed_day={day}"));
        assert_eq!(closed("2026-09-25"), None);
        assert_eq!(closed("2026-09-26"), Some("closed_day"), "a Saturday");
        assert_eq!(closed("2062-09-25"), Some("closed_day"));
    }

    #[test]
    fn a_day_that_suits_families_is_in_no_holiday_as_far_as_terms_are_known() {
        let year = SchoolYear {
            terms: vec![
                (date("2026-11-02"), date("2026-12-18")),
                (date("2027-01-04"), date("2027-02-12")),
            ],
            closed: vec![date("2027-01-04")],
        };
        assert_eq!(year.clear_day(at("2026-12-10")), date("2026-12-10"));
        assert_eq!(year.clear_day(at("2026-12-19")), date("2027-01-05"), "after a closed day");
        assert_eq!(year.clear_day(at("2027-02-13")), date("2027-02-15"), "terms are not known");
        assert_eq!(SchoolYear::default().clear_day(at("2026-12-19")), date("2026-12-21"));
        assert_eq!(year.school_days(date("2026-12-14"), date("2026-12-18")), 5);
    }

    #[test]
    fn counted_backwards_a_day_is_known_only_where_terms_tell_about_every_day_between() {
        let year = SchoolYear {
            terms: vec![
                (date("2026-11-02"), date("2026-12-18")),
                (date("2027-01-04"), date("2027-02-12")),
                (date("2027-06-07"), date("2027-07-21")),
            ],
            closed: vec![date("2027-01-05")],
        };
        let before = |day: &str, many| year.days_before(date(day), many);
        assert_eq!(before("2027-01-08", 3), Ok(date("2027-01-04")), "but for the closed day");
        assert_eq!(before("2027-01-08", 4), Ok(date("2026-12-18")), "over Christmas");
        assert_eq!(before("2026-12-27", 1), Ok(date("2026-12-18")), "from within the holidays");
        assert_eq!(before("2026-11-03", 2), Err(NoTerms(date("2026-11-01"))), "no term before");
        assert_eq!(before("2027-07-22", 1), Err(NoTerms(date("2027-07-22"))), "no term after");
        assert_eq!(before("2027-06-09", 3), Err(NoTerms(date("2027-06-06"))), "spring is missing");
        assert_eq!(year.school_day_by(date("2027-01-05")), Ok(date("2027-01-04")));
        assert_eq!(year.school_day_by(date("2027-01-06")), Ok(date("2027-01-06")));
        let none = SchoolYear::default();
        assert_eq!(none.days_before(date("2027-01-06"), 1), Err(NoTerms(date("2027-01-06"))));
    }
}
