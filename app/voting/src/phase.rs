//! When a round is proposed in, voted in and counted.

use calendar::clock::Millis;

/// The dates of a round, and when its count was made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Dates {
    /// From when topics for this round are proposed.
    pub propose_from: Millis,
    /// From when they are voted on; proposals come too late for this round then.
    pub vote_from: Millis,
    /// When voting ends.
    pub closes_at: Millis,
    /// When the count was made, never before `closes_at`.
    pub counted_at: Option<Millis>,
}

/// Where a round stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Phase {
    /// Not begun.
    Announced,
    /// Parents propose.
    Proposing,
    /// Parents support.
    Voting,
    /// Voting has ended; the count is being made.
    Counting,
    /// The count is made and shown.
    Closed,
}

impl Dates {
    /// Where the round stands now.
    #[must_use]
    pub fn phase(&self, now: Millis) -> Phase {
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
        let dates = Dates { propose_from: 10, vote_from: 20, closes_at: 30, counted_at: None };
        let phases: Vec<_> = [9, 10, 19, 20, 29, 30, i64::MAX].map(|now| dates.phase(now)).to_vec();
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
        assert_eq!(Dates { counted_at: Some(31), ..dates }.phase(31), Phase::Closed);
    }
}
