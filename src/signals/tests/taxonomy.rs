//! What a key's timeline tells, told apart.

use super::scene::{Scene, asked, days, key, minutes, order, phone};
use crate::domain::*;

/// Sold at the start and opened after five minutes.
fn sold() -> Scene {
    let mut scene = Scene::default();
    scene.sell(minutes(0), 1, 1, Some(1));
    let viewed = KeyViewed { order_id: order(1), key: Some(key(1)), client: phone(1) };
    scene.tell(minutes(5), FactBody::KeyViewed(viewed));
    scene
}

/// What happened to a key before it was delivered: its name, and how it is told.
type Spoiled = (&'static str, fn(&mut Scene));

/// The last result, the fault, and what is at fault in money.
fn told(scene: &Scene) -> (String, String, i64) {
    let signals = scene.signals(days(1), 1, 1);
    let word = |name| signals.word(name).unwrap();
    (word("key_last_result"), word("key_fault"), signals.int("key_fault_minor").unwrap())
}

#[test]
fn results_are_kept_apart() {
    for (result, by, word, fault) in [
        (ActivationResult::Ok, 1, "ok", "buyer"),
        (ActivationResult::Ok, 2, "ok", "unknown"),
        (ActivationResult::UsedByOther, 1, "used_by_other", "unknown"),
        (ActivationResult::OwnedBySelf, 1, "owned_by_self", "buyer"),
        (ActivationResult::Invalid, 1, "invalid", "merchant"),
        (ActivationResult::Expired, 1, "expired", "merchant"),
        (ActivationResult::RegionLocked, 1, "region_locked", "none"),
        (ActivationResult::RateLimited, 1, "rate_limited", "none"),
    ] {
        let mut scene = sold();
        scene.tried(minutes(20), 1, result, by);
        // Alone, no answer after the delivery proves what could be paid for.
        assert_eq!(told(&scene), (word.to_owned(), fault.to_owned(), 0), "{result:?} by {by}");
        let signals = scene.signals(days(1), 1, 1);
        assert_eq!(signals.truth("key_activated_by_claimant"), Some(word == "ok" && by == 1));
    }
    assert_eq!(told(&sold()), ("none".to_owned(), "none".to_owned(), 0), "nobody tried it");
}

#[test]
fn what_was_spoiled_before_the_delivery_is_the_merchants_fault() {
    let spoiled: [Spoiled; 4] = [
        ("used", |scene| scene.tried(minutes(-30), 1, ActivationResult::Ok, 2)),
        ("found used", |scene| scene.tried(minutes(-30), 1, ActivationResult::UsedByOther, 2)),
        ("leaked", |scene| scene.tell(minutes(60), leaked(minutes(-30)))),
        ("sold twice", |scene| {
            scene.order(minutes(-60), 9, 3);
            let (order_id, key) = (order(9), Some(key(1)));
            let again = KeyDelivered { order_id, key, batch_id: None, supplier_id: None };
            scene.tell(minutes(-60), FactBody::KeyDelivered(again));
        }),
    ];
    for (name, spoil) in spoiled {
        let mut scene = sold();
        spoil(&mut scene);
        let (_, fault, minor) = told(&scene);
        assert_eq!((fault.as_str(), minor), ("merchant", 10_000), "{name}");
        scene.tried(minutes(30), 1, ActivationResult::Ok, 1);
        let (_, fault, minor) = told(&scene);
        assert_eq!((fault.as_str(), minor), ("buyer", 0), "{name}, and the buyer used it");
    }
}

fn leaked(first_seen_at: Timestamp) -> FactBody {
    FactBody::KeysLeaked(KeysLeaked { keys: vec![key(1)], source: "forum".into(), first_seen_at })
}

#[test]
fn a_leak_stands_before_or_after_the_delivery() {
    for (at, before, after) in [(-1, true, false), (0, false, true), (1, false, true)] {
        let mut scene = sold();
        scene.tell(minutes(60), leaked(minutes(at)));
        let signals = scene.signals(days(1), 1, 1);
        assert_eq!(signals.truth("key_leaked_before_delivery"), Some(before), "{at}");
        assert_eq!(signals.truth("key_leaked_after_delivery"), Some(after), "{at}");
    }
    let signals = sold().signals(days(1), 1, 1);
    assert_eq!(signals.truth("key_leaked_before_delivery"), Some(false));
    assert_eq!(signals.truth("key_leaked_after_delivery"), Some(false));
}

#[test]
fn a_key_is_sold_once_to_each_order() {
    let mut scene = sold();
    assert_eq!(scene.signals(days(1), 1, 1).int("key_sold_times"), Some(1));
    // A delivery that is told again is no second sale.
    scene.sell(minutes(1), 1, 1, Some(1));
    assert_eq!(scene.signals(days(1), 1, 1).int("key_sold_times"), Some(1));
    for number in [2, 3] {
        let (order_id, key) = (order(number), Some(key(1)));
        let again = KeyDelivered { order_id, key, batch_id: None, supplier_id: None };
        scene.tell(minutes(2), FactBody::KeyDelivered(again));
    }
    assert_eq!(scene.signals(days(1), 1, 1).int("key_sold_times"), Some(3));
}

#[test]
fn a_use_after_the_refund_shows() {
    let refunded = |status| {
        let RefundClaim { refund_id, order_id, account_id, amount, .. } = asked(minutes(60), 1, 1);
        let route = RefundRoute::Original;
        let settled = RefundSettled { refund_id, order_id, account_id, amount, route, status };
        FactBody::RefundSettled(settled)
    };
    let seen = |scene: &Scene| scene.signals(days(1), 1, 1).truth("key_activated_after_refund");
    let mut scene = sold();
    scene.tried(minutes(120), 1, ActivationResult::Ok, 1);
    assert_eq!(seen(&scene), None, "nothing was refunded");
    scene.tell(minutes(60), refunded(SettlementStatus::Failed));
    assert_eq!(seen(&scene), None, "a refund that failed is none");
    scene.tell(minutes(90), refunded(SettlementStatus::Settled));
    assert_eq!(seen(&scene), Some(true));
    let mut scene = sold();
    scene.tried(minutes(20), 1, ActivationResult::Ok, 1);
    scene.tried(minutes(120), 1, ActivationResult::Invalid, 1);
    scene.tell(minutes(90), refunded(SettlementStatus::Settled));
    assert_eq!(seen(&scene), Some(false), "it was used before, and refused after");
}
