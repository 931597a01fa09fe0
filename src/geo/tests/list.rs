//! What is read from a plain list.

use std::path::{Path, PathBuf};

use proptest::prelude::*;
use sha2::{Digest, Sha256};

use super::ip;
use crate::geo::list::{Lines, read_lines};
use crate::geo::networks::Networks;
use crate::geo::{
    BAD_LINES_SHOWN, Geo, GeoError, GeoFile, GeoFiles, LIST_MAX_BYTES, LIST_MAX_FILES, LineFault,
};

fn read(text: impl AsRef<[u8]>) -> (Networks, Lines) {
    let mut networks = Networks::default();
    let lines = read_lines(text.as_ref(), &mut networks, usize::MAX).unwrap();
    (networks, lines)
}

fn fault(line: &str) -> Option<LineFault> {
    read(line).1.bad.first().map(|bad| bad.fault)
}

#[test]
fn lists_are_read_as_they_are_published() {
    let text = b"\xef\xbb\xbf# a list\r\n\
        \r\n\
        5.6.7.0/24\r\n\
        ; another comment\n\
        \t 8.8.8.8  \n\
        1.10.16.0/20 ; SBL256894\n\
        9.9.9.9#quad\n\
        23.5.77.130/16 # bits behind the prefix\n\
        2A02:CF40::/29\n\
        2001:218::1\n\
        ::ffff:77.1.2.3\n\
        ::ffff:78.1.0.0/112\n\
        5.6.7.0/24\n\
        # \xff\xfe\x00 is no text\n\
        \n\
        94.1.2.3/32";
    let (networks, lines) = read(text);
    assert_eq!((lines.bad_count, lines.networks, networks.len()), (0, 11, 10));
    for (address, listed) in [
        ("5.6.7.255", true),
        ("5.6.8.0", false),
        ("8.8.8.8", true),
        ("8.8.8.9", false),
        ("1.10.31.255", true),
        ("9.9.9.9", true),
        ("23.5.255.255", true),
        ("23.6.0.0", false),
        ("2a02:cf47::1", true),
        ("2a02:cf48::1", false),
        ("2001:218::1", true),
        ("2001:218::2", false),
        ("77.1.2.3", true),
        ("78.1.255.255", true),
        ("78.2.0.0", false),
        ("94.1.2.3", true),
    ] {
        assert_eq!(networks.contain(ip(address)), Some(listed), "{address}");
    }
}

#[test]
fn an_address_family_without_networks_is_unknown() {
    let (networks, _) = read("1.2.3.0/24");
    assert_eq!(networks.contain(ip("2a02:cf40::1")), None);
    let (networks, _) = read("2a02:cf40::/29");
    assert_eq!(networks.contain(ip("1.2.3.4")), None);
    assert_eq!(read("# nothing").0.contain(ip("1.2.3.4")), None);
}

#[test]
fn what_is_no_network_is_a_fault() {
    for (line, expected) in [
        ("example.com", LineFault::NoAddress),
        ("1.2.3", LineFault::NoAddress),
        ("1.2.3.256", LineFault::NoAddress),
        ("01.2.3.4", LineFault::NoAddress),
        ("1.2.3.4 1.2.3.5", LineFault::NoAddress),
        ("1.2.3.4-1.2.3.9", LineFault::NoAddress),
        ("1.2.3.4, vpn", LineFault::NoAddress),
        ("1.2.3.4:80", LineFault::NoAddress),
        ("fe80::1%eth0", LineFault::NoAddress),
        ("/24", LineFault::NoAddress),
        ("1.2.3.0/33", LineFault::NoPrefix),
        ("2001:db8::/129", LineFault::NoPrefix),
        ("1.2.3.0/", LineFault::NoPrefix),
        ("1.2.3.0/+24", LineFault::NoPrefix),
        ("1.2.3.0/256", LineFault::NoPrefix),
        ("1.2.3.0/255.255.255.0", LineFault::NoPrefix),
        ("1.2.3.0/24/24", LineFault::NoPrefix),
        ("0.0.0.0/0", LineFault::Everything),
        ("9.9.9.9/0", LineFault::Everything),
        ("::/0", LineFault::Everything),
        ("::ffff:0:0/96", LineFault::Everything),
    ] {
        assert_eq!(fault(line), Some(expected), "{line}");
    }
}

struct Folder(tempfile::TempDir);

impl Folder {
    fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    fn file(&self, name: &str, bytes: impl AsRef<[u8]>) -> PathBuf {
        let path = self.0.path().join(name);
        std::fs::write(&path, bytes).unwrap();
        path
    }
}

fn refused(list: Vec<PathBuf>) -> Vec<GeoError> {
    Geo::open(&GeoFiles { tor_list: list, ..GeoFiles::default() }).unwrap_err()
}

