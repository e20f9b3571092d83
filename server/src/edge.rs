//! What surrounds every request: who is calling, limits, same-origin posts, headers, and a page for
//! every error.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::num::NonZeroU32;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Instant;

use accounts::{Caller, keep_first_act, recognise};
use app::problem;
use axum::Router;
use axum::body::Body;
use axum::extract::{ConnectInfo, DefaultBodyLimit, MatchedPath, Request, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue, Uri, header};
use axum::middleware::{Next, from_fn, from_fn_with_state, map_request, map_response_with_state};
use axum::response::{IntoResponse as _, Redirect, Response};
use calendar::clock::Millis;
use governor::clock::Clock as _;
use governor::{DefaultKeyedRateLimiter, Quota, RateLimiter};
use ground::error::Error;
use ground::house::House;
use ground::routes::NOT_FOR_SEARCH;
use ground::viewer::Viewer;
use ipnet::IpNet;
use tower::ServiceBuilder;
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::compression::predicate::{DefaultPredicate, NotForContentType, Predicate};
use tower_http::compression::{CompressionBody, CompressionLayer, CompressionLevel};
use tower_http::csrf::CsrfLayer;

use crate::figures;
use crate::kept_pages::{KeptPages, keep_pages};
use crate::packed_pages::{QUALITY, pack_pages};
use crate::pasted::without_what_follows;
use crate::unread::read_what_is_left;

/// The longest body a form may send; a form with a file sets its own limit. The longest honest text
/// is a draft.
const LONGEST_BODY: usize = 1024 * 1024;

/// The whole service: every room's addresses, and what surrounds them, in the order in which a
/// request meets it; the layers of the rooms alone are in the reverse order.
pub fn service(house: House, trusted_proxies: Vec<IpNet>) -> Router {
    let routes = app::routes::all();
    let (calls, kept) = (Arc::new(Calls::new()), Arc::new(KeptPages::of(routes.rules())));
    // What is around these may send them another request before it answers: layers of one router
    // come after it has found the address, so this is a router of its own.
    let rooms = routes
        .into_router()
        .merge(crate::browser::routes())
        .fallback(not_found)
        .layer(DefaultBodyLimit::max(LONGEST_BODY))
        .layer(CsrfLayer::new())
        .layer(CatchPanicLayer::new())
        .layer(from_fn(name_route))
        .with_state(house.clone());
    // Together they are one layer of the router, which boxes and copies each of its own again for
    // every request.
    let around = ServiceBuilder::new()
        .layer(from_fn(log))
        .layer(map_response_with_state(house.clone(), headers))
        .map_response(whole)
        .layer(packed())
        .layer(from_fn(pack_pages))
        // For what is refused before it is known who asks.
        .layer(from_fn_with_state(house.clone(), pages_for_problems))
        .layer(from_fn_with_state(Arc::new(trusted_proxies), name_caller))
        .layer(from_fn_with_state(calls, limit_calls))
        // Not for a flood, which may be cut off.
        .layer(from_fn(read_what_is_left))
        .layer(from_fn_with_state((house.clone(), kept), keep_pages))
        .layer(packed())
        .layer(from_fn(pack_pages))
        .layer(from_fn_with_state(house.clone(), recognise))
        .layer(from_fn_with_state(house.clone(), pages_for_problems))
        .layer(from_fn_with_state(house.clone(), keep_first_act))
        .layer(map_request(without_what_follows));
    Router::new().fallback_service(rooms).layer(around).with_state(house)
}

/// Packs an answer as the browser can unpack it, once: what is packed already is left as it is.
fn packed() -> CompressionLayer<impl Predicate> {
    CompressionLayer::new()
        .quality(CompressionLevel::Precise(QUALITY))
        .compress_when(worth_compressing())
}

fn whole(answer: axum::http::Response<CompressionBody<Body>>) -> Response {
    answer.map(Body::new)
}

