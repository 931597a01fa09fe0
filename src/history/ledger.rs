//! The ledger of a replay: it keeps what will be asked for again, and nothing else.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use serde::{Deserialize, Serialize};

use super::event::IdKind;
use super::repeats::{Repeats, digest};
use crate::domain::{Sha256, TenantId, Timestamp};
use crate::ledger::{Found, Ledger, LedgerError, Record, RecordKind};

/// A ledger that forgets: ids that never come again are not kept, bodies only of claims that will be asked again. It is
/// for one tenant. A clone is the same ledger. Claims and findings wait in it until they are taken out.
#[derive(Debug, Clone)]
pub(super) struct ReplayLedger(Arc<Mutex<Kept>>);

/// What a ledger of a replay remembers.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Kept {
    tenant: TenantId,
    end: u64,
    last_observed_at: Timestamp,
    /// How often ids will still come that come more than once, by their digest.
    repeats: Repeats,
    /// Where facts stand that come again, by their ids, and the digests of what they said.
    facts: HashMap<String, (u64, [u8; 32])>,
    /// Claims that are asked again, by the ids of their requests.
    requests: HashMap<String, (u64, [u8; 32])>,
    /// Signal schemas.
    schemas: HashMap<String, (u64, [u8; 32])>,
    /// Findings: what shows one again does not tell it again.
    told: HashMap<String, (u64, [u8; 32])>,
    /// Bodies of claims that are asked again.
    bodies: HashMap<u64, Vec<u8>>,
    /// Claims since they were last taken out.
    #[serde(skip)]
    claims: Vec<(u64, Record)>,
    /// Findings since they were last taken out.
    #[serde(skip)]
    findings: Vec<(u64, Record)>,
}

impl ReplayLedger {
    /// An empty ledger for a history in which these ids come again.
    pub(super) fn new(tenant: TenantId, repeats: Repeats) -> Self {
        Self::restored(Kept {
            tenant,
            end: 0,
            last_observed_at: Timestamp::EARLIEST,
            repeats,
            facts: HashMap::new(),
            requests: HashMap::new(),
            schemas: HashMap::new(),
            told: HashMap::new(),
            bodies: HashMap::new(),
            claims: Vec::new(),
            findings: Vec::new(),
        })
    }

    /// The ledger as it was saved.
    pub(super) fn restored(kept: Kept) -> Self {
        Self(Arc::new(Mutex::new(kept)))
    }

    /// What it remembers.
    pub(super) fn kept(&self) -> MutexGuard<'_, Kept> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The claims since the last call, with their positions.
    pub(super) fn take_claims(&self) -> Vec<(u64, Record)> {
        std::mem::take(&mut self.kept().claims)
    }

    /// The findings since the last call, with their positions.
    pub(super) fn take_findings(&self) -> Vec<(u64, Record)> {
        std::mem::take(&mut self.kept().findings)
    }

    /// A fact stands here already.
    pub(super) fn remember_fact(&self, fact_id: &str, found: Found) {
        self.kept().facts.insert(fact_id.to_owned(), (found.position, found.digest.0));
    }

    /// Nothing asks for this fact any more.
    pub(super) fn forget_fact(&self, fact_id: &str) {
        self.kept().facts.remove(fact_id);
    }

    /// Whether an id comes more than once, and not for the last time.
    pub(super) fn comes_again(&self, kind: IdKind, id: &str) -> bool {
        let kept = self.kept();
        !kept.repeats.is_empty() && kept.repeats.contains_key(&digest(kind, id))
    }

    /// Whether a fact that comes again was recorded.
    pub(super) fn knows(&self, fact_id: &str) -> bool {
        self.kept().facts.contains_key(fact_id)
    }

    /// An id has come once more; after the last time nothing asks for it.
    pub(super) fn passed(&self, kind: IdKind, id: &str) {
        let mut kept = self.kept();
        if kept.repeats.is_empty() {
            return;
        }
        let digest = digest(kind, id);
        let Some(left) = kept.repeats.get_mut(&digest) else { return };
        *left -= 1;
        if *left == 0 {
            kept.repeats.remove(&digest);
            match kind {
                IdKind::Fact => drop(kept.facts.remove(id)),
                IdKind::Claim => {
                    let gone = kept.requests.remove(id);
                    gone.and_then(|(position, _)| kept.bodies.remove(&position));
                }
            }
        }
    }

    /// The next record will stand at this position.
    pub(super) fn continue_at(&self, position: u64) {
        let mut kept = self.kept();
        kept.end = kept.end.max(position.saturating_sub(1));
    }
}

