//! A topic: something parents want planned, in a parent's own words, which nobody edits.
//!
//! Its life: proposed → published, merged into another, declined with a reason, or passed on to the
//! safeguarding lead, after which nobody else sees it. Its author may withdraw it until its round
//! closes. `rules` says what a proposal and a decision may be, `search` finds topics by their
//! words, `support` is a parent's vote. `propose`, `browse` and `safeguarding` are the pages
//! for the parent, for everyone and for the safeguarding lead, each with its actions; the page for
//! the organiser who decides is in `organisers`, with its program.

mod browse;
pub mod emails;
mod forget;
mod personal;
mod propose;
pub mod rules;
mod safeguarding;
pub mod search;
pub mod store;
pub mod support;

pub use browse::{cards, page_after, shortened};
pub use forget::forget;
pub use personal::PERSONAL;

use ground::house::House;
use ground::jobs::Job;
use ground::routes::{Access, Routes};
use ground::viewer::Role;

/// What the room does in the background: nothing so far.
#[must_use]
pub fn jobs(_: &House) -> Vec<Job> {
    Vec::new()
}

/// The room's addresses.
#[must_use]
pub fn routes() -> Routes {
    use Access::{Anyone, Only};
    Routes::new()
        .get("/topics", Anyone, browse::topics_page)
        .get_first("/topics/new", Only(&[Role::Parent]), "propose a topic", propose::propose_form)
        .post_first("/topics/new", Only(&[Role::Parent]), "propose a topic", propose::propose)
        .get("/topics/{id}", Anyone, browse::topic_page)
        .post("/topics/{id}/withdrawal", Only(&[Role::Parent]), browse::withdraw_topic)
        .get("/topics/{id}/withdrawal", Anyone, support::back_to_topic)
        .post_first(
            "/topics/{id}/support",
            Only(&[Role::Parent]),
            "support this topic",
            support::support_topic,
        )
        .get("/topics/{id}/support", Anyone, support::back_to_topic)
        .get(
            "/forum/safeguarding/topics",
            Only(&[Role::Safeguarding]),
            safeguarding::passed_on_topics_page,
        )
        .get(
            "/forum/safeguarding/{id}",
            Only(&[Role::Safeguarding]),
            safeguarding::passed_on_topic_page,
        )
        .post("/forum/safeguarding/{id}", Only(&[Role::Safeguarding]), safeguarding::note_on_topic)
}