#[test]
fn every_bad_line_is_counted_and_the_first_are_shown() {
    let folder = Folder::new();
    let text: String = (1..=50).map(|n| format!("5.6.7.{n}\nhost-{n}\n")).collect();
    let (bad, also_bad) =
        (folder.file("bad.txt", text), folder.file("also-bad.txt", "\n1.2.3.4/99"));
    let problems = refused(vec![bad, folder.file("good.txt", "5.6.7.8"), also_bad]);
    assert_eq!(problems.len(), 2);
    let text = problems[0].to_string();
    assert!(text.starts_with("geo file `tor_list`: ") && text.contains(", 50 in all;"), "{text}");
    let shown: Vec<&str> = text.lines().skip(1).collect();
    assert_eq!(shown.len(), BAD_LINES_SHOWN + 1);
    assert!(
        shown[0]
            .ends_with("bad.txt:2: `host-1` is no IP address, nor one with the length of a prefix")
    );
    assert!(shown[BAD_LINES_SHOWN - 1].contains("bad.txt:40: `host-20`"));
    assert!(shown[BAD_LINES_SHOWN].ends_with("bad.txt: and 30 more"));
    assert!(problems[1].to_string().contains("also-bad.txt:2: `1.2.3.4/99` has a prefix"));
}

#[test]
fn what_a_bad_line_says_is_shortened_and_escaped() {
    let (_, lines) = read([b"\x1b[31m\xff".as_slice(), &[b'x'; 5_000], b"\n"].concat());
    let text = &lines.bad[0].text;
    assert!(text.starts_with("\\u{1b}[31m\u{fffd}xxx") && text.len() < 100, "{text}");
}

#[test]
fn a_list_of_nothing_is_refused() {
    let folder = Folder::new();
    for text in ["", "\n\n", "# to do\n", "\u{feff}"] {
        let problems = refused(vec![folder.file("empty.txt", text)]);
        assert!(matches!(problems.as_slice(), [GeoError::NothingListed { .. }]), "{problems:?}");
    }
}

#[test]
fn bounds_are_held() {
    let folder = Folder::new();
    let one = folder.file("one.txt", "5.6.7.8");
    let problems = refused(vec![one.clone(); LIST_MAX_FILES + 1]);
    assert!(matches!(problems.as_slice(), [GeoError::TooManyFiles { .. }]), "{problems:?}");
    let files = GeoFiles { tor_list: vec![one; LIST_MAX_FILES], ..GeoFiles::default() };
    assert_eq!(Geo::open(&files).unwrap().builds().len(), LIST_MAX_FILES);

    // Without a byte of it on disk.
    let large = folder.file("large.txt", "");
    let sparse = std::fs::File::options().write(true).open(&large).unwrap();
    sparse.set_len(LIST_MAX_BYTES + 1).unwrap();
    let problems = refused(vec![large]);
    assert!(matches!(problems.as_slice(), [GeoError::TooLarge { .. }]), "{problems:?}");

    let mut networks = Networks::default();
    let two = b"5.6.7.8\n5.6.7.8\n5.6.7.9\n".as_slice();
    assert!(!read_lines(two, &mut networks, 2).unwrap().too_many);
    let third = b"# one more\n5.6.7.10".as_slice();
    assert!(read_lines(third, &mut networks, 2).unwrap().too_many);
}

#[test]
fn builds_name_each_list_by_its_bytes() {
    let folder = Folder::new();
    let digest = |bytes: &[u8]| hex::encode(Sha256::digest(bytes))[..16].to_owned();
    let texts: [&[u8]; 3] =
        [b"5.6.7.8\r\n", b"\xef\xbb\xbf5.6.7.9 # no end of line", b"5.6.7.10\n"];
    let [a, b, c] = texts.map(digest);
    let files = GeoFiles {
        hosting_list: vec![folder.file("a", texts[0]), folder.file("b", texts[1])],
        vpn_list: vec![folder.file("c", texts[2])],
        ..GeoFiles::default()
    };
    let geo = Geo::open(&files).unwrap();
    let expected = [
        format!("vpn_list:sha256:{c}"),
        format!("hosting_list:sha256:{a}"),
        format!("hosting_list:sha256:{b}"),
    ];
    assert_eq!(geo.builds(), expected);
    assert_eq!(geo.ages_d(crate::domain::Timestamp::EARLIEST), []);
    assert_eq!(files.given().collect::<Vec<_>>(), [GeoFile::VpnList, GeoFile::HostingList]);
}

#[test]
fn every_path_can_be_changed() {
    let mut files = GeoFiles {
        city: Some("city".into()),
        residential_proxy: Some("residential".into()),
        tor_list: vec!["a".into(), "b".into()],
        ..GeoFiles::default()
    };
    files.paths_mut().for_each(|path| *path = Path::new("/geo").join(&*path));
    let expected = GeoFiles {
        city: Some("/geo/city".into()),
        residential_proxy: Some("/geo/residential".into()),
        tor_list: vec!["/geo/a".into(), "/geo/b".into()],
        ..GeoFiles::default()
    };
    assert_eq!(files, expected);
}

proptest! {
    #[test]
    fn any_bytes_are_read_without_panic(bytes in prop::collection::vec(any::<u8>(), 0..400)) {
        let (networks, lines) = read(&bytes);
        prop_assert!(networks.len() as u64 <= lines.networks);
        prop_assert!(lines.bad.len() as u64 <= lines.bad_count);
    }

    #[test]
    fn near_networks_are_read_without_panic(text in "([0-9a-f:./#; ]{0,20}\r?\n){0,20}") {
        read(text);
    }
}
