//! What is not on disk, without a look at the disk.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::JoinHandle;

use fastbloom::AtomicBloomFilter;
use fjall::Keyspace;

use super::background;

/// Looks at memory for a key, at most.
const HASHES: u32 = 4;
/// Keys of one step in the first walk.
const STEP_KEYS: usize = 1_024;

/// The keys that may be in a keyspace, in a Bloom filter: B. H. Bloom, "Space/Time Trade-offs in Hash Coding with Allowable
/// Errors" (1970). With ten bits for a key, of a hundred that are not there one is taken for one that may be.
///
/// Most keys that are looked for are new, and nobody should wait for a database to say so: while it notes that a table was
/// written or merged, it makes all readers wait.
#[derive(Debug)]
pub(crate) struct KeyFilter {
    keys: Arc<Keys>,
    /// Of the first walk.
    walk: Option<JoinHandle<()>>,
}

/// What is shared with the walker.
#[derive(Debug)]
struct Keys {
    filter: AtomicBloomFilter,
    /// Every key that is in the keyspace is in the filter.
    is_complete: AtomicBool,
    /// The walk is to end.
    is_over: AtomicBool,
}

impl KeyFilter {
    /// Of a keyspace as it is, in so much memory; `hash` gives the hash of a key, and none for what is not looked for. Until
    /// a thread has walked over what there is, every key may be there.
    ///
    /// # Errors
    /// The storage failed, or the system gives no thread.
    pub(crate) fn of(
        keyspace: &Keyspace,
        bytes: usize,
        hash: impl Fn(&[u8]) -> Option<u64> + Send + 'static,
    ) -> fjall::Result<Self> {
        let is_empty = keyspace.is_empty()?;
        let keys = Arc::new(Keys {
            filter: AtomicBloomFilter::with_num_bits(bytes * 8).hashes(HASHES),
            is_complete: AtomicBool::new(is_empty),
            is_over: AtomicBool::new(false),
        });
        let walk = (!is_empty).then(|| {
            let (keys, keyspace) = (Arc::clone(&keys), keyspace.clone());
            background::spawn("keys", move || keys.walk(&keyspace, hash))
        });
        Ok(Self { keys, walk: walk.transpose()? })
    }

    /// The key with this hash may be there; else it is not.
    pub(crate) fn may_have(&self, hash: u64) -> bool {
        !self.keys.is_complete.load(Ordering::Acquire) || self.keys.filter.contains_hash(hash)
    }

    /// The key with this hash will be there.
    pub(crate) fn note(&self, hash: u64) {
        self.keys.filter.insert_hash(hash);
    }

    /// Waits until it knows all that was there when it was made.
    #[cfg(test)]
    pub(crate) fn finish_walk(&mut self) {
        self.walk.take().into_iter().for_each(|walk| walk.join().unwrap());
        assert!(self.keys.is_complete.load(Ordering::Acquire));
    }
}

impl Keys {
    /// Notes all that is there.
    fn walk(&self, keyspace: &Keyspace, hash: impl Fn(&[u8]) -> Option<u64>) {
        let mut keys = keyspace.iter().map(|record| record.key());
        while !self.is_over.load(Ordering::Relaxed) {
            let mut step = keys.by_ref().take(STEP_KEYS).peekable();
            if step.peek().is_none() {
                self.is_complete.store(true, Ordering::Release);
                return;
            }
            for key in step {
                match key {
                    Ok(key) => hash(&key).into_iter().for_each(|hash| {
                        self.filter.insert_hash(hash);
                    }),
                    Err(failure) => {
                        // Whoever needs what is there meets the same. Until then every look goes to the disk.
                        let error = &failure as &dyn std::error::Error;
                        tracing::warn!(error, "the keys of a database cannot be read");
                        return;
                    }
                }
            }
        }
    }
}

impl Drop for KeyFilter {
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
    use std::hash::{BuildHasher, RandomState};

    use fjall::KeyspaceCreateOptions;

    use super::super::open_database;
    use super::*;

    const BYTES: usize = 1 << 10;

    #[test]
    fn what_is_on_disk_may_be_there_and_most_else_is_known_not_to_be() {
        let folder = tempfile::tempdir().unwrap();
        let database = open_database(folder.path(), 1 << 20).unwrap();
        let keyspace = database.keyspace("state", KeyspaceCreateOptions::default).unwrap();
        let keys: Vec<String> = (0..1_600).map(|number| format!("account-{number}")).collect();
        let (there, missing) = keys.split_at(800);
        let hasher = RandomState::new();
        let hash = |key: &str| hasher.hash_one(key.as_bytes());
        let of = |keyspace: &Keyspace| {
            let hasher = hasher.clone();
            KeyFilter::of(keyspace, BYTES, move |key| Some(hasher.hash_one(key))).unwrap()
        };

        let empty = of(&keyspace);
        assert!(keys.iter().all(|key| !empty.may_have(hash(key))), "nothing is on disk");
        there.iter().for_each(|key| empty.note(hash(key)));
        assert!(there.iter().all(|key| empty.may_have(hash(key))), "what is written later");

        there.iter().for_each(|key| keyspace.insert(key, b"an entity").unwrap());
        let mut found = of(&keyspace);
        assert!(there.iter().all(|key| found.may_have(hash(key))), "the walk may be under way");
        found.finish_walk();
        assert!(there.iter().all(|key| found.may_have(hash(key))), "and when it has ended");
        let taken_for_it = missing.iter().filter(|key| found.may_have(hash(key))).count();
        assert!(taken_for_it * 20 < missing.len(), "{taken_for_it} of {}", missing.len());
    }
}
