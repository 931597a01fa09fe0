//! Batches, suppliers and SKUs, against the raw facts.

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;

use super::scene::{Scene, account, days, key, minutes};
use crate::domain::*;
use crate::signals::outbreak;
use crate::state::Subject;

/// Buyers 1 to `victims` get `faults` bad keys of batch 1, in turn, and buyer 9 one good key of batch 2.
fn bad_batch(faults: u8, victims: u8, good: u8) -> Scene {
    let mut scene = Scene::default();
    for number in 0..faults + good {
        scene.sell(minutes(i64::from(number)), number, 1 + number % victims, Some(1));
    }
    scene.sell(minutes(0), 200, 9, Some(2));
    for number in 0..faults {
        scene.tried(minutes(60), number, ActivationResult::Invalid, 1 + number % victims);
    }
    scene
}

fn is_outbreak(scene: &Scene) -> bool {
    scene.signals(minutes(120), 0, 1).truth("batch_outbreak").unwrap()
}

#[test]
fn an_outbreak_needs_faults_victims_and_that_chance_does_not_explain_it() {
    assert!(is_outbreak(&bad_batch(5, 3, 0)));
    assert!(!is_outbreak(&bad_batch(4, 3, 0)), "too few faults");
    assert!(!is_outbreak(&bad_batch(5, 2, 0)), "too few victims");
    assert!(!is_outbreak(&bad_batch(5, 3, 100)), "five of a hundred come about");
    assert!(is_outbreak(&bad_batch(20, 3, 100)));
}

#[test]
fn an_outbreak_passes() {
    let scene = bad_batch(5, 3, 0);
    let seen = |day| scene.signals(days(day), 0, 1).truth("batch_outbreak");
    assert_eq!((seen(6), seen(7)), (Some(true), Some(false)));
}

#[test]
fn claims_make_no_outbreak() {
    let mut scene = bad_batch(0, 6, 60);
    for number in 0..60 {
        scene.claimed(minutes(61 + i64::from(number)), number, 1 + number % 6, Layer::Rule);
    }
    let signals = scene.signals(minutes(200), 0, 1);
    assert_eq!(signals.int("batch_claims_7d"), Some(60));
    assert_eq!(signals.int("batch_faults_7d"), Some(0));
    assert_eq!(signals.truth("batch_outbreak"), Some(false));
    assert_eq!(signals.truth("batch_outbreak_victim"), Some(false));
}

#[test]
fn a_supplier_that_is_often_bad_has_no_outbreak_but_the_batch_does_not_excuse_itself() {
    // Batches 1 and 3 are of one supplier, 2 of the other.
    let mut scene = bad_batch(8, 4, 0);
    assert!(is_outbreak(&scene));
    for number in 10..50 {
        scene.sell(minutes(0), number, 9, Some(2));
        scene.tried(minutes(30), number, ActivationResult::Invalid, 9);
    }
    assert!(is_outbreak(&scene), "another supplier is no excuse");
    let mut scene = bad_batch(8, 4, 0);
    for number in 10..190 {
        scene.sell(minutes(0), number, 9, Some(3));
        scene.tried(minutes(30), number, ActivationResult::Invalid, 9);
    }
    assert!(!is_outbreak(&scene), "the supplier is like that");
}

#[test]
fn the_victim_has_a_key_that_failed_and_did_not_use_it() {
    let told = |scene: &Scene, order| {
        let signals = scene.signals(minutes(120), order, 1 + order % 3);
        let fault = signals.word("key_fault").unwrap();
        let minor = signals.int("key_fault_minor").unwrap();
        (signals.truth("batch_outbreak_victim").unwrap(), fault, minor)
    };
    let mut scene = bad_batch(6, 3, 1);
    assert_eq!(told(&scene, 0), (true, "merchant".into(), 10_000));
    assert_eq!(told(&scene, 6), (false, "none".into(), 0), "nobody tried it");
    scene.tried(minutes(70), 0, ActivationResult::Ok, 1);
    assert_eq!(told(&scene, 0), (false, "buyer".into(), 0), "it worked in the end");
    for result in [ActivationResult::UsedByOther, ActivationResult::Expired] {
        let mut scene = bad_batch(6, 3, 1);
        scene.tried(minutes(70), 6, result, 1);
        assert_eq!(told(&scene, 6), (true, "merchant".into(), 10_000), "{result:?}");
    }
    for result in [ActivationResult::RegionLocked, ActivationResult::RateLimited] {
        let mut scene = bad_batch(6, 3, 1);
        scene.tried(minutes(70), 6, result, 1);
        assert_eq!(told(&scene, 6), (false, "none".into(), 0), "{result:?}");
    }
    // A good batch: nothing is proven.
    let mut scene = bad_batch(1, 1, 6);
    assert_eq!(told(&scene, 0), (false, "merchant".into(), 0));
    scene.tried(minutes(70), 3, ActivationResult::UsedByOther, 1);
    assert_eq!(told(&scene, 3), (false, "unknown".into(), 0));
}

