//! One micro-batch.
//!
//! Requests are taken one after another, as if each came alone. What makes a batch cheaper than its parts is that
//! claims wait together for their verdicts: models look at all of them at once. A claim that waits has
//! been taken in, so that the claims behind it see it; what only its decision will change (its order, its account)
//! must not be looked at meanwhile. Whoever would look, or write there, first has the waiting claims decided.

mod claims;
mod decisions;
mod facts;
mod findings;

use std::collections::HashSet;

use foldhash::fast::RandomState;

use super::core::{Core, CoreError};
use super::metrics;
use super::prepared::Prepared;
use super::request::{Answer, EngineError};
use super::stages::Stage;
use crate::domain::{Sha256, TenantId, Timestamp};
use crate::ledger::{Found, Names, Record, RecordKind};
use crate::state::{EntityKey, Event, EventBody, Stamp};
use claims::Waiting;

type Answered = Result<Answer, EngineError>;

/// One micro-batch in work.
pub(super) struct Batch<'a> {
    core: &'a mut Core,
    /// When the request that is being taken came in.
    observed_at: Timestamp,
    /// The ledger's end before this batch.
    base: u64,
    records: Vec<Record>,
    /// Where the names of `records` stand in it.
    names: Names,
    answers: Vec<Option<Answered>>,
    waiting: Vec<Waiting>,
    /// What the decisions of the waiting claims will change.
    pending: HashSet<EntityKey, RandomState>,
    /// Facts that were recorded.
    facts: u64,
}

/// What a record is called.
struct Named {
    kind: RecordKind,
    id: String,
    alias: Option<String>,
    /// It may be asked for again.
    is_remembered: bool,
}

impl<'a> Batch<'a> {
    /// The digest of what is not written.
    const UNWRITTEN: Sha256 = Sha256([0; 32]);

    pub(super) fn new(core: &'a mut Core) -> Self {
        let base = core.ledger.end();
        Self {
            core,
            observed_at: Timestamp::EARLIEST,
            base,
            records: Vec::new(),
            names: Names::default(),
            answers: Vec::new(),
            waiting: Vec::new(),
            pending: HashSet::default(),
            facts: 0,
        }
    }

    pub(super) const fn core(&self) -> &Core {
        self.core
    }

    /// Takes requests, each at its time, after telling the store what they will need.
    pub(super) fn take_all(
        &mut self,
        requests: &mut Vec<(Timestamp, Prepared)>,
    ) -> Result<(), CoreError> {
        let keys: Vec<&EntityKey> =
            requests.iter().flat_map(|(_, request)| request.named()).collect();
        self.core.store.expect(&keys);
        drop(keys);
        for (now, request) in requests.drain(..) {
            self.take(request, now)?;
        }
        Ok(())
    }

    /// Takes one request, which comes in `now`; time does not run backwards from record to record.
    fn take(&mut self, request: Prepared, now: Timestamp) -> Result<(), CoreError> {
        let last = self.records.last().map(|record| record.observed_at);
        self.observed_at = now.max(last.unwrap_or(self.core.last_observed_at));
        let answer = match request {
            Prepared::Record { tenant, facts } => Some(self.record(&tenant, facts)?),
            Prepared::Score { tenant, claim, written, facts, named: _ } => {
                self.score(tenant, *claim, written, facts)?
            }
            Prepared::Find { tenant, key, with_facts } => {
                Some(self.find_decision(&tenant, &key, with_facts)?)
            }
            Prepared::Findings { tenant, after, limit } => {
                Some(self.list_findings(&tenant, after, limit)?)
            }
        };
        self.answers.push(answer);
        Ok(())
    }

    /// Decides what waits, and hands out the records to append, where their names stand, and the answers in the order of
    /// the requests.
    pub(super) fn finish(mut self) -> Result<(Vec<Record>, Names, Vec<Answered>), CoreError> {
        self.decide_waiting()?;
        metrics::facts(self.facts);
        let unanswered = || Err(EngineError::Storage);
        let answers = self.answers.into_iter().map(|a| a.unwrap_or_else(unanswered)).collect();
        Ok((self.records, self.names, answers))
    }

    fn find(
        &self,
        tenant: &TenantId,
        kind: RecordKind,
        id: &str,
    ) -> Result<Option<Found>, CoreError> {
        if let Some(index) = self.names.find(&self.records, tenant, kind, id) {
            let position = self.position(index);
            let record = self.records.get(index);
            return Ok(record.map(|record| Found { position, digest: record.digest }));
        }
        Ok(self.core.ledger.find(tenant, kind, id)?)
    }

    fn push(&mut self, tenant: &TenantId, name: Named, digest: Sha256, body: Vec<u8>) -> u64 {
        let Named { kind, id, alias, is_remembered } = name;
        let tenant = tenant.clone();
        let observed_at = self.observed_at;
        let place = self.records.len();
        self.records.push(Record { tenant, kind, id, alias, digest, observed_at, body });
        if is_remembered {
            self.names.add(&self.records, place);
        }
        self.position(place)
    }

    /// Positions count from 1, behind the ledger's end.
    fn position(&self, record: usize) -> u64 {
        self.base + u64::try_from(record).unwrap_or(u64::MAX - self.base - 1) + 1
    }

    /// The record of this batch at a position.
    fn own(&self, position: u64) -> Option<&Record> {
        let index = position.checked_sub(self.base + 1)?;
        self.records.get(usize::try_from(index).ok()?)
    }

    fn event(&self, tenant: &TenantId, stamp: Stamp, body: EventBody) -> Event {
        Event::new(stamp, tenant.clone(), self.observed_at, body)
    }

    fn commit(&mut self, event: Event) -> Result<(), CoreError> {
        self.core.store.commit(&[event])?;
        self.lap(Stage::Fold);
        Ok(())
    }

    /// The time since the last lap went into this stage.
    fn lap(&mut self, stage: Stage) {
        self.core.stopwatch.lap(stage);
    }

    /// Decides what waits when the event is about to read or write what that will change. What a fact's context adds
    /// to the entities that the fact names are no orders and no accounts, and to find it nothing is read of an order
    /// that a decision changes.
    fn make_way(&mut self, event: &Event) -> Result<(), CoreError> {
        if self.pending.is_empty() {
            return Ok(());
        }
        if event.touches().iter().any(|key| self.pending.contains(key)) {
            self.decide_waiting()?;
        }
        Ok(())
    }
}
