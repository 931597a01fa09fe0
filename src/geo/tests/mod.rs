//! Tests over the sample files of `datasets/geo`.

mod corrupt;
mod lookup;
mod opening;
mod probes;

use std::net::IpAddr;
use std::path::{Path, PathBuf};

use super::{Geo, GeoFiles};

const CITY: &str = "GeoIP2-City-Test.mmdb";
const ASN: &str = "GeoLite2-ASN-Test.mmdb";
const ANONYMOUS_IP: &str = "GeoIP2-Anonymous-IP-Test.mmdb";

fn sample(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("datasets/geo").join(name)
}

fn samples() -> GeoFiles {
    GeoFiles {
        city: Some(sample(CITY)),
        asn: Some(sample(ASN)),
        anonymous_ip: Some(sample(ANONYMOUS_IP)),
    }
}

fn geo() -> Geo {
    Geo::open(&samples()).unwrap()
}

fn ip(text: &str) -> IpAddr {
    text.parse().unwrap()
}
