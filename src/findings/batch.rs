//! Batches that are going bad.

use super::knowledge::Knowledge;
use super::{Shown, finding_id};
use crate::domain::{BatchId, FindingKind, FindingSubject, KeyFingerprint, TenantId, Timestamp};
use crate::signals::outbreak;
use crate::state::Subject;

/// The batches of a key that show an outbreak at `at`, when the vendor's answer was given or the key delivered. Told of
/// once for each batch, for ever: what to do about it is for the platform to say, with an IncidentDeclared. Nobody in
/// particular is paid back by it; whoever claims for such a key has a proof.
pub(super) fn outbreaks<K: Knowledge>(
    tenant: &TenantId,
    key: KeyFingerprint,
    at: Timestamp,
    knowledge: &mut K,
) -> Result<Vec<Shown>, K::Error> {
    let loaded = knowledge.load(vec![Subject::CardKey(key)])?;
    let key = loaded.first().and_then(|entity| entity.card_key());
    let Some(key) = key.filter(|key| key.found_faulty_at().is_some()) else {
        return Ok(Vec::new());
    };
    let mut batches: Vec<&BatchId> =
        key.deliveries.iter().filter_map(|delivery| delivery.batch_id.as_ref()).collect();
    batches.sort_unstable();
    batches.dedup();
    let mut shown = Vec::new();
    for id in batches {
        shown.extend(outbreak_of(tenant, id, at, knowledge)?);
    }
    Ok(shown)
}

fn outbreak_of<K: Knowledge>(
    tenant: &TenantId,
    id: &BatchId,
    at: Timestamp,
    knowledge: &mut K,
) -> Result<Option<Shown>, K::Error> {
    let loaded = knowledge.load(vec![Subject::Batch(id.clone()), Subject::Tenant])?;
    let mut loaded = loaded.iter();
    let batch = loaded.next().and_then(|entity| entity.batch());
    let totals = loaded.next().and_then(|entity| entity.tenant());
    let (Some(batch), Some(totals)) = (batch, totals) else { return Ok(None) };
    let supplier_id = batch.supplier_id.clone();
    let supplier =
        knowledge.load(supplier_id.clone().map(Subject::Supplier).into_iter().collect())?;
    let supplier = supplier.first().and_then(|entity| entity.supplier());
    if !outbreak(batch, supplier, totals, at).is_outbreak() {
        return Ok(None);
    }
    let kind = FindingKind::BatchOutbreak;
    Ok(finding_id(tenant, kind, &[id.as_str()]).map(|finding_id| Shown {
        id: finding_id,
        kind,
        about: FindingSubject {
            batch_id: Some(id.clone()),
            supplier_id,
            ..FindingSubject::default()
        },
        recommended: None,
    }))
}
