//! How often an account claims, and what keys it tries.

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;

use super::scene::{Scene, asked, cny, days, minutes, phone};
use crate::domain::*;

/// Buyer 1 gets a key of batch 1 that fails within the hour; of four others, who bought then too, the keys fail on a
/// later day.
fn hit(others_fail_on: i64) -> Scene {
    let mut scene = Scene::default();
    for number in 0..5 {
        scene.sell(minutes(0), number, 1 + number, Some(1));
    }
    scene.tried(minutes(60), 0, ActivationResult::Invalid, 1);
    for number in 1..5 {
        let at = days(others_fail_on).plus_ms(i64::from(number));
        scene.tried(at, number, ActivationResult::Invalid, 1 + number);
    }
    scene
}

fn faults(scene: &Scene, day: i64, buyer: u8) -> Option<i64> {
    scene.signals(days(day), 0, buyer).int("account_fault_refunds_90d")
}

#[test]
fn victims_of_an_outbreak_are_no_refunders() {
    for (day, expected) in [(0, 1), (5, 1), (6, 1), (8, 0)] {
        let mut scene = hit(day);
        scene.claimed(minutes(120), 0, 1, Layer::Rule);
        assert_eq!(faults(&scene, 30, 1), Some(expected), "the others failed on day {day}");
    }
}

#[test]
fn who_got_no_bad_key_is_no_victim() {
    let mut scene = hit(1);
    scene.sell(minutes(0), 7, 7, Some(1));
    scene.claimed(minutes(120), 7, 7, Layer::Rule);
    assert_eq!(faults(&scene, 1, 7), Some(0), "the key of account 7 was never refused");
}

#[test]
fn what_was_found_out_counts_more_than_an_outbreak() {
    for (label, expected) in
        [(OutcomeLabel::Abuse, 0), (OutcomeLabel::Honest, 0), (OutcomeLabel::MerchantFault, 1)]
    {
        let mut scene = hit(0);
        scene.claimed(minutes(120), 0, 1, Layer::Rule);
        let RefundClaim { refund_id, order_id, account_id, .. } = asked(minutes(120), 0, 1);
        let outcome = OutcomeReported {
            refund_id,
            order_id,
            account_id,
            label,
            source: OutcomeSource::Reviewer,
            effective_at: days(2),
        };
        scene.tell(days(2), FactBody::OutcomeReported(outcome));
        assert_eq!(faults(&scene, 3, 1), Some(expected), "{label:?}");
    }
}

#[test]
fn a_share_of_few_orders_stays_near_what_is_usual() {
    let ratio = |orders: u8, claims: u8| {
        let mut scene = Scene::default();
        for number in 0..orders {
            scene.sell(minutes(0), number, 1, None);
        }
        for number in 0..claims {
            scene.claimed(minutes(60), number, 1, Layer::Rule);
        }
        scene.signals(days(1), 0, 1).real("account_refund_ratio_90d").unwrap()
    };
    assert!(ratio(1, 1) < 0.15, "one of one: {}", ratio(1, 1));
    assert!(ratio(4, 4) > 0.3, "four of four: {}", ratio(4, 4));
    assert!(ratio(200, 5) < 0.05, "five of 200: {}", ratio(200, 5));
    assert!(ratio(0, 3) > 0.2, "orders that nobody told: {}", ratio(0, 3));
}

#[test]
fn of_orders_of_one_price_amounts_tell_what_numbers_tell() {
    for (orders, claims) in [(1, 0), (1, 1), (4, 4), (30, 5)] {
        let mut scene = Scene::default();
        for number in 0..orders {
            scene.sell(minutes(0), number, 1, None);
        }
        for number in 0..claims {
            scene.claimed(minutes(60), number, 1, Layer::Rule);
        }
        let signals = scene.signals(days(1), 0, 1);
        let real = |name| signals.real(name).unwrap();
        let (by_amount, by_number) =
            (real("account_refund_amount_ratio_90d"), real("account_refund_ratio_90d"));
        assert!((by_amount - by_number).abs() < 1e-12, "{claims} of {orders}: {by_amount}");
        assert_eq!(signals.int("account_spend_life"), Some(10_000 * i64::from(orders)));
    }
}

