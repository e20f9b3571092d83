//! The names of the months, as people read and write them.

/// From January on.
pub const NAMES: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];

/// The name of a month by its number, from 1; nothing where there is no such month.
#[must_use]
pub fn name(number: impl Into<i64>) -> &'static str {
    let number: i64 = number.into();
    let nth = usize::try_from(number - 1).ok();
    nth.and_then(|nth| NAMES.get(nth)).copied().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_month_has_its_name_and_what_is_none_has_none() {
        assert_eq!([1_i8, 5, 12].map(name), ["January", "May", "December"]);
        assert_eq!([0_i64, -3, 13].map(name), [""; 3]);
    }
}
