//! Points in time. Nobody here knows what time it is now.

use std::fmt;

use serde::{Deserialize, Serialize};

/// Milliseconds in a second.
pub const SECOND_MS: i64 = 1_000;
/// Milliseconds in a minute.
pub const MINUTE_MS: i64 = 60 * SECOND_MS;
/// Milliseconds in an hour.
pub const HOUR_MS: i64 = 60 * MINUTE_MS;
/// Milliseconds in a day.
pub const DAY_MS: i64 = 24 * HOUR_MS;

/// A point in time: milliseconds since 1970-01-01T00:00:00Z, leap seconds not counted.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize,
)]
pub struct Timestamp(i64);

impl Timestamp {
    /// 2000-01-01T00:00:00Z: the earliest time that is believed.
    pub const EARLIEST: Self = Self(946_684_800_000);

    /// From milliseconds since 1970.
    #[must_use]
    pub const fn from_ms(ms: i64) -> Self {
        Self(ms)
    }

    /// Milliseconds since 1970.
    #[must_use]
    pub const fn ms(self) -> i64 {
        self.0
    }

    /// Milliseconds from `earlier` to `self`; negative when `earlier` is the later one.
    #[must_use]
    pub const fn ms_since(self, earlier: Self) -> i64 {
        self.0.saturating_sub(earlier.0)
    }

    /// So many milliseconds later.
    #[must_use]
    pub const fn plus_ms(self, ms: i64) -> Self {
        Self(self.0.saturating_add(ms))
    }

    /// Minutes from `earlier` to `self`, with their fraction.
    #[must_use]
    pub fn minutes_since(self, earlier: Self) -> f64 {
        ratio(self.ms_since(earlier), MINUTE_MS)
    }

    /// Hours from `earlier` to `self`, with their fraction.
    #[must_use]
    pub fn hours_since(self, earlier: Self) -> f64 {
        ratio(self.ms_since(earlier), HOUR_MS)
    }

    /// Days from `earlier` to `self`, with their fraction.
    #[must_use]
    pub fn days_since(self, earlier: Self) -> f64 {
        ratio(self.ms_since(earlier), DAY_MS)
    }
}

impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match jiff::Timestamp::from_millisecond(self.0) {
            Ok(time) => write!(f, "{time}"),
            Err(_) => write!(f, "{} ms", self.0),
        }
    }
}

/// Times here lie within some 10,000 years of 1970: exact in f64.
#[expect(clippy::cast_precision_loss, reason = "spans of believed times are far below 2^53 ms")]
fn ratio(span_ms: i64, unit_ms: i64) -> f64 {
    span_ms as f64 / unit_ms as f64
}
