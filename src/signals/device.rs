//! The device that asks.

use super::group::signal_group;
use super::known::Known;
use super::rates;
use crate::domain::DAY_MS;
use crate::user_agent::Families;

signal_group! {
    /// The device that asks.
    DeviceSignals, "device";
    device_missing: truth, "-", Claim, "the claim names no device", "never";
    device_is_new: truth, "-", Facts, "the account was never used on the device before, or first in the 24 h up to the claim", "the claim names no device, or no device of the account is known";
    device_first_seen_h: real, "h", Facts, "since the account was first used on the device", "it never was, or the claim names no device";
    device_changed_since_order: truth, "-", Facts, "another device than the order's", "either device is unknown";
    device_activated_after_delivery: truth, "-", Facts, "the device was first used, on any account, after the first goods of the order were delivered, or never before the claim", "the claim names no device, or nothing was delivered";
    device_accounts_30d: int, "accounts", Facts, "other accounts used on the device in 30 d; at most 64", "the claim names no device";
    device_claimants_30d: int, "accounts", Facts, "other accounts that claimed from the device in 30 d; at most 64", "the claim names no device";
    account_devices_30d: int, "devices", Facts, "other devices of the account in 30 d; at most 64", "never";
    device_refunds_24h: int, "claims", Facts, "earlier claims from the device in 24 h, each refund number once", "the claim names no device";
    device_refunds_30d: int, "claims", Facts, "earlier claims from the device in 30 d, each refund number once", "the claim names no device";
    device_abuse_rate: real, "share", Facts, "frauds among the claims from the device whose truth became known in 90 d, shrunk toward the tenant's rate", "the claim names no device";
    ua_family_changed: truth, "-", Facts, "another family of browser or app, or of operating system, than the order's; versions are not looked at", "either User-Agent is unknown";
    ua_system_changed: truth, "-", Facts, "another family of operating system than the order's", "either User-Agent is unknown";
    device_emulator: truth, "-", Claim, "the device is an emulator", "the claim does not say";
    device_rooted: truth, "-", Claim, "the device is rooted or jailbroken", "the claim does not say";
}

pub(super) fn compute(known: &Known<'_>) -> DeviceSignals {
    let at = known.at();
    let client = known.client();
    let id = client.device_id.as_ref();
    let own = &known.account.devices;
    let first_seen = id.and_then(|id| own.first_seen(id)).filter(|first| *first <= at);
    let ordered_on =
        known.order.placed.as_ref().and_then(|placed| placed.client.device_id.as_ref());
    DeviceSignals {
        device_missing: Some(id.is_none()),
        device_is_new: id
            .filter(|_| !own.is_empty())
            .map(|_| first_seen.is_none_or(|first| first > at.plus_ms(-DAY_MS))),
        device_first_seen_h: first_seen.map(|first| at.hours_since(first)),
        device_changed_since_order: id.zip(ordered_on).map(|(now, then)| now != then),
        device_activated_after_delivery: activated_after_delivery(known),
        device_accounts_30d: known
            .device
            .map(|d| d.accounts.count_within(at, 30 * DAY_MS, Some(known.claimant()))),
        device_claimants_30d: known
            .device
            .map(|d| d.claimants.count_within(at, 30 * DAY_MS, Some(known.claimant()))),
        account_devices_30d: Some(own.count_within(at, 30 * DAY_MS, id)),
        device_refunds_24h: known.device.map(|device| device.claims_hourly.count(at, 24)),
        device_refunds_30d: known.device.map(|device| device.claims_daily.count(at, 30)),
        device_abuse_rate: rates::device_abuse_rate(known),
        ua_family_changed: agents(known).map(|(now, then)| now != then),
        ua_system_changed: agents(known).map(|(now, then)| now.system != then.system),
        device_emulator: client.device_emulator,
        device_rooted: client.device_rooted,
    }
}

fn activated_after_delivery(known: &Known<'_>) -> Option<bool> {
    let delivered = known.order.deliveries.first()?.at;
    let first_seen = known.device?.first_seen_at;
    Some(first_seen.is_none_or(|first| first > delivered))
}

/// What the claim was made with, and the order.
fn agents<'k>(known: &'k Known<'_>) -> Option<(&'k Families, &'k Families)> {
    known.claim_agent.as_ref().zip(known.order_agent.as_ref())
}
