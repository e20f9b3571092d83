//! What is due, again and again: rounds whose time has come, parents to tell of a draft, addresses to erase, and letters.

use std::sync::Arc;
use std::time::{Duration, Instant};

use app::clock::Clock;
use app::db::Db;
use app::deliveries::{Outcome, deliver_one};
use app::house::House;
use app::rounds::close_due;
use app::subscriptions;
use app::{notices, plans};
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

use crate::mailer::Mailer;

/// How many letters one process hands over at once.
const HANDS: usize = 4;
/// How long to wait when nothing is due.
const PAUSE: Duration = Duration::from_millis(500);
/// How long between two looks for addresses that are to be erased.
const BETWEEN_FORGETTING: Duration = Duration::from_secs(600);

/// Works until told to stop, then finishes the letters it holds.
pub async fn work(house: House, mailer: Arc<Mailer>, stop: CancellationToken) {
    let (db, clock) = (house.db.clone(), house.clock.clone());
    let mut hands = JoinSet::new();
    for _ in 0..HANDS {
        hands.spawn(deliver(db.clone(), clock.clone(), Arc::clone(&mailer), stop.clone()));
    }
    let mut forget_at = Instant::now();
    while !stop.is_cancelled() {
        if let Err(error) = close_due(&db, &clock).await {
            tracing::error!(%error, "closing rounds failed and will be tried again");
        }
        if let Err(error) = plans::tell_due(&house).await {
            tracing::error!(%error, "telling parents of a draft failed and will be tried again");
        }
        if let Err(error) = notices::start_due(&house).await {
            tracing::error!(%error, "starting notices failed and will be tried again");
        }
        if let Err(error) = notices::tell_due(&house).await {
            tracing::error!(%error, "owing the letters of notices failed and will be tried again");
        }
        if forget_at <= Instant::now() {
            forget_at = Instant::now() + BETWEEN_FORGETTING;
            if let Err(error) = subscriptions::forget_due(&db, clock.now()).await {
                tracing::error!(%error, "erasing addresses that nobody uses failed and will be tried again");
            }
        }
        pause(&stop).await;
    }
    while hands.join_next().await.is_some() {}
}

async fn deliver(db: Db, clock: Clock, mailer: Arc<Mailer>, stop: CancellationToken) {
    while !stop.is_cancelled() {
        let outcome = deliver_one(&db, &clock, |letter| {
            let mailer = Arc::clone(&mailer);
            async move { mailer.send(&letter).await }
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
