//! What windows that move in hops are made of.

use serde::{Deserialize, Serialize};
use thin_vec::ThinVec;

use crate::domain::{DAY_MS, Timestamp};

/// Days for which values by day are kept, the current one counted.
pub(super) const DAYS_KEPT: u8 = 90;

/// The day that a time lies in, counted from 1970-01-01 (UTC); negative before.
pub(super) const fn day_of(at: Timestamp) -> i64 {
    at.ms().div_euclid(DAY_MS)
}

/// Values by hop. Only hops at which something happened take room: in a record, one byte for how old the hop is and
/// what its value takes; beside them a number for the newest hop.
///
/// What is kept depends on what was added, not on its order: the hops that are less than `kept` older than the newest.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub(super) struct Hops<T> {
    /// Index of the newest hop; 0 when there is none.
    newest: i64,
    /// How many hops older than the newest, and the value; ascending, so the newest comes first. A hop stays when its value
    /// is taken back: the newest does not become older again.
    values: ThinVec<(u8, T)>,
}

impl<T: Default> Hops<T> {
    pub(super) const fn new() -> Self {
        Self { newest: 0, values: ThinVec::new() }
    }

    /// The value of a hop, to be changed; `None` for a hop that is `kept` or more older than the newest. Hops that are
    /// so by now are forgotten.
    pub(super) fn at(&mut self, hop: i64, kept: u8) -> Option<&mut T> {
        if self.values.is_empty() {
            self.newest = hop;
        }
        if hop > self.newest {
            let newer = u8::try_from(hop.saturating_sub(self.newest)).unwrap_or(u8::MAX);
            self.newest = hop;
            self.values.retain_mut(|(age, _)| {
                *age = age.saturating_add(newer);
                *age < kept
            });
        }
        let age = u8::try_from(self.newest.saturating_sub(hop)).ok().filter(|age| *age < kept)?;
        let place = self.values.partition_point(|(other, _)| *other < age);
        if self.values.get(place).is_none_or(|(other, _)| *other != age) {
            self.values.insert(place, (age, T::default()));
        }
        self.values.get_mut(place).map(|(_, value)| value)
    }

    /// How many hops have a value.
    pub(super) fn len(&self) -> usize {
        self.values.len()
    }

    /// The value of a hop that has one, to be changed.
    pub(super) fn known(&mut self, hop: i64) -> Option<&mut T> {
        let age = u8::try_from(self.newest.saturating_sub(hop)).ok()?;
        self.values.iter_mut().find(|(other, _)| *other == age).map(|(_, value)| value)
    }

    /// The values of the window of `hops` hops that ends with the hop `last`, newest first.
    pub(super) fn within(&self, last: i64, hops: i64) -> impl Iterator<Item = &T> {
        let before = last.saturating_sub(hops);
        let hop = |age: u8| self.newest.saturating_sub(i64::from(age));
        let within = move |hop: i64| hop > before && hop <= last;
        self.values.iter().filter(move |(age, _)| within(hop(*age))).map(|(_, value)| value)
    }
}
