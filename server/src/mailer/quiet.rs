//! Threads of low priority for the work on emails that takes the processor: whoever waits for a
//! page goes first, and the threads that everything else runs on stay free.

use std::num::NonZero;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, LazyLock, Mutex, PoisonError, mpsc};
use std::thread;

use tokio::sync::oneshot;

type Work = Box<dyn FnOnce() + Send>;

/// How much these threads give way to others: of two that want one processor, the other gets nine
/// tenths of it.
const GIVES_WAY_BY: i32 = 10;
/// More would gain nothing: the mail server and the database take their time too.
const MOST_THREADS: usize = 4;

static THREADS: LazyLock<mpsc::Sender<Work>> = LazyLock::new(begin);

/// Begins work on a thread of low priority. What it makes comes by the receiver, which hears
/// nothing when the work stops by a fault.
pub fn quietly<T: Send + 'static>(
    work: impl FnOnce() -> T + Send + 'static,
) -> oneshot::Receiver<T> {
    let (give, receiver) = oneshot::channel();
    let work = move || {
        // Whoever wanted it may be gone.
        let _ = give.send(work());
    };
    // Without a thread the work is dropped, and the receiver hears of that.
    let _ = THREADS.send(Box::new(work));
    receiver
}

fn begin() -> mpsc::Sender<Work> {
    let (give, take) = mpsc::channel();
    let take = Arc::new(Mutex::new(take));
    let threads = thread::available_parallelism().map_or(1, NonZero::get).min(MOST_THREADS);
    for _ in 0..threads {
        let take = Arc::clone(&take);
        let begun = thread::Builder::new().name("quiet".into()).spawn(move || keep_working(&take));
        if let Err(error) = begun {
            tracing::error!(%error, "a thread that writes emails could not be begun");
        }
    }
    give
}

fn keep_working(take: &Mutex<mpsc::Receiver<Work>>) {
    // Of this thread alone. Where that is not granted, emails take their share like all else.
    let _ = rustix::process::nice(GIVES_WAY_BY);
    loop {
        let next = take.lock().unwrap_or_else(PoisonError::into_inner).recv();
        let Ok(work) = next else { return };
        // Whoever waits for it hears of a fault; this thread goes on.
        let _ = catch_unwind(AssertUnwindSafe(work));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn work_that_stops_by_a_fault_is_heard_of_and_the_next_is_done() {
        for _ in 0..2 * MOST_THREADS {
            assert!(quietly(fault).await.is_err());
        }
        assert_eq!(quietly(|| 2 + 2).await, Ok(4));
    }

    fn fault() -> u8 {
        panic!("a fault made for this test")
    }
}
