use std::collections::BTreeSet;
use std::sync::Arc;

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::Index;
use sha2::Digest;

use super::samples::{Intake, START, events, fact, fold, intake, time};
use super::*;
use crate::domain::{DAY_MS, Decision, HOUR_MS, OutcomeLabel, SettlementStatus, Timestamp};

mod aggregates;
mod balance;
mod cases;
mod limits;
mod retention;
mod scores;
mod sizes;

proptest! {
    #[test]
    fn seen_sets_equal_the_naive_set(
        seen in vec((0_u32..SEEN_IDS, time()), 0..150),
        query in time(),
        span_ms in prop_oneof![0_i64..5, 0_i64..100 * DAY_MS],
        except in proptest::option::of(0_u32..SEEN_IDS),
    ) {
        let mut set = SeenSet::default();
        for (id, at) in &seen {
            set.add(id, *at);
        }
        let first = |id| seen.iter().filter(|(i, _)| *i == id).map(|(_, at)| *at).min();
        let last = |id| seen.iter().filter(|(i, _)| *i == id).map(|(_, at)| *at).max();
        let naive = (0..SEEN_IDS).filter(|id| {
            Some(*id) != except
                && last(*id).is_some_and(|at| at > query.plus_ms(-span_ms))
                && first(*id).is_some_and(|at| at <= query)
        });
        let count = set.count_within(query, span_ms, except.as_ref());
        prop_assert_eq!(count, i64::try_from(naive.count()).unwrap());
        prop_assert!(!set.is_saturated());
        prop_assert_eq!(set.is_empty(), seen.is_empty());
        for id in 0..SEEN_IDS {
            prop_assert_eq!(set.first_seen(&id), first(id));
        }
    }

    #[test]
    fn the_order_of_arrival_does_not_show(facts in vec(fact(), 0..40).prop_flat_map(shuffled)) {
        let fold = |facts: &[crate::domain::Fact]| {
            let records: Vec<_> =
                facts.iter().map(|fact| Intake::Fact(Arc::new(fact.clone()))).collect();
            fold(&events(&records))
        };
        let (one, other) = (fold(&facts.0), fold(&facts.1));
        prop_assert_eq!(one.len(), other.len());
        for (key, entity) in &one {
            prop_assert_eq!(&entity.body, &other[key].body, "{:?}", key);
        }
    }

    #[test]
    fn folding_again_changes_nothing(records in vec(intake(), 1..40), again in any::<Index>()) {
        let events = events(&records);
        let from = again.index(events.len());
        let mut entities = fold(&events);
        for event in &events[from..] {
            for key in event.touches() {
                prop_assert!(!entities.get_mut(key).unwrap().apply(event));
            }
        }
        prop_assert_eq!(entities, fold(&events));
    }

    #[test]
    fn state_survives_its_bytes(records in vec(intake(), 1..40)) {
        for entity in fold(&events(&records)).values() {
            let bytes = encode(entity).unwrap();
            prop_assert_eq!(bytes[0], STATE_VERSION);
            prop_assert_eq!(&decode(&bytes).unwrap(), entity);
        }
    }

    #[test]
    fn damaged_bytes_never_panic(
        records in vec(intake(), 1..20),
        damage in vec((any::<Index>(), any::<u8>()), 1..4),
        noise in vec(any::<u8>(), 0..200),
    ) {
        let _ = decode(&noise);
        let _ = decode(&[&[STATE_VERSION], noise.as_slice()].concat());
        for entity in fold(&events(&records)).values() {
            let mut bytes = encode(entity).unwrap();
            prop_assert!(decode(&bytes[..bytes.len() / 2]).is_err(), "cut short");
            for (at, byte) in &damage {
                let at = at.index(bytes.len());
                bytes[at] = *byte;
            }
            // What decodes in spite of it must be as good as any other state.
            if let Ok(entity) = decode(&bytes) {
                encode(&entity).unwrap();
            }
        }
    }
}

const SEEN_IDS: u32 = 40;

/// A list, and the same in another order.
fn shuffled<T: Clone + std::fmt::Debug>(list: Vec<T>) -> impl Strategy<Value = (Vec<T>, Vec<T>)> {
    (Just(list.clone()), Just(list).prop_shuffle())
}

#[test]
fn a_full_seen_set_forgets_the_least_recent_and_says_so() {
    let mut set = SeenSet::default();
    for id in 0..64 {
        set.add(&id, START.plus_ms(i64::from(id)));
    }
    set.add(&0, START.plus_ms(1_000));
    assert!(!set.is_saturated());
    set.add(&64, START.plus_ms(64));
    assert!(set.is_saturated());
    assert_eq!(set.first_seen(&1), None, "the least recent went");
    assert_eq!(set.first_seen(&0), Some(START), "it was seen again later");
    assert_eq!(set.count_within(START.plus_ms(1_000), DAY_MS, None), 64);
}

#[test]
fn says_why_bytes_are_no_state() {
    assert!(matches!(decode(&[]), Err(StateCodecError::Empty)));
    let older = STATE_VERSION - 1;
    assert!(
        matches!(decode(&[older, 0]), Err(StateCodecError::Version { found }) if found == older)
    );
    assert!(matches!(decode(&[STATE_VERSION]), Err(StateCodecError::Damaged(_))));
}

/// The layout of state is known by the bytes of one fold. When this fails because a type changed, raise
/// [`STATE_VERSION`] and record the new digest with it: stores then fold the ledger anew instead of misreading.
#[test]
fn the_layout_has_the_version_that_it_says() {
    let mut kinds = BTreeSet::new();
    let mut digest = sha2::Sha256::new();
    for (key, entity) in fold(&events(&cases::whole_story())) {
        kinds.insert(format!("{:?}", std::mem::discriminant(&entity.body)));
        digest.update(key.to_bytes());
        digest.update(encode(&entity).unwrap());
    }
    assert_eq!(kinds.len(), 20, "every kind of entity is there");
    assert_eq!(
        (STATE_VERSION, hex::encode(digest.finalize()).as_str()),
        (3, "e8e5d0fbde0e37f0c9e87f18ba9a356d5a9dfbaa62265bc73e566bbe47bb0125")
    );
}