#[test]
fn a_cheap_refund_weighs_little_and_an_unknown_currency_is_not_guessed_at() {
    let mut scene = Scene::default();
    for number in 0..10 {
        scene.sell(minutes(0), number, 1, None);
    }
    let ratio = |scene: &Scene, name| scene.signals(days(1), 0, 1).real(name);
    scene.claimed_as(RefundClaim { amount: cny(100), ..asked(minutes(60), 0, 1) }, Layer::Rule);
    // 1.00 of 1,000.00, drawn toward the share of claims among the SKU's orders, that toward the tenant's.
    let base = (1.0 + 100.0 * (1.0 + 3.0) / 110.0) / 110.0;
    let expected = (0.001 * 10.0 + 10.0 * base) / 20.0;
    let got = ratio(&scene, "account_refund_amount_ratio_90d").unwrap();
    assert!((got - expected).abs() < 1e-12, "{got} is not {expected}");
    assert!(got < ratio(&scene, "account_refund_ratio_90d").unwrap());
    let yen = Money { amount_minor: 100, currency: Currency::parse("JPY").unwrap() };
    scene.claimed_as(RefundClaim { amount: yen, ..asked(minutes(61), 1, 1) }, Layer::Rule);
    assert_eq!(ratio(&scene, "account_refund_amount_ratio_90d"), None);
    assert_eq!(scene.signals(days(1), 0, 1).int("account_spend_life"), Some(100_000));
}

fn activator(name: &str) -> Option<ActivatorId> {
    ActivatorId::parse(name).ok()
}

