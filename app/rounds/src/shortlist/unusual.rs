//! What is unusual about who joined and voted in a round, for the organisers who confirm its
//! shortlist. Signs, and no proof: nobody is left out because of them. Pure.

use std::collections::HashMap;

use accounts::joinings::MANY;
use calendar::clock::{self, DAY, HOUR, Moment};
use ground::db;

/// What was seen.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Sign {
    /// Many accounts were made from one network within an hour.
    Joined,
    /// Many people began to support the very same topics within an hour.
    Alike,
    /// The same, and most of them had joined in the day before.
    AlikeAndNew,
}

impl Sign {
    const ALL: [Self; 3] = [Self::Joined, Self::Alike, Self::AlikeAndNew];

    /// The word it is stored under.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Joined => "joined",
            Self::Alike => "alike",
            Self::AlikeAndNew => "alike new",
        }
    }
}

/// One thing that is unusual, with a true number: only for [`Unusual::words`] to put into words.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Unusual {
    /// When it began.
    pub at: Moment,
    pub sign: Sign,
    /// How many people, or accounts.
    pub people: i64,
}

impl Unusual {
    /// Reads it as it is stored.
    ///
    /// # Errors
    /// When this program does not know the word.
    pub fn read(word: &str, at: Moment, people: i64) -> sqlx::Result<Self> {
        let sign = Sign::ALL.into_iter().find(|sign| sign.word() == word);
        Ok(Self { at, sign: db::known(sign, "unusual_joinings.kind")?, people })
    }

    /// A sentence for organisers: the day and not the hour, and the number to the nearest ten, so
    /// that nobody is singled out.
    #[must_use]
    pub fn words(&self) -> String {
        let day = clock::day(self.at);
        let many = disclosure::count(self.people.unsigned_abs()).rounded();
        match self.sign {
            Sign::Joined => {
                format!("On {day}, {many} people joined from one network within one hour.")
            }
            Sign::Alike => format!(
                "On {day}, {many} people began to support exactly the same topics within one hour."
            ),
            Sign::AlikeAndNew => format!(
                "On {day}, {many} people began to support exactly the same topics within one hour. \
                 Most of them had joined less than a day before."
            ),
        }
    }
}

/// When one person began to support the topics of a round.
#[derive(Clone, Copy, Debug)]
struct Began {
    at: Moment,
    is_new: bool,
}

/// Which topics people support together, and when they began to. Takes the people of a round one
/// by one.
#[derive(Debug, Default)]
pub struct Patterns(HashMap<Vec<usize>, Vec<Began>>);

impl Patterns {
    /// Adds one person: the topics they support, when they gave the first support, and when they
    /// joined. Somebody who supports nothing that counts has no pattern.
    pub fn add(&mut self, topics: &[usize], began_at: Moment, joined_at: Moment) {
        let mut topics = topics.to_vec();
        topics.sort_unstable();
        topics.dedup();
        if !topics.is_empty() {
            let is_new = began_at < joined_at.saturating_add(DAY);
            self.0.entry(topics).or_default().push(Began { at: began_at, is_new });
        }
    }

