//! How this process is doing: what its tasks, and whatever it needs, last reported.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

/// What we know about each thing the process needs. Cheap to clone; all clones are one.
#[derive(Clone, Debug, Default)]
pub struct Health(Arc<Mutex<BTreeMap<&'static str, Word>>>);

#[derive(Clone, Debug)]
struct Word {
    at: Instant,
    /// After this long without another report it is not well.
    within: Duration,
    /// What is wrong, in words anyone may read; `None` when all is well.
    wrong: Option<&'static str>,
    /// What is worth knowing though all is well, likewise.
    note: Option<&'static str>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct HealthState {
    /// What it is, as in "emails".
    pub what: &'static str,
    /// What is wrong with it; `None` when it is well.
    pub wrong: Option<&'static str>,
    /// What is worth knowing about it though it is well.
    pub note: Option<&'static str>,
}

impl Health {
    /// Reports that this is well, and that it will report again within this time.
    pub fn well(&self, what: &'static str, within: Duration) {
        self.noting(what, within, None);
    }

    /// Reports likewise that this is well, and what is worth knowing about it, if anything.
    pub fn noting(&self, what: &'static str, within: Duration, note: Option<&'static str>) {
        self.word(what, Word { at: Instant::now(), within, wrong: None, note });
    }

    /// Reports what is wrong with this, in words that give nothing away: anyone may read them.
    pub fn wrong(&self, what: &'static str, wrong: &'static str) {
        let within = Duration::MAX;
        self.word(what, Word { at: Instant::now(), within, wrong: Some(wrong), note: None });
    }

    /// How each thing is that has ever reported, by its name.
    #[must_use]
    pub fn states(&self) -> Vec<HealthState> {
        let state = |(what, word): (&&'static str, &Word)| HealthState {
            what,
            wrong: word
                .wrong
                .or_else(|| (word.at.elapsed() > word.within).then_some("has not been heard from")),
            note: word.note,
        };
        self.words().iter().map(state).collect()
    }

    fn word(&self, what: &'static str, word: Word) {
        self.words().insert(what, word);
    }

    fn words(&self) -> MutexGuard<'_, BTreeMap<&'static str, Word>> {
        // The map is whole, whatever stopped the thread that held it.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_said_that_it_is_well_is_so_until_it_is_silent_for_too_long() {
        let health = Health::default();
        health.well("emails", Duration::from_secs(60));
        health.well("rounds", Duration::ZERO);
        health.wrong("disk", "has no room");
        std::thread::sleep(Duration::from_millis(1));
        let states = health.states();
        let wrong =
            |what| states.iter().find(|state| state.what == what).and_then(|state| state.wrong);
        assert_eq!(wrong("emails"), None);
        assert_eq!(wrong("rounds"), Some("has not been heard from"));
        assert_eq!(wrong("disk"), Some("has no room"));
        health.noting("disk", Duration::from_secs(60), Some("is nearly full"));
        assert!(health.states().iter().any(|state| state.note == Some("is nearly full")));
        health.well("disk", Duration::from_secs(60));
        assert!(health.states().iter().all(|state| state.note.is_none()));
        assert!(health.states().iter().all(|state| state.what != "disk" || state.wrong.is_none()));
    }
}
