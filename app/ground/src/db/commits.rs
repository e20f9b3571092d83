//! Who hears that a write was committed: whoever keeps pages, and the worker.

use std::sync::atomic::{AtomicU64, Ordering};

use tokio::sync::watch;

/// The writes of this process that were ended by a commit.
#[derive(Debug, Default)]
pub(super) struct Commits {
    all: AtomicU64,
    /// Those that may have changed a page.
    changes: AtomicU64,
    heard: watch::Sender<()>,
}

/// Who hears of a write, the fewest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Hears {
    /// Nobody.
    Nobody,
    /// The worker alone.
    Worker,
    /// Whoever keeps pages, and the worker.
    All,
}

impl Commits {
    /// Notes one, and says so.
    pub(super) fn note(&self, hears: Hears) {
        self.all.fetch_add(1, Ordering::SeqCst);
        if hears == Hears::All {
            self.changes.fetch_add(1, Ordering::SeqCst);
        }
        if hears != Hears::Nobody {
            self.heard.send_replace(());
        }
    }

    pub(super) fn all(&self) -> u64 {
        self.all.load(Ordering::SeqCst)
    }

    pub(super) fn changes(&self) -> u64 {
        self.changes.load(Ordering::SeqCst)
    }

    pub(super) fn heard(&self) -> watch::Receiver<()> {
        self.heard.subscribe()
    }
}
