//! Who calls, also behind a proxy, and whether too often.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::num::NonZeroU32;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use accounts::Caller;
use axum::extract::{ConnectInfo, Request, State};
use axum::http::HeaderMap;
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};
use calendar::clock::Millis;
use governor::clock::Clock as _;
use governor::{DefaultKeyedRateLimiter, Quota, RateLimiter};
use ground::error::Error;
use ipnet::IpNet;

/// Everyone who calls.
pub struct Callers {
    trusted_proxies: Vec<IpNet>,
    calls: Calls,
}

impl Callers {
    /// Nobody has called yet; these proxies are believed about who does.
    #[must_use]
    pub fn through(trusted_proxies: Vec<IpNet>) -> Self {
        Self { trusted_proxies, calls: Calls::new() }
    }

    /// Counts a request that is answered at once; `false`, and it is not counted, where its network
    /// has called too often.
    pub fn may_call<B>(&self, request: &axum::http::Request<B>) -> bool {
        self.calls.wait(&self.networks(request).unwrap_or_default()).is_none()
    }

    /// Those of the nearest address that is not a trusted proxy; `None` without a connection.
    fn networks<B>(&self, request: &axum::http::Request<B>) -> Option<Networks> {
        let ConnectInfo(peer) = request.extensions().get::<ConnectInfo<SocketAddr>>()?;
        Some(Networks::of(caller(peer.ip(), request.headers(), &self.trusted_proxies)))
    }
}

/// Finds out which network a request comes from.
pub async fn name_caller(
    State(callers): State<Arc<Callers>>,
    mut request: Request,
    next: Next,
) -> Response {
    if let Some(networks) = callers.networks(&request) {
        request.extensions_mut().insert(networks.caller());
        request.extensions_mut().insert(networks);
    }
    next.run(request).await
}

/// Refuses whoever calls too often.
pub async fn limit_calls(
    State(callers): State<Arc<Callers>>,
    request: Request,
    next: Next,
) -> Response {
    let networks = request.extensions().get().copied().unwrap_or_default();
    if let Some(wait) = callers.calls.wait(&networks) {
        return Error::TooMany(wait).into_response();
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
    let lines = headers.get_all("x-forwarded-for").iter().rev();
    let named = lines.flat_map(|line| line.to_str().unwrap_or_default().rsplit(','));
    for text in named {
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
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Networks {
    own: IpNet,
    wider: IpNet,
}

impl Networks {
    fn of(address: IpAddr) -> Self {
        let address = address.to_canonical();
        let (own, wider) = match address {
            IpAddr::V4(_) => (32, 24),
            IpAddr::V6(_) => (64, 48),
        };
        let first = |bits| IpNet::new_assert(address, bits).trunc();
        Self { own: first(own), wider: first(wider) }
    }

    /// As those who count what people do know them: an IPv4 address is written alone.
    fn caller(&self) -> Caller {
        let network = match self.own {
            IpNet::V4(own) => own.addr().to_string(),
            IpNet::V6(own) => own.to_string(),
        };
        Caller { network, wider: self.wider.to_string() }
    }
}

impl Default for Networks {
    /// Those of a request that came by no connection, as in tests.
    fn default() -> Self {
        Self::of(Ipv4Addr::UNSPECIFIED.into())
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
    of_networks: DefaultKeyedRateLimiter<IpNet>,
    of_wider: DefaultKeyedRateLimiter<IpNet>,
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
    fn wait(&self, networks: &Networks) -> Option<Millis> {
        if self.made.fetch_add(1, Ordering::Relaxed).is_multiple_of(Self::BETWEEN_LOOKS) {
            for limit in [&self.of_networks, &self.of_wider] {
                limit.retain_recent();
                limit.shrink_to_fit();
            }
        }
        one_too_many(&self.of_networks, &networks.own)
            .or_else(|| one_too_many(&self.of_wider, &networks.wider))
    }
}

fn one_too_many(limit: &DefaultKeyedRateLimiter<IpNet>, network: &IpNet) -> Option<Millis> {
    let too_many = limit.check_key(network).err()?;
    let wait = too_many.wait_time_from(limit.clock().now());
    Some(Millis::try_from(wait.as_millis()).unwrap_or(Millis::MAX))
}

#[cfg(test)]
mod tests {
    use std::net::Ipv6Addr;

    use axum::http::{HeaderName, HeaderValue};

    use super::*;

    #[test]
    fn an_address_that_has_not_called_lately_is_forgotten_and_one_that_calls_too_often_is_not() {
        let calls = Calls::new();
        let from = |address: String| Networks::of(address.parse().expect("an address"));
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
        let network = |text: &str| Networks::of(text.parse().expect("an address")).caller().network;
        assert_eq!(network("2001:db8:1:2:3:4:5:6"), "2001:db8:1:2::/64");
        assert_eq!(network("2001:db8:1:2:ffff::1"), network("2001:db8:1:2::"));
        assert_ne!(network("2001:db8:1:3::1"), network("2001:db8:1:2::1"));
        assert_eq!(network("::ffff:192.0.2.1"), "192.0.2.1");
        assert_eq!(network("192.0.2.1"), "192.0.2.1");
        let wider = |text: &str| Networks::of(text.parse().expect("an address")).caller().wider;
        assert_eq!(wider("2001:db8:1:2:3:4:5:6"), "2001:db8:1::/48");
        assert_eq!(wider("2001:db8:1:ffff::1"), wider("2001:db8:1::"));
        assert_ne!(wider("2001:db8:2::1"), wider("2001:db8:1::1"));
        assert_eq!(wider("::ffff:192.0.2.1"), "192.0.2.0/24");
        assert_ne!(wider("192.0.3.1"), wider("192.0.2.1"));
    }

    const MANY: u128 = 250_000;

    /// The network of an address: the first ones are so many bits apart.
    fn nth_network(nth: u128, apart: u32) -> Networks {
        Networks::of(Ipv6Addr::from_bits((0x2001_u128 << 112) | (nth << apart)).into())
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
