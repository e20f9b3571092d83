//! Two samples, and whether they can be told apart.

use std::fmt;
use std::time::Duration;

/// How long answers took, in microseconds.
#[derive(Default)]
pub struct Times {
    known: Vec<f64>,
    unknown: Vec<f64>,
}

/// Beside all answers, those are compared that were among the quickest of both: what disturbs a
/// machine now and then makes an answer longer and says nothing about the address. (Reparaz,
/// Balasch and Verbauwhede, "Dude, is my code constant time?", DATE 2017.)
const QUICKEST: [f64; 3] = [1.0, 0.9, 0.5];

impl Times {
    pub fn known(&mut self, took: Duration) {
        self.known.push(took.as_secs_f64() * 1e6);
    }

    pub fn unknown(&mut self, took: Duration) {
        self.unknown.push(took.as_secs_f64() * 1e6);
    }

    /// The largest of all t, without its sign.
    pub fn t(&self) -> f64 {
        self.each_t().into_iter().fold(0.0, |most, t| t.abs().max(most))
    }

    fn each_t(&self) -> [f64; QUICKEST.len()] {
        let mut both = [&self.known[..], &self.unknown[..]].concat();
        both.sort_by(f64::total_cmp);
        QUICKEST.map(|part| {
            let longest = both[((both.len() as f64 * part) as usize).clamp(1, both.len()) - 1];
            let quick = |sample: &[f64]| -> Vec<f64> {
                sample.iter().copied().filter(|took| *took <= longest).collect()
            };
            welch(&quick(&self.known), &quick(&self.unknown))
        })
    }
}

impl fmt::Display for Times {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let middle = |sample: &[f64]| {
            let mut sample = sample.to_vec();
            sample.sort_by(f64::total_cmp);
            sample[sample.len() / 2] / 1000.0
        };
        let [all, most, half] = self.each_t();
        write!(
            f,
            "t {all:.2}, of the quickest nine tenths {most:.2}, of the quickest half {half:.2}; \
             half take {:.3} ms or less, of unknown addresses {:.3} ms, of {} pairs",
            middle(&self.known),
            middle(&self.unknown),
            self.known.len()
        )
    }
}

/// Welch's t: the difference of two means, in standard errors of it, where the variances may
/// differ. (B. L. Welch, "The generalization of 'Student's' problem when several different
/// population variances are involved", Biometrika 34, 1947.)
fn welch(one: &[f64], other: &[f64]) -> f64 {
    let ((mean, error), (other_mean, other_error)) = (mean_and_error(one), mean_and_error(other));
    let difference = mean - other_mean;
    let error = (error + other_error).sqrt();
    if difference == 0.0 { 0.0 } else { difference / error }
}

/// The mean, and the square of its standard error.
fn mean_and_error(sample: &[f64]) -> (f64, f64) {
    let many = sample.len() as f64;
    let mean = sample.iter().sum::<f64>() / many;
    let squares: f64 = sample.iter().map(|one| (one - mean).powi(2)).sum();
    (mean, squares / (many - 1.0) / many)
}

#[test]
fn the_t_of_samples_that_were_worked_out_by_hand_is_right() {
    // Means 3 and 6; squared standard errors 2.5 / 5 and 10 / 5.
    let t = welch(&[1.0, 2.0, 3.0, 4.0, 5.0], &[2.0, 4.0, 6.0, 8.0, 10.0]);
    assert!((t - -3.0 / 2.5_f64.sqrt()).abs() < 1e-12, "{t}");
    assert!(welch(&[1.0, 2.0], &[1.0, 2.0]).abs() < 1e-12);
}

#[test]
fn a_small_difference_shows_behind_answers_that_were_disturbed() {
    let mut times = Times::default();
    for nth in 0..1000_u64 {
        // The same jitter for both, and for one in twenty of both a long wait.
        let disturbed = if nth % 20 == 0 { 50_000 + nth * 37 % 1000 * 100 } else { 0 };
        let took = 2_000 + nth * 7919 % 200 + disturbed;
        times.known(Duration::from_micros(took + 40));
        times.unknown(Duration::from_micros(took));
    }
    let [all, most, _] = times.each_t();
    assert!(all.abs() < 4.5 && most > 4.5, "{times}");
}
