//! The entities that are held in memory: lately used, or not yet written.

use std::collections::VecDeque;
use std::sync::Arc;

use lru::LruCache;

use crate::state::{Entity, EntityKey, Event};

/// What an entity takes beside its content: the document with its empty lists, the key, the place in the cache.
///
/// A million simulated facts leave 676,000 entities of 193 encoded bytes on average in a [`super::MemoryStore`], and these
/// take about 640 bytes each by the memory of the process. With this they count as 706: a place here takes more.
const ENTRY_BYTES: usize = 320;
/// Bytes in memory for one byte of encoded content: ids that are short take 24 bytes, lists have room to spare, and
/// numbers are stored short.
const MEMORY_PER_ENCODED: usize = 2;
/// Encoded bytes that an event adds, roughly; corrected when the entity is encoded.
const EVENT_BYTES: usize = 48;

/// Entities in memory, by least recent use, and which of them are not written yet.
#[derive(Debug)]
pub(super) struct Cache {
    entries: LruCache<EntityKey, Entry>,
    bytes: usize,
    /// Entities and the position of the first change that is not written, ascending. An entry whose entity was written
    /// since is stale, and is dropped when it comes to the front.
    unsaved: VecDeque<(u64, EntityKey)>,
}

#[derive(Debug)]
struct Entry {
    entity: Arc<Entity>,
    /// Estimate of its size in memory.
    bytes: usize,
    /// Position of the last change in this process.
    changed_at: u64,
    /// Position of the first change that is not written.
    unsaved_since: Option<u64>,
}

impl Cache {
    pub(super) fn new() -> Self {
        Self { entries: LruCache::unbounded(), bytes: 0, unsaved: VecDeque::new() }
    }

    /// Estimate of what is held, in bytes.
    pub(super) const fn bytes(&self) -> usize {
        self.bytes
    }

    pub(super) fn get(&mut self, key: &EntityKey) -> Option<Arc<Entity>> {
        self.entries.get(key).map(|entry| Arc::clone(&entry.entity))
    }

    /// The entity, without counting that as a use.
    pub(super) fn peek(&self, key: &EntityKey) -> Option<Arc<Entity>> {
        self.entries.peek(key).map(|entry| Arc::clone(&entry.entity))
    }

    /// The entity, for a glance.
    pub(super) fn held(&self, key: &EntityKey) -> Option<&Entity> {
        self.entries.peek(key).map(|entry| &*entry.entity)
    }

    /// It is held and not written yet.
    pub(super) fn is_unsaved(&self, key: &EntityKey) -> bool {
        self.entries.peek(key).is_some_and(|entry| entry.unsaved_since.is_some())
    }

    /// Takes in an entity as it is on disk.
    pub(super) fn put(&mut self, key: EntityKey, entity: Arc<Entity>, encoded_len: usize) {
        let bytes = memory_bytes(encoded_len);
        let entry = Entry { entity, bytes, changed_at: 0, unsaved_since: None };
        let replaced = self.entries.put(key, entry);
        self.bytes = self.bytes + bytes - replaced.map_or(0, |entry| entry.bytes);
    }

    /// Applies an event to an entity; says whether it is held.
    pub(super) fn apply(&mut self, key: &EntityKey, event: &Event) -> bool {
        let Some(entry) = self.entries.get_mut(key) else { return false };
        if !Arc::make_mut(&mut entry.entity).apply(event) {
            return true;
        }
        let position = event.stamp.position();
        entry.changed_at = position;
        entry.bytes += EVENT_BYTES * MEMORY_PER_ENCODED;
        self.bytes += EVENT_BYTES * MEMORY_PER_ENCODED;
        if entry.unsaved_since.is_none() {
            entry.unsaved_since = Some(position);
            self.unsaved.push_back((position, key.clone()));
        }
        true
    }

    /// The position of the oldest change that is not written.
    pub(super) fn oldest_unsaved(&mut self) -> Option<u64> {
        while let Some((since, key)) = self.unsaved.front() {
            let unsaved_since = self.entries.peek(key).and_then(|entry| entry.unsaved_since);
            if unsaved_since == Some(*since) {
                return Some(*since);
            }
            self.unsaved.pop_front();
        }
        None
    }

    /// Entities to write: every one that is unsaved since `must` or before, and of those since `may` or before as many as
    /// make up `count`. None that changed behind `settled`.
    pub(super) fn due(&self, settled: u64, must: u64, may: u64, count: usize) -> Vec<EntityKey> {
        let mut due = Vec::new();
        for (since, key) in &self.unsaved {
            if *since > may || (*since > must && due.len() >= count) {
                break;
            }
            let Some(entry) = self.entries.peek(key) else { continue };
            if entry.unsaved_since == Some(*since) && entry.changed_at <= settled {
                due.push(key.clone());
            }
        }
        due
    }

    /// The least recently used entities that must go until at most `target_bytes` are held. None that changed behind
    /// `settled`.
    pub(super) fn victims(&self, settled: u64, target_bytes: usize) -> Vec<EntityKey> {
        let mut victims = Vec::new();
        let mut left = self.bytes;
        for (key, entry) in self.entries.iter().rev() {
            if left <= target_bytes {
                break;
            }
            if entry.unsaved_since.is_none() || entry.changed_at <= settled {
                left -= entry.bytes;
                victims.push(key.clone());
            }
        }
        victims
    }

    /// The entity, when it is not written yet; it counts as written from now on.
    pub(super) fn take_unsaved(&mut self, key: &EntityKey) -> Option<Arc<Entity>> {
        let entry = self.entries.peek_mut(key)?;
        entry.unsaved_since.take().map(|_| Arc::clone(&entry.entity))
    }

    /// Corrects the estimate of an entity's size.
    pub(super) fn measured(&mut self, key: &EntityKey, encoded_len: usize) {
        if let Some(entry) = self.entries.peek_mut(key) {
            let bytes = memory_bytes(encoded_len);
            self.bytes = self.bytes + bytes - entry.bytes;
            entry.bytes = bytes;
        }
    }

    /// Forgets entities.
    pub(super) fn evict(&mut self, keys: &[EntityKey]) {
        for key in keys {
            if let Some(entry) = self.entries.pop(key) {
                self.bytes -= entry.bytes;
            }
        }
    }

    /// Forgets the least recently used entities that are written, while more than `limit_bytes` are held.
    pub(super) fn trim(&mut self, limit_bytes: usize) {
        while self.bytes > limit_bytes {
            let saved = self.entries.peek_lru().filter(|(_, e)| e.unsaved_since.is_none());
            if saved.is_none() {
                return;
            }
            let gone = self.entries.pop_lru();
            self.bytes -= gone.map_or(0, |(_, entry)| entry.bytes);
        }
    }
}

const fn memory_bytes(encoded_len: usize) -> usize {
    ENTRY_BYTES + encoded_len * MEMORY_PER_ENCODED
}
