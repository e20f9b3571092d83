//! Connections: how many at once, how long a request may be on its way, and how they end.

use std::convert::Infallible;
use std::net::{SocketAddr, TcpListener};
use std::sync::Arc;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use axum::extract::ConnectInfo;
use axum::http::Request;
use axum::response::Response;
use axum_server::Handle;
use hyper::body::Incoming;
use rustix::process::{Resource, getrlimit};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio_util::sync::{CancellationToken, PollSemaphore};
use tower::Service;

/// How long the head of a new connection's first request may take. Whoever opens connections and
/// says nothing loses them.
const FIRST_HEAD: Duration = Duration::from_secs(10);

/// How long a connection may be silent between two requests, or in the middle of a head: longer
/// than proxies keep theirs, so that none is closed while one of them begins to use it.
const SILENT: Duration = Duration::from_secs(75);

/// How long the answers under way may take when the process is told to stop. Then what is left is
/// cut off.
const FINISH_WITHIN: Duration = Duration::from_secs(10);

/// The descriptors that are kept for the database, files, emails and logs.
const RESERVE: u64 = 40;

/// No more connections than this, however many descriptors there are: each takes memory.
const MOST: u64 = 10_000;

/// How many connections there may be at once, with so many descriptors for the whole process.
fn most_connections(descriptors: Option<u64>) -> usize {
    let most = descriptors.unwrap_or(MOST).saturating_sub(RESERVE).clamp(8, MOST);
    usize::try_from(most).unwrap_or(8)
}

/// Serves until told to stop, and then for as long as what is under way may take.
///
/// # Errors
/// When nothing can be listened to.
pub async fn serve<S>(
    listener: TcpListener,
    service: S,
    stop: CancellationToken,
) -> std::io::Result<()>
where
    S: Service<Request<Incoming>, Response = Response, Error = Infallible>,
    S: Clone + Send + 'static,
    S::Future: Send,
{
    let handle = Handle::new();
    let mut server = axum_server::from_tcp(listener)?
        .handle(handle.clone())
        .first_request_timeout(FIRST_HEAD)
        .accept_error_handler(|_, error| tracing::warn!(%error, "a connection was not taken"));
    server.http_builder().http1().header_read_timeout(SILENT);
    let stopping = async {
        stop.cancelled().await;
        handle.graceful_shutdown(Some(FINISH_WITHIN));
        std::future::pending::<()>().await;
    };
    let places = most_connections(getrlimit(Resource::Nofile).current);
    tokio::select! {
        served = server.serve(Limited::new(service, places)) => served,
        () = stopping => Ok(()),
    }
}

/// Hands the service to each new connection that there is a place for. The others wait outside,
/// where they take no descriptor.
struct Limited<S> {
    service: S,
    places: PollSemaphore,
    place: Option<OwnedSemaphorePermit>,
}

impl<S> Limited<S> {
    fn new(service: S, places: usize) -> Self {
        let places = PollSemaphore::new(Arc::new(Semaphore::new(places)));
        Self { service, places, place: None }
    }
}

impl<S: Clone> Service<SocketAddr> for Limited<S> {
    type Response = Placed<S>;
    type Error = Infallible;
    type Future = std::future::Ready<Result<Placed<S>, Infallible>>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        if self.place.is_none() {
            self.place = ready!(self.places.poll_acquire(context));
        }
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, peer: SocketAddr) -> Self::Future {
        let place = self.place.take().map(Arc::new);
        std::future::ready(Ok(Placed { service: self.service.clone(), peer, _place: place }))
    }
}

/// The service for one connection, whose place is free again when the connection ends.
#[derive(Clone)]
struct Placed<S> {
    service: S,
    peer: SocketAddr,
    _place: Option<Arc<OwnedSemaphorePermit>>,
}

impl<S: Service<Request<Incoming>>> Service<Request<Incoming>> for Placed<S> {
    type Response = S::Response;
    type Error = S::Error;
    type Future = S::Future;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
        self.service.poll_ready(context)
    }

    fn call(&mut self, mut request: Request<Incoming>) -> S::Future {
        request.extensions_mut().insert(ConnectInfo(self.peer));
        self.service.call(request)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn some_descriptors_are_kept_for_the_database_and_the_files() {
        assert_eq!(most_connections(Some(64)), 24);
        assert_eq!(most_connections(Some(1024)), 984);
        assert_eq!(most_connections(Some(1_000_000)), 10_000);
        assert_eq!(most_connections(None), 9_960);
        assert_eq!(most_connections(Some(10)), 8);
    }
}
