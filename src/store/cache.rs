//! The entities that are held in memory: lately used, or not yet written.

use std::collections::VecDeque;
use std::sync::Arc;

use super::table::{Entry, Table};
use crate::state::{Entity, EntityKey, Event};

/// What an entity takes beside its content: the document with its empty lists, the key, the place in the cache.
///
/// A million simulated facts leave 676,000 entities of 193 encoded bytes on average in a [`super::MemoryStore`], and these
/// take about 640 bytes each by the memory of the process. With this they count as 706: a place here takes more.
const ENTRY_BYTES: usize = 320;
/// Bytes in memory for one byte of encoded content: ids that are short take 24 bytes, lists have room to spare, and
/// numbers are stored short.
const MEMORY_PER_ENCODED: usize = 2;
/// Entries that the hand passes in one [`Cache::victims`], at most: some milliseconds.
const VICTIM_STEPS: usize = 1 << 17;
/// Entries that it passes in one [`Cache::trim`] for each that was loaded.
const TRIM_STEPS: usize = 8;
/// Encoded bytes that an event adds, roughly; corrected when the entity is encoded.
const EVENT_BYTES: usize = 48;

/// Entities in memory, and which of them are not on disk yet.
///
/// Which was used least lately is not known exactly, because that would have to be noted in three places for each use:
/// a hand goes round, takes away the marks of what was used, and takes what it finds without one. That is CLOCK, F. J.
/// Corbato, "A Paging Experiment with the Multics System" (1968).
#[derive(Debug, Default)]
pub(super) struct Cache {
    entries: Table<Held>,
    /// The number where the hand stands.
    hand: usize,
    bytes: usize,
    /// Numbers of entries, each behind the position of its first change that no write has taken, ascending. An entry that was
    /// taken since is stale, and is dropped when it comes to the front.
    unsaved: VecDeque<Unsaved>,
    /// From the front of `unsaved`, in order: what could not be written in its turn because it had changed again.
    held_back: Vec<Unsaved>,
    /// The last write that was done.
    landed: u64,
}

/// Entities that must go.
#[derive(Debug, Default)]
pub(super) struct Victims {
    /// They can go at once.
    pub(super) on_disk: Vec<usize>,
    /// They can go when they are written.
    pub(super) unsaved: Vec<usize>,
    /// How much the latter take.
    pub(super) unsaved_bytes: usize,
}

/// An entry that is unsaved since a position, unless a write has taken it since.
#[derive(Debug, Clone, Copy)]
struct Unsaved {
    since: u64,
    number: usize,
}

#[derive(Debug)]
struct Held {
    key: EntityKey,
    entity: Arc<Entity>,
    /// Estimate of its size in memory.
    bytes: usize,
    /// Position of the last change in this process.
    changed_at: u64,
    /// Position of the first change that no write has taken.
    unsaved_since: Option<u64>,
    /// The last write that took it.
    write: u64,
    /// Since the hand came by.
    is_used: bool,
}

impl Entry for Held {
    fn key(&self) -> &EntityKey {
        &self.key
    }

    fn entity(&self) -> &Entity {
        &self.entity
    }
}

impl Held {
    /// Nothing of it is ahead of what is settled.
    const fn may_be_written(&self, settled: u64) -> bool {
        self.changed_at <= settled
    }

    /// It is on disk as it is.
    const fn is_on_disk(&self, landed: u64) -> bool {
        self.unsaved_since.is_none() && self.write <= landed
    }
}

impl Cache {
    /// Estimate of what is held, in bytes.
    pub(super) const fn bytes(&self) -> usize {
        self.bytes
    }

    pub(super) fn get(&mut self, key: &EntityKey) -> Option<Arc<Entity>> {
        let held = self.entries.find_mut(key)?;
        held.is_used = true;
        Some(Arc::clone(&held.entity))
    }

    /// The entity, without counting that as a use.
    pub(super) fn peek(&self, key: &EntityKey) -> Option<Arc<Entity>> {
        self.entries.find(key).map(|held| Arc::clone(&held.entity))
    }

    /// These will be asked for soon.
    pub(super) fn expect(&self, keys: &[&EntityKey]) {
        self.entries.expect(keys);
    }

    /// It is held and not on disk as it is.
    pub(super) fn is_ahead(&self, key: &EntityKey) -> bool {
        self.entries.find(key).is_some_and(|held| !held.is_on_disk(self.landed))
    }

    /// Takes in an entity, which is not held, as it is on disk.
    pub(super) fn put(&mut self, key: EntityKey, entity: Arc<Entity>, encoded_len: usize) {
        let bytes = memory_bytes(encoded_len);
        self.bytes += bytes;
        let (changed_at, unsaved_since, write) = (0, None, 0);
        self.entries.insert_new(Held {
            key,
            entity,
            bytes,
            changed_at,
            unsaved_since,
            write,
            is_used: true,
        });
    }

    /// Applies an event to an entity; says whether it is held.
    pub(super) fn apply(&mut self, key: &EntityKey, event: &Event) -> bool {
        let Some(number) = self.entries.number(key) else { return false };
        let Some(held) = self.entries.get_mut(number) else { return false };
        held.is_used = true;
        if !Arc::make_mut(&mut held.entity).apply(event) {
            return true;
        }
        let position = event.stamp.position();
        held.changed_at = position;
        held.bytes += EVENT_BYTES * MEMORY_PER_ENCODED;
        self.bytes += EVENT_BYTES * MEMORY_PER_ENCODED;
        if held.unsaved_since.is_none() {
            held.unsaved_since = Some(position);
            self.note_unsaved(Unsaved { since: position, number });
        }
        true
    }