#[test]
fn of_several_batches_the_worst_is_told() {
    let mut scene = bad_batch(6, 3, 0);
    let mut deliver = |number: u8, batch: &str| {
        let delivered = KeyDelivered {
            order_id: super::scene::order(0),
            key: Some(key(number)),
            batch_id: BatchId::parse(batch).ok(),
            supplier_id: None,
        };
        scene.tell(minutes(1), FactBody::KeyDelivered(delivered));
    };
    deliver(201, "b0");
    deliver(202, "b3");
    let signals = scene.signals(minutes(120), 0, 1);
    assert_eq!(signals.int("batch_delivered"), Some(6));
    assert_eq!(signals.truth("batch_outbreak"), Some(true));
}

#[test]
fn what_has_no_batch_has_no_batch_signals() {
    let mut scene = Scene::default();
    scene.sell(minutes(0), 0, 1, None);
    let signals = scene.signals(minutes(120), 0, 1);
    assert_eq!(signals.int("batch_delivered"), None);
    assert_eq!(signals.truth("batch_outbreak"), None);
    assert_eq!(signals.truth("batch_outbreak_victim"), Some(false));
    assert_eq!(signals.real("supplier_fault_rate_30d"), None);
}

/// A try: which key, the answer, and when, in minutes.
type Tried = (u8, ActivationResult, i64);

/// How something is told.
type Telling<'a> = Box<dyn Fn(&mut Scene) + 'a>;

const KEYS: u8 = 24;

fn batch_of(number: u8) -> u8 {
    number % 3
}

fn buyer_of(number: u8) -> u8 {
    number % 5
}

/// When each key failed, by the raw facts: the first bad answer, unless the delivered key had been used.
fn fault_at(delivered: i64, tries: &[Tried], number: u8) -> Option<i64> {
    let own = || tries.iter().filter(|(tried, ..)| *tried == number);
    let used = own().filter(|(_, result, at)| *result == ActivationResult::Ok && *at >= delivered);
    let used = used.map(|(.., at)| *at).min().unwrap_or(i64::MAX);
    let bad = own().filter(|(_, result, at)| {
        let bad =
            [ActivationResult::Invalid, ActivationResult::Expired, ActivationResult::UsedByOther];
        bad.contains(result) && *at < used
    });
    bad.map(|(.., at)| (*at).max(delivered)).min()
}

fn within(at: i64, until: i64, window_days: i64) -> bool {
    let day = |minutes: i64| minutes.div_euclid(24 * 60);
    day(at) <= day(until) && day(at) > day(until) - window_days
}

