//! What was missing, off or stale while a claim was judged.

use super::core::Setup;
use crate::domain::{Degradation, Timestamp};

/// Everything that was missing for a claim that is taken in at `at`. `geo_failed` says that a geo file holds a damaged
/// record for one of its addresses.
pub(super) fn degraded(setup: &Setup, at: Timestamp, geo_failed: bool) -> Vec<Degradation> {
    let mut found = vec![degradation("rules_only", "no model is loaded: rules alone decided")];
    let available = setup.geo.available();
    let files = [
        (available.city, "geo_city_missing", "no City file: places and countries are unknown"),
        (available.asn, "geo_asn_missing", "no ASN file: networks are unknown"),
        (
            available.anonymous_ip,
            "geo_anonymous_ip_missing",
            "no Anonymous-IP file: VPN, Tor, hosting and proxy addresses are unknown",
        ),
    ];
    found.extend(
        files
            .into_iter()
            .filter(|(there, _, _)| !there)
            .map(|(_, code, detail)| degradation(code, detail)),
    );
    for (file, age_d) in setup.geo.ages_d(at) {
        if age_d > setup.geo_max_age_d {
            let code = format!("geo_{file}_stale");
            found.push(degradation(&code, &format!("the file is {age_d:.0} days old")));
        }
    }
    if geo_failed {
        let detail = "a geo file holds a damaged record for an address of this claim";
        found.push(degradation("geo_lookup_failed", detail));
    }
    found
}

fn degradation(code: &str, detail: &str) -> Degradation {
    Degradation { code: code.to_owned(), detail: detail.to_owned() }
}
