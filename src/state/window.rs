//! Counts over windows that move in hops.

use serde::{Deserialize, Serialize};

use super::hops::{DAYS_KEPT, Hops};
use crate::domain::{DAY_MS, HOUR_MS, MINUTE_MS, Timestamp};

/// Counts of events by hop, for as many hops as the longest window needs.
///
/// A window of `n` hops at time `t` is half-open: it ends with the hop that `t` lies in and holds the `n - 1` hops
/// before it. Counting an event later, or in another order, gives the same. Hops lie on the clock (UTC), not on the
/// first event. A hop that holds more than `u32::MAX` events stays there.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct HopCounts {
    resolution: Resolution,
    counts: Hops<u32>,
}

/// How long a hop is, and how many are kept. New ones go to the end: their numbers are in records.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
enum Resolution {
    FiveMinutes,
    Hour,
    SixHours,
    Day,
}

impl Resolution {
    const fn hop(self, at: Timestamp) -> i64 {
        at.ms().div_euclid(match self {
            Self::FiveMinutes => 5 * MINUTE_MS,
            Self::Hour => HOUR_MS,
            Self::SixHours => 6 * HOUR_MS,
            Self::Day => DAY_MS,
        })
    }

    const fn kept(self) -> u8 {
        match self {
            Self::FiveMinutes => 12,
            Self::Hour => 24,
            Self::SixHours => 28,
            Self::Day => DAYS_KEPT,
        }
    }
}

impl HopCounts {
    /// Hops of five minutes, 12 of them: for windows up to 1 h.
    #[must_use]
    pub const fn five_minutes() -> Self {
        Self::new(Resolution::FiveMinutes)
    }

    /// Hops of one hour, 24 of them: for windows up to 24 h.
    #[must_use]
    pub const fn hourly() -> Self {
        Self::new(Resolution::Hour)
    }

    /// Hops of six hours, 28 of them: for windows up to 7 d.
    #[must_use]
    pub const fn six_hourly() -> Self {
        Self::new(Resolution::SixHours)
    }

    /// Hops of one day, 90 of them: for windows up to 90 d.
    #[must_use]
    pub const fn daily() -> Self {
        Self::new(Resolution::Day)
    }

    const fn new(resolution: Resolution) -> Self {
        Self { resolution, counts: Hops::new() }
    }

    /// Counts one event. One that is older than the longest window behind the newest is not kept.
    pub fn add(&mut self, at: Timestamp) {
        if let Some(count) = self.counts.at(self.resolution.hop(at), self.resolution.kept()) {
            *count = count.saturating_add(1);
        }
    }

    /// Takes back one event that was counted. One that is not kept any more is gone already.
    pub fn take_back(&mut self, at: Timestamp) {
        if let Some(count) = self.counts.known(self.resolution.hop(at)) {
            *count = count.saturating_sub(1);
        }
    }

    /// How many hops are kept in which something happened.
    pub(super) fn len(&self) -> usize {
        self.counts.len()
    }

    /// Events in the window of `hops` hops at `at`.
    #[must_use]
    pub fn count(&self, at: Timestamp, hops: i64) -> i64 {
        self.counts.within(self.resolution.hop(at), hops).map(|count| i64::from(*count)).sum()
    }
}
