//! Tests over the sample files of `datasets/geo`.

mod anonymity;
mod corrupt;
mod list;
mod lookup;
mod networks;
mod opening;
mod probes;

use std::net::IpAddr;
use std::path::{Path, PathBuf};

use super::{Geo, GeoFiles};

const CITY: &str = "GeoIP2-City-Test.mmdb";
const ASN: &str = "GeoLite2-ASN-Test.mmdb";
const ANONYMOUS_IP: &str = "GeoIP2-Anonymous-IP-Test.mmdb";
const ANONYMOUS_PLUS: &str = "GeoIP-Anonymous-Plus-Test.mmdb";
const RESIDENTIAL_PROXY: &str = "GeoIP-Residential-Proxy-Test.mmdb";

fn sample(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("datasets/geo").join(name)
}

fn samples() -> GeoFiles {
    GeoFiles {
        city: Some(sample(CITY)),
        asn: Some(sample(ASN)),
        anonymous_ip: Some(sample(ANONYMOUS_IP)),
        ..GeoFiles::default()
    }
}

fn geo() -> Geo {
    Geo::open(&samples()).unwrap()
}

fn ip(text: &str) -> IpAddr {
    text.parse().unwrap()
}
