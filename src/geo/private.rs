//! Addresses that belong to nobody on the internet.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use ipnet::{Ipv4Net, Ipv6Net};

use crate::domain::canonical_ip;

/// Whether an address belongs to nobody on the internet: private, shared, local, reserved, multicast or made for
/// documentation. A request cannot come from such an address over the internet, so it says where the platform's own
/// proxy stands, not where the person is.
///
/// After the IANA special-purpose address registries (RFC 6890, RFC 8190); the tables below name each range and its
/// RFC. IPv4 inside IPv6 is judged as IPv4: mapped (RFC 4291), behind NAT64 (`64:ff9b::/96`, RFC 6052) and 6to4
/// (`2002::/16`, RFC 3056).
#[must_use]
pub fn is_private(ip: IpAddr) -> bool {
    match canonical_ip(ip) {
        IpAddr::V4(v4) => is_private_v4(v4),
        IpAddr::V6(v6) => match embedded_v4(v6) {
            Some(v4) => is_private_v4(v4),
            None => PRIVATE_V6.iter().any(|net| net.contains(&v6)),
        },
    }
}

fn is_private_v4(v4: Ipv4Addr) -> bool {
    PRIVATE_V4.iter().any(|net| net.contains(&v4))
}

const PRIVATE_V4: &[Ipv4Net] = &[
    // This network: RFC 791.
    v4(0, 0, 0, 0, 8),
    // Private use: RFC 1918.
    v4(10, 0, 0, 0, 8),
    v4(172, 16, 0, 0, 12),
    v4(192, 168, 0, 0, 16),
    // Shared by the customers of a carrier (CGNAT): RFC 6598.
    v4(100, 64, 0, 0, 10),
    // Loopback: RFC 1122.
    v4(127, 0, 0, 0, 8),
    // Link-local: RFC 3927.
    v4(169, 254, 0, 0, 16),
    // IETF protocol assignments: RFC 6890.
    v4(192, 0, 0, 0, 24),
    // Documentation: RFC 5737.
    v4(192, 0, 2, 0, 24),
    v4(198, 51, 100, 0, 24),
    v4(203, 0, 113, 0, 24),
    // Benchmarks: RFC 2544.
    v4(198, 18, 0, 0, 15),
    // Multicast: RFC 5771.
    v4(224, 0, 0, 0, 4),
    // Reserved: RFC 1112; and with it the limited broadcast 255.255.255.255: RFC 919.
    v4(240, 0, 0, 0, 4),
];

const PRIVATE_V6: &[Ipv6Net] = &[
    // Unspecified `::`, loopback `::1`, and IPv4-compatible addresses, which are deprecated and never routed: RFC 4291.
    // The files keep their IPv4 networks here, so `::1.2.3.4` would borrow the place of 1.2.3.4.
    v6(0, 0, 0, 96),
    // NAT64 for local use: RFC 8215.
    v6(0x64, 0xff9b, 1, 48),
    // Discard only: RFC 6666.
    v6(0x100, 0, 0, 64),
    // Benchmarks: RFC 5180.
    v6(0x2001, 2, 0, 48),
    // Overlay identifiers, never routed: ORCHID, RFC 4843, and ORCHIDv2, RFC 7343.
    v6(0x2001, 0x10, 0, 28),
    v6(0x2001, 0x20, 0, 28),
    // Documentation: RFC 3849 and RFC 9637.
    v6(0x2001, 0xdb8, 0, 32),
    v6(0x3fff, 0, 0, 20),
    // Segment identifiers: RFC 9602.
    v6(0x5f00, 0, 0, 16),
    // Unique local: RFC 4193.
    v6(0xfc00, 0, 0, 7),
    // Link-local: RFC 4291.
    v6(0xfe80, 0, 0, 10),
    // Site-local, deprecated: RFC 3879.
    v6(0xfec0, 0, 0, 10),
    // Multicast: RFC 4291.
    v6(0xff00, 0, 0, 8),
];

const fn v4(a: u8, b: u8, c: u8, d: u8, prefix_len: u8) -> Ipv4Net {
    Ipv4Net::new_assert(Ipv4Addr::new(a, b, c, d), prefix_len)
}

