//! Where the middle of some numbers lies: the quarter, the half and the three quarters of those who
//! answered, as ranges.
//!
//! A true median tells too much. Of 100 people of whom 12 said from 6 to 8, a median of 6 says that
//! ten of the twelve said 6, so that two said more; and one person more can move it by exactly
//! their own answer. So a middle is only ever worked out from numbers that are shown anyway. It is
//! what any reader could work out, and gives away nothing, whether of one release, of two, or of a
//! small group.

use super::{SMALLEST_SHOWN, Shown};

/// What is shown of people who are counted by the range that their number is in.
#[derive(Clone, Copy, Debug)]
pub struct Ranges<'s> {
    /// For each range, the lowest first, how many people are in it.
    pub people: &'s [Shown],
    /// How many people are in no range: those who gave no answer, or prefer not to say.
    pub others: &'s [Shown],
    /// All of them together, where that is shown.
    pub all: Option<u64>,
    /// By how many people each number that is shown may be off, since it is rounded.
    pub slack: u64,
}

/// In which range a quarter, a half and three quarters of those who answered are reached, counted
/// from the lowest; `None` where what is shown does not tell.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Middle {
    pub quarter: Option<usize>,
    pub half: Option<usize>,
    pub three_quarters: Option<usize>,
}

/// Where the middle lies, worked out from what is shown and from nothing else: in whichever way the
/// people who are not shown are spread, it lies there. Nowhere where fewer than
/// [`SMALLEST_SHOWN`] are known to have answered.
#[must_use]
pub fn middle(ranges: Ranges<'_>) -> Middle {
    let answered = ranges.sum(|_| 1).map_or(0, |(least, _)| least);
    if answered < i128::from(SMALLEST_SHOWN) {
        return Middle::default();
    }
    let reached = |quarters: i128| {
        (0..ranges.people.len()).find(|range| ranges.is_reached_in(*range, quarters))
    };
    Middle { quarter: reached(1), half: reached(2), three_quarters: reached(3) }
}

impl Ranges<'_> {
    /// Whether so many quarters of those who answered are reached in this range and not before, in
    /// every way in which the rest may be spread.
    fn is_reached_in(&self, range: usize, quarters: i128) -> bool {
        // Four times those below a range, less so many times all who answered.
        let below =
            |end: usize| self.sum(|range| if range < end { 4 - quarters } else { -quarters });
        let before = below(range).is_some_and(|(_, most)| most < 0);
        before && below(range + 1).is_some_and(|(least, _)| least >= 0)
    }

    /// The least and the most that the people of all ranges can come to, each range as often as
    /// `times` says; `None` where that cannot be known.
    fn sum(&self, times: impl Fn(usize) -> i128) -> Option<(i128, i128)> {
        let slack = i128::from(self.slack);
        let (mut least, mut most) = (0, 0);
        let mut hidden: Vec<i128> = Vec::new();
        for (range, shown) in self.people.iter().enumerate() {
            let times = times(range);
            match shown.number() {
                Some(people) => {
                    // Nobody is nobody, also where numbers are rounded: fewer than ten are hidden.
                    let off = if people == 0 { 0 } else { slack * times.abs() };
                    least += times * i128::from(people) - off;
                    most += times * i128::from(people) + off;
                }
                None => hidden.push(times),
            }
        }
        if hidden.is_empty() {
            return Some((least, most));
        }
        // Any of those who are not shown may be in any part that is not shown.
        if self.others.iter().any(|shown| shown.number().is_none()) {
            hidden.push(0);
        }
        let (few, many) = self.not_shown()?;
        let sums = hidden.iter().flat_map(|times| [times * few, times * many]);
        least += sums.clone().min().unwrap_or(0);
        most += sums.max().unwrap_or(0);
        Some((least, most))
    }

    /// How many people are not shown, at the least and at the most.
    fn not_shown(&self) -> Option<(i128, i128)> {
        let numbers: Vec<u64> =
            self.people.iter().chain(self.others).filter_map(|shown| shown.number()).collect();
        let rest = i128::from(self.all?) - numbers.iter().map(|n| i128::from(*n)).sum::<i128>();
        let many = 1 + i128::try_from(numbers.len()).unwrap_or_default();
        let off = i128::from(self.slack) * many;
        Some(((rest - off).max(0), (rest + off).max(0)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `None` is not shown.
    fn of(people: &[Option<u64>], others: Option<u64>, all: u64) -> Middle {
        let shown = |people: &Option<u64>| people.map_or(Shown::Hidden, Shown::Number);
        let people: Vec<Shown> = people.iter().map(shown).collect();
        middle(Ranges { people: &people, others: &[shown(&others)], all: Some(all), slack: 0 })
    }

    fn places(middle: Middle) -> [Option<usize>; 3] {
        [middle.quarter, middle.half, middle.three_quarters]
    }

    #[test]
    fn where_all_is_shown_the_middle_is_the_range_in_which_half_is_reached() {
        let all = |people: &[u64]| {
            let shown: Vec<Option<u64>> = people.iter().copied().map(Some).collect();
            places(of(&shown, Some(0), people.iter().sum()))
        };
        assert_eq!(all(&[10, 10, 10, 10]), [Some(0), Some(1), Some(2)]);
        assert_eq!(all(&[11, 10, 10, 10]), [Some(0), Some(1), Some(2)]);
        assert_eq!(all(&[50, 0, 50]), [Some(0), Some(0), Some(2)]);
        assert_eq!(all(&[0, 0, 100]), [Some(2); 3]);
        assert_eq!(all(&[0, 0, 0]), [None; 3], "nobody has no middle");
    }

    #[test]
    fn where_something_is_hidden_it_is_said_only_if_it_is_so_however_the_rest_are_spread() {
        // Twelve people are in the last two ranges, whichever.
        assert_eq!(
            places(of(&[Some(40), Some(48), None, None], Some(0), 100)),
            [Some(0), Some(1), Some(1)]
        );
        // Thirty are in the first or the last range.
        assert_eq!(places(of(&[None, Some(30), None], Some(0), 60)), [None, None, None]);
        assert_eq!(places(of(&[None, Some(80), None], Some(0), 100)), [Some(1); 3]);
        // Some of them may have given no answer.
        assert_eq!(places(of(&[Some(20), Some(20), None], None, 52)), [Some(0), None, Some(1)]);
    }

    #[test]
    fn nothing_is_said_about_a_few_or_where_it_is_not_known_how_many_are_hidden() {
        assert_eq!(places(of(&[None, None], None, 60)), [None; 3]);
        let people = [Shown::Number(40), Shown::Hidden];
        let unknown = Ranges { people: &people, others: &[], all: None, slack: 0 };
        assert_eq!(middle(unknown), Middle::default());
    }

    #[test]
    fn numbers_that_are_rounded_may_each_be_off() {
        let people = [Shown::Number(50), Shown::Number(50)];
        let of = |slack| middle(Ranges { people: &people, others: &[], all: Some(100), slack });
        assert_eq!(places(of(0)), [Some(0), Some(0), Some(1)]);
        assert_eq!(places(of(2)), [Some(0), None, Some(1)], "48 and 52 are shown so too");
    }
}
