//! A point in time, as a type: it can't change places with a count, a version or a length of time.

use std::num::ParseIntError;
use std::ops::{Add, AddAssign, Sub};
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::clock::Millis;

/// A point in time, in Unix milliseconds: the number that a column and a file hold.
///
/// A length of time added to it is another moment, and from one moment to another is a length of
/// time. It is no number, and a page can't show it: [`crate::clock::day`] and its neighbours say it
/// in words. By default it is the first of 1970, for what has not happened.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[serde(transparent)]
#[cfg_attr(feature = "rows", derive(sqlx::Type), sqlx(transparent))]
pub struct Moment(i64);

impl Moment {
    /// Before all others.
    pub const MIN: Self = Self(i64::MIN);
    /// After all others: where nothing is to be left out for coming late.
    pub const MAX: Self = Self(i64::MAX);

    /// From Unix milliseconds.
    #[must_use]
    pub const fn from_millis(millis: i64) -> Self {
        Self(millis)
    }

    /// In Unix milliseconds.
    #[must_use]
    pub const fn millis(self) -> i64 {
        self.0
    }

    /// So much later, or the last of all.
    #[must_use]
    pub const fn saturating_add(self, length: Millis) -> Self {
        Self(self.0.saturating_add(length))
    }

    /// So much earlier, or the first of all.
    #[must_use]
    pub const fn saturating_sub(self, length: Millis) -> Self {
        Self(self.0.saturating_sub(length))
    }
}

/// As a form or a link brings it back: the number.
impl FromStr for Moment {
    type Err = ParseIntError;

    fn from_str(text: &str) -> Result<Self, ParseIntError> {
        text.parse().map(Self)
    }
}

impl Add<Millis> for Moment {
    type Output = Self;

    fn add(self, length: Millis) -> Self {
        Self(self.0 + length)
    }
}

impl Sub<Millis> for Moment {
    type Output = Self;

    fn sub(self, length: Millis) -> Self {
        Self(self.0 - length)
    }
}

impl Sub for Moment {
    type Output = Millis;

    fn sub(self, earlier: Self) -> Millis {
        self.0 - earlier.0
    }
}

impl AddAssign<Millis> for Moment {
    fn add_assign(&mut self, length: Millis) {
        self.0 += length;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::DAY;

    #[test]
    fn a_length_leads_from_one_moment_to_another() {
        let at = Moment::from_millis(1_800_000_000_000);
        let mut next = at;
        next += DAY;
        assert_eq!((next, next - at, next - DAY), (at + DAY, DAY, at));
        assert!(Moment::MIN < at && at < Moment::MAX);
        assert_eq!(Moment::MAX.saturating_add(DAY), Moment::MAX);
        assert_eq!(at.millis().to_string().parse(), Ok(at));
    }
}
