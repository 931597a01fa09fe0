use std::cell::RefCell;
use std::collections::BTreeSet;
use std::path::Path;

use metrics_exporter_prometheus::PrometheusBuilder;
use proptest::collection::vec;
use proptest::prelude::*;

use super::super::conformance::{
    assert_reflects, assert_reflects_at, observed_last, records, shown, store_conforms,
};
use super::*;
use crate::disk::open_database;
use crate::domain::DAY_MS;
use crate::state::PictureBucket;
use crate::state::samples::{Intake, START, events, events_apart, fold, gap_ms, intake};

mod pictures;

const TINY: StoreLimits = StoreLimits { cache_bytes: 6_000, checkpoint_every: 10 };
const ROOMY: StoreLimits = StoreLimits { cache_bytes: 1 << 24, checkpoint_every: 1_000 };

fn database(path: &Path) -> Database {
    open_database(path, 1 << 20).unwrap()
}

#[test]
fn conforms() {
    for limits in [TINY, ROOMY, StoreLimits { cache_bytes: 0, checkpoint_every: 1 }] {
        let folders = RefCell::new(Vec::new());
        store_conforms(|| {
            let folder = tempfile::tempdir().unwrap();
            let store = FjallStore::open(&database(folder.path()), limits, 0).unwrap();
            folders.borrow_mut().push(folder);
            store
        });
    }
}

/// What happens to a store between two chunks of records.
#[derive(Debug, Clone, Copy)]
enum Then {
    /// The records are on disk, and the store is told. What it writes may still be under way.
    Settled,
    /// The same, and what is expired may be deleted.
    Evicts,
    /// The same as the first, and nothing happens until all of it is written.
    Rests,
    /// The records are on disk, and vouch dies before the store is told.
    DiesAfterAppend,
    /// The records are on disk, the store is told, and vouch dies while that is written.
    DiesInWrite,
    /// Vouch dies before the records are on disk: they never were.
    DiesBeforeAppend,
    /// Vouch stops in order.
    Stops,
}

fn then() -> impl Strategy<Value = Then> {
    prop_oneof![
        4 => Just(Then::Settled),
        4 => Just(Then::Evicts),
        4 => Just(Then::Rests),
        1 => Just(Then::DiesAfterAppend),
        1 => Just(Then::DiesInWrite),
        1 => Just(Then::DiesBeforeAppend),
        1 => Just(Then::Stops),
    ]
}

/// Opens the store and folds the tail of the ledger, as a start of vouch does.
fn start(database: &Database, limits: StoreLimits, ledger: &[(Intake, i64)]) -> FjallStore {
    let end = u64::try_from(ledger.len()).unwrap();
    let mut store = FjallStore::open(database, limits, end).unwrap();
    store.sweep.step_records = 7;
    let checkpoint = store.checkpoint();
    assert!(checkpoint <= end, "{checkpoint} is ahead of {end}");
    let events = events_apart(ledger);
    let tail: Vec<Event> =
        events.into_iter().filter(|event| event.stamp.position() > checkpoint).collect();
    store.commit(&tail).unwrap();
    store.settled(end).unwrap();
    store
}

/// The ledger is on disk up to there, and what the store does about it is done.
fn settle(store: &mut FjallStore, position: u64) {
    // What is on its way leaves the cache a call later.
    for _ in 0..2 {
        store.settled(position).unwrap();
        store.rest().unwrap();
    }
}

/// What is written there is lost.
fn elsewhere(store: &FjallStore) -> WriteBack {
    let folder = tempfile::tempdir().unwrap();
    let database = database(folder.path());
    let state = database.keyspace("state", KeyspaceCreateOptions::default).unwrap();
    WriteBack::start(database, state, Arc::clone(&store.on_disk)).unwrap()
}

