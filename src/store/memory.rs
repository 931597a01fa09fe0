//! The reference store, in memory.

use std::sync::Arc;

use super::table::{Entry, Table};
use super::{StateStore, StoreError};
use crate::domain::Timestamp;
use crate::state::{Entity, EntityKey, Event};

/// Every entity is looked at, to see whether it is expired, when a fourth more are held than were left the last time: what
/// is looked at is then at most five times what came since. A store that does not grow keeps what is expired.
const SWEEP_AT_GROWTH: usize = 4;

/// A store in memory, for tests and replay: it holds every entity and nothing survives the process. Its checkpoint is
/// always 0, so whoever opens a ledger over it folds the whole of it.
#[derive(Debug, Clone, Default)]
pub struct MemoryStore {
    entities: Table<Held>,
    /// How many entities were left when expired ones were last looked for.
    swept: usize,
}

/// An entity in its place.
#[derive(Debug, Clone)]
struct Held {
    key: EntityKey,
    /// That of the entity: the sweep looks at nothing else.
    expires_at: Timestamp,
    entity: Arc<Entity>,
}

impl Entry for Held {
    fn key(&self) -> &EntityKey {
        &self.key
    }

    fn entity(&self) -> &Entity {
        &self.entity
    }
}

impl MemoryStore {
    /// Every entity that is held, in no order.
    pub fn entities(&self) -> impl Iterator<Item = (&EntityKey, &Entity)> {
        self.entities.iter().map(|held| (&held.key, &*held.entity))
    }

    /// Puts an entity in, as it was when [`MemoryStore::entities`] gave it.
    pub fn insert(&mut self, key: EntityKey, entity: Entity) {
        let expires_at = entity.expires_at();
        match self.entities.find_mut(&key) {
            Some(held) => (held.expires_at, held.entity) = (expires_at, Arc::new(entity)),
            None => self.insert_new(key, entity),
        }
    }

    fn insert_new(&mut self, key: EntityKey, entity: Entity) {
        let expires_at = entity.expires_at();
        self.entities.insert_new(Held { key, expires_at, entity: Arc::new(entity) });
    }
}

impl StateStore for MemoryStore {
    fn load(&mut self, keys: &[EntityKey], now: Timestamp) -> Result<Vec<Arc<Entity>>, StoreError> {
        keys.iter().map(|key| self.load_one(key, now)).collect()
    }

    fn load_one(&mut self, key: &EntityKey, now: Timestamp) -> Result<Arc<Entity>, StoreError> {
        let held = self.entities.find(key).filter(|held| held.expires_at > now);
        let known = held.map(|held| Arc::clone(&held.entity));
        Ok(known.unwrap_or_else(|| Entity::unknown_shared(key.subject())))
    }

    fn expect(&mut self, keys: &[&EntityKey]) {
        self.entities.expect(keys);
    }

    fn commit(&mut self, events: &[Event]) -> Result<(), StoreError> {
        for event in events {
            for key in event.touches() {
                match self.entities.find_mut(key) {
                    Some(held) => {
                        let entity = Arc::make_mut(&mut held.entity);
                        entity.apply(event);
                        held.expires_at = entity.expires_at();
                    }
                    None => {
                        let mut entity = Entity::unknown(key.subject());
                        entity.apply(event);
                        self.insert_new(key.clone(), entity);
                    }
                }
            }
        }
        Ok(())
    }

    fn settled(&mut self, _position: u64) -> Result<(), StoreError> {
        Ok(())
    }

    fn evict_expired(&mut self, now: Timestamp) -> Result<(), StoreError> {
        if self.entities.len() > self.swept + self.swept / SWEEP_AT_GROWTH {
            self.entities.retain(|held| held.expires_at > now);
            self.swept = self.entities.len();
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