/// Files that people upload are compressed already, and keep the length they state.
fn worth_compressing() -> impl Predicate {
    let files = NotForContentType::const_new("application/pdf");
    let archives = NotForContentType::const_new("application/zip");
    let office = NotForContentType::const_new("application/vnd.");
    DefaultPredicate::new().and(files).and(archives).and(office)
}

/// An address with a slash at its end leads to the one without; anything else is not found.
async fn not_found(uri: Uri) -> Response {
    let path = uri.path();
    if path.len() > 1 && path.ends_with('/') && !path.contains('\\') {
        let query = uri.query().map_or_else(String::new, |query| format!("?{query}"));
        // Trimmed on both sides: `//elsewhere/` must not lead to another host.
        return Redirect::permanent(&format!("/{}{query}", path.trim_matches('/'))).into_response();
    }
    Error::NotFound.into_response()
}

/// Gives every failure that is not yet a page its page, for the person who asked.
async fn pages_for_problems(
    State(house): State<House>,
    viewer: Viewer,
    request: Request,
    next: Next,
) -> Response {
    let wants_words =
        request.headers().get(header::ACCEPT).is_some_and(|accept| accept == "text/plain")
            || ["/healthz", "/readyz"].contains(&request.uri().path());
    let answer = next.run(request).await;
    let status = answer.status();
    let is_page = answer
        .headers()
        .get(header::CONTENT_TYPE)
        .is_some_and(|kind| kind.as_bytes().starts_with(b"text/html"));
    if is_page || wants_words || !(status.is_client_error() || status.is_server_error()) {
        return answer;
    }
    let mut page = problem(status).answer(&house, &viewer);
    for (name, value) in answer.headers() {
        if [header::ALLOW, header::RETRY_AFTER, header::SET_COOKIE].contains(name) {
            page.headers_mut().append(name, value.clone());
        }
    }
    page
}

/// Finds out which network a request comes from: that of the nearest address that is not a trusted
/// proxy.
async fn name_caller(
    State(trusted): State<Arc<Vec<IpNet>>>,
    mut request: Request,
    next: Next,
) -> Response {
    let peer =
        request.extensions().get::<ConnectInfo<SocketAddr>>().map(|ConnectInfo(peer)| peer.ip());
    if let Some(peer) = peer {
        let caller = caller(peer, request.headers(), &trusted);
        request.extensions_mut().insert(named(caller));
    }
    next.run(request).await
}

fn caller(peer: IpAddr, headers: &HeaderMap, trusted: &[IpNet]) -> IpAddr {
    // A proxy that comes by a socket for both kinds may be named in either writing.
    let is_trusted = |address: &IpAddr| {
        let mapped = match address {
            IpAddr::V4(v4) => IpAddr::V6(v4.to_ipv6_mapped()),
            IpAddr::V6(_) => *address,
        };
        trusted.iter().any(|network| network.contains(address) || network.contains(&mapped))
    };
    let peer = peer.to_canonical();
    if !is_trusted(&peer) {
        return peer;
    }
    let named: Vec<&str> = headers
        .get_all("x-forwarded-for")
        .iter()
        .flat_map(|value| value.to_str().unwrap_or_default().split(','))
        .collect();
    for text in named.into_iter().rev() {
        match address(text.trim()) {
            Some(address) if is_trusted(&address) => {}
            Some(address) => return address,
            // What stands before it may have been written by anybody.
            None => return peer,
        }
    }
    peer
}

/// An address as proxies write it: with a port or without.
fn address(text: &str) -> Option<IpAddr> {
    let bare = text.strip_prefix('[').and_then(|text| text.strip_suffix(']')).unwrap_or(text);
    let address =
        bare.parse::<IpAddr>().or_else(|_| text.parse::<SocketAddr>().map(|with| with.ip()));
    address.ok().map(|address| address.to_canonical())
}

