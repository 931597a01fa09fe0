//! Rates of the networks and devices that a claim comes from, of the account and of what it ordered, each drawn toward
//! the rate of what it is part of.

use super::known::Known;
use super::shrink::{share, shrunk, shrunk_share};
use crate::domain::Timestamp;
use crate::state::{Labels, TenantDoc};

/// Days that outcomes are looked back on.
const OUTCOME_DAYS: i64 = 90;
/// Judged claims at which an address or network speaks as loudly as what it is part of: many people share it.
const NETWORK_STRENGTH: f64 = 20.0;
/// Judged claims at which a device speaks as loudly as its tenant: few people share one.
const DEVICE_STRENGTH: f64 = 5.0;
/// The share of frauds among judged claims where nothing is known yet: most claims are honest, but judged ones are
/// those that somebody had doubts about.
const FRAUD_BASE: f64 = 0.1;
/// Orders at which an autonomous system speaks as loudly as the tenant.
const ORDER_STRENGTH: f64 = 50.0;
/// Orders that end in a claim where nothing is known yet.
const CLAIM_BASE: f64 = 0.03;
/// Orders, or judged claims, at which a tenant speaks as loudly as the constants.
const TENANT_STRENGTH: f64 = 100.0;
/// Orders at which a SKU speaks as loudly as the tenant.
const SKU_STRENGTH: f64 = 100.0;
/// Orders at which an account speaks as loudly as what it ordered: ten, so that one refund of a new account is no habit
/// and four of four are.
const ACCOUNT_STRENGTH: f64 = 10.0;
/// Days of the refund share of an autonomous system.
const SHARE_DAYS: i64 = 7;
/// The same in hops of 6 hours.
const SHARE_HOPS: i64 = 28;

/// The tenant's share of orders that end in a claim, in so many days.
pub(super) fn tenant_claim_rate(tenant: &TenantDoc, at: Timestamp, days: i64) -> f64 {
    let (claims, orders) = (tenant.claims.count(at, days), tenant.orders.count(at, days));
    shrunk(claims, orders, CLAIM_BASE, TENANT_STRENGTH)
}

pub(super) fn asn_refund_share(known: &Known<'_>) -> Option<f64> {
    let at = known.at();
    let asn = known.asn?;
    let (claims, orders) = (asn.claims.count(at, SHARE_HOPS), asn.orders.count(at, SHARE_HOPS));
    let base = tenant_claim_rate(known.tenant, at, SHARE_DAYS);
    Some(shrunk(claims, orders, base, ORDER_STRENGTH))
}

/// The share of a SKU's orders that end in a claim, in so many days.
pub(super) fn sku_claim_rate(known: &Known<'_>, days: i64) -> Option<f64> {
    let (at, sku) = (known.at(), known.sku?);
    let base = tenant_claim_rate(known.tenant, at, days);
    Some(shrunk(sku.claims.count(at, days), sku.orders.count(at, days), base, SKU_STRENGTH))
}

/// The share of an account's orders that end in a claim of its own making, drawn toward that of what it ordered now.
/// More claims than orders are as many orders: one may be claimed in parts, and not every order is told. The base counts
/// the account's own orders and claims too, which its strength makes small.
pub(super) fn account_claim_rate(known: &Known<'_>, claims: i64, orders: i64, days: i64) -> f64 {
    shrunk(claims, orders.max(claims), account_base(known, days), ACCOUNT_STRENGTH)
}

/// The share of what an account's orders cost that it asked back, drawn as [`account_claim_rate`], as if every order had
/// cost the same.
pub(super) fn account_amount_rate(
    known: &Known<'_>,
    asked_minor: i64,
    spent_minor: i64,
    orders: i64,
    days: i64,
) -> f64 {
    let base = account_base(known, days);
    shrunk_share(share(asked_minor, spent_minor), orders, base, ACCOUNT_STRENGTH)
}

fn account_base(known: &Known<'_>, days: i64) -> f64 {
    let base = sku_claim_rate(known, days);
    base.unwrap_or_else(|| tenant_claim_rate(known.tenant, known.at(), days))
}

pub(super) fn ip_abuse_rate(known: &Known<'_>) -> Option<f64> {
    let around = [known.asn.map(|asn| &asn.labels), known.network.map(|net| &net.labels)];
    let around = around.into_iter().flatten();
    let rate = |base, labels| fraud(known, labels, base, NETWORK_STRENGTH);
    let base = around.fold(tenant_fraud_rate(known), rate);
    known.ip.map(|ip| rate(base, &ip.labels))
}

pub(super) fn device_abuse_rate(known: &Known<'_>) -> Option<f64> {
    let base = tenant_fraud_rate(known);
    known.device.map(|device| fraud(known, &device.labels, base, DEVICE_STRENGTH))
}

fn tenant_fraud_rate(known: &Known<'_>) -> f64 {
    fraud(known, &known.tenant.labels, FRAUD_BASE, TENANT_STRENGTH)
}

fn fraud(known: &Known<'_>, labels: &Labels, base: f64, strength: f64) -> f64 {
    let (frauds, judged) = labels.within(known.at(), OUTCOME_DAYS);
    shrunk(frauds, judged, base, strength)
}