fn rate(events: usize, trials: usize, base: f64, strength: f64) -> f64 {
    let real = |n: usize| f64::from(u32::try_from(n).unwrap());
    (real(events.min(trials)) + strength * base) / (real(trials) + strength)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, ..ProptestConfig::default() })]

    /// Facts arrive as they happen; the claim comes last.
    #[test]
    fn numbers_equal_those_of_the_raw_facts(
        delivered in vec(0_i64..40 * 24 * 60, usize::from(KEYS)),
        tries in vec((0..KEYS, select(ActivationResult::ALL), 0_i64..40 * 24 * 60), 0..60),
        claims in vec((0..KEYS, 0_i64..40 * 24 * 60), 0..20),
        until in 30_i64 * 24 * 60..40 * 24 * 60,
        asked in 0..KEYS,
    ) {
        // No two things at once, and nothing after the claim.
        let spread = |at: i64, salt: usize| at / 100 * 100 + i64::try_from(salt % 100).unwrap();
        let delivered: Vec<i64> =
            delivered.iter().enumerate().map(|(n, at)| spread(*at, n).min(until - 1_000)).collect();
        let tries: Vec<Tried> = tries
            .iter()
            .enumerate()
            .map(|(n, (key, result, at))| (*key, *result, spread(*at, 24 + n)))
            .filter(|(.., at)| *at <= until)
            .collect();
        let claims: Vec<(u8, i64)> = claims.into_iter().map(|(n, at)| (n, at.min(until))).collect();

        let mut scene = Scene::default();
        let mut story: Vec<(i64, Telling<'_>)> = Vec::new();
        for (number, at) in (0..).zip(&delivered) {
            let sell = move |scene: &mut Scene| {
                scene.sell(minutes(*at), number, buyer_of(number), Some(batch_of(number)));
            };
            story.push((*at, Box::new(sell)));
        }
        for (number, result, at) in tries.iter().copied() {
            let by = buyer_of(number);
            let tried = move |scene: &mut Scene| scene.tried(minutes(at), number, result, by);
            story.push((at, Box::new(tried)));
        }
        story.sort_by_key(|(at, _)| *at);
        for (_, tell) in &story {
            tell(&mut scene);
        }
        for (number, at) in &claims {
            scene.claimed(minutes(*at), *number, buyer_of(*number), Layer::Rule);
        }
        let signals = scene.signals(minutes(until), asked, buyer_of(asked));

        let all: Vec<u8> = (0..KEYS).collect();
        let time = |number: &u8| delivered[usize::from(*number)];
        let sold = |of: &dyn Fn(u8) -> bool, window: i64| {
            all.iter().filter(|n| of(**n) && within(time(n), until, window)).count()
        };
        let failed = |of: &dyn Fn(u8) -> bool, window: i64| {
            let failed = all.iter().filter(|n| of(**n)).filter_map(|n| fault_at(time(n), &tries, *n));
            failed.filter(|at| within(*at, until, window)).count()
        };
        let batch = batch_of(asked);
        let own = |n: u8| batch_of(n) == batch;
        let rest = |n: u8| batch_of(n) != batch;
        let supplied = |n: u8| batch_of(n) % 2 == batch % 2;
        let supplied_rest = |n: u8| supplied(n) && rest(n);
        let base = rate(failed(&rest, 90), sold(&rest, 90), 0.01, 1_000.0);
        let usual = rate(failed(&supplied_rest, 90), sold(&supplied_rest, 90), base, 500.0);
        let mean = usual * f64::from(u32::try_from(sold(&own, 90)).unwrap());
        let mut term = (-mean).exp();
        let mut below = 0.0;
        for n in 0..failed(&own, 7) {
            below += term;
            term *= mean / f64::from(u32::try_from(n + 1).unwrap());
        }
        let victims: std::collections::BTreeSet<u8> = all
            .iter()
            .filter(|n| own(**n))
            .filter(|n| {
                fault_at(time(n), &tries, **n).is_some_and(|at| at > until - 7 * 24 * 60)
            })
            .map(|n| buyer_of(*n))
            .collect();
        let near = |name: &str, expected: f64, within: f64| {
            let got = signals.real(name).unwrap();
            prop_assert!((got - expected).abs() <= within, "{}: {} is not {}", name, got, expected);
            Ok(())
        };
        let int = |count: usize| Some(i64::try_from(count).unwrap());
        prop_assert_eq!(signals.int("batch_delivered"), int(sold(&own, 90)));
        prop_assert_eq!(signals.int("batch_faults_7d"), int(failed(&own, 7)));
        prop_assert_eq!(signals.int("batch_victims_7d"), int(victims.len()));
        near("batch_outbreak_p", 1.0 - below, 1e-12)?;
        near("batch_fault_rate", rate(failed(&own, 90), sold(&own, 90), usual, 50.0), 1e-12)?;
        let outbreak_expected = signals.real("batch_outbreak_p").unwrap() < 1e-6
            && failed(&own, 7) >= 5
            && victims.len() >= 3;
        prop_assert_eq!(signals.truth("batch_outbreak"), Some(outbreak_expected));
        let tenant = rate(failed(&|_| true, 90), sold(&|_| true, 90), 0.01, 1_000.0);
        let supplier = rate(failed(&supplied, 30), sold(&supplied, 30), tenant, 500.0);
        near("supplier_fault_rate_30d", supplier, 1e-12)?;

        let distinct: std::collections::BTreeSet<(u8, i64)> = claims.iter().copied().collect();
        let claimed = |of: &dyn Fn(u8) -> bool, keep: &dyn Fn(i64) -> bool| {
            distinct.iter().filter(|(n, at)| of(*n) && keep(*at)).count()
        };
        let quarter_day = |at: i64| at.div_euclid(6 * 60);
        let lately = |at: i64| quarter_day(at) > quarter_day(until) - 28;
        let month = |at: i64| within(at, until, 30);
        prop_assert_eq!(signals.int("batch_claims_7d"), int(claimed(&own, &lately)));
        let of_all = rate(claimed(&|_| true, &month), sold(&|_| true, 30), 0.03, 100.0);
        let of_sku = rate(claimed(&|_| true, &month), sold(&|_| true, 30), of_all, 100.0);
        near("sku_refund_rate_30d", of_sku, 1e-12)?;
    }
}

/// Findings ask without a claim.
#[test]
fn what_a_batch_shows_can_be_asked_of_what_is_remembered() {
    let scene = bad_batch(6, 3, 4);
    let batch = scene.entity(&Subject::Batch(BatchId::parse("b1").unwrap()));
    let supplier = scene.entity(&Subject::Supplier(SupplierId::parse("s1").unwrap()));
    let tenant = scene.entity(&Subject::Tenant);
    let (batch, tenant) = (batch.batch().unwrap(), tenant.tenant().unwrap());
    assert!(batch.victims.first_seen(&account(1)).is_some());
    for supplier in [None, supplier.supplier()] {
        let shown = outbreak(batch, supplier, tenant, minutes(120));
        assert_eq!((shown.delivered, shown.faults_7d, shown.victims_7d), (10, 6, 3));
        assert!((shown.expected - 0.1).abs() < 0.01, "{}", shown.expected);
        assert!(shown.is_outbreak());
    }
}
