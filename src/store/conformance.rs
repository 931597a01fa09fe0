//! What every store must do.

use proptest::strategy::{Strategy, ValueTree};
use proptest::test_runner::TestRunner;

use super::{MemoryStore, StateStore};
use crate::state::samples::{Intake, events, fold, intake};
use crate::state::{Entity, EntityKey, Event};

/// Holds a kind of store to all of it; `new` makes an empty one.
pub(crate) fn store_conforms<S: StateStore>(new: impl Fn() -> S) {
    knows_nothing_at_first(&mut new());
    loads_what_was_committed(&mut new());
    applies_an_event_once(&mut new());
    keeps_what_was_loaded_apart(&mut new());
}

/// So many random records, always the same.
pub(crate) fn records(count: usize) -> Vec<Intake> {
    let mut runner = TestRunner::deterministic();
    (0..count).map(|_| intake().new_tree(&mut runner).unwrap().current()).collect()
}

/// Every entity that the events touch, as the store has it and as it should be.
pub(crate) fn assert_reflects(store: &mut impl StateStore, events: &[Event]) {
    for (key, entity) in fold(events) {
        let loaded = store.load(std::slice::from_ref(&key)).unwrap();
        assert_eq!(*loaded[0], entity, "{key:?}");
    }
}

fn position_of_last(events: &[Event]) -> u64 {
    events.last().map_or(0, |event| event.stamp.position())
}

fn knows_nothing_at_first(store: &mut impl StateStore) {
    assert_eq!(store.checkpoint(), 0);
    let keys: Vec<EntityKey> = fold(&events(&records(200))).into_keys().collect();
    let loaded = store.load(&keys).unwrap();
    assert_eq!(loaded.len(), keys.len());
    for (key, entity) in keys.iter().zip(&loaded) {
        assert_eq!(**entity, Entity::unknown(&key.subject), "{key:?}");
    }
    assert!(store.load(&[]).unwrap().is_empty());
    store.commit(&[]).unwrap();
    store.settled(0).unwrap();
    assert_eq!(store.checkpoint(), 0);
}

fn loads_what_was_committed(store: &mut impl StateStore) {
    let events = events(&records(200));
    for chunk in events.chunks(9) {
        store.commit(chunk).unwrap();
    }
    assert_reflects(store, &events);
    store.flush(position_of_last(&events)).unwrap();
    assert_reflects(store, &events);
    let keys: Vec<EntityKey> = fold(&events).into_keys().rev().collect();
    let mut memory = MemoryStore::default();
    memory.commit(&events).unwrap();
    assert_eq!(store.load(&keys).unwrap(), memory.load(&keys).unwrap(), "in the order of the keys");
}

fn applies_an_event_once(store: &mut impl StateStore) {
    let events = events(&records(60));
    store.commit(&events).unwrap();
    store.commit(&events).unwrap();
    assert_reflects(store, &events);
    store.settled(position_of_last(&events)).unwrap();
    store.commit(&events[20..]).unwrap();
    assert_reflects(store, &events);
}

fn keeps_what_was_loaded_apart(store: &mut impl StateStore) {
    let events = events(&records(60));
    let (first, rest) = events.split_at(30);
    store.commit(first).unwrap();
    let keys: Vec<EntityKey> = fold(first).into_keys().collect();
    let loaded = store.load(&keys).unwrap();
    store.commit(rest).unwrap();
    let as_of_then: Vec<Entity> = fold(first).into_values().collect();
    assert!(
        loaded.iter().map(|entity| &**entity).eq(&as_of_then),
        "a loaded entity stays as it was"
    );
}
