//! Counts over windows that move in hops.

use serde::{Deserialize, Serialize};

use crate::domain::{DAY_MS, HOUR_MS, MINUTE_MS, Timestamp};

/// Counts of events by hop, for as many hops as the longest window needs.
///
/// A window of `n` hops at time `t` is half-open: it ends with the hop that `t` lies in and holds the `n - 1` hops
/// before it. Counting an event later, or in another order, gives the same.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct HopCounts {
    resolution: Resolution,
    /// Hop index and count, ascending; none is 0.
    hops: Vec<(i64, u32)>,
}

/// How long a hop is, and how many are kept.
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

    const fn kept(self) -> i64 {
        match self {
            Self::FiveMinutes => 12,
            Self::Hour => 24,
            Self::SixHours => 28,
            Self::Day => 90,
        }
    }
}

impl HopCounts {
    /// Hops of 5 minutes, for windows up to 1 h.
    #[must_use]
    pub const fn five_minutes() -> Self {
        Self { resolution: Resolution::FiveMinutes, hops: Vec::new() }
    }

    /// Hops of 6 hours, for windows up to 7 d.
    #[must_use]
    pub const fn six_hourly() -> Self {
        Self { resolution: Resolution::SixHours, hops: Vec::new() }
    }

    /// Hops of one hour, for windows up to 24 h.
    #[must_use]
    pub const fn hourly() -> Self {
        Self { resolution: Resolution::Hour, hops: Vec::new() }
    }

    /// Hops of one day, for windows up to 90 d.
    #[must_use]
    pub const fn daily() -> Self {
        Self { resolution: Resolution::Day, hops: Vec::new() }
    }

    /// Counts one event. One that is older than the longest window behind the newest is not kept.
    pub fn add(&mut self, at: Timestamp) {
        let hop = self.resolution.hop(at);
        let newest = self.hops.last().map_or(hop, |(newest, _)| (*newest).max(hop));
        if hop <= newest - self.resolution.kept() {
            return;
        }
        match self.hops.binary_search_by_key(&hop, |(index, _)| *index) {
            Ok(found) => {
                if let Some((_, count)) = self.hops.get_mut(found) {
                    *count = count.saturating_add(1);
                }
            }
            Err(place) => self.hops.insert(place, (hop, 1)),
        }
        self.hops.retain(|(index, _)| *index > newest - self.resolution.kept());
    }

    /// Takes back one event that was counted. One that is not kept any more is gone already.
    pub fn take_back(&mut self, at: Timestamp) {
        let hop = self.resolution.hop(at);
        if let Ok(found) = self.hops.binary_search_by_key(&hop, |(index, _)| *index) {
            match self.hops.get_mut(found) {
                Some((_, count)) if *count > 1 => *count -= 1,
                _ => {
                    self.hops.remove(found);
                }
            }
        }
    }

    /// Events in the window of `hops` hops at `at`.
    #[must_use]
    pub fn count(&self, at: Timestamp, hops: i64) -> i64 {
        let last = self.resolution.hop(at);
        let within = |(index, _): &&(i64, u32)| *index > last - hops && *index <= last;
        self.hops.iter().filter(within).map(|(_, count)| i64::from(*count)).sum()
    }
}
