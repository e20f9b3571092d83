//! SQLite's writes go together: one commit, and so one sync of the disk, for all that wait.
//!
//! There is one connection to write with, and one write at a time has its turn. The first begins a
//! transaction; each has a savepoint in it. When a write has ended well and others wait, its
//! savepoint is released, the next one is set, and the connection goes to whoever waits longest.
//! When nobody waits, or the lot is full, it is committed. Only then is anyone told: what a write
//! saw of those before it is kept together with it, or nothing of either is. One that fails is
//! rolled back to its own savepoint, and the others are kept. Where the transaction is lost (a full
//! disk, a commit that fails) each is told so, and the connection is closed. A write that is alone
//! has one begin and one commit, and waits for nobody. What ends a write is done in a task of its
//! own: whoever waits for it may go, and the others get their answer all the same.

use std::collections::VecDeque;
use std::mem;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Instant;
use std::{io, ops};

use sqlx::pool::PoolConnection;
use sqlx::{Any, AnyConnection, AnyPool, Executor as _};
use tokio::runtime::Handle;
use tokio::sync::oneshot;
use tokio::time::timeout;
use tracing::Instrument as _;

use super::commits::{Commits, Hears};
use super::connections::Limits;
use super::transaction::too_long;
use super::{file, waited};

/// The most writes that go together. Each of them waits for the last one.
const MOST: usize = 100;

const BEGIN: &str = "BEGIN IMMEDIATE; SAVEPOINT one";
const KEEP_AND_GO_ON: &str = "RELEASE one; SAVEPOINT one";
/// The savepoint stays, as if it had just been set.
const UNDO_AND_GO_ON: &str = "ROLLBACK TO one";

/// Whoever waits for a lot to end.
type Told = oneshot::Sender<sqlx::Result<()>>;

/// The writes of a process to a file.
#[derive(Debug)]
pub(super) struct Lots {
    pool: AnyPool,
    limits: Limits,
    file: Option<Arc<file::Opened>>,
    commits: Arc<Commits>,
    line: Mutex<Line>,
}

/// Who waits for the turn, the first one first.
#[derive(Debug, Default)]
struct Line {
    /// Whether somebody has it.
    is_taken: bool,
    waiting: VecDeque<oneshot::Sender<Turn>>,
}

impl Line {
    /// The first one who has not gone meanwhile.
    fn next(&mut self) -> Option<oneshot::Sender<Turn>> {
        self.leave_out_the_gone();
        self.waiting.pop_front()
    }

    fn is_empty(&mut self) -> bool {
        self.leave_out_the_gone();
        self.waiting.is_empty()
    }

    fn leave_out_the_gone(&mut self) {
        while self.waiting.pop_front_if(|first| first.is_closed()).is_some() {}
    }
}

impl Lots {
    pub fn new(
        pool: AnyPool,
        limits: Limits,
        file: Option<Arc<file::Opened>>,
        commits: Arc<Commits>,
    ) -> Arc<Self> {
        Arc::new(Self { pool, limits, file, commits, line: Mutex::default() })
    }

    /// Begins a write, in a lot that is under way or in a new one.
    pub async fn begin(self: &Arc<Self>) -> sqlx::Result<Write> {
        let turn = waited("writers", timeout(self.limits.wait, self.turn())).await;
        let (turn, mut lot) = turn.map_err(|_elapsed| sqlx::Error::PoolTimedOut)??;
        if lot.is_new() {
            lot.say(BEGIN).await?;
        }
        Ok(Write { has: Some((turn, lot)), hears: Hears::All })
    }

    /// Waits for the turn, and for a connection where no lot is under way.
    async fn turn(self: &Arc<Self>) -> sqlx::Result<(Turn, Lot)> {
        let mut turn = match self.ask() {
            None => Turn { lots: Arc::clone(self), lot: None },
            Some(called) => called.await.map_err(|_gone| sqlx::Error::PoolClosed)?,
        };
        let lot = match turn.lot.take() {
            Some(lot) => lot,
            None => Lot::on(self.pool.acquire().await?),
        };
        Ok((turn, lot))
    }

