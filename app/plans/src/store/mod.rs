//! Every SQL statement about plans: `reading` asks, `writing` keeps.

mod reading;
mod writing;

pub use reading::{
    Answered, Content, Draft, Event, FINDABLE, LABELS, Listed, Plan, Session, Statement, TO_STATE,
    Text, Tied, Untold, all, bodies, draft, find, find_for, list, to_be_rendered, untold,
};
pub use writing::{
    By, Published, answer, hold, hold_for, keep_html, override_gate, publish, record_draft,
    record_session, register, state, tell_next, tie,
};
