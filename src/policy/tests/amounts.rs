//! How much is approved, and how it is paid.

use super::{Scene, capture, cny, int, plain, policy_with, told};
use crate::domain::{
    ChargebackId, ChargebackResult, Currency, Decision, FxRate, Money, PspTransactionId, RefundId,
    RefundRoute, SettlementStatus, Verdict,
};
use crate::signals::SignalValue;
use crate::state::{Chargeback, Refund};

fn proof(surplus_minor: Option<i64>, scene: &Scene) -> Verdict {
    let mut signals = vec![
        ("charge_kind", SignalValue::Word("proven_duplicate")),
        ("claim_amount_minor", int(scene.claim.amount.amount_minor)),
    ];
    signals.extend(surplus_minor.map(|minor| ("charge_surplus_minor", int(minor))));
    scene.decide(&policy_with(""), &plain(&signals))
}

fn approved(verdict: &Verdict) -> Option<i64> {
    verdict.approved.map(|money| money.amount_minor)
}

fn refunded(id: &str, amount_minor: i64) -> Refund {
    Refund {
        at: super::NOON,
        refund_id: RefundId::parse(id).unwrap(),
        amount: cny(amount_minor),
        route: RefundRoute::Original,
        status: SettlementStatus::Settled,
    }
}

#[test]
fn a_proof_pays_the_least_of_what_is_asked_left_and_proven() {
    let mut scene = Scene::default();
    assert_eq!(approved(&proof(Some(2_000), &scene)), Some(2_000), "proven is least");
    assert_eq!(approved(&proof(Some(9_000), &scene)), Some(3_000), "asked is least");
    scene.order.refunds.push(refunded("earlier", 8_500));
    assert_eq!(approved(&proof(Some(2_000), &scene)), Some(1_500), "left is least");
}

#[test]
fn a_proof_of_an_unknown_or_no_amount_is_reviewed() {
    for surplus in [None, Some(0), Some(-5)] {
        let verdict = proof(surplus, &Scene::default());
        assert_eq!(told(&verdict), "review by guard: amount_not_comparable, charged-twice");
        assert_eq!(verdict.layers[0].fired, ["amount_not_comparable"], "of our own");
        assert_eq!(verdict.reasons[1].customer_text.en, "Please wait.");
    }
}

#[test]
fn nothing_left_or_nothing_known_is_not_approved() {
    let mut scene = Scene::default();
    scene.order.refunds.push(refunded("earlier", 10_000));
    assert_eq!(proof(Some(2_000), &scene).decision, Decision::Review);
    let mut scene = Scene::default();
    scene.order.captures.clear();
    assert_eq!(proof(Some(2_000), &scene).decision, Decision::Review);
    let mut scene = Scene::default();
    let dollars = Money { amount_minor: 100, currency: Currency::parse("USD").unwrap() };
    scene.order.captures.push(capture("psp-2", dollars));
    assert_eq!(proof(Some(2_000), &scene).decision, Decision::Review, "two currencies");
    // One fen of another currency may be worth nothing in the payment's.
    let policy = policy_with("");
    let row = plain(&[("claim_amount_minor", int(0)), ("claim_value_minor", int(0))]);
    let verdict = Scene::default().decide(&policy, &row);
    assert_eq!(told(&verdict), "review by guard: amount_not_comparable, small");
}

#[test]
fn what_this_refund_number_was_promised_is_not_lost_to_it() {
    let mut scene = Scene::default();
    scene.order.refunds.push(refunded("refund", 3_000));
    assert_eq!(approved(&proof(Some(9_000), &scene)), Some(3_000));
}

