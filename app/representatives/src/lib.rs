//! Who represents the forum where: representatives, the meetings they went to for it, and what
//! happened because of that.
//!
//! A representative is a name that an organiser enters, as that person wants to be shown; it may be
//! no account's. They step down, and their name can be taken away: the meetings stay, and say "a
//! representative". A meeting is entered once it was held, corrected, and taken out if it was put
//! in by mistake. What happened next is added when somebody knows.
//!
//! `rules` says what a meeting is, `store` holds the SQL, `meetings` and `people` have the pages,
//! which are for organisers. The forum's year (`app/record/src/year/`) prints them for everyone
//! whom the forum gives it to.

mod meetings;
mod people;
mod personal;
pub mod rules;
pub mod store;

pub use personal::PERSONAL;

use ground::routes::{Access, Routes};
use ground::viewer::Role;

/// The room's addresses.
#[must_use]
pub fn routes() -> Routes {
    let organiser = Access::Only(&[Role::Organiser]);
    Routes::new()
        .get("/forum/meetings", organiser, meetings::meetings_page)
        .get("/forum/meetings/new", organiser, meetings::new_meeting_form)
        .post("/forum/meetings/new", organiser, meetings::add_meeting)
        .get("/forum/meetings/{id}", organiser, meetings::meeting_form)
        .post("/forum/meetings/{id}", organiser, meetings::change_meeting)
        .get("/forum/representatives", organiser, people::representatives_page)
        .post("/forum/representatives", organiser, people::change_representatives)
}
