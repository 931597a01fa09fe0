//! What vouch can have seen beside facts and claims.

use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;
use proptest::sample::select;

use super::{client, id, time};
use crate::domain::{
    AccountId, BatchId, ClaimContext, ClaimOrigin, FactContext, JudgedClaim, KeyFault,
    OutcomeLabel, Sha256, Sku, SupplierId, Timestamp,
};

/// The context of any fact.
pub(crate) fn fact_context() -> impl Strategy<Value = FactContext> {
    (option::of(any::<u32>()), option::of(fault()), option::of(judged())).prop_map(
        |(asn, fault, judged)| FactContext {
            asn,
            fault: fault.map(Box::new),
            judged: judged.map(Box::new),
        },
    )
}

/// The context of any claim.
pub(crate) fn claim_context() -> impl Strategy<Value = ClaimContext> {
    let text = any::<[u8; 32]>().prop_map(Sha256);
    (
        option::of(any::<u32>()),
        option::of(id(Sku::parse)),
        vec(id(BatchId::parse), 0..3),
        option::of(text),
        any::<bool>(),
        option::of(outcome()),
    )
        .prop_map(|(asn, sku, batches, text, asked_before, outcome)| ClaimContext {
            asn,
            sku,
            batches,
            text,
            asked_before,
            outcome,
        })
}

fn fault() -> impl Strategy<Value = KeyFault> {
    (
        option::of(time()),
        option::of(time()),
        option::of(id(BatchId::parse)),
        option::of(id(SupplierId::parse)),
        option::of(id(Sku::parse)),
        option::of(id(AccountId::parse)),
    )
        .prop_map(|(at, was_at, batch_id, supplier_id, sku, account_id)| KeyFault {
            at,
            was_at,
            batch_id,
            supplier_id,
            sku,
            account_id,
        })
}

fn judged() -> impl Strategy<Value = JudgedClaim> {
    (client(), option::of(any::<u32>()), option::of(outcome())).prop_map(
        |(client, asn, replaces)| JudgedClaim {
            origin: ClaimOrigin { ip: client.ip, asn, device_id: client.device_id },
            replaces,
        },
    )
}

fn outcome() -> impl Strategy<Value = (Timestamp, OutcomeLabel)> {
    (time(), select(OutcomeLabel::ALL))
}