    /// What is unusual, in the order of time: ten people or more who began to support the very same
    /// topics within an hour. Many support one topic and nothing else, as after somebody told other
    /// parents about it: there, only people who had just joined are unusual.
    #[must_use]
    pub fn unusual(self) -> Vec<Unusual> {
        let mut found = Vec::new();
        for (topics, mut people) in self.0 {
            people.retain(|person| topics.len() > 1 || person.is_new);
            people.sort_unstable_by_key(|person| person.at);
            let mut rest = people.as_slice();
            while let Some(first) = rest.first() {
                let together = rest.iter().take_while(|person| person.at < first.at + HOUR).count();
                let (group, after) = rest.split_at(together);
                let many = i64::try_from(together).unwrap_or(i64::MAX);
                if many < MANY {
                    rest = &rest[1..];
                    continue;
                }
                let new = group.iter().filter(|person| person.is_new).count();
                let sign = if new * 2 > together { Sign::AlikeAndNew } else { Sign::Alike };
                found.push(Unusual { at: first.at, sign, people: many });
                rest = after;
            }
        }
        found.sort_unstable();
        found
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use calendar::clock::MINUTE;

    const NOON: Moment = Moment::from_millis(1_800_000_000_000);
    const LONG_AGO: Moment = Moment::from_millis(NOON.millis() - 100 * DAY);

    /// So many people with these topics, one a minute, who joined then.
    fn people(patterns: &mut Patterns, many: i64, topics: &[usize], joined_at: Moment) {
        for nth in 0..many {
            patterns.add(topics, NOON + nth * MINUTE, joined_at);
        }
    }

    fn unusual(fill: impl FnOnce(&mut Patterns)) -> Vec<Unusual> {
        let mut patterns = Patterns::default();
        fill(&mut patterns);
        patterns.unusual()
    }

    #[test]
    fn ten_people_with_the_same_topics_within_an_hour_are_unusual_and_nine_are_not() {
        let of = |many| unusual(|patterns| people(patterns, many, &[3, 1], LONG_AGO));
        assert_eq!(of(9), []);
        assert_eq!(of(12), [Unusual { at: NOON, sign: Sign::Alike, people: 12 }]);
    }

    #[test]
    fn the_order_of_the_topics_does_not_matter_and_one_topic_more_does() {
        let found = unusual(|patterns| {
            people(patterns, 6, &[1, 3], LONG_AGO);
            people(patterns, 6, &[3, 1, 3], LONG_AGO);
            people(patterns, 6, &[1, 3, 4], LONG_AGO);
        });
        assert_eq!(found, [Unusual { at: NOON, sign: Sign::Alike, people: 12 }]);
    }

    #[test]
    fn one_topic_is_unusual_only_for_people_who_have_just_joined() {
        let friends = |patterns: &mut Patterns| people(patterns, 30, &[1], LONG_AGO);
        assert_eq!(unusual(friends), []);
        let found = unusual(|patterns| {
            friends(patterns);
            people(patterns, 12, &[1], NOON - HOUR);
        });
        assert_eq!(found, [Unusual { at: NOON, sign: Sign::AlikeAndNew, people: 12 }]);
    }

    #[test]
    fn people_spread_over_the_weeks_are_not_unusual_and_two_crowds_are_two() {
        let spread = |patterns: &mut Patterns, from: Moment| {
            for nth in 0..40 {
                patterns.add(&[1, 2], from + nth * 7 * MINUTE, LONG_AGO);
            }
        };
        assert_eq!(unusual(|patterns| spread(patterns, NOON)), [], "nine in any hour");
        let found = unusual(|patterns| {
            spread(patterns, NOON + 10 * DAY);
            for crowd in [NOON, NOON + DAY] {
                for nth in 0..10 {
                    patterns.add(&[1, 2], crowd + nth, LONG_AGO);
                }
            }
        });
        let at: Vec<Moment> = found.iter().map(|unusual| unusual.at).collect();
        assert_eq!(at, [NOON, NOON + DAY]);
    }

    #[test]
    fn what_is_said_gives_no_hour_and_no_number_but_to_the_nearest_ten() {
        let said = Unusual { at: NOON, sign: Sign::Joined, people: 12 }.words();
        assert!(said.contains("about 10 people joined from one network"), "{said}");
        assert!(!said.contains("12") && !said.contains(':'), "{said}");
    }

    #[test]
    fn every_sign_is_read_from_its_own_word_and_no_other_is() {
        for sign in Sign::ALL {
            assert_eq!(Unusual::read(sign.word(), NOON, 10).expect("known").sign, sign);
        }
        assert!(Unusual::read("else", NOON, 10).is_err());
    }
}
