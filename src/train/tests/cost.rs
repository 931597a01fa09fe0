//! What decisions cost.

use proptest::prelude::*;

use super::super::cost::{Costed, costs, segment_cost};
use super::super::settings::CostSettings;
use crate::domain::Decision;
use crate::models::Labels;

fn settings() -> CostSettings {
    CostSettings {
        salvage_share: 0.2,
        review_minor: 500.0,
        review_miss_share: 0.1,
        insult_minor: 1_000.0,
        insult_share: 0.5,
        dispute_minor: 300.0,
    }
}

fn near(a: f64, b: f64) -> bool {
    (a - b).abs() < 1e-9
}

#[test]
fn costs_by_hand() {
    let own = settings();
    assert!(near(own.expected(Decision::Approve, 0.5, 10_000.0), 4_000.0));
    assert!(near(own.expected(Decision::Review, 0.5, 10_000.0), 500.0 + 400.0));
    assert!(near(own.expected(Decision::Reject, 0.5, 10_000.0), 3_000.0 + 300.0));
    assert!(near(own.realised(Decision::Approve, false, 10_000.0), 0.0));
    assert!(near(own.realised(Decision::Reject, false, 10_000.0), 6_300.0));
    assert!(near(own.realised(Decision::Reject, true, 10_000.0), 300.0));
    assert_eq!(own.cheapest(0.01, 10_000.0), Decision::Approve);
    assert_eq!(own.cheapest(0.3, 10_000.0), Decision::Review);
    assert_eq!(own.cheapest(0.999, 10_000.0), Decision::Reject);
    // No look by a person is worth more than the claim.
    assert_eq!(own.cheapest(0.5, 100.0), Decision::Approve);
}

#[test]
fn ways_are_compared_on_what_was_left_to_them() {
    let claim = |decided, is_open, probability| {
        Some(Costed { amount: 10_000.0, decided, is_open, by_model: false, probability })
    };
    let claims = [
        claim(Decision::Review, true, 0.01),
        claim(Decision::Review, false, 0.01),
        claim(Decision::Reject, true, 0.999),
        None,
    ];
    let labels = Labels::new(vec![false, false, true, true]);
    let figures = costs(&claims, &labels, &settings());
    assert_eq!((figures.claims, figures.open_claims), (3, 2));
    let cost = |way: &str| figures.ways.iter().find(|own| own.way == way).unwrap().cost_per_claim;
    assert!(near(cost("approve all"), 8_000.0 / 3.0));
    assert!(near(cost("rules only"), (500.0 + 500.0 + 300.0) / 3.0));
    assert!(near(cost("model alone"), 300.0 / 3.0));
    // What a rule decided stays.
    assert!(near(cost("rules and model"), (500.0 + 300.0) / 3.0));
    let saved = |way: &str| {
        let own = figures.ways.iter().find(|own| own.way == way).unwrap();
        (own.saved_per_claim, own.saved_against_rules.unwrap())
    };
    let is =
        |found: (f64, f64), wanted: (f64, f64)| near(found.0, wanted.0) && near(found.1, wanted.1);
    assert!(is(saved("approve all"), (0.0, (1_300.0 - 8_000.0) / 3.0)));
    assert!(is(saved("rules only"), ((8_000.0 - 1_300.0) / 3.0, 0.0)));
    assert!(is(saved("model alone"), ((8_000.0 - 300.0) / 3.0, (1_300.0 - 300.0) / 3.0)));
    assert!(is(saved("rules and model"), ((8_000.0 - 800.0) / 3.0, (1_300.0 - 800.0) / 3.0)));
    assert_eq!(figures.lacks, None);
    let (of_all, lacks) = segment_cost(&claims, &labels, &settings());
    assert_eq!((of_all, lacks), (figures.whole(), None), "all claims are a segment, too");
    let (first, last) = (figures.curve[0], figures.curve[figures.curve.len() - 1]);
    assert!(near(first[0], 0.0) && near(first[1], 8_000.0 / 3.0));
    assert!(near(last[0], 1.0) && near(last[1], (500.0 + 500.0 + 1_300.0) / 3.0));
}

/// Who answered with a model does not know what rules alone would have cost, and is told how to learn it.
#[test]
fn answers_of_a_model_are_no_baseline() {
    let claim = |by_model| {
        let (decided, is_open, probability) = (Decision::Review, true, 0.01);
        Some(Costed { amount: 10_000.0, decided, is_open, by_model, probability })
    };
    let labels = Labels::new(vec![false, true]);
    let with_model = costs(&[claim(true), claim(false)], &labels, &settings());
    let without = costs(&[claim(false), claim(false)], &labels, &settings());
    assert_eq!([without.ways[1].way, with_model.ways[1].way], ["rules only", "as answered"]);
    assert!(without.ways.iter().all(|own| own.saved_against_rules.is_some()));
    assert!(with_model.ways.iter().all(|own| own.saved_against_rules.is_none()));
    for (one, other) in with_model.ways.iter().zip(&without.ways) {
        assert!(near(one.saved_per_claim, other.saved_per_claim));
    }
    assert!(without.lacks.is_none() && with_model.lacks.unwrap().contains("--rules-only"));
}

/// One claim that a model answered hides what rules would have cost of its segment, and of no other.
#[test]
fn a_segment_says_what_it_can() {
    let claim = |by_model, probability| {
        let (decided, is_open) = (Decision::Review, true);
        Some(Costed { amount: 10_000.0, decided, is_open, by_model, probability })
    };
    let weights = vec![1.0, 3.0];
    let labels = Labels::weighted(vec![true, false], weights).unwrap();
    let (by_rules, lacks) =
        segment_cost(&[claim(false, 0.3), claim(false, 0.01)], &labels, &settings());
    let by_rules = by_rules.unwrap();
    assert_eq!((by_rules.claims, lacks), (2, None));
    assert!(near(by_rules.weight, 4.0));
    assert!(near(by_rules.approve_all, 8_000.0 / 4.0));
    // Reviews: the fraud passes one in ten times.
    assert!(near(by_rules.rules_only.unwrap(), (500.0 + 800.0 + 3.0 * 500.0) / 4.0));
    assert!(near(by_rules.rules_and_model, (500.0 + 800.0) / 4.0), "honest ones are approved");
    assert!(near(by_rules.saved_per_claim, (8_000.0 - 1_300.0) / 4.0));
    assert!(near(by_rules.saved_against_rules.unwrap(), 1_500.0 / 4.0));

    let (with_model, lacks) =
        segment_cost(&[claim(false, 0.3), claim(true, 0.01)], &labels, &settings());
    let with_model = with_model.unwrap();
    assert!(with_model.rules_only.is_none() && with_model.saved_against_rules.is_none());
    assert!(near(with_model.saved_per_claim, by_rules.saved_per_claim));
    assert!(lacks.unwrap().contains("A model took part"));

    let (nothing, lacks) = segment_cost(&[None, None], &labels, &settings());
    assert!(nothing.is_none() && lacks.unwrap().contains("None of these claims"));
}

proptest! {
    /// No decision is expected to cost less than the one that is taken.
    #[test]
    fn the_cheapest_is_the_cheapest(p in 0.0..=1.0_f64, amount in 1.0..1e6_f64) {
        let own = settings();
        let taken = own.expected(own.cheapest(p, amount), p, amount);
        for other in [Decision::Approve, Decision::Review, Decision::Reject] {
            prop_assert!(taken <= own.expected(other, p, amount));
        }
    }
}
