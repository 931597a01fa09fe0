//! Facts are recorded: checked against what is known under their ids, seen in their context, appended and folded.

use std::collections::HashMap;
use std::sync::Arc;

use foldhash::fast::RandomState;

use super::{Answered, Batch, Named};
use crate::domain::{Fact, Sha256, TenantId};
use crate::engine::context;
use crate::engine::core::CoreError;
use crate::engine::request::{Answer, EngineError, Receipt};
use crate::engine::stages::Stage;
use crate::ledger::RecordKind;
use crate::state::{EntityKey, Event, Stamp};

/// A fact as it is written, and what is known under its id.
enum Told {
    /// Nobody will ask for it again: it is not written.
    Once,
    /// Its canonical bytes and their digest. `again` when another fact of the same request has its id.
    Written { canonical: Vec<u8>, digest: Sha256, again: bool },
    /// It stands in the ledger already.
    Known { position: u64 },
}

impl Batch<'_> {
    /// Records facts, each of which names these, all or none.
    pub(super) fn record(
        &mut self,
        tenant: &TenantId,
        facts: Vec<Fact>,
        named: Vec<Vec<EntityKey>>,
    ) -> Result<Answered, CoreError> {
        let mut told = Vec::with_capacity(facts.len());
        let mut conflicts = Vec::new();
        let mut within: HashMap<&str, Sha256, RandomState> = HashMap::default();
        for fact in &facts {
            let id = fact.id.as_str();
            if !self.core.ledger.remembers(tenant, RecordKind::Fact, id) {
                told.push(Told::Once);
                continue;
            }
            let canonical = self.core.setup.codec.fact(fact);
            let digest = self.core.setup.codec.digest(&canonical);
            let found = self.find(tenant, RecordKind::Fact, id)?;
            let before = match found {
                Some(_) => None,
                None => within.insert(id, digest),
            };
            let known = found.map(|found| found.digest).or(before);
            if known.is_some_and(|known| known != digest) {
                conflicts.push(format!("fact_id {id}"));
            }
            told.push(match found {
                Some(found) => Told::Known { position: found.position },
                None => Told::Written { canonical, digest, again: before.is_some() },
            });
        }
        if !conflicts.is_empty() {
            return Ok(Err(EngineError::Conflict { ids: conflicts }));
        }
        let mut receipts = Vec::with_capacity(facts.len());
        for ((fact, named), told) in facts.into_iter().zip(named).zip(told) {
            receipts.push(self.record_one(tenant, fact, named, told)?);
        }
        Ok(Ok(Answer::Recorded(receipts)))
    }

    fn record_one(
        &mut self,
        tenant: &TenantId,
        fact: Fact,
        named: Vec<EntityKey>,
        told: Told,
    ) -> Result<Receipt, CoreError> {
        let (canonical, digest) = match told {
            Told::Known { position } => return Ok(Receipt { position, duplicate: true }),
            Told::Written { again: true, .. } => {
                let found = self.find(tenant, RecordKind::Fact, fact.id.as_str())?;
                let position = found.ok_or(CoreError::OtherKind)?.position;
                return Ok(Receipt { position, duplicate: true });
            }
            Told::Written { canonical, digest, again: false } => (Some(canonical), digest),
            Told::Once => (None, Batch::UNWRITTEN),
        };
        let fact = Arc::new(fact);
        let bare = Event::bare_fact(named, tenant.clone(), self.observed_at, Arc::clone(&fact));
        self.make_way(&bare)?;
        let setup = Arc::clone(&self.core.setup);
        let context = context::of_fact(&mut *self.core.store, &setup.geo, &bare)?;
        let name = Named {
            kind: RecordKind::Fact,
            id: fact.id.as_str().to_owned(),
            alias: None,
            is_remembered: canonical.is_some(),
        };
        let body = canonical.map(|canonical| setup.codec.fact_entry(canonical, &context));
        let position = self.push(tenant, name, digest, body.unwrap_or_default());
        self.lap(Stage::Intake);
        self.commit(bare.seen(Stamp::taken_in(position), context))?;
        self.facts += 1;
        self.note_findings(tenant, &fact)?;
        self.lap(Stage::Findings);
        Ok(Receipt { position, duplicate: false })
    }
}
