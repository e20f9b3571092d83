//! Tasks that live as long as the process: one that stops by a fault of this program is begun
//! again, after a pause that grows.

use std::future::Future;
use std::time::{Duration, Instant};

use ground::health::Health;
use tokio_util::sync::CancellationToken;

/// The first pause, and after a while of good work again.
const FIRST_PAUSE: Duration = Duration::from_secs(1);
/// The longest pause.
const LONGEST_PAUSE: Duration = Duration::from_secs(60);
/// A task that went on for so long is taken for sound.
const SOUND_AFTER: Duration = Duration::from_secs(300);

/// Keeps a task going until it ends by itself, which it does when it is told to stop.
pub async fn keep_going<F>(
    what: &'static str,
    health: Health,
    stop: CancellationToken,
    begin: impl Fn() -> F,
) where
    F: Future<Output = ()> + Send + 'static,
{
    let mut pause = FIRST_PAUSE;
    loop {
        let began = Instant::now();
        // In a task of its own, which takes a panic with it.
        if tokio::spawn(begin()).await.is_ok() {
            return;
        }
        if began.elapsed() > SOUND_AFTER {
            pause = FIRST_PAUSE;
        }
        health.wrong(what, "stopped by a fault of the program");
        tracing::error!(what, ?pause, "a task stopped by a fault of this program and begins again");
        tokio::select! {
            () = tokio::time::sleep(pause) => {}
            () = stop.cancelled() => return,
        }
        pause = longer(pause);
    }
}

/// The pause after this one.
#[must_use]
pub fn longer(pause: Duration) -> Duration {
    (pause * 2).min(LONGEST_PAUSE)
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::sync::atomic::{AtomicUsize, Ordering};

    use super::*;

    #[tokio::test(start_paused = true)]
    async fn a_task_that_panics_begins_again_until_it_ends_by_itself() {
        let (health, begun) = (Health::default(), Arc::new(AtomicUsize::new(0)));
        let counting = Arc::clone(&begun);
        keep_going("emails", health.clone(), CancellationToken::new(), move || {
            let nth = counting.fetch_add(1, Ordering::SeqCst);
            async move { assert!(nth >= 3, "a fault made for this test") }
        })
        .await;
        assert_eq!(begun.load(Ordering::SeqCst), 4);
        assert!(health.states()[0].wrong.is_some());
    }

    #[test]
    fn pauses_grow_up_to_a_minute() {
        assert_eq!(longer(FIRST_PAUSE), Duration::from_secs(2));
        assert_eq!(longer(LONGEST_PAUSE), LONGEST_PAUSE);
    }
}
