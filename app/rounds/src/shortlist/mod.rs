//! The shortlist of a round: what the count chose and why, and what the forum decided.
//!
//! Its life: counted once after the close → confirmed by the forum, as it is or changed, with a
//! written reason that stays beside it. `rules` turns the count into words, `counting` is what
//! the worker does, `pages` shows it on the round's page and to the organiser who confirms;
//! `unusual` finds what an organiser should know first.

mod actions;
mod counting;
mod pages;
mod rules;
pub mod store;
mod unusual;

pub use actions::{confirm_shortlist, confirm_shortlist_form};
pub use counting::count_due;
pub use pages::outcome;
pub use rules::{Chosen, Confirmation};
pub use unusual::Unusual;
