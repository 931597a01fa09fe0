//! A policy is loaded, and decides, on texts and signal rows made by hand.

mod amounts;
mod brakes;
mod decisions;
mod invariants;
mod layers;
mod lists;
mod loading;
mod model;
mod problems;
mod several;
mod shipped;
mod unknown;

use crate::document::{Problem, Severity};
use crate::domain::{
    AccountId, ClaimChannel, ClaimReason, Client, Currency, DecisionId, Degradation, Destination,
    ModelScore, Money, OrderId, PaymentMethod, PspTransactionId, RefundClaim, RefundId,
    RefundRoute, RequestId, Sku, SkuClass, Timestamp, Verdict, Versions,
};
use crate::geo::Available;
use crate::policy::{Case, Opinion, Policy, load};
use crate::signals::{Catalogue, SignalRow, SignalValue};
use crate::state::{ApprovalsDoc, Capture, OrderDoc, Placed};

/// A policy with one or two entries of each layer, and nothing to complain of.
pub(super) const MINIMAL: &str = include_str!("minimal.toml");

/// Every geo file is there.
pub(super) const ALL_GEO: Available = Available::ALL;

/// Noon of some day.
pub(super) const NOON: Timestamp = Timestamp::from_ms(1_795_003_200_000);

/// The problems of a text, also those of one that loads.
pub(super) fn problems_of(source: &str) -> Vec<Problem> {
    match load(source, ALL_GEO) {
        Ok((_, warnings)) => warnings,
        Err(problems) => {
            let errors = problems.iter().filter(|problem| problem.severity == Severity::Error);
            assert!(errors.count() > 0, "a text is refused for errors only: {problems:#?}");
            problems
        }
    }
}

/// The minimal policy with more at its end.
pub(super) fn policy_with(more: &str) -> Policy {
    let source = format!("{MINIMAL}\n{more}");
    match load(&source, ALL_GEO) {
        Ok((policy, _)) => policy,
        Err(problems) => panic!("{problems:#?}"),
    }
}

pub(super) fn int(value: i64) -> SignalValue {
    SignalValue::Int(value)
}

pub(super) fn truth(value: bool) -> SignalValue {
    SignalValue::Truth(value)
}

/// A row of unknown signals.
pub(super) fn all_null() -> SignalRow {
    vec![None; Catalogue::get().len()]
}

/// A row where these signals are known.
pub(super) fn row(known: &[(&str, SignalValue)]) -> SignalRow {
    let mut row = all_null();
    for (name, value) in known {
        let position = Catalogue::get().position(name);
        row[position.unwrap_or_else(|| panic!("no signal `{name}`"))] = Some(value.clone());
    }
    row
}

/// What a claim for 30.00 CNY shows when nothing is odd about it, with these signals on top.
pub(super) fn plain(more: &[(&str, SignalValue)]) -> SignalRow {
    let mut known = vec![
        ("order_known", truth(true)),
        ("claim_amount_minor", int(3_000)),
        ("claim_value_minor", int(3_000)),
        ("order_refundable_minor", int(10_000)),
        ("claim_within_window", truth(true)),
        ("device_missing", truth(false)),
        ("device_is_new", truth(false)),
        ("device_emulator", truth(false)),
        ("charge_kind", SignalValue::Word("none")),
        ("account_age_d", SignalValue::Real(10.0)),
    ];
    known.extend(more.iter().cloned());
    row(&known)
}

pub(super) fn cny(amount_minor: i64) -> Money {
    Money { amount_minor, currency: Currency::parse("CNY").unwrap() }
}

pub(super) fn claim() -> RefundClaim {
    RefundClaim {
        request_id: RequestId::parse("request").unwrap(),
        refund_id: RefundId::parse("refund").unwrap(),
        order_id: OrderId::parse("order").unwrap(),
        account_id: AccountId::parse("account").unwrap(),
        requested_at: NOON,
        amount: cny(3_000),
        reason: ClaimReason::KeyInvalid,
        reason_text: None,
        destination: Destination {
            route: RefundRoute::Original,
            payout: None,
            agreement_signed: None,
        },
        client: Client::default(),
        channel: ClaimChannel::App,
        evidence: Vec::new(),
        keys: Vec::new(),
        fx_rate_today: None,
        facts: Vec::new(),
    }
}

pub(super) fn capture(id: &str, amount: Money) -> Capture {
    Capture {
        at: NOON.plus_ms(-3_600_000),
        psp_transaction_id: PspTransactionId::parse(id).unwrap(),
        payer: None,
        method: PaymentMethod::Wechat,
        amount,
        fx_rate: None,
        country: None,
        repeats: 0,
    }
}

/// An order of 100.00 CNY, paid once.
pub(super) fn order() -> OrderDoc {
    let placed = Placed {
        at: NOON.plus_ms(-3_600_000),
        account_id: AccountId::parse("account").unwrap(),
        sku: Sku::parse("sku").unwrap(),
        sku_class: SkuClass::Key,
        region_lock: Vec::new(),
        supplier_id: None,
        quantity: 1,
        amount: cny(10_000),
        client: Client::default(),
    };
    OrderDoc {
        placed: Some(placed),
        captures: thin_vec::thin_vec![capture("psp-1", cny(10_000))],
        ..OrderDoc::default()
    }
}

/// One claim on one order.
pub(super) struct Scene {
    pub(super) claim: RefundClaim,
    pub(super) order: OrderDoc,
    pub(super) approvals: ApprovalsDoc,
    pub(super) observed_at: Timestamp,
    pub(super) model: Option<Asked>,
    pub(super) degraded: Vec<Degradation>,
}

/// A model that was asked.
pub(super) struct Asked {
    pub(super) score: ModelScore,
    pub(super) calibrated: bool,
    pub(super) may_decide: bool,
}

impl Default for Scene {
    fn default() -> Self {
        Self {
            claim: claim(),
            order: order(),
            approvals: ApprovalsDoc::default(),
            observed_at: NOON,
            model: None,
            degraded: Vec::new(),
        }
    }
}

impl Scene {
    pub(super) fn decide(&self, policy: &Policy, row: &SignalRow) -> Verdict {
        let judged = policy.judge(row);
        policy.decide(Case {
            claim: &self.claim,
            order: &self.order,
            row,
            judged: &judged,
            approvals: &self.approvals,
            model: self.model.as_ref().map(|asked| Opinion {
                name: "test",
                version: "v1",
                score: &asked.score,
                calibrated: asked.calibrated,
                may_decide: asked.may_decide,
            }),
            degraded: self.degraded.clone(),
            versions: &Versions {
                vouch: String::new(),
                policy_sha256: String::new(),
                config_sha256: String::new(),
                signals_sha256: String::new(),
                model_sha256: None,
                geo_builds: Vec::new(),
            },
            decision_id: DecisionId::parse("decision").unwrap(),
            observed_at: self.observed_at,
            ledger_position: 1,
        })
    }
}

/// The decision on the plain scene.
pub(super) fn decide(policy: &Policy, row: &SignalRow) -> Verdict {
    Scene::default().decide(policy, row)
}

/// Decision, layer and reason codes, as one line.
pub(super) fn told(verdict: &Verdict) -> String {
    let codes: Vec<&str> = verdict.reasons.iter().map(|reason| reason.rule_id.as_str()).collect();
    let (decision, layer) = (verdict.decision.as_str(), verdict.decided_by.as_str());
    format!("{decision} by {layer}: {}", codes.join(", "))
}
