//! A set of networks answers as a scan over all of them does.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use ipnet::{IpNet, Ipv4Net, Ipv6Net};
use proptest::prelude::*;

use crate::geo::networks::Networks;

/// The oracle: looks at each network. Bits of addresses are compared as numbers, without the help of a library.
fn scan(networks: &[IpNet], ip: IpAddr) -> Option<bool> {
    let bits = |ip: IpAddr| match ip {
        IpAddr::V4(v4) => u128::from(v4.to_bits()) << 96,
        IpAddr::V6(v6) => v6.to_bits(),
    };
    let mut family = networks.iter().filter(|network| network.addr().is_ipv4() == ip.is_ipv4());
    family.clone().next()?;
    Some(family.any(|network| {
        let apart = bits(network.addr()) ^ bits(ip);
        apart.leading_zeros() >= u32::from(network.prefix_len())
    }))
}

fn set(networks: &[IpNet]) -> Networks {
    let mut set = Networks::default();
    networks.iter().for_each(|network| set.insert(*network));
    set
}

/// Numbers of few bits, so that networks meet, nest and repeat.
fn sparse_v4() -> impl Strategy<Value = u32> {
    (any::<u32>(), any::<u32>(), any::<u32>()).prop_map(|(a, b, c)| a & b & c)
}

fn sparse_v6() -> impl Strategy<Value = u128> {
    (any::<u128>(), any::<u128>(), any::<u128>()).prop_map(|(a, b, c)| a & b & c)
}

fn network() -> impl Strategy<Value = IpNet> {
    prop_oneof![
        (sparse_v4(), 0..=32_u8).prop_map(|(bits, len)| Ipv4Net::new(
            Ipv4Addr::from_bits(bits),
            len
        )
        .unwrap()
        .into()),
        (sparse_v6(), 0..=128_u8).prop_map(|(bits, len)| Ipv6Net::new(
            Ipv6Addr::from_bits(bits),
            len
        )
        .unwrap()
        .into()),
    ]
}

fn address() -> impl Strategy<Value = IpAddr> {
    prop_oneof![
        sparse_v4().prop_map(|bits| IpAddr::from(Ipv4Addr::from_bits(bits))),
        sparse_v6().prop_map(|bits| IpAddr::from(Ipv6Addr::from_bits(bits))),
        any::<IpAddr>(),
    ]
}

/// The first and last address of a network, and their neighbours outside.
fn edges(network: &IpNet) -> Vec<IpAddr> {
    match network {
        IpNet::V4(v4) => {
            let (first, last) = (v4.network().to_bits(), v4.broadcast().to_bits());
            [first, last, first.wrapping_sub(1), last.wrapping_add(1)]
                .map(|bits| IpAddr::from(Ipv4Addr::from_bits(bits)))
                .to_vec()
        }
        IpNet::V6(v6) => {
            let (first, last) = (v6.network().to_bits(), v6.broadcast().to_bits());
            [first, last, first.wrapping_sub(1), last.wrapping_add(1)]
                .map(|bits| IpAddr::from(Ipv6Addr::from_bits(bits)))
                .to_vec()
        }
    }
}

proptest! {
    #[test]
    fn a_set_answers_as_a_scan(
        networks in prop::collection::vec(network(), 0..40),
        addresses in prop::collection::vec(address(), 0..40),
    ) {
        let set = set(&networks);
        let edges = networks.iter().flat_map(edges);
        for ip in addresses.into_iter().chain(edges) {
            prop_assert_eq!(set.contain(ip), scan(&networks, ip), "{} in {:?}", ip, networks);
        }
    }

    #[test]
    fn order_and_repetition_change_nothing(networks in prop::collection::vec(network(), 1..40)) {
        let backwards: Vec<IpNet> = networks.iter().rev().chain(&networks).copied().collect();
        let (once, twice) = (set(&networks), set(&backwards));
        prop_assert_eq!(once.len(), twice.len());
        for ip in networks.iter().flat_map(edges) {
            prop_assert_eq!(once.contain(ip), twice.contain(ip));
        }
    }
}
