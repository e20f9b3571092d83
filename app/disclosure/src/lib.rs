//! The one door for published numbers: what may be shown of a count of people, and what must be
//! hidden with it so that no number below ten can be worked out.
//!
//! [`count`] and [`split`] guard one number or one list at a time. Their callers must not publish
//! the same people split in a second way; that is for [`tables::release`]. Nor anything drawn from
//! a number that is not shown: no percentage, no length of a bar, no order by size.

use serde::{Deserialize, Serialize};

pub mod middle;
pub mod suppression;
pub mod tables;
#[cfg(test)]
mod tests;
pub mod under_way;

/// The smallest number of people that may be shown.
pub const SMALLEST_SHOWN: u64 = 10;

/// What may be said about a number of people.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Shown {
    /// The true number of people: 0, or [`SMALLEST_SHOWN`] and more.
    Number(u64),
    /// From one to nine people, and we say no more than that.
    FewerThanTen,
    /// Some number of people that we say nothing about, so that no small number can be worked out.
    Hidden,
}

impl Shown {
    /// The number of people, where it may be shown.
    pub fn number(self) -> Option<u64> {
        match self {
            Self::Number(people) => Some(people),
            Self::FewerThanTen | Self::Hidden => None,
        }
    }

    /// The same to the nearest ten, as in "about 210", for numbers of people about whom other
    /// numbers are published elsewhere: the difference between two must not give a few away. Nobody
    /// is nobody.
    pub fn rounded(self) -> String {
        match self.to_ten() {
            Some(people) if people > 0 => format!("about {}", commas(people)),
            _ => self.words(),
        }
    }

    /// The number of people to the nearest ten, where it may be shown. What is worked out from such
    /// numbers gives away no more than they do.
    pub fn to_ten(self) -> Option<u64> {
        self.number().map(|people| (people + 5) / 10 * 10)
    }

    /// What is written on a page or in an email: "1,750", "fewer than 10" or "not shown".
    pub fn words(self) -> String {
        match self {
            Self::Number(people) => commas(people),
            Self::FewerThanTen => format!("fewer than {SMALLEST_SHOWN}"),
            Self::Hidden => "not shown".to_owned(),
        }
    }
}

/// A number as people read it: 1,750.
pub fn commas(number: u64) -> String {
    let digits = number.to_string();
    let mut words = String::with_capacity(digits.len() + digits.len() / 3);
    for (nth, digit) in digits.chars().enumerate() {
        if nth > 0 && (digits.len() - nth).is_multiple_of(3) {
            words.push(',');
        }
        words.push(digit);
    }
    words
}

/// How many in a hundred a part of something is, to the nearest one; `None` of nothing. Both
/// numbers must be ones that are shown.
pub fn share(part: u64, of: u64) -> Option<u64> {
    let (part, of) = (u128::from(part), u128::from(of));
    (of > 0).then(|| u64::try_from((part * 100 + of / 2) / of).ok()).flatten()
}

/// What may be said about people counted in parts, such as a topic's supporters by place.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Split {
    /// All the people of all parts.
    pub total: Shown,
    /// Each part, in the order it was given.
    pub parts: Vec<Shown>,
}

/// What may be said about one count of people that is published alone, not beside what it is part
/// of.
pub fn count(people: u64) -> Shown {
    if is_small(people) { Shown::FewerThanTen } else { Shown::Number(people) }
}

/// What may be said about people counted in parts, each person in exactly one of them.
///
/// **The guarantee:** a part of one to nine people could, for all that is published, be any number
/// from one to nine. It holds for a reader who has the whole table and this code, and knows nothing
/// else about the numbers.
///
/// Give the parts in an order that does not come from the numbers, such as the standing order of
/// the places: the order is published too, and the first large parts are hidden first.
pub fn split(parts: &[u64]) -> Split {
    let all = Tally::of(parts);
    let shown = if all.small == 0 {
        parts.iter().copied().map(Shown::Number).collect()
    } else if all.leaves_open(2 * MOST_OF_SMALL) {
        labelled(parts)
    } else {
        unlabelled(parts, all)
    };
    Split { total: count(all.people), parts: shown }
}

/// The most people a small part can have; the least is one.
const MOST_OF_SMALL: u64 = SMALLEST_SHOWN - 1;

// Why not just hide one large part, then two, then all, until it is safe: a reader who knows that
// a step failed learns from it. (1, 10, 50) would fail at the first step, and failing there would
// rule out 9. So each step asks for more room than its own tables need, enough that the tables it
// turns away have every number from one to nine among them too. One more person is enough between
// the steps of `labelled`. Tables without labels are known only by their total, and need twice the
// room: with less, ten parts and a total of 91 would say that one part has 1 and nine have 10.

/// Small parts are named as small, and large ones hidden, in their order, until that is safe.
fn labelled(parts: &[u64]) -> Vec<Shown> {
    let mut unsaid = Tally::default();
    for &people in parts.iter().filter(|&&people| is_small(people)) {
        unsaid.add(people);
    }
    let show = |&people: &u64| {
        if is_small(people) {
            Shown::FewerThanTen
        } else if people == 0 || unsaid.leaves_open(MOST_OF_SMALL) {
            Shown::Number(people)
        } else {
            unsaid.add(people);
            Shown::Hidden
        }
    };
    parts.iter().map(show).collect()
}

/// No part is named as small or large. Zeros are shown, unless there are so few people that the
/// number of parts they are in would give them away.
fn unlabelled(parts: &[u64], all: Tally) -> Vec<Shown> {
    let zeros_are_safe = all.people >= all.small + all.large + MOST_OF_SMALL;
    let show = |&people: &u64| match people {
        0 if zeros_are_safe => Shown::Number(0),
        _ => Shown::Hidden,
    };
    parts.iter().map(show).collect()
}

/// What a reader knows of some parts that carry labels: how many are small, how many large, and
/// their people together.
#[derive(Clone, Copy, Default)]
struct Tally {
    small: u64,
    large: u64,
    people: u64,
}

impl Tally {
    fn of(parts: &[u64]) -> Self {
        let mut tally = Self::default();
        for &people in parts {
            tally.add(people);
        }
        tally
    }

    fn add(&mut self, people: u64) {
        if is_small(people) {
            self.small += 1;
        } else if people > 0 {
            self.large += 1;
        }
        self.people = self.people.saturating_add(people);
    }

    /// Whether each small part could be any number from one to nine, with `room` people to spare
    /// above the least these labels allow; and, where only small parts are unsaid, below the most.
    fn leaves_open(self, room: u64) -> bool {
        let least = self.small + SMALLEST_SHOWN * self.large;
        let most = MOST_OF_SMALL * self.small;
        self.people.saturating_sub(least) >= room
            && (self.large > 0 || self.people + MOST_OF_SMALL <= most + 1)
    }
}

fn is_small(people: u64) -> bool {
    is_below(people, SMALLEST_SHOWN)
}

/// Whether there is somebody, and fewer than `smallest`.
fn is_below(people: u64, smallest: u64) -> bool {
    (1..smallest).contains(&people)
}