    /// Takes the turn where it is free; else stands in line for it.
    fn ask(&self) -> Option<oneshot::Receiver<Turn>> {
        let mut line = self.line();
        if !line.is_taken {
            line.is_taken = true;
            return None;
        }
        let (call, called) = oneshot::channel();
        line.waiting.push_back(call);
        Some(called)
    }

    /// Gives the turn to whoever waits longest, without a lot.
    fn pass_on(self: &Arc<Self>) {
        let next = {
            let mut line = self.line();
            let next = line.next();
            line.is_taken = next.is_some();
            next
        };
        if let Some(next) = next {
            // Where they went at this moment it is dropped, and so goes to the one after them.
            drop(next.send(Turn { lots: Arc::clone(self), lot: None }));
        }
    }

    /// Whether the lot takes in another write, and there is one.
    fn goes_on(&self, lot: &Lot) -> bool {
        lot.told.len() < MOST && lot.begun.elapsed() < self.limits.lot && !self.line().is_empty()
    }

    fn line(&self) -> MutexGuard<'_, Line> {
        self.line.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn is_there(&self) -> sqlx::Result<()> {
        self.file.as_ref().map_or(Ok(()), |file| file.is_there()).map_err(sqlx::Error::Io)
    }
}

/// A transaction on the connection that writes.
#[derive(Debug)]
struct Lot {
    connection: PoolConnection<Any>,
    /// Whether the connection is as it was before. Otherwise it is closed, and what was done by it
    /// is rolled back.
    is_over: bool,
    begun: Instant,
    /// Whoever has written so far.
    told: Vec<Told>,
    /// Who hears of what they wrote.
    hears: Hears,
}

impl Lot {
    fn on(connection: PoolConnection<Any>) -> Self {
        let (begun, hears) = (Instant::now(), Hears::Nobody);
        Self { connection, is_over: false, begun, told: Vec::new(), hears }
    }

    /// Whether nobody has written yet.
    fn is_new(&self) -> bool {
        self.told.is_empty()
    }

    async fn say(&mut self, statement: &'static str) -> sqlx::Result<()> {
        self.connection.execute(statement).await?;
        Ok(())
    }

    /// Tells everyone how it ended. One who was alone hears the error itself; others could make
    /// nothing of what another write did wrong, and are to try again.
    fn tell(mut self, outcome: sqlx::Result<()>) {
        let mut told = mem::take(&mut self.told);
        let writes = told.len();
        if let Err(error) = &outcome
            && writes > 1
        {
            tracing::warn!(%error, writes, "writes that went together could not be kept");
            for one in told {
                // Whoever has gone hears nothing.
                let _ = one.send(Err(not_kept(error)));
            }
        } else if let Some(last) = told.pop() {
            for one in told {
                let _ = one.send(Ok(()));
            }
            let _ = last.send(outcome);
        }
    }
}

impl Drop for Lot {
    fn drop(&mut self) {
        if !self.is_over {
            self.connection.close_on_drop();
        }
    }
}

fn not_kept(error: &sqlx::Error) -> sqlx::Error {
    sqlx::Error::Io(io::Error::other(format!("writes that went together were not kept: {error}")))
}

fn nobody_knows() -> sqlx::Error {
    let why = "the program stopped before it was known whether a write was kept";
    sqlx::Error::Io(io::Error::other(why))
}

/// The turn to write. Dropped, it goes to whoever waits longest.
#[derive(Debug)]
struct Turn {
    lots: Arc<Lots>,
    /// The lot under way, on its way from one write to the next.
    lot: Option<Lot>,
}

/// How a write ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Ending {
    Kept,
    Undone,
}

