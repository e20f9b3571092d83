//! Whether parents were involved, and how far: the two rules that hold of every plan.
//!
//! [`gate`] says what must have happened before a draft is published; [`rung`] how far parents were
//! involved, worked out from what happened.

pub mod gate;
pub mod rung;
