//! The account that asks.

use std::collections::BTreeSet;

use super::batch::was_victim;
use super::charge::count;
use super::group::signal_group;
use super::known::Known;
use super::rates;
use crate::domain::{DAY_MS, Decision, Money, RefundId, Timestamp};
use crate::state::{AccountClaim, MoneyHops};

signal_group! {
    /// The account that asks.
    AccountSignals, "account";
    account_age_d: real, "d", Facts, "since it was opened, or since it was first heard of", "never heard of before";
    account_orders_30d: int, "orders", Facts, "orders in 30 d", "never";
    account_orders_90d: int, "orders", Facts, "orders in 90 d", "never";
    account_orders_life: int, "orders", Facts, "orders in its life", "never";
    account_refunds_24h: int, "claims", Facts, "earlier claims in 24 h, each refund number once", "never";
    account_refunds_7d: int, "claims", Facts, "earlier claims in 7 d, each refund number once", "never";
    account_refunds_30d: int, "claims", Facts, "earlier claims in 30 d, each refund number once", "never";
    account_refunds_90d: int, "claims", Facts, "earlier claims in 90 d, each refund number once", "never";
    account_fault_refunds_30d: int, "claims", Facts, "of account_refunds_30d, those that were proven or found to be the platform's fault, or were about a key that failed in an outbreak of its batch; at most 64", "never";
    account_fault_refunds_90d: int, "claims", Facts, "the same of account_refunds_90d; at most 64", "never";
    account_refund_ratio_90d: real, "share", Facts, "account_refunds_90d less account_fault_refunds_90d over account_orders_90d, shrunk toward the SKU's share of orders that are claimed, that toward the tenant's", "never";
    account_refund_amount_ratio_90d: real, "share", Facts, "what was asked for in 90 d over what its orders of 90 d cost, shrunk as account_refund_ratio_90d with its orders as trials; faults are not taken off, amounts are at the policy's rough values", "there was no order in 90 d, the policy states no value for a currency of either, or there were more than 8 currencies";
    account_spend_life: int, "minor units, policy currency", Facts, "what all orders in its life cost, at the policy's rough values", "the policy states no value for a currency of them, or there were more than 8";
    account_rejected_90d: int, "claims", Facts, "rejected claims in 90 d", "never";
    account_chargebacks: int, "disputes", Facts, "disputes in 10 years; at most 64", "never";
    password_changed_h: real, "h", Facts, "since the last password change before the claim", "no change is known";
    payout_changed_h: real, "h", Facts, "since the last change of the payout destination before the claim", "no change is known";
    verified_level: int, "level, 0 to 9", Facts, "the latest identity check", "no check is known";
    same_reason_30d: int, "claims", Facts, "earlier claims with the same reason in 30 d, for other refunds; at most 64", "never";
    last_refund_h: real, "h", Facts, "since the last claim for another refund", "there was none in the last 64";
    pending_claims: int, "claims", Facts, "claims for other refunds that are in review or promised and have not ended; at most 64", "never";
}

/// Longer than any account lives.
const LIFE_MS: i64 = 3_650 * DAY_MS;
/// Days of the refund ratio.
const RATIO_DAYS: i64 = 90;

pub(super) fn compute(known: &Known<'_>) -> AccountSignals {
    let at = known.at();
    let account = known.account;
    let since = |then: Option<Timestamp>| then.filter(|t| *t <= at).map(|t| at.hours_since(t));
    let others = || account.claims.iter().filter(|c| c.refund_id != known.claim.refund_id);
    let lately = |c: &&AccountClaim| c.at > at.plus_ms(-30 * DAY_MS) && c.at <= at;
    let same_reason = |c: &&AccountClaim| c.reason == known.claim.reason;
    let pending = |c: &&AccountClaim| {
        !account.has_ended(c) && matches!(c.decided, Some(Decision::Approve | Decision::Review))
    };
    let our_faults = fault_refunds(known, RATIO_DAYS);
    let opened = account.registered_at.or(account.first_seen_at).filter(|t| *t <= at);
    AccountSignals {
        account_age_d: opened.map(|t| at.days_since(t)),
        account_orders_30d: Some(account.orders.count(at, 30)),
        account_orders_90d: Some(account.orders.count(at, 90)),
        account_orders_life: Some(i64::try_from(account.orders_life).unwrap_or(i64::MAX)),
        account_refunds_24h: Some(account.claims_hourly.count(at, 24)),
        account_refunds_7d: Some(account.claims_six_hourly.count(at, 28)),
        account_refunds_30d: Some(account.claims_daily.count(at, 30)),
        account_refunds_90d: Some(account.claims_daily.count(at, 90)),
        account_fault_refunds_30d: Some(fault_refunds(known, 30)),
        account_fault_refunds_90d: Some(our_faults),
        account_refund_ratio_90d: Some(rates::account_claim_rate(
            known,
            (account.claims_daily.count(at, RATIO_DAYS) - our_faults).max(0),
            account.orders.count(at, RATIO_DAYS),
            RATIO_DAYS,
        )),
        account_refund_amount_ratio_90d: amount_ratio(known),
        account_spend_life: value_minor(known, &account.spent, MoneyHops::life),
        account_rejected_90d: Some(account.rejected.count(at, 90)),
        account_chargebacks: Some(account.chargebacks.count_within(at, LIFE_MS, None)),
        password_changed_h: since(account.password_changed_at),
        payout_changed_h: since(account.payout_changed_at),
        verified_level: account.verified.map(|(_, level)| i64::from(level)),
        same_reason_30d: Some(count(others().filter(lately).filter(same_reason).count())),
        last_refund_h: since(others().map(|c| c.at).filter(|t| *t <= at).max()),
        pending_claims: Some(count(others().filter(pending).count())),
    }
}

fn amount_ratio(known: &Known<'_>) -> Option<f64> {
    let (at, account) = (known.at(), known.account);
    let within = |sums: &MoneyHops| sums.within(at, RATIO_DAYS);
    let spent = value_minor(known, &account.spent, within)?;
    let asked = value_minor(known, &account.asked, within)?;
    let orders = account.orders.count(at, RATIO_DAYS);
    (spent > 0).then(|| rates::account_amount_rate(known, asked, spent, orders, RATIO_DAYS))
}

/// The worth of a part of sums in the currency of the policy; unknown when a currency is missing among them.
fn value_minor(
    known: &Known<'_>,
    sums: &MoneyHops,
    part: impl Fn(&MoneyHops) -> Vec<Money>,
) -> Option<i64> {
    if sums.is_truncated() {
        return None;
    }
    part(sums).into_iter().map(|sum| known.terms.value_minor(sum)).sum()
}

/// Each refund number once, in the hops of so many days.
fn fault_refunds(known: &Known<'_>, days: i64) -> i64 {
    let day = |at: Timestamp| at.ms().div_euclid(DAY_MS);
    let (last, first) = (day(known.at()), day(known.at()) - days + 1);
    let within = |claim: &&AccountClaim| (first..=last).contains(&day(claim.at));
    let faults =
        known.account.claims.iter().filter(within).filter(|claim| was_our_fault(known, claim));
    let distinct: BTreeSet<&RefundId> = faults.map(|claim| &claim.refund_id).collect();
    count(distinct.len())
}

/// What was found out about a claim counts; while nothing was, what was proven, or that its batch had an outbreak.
fn was_our_fault(known: &Known<'_>, claim: &AccountClaim) -> bool {
    let account = known.account;
    account.was_our_fault(claim)
        || (account.outcomes.of(&claim.refund_id).is_none() && was_victim(known, claim))
}
