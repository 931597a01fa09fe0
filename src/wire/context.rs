//! Contexts of ledger records.

use std::net::IpAddr;

use super::choice::WireEnum;
use super::encode::encode_time;
use super::field::{Field, every};
use super::pb::ledger::v1 as pb;
use crate::domain::{
    AccountId, BatchId, ClaimContext, ClaimOrigin, DeviceId, FactContext, JudgedClaim, KeyFault,
    OutcomeLabel, Sha256, Sku, SupplierId, Timestamp,
};

/// A context that says nothing takes no room.
pub(super) fn encode_fact_context(context: &FactContext) -> Option<pb::FactContext> {
    (*context != FactContext::default()).then(|| pb::FactContext {
        asn: context.asn,
        fault: context.fault.as_deref().map(encode_fault),
        judged: context.judged.as_deref().map(encode_judged),
    })
}

pub(super) fn decode_fact_context(
    at: &Field<'_>,
    context: Option<pb::FactContext>,
) -> Option<FactContext> {
    let Some(context) = context else { return Some(FactContext::default()) };
    every!(FactContext {
        asn: Some(context.asn),
        fault: at.field("fault").optional(context.fault, |at, f| fault(at, &f).map(Box::new)),
        judged: at.field("judged").optional(context.judged, |at, j| judged(at, j).map(Box::new)),
    })
}

pub(super) fn encode_claim_context(context: &ClaimContext) -> Option<pb::ClaimContext> {
    (*context != ClaimContext::default()).then(|| pb::ClaimContext {
        asn: context.asn,
        sku: context.sku.as_ref().map(|sku| sku.as_str().to_owned()),
        batch_ids: context.batches.iter().map(|batch| batch.as_str().to_owned()).collect(),
        text_sha256: context.text.map(|text| text.0.to_vec().into()),
        asked_before: context.asked_before,
        outcome: context.outcome.map(encode_outcome),
    })
}

pub(super) fn decode_claim_context(
    at: &Field<'_>,
    context: Option<pb::ClaimContext>,
) -> Option<ClaimContext> {
    let Some(context) = context else { return Some(ClaimContext::default()) };
    let batches = at.field("batch_ids");
    let read = |id: &String| batches.parse(id, BatchId::parse);
    every!(ClaimContext {
        asn: Some(context.asn),
        sku: at.field("sku").parse_optional(context.sku.as_deref(), Sku::parse),
        batches: context.batch_ids.iter().map(read).collect::<Option<Vec<_>>>(),
        text: at
            .field("text_sha256")
            .optional(context.text_sha256, |at, bytes| at.exact(&bytes).map(Sha256)),
        asked_before: Some(context.asked_before),
        outcome: at.field("outcome").optional(context.outcome, outcome),
    })
}

fn encode_fault(fault: &KeyFault) -> pb::KeyFault {
    pb::KeyFault {
        at: fault.at.map(encode_time),
        was_at: fault.was_at.map(encode_time),
        batch_id: fault.batch_id.as_ref().map(|id| id.as_str().to_owned()),
        supplier_id: fault.supplier_id.as_ref().map(|id| id.as_str().to_owned()),
        sku: fault.sku.as_ref().map(|id| id.as_str().to_owned()),
        account_id: fault.account_id.as_ref().map(|id| id.as_str().to_owned()),
    }
}

fn fault(place: &Field<'_>, fault: &pb::KeyFault) -> Option<KeyFault> {
    every!(KeyFault {
        at: place.field("at").optional(fault.at, |at, time| at.any_time(time)),
        was_at: place.field("was_at").optional(fault.was_at, |at, time| at.any_time(time)),
        batch_id: place.field("batch_id").parse_optional(fault.batch_id.as_deref(), BatchId::parse),
        supplier_id: place
            .field("supplier_id")
            .parse_optional(fault.supplier_id.as_deref(), SupplierId::parse),
        sku: place.field("sku").parse_optional(fault.sku.as_deref(), Sku::parse),
        account_id: place
            .field("account_id")
            .parse_optional(fault.account_id.as_deref(), AccountId::parse),
    })
}

fn encode_judged(judged: &JudgedClaim) -> pb::JudgedClaim {
    let origin = &judged.origin;
    pb::JudgedClaim {
        ip: origin.ip.map(|ip| ip.to_string()),
        asn: origin.asn,
        device_id: origin.device_id.as_ref().map(|id| id.as_str().to_owned()),
        replaces: judged.replaces.map(encode_outcome),
    }
}

fn judged(at: &Field<'_>, judged: pb::JudgedClaim) -> Option<JudgedClaim> {
    let origin = every!(ClaimOrigin {
        ip: at.field("ip").parse_optional(judged.ip.as_deref(), str::parse::<IpAddr>),
        asn: Some(judged.asn),
        device_id: at
            .field("device_id")
            .parse_optional(judged.device_id.as_deref(), DeviceId::parse),
    });
    let replaces = at.field("replaces").optional(judged.replaces, outcome);
    Some(JudgedClaim { origin: origin?, replaces: replaces? })
}

fn encode_outcome((at, label): (Timestamp, OutcomeLabel)) -> pb::EarlierOutcome {
    pb::EarlierOutcome { effective_at: Some(encode_time(at)), label: label.number() }
}

fn outcome(at: &Field<'_>, outcome: pb::EarlierOutcome) -> Option<(Timestamp, OutcomeLabel)> {
    let effective_at = time(&at.field("effective_at"), outcome.effective_at);
    let label = at.field("label").choice(outcome.label);
    effective_at.zip(label)
}

fn time(at: &Field<'_>, time: Option<prost_types::Timestamp>) -> Option<Timestamp> {
    at.require(time).and_then(|time| at.any_time(time))
}
