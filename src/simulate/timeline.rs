//! What is going to be observed, by day.

use std::collections::BTreeMap;

use super::truth::Truth;
use crate::domain::{DAY_MS, Fact, RefundClaim};

/// Something that is written.
#[derive(Debug)]
pub(super) enum Record {
    Fact(Box<Fact>),
    Claim(Box<RefundClaim>),
    Truth(Box<Truth>),
}

#[derive(Debug)]
pub(super) struct Pending {
    /// When it is observed, ms.
    pub(super) at: i64,
    /// Ties keep the order in which they were told.
    sequence: u64,
    pub(super) record: Record,
}

/// Everything that is not written yet. What lies behind the end is never observed, so it is not kept.
#[derive(Debug)]
pub(super) struct Timeline {
    days: BTreeMap<i64, Vec<Pending>>,
    sequence: u64,
    /// Nothing can be observed before it any more, ms.
    floor: i64,
    end: i64,
}

impl Timeline {
    pub(super) const fn new(start: i64, end: i64) -> Self {
        Self { days: BTreeMap::new(), sequence: 0, floor: start, end }
    }

    pub(super) fn add(&mut self, at: i64, record: Record) {
        let at = at.max(self.floor);
        if at < self.end {
            self.sequence += 1;
            let pending = Pending { at, sequence: self.sequence, record };
            self.days.entry(at.div_euclid(DAY_MS)).or_default().push(pending);
        }
    }

    /// Takes everything that is observed before the end of the day that begins at `day_start`, in order.
    pub(super) fn close(&mut self, day_start: i64) -> Vec<Pending> {
        self.floor = day_start + DAY_MS;
        let mut day = self.days.remove(&day_start.div_euclid(DAY_MS)).unwrap_or_default();
        day.sort_unstable_by_key(|pending| (pending.at, pending.sequence));
        day
    }
}
