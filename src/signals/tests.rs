//! The catalogue is what it says.

mod habits;
mod outbreaks;
mod scene;
mod taxonomy;

use std::collections::BTreeSet;

use super::{Catalogue, Known, MINOR_PAYMENT, MINOR_POLICY, SignalType, SignalValue, compute};
use crate::domain::{
    ActivationResult, ClaimReason, Currency, IncidentKind, RefundClaim, SkuClass, SkuTerms, Terms,
};
use crate::state::{AccountDoc, IncidentsDoc, OrderDoc, TenantDoc};
use crate::wire::{TimeLimits, decode_claim, from_json, pb::v1};

const CLAIM: &str = r#"{
    "request_id": "q", "refund_id": "r", "order_id": "o", "account_id": "a",
    "requested_at": "2026-11-20T02:00:00Z", "amount": {"amount_minor": "9800", "currency_code": "CNY"},
    "reason": "CLAIM_REASON_KEY_INVALID", "channel": "CLAIM_CHANNEL_APP",
    "destination": {"route": "REFUND_ROUTE_ORIGINAL"}
}"#;

fn claim() -> RefundClaim {
    let message: v1::RefundClaim = from_json("vouch.v1.RefundClaim", CLAIM).unwrap();
    decode_claim(message, "claim", &TimeLimits::STORED).unwrap()
}

fn terms() -> Terms {
    let any = SkuTerms { window_h: 24, returnable_after_delivery: false };
    Terms {
        currency: Currency::parse("CNY").unwrap(),
        value_of: std::collections::BTreeMap::new(),
        by_class: SkuClass::ALL.iter().map(|class| (*class, any)).collect(),
        evidence_required: std::collections::BTreeMap::new(),
    }
}

/// A claim of which nothing else is known: every value fits its definition, and what is never unknown is there.
#[test]
fn values_fit_the_catalogue_even_when_nothing_is_known() {
    let (claim, terms) = (claim(), terms());
    let (order, account) = (OrderDoc::default(), AccountDoc::default());
    let (incidents, tenant) = (IncidentsDoc::default(), TenantDoc::default());
    let row = compute(&Known {
        claim: &claim,
        terms: &terms,
        order: &order,
        keys: Vec::new(),
        account: &account,
        device: None,
        ip: None,
        network: None,
        asn: None,
        payout: None,
        sku: None,
        supplier: None,
        claimed_batches: &[],
        batches: std::collections::BTreeMap::new(),
        activators: std::collections::BTreeMap::new(),
        payers: Vec::new(),
        twin_orders: Vec::new(),
        evidence: Vec::new(),
        pictures: Vec::new(),
        phrase: None,
        incidents: &incidents,
        tenant: &tenant,
        claim_place: std::sync::Arc::default(),
        order_place: std::sync::Arc::default(),
        claim_agent: None,
        order_agent: None,
        haunts: Vec::new(),
        touches: Vec::new(),
    });
    let defs = Catalogue::get().defs();
    assert_eq!(row.len(), defs.len());
    for (def, value) in defs.iter().zip(&row) {
        assert!(value.is_some() || def.null_when != "never", "`{}` is unknown", def.name);
        match (def.kind, value) {
            (_, None)
            | (SignalType::Int, Some(SignalValue::Int(_)))
            | (SignalType::Real, Some(SignalValue::Real(_)))
            | (SignalType::Truth, Some(SignalValue::Truth(_)))
            | (SignalType::Text, Some(SignalValue::Text(_))) => {}
            (SignalType::Text, Some(SignalValue::Word(word))) => {
                assert!(def.words.contains(word), "`{}` is `{word}`", def.name);
            }
            (kind, Some(value)) => panic!("`{}` is {kind:?}, not {value:?}", def.name),
        }
    }
}

#[test]
fn every_signal_is_documented_once() {
    let defs = Catalogue::get().defs();
    let names: BTreeSet<&str> = defs.iter().map(|def| def.name).collect();
    assert_eq!(names.len(), defs.len(), "names are unique");
    for def in defs {
        assert!(def.definition.len() > 10 && !def.unit.is_empty(), "`{}`", def.name);
        assert!(!def.null_when.is_empty(), "`{}` says when it is unknown", def.name);
    }
}

/// Texts show amounts as money: they know them by their units.
#[test]
fn amounts_have_one_of_two_units() {
    for def in Catalogue::get().defs().iter().filter(|def| def.name.ends_with("_minor")) {
        assert!([MINOR_PAYMENT, MINOR_POLICY].contains(&def.unit), "`{}`", def.name);
    }
}

/// Lists that begin with `none` repeat the words of an enum.
#[test]
fn words_follow_the_domain() {
    let words = |name: &str| {
        let position = Catalogue::get().position(name).unwrap();
        Catalogue::get().defs()[position].words
    };
    assert_eq!(words("key_last_result")[1..], *ActivationResult::WORDS);
    assert_eq!(words("incident_active")[1..], *IncidentKind::WORDS);
    assert_eq!(words("claim_reason"), ClaimReason::WORDS);
}
