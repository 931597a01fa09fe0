//! What every store must do.

use std::collections::BTreeSet;

use proptest::strategy::{Strategy, ValueTree};
use proptest::test_runner::TestRunner;

use super::{MemoryStore, StateStore};
use crate::domain::{DAY_MS, TenantId, Timestamp};
use crate::state::samples::{Intake, START, events, events_apart, fold, gap_ms, intake, known_at};
use crate::state::{Entity, EntityKey, Event, EventBody, PictureBucket, Subject};

/// Holds a kind of store to all of it; `new` makes an empty one.
pub(crate) fn store_conforms<S: StateStore>(new: impl Fn() -> S) {
    knows_nothing_at_first(&mut new());
    loads_what_was_committed(&mut new());
    applies_an_event_once(&mut new());
    keeps_what_was_loaded_apart(&mut new());
    forgets_what_is_expired(&mut new(), &mut new());
    evicting_changes_nothing(&mut new(), &mut new());
}

/// So many random records, always the same.
pub(crate) fn records(count: usize) -> Vec<Intake> {
    let mut runner = TestRunner::deterministic();
    (0..count).map(|_| intake().new_tree(&mut runner).unwrap().current()).collect()
}

/// So many random records, each with its time behind the one before, always the same.
fn paced_records(count: usize) -> Vec<(Intake, i64)> {
    let mut runner = TestRunner::deterministic();
    let record = (intake(), gap_ms());
    (0..count).map(|_| record.new_tree(&mut runner).unwrap().current()).collect()
}

/// Every entity that the events touch, as the store has it when the last of them is taken in, and as it should be.
pub(crate) fn assert_reflects(store: &mut impl StateStore, events: &[Event]) {
    assert_reflects_at(store, events, observed_last(events));
}

/// Every entity that the events touch, as the store has it at a time, and as it should be.
pub(crate) fn assert_reflects_at(store: &mut impl StateStore, events: &[Event], now: Timestamp) {
    for (key, entity) in fold(events) {
        let loaded = store.load(std::slice::from_ref(&key), now).unwrap();
        assert_eq!(*loaded[0], known_at(Some(&entity), &key, now), "{key:?}");
    }
    assert_finds_pictures(store, events, now);
}

/// The buckets that hold a picture near one that was shown, the same few bits beside it, or not near any more.
fn assert_finds_pictures(store: &mut impl StateStore, events: &[Event], now: Timestamp) {
    let entities = fold(events);
    for (tenant, shown) in shown(events) {
        for hash in [shown, shown ^ 0b111, shown ^ (0b11 << 50) ^ 0xff, shown ^ (1 << 63)] {
            let key = |bucket| EntityKey::new(tenant.clone(), Subject::Pictures(bucket));
            let known = PictureBucket::near(hash).map(key);
            let known = known.map(|key| known_at(entities.get(&key), &key, now));
            let has_near = |known: &Entity| known.pictures().is_some_and(|p| p.has_near(hash));
            let expected: Vec<Entity> = known.filter(has_near).collect();
            let found = store.near_pictures(&tenant, hash, now).unwrap();
            assert!(found.iter().map(|entity| &**entity).eq(&expected), "{hash:x}");
        }
    }
}

/// Every picture that claims showed, and whose.
pub(crate) fn shown(events: &[Event]) -> BTreeSet<(TenantId, u64)> {
    let hashes = |event: &Event| match &event.body {
        EventBody::Claimed(claim, _) => {
            let tenant = &event.tenant;
            let hashes = claim.evidence.iter().filter_map(|item| item.perceptual_hash);
            hashes.map(|hash| (tenant.clone(), hash)).collect()
        }
        EventBody::Fact(..) | EventBody::Decided(_) => Vec::new(),
    };
    events.iter().flat_map(hashes).collect()
}

/// When the last event was taken in.
pub(crate) fn observed_last(events: &[Event]) -> Timestamp {
    events.last().map_or(START, |event| event.observed_at)
}

fn position_of_last(events: &[Event]) -> u64 {
    events.last().map_or(0, |event| event.stamp.position())
}

fn knows_nothing_at_first(store: &mut impl StateStore) {
    assert_eq!(store.checkpoint(), 0);
    let keys: Vec<EntityKey> = fold(&events(&records(200))).into_keys().collect();
    let loaded = store.load(&keys, START).unwrap();
    assert_eq!(loaded.len(), keys.len());
    for (key, entity) in keys.iter().zip(&loaded) {
        assert_eq!(**entity, Entity::unknown(key.subject()), "{key:?}");
    }
    assert!(store.load(&[], START).unwrap().is_empty());
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
    let in_order = memory.load(&keys, START).unwrap();
    assert_eq!(store.load(&keys, START).unwrap(), in_order, "in the order of the keys");
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
    let loaded = store.load(&keys, START).unwrap();
    store.commit(rest).unwrap();
    let as_of_then: Vec<Entity> = fold(first).into_values().collect();
    assert!(
        loaded.iter().map(|entity| &**entity).eq(&as_of_then),
        "a loaded entity stays as it was"
    );
}

/// The edge, to the millisecond, for every kind: whether it was deleted meanwhile or not.
fn forgets_what_is_expired(kept: &mut impl StateStore, swept: &mut impl StateStore) {
    let events = events(&records(200));
    let end = position_of_last(&events);
    for store in [&mut *kept as &mut dyn StateStore, &mut *swept] {
        store.commit(&events).unwrap();
        store.settled(end).unwrap();
    }
    let last = observed_last(&events);
    for days in [119, 120, 121, 399, 400, 401, 799, 800, 801, 1_099, 1_100, 1_101, 9_000] {
        for ms in [-1, 0, 1] {
            let now = last.plus_ms(days * DAY_MS + ms);
            swept.evict_expired(now).unwrap();
            assert_reflects_at(kept, &events, now);
            assert_reflects_at(swept, &events, now);
        }
    }
}

/// Events come before and after others have expired; one store deletes, the other never does.
fn evicting_changes_nothing(kept: &mut impl StateStore, swept: &mut impl StateStore) {
    let events = events_apart(&paced_records(150));
    let mut taken_in = Vec::new();
    for chunk in events.chunks(4) {
        taken_in.extend_from_slice(chunk);
        let (end, now) = (position_of_last(chunk), observed_last(chunk));
        for store in [&mut *kept as &mut dyn StateStore, &mut *swept] {
            store.commit(chunk).unwrap();
            store.settled(end).unwrap();
        }
        swept.evict_expired(now).unwrap();
        assert_reflects(kept, &taken_in);
        assert_reflects(swept, &taken_in);
    }
    let now = observed_last(&events).plus_ms(2_000 * DAY_MS);
    swept.evict_expired(now).unwrap();
    assert_reflects_at(swept, &events, now);
}
