//! What the worker does again and again: the jobs of all rooms (`app/src/jobs.rs`), and those of
//! the process itself.
//!
//! Each goes on in a task of its own, so that one that is slow, fails or hangs holds up no other.

use std::path::PathBuf;
use std::pin::pin;
use std::sync::Arc;
use std::time::{Duration, Instant};

use calendar::clock::{self, Clock, Moment};
use ground::db::{Kind, Presence};
use ground::health::Health;
use ground::house::House;
use ground::jobs::Rhythm::{self, AfterWrites, AtNight, Every};
use ground::jobs::{EACH_SECOND, EACH_TEN_MINUTES, EACH_TEN_SECONDS, Job};
use tokio::sync::{Mutex, Semaphore, watch};
use tokio::task::JoinSet;
use tokio::time::{sleep, timeout};
use tokio_util::sync::CancellationToken;

use crate::mailbox::Mailbox;
use crate::tasks::{Rests, longer};
use crate::worker::{Gone, clock_is_wrong};
use crate::{backup, figures, retention};

/// How long a job that follows writes rests: at most until it finds what another process wrote, and
/// what is due by now.
const RESTS: Rests = Rests { least: Duration::from_millis(500), most: Duration::from_secs(2) };
const MINUTE: Duration = Duration::from_secs(60);

/// A job that is well says so within this time after it was due.
const HEARD_WITHIN: Duration = Duration::from_secs(180);
/// From one night to the next, when the clocks go back, with an hour for the job.
const NIGHT_TO_NIGHT: Duration = Duration::from_secs(26 * 60 * 60);

/// How long after it was last heard from a job of this rhythm is taken to hang.
fn heard_within(rhythm: Rhythm) -> Duration {
    match rhythm {
        AfterWrites => HEARD_WITHIN,
        Every(pause) => pause + HEARD_WITHIN,
        AtNight => NIGHT_TO_NIGHT,
    }
}

/// Waits until a job of this rhythm that began then, and went well, is due again.
async fn rest(rhythm: Rhythm, clock: &Clock, began: Moment, written: &mut watch::Receiver<()>) {
    match rhythm {
        AfterWrites => RESTS.rest(written).await,
        Every(pause) => sleep(pause).await,
        // The clock may be set meanwhile, so it is looked at.
        AtNight => {
            while clock::last_night(clock.now()) == clock::last_night(began) {
                sleep(MINUTE).await;
            }
        }
    }
}

/// What went wrong with a job.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Wrong {
    /// It says why it could not be done.
    Failed(String),
    /// A fault of this program stopped it.
    Stopped,
}

impl Wrong {
    /// The longest pause until the next try.
    fn longest_pause(&self) -> Duration {
        match self {
            // A database that was away is asked again soon, so that all is well soon after it is
            // back.
            Self::Failed(_) => Duration::from_secs(4),
            Self::Stopped => Duration::MAX,
        }
    }
}

/// After a job went wrong the first try comes soon, and each later one after a longer pause.
const FIRST_PAUSE: Duration = Duration::from_secs(1);

/// Does a job once, and reports how it went. In a task of its own, which takes a fault of the
/// program with it, and which ends where this is given up.
async fn once(job: &Job, health: &Health) -> Result<(), Wrong> {
    let (name, began) = (job.name(), Instant::now());
    let mut doing = JoinSet::new();
    doing.spawn(job.begin());
    let (became, done) = match doing.join_next().await {
        Some(Ok(Ok(()))) => {
            health.well(name, heard_within(job.rhythm()));
            ("done", Ok(()))
        }
        Some(Ok(Err(error))) => {
            tracing::error!(what = name, error, "failed and will be tried again");
            health.wrong(name, "failed and will be tried again");
            ("failed", Err(Wrong::Failed(error)))
        }
        Some(Err(_)) | None => {
            tracing::error!(what = name, "stopped by a fault of this program");
            health.wrong(name, "stopped by a fault of the program");
            ("stopped", Err(Wrong::Stopped))
        }
    };
    figures::job(name, became, began.elapsed());
    done
}

/// Does a job at its rhythm until told to stop.
async fn go_on(job: Job, work: Arc<Work>) {
    let (mut pause, mut written) = (FIRST_PAUSE, work.written.clone());
    loop {
        // What is written from here on it may miss.
        written.mark_unchanged();
        let began = work.clock.now();
        let Some(done) = in_turn(&job, &work).await else { return };
        let rest = async {
            match &done {
                Ok(()) => rest(job.rhythm(), &work.clock, began, &mut written).await,
                Err(wrong) => sleep(pause.min(wrong.longest_pause())).await,
            }
        };
        if work.stop.run_until_cancelled(rest).await.is_none() {
            return;
        }
        pause = match &done {
            Ok(()) => FIRST_PAUSE,
            Err(wrong) => longer(pause.min(wrong.longest_pause())),
        };
    }
}

