//! The network that a request came from. Pure.

use std::net::IpAddr;

use super::attempts::Caller;

/// The network of a caller: an address of IPv4, and of IPv6 the first half, of which one household
/// has all the rest.
#[must_use]
pub fn network(caller: &Caller) -> String {
    match caller.0.parse::<IpAddr>().map(|address| address.to_canonical()) {
        Ok(IpAddr::V6(address)) => {
            let [one, two, three, four, ..] = address.segments();
            format!("{one:x}:{two:x}:{three:x}:{four:x}::/64")
        }
        Ok(IpAddr::V4(address)) => address.to_string(),
        Err(_not_an_address) => caller.0.clone(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_household_is_one_network_whichever_of_its_addresses_it_uses() {
        let of = |address: &str| network(&Caller(address.to_owned()));
        assert_eq!(of("2001:db8:1:2::1"), of("2001:db8:1:2:ffff::9"));
        assert_ne!(of("2001:db8:1:2::1"), of("2001:db8:1:3::1"));
        assert_eq!(of("::ffff:192.0.2.7"), of("192.0.2.7"));
        assert_ne!(of("192.0.2.7"), of("192.0.2.8"));
        assert_eq!(of(""), "");
    }
}
