//! One micro-batch.
//!
//! Requests are taken one after another, as if each came alone. What makes a batch cheaper than its parts is that
//! claims wait together for their verdicts: conditions are evaluated for all of them at once. A claim that waits has
//! been taken in, so that the claims behind it see it; what only its decision will change (its order, its account)
//! must not be looked at meanwhile. Whoever would look, or write there, first has the waiting claims decided.

mod decisions;
mod findings;

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use prost::bytes::Bytes;

use super::context;
use super::core::{Core, CoreError};
use super::degraded::degraded;
use super::gather::{Gathered, gather};
use super::metrics;
use super::models::Judging;
use super::request::{Answer, EngineError, Receipt, Request, StoredVerdict};
use crate::domain::{
    ClaimContext, DecisionId, Fact, FactContext, RefundClaim, RequestId, Sha256, TenantId,
    Timestamp, derived_id,
};
use crate::ledger::{Found, Record, RecordKind};
use crate::policy::Case;
use crate::signals::{self, SignalRow};
use crate::state::{
    ApprovalsDoc, ClaimDecided, EntityKey, Event, EventBody, Stamp, Subject, subjects_of_decision,
};

type Answered = Result<Answer, EngineError>;

/// One micro-batch in work.
pub(super) struct Batch<'a> {
    core: &'a mut Core,
    /// When the request in hand was taken in.
    observed_at: Timestamp,
    /// The ledger's end before this batch.
    base: u64,
    records: Vec<Record>,
    /// Where the ids of `records` stand in it.
    taken: HashMap<(TenantId, RecordKind, String), usize>,
    answers: Vec<Option<Answered>>,
    waiting: Vec<Waiting>,
    /// What the decisions of the waiting claims will change.
    pending: HashSet<EntityKey>,
}

/// A claim that was taken in and is not decided yet.
struct Waiting {
    tenant: TenantId,
    observed_at: Timestamp,
    claim: Arc<RefundClaim>,
    context: Arc<ClaimContext>,
    gathered: Gathered,
    row: SignalRow,
    geo_failed: bool,
    /// Its place in `records`.
    record: usize,
    /// Its place in `answers`.
    answer: usize,
}

impl<'a> Batch<'a> {
    pub(super) fn new(core: &'a mut Core) -> Self {
        let base = core.ledger.end();
        Self {
            core,
            observed_at: Timestamp::EARLIEST,
            base,
            records: Vec::new(),
            taken: HashMap::new(),
            answers: Vec::new(),
            waiting: Vec::new(),
            pending: HashSet::new(),
        }
    }

    /// Takes one request, at a time that is not before that of the request in front of it.
    pub(super) fn take(
        &mut self,
        observed_at: Timestamp,
        request: Request,
    ) -> Result<(), CoreError> {
        self.observed_at = observed_at;
        let answer = match request {
            Request::Record { tenant, facts } => Some(self.record(&tenant, facts)?),
            Request::Score { tenant, claim } => self.score(tenant, *claim)?,
            Request::Find { tenant, key, with_facts } => {
                Some(self.find_decision(&tenant, &key, with_facts)?)
            }
            Request::Findings { tenant, after, limit } => {
                Some(self.list_findings(&tenant, after, limit)?)
            }
        };
        self.answers.push(answer);
        Ok(())
    }

    /// Decides what waits, and hands out the records to append and the answers in the order of the requests.
    pub(super) fn finish(mut self) -> Result<(Vec<Record>, Vec<Answered>), CoreError> {
        self.decide_waiting()?;
        let unanswered = || Err(EngineError::Storage);
        let answers = self.answers.into_iter().map(|a| a.unwrap_or_else(unanswered)).collect();
        Ok((self.records, answers))
    }

    /// Records facts, all or none.
    fn record(&mut self, tenant: &TenantId, facts: Vec<Fact>) -> Result<Answered, CoreError> {
        let digests: Vec<Sha256> =
            facts.iter().map(|fact| self.core.setup.codec.fact_digest(fact)).collect();
        let mut conflicts = Vec::new();
        let mut within: HashMap<&str, Sha256> = HashMap::new();
        for (fact, digest) in facts.iter().zip(&digests) {
            let id = fact.id.as_str();
            let known = self.find(tenant, RecordKind::Fact, id)?.map(|found| found.digest);
            let known = known.or_else(|| within.insert(id, *digest));
            if known.is_some_and(|known| known != *digest) {
                conflicts.push(format!("fact_id {id}"));
            }
        }
        if !conflicts.is_empty() {
            return Ok(Err(EngineError::Conflict { ids: conflicts }));
        }
        let mut receipts = Vec::with_capacity(facts.len());
        for (fact, digest) in facts.into_iter().zip(digests) {
            receipts.push(self.record_one(tenant, fact, digest)?);
        }
        Ok(Ok(Answer::Recorded(receipts)))
    }

