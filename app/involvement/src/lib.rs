//! Whether parents were involved, and how much: the two rules that apply to every plan.
//!
//! [`gate`] says what must have happened before a draft can be published; [`rung`] how involved
//! parents were, worked out from what happened.

pub mod gate;
pub mod rung;
