//! Where the claim comes from.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::group::signal_group;
use super::known::Known;
use super::rates;
use crate::domain::{Country, DAY_MS};
use crate::geo::{self, Place};

/// Look-back for countries that the account was used from.
const COUNTRY_MEMORY_MS: i64 = 90 * DAY_MS;

signal_group! {
    /// Where the claim comes from.
    GeoSignals, "ip / geo";
    ip_missing: truth, "-", Claim, "the claim gives no address", "never";
    ip_private: truth, "-", Claim, "the address is private, reserved or shared (CGNAT): it says nothing about a place", "the claim gives no address";
    ip_country: text, "ISO 3166 alpha-2", City, "country of the address", "no City file, or it does not know the address";
    ip_asn: int, "AS number", Asn, "autonomous system of the address", "no ASN file, or it does not know the address";
    ip_is_vpn: truth, "-", Anonymous(Vpn), "the address is a VPN exit", "no public address, or none of Anonymous-IP file and vpn_list is there and holds addresses of its family";
    ip_is_tor: truth, "-", Anonymous(Tor), "the address is a Tor exit", "as ip_is_vpn, with tor_list";
    ip_is_hosting: truth, "-", Anonymous(Hosting), "the address belongs to a hosting provider", "as ip_is_vpn, with hosting_list";
    ip_is_public_proxy: truth, "-", Anonymous(PublicProxy), "the address is an open proxy", "no public address, or no Anonymous-IP file";
    ip_is_residential_proxy: truth, "-", Anonymous(ResidentialProxy), "the address is sold as a residential proxy, more likely than not", "as ip_is_vpn, with the Residential-Proxy file";
    geo_km_from_order: real, "km", City, "great-circle distance from the order's address", "either place is unknown";
    geo_km_from_home: real, "km", City, "great-circle distance from the account's home: the place, of those half a degree apart, where it was used on most days of 90, claims and the last 24 h not counted", "either place is unknown";
    geo_speed_kmh: real, "km/h", City, "speed needed from the account's last located use before the claim, accuracy radii taken off; at most 100,000", "either place is unknown, or there was no such use";
    geo_country_changed: truth, "-", City, "another country than the order's address", "either country is unknown";
    geo_country_new_90d: truth, "-", City, "a country that the account was not used from in 90 d, the last 24 h not counted", "the country is unknown, or no such use is known";
    geo_payment_country_mismatch: truth, "-", City, "another country than the payment instrument's", "either country is unknown";
    geo_timezone_gap_h: real, "h", City, "gap between the time zone that the client reports and that of the address", "either zone is unknown";
    ip_accounts_24h: int, "accounts", Facts, "other accounts used from the address in 24 h; at most 64", "the claim gives no address";
    ip_refunds_1h: int, "claims", Facts, "earlier claims from the address in 1 h, each refund number once", "the claim gives no address";
    ip_refunds_24h: int, "claims", Facts, "earlier claims from the address in 24 h, each refund number once", "the claim gives no address";
    net_accounts_24h: int, "accounts", Facts, "other accounts used from the /24 (IPv4) or /48 (IPv6) network of the address in 24 h; at most 64", "the claim gives no address";
    net_refunds_24h: int, "claims", Facts, "earlier claims from that network in 24 h, each refund number once", "the claim gives no address";
    asn_refund_share_7d: real, "share", Asn, "claims over orders of the autonomous system in 7 d, shrunk toward the tenant's", "the autonomous system is unknown";
    ip_abuse_rate_90d: real, "share", Facts, "frauds among the claims from the address whose truth became known in 90 d, shrunk toward its network's rate, that toward its autonomous system's, that toward the tenant's: a shared address does not condemn", "the claim gives no address";
}

