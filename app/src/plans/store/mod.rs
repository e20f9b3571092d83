//! Every SQL statement about plans: `reading` asks, `writing` keeps.

mod reading;
mod writing;

pub use reading::{
    Answered, Content, Draft, Event, Listed, Passed, Plan, Session, Statement, TO_STATE, Tied, Untold, bodies, draft, find, list, of_topic,
    overrides, untold,
};
pub use writing::{By, Published, answer, hold, override_gate, publish, record_draft, record_session, register, state, tell_next, tie};