    fn record_one(
        &mut self,
        tenant: &TenantId,
        fact: Fact,
        digest: Sha256,
    ) -> Result<Receipt, CoreError> {
        if let Some(found) = self.find(tenant, RecordKind::Fact, fact.id.as_str())? {
            return Ok(Receipt { position: found.position, duplicate: true });
        }
        let fact = Arc::new(fact);
        let bare = EventBody::Fact(Arc::clone(&fact), FactContext::default());
        let bare = self.event(tenant, Stamp::default(), bare);
        self.make_way(&bare)?;
        let setup = Arc::clone(&self.core.setup);
        let context = context::of_fact(&mut *self.core.store, &setup.geo, &bare)?;
        let body = setup.codec.fact(&fact, &context);
        let id = fact.id.as_str().to_owned();
        let position = self.push(tenant, RecordKind::Fact, id, None, digest, body);
        let event = EventBody::Fact(Arc::clone(&fact), context);
        self.commit(self.event(tenant, Stamp::taken_in(position), event))?;
        metrics::facts(1);
        self.note_findings(tenant, &fact)?;
        Ok(Receipt { position, duplicate: false })
    }

    /// Takes a claim in. Its answer follows when it is decided, unless it was asked before or is refused.
    fn score(
        &mut self,
        tenant: TenantId,
        claim: RefundClaim,
    ) -> Result<Option<Answered>, CoreError> {
        let digest = self.core.setup.codec.claim_digest(&claim);
        if let Some(found) = self.find(&tenant, RecordKind::Claim, claim.request_id.as_str())? {
            let ids = vec![format!("request_id {}", claim.request_id)];
            if found.digest != digest {
                return Ok(Some(Err(EngineError::Conflict { ids })));
            }
            let bytes = Bytes::from(self.recorded(found.position)?.verdict);
            return Ok(Some(Ok(Answer::Scored(StoredVerdict { bytes, repeated: true }))));
        }
        if let Err(refused) = self.record(&tenant, claim.facts.clone())? {
            return Ok(Some(Err(refused)));
        }
        let setup = Arc::clone(&self.core.setup);
        // What a claim will touch and what it looks at must both be free of undecided claims.
        let mut gathered =
            gather(&mut *self.core.store, &setup.geo, &tenant, &claim, self.observed_at)?;
        if gathered.subjects.iter().any(|subject| self.is_pending(&tenant, subject)) {
            self.decide_waiting()?;
            gathered =
                gather(&mut *self.core.store, &setup.geo, &tenant, &claim, self.observed_at)?;
        }
        let known = gathered.known(&claim, &setup.policy.terms, &setup.geo, setup.user_agents)?;
        let geo_failed = known.claim_place.failed || known.order_place.failed;
        let row = signals::compute(&known);
        let context = Arc::new(context::of_claim(&claim, &gathered, &known.claim_place)?);
        let claim = Arc::new(claim);
        let id = claim.request_id.as_str().to_owned();
        let alias = Some(decision_id(&tenant, &claim.request_id));
        // The body follows with the verdict.
        let position = self.push(&tenant, RecordKind::Claim, id, alias, digest, Vec::new());
        let claimed = EventBody::Claimed(Arc::clone(&claim), Arc::clone(&context));
        self.commit(self.event(&tenant, Stamp::taken_in(position), claimed))?;
        self.pending.extend(
            subjects_of_decision(&claim)
                .into_iter()
                .map(|subject| EntityKey { tenant: tenant.clone(), subject }),
        );
        let (record, answer) = (self.records.len() - 1, self.answers.len());
        self.waiting.push(Waiting {
            tenant,
            observed_at: self.observed_at,
            claim,
            context,
            gathered,
            row,
            geo_failed,
            record,
            answer,
        });
        Ok(None)
    }

