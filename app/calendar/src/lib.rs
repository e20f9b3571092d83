//! Time as people in the area count it: London's clocks, days and hours in words, school days.

#![cfg_attr(test, allow(clippy::unwrap_used))]

pub mod clock;
pub mod school;
