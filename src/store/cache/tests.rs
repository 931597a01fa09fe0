use std::collections::BTreeSet;

use super::super::conformance::records;
use super::*;
use crate::state::Stamp;
use crate::state::samples::{Intake, events, fold};

fn apply(cache: &mut Cache, event: &Event) {
    for key in event.touches() {
        if !cache.apply(key, event) {
            cache.put(key.clone(), Entity::unknown_shared(key.subject()), 0);
            assert!(cache.apply(key, event));
        }
    }
}

#[test]
fn what_changed_again_is_held_back_until_that_is_settled() {
    let record = records(1).remove(0);
    let mut cache = Cache::default();
    let mut touched = BTreeSet::new();
    for position in 1..=3 {
        for event in record.events(position) {
            apply(&mut cache, &event);
            touched.extend(event.touches().iter().cloned());
        }
    }
    let none: [usize; 0] = [];
    assert_eq!(cache.due(2, 2, 2, usize::MAX), none, "all of it changed behind what is settled");
    assert!(cache.unsaved.is_empty(), "nobody walks over it again");
    assert_eq!(cache.oldest_unsaved(), Some(1), "and it is not forgotten");
    let due = cache.due(3, 3, 3, usize::MAX);
    assert_eq!(due.len(), touched.len());
    for number in due {
        assert!(cache.take_unsaved(number, 1).is_some());
    }
    assert_eq!(cache.oldest_unsaved(), None);
    assert_eq!(cache.due(3, 3, 3, usize::MAX), none);
}

/// A claim is decided when the records behind it were taken in already.
#[test]
fn what_comes_late_stands_in_its_place() {
    let all = records(60);
    let claim = all.iter().find(|record| matches!(record, Intake::Claim(_))).unwrap();
    let others = all.iter().filter(|record| matches!(record, Intake::Fact(_))).take(2);
    let [taken_in, decided] = <[Event; 2]>::try_from(claim.events(1)).unwrap();
    let mut cache = Cache::default();
    apply(&mut cache, &taken_in);
    for (position, fact) in (2..).zip(others) {
        fact.events(position).iter().for_each(|event| apply(&mut cache, event));
    }
    apply(&mut cache, &decided);
    assert!(cache.unsaved.iter().is_sorted_by_key(|unsaved| unsaved.since));
    let written = cache.due(3, 1, 1, usize::MAX);
    assert!(written.iter().all(|number| cache.take_unsaved(*number, 1).is_some()));
    assert!(cache.oldest_unsaved().is_none_or(|since| since > 1), "the first record is written");
}

#[test]
fn what_was_used_lately_stays() {
    let keys: Vec<EntityKey> = fold(&events(&records(50))).into_keys().collect();
    let mut cache = Cache::default();
    for key in &keys {
        cache.put(key.clone(), Entity::unknown_shared(key.subject()), 0);
    }
    let each = cache.bytes() / keys.len();
    // All are new: the hand goes round once, and takes one.
    let first = cache.victims(0, cache.bytes() - 1);
    assert_eq!((first.on_disk.len(), first.unsaved.len()), (1, 0));
    cache.evict(first.on_disk);
    let held: Vec<&EntityKey> = keys.iter().filter(|key| cache.peek(key).is_some()).collect();
    assert_eq!(held.len(), keys.len() - 1);
    for key in &held[..10] {
        cache.get(key);
    }
    let victims = cache.victims(0, each * 10);
    cache.evict(victims.on_disk);
    assert_eq!(cache.bytes(), each * 10);
    assert!(held[..10].iter().all(|key| cache.peek(key).is_some()));
}

#[test]
fn what_is_not_written_stays_until_it_is() {
    let mut cache = Cache::default();
    let events = events(&records(20));
    events.iter().for_each(|event| apply(&mut cache, event));
    let all = cache.bytes();
    (0..20).for_each(|_| cache.trim(0, 99));
    assert_eq!(cache.bytes(), all, "it is on no disk yet");
    let settled = events[events.len() / 2].stamp.position();
    let victims = cache.victims(settled, 0);
    assert!(victims.on_disk.is_empty() && !victims.unsaved.is_empty());
    for number in &victims.unsaved {
        let held = cache.entries.get(*number).unwrap();
        assert!(held.changed_at <= settled, "what is ahead of the ledger stays");
        assert!(cache.take_unsaved(*number, 7).is_some());
    }
    let under_way = victims.unsaved.len();
    cache.evict_landed(victims.unsaved.clone());
    (0..20).for_each(|_| cache.trim(0, 99));
    let again = cache.victims(settled, 0);
    assert!(again.on_disk.is_empty(), "nor while a write is under way");
    assert_eq!(cache.bytes(), all);
    // One of them changes again meanwhile.
    let changed = cache.entries.get(victims.unsaved[0]).unwrap().key.clone();
    let event = events.iter().rfind(|event| event.touches().contains(&changed)).unwrap();
    let mut later = event.clone();
    later.stamp = Stamp::taken_in(99);
    assert!(cache.apply(&changed, &later));
    cache.landed(7);
    let before = cache.entries.len();
    cache.evict_landed(victims.unsaved);
    assert_eq!(before - cache.entries.len(), under_way - 1);
    assert!(cache.is_ahead(&changed));
}
