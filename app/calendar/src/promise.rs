//! The forum's promise to whoever sends it something: how soon someone reads or answers it. Pages,
//! emails, desks and the reminders of tasks take it from here.

use crate::clock::{self, DAY, Moment};
use crate::school::is_weekday;

/// As people read it.
pub const WITHIN: &str = "within five working days";
/// The same as a number.
const WORKING_DAYS: i64 = 5;

/// The same in days as they pass: with each five working days, or a part of them, goes a weekend.
pub const DAYS: i64 = WORKING_DAYS + 2 * (WORKING_DAYS + 4).div_euclid(5);

/// The same time on the last working day by then: what comes at a weekend has two days less, since
/// its first working day is the Monday.
#[must_use]
pub fn on_a_working_day(due: Moment) -> Moment {
    let mut before = (0..=MOST_BEFORE).map(|days| due - days * DAY);
    before.find(|at| is_weekday(clock::date(*at))).unwrap_or(due)
}

/// How many days before a day its last working day is at most. Where the clocks change meanwhile, a
/// time near midnight needs one more than a weekend has.
pub const MOST_BEFORE: i64 = 3;

#[cfg(test)]
mod tests {
    use jiff::civil::Weekday;

    use super::*;
    use crate::clock::HOUR;

    #[test]
    fn what_comes_on_any_day_of_the_week_is_due_on_a_working_day_and_after_five_of_them() {
        let due = |sent| {
            let sent = clock::read(sent, "10:00").expect("a time");
            clock::fields(on_a_working_day(sent + DAYS * DAY)).0
        };
        assert_eq!(due("2027-04-09"), "2027-04-16", "from a Friday");
        assert_eq!(due("2027-04-10"), "2027-04-16", "from a Saturday: Monday to Friday");
        assert_eq!(due("2027-04-11"), "2027-04-16", "from a Sunday");
        assert_eq!(due("2027-04-12"), "2027-04-19", "from a Monday");
        let first = clock::read("2026-10-20", "00:10").expect("a time");
        for hour in 0..24 * 14 {
            let day = clock::date(on_a_working_day(first + hour * HOUR)).weekday();
            assert!(!matches!(day, Weekday::Saturday | Weekday::Sunday), "{hour} hours later");
        }
    }

    #[test]
    fn the_promise_in_words_is_the_promise_in_numbers() {
        const NUMBERS: [&str; 10] =
            ["one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten"];
        let number = NUMBERS
            .iter()
            .zip(1..)
            .find(|(word, _)| WITHIN == format!("within {word} working days"));
        assert_eq!(number.map(|(_, number)| number), Some(WORKING_DAYS), "{WITHIN}");
    }
}
