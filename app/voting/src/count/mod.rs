//! A fair shortlist from approval ballots. Pure and exact: whole numbers only, of any length.
//!
//! **The method.** Everyone who supports at least one topic gets an equal part of the money, and a
//! topic costs 1. As long as the supporters of some topic can pay for it, the topic that asks the
//! smallest share of each of them is chosen, and they pay: the *Method of Equal Shares* with unit
//! costs (Peters and Skowron, "Proportionality and the Limits of Welfarism", 2020). When nothing
//! can be paid for any more, the places that are left are filled on credit, so that the deepest
//! debt is as small as possible at each step: *sequential Phragmén* (Brill, Freeman, Janson and
//! Lackner, "Phragmén's Voting Methods and Justified Representation", 2017), where what someone has
//! left counts in their favour, as in Lackner and Skowron, "Multi-Winner Voting with Approval
//! Preferences", 2023. Ties go to the topic proposed first, that is, the one with the lower number.

mod shares;
#[cfg(test)]
mod tests;

use std::cmp::Reverse;
use std::collections::BTreeMap;

use num_rational::BigRational;

/// The ballots of one round. The same ballot from the same group is stored once, with how many gave
/// it.
#[derive(Clone, Debug, Default)]
pub struct Election {
    topics: usize,
    ballots: BTreeMap<(Box<[u32]>, u16), u64>,
    supporters: Vec<u64>,
    voters: u64,
    groups: usize,
}

impl Election {
    /// An election among the topics `0..topics`, in the order they were proposed.
    #[must_use]
    pub fn new(topics: usize) -> Self {
        Self { topics, ..Self::default() }
    }

    /// Adds one ballot. A topic named twice counts once; someone who supports nothing is no voter.
    ///
    /// # Errors
    /// A topic that is not in the election; then the ballot is not counted.
    pub fn add(&mut self, ballot: impl IntoIterator<Item = usize>) -> Result<(), UnknownTopic> {
        self.add_from(0, ballot)
    }

    /// Adds one ballot from a group of voters, such as those of one place. Number groups from 0.
    ///
    /// # Errors
    /// A topic that is not in the election; then the ballot is not counted.
    pub fn add_from(
        &mut self,
        group: u16,
        ballot: impl IntoIterator<Item = usize>,
    ) -> Result<(), UnknownTopic> {
        let known = |topic| {
            let unknown = UnknownTopic { topic, topics: self.topics };
            u32::try_from(topic).ok().filter(|_| topic < self.topics).ok_or(unknown)
        };
        let mut ballot = ballot.into_iter().map(known).collect::<Result<Vec<u32>, _>>()?;
        ballot.sort_unstable();
        ballot.dedup();
        let Some(&last) = ballot.last() else {
            return Ok(());
        };
        self.supporters.resize(self.supporters.len().max(last as usize + 1), 0);
        for &topic in &ballot {
            self.supporters[topic as usize] += 1;
        }
        self.voters += 1;
        self.groups = self.groups.max(usize::from(group) + 1);
        *self.ballots.entry((ballot.into_boxed_slice(), group)).or_default() += 1;
        Ok(())
    }

    /// How many people support a topic.
    #[must_use]
    pub fn supporters(&self, topic: usize) -> u64 {
        self.supporters.get(topic).copied().unwrap_or(0)
    }

    /// How many people support at least one topic.
    #[must_use]
    pub fn voters(&self) -> u64 {
        self.voters
    }

    /// The shortlist by the method described above, in the order chosen. A topic nobody supports is
    /// never on it, even if that makes it shorter than `seats`.
    #[must_use]
    pub fn equal_shares(&self, seats: usize) -> Vec<Choice> {
        shares::choose(self, seats)
    }

    /// The topics with most supporters, the most first: what a simple count would choose. A topic
    /// nobody supports is never among them.
    #[must_use]
    pub fn plain_count(&self, seats: usize) -> Vec<usize> {
        let mut topics: Vec<usize> =
            (0..self.supporters.len()).filter(|&topic| self.supporters[topic] > 0).collect();
        topics.sort_by_key(|&topic| Reverse(self.supporters[topic]));
        topics.truncate(seats);
        topics
    }
}

/// A ballot named a topic that does not exist.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("topic {topic} is not one of the {topics} topics")]
pub struct UnknownTopic {
    /// The topic, numbered from 0.
    pub topic: usize,
    pub topics: usize,
}

/// A topic on the shortlist, and why it is there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Choice {
    /// The topic, numbered from 0.
    pub topic: usize,
    pub phase: CountPhase,
    /// In the first phase the share: the most that a supporter paid. In the second the debt that
    /// each supporter was left with. Neither falls from one choice of a phase to the next.
    pub price: BigRational,
    pub supporters: People,
    /// Those of its supporters who supported no topic chosen before it.
    pub unrepresented: People,
}

/// How a topic was paid for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CountPhase {
    /// Its supporters had the money: the Method of Equal Shares.
    Shares,
    /// No topic could be paid for any more; this one left the least debt: sequential Phragmén.
    Credit,
}

/// A number of people, and how many are in each group.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct People {
    /// All of them.
    pub all: u64,
    /// Those of each group, by its number.
    pub by_group: Vec<u64>,
}