const fn v6(a: u16, b: u16, c: u16, prefix_len: u8) -> Ipv6Net {
    Ipv6Net::new_assert(Ipv6Addr::new(a, b, c, 0, 0, 0, 0, 0), prefix_len)
}

/// The IPv4 address for which an IPv6 address stands.
fn embedded_v4(v6: Ipv6Addr) -> Option<Ipv4Addr> {
    let [high, low] = match v6.segments() {
        [0x64, 0xff9b, 0, 0, 0, 0, high, low] | [0x2002, high, low, ..] => [high, low],
        _ => return None,
    };
    Some(Ipv4Addr::from_bits(u32::from(high) << 16 | u32::from(low)))
}

#[cfg(test)]
mod tests {
    use super::is_private;

    #[test]
    fn addresses_of_nobody_are_private_up_to_their_last() {
        for (first, last) in [
            ("0.0.0.0", "0.255.255.255"),
            ("10.0.0.0", "10.255.255.255"),
            ("100.64.0.0", "100.127.255.255"),
            ("127.0.0.1", "127.255.255.255"),
            ("169.254.0.0", "169.254.255.255"),
            ("172.16.0.0", "172.31.255.255"),
            ("192.0.0.0", "192.0.0.255"),
            ("192.0.2.0", "192.0.2.255"),
            ("192.168.0.0", "192.168.255.255"),
            ("198.18.0.0", "198.19.255.255"),
            ("198.51.100.0", "198.51.100.255"),
            ("203.0.113.0", "203.0.113.255"),
            ("224.0.0.0", "255.255.255.255"),
            ("::", "::ffff:ffff"),
            ("::ffff:10.0.0.1", "::ffff:192.168.255.255"),
            ("64:ff9b::10.0.0.1", "64:ff9b::127.0.0.1"),
            ("64:ff9b:1::", "64:ff9b:1:ffff:ffff:ffff:ffff:ffff"),
            ("100::", "100::ffff:ffff:ffff:ffff"),
            ("2001:2::", "2001:2:0:ffff:ffff:ffff:ffff:ffff"),
            ("2001:10::", "2001:2f:ffff:ffff:ffff:ffff:ffff:ffff"),
            ("2001:db8::", "2001:db8:ffff:ffff:ffff:ffff:ffff:ffff"),
            ("2002:a00:1::", "2002:c0a8:ffff:ffff:ffff:ffff:ffff:ffff"),
            ("3fff::", "3fff:fff:ffff:ffff:ffff:ffff:ffff:ffff"),
            ("5f00::", "5f00:ffff:ffff:ffff:ffff:ffff:ffff:ffff"),
            ("fc00::", "fdff:ffff:ffff:ffff:ffff:ffff:ffff:ffff"),
            ("fe80::", "feff:ffff:ffff:ffff:ffff:ffff:ffff:ffff"),
            ("ff00::", "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff"),
        ] {
            for text in [first, last] {
                assert!(is_private(text.parse().unwrap()), "{text} should be private");
            }
        }
    }

    #[test]
    fn their_neighbours_are_public() {
        for text in [
            "1.0.0.0",
            "9.255.255.255",
            "11.0.0.0",
            "100.63.255.255",
            "100.128.0.0",
            "126.255.255.255",
            "128.0.0.0",
            "169.253.255.255",
            "169.255.0.0",
            "172.15.255.255",
            "172.32.0.0",
            "192.0.1.0",
            "192.0.3.0",
            "192.167.255.255",
            "192.169.0.0",
            "198.17.255.255",
            "198.20.0.0",
            "198.51.99.255",
            "203.0.114.0",
            "223.255.255.255",
            "::1:0:0",
            "::ffff:81.2.69.142",
            "64:ff9b::81.2.69.142",
            "2001:3::",
            "2001:30::",
            "2001:db7:ffff::",
            "2001:db9::",
            "2002:5102:458e::1",
            "3fff:1000::",
            "2a02:cf40::",
            "fbff::",
        ] {
            assert!(!is_private(text.parse().unwrap()), "{text} should be public");
        }
    }
}
