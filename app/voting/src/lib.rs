//! Voting: when it is open, and how what parents supported becomes a list that is fair to all of
//! them.
//!
//! [`phase`] says which phase a round is in by its dates; [`count`] is the fair count; [`ballots`]
//! reads ballots from a file to count them again.

pub mod ballots;
pub mod count;
pub mod phase;

pub use phase::{Dates, Phase};
