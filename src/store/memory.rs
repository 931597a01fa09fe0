//! The reference store, in memory.

use std::collections::HashMap;
use std::sync::Arc;

use foldhash::fast::RandomState;

use super::{StateStore, StoreError};
use crate::domain::Timestamp;
use crate::state::{Entity, EntityKey, Event, RETENTION_MIN_MS};

/// Time between two looks at every entity: what is expired takes room for a tenth longer than it must.
const SWEEP_EVERY_MS: i64 = RETENTION_MIN_MS / 10;

/// A store in memory, for tests and replay: it holds every entity and nothing survives the process. Its checkpoint is
/// always 0, so whoever opens a ledger over it folds the whole of it.
#[derive(Debug, Clone, Default)]
pub struct MemoryStore {
    entities: HashMap<EntityKey, Arc<Entity>, RandomState>,
    /// When expired entities were last looked for.
    swept_at: Timestamp,
}

impl MemoryStore {
    /// Every entity that is held, in no order.
    pub fn entities(&self) -> impl Iterator<Item = (&EntityKey, &Entity)> {
        self.entities.iter().map(|(key, entity)| (key, &**entity))
    }

    /// Puts an entity in, as it was when [`MemoryStore::entities`] gave it.
    pub fn insert(&mut self, key: EntityKey, entity: Entity) {
        self.entities.insert(key, Arc::new(entity));
    }
}

impl StateStore for MemoryStore {
    fn load(&mut self, keys: &[EntityKey], now: Timestamp) -> Result<Vec<Arc<Entity>>, StoreError> {
        keys.iter().map(|key| self.load_one(key, now)).collect()
    }

    fn load_one(&mut self, key: &EntityKey, now: Timestamp) -> Result<Arc<Entity>, StoreError> {
        let known = self.entities.get(key).filter(|entity| !entity.is_expired(now));
        Ok(known.map_or_else(|| Entity::unknown_shared(key.subject()), Arc::clone))
    }

    /// What a replay remembers is far larger than the processor's caches, and most of the time would go into waiting for
    /// one entity after another. Here the processor waits for many at once: each look stands for itself.
    fn expect(&mut self, keys: &[EntityKey]) {
        let found: Vec<&Entity> =
            keys.iter().filter_map(|key| self.entities.get(key)).map(|entity| &**entity).collect();
        let glances = found.iter().fold(0, |sum, entity| sum ^ entity.glance());
        std::hint::black_box(glances);
    }

    fn commit(&mut self, events: &[Event]) -> Result<(), StoreError> {
        for event in events {
            for key in event.touches() {
                match self.entities.get_mut(&key) {
                    Some(entity) => {
                        Arc::make_mut(entity).apply(event);
                    }
                    None => {
                        let mut entity = Entity::unknown(key.subject());
                        entity.apply(event);
                        self.entities.insert(key, Arc::new(entity));
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
            self.entities.retain(|_, entity| !entity.is_expired(now));
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