/// Does a job once when it is its turn; `None` when told to stop before that.
async fn in_turn(job: &Job, work: &Work) -> Option<Result<(), Wrong>> {
    let turn = work.stop.run_until_cancelled(work.turns.acquire()).await?.ok()?;
    let mut once = pin!(once(job, &work.health));
    if let Ok(done) = timeout(GIVES_WAY, &mut once).await {
        return Some(done);
    }
    drop(turn);
    Some(once.await)
}

/// How many jobs are done at once: fewer than SQLite has connections for questions, so that pages
/// find one. A write waits for the one connection that writes.
const AT_ONCE: usize = 2;
/// A job that takes longer gives its turn to another, and carries on beside it.
const GIVES_WAY: Duration = Duration::from_secs(5);
/// How long jobs may take when the process is told to stop: less than what most service managers
/// grant.
pub(crate) const FINISH_WITHIN: Duration = Duration::from_secs(60);

/// What all jobs of a process share.
struct Work {
    health: Health,
    clock: Clock,
    /// Hears of the writes of this process.
    written: watch::Receiver<()>,
    turns: Semaphore,
    stop: CancellationToken,
}

/// Does these jobs, each at its rhythm, until told to stop. Then those under way may finish, for a
/// while; what is left half-way is carried on with after the next start. `written`: hears of the
/// writes of this process.
pub async fn keep_at(
    jobs: Vec<Job>,
    health: Health,
    clock: Clock,
    written: watch::Receiver<()>,
    stop: CancellationToken,
) {
    let turns = Semaphore::new(AT_ONCE);
    let work = Work { health, clock, written, turns, stop: stop.clone() };
    let work = Arc::new(work);
    let mut going = JoinSet::new();
    for job in jobs {
        // Known from the start, so that one that hangs at once is missed too.
        work.health.well(job.name(), heard_within(job.rhythm()));
        going.spawn(go_on(job, Arc::clone(&work)));
    }
    stop.cancelled().await;
    let finish = async { while going.join_next().await.is_some() {} };
    if timeout(FINISH_WITHIN, finish).await.is_err() {
        tracing::warn!("a job took too long to finish and was stopped half-way");
    }
}

/// Does each of these jobs once, in the order of the list, whether or not it is due, and says how
/// it went: for whoever drives the worker by hand.
pub async fn each_once(jobs: &[Job], health: &Health) -> Vec<(&'static str, Result<(), Wrong>)> {
    let mut done = Vec::new();
    for job in jobs {
        done.push((job.name(), once(job, health).await));
    }
    done
}

/// All jobs of a process.
pub fn all(
    house: &House,
    mailbox: Option<Mailbox>,
    backup: Option<PathBuf>,
    presence: Arc<Presence>,
) -> Vec<Job> {
    let gone = Arc::new(Mutex::new(Gone::default()));
    let left_over = move |house: House| {
        let (gone, presence) = (Arc::clone(&gone), Arc::clone(&presence));
        async move {
            presence.renew().await?;
            gone.lock().await.release(&house.db, presence.id()).await
        }
    };
    let mut jobs = vec![Job::of(house, "emails left over from a restart", EACH_SECOND, left_over)];
    jobs.extend(app::jobs::all(house));
    jobs.push(Job::of(house, "the clock", EACH_TEN_MINUTES, async |house: House| {
        match clock_is_wrong(&house.db, &house.clock).await {
            Ok(Some(how)) => Err(how),
            Ok(None) => Ok(()),
            Err(error) => Err(error.to_string()),
        }
    }));
    jobs.push(Job::of(
        house,
        "deleting what we no longer need",
        EACH_TEN_MINUTES,
        async |house: House| retention::keep(&house).await,
    ));
    jobs.push(Job::of(
        house,
        "deleting files that nothing names",
        AtNight,
        async |house: House| retention::keep_files(&house).await,
    ));
    if house.db.kind() == Kind::Sqlite {
        jobs.push(Job::of(house, "how tables have grown", AtNight, async |house: House| {
            house.db.look_at_growth().await
        }));
    }
    if let Some(folder) = backup {
        jobs.push(Job::of(house, "the daily backup", AtNight, move |house: House| {
            let folder = folder.clone();
            async move { backup::make_daily(&house, &folder).await }
        }));
    }
    if let Some(mailbox) = mailbox {
        jobs.push(Job::of(
            house,
            "emails that came back",
            EACH_TEN_SECONDS,
            move |house: House| {
                let mailbox = mailbox.clone();
                async move { mailbox.empty(&house).await }
            },
        ));
    }
    jobs
}

