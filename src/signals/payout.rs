//! Where the money is to go.

use super::group::signal_group;
use super::known::Known;
use crate::domain::{DAY_MS, RefundRoute};

signal_group! {
    /// Where the money is to go.
    PayoutSignals, "payout";
    payout_original_route: truth, "-", Claim, "back to the payment that it came from", "never";
    payout_agreement_signed: truth, "-", Claim, "the route-change agreement is signed", "the claim does not say";
    payout_changed_after_order: truth, "-", Facts, "the account's payout destination was changed after the order", "the order is unknown";
    payout_accounts_30d: int, "accounts", Facts, "other accounts whose claims named the same destination in 30 d; at most 64", "the claim names no destination";
    payout_refunds_30d: int, "claims", Facts, "earlier claims that named the same destination in 30 d", "the claim names no destination";
    payout_new_h: real, "h", Facts, "since a claim first named the destination; 0 when this is the first", "the claim names no destination";
}

pub(super) fn compute(known: &Known<'_>) -> PayoutSignals {
    let at = known.at();
    let changed = known.account.payout_changed_at;
    PayoutSignals {
        payout_original_route: Some(known.claim.destination.route == RefundRoute::Original),
        payout_agreement_signed: known.claim.destination.agreement_signed,
        payout_changed_after_order: known
            .order
            .placed
            .as_ref()
            .map(|placed| changed.is_some_and(|changed| changed > placed.at && changed <= at)),
        payout_accounts_30d: known
            .payout
            .map(|payout| payout.accounts.count_within(at, 30 * DAY_MS, Some(known.claimant()))),
        payout_refunds_30d: known.payout.map(|payout| payout.claims.count(at, 30)),
        payout_new_h: known
            .payout
            .map(|payout| payout.first_seen_at.map_or(0.0, |first| at.hours_since(first).max(0.0))),
    }
}
