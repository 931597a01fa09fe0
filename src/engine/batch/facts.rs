//! Facts are recorded: checked against what is known under their ids, seen in their context, appended and folded.

use std::collections::HashMap;
use std::sync::Arc;

use foldhash::fast::RandomState;

use super::{Answered, Batch, Named};
use crate::domain::{Sha256, TenantId};
use crate::engine::context;
use crate::engine::core::CoreError;
use crate::engine::prepared::{PreparedFact, Written};
use crate::engine::request::{Answer, EngineError, Receipt};
use crate::engine::stages::Stage;
use crate::ledger::RecordKind;
use crate::state::{Event, Stamp};

/// What is known under the id of a fact.
enum Told {
    /// Nobody will ask for it again: it is not written.
    Once,
    /// Nothing, unless `again`: another fact of the same request has it.
    New { again: bool },
    /// It stands in the ledger already.
    Known { position: u64 },
}

impl Batch<'_> {
    /// Records facts, all or none.
    pub(super) fn record(
        &mut self,
        tenant: &TenantId,
        facts: Vec<PreparedFact>,
    ) -> Result<Answered, CoreError> {
        let mut told = Vec::with_capacity(facts.len());
        let mut conflicts = Vec::new();
        let mut within: HashMap<&str, Sha256, RandomState> = HashMap::default();
        for PreparedFact { fact, written, .. } in &facts {
            let Some(Written { digest, .. }) = written else {
                told.push(Told::Once);
                continue;
            };
            let id = fact.id.as_str();
            let found = self.find(tenant, RecordKind::Fact, id)?;
            let before = match found {
                Some(_) => None,
                None => within.insert(id, *digest),
            };
            let known = found.map(|found| found.digest).or(before);
            if known.is_some_and(|known| known != *digest) {
                conflicts.push(format!("fact_id {id}"));
            }
            told.push(match found {
                Some(found) => Told::Known { position: found.position },
                None => Told::New { again: before.is_some() },
            });
        }
        if !conflicts.is_empty() {
            return Ok(Err(EngineError::Conflict { ids: conflicts }));
        }
        let mut receipts = Vec::with_capacity(facts.len());
        for (fact, told) in facts.into_iter().zip(told) {
            receipts.push(self.record_one(tenant, fact, &told)?);
        }
        Ok(Ok(Answer::Recorded(receipts)))
    }

    fn record_one(
        &mut self,
        tenant: &TenantId,
        fact: PreparedFact,
        told: &Told,
    ) -> Result<Receipt, CoreError> {
        let PreparedFact { fact, named, written } = fact;
        match *told {
            Told::Known { position } => return Ok(Receipt { position, duplicate: true }),
            Told::New { again: true } => {
                let found = self.find(tenant, RecordKind::Fact, fact.id.as_str())?;
                let position = found.ok_or(CoreError::OtherKind)?.position;
                return Ok(Receipt { position, duplicate: true });
            }
            Told::Once | Told::New { again: false } => {}
        }
        let fact = Arc::new(fact);
        let bare = Event::bare_fact(named, tenant.clone(), self.observed_at, Arc::clone(&fact));
        self.make_way(&bare)?;
        let setup = Arc::clone(&self.core.setup);
        let context = context::of_fact(&mut *self.core.store, &setup.geo, &bare)?;
        let name = Named {
            kind: RecordKind::Fact,
            id: fact.id.as_str().to_owned(),
            alias: None,
            is_remembered: written.is_some(),
        };
        let (digest, body) = written.map_or((Batch::UNWRITTEN, Vec::new()), |written| {
            (written.digest, setup.codec.fact_entry(written.canonical, &context))
        });
        let position = self.push(tenant, name, digest, body);
        self.lap(Stage::Intake);
        self.commit(bare.seen(Stamp::taken_in(position), context))?;
        self.facts += 1;
        self.note_findings(tenant, &fact)?;
        self.lap(Stage::Findings);
        Ok(Receipt { position, duplicate: false })
    }
}
