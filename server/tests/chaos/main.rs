//! What happens to a machine in five years, in minutes: it is killed, its power goes, its disk is
//! full, its clock jumps, its database and its mail server are away. Meanwhile parents propose
//! topics and people ask to be told of changes, each pressing again until she has an answer.
//!
//! Whatever was acknowledged is there once, each email arrives, and after each fault the next
//! answer is good again. `make chaos` goes through all of it several times in another order, which
//! `CHAOS_SEED` repeats.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]
#![allow(dead_code, reason = "some helpers are made for other tests")]

mod migrations;
#[path = "../program/mod.rs"]
mod program;
mod scene;
#[path = "../smtp-peer/start.rs"]
mod smtp_peer;
mod soak;
#[path = "../rooms/world.rs"]
mod world;

use std::collections::{BTreeMap, BTreeSet};
use std::time::{Duration, Instant};

use ground::db::Kind;
use program::until;
use rand::SeedableRng as _;
use rand::rngs::StdRng;
use rand::seq::SliceRandom as _;
use scene::{Acknowledged, People, Scene};

/// One test restarts the PostgreSQL that the other uses.
static ONE_AT_A_TIME: tokio::sync::Mutex<()> = tokio::sync::Mutex::const_new(());

/// What goes wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Fault {
    Killed,
    PowerCut,
    DiskFull,
    ReadOnly,
    DiskFails,
    NobodyReadsTheLog,
    ClockAnHourAhead,
    ClockAnHourBehind,
    MailServerAway,
    SilentCallers,
    PostgresRestarts,
    PostgresLocked,
}

impl Fault {
    fn all(kind: Kind) -> Vec<Self> {
        use Fault::*;
        let of_any = [
            Killed,
            NobodyReadsTheLog,
            ClockAnHourAhead,
            ClockAnHourBehind,
            MailServerAway,
            SilentCallers,
        ];
        let own: &[Self] = match kind {
            Kind::Sqlite => &[PowerCut, DiskFull, ReadOnly, DiskFails],
            Kind::Postgres => &[PostgresRestarts, PostgresLocked],
        };
        of_any.into_iter().chain(own.iter().copied()).collect()
    }

    /// Whether an email in flight may be there twice afterwards: nobody knows whether it was taken.
    fn ends_what_is_in_flight(self) -> bool {
        matches!(
            self,
            Self::Killed | Self::PowerCut | Self::MailServerAway | Self::PostgresRestarts
        )
    }

    /// Whether nothing can be kept while it lasts, so that whoever tries is told to try again.
    fn is_felt(self) -> bool {
        matches!(
            self,
            Self::Killed | Self::PowerCut | Self::DiskFull | Self::ReadOnly | Self::DiskFails
        )
    }

    /// Begins it, and gives what ends it and says when it was over.
    async fn begin(self, scene: &mut Scene) -> Box<dyn FnOnce(&mut Scene) -> Instant> {
        match self {
            Self::Killed => {
                scene.kill();
                Box::new(|scene| {
                    let over = Instant::now();
                    scene.start();
                    over
                })
            }
            Self::PowerCut => {
                scene.kill();
                scene.lose_what_was_not_synced();
                Box::new(|scene| {
                    let over = Instant::now();
                    scene.start();
                    over
                })
            }
            Self::DiskFull => scene.writes_fail("ENOSPC"),
            Self::ReadOnly => scene.writes_fail("EROFS"),
            Self::DiskFails => scene.writes_fail("EIO"),
            Self::NobodyReadsTheLog => {
                scene.nobody_reads_the_log();
                Box::new(|_| Instant::now())
            }
            Self::ClockAnHourAhead => scene.clock_is_ahead(3600),
            Self::ClockAnHourBehind => scene.clock_is_ahead(-3600),
            Self::MailServerAway => {
                scene.mail_server_goes();
                Box::new(|scene| {
                    scene.mail_server_comes();
                    Instant::now()
                })
            }
            Self::SilentCallers => {
                let silent = scene.take_descriptors();
                Box::new(move |_| {
                    drop(silent);
                    Instant::now()
                })
            }
            Self::PostgresRestarts => {
                scene::restart_postgres();
                Box::new(|_| Instant::now())
            }
            Self::PostgresLocked => {
                let lock = scene.lock_topics().await;
                Box::new(move |_| {
                    drop(lock);
                    Instant::now()
                })
            }
        }
    }
}

/// How many emails one process has in flight at once.
const HANDS: usize = 4;