pub(super) fn compute(known: &Known<'_>) -> GeoSignals {
    let (here, ordered) = (&known.claim_place, &known.order_place);
    let at = known.at();
    let ip = known.client().ip;
    let payment_country = known.order.captures.first().and_then(|capture| capture.country);
    GeoSignals {
        ip_missing: Some(ip.is_none()),
        ip_private: ip.map(geo::is_private),
        ip_country: here.country.map(|country| Arc::from(country.as_str())),
        ip_asn: here.asn.map(i64::from),
        ip_is_vpn: here.anonymity.vpn,
        ip_is_tor: here.anonymity.tor,
        ip_is_hosting: here.anonymity.hosting,
        ip_is_public_proxy: here.anonymity.public_proxy,
        ip_is_residential_proxy: here.anonymity.residential_proxy,
        geo_km_from_order: here
            .place
            .as_ref()
            .zip(ordered.place.as_ref())
            .map(|(here, ordered)| geo::distance_km(here, ordered)),
        geo_km_from_home: here
            .place
            .as_ref()
            .zip(home(known))
            .map(|(here, home)| geo::distance_km(here, home)),
        geo_speed_kmh: speed_kmh(known),
        geo_country_changed: differ(here.country, ordered.country),
        geo_country_new_90d: country_new(known),
        geo_payment_country_mismatch: differ(here.country, payment_country),
        geo_timezone_gap_h: known
            .client()
            .timezone
            .as_deref()
            .zip(here.timezone.as_deref())
            .and_then(|(reported, by_ip)| geo::timezone_gap_h(reported, by_ip, at)),
        ip_accounts_24h: known
            .ip
            .map(|ip| ip.accounts.count_within(at, DAY_MS, Some(known.claimant()))),
        ip_refunds_1h: known.ip.map(|ip| ip.claims_minutely.count(at, 12)),
        ip_refunds_24h: known.ip.map(|ip| ip.claims_hourly.count(at, 24)),
        net_accounts_24h: known
            .network
            .map(|network| network.accounts.count_within(at, DAY_MS, Some(known.claimant()))),
        net_refunds_24h: known.network.map(|network| network.claims_hourly.count(at, 24)),
        asn_refund_share_7d: rates::asn_refund_share(known),
        ip_abuse_rate_90d: rates::ip_abuse_rate(known),
    }
}

fn differ(a: Option<Country>, b: Option<Country>) -> Option<bool> {
    a.zip(b).map(|(a, b)| a != b)
}

fn speed_kmh(known: &Known<'_>) -> Option<f64> {
    let here = known.claim_place.place.as_ref()?;
    let before = |touch: &&super::Located| touch.at <= known.at() && touch.place.place.is_some();
    let last = known.touches.iter().rev().find(before)?;
    geo::speed_kmh(last.place.place.as_ref()?, here, known.at().ms_since(last.at))
}

fn country_new(known: &Known<'_>) -> Option<bool> {
    let here = known.claim_place.country?;
    let since = known.at().plus_ms(-COUNTRY_MEMORY_MS);
    // A stranger logs in shortly before the claim.
    let until = known.at().plus_ms(-DAY_MS);
    let lately = known.touches.iter().filter(|touch| touch.at > since && touch.at <= until);
    let seen: Vec<Country> = lately.filter_map(|touch| touch.place.country).collect();
    (!seen.is_empty()).then(|| !seen.contains(&here))
}

/// The place where the account was used on most days; of several, the first from the south-west.
fn home<'k>(known: &'k Known<'_>) -> Option<&'k Place> {
    let mut cells: BTreeMap<(i64, i64), (u32, &Place)> = BTreeMap::new();
    for (facts, days) in &known.haunts {
        if let Some(place) = &facts.place {
            let cell = (half_degrees(place.latitude_deg), half_degrees(place.longitude_deg));
            cells.entry(cell).or_insert((0, place)).0 += days;
        }
    }
    let most = cells.values().map(|(days, _)| *days).max()?;
    cells.values().find(|(days, _)| *days == most).map(|(_, place)| *place)
}

#[expect(clippy::cast_possible_truncation, reason = "degrees are at most 180, and NaN gives 0")]
fn half_degrees(degrees: f64) -> i64 {
    (degrees * 2.0).floor() as i64
}
