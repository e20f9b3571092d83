//! The time now, and times in the words people use here.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use jiff::civil::{Date, Time};
use jiff::tz::TimeZone;
use jiff::{Timestamp, Zoned};

pub use crate::moment::Moment;

/// A length of time, in milliseconds. A point in time is a [`Moment`].
pub type Millis = i64;

/// A second, in milliseconds.
pub const SECOND: Millis = 1_000;
/// A minute, in milliseconds.
pub const MINUTE: Millis = 60 * SECOND;
/// An hour, in milliseconds.
pub const HOUR: Millis = 60 * MINUTE;
/// A day of 24 hours, in milliseconds.
pub const DAY: Millis = 24 * HOUR;

/// Tells the time. Tests hold one that they move by hand.
#[derive(Clone, Debug, Default)]
pub struct Clock(Shows);

/// What a clock shows.
#[derive(Clone, Debug, Default)]
enum Shows {
    /// The time of the machine.
    #[default]
    Machine,
    /// So much more than that: for a demonstration of what will be.
    Ahead(Arc<AtomicI64>),
    /// What it was set to.
    ByHand(Arc<AtomicI64>),
}

impl Clock {
    /// The machine's clock.
    #[must_use]
    pub fn system() -> Self {
        Self::default()
    }

    /// A clock that goes with the machine's, but is ahead of it.
    #[must_use]
    pub fn ahead_by(by: Millis) -> Self {
        Self(Shows::Ahead(Arc::new(AtomicI64::new(by))))
    }

    /// A clock that stays at `now` until it is moved.
    #[must_use]
    pub fn by_hand(now: Moment) -> Self {
        Self(Shows::ByHand(Arc::new(AtomicI64::new(now.millis()))))
    }

    #[must_use]
    pub fn now(&self) -> Moment {
        match &self.0 {
            Shows::Machine => machine_now(),
            Shows::Ahead(by) => machine_now() + by.load(Ordering::SeqCst),
            Shows::ByHand(at) => Moment::from_millis(at.load(Ordering::SeqCst)),
        }
    }

    /// What the machine's clock says, which other machines and people's phones go by too.
    #[must_use]
    pub fn machine_time(&self) -> Moment {
        match &self.0 {
            Shows::Machine | Shows::Ahead(_) => machine_now(),
            Shows::ByHand(_) => self.now(),
        }
    }

    /// By how many days it is ahead of the machine's clock, where it was moved.
    #[must_use]
    pub fn days_ahead(&self) -> i64 {
        match &self.0 {
            Shows::Ahead(by) => (by.load(Ordering::SeqCst) + DAY / 2).div_euclid(DAY),
            Shows::Machine | Shows::ByHand(_) => 0,
        }
    }

    /// Moves a clock that is ahead or held by hand; the machine's clock cannot be moved.
    pub fn forward(&self, by: Millis) {
        if let Shows::Ahead(at) | Shows::ByHand(at) = &self.0 {
            at.fetch_add(by, Ordering::SeqCst);
        }
    }
}

fn machine_now() -> Moment {
    moment(Timestamp::now())
}

/// "Friday 4 December 2026", as the day is in London.
#[must_use]
pub fn day(at: Moment) -> String {
    london(at).strftime("%A %-d %B %Y").to_string()
}

/// "Friday 4 December 2026 at 5pm" or "… at 5:30pm"; midnight and noon by name.
#[must_use]
pub fn day_and_hour(at: Moment) -> String {
    let local = london(at);
    let hour = match (local.hour(), local.minute()) {
        (0, 0) => "midnight".to_owned(),
        (12, 0) => "midday".to_owned(),
        (_, 0) => local.strftime("%-I%P").to_string(),
        _ => local.strftime("%-I:%M%P").to_string(),
    };
    format!("{} at {hour}", day(at))
}

/// A day as a form and a table hold it (`2026-12-04`), in words; `None` if it is not a day.
#[must_use]
pub fn day_of(text: &str) -> Option<String> {
    read(text, "12:00").map(day)
}

/// The month in London, as in `2026-12`.
#[must_use]
pub fn month(at: Moment) -> String {
    london(at).strftime("%Y-%m").to_string()
}

/// The day in London.
#[must_use]
pub fn date(at: Moment) -> Date {
    london(at).date()
}

/// The hour at which what is done once a night begins.
const NIGHT: i8 = 2;

