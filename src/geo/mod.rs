//! What an IP address tells: country, place, time zone, network and anonymity, from MaxMind DB files.
//!
//! Each of the three files is optional: [`Geo::open`] takes what is configured, and [`Geo::available`] says what can be
//! known. A file that is not there leaves its parts of [`GeoFacts`] at `None`; `None` is "nobody can say", never "no".
//!
//! INVARIANT: after [`Geo::open`] nothing here fails, blocks, reads a file or asks the clock. A file is held in memory
//! as it was when opened (never mapped: a file replaced in place under a map is undefined behaviour), so the same
//! [`Geo`] answers the same question the same way for ever. A newer file means a new [`Geo`].

mod database;
mod distance;
mod facts;
mod files;
mod lookup;
mod private;
mod records;
mod timezone;

#[cfg(test)]
mod tests;

pub use database::DATABASE_MAX_BYTES;
pub use distance::{EARTH_RADIUS_KM, MAX_SPEED_KMH, distance_km, speed_kmh};
pub use facts::{Anonymity, Available, GeoFacts, Place, UNKNOWN_ACCURACY_KM};
pub use files::{GeoError, GeoFile, GeoFiles};
pub use lookup::Geo;
pub use private::is_private;
pub use timezone::{local_hour, timezone_gap_h};