impl Turn {
    /// Ends a write, and the lot with it where nobody goes on.
    async fn end(self, mut lot: Lot, ending: Ending, told: Told) {
        let was_new = lot.is_new();
        lot.told.push(told);
        let done = match ending {
            Ending::Kept if self.lots.goes_on(&lot) => lot.say(KEEP_AND_GO_ON).await,
            Ending::Kept => return self.commit(lot).await,
            Ending::Undone => {
                // What the write left unfinished may still be at work.
                let undo = lot.say(if was_new { "ROLLBACK" } else { UNDO_AND_GO_ON });
                timeout(self.lots.limits.write, undo).await.unwrap_or_else(|_| Err(too_long()))
            }
        };
        if done.is_err() || was_new && ending == Ending::Undone {
            lot.is_over = done.is_ok();
            lot.tell(done);
        } else {
            self.go_on(lot).await;
        }
    }

    /// Gives the lot to whoever waits longest; ends it where nobody does.
    async fn go_on(mut self, lot: Lot) {
        let next = if self.lots.goes_on(&lot) { self.lots.line().next() } else { None };
        match next {
            Some(next) => {
                self.lot = Some(lot);
                // Where they went at this moment it is dropped, and so goes on from there.
                drop(next.send(self));
            }
            None => self.commit(lot).await,
        }
    }

    async fn commit(self, mut lot: Lot) {
        // By then a request may have been told that it took too long.
        let is_late = lot.begun.elapsed() > self.lots.limits.write;
        let ended = lot.say(if is_late { "ROLLBACK" } else { "COMMIT" }).await;
        // Also where it failed: nobody knows then whether it was kept.
        if !is_late {
            self.lots.commits.note(lot.hears);
        }
        lot.is_over = ended.is_ok();
        lot.tell(match ended {
            Ok(()) if is_late => Err(too_long()),
            // A file that went meanwhile took the writes with it.
            Ok(()) => self.lots.is_there(),
            Err(error) => Err(error),
        });
    }
}

impl Drop for Turn {
    fn drop(&mut self) {
        match self.lot.take() {
            Some(lot) => {
                let turn = Self { lots: Arc::clone(&self.lots), lot: None };
                to_its_end(turn.go_on(lot));
            }
            None => self.lots.pass_on(),
        }
    }
}

/// Does what others wait for, whoever goes away. Where the program stops it is not done, and the
/// connection is closed.
fn to_its_end(work: impl Future<Output = ()> + Send + 'static) {
    if let Ok(runtime) = Handle::try_current() {
        runtime.spawn(work.in_current_span());
    }
}

/// A write of a lot.
#[derive(Debug)]
pub(super) struct Write {
    /// The turn, which it has until it has ended.
    has: Option<(Turn, Lot)>,
    /// Who hears of it once it is kept.
    pub hears: Hears,
}

impl Write {
    /// Keeps what was done, and comes back when the lot has ended.
    pub async fn commit(self) -> sqlx::Result<()> {
        self.end(Ending::Kept).await
    }

    /// Undoes what was done, and comes back when the lot has ended: what it saw of the others may
    /// be what is answered now.
    pub async fn roll_back(self) -> sqlx::Result<()> {
        self.end(Ending::Undone).await
    }

    async fn end(mut self, ending: Ending) -> sqlx::Result<()> {
        let (told, is_told) = oneshot::channel();
        self.hand_in(ending, told);
        is_told.await.unwrap_or_else(|_gone| Err(nobody_knows()))
    }

    fn hand_in(&mut self, ending: Ending, told: Told) {
        if let Some((turn, mut lot)) = self.has.take() {
            if ending == Ending::Kept {
                lot.hears = lot.hears.max(self.hears);
            }
            to_its_end(turn.end(lot, ending, told));
        }
    }
}

const THERE: &str = "is there until it has ended";

impl ops::Deref for Write {
    type Target = AnyConnection;

    fn deref(&self) -> &AnyConnection {
        &self.has.as_ref().expect(THERE).1.connection
    }
}

impl ops::DerefMut for Write {
    fn deref_mut(&mut self) -> &mut AnyConnection {
        &mut self.has.as_mut().expect(THERE).1.connection
    }
}

impl Drop for Write {
    fn drop(&mut self) {
        if self.has.is_some() {
            tracing::info!("a write was left before its commit: nothing of it is kept");
            self.hand_in(Ending::Undone, oneshot::channel().0);
        }
    }
}

#[cfg(test)]
mod tests;
