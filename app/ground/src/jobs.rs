//! What is done again and again in the background: jobs, each with a name, a rhythm and what it
//! does. Each room says its own; the worker (`server/src/jobs.rs`) does those of all rooms.

use std::future::Future;
use std::pin::Pin;
use std::time::Duration;

use crate::house::House;

/// How often a job is done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rhythm {
    /// Soon after each write of this process; and again after a short while, for what another
    /// process wrote and for what is due by now. What it does where nothing is due is no write, or
    /// it would wake itself.
    AfterWrites,
    /// Again after so long.
    Every(Duration),
    /// Once a night; and when the process starts, for a night that it missed.
    AtNight,
}

pub const EACH_SECOND: Rhythm = Rhythm::Every(Duration::from_secs(1));
/// For the mailbox that emails come back to, for new devices, and for tasks.
pub const EACH_TEN_SECONDS: Rhythm = Rhythm::Every(Duration::from_secs(10));
pub const EACH_HALF_MINUTE: Rhythm = Rhythm::Every(Duration::from_secs(30));
pub const EACH_MINUTE: Rhythm = Rhythm::Every(Duration::from_secs(60));
/// For what is due by the day.
pub const EACH_TEN_MINUTES: Rhythm = Rhythm::Every(Duration::from_secs(600));

/// A job being done once. What went wrong is in words for the log.
pub type Doing = Pin<Box<dyn Future<Output = Result<(), String>> + Send>>;

/// Something that is done again and again. Its name is what the log, `/readyz`, the figures and an
/// administrator's page call it.
pub struct Job {
    name: &'static str,
    rhythm: Rhythm,
    act: Box<dyn Fn() -> Doing + Send + Sync>,
}

impl Job {
    /// A job of this name. What it does may be stopped half-way, and may be done twice at once:
    /// another process has the same job.
    pub fn new<F, T, E>(
        name: &'static str,
        rhythm: Rhythm,
        act: impl Fn() -> F + Send + Sync + 'static,
    ) -> Self
    where
        F: Future<Output = Result<T, E>> + Send + 'static,
        T: Send,
        E: ToString,
    {
        let act = Box::new(move || {
            let doing = act();
            Box::pin(async move { doing.await.map(|_| ()).map_err(|error| error.to_string()) })
                as Doing
        });
        Self { name, rhythm, act }
    }

    /// A job in this house.
    pub fn of<F, T, E>(
        house: &House,
        name: &'static str,
        rhythm: Rhythm,
        act: impl Fn(House) -> F + Send + Sync + 'static,
    ) -> Self
    where
        F: Future<Output = Result<T, E>> + Send + 'static,
        T: Send,
        E: ToString,
    {
        let house = house.clone();
        Self::new(name, rhythm, move || act(house.clone()))
    }

    /// What it is called.
    #[must_use]
    pub fn name(&self) -> &'static str {
        self.name
    }

    /// How often it is done.
    #[must_use]
    pub fn rhythm(&self) -> Rhythm {
        self.rhythm
    }

    /// Begins to do it once.
    #[must_use]
    pub fn begin(&self) -> Doing {
        (self.act)()
    }
}
