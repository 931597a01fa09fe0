//! What was not touched for long is forgotten, and deleting it can not be noticed.

use super::super::retention::retention_ms;
use super::super::samples::{events_apart, gap_ms, known_at};
use super::*;

/// As the table says, written a second time.
fn days_kept(subject: &Subject) -> Option<i64> {
    match subject {
        Subject::Order(_) | Subject::Device(_) | Subject::Payer(_) | Subject::Payout(_) => {
            Some(400)
        }
        Subject::Sku(_) | Subject::Supplier(_) | Subject::Asn(_) | Subject::Activator(_) => {
            Some(400)
        }
        Subject::CardKey(_) | Subject::Batch(_) => Some(800),
        Subject::Account(_) => Some(1_100),
        Subject::Evidence(_) | Subject::Pictures(_) => Some(200),
        Subject::Ip(_) | Subject::Network(_) | Subject::Phrase(_) => Some(120),
        Subject::Incidents | Subject::Tenant | Subject::Approvals | Subject::Scores => None,
    }
}

/// What is known at the end: the events since the last time that it was forgotten.
fn naive(events: &[Event], key: &EntityKey, now: Timestamp) -> Entity {
    let expires = |from: Timestamp, to: Timestamp| {
        days_kept(key.subject()).is_some_and(|days| to.ms() - from.ms() >= days * DAY_MS)
    };
    let mut run: Vec<Event> = Vec::new();
    for event in events.iter().filter(|event| event.touches().contains(key)) {
        if run.last().is_some_and(|last| expires(last.observed_at, event.observed_at)) {
            run.clear();
        }
        run.push(event.clone());
    }
    if run.last().is_some_and(|last| expires(last.observed_at, now)) {
        run.clear();
    }
    fold(&run).remove(key).unwrap_or_else(|| Entity::unknown(key.subject()))
}

#[test]
fn every_kind_is_kept_as_long_as_the_table_says() {
    let mut shortest = i64::MAX;
    for (key, entity) in fold(&events(&cases::whole_story())) {
        let kept_ms = retention_ms(&entity.body);
        assert_eq!(kept_ms, days_kept(key.subject()).map(|days| days * DAY_MS), "{key:?}");
        shortest = shortest.min(kept_ms.unwrap_or(i64::MAX));
        assert!(kept_ms.is_none_or(|kept_ms| kept_ms > 90 * DAY_MS), "no window is cut short");
    }
    assert_eq!(shortest, RETENTION_MIN_MS);
}

#[test]
fn keys_survive_their_bytes() {
    let story = fold(&events(&cases::whole_story())).into_keys();
    let ip: std::net::IpAddr = "2001:db8::1".parse().unwrap();
    let v6 = [Subject::Ip(ip), Subject::Network(crate::domain::Network::of(ip))];
    let tenant = crate::domain::TenantId::parse("shop").unwrap();
    let v6 = v6.map(|subject| EntityKey::new(tenant.clone(), subject));
    for key in story.chain(v6) {
        let bytes = key.to_bytes();
        assert_eq!(EntityKey::from_bytes(&bytes), Some(key));
    }
    for no_key in [&b""[..], b"\0", b"shop", b"shop\0", b"shop\0?x", b"shop\0o", b"shop\0ix"] {
        assert_eq!(EntityKey::from_bytes(no_key), None, "{no_key:?}");
    }
}

proptest! {
    #[test]
    fn forgets_what_was_not_touched_for_long(
        records in vec((intake(), gap_ms()), 1..40),
        later_ms in gap_ms(),
    ) {
        let events = events_apart(&records);
        let now = events.last().unwrap().observed_at.plus_ms(later_ms);
        for (key, entity) in fold(&events) {
            prop_assert_eq!(known_at(Some(&entity), &key, now), naive(&events, &key, now), "{:?}", key);
        }
    }

    /// A store may delete what is expired at any time, and fold any part of the tail again after a crash.
    #[test]
    fn a_deletion_is_not_noticed(
        records in vec((intake(), gap_ms()), 1..40),
        swept in vec((any::<Index>(), any::<Index>()), 1..6),
        later_ms in gap_ms(),
    ) {
        let events = events_apart(&records);
        let mut sweeps: Vec<(usize, usize)> = swept
            .into_iter()
            .map(|(at, from)| (at.index(events.len()), from))
            .map(|(at, from)| (at, from.index(at + 1)))
            .collect();
        sweeps.sort_unstable();
        let mut entities = std::collections::BTreeMap::new();
        let mut next = 0;
        for (at, again_from) in sweeps {
            let fresh = next.min(again_from);
            for event in &events[fresh..=at] {
                apply(&mut entities, event);
            }
            next = at + 1;
            let now = events[at].observed_at;
            entities.retain(|_, entity: &mut Entity| !entity.is_expired(now));
            for event in &events[again_from..=at] {
                apply(&mut entities, event);
            }
            let seen = fold(&events[..=at]);
            for (key, entity) in &seen {
                let swept = known_at(entities.get(key), key, now);
                prop_assert_eq!(swept, known_at(Some(entity), key, now), "{:?}", key);
            }
        }
        for event in &events[next..] {
            apply(&mut entities, event);
        }
        let now = events.last().unwrap().observed_at.plus_ms(later_ms);
        for (key, entity) in fold(&events) {
            let swept = known_at(entities.get(&key), &key, now);
            prop_assert_eq!(swept, known_at(Some(&entity), &key, now), "{:?}", key);
        }
    }

    #[test]
    fn the_last_touch_is_read_alone(records in vec((intake(), gap_ms()), 1..10)) {
        let events = events_apart(&records);
        for (key, entity) in fold(&events) {
            let mut own = events.iter().rev().filter(|event| event.touches().contains(&key));
            let touched = own.next().unwrap().observed_at;
            prop_assert_eq!(touched_at(&encode(&entity).unwrap()).unwrap(), touched);
        }
    }
}

fn apply(entities: &mut std::collections::BTreeMap<EntityKey, Entity>, event: &Event) {
    for key in event.touches() {
        let unknown = || Entity::unknown(key.subject());
        entities.entry(key.clone()).or_insert_with(unknown).apply(event);
    }
}
