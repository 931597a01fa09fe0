use proptest::option;
use proptest::prelude::*;
use proptest::sample::select;

use super::{id, keys, money, time};
use crate::domain::{
    AccountId, BatchId, ClaimReason, FactId, Finding, FindingId, FindingKind, FindingSubject,
    OrderId, PspTransactionId, RecommendedRefund, SupplierId,
};

/// Any finding.
pub(crate) fn finding() -> impl Strategy<Value = Finding> {
    let parts =
        (id(FindingId::parse), select(FindingKind::ALL), time(), id(FactId::parse), about());
    (parts, option::of(recommended())).prop_map(
        |((id, kind, found_at, told_by, about), recommended)| Finding {
            id,
            kind,
            found_at,
            told_by,
            about,
            recommended,
        },
    )
}

fn about() -> impl Strategy<Value = FindingSubject> {
    (
        option::of(id(OrderId::parse)),
        option::of(id(AccountId::parse)),
        option::of(id(PspTransactionId::parse)),
        keys(0..=3),
        option::of(id(BatchId::parse)),
        option::of(id(SupplierId::parse)),
    )
        .prop_map(|(order_id, account_id, psp_transaction_id, keys, batch_id, supplier_id)| {
            FindingSubject { order_id, account_id, psp_transaction_id, keys, batch_id, supplier_id }
        })
}

fn recommended() -> impl Strategy<Value = RecommendedRefund> {
    (id(OrderId::parse), id(AccountId::parse), money(), select(ClaimReason::ALL)).prop_map(
        |(order_id, account_id, amount, reason)| RecommendedRefund {
            order_id,
            account_id,
            amount,
            reason,
        },
    )
}
