//! What holds of every verdict, whatever the signals are.

use std::sync::LazyLock;

use proptest::prelude::*;

use super::model::{MODEL, asked_by};
use super::shipped::shipped;
use super::{Scene, cny, policy_with};
use crate::domain::{Decision, Layer, LayerOutcome, Verdict};
use crate::policy::Policy;
use crate::signals::{Catalogue, SignalDef, SignalRow, SignalType, SignalValue};

static BY_MODEL: LazyLock<[Policy; 2]> = LazyLock::new(|| [shipped(), policy_with(MODEL)]);

static POLICIES: LazyLock<[Policy; 2]> = LazyLock::new(|| {
    let listed = "[[list]]\nid = \"friend\"\nsubject = \"account\"\nvalue = \"account\"\nthen = \"approve\"\nreason = \"small\"\nowner = \"risk\"\nexpires = \"2030-01-01T00:00:00Z\"\n";
    [shipped(), policy_with(listed)]
});

fn value(def: &SignalDef) -> BoxedStrategy<Option<SignalValue>> {
    let known = match def.kind {
        SignalType::Int => {
            prop_oneof![-2_i64..20_000, any::<i64>()].prop_map(SignalValue::Int).boxed()
        }
        SignalType::Real => {
            prop_oneof![-100.0..3_000.0, any::<f64>()].prop_map(SignalValue::Real).boxed()
        }
        SignalType::Truth => any::<bool>().prop_map(SignalValue::Truth).boxed(),
        SignalType::Text if def.words.is_empty() => {
            "[A-Z]{2}".prop_map(|text| SignalValue::Text(text.into())).boxed()
        }
        SignalType::Text => proptest::sample::select(def.words).prop_map(SignalValue::Word).boxed(),
    };
    proptest::option::weighted(0.7, known).boxed()
}

fn rows() -> impl Strategy<Value = SignalRow> {
    Catalogue::get().defs().iter().map(value).collect::<Vec<_>>()
}

fn asked(row: &SignalRow) -> Option<i64> {
    match &row[Catalogue::get().position("claim_amount_minor").unwrap()] {
        Some(SignalValue::Int(minor)) => Some(*minor),
        Some(_) | None => None,
    }
}

fn hold(verdict: &Verdict, row: &SignalRow, scene: &Scene) {
    let approve = verdict.decision == Decision::Approve;
    assert_eq!(verdict.approved.is_some(), approve);
    assert_eq!(verdict.review_deadline.is_some(), verdict.decision == Decision::Review);
    if let Some(approved) = verdict.approved {
        let left = scene.order.balance(Some(&scene.claim.refund_id)).unwrap().refundable_minor();
        assert!(approved.amount_minor > 0);
        assert!(approved.amount_minor <= asked(row).expect("the amount is known"));
        assert!(approved.amount_minor <= left);
        assert_eq!(verdict.follow_up, None, "what is approved is paid now");
    }
    let (first, others) = verdict.reasons.split_first().expect("a verdict has a reason");
    assert!(first.decisive && others.iter().all(|reason| !reason.decisive));
    assert_eq!((first.layer, first.direction), (verdict.decided_by, verdict.decision));
    assert!(others.is_sorted_by_key(|reason| reason.layer));
    assert!(others.iter().all(|reason| reason.customer_text == first.customer_text));
    let layers: Vec<Layer> = verdict.layers.iter().map(|finding| finding.layer).collect();
    assert_eq!(layers, Layer::ALL);
    for finding in &verdict.layers {
        let decided = finding.outcome == LayerOutcome::Decided;
        assert_eq!(decided, finding.layer == verdict.decided_by);
        assert!(!decided || finding.fired.contains(&first.rule_id), "{finding:?}");
        assert!(finding.fired.iter().all(|id| !finding.unjudged.contains(id)));
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn every_verdict_is_whole(row in rows(), refunded_minor in 0_i64..12_000) {
        let mut scene = Scene::default();
        scene.order.captures[0].amount = cny(20_000 - refunded_minor);
        for policy in &*POLICIES {
            hold(&scene.decide(policy, &row), &row, &scene);
        }
    }

    #[test]
    fn every_verdict_with_a_model_is_whole(
        row in rows(), probability in 0.0..=1.0, may_decide: bool, refunded_minor in 0_i64..12_000,
    ) {
        let mut scene = Scene { model: Some(asked_by(probability)), ..Scene::default() };
        scene.model.as_mut().unwrap().may_decide = may_decide;
        scene.order.captures[0].amount = cny(20_000 - refunded_minor);
        for policy in &*BY_MODEL {
            let verdict = scene.decide(policy, &row);
            hold(&verdict, &row, &scene);
            prop_assert_eq!(verdict.score, may_decide.then_some(probability));
            prop_assert!(may_decide || verdict.decided_by != Layer::Model);
        }
    }

    #[test]
    fn what_is_asked_must_be_known_to_be_approved(mut row in rows()) {
        row[Catalogue::get().position("claim_amount_minor").unwrap()] = None;
        for policy in &*POLICIES {
            prop_assert_ne!(Scene::default().decide(policy, &row).decision, Decision::Approve);
        }
    }
}
