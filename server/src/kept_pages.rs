//! Public pages for visitors, kept as they were sent: many ask for the same one, and it is made
//! once.
//!
//! A page is kept for its address, for how it is packed, until this process commits the next write
//! that may be on a page, and never for longer than the second it was made in. So it is never older
//! than what somebody was told is saved; what changes by the clock, in another process or by what
//! no page shows at once ([`unseen`](ground::db::Transaction::unseen)) is seen a second later. Only
//! answers of [`OfDataAlone`] at the addresses of public pages are kept: no address that holds a
//! secret is in this memory.

use std::collections::BTreeMap;
use std::sync::Arc;

use accounts::names_a_session;
use axum::body::{Body, Bytes, HttpBody as _};
use axum::extract::{MatchedPath, Request, State};
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};
use ground::house::House;
use ground::routes::{OfDataAlone, Rule};
use ground::unchanged;
use http_body_util::BodyExt as _;
use quick_cache::Weighter;
use quick_cache::sync::Cache;

use crate::packing::Packing;
use crate::security_headers;

/// The most bytes that are kept at once; a page has about ten thousand.
const MOST: u64 = 4 * 1024 * 1024;

/// About as many pages as that is.
const PAGES: usize = 400;

/// The longest address for which a page is kept.
const LONGEST_KEY: usize = 400;

/// For what a page is kept.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct Key {
    address: String,
    packing: Packing,
    /// [`Db::changes`](ground::db::Db::changes) before it was made.
    changes: u64,
    /// [`ContactNow::version`](ground::contact::ContactNow::version) before it was made.
    contact: u64,
    /// The second it was made in.
    second: i64,
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
    async fn of(house: &House, answer: Response) -> Result<Arc<Self>, Response> {
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
        // As they are added to what goes the whole way.
        security_headers::add(house, &mut headers, parts.status);
        Ok(Arc::new(Self { headers, body, route }))
    }

    /// To this request.
    fn answer(&self, asked: &Asked) -> Response {
        let tag = self.headers.get(header::ETAG).and_then(|tag| tag.to_str().ok());
        let is_known = tag.is_some_and(|tag| unchanged::is_known(&asked.known, tag));
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
        if asked.is_head { head(answer) } else { answer }
    }
}

/// What a request wants of a page.
struct Asked {
    is_head: bool,
    /// The tags of the pages that the browser says it has.
    known: Vec<HeaderValue>,
}

impl Asked {
    fn of<B>(request: &axum::http::Request<B>) -> Self {
        let known = request.headers().get_all(header::IF_NONE_MATCH).iter().cloned().collect();
        Self { is_head: request.method() == Method::HEAD, known }
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

/// The pages that are kept.
#[derive(Debug)]
pub struct KeptPages {
    /// Every address that there is, and whether a public page is there.
    addresses: matchit::Router<bool>,
    /// `None` for an address whose page must not be kept.
    pages: Cache<Key, Option<Arc<KeptPage>>, Bytewise>,
}

impl KeptPages {
    /// For these addresses; nothing is kept yet.
    ///
    /// # Panics
    /// Where the addresses are none that a router can tell apart.
    #[must_use]
    pub fn of(rules: &[Rule]) -> Self {
        let mut all = BTreeMap::new();
        for rule in rules {
            *all.entry(rule.path).or_default() |= rule.is_public_page();
        }
        let mut addresses = matchit::Router::new();
        for (path, is_public) in all {
            addresses.insert(path, is_public).expect("an address of the service");
        }
        Self { addresses, pages: Cache::with_weighter(PAGES, MOST, Bytewise) }
    }

    /// `None` where nothing is kept: whoever names a session gets what is theirs. A page that reads
    /// any other cookie is none of [`OfDataAlone`].
    fn key<B>(&self, house: &House, request: &axum::http::Request<B>) -> Option<Key> {
        let headers = request.headers();
        let is_asked = [Method::GET, Method::HEAD].contains(request.method());
        let is_own = names_a_session(house, headers)
            || headers.contains_key(header::AUTHORIZATION)
            || headers.contains_key(header::RANGE);
        let address = request.uri().path_and_query()?.as_str();
        let is_public = self.addresses.at(request.uri().path()).is_ok_and(|found| *found.value);
        if !is_asked || is_own || !is_public || address.len() > LONGEST_KEY {
            return None;
        }
        Some(Key {
            address: address.to_owned(),
            packing: Packing::of(headers),
            changes: house.db.changes(),
            contact: house.contact.version(),
            second: house.clock.now().millis().div_euclid(1_000),
        })
    }

    /// The page that is kept for a request, if one is.
    pub fn ready<B>(&self, house: &House, request: &axum::http::Request<B>) -> Option<Response> {
        let page = self.pages.get(&self.key(house, request)?)??;
        Some(page.answer(&Asked::of(request)))
    }
}

/// Answers with the page that is kept. Where there is none one request makes it, and those who ask
/// for the same meanwhile wait for it.
pub async fn keep_pages(
    State((house, kept)): State<(House, Arc<KeptPages>)>,
    mut request: Request,
    next: Next,
) -> Response {
    let Some(key) = kept.key(&house, &request) else { return next.run(request).await };
    key.packing.say(request.headers_mut());
    let asked = Asked::of(&request);
    match kept.pages.get_value_or_guard_async(&key).await {
        Ok(Some(page)) => page.answer(&asked),
        Ok(None) => next.run(request).await,
        Err(room) => {
            // The whole page is kept, also where only its head is asked for.
            *request.method_mut() = Method::GET;
            let page = KeptPage::of(&house, next.run(request).await).await;
            // Refused only where it was taken out of the list meanwhile.
            let _ = room.insert(page.as_ref().ok().cloned());
            match page {
                Ok(page) => page.answer(&asked),
                Err(answer) if asked.is_head => head(answer),
                Err(answer) => answer,
            }
        }
    }
}

/// What stands above a page, alone.
fn head(mut answer: Response) -> Response {
    let length = answer.body().size_hint().exact();
    if let (Some(length), StatusCode::OK) = (length, answer.status()) {
        answer.headers_mut().entry(header::CONTENT_LENGTH).or_insert(length.into());
    }
    *answer.body_mut() = Body::empty();
    answer
}