/// The last night that had come by then, by the day it is the night before: from two in the morning
/// in London on, it is that day's.
#[must_use]
pub fn last_night(at: Moment) -> Date {
    let local = london(at);
    let day = local.date();
    if local.hour() < NIGHT { day.yesterday().unwrap_or(day) } else { day }
}

/// The machine-readable form for `<time datetime>`.
#[must_use]
pub fn machine(at: Moment) -> String {
    timestamp(at).to_string()
}

/// Reads what [`machine`] writes.
#[must_use]
pub fn read_machine(text: &str) -> Option<Moment> {
    text.parse().ok().map(moment)
}

/// As it is written in the name of a file, in UTC: `2026-12-04T170000Z`.
#[must_use]
pub fn stamp(at: Moment) -> String {
    timestamp(at).strftime("%Y-%m-%dT%H%M%SZ").to_string()
}

/// How many days the calendar has from one time to another, as days are in London: none on the same
/// day, and fewer than none where the other comes first.
#[must_use]
pub fn days_between(from: Moment, until: Moment) -> i64 {
    (london(until).date() - london(from).date()).get_days().into()
}

/// How long from `now` until `at`, in whole days as people count them: "today", "tomorrow", "in 12
/// days". For a time that has passed: "yesterday", "12 days ago".
#[must_use]
pub fn days_away(now: Moment, at: Moment) -> String {
    let days = days_between(now, at);
    match days {
        0 => "today".to_owned(),
        1 => "tomorrow".to_owned(),
        -1 => "yesterday".to_owned(),
        2.. => format!("in {days} days"),
        _ => format!("{} days ago", -days),
    }
}

/// How long people have left until `at`, for a button: "today is the last day", "1 day left", "12
/// days left"; "closed" when it has passed.
#[must_use]
pub fn days_left(now: Moment, at: Moment) -> String {
    match days_between(now, at) {
        _ if at <= now => "closed".to_owned(),
        0 => "today is the last day".to_owned(),
        1 => "1 day left".to_owned(),
        days => format!("{days} days left"),
    }
}

/// Reads a day (`2026-12-04`) and a time of day (`17:00`), as London's clocks show them.
#[must_use]
pub fn read(day: &str, time: &str) -> Option<Moment> {
    let (day, time): (Date, Time) = (day.trim().parse().ok()?, time.trim().parse().ok()?);
    let at = day.to_datetime(time).to_zoned(TimeZone::get("Europe/London").ok()?).ok()?;
    Some(moment(at.timestamp()))
}

/// Reads a day as a field for days sends it (`2026-12-04`), or as people write it where a browser
/// has no such field ("4 December 2026").
#[must_use]
pub fn typed_day(typed: &str) -> Option<Date> {
    let typed = typed.trim();
    typed.parse().ok().or_else(|| Date::strptime("%d %B %Y", typed).ok())
}

/// The last moment of a day (`2026-12-04`) in London: what ends on that day is still there then.
#[must_use]
pub fn end_of(day: &str) -> Option<Moment> {
    let noon = read(day, "12:00")?;
    let next = date(noon).tomorrow().ok()?;
    Some(read(&next.to_string(), "00:00")? - 1)
}

/// The day and the time of day as form fields hold them: (`2026-12-04`, `17:00`).
#[must_use]
pub fn fields(at: Moment) -> (String, String) {
    let local = london(at);
    (local.strftime("%Y-%m-%d").to_string(), local.strftime("%H:%M").to_string())
}

fn london(at: Moment) -> Zoned {
    let zone = TimeZone::get("Europe/London").unwrap_or(TimeZone::UTC);
    timestamp(at).to_zoned(zone)
}

fn timestamp(at: Moment) -> Timestamp {
    Timestamp::from_millisecond(at.millis()).unwrap_or_default()
}

