//! The forum's promise to whoever sends it something: how soon someone reads or answers it. Pages,
//! emails, desks and the reminders of tasks take it from here.

/// As people read it.
pub const WITHIN: &str = "within five working days";
/// The same as a number.
const WORKING_DAYS: i64 = 5;

/// The same in days as they pass: with each five working days, or a part of them, goes a weekend.
pub const DAYS: i64 = WORKING_DAYS + 2 * (WORKING_DAYS + 4).div_euclid(5);

#[cfg(test)]
mod tests {
    use super::*;

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
