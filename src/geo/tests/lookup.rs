//! What is said about an address.

use maxminddb::Reader;

use super::{ANONYMOUS_IP, ASN, CITY, RESIDENTIAL_PROXY, geo, ip, sample};
use crate::domain::{DAY_MS, Timestamp};
use crate::geo::database::Database;
use crate::geo::{
    Anonymity, Available, Geo, GeoFacts, GeoFile, GeoFiles, UNKNOWN_ACCURACY_KM, distance_km,
};

#[test]
fn a_city_is_found_with_its_radius_and_time_zone() {
    let facts = geo().lookup(ip("81.2.69.142"));
    assert_eq!(facts.country.unwrap().as_str(), "GB");
    assert_eq!(facts.timezone.as_deref(), Some("Europe/London"));
    let london = facts.place.unwrap();
    assert!((london.latitude_deg - 51.5142).abs() < 1e-9);
    assert!((london.longitude_deg + 0.0931).abs() < 1e-9);
    assert!((london.accuracy_km - 10.0).abs() < 1e-9);
    assert!(!facts.failed);

    let changchun = geo().lookup(ip("175.16.199.1")).place.unwrap();
    assert!((8_000.0..8_300.0).contains(&distance_km(&london, &changchun)));
}

#[test]
fn a_network_is_found() {
    assert_eq!(geo().lookup(ip("1.128.0.1")).asn, Some(1221));
    assert_eq!(geo().lookup(ip("175.16.199.1")).asn, None);
}

#[test]
fn without_a_file_its_parts_are_unknown() {
    let address = ip("81.2.69.142");
    assert_eq!(Geo::none().lookup(address), GeoFacts::default());
    assert_eq!(Geo::none().available(), Available::default());
    assert_eq!(Geo::none().oldest_age_d(Timestamp::EARLIEST), None);

    let files = GeoFiles { city: Some(sample(CITY)), ..GeoFiles::default() };
    let only_city = Geo::open(&files).unwrap();
    let facts = only_city.lookup(address);
    assert!(facts.country.is_some());
    assert_eq!((facts.asn, facts.anonymity), (None, Anonymity::default()));
    assert_eq!(only_city.available(), Available { city: true, ..Available::default() });
}

#[test]
fn a_mapped_address_is_the_address_itself() {
    assert_eq!(geo().lookup(ip("::ffff:81.2.69.142")), geo().lookup(ip("81.2.69.142")));
    assert!(geo().lookup(ip("::ffff:81.2.69.142")).place.is_some());
}

#[test]
fn addresses_of_nobody_are_not_looked_up() {
    // The sample file would place the last one in London.
    for text in ["10.1.2.3", "127.0.0.1", "100.64.0.1", "2001:db8::1", "fe80::1", "::81.2.69.142"] {
        assert_eq!(geo().lookup(ip(text)), GeoFacts::default(), "{text}");
    }
}

#[test]
fn an_ipv6_address_in_a_file_of_ipv4_is_unknown_and_no_fault() {
    let mut geo = Geo::none();
    for (file, name) in [
        (GeoFile::City, CITY),
        (GeoFile::Asn, ASN),
        (GeoFile::AnonymousIp, ANONYMOUS_IP),
        (GeoFile::ResidentialProxy, RESIDENTIAL_PROXY),
    ] {
        let mut bytes = std::fs::read(sample(name)).unwrap();
        // `ip_version` is followed by its type and length, then by its value.
        let field = bytes.windows(10).rposition(|window| window == b"ip_version").unwrap();
        assert_eq!(bytes[field + 11], 6);
        bytes[field + 11] = 4;
        geo = geo.with(Database::unchecked(file, Reader::from_source(bytes).unwrap()));
    }
    assert_eq!(geo.lookup(ip("2a02:cf40::1")), GeoFacts::default());
}

#[test]
fn a_place_without_radius_is_coarse() {
    let mut bytes = std::fs::read(sample(CITY)).unwrap();
    let field = bytes.windows(15).position(|window| window == b"accuracy_radius").unwrap();
    bytes[field] = b'A';
    let reader = Reader::from_source(bytes).unwrap();
    let place = Geo::none()
        .with(Database::unchecked(GeoFile::City, reader))
        .lookup(ip("81.2.69.142"))
        .place;
    assert!((place.unwrap().accuracy_km - UNKNOWN_ACCURACY_KM).abs() < 1e-9);
}

#[test]
fn builds_name_each_file_and_ages_count_from_them() {
    let geo = geo();
    let builds = geo.builds();
    let epochs_s: Vec<i64> = ["city:", "asn:", "anonymous_ip:"]
        .iter()
        .zip(&builds)
        .map(|(prefix, build)| build.strip_prefix(prefix).unwrap().parse().unwrap())
        .collect();
    assert_eq!((builds.len(), epochs_s.len()), (3, 3));

    let city_built_at = Timestamp::from_ms(epochs_s[0] * 1_000);
    let ages_d = geo.ages_d(city_built_at.plus_ms(3 * DAY_MS));
    assert_eq!(ages_d[0], (GeoFile::City, 3.0));
    assert_eq!(ages_d.len(), 3);
    let oldest_d = geo.oldest_age_d(city_built_at).unwrap();
    assert!(geo.ages_d(city_built_at).iter().all(|(_, age_d)| *age_d <= oldest_d));
}

#[test]
fn geo_is_shared_between_threads() {
    const fn shared<T: Send + Sync>() {}
    shared::<Geo>();
}
