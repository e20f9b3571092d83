//! How often someone wants to be told, and when the next digest goes out.

use calendar::clock::Moment;
use jiff::civil::{Time, Weekday, time};
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan as _};

/// When digests go out, by London's clocks.
const DIGEST_AT: Time = time(8, 30, 0, 0);

/// How often emails may come.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Cadence {
    /// One email for each notice, when it is sent.
    #[default]
    AtOnce,
    /// Every day at half past eight.
    Daily,
    /// Every Saturday at half past eight.
    Weekly,
}

impl Cadence {
    /// All, in the order they are offered.
    pub const ALL: [Self; 3] = [Self::AtOnce, Self::Daily, Self::Weekly];

    /// The word it is stored and sent by.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::AtOnce => "at once",
            Self::Daily => "daily",
            Self::Weekly => "weekly",
        }
    }

    /// Reads the word.
    #[must_use]
    pub fn read(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|cadence| cadence.word() == word)
    }

    /// As it is shown to people.
    #[must_use]
    pub fn title(self) -> &'static str {
        match self {
            Self::AtOnce => "Straight away, one email for each change",
            Self::Daily => "Once a day, at 8:30am",
            Self::Weekly => "Once a week, on Saturday morning",
        }
    }

    /// When the next digest goes out, later than `now`; `None` for emails that come at once.
    #[must_use]
    pub fn next_digest(self, now: Moment) -> Option<Moment> {
        let london = TimeZone::get("Europe/London").unwrap_or(TimeZone::UTC);
        let local = Timestamp::from_millisecond(now.millis()).ok()?.to_zoned(london.clone());
        let is_day = |weekday: Weekday| match self {
            Self::AtOnce => false,
            Self::Daily => true,
            Self::Weekly => weekday == Weekday::Saturday,
        };
        // Today, or one of the next seven days: half past eight is never left out nor twice there
        // when clocks change.
        (0..=7)
            .filter_map(|days| local.date().checked_add(days.days()).ok())
            .filter(|day| is_day(day.weekday()))
            .filter_map(|day| day.to_datetime(DIGEST_AT).to_zoned(london.clone()).ok())
            .map(|at| Moment::from_millis(at.timestamp().as_millisecond()))
            .find(|at| *at > now)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use calendar::clock;

    fn next(cadence: Cadence, day: &str, time: &str) -> String {
        let now = clock::read(day, time).expect("a time");
        cadence.next_digest(now).map_or_else(|| "at once".to_owned(), clock::day_and_hour)
    }

    #[test]
    fn a_digest_comes_every_morning_or_on_saturdays_and_never_at_the_moment_it_went_out() {
        assert_eq!(
            next(Cadence::Daily, "2026-12-03", "08:29"),
            "Thursday 3 December 2026 at 8:30am"
        );
        assert_eq!(next(Cadence::Daily, "2026-12-03", "08:30"), "Friday 4 December 2026 at 8:30am");
        assert_eq!(
            next(Cadence::Weekly, "2026-12-03", "08:30"),
            "Saturday 5 December 2026 at 8:30am"
        );
        assert_eq!(
            next(Cadence::Weekly, "2026-12-05", "09:00"),
            "Saturday 12 December 2026 at 8:30am"
        );
        assert_eq!(next(Cadence::AtOnce, "2026-12-03", "08:30"), "at once");
    }

    #[test]
    fn digests_stay_at_half_past_eight_when_clocks_change() {
        // Clocks go forward on Sunday 28 March 2027, and back on Sunday 31 October 2027.
        for (day, hours) in [("2027-03-27", 23), ("2027-10-30", 25)] {
            let before = clock::read(day, "08:30").expect("a time");
            let after = Cadence::Daily.next_digest(before).expect("a digest");
            assert_eq!((after - before) / clock::HOUR, hours);
            assert!(clock::day_and_hour(after).ends_with("at 8:30am"));
            let week = Cadence::Weekly.next_digest(before).expect("a digest");
            assert!(
                clock::day_and_hour(week).starts_with("Saturday")
                    && clock::day_and_hour(week).ends_with("at 8:30am")
            );
        }
    }
}
