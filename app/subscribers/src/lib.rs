//! A subscriber: an address that wants to be told. What the rooms that tell need to know of her;
//! how she begins, changes and ends what she is told is in `subscriptions`.

mod cadence;
mod store;
pub mod wanted;

pub use cadence::Cadence;
pub use store::{hold, keep_link};
