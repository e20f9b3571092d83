//! Every SQL statement about plans: `reading` asks, `writing` keeps, `decisions` and `equality` do
//! both for what was decided and for who it affects. `undo` makes a plan what it was before a
//! correction.

mod decisions;
mod equality;
mod reading;
mod undo;
mod writing;

pub use decisions::{
    AskedThing, Decided, SaidOf, ThingKind, Written, answer_thing, correct_decision,
    decision_facts, decision_things, last_close, pass_decision, publish_decision, write_decision,
};
pub use equality::{equality_of, sign_equality};
pub use reading::{
    AnsweredTopic, Confirmation, Decision, Dispute, Draft, DraftContent, DraftText, FINDABLE,
    LABELS, ListedPlan, PASSED, PastChange, Plan, PlanCourse, PlanEvent, PlanningSession, Slip,
    Statement, TO_CONFIRM, TO_STATE, TiedTopic, UntoldDraft, all, bodies, courses, draft, find,
    find_for, is_untouched, list, plan_of, presence, slip, slip_of, to_be_rendered, untold,
};
pub use writing::{
    Act, By, Corrected, Missing, Published, SLIP_WORKS, Said, answer, change, confirm_session,
    correct_session, correct_title, dispute_session, hold, hold_for, hold_for_forum, keep_html,
    make_slip, override_gate, publish, record_draft, record_session, register, see_dispute, state,
    take_back, tell_next, tie,
};
