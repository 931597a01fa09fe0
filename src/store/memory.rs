//! The reference store, in memory.

use std::collections::HashMap;
use std::sync::Arc;

use super::{StateStore, StoreError};
use crate::state::{Entity, EntityKey, Event};

/// A store in memory, for tests and replay: it holds every entity and nothing survives the process. Its checkpoint is
/// always 0, so whoever opens a ledger over it folds the whole of it.
#[derive(Debug, Clone, Default)]
pub struct MemoryStore {
    entities: HashMap<EntityKey, Arc<Entity>>,
}

impl StateStore for MemoryStore {
    fn load(&mut self, keys: &[EntityKey]) -> Result<Vec<Arc<Entity>>, StoreError> {
        let load = |key: &EntityKey| match self.entities.get(key) {
            Some(entity) => Arc::clone(entity),
            None => Arc::new(Entity::unknown(&key.subject)),
        };
        Ok(keys.iter().map(load).collect())
    }

    fn commit(&mut self, events: &[Event]) -> Result<(), StoreError> {
        for event in events {
            for key in event.touches() {
                let unknown = || Arc::new(Entity::unknown(&key.subject));
                let entity = self.entities.entry(key.clone()).or_insert_with(unknown);
                Arc::make_mut(entity).apply(event);
            }
        }
        Ok(())
    }

    fn settled(&mut self, _position: u64) -> Result<(), StoreError> {
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
