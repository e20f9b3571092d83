//! Work that takes long, away from the threads that answer people: reading a file or a long text
//! that someone sent, comparing two of them.

use tokio::sync::Semaphore;

/// How much of it is done at once. More waits its turn, while everyone else is answered.
const AT_ONCE: usize = 2;

static PLACES: Semaphore = Semaphore::const_new(AT_ONCE);

/// Does a piece of work on a thread that nobody else waits for. The work must be bounded: it is
/// done to its end even when whoever asked is long gone.
///
/// # Errors
/// When the work panics, which is a fault of this program.
pub async fn aside<T: Send + 'static>(
    work: impl FnOnce() -> T + Send + 'static,
) -> Result<T, sqlx::Error> {
    let place = PLACES.acquire().await.map_err(|_closed| sqlx::Error::WorkerCrashed)?;
    let working = tokio::task::spawn_blocking(move || {
        let done = work();
        drop(place);
        done
    });
    working.await.map_err(|_panicked| sqlx::Error::WorkerCrashed)
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};
    use std::sync::{Arc, Barrier};

    use super::*;

    #[test]
    fn only_so_much_is_done_at_once_and_a_panic_is_an_error() {
        let runtime = tokio::runtime::Builder::new_current_thread().build().expect("a runtime");
        runtime.block_on(async {
            let (now, most) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(0)));
            // Nobody goes on before as many as may are there.
            let all_there = Arc::new(Barrier::new(AT_ONCE));
            let works: Vec<_> = (0..3 * AT_ONCE)
                .map(|_| {
                    let (now, most, all_there) =
                        (Arc::clone(&now), Arc::clone(&most), Arc::clone(&all_there));
                    tokio::spawn(aside(move || {
                        most.fetch_max(now.fetch_add(1, Ordering::SeqCst) + 1, Ordering::SeqCst);
                        all_there.wait();
                        now.fetch_sub(1, Ordering::SeqCst);
                    }))
                })
                .collect();
            for work in works {
                work.await.expect("a task").expect("work");
            }
            assert_eq!(most.load(Ordering::SeqCst), AT_ONCE);
            assert!(aside::<()>(|| panic!("a fault")).await.is_err());
            assert!(aside(|| ()).await.is_ok(), "its place is free again");
        });
    }
}
