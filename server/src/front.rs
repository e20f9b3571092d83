//! What a request meets first. A page that is kept goes out from here, and nothing is asked but
//! whether its reader calls too often; everything else goes the whole way, through what surrounds
//! the rooms. And one line in the log, and one count, for each.

use std::convert::Infallible;
use std::future::{Ready, ready};
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Instant;

use axum::Router;
use axum::body::{Body, Bytes, HttpBody};
use axum::extract::MatchedPath;
use axum::http::{Method, Request};
use axum::response::Response;
use futures_util::future::{BoxFuture, Either};
use ground::house::House;
use tower::Service;

use crate::callers::Callers;
use crate::figures;
use crate::kept_pages::KeptPages;

/// The whole service, for one connection or for all.
#[derive(Clone)]
pub struct Front {
    short_way: Arc<ShortWay>,
    whole_way: Router,
}

/// How a page that is kept goes out.
pub struct ShortWay {
    pub house: House,
    pub callers: Arc<Callers>,
    pub kept: Arc<KeptPages>,
}

impl ShortWay {
    /// `None` for whatever must go the whole way. Whoever calls too often is refused there.
    fn answer<B>(&self, request: &Request<B>) -> Option<Response> {
        let page = self.kept.ready(&self.house, request)?;
        self.callers.may_call(request).then_some(page)
    }
}

impl Front {
    /// Before everything else.
    #[must_use]
    pub fn of(short_way: ShortWay, whole_way: Router) -> Self {
        Self { short_way: Arc::new(short_way), whole_way }
    }
}

type Answered = Result<Response, Infallible>;

impl<B> Service<Request<B>> for Front
where
    B: HttpBody<Data = Bytes> + Send + 'static,
    B::Error: Into<axum::BoxError>,
{
    type Response = Response;
    type Error = Infallible;
    type Future = Either<Ready<Answered>, BoxFuture<'static, Answered>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: Request<B>) -> Self::Future {
        let began = Instant::now();
        if let Some(page) = self.short_way.answer(&request) {
            note(request.method(), &page, began);
            return Either::Left(ready(Ok(page)));
        }
        let method = request.method().clone();
        let answer = self.whole_way.call(request.map(Body::new));
        Either::Right(Box::pin(async move {
            let answer = answer.await?;
            note(&method, &answer, began);
            Ok(answer)
        }))
    }
}

/// One line and one count for each request. Never the address itself, which may hold a link's
/// secret or what someone searched for.
fn note(method: &Method, answer: &Response, began: Instant) {
    let path = answer.extensions().get::<MatchedPath>().map(MatchedPath::as_str);
    let status = answer.status().as_u16();
    figures::answered(path, method.as_str(), status, began.elapsed());
    tracing::info!(%method, path = path.unwrap_or("unknown"), status, "answered");
}
