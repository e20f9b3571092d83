//! What came of what parents said, as every room shows it: done, partly, not, or still being
//! decided; and whether the forum finds it so. How it is said, judged and told is in `updates`.
//!
//! `rules` says what an outcome is and by when it is due; `store` lists what was said last, `parts`
//! shows it.

mod parts;
pub mod rules;
pub mod store;

pub use parts::{came_of_it, outcome_title, rows, rows_of_section, shortened};