    /// A claim is decided behind records that stand behind it: what only decisions touch comes late, by a batch at most.
    fn note_unsaved(&mut self, unsaved: Unsaved) {
        let is_next = self.unsaved.back().is_none_or(|last| last.since <= unsaved.since);
        let place = if is_next {
            self.unsaved.len()
        } else {
            self.unsaved.partition_point(|other| other.since <= unsaved.since)
        };
        self.unsaved.insert(place, unsaved);
    }

    /// The position of the oldest change that no write has taken.
    pub(super) fn oldest_unsaved(&mut self) -> Option<u64> {
        let entries = &self.entries;
        self.held_back.retain(|unsaved| unsaved.held(entries).is_some());
        while self.unsaved.pop_front_if(|unsaved| unsaved.held(entries).is_none()).is_some() {}
        let oldest = self.held_back.first().into_iter().chain(self.unsaved.front());
        oldest.map(|unsaved| unsaved.since).min()
    }

    /// Entities to write, which the caller has to do: every one that is unsaved since `must` or before, and of those since
    /// `may` or before as many as make up `count`. None that changed behind `settled`.
    pub(super) fn due(&mut self, settled: u64, must: u64, may: u64, count: usize) -> Vec<usize> {
        let mut due = Vec::new();
        let mut waits = std::mem::take(&mut self.held_back).into_iter();
        loop {
            let has_room = due.len() < count;
            let is_next =
                |next: &mut Unsaved| next.since <= may && (next.since <= must || has_room);
            let next = waits.next().or_else(|| self.unsaved.pop_front_if(is_next));
            let Some(unsaved) = next else { return due };
            match unsaved.held(&self.entries) {
                Some(held) if held.may_be_written(settled) => due.push(unsaved.number),
                Some(_) => self.held_back.push(unsaved),
                None => {}
            }
        }
    }

    /// Entities that must go until at most `target_bytes` are held, those that were not used lately. None that changed
    /// behind `settled`, and none that is on its way to the disk.
    pub(super) fn victims(&mut self, settled: u64, target_bytes: usize) -> Victims {
        let mut victims = Victims::default();
        let mut left = self.bytes;
        // The first time round takes the marks. Of a large cache it takes several calls.
        for _ in 0..VICTIM_STEPS.min(2 * self.entries.numbers()) {
            if left <= target_bytes {
                break;
            }
            let (number, landed) = (self.step(), self.landed);
            let Some(held) = self.entries.get_mut(number) else { continue };
            if std::mem::take(&mut held.is_used) {
                continue;
            }
            let place = if held.is_on_disk(landed) {
                &mut victims.on_disk
            } else if held.unsaved_since.is_some() && held.may_be_written(settled) {
                victims.unsaved_bytes += held.bytes;
                &mut victims.unsaved
            } else {
                continue;
            };
            left -= held.bytes;
            place.push(number);
            // It is not taken twice.
            held.is_used = true;
        }
        victims
    }

    /// Where the hand stood; it stands at the next number now.
    fn step(&mut self) -> usize {
        let number = self.hand;
        self.hand = if number + 1 < self.entries.numbers() { number + 1 } else { 0 };
        number
    }

    /// The key and the entity, when no write has taken it yet; this one takes it.
    pub(super) fn take_unsaved(
        &mut self,
        number: usize,
        write: u64,
    ) -> Option<(EntityKey, Arc<Entity>)> {
        let held = self.entries.get_mut(number)?;
        held.unsaved_since.take()?;
        held.write = write;
        Some((held.key.clone(), Arc::clone(&held.entity)))
    }

    /// A write was done, and all before it.
    pub(super) const fn landed(&mut self, write: u64) {
        self.landed = write;
    }

    /// Corrects the estimate of an entity's size.
    pub(super) fn measured(&mut self, number: usize, encoded_len: usize) {
        if let Some(held) = self.entries.get_mut(number) {
            let bytes = memory_bytes(encoded_len);
            self.bytes = self.bytes + bytes - held.bytes;
            held.bytes = bytes;
        }
    }

    /// Forgets entities.
    pub(super) fn evict(&mut self, numbers: impl IntoIterator<Item = usize>) {
        for number in numbers {
            let gone = self.entries.remove(number);
            self.bytes -= gone.map_or(0, |held| held.bytes);
        }
    }

    /// Forgets those of the entities that are on disk as they are.
    pub(super) fn evict_landed(&mut self, numbers: Vec<usize>) {
        let landed = self.landed;
        for number in numbers {
            if self.entries.get(number).is_some_and(|held| held.is_on_disk(landed)) {
                self.evict([number]);
            }
        }
    }

    /// Forgets an entity, if it is held.
    pub(super) fn forget(&mut self, key: &EntityKey) {
        self.evict(self.entries.number(key));
    }

    /// Forgets some entities that are on disk and were not used lately, while more than `limit_bytes` are held: in the long
    /// run as many as were `loaded`.
    pub(super) fn trim(&mut self, limit_bytes: usize, loaded: usize) {
        for _ in 0..TRIM_STEPS * loaded {
            if self.bytes <= limit_bytes {
                return;
            }
            let (number, landed) = (self.step(), self.landed);
            if let Some(held) = self.entries.get_mut(number)
                && !std::mem::take(&mut held.is_used)
                && held.is_on_disk(landed)
            {
                self.evict([number]);
            }
        }
    }
}

impl Unsaved {
    /// The entry that it tells of, unless a write has taken that since.
    fn held(self, entries: &Table<Held>) -> Option<&Held> {
        entries.get(self.number).filter(|held| held.unsaved_since == Some(self.since))
    }
}

const fn memory_bytes(encoded_len: usize) -> usize {
    ENTRY_BYTES + encoded_len * MEMORY_PER_ENCODED
}

#[cfg(test)]
mod tests;
