//! Answers that leave at even times.
//!
//! How long a form takes could tell whether an address has an account here: not by what we ask of
//! the database, which is the same, but by what the database does for it. So such an answer leaves
//! at a whole number of steps after the request came, and the step is longer than the work. Where
//! the work takes longer than a step, as on a slow disk, the next step hides the difference as
//! well.

use std::future::Future;
use std::time::Duration;

use tokio::time::{Instant, sleep_until};

use crate::house::House;

/// From one moment at which an answer may leave to the next.
pub const STEP: Duration = Duration::from_millis(20);

/// Does the work of an answer, and waits for the next step.
pub async fn evenly<T>(house: &House, work: impl Future<Output = T>) -> T {
    let began = Instant::now();
    let done = work.await;
    if house.answers_evenly {
        sleep_until(began + whole_steps(began.elapsed())).await;
    }
    done
}

/// The end of the step in which this time ends.
fn whole_steps(taken: Duration) -> Duration {
    let over = taken.as_nanos() / STEP.as_nanos();
    STEP.saturating_mul(u32::try_from(over + 1).unwrap_or(u32::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whatever_takes_less_than_a_step_takes_a_step_and_nothing_is_cut_short() {
        let micros = Duration::from_micros;
        for (taken, leaves_at) in [(0, 1), (1, 1), (19_999, 1), (20_000, 2), (47_300, 3)] {
            assert_eq!(whole_steps(micros(taken)), STEP * leaves_at, "{taken} microseconds");
        }
    }
}
