//! Lists and sets with a limit.

use std::cmp::Ordering;

use serde::{Deserialize, Serialize};
use thin_vec::ThinVec;

use crate::domain::Timestamp;

/// Orders by `key`, and equals by what they hold: when two things carry the same time, the order of arrival must not
/// show.
pub(super) fn compare_by<T: Serialize, K: Ord>(a: &T, b: &T, key: impl Fn(&T) -> K) -> Ordering {
    let content = |item: &T| postcard::to_stdvec(item).unwrap_or_default();
    key(a).cmp(&key(b)).then_with(|| content(a).cmp(&content(b)))
}

/// Inserts into a list that is sorted by `key`, and of equals by content. A list that is over `limit` then loses its
/// last and says `false`: the smallest are kept, in whatever order they came.
pub(super) fn insert_sorted<T: Serialize, K: Ord>(
    list: &mut ThinVec<T>,
    limit: usize,
    item: T,
    key: impl Fn(&T) -> K,
) -> bool {
    insert_after_equals(list, item, &key);
    let fits = list.len() <= limit;
    list.truncate(limit);
    fits
}

/// Inserts into a list that is sorted by `key` and forgets its smallest when it is full.
pub(super) fn insert_latest<T: Serialize, K: Ord>(
    list: &mut ThinVec<T>,
    limit: usize,
    item: T,
    key: impl Fn(&T) -> K,
) {
    insert_after_equals(list, item, &key);
    if list.len() > limit {
        list.remove(0);
    }
}

fn insert_after_equals<T: Serialize, K: Ord>(
    list: &mut ThinVec<T>,
    item: T,
    key: impl Fn(&T) -> K,
) {
    let at = list.partition_point(|other| compare_by(other, &item, &key).is_le());
    make_room(list);
    list.insert(at, item);
}

/// Most lists hold one item for ever: the first gets room for itself alone, where a vector would take room for four.
fn make_room<T>(list: &mut ThinVec<T>) {
    if list.capacity() == 0 {
        list.reserve_exact(1);
    }
}

/// A bounded set of ids with when each was first and last seen: an exact distinct count up to [`Self::LIMIT`]. A full
/// set forgets the id that was not seen for longest, and says that it is saturated.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SeenSet<T> {
    /// Ascending by id.
    seen: ThinVec<Seen<T>>,
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
        Self { seen: ThinVec::new(), saturated: false }
    }
}

impl<T: Clone + Ord> SeenSet<T> {
    /// Most ids that are kept.
    pub const LIMIT: usize = 64;

    /// Notes that `id` was seen.
    pub fn add(&mut self, id: &T, at: Timestamp) {
        match self.seen.binary_search_by(|seen| seen.id.cmp(id)) {
            Ok(found) => {
                if let Some(seen) = self.seen.get_mut(found) {
                    seen.first = seen.first.min(at);
                    seen.last = seen.last.max(at);
                }
                return;
            }
            Err(place) => {
                make_room(&mut self.seen);
                self.seen.insert(place, Seen { id: id.clone(), first: at, last: at });
            }
        }
        if self.seen.len() > Self::LIMIT {
            self.saturated = true;
            let oldest = self
                .seen
                .iter()
                .enumerate()
                .min_by(|(_, a), (_, b)| (a.last, &a.id).cmp(&(b.last, &b.id)));
            if let Some((oldest, _)) = oldest {
                self.seen.remove(oldest);
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

    /// The ids that are kept, ascending.
    pub(super) fn ids(&self) -> impl Iterator<Item = &T> {
        self.seen.iter().map(|seen| &seen.id)
    }

    /// How many are kept.
    pub(super) fn len(&self) -> usize {
        self.seen.len()
    }

    /// Something was forgotten: counts are lower bounds.
    #[must_use]
    pub const fn is_saturated(&self) -> bool {
        self.saturated
    }
}
