//! The batches, the supplier and the SKU of what the claim is about.

use super::group::signal_group;
use super::known::{Known, KnownBatch};
use super::outbreak::{Outbreak, batch_fault_rate, outbreak, supplier_fault_rate};
use super::rates;
use crate::domain::{ClaimReason, DAY_MS, KeyFingerprint, Timestamp};
use crate::state::{AccountClaim, CardKeyDoc};

/// Hops of 6 hours in 7 d.
const CLAIM_HOPS: i64 = 28;
/// Days of the rates of supplier and SKU.
const RATE_DAYS: i64 = 30;
/// A claim belongs to an outbreak that shows when it is made, or in the week that begins with it.
const VICTIM_MS: i64 = 6 * DAY_MS;

signal_group! {
    /// The batches, the supplier and the SKU of what the claim is about. Of several batches the one is told whose faults
    /// chance explains least.
    BatchSignals, "batch / supplier / sku";
    batch_delivered: int, "keys", Facts, "keys of the batch that were delivered in 90 d", "no batch of the claim's keys is known";
    batch_faults_7d: int, "keys", Facts, "delivered keys of the batch that the vendor refused in 7 d as invalid, expired or used by another, each once; claims count nothing", "as batch_delivered";
    batch_victims_7d: int, "accounts", Facts, "accounts that got one of these; at most 64", "as batch_delivered";
    batch_fault_rate: real, "share", Facts, "such keys over delivered keys of the batch in 90 d, shrunk toward the rest of its supplier, that toward the rest of the tenant", "as batch_delivered";
    batch_outbreak_p: real, "probability", Facts, "chance of batch_faults_7d or more: Poisson, with batch_delivered times the shrunk rate of the rest of the supplier as its mean", "as batch_delivered";
    batch_outbreak: truth, "-", Facts, "batch_outbreak_p is below 1e-6, with at least 5 faults and 3 victims", "as batch_delivered";
    batch_outbreak_victim: truth, "-", Facts, "a key of the claim is of a batch with an outbreak, was refused by the vendor as the faults of the batch are, and was not consumed by the claimant", "never";
    batch_claims_7d: int, "claims", Facts, "earlier claims about keys of the batch in 7 d, each refund number once", "as batch_delivered";
    supplier_fault_rate_30d: real, "share", Facts, "such keys over delivered keys of the supplier in 30 d, shrunk toward the tenant's", "the supplier is unknown";
    sku_refund_rate_30d: real, "share", Facts, "claims over orders of the SKU in 30 d, shrunk toward the tenant's", "the order is unknown";
}

pub(super) fn compute(known: &Known<'_>) -> BatchSignals {
    let at = known.at();
    let claimed = known.claimed_batches.iter().filter_map(|id| known.batches.get(id));
    let shown = claimed.map(|batch| (batch, shown(known, batch, at)));
    // Of equals the first stays.
    let worst = shown.min_by(|(_, a), (_, b)| {
        b.is_outbreak().cmp(&a.is_outbreak()).then_with(|| a.p.total_cmp(&b.p))
    });
    let batch = worst.as_ref().map(|(batch, _)| *batch);
    let worst = worst.map(|(_, shown)| shown);
    BatchSignals {
        batch_delivered: worst.map(|shown| shown.delivered),
        batch_faults_7d: worst.map(|shown| shown.faults_7d),
        batch_victims_7d: worst.map(|shown| shown.victims_7d),
        batch_fault_rate: batch
            .map(|known_as| batch_fault_rate(known_as.batch, known_as.supplier, known.tenant, at)),
        batch_outbreak_p: worst.map(|shown| shown.p),
        batch_outbreak: worst.map(|shown| shown.is_outbreak()),
        batch_outbreak_victim: Some(
            known.keys.iter().any(|(fp, key)| super::key::is_outbreak_victim(known, *fp, key)),
        ),
        batch_claims_7d: batch.map(|known_as| known_as.batch.claims.count(at, CLAIM_HOPS)),
        supplier_fault_rate_30d: known
            .supplier
            .map(|supplier| supplier_fault_rate(supplier, known.tenant, at, RATE_DAYS)),
        sku_refund_rate_30d: rates::sku_claim_rate(known, RATE_DAYS),
    }
}

fn shown(known: &Known<'_>, batch: &KnownBatch<'_>, at: Timestamp) -> Outbreak {
    let shown = || outbreak(batch.batch, batch.supplier, known.tenant, at);
    if at == known.at() { *batch.shown.get_or_init(shown) } else { shown() }
}

/// The key was delivered to this order from a batch that has an outbreak, and is one of the faults.
pub(super) fn is_faulty_in_outbreak(
    known: &Known<'_>,
    fingerprint: KeyFingerprint,
    key: &CardKeyDoc,
) -> bool {
    let delivery = known.order.deliveries.iter().find(|d| d.key == Some(fingerprint));
    let batch = delivery.and_then(|delivery| delivery.batch_id.as_ref());
    let batch = batch.and_then(|id| known.batches.get(id));
    key.found_faulty_at().is_some()
        && batch.is_some_and(|batch| shown(known, batch, known.at()).is_outbreak())
}

/// An earlier claim of the account was that of a victim: it was about keys that do not work, the account got such a key
/// of the batch, and the batch had an outbreak when the claim was made or in the week after. A batch that forgot its
/// earlier victims believes those who claim.
pub(super) fn was_victim(known: &Known<'_>, claim: &AccountClaim) -> bool {
    let times = [claim.at, known.at().min(claim.at.plus_ms(VICTIM_MS))];
    blames_key(claim.reason)
        && claim.batches.iter().filter_map(|id| known.batches.get(id)).any(|batch| {
            let victims = &batch.batch.victims;
            (victims.is_saturated() || victims.first_seen(known.claimant()).is_some())
                && times.iter().any(|at| shown(known, batch, *at).is_outbreak())
        })
}

const fn blames_key(reason: ClaimReason) -> bool {
    match reason {
        ClaimReason::KeyAlreadyUsed
        | ClaimReason::KeyInvalid
        | ClaimReason::NotAsDescribed
        | ClaimReason::Other => true,
        ClaimReason::ChargedTwice
        | ClaimReason::NotDelivered
        | ClaimReason::RegionLocked
        | ClaimReason::NoLongerWanted
        | ClaimReason::Unauthorised => false,
    }
}