/// Deletes what is expired, a step.
fn evict(store: &mut FjallStore, now: Timestamp) {
    store.evict_expired(now).unwrap();
    store.rest().unwrap();
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]
    #[test]
    fn equals_memory_whatever_happens(
        steps in vec((vec((intake(), gap_ms()), 0..12), then()), 1..25),
        cache_bytes in 0_usize..30_000,
        checkpoint_every in 1_u64..40,
    ) {
        let limits = StoreLimits { cache_bytes, checkpoint_every };
        let folder = tempfile::tempdir().unwrap();
        let mut database = database(folder.path());
        let mut ledger: Vec<(Intake, i64)> = Vec::new();
        let mut store = start(&database, limits, &ledger);
        for (chunk, then) in steps {
            let kept = ledger.len();
            ledger.extend(chunk);
            let fresh = events_apart(&ledger).into_iter().filter(|event| {
                event.stamp.position() > u64::try_from(kept).unwrap()
            });
            store.commit(&fresh.collect::<Vec<_>>()).unwrap();
            let end = u64::try_from(ledger.len()).unwrap();
            match then {
                Then::Settled => store.settled(end).unwrap(),
                Then::Evicts => {
                    store.settled(end).unwrap();
                    let events = events_apart(&ledger);
                    for _ in 0..3 {
                        store.evict_expired(observed_last(&events)).unwrap();
                    }
                    assert_reflects(&mut store, &events);
                }
                Then::Rests => {
                    settle(&mut store, end);
                    prop_assert!(store.cached_bytes() <= cache_bytes);
                    prop_assert!(end - store.checkpoint() <= checkpoint_every);
                }
                Then::DiesAfterAppend => {
                    drop(store);
                    store = start(&database, limits, &ledger);
                }
                Then::DiesInWrite => {
                    store.rest().unwrap();
                    store.write_back = elsewhere(&store);
                    store.settled(end).unwrap();
                    drop(store);
                    store = start(&database, limits, &ledger);
                }
                Then::DiesBeforeAppend => {
                    ledger.truncate(kept);
                    drop(store);
                    store = start(&database, limits, &ledger);
                }
                Then::Stops => {
                    store.flush(end).unwrap();
                    drop(store);
                    drop(database);
                    database = open_database(folder.path(), 1 << 20).unwrap();
                    store = start(&database, limits, &ledger);
                    prop_assert_eq!(store.checkpoint(), end);
                }
            }
        }
        assert_reflects(&mut store, &events_apart(&ledger));
    }
}

/// Keys of the records on disk.
fn on_disk(store: &FjallStore) -> BTreeSet<EntityKey> {
    let keys = store.state.iter().map(|record| record.key().unwrap());
    keys.filter_map(|key| EntityKey::from_bytes(&key)).collect()
}

#[test]
fn what_is_expired_goes_step_by_step() {
    let folder = tempfile::tempdir().unwrap();
    let mut store = FjallStore::open(&database(folder.path()), ROOMY, 0).unwrap();
    store.sweep.step_records = 5;
    let events = events(&records(200));
    store.commit(&events).unwrap();
    store.flush(200).unwrap();
    let all = on_disk(&store);
    assert_eq!(all, fold(&events).into_keys().collect());

    let late = observed_last(&events).plus_ms(500 * DAY_MS);
    evict(&mut store, late);
    assert!(on_disk(&store).len() >= all.len() - 5, "no step is long");
    for _ in 0..all.len() {
        evict(&mut store, late);
    }
    let entities = fold(&events);
    let left: BTreeSet<EntityKey> =
        entities.iter().filter(|(_, e)| !e.is_expired(late)).map(|(key, _)| key.clone()).collect();
    assert!((1..all.len()).contains(&left.len()));
    assert_eq!(on_disk(&store), left);
    assert_reflects_at(&mut store, &events, late);

    // The next walk begins a day later.
    let later = late.plus_ms(2_000 * DAY_MS);
    evict(&mut store, late.plus_ms(DAY_MS - 1));
    assert_eq!(on_disk(&store), left);
    for _ in 0..all.len() {
        evict(&mut store, later);
    }
    assert!(on_disk(&store).iter().all(|key| !entities[key].is_expired(later)));
    assert_reflects_at(&mut store, &events, later);
}

/// What is on disk of it is what its unwritten changes are folded onto after a crash.
#[test]
fn what_is_not_written_yet_is_not_deleted() {
    let folder = tempfile::tempdir().unwrap();
    let database = database(folder.path());
    let has_address = |record: &Intake| {
        let events = record.events(1);
        let mut touched = events.iter().flat_map(Event::touches);
        touched.any(|key| matches!(key.subject(), Subject::Ip(_)))
    };
    // An address is remembered for 120 d.
    let record = records(50).into_iter().find(has_address).unwrap();
    let ledger = [(record.clone(), 0), (record.clone(), 119 * DAY_MS), (record, 119 * DAY_MS)];
    let events = events_apart(&ledger);
    let written = |position: u64| {
        events.iter().filter(move |e| e.stamp.position() == position).cloned().collect::<Vec<_>>()
    };
    let mut store = FjallStore::open(&database, ROOMY, 0).unwrap();
    store.commit(&written(1)).unwrap();
    store.flush(1).unwrap();
    for position in [2, 3] {
        store.commit(&written(position)).unwrap();
        store.settled(position).unwrap();
    }
    assert_eq!(store.checkpoint(), 1);
    let before = on_disk(&store);
    evict(&mut store, observed_last(&events));
    assert_eq!(on_disk(&store), before);
    drop(store);
    let mut store = start(&database, ROOMY, &ledger);
    assert_reflects(&mut store, &events);
}

