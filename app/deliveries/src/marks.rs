//! Recording that emails went: those that go at the same time in one write.
//!
//! Whoever has handed an email over waits here until that is kept, and only then hands over the
//! next one. So a process that is killed leaves at most one email for each of its connections of
//! which nobody knows that it went. What waits while one write is under way goes into the next, so
//! that many connections cost little more than one.

use std::sync::{MutexGuard, PoisonError};
use std::time::Duration;

use ground::ids::{Delivery, Id};
use tokio::sync::{Mutex, oneshot};

use super::{Permit, store};

/// What went and is not recorded yet. A process has one.
#[derive(Debug, Default)]
pub struct Marks {
    waiting: std::sync::Mutex<Vec<Mark>>,
    /// Whose turn it is to write.
    turn: Mutex<()>,
}

#[derive(Debug)]
struct Mark {
    id: Id<Delivery>,
    tries: i64,
    /// Told when it is kept.
    recorded: oneshot::Sender<()>,
}

impl Marks {
    /// Records that the email went, and comes back when that is kept; again and again while the
    /// database does not answer, since nothing else keeps it from going twice.
    pub(crate) async fn sent(&self, permit: &Permit) {
        while !self.is_recorded(permit).await {}
    }

    /// Has it recorded by whoever has the turn. False when they were stopped in the middle.
    async fn is_recorded(&self, permit: &Permit) -> bool {
        let (recorded, is_recorded) = oneshot::channel();
        let (id, tries) = (permit.email_id.clone(), permit.tries);
        self.waiting().push(Mark { id, tries, recorded });
        tokio::select! {
            biased;
            told = is_recorded => told.is_ok(),
            _turn = self.turn.lock() => {
                self.record_all(permit).await;
                true
            }
        }
    }

    async fn record_all(&self, permit: &Permit) {
        let marks = std::mem::take(&mut *self.waiting());
        let emails: Vec<_> = marks.iter().map(|mark| (mark.id.clone(), mark.tries)).collect();
        let (db, clock) = (&permit.hand.db, &permit.hand.clock);
        while let Err(error) = store::sent(db, &emails, clock.now()).await {
            tracing::warn!(
                %error,
                emails = emails.len(),
                "emails that went could not be recorded; that will be tried again"
            );
            tokio::time::sleep(Duration::from_secs(1)).await;
        }
        for mark in marks {
            // Whoever was stopped meanwhile hears nothing.
            let _ = mark.recorded.send(());
        }
    }

    fn waiting(&self) -> MutexGuard<'_, Vec<Mark>> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
