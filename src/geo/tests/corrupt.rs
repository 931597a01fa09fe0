//! Corrupt files give errors or unknowns: never a panic, never a lookup without end.

use std::io::Write as _;
use std::net::IpAddr;
use std::path::{Path, PathBuf};

use maxminddb::Reader;
use proptest::prelude::*;
use proptest::sample::Index;

use super::{ANONYMOUS_IP, ANONYMOUS_PLUS, ASN, CITY, RESIDENTIAL_PROXY, ip, sample};
use crate::geo::database::Database;
use crate::geo::{Geo, GeoFacts, GeoFile, GeoFiles};

/// Names a checkout of the corrupt files that come with the MaxMind DB format (`bad-data` of maxmind/MaxMind-DB).
const BAD_DATA_VAR: &str = "VOUCH_MAXMIND_BAD_DATA";

/// Addresses of every sample file, and the corners of both address families.
const ADDRESSES: &[&str] = &[
    "1.0.0.0",
    "1.1.1.1",
    "1.2.0.1",
    "1.128.0.1",
    "6.1.0.4",
    "65.0.0.1",
    "81.2.69.142",
    "89.160.20.112",
    "175.16.199.1",
    "216.160.83.56",
    "223.255.255.255",
    "2001:218::1",
    "2001:480:3a::1",
    "2a02:cf40::1",
    "2600:7000::1",
    "8000::",
    "f000::1",
];

fn lookups(geo: &Geo) -> Vec<GeoFacts> {
    // Every first byte, so that each path of a small tree is walked.
    let spread = (0..=255).map(|first| IpAddr::from([first, 1, 2, 3]));
    ADDRESSES.iter().map(|text| ip(text)).chain(spread).map(|ip| geo.lookup(ip)).collect()
}

/// The files in the MaxMind DB format.
const DATABASES: [GeoFile; 4] =
    [GeoFile::City, GeoFile::Asn, GeoFile::AnonymousIp, GeoFile::ResidentialProxy];

/// The bytes in each of the places, whatever type they state: whether all that is said of an address is sound.
fn survives(bytes: &[u8]) -> bool {
    DATABASES.iter().all(|file| match Reader::from_source(bytes.to_vec()) {
        Ok(reader) => {
            let facts = lookups(&Geo::none().with(Database::unchecked(*file, reader)));
            facts.iter().all(parts_are_sound)
        }
        Err(_) => true,
    })
}

fn parts_are_sound(facts: &GeoFacts) -> bool {
    facts.place.is_none_or(|place| {
        place.latitude_deg.abs() <= 90.0
            && place.longitude_deg.abs() <= 180.0
            && place.accuracy_km >= 0.0
            && place.accuracy_km.is_finite()
    }) && facts.timezone.as_deref().is_none_or(|name| !name.is_empty() && name.len() <= 64)
}

/// What is said of London and of Changchun after a change to the city file at the bytes of London's latitude.
fn after(change: impl FnOnce(&mut [u8], usize)) -> (GeoFacts, GeoFacts) {
    let mut bytes = std::fs::read(sample(CITY)).unwrap();
    let latitude = 51.5142_f64.to_be_bytes();
    let at = bytes.windows(8).position(|window| window == latitude).unwrap();
    change(&mut bytes, at);
    let reader = Reader::from_source(bytes).unwrap();
    let geo = Geo::none().with(Database::unchecked(GeoFile::City, reader));
    (geo.lookup(ip("81.2.69.142")), geo.lookup(ip("175.16.199.1")))
}

#[test]
fn a_corrupt_record_fails_alone() {
    let (london, changchun) = after(|bytes, latitude| {
        // A double becomes bytes of the same length.
        assert_eq!(bytes[latitude - 1], 0x68);
        bytes[latitude - 1] = 0x88;
    });
    assert_eq!(london, GeoFacts { failed: true, ..GeoFacts::default() });
    assert!(!changchun.failed && changchun.place.is_some());
}

#[test]
fn a_place_that_is_nowhere_fails_and_leaves_the_country() {
    for nowhere in [f64::NAN, f64::INFINITY, 90.001, -1e300] {
        let (london, changchun) = after(|bytes, latitude| {
            bytes[latitude..latitude + 8].copy_from_slice(&nowhere.to_be_bytes());
        });
        assert!(london.failed && london.place.is_none());
        assert_eq!(london.country.unwrap().as_str(), "GB");
        assert!(!changchun.failed && changchun.place.is_some());
    }
}

proptest! {
    #[test]
    fn samples_with_random_bytes_never_panic(
        name in prop::sample::select(vec![CITY, ASN, ANONYMOUS_IP, ANONYMOUS_PLUS, RESIDENTIAL_PROXY]),
        changes in prop::collection::vec((any::<Index>(), any::<u8>()), 1..60),
    ) {
        let mut bytes = std::fs::read(sample(name)).unwrap();
        for (at, byte) in changes {
            let at = at.index(bytes.len());
            bytes[at] = byte;
        }
        prop_assert!(survives(&bytes));
    }
}

/// Runs where a checkout is named by the variable or lies beside this one; elsewhere it says so and checks nothing.
#[test]
fn known_bad_files_give_errors_or_unknowns() {
    let Some(folder) = bad_data() else {
        let told = writeln!(
            std::io::stdout(),
            "not checked: no folder of known bad files; name one by {BAD_DATA_VAR}"
        );
        return assert!(told.is_ok());
    };
    let files = databases_under(&folder);
    assert!(!files.is_empty(), "no .mmdb file in `{}`", folder.display());
    for path in files {
        assert!(survives(&std::fs::read(&path).unwrap()), "{}", path.display());
        for file in GeoFile::ALL {
            // As configured, with the type looked at.
            let mut files = GeoFiles::default();
            match file {
                GeoFile::City => files.city = Some(path.clone()),
                GeoFile::Asn => files.asn = Some(path.clone()),
                GeoFile::AnonymousIp => files.anonymous_ip = Some(path.clone()),
                GeoFile::ResidentialProxy => files.residential_proxy = Some(path.clone()),
                GeoFile::VpnList => files.vpn_list.push(path.clone()),
                GeoFile::TorList => files.tor_list.push(path.clone()),
                GeoFile::HostingList => files.hosting_list.push(path.clone()),
            }
            match Geo::open(&files) {
                Ok(geo) => assert!(lookups(&geo).iter().all(parts_are_sound)),
                Err(problems) => assert_eq!(problems.len(), 1),
            }
        }
    }
}

#[expect(
    clippy::disallowed_methods,
    reason = "the place of files that are not part of this package"
)]
fn bad_data() -> Option<PathBuf> {
    let named = std::env::var(BAD_DATA_VAR).map(PathBuf::from).ok();
    let beside = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/data/maxmind/bad-data");
    named.or(Some(beside)).filter(|folder| folder.is_dir())
}

fn databases_under(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(databases_under(&path));
        } else if path.extension().is_some_and(|extension| extension == "mmdb") {
            found.push(path);
        }
    }
    found.sort();
    found
}
