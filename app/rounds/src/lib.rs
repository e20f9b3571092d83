//! A round: a period of proposing and then voting, at whose end what parents supported is counted,
//! once.
//!
//! Its life: announced → proposing → voting → counting, and *closed* when the count has been made
//! by the clock. Nobody, in any role, sees a number before it is closed. `rules` says what is
//! allowed when, `store` holds the SQL, `closing` is what the worker does when the time has come,
//! `island` is the one-tap support button. `count` is the fair count, `ballots` reads ballots from
//! a file to count them again, `shortlist` is what the count chose and why.

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