/// The network of an address, and the wider one around it. Whoever has one IPv6 address has all
/// with the same first half: they are one. And often they have all with the same first 48 bits,
/// which are given away for nothing.
fn named(address: IpAddr) -> Caller {
    match address.to_canonical() {
        IpAddr::V4(address) => {
            let wider = Ipv4Addr::from_bits((address.to_bits() >> 8) << 8);
            Caller { network: address.to_string(), wider: format!("{wider}/24") }
        }
        IpAddr::V6(address) => {
            let first = |bits: u32| {
                let rest = 128 - bits;
                format!("{}/{bits}", Ipv6Addr::from_bits((address.to_bits() >> rest) << rest))
            };
            Caller { network: first(64), wider: first(48) }
        }
    }
}

/// A school shares one address, so the limit stops floods, not people: a hundred a second, two
/// thousand at once; and as much as from four of them from a wider network.
fn calls_allowed(networks: u32) -> Quota {
    Quota::per_second(NonZeroU32::new(networks * 100).unwrap_or(NonZeroU32::MIN))
        .allow_burst(NonZeroU32::new(networks * 2_000).unwrap_or(NonZeroU32::MIN))
}

/// How many calls each network made lately. Each is made good after a hundredth of a second, and a
/// network whose calls all are is forgotten: so however many networks call, there are never more
/// here than calls in that time, and those since the last look.
struct Calls {
    of_networks: DefaultKeyedRateLimiter<String>,
    of_wider: DefaultKeyedRateLimiter<String>,
    made: AtomicU64,
}

impl Calls {
    /// After so many calls, networks that have not called lately are forgotten: else the list would
    /// grow for as long as the process runs.
    const BETWEEN_LOOKS: u64 = 1_000;

    fn new() -> Self {
        let [of_networks, of_wider] = [1, 4].map(|many| RateLimiter::keyed(calls_allowed(many)));
        Self { of_networks, of_wider, made: AtomicU64::new(0) }
    }

    /// Counts one more call from this network; if it is one too many, how long until there is room.
    /// What a network calls too often uses up nothing of its neighbours.
    fn wait(&self, caller: &Caller) -> Option<Millis> {
        if self.made.fetch_add(1, Ordering::Relaxed).is_multiple_of(Self::BETWEEN_LOOKS) {
            for limit in [&self.of_networks, &self.of_wider] {
                limit.retain_recent();
                limit.shrink_to_fit();
            }
        }
        one_too_many(&self.of_networks, &caller.network)
            .or_else(|| one_too_many(&self.of_wider, &caller.wider))
    }
}

fn one_too_many(limit: &DefaultKeyedRateLimiter<String>, network: &String) -> Option<Millis> {
    let too_many = limit.check_key(network).err()?;
    let wait = too_many.wait_time_from(limit.clock().now());
    Some(Millis::try_from(wait.as_millis()).unwrap_or(Millis::MAX))
}

async fn limit_calls(
    State(calls): State<Arc<Calls>>,
    caller: Caller,
    request: Request,
    next: Next,
) -> Response {
    if let Some(wait) = calls.wait(&caller) {
        return Error::TooMany(wait).into_response();
    }
    next.run(request).await
}

/// The security headers, on every answer, failures, redirects and the browser's programs included.
async fn headers(State(house): State<House>, mut answer: Response) -> Response {
    let of_all = [
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (HeaderName::from_static("cross-origin-resource-policy"), "same-origin"),
        (header::REFERRER_POLICY, "same-origin"),
        (HeaderName::from_static("cross-origin-opener-policy"), "same-origin"),
        (HeaderName::from_static("cross-origin-embedder-policy"), "require-corp"),
        (HeaderName::from_static("permissions-policy"), "camera=(), geolocation=(), microphone=()"),
    ];
    let is_fault = answer.status().is_client_error() || answer.status().is_server_error();
    let headers = answer.headers_mut();
    if is_fault {
        headers.insert(NOT_FOR_SEARCH.0, HeaderValue::from_static(NOT_FOR_SEARCH.1));
    }
    for (name, value) in of_all {
        headers.insert(name, HeaderValue::from_static(value));
    }
    if house.is_secure() {
        headers.insert(
            header::STRICT_TRANSPORT_SECURITY,
            HeaderValue::from_static("max-age=31536000; includeSubDomains"),
        );
    }
    let nothing = HeaderValue::from_static(
        "default-src 'none'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
    );
    headers.entry(header::CONTENT_SECURITY_POLICY).or_insert(nothing);
    // Pages hold what is a person's own; after signing out, the back button must not show it. A
    // page to write in says otherwise.
    headers.entry(header::CACHE_CONTROL).or_insert(HeaderValue::from_static("private, no-store"));
    answer
}

