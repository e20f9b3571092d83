//! What is due, again and again: rounds and consultations whose time has come, parents to tell of a
//! draft, addresses to erase, and letters.

use std::sync::Arc;
use std::time::{Duration, Instant};

use calendar::clock::{Clock, Millis, SECOND};
use deliveries::{Outcome, deliver_one};
use ground::db::Db;
use ground::house::House;
use rounds::close_due;
use tokio::sync::Mutex;
use tokio::task::JoinSet;
use tokio::time::{Interval, MissedTickBehavior};
use tokio_util::sync::CancellationToken;

use crate::mailbox::Mailbox;
use crate::mailer::Mailer;

/// How long to wait when nothing is due.
const PAUSE: Duration = Duration::from_millis(500);
/// How long between two looks into the mailbox that letters come back to.
const BETWEEN_LOOKS: Duration = Duration::from_secs(10);
/// How long between two looks for addresses that are to be erased.
const BETWEEN_FORGETTING: Duration = Duration::from_secs(600);

/// How fast one process hands letters over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pace {
    /// How many letters at once, each on a connection of its own.
    pub connections: u32,
    /// The most letters a second; `None` is as fast as the server takes them.
    pub rate: Option<u32>,
}

/// How long the letters in hand may take when the process is told to stop: less than what most
/// service managers grant.
const FINISH_WITHIN: Duration = Duration::from_secs(60);

/// Works until told to stop, then finishes the letters it holds.
pub async fn work(
    house: House,
    mailer: Arc<Mailer>,
    mailbox: Option<Mailbox>,
    pace: Pace,
    stop: CancellationToken,
) {
    let (db, clock) = (house.db.clone(), house.clock.clone());
    let mut hands = JoinSet::new();
    let beat = pace.rate.map(|rate| Arc::new(Mutex::new(beat(rate))));
    for _ in 0..pace.connections {
        hands.spawn(deliver(
            db.clone(),
            clock.clone(),
            Arc::clone(&mailer),
            beat.clone(),
            stop.clone(),
        ));
    }
    let (mut forget_at, mut look_at) = (Instant::now(), Instant::now());
    while !stop.is_cancelled() {
        if let Err(error) = close_due(&db, &clock).await {
            tracing::error!(%error, "closing rounds failed and will be tried again");
        }
        if let Err(error) = plans::tell_due(&house).await {
            tracing::error!(%error, "telling parents of a draft failed and will be tried again");
        }
        if let Err(error) = consultations::tidy_due(&db, clock.now()).await {
            tracing::error!(%error, "tidying closed consultations failed and will be tried again");
        }
        if let Err(error) = updates::tell_due(&house).await {
            tracing::error!(%error, "owing the letters of outcomes failed and will be tried again");
        }
        if let Err(error) = notices::start_due(&house).await {
            tracing::error!(%error, "starting notices failed and will be tried again");
        }
        if let Err(error) = notices::tell_due(&house).await {
            tracing::error!(%error, "owing the letters of notices failed and will be tried again");
        }
        if let Err(error) = notices::answer_due(&house).await {
            tracing::error!(%error, "owing the answers to questions failed and will be tried \
                again");
        }
        if let Some(mailbox) = mailbox.as_ref().filter(|_| look_at <= Instant::now()) {
            look_at = Instant::now() + BETWEEN_LOOKS;
            if let Err(error) = mailbox.empty(&house).await {
                tracing::error!(error, "reading what came back failed and will be tried again");
            }
        }
        if forget_at <= Instant::now() {
            forget_at = Instant::now() + BETWEEN_FORGETTING;
            if let Err(error) = updates::tell_late(&house).await {
                tracing::error!(%error, "owing the letters of outcomes to late readers failed and \
                    will be tried again");
            }
            if let Err(error) = updates::remind_due(&house).await {
                tracing::error!(%error, "writing to leaders of what is due failed and will be \
                    tried again");
            }
            if let Err(error) = record::send_due(&house).await {
                tracing::error!(%error, "sending the end of the audit log failed and will be tried \
                    again");
            }
            match clock_is_wrong(&db, &clock).await {
                Ok(Some(how)) => tracing::error!("{how}"),
                Ok(None) => {}
                Err(error) => {
                    tracing::error!(%error, "the database's clock could not be read and will be \
                        tried again");
                }
            }
            if let Err(error) = subscriptions::forget_due(&db, clock.now()).await {
                tracing::error!(%error, "erasing addresses that nobody uses failed and will be \
                    tried again");
            }
            if let Err(error) = notices::questions::forget_due(&house).await {
                tracing::error!(%error, "erasing addresses of old questions failed and will be \
                    tried again");
            }
        }
        pause(&stop).await;
    }
    let finish = async { while hands.join_next().await.is_some() {} };
    if tokio::time::timeout(FINISH_WITHIN, finish).await.is_err() {
        tracing::warn!(
            "the mail server did not say in time that it has taken a letter: it may go again"
        );
    }
}

/// How far two clocks may be apart. Claims on letters end by the clock, and what came first is told
/// by it.
const APART: Millis = 5 * SECOND;

/// What is wrong with this machine's clock beside the database's, which all processes share; `None`
/// when they go together.
///
/// # Errors
/// When the database does not answer.
pub async fn clock_is_wrong(db: &Db, clock: &Clock) -> Result<Option<String>, sqlx::Error> {
    let ahead = db.clock_ahead(clock.now()).await?;
    let direction = if ahead > 0 { "ahead of" } else { "behind" };
    Ok((ahead.abs() > APART).then(|| {
        format!(
            "This machine's clock is {} seconds {direction} the database's: keep both by NTP, or \
             letters go twice",
            ahead.abs() / SECOND
        )
    }))
}

/// Beats as often as letters may go. After a pause it does not catch up.
fn beat(rate: u32) -> Interval {
    let mut beat = tokio::time::interval(Duration::from_secs(1) / rate);
    beat.set_missed_tick_behavior(MissedTickBehavior::Delay);
    beat
}

async fn deliver(
    db: Db,
    clock: Clock,
    mailer: Arc<Mailer>,
    beat: Option<Arc<Mutex<Interval>>>,
    stop: CancellationToken,
) {
    while !stop.is_cancelled() {
        if let Some(beat) = &beat {
            // Before the claim, so that no letter is held while it waits for its turn.
            tokio::select! {
                _ = async { beat.lock().await.tick().await } => {}
                () = stop.cancelled() => return,
            }
        }
        let outcome = deliver_one(&db, &clock, |letter, permit| {
            let mailer = Arc::clone(&mailer);
            async move { mailer.send_while(&letter, &permit).await }
        })
        .await;
        match outcome {
            Ok(Outcome::NothingDue) => pause(&stop).await,
            Ok(_) => {}
            Err(error) => {
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
