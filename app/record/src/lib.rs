//! The record ("How are we doing?"): whether parents were involved from the start, were told in
//! time and heard what happened; and the evidence pack, the same as a folder that proves itself.
//!
//! `store` asks the tables for everything as it was at one moment, each question by its name.
//! `history` is the answer: facts, with true numbers. `figures` and `tables` say what may be said
//! about it; `charts` draws it. `browse` is what everyone sees, `pack` the folder, `evidence` the
//! forum's page for it; `head` sends the end of the audit log each month. `year` is the forum's own
//! year, for any two days.
//!
//! # When an inspector asks what happened
//!
//! 1. `/record` and its four other parts are for everyone (`record/browse.rs`,
//!    `record/yearly.rs`). Each asks for what it shows (`Spot::asks` in `record/figures.rs`):
//!    `record/store.rs` has one function for each question, each with a time, and gives everything
//!    as it was then. A plan is loaded whole and cut off at that time
//!    (`plans::store::Plan::as_of`); the ledger says who was told (`notices::ledger::told_of_all`).
//!    A page takes what was counted last: `notices::ledger::told_of_all_so_far`, and `heard` for
//!    outcomes.
//! 2. `history.rs` holds true numbers. `figures.rs` and `tables.rs` say what may be said about
//!    them; both are pure.
//! 3. An organiser chooses a day at `/forum/evidence-pack` (`evidence.rs`), or someone runs
//!    `alongside evidence-pack`. `pack::make` asks all questions, and writes every table as CSV,
//!    all of it as JSON with its schema and as a page, and the manifest. The audit log notes that
//!    the forum made it, with its hash.
//! 4. `docs/evidence-pack.md` explains every figure; decision 0017 why the bytes stay the same.

mod browse;
pub mod charts;
mod evidence;
pub mod figures;
mod head;
mod heard;
pub mod history;
pub mod pack;
pub mod store;
pub mod tables;
mod year;
mod yearly;

pub use head::send_due;
pub use heard::{contributed, contributed_so_far, count_due};

use ground::house::House;
use ground::jobs::{EACH_MINUTE, EACH_TEN_MINUTES, Job};
use ground::routes::{Access, Routes};
use ground::viewer::Role;

/// What the room does in the background.
#[must_use]
pub fn jobs(house: &House) -> Vec<Job> {
    vec![
        Job::of(house, "the audit log by email", EACH_TEN_MINUTES, async |house: House| {
            send_due(&house).await
        }),
        Job::of(house, "counting who heard what happened", EACH_MINUTE, async |house: House| {
            count_due(&house).await
        }),
    ]
}

/// The room's addresses.
#[must_use]
pub fn routes() -> Routes {
    use Access::{Anyone, Only};
    Routes::new()
        .get("/record", Anyone, browse::record_page)
        .get("/record/told", Anyone, browse::told_page)
        .get("/record/outcomes", Anyone, browse::outcomes_page)
        .get("/record/places", Anyone, browse::places_page)
        .get("/record/duties", Anyone, yearly::duties_page)
        .get("/record/plans/{id}", Anyone, browse::plan_record_page)
        .get("/forum/year", Only(&[Role::Organiser]), year::year_page)
        .get("/forum/year/year.xlsx", Only(&[Role::Organiser]), year::year_file)
        .get("/forum/evidence-pack", Only(&[Role::Organiser]), evidence::evidence_pack_form)
        .post("/forum/evidence-pack", Only(&[Role::Organiser]), evidence::save_evidence_pack)
}
