//! Tasks that live as long as the process: one that stops by a fault of this program is begun
//! again, after a pause that grows.

use std::future::{Future, pending};
use std::time::{Duration, Instant};

use ground::health::Health;
use tokio::sync::watch;
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

/// How long whoever looks for what is to be done rests before the next look.
#[derive(Clone, Copy, Debug)]
pub struct Rests {
    /// However much is written meanwhile.
    pub least: Duration,
    /// Where this process writes nothing.
    pub most: Duration,
}

impl Rests {
    /// Rests until this process writes something that is not known yet.
    pub async fn rest(self, written: &mut watch::Receiver<()>) {
        tokio::time::sleep(self.least).await;
        let next = async {
            if written.changed().await.is_err() {
                // Nobody writes any more.
                pending::<()>().await;
            }
        };
        // Where that takes too long it is time to look all the same.
        let _ = tokio::time::timeout(self.most.saturating_sub(self.least), next).await;
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

    #[tokio::test(start_paused = true)]
    async fn whoever_rests_looks_at_once_after_a_write_and_seldom_without_one() {
        const RESTS: Rests =
            Rests { least: Duration::from_millis(500), most: Duration::from_secs(2) };
        let (write, mut written) = watch::channel(());
        let rested = async |written: &mut watch::Receiver<()>| {
            let began = tokio::time::Instant::now();
            RESTS.rest(written).await;
            // In hundredths of a second: clocks of tests round up.
            began.elapsed().as_millis() / 10
        };
        assert_eq!(rested(&mut written).await, 200, "nothing is written");
        write.send_replace(());
        assert_eq!(rested(&mut written).await, 50, "it was written before");
        written.mark_unchanged();
        let later = async {
            tokio::time::sleep(Duration::from_millis(1_230)).await;
            write.send_replace(());
        };
        assert_eq!(tokio::join!(rested(&mut written), later).0, 123);
        drop(write);
        assert_eq!(rested(&mut written).await, 200, "nobody is left who could write");
    }

    #[test]
    fn pauses_grow_up_to_a_minute() {
        assert_eq!(longer(FIRST_PAUSE), Duration::from_secs(2));
        assert_eq!(longer(LONGEST_PAUSE), LONGEST_PAUSE);
    }
}
