//! From which day to which a forum's year is told. Pure.

use calendar::clock::{self, Moment};
use forms::{Refusals, Sent};
use jiff::ToSpan as _;
use jiff::civil::Date;

/// The most days it may have.
const LONGEST: i32 = 3 * 366;
/// The fewest whole months over which people are counted: the fewer, the more one of them shows.
const FEWEST_MONTHS: i16 = 3;

/// Two days, with all that is between.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Period {
    pub first: Date,
    pub last: Date,
}

impl Period {
    /// The last twelve months that are over.
    #[must_use]
    pub fn last_year(today: Date) -> Self {
        let month = today.first_of_month();
        let first = month.checked_sub(12.months()).unwrap_or(month);
        Self { first, last: month.yesterday().unwrap_or(month) }
    }

    /// The two days that somebody chose; the last year where they chose none.
    ///
    /// # Errors
    /// What must be corrected.
    pub fn read(sent: &Sent, today: Date) -> Result<Self, Refusals> {
        if sent.typed("from").is_empty() && sent.typed("until").is_empty() {
            return Ok(Self::last_year(today));
        }
        let mut refusals = Refusals::default();
        let first = refusals.take("from", day(sent.typed("from"), today));
        let last = refusals.take("until", day(sent.typed("until"), today));
        match (first, last) {
            (Some(first), Some(last)) if first > last => {
                Err(Refusals::one("until", "Choose a last day that is not before the first"))
            }
            (Some(first), Some(last)) if (last - first).get_days() > LONGEST => {
                Err(Refusals::one("until", "Choose at most three years"))
            }
            (Some(first), Some(last)) => Ok(Self { first, last }),
            _ => Err(refusals),
        }
    }

    /// The months that are wholly within it and over, from which people are counted; `None` where
    /// these are too few.
    #[must_use]
    pub fn whole_months(self, today: Date) -> Option<Self> {
        let begins = self.first.first_of_month();
        let first = if begins == self.first {
            begins
        } else {
            self.first.last_of_month().tomorrow().ok()?
        };
        let last = self.last.min(today.yesterday().ok()?);
        let last = if last.last_of_month() == last {
            last
        } else {
            last.first_of_month().yesterday().ok()?
        };
        let months =
            (last.year() - first.year()) * 12 + i16::from(last.month() - first.month()) + 1;
        (first <= last && months >= FEWEST_MONTHS).then_some(Self { first, last })
    }

    /// From the first moment to the one after the last.
    #[must_use]
    pub fn moments(self) -> (Moment, Moment) {
        let first = clock::read(&self.first.to_string(), "00:00").unwrap_or_default();
        let last = clock::end_of(&self.last.to_string()).unwrap_or_default();
        (first, last + 1)
    }

    /// Whether something happened in it.
    #[must_use]
    pub fn has(self, at: Moment) -> bool {
        (self.first..=self.last).contains(&clock::date(at))
    }

    /// In words.
    #[must_use]
    pub fn words(self) -> String {
        format!("{} to {}", words(self.first), words(self.last))
    }
}

fn words(day: Date) -> String {
    day.strftime("%A %-d %B %Y").to_string()
}

fn day(typed: &str, today: Date) -> Result<Date, String> {
    match clock::typed_day(typed) {
        Some(day) if day > today => Err("Choose today or an earlier day".to_owned()),
        Some(day) if day.year() >= 2000 => Ok(day),
        _ => Err("Enter a day like 1 December 2026".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    const TODAY: Date = date(2027, 1, 15);

    #[test]
    fn without_a_choice_it_is_the_last_twelve_months_that_are_over() {
        let year = Period::read(&Sent::default(), TODAY).expect("a year");
        assert_eq!(year, Period { first: date(2026, 1, 1), last: date(2026, 12, 31) });
        assert_eq!(year.whole_months(TODAY), Some(year));
        assert_eq!(year.words(), "Thursday 1 January 2026 to Thursday 31 December 2026");
    }

    #[test]
    fn people_are_counted_over_whole_months_that_are_over_and_no_fewer_than_three() {
        let months = |first, last| Period { first, last }.whole_months(TODAY);
        let whole = Some(Period { first: date(2026, 2, 1), last: date(2026, 11, 30) });
        assert_eq!(months(date(2026, 1, 2), date(2026, 12, 30)), whole, "one day changes nothing");
        assert_eq!(months(date(2026, 1, 31), date(2026, 11, 30)), whole);
        let over = Some(Period { first: date(2026, 2, 1), last: date(2026, 12, 31) });
        assert_eq!(months(date(2026, 2, 1), TODAY), over, "this month is not over");
        assert_eq!(months(date(2026, 10, 2), date(2026, 12, 31)), None, "two months");
        assert_eq!(months(date(2026, 12, 2), date(2026, 12, 30)), None, "none");
    }

    #[test]
    fn a_day_that_is_none_or_to_come_is_refused_and_so_is_a_last_one_before_the_first() {
        let refused = |from, until| {
            let sent = Sent::of(&[("from", from), ("until", until)]);
            let refusals = Period::read(&sent, TODAY).expect_err(from);
            refusals.iter().map(|(field, _)| field).collect::<Vec<_>>()
        };
        assert_eq!(refused("2026-02-30", "soon"), ["from", "until"]);
        assert_eq!(refused("2026-02-01", "2027-01-16"), ["until"]);
        assert_eq!(refused("2026-02-02", "2026-02-01"), ["until"]);
        assert_eq!(refused("2001-02-02", "2026-02-01"), ["until"]);
        assert_eq!(refused("", "2026-02-01"), ["from"]);
    }
}
