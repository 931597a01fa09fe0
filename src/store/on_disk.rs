//! What is not on disk, without a look at the disk.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::JoinHandle;

use fastbloom::AtomicBloomFilter;
use fjall::Keyspace;

use super::fjall::storage;
use super::{StoreError, background};
use crate::state::EntityKey;

/// Looks at memory for a key, at most.
const HASHES: u32 = 4;
/// Bits of the filter, by what entities may take in memory: with ten bits for a key, of a hundred that are not on disk one
/// is taken for one that may be. A filter for 100,000 keys at least, and 128 MiB at most.
const CACHE_PART: usize = 64;
const BYTES_MIN: usize = 128 << 10;
const BYTES_MAX: usize = 128 << 20;
/// Keys of one step in the first walk.
const STEP_KEYS: usize = 1_024;

/// The keys that may be on disk, in a Bloom filter: B. H. Bloom, "Space/Time Trade-offs in Hash Coding with Allowable
/// Errors" (1970).
///
/// Most entities that a fact or a claim names are new, and nobody should wait for a database to say so: while it notes
/// that a table was written or merged, it makes all readers wait.
#[derive(Debug)]
pub(super) struct OnDisk {
    keys: Arc<Keys>,
    /// Of the first walk.
    walk: Option<JoinHandle<()>>,
}

/// What walker, writer and reader share.
#[derive(Debug)]
pub(super) struct Keys {
    filter: AtomicBloomFilter,
    /// Every key that is on disk is in the filter.
    is_complete: AtomicBool,
    /// The walk is to end.
    is_over: AtomicBool,
}

impl OnDisk {
    /// Of the state on disk as it is, beside entities that may take so much memory. Until a thread has walked over what
    /// there is, everything may be on disk.
    ///
    /// # Errors
    /// The storage failed, or the system gives no thread.
    pub(super) fn of(state: &Keyspace, cache_bytes: usize) -> Result<Self, StoreError> {
        let bits = (cache_bytes / CACHE_PART).clamp(BYTES_MIN, BYTES_MAX) * 8;
        let is_empty = state.is_empty().map_err(storage)?;
        let keys = Arc::new(Keys {
            filter: AtomicBloomFilter::with_num_bits(bits).hashes(HASHES),
            is_complete: AtomicBool::new(is_empty),
            is_over: AtomicBool::new(false),
        });
        let walk = (!is_empty).then(|| {
            let (keys, state) = (Arc::clone(&keys), state.clone());
            background::spawn("keys", move || keys.walk(&state))
        });
        Ok(Self { keys, walk: walk.transpose().map_err(storage)? })
    }

    /// The entity may be on disk; else it is not.
    pub(super) fn may_have(&self, key: &EntityKey) -> bool {
        !self.keys.is_complete.load(Ordering::Acquire) || self.keys.filter.contains_hash(key.hash())
    }

    /// Where it is noted what goes to the disk.
    pub(super) fn keys(&self) -> Arc<Keys> {
        Arc::clone(&self.keys)
    }
}

impl Keys {
    /// The entity will be on disk.
    pub(super) fn note(&self, key: &EntityKey) {
        self.filter.insert_hash(key.hash());
    }

    /// Notes all that is on disk.
    fn walk(&self, state: &Keyspace) {
        let mut keys = state.iter().map(|record| record.key());
        while !self.is_over.load(Ordering::Relaxed) {
            let mut step = keys.by_ref().take(STEP_KEYS).peekable();
            if step.peek().is_none() {
                self.is_complete.store(true, Ordering::Release);
                return;
            }
            for key in step {
                match key {
                    Ok(key) => EntityKey::from_bytes(&key).iter().for_each(|key| self.note(key)),
                    Err(failure) => {
                        // Whoever needs what is there meets the same. Until then every look goes to the disk.
                        let error = &failure as &dyn std::error::Error;
                        tracing::warn!(error, "the keys of the state cannot be read");
                        return;
                    }
                }
            }
        }
    }
}

impl Drop for OnDisk {
    fn drop(&mut self) {
        self.keys.is_over.store(true, Ordering::Relaxed);
        if let Some(walk) = self.walk.take() {
            // A panic has told itself.
            walk.join().ok();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::conformance::records;
    use super::super::open_database;
    use super::*;
    use crate::state::samples::{events, fold};
    use fjall::KeyspaceCreateOptions;

    #[test]
    fn what_is_on_disk_may_be_there_and_most_else_is_known_not_to_be() {
        let folder = tempfile::tempdir().unwrap();
        let database = open_database(folder.path(), 1 << 20).unwrap();
        let state = database.keyspace("state", KeyspaceCreateOptions::default).unwrap();
        let keys: Vec<EntityKey> = fold(&events(&records(300))).into_keys().collect();
        let (there, missing) = keys.split_at(keys.len() / 2);

        let empty = OnDisk::of(&state, 0).unwrap();
        assert!(keys.iter().all(|key| !empty.may_have(key)), "nothing is on disk");
        there.iter().for_each(|key| empty.keys().note(key));
        assert!(there.iter().all(|key| empty.may_have(key)), "what is written later");

        for key in there {
            state.insert(key.to_bytes(), b"an entity").unwrap();
        }
        let mut found = OnDisk::of(&state, 0).unwrap();
        assert!(there.iter().all(|key| found.may_have(key)), "the walk may be under way");
        found.walk.take().unwrap().join().unwrap();
        assert!(there.iter().all(|key| found.may_have(key)), "and when it has ended");
        let taken_for_it = missing.iter().filter(|key| found.may_have(key)).count();
        assert!(taken_for_it * 20 < missing.len(), "{taken_for_it} of {}", missing.len());
    }
}
