//! What was sent and nobody has read: the rest of a form that is too long, or a file with one that
//! is refused.
//!
//! It is read and thrown away before the answer goes out. Where a connection is closed in the
//! middle of it, the answer is lost: a proxy says that the program is away, and a browser that it
//! was cut off.

use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll};
use std::time::Duration;

use axum::body::{Body, BodyDataStream, Bytes, HttpBody as _};
use axum::extract::Request;
use axum::middleware::Next;
use axum::response::Response;
use futures_util::StreamExt as _;
use futures_util::stream::{Fuse, poll_fn};
use ground::sent::MOST_READ;
use tokio::time::timeout;

/// What is no longer than this has been sent as a whole before anyone answers.
const SHORT: u64 = 16 * 1024;

/// How long an answer waits for what nobody wants.
const LONGEST_WAIT: Duration = Duration::from_secs(30);

/// What comes from the browser, for whoever answers and then for us.
type Sent = Mutex<Fuse<BodyDataStream>>;

/// Answers once everything that was sent has been read.
pub async fn read_what_is_left(request: Request, next: Next) -> Response {
    if request.body().size_hint().upper().is_some_and(|most| most <= SHORT) {
        return next.run(request).await;
    }
    let (head, body) = request.into_parts();
    let sent: Arc<Sent> = Arc::new(Mutex::new(body.into_data_stream().fuse()));
    let lent = Arc::clone(&sent);
    let lent = Body::from_stream(poll_fn(move |context| next_part(&lent, context)));
    let answer = next.run(Request::from_parts(head, lent)).await;
    // However that ends, the answer goes out.
    _ = timeout(LONGEST_WAIT, throw_away(&sent)).await;
    answer
}

fn next_part(sent: &Sent, context: &mut Context<'_>) -> Poll<Option<Result<Bytes, axum::Error>>> {
    sent.lock().unwrap_or_else(PoisonError::into_inner).poll_next_unpin(context)
}

async fn throw_away(sent: &Sent) {
    let mut rest = poll_fn(|context| next_part(sent, context));
    let mut read = 0;
    while let Some(Ok(part)) = rest.next().await {
        read += part.len();
        if read > MOST_READ {
            return;
        }
    }
}

#[cfg(test)]
mod tests {
    use std::convert::Infallible;
    use std::sync::atomic::{AtomicUsize, Ordering};

    use axum::Router;
    use axum::http::StatusCode;
    use axum::middleware::from_fn;
    use axum::routing::post;
    use futures_util::stream;
    use tower::ServiceExt as _;

    use super::*;

    const PART: &[u8] = &[b'a'; 64 * 1024];

    /// How many bytes of so many parts are read, where whoever refuses them reads none.
    async fn read_of(parts: usize) -> usize {
        let read = Arc::new(AtomicUsize::new(0));
        let reads = Arc::clone(&read);
        let parts = stream::iter(0..parts).map(move |_| {
            reads.fetch_add(PART.len(), Ordering::Relaxed);
            Ok::<_, Infallible>(Bytes::from_static(PART))
        });
        let service = Router::new()
            .route("/", post(|| async { StatusCode::FORBIDDEN }))
            .layer(from_fn(read_what_is_left));
        let request = axum::http::Request::post("/").body(Body::from_stream(parts));
        let answer = service.oneshot(request.expect("a request")).await.expect("an answer");
        assert_eq!(answer.status(), StatusCode::FORBIDDEN);
        read.load(Ordering::Relaxed)
    }

    #[tokio::test]
    async fn what_is_refused_unread_is_read_before_the_answer_goes_out_and_not_for_ever() {
        assert_eq!(read_of(100).await, 100 * PART.len());
        let read = read_of(10 * MOST_READ / PART.len()).await;
        assert!((MOST_READ..MOST_READ + 2 * PART.len()).contains(&read), "{read}");
    }

    #[tokio::test]
    async fn what_was_sent_reaches_whoever_answers() {
        let service = Router::new()
            .route("/", post(|sent: Bytes| async move { sent.len().to_string() }))
            .layer(from_fn(read_what_is_left));
        for length in [0, 1, 1_000_000] {
            let request = axum::http::Request::post("/").body(Body::from(vec![b'a'; length]));
            let answer =
                service.clone().oneshot(request.expect("a request")).await.expect("an answer");
            let said = axum::body::to_bytes(answer.into_body(), 100).await.expect("a number");
            assert_eq!(said, length.to_string());
        }
    }
}
