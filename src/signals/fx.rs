//! Currencies, rates and regions.

use super::group::signal_group;
use super::known::Known;
use crate::domain::Money;

signal_group! {
    /// Currencies, rates and regions.
    FxSignals, "fx";
    fx_cross_border: truth, "-", City, "the payment instrument is of another country than the order's address", "either country is unknown";
    fx_currency_differs: truth, "-", Facts, "what is asked for is in another currency than what was paid", "nothing was captured";
    fx_gain: real, "share", Claim, "what the claim would bring at today's rate over what it brings at the payment's, less 1", "currencies agree, or a rate is unknown";
    sku_region_mismatch: truth, "-", City, "the goods are locked to countries that the claimant is not in", "the order or the claimant's country is unknown";
    sku_region_locked: truth, "-", Facts, "the order says that the goods work in some countries only", "the order is unknown";
}

pub(super) fn compute(known: &Known<'_>) -> FxSignals {
    let first = known.order.captures.first();
    let placed = known.order.placed.as_ref();
    let payment_country = first.and_then(|capture| capture.country);
    FxSignals {
        fx_cross_border: payment_country.zip(known.order_place.country).map(|(a, b)| a != b),
        fx_currency_differs: first
            .map(|capture| capture.amount.currency != known.claim.amount.currency),
        fx_gain: gain(known),
        sku_region_mismatch: placed.zip(known.claim_place.country).map(|(placed, country)| {
            !placed.region_lock.is_empty() && !placed.region_lock.contains(&country)
        }),
        sku_region_locked: placed.map(|placed| !placed.region_lock.is_empty()),
    }
}

fn gain(known: &Known<'_>) -> Option<f64> {
    let claimed: Money = known.claim.amount;
    let then = known.asked()?;
    let rate = known.claim.fx_rate_today.filter(|rate| rate.to == then.currency)?;
    let now = rate.convert(claimed)?;
    (then.amount_minor > 0).then(|| ratio(now.amount_minor, then.amount_minor) - 1.0)
}

#[expect(clippy::cast_precision_loss, reason = "amounts are exact in f64")]
fn ratio(now_minor: i64, then_minor: i64) -> f64 {
    now_minor as f64 / then_minor as f64
}
