//! How often something came true, over windows that move by day.

use serde::{Deserialize, Serialize};

use super::hops::{DAYS_KEPT, Hops, day_of};
use crate::domain::Timestamp;

/// Trials and hits by day, for 90 d: the raw material of a smoothed rate. Windows are those of [`super::HopCounts`], and
/// the order of arrival does not show. A day that holds more than `u32::MAX` of either stays there.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct RateHops {
    days: Hops<Tally>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
struct Tally {
    hits: u32,
    trials: u32,
}

impl RateHops {
    /// Counts one trial, and whether it hit. One that is 90 d or more behind the newest is not kept.
    pub fn add(&mut self, at: Timestamp, hit: bool) {
        if let Some(tally) = self.days.at(day_of(at), DAYS_KEPT) {
            tally.trials = tally.trials.saturating_add(1);
            tally.hits = tally.hits.saturating_add(u32::from(hit));
        }
    }

    /// Takes back one trial that was counted. One that is not kept any more is gone already.
    pub fn take_back(&mut self, at: Timestamp, hit: bool) {
        if let Some(tally) = self.days.known(day_of(at)) {
            tally.trials = tally.trials.saturating_sub(1);
            tally.hits = tally.hits.saturating_sub(u32::from(hit));
        }
    }

    /// Hits and trials of the `days` days that end with the day of `at`: `hits <= trials`.
    #[must_use]
    pub fn within(&self, at: Timestamp, days: i64) -> (i64, i64) {
        self.days.within(day_of(at), days).fold((0, 0), |(hits, trials), tally| {
            (hits + i64::from(tally.hits), trials + i64::from(tally.trials))
        })
    }
}
