//! The background work of a process: the list of jobs (`jobs`), and handing emails over
//! (`post_office`).

use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::Arc;

use calendar::clock::{Clock, Millis, SECOND};
use ground::db::{Db, Kind, Presence};
use ground::house::House;
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

use crate::jobs;
use crate::mailbox::Mailbox;
use crate::mailer::Mailer;
use crate::post_office::{PostOffice, deliver, keep_filling, pause};
use crate::tasks::keep_going;

/// How fast one process hands emails over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pace {
    /// How many emails at once, each on a connection of its own.
    pub connections: u32,
    /// The most emails a second; `None` is as fast as the server takes them.
    pub rate: Option<u32>,
}

/// What a worker needs for its jobs and its emails.
pub struct Worker {
    pub house: House,
    pub mailer: Mailer,
    /// Where emails come back to that did not arrive.
    pub mailbox: Option<Mailbox>,
    pub pace: Pace,
    /// Where a backup is made each day.
    pub backup: Option<PathBuf>,
}

/// Works until told to stop, then finishes the jobs and the emails it has in hand; neither for
/// longer than `jobs::FINISH_WITHIN`.
pub async fn work(worker: Worker, stop: CancellationToken) {
    let Worker { house, mailer, mailbox, pace, backup } = worker;
    let Some(presence) = marked(&house, &stop).await else { return };
    let presence = Arc::new(presence);
    let mut hands = JoinSet::new();
    let office = Arc::new(PostOffice::new(house.clone(), mailer, presence.id(), pace.rate));
    let (filled, stopping) = (Arc::clone(&office), stop.clone());
    hands.spawn(keep_going("emails", house.health.clone(), stop.clone(), move || {
        keep_filling(Arc::clone(&filled), stopping.clone())
    }));
    for _ in 0..pace.connections {
        let (office, stopping) = (Arc::clone(&office), stop.clone());
        hands.spawn(keep_going("emails", house.health.clone(), stop.clone(), move || {
            deliver(Arc::clone(&office), stopping.clone())
        }));
    }
    let list = jobs::all(&house, mailbox, backup, Arc::clone(&presence));
    let (health, clock, written) = (house.health.clone(), house.clock.clone(), house.db.written());
    let jobs = jobs::keep_at(list, health, clock, written, stop.clone());
    let emails = async {
        stop.cancelled().await;
        let finish = async {
            while hands.join_next().await.is_some() {}
            office.give_back().await;
        };
        if tokio::time::timeout(jobs::FINISH_WITHIN, finish).await.is_err() {
            tracing::warn!(
                "the mail server did not say in time that it has taken an email: it may go again"
            );
        }
    };
    tokio::join!(jobs, emails);
}

/// Marks that this process lives. While the database does not answer there is nothing to do.
async fn marked(house: &House, stop: &CancellationToken) -> Option<Presence> {
    while !stop.is_cancelled() {
        match house.db.presence().await {
            Ok(presence) => return Some(presence),
            Err(error) => {
                tracing::error!(%error, "the worker cannot begin and will try again");
                house.health.wrong("emails", "cannot begin");
                pause(stop).await;
            }
        }
    }
    None
}

/// How far two clocks may be apart: what came first is told by them.
const APART: Millis = 5 * SECOND;

/// What is wrong with this machine's clock beside the database's, which all processes share; `None`
/// when they go together.
///
/// # Errors
/// When the database does not answer.
pub async fn clock_is_wrong(db: &Db, clock: &Clock) -> Result<Option<String>, sqlx::Error> {
    let ahead = db.clock_ahead(clock.machine_time()).await?;
    let direction = if ahead > 0 { "ahead of" } else { "behind" };
    Ok((ahead.abs() > APART).then(|| {
        format!(
            "This machine's clock is {} seconds {direction} the database's: set both by NTP, or \
             things will be recorded in the wrong order",
            ahead.abs() / SECOND
        )
    }))
}

/// Workers that were seen to be gone, and how often in a row.
#[derive(Default)]
pub(crate) struct Gone(HashMap<String, u32>);

/// How often in a row a worker is seen to be gone before its emails are taken. One that only lost
/// its session, as when PostgreSQL begins again, has time to come back; a lock on a file is not
/// lost.
fn looks(kind: Kind) -> u32 {
    match kind {
        Kind::Sqlite => 1,
        Kind::Postgres => 3,
    }
}

impl Gone {
    /// Takes the emails out of the hands of workers that are gone.
    pub(crate) async fn release(&mut self, db: &Db, own: &str) -> Result<(), sqlx::Error> {
        let workers = deliveries::store::workers(db).await?;
        self.0.retain(|worker, _| workers.contains(worker));
        for worker in workers {
            let process = worker.split('/').next().unwrap_or_default();
            if process == own {
                continue;
            }
            if !db.is_gone(process).await? {
                self.0.remove(&worker);
                continue;
            }
            let looks = self.0.entry(worker.clone()).or_default();
            *looks += 1;
            if *looks >= self::looks(db.kind()) {
                let emails = deliveries::store::release(db, &worker).await?;
                tracing::warn!(emails, "emails in the hands of a worker that is gone go again");
            }
        }
        Ok(())
    }
}