#[cfg(test)]
mod tests {
    use std::future::pending;
    use std::io;
    use std::sync::Mutex;
    use std::sync::atomic::{AtomicUsize, Ordering};

    use super::*;

    const HANGS: fn() -> std::future::Pending<Result<(), String>> = pending;

    /// A job that counts how often it is done.
    fn counts(name: &'static str, rhythm: Rhythm) -> (Job, Arc<AtomicUsize>) {
        let times = Arc::new(AtomicUsize::new(0));
        let counting = Arc::clone(&times);
        let job = Job::new(name, rhythm, move || {
            counting.fetch_add(1, Ordering::SeqCst);
            async { Ok::<_, String>(()) }
        });
        (job, times)
    }

    /// Does these jobs for so long by the tests' clock, then tells them to stop and waits until
    /// they have.
    async fn for_so_long(jobs: Vec<Job>, health: &Health, long: Duration) {
        let stop = CancellationToken::new();
        let (clock, (_, written)) = (Clock::by_hand(Moment::default()), watch::channel(()));
        let going = tokio::spawn(keep_at(jobs, health.clone(), clock, written, stop.clone()));
        sleep(long).await;
        stop.cancel();
        let stopped = timeout(2 * FINISH_WITHIN, going).await.expect("it stops in time");
        stopped.expect("it stops well");
    }

