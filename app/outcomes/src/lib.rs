//! What happened after parents said something, as every room shows it: done, partly done, not done
//! or still being decided; and whether the forum agrees. How it is said, judged and told is in
//! `updates`.
//!
//! `rules` says what an outcome is and when it is due; `store` lists what was said last, `parts`
//! shows it, and `doubts` what parents told the forum about it. `public` says what everyone may
//! read of what parents wrote, for the statements of every room.

pub mod doubts;
mod parts;
pub mod public;
pub mod rules;
pub mod store;

pub use parts::{came_of_it, rows, rows_of_section, shortened, verdict_style};
