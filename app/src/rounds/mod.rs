//! A round: a period of proposing and then voting, at whose end what parents supported is counted,
//! once.
//!
//! Its life: announced → proposing → voting → counting, and *closed* when the count has been made
//! by the clock. Nobody, in any role, sees a number before it is closed. `rules` says what is
//! allowed when, `store` holds the SQL, `closing` is what the worker does when the time has come,
//! `island` is the one-tap support button. `count` is the fair count, `ballots` reads ballots from
//! a file to count them again, `shortlist` is what the count chose and why.

pub mod island;

#[cfg(feature = "ssr")]
mod actions;
#[cfg(feature = "ssr")]
pub mod ballots;
#[cfg(feature = "ssr")]
mod closing;
#[cfg(feature = "ssr")]
pub mod count;
#[cfg(feature = "ssr")]
mod pages;
#[cfg(feature = "ssr")]
pub mod rules;
#[cfg(feature = "ssr")]
pub mod shortlist;
#[cfg(feature = "ssr")]
pub mod store;

#[cfg(feature = "ssr")]
pub use closing::close_due;
#[cfg(feature = "ssr")]
pub use pages::{SupportForm, state};

/// The room's addresses.
#[cfg(feature = "ssr")]
#[must_use]
pub fn routes() -> crate::routes::Routes {
    use crate::accounts::Role;
    use crate::routes::{Access, Routes};
    Routes::new()
        .get("/rounds", Access::Anyone, actions::list)
        .get("/rounds/{id}", Access::Anyone, actions::round)
        .post("/topics/{id}/support", Access::Only(Role::Parent), actions::support)
        .get("/topics/{id}/support", Access::Anyone, actions::back_to_topic)
        .get("/forum/rounds/{id}/shortlist", Access::Only(Role::Organiser), shortlist::form)
        .post("/forum/rounds/{id}/shortlist", Access::Only(Role::Organiser), shortlist::confirm)
        .get("/forum/rounds/new", Access::Only(Role::Organiser), actions::open_form)
        .post("/forum/rounds/new", Access::Only(Role::Organiser), actions::open)
}