    /// Decides every claim that waits, in order, from one evaluation of the policy.
    fn decide_waiting(&mut self) -> Result<(), CoreError> {
        let waiting = std::mem::take(&mut self.waiting);
        self.pending.clear();
        if waiting.is_empty() {
            return Ok(());
        }
        let setup = Arc::clone(&self.core.setup);
        let rows: Vec<&SignalRow> = waiting.iter().map(|claim| &claim.row).collect();
        let judged = setup.policy.judge(&rows)?;
        let scores = setup.models.score(&rows);
        for (judged_row, waiting) in waiting.iter().enumerate() {
            let position = self.position(waiting.record);
            let observed_at = waiting.observed_at;
            let approvals = self.approvals(&waiting.tenant, observed_at)?;
            let order = waiting.gathered.order.order().ok_or(CoreError::OtherKind)?;
            let id = decision_id(&waiting.tenant, &waiting.claim.request_id);
            let decision_id = DecisionId::parse(&id).map_err(|_| CoreError::OtherKind)?;
            let besides = degraded(&setup, observed_at, waiting.geo_failed);
            let judged_by = |by: Judging<'_>| {
                setup.policy.decide(Case {
                    claim: &waiting.claim,
                    order,
                    row: &waiting.row,
                    judged: &judged,
                    judged_row,
                    approvals: &approvals,
                    model: by.opinion,
                    degraded: by.degraded.into_iter().chain(besides.iter().cloned()).collect(),
                    versions: &setup.versions,
                    decision_id: decision_id.clone(),
                    observed_at,
                    ledger_position: position,
                })
            };
            let has_costs = setup.policy.model.is_some();
            let (verdict, challengers) =
                setup.models.judge(&scores, judged_row, observed_at, has_costs, judged_by);
            metrics::verdict(verdict.decision.as_str(), verdict.decided_by.as_str());
            let bytes = setup.codec.verdict(&verdict);
            if let Some(record) = self.records.get_mut(waiting.record) {
                let Waiting { claim, context, row, .. } = waiting;
                record.body = setup.codec.claim(claim, context, &bytes, row, &challengers);
            }
            let decided = ClaimDecided {
                claim: Arc::clone(&waiting.claim),
                decision: verdict.decision,
                decided_by: verdict.decided_by,
                approved: verdict.approved,
            };
            let decided = EventBody::Decided(Arc::new(decided));
            self.commit(Event {
                stamp: Stamp::decided(position),
                tenant: waiting.tenant.clone(),
                observed_at,
                body: decided,
            })?;
            let scored = StoredVerdict { bytes: Bytes::from(bytes), repeated: false };
            match self.answers.get_mut(waiting.answer) {
                Some(answer) => *answer = Some(Ok(Answer::Scored(scored))),
                // The claim that is being taken right now has no place yet.
                None => return Err(CoreError::OtherKind),
            }
        }
        Ok(())
    }

    fn find(
        &self,
        tenant: &TenantId,
        kind: RecordKind,
        id: &str,
    ) -> Result<Option<Found>, CoreError> {
        let key = (tenant.clone(), kind, id.to_owned());
        if let Some(&index) = self.taken.get(&key) {
            let record = self.records.get(index);
            let position = self.position(index);
            return Ok(record.map(|record| Found { position, digest: record.digest }));
        }
        Ok(self.core.ledger.find(tenant, kind, id)?)
    }

    fn push(
        &mut self,
        tenant: &TenantId,
        kind: RecordKind,
        id: String,
        alias: Option<String>,
        digest: Sha256,
        body: Vec<u8>,
    ) -> u64 {
        self.taken.insert((tenant.clone(), kind, id.clone()), self.records.len());
        let tenant = tenant.clone();
        let observed_at = self.observed_at;
        self.records.push(Record { tenant, kind, id, alias, digest, observed_at, body });
        self.position(self.records.len() - 1)
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
        Event { stamp, tenant: tenant.clone(), observed_at: self.observed_at, body }
    }

    fn commit(&mut self, event: Event) -> Result<(), CoreError> {
        Ok(self.core.store.commit(&[event])?)
    }

    fn is_pending(&self, tenant: &TenantId, subject: &Subject) -> bool {
        let key = EntityKey { tenant: tenant.clone(), subject: subject.clone() };
        !self.pending.is_empty() && self.pending.contains(&key)
    }

    /// Decides what waits when the event is about to read or write what that will change. What a fact's context adds
    /// to the entities that the fact names are no orders and no accounts, and to find it nothing is read of an order
    /// that a decision changes.
    fn make_way(&mut self, event: &Event) -> Result<(), CoreError> {
        if self.pending.is_empty() {
            return Ok(());
        }
        let touched = event.touches();
        if touched.iter().any(|key| self.pending.contains(key)) {
            self.decide_waiting()?;
        }
        Ok(())
    }

    fn approvals(&mut self, tenant: &TenantId, now: Timestamp) -> Result<ApprovalsDoc, CoreError> {
        let key = EntityKey { tenant: tenant.clone(), subject: Subject::Approvals };
        let loaded = self.core.store.load(&[key], now)?;
        let approvals = loaded.first().and_then(|entity| entity.approvals());
        approvals.cloned().ok_or(CoreError::OtherKind)
    }
}

/// The id of a decision follows from the question: a replay gives the same.
fn decision_id(tenant: &TenantId, request_id: &RequestId) -> String {
    derived_id(&[tenant.as_str(), request_id.as_str()])
}
