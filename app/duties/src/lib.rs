//! The calendar of duties: what the area must do every year, by when, and whether it did.
//!
//! A duty's life: an administrator takes it over from the list that comes with the program, or from
//! another area's file, reads its source and switches it on → it is counted backwards from its day
//! in school days, which gives each step its own ("The round must open by Monday 12 January") →
//! whoever is responsible gets an email eight and two weeks before each, and finds it on their desk
//! → they or the forum say that it was done, and by what → everyone reads on the record that it was
//! done, late or not done. A duty says the area's own rule, with its source and the day somebody
//! looked there, and never what the law is (ADR 0053).
//!
//! `rules` says what a duty is and on which day it is due; `file` reads and writes all of them as
//! one file, and `profile.txt` is the one that comes with the program. `store` holds the SQL.
//! `admin` are the administrator's pages, `when` the part of their form about days and steps, `say`
//! those of organisers and leaders, `parts` how a duty is shown, `emails` tells people before. The
//! public page is `app/record/src/yearly.rs`.
//!
//! # When a duty comes round
//!
//! 1. `/admin/duties` begins with our own list, all of it off (`admin.rs`, `file::OWN`). A file is
//!    taken over as a whole or not at all; each line that is wrong is named. Bank holidays come in
//!    the same file, with the last day they are known for, and administrators are told before that.
//! 2. `rules::Everything` holds all that is known, from one query. `turns` gives the last year of a
//!    duty and the next, with the day of each step. Where the terms don't tell about a day there is
//!    none, and every page says which terms to enter.
//! 3. The worker calls `duties::remind_due`, which owes each email once by its key, and
//!    `duties::keep_passed`: a day that has passed is a row (`duty_days`) that nothing changes any
//!    more. Whoever changes a duty or switches it off keeps them first, in the same write.
//! 4. `/duties/{id}` keeps that it was done (`say.rs`). A trigger refuses that for a duty that is
//!    off, or a round that is not there. What was said can be taken back, and stays.

mod admin;
mod emails;
pub mod file;
pub mod parts;
mod personal;
pub mod rules;
mod say;
pub mod store;
mod when;

pub use emails::{keep_passed, remind_due};
pub use personal::PERSONAL;

use ground::house::House;
use ground::jobs::{EACH_TEN_MINUTES, Job};
use ground::routes::{Access, Routes};
use ground::viewer::Role;

/// What the room does in the background.
#[must_use]
pub fn jobs(house: &House) -> Vec<Job> {
    vec![Job::of(
        house,
        "reminding of what comes every year",
        EACH_TEN_MINUTES,
        async |house: House| {
            keep_passed(&house).await?;
            remind_due(&house).await
        },
    )]
}

/// The room's addresses.
#[must_use]
pub fn routes() -> Routes {
    let admin = Access::Only(&[Role::Admin]);
    let both = Access::Only(&[Role::Organiser, Role::Leader]);
    Routes::new()
        .get("/admin/duties", admin, admin::duties_page)
        .post("/admin/duties", admin, admin::begin_with_own)
        .get("/admin/duties/duties.txt", admin, admin::duties_file)
        .get("/admin/duties/import", admin, admin::import_form)
        .post_file("/admin/duties/import", admin, admin::import_duties)
        .get("/admin/duties/new", admin, admin::new_duty_form)
        .post("/admin/duties/new", admin, admin::add_duty)
        .get("/admin/duties/{id}", admin, admin::duty_form)
        .post("/admin/duties/{id}", admin, admin::change_duty)
        .get("/duties", both, say::duties_page)
        .get("/duties/{id}", both, say::duty_page)
        .post("/duties/{id}", both, say::say)
}