#[test]
fn a_fee_is_advice_within_what_is_approved() {
    let policy = policy_with("");
    let mut scene = Scene::default();
    let fee = |scene: &Scene| {
        let asked = scene.claim.amount.amount_minor;
        let signals = [("claim_amount_minor", int(asked)), ("claim_value_minor", int(1))];
        let verdict = scene.decide(&policy, &plain(&signals));
        assert_eq!(approved(&verdict), Some(asked), "the fee lowers nothing");
        (verdict.route.route, verdict.route.fee.map(|fee| fee.amount_minor))
    };
    assert_eq!(fee(&scene), (RefundRoute::Original, None));
    scene.claim.destination.route = RefundRoute::Alternative;
    assert_eq!(fee(&scene), (RefundRoute::Original, None), "unsigned");
    scene.claim.destination.agreement_signed = Some(false);
    assert_eq!(fee(&scene), (RefundRoute::Original, None), "refused");
    scene.claim.destination.agreement_signed = Some(true);
    assert_eq!(fee(&scene), (RefundRoute::Alternative, Some(18)));
    for (asked, expected) in [(166, None), (167, Some(1)), (333, Some(1)), (10_000, Some(60))] {
        scene.claim.amount = cny(asked);
        assert_eq!(fee(&scene), (RefundRoute::Alternative, expected), "{asked}");
    }
    // What is not approved has no fee.
    let verdict = scene.decide(&policy, &plain(&[("claim_value_minor", int(9_000))]));
    assert_eq!((verdict.decision, verdict.route.fee), (Decision::Review, None));
}

#[test]
fn a_fee_is_exact_to_the_minor_unit() {
    // In floats, 0.009 * 3,000 is 26.999999999999996.
    let source =
        super::MINIMAL.replace("alternative_fee_share = 0.006", "alternative_fee_share = 0.009");
    let (policy, _) = crate::policy::load(&source, super::ALL_GEO).unwrap();
    let mut scene = Scene::default();
    scene.claim.destination.route = RefundRoute::Alternative;
    scene.claim.destination.agreement_signed = Some(true);
    let verdict = scene.decide(&policy, &plain(&[]));
    assert_eq!(verdict.route.fee.map(|fee| fee.amount_minor), Some(27));
}

fn advised(scene: &Scene) -> Vec<String> {
    let verdict = scene.decide(&policy_with(""), &plain(&[]));
    verdict.route.psp_transaction_ids.iter().map(ToString::to_string).collect()
}

fn disputed(id: &str, amount_minor: i64, result: Option<ChargebackResult>) -> Chargeback {
    Chargeback {
        chargeback_id: ChargebackId::parse(&format!("cb-{id}-{amount_minor}")).unwrap(),
        psp_transaction_id: PspTransactionId::parse(id).unwrap(),
        amount: cny(amount_minor),
        closed: result.map(|result| (super::NOON, result)),
    }
}

#[test]
fn surplus_payments_are_refunded_first_and_disputed_ones_never() {
    let mut scene = Scene::default();
    scene.order.captures.push(capture("psp-2", cny(10_000)));
    scene.order.captures.push(capture("psp-3", cny(10_000)));
    assert_eq!(advised(&scene), ["psp-2", "psp-3", "psp-1"]);
    scene.order.chargebacks.push(disputed("psp-2", 10_000, Some(ChargebackResult::Lost)));
    assert_eq!(advised(&scene), ["psp-3", "psp-1"]);
    scene.order.chargebacks.push(disputed("psp-3", 4_000, None));
    assert_eq!(advised(&scene), ["psp-3", "psp-1"], "a part of it is left");
    scene.order.chargebacks.push(disputed("psp-3", 6_000, None));
    assert_eq!(advised(&scene), ["psp-1"]);
    scene.order.chargebacks =
        thin_vec::thin_vec![disputed("psp-2", 10_000, Some(ChargebackResult::Won))];
    assert_eq!(advised(&scene), ["psp-2", "psp-3", "psp-1"]);
}

#[test]
fn the_rate_of_the_payment_is_named_when_currencies_differ() {
    let mut scene = Scene::default();
    let dollar = Currency::parse("USD").unwrap();
    let rate = FxRate::new(cny(1).currency, dollar, 0.14).unwrap();
    scene.order.captures[0].fx_rate = Some(rate);
    let named =
        |scene: &Scene| scene.decide(&policy_with(""), &plain(&[])).route.fx_rate_at_payment;
    assert_eq!(named(&scene), None);
    scene.claim.amount = Money { amount_minor: 100, currency: dollar };
    assert_eq!(named(&scene), Some(rate));
}
