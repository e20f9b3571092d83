//! The demonstration's days, worked out from the day it is filled, so that no text names a weekday,
//! a month or a term that isn't true. Pure.

use calendar::clock::{self, DAY, Moment};
use calendar::school::{NewDay, SchoolYear};
use jiff::ToSpan as _;
use jiff::civil::{Date, Weekday, date};

/// Five in the afternoon on that day.
pub fn at_five(at: Moment) -> Moment {
    clock::read(&clock::fields(at).0, "17:00").unwrap_or(at)
}

/// The last moment of that day.
pub fn end_of(at: Moment) -> Moment {
    clock::end_of(&clock::fields(at).0).unwrap_or(at)
}

/// The first moment of that day.
pub fn start_of(at: Moment) -> Moment {
    clock::read(&clock::fields(at).0, "00:00").unwrap_or(at)
}

/// The month, as in "March 2027".
pub fn month(at: Moment) -> String {
    clock::date(at).strftime("%B %Y").to_string()
}

/// What a round is called: which it is, and the month in which it opened.
pub fn round_title(nth: usize, opened: Moment) -> String {
    format!("Round {nth}, {}", month(opened))
}

/// How many days from now the first such weekday is, from so many days on.
pub fn first(weekday: Weekday, now: Moment, days: i64) -> i64 {
    days + i64::from(clock::date(now + days * DAY).weekday().until(weekday))
}

/// The same on a school day: in the holidays, the first after them.
pub fn next_school(school: &SchoolYear, weekday: Weekday, now: Moment, days: i64) -> i64 {
    open(school, now, first(weekday, now, days), 7)
}

/// The same on a school day: in the holidays, the last before them.
pub fn last_school(school: &SchoolYear, weekday: Weekday, now: Moment, days: i64) -> i64 {
    open(school, now, first(weekday, now, days), -7)
}

fn open(school: &SchoolYear, now: Moment, mut day: i64, step: i64) -> i64 {
    let is_closed = |day: i64| {
        let at = now + day * DAY;
        school.is_holiday(at) || school.closed.contains(&clock::date(at))
    };
    while is_closed(day) {
        day += step;
    }
    day
}

/// A half of a term: its names, then its first and last day, as how many years after the school
/// year began, month and day.
type Half = (&'static str, &'static str, (i16, i8, i8), (i16, i8, i8));

/// Like those of many areas.
const HALVES: [Half; 6] = [
    ("Autumn", "first half", (0, 9, 2), (0, 10, 23)),
    ("Autumn", "second half", (0, 11, 2), (0, 12, 18)),
    ("Spring", "first half", (1, 1, 4), (1, 2, 12)),
    ("Spring", "second half", (1, 2, 22), (1, 3, 25)),
    ("Summer", "first half", (1, 4, 12), (1, 5, 28)),
    ("Summer", "second half", (1, 6, 7), (1, 7, 21)),
];

/// When schools are open: the school year of five months ago and the next, as an administrator puts
/// them in, and to count with.
pub fn school(now: Moment) -> (Vec<NewDay>, SchoolYear) {
    let ago = clock::date(now - 150 * DAY);
    let from = if ago.month() >= 8 { ago.year() } else { ago.year() - 1 };
    let (mut days, mut school) = (Vec::new(), SchoolYear::default());
    for begins in [from, from + 1] {
        for (term, half, first, last) in HALVES {
            let day = |(after, month, day): (i16, i8, i8)| date(begins + after, month, day);
            let name = format!("{term} {}, {half}", begins + first.0);
            let (first, last) = (after_weekend(day(first)), before_weekend(day(last)));
            school.terms.push((first, last));
            days.push(NewDay::Term { name, first, last });
        }
        let may = date(begins + 1, 5, 1);
        let day = may + i64::from(may.weekday().until(Weekday::Monday)).days();
        school.closed.push(day);
        days.push(NewDay::Closed { name: "Early May bank holiday".to_owned(), day });
    }
    (days, school)
}

fn after_weekend(day: Date) -> Date {
    match day.weekday() {
        Weekday::Saturday => day + 2.days(),
        Weekday::Sunday => day + 1.day(),
        _ => day,
    }
}

fn before_weekend(day: Date) -> Date {
    match day.weekday() {
        Weekday::Saturday => day - 1.day(),
        Weekday::Sunday => day - 2.days(),
        _ => day,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(day: &str) -> Moment {
        clock::read(day, "17:00").expect("a time")
    }

    #[test]
    fn a_round_is_named_by_the_month_in_which_it_opened() {
        assert_eq!(round_title(1, at("2026-03-31")), "Round 1, March 2026");
        assert_eq!(round_title(2, at("2026-12-01")), "Round 2, December 2026");
        let late = clock::read("2026-06-30", "23:30").expect("a time");
        assert_eq!(round_title(3, late), "Round 3, June 2026", "the month it is in London");
    }

    #[test]
    fn a_school_day_is_found_before_and_after_any_day_of_two_years() {
        for nth in 0..730 {
            let now = at_five(at("2026-01-01") + nth * DAY);
            let (_, school) = school(now);
            for weekday in [Weekday::Monday, Weekday::Thursday] {
                let next = next_school(&school, weekday, now, 12);
                let last = last_school(&school, weekday, now, -42);
                assert!((12..12 + 70).contains(&next), "{next} from {}", clock::day(now));
                assert!((-42 - 70..=-36).contains(&last), "{last} from {}", clock::day(now));
                for days in [next, last] {
                    let day = clock::date(now + days * DAY);
                    assert_eq!(day.weekday(), weekday);
                    assert!(
                        school.terms.iter().any(|(first, last)| (*first..=*last).contains(&day))
                            && !school.closed.contains(&day),
                        "{day} from {}",
                        clock::day(now)
                    );
                }
            }
        }
    }

    #[test]
    fn terms_begin_and_end_on_weekdays_and_the_bank_holiday_is_the_first_monday_of_may() {
        let (days, school) = school(at("2027-01-15"));
        let is_weekday = |day: &Date| !matches!(day.weekday(), Weekday::Saturday | Weekday::Sunday);
        assert!(school.terms.iter().all(|(first, last)| is_weekday(first) && is_weekday(last)));
        assert_eq!(school.closed, [date(2027, 5, 3), date(2028, 5, 1)]);
        assert_eq!(days.len(), 14);
        assert!(matches!(&days[0], NewDay::Term { name, .. } if name == "Autumn 2026, first half"));
    }
}
