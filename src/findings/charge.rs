//! Payments that are one too many.

use std::collections::BTreeMap;

use super::knowledge::Knowledge;
use super::{Shown, finding_id};
use crate::domain::{
    ClaimReason, FindingId, FindingKind, FindingSubject, Money, OrderId, RecommendedRefund,
    TenantId,
};
use crate::state::{Balance, Capture, OrderDoc, SurplusKind};

/// The position of what was not told.
const UNTOLD: u64 = u64::MAX;

/// Each payment of the order that is proven to be one too many and has not gone back. Everything that went back counts
/// against them, whatever it was paid for, and first against what was told first: a refund answers a finding.
pub(super) fn double_charges<K: Knowledge>(
    tenant: &TenantId,
    order_id: &OrderId,
    order: Option<&OrderDoc>,
    knowledge: &mut K,
) -> Result<Vec<Shown>, K::Error> {
    let proven = |order: &&OrderDoc| {
        !order.truncated && order.surplus_kind() == Some(SurplusKind::ProvenDuplicate)
    };
    let Some(order) = order.filter(proven) else { return Ok(Vec::new()) };
    let (Some(placed), Some(surplus), Some(balance)) =
        (&order.placed, order.surplus(), order.balance(None))
    else {
        return Ok(Vec::new());
    };
    let mut payments = Vec::with_capacity(surplus.len());
    for payment in surplus {
        let about = [order_id.as_str(), payment.psp_transaction_id.as_str()];
        let Some(id) = finding_id(tenant, FindingKind::DoubleCharge, &about) else { continue };
        payments.push((knowledge.told_at(&id)?.unwrap_or(UNTOLD), id, payment));
    }
    let mut shown = Vec::new();
    for (owed, id, payment) in owed(order, &balance, payments) {
        let Ok(amount) = Money::positive(owed, balance.currency) else { continue };
        shown.push(Shown {
            id,
            kind: FindingKind::DoubleCharge,
            about: FindingSubject {
                order_id: Some(order_id.clone()),
                account_id: Some(placed.account_id.clone()),
                psp_transaction_id: Some(payment.psp_transaction_id.clone()),
                ..FindingSubject::default()
            },
            recommended: Some(RecommendedRefund {
                order_id: order_id.clone(),
                account_id: placed.account_id.clone(),
                amount,
                reason: ClaimReason::ChargedTwice,
            }),
        });
    }
    Ok(shown)
}

/// What is owed for each payment, minor units. Telling of one changes the order in which what went back answers them, so
/// those that are to be told now count as told, until nothing more is to be told. One that is told and then answered by
/// the telling of another keeps what was owed for it: both are told, or the first would come up again.
fn owed<'a>(
    order: &OrderDoc,
    balance: &Balance,
    mut payments: Vec<(u64, FindingId, &'a Capture)>,
) -> Vec<(i64, FindingId, &'a Capture)> {
    const NOW: u64 = UNTOLD - 1;
    let mut told_now: BTreeMap<FindingId, i64> = BTreeMap::new();
    loop {
        // Stable: what was told together, or not at all, stays in order of time.
        payments.sort_by_key(|(told_at, _, _)| *told_at);
        let (mut gone, mut left) = (balance.gone_minor(), balance.refundable_minor());
        let mut is_settled = true;
        let mut owed = Vec::with_capacity(payments.len());
        for (told_at, id, payment) in &mut payments {
            let brought = order.left_minor(payment);
            let answered = gone.min(brought);
            let due = (brought - answered).min(left);
            gone -= answered;
            left -= due;
            if due > 0 && *told_at == UNTOLD {
                *told_at = NOW;
                told_now.insert(id.clone(), due);
                is_settled = false;
            }
            let due = if due > 0 { due } else { told_now.get(id).copied().unwrap_or(0) };
            owed.push((due, id.clone(), *payment));
        }
        if is_settled {
            return owed;
        }
    }
}
