//! Whether an email that a worker holds may still go: asked as late as possible, just before its
//! recipient is named to the mail server, so that nothing is started once someone has been told
//! that their emails have stopped.

use super::{Failure, Hand, store};

/// The permit of one email.
#[derive(Clone, Debug)]
pub struct Permit {
    pub(super) hand: Hand,
    pub(super) email_id: String,
    /// Which claim of the email it is for.
    pub(super) tries: i64,
    /// The address that the worker holds.
    pub(super) to: String,
}

impl Permit {
    /// Whether the email may go.
    ///
    /// # Errors
    /// Why it must not, or not yet; also when the database does not answer, so nobody can tell.
    pub async fn holds(&self) -> Result<(), Failure> {
        let standing = store::standing(self, self.hand.clock.now()).await;
        standing.unwrap_or_else(|error| {
            Err(Failure::Later(format!("the database cannot be asked: {error}")))
        })
    }
}
