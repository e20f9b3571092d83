//! Questions from a file: what was read waits until an organiser has seen what is taken over and
//! what is not, and says what becomes of it. Nothing is lost by it: what was there before comes
//! back with one press. See decision 0045.

mod holds;
pub mod pages;
pub mod store;

use ground::ids::{self, Id};
use ground::routes::{Access, Routes};
use ground::viewer::Role;

/// What an organiser decides.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// Its questions in place of those there are.
    Replace,
    /// Its questions after those there are.
    Add,
    /// Nothing.
    Leave,
    /// What was there before it, or what it had put there.
    Undo,
}

impl Step {
    const ALL: [(Self, &'static str); 4] = [
        (Self::Replace, "replace"),
        (Self::Add, "add"),
        (Self::Leave, "leave"),
        (Self::Undo, "undo"),
    ];

    /// The word of its button.
    #[must_use]
    pub fn word(self) -> &'static str {
        Self::ALL.into_iter().find(|(step, _)| *step == self).map_or("", |(_, word)| word)
    }

    #[must_use]
    pub fn read(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|(_, known)| *known == word).map(|(step, _)| step)
    }
}

#[must_use]
pub fn routes() -> Routes {
    let organiser = Access::Only(&[Role::Organiser]);
    Routes::new()
        .get("/forum/consultations/{id}/file", organiser, super::build::forum_consultation_page)
        .post_file("/forum/consultations/{id}/file", organiser, pages::read_file)
        .get("/forum/consultations/{id}/import", organiser, pages::import_page)
        .post("/forum/consultations/{id}/import", organiser, pages::act_on_import)
}

/// The page where it is decided.
fn address(consultation_id: &Id<ids::Consultation>) -> String {
    format!("/forum/consultations/{consultation_id}/import")
}
