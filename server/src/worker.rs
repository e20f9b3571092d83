//! The background work of a process: the list of jobs (`jobs`), and handing emails over.

use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::{Arc, PoisonError};
use std::time::{Duration, Instant};

use calendar::clock::{Clock, Millis, SECOND};
use deliveries::{Hand, Outcome, deliver_one};
use ground::db::{Db, Kind, Presence};
use ground::house::House;
use tokio::sync::Mutex;
use tokio::task::JoinSet;
use tokio::time::{Interval, MissedTickBehavior};
use tokio_util::sync::CancellationToken;

use crate::mailbox::Mailbox;
use crate::mailer::Mailer;
use crate::tasks::{keep_going, longer};
use crate::{figures, jobs};

/// How long to wait when nothing is due.
const PAUSE: Duration = Duration::from_millis(500);
/// A task that is well says so within this time.
const HEARD_WITHIN: Duration = Duration::from_secs(180);

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
    let office = Arc::new(PostOffice {
        house: house.clone(),
        mailer: Arc::new(mailer),
        beat: pace.rate.map(|rate| Mutex::new(beat(rate))),
        away: Away::default(),
    });
    for nth in 1..=pace.connections {
        let hand = Hand {
            db: house.db.clone(),
            clock: house.clock.clone(),
            worker: format!("{}/{nth}", presence.id()),
        };
        let (office, stopping) = (Arc::clone(&office), stop.clone());
        hands.spawn(keep_going("emails", house.health.clone(), stop.clone(), move || {
            deliver(Arc::clone(&office), hand.clone(), stopping.clone())
        }));
    }
    let list = jobs::all(&house, mailbox, backup, Arc::clone(&presence));
    let jobs = jobs::keep_at(list, house.health.clone(), house.clock.clone(), stop.clone());
    let emails = async {
        stop.cancelled().await;
        let finish = async { while hands.join_next().await.is_some() {} };
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

/// Beats as often as emails may go. After a pause it does not catch up.
fn beat(rate: u32) -> Interval {
    let mut beat = tokio::time::interval(Duration::from_secs(1) / rate);
    beat.set_missed_tick_behavior(MissedTickBehavior::Delay);
    beat
}

/// What all hands of a process share.
struct PostOffice {
    house: House,
    mailer: Arc<Mailer>,
    /// When the next email may go, where there is a rate.
    beat: Option<Mutex<Interval>>,
    away: Away,
}

/// How long until a mail server that is away is tried again: soon at first, since one that only
/// hung up once is there; then longer, up to a minute.
const FIRST_TRY: Duration = Duration::from_secs(1);

/// Whether the mail server is away: one fact, and not one for each email.
#[derive(Default)]
struct Away(std::sync::Mutex<Option<NextTry>>);

struct NextTry {
    at: Instant,
    pause: Duration,
}

impl Away {
    fn next_try(&self) -> std::sync::MutexGuard<'_, Option<NextTry>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Whether this hand may claim an email now. While the server is away, one hand tries at a
    /// time, and the others wait for what it finds.
    fn may_try(&self) -> bool {
        match &mut *self.next_try() {
            Some(next) if next.at > Instant::now() => false,
            Some(next) => {
                next.at = Instant::now() + longer(next.pause);
                true
            }
            None => true,
        }
    }

    /// Notes that it is away; whether that is news.
    fn is_away(&self) -> bool {
        let mut next = self.next_try();
        let pause = next.as_ref().map_or(FIRST_TRY, |next| longer(next.pause));
        next.replace(NextTry { at: Instant::now() + pause, pause }).is_none()
    }

    /// Notes that it is there; whether that is news.
    fn is_there(&self) -> bool {
        self.next_try().take().is_some()
    }
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

/// Hands emails over, one after the other, until told to stop.
async fn deliver(office: Arc<PostOffice>, hand: Hand, stop: CancellationToken) {
    let health = &office.house.health;
    // What this hand held when it stopped by a fault, or could not give back.
    let mut holds_some = true;
    while !stop.is_cancelled() {
        if holds_some {
            match deliveries::store::release(&hand.db, &hand.worker).await {
                Ok(_) => holds_some = false,
                Err(error) => {
                    tracing::error!(%error, "emails could not be given back; tried again");
                    health.wrong("emails", "cannot be read");
                    pause(&stop).await;
                    continue;
                }
            }
        }
        if let Some(beat) = &office.beat {
            // Before the claim, so that no email is held while it waits for its turn.
            tokio::select! {
                _ = async { beat.lock().await.tick().await } => {}
                () = stop.cancelled() => return,
            }
        }
        if !office.away.may_try() {
            pause(&stop).await;
            continue;
        }
        let outcome = deliver_one(&hand, |message, permit| {
            let mailer = Arc::clone(&office.mailer);
            async move { mailer.send_while(&message, &permit).await }
        })
        .await;
        match &outcome {
            Ok(Outcome::Sent) => figures::email("sent"),
            Ok(Outcome::Later) => figures::email("later"),
            Ok(Outcome::GivenUp) => figures::email("given-up"),
            Ok(Outcome::Away(_)) => figures::email("away"),
            Ok(Outcome::NothingDue) | Err(_) => {}
        }
        match outcome {
            Ok(Outcome::NothingDue) => {
                health.well("emails", HEARD_WITHIN);
                pause(&stop).await;
            }
            Ok(Outcome::Away(why)) => {
                health.wrong("the mail server", "is away");
                if office.away.is_away() {
                    tracing::error!(why, "the mail server is away; it is tried again and again");
                }
            }
            Ok(_) => {
                health.well("emails", HEARD_WITHIN);
                if office.away.is_there() {
                    health.well("the mail server", Duration::MAX);
                    tracing::info!("the mail server is there again");
                }
            }
            Err(error) => {
                holds_some = true;
                health.wrong("emails", "cannot be read");
                tracing::error!(%error, "the outbox could not be read and will be tried again");
                pause(&stop).await;
            }
        }
    }
}

async fn pause(stop: &CancellationToken) {
    tokio::select! {
        () = tokio::time::sleep(PAUSE) => {}
        () = stop.cancelled() => {}
    }
}
