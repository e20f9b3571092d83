//! What each person has to do next: home for everyone, a desk for organisers and for leaders; and
//! the standing pages.

mod home;
mod organisers;
mod standing;
mod store;

pub use standing::problem;

use crate::accounts::Role;
use crate::routes::{Access, Routes};

/// The room's addresses.
#[must_use]
pub fn routes() -> Routes {
    use Access::{Anyone, Only};
    Routes::new()
        .get("/", Anyone, home::home)
        .get("/forum", Only(Role::Organiser), organisers::desk)
        .get("/lead", Only(Role::Leader), organisers::lead)
        .get("/accessibility", Anyone, standing::accessibility)
        .get("/privacy", Anyone, standing::privacy)
        .get("/offline", Anyone, standing::offline)
        .get("/healthz", Anyone, standing::healthz)
}
