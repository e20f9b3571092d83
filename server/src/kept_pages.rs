//! Public pages for visitors, kept as they were sent: many ask for the same one, and it is made
//! once.
//!
//! A page is kept for its address, for what the browser can unpack, until this process commits the
//! next write that somebody is told of, and never for longer than the second it was made in. So it
//! is never older than what somebody was told is saved, and what changes by the clock, in another
//! process or by what the service notes for itself is seen a second later. Only answers of
//! [`OfDataAlone`] are kept.

use std::sync::Arc;

use axum::body::{Body, Bytes};
use axum::extract::{MatchedPath, Request, State};
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};
use ground::house::House;
use ground::routes::OfDataAlone;
use ground::unchanged;
use http_body_util::BodyExt as _;
use quick_cache::Weighter;
use quick_cache::sync::Cache;

/// The most bytes that are kept at once; a page has about ten thousand.
const MOST: u64 = 4 * 1024 * 1024;

/// About as many pages as that is.
const PAGES: usize = 400;

/// The longest address, and the longest list of what a browser can unpack, for which a page is
/// kept.
const LONGEST_KEY: usize = 400;

/// For what a page is kept.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct Key {
    address: String,
    /// As the browser says it.
    unpacks: Option<HeaderValue>,
    /// [`Db::changes`](ground::db::Db::changes) before it was made.
    changes: u64,
    /// The second it was made in.
    second: i64,
}

impl Key {
    /// `None` where nothing is kept: whoever sends a cookie may get what is theirs.
    fn of(house: &House, request: &Request) -> Option<Self> {
        let headers = request.headers();
        let has_own = [header::COOKIE, header::AUTHORIZATION, header::RANGE]
            .iter()
            .any(|name| headers.contains_key(name));
        if request.method() != Method::GET || has_own {
            return None;
        }
        let address = request.uri().path_and_query()?.as_str();
        let unpacks = headers.get(header::ACCEPT_ENCODING);
        let long = address.len() + unpacks.map_or(0, HeaderValue::len);
        (long <= LONGEST_KEY).then(|| Self {
            address: address.to_owned(),
            unpacks: unpacks.cloned(),
            changes: house.db.changes(),
            second: house.clock.now().millis().div_euclid(1_000),
        })
    }
}

/// A page as it goes out.
#[derive(Debug)]
struct KeptPage {
    headers: HeaderMap,
    body: Bytes,
    route: Option<MatchedPath>,
}

impl KeptPage {
    /// The page of an answer, or the answer as it was where it must not be kept.
    async fn of(answer: Response) -> Result<Arc<Self>, Response> {
        let headers = answer.headers();
        let is_page = headers
            .get(header::CONTENT_TYPE)
            .is_some_and(|kind| kind.as_bytes().starts_with(b"text/html"));
        let is_own = [header::SET_COOKIE, header::CACHE_CONTROL, header::ETAG]
            .iter()
            .any(|name| headers.contains_key(name));
        let is_of_data = answer.extensions().get::<OfDataAlone>().is_some();
        if answer.status() != StatusCode::OK || !is_page || is_own || !is_of_data {
            return Err(answer);
        }
        let route = answer.extensions().get::<MatchedPath>().cloned();
        let (parts, body) = answer.into_parts();
        // It was in memory as a whole before: only what can't be packed fails here.
        let Ok(body) = body.collect().await else {
            return Err(StatusCode::INTERNAL_SERVER_ERROR.into_response());
        };
        let (mut headers, body) = (parts.headers, body.to_bytes());
        let tag = format!("\"{}\"", id::sha256(&body));
        if let Ok(tag) = HeaderValue::from_str(&tag) {
            headers.insert(header::ETAG, tag);
        }
        // Shown again only once we have said that it is still so.
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("private, no-cache"));
        Ok(Arc::new(Self { headers, body, route }))
    }

    fn answer(&self, asked: Option<&HeaderValue>) -> Response {
        let tag = self.headers.get(header::ETAG);
        let is_known = asked
            .zip(tag.and_then(|tag| tag.to_str().ok()))
            .is_some_and(|(asked, tag)| unchanged::is_known([asked], tag));
        let mut answer = if is_known {
            StatusCode::NOT_MODIFIED.into_response()
        } else {
            Body::from(self.body.clone()).into_response()
        };
        *answer.headers_mut() = self.headers.clone();
        if is_known {
            for name in [header::CONTENT_TYPE, header::CONTENT_ENCODING, header::CONTENT_LENGTH] {
                answer.headers_mut().remove(name);
            }
        }
        if let Some(route) = &self.route {
            answer.extensions_mut().insert(route.clone());
        }
        answer
    }
}

#[derive(Clone, Debug)]
struct Bytewise;

impl Weighter<Key, Option<Arc<KeptPage>>> for Bytewise {
    fn weight(&self, key: &Key, page: &Option<Arc<KeptPage>>) -> u64 {
        // The headers have about as much as this.
        let page = page.as_ref().map_or(0, |page| page.body.len() + 1_000);
        (key.address.len() + page + 200) as u64
    }
}

/// The pages that are kept; `None` for an address whose page must not be.
#[derive(Debug)]
pub struct KeptPages(Cache<Key, Option<Arc<KeptPage>>, Bytewise>);

impl Default for KeptPages {
    fn default() -> Self {
        Self(Cache::with_weighter(PAGES, MOST, Bytewise))
    }
}

/// Answers with the page that is kept. Where there is none one request makes it, and those who ask
/// for the same meanwhile wait for it.
pub async fn keep_pages(
    State((house, kept)): State<(House, Arc<KeptPages>)>,
    request: Request,
    next: Next,
) -> Response {
    let Some(key) = Key::of(&house, &request) else { return next.run(request).await };
    let asked = request.headers().get(header::IF_NONE_MATCH).cloned();
    match kept.0.get_value_or_guard_async(&key).await {
        Ok(Some(page)) => page.answer(asked.as_ref()),
        Ok(None) => next.run(request).await,
        Err(room) => match KeptPage::of(next.run(request).await).await {
            Ok(page) => {
                // Refused only where it was taken out of the list meanwhile.
                let _ = room.insert(Some(page.clone()));
                page.answer(asked.as_ref())
            }
            Err(answer) => {
                let _ = room.insert(None);
                answer
            }
        },
    }
}
