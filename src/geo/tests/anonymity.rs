//! Who says that an address is anonymous, and what that comes to.

use std::path::PathBuf;

use super::{ANONYMOUS_IP, ANONYMOUS_PLUS, RESIDENTIAL_PROXY, geo, ip, sample};
use crate::geo::{Anonymity, AnonymityKind, Available, Geo, GeoFiles};

const NOT_ANONYMOUS: Anonymity = Anonymity {
    vpn: Some(false),
    tor: Some(false),
    hosting: Some(false),
    public_proxy: Some(false),
    residential_proxy: Some(false),
    unnamed: Some(false),
};

const YES: Option<bool> = Some(true);

struct Lists(tempfile::TempDir);

impl Lists {
    fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    fn of(&self, name: &str, text: &str) -> Vec<PathBuf> {
        let path = self.0.path().join(name);
        std::fs::write(&path, text).unwrap();
        vec![path]
    }
}

fn anonymity(files: &GeoFiles, address: &str) -> Anonymity {
    let facts = Geo::open(files).unwrap().lookup(ip(address));
    assert!(!facts.failed);
    facts.anonymity
}

#[test]
fn each_kind_is_told_apart() {
    for (address, expected) in [
        ("1.2.0.1", Anonymity { vpn: YES, ..NOT_ANONYMOUS }),
        ("65.0.0.1", Anonymity { tor: YES, ..NOT_ANONYMOUS }),
        ("71.160.223.1", Anonymity { hosting: YES, ..NOT_ANONYMOUS }),
        ("186.30.236.1", Anonymity { public_proxy: YES, ..NOT_ANONYMOUS }),
        ("6.1.0.4", Anonymity { residential_proxy: YES, ..NOT_ANONYMOUS }),
        ("2001:480:3a::1", Anonymity { public_proxy: YES, ..NOT_ANONYMOUS }),
        (
            "81.2.69.1",
            Anonymity {
                vpn: YES,
                tor: YES,
                hosting: YES,
                public_proxy: YES,
                residential_proxy: YES,
                unnamed: Some(false),
            },
        ),
        ("175.16.199.1", NOT_ANONYMOUS),
    ] {
        let told = geo().lookup(ip(address)).anonymity;
        assert_eq!(told, expected, "{address}");
        assert_eq!(told.any(), Some(told != NOT_ANONYMOUS), "{address}");
    }
}

#[test]
fn an_anonymous_plus_file_tells_the_same_kinds() {
    let files = GeoFiles { anonymous_ip: Some(sample(ANONYMOUS_PLUS)), ..GeoFiles::default() };
    for (address, expected) in [
        // Its confidence of 30 % is for what the VPN is used for, not for whose network it is.
        ("1.2.0.1", Anonymity { vpn: YES, ..NOT_ANONYMOUS }),
        ("65.0.0.1", Anonymity { tor: YES, ..NOT_ANONYMOUS }),
        ("71.160.223.1", Anonymity { hosting: YES, ..NOT_ANONYMOUS }),
        ("186.30.236.1", Anonymity { public_proxy: YES, ..NOT_ANONYMOUS }),
        ("175.16.199.1", NOT_ANONYMOUS),
    ] {
        assert_eq!(anonymity(&files, address), expected, "{address}");
    }
    assert_eq!(files.available(), Available { city: false, asn: false, ..Available::ALL });
}

#[test]
fn a_residential_proxy_file_tells_of_those_alone_and_only_when_likely() {
    let files =
        GeoFiles { residential_proxy: Some(sample(RESIDENTIAL_PROXY)), ..GeoFiles::default() };
    for (address, expected) in [
        // 95 %, 50 %, 45 %, 1 %.
        ("6.0.42.17", true),
        ("33.81.66.40", true),
        ("55.6.13.207", false),
        ("21.4.181.221", false),
        // Without a confidence.
        ("2001:480:725b:17e::1", true),
        ("6.0.42.18", false),
    ] {
        let told = Anonymity { residential_proxy: Some(expected), ..Anonymity::default() };
        assert_eq!(anonymity(&files, address), told, "{address}");
    }
    assert_eq!(files.available(), Available { residential_proxy: true, ..Available::default() });
    let both = GeoFiles { anonymous_ip: Some(sample(ANONYMOUS_IP)), ..files };
    let told = Anonymity { residential_proxy: YES, ..NOT_ANONYMOUS };
    assert_eq!(anonymity(&both, "6.0.42.17"), told);
    assert_eq!(anonymity(&both, "6.1.0.4"), told);
    let builds = Geo::open(&both).unwrap().builds();
    assert_eq!(builds[1], "residential_proxy:1778851200");
}

