//! The bank holidays of England, and when administrators are told that they end.

use jiff::civil::Date;

use super::in_words;

/// Administrators are told so many days before the bank holidays that we know end.
const ENDS_SOON: i32 = 180;

/// The bank holidays of England that are known.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct BankHolidays {
    pub source: String,
    pub checked_on: Option<Date>,
    /// The last day that they are known for.
    pub until: Option<Date>,
    /// Each with its name.
    pub days: Vec<(Date, String)>,
}

impl BankHolidays {
    /// What an administrator must know about them; `None` while they go on for long.
    #[must_use]
    pub fn warning(&self, today: Date) -> Option<String> {
        let Some(until) = self.until else {
            return Some(
                "We don't know the bank holidays yet, so school days may be counted on them."
                    .to_owned(),
            );
        };
        let left = (until - today).get_days();
        (left <= ENDS_SOON).then(|| {
            let ends = if left < 0 { "ended" } else { "end" };
            format!(
                "The bank holidays we know {ends} on {}. Add the new ones to your file of duties \
                 and import it.",
                in_words(until)
            )
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::samples::date;

    #[test]
    fn the_end_of_the_bank_holidays_is_told_before_it_comes() {
        let until = |day: &str| BankHolidays { until: Some(date(day)), ..BankHolidays::default() };
        let today = date("2027-01-15");
        assert_eq!(until("2027-12-31").warning(today), None);
        assert!(until("2027-07-14").warning(today).is_some_and(|words| words.contains("end on")));
        assert!(until("2026-12-31").warning(today).is_some_and(|words| words.contains("ended on")));
        assert!(BankHolidays::default().warning(today).is_some());
    }
}
