//! A subscriber: an address that wants to be told. What the rooms that tell people need to know
//! about subscribers; how they sign up, change and stop is in `subscriptions`.

mod cadence;
mod store;
pub mod wanted;

pub use cadence::Cadence;
pub use store::{hold, keep_link};
