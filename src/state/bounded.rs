//! Lists and sets with a limit.

use serde::{Deserialize, Serialize};

use crate::domain::Timestamp;

/// Inserts into a list that is sorted by `key`, behind its equals. A full list takes nothing more and says `false`.
pub(super) fn insert_sorted<T, K: Ord>(
    list: &mut Vec<T>,
    limit: usize,
    item: T,
    key: impl Fn(&T) -> K,
) -> bool {
    if list.len() >= limit {
        return false;
    }
    let at = list.partition_point(|other| key(other) <= key(&item));
    list.insert(at, item);
    true
}

/// Inserts into a sorted list that forgets its smallest when it is full.
pub(super) fn insert_latest<T, K: Ord>(
    list: &mut Vec<T>,
    limit: usize,
    item: T,
    key: impl Fn(&T) -> K,
) {
    let at = list.partition_point(|other| key(other) <= key(&item));
    list.insert(at, item);
    if list.len() > limit {
        list.remove(0);
    }
}

/// A bounded set of ids with when each was first and last seen: an exact distinct count up to [`Self::LIMIT`]. A full
/// set forgets the id that was not seen for longest, and says that it is saturated.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SeenSet<T> {
    seen: Vec<Seen<T>>,
    saturated: bool,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct Seen<T> {
    id: T,
    first: Timestamp,
    last: Timestamp,
}

impl<T> Default for SeenSet<T> {
    fn default() -> Self {
        Self { seen: Vec::new(), saturated: false }
    }
}

impl<T: Clone + Ord> SeenSet<T> {
    /// Most ids that are kept.
    pub const LIMIT: usize = 64;

    /// Notes that `id` was seen.
    pub fn add(&mut self, id: &T, at: Timestamp) {
        if let Some(seen) = self.seen.iter_mut().find(|seen| seen.id == *id) {
            seen.first = seen.first.min(at);
            seen.last = seen.last.max(at);
            return;
        }
        self.seen.push(Seen { id: id.clone(), first: at, last: at });
        if self.seen.len() > Self::LIMIT {
            self.saturated = true;
            let oldest = self
                .seen
                .iter()
                .enumerate()
                .min_by(|(_, a), (_, b)| (a.last, &a.id).cmp(&(b.last, &b.id)));
            if let Some((oldest, _)) = oldest {
                self.seen.swap_remove(oldest);
            }
        }
    }

    /// When `id` was first seen.
    #[must_use]
    pub fn first_seen(&self, id: &T) -> Option<Timestamp> {
        self.seen.iter().find(|seen| seen.id == *id).map(|seen| seen.first)
    }

    /// Distinct ids last seen in the `span_ms` up to `at`, other than `except`.
    #[must_use]
    pub fn count_within(&self, at: Timestamp, span_ms: i64, except: Option<&T>) -> i64 {
        let from = at.plus_ms(-span_ms);
        let within = |seen: &&Seen<T>| {
            seen.last > from && seen.first <= at && except.is_none_or(|id| seen.id != *id)
        };
        i64::try_from(self.seen.iter().filter(within).count()).unwrap_or(i64::MAX)
    }

    /// Nothing was seen.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.seen.is_empty()
    }

    /// Something was forgotten: counts are lower bounds.
    #[must_use]
    pub const fn is_saturated(&self) -> bool {
        self.saturated
    }
}
