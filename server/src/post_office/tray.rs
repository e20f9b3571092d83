//! Emails that are claimed and written, and wait for a free hand.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use deliveries::{Failure, Permit};
use tokio::sync::{Notify, Semaphore};

use crate::mailer::Written;

/// An email that can go. Whoever holds it says what became of it; where a fault drops it, it is
/// among the lost ones.
pub struct Ready {
    permit: Permit,
    /// The email; or why it can't be written.
    written: Result<Written, Failure>,
    comes_first: bool,
    is_settled: bool,
    lost: Arc<Lost>,
}

type Lost = Mutex<Vec<Permit>>;

impl Ready {
    pub fn permit(&self) -> &Permit {
        &self.permit
    }

    pub fn written(&self) -> &Result<Written, Failure> {
        &self.written
    }

    /// Says that what became of it is kept.
    pub fn settle(mut self) {
        self.is_settled = true;
    }
}

impl Drop for Ready {
    fn drop(&mut self) {
        if !self.is_settled {
            held(&self.lost).push(self.permit.clone());
        }
    }
}

/// The tray of a process.
pub struct Tray {
    emails: Mutex<VecDeque<Ready>>,
    /// As many permits as emails lie in it.
    there: Semaphore,
    taken: Notify,
    lost: Arc<Lost>,
}

impl Default for Tray {
    fn default() -> Self {
        Self {
            emails: Mutex::default(),
            there: Semaphore::new(0),
            taken: Notify::new(),
            lost: Arc::default(),
        }
    }
}

impl Tray {
    /// Puts an email behind those that lie here; one that somebody waits for only behind those of
    /// its like.
    pub fn put(&self, permit: Permit, comes_first: bool, written: Result<Written, Failure>) {
        let lost = Arc::clone(&self.lost);
        let ready = Ready { permit, written, comes_first, is_settled: false, lost };
        let mut emails = held(&self.emails);
        let place = if comes_first {
            emails.iter().take_while(|other| other.comes_first).count()
        } else {
            emails.len()
        };
        emails.insert(place, ready);
        self.there.add_permits(1);
    }

    /// Puts an email back that was taken and not begun.
    pub fn put_back(&self, ready: Ready) {
        held(&self.emails).push_front(ready);
        self.there.add_permits(1);
    }

    /// The next email, as soon as there is one.
    pub async fn take(&self) -> Ready {
        loop {
            if let Ok(there) = self.there.acquire().await {
                there.forget();
                if let Some(ready) = self.first() {
                    return ready;
                }
            }
        }
    }

    /// The next email, if one lies here that no hand waits for.
    pub fn take_at_once(&self) -> Option<Ready> {
        self.there.try_acquire().ok()?.forget();
        self.first()
    }

    /// Likewise one that may wait for the one before it: what somebody waits for is left to the
    /// hand that is free first.
    pub fn take_ahead(&self) -> Option<Ready> {
        // Given back when it is dropped.
        let there = self.there.try_acquire().ok()?;
        let mut emails = held(&self.emails);
        if emails.front()?.comes_first {
            return None;
        }
        there.forget();
        let ready = emails.pop_front();
        self.taken.notify_one();
        ready
    }

    fn first(&self) -> Option<Ready> {
        let ready = held(&self.emails).pop_front();
        self.taken.notify_one();
        ready
    }

    pub fn len(&self) -> usize {
        held(&self.emails).len()
    }

    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Waits until an email is taken.
    pub async fn is_emptier(&self) {
        self.taken.notified().await;
    }

    /// An email that a fault took out of a hand.
    pub fn lost(&self) -> Option<Permit> {
        held(&self.lost).pop()
    }

    /// Notes that an email is in nobody's hands.
    pub fn is_lost(&self, permit: Permit) {
        held(&self.lost).push(permit);
    }
}

/// What a lock guards is whole, whatever stopped the thread that held it.
fn held<T>(lock: &Mutex<T>) -> MutexGuard<'_, T> {
    lock.lock().unwrap_or_else(PoisonError::into_inner)
}
