//! Whether parents were involved, and how much: the rules that apply to every plan.
//!
//! [`gate`] says what must have happened before a draft can be published; [`rung`] how involved
//! parents were, worked out from what happened. Both count a planning session ([`session`]) once
//! somebody else has confirmed it.
//! [`decision`] says what the decision on a plan must answer.

pub mod decision;
pub mod gate;
pub mod rung;
pub mod session;
