//! A set of networks of both address families.

use std::net::IpAddr;

use ipnet::{IpNet, Ipv4Net, Ipv6Net};
use prefix_trie::PrefixSet;

/// Networks, kept so that the one that an address is in is found by longest-prefix match.
///
/// Measured before `prefix-trie` was chosen, with 42,566 networks of hosting providers: nanoseconds for an address
/// anywhere and for one near a network, memory in KiB. prefix-trie 18, 47, 512; poptrie 21, 45, 4348; iptrie 43, 45, 747;
/// ip_network_table-deps-treebitmap 42, 93, 506.
#[derive(Debug, Default)]
pub(super) struct Networks {
    v4: PrefixSet<Ipv4Net>,
    v6: PrefixSet<Ipv6Net>,
}

impl Networks {
    /// Adds a network. Bits behind its prefix do not count; one that is there already changes nothing.
    pub(super) fn insert(&mut self, network: IpNet) {
        let _new: bool = match network {
            IpNet::V4(v4) => self.v4.insert(v4.trunc()),
            IpNet::V6(v6) => self.v6.insert(v6.trunc()),
        };
    }

    /// Whether an address is in one of the networks; `None` when there is no network of its family: a list of IPv4
    /// alone says nothing about IPv6. An IPv4-mapped IPv6 address is one of IPv6 here.
    pub(super) fn contain(&self, ip: IpAddr) -> Option<bool> {
        match ip {
            IpAddr::V4(v4) => (!self.v4.is_empty()).then(|| self.v4.is_covered(&Ipv4Net::from(v4))),
            IpAddr::V6(v6) => (!self.v6.is_empty()).then(|| self.v6.is_covered(&Ipv6Net::from(v6))),
        }
    }

    /// How many different networks there are.
    pub(super) fn len(&self) -> usize {
        self.v4.len().saturating_add(self.v6.len())
    }
}