/// A backup of the ledger may end before the time at which something was expired.
#[test]
fn a_deletion_reflects_the_ledger_up_to_its_time() {
    let folder = tempfile::tempdir().unwrap();
    let database = database(folder.path());
    let mut records: Vec<(Intake, i64)> = records(50).into_iter().map(|r| (r, 0)).collect();
    records[49].1 = 500 * DAY_MS;
    let events = events_apart(&records);
    let (early, last) = events.split_at(events.partition_point(|e| e.stamp.position() < 50));
    let mut store = FjallStore::open(&database, ROOMY, 0).unwrap();
    store.commit(early).unwrap();
    store.flush(49).unwrap();
    store.commit(last).unwrap();
    store.settled(50).unwrap();
    let before = on_disk(&store).len();
    evict(&mut store, observed_last(&events));
    assert!(on_disk(&store).len() < before);
    drop(store);
    assert_eq!(FjallStore::open(&database, ROOMY, 50).unwrap().checkpoint(), 49);
    let mut restored = FjallStore::open(&database, ROOMY, 49).unwrap();
    assert_eq!(restored.checkpoint(), 0, "cleared");
    restored.commit(early).unwrap();
    assert_reflects(&mut restored, early);
}

#[test]
fn a_damaged_record_stops_no_walk() {
    let folder = tempfile::tempdir().unwrap();
    let mut store = FjallStore::open(&database(folder.path()), ROOMY, 0).unwrap();
    let events = events(&records(20));
    store.commit(&events).unwrap();
    store.flush(20).unwrap();
    let damaged = fold(&events).into_keys().next().unwrap();
    store.state.insert(damaged.to_bytes(), [STATE_VERSION, 0xff]).unwrap();
    evict(&mut store, START.plus_ms(9_000 * DAY_MS));
    let left = on_disk(&store);
    assert!(left.contains(&damaged));
    assert!(left.len() < fold(&events).len());
}

#[test]
fn what_is_not_settled_is_never_written() {
    let folder = tempfile::tempdir().unwrap();
    let database = database(folder.path());
    let records = records(40);
    let mut store = FjallStore::open(&database, TINY, 0).unwrap();
    let events = events(&records);
    store.commit(&events).unwrap();
    // Everything was committed, but the ledger is on disk up to 20 only.
    store.settled(20).unwrap();
    store.flush(20).unwrap();
    assert!(store.checkpoint() <= 20);
    assert_reflects(&mut store, &events);
    drop(store);
    let mut store = FjallStore::open(&database, TINY, 20).unwrap();
    for (key, whole) in fold(&events) {
        let loaded = store.load(std::slice::from_ref(&key), START).unwrap();
        let up_to_20: Vec<Event> =
            events.iter().filter(|e| e.stamp.position() <= 20).cloned().collect();
        let known = fold(&up_to_20).remove(&key);
        let known = known.unwrap_or_else(|| Entity::unknown(key.subject()));
        let unknown = Entity::unknown(key.subject());
        assert!(*loaded[0] == known || *loaded[0] == unknown, "{key:?} {whole:?}");
    }
}

#[test]
fn the_tail_stays_short_without_long_pauses() {
    let folder = tempfile::tempdir().unwrap();
    let limits = StoreLimits { cache_bytes: 1 << 24, checkpoint_every: 20 };
    let mut store = FjallStore::open(&database(folder.path()), limits, 0).unwrap();
    let records = records(400);
    for (position, record) in (1..).zip(&records) {
        store.commit(&record.events(position)).unwrap();
        settle(&mut store, position);
        assert!(position - store.checkpoint() <= 20, "{position}");
    }
}

#[test]
fn the_tail_stays_short_while_batches_overlap() {
    let folder = tempfile::tempdir().unwrap();
    let limits = StoreLimits { cache_bytes: 1 << 24, checkpoint_every: 20 };
    let mut store = FjallStore::open(&database(folder.path()), limits, 0).unwrap();
    let mut rests = 0;
    // Every record changes the same entities, so that they are never settled while another batch is under way.
    let record = records(1).remove(0);
    for (position, record) in (1..).zip(std::iter::repeat_n(record, 400)) {
        if store.is_behind() {
            rests += 1;
            store.settled(position - 1).unwrap();
            assert!(!store.is_behind(), "{position}");
        }
        store.commit(&record.events(position)).unwrap();
        // Only what stands before it is on disk.
        store.settled(position - 1).unwrap();
        store.rest().unwrap();
        assert!(position - store.checkpoint() <= 20 + 20 / 8 + 2, "{position}");
    }
    assert!(
        (1..100).contains(&rests),
        "what every record changes is written now and then: {rests}"
    );
}

