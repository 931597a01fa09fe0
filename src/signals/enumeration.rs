//! Whether somebody tries keys that are not theirs.
//!
//! The claimant tries keys under the id of the account, or under a vendor's account that is tied to the claimant: it
//! tried a key of the claim from a device or address of the claimant.

use super::group::signal_group;
use super::key::is_claimant;
use super::known::Known;
use super::shrink::shrunk;
use crate::domain::{ActivatorId, DAY_MS, Timestamp};
use crate::state::{ActivatorDoc, HopCounts};

/// Hops of 5 minutes in 1 h.
const HOUR_HOPS: i64 = 12;
/// Days of the share of failures.
const SHARE_DAYS: i64 = 90;
/// Tries that fail where nothing is known yet: people mistype.
const FAILURE_BASE: f64 = 0.1;
/// Tries at which a claimant's own weigh as much as [`FAILURE_BASE`].
const TRY_STRENGTH: f64 = 10.0;

signal_group! {
    /// Whether the claimant tries keys that are not theirs.
    EnumerationSignals, "account";
    account_activation_failures_1h: int, "tries", Facts, "tries at any keys by the claimant in 1 h that the vendor refused, whether used, invalid, expired, region locked or rate limited", "never";
    account_activation_failed_keys_24h: int, "keys", Facts, "distinct keys, those of the claim not counted, that one account of the claimant failed at in 24 h; at most 64", "never";
    account_activation_failure_share_90d: real, "share", Facts, "refused tries over all tries by the claimant in 90 d, shrunk toward 0.1", "never";
}

pub(super) fn compute(known: &Known<'_>) -> EnumerationSignals {
    let at = known.at();
    let own: Vec<(&ActivatorId, &ActivatorDoc)> = known
        .activators
        .iter()
        .filter(|(id, _)| belongs_to_claimant(known, id))
        .map(|(id, doc)| (id, *doc))
        .collect();
    let sum = |hops: fn(&ActivatorDoc) -> &HopCounts, window: i64| -> i64 {
        own.iter().map(|(_, doc)| hops(doc).count(at, window)).sum()
    };
    let failures = sum(|doc| &doc.failures_daily, SHARE_DAYS);
    let tries = sum(|doc| &doc.tries_daily, SHARE_DAYS);
    let failed_keys = own.iter().map(|(id, doc)| other_failed_keys(known, id, doc)).max();
    EnumerationSignals {
        account_activation_failures_1h: Some(sum(|doc| &doc.failures_minutely, HOUR_HOPS)),
        account_activation_failed_keys_24h: Some(failed_keys.unwrap_or(0)),
        account_activation_failure_share_90d: Some(shrunk(
            failures,
            tries,
            FAILURE_BASE,
            TRY_STRENGTH,
        )),
    }
}

fn belongs_to_claimant(known: &Known<'_>, id: &ActivatorId) -> bool {
    let tied = || {
        let tries = known.keys.iter().flat_map(|(_, key)| &key.activations);
        let mut by_it = tries.filter(|tried| tried.activator_id.as_ref() == Some(id));
        by_it.any(|tried| is_claimant(known, tried))
    };
    id.as_str() == known.claimant().as_str() || tied()
}

/// Keys that failed in 24 h, less those of the claim: that they fail is what the claim is about.
fn other_failed_keys(known: &Known<'_>, id: &ActivatorId, doc: &ActivatorDoc) -> i64 {
    let at = known.at();
    let claimed = known.keys.iter().filter(|(_, key)| {
        let by_it = key.activations.iter().filter(|a| a.activator_id.as_ref() == Some(id));
        let failed = by_it.filter(|a| a.result.is_refusal()).map(|a| a.at);
        failed_within(failed, at)
    });
    let claimed = super::charge::count(claimed.count());
    (doc.failed_keys.count_within(at, DAY_MS, None) - claimed).max(0)
}

/// As [`crate::state::SeenSet::count_within`] counts: first seen by `at`, last seen in the day before.
fn failed_within(failed: impl Iterator<Item = Timestamp>, at: Timestamp) -> bool {
    let seen = failed.map(|time| (time, time)).reduce(|a, b| (a.0.min(b.0), a.1.max(b.1)));
    seen.is_some_and(|(first, last)| first <= at && last > at.plus_ms(-DAY_MS))
}
