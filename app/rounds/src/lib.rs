//! A round: a period of proposing and then voting, at whose end what parents supported is counted,
//! once.
//!
//! Its life: announced → proposing → voting → counting, and *closed* when the count has been made
//! by the clock. Nobody, in any role, sees a number before it is closed. `rules` reads a round that
//! is opened, `store` holds the SQL, `closing` is what the worker does when the time has come,
//! `shortlist` is what the count chose and why. When a round is in which phase, the fair count and
//! ballots from a file are in `voting`; a parent's support for a topic is in `topics`.
//!
//! # When a round closes
//!
//! 1. Each process runs a worker (`server/src/worker.rs`, `work`). It pauses for half a second
//!    between turns, and calls `rounds::close_due`.
//! 2. Until then nothing has changed but the time. From `closes_at` on `Dates::phase` is
//!    `Counting`: support is refused, and pages say that the count is being made.
//! 3. `close_due` (`rounds/closing.rs`) calls `store::close_next` in one `db.write`. One statement
//!    sets `closed_at` where it is not yet set. Only one process can win it; it waits for support
//!    that is being written.
//! 4. In the same transaction the supporters of each topic are counted by the place each lives in,
//!    and kept in `tallies`, with a zero where there are none: a place added later changes no old
//!    table. Withdrawn and merged topics are left out. If anything fails, the round is not closed,
//!    and the next turn tries again.
//! 5. A trigger keeps `tallies` as they are. What people do later does not change them.
//! 6. `close_due` goes on to `shortlist::count_due`. It reads the ballots voter by voter
//!    (`shortlist/store.rs`, `ballots`), counts them in a thread of their own
//!    (`count::Election::equal_shares`), and keeps the result with `counted_at` in one write
//!    (`keep`). Whichever process is first keeps it. If it fails, the next turn counts again. See
//!    decision 0009.
//! 7. From now on `phase` is `Closed`. `rounds/actions.rs`, `round`, reads the tallies and the
//!    shortlist, and `pages::closed` shows them. Numbers become words in `counts` and in
//!    `shortlist/rules.rs`, `reasons`, both through `disclosure::split`.
//! 8. Counts stand in the order the topics were proposed, the shortlist in the order chosen. No
//!    email is sent.
//! 9. The organisers' desk asks for the forum's word. `shortlist/actions.rs`, `confirm`, takes the
//!    list as it was counted, or another with a reason, once.

mod actions;
mod closing;
mod pages;
pub mod rules;
pub mod shortlist;
pub mod store;

pub use closing::close_due;
pub use pages::state;

/// The room's addresses.
#[must_use]
pub fn routes() -> ground::routes::Routes {
    use ground::routes::{Access, Routes};
    use ground::viewer::Role;
    Routes::new()
        .get("/rounds", Access::Anyone, actions::list)
        .get("/rounds/{id}", Access::Anyone, actions::round)
        .get("/forum/rounds/{id}/shortlist", Access::Only(Role::Organiser), shortlist::form)
        .post("/forum/rounds/{id}/shortlist", Access::Only(Role::Organiser), shortlist::confirm)
        .get("/forum/rounds/new", Access::Only(Role::Organiser), actions::open_form)
        .post("/forum/rounds/new", Access::Only(Role::Organiser), actions::open)
}
