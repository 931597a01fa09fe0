//! What was missing, off or stale while a claim was judged.

use super::core::Setup;
use crate::domain::{Degradation, Timestamp};
use crate::geo::{AnonymityKind, Available};

/// Everything besides the model that was missing for a claim that is taken in at `at`. `geo_failed` says that a geo
/// file holds a damaged record for one of its addresses.
pub(super) fn degraded(setup: &Setup, at: Timestamp, geo_failed: bool) -> Vec<Degradation> {
    let mut found = Vec::new();
    let available = setup.geo.available();
    let files = [
        (available.city, "geo_city_missing", "no City file: places and countries are unknown"),
        (available.asn, "geo_asn_missing", "no ASN file: networks are unknown"),
    ];
    found.extend(
        files
            .into_iter()
            .filter(|(there, _, _)| !there)
            .map(|(_, code, detail)| degradation(code, detail)),
    );
    found.extend(anonymity_missing(available));
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

/// Says which kinds of anonymity no file or list tells.
fn anonymity_missing(available: Available) -> Option<Degradation> {
    let untold = AnonymityKind::ALL.iter().filter(|kind| !available.tells(**kind));
    let untold: Vec<&str> = untold.map(|kind| kind.as_str()).collect();
    let detail = format!(
        "no Anonymous-IP file, and no other file or list instead: {} addresses are unknown",
        untold.join(", ")
    );
    (!untold.is_empty()).then(|| degradation("geo_anonymous_ip_missing", &detail))
}

fn degradation(code: &str, detail: &str) -> Degradation {
    Degradation { code: code.to_owned(), detail: detail.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_kinds_that_nothing_tells_are_missing() {
        assert_eq!(anonymity_missing(Available::ALL), None);
        let lists = Available { vpn: true, tor: true, hosting: true, ..Available::default() };
        let missing = anonymity_missing(lists).unwrap();
        assert_eq!(missing.code, "geo_anonymous_ip_missing");
        assert!(missing.detail.contains(": public_proxy, residential_proxy addresses"));
        let missing = anonymity_missing(Available::default()).unwrap();
        assert!(missing.detail.contains(": vpn, tor, hosting, public_proxy, residential_proxy"));
    }
}
