//! Until when somebody can delete answers that they sent, and how they are told. Whatever guards
//! it, shows the button or says it asks here.

use calendar::clock::{self, MINUTE, Millis, Moment};

/// How long people who have started may go on after the close.
pub const GRACE: Millis = 30 * MINUTE;

/// When answers can no longer be deleted by whoever sent them.
#[must_use]
pub fn ends_at(closes_at: Moment) -> Moment {
    closes_at + GRACE
}

/// Whether answers can still be deleted by whoever sent them, where the forum has not withdrawn
/// what they answer.
#[must_use]
pub fn is_possible(closes_at: Moment, now: Moment) -> bool {
    now < ends_at(closes_at)
}

/// Until when, in words that follow "until".
#[must_use]
pub fn until(closes_at: Moment) -> String {
    format!("the end of {}", clock::day(closes_at))
}

/// What people are told who have sent answers, or are about to. `until`: until when.
#[must_use]
pub fn told(until: &str) -> String {
    format!("You can change or delete your answers until {until}.")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn answers_can_be_deleted_as_long_as_they_can_be_given() {
        let closes_at = clock::read("2026-12-04", "23:59").expect("a time");
        assert!(is_possible(closes_at, closes_at) && is_possible(closes_at, closes_at + GRACE - 1));
        assert!(!is_possible(closes_at, closes_at + GRACE));
        let told = told(&until(closes_at));
        assert!(told.contains("delete") && told.ends_with("Friday 4 December 2026."), "{told}");
    }
}
