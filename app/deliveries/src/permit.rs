//! Whether an email that a worker holds may still go: asked as late as possible, just before its
//! recipient is named to the mail server, so that nothing is started once someone has been told
//! that their emails have stopped.

use std::future::Future;
use std::time::Duration;

use ground::ids::{Delivery, Id};

use super::{Failure, Hand, store};

/// The permit of one email.
#[derive(Clone, Debug)]
pub struct Permit {
    pub(super) hand: Hand,
    pub(super) email_id: Id<Delivery>,
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
        let may_go = store::may_go(self, self.hand.clock.now()).await;
        may_go.unwrap_or_else(|error| {
            Err(Failure::Later(format!("the database cannot be asked: {error}")))
        })
    }

    /// Gives the email back as if it had not been tried.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn give_back(&self) -> Result<(), sqlx::Error> {
        store::put_back(&self.hand.db, &self.email_id, self.tries).await
    }

    /// Gives the email back after a fault of the program: nobody knows how far it came, so this try
    /// counts.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn let_go(&self) -> Result<(), sqlx::Error> {
        let now = self.hand.clock.now();
        store::again(&self.hand.db, &self.email_id, self.tries, now, "").await
    }
}

/// How long an answer waits for emails that a worker has in its hands, in looks of
/// [`BETWEEN_LOOKS`]. A worker asks whether an email may go just before it names the recipient, so
/// that after these three seconds none is begun.
const MOST_LOOKS: u32 = 60;
const BETWEEN_LOOKS: Duration = Duration::from_millis(50);

/// Waits until no email that was stopped is on its way: once we say that we have stopped, none is
/// begun.
///
/// # Errors
/// When the database fails.
pub async fn settled<F, L>(is_on_its_way: F) -> Result<(), sqlx::Error>
where
    F: Fn() -> L,
    L: Future<Output = Result<bool, sqlx::Error>>,
{
    for _ in 0..MOST_LOOKS {
        if !is_on_its_way().await? {
            break;
        }
        tokio::time::sleep(BETWEEN_LOOKS).await;
    }
    Ok(())
}
