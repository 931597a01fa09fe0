//! Networks: neighbours of an address.

use std::fmt;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use serde::{Deserialize, Serialize};

/// The neighbourhood of an address: its /24 in IPv4, its /48 in IPv6. That is about what one household, office or
/// campus, or one small part of a carrier, is given.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Network {
    /// The first 3 bytes.
    V4([u8; 3]),
    /// The first 6 bytes.
    V6([u8; 6]),
}

impl Network {
    /// The network of an address.
    #[must_use]
    pub const fn of(ip: IpAddr) -> Self {
        match ip {
            IpAddr::V4(ip) => {
                let [a, b, c, _] = ip.octets();
                Self::V4([a, b, c])
            }
            IpAddr::V6(ip) => {
                let [a, b, c, d, e, f, ..] = ip.octets();
                Self::V6([a, b, c, d, e, f])
            }
        }
    }

    /// The address is in it.
    #[must_use]
    pub fn contains(self, ip: IpAddr) -> bool {
        Self::of(ip) == self
    }
}

impl fmt::Display for Network {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match *self {
            Self::V4([a, b, c]) => write!(out, "{}/24", Ipv4Addr::new(a, b, c, 0)),
            Self::V6([a, b, c, d, e, f]) => {
                let word = |high, low| u16::from_be_bytes([high, low]);
                let ip = Ipv6Addr::new(word(a, b), word(c, d), word(e, f), 0, 0, 0, 0, 0);
                write!(out, "{ip}/48")
            }
        }
    }
}

impl fmt::Debug for Network {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, out)
    }
}

#[cfg(test)]
mod tests {
    use ipnet::IpNet;
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn is_the_truncated_network(ip in any::<IpAddr>(), other in any::<IpAddr>()) {
            let network = Network::of(ip);
            let naive = IpNet::new(ip, if ip.is_ipv4() { 24 } else { 48 }).unwrap().trunc();
            prop_assert_eq!(network.to_string(), naive.to_string());
            prop_assert_eq!(network.contains(other), naive.contains(&other));
            prop_assert!(network.contains(naive.addr()) && network.contains(naive.broadcast()));
        }
    }

    #[test]
    fn neighbours_share_a_network() {
        let of = |text: &str| Network::of(text.parse().unwrap());
        assert_eq!(of("203.0.113.7"), of("203.0.113.250"));
        assert_ne!(of("203.0.113.7"), of("203.0.114.7"));
        assert_eq!(of("2001:db8:7:1::5"), of("2001:db8:7:ffff::1"));
        assert_ne!(of("2001:db8:7::1"), of("2001:db8:8::1"));
        assert_eq!(of("203.0.113.7").to_string(), "203.0.113.0/24");
        assert_eq!(of("2001:db8:7:1::5").to_string(), "2001:db8:7::/48");
    }
}
