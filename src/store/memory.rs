//! The reference store, in memory.

mod slots;

use std::sync::Arc;

use hashbrown::HashTable;

use self::slots::{Slot, Slots};
use super::{StateStore, StoreError};
use crate::domain::Timestamp;
use crate::state::{Entity, EntityKey, Event, glance_at};

/// Every entity is looked at, to see whether it is expired, when a fourth more are held than were left the last time: what
/// is looked at is then at most five times what came since. A store that does not grow keeps what is expired.
const SWEEP_AT_GROWTH: usize = 4;

/// A store in memory, for tests and replay: it holds every entity and nothing survives the process. Its checkpoint is
/// always 0, so whoever opens a ledger over it folds the whole of it.
///
/// What a replay remembers is far larger than the processor's caches, so the table that is searched holds nothing but
/// hashes and numbers.
#[derive(Debug, Clone, Default)]
pub struct MemoryStore {
    places: HashTable<Place>,
    slots: Slots,
    /// How many entities were left when expired ones were last looked for.
    swept: usize,
}

/// Where the entity of a key stands in the slots.
#[derive(Debug, Clone, Copy)]
struct Place {
    hash: u64,
    number: usize,
}

impl MemoryStore {
    /// Every entity that is held, in no order.
    pub fn entities(&self) -> impl Iterator<Item = (&EntityKey, &Entity)> {
        self.slots.iter().map(|slot| (&slot.key, &*slot.entity))
    }

    /// Puts an entity in, as it was when [`MemoryStore::entities`] gave it.
    pub fn insert(&mut self, key: EntityKey, entity: Entity) {
        let expires_at = entity.expires_at();
        match self.slot_mut(&key) {
            Some(slot) => (slot.expires_at, slot.entity) = (expires_at, Arc::new(entity)),
            None => self.insert_new(key, entity),
        }
    }

    fn insert_new(&mut self, key: EntityKey, entity: Entity) {
        let (hash, expires_at) = (key.hash(), entity.expires_at());
        let number = self.slots.insert(Slot { key, expires_at, entity: Arc::new(entity) });
        self.places.insert_unique(hash, Place { hash, number }, |place| place.hash);
    }

    fn number(&self, key: &EntityKey) -> Option<usize> {
        let is_it = |place: &Place| {
            place.hash == key.hash()
                && self.slots.get(place.number).is_some_and(|slot| slot.key == *key)
        };
        self.places.find(key.hash(), is_it).map(|place| place.number)
    }

    fn slot_mut(&mut self, key: &EntityKey) -> Option<&mut Slot> {
        self.slots.get_mut(self.number(key)?)
    }
}

impl StateStore for MemoryStore {
    fn load(&mut self, keys: &[EntityKey], now: Timestamp) -> Result<Vec<Arc<Entity>>, StoreError> {
        keys.iter().map(|key| self.load_one(key, now)).collect()
    }

    fn load_one(&mut self, key: &EntityKey, now: Timestamp) -> Result<Arc<Entity>, StoreError> {
        let slot = self.number(key).and_then(|number| self.slots.get(number));
        let known = slot.filter(|slot| slot.expires_at > now).map(|slot| Arc::clone(&slot.entity));
        Ok(known.unwrap_or_else(|| Entity::unknown_shared(key.subject())))
    }

    /// Most of the time would go into waiting for one entity after another, and for the parts of each. Here the
    /// processor waits for many at once: in each step each look stands for itself, and what it needs the step before
    /// has brought.
    fn expect(&mut self, keys: &[EntityKey]) {
        let place = |key: &EntityKey| {
            self.places.find(key.hash(), |place| place.hash == key.hash()).map(|place| place.number)
        };
        let numbers: Vec<_> = keys.iter().map(place).collect();
        let slots: Vec<_> =
            numbers.iter().filter_map(|number| self.slots.get((*number)?)).collect();
        let asked = keys.iter().zip(&numbers).filter(|(_, number)| number.is_some());
        let same = asked.zip(&slots).filter(|((key, _), slot)| **key == slot.key).count();
        std::hint::black_box(same);
        let entities: Vec<&Entity> = slots.iter().map(|slot| &*slot.entity).collect();
        glance_at(&entities);
    }

    fn commit(&mut self, events: &[Event]) -> Result<(), StoreError> {
        for event in events {
            for key in event.touches() {
                match self.slot_mut(&key) {
                    Some(slot) => {
                        let entity = Arc::make_mut(&mut slot.entity);
                        entity.apply(event);
                        slot.expires_at = entity.expires_at();
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

    fn evict_expired(&mut self, now: Timestamp) -> Result<(), StoreError> {
        if self.places.len() > self.swept + self.swept / SWEEP_AT_GROWTH {
            let places = &mut self.places;
            self.slots.take_expired(now, |hash, number| {
                if let Ok(place) = places.find_entry(hash, |place| place.number == number) {
                    place.remove();
                }
            });
            self.swept = self.places.len();
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
