//! The fields that are read from the files. Everything else in a record is skipped, not decoded: names of cities in
//! eight languages are most of it.

use std::fmt;

use serde::de::{Deserialize, Deserializer, Error, Visitor};

use super::facts::UNKNOWN_ACCURACY_KM;
use super::{Anonymity, AnonymityKind, Place};

/// A record of a city file.
#[derive(Debug, serde::Deserialize)]
pub(super) struct CityRecord<'a> {
    #[serde(borrow)]
    pub(super) country: Option<CountryRecord<'a>>,
    #[serde(borrow)]
    pub(super) location: Option<LocationRecord<'a>>,
}

/// Where the address is used. (`registered_country` is where its owner has an office, and is not read.)
#[derive(Debug, serde::Deserialize)]
pub(super) struct CountryRecord<'a> {
    pub(super) iso_code: Option<&'a str>,
}

/// The place.
#[derive(Debug, serde::Deserialize)]
pub(super) struct LocationRecord<'a> {
    latitude: Option<Number>,
    longitude: Option<Number>,
    accuracy_radius: Option<Number>,
    pub(super) time_zone: Option<&'a str>,
}

impl LocationRecord<'_> {
    /// The place; `Ok(None)` without coordinates, `Err` with such as are nowhere on earth.
    pub(super) fn place(&self) -> Result<Option<Place>, NotOnEarth> {
        let (Some(Number(latitude_deg)), Some(Number(longitude_deg))) =
            (self.latitude, self.longitude)
        else {
            return Ok(None);
        };
        let accuracy_km = self.accuracy_radius.map_or(UNKNOWN_ACCURACY_KM, |Number(km)| km);
        // Written so that NaN is refused too.
        let on_earth = (-90.0..=90.0).contains(&latitude_deg)
            && (-180.0..=180.0).contains(&longitude_deg)
            && (0.0..f64::INFINITY).contains(&accuracy_km);
        on_earth
            .then_some(Some(Place { latitude_deg, longitude_deg, accuracy_km }))
            .ok_or(NotOnEarth)
    }
}

/// Coordinates or a radius that cannot be.
#[derive(Debug)]
pub(super) struct NotOnEarth;

/// A record of an ASN or ISP file.
#[derive(Debug, serde::Deserialize)]
pub(super) struct AsnRecord {
    pub(super) autonomous_system_number: Option<u32>,
}

/// A record of an Anonymous-IP or Anonymous-Plus file. A flag that does not hold is left out of the record. What the
/// second has besides (a confidence for its VPN flag, provider, day last seen) is not read: the flags mean the same in
/// both.
#[derive(Debug, Default, serde::Deserialize)]
#[serde(default)]
pub(super) struct AnonymousIpRecord {
    is_anonymous: bool,
    is_anonymous_vpn: bool,
    is_hosting_provider: bool,
    is_public_proxy: bool,
    is_residential_proxy: bool,
    is_tor_exit_node: bool,
}

impl AnonymousIpRecord {
    pub(super) fn tell(&self, anonymity: &mut Anonymity) {
        let named = [
            (AnonymityKind::Vpn, self.is_anonymous_vpn),
            (AnonymityKind::Tor, self.is_tor_exit_node),
            (AnonymityKind::Hosting, self.is_hosting_provider),
            (AnonymityKind::PublicProxy, self.is_public_proxy),
            (AnonymityKind::ResidentialProxy, self.is_residential_proxy),
        ];
        named.iter().for_each(|(kind, says)| anonymity.hear(*kind, *says));
        anonymity.unnamed = Some(self.is_anonymous && !named.iter().any(|(_, says)| *says));
    }
}

/// The confidence, in per cent, from which on an address of a Residential-Proxy file counts as one: more likely than
/// not. The file goes down to 1 %, and behind a household address there is mostly a household.
pub const RESIDENTIAL_CONFIDENCE_MIN_PCT: f64 = 50.0;

/// A record of a Residential-Proxy file: it lists nothing but residential proxies, so it holds no flag.
#[derive(Debug, serde::Deserialize)]
pub(super) struct ResidentialProxyRecord {
    anonymizer_confidence: Option<Number>,
}

impl ResidentialProxyRecord {
    /// Whether the address is one. Without a stated confidence, being listed is the statement.
    pub(super) fn says(&self) -> bool {
        self.anonymizer_confidence
            .is_none_or(|Number(confidence_pct)| confidence_pct >= RESIDENTIAL_CONFIDENCE_MIN_PCT)
    }
}

/// A number of any type of the format. MaxMind writes doubles and 16-bit integers here, other makers floats and wider
/// integers, and the reader takes a number only as the type that it was written as.
#[derive(Debug, Clone, Copy)]
struct Number(f64);

impl<'de> Deserialize<'de> for Number {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(NumberVisitor)
    }
}

struct NumberVisitor;

impl Visitor<'_> for NumberVisitor {
    type Value = Number;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a number")
    }

    fn visit_f64<E: Error>(self, number: f64) -> Result<Number, E> {
        Ok(Number(number))
    }

    fn visit_i64<E: Error>(self, number: i64) -> Result<Number, E> {
        // Degrees and radii on earth have at most five digits.
        i32::try_from(number).map(|number| Number(f64::from(number))).map_err(E::custom)
    }

    fn visit_u64<E: Error>(self, number: u64) -> Result<Number, E> {
        u32::try_from(number).map(|number| Number(f64::from(number))).map_err(E::custom)
    }
}
