//! What is known about an address, copied out of the files.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::Anonymity;
use crate::domain::Country;

/// The radius that stands for an unstated one: the largest that MaxMind publishes. An unknown radius must not make a
/// journey look faster than it can be shown to be.
pub const UNKNOWN_ACCURACY_KM: f64 = 1_000.0;

/// What the files say about one address. `None` is unknown: no file, an address that the file does not list, or an
/// address that belongs to nobody (see [`super::is_private`]).
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct GeoFacts {
    /// Country in which the address is used (not the one in which it is registered).
    pub country: Option<Country>,
    /// Where it is used.
    pub place: Option<Place>,
    /// IANA time zone of the place.
    pub timezone: Option<Arc<str>>,
    /// Number of the autonomous system that announces it.
    pub asn: Option<u32>,
    /// Whether it hides who is behind it.
    pub anonymity: Anonymity,
    /// A file has a record for the address that cannot be read. The parts that it spoiled are `None`.
    pub failed: bool,
}

/// A place on earth, as well as an address tells it.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Place {
    /// Degrees north, -90 to 90.
    pub latitude_deg: f64,
    /// Degrees east, -180 to 180.
    pub longitude_deg: f64,
    /// Radius in kilometres within which the address is used in two cases of three (MaxMind states 67 % confidence),
    /// at least 0; [`UNKNOWN_ACCURACY_KM`] where the file states none.
    pub accuracy_km: f64,
}
