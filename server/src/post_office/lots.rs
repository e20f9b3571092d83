//! How many emails are claimed at once.

use std::time::{Duration, Instant};

/// The most that lie in the tray of a process.
pub const MOST: usize = 50;
/// How many, before it is known how fast they go.
const AT_FIRST: usize = 10;
/// What lies in the tray is to have gone within this time: so long may whoever stops such emails
/// have to wait for the answer, and another process that is free goes without them.
const WITHIN: Duration = Duration::from_millis(500);

/// As many as went lately within that time.
pub struct Lots {
    since: Instant,
    /// How many the process was done with then.
    done: u64,
    size: usize,
}

impl Lots {
    /// Where the process is done with so many, and it is not known how fast they go.
    pub fn begin(done: u64) -> Self {
        Self { since: Instant::now(), done, size: AT_FIRST }
    }

    /// How many may lie in the tray now, where the process is done with so many.
    pub fn size(&mut self, done: u64) -> usize {
        let passed = self.since.elapsed();
        if passed >= WITHIN {
            self.size = lot(done.saturating_sub(self.done), passed);
            self.since = Instant::now();
            self.done = done;
        }
        self.size
    }

    /// What that was when it was last asked.
    pub fn last(&self) -> usize {
        self.size
    }
}

/// As many as go within [`WITHIN`], where so many went while this time passed; one at least.
fn lot(went: u64, passed: Duration) -> usize {
    let lot = u128::from(went) * WITHIN.as_millis() / passed.as_millis().max(1);
    usize::try_from(lot).unwrap_or(MOST).clamp(1, MOST)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_lot_is_what_goes_in_half_a_second() {
        let second = Duration::from_secs(1);
        assert_eq!(lot(1_000, second), MOST);
        assert_eq!(lot(40, second), 20);
        assert_eq!(lot(1, 60 * second), 1);
        assert_eq!(lot(0, second), 1, "one goes, to see whether the mail server is there again");
        assert_eq!(lot(u64::MAX, Duration::ZERO), MOST);
    }
}
