//! What an IP address tells: country, place, time zone, network and anonymity, from MaxMind DB files and plain lists of
//! networks.
//!
//! Each of the files is optional: [`Geo::open`] takes what is configured, and [`Geo::available`] says what can be
//! known. What no file can tell stays `None` in [`GeoFacts`]; `None` is "nobody can say", never "no".
//!
//! INVARIANT: after [`Geo::open`] nothing here fails, blocks, reads a file or asks the clock. A file is held in memory
//! as it was when opened (never mapped: a file replaced in place under a map is undefined behaviour), so the same
//! [`Geo`] answers the same question the same way for ever. A newer file means a new [`Geo`].

mod anonymity;
mod available;
mod database;
mod distance;
mod error;
mod facts;
mod files;
mod line;
mod list;
mod lookup;
mod networks;
mod private;
mod records;
mod regular;
mod timezone;

#[cfg(test)]
mod tests;

pub use anonymity::{Anonymity, AnonymityKind};
pub use available::Available;
pub use database::DATABASE_MAX_BYTES;
pub use distance::{EARTH_RADIUS_KM, MAX_SPEED_KMH, distance_km, speed_kmh};
pub use error::GeoError;
pub use facts::{GeoFacts, Place, UNKNOWN_ACCURACY_KM};
pub use files::{GeoFile, GeoFiles};
pub use line::{BadLine, LineFault};
pub use list::{BAD_LINES_SHOWN, LIST_MAX_BYTES, LIST_MAX_FILES, LIST_MAX_NETWORKS};
pub use lookup::Geo;
pub use private::is_private;
pub use records::RESIDENTIAL_CONFIDENCE_MIN_PCT;
pub use timezone::{local_hour, timezone_gap_h};

use regular::regular;
