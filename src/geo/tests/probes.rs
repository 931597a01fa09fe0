//! The table of probes in the README of the sample files says what the code says.

use super::{geo, ip};
use crate::geo::{Anonymity, AnonymityKind, GeoFacts};

const README: &str = include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/datasets/geo/README.md"));

#[test]
fn readme_says_what_the_files_say() {
    let stated: Vec<&str> = README.lines().filter(|line| line.starts_with("| `")).collect();
    let geo = geo();
    let measured: Vec<String> = stated
        .iter()
        .map(|row| {
            let address = row.split('`').nth(1).unwrap();
            table_row(address, &geo.lookup(ip(address)))
        })
        .collect();
    assert_eq!(stated.join("\n"), measured.join("\n"));
    assert!(stated.len() >= 12, "the README should list at least 12 probes");
}

fn table_row(address: &str, facts: &GeoFacts) -> String {
    let unknown = || "-".to_owned();
    let country = facts.country.map_or_else(unknown, |country| country.to_string());
    let place = facts.place.map_or_else(unknown, |place| {
        format!("{} {} within {} km", place.latitude_deg, place.longitude_deg, place.accuracy_km)
    });
    let timezone = facts.timezone.as_deref().unwrap_or("-");
    let asn = facts.asn.map_or_else(unknown, |asn| asn.to_string());
    let anonymity = anonymity_text(facts.anonymity);
    format!("| `{address}` | {country} | {place} | {timezone} | {asn} | {anonymity} |")
}

fn anonymity_text(anonymity: Anonymity) -> String {
    let kinds = AnonymityKind::ALL.iter().filter(|kind| anonymity.is(**kind) == Some(true));
    let named: Vec<&str> = kinds.map(|kind| kind.as_str()).collect();
    match (anonymity.any(), named.is_empty()) {
        (Some(false), true) => "none".to_owned(),
        (Some(true), false) => named.join(" "),
        (None, true) => "-".to_owned(),
        (any, _) => format!("any is {any:?} with {named:?}"),
    }
}