/// Notes by which pattern an address was found, for whoever is around the router.
async fn name_route(path: Option<MatchedPath>, request: Request, next: Next) -> Response {
    let mut answer = next.run(request).await;
    if let Some(path) = path {
        answer.extensions_mut().insert(path);
    }
    answer
}

/// One line and one count for each request. Never the address itself, which may hold a link's
/// secret or what someone searched for.
async fn log(request: Request, next: Next) -> Response {
    let method = request.method().clone();
    let began = Instant::now();
    let answer = next.run(request).await;
    let path = answer.extensions().get::<MatchedPath>().map(|path| path.as_str().to_owned());
    let status = answer.status().as_u16();
    figures::answered(path.as_deref(), method.as_str(), status, began.elapsed());
    tracing::info!(%method, path = path.as_deref().unwrap_or("unknown"), status, "answered");
    answer
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_that_has_not_called_lately_is_forgotten_and_one_that_calls_too_often_is_not() {
        let calls = Calls::new();
        let from = |address: String| named(address.parse().expect("an address"));
        let busy = from("192.0.2.1".to_owned());
        while calls.wait(&busy).is_none() {}
        for nth in 0..5_000 {
            calls.wait(&from(format!("10.0.{}.{}", nth / 250, nth % 250)));
        }
        // One call is made good after a hundredth of a second.
        std::thread::sleep(std::time::Duration::from_millis(50));
        for nth in 0..=Calls::BETWEEN_LOOKS {
            calls.wait(&from(format!("10.1.{}.{}", nth / 250, nth % 250)));
        }
        let known = calls.of_networks.len() + calls.of_wider.len();
        assert!(known < 2_500, "{known} addresses are remembered");
        assert!((0..200).any(|_| calls.wait(&busy).is_some()), "the busy one got off");
    }

    fn forwarded(value: &'static str) -> HeaderMap {
        HeaderMap::from_iter([(
            HeaderName::from_static("x-forwarded-for"),
            HeaderValue::from_static(value),
        )])
    }

    #[test]
    fn only_a_trusted_proxy_is_believed_about_who_calls() {
        let ip = |text: &str| text.parse::<IpAddr>().expect("an address");
        let trusted: Vec<IpNet> = vec!["10.0.0.0/8".parse().expect("a network")];
        assert_eq!(caller(ip("192.0.2.1"), &forwarded("198.51.100.7"), &trusted), ip("192.0.2.1"));
        assert_eq!(
            caller(ip("10.0.0.1"), &forwarded("198.51.100.7"), &trusted),
            ip("198.51.100.7")
        );
        assert_eq!(
            caller(ip("10.0.0.1"), &forwarded("203.0.113.9, 198.51.100.7, 10.0.0.2"), &trusted),
            ip("198.51.100.7")
        );
        assert_eq!(caller(ip("10.0.0.1"), &forwarded("nonsense"), &trusted), ip("10.0.0.1"));
        assert_eq!(
            caller(ip("::ffff:10.0.0.1"), &forwarded("198.51.100.7"), &trusted),
            ip("198.51.100.7"),
            "a proxy that comes by a socket for both"
        );
        for (named, is) in [
            ("203.0.113.9, 198.51.100.7:4711", "198.51.100.7"),
            ("203.0.113.9, [2001:db8::7]:4711", "2001:db8::7"),
            ("203.0.113.9, [2001:db8::7]", "2001:db8::7"),
            ("203.0.113.9, ::ffff:198.51.100.7", "198.51.100.7"),
            ("203.0.113.9, unknown", "10.0.0.1"),
        ] {
            assert_eq!(caller(ip("10.0.0.1"), &forwarded(named), &trusted), ip(is), "{named}");
        }
    }

    #[test]
    fn half_of_an_ipv6_address_names_a_network_and_an_ipv4_address_in_one_is_that_address() {
        let network = |text: &str| named(text.parse().expect("an address")).network;
        assert_eq!(network("2001:db8:1:2:3:4:5:6"), "2001:db8:1:2::/64");
        assert_eq!(network("2001:db8:1:2:ffff::1"), network("2001:db8:1:2::"));
        assert_ne!(network("2001:db8:1:3::1"), network("2001:db8:1:2::1"));
        assert_eq!(network("::ffff:192.0.2.1"), "192.0.2.1");
        assert_eq!(network("192.0.2.1"), "192.0.2.1");
        let wider = |text: &str| named(text.parse().expect("an address")).wider;
        assert_eq!(wider("2001:db8:1:2:3:4:5:6"), "2001:db8:1::/48");
        assert_eq!(wider("2001:db8:1:ffff::1"), wider("2001:db8:1::"));
        assert_ne!(wider("2001:db8:2::1"), wider("2001:db8:1::1"));
        assert_eq!(wider("::ffff:192.0.2.1"), "192.0.2.0/24");
        assert_ne!(wider("192.0.3.1"), wider("192.0.2.1"));
    }

    const MANY: u128 = 250_000;

    /// The network of an address: the first ones are so many bits apart.
    fn nth_network(nth: u128, apart: u32) -> Caller {
        named(Ipv6Addr::from_bits((0x2001_u128 << 112) | (nth << apart)).into())
    }

    #[test]
    fn a_flood_from_ever_new_addresses_of_one_network_is_one_entry_and_is_refused() {
        let calls = Calls::new();
        let refused = (0..MANY).filter(|nth| calls.wait(&nth_network(*nth, 0)).is_some()).count();
        assert_eq!((calls.of_networks.len(), calls.of_wider.len()), (1, 1));
        // But for two thousand at once, and a hundred a second.
        assert!(refused > 240_000, "{refused}");
    }

    #[test]
    fn a_flood_from_all_the_networks_that_one_owner_has_is_refused_and_a_neighbour_is_not() {
        let calls = Calls::new();
        let of_one_owner = 1 << 16;
        let refused =
            (0..of_one_owner).filter(|nth| calls.wait(&nth_network(*nth, 64)).is_some()).count();
        assert_eq!(calls.of_wider.len(), 1);
        // But for eight thousand at once, and four hundred a second.
        assert!(refused > 50_000, "{refused}");
        assert!(calls.wait(&nth_network(of_one_owner, 64)).is_none());
    }

    #[test]
    fn a_network_that_calls_too_often_uses_up_nothing_of_its_neighbours() {
        let calls = Calls::new();
        for _ in 0..MANY {
            calls.wait(&nth_network(0, 64));
        }
        assert!(calls.wait(&nth_network(1, 64)).is_none());
    }

    #[test]
    fn a_flood_from_a_quarter_of_a_million_networks_leaves_the_list_of_them_short() {
        let (calls, mut longest) = (Calls::new(), 0);
        for nth in 0..MANY {
            assert!(calls.wait(&nth_network(nth, 80)).is_none(), "each has a limit of its own");
            if nth % 1_000 == 999 {
                longest = longest.max(calls.of_networks.len()).max(calls.of_wider.len());
                // A million calls a second, far more than are ever answered: at most ten thousand
                // while one call is made good, and a thousand since the last look.
                std::thread::sleep(std::time::Duration::from_millis(1));
            }
        }
        assert!((1_000..=12_000).contains(&longest), "{longest} networks were remembered at once");
    }
}
