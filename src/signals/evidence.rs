//! What the buyer shows and writes, and whether others showed or wrote the same.

use super::charge::count;
use super::group::signal_group;
use super::known::Known;
use crate::domain::DAY_MS;
use crate::state::{NEAR_MAX_BITS, PICTURES_KEPT_D, PictureQuery, PicturesDoc};

signal_group! {
    /// What the buyer shows and writes, and whether others showed or wrote the same.
    EvidenceSignals, "evidence";
    evidence_count: int, "items", Claim, "pieces of evidence that the buyer shows", "never";
    evidence_required_missing: truth, "-", Claim, "the reason needs evidence and none of the needed kinds is there", "never";
    evidence_edited: truth, "-", Claim, "an item shows signs of editing", "no item was examined";
    evidence_before_delivery: truth, "-", Facts, "an item was captured before the goods were delivered", "no item has a time, or nothing was delivered";
    evidence_sha_accounts: int, "accounts", Facts, "other accounts that showed exactly the same file in 180 d, for the item with the most of them; at most 64", "the claim shows nothing";
    evidence_phash_distance: int, "bits of 64", Facts, "how near a picture comes to one that another account showed in 180 d: 0 is the same picture, 6 still a copy", "no picture has a perceptual hash, or none comes within 6 bits of one of another account";
    evidence_text_reuse: int, "accounts", Facts, "other accounts that gave their reason in the same words in 90 d; at most 64", "the claim gives no words, or too few to tell one buyer from another";
}

const _: () = assert!(PICTURES_KEPT_D == 180 && NEAR_MAX_BITS == 6, "the definitions say so");

pub(super) fn compute(known: &Known<'_>) -> EvidenceSignals {
    let items = &known.claim.evidence;
    let (at, claimant) = (known.at(), Some(known.claimant()));
    let others = known.evidence.iter().map(|e| e.accounts.count_within(at, 180 * DAY_MS, claimant));
    EvidenceSignals {
        evidence_count: Some(count(items.len())),
        evidence_required_missing: Some(required_missing(known)),
        evidence_edited: any(items.iter().filter_map(|item| item.edited)),
        evidence_before_delivery: before_delivery(known),
        evidence_sha_accounts: others.max(),
        evidence_phash_distance: nearest_picture(known).map(i64::from),
        evidence_text_reuse: known
            .phrase
            .map(|phrase| phrase.accounts.count_within(at, 90 * DAY_MS, claimant)),
    }
}

fn required_missing(known: &Known<'_>) -> bool {
    known.terms.evidence_required.get(&known.claim.reason).is_some_and(|needed| {
        !needed.is_empty() && !known.claim.evidence.iter().any(|item| needed.contains(&item.kind))
    })
}

fn before_delivery(known: &Known<'_>) -> Option<bool> {
    let delivered = known.order.deliveries.first()?.at;
    any(known.claim.evidence.iter().filter_map(|item| item.captured_at).map(|at| at < delivered))
}

fn nearest_picture(known: &Known<'_>) -> Option<u32> {
    let since = known.at().plus_ms(-PICTURES_KEPT_D * DAY_MS);
    let nearest = |(hash, buckets): &(u64, Vec<&PicturesDoc>)| {
        let query = PictureQuery::new(*hash, known.claimant(), since);
        buckets.iter().filter_map(|bucket| bucket.nearest(&query)).min()
    };
    known.pictures.iter().filter_map(nearest).min()
}

/// `None` when there is nothing to look at.
fn any(parts: impl Iterator<Item = bool>) -> Option<bool> {
    parts.reduce(|a, b| a || b)
}
