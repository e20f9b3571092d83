//! Every SQL statement about plans: `reading` asks, `writing` keeps.

mod reading;
mod writing;

pub use reading::{
    AnsweredTopic, Draft, DraftContent, DraftText, FINDABLE, LABELS, ListedPlan, PastChange, Plan,
    PlanEvent, PlanningSession, Statement, TO_STATE, TiedTopic, UntoldDraft, all, bodies, draft,
    find, find_for, is_changed_by, is_untouched, list, to_be_rendered, untold,
};
pub use writing::{
    Act, By, Published, answer, change, hold, hold_for, keep_html, override_gate, publish,
    record_draft, record_session, register, state, tell_next, tie,
};
