//! Findings, as the ledger keeps them, and what is asked of them.

use super::common::{keys, money};
use crate::domain::{
    AccountId, BatchId, FactId, Finding, FindingId, FindingKind, FindingSubject, OrderId,
    PspTransactionId, RecommendedRefund, SupplierId, Timestamp,
};
use crate::wire::field::{Field, every};
use crate::wire::limits::{FINDING_KEYS_MAX, FINDING_KINDS_MAX};
use crate::wire::pb::v1;

pub(in crate::wire) fn finding(at: &Field<'_>, mut m: v1::Finding) -> Option<Finding> {
    let refund = m.recommended_refund.take();
    every!(Finding {
        id: at.field("finding_id").parse(&m.finding_id, FindingId::parse),
        kind: at.field("kind").choice(m.kind),
        found_at: found_at(&at.field("found_at"), m.found_at),
        told_by: at.field("fact_id").parse(&m.fact_id, FactId::parse),
        about: about(at, m),
        recommended: at.field("recommended_refund").optional(refund, recommended),
    })
}

/// By vouch's own clock: as it was.
fn found_at(at: &Field<'_>, time: Option<prost_types::Timestamp>) -> Option<Timestamp> {
    at.any_time(at.require(time)?)
}

fn about(at: &Field<'_>, m: v1::Finding) -> Option<FindingSubject> {
    every!(FindingSubject {
        order_id: at.field("order_id").parse_optional(m.order_id.as_deref(), OrderId::parse),
        account_id: at
            .field("account_id")
            .parse_optional(m.account_id.as_deref(), AccountId::parse),
        psp_transaction_id: at
            .field("psp_transaction_id")
            .parse_optional(m.psp_transaction_id.as_deref(), PspTransactionId::parse),
        keys: keys(&at.field("key_fingerprints"), m.key_fingerprints, 0..=FINDING_KEYS_MAX),
        batch_id: at.field("batch_id").parse_optional(m.batch_id.as_deref(), BatchId::parse),
        supplier_id: at
            .field("supplier_id")
            .parse_optional(m.supplier_id.as_deref(), SupplierId::parse),
    })
}

fn recommended(at: &Field<'_>, m: v1::RecommendedRefund) -> Option<RecommendedRefund> {
    every!(RecommendedRefund {
        order_id: at.field("order_id").parse(&m.order_id, OrderId::parse),
        account_id: at.field("account_id").parse(&m.account_id, AccountId::parse),
        amount: money(&at.field("amount"), m.amount),
        reason: at.field("reason").choice(m.reason),
    })
}

pub(super) fn finding_kinds(at: &Field<'_>, kinds: Vec<i32>) -> Option<Vec<FindingKind>> {
    at.list(kinds, 0..=FINDING_KINDS_MAX, |at, kind| at.choice(kind))
}
