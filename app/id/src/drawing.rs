//! Whether something was made of nothing but chance or the moment, an id, a key, a secret, or of
//! what one browser alone sent. What has one in it is for one reader.

use std::cell::Cell;
use std::future::poll_fn;
use std::pin::pin;

thread_local! {
    /// Whether something was drawn on this thread since that was last asked.
    static DRAWN: Cell<bool> = const { Cell::new(false) };
}

pub(super) fn note() {
    DRAWN.set(true);
}

/// Says that what is being made has something in it that one reader alone has, such as a cookie.
pub fn is_for_one_reader() {
    note();
}

/// Does this work, and says whether anything was drawn on the way. What it hands to another task or
/// thread is not seen.
pub async fn noticing<F: Future>(work: F) -> (F::Output, bool) {
    let mut work = pin!(work);
    let mut has_drawn = false;
    let output = poll_fn(|context| {
        // One thread goes from work to work: what was drawn in another's turn is not this one's.
        let before = DRAWN.replace(false);
        let state = work.as_mut().poll(context);
        let drawn = DRAWN.get();
        DRAWN.set(before || drawn);
        has_drawn |= drawn;
        state
    })
    .await;
    (output, has_drawn)
}

#[cfg(test)]
mod tests {
    use std::task::{Context, Poll, Waker};

    use super::*;

    /// Does it to its end, on this thread.
    fn done<T>(work: impl Future<Output = T>) -> T {
        let mut work = pin!(work);
        loop {
            if let Poll::Ready(output) = work.as_mut().poll(&mut Context::from_waker(Waker::noop()))
            {
                return output;
            }
        }
    }

    /// Lets others go on once.
    async fn pause() {
        let mut has_paused = false;
        poll_fn(|_| {
            if std::mem::replace(&mut has_paused, true) { Poll::Ready(()) } else { Poll::Pending }
        })
        .await;
    }

    #[test]
    fn whatever_is_drawn_is_noticed_also_after_a_pause_and_within_other_work() {
        let draws: [fn() -> String; 5] =
            [crate::fresh, crate::random, crate::secret, crate::code, crate::long_code];
        for draw in draws {
            let work = async {
                pause().await;
                let (_, within) = noticing(async { draw() }).await;
                assert!(within);
            };
            assert!(done(noticing(work)).1);
        }
        assert!(!done(noticing(async { crate::hash("a") })).1);
    }

    #[test]
    fn what_one_draws_is_not_another_s() {
        let one = async {
            pause().await;
            let _ = crate::fresh();
            pause().await;
        };
        let other = async {
            pause().await;
            pause().await;
            pause().await;
        };
        let (mut one, mut other) = (pin!(noticing(one)), pin!(noticing(other)));
        let mut context = Context::from_waker(Waker::noop());
        let (mut drew, mut drew_other) = (None, None);
        while drew.is_none() || drew_other.is_none() {
            if drew.is_none()
                && let Poll::Ready(((), is)) = one.as_mut().poll(&mut context)
            {
                drew = Some(is);
            }
            if drew_other.is_none()
                && let Poll::Ready(((), is)) = other.as_mut().poll(&mut context)
            {
                drew_other = Some(is);
            }
        }
        assert_eq!((drew, drew_other), (Some(true), Some(false)));
    }
}