fn moment(at: Timestamp) -> Moment {
    Moment::from_millis(at.as_millisecond())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_is_read_as_a_field_sends_it_and_as_people_write_it() {
        for typed in ["2026-12-04", " 4 December 2026 ", "04 december 2026"] {
            assert_eq!(typed_day(typed), Some(jiff::civil::date(2026, 12, 4)), "{typed}");
        }
        for typed in ["", "4 December", "31 February 2026", "soon"] {
            assert_eq!(typed_day(typed), None, "{typed}");
        }
    }

    #[test]
    fn days_between_two_times_are_those_of_the_calendar_in_london() {
        let at = |day: &str, time: &str| read(day, time).expect("a time");
        assert_eq!(days_between(at("2027-01-19", "08:00"), at("2027-03-01", "00:00")), 41);
        assert_eq!(days_between(at("2027-04-15", "08:00"), at("2027-05-10", "00:00")), 25);
        assert_eq!(days_between(at("2027-03-27", "23:00"), at("2027-03-28", "23:30")), 1);
        assert_eq!(days_between(at("2027-05-10", "00:00"), at("2027-05-10", "08:00")), 0);
        assert_eq!(days_between(at("2027-05-10", "00:00"), at("2027-05-09", "23:59")), -1);
    }

    #[test]
    fn a_clock_that_is_ahead_goes_on_by_itself_and_can_be_moved() {
        let before = Clock::system().now();
        let clock = Clock::ahead_by(33 * DAY);
        clock.forward(DAY);
        let (shown, machine) = (clock.now(), clock.machine_time());
        let after = Clock::system().now();
        assert!((before + 34 * DAY..=after + 34 * DAY).contains(&shown), "{shown:?}");
        assert!((before..=after).contains(&machine), "{machine:?}");
        assert_eq!(clock.days_ahead(), 34);
        let at = Moment::from_millis(DAY);
        assert_eq!((Clock::by_hand(at).machine_time(), Clock::system().days_ahead()), (at, 0));
    }

    #[test]
    fn a_time_is_read_as_londons_clocks_show_it() {
        let winter = read("2026-12-04", "17:00").expect("a time");
        let summer = read("2026-07-04", "17:00").expect("a time");
        assert_eq!(machine(winter), "2026-12-04T17:00:00Z");
        assert_eq!(machine(summer), "2026-07-04T16:00:00Z");
        assert_eq!(read_machine(&machine(summer)), Some(summer));
        assert_eq!(read_machine("the fourth of July"), None);
        assert_eq!(fields(summer), ("2026-07-04".into(), "17:00".into()));
    }

    #[test]
    fn a_day_ends_with_its_last_moment_also_when_the_clocks_change() {
        for (day, end) in [
            ("2026-12-04", "2026-12-04T23:59:59.999Z"),
            ("2026-07-04", "2026-07-04T22:59:59.999Z"),
            ("2027-03-28", "2027-03-28T22:59:59.999Z"),
            ("2026-10-25", "2026-10-25T23:59:59.999Z"),
            ("2026-12-31", "2026-12-31T23:59:59.999Z"),
        ] {
            let at = end_of(day).expect("a day");
            assert_eq!(machine(at), end, "{day}");
            assert_eq!(fields(at).0, day);
        }
        assert_eq!(end_of("the fourth of July"), None);
    }

    #[test]
    fn days_are_said_as_people_say_them() {
        let at = read("2026-12-04", "17:30").expect("a time");
        assert_eq!(day(at), "Friday 4 December 2026");
        assert_eq!(day_and_hour(at), "Friday 4 December 2026 at 5:30pm");
        assert_eq!(day_and_hour(at - 30 * MINUTE), "Friday 4 December 2026 at 5pm");
        assert_eq!(days_away(at, at + 7 * HOUR), "tomorrow");
        assert_eq!(days_away(at, at + 12 * DAY), "in 12 days");
        assert_eq!(days_away(at, at - 3 * DAY), "3 days ago");
    }

    #[test]
    fn a_night_comes_at_two_in_the_morning_once_a_day() {
        let night = |day, time| last_night(read(day, time).expect("a time")).to_string();
        assert_eq!(night("2026-12-04", "23:59"), "2026-12-04");
        assert_eq!(night("2026-12-05", "00:00"), "2026-12-04");
        assert_eq!(night("2026-12-05", "01:59"), "2026-12-04");
        assert_eq!(night("2026-12-05", "02:00"), "2026-12-05");
        // Also when the clocks change, forward in March and back in October.
        for day in ["2027-03-28", "2026-10-25"] {
            let noon = read(day, "12:00").expect("a time");
            let nights: Vec<_> =
                (0..48).map(|half| last_night(noon - DAY + half * 30 * MINUTE)).collect();
            let mut came = nights.clone();
            came.dedup();
            assert_eq!(came.len(), 2, "{nights:?}");
        }
    }

    #[test]
    fn what_is_no_day_is_not_read() {
        for (day, time) in
            [("", ""), ("31 December", "17:00"), ("2026-02-30", "17:00"), ("2026-12-04", "25:00")]
        {
            assert_eq!(read(day, time), None, "{day} {time}");
        }
    }
}