impl Kept {
    /// Ids of a kind.
    const fn ids(&mut self, kind: RecordKind) -> &mut HashMap<String, (u64, [u8; 32])> {
        match kind {
            RecordKind::Fact => &mut self.facts,
            RecordKind::Claim => &mut self.requests,
            RecordKind::Schema => &mut self.schemas,
            RecordKind::Finding => &mut self.told,
        }
    }

    /// Whether an id will be asked for again.
    fn comes_again(&self, kind: RecordKind, id: &str) -> bool {
        match kind {
            RecordKind::Fact => self.repeats.contains_key(&digest(IdKind::Fact, id)),
            RecordKind::Claim => self.repeats.contains_key(&digest(IdKind::Claim, id)),
            RecordKind::Schema | RecordKind::Finding => true,
        }
    }
}

impl Ledger for ReplayLedger {
    fn end(&self) -> u64 {
        self.kept().end
    }

    fn append_all(&mut self, batches: &[&[Record]]) -> Result<u64, LedgerError> {
        let mut kept = self.kept();
        for record in batches.iter().copied().flatten() {
            kept.end += 1;
            kept.last_observed_at = record.observed_at;
            let position = kept.end;
            let again = kept.comes_again(record.kind, &record.id);
            if again {
                let ids = kept.ids(record.kind);
                ids.insert(record.id.clone(), (position, record.digest.0));
            }
            if record.kind == RecordKind::Finding {
                kept.findings.push((position, record.clone()));
            }
            if record.kind == RecordKind::Claim {
                if again {
                    kept.bodies.insert(position, record.body.clone());
                }
                kept.claims.push((position, record.clone()));
            }
        }
        Ok(kept.end)
    }

    /// Facts that come once are not asked for again, but those that stand here already. Of claims and findings the bodies
    /// are wanted.
    fn remembers(&self, _tenant: &TenantId, kind: RecordKind, id: &str) -> bool {
        kind != RecordKind::Fact || self.knows(id) || self.comes_again(IdKind::Fact, id)
    }

    fn find(
        &self,
        _tenant: &TenantId,
        kind: RecordKind,
        id: &str,
    ) -> Result<Option<Found>, LedgerError> {
        let mut kept = self.kept();
        let found = kept.ids(kind).get(id);
        Ok(found.map(|(position, digest)| Found { position: *position, digest: Sha256(*digest) }))
    }

    fn find_alias(&self, _tenant: &TenantId, _alias: &str) -> Result<Option<u64>, LedgerError> {
        Ok(None)
    }

    fn list(
        &self,
        _tenant: &TenantId,
        _kind: RecordKind,
        _after: u64,
        _limit: usize,
    ) -> Result<Vec<u64>, LedgerError> {
        Ok(Vec::new())
    }

    /// The last record without its body, or a claim that is asked again.
    fn read(&self, position: u64) -> Result<Option<Record>, LedgerError> {
        let kept = self.kept();
        let record = |body, observed_at| Record {
            tenant: kept.tenant.clone(),
            kind: RecordKind::Claim,
            id: String::new(),
            alias: None,
            digest: Sha256([0; 32]),
            observed_at,
            body,
        };
        if let Some(body) = kept.bodies.get(&position) {
            return Ok(Some(record(body.clone(), kept.last_observed_at)));
        }
        let is_last = position == kept.end && position > 0;
        Ok(is_last.then(|| record(Vec::new(), kept.last_observed_at)))
    }

    fn scan(
        &self,
        _position: u64,
    ) -> Box<dyn Iterator<Item = Result<(u64, Record), LedgerError>> + '_> {
        Box::new(std::iter::empty())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A third payment shows again what the second did; a ledger that forgot would tell it twice, and every record behind it
    /// would stand elsewhere than online.
    #[test]
    fn a_finding_that_was_told_is_found_again() {
        let tenant = TenantId::parse("shop").unwrap();
        let mut ledger = ReplayLedger::new(tenant.clone(), Repeats::new());
        let finding = Record {
            tenant: tenant.clone(),
            kind: RecordKind::Finding,
            id: "paid twice".to_owned(),
            alias: None,
            digest: Sha256([7; 32]),
            observed_at: Timestamp::EARLIEST,
            body: Vec::new(),
        };
        let told_at = ledger.append(&[finding]).unwrap();
        let restored = ReplayLedger::restored(
            postcard::from_bytes(&postcard::to_allocvec(&*ledger.kept()).unwrap()).unwrap(),
        );
        for ledger in [ledger, restored] {
            let find = |id| ledger.find(&tenant, RecordKind::Finding, id).unwrap();
            let found = find("paid twice").unwrap();
            assert_eq!((found.position, found.digest), (told_at, Sha256([7; 32])));
            assert!(find("another").is_none());
        }
    }
}
