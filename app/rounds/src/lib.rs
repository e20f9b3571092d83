//! A round: a period of proposing and then voting. At its end what parents supported is counted,
//! once.
//!
//! Its life: announced → proposing → voting → counting, and *closed* when the votes have been
//! counted, by the clock. Nobody, in any role, sees a number before it is closed. Until voting
//! starts it can have other dates or be cancelled; then it is gone, but for a row of the table of
//! their changes. After that voting only closes later (`dates`, decision 0040). `rules` reads the
//! forms, `store` holds the SQL, `closing` is what the worker does when the time has come,
//! `shortlist` is what the count chose and why. The phases, the fair count and ballots from a file
//! are in `voting`; a parent's support for a topic is in `topics`.
//!
//! # When a round closes
//!
//! 1. Each process runs a worker, which calls `rounds::close_due` after each write and every other
//!    second (`server/src/jobs.rs`).
//! 2. Until then only the time has changed. From `closes_at` on, `Dates::phase` is `Counting`:
//!    support is refused, and pages say that we are counting.
//! 3. `close_due` (`rounds/closing.rs`) calls `store::close_next` in one write. One statement
//!    sets `closed_at` where it is not yet set. Only one process can win it; it waits for support
//!    that is being written.
//! 4. In the same transaction the supporters of each topic are counted by the place each lives in,
//!    and saved in `tallies`, with a zero where there are none: a place added later changes no old
//!    table. One mailbox is one person, whatever its addresses and accounts (decision 0028).
//!    Withdrawn and merged topics are left out. If anything fails, the round is not closed, and the
//!    next turn tries again.
//! 5. A trigger protects `tallies`. What people do later does not change them.
//! 6. `close_due` goes on to `shortlist::count_due`. It reads the ballots voter by voter
//!    (`shortlist/store.rs`, `ballots`), counts them in a separate thread
//!    (`count::Election::equal_shares`), and saves the result with `counted_at` in one write
//!    (`keep`), with what is unusual about who joined (`shortlist/unusual.rs`). The first process
//!    to finish saves it. If it fails, the next turn counts again. See decisions 0009 and 0028.
//! 7. From now on `phase` is `Closed`. `rounds/actions.rs`, `counted_page`, reads the shortlist and
//!    the first tallies, and `pages::counted_round` shows them. Numbers become words in `counts`
//!    and in `shortlist/rules.rs`, `reasons`, both through `disclosure::split`.
//! 8. Counts are shown in the order the topics were proposed, the shortlist in the order chosen. No
//!    email is sent.
//! 9. The organisers' desk asks the forum to confirm the list. The page shows what was unusual, and
//!    names nobody. `shortlist/actions.rs`, `confirm_shortlist`, takes the list as it was counted,
//!    or another with a reason, once.

mod actions;
mod closing;
mod dates;
mod forget;
mod pages;
mod personal;
pub mod rules;
pub mod shortlist;
pub mod store;

pub use closing::close_due;
pub use forget::{forget, hold_open};
pub use pages::{phase_words, steps};
pub use personal::PERSONAL;
pub use store::forget_due;

use forms::Refusals;
use ground::house::House;
use ground::jobs::{Job, Rhythm};
use ground::ui::Frame;
use store::Round;

/// What the room does in the background.
#[must_use]
pub fn jobs(house: &House) -> Vec<Job> {
    vec![Job::of(house, "closing rounds", Rhythm::AfterWrites, async |house: House| {
        close_due(&house.db, &house.clock).await
    })]
}

/// The room's addresses.
#[must_use]
pub fn routes() -> ground::routes::Routes {
    use ground::routes::{Access, Routes};
    use ground::viewer::Role;
    Routes::new()
        .get("/rounds", Access::Anyone, actions::rounds_page)
        .get("/rounds/{id}", Access::Anyone, actions::round_page)
        .get(
            "/forum/rounds/{id}/shortlist",
            Access::Only(&[Role::Organiser]),
            shortlist::confirm_shortlist_form,
        )
        .post(
            "/forum/rounds/{id}/shortlist",
            Access::Only(&[Role::Organiser]),
            shortlist::confirm_shortlist,
        )
        .get("/forum/rounds/{id}/dates", Access::Only(&[Role::Organiser]), dates::change_dates_form)
        .post("/forum/rounds/{id}/dates", Access::Only(&[Role::Organiser]), dates::change_dates)
        .get(
            "/forum/rounds/{id}/cancellation",
            Access::Only(&[Role::Organiser]),
            dates::cancel_round_form,
        )
        .post(
            "/forum/rounds/{id}/cancellation",
            Access::Only(&[Role::Organiser]),
            dates::cancel_round,
        )
        .get("/forum/rounds/new", Access::Only(&[Role::Organiser]), actions::open_round_form)
        .post("/forum/rounds/new", Access::Only(&[Role::Organiser]), actions::open_round)
}

/// The frame of a page about a round, which leads back to it.
fn frame<'r>(round: &Round, title: &'static str, refusals: &'r Refusals) -> Frame<'r> {
    let back = (format!("/rounds/{}", round.id), round.title.as_str());
    Frame::new(title, back).of(&round.title).refused_for(refusals)
}
