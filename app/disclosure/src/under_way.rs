//! How many answers a consultation has while it is open: about how many, and late enough that no
//! answer can be told from another.
//!
//! What is said changes at midnight, and only once ten more have come than when it last changed. So
//! whoever knows that one family answered today sees nothing of it, and a number that rises stands
//! for ten people or more. All numbers are tens, rounded down, and none ever falls, so that an
//! answer that is taken back does not show either.

use serde::{Deserialize, Serialize};

use super::SMALLEST_SHOWN;

/// What is said of answers that come in.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Said {
    /// How many there are at least, in tens.
    pub all: u64,
    /// Likewise in each part, such as a place and those who named none.
    pub parts: Vec<u64>,
}

/// What is said from midnight on, when there are so many answers in each part; `None` where what
/// was said stays. `before`: what was said last, and how many there were in truth.
///
/// **The guarantee.** For a reader who has all that is said on a day and this code, each part could
/// have any of ten different numbers of people: see `tests/disclosure.rs`.
#[must_use]
pub fn say(parts: &[u64], before: Option<(&Said, u64)>) -> Option<Said> {
    let people: u64 = parts.iter().sum();
    let counted = before.map_or(0, |(_, counted)| counted);
    if people < counted.saturating_add(SMALLEST_SHOWN) {
        return None;
    }
    let was = |part: usize| before.and_then(|(said, _)| said.parts.get(part)).copied();
    let parts: Vec<u64> = parts
        .iter()
        .enumerate()
        .map(|(part, people)| tens(*people).max(was(part).unwrap_or(0)))
        .collect();
    let sum: u64 = parts.iter().sum();
    // Ten parts of nine people each have 90 together, and "90" beside ten times "0" would say so.
    // So all together are never said to be more than leaves each part its ten numbers.
    let others = u64::try_from(parts.len()).unwrap_or(u64::MAX).saturating_sub(1);
    let most = tens(sum.saturating_add(others.saturating_mul(SMALLEST_SHOWN - 1)));
    Some(Said { all: tens(people).min(most).max(sum), parts })
}

fn tens(people: u64) -> u64 {
    people / SMALLEST_SHOWN * SMALLEST_SHOWN
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(all: u64, parts: &[u64]) -> Said {
        Said { all, parts: parts.to_vec() }
    }

    #[test]
    fn nothing_is_said_about_fewer_than_ten_and_then_tens_rounded_down() {
        assert_eq!(say(&[9], None), None);
        assert_eq!(say(&[10], None), Some(said(10, &[10])));
        assert_eq!(say(&[25, 9, 4], None), Some(said(30, &[20, 0, 0])));
    }

    #[test]
    fn what_is_said_stays_until_ten_more_have_come() {
        let before = said(30, &[20, 0, 0]);
        assert_eq!(say(&[25, 9, 4], Some((&before, 38))), None);
        assert_eq!(say(&[30, 13, 4], Some((&before, 38))), None, "nine more: 47");
        assert_eq!(say(&[30, 13, 5], Some((&before, 38))), Some(said(40, &[30, 10, 0])));
    }

    #[test]
    fn no_number_falls_when_answers_are_taken_back() {
        let before = said(40, &[30, 10]);
        assert_eq!(say(&[12, 3], Some((&before, 40))), None);
        assert_eq!(say(&[50, 3], Some((&before, 40))), Some(said(60, &[50, 10])));
    }

    #[test]
    fn ten_parts_of_nine_do_not_add_up_to_what_gives_them_away() {
        assert_eq!(say(&[9; 10], None), Some(said(80, &[0; 10])));
    }
}
