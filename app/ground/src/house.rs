//! What every room is handed: the database, the clock, the area's names, and the one pool that
//! hashes passwords.

use std::ops::{Deref, DerefMut};
use std::sync::Arc;

use calendar::clock::Clock;
use tokio::sync::Semaphore;

use crate::contact::ContactNow;
use crate::council::Council;
use crate::day_key::DayKey;
use crate::db::Db;
use crate::files::Files;
use crate::health::Health;
pub use crate::settings::AreaSettings;

/// The state of the running service. Cheap to clone: each request does so a dozen times. Whoever
/// changes one changes their own.
#[derive(Clone, Debug)]
pub struct House(Arc<State>);

/// What there is in a house.
#[derive(Clone, Debug)]
pub struct State {
    pub db: Db,
    pub files: Files,
    pub clock: Clock,
    pub names: Arc<Names>,
    pub settings: Arc<AreaSettings>,
    /// How many passwords may be hashed at once: each takes 19 MiB and a core.
    pub hashing: Arc<Semaphore>,
    /// The key under which tries are counted today.
    pub day_key: DayKey,
    pub health: Health,
    pub contact: ContactNow,
    /// Whether answers whose time could tell something leave at even times
    /// ([`crate::evenly`]). Whoever serves people does; tests have no time for it.
    pub answers_evenly: bool,
}

/// Names and addresses that differ from area to area.
#[derive(Clone, Debug)]
pub struct Names {
    /// The local area, as in "Sefton".
    pub area: String,
    /// The parent carer forum that runs this service.
    pub forum: String,
    /// Where the service is reached, without a slash at the end: `https://alongside.example.org`.
    pub public_url: String,
    /// Where the browser's program is served, as in `/pkg/3f9a…`; `None` when it was not built.
    pub program: Option<String>,
    /// Whether this is the demonstration area, with its sign-ins shown.
    pub demonstration: bool,
}

impl Deref for House {
    type Target = State;

    fn deref(&self) -> &State {
        &self.0
    }
}

impl DerefMut for House {
    fn deref_mut(&mut self) -> &mut State {
        Arc::make_mut(&mut self.0)
    }
}

impl House {
    /// Builds the state around an open database, with files kept there. Nobody can leave out where:
    /// a service that kept what people send in memory would lose it with its end.
    #[must_use]
    pub fn new(db: Db, files: Files, clock: Clock, names: Names) -> Self {
        Self(Arc::new(State {
            db,
            files,
            clock,
            names: Arc::new(names),
            settings: Arc::default(),
            hashing: Arc::new(Semaphore::new(2)),
            day_key: DayKey::default(),
            health: Health::default(),
            contact: ContactNow::default(),
            answers_evenly: false,
        }))
    }

    /// With answers that leave at even times, where their time could tell something.
    #[must_use]
    pub fn with_even_answers(mut self) -> Self {
        self.answers_evenly = true;
        self
    }

    #[must_use]
    pub fn with_settings(mut self, settings: AreaSettings) -> Self {
        self.settings = Arc::new(settings);
        self
    }

    /// The council with which its officers may sign in, if one is set. Not in the demonstration,
    /// where anyone may be a leader.
    #[must_use]
    pub fn council(&self) -> Option<&Council> {
        self.settings.council.as_deref().filter(|_| !self.names.demonstration)
    }

    /// Whether people reach the service over https, so that cookies must be secure.
    #[must_use]
    pub fn is_secure(&self) -> bool {
        self.names.public_url.starts_with("https://")
    }

    /// The whole address of a path, for emails.
    #[must_use]
    pub fn link(&self, path: &str) -> String {
        format!("{}{path}", self.names.public_url)
    }
}