/// What came of one kind of fault.
#[derive(Default)]
struct Came {
    times: usize,
    acknowledged: usize,
    refused: usize,
    lost: usize,
    doubled: usize,
    longest: Duration,
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_acknowledged_outlives_every_fault_of_a_machine() {
    let _turn = ONE_AT_A_TIME.lock().await;
    go_through(Kind::Sqlite).await;
    if std::env::var("PGHOST").is_ok() {
        go_through(Kind::Postgres).await;
    } else {
        assert!(
            std::env::var("CI").is_err() && std::env::var("REQUIRE_POSTGRES").is_err(),
            "there is no PostgreSQL: run make test"
        );
    }
}

async fn go_through(kind: Kind) {
    let number = |name| std::env::var(name).ok().map(|text: String| text.parse::<u64>().unwrap());
    let (rounds, seed) =
        (number("CHAOS_ROUNDS").unwrap_or(1), number("CHAOS_SEED").unwrap_or_else(rand::random));
    let lasts = Duration::from_millis(number("CHAOS_MILLISECONDS").unwrap_or(700));
    println!("{kind:?}, CHAOS_SEED={seed}");
    let mut chance = StdRng::seed_from_u64(seed);

    let mut scene = Scene::new(kind).await;
    scene.start();
    let people = People::begin(&scene);
    let mut came: BTreeMap<Fault, Came> = BTreeMap::new();
    let mut counted = 0;
    for _ in 0..rounds {
        let mut faults = Fault::all(kind);
        faults.shuffle(&mut chance);
        for fault in faults {
            until("somebody is answered", || people.acknowledged().len() > counted + 5);
            let refused = people.refused();
            let end = fault.begin(&mut scene).await;
            tokio::time::sleep(lasts).await;
            let over = end(&mut scene);
            until(&format!("somebody is answered after {fault:?}"), || {
                people.acknowledged().last().is_some_and(|last| last.at > over)
            });
            let all = people.acknowledged();
            let first_good = all.iter().find(|one| one.at > over).unwrap().at - over;
            let there = scene.topics().await;
            let times = |one: &Acknowledged| there.get(&one.title).copied().unwrap_or(0);
            let of_fault = came.entry(fault).or_default();
            of_fault.times += 1;
            of_fault.acknowledged += all.len() - counted;
            of_fault.refused += people.refused() - refused;
            of_fault.lost += all[counted..].iter().filter(|one| times(one) == 0).count();
            of_fault.doubled += there.values().filter(|times| **times > 1).count();
            of_fault.longest = of_fault.longest.max(first_good);
            counted = all.len();
        }
    }
    let (all, emails) = people.end();
    let there = scene.topics().await;
    let gone = all.iter().filter(|one| !there.contains_key(&one.title)).count();
    let twice = there.values().filter(|times| **times > 1).count();
    assert_eq!(
        (gone, twice),
        (0, 0),
        "acknowledged topics that are gone, and that are there twice"
    );
    until("each email has arrived", || {
        let arrived = scene.arrived();
        emails.iter().all(|to| arrived.contains_key(to))
    });
    let arrived = scene.arrived();
    // Whoever asks for emails is owed one; whoever proposes topics, a receipt for each.
    let repeated = |ids: &Vec<String>| ids.len() - ids.iter().collect::<BTreeSet<_>>().len();
    let twice: usize = arrived.values().map(repeated).sum();
    let another = emails.iter().any(|to| arrived[to].iter().any(|id| *id != arrived[to][0]));
    let ended: usize =
        came.iter().filter(|(one, _)| one.ends_what_is_in_flight()).map(|(_, of)| of.times).sum();
    assert!(!another, "another Message-ID");
    assert!(twice <= ended * HANDS, "{twice} emails came twice");
    println!(
        "{:20} {:>5} {:>12} {:>7} {:>4} {:>7} {:>22}",
        "fault", "times", "acknowledged", "refused", "lost", "doubled", "seconds to good again"
    );
    for (fault, of) in &came {
        println!(
            "{:20} {:>5} {:>12} {:>7} {:>4} {:>7} {:>22.2}",
            format!("{fault:?}"),
            of.times,
            of.acknowledged,
            of.refused,
            of.lost,
            of.doubled,
            of.longest.as_secs_f64()
        );
    }
    println!("{} emails, all of them arrived, {} twice", emails.len(), twice);
    for (fault, of) in came {
        assert_eq!((of.lost, of.doubled), (0, 0), "{fault:?}");
        assert!(of.refused > 0 || !fault.is_felt(), "{fault:?} was felt by nobody");
    }
    assert!(scene.stop(), "asked to stop, it ends well");
}