#[test]
fn tries_count_for_whom_the_claimant_is_tied_to() {
    let mut scene = Scene::default();
    scene.sell(minutes(0), 0, 1, None);
    let told = |scene: &Scene| {
        let signals = scene.signals(minutes(60), 0, 1);
        let int = |name| signals.int(name).unwrap();
        (int("account_activation_failures_1h"), int("account_activation_failed_keys_24h"))
    };
    let invalid = ActivationResult::Invalid;
    // Under a vendor's account that nobody knows yet.
    for number in 100..106 {
        scene.tried_as(minutes(30), number, invalid, activator("vendor"), phone(8));
    }
    assert_eq!(told(&scene), (0, 0));
    // It tries the claim's key too, on another phone: still somebody else.
    scene.tried_as(minutes(31), 0, invalid, activator("vendor"), phone(8));
    assert_eq!(told(&scene), (0, 0));
    // On the phone of the claimant: it is theirs, with all that it did before. The claim's own key is none too many.
    scene.tried_as(minutes(32), 0, invalid, activator("vendor"), phone(1));
    assert_eq!(told(&scene), (8, 6));
    // Under the id of the account itself.
    scene.tried(minutes(33), 110, ActivationResult::RateLimited, 1);
    assert_eq!(told(&scene), (9, 6));
    // What worked, and what they own already, is no failure.
    scene.tried(minutes(34), 111, ActivationResult::Ok, 1);
    scene.tried(minutes(35), 112, ActivationResult::OwnedBySelf, 1);
    assert_eq!(told(&scene), (9, 6));
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, ..ProptestConfig::default() })]

    #[test]
    fn tries_equal_those_of_the_raw_facts(
        tries in vec((0_u8..12, select(ActivationResult::ALL), 0_i64..4 * 24 * 60), 0..80),
        until in 2_i64 * 24 * 60..4 * 24 * 60,
    ) {
        let mut scene = Scene::default();
        scene.sell(minutes(0), 0, 1, None);
        let tries: Vec<_> = tries.into_iter().filter(|(.., at)| *at <= until).collect();
        for (number, result, at) in &tries {
            scene.tried(minutes(*at), *number, *result, 1);
        }
        let signals = scene.signals(minutes(until), 0, 1);
        let refused = |result: ActivationResult| {
            !matches!(result, ActivationResult::Ok | ActivationResult::OwnedBySelf)
        };
        let failures: Vec<_> = tries.iter().filter(|(_, result, _)| refused(*result)).collect();
        let lately = |at: i64| at.div_euclid(5) > until.div_euclid(5) - 12;
        let hour = failures.iter().filter(|(.., at)| lately(*at)).count();
        let keys: std::collections::BTreeSet<u8> = failures
            .iter()
            .filter(|(number, _, at)| *number != 0 && *at > until - 24 * 60)
            .map(|(number, ..)| *number)
            .collect();
        let int = |count: usize| Some(i64::try_from(count).unwrap());
        prop_assert_eq!(signals.int("account_activation_failures_1h"), int(hour));
        prop_assert_eq!(signals.int("account_activation_failed_keys_24h"), int(keys.len()));
        let real = |n: usize| f64::from(u32::try_from(n).unwrap());
        let share = (real(failures.len()) + 1.0) / (real(tries.len()) + 10.0);
        let got = signals.real("account_activation_failure_share_90d").unwrap();
        prop_assert!((got - share).abs() < 1e-12, "{} is not {}", got, share);
    }

    #[test]
    fn the_refund_ratio_equals_that_of_the_raw_facts(
        orders in vec((1_u8..3, 0_i64..150), 1..30),
        claims in vec((any::<prop::sample::Index>(), 0_i64..150, any::<bool>()), 0..20),
        until in 100_i64..150,
    ) {
        let mut scene = Scene::default();
        let mut orders = orders;
        // What is told long after is not kept: tell it as it happens.
        orders.sort_by_key(|(_, day)| *day);
        let orders: Vec<_> = orders.into_iter().filter(|(_, day)| *day <= until).collect();
        prop_assume!(!orders.is_empty());
        for (number, (buyer, day)) in (0..).zip(&orders) {
            scene.order(days(*day), number, *buyer);
        }
        let mut claims: Vec<_> = claims
            .into_iter()
            .map(|(order, day, fault)| (order.index(orders.len()), day, fault))
            .filter(|(_, day, _)| *day <= until)
            .collect();
        claims.sort_by_key(|(order, day, _)| (*day, *order));
        claims.dedup_by_key(|(order, day, _)| (*day, *order));
        for (order, day, fault) in &claims {
            let by = if *fault { Layer::Proof } else { Layer::Rule };
            let buyer = orders[*order].0;
            scene.claimed(days(*day), u8::try_from(*order).unwrap(), buyer, by);
        }
        let signals = scene.signals(days(until), 0, 1);
        let lately = |day: i64| day > until - 90;
        let own = |order: usize| orders[order].0 == 1;
        let count = |of: &dyn Fn(usize, bool) -> bool| {
            let claims = claims.iter().filter(|(order, day, fault)| lately(*day) && of(*order, *fault));
            f64::from(u32::try_from(claims.count()).unwrap())
        };
        let ordered = |of: &dyn Fn(u8) -> bool| {
            let orders = orders.iter().filter(|(buyer, day)| lately(*day) && of(*buyer));
            f64::from(u32::try_from(orders.count()).unwrap())
        };
        let (all_claims, all_orders) = (count(&|_, _| true), ordered(&|_| true));
        let tenant = (all_claims.min(all_orders) + 3.0) / (all_orders + 100.0);
        let sku = (all_claims.min(all_orders) + 100.0 * tenant) / (all_orders + 100.0);
        let (claimed, placed) = (count(&|order, fault| own(order) && !fault), ordered(&|b| b == 1));
        let expected = (claimed + 10.0 * sku) / (placed.max(claimed) + 10.0);
        let got = signals.real("account_refund_ratio_90d").unwrap();
        prop_assert!((got - expected).abs() < 1e-12, "{} is not {}", got, expected);
        let faults = count(&|order, fault| own(order) && fault);
        let told = signals.int("account_fault_refunds_90d").unwrap();
        prop_assert_eq!(f64::from(u32::try_from(told).unwrap()).to_bits(), faults.to_bits());
    }
}
