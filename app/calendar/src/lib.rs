//! Time as people in the area count it: moments, London's clocks, days and hours in words, the
//! months, school days. And how soon the forum promises to read and answer.

#![cfg_attr(test, allow(clippy::unwrap_used))]

pub mod clock;
mod moment;
pub mod months;
pub mod promise;
pub mod school;
