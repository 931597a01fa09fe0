//! Which buckets of pictures are known to hold nothing.

use std::collections::HashMap;

use foldhash::fast::RandomState;

use crate::domain::TenantId;
use crate::state::{EntityKey, PictureBucket, Subject};

/// Most tenants that are remembered, 32 KB each.
const TENANTS_MAX: usize = 1_024;
/// Bits of a word.
const BITS: usize = u64::BITS as usize;

/// The buckets of pictures of which neither the disk nor the cache has anything. A claim with a picture looks into
/// dozens of buckets, and most are empty: a bit for each tells so without a look.
#[derive(Debug, Default)]
pub(super) struct EmptyBuckets {
    tenants: HashMap<TenantId, Box<[u64]>, RandomState>,
}

impl EmptyBuckets {
    /// It is a bucket that is known to be empty.
    pub(super) fn has(&self, key: &EntityKey) -> bool {
        let bits = bucket(key).and_then(|bucket| Some((self.tenants.get(key.tenant())?, bucket)));
        bits.is_some_and(|(words, (word, bit))| words.get(word).is_some_and(|w| w & bit != 0))
    }

    /// Nothing is there. What is no bucket is not remembered.
    pub(super) fn add(&mut self, key: &EntityKey) {
        let Some((word, bit)) = bucket(key) else { return };
        if !self.tenants.contains_key(key.tenant()) {
            if self.tenants.len() >= TENANTS_MAX {
                self.tenants.clear();
            }
            let words = vec![0; PictureBucket::COUNT.div_ceil(BITS)].into_boxed_slice();
            self.tenants.insert(key.tenant().clone(), words);
        }
        let words = self.tenants.get_mut(key.tenant());
        if let Some(own) = words.and_then(|words| words.get_mut(word)) {
            *own |= bit;
        }
    }

    /// Something comes there.
    pub(super) fn remove(&mut self, key: &EntityKey) {
        let Some((word, bit)) = bucket(key) else { return };
        let words = self.tenants.get_mut(key.tenant());
        if let Some(own) = words.and_then(|words| words.get_mut(word)) {
            *own &= !bit;
        }
    }
}

/// The word of a bucket, and its bit there.
fn bucket(key: &EntityKey) -> Option<(usize, u64)> {
    let Subject::Pictures(bucket) = key.subject() else { return None };
    Some((bucket.number() / BITS, 1 << (bucket.number() % BITS)))
}
