//! Collecting what is known of the files, pictures and words of a claim.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::core::CoreError;
use crate::domain::{RefundClaim, Sha256, TenantId, Timestamp};
use crate::evidence::text_digest;
use crate::state::{Entity, EntityKey, PicturesDoc, Subject};
use crate::store::StateStore;

/// What is known of what a claim shows and says. Nobody decides anything that changes it: it may be read while other
/// claims wait for their verdict. INVARIANT: every entity is of the kind that its field says.
#[derive(Debug)]
pub(super) struct Shown {
    pub(super) files: Vec<Arc<Entity>>,
    pub(super) phrase: Option<Arc<Entity>>,
    /// Each perceptual hash, and the buckets that hold a picture like it.
    pictures: Vec<(u64, Vec<Arc<Entity>>)>,
    /// Digest of the buyer's words, when they are long enough to tell people apart.
    pub(super) text: Option<Sha256>,
}

/// Loads it, as it is at `now`.
pub(super) fn shown(
    store: &mut dyn StateStore,
    tenant: &TenantId,
    claim: &RefundClaim,
    now: Timestamp,
) -> Result<Shown, CoreError> {
    let key = |subject| EntityKey::new(tenant.clone(), subject);
    let text = claim.reason_text.as_deref().and_then(text_digest);
    let digests: BTreeSet<Sha256> = claim.evidence.iter().map(|item| item.sha256).collect();
    let named = text.map(Subject::Phrase).into_iter();
    let named: Vec<_> = named.chain(digests.into_iter().map(Subject::Evidence)).map(key).collect();
    let mut files =
        if named.is_empty() { Vec::new() } else { store.load(&named, now)? }.into_iter();
    let phrase = text.and_then(|_| files.next());
    let hashes: BTreeSet<u64> =
        claim.evidence.iter().filter_map(|item| item.perceptual_hash).collect();
    let mut pictures = Vec::with_capacity(hashes.len());
    for hash in hashes {
        pictures.push((hash, store.near_pictures(tenant, hash, now)?));
    }
    Ok(Shown { files: files.collect(), phrase, pictures, text })
}

impl Shown {
    /// Each perceptual hash, and the buckets in which pictures like it are found.
    pub(super) fn pictures(&self) -> Vec<(u64, Vec<&PicturesDoc>)> {
        self.pictures.iter().map(|(hash, near)| (*hash, buckets(near))).collect()
    }
}

fn buckets(near: &[Arc<Entity>]) -> Vec<&PicturesDoc> {
    near.iter().filter_map(|entity| entity.pictures()).collect()
}