/// The tail is folded in parts; vouch may be killed between them.
#[test]
fn while_the_tail_is_folded_the_checkpoint_does_not_run_ahead() {
    let folder = tempfile::tempdir().unwrap();
    let database = database(folder.path());
    let events = events(&records(60));
    let limits = StoreLimits { checkpoint_every: 20, ..ROOMY };
    let mut store = FjallStore::open(&database, limits, 0).unwrap();
    store.commit(&events).unwrap();
    settle(&mut store, 60);
    let (checkpoint, reflects) = (store.checkpoint(), store.reflects);
    assert!(checkpoint < reflects && reflects == 60, "{checkpoint}, {reflects}");
    drop(store);
    let limits = StoreLimits { cache_bytes: 0, checkpoint_every: 1 };
    let mut store = FjallStore::open(&database, limits, 60).unwrap();
    let tail = events.iter().filter(|event| event.stamp.position() == checkpoint + 1);
    store.commit(&tail.cloned().collect::<Vec<_>>()).unwrap();
    settle(&mut store, checkpoint + 1);
    assert_eq!((store.checkpoint(), store.reflects), (checkpoint + 1, 60));
}

#[test]
fn state_of_another_layout_is_folded_anew() {
    let folder = tempfile::tempdir().unwrap();
    let events = events(&records(50));
    {
        let database = database(folder.path());
        let mut store = FjallStore::open(&database, ROOMY, 0).unwrap();
        store.commit(&events).unwrap();
        store.flush(50).unwrap();
        let header = Header { version: STATE_VERSION + 1, checkpoint: 50, reflects: 50 };
        store.state.insert(Header::KEY, header.to_bytes()).unwrap();
    }
    let database = database(folder.path());
    let mut store = FjallStore::open(&database, ROOMY, 50).unwrap();
    assert_eq!(store.checkpoint(), 0);
    assert!(store.state.is_empty().unwrap());
    store.commit(&events).unwrap();
    store.flush(50).unwrap();
    drop(store);
    drop(database);
    // The clearing stands in the journal before what was written since.
    let database = open_database(folder.path(), 1 << 20).unwrap();
    let mut store = FjallStore::open(&database, ROOMY, 50).unwrap();
    assert_eq!(store.checkpoint(), 50);
    assert_reflects(&mut store, &events);
}

#[test]
fn state_ahead_of_the_ledger_is_folded_anew() {
    let folder = tempfile::tempdir().unwrap();
    let database = database(folder.path());
    let events = events(&records(50));
    let mut store = FjallStore::open(&database, ROOMY, 0).unwrap();
    store.commit(&events).unwrap();
    store.flush(50).unwrap();
    drop(store);
    assert_eq!(FjallStore::open(&database, ROOMY, 50).unwrap().checkpoint(), 50);
    assert_eq!(FjallStore::open(&database, ROOMY, 51).unwrap().checkpoint(), 50);
    let mut restored = FjallStore::open(&database, ROOMY, 49).unwrap();
    assert_eq!(restored.checkpoint(), 0);
    let keys: Vec<EntityKey> = fold(&events).into_keys().collect();
    for (key, entity) in keys.iter().zip(restored.load(&keys, START).unwrap()) {
        assert_eq!(*entity, Entity::unknown(key.subject()));
    }
}

#[test]
fn a_damaged_record_is_told() {
    let folder = tempfile::tempdir().unwrap();
    let database = database(folder.path());
    let key = fold(&events(&records(5))).into_keys().next().unwrap();
    let store = FjallStore::open(&database, ROOMY, 0).unwrap();
    store.state.insert(key.to_bytes(), [STATE_VERSION, 0xff]).unwrap();
    store.state.insert(Header::KEY, Header::EMPTY.to_bytes()).unwrap();
    drop(store);
    let mut store = FjallStore::open(&database, ROOMY, 0).unwrap();
    assert!(matches!(store.load(&[key], START), Err(StoreError::Codec(_))));
}

#[test]
fn an_operator_sees_what_is_held_and_what_a_restart_would_fold() {
    let recorder = PrometheusBuilder::new().build_recorder();
    let told = recorder.handle();
    let _guard = metrics::set_default_local_recorder(&recorder);
    let gauge = |name: &str| {
        let told = told.render();
        let line = told.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(' '));
        line.unwrap_or_default().parse::<f64>().unwrap()
    };
    let folder = tempfile::tempdir().unwrap();
    let database = database(folder.path());
    let mut store = FjallStore::open(&database, ROOMY, 0).unwrap();
    store.commit(&events(&records(40))).unwrap();
    store.settled(40).unwrap();
    assert!(gauge(CACHED_BYTES) > 0.0);
    assert_eq!((gauge(UNWRITTEN_RECORDS), store.checkpoint()), (40.0, 0));
    drop(store);
    let limits = StoreLimits { cache_bytes: 0, checkpoint_every: 1 };
    let mut store = FjallStore::open(&database, limits, 40).unwrap();
    store.commit(&events(&records(40))).unwrap();
    settle(&mut store, 40);
    assert_eq!((gauge(CACHED_BYTES), gauge(UNWRITTEN_RECORDS)), (0.0, 0.0));
}
