//! The record: whether parents were in from the start, were told in time and heard what came of it;
//! and the evidence pack, the same as a folder that proves itself.
//!
//! `store` asks the tables for everything as it stood at one moment, each question by its name.
//! `history` is the answer: facts, with true numbers. `figures` and `tables` say what may be said
//! of it; `charts` draws it. `browse` is what everyone sees, `pack` the folder, `evidence` the
//! forum's page for it; `head` sends the end of the audit log each month.

mod browse;
pub mod charts;
mod evidence;
pub mod figures;
mod head;
pub mod history;
pub mod pack;
pub mod store;
pub mod tables;

pub use head::send_due;

use ground::routes::{Access, Routes};
use ground::viewer::Role;

/// The room's addresses.
#[must_use]
pub fn routes() -> Routes {
    use Access::{Anyone, Only};
    Routes::new()
        .get("/record", Anyone, browse::area)
        .get("/record/told", Anyone, browse::told)
        .get("/record/outcomes", Anyone, browse::outcomes)
        .get("/record/places", Anyone, browse::places)
        .get("/record/plans/{id}", Anyone, browse::plan)
        .get("/forum/evidence-pack", Only(Role::Organiser), evidence::form)
        .post("/forum/evidence-pack", Only(Role::Organiser), evidence::make)
}
