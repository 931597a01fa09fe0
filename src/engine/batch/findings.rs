//! What facts show by themselves: noticed while a batch is in work, and listed.

use std::sync::Arc;

use super::{Answered, Batch, Named};
use crate::domain::{Fact, Finding, FindingId, TenantId};
use crate::engine::core::CoreError;
use crate::engine::metrics;
use crate::engine::request::{Answer, ListedFinding};
use crate::findings::{self, Knowledge};
use crate::ledger::RecordKind;
use crate::state::{Entity, EntityKey, Subject};

/// One tenant's memory in the middle of a batch.
struct Remembered<'b, 'c> {
    batch: &'b mut Batch<'c>,
    tenant: &'b TenantId,
}

impl Knowledge for Remembered<'_, '_> {
    type Error = CoreError;

    /// What a waiting claim will change is looked at after its decision, as if it had never waited.
    fn load(&mut self, subjects: Vec<Subject>) -> Result<Vec<Arc<Entity>>, CoreError> {
        let key = |subject| EntityKey::new(self.tenant.clone(), subject);
        let keys: Vec<EntityKey> = subjects.into_iter().map(key).collect();
        if keys.iter().any(|key| self.batch.pending.contains(key)) {
            self.batch.decide_waiting()?;
        }
        Ok(self.batch.core.store.load(&keys, self.batch.observed_at)?)
    }

    fn told_at(&mut self, id: &FindingId) -> Result<Option<u64>, CoreError> {
        let found = self.batch.find(self.tenant, RecordKind::Finding, id.as_str())?;
        Ok(found.map(|found| found.position))
    }
}

impl Batch<'_> {
    /// Records what a fact, which was applied already, makes known. Facts and findings are appended together: neither
    /// is ever there without the other.
    pub(super) fn note_findings(
        &mut self,
        tenant: &TenantId,
        fact: &Fact,
    ) -> Result<(), CoreError> {
        let observed_at = self.observed_at;
        let mut remembered = Remembered { batch: &mut *self, tenant };
        for finding in findings::completed(tenant, fact, observed_at, &mut remembered)? {
            let body = self.core.setup.codec.finding(&finding);
            let digest = self.core.setup.codec.digest(&body);
            let name = Named {
                kind: RecordKind::Finding,
                id: finding.id.as_str().to_owned(),
                alias: None,
                is_remembered: true,
            };
            self.push(tenant, name, digest, body);
            metrics::finding(finding.kind.as_str());
        }
        Ok(())
    }

    /// The tenant's next findings, those of this batch among them.
    pub(super) fn list_findings(
        &mut self,
        tenant: &TenantId,
        after: u64,
        limit: usize,
    ) -> Result<Answered, CoreError> {
        let mut listed = Vec::new();
        for (position, finding) in self.findings(tenant, after, limit)? {
            let mut remembered = Remembered { batch: &mut *self, tenant };
            let lifted = !findings::stands(tenant, &finding, &mut remembered)?;
            listed.push(ListedFinding { position, finding, lifted });
        }
        Ok(Ok(Answer::Listed(listed)))
    }

    fn findings(
        &self,
        tenant: &TenantId,
        after: u64,
        limit: usize,
    ) -> Result<Vec<(u64, Finding)>, CoreError> {
        let codec = &self.core.setup.codec;
        let mut findings = Vec::new();
        for position in self.core.ledger.list(tenant, RecordKind::Finding, after, limit)? {
            let record = self.core.ledger.read(position)?.ok_or(CoreError::OtherKind)?;
            findings.push((position, codec.read_finding(&record.body)?));
        }
        let room = limit - findings.len();
        let own = self.records.iter().enumerate();
        let own =
            own.map(|(index, record)| (self.position(index), record)).filter(|(at, record)| {
                *at > after && record.kind == RecordKind::Finding && record.tenant == *tenant
            });
        for (position, record) in own.take(room) {
            findings.push((position, codec.read_finding(&record.body)?));
        }
        Ok(findings)
    }
}
