//! What is refused when files are opened.

use std::path::PathBuf;

use super::{ANONYMOUS_IP, ANONYMOUS_PLUS, ASN, CITY, RESIDENTIAL_PROXY, sample, samples};
use crate::geo::{Geo, GeoError, GeoFile, GeoFiles};

fn refused(city: PathBuf) -> GeoError {
    let files = GeoFiles { city: Some(city), ..GeoFiles::default() };
    let mut problems = Geo::open(&files).unwrap_err();
    assert_eq!(problems.len(), 1);
    problems.remove(0)
}

#[test]
fn every_problem_is_reported_at_once_with_its_setting_and_file() {
    let files = GeoFiles {
        city: Some(sample(ASN)),
        asn: Some(sample("no-such-file.mmdb")),
        anonymous_ip: Some(sample("README.md")),
        residential_proxy: Some(sample(CITY)),
        vpn_list: vec![sample("no-such-list.txt")],
        tor_list: vec![sample("")],
        hosting_list: vec![sample("LICENSE-MIT")],
    };
    let problems = Geo::open(&files).unwrap_err();
    let settings: Vec<GeoFile> = problems.iter().map(GeoError::file).collect();
    assert_eq!(settings, GeoFile::ALL);
    let texts: Vec<String> = problems.iter().map(ToString::to_string).collect();
    for (text, words) in texts.iter().zip([
        ["`city`", "type `GeoLite2-ASN`", "name it as `asn`", "`GeoLite2-City`"],
        ["`asn`", "no-such-file.mmdb", "No such file", "leave the setting out"],
        ["`anonymous_ip`", "README.md", "metadata", "download"],
        ["`residential_proxy`", "type `GeoIP2-City`", "as `city`", "`GeoIP-Residential-Proxy`"],
        ["`vpn_list`", "no-such-list.txt", "No such file", "leave the setting out"],
        ["`tor_list`", "datasets/geo", "is not a regular file", "text file itself"],
        ["`hosting_list`", "LICENSE-MIT:1:", "is no IP address", "start them with `#`"],
    ]) {
        assert!(words.iter().all(|word| text.contains(word)), "{text}");
    }
}

#[test]
fn a_file_for_something_else_is_refused() {
    let swapped = GeoFiles {
        city: Some(sample(ANONYMOUS_IP)),
        asn: Some(sample(CITY)),
        anonymous_ip: Some(sample(RESIDENTIAL_PROXY)),
        residential_proxy: Some(sample(ANONYMOUS_PLUS)),
        ..GeoFiles::default()
    };
    let problems = Geo::open(&swapped).unwrap_err();
    assert_eq!(problems.len(), 4);
    assert!(problems.iter().all(|problem| matches!(problem, GeoError::WrongType { .. })));
    assert!(Geo::open(&samples()).is_ok());
}

#[test]
fn what_is_no_database_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let whole = std::fs::read(sample(CITY)).unwrap();
    for (name, bytes) in [
        ("empty.mmdb", Vec::new()),
        ("text.mmdb", b"start,end,country\n1.0.0.0,1.0.0.255,AU\n".to_vec()),
        ("truncated.mmdb", whole[..whole.len() / 2].to_vec()),
        ("nearly-whole.mmdb", whole[..whole.len() - 1].to_vec()),
        ("zeros.mmdb", vec![0; 4_096]),
    ] {
        let path = folder.path().join(name);
        std::fs::write(&path, bytes).unwrap();
        let problem = refused(path);
        assert!(matches!(problem, GeoError::NotADatabase { .. }), "{problem}");
        assert!(problem.to_string().contains(name));
    }
}

#[test]
fn what_is_no_file_is_refused() {
    assert!(matches!(refused(PathBuf::new()), GeoError::Unreadable { .. }));
    assert!(matches!(refused(sample("none.mmdb")), GeoError::Unreadable { .. }));
    assert!(matches!(refused(sample("")), GeoError::NotAFile { .. }));
}

#[cfg(unix)]
#[test]
fn a_device_without_end_is_refused() {
    assert!(matches!(refused(PathBuf::from("/dev/zero")), GeoError::NotAFile { .. }));
}

#[test]
fn a_file_cut_off_anywhere_is_refused() {
    let whole = std::fs::read(sample(ANONYMOUS_IP)).unwrap();
    for bytes in 0..whole.len() {
        let cut = maxminddb::Reader::from_source(&whole[..bytes]);
        assert!(cut.is_err(), "{bytes} of {} bytes", whole.len());
    }
}