#[test]
fn a_list_tells_its_kind_alone() {
    let lists = Lists::new();
    let files = GeoFiles { tor_list: lists.of("tor", "5.6.7.8"), ..GeoFiles::default() };
    let told = |tor| Anonymity { tor, ..Anonymity::default() };
    assert_eq!(anonymity(&files, "5.6.7.8"), told(YES));
    assert_eq!(anonymity(&files, "::ffff:5.6.7.8"), told(YES));
    assert_eq!(anonymity(&files, "5.6.7.9"), told(Some(false)));
    // A list of IPv4 alone says nothing about IPv6, nor about an address of nobody.
    assert_eq!(anonymity(&files, "2a02:cf40::1"), told(None));
    assert_eq!(anonymity(&files, "10.0.0.1"), told(None));
    assert_eq!((told(YES).any(), told(Some(false)).any()), (YES, None));
    assert_eq!(files.available(), Available { tor: true, ..Available::default() });
    assert_eq!(Geo::open(&files).unwrap().available(), files.available());
}

#[test]
fn a_yes_of_any_source_outweighs_a_no() {
    let lists = Lists::new();
    let files = GeoFiles {
        anonymous_ip: Some(sample(ANONYMOUS_IP)),
        vpn_list: lists.of("vpn", "175.16.199.0/24\n2a02:cf40::/29\n"),
        hosting_list: lists.of("hosting", "1.2.0.0/16"),
        ..GeoFiles::default()
    };
    for (address, expected) in [
        // The list alone, the file alone, both of different kinds, neither.
        ("175.16.199.1", Anonymity { vpn: YES, ..NOT_ANONYMOUS }),
        ("2a02:cf40::1", Anonymity { vpn: YES, ..NOT_ANONYMOUS }),
        ("65.0.0.1", Anonymity { tor: YES, ..NOT_ANONYMOUS }),
        ("1.2.0.1", Anonymity { vpn: YES, hosting: YES, ..NOT_ANONYMOUS }),
        ("175.16.200.1", NOT_ANONYMOUS),
    ] {
        assert_eq!(anonymity(&files, address), expected, "{address}");
    }
}

#[test]
fn several_lists_of_one_kind_count_together() {
    let lists = Lists::new();
    let vpn_list = [lists.of("a", "5.6.7.8"), lists.of("b", "5.6.7.9")].concat();
    let files = GeoFiles { vpn_list, ..GeoFiles::default() };
    for (address, listed) in [("5.6.7.8", true), ("5.6.7.9", true), ("5.6.7.10", false)] {
        assert_eq!(anonymity(&files, address).vpn, Some(listed), "{address}");
    }
}

#[test]
fn each_setting_makes_its_kinds_available_and_no_other() {
    let path = || PathBuf::from("x");
    let none = Available::default();
    for (files, expected) in [
        (GeoFiles::default(), none),
        (GeoFiles { city: Some(path()), ..GeoFiles::default() }, Available { city: true, ..none }),
        (GeoFiles { asn: Some(path()), ..GeoFiles::default() }, Available { asn: true, ..none }),
        (
            GeoFiles { anonymous_ip: Some(path()), ..GeoFiles::default() },
            Available { city: false, asn: false, ..Available::ALL },
        ),
        (
            GeoFiles {
                vpn_list: vec![path()],
                hosting_list: vec![path(), path()],
                ..GeoFiles::default()
            },
            Available { vpn: true, hosting: true, ..none },
        ),
    ] {
        assert_eq!(files.available(), expected, "{files:?}");
        let tells: Vec<_> =
            AnonymityKind::ALL.iter().filter(|kind| expected.tells(**kind)).collect();
        let fields = [expected.vpn, expected.tor, expected.hosting, expected.public_proxy];
        let told = fields.iter().chain([&expected.residential_proxy]).filter(|told| **told);
        assert_eq!(tells.len(), told.count());
    }
}
