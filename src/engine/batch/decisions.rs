//! Decisions that were given, looked up again: the claim, the verdict, the signals, and the facts behind them.

use std::collections::BTreeSet;
use std::sync::Arc;

use prost::bytes::Bytes;

use super::{Answered, Batch};
use crate::domain::{Fact, FactBody, RefundClaim, TenantId};
use crate::engine::codec::RecordedClaim;
use crate::engine::core::{CoreError, SCHEMA_TENANT};
use crate::engine::gather::gather;
use crate::engine::request::{Answer, DecisionKey, RecordedFact, StoredDecision};
use crate::ledger::RecordKind;
use crate::signals::Catalogue;
use crate::state::covers;

impl Batch<'_> {
    pub(super) fn find_decision(
        &mut self,
        tenant: &TenantId,
        key: &DecisionKey,
        with_facts: bool,
    ) -> Result<Answered, CoreError> {
        self.decide_waiting()?;
        let position = match key {
            DecisionKey::Request(id) => {
                self.find(tenant, RecordKind::Claim, id.as_str())?.map(|found| found.position)
            }
            DecisionKey::Decision(id) => {
                let here = self.records.iter().position(|record| {
                    record.tenant == *tenant && record.alias.as_deref() == Some(id)
                });
                match here {
                    Some(index) => Some(self.position(index)),
                    None => self.core.ledger.find_alias(tenant, id)?,
                }
            }
        };
        let Some(position) = position else { return Ok(Ok(Answer::Found(None))) };
        let observed_at = match self.own(position) {
            Some(record) => record.observed_at,
            None => self.core.ledger.read(position)?.map_or(self.observed_at, |r| r.observed_at),
        };
        let recorded = self.recorded(position)?;
        let names = self.signal_names(&recorded.signals_sha256)?;
        let claim = &recorded.decided.claim;
        let facts =
            if with_facts { self.facts_behind(tenant, claim, position)? } else { Vec::new() };
        let found = StoredDecision {
            claim: (**claim).clone(),
            facts,
            verdict: Bytes::from(recorded.verdict),
            observed_at,
            signals: names.into_iter().zip(recorded.signals).collect(),
            challengers: recorded.challengers,
        };
        Ok(Ok(Answer::Found(Some(Box::new(found)))))
    }

    /// The facts before a claim that the entities remember which it led to.
    fn facts_behind(
        &mut self,
        tenant: &TenantId,
        claim: &RefundClaim,
        position: u64,
    ) -> Result<Vec<RecordedFact>, CoreError> {
        let setup = Arc::clone(&self.core.setup);
        let place = self.core.places.of(&setup.geo, claim.client.ip);
        let store = &mut *self.core.store;
        let gathered = gather(store, place, tenant, claim, self.observed_at)?;
        let order = gathered.order.order().ok_or(CoreError::OtherKind)?;
        // Incidents are declared for all; only those of the order stand behind a claim about it.
        let matters = |fact: &Fact| !matches!(&fact.body, FactBody::IncidentDeclared(incident) if !covers(incident, order));
        let entities = store.load(&gathered.keys, self.observed_at)?;
        let trail = entities.iter().flat_map(|entity| entity.trail());
        let before: BTreeSet<u64> = trail.copied().filter(|told| *told < position).collect();
        let mut facts = Vec::with_capacity(before.len());
        for position in before {
            let read = match self.own(position) {
                Some(record) => Some(record.clone()),
                None => self.core.ledger.read(position)?,
            };
            let record = read.ok_or(CoreError::OtherKind)?;
            let (fact, _) = setup.codec.read_fact(&record.body)?;
            if matters(&fact) {
                facts.push(RecordedFact { position, observed_at: record.observed_at, fact });
            }
        }
        Ok(facts)
    }

    /// The names of the signals of a catalogue: of this binary's, or of an older one that the ledger tells of.
    fn signal_names(&self, sha256: &[u8; 32]) -> Result<Vec<String>, CoreError> {
        let catalogue = Catalogue::get();
        if catalogue.sha256() == *sha256 {
            return Ok(catalogue.defs().iter().map(|def| def.name.to_owned()).collect());
        }
        let Ok(tenant) = TenantId::parse(SCHEMA_TENANT) else { return Ok(Vec::new()) };
        let id = hex::encode(sha256);
        let found = self.core.ledger.find(&tenant, RecordKind::Schema, &id)?;
        let found = found.ok_or(CoreError::OtherKind)?;
        let record = self.core.ledger.read(found.position)?.ok_or(CoreError::OtherKind)?;
        Ok(self.core.setup.codec.read_schema(&record.body)?)
    }

    /// What a claim's record holds, of this batch or of the ledger.
    pub(super) fn recorded(&mut self, position: u64) -> Result<RecordedClaim, CoreError> {
        // Of this batch: it may still wait.
        if position > self.base {
            self.decide_waiting()?;
        }
        match self.own(position) {
            Some(record) => Ok(self.core.setup.codec.read_claim(&record.body)?),
            None => {
                let record = self.core.ledger.read(position)?.ok_or(CoreError::OtherKind)?;
                Ok(self.core.setup.codec.read_claim(&record.body)?)
            }
        }
    }
}
