//! Months, as people and their spreadsheets write them. Pure.

use std::fmt;
use std::str::FromStr;

use calendar::clock::{self, DAY, HOUR, Moment};
use calendar::months::{self, NAMES};

/// A month of a year.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Month {
    year: i16,
    /// From 1.
    month: i8,
}

impl Month {
    /// Before anything is published about any.
    pub const FIRST: Self = Self { year: 2000, month: 1 };

    fn new(year: i16, month: i8) -> Option<Self> {
        ((2000..=2099).contains(&year) && (1..=12).contains(&month)).then_some(Self { year, month })
    }

    /// The month in London at that time.
    #[must_use]
    pub fn of(at: Moment) -> Self {
        let date = clock::date(at);
        Self { year: date.year(), month: date.month() }
    }

    /// The last month that was over by then.
    #[must_use]
    pub fn last_over(at: Moment) -> Self {
        Self::of(at).back(1)
    }

    /// So many months before.
    #[must_use]
    pub fn back(self, months: i16) -> Self {
        let all = self.year * 12 + i16::from(self.month) - 1 - months;
        let month = i8::try_from(all.rem_euclid(12) + 1).unwrap_or(1);
        Self { year: all.div_euclid(12), month }
    }

    /// The first moment after it.
    #[must_use]
    pub fn over_at(self) -> Option<Moment> {
        clock::read(&format!("{}-01", self.following()), "00:00")
    }

    /// The month after.
    #[must_use]
    pub fn following(self) -> Self {
        self.back(-1)
    }

    /// "May 2026".
    #[must_use]
    pub fn words(self) -> String {
        format!("{} {}", months::name(self.month), self.year)
    }

    /// Reads what somebody typed, or what a spreadsheet made of it: `May 2026`, `2026-05`,
    /// `May-26`, `05/2026`, `01/05/2026`, `2026-05-01`, or 46143, a day by its number. The day of
    /// the month says nothing.
    #[must_use]
    pub fn read(typed: &str) -> Option<Self> {
        if let Ok(days) = typed.parse::<i64>() {
            // The number of days since the end of 1899; as a time, from 1970.
            let is_a_day = (36_526..=73_050).contains(&days);
            return is_a_day
                .then(|| Self::of(Moment::from_millis((days - 25_569) * DAY + 12 * HOUR)));
        }
        let parts: Vec<&str> =
            typed.split(['-', '/', '.', ' ']).filter(|part| !part.is_empty()).collect();
        match parts[..] {
            [year, month] if year.len() == 4 && is_number(year) => Self::of_parts(year, month),
            [month, year] if is_number(month) && year.len() != 4 => None,
            [month, year] => Self::of_parts(year, month),
            [year, month, day, ..] if year.len() == 4 && is_number(year) => {
                is_day(day).then(|| Self::of_parts(year, month)).flatten()
            }
            [day, month, year] => is_day(day).then(|| Self::of_parts(year, month)).flatten(),
            _ => None,
        }
    }

    fn of_parts(year: &str, month: &str) -> Option<Self> {
        let year = match year.len() {
            4 => year.parse().ok()?,
            2 => 2000 + year.parse::<i16>().ok()?,
            _ => return None,
        };
        let month = if is_number(month) { month.parse().ok()? } else { named(month)? };
        Self::new(year, month)
    }
}

fn is_number(text: &str) -> bool {
    text.bytes().all(|byte| byte.is_ascii_digit())
}

fn is_day(text: &str) -> bool {
    is_number(text) && text.parse::<u8>().is_ok_and(|day| (1..=31).contains(&day))
}

/// The number of a month by its name, or at least three letters of it.
fn named(text: &str) -> Option<i8> {
    let (name, bare) = (text.to_lowercase(), text.len() >= 3);
    let nth = NAMES.iter().position(|known| bare && known.to_lowercase().starts_with(&name))?;
    i8::try_from(nth + 1).ok()
}

/// As a column keeps it: `2026-05`.
impl fmt::Display for Month {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{:04}-{:02}", self.year, self.month)
    }
}

/// It is not as a column keeps it.
#[derive(Debug)]
pub struct NoMonth;

impl FromStr for Month {
    type Err = NoMonth;

    fn from_str(text: &str) -> Result<Self, NoMonth> {
        Self::read(text).filter(|month| month.to_string() == text).ok_or(NoMonth)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(typed: &str) -> Option<String> {
        Month::read(typed).map(|month| month.to_string())
    }

    #[test]
    fn a_month_is_read_as_people_and_spreadsheets_write_it() {
        for typed in [
            "2026-05",
            "2026/5",
            "May 2026",
            "may-26",
            "May 26",
            "05/2026",
            "5-2026",
            "01/05/2026",
            "31/05/2026",
            "1 May 2026",
            "01-May-26",
            "2026-05-01",
            "2026-05-31 00:00:00",
            "46143",
        ] {
            assert_eq!(read(typed).as_deref(), Some("2026-05"), "{typed}");
        }
        assert_eq!(read("Sept 2026").as_deref(), Some("2026-09"));
    }

    #[test]
    fn what_may_be_another_month_is_none() {
        for typed in [
            "",
            "May",
            "2026",
            "05/26",
            "26-May",
            "5/31/2026",
            "2026-13",
            "2026-00",
            "Ma 2026",
            "32/05/2026",
            "12.5",
            "1026-05",
            "99999999999",
            "20265",
            "spring 2026",
            "é 2026",
        ] {
            assert_eq!(read(typed), None, "{typed}");
        }
    }

    #[test]
    fn months_go_back_and_forth_over_the_end_of_a_year() {
        let january: Month = "2027-01".parse().expect("a month");
        assert_eq!(january.back(1).to_string(), "2026-12");
        assert_eq!(january.back(13).following().to_string(), "2026-01");
        assert_eq!(january.words(), "January 2027");
        assert_eq!(january.over_at(), clock::read("2027-02-01", "00:00"));
        let first = clock::read("2027-02-01", "00:00").expect("a time");
        assert_eq!(
            (Month::last_over(first), Month::last_over(first - 1)),
            (january, january.back(1))
        );
        assert!("2027-1".parse::<Month>().is_err() && "May 2027".parse::<Month>().is_err());
    }
}
