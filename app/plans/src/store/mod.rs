//! Every SQL statement about plans: `reading` asks, `writing` keeps.

mod reading;
mod writing;

pub use reading::{
    Answered, Content, Draft, Event, FINDABLE, LABELS, Listed, Plan, Session, Statement, TO_STATE,
    Tied, Untold, all, bodies, draft, find, find_for, list, untold,
};
pub use writing::{
    By, Published, answer, hold, hold_for, override_gate, publish, record_draft, record_session,
    register, state, tell_next, tie,
};
