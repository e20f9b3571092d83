//! Connections for questions.
//!
//! A pool of sqlx asks each connection whether it is still there, before a question and after it.
//! For a file two threads take turns each time, and it always is. So SQLite's connections go from
//! hand to hand as they are. A PostgreSQL may have begun again, which its pool finds out.

use std::mem;
use std::ops::{Deref, DerefMut};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use sqlx::pool::PoolConnection;
use sqlx::{Any, AnyConnection, AnyPool, Connection as _};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::timeout;

use super::connections::{Limits, connect};

/// How long a connection is used until another takes its place: what it knows of how tables have
/// grown is of when it was made.
const KEPT_FOR: Duration = Duration::from_secs(30 * 60);

/// Where connections for questions are.
#[derive(Clone, Debug)]
pub(super) enum Readers {
    /// To a file.
    Shelf(Arc<Shelf>),
    Pool(AnyPool),
}

impl Readers {
    pub fn of_file(url: &str, most: u32, limits: Limits) -> Self {
        let turns = Arc::new(Semaphore::new(most as usize));
        let url = url.to_owned();
        Self::Shelf(Arc::new(Shelf { url, limits, most, turns, free: Mutex::default() }))
    }

    pub async fn take(&self) -> sqlx::Result<Reader> {
        match self {
            Self::Shelf(shelf) => shelf.take().await,
            Self::Pool(pool) => pool.acquire().await.map(Held::OfPool).map(Reader),
        }
    }

    /// How many are open, and how many of them nobody uses.
    pub fn open(&self) -> (u32, usize) {
        match self {
            Self::Shelf(shelf) => {
                let free = shelf.free().len();
                let used = (shelf.most as usize).saturating_sub(shelf.turns.available_permits());
                (u32::try_from(used + free).unwrap_or(shelf.most), free)
            }
            Self::Pool(pool) => (pool.size(), pool.num_idle()),
        }
    }

    /// Waits for what is under way and closes them.
    pub async fn close(&self) {
        match self {
            Self::Shelf(shelf) => shelf.close().await,
            Self::Pool(pool) => pool.close().await,
        }
    }
}

/// Connections to a file.
#[derive(Debug)]
pub(super) struct Shelf {
    url: String,
    limits: Limits,
    most: u32,
    turns: Arc<Semaphore>,
    free: Mutex<Vec<Kept>>,
}

#[derive(Debug)]
struct Kept {
    connection: AnyConnection,
    made: Instant,
}

impl Shelf {
    async fn take(self: &Arc<Self>) -> sqlx::Result<Reader> {
        let turn = timeout(self.limits.wait, Arc::clone(&self.turns).acquire_owned()).await;
        let turn =
            turn.map_err(|_| sqlx::Error::PoolTimedOut)?.map_err(|_| sqlx::Error::PoolClosed)?;
        // The one used last, which remembers most.
        let free = self.free().pop();
        let kept = match free {
            Some(kept) => kept,
            None => {
                let connection = connect(&self.url, self.limits).await?;
                Kept { connection, made: Instant::now() }
            }
        };
        Ok(Reader(Held::OfShelf { kept: Some(kept), shelf: Arc::clone(self), _turn: turn }))
    }

    fn free(&self) -> MutexGuard<'_, Vec<Kept>> {
        self.free.lock().unwrap_or_else(PoisonError::into_inner)
    }

    async fn close(&self) {
        let _all = self.turns.acquire_many(self.most).await;
        self.turns.close();
        let free = mem::take(&mut *self.free());
        for kept in free {
            // One that fails to close is closed by being dropped.
            let _ = kept.connection.close().await;
        }
    }
}

/// A connection to ask questions with, from [`Db::read`](super::Db::read).
#[derive(Debug)]
pub struct Reader(Held);

#[derive(Debug)]
enum Held {
    OfShelf {
        /// There until it is dropped.
        kept: Option<Kept>,
        shelf: Arc<Shelf>,
        /// Ends after it was put back.
        _turn: OwnedSemaphorePermit,
    },
    OfPool(PoolConnection<Any>),
}

const THERE: &str = "is there until it is dropped";

impl Deref for Reader {
    type Target = AnyConnection;

    fn deref(&self) -> &AnyConnection {
        match &self.0 {
            Held::OfShelf { kept, .. } => &kept.as_ref().expect(THERE).connection,
            Held::OfPool(connection) => connection,
        }
    }
}

impl DerefMut for Reader {
    fn deref_mut(&mut self) -> &mut AnyConnection {
        match &mut self.0 {
            Held::OfShelf { kept, .. } => &mut kept.as_mut().expect(THERE).connection,
            Held::OfPool(connection) => connection,
        }
    }
}

impl Drop for Reader {
    fn drop(&mut self) {
        let Held::OfShelf { kept, shelf, .. } = &mut self.0 else { return };
        if let Some(kept) = kept.take_if(|kept| kept.made.elapsed() < KEPT_FOR) {
            shelf.free().push(kept);
        }
    }
}