    fn wrong(health: &Health, what: &str) -> Option<&'static str> {
        let states = health.states();
        states.iter().find(|state| state.what == what).expect("it is known").wrong
    }

    #[tokio::test(start_paused = true)]
    async fn jobs_that_hang_hold_up_no_other_and_do_not_keep_the_process_from_stopping() {
        let (job, times) = counts("counts", AfterWrites);
        let hanging =
            ["one", "two", "three", "four"].map(|name| Job::new(name, AfterWrites, HANGS));
        let health = Health::default();
        for_so_long(hanging.into_iter().chain([job]).collect(), &health, 300 * RESTS.most).await;
        assert!(times.load(Ordering::SeqCst) > 100, "{times:?}");
        // Known, so that their silence is missed.
        assert_eq!(wrong(&health, "four"), None);
    }

    #[tokio::test(start_paused = true)]
    async fn a_job_that_follows_writes_is_done_at_once_after_one_not_after_each_and_else_seldom() {
        let (write, written) = watch::channel(());
        let (job, times) = counts("counts", AfterWrites);
        let (health, clock, stop) =
            (Health::default(), Clock::by_hand(Moment::default()), CancellationToken::new());
        let going = tokio::spawn(keep_at(vec![job], health, clock, written, stop.clone()));
        let done = || times.load(Ordering::SeqCst);
        sleep(100 * RESTS.most).await;
        let seldom = done();
        assert!((95..=102).contains(&seldom), "{seldom} times without a write");
        for _ in 0..1_000 {
            write.send_replace(());
            sleep(Duration::from_millis(10)).await;
        }
        let often = done() - seldom;
        assert!((18..=22).contains(&often), "{often} times in ten seconds, while much is written");
        // Until it rests again.
        sleep(RESTS.least * 2 + RESTS.least / 2).await;
        let before = done();
        write.send_replace(());
        sleep(Duration::from_millis(2)).await;
        assert_eq!(done(), before + 1, "at once");
        stop.cancel();
        going.await.expect("it stops well");
    }

    #[tokio::test(start_paused = true)]
    async fn no_more_jobs_are_done_at_once_than_there_are_turns() {
        let (now, most) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(0)));
        let jobs = ["one", "two", "three", "four"].map(|name| {
            let (now, most) = (Arc::clone(&now), Arc::clone(&most));
            Job::new(name, AfterWrites, move || {
                let (now, most) = (Arc::clone(&now), Arc::clone(&most));
                async move {
                    most.fetch_max(now.fetch_add(1, Ordering::SeqCst) + 1, Ordering::SeqCst);
                    sleep(RESTS.least).await;
                    now.fetch_sub(1, Ordering::SeqCst);
                    Ok::<_, String>(())
                }
            })
        });
        for_so_long(jobs.into(), &Health::default(), MINUTE).await;
        assert_eq!(most.load(Ordering::SeqCst), AT_ONCE);
    }

    #[tokio::test(start_paused = true)]
    async fn a_job_that_a_fault_of_the_program_stops_is_tried_again_and_stops_no_other() {
        let (job, times) = counts("counts", AfterWrites);
        let tries = Arc::new(AtomicUsize::new(0));
        let trying = Arc::clone(&tries);
        let faulty = Job::new("faulty", AfterWrites, move || {
            let nth = trying.fetch_add(1, Ordering::SeqCst);
            async move {
                assert!(nth > 100, "a fault made for this test");
                Ok::<_, String>(())
            }
        });
        let health = Health::default();
        for_so_long(vec![faulty, job], &health, MINUTE).await;
        assert!(times.load(Ordering::SeqCst) > 25, "{times:?}");
        // After 1, 3, 7, 15 and 31 seconds.
        assert_eq!(tries.load(Ordering::SeqCst), 6);
        assert_eq!(wrong(&health, "faulty"), Some("stopped by a fault of the program"));
        assert_eq!(wrong(&health, "counts"), None);
    }

    /// What was written into the log.
    #[derive(Clone, Default)]
    struct Log(Arc<Mutex<Vec<u8>>>);

    impl io::Write for Log {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0.lock().expect("whole").write(bytes)
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    #[tokio::test(start_paused = true)]
    async fn a_job_that_fails_is_named_in_the_log_and_tried_again_with_a_growing_pause() {
        let log = Log::default();
        let writer = log.clone();
        let subscriber =
            tracing_subscriber::fmt().with_ansi(false).with_writer(move || writer.clone()).finish();
        let _listening = tracing::subscriber::set_default(subscriber);

        let tries = Arc::new(Mutex::new(Vec::new()));
        let trying = Arc::clone(&tries);
        let fails = Job::new("closing rounds", AfterWrites, move || {
            let mut tries = trying.lock().expect("whole");
            tries.push(tokio::time::Instant::now());
            // It is well once, and the pause begins small again.
            let is_well = tries.len() == 6;
            async move { if is_well { Ok(()) } else { Err("the disk is full") } }
        });
        let health = Health::default();
        for_so_long(vec![fails], &health, MINUTE).await;

        let tries = tries.lock().expect("whole");
        let pauses = tries.windows(2).map(|pair| (pair[1] - pair[0]).as_secs());
        assert_eq!(pauses.take(8).collect::<Vec<_>>(), [1, 2, 4, 4, 4, 2, 1, 2]);
        assert_eq!(wrong(&health, "closing rounds"), Some("failed and will be tried again"));
        let log = String::from_utf8(log.0.lock().expect("whole").clone()).expect("text");
        let line = log.lines().next().unwrap_or_default();
        for words in ["failed and will be tried again", "closing rounds", "the disk is full"] {
            assert!(line.contains(words), "{log}");
        }
    }

    #[tokio::test(start_paused = true)]
    async fn what_is_done_at_night_is_done_at_the_start_and_then_once_a_night() {
        let (job, times) = counts("at night", AtNight);
        let evening = clock::read("2026-12-04", "17:00").expect("a time");
        let (clock, stop) = (Clock::by_hand(evening), CancellationToken::new());
        let (jobs, (_, written)) = (vec![job], watch::channel(()));
        let (health, at) = (Health::default(), clock.clone());
        let going = tokio::spawn(keep_at(jobs, health, at, written, stop.clone()));
        let steps = [
            (0, 1, "at the start"),
            (6 * clock::HOUR, 1, "in the evening"),
            (3 * clock::HOUR - clock::MINUTE, 1, "a minute before two"),
            (clock::MINUTE, 2, "at two"),
            (23 * clock::HOUR, 2, "before the next night"),
            (clock::HOUR, 3, "the next night"),
        ];
        for (later, done, when) in steps {
            clock.forward(later);
            sleep(5 * MINUTE).await;
            assert_eq!(times.load(Ordering::SeqCst), done, "{when}");
        }
        stop.cancel();
        going.await.expect("it stops well");
    }

    #[tokio::test]
    async fn by_hand_each_job_is_done_once_in_the_order_of_the_list() {
        let order = Arc::new(Mutex::new(Vec::new()));
        let jobs = [("third", AtNight), ("first", AfterWrites), ("second", EACH_TEN_MINUTES)];
        let jobs = jobs.map(|(name, rhythm)| {
            let order = Arc::clone(&order);
            Job::new(name, rhythm, move || {
                order.lock().expect("whole").push(name);
                async { Ok::<_, String>(()) }
            })
        });
        let done = each_once(&jobs, &Health::default()).await;
        assert_eq!(done, [("third", Ok(())), ("first", Ok(())), ("second", Ok(()))]);
        assert_eq!(*order.lock().expect("whole"), ["third", "first", "second"]);
    }
}
