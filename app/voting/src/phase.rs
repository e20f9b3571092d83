//! The dates of a round, and the phase it is in.

use calendar::clock::Moment;

/// The dates of a round, and when its count was made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Dates {
    /// From when topics for this round are proposed.
    pub propose_from: Moment,
    /// From when they are voted on; from then on, proposals are too late for this round.
    pub vote_from: Moment,
    pub closes_at: Moment,
    /// When the count was made, never before `closes_at`.
    pub counted_at: Option<Moment>,
}

/// The phase of a round.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Phase {
    Announced,
    /// Parents propose.
    Proposing,
    /// Parents support.
    Voting,
    /// Voting has ended; the votes are being counted.
    Counting,
    /// The votes are counted and the results shown.
    Closed,
}

impl Dates {
    /// The phase the round is in now.
    #[must_use]
    pub fn phase(&self, now: Moment) -> Phase {
        match self {
            Self { counted_at: Some(_), .. } => Phase::Closed,
            _ if now >= self.closes_at => Phase::Counting,
            _ if now >= self.vote_from => Phase::Voting,
            _ if now >= self.propose_from => Phase::Proposing,
            _ => Phase::Announced,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_round_goes_through_its_phases_by_the_clock_and_is_closed_only_by_the_count() {
        let at = Moment::from_millis;
        let dates =
            Dates { propose_from: at(10), vote_from: at(20), closes_at: at(30), counted_at: None };
        let phases: Vec<_> =
            [9, 10, 19, 20, 29, 30, i64::MAX].map(|now| dates.phase(at(now))).to_vec();
        assert_eq!(
            phases,
            [
                Phase::Announced,
                Phase::Proposing,
                Phase::Proposing,
                Phase::Voting,
                Phase::Voting,
                Phase::Counting,
                Phase::Counting
            ]
        );
        assert_eq!(Dates { counted_at: Some(at(31)), ..dates }.phase(at(31)), Phase::Closed);
    }
}
