//! Checks again and again whether this process can do its job, and reports it to
//! [`ground::health::Health`], which `/readyz` shows.

use std::path::PathBuf;
use std::time::{Duration, Instant};

use ground::db::is_of_the_moment;
use ground::house::House;
use sd_notify::NotifyState;
use tokio_util::sync::CancellationToken;

use crate::figures;
use crate::serve::tell_manager;
use crate::settings::Settings;

/// How long between two looks.
const PAUSE: Duration = Duration::from_secs(2);
/// How long one look may take before we take what it looks at to be stuck.
const PATIENCE: Duration = Duration::from_secs(5);
/// A report older than this no longer counts.
const HEARD_WITHIN: Duration = Duration::from_secs(30);
/// How long between two looks at what costs more.
const SELDOM: Duration = Duration::from_secs(30);

/// What one look found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Found {
    /// All is well.
    Well,
    /// Something is not.
    Wrong,
    /// A newer program has changed the tables: this one must stop.
    Outgrown,
}

/// What must have room on its disk.
#[derive(Clone, Debug)]
pub struct Room {
    folders: Vec<PathBuf>,
    /// The least that must be free, in bytes.
    least: u64,
}

impl Room {
    /// The folders of the database, of files, and of emails, where they are on this machine.
    #[must_use]
    pub fn of(settings: &Settings) -> Self {
        let database = ground::db::file::path(&settings.database_url)
            .map(|file| file.parent().unwrap_or(file).to_path_buf());
        let files = settings.files.strip_prefix("file:").map(PathBuf::from);
        let or_here = |folder: PathBuf| {
            if folder.as_os_str().is_empty() { PathBuf::from(".") } else { folder }
        };
        Self {
            folders: database.into_iter().chain(files).map(or_here).collect(),
            least: settings.least_free,
        }
    }

    fn is_enough(&self) -> bool {
        let free = |folder: &PathBuf| {
            let disk = rustix::fs::statvfs(folder).ok()?;
            Some(disk.f_bavail.saturating_mul(disk.f_frsize))
        };
        // A folder that cannot be asked has no room.
        let least = self.folders.iter().map(|folder| free(folder).unwrap_or(0)).min();
        if let Some(least) = least {
            figures::free_room(least);
        }
        least.is_none_or(|least| least >= self.least)
    }
}

/// Watches until told to stop.
pub async fn watch(house: House, room: Room, stop: CancellationToken) {
    let mut seldom_at = Instant::now();
    while !stop.is_cancelled() {
        let is_time = seldom_at <= Instant::now();
        if is_time {
            seldom_at = Instant::now() + SELDOM;
        }
        match look(&house, &room, is_time).await {
            Found::Well => {}
            // What is wrong is looked at again with the next look.
            Found::Wrong => seldom_at = Instant::now(),
            Found::Outgrown => {
                tracing::error!("a newer program has changed the database: this one stops");
                stop.cancel();
            }
        }
        tell_manager(NotifyState::Watchdog);
        tokio::select! {
            () = tokio::time::sleep(PAUSE) => {}
            () = stop.cancelled() => {}
        }
    }
}

/// One look. `all`: also at what costs more.
pub async fn look(house: &House, room: &Room, all: bool) -> Found {
    let now = house.clock.now();
    let say = |what, is_well: bool, wrong| {
        if is_well {
            house.health.well(what, HEARD_WITHIN + SELDOM);
        } else {
            house.health.wrong(what, wrong);
        }
        is_well
    };
    let written = tokio::time::timeout(PATIENCE, house.db.beat(now)).await;
    let mut is_well =
        say("writes", matches!(written, Ok(Ok(()))), "nothing can be saved at the moment");
    is_well &= say("disk", room.is_enough(), "there is not enough room");
    is_well &= match tokio::time::timeout(PATIENCE, house.db.pending()).await {
        Ok(Ok(pending)) => say("tables", pending == 0, "they are older than this program"),
        Ok(Err(error)) if !is_of_the_moment(&error) => {
            tracing::error!(%error, "this program does not fit the database any more");
            say("tables", false, "they belong to another version of this program");
            return Found::Outgrown;
        }
        _ => say("tables", false, "they cannot be read at the moment"),
    };
    // Pages work all the same, and where it can't be read, what "tables" says is what is wrong.
    if let Ok(Ok(held)) =
        tokio::time::timeout(PATIENCE, deliveries::store::are_held(&house.db)).await
    {
        let note = "on hold until someone releases them, sign-in links included";
        house.health.noting("held emails", HEARD_WITHIN + SELDOM, held.then_some(note));
    }
    if all {
        // Another process may have saved it. Where it cannot be read, the last one still holds.
        let version = house.contact.version();
        if let Ok(Ok(contact)) =
            tokio::time::timeout(PATIENCE, area::contact::read(&house.db)).await
        {
            house.contact.set_after(version, contact);
        }
        let tried = tokio::time::timeout(PATIENCE, house.files.try_out()).await;
        is_well &= say("files", matches!(tried, Ok(Ok(()))), "no file can be saved at the moment");
        is_well &= say("kept files", house.files.spoilt() == 0, "a file is damaged: see the log");
    }
    if is_well { Found::Well } else { Found::Wrong }
}
