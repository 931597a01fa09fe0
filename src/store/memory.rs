//! The reference store, in memory.

use std::sync::Arc;

use hashbrown::HashTable;
use slab::Slab;

use super::{StateStore, StoreError};
use crate::domain::Timestamp;
use crate::state::{Entity, EntityKey, Event, RETENTION_MIN_MS};

/// Time between two looks at every entity: what is expired takes room for a tenth longer than it must.
const SWEEP_EVERY_MS: i64 = RETENTION_MIN_MS / 10;

/// A store in memory, for tests and replay: it holds every entity and nothing survives the process. Its checkpoint is
/// always 0, so whoever opens a ledger over it folds the whole of it.
///
/// What a replay remembers is far larger than the processor's caches, so the table that is searched holds nothing but
/// hashes and numbers.
#[derive(Debug, Clone, Default)]
pub struct MemoryStore {
    places: HashTable<Place>,
    held: Slab<(EntityKey, Arc<Entity>)>,
    /// When expired entities were last looked for.
    swept_at: Timestamp,
}

/// Where the entity of a key stands in `held`.
#[derive(Debug, Clone, Copy)]
struct Place {
    hash: u64,
    number: usize,
}

impl MemoryStore {
    /// Every entity that is held, in no order.
    pub fn entities(&self) -> impl Iterator<Item = (&EntityKey, &Entity)> {
        self.held.iter().map(|(_, (key, entity))| (key, &**entity))
    }

    /// Puts an entity in, as it was when [`MemoryStore::entities`] gave it.
    pub fn insert(&mut self, key: EntityKey, entity: Entity) {
        match self.get_mut(&key) {
            Some(known) => *known = Arc::new(entity),
            None => self.insert_new(key, entity),
        }
    }

    fn insert_new(&mut self, key: EntityKey, entity: Entity) {
        let hash = key.hash();
        let number = self.held.insert((key, Arc::new(entity)));
        self.places.insert_unique(hash, Place { hash, number }, |place| place.hash);
    }

    fn number(&self, key: &EntityKey) -> Option<usize> {
        let is_it = |place: &Place| {
            place.hash == key.hash() && self.held.get(place.number).is_some_and(|(k, _)| k == key)
        };
        self.places.find(key.hash(), is_it).map(|place| place.number)
    }

    fn get(&self, key: &EntityKey) -> Option<&Arc<Entity>> {
        self.held.get(self.number(key)?).map(|(_, entity)| entity)
    }

    fn get_mut(&mut self, key: &EntityKey) -> Option<&mut Arc<Entity>> {
        self.held.get_mut(self.number(key)?).map(|(_, entity)| entity)
    }
}

impl StateStore for MemoryStore {
    fn load(&mut self, keys: &[EntityKey], now: Timestamp) -> Result<Vec<Arc<Entity>>, StoreError> {
        keys.iter().map(|key| self.load_one(key, now)).collect()
    }

    fn load_one(&mut self, key: &EntityKey, now: Timestamp) -> Result<Arc<Entity>, StoreError> {
        let known = self.get(key).filter(|entity| !entity.is_expired(now));
        Ok(known.map_or_else(|| Entity::unknown_shared(key.subject()), Arc::clone))
    }

    /// Most of the time would go into waiting for one entity after another, and for the parts of each. Here the
    /// processor waits for many at once: in each step each look stands for itself, and what it needs the step before
    /// has brought.
    fn expect(&mut self, keys: &[EntityKey]) {
        let place = |key: &EntityKey| {
            self.places.find(key.hash(), |place| place.hash == key.hash()).map(|place| place.number)
        };
        let numbers: Vec<_> = keys.iter().map(place).collect();
        let held: Vec<_> = numbers.iter().filter_map(|number| self.held.get((*number)?)).collect();
        let asked = keys.iter().zip(&numbers).filter(|(_, number)| number.is_some());
        let same = asked.zip(&held).filter(|((key, _), (known, _))| *key == known).count();
        std::hint::black_box(same);
        for glance in [Entity::glance, Entity::glance_at_lists, Entity::glance_at_ids] {
            let glances = held.iter().map(|(_, entity)| glance(entity));
            std::hint::black_box(glances.fold(0, |sum, glance| sum ^ glance));
        }
    }

    fn commit(&mut self, events: &[Event]) -> Result<(), StoreError> {
        for event in events {
            for key in event.touches() {
                match self.get_mut(&key) {
                    Some(entity) => {
                        Arc::make_mut(entity).apply(event);
                    }
                    None => {
                        let mut entity = Entity::unknown(key.subject());
                        entity.apply(event);
                        self.insert_new(key, entity);
                    }
                }
            }
        }
        Ok(())
    }

    fn settled(&mut self, _position: u64) -> Result<(), StoreError> {
        Ok(())
    }

    /// Looks at every entity, so not often: what a replay remembers is many times larger than a day of it.
    fn evict_expired(&mut self, now: Timestamp) -> Result<(), StoreError> {
        if now.ms_since(self.swept_at) >= SWEEP_EVERY_MS {
            self.swept_at = now;
            let held = &mut self.held;
            self.places.retain(|place| {
                let is_kept =
                    held.get(place.number).is_some_and(|(_, entity)| !entity.is_expired(now));
                if !is_kept {
                    held.try_remove(place.number);
                }
                is_kept
            });
        }
        Ok(())
    }

    fn flush(&mut self, _position: u64) -> Result<(), StoreError> {
        Ok(())
    }

    fn checkpoint(&self) -> u64 {
        0
    }
}

#[cfg(test)]
mod tests {
    use super::super::conformance::store_conforms;
    use super::*;

    #[test]
    fn conforms() {
        store_conforms(MemoryStore::default);
    }
}
