//! Claims are taken in one by one, and decided together.

use std::sync::Arc;

use prost::bytes::Bytes;

use super::{Answered, Batch, Named};
use crate::domain::{
    ChallengerVerdict, ClaimContext, DecisionId, RefundClaim, RequestId, ScoreBin, Sha256,
    TenantId, Timestamp, derived_id,
};
use crate::engine::context;
use crate::engine::core::CoreError;
use crate::engine::degraded::degraded;
use crate::engine::drift::Drifts;
use crate::engine::gather::{Gathered, gather};
use crate::engine::metrics;
use crate::engine::models::Judging;
use crate::engine::prepared::{PreparedFact, Written};
use crate::engine::request::{Answer, EngineError, StoredVerdict};
use crate::engine::stages::Stage;
use crate::ledger::RecordKind;
use crate::policy::Case;
use crate::signals::{self, SignalRow};
use crate::state::{
    ApprovalsDoc, ClaimDecided, Entity, EntityKey, EventBody, Stamp, Subject, subjects_of_decision,
};

/// A claim that was taken in and is not decided yet. It holds nothing of the store but its order: what it held would be
/// copied when the next event changes it.
pub(super) struct Waiting {
    tenant: TenantId,
    claim: Arc<RefundClaim>,
    /// The claim's canonical bytes; `None` when nobody will ask for it again.
    canonical: Option<Bytes>,
    context: Arc<ClaimContext>,
    /// Its order, as it was before the claim. INVARIANT: an order.
    order: Arc<Entity>,
    row: SignalRow,
    geo_failed: bool,
    observed_at: Timestamp,
    decision_id: DecisionId,
    /// Its place in the batch's records.
    record: usize,
    /// Its place in the batch's answers.
    answer: usize,
}

impl Batch<'_> {
    /// Takes a claim in, after its facts. Its answer follows when it is decided, unless it was asked before or is refused.
    pub(super) fn score(
        &mut self,
        tenant: TenantId,
        claim: RefundClaim,
        written: Option<Written>,
        facts: Vec<PreparedFact>,
    ) -> Result<Option<Answered>, CoreError> {
        let mut canonical = None;
        let mut digest = Batch::UNWRITTEN;
        if let Some(written) = written {
            (canonical, digest) = (Some(Bytes::from(written.canonical)), written.digest);
            if let Some(answer) = self.asked_before(&tenant, &claim, digest)? {
                return Ok(Some(answer));
            }
        }
        if let Err(refused) = self.record(&tenant, facts)? {
            return Ok(Some(Err(refused)));
        }
        self.lap(Stage::Intake);
        let gathered = self.gather(&tenant, &claim)?;
        self.lap(Stage::Gather);
        let setup = Arc::clone(&self.core.setup);
        let known = gathered.known(&claim, &setup, &mut self.core.places)?;
        let geo_failed = known.claim_place.failed || known.order_place.failed;
        self.lap(Stage::Geo);
        let row = signals::compute(&known);
        let context = Arc::new(context::of_claim(&claim, &gathered, &known.claim_place)?);
        drop(known);
        self.lap(Stage::Signals);
        let order = gathered.into_order();
        let claim = Arc::new(claim);
        let alias = decision_id(&tenant, &claim.request_id);
        let decision_id = DecisionId::parse(&alias).map_err(|_| CoreError::OtherKind)?;
        let name = Named {
            kind: RecordKind::Claim,
            id: claim.request_id.as_str().to_owned(),
            alias: Some(alias),
            is_remembered: canonical.is_some(),
        };
        // The body follows with the verdict.
        let position = self.push(&tenant, name, digest, Vec::new());
        let claimed = EventBody::Claimed(Arc::clone(&claim), Arc::clone(&context));
        self.commit(self.event(&tenant, Stamp::taken_in(position), claimed))?;
        self.pending.extend(
            subjects_of_decision(&claim)
                .into_iter()
                .map(|subject| EntityKey::new(tenant.clone(), subject)),
        );
        self.waiting.push(Waiting {
            tenant,
            claim,
            canonical,
            context,
            order,
            row,
            geo_failed,
            observed_at: self.observed_at,
            decision_id,
            record: self.records.len() - 1,
            answer: self.answers.len(),
        });
        Ok(None)
    }

    /// The answer to a question that was asked before, with these words or with others.
    fn asked_before(
        &mut self,
        tenant: &TenantId,
        claim: &RefundClaim,
        digest: Sha256,
    ) -> Result<Option<Answered>, CoreError> {
        let found = self.find(tenant, RecordKind::Claim, claim.request_id.as_str())?;
        let Some(found) = found else { return Ok(None) };
        if found.digest != digest {
            let ids = vec![format!("request_id {}", claim.request_id)];
            return Ok(Some(Err(EngineError::Conflict { ids })));
        }
        let bytes = Bytes::from(self.recorded(found.position)?.verdict);
        Ok(Some(Ok(Answer::Scored(StoredVerdict { bytes, repeated: true }))))
    }

    /// What is known about a claim. What it will touch and what it looks at must both be free of undecided claims.
    fn gather(&mut self, tenant: &TenantId, claim: &RefundClaim) -> Result<Gathered, CoreError> {
        let observed_at = self.observed_at;
        let place = self.core.places.of(&self.core.setup.geo, claim.client.ip);
        let store = &mut *self.core.store;
        let gathered = gather(store, Arc::clone(&place), tenant, claim, observed_at)?;
        if self.pending.is_empty() || !gathered.keys.iter().any(|key| self.pending.contains(key)) {
            return Ok(gathered);
        }
        self.decide_waiting()?;
        gather(&mut *self.core.store, place, tenant, claim, observed_at)
    }

    /// Decides every claim that waits, in order, by scores that models gave them together.
    pub(super) fn decide_waiting(&mut self) -> Result<(), CoreError> {
        let waiting = std::mem::take(&mut self.waiting);
        self.pending.clear();
        if waiting.is_empty() {
            return Ok(());
        }
        let setup = Arc::clone(&self.core.setup);
        let rows: Vec<&SignalRow> = waiting.iter().map(|claim| &claim.row).collect();
        let scores = setup.models.score(&rows);
        self.lap(Stage::Model);
        for (scored, waiting) in waiting.iter().enumerate() {
            let judged = setup.policy.judge(&waiting.row);
            self.lap(Stage::Rules);
            let position = self.position(waiting.record);
            let approvals = self.approvals(waiting)?;
            self.measure_drifts(waiting)?;
            let order = waiting.order.order().ok_or(CoreError::OtherKind)?;
            let besides = degraded(&setup, waiting.observed_at, waiting.geo_failed);
            let judged_by = |by: Judging<'_>| {
                setup.policy.decide(Case {
                    claim: &waiting.claim,
                    order,
                    row: &waiting.row,
                    judged: &judged,
                    approvals: &approvals,
                    model: by.opinion,
                    degraded: by.degraded.into_iter().chain(besides.iter().cloned()).collect(),
                    versions: &setup.versions,
                    decision_id: waiting.decision_id.clone(),
                    observed_at: waiting.observed_at,
                    ledger_position: position,
                })
            };
            let (at, has_costs) = (waiting.observed_at, setup.policy.model.is_some());
            let (verdict, challengers) =
                setup.models.judge(&scores, scored, at, has_costs, &self.core.drifts, judged_by);
            metrics::verdict(verdict.decision.as_str(), verdict.decided_by.as_str());
            let decided = ClaimDecided {
                claim: Arc::clone(&waiting.claim),
                decision: verdict.decision,
                decided_by: verdict.decided_by,
                approved: verdict.approved,
                scored: if waiting.context.asked_before {
                    Vec::new()
                } else {
                    setup.models.bins(&scores, scored)
                },
            };
            self.lap(Stage::Decide);
            let bytes = Bytes::from(setup.codec.verdict(verdict));
            self.answer(waiting, bytes, &challengers, &decided.scored)?;
            self.lap(Stage::Encode);
            let decided = EventBody::Decided(Arc::new(decided));
            let mut event = self.event(&waiting.tenant, Stamp::decided(position), decided);
            event.observed_at = waiting.observed_at;
            self.commit(event)?;
        }
        Ok(())
    }

    /// Writes a verdict down, and answers with it.
    fn answer(
        &mut self,
        waiting: &Waiting,
        verdict: Bytes,
        challengers: &[ChallengerVerdict],
        scored: &[ScoreBin],
    ) -> Result<(), CoreError> {
        let record = self.records.get_mut(waiting.record);
        if let (Some(record), Some(canonical)) = (record, &waiting.canonical) {
            let Waiting { context, row, .. } = waiting;
            let codec = &self.core.setup.codec;
            let (canonical, verdict) = (canonical.clone(), verdict.clone());
            record.body = codec.claim_entry(canonical, context, verdict, row, challengers, scored);
        }
        // The claim that is being taken right now has no place yet.
        let answer = self.answers.get_mut(waiting.answer).ok_or(CoreError::OtherKind)?;
        *answer = Some(Ok(Answer::Scored(StoredVerdict { bytes: verdict, repeated: false })));
        Ok(())
    }

    /// How far the models have drifted: looked at with the first claim of a day.
    fn measure_drifts(&mut self, waiting: &Waiting) -> Result<(), CoreError> {
        let Waiting { tenant, observed_at: at, .. } = waiting;
        let models = &self.core.setup.models;
        if models.champion.is_none() && models.challengers.is_empty() {
            return Ok(());
        }
        if !self.core.drifts.hold_for(tenant, *at) {
            let key = EntityKey::new(tenant.clone(), Subject::Scores);
            let loaded = self.core.store.load_one(&key, *at)?;
            let scores = loaded.scores().ok_or(CoreError::OtherKind)?;
            self.core.drifts = Drifts::measure(models, scores, tenant, *at);
        }
        Ok(())
    }

    fn approvals(&mut self, waiting: &Waiting) -> Result<ApprovalsDoc, CoreError> {
        let key = EntityKey::new(waiting.tenant.clone(), Subject::Approvals);
        let loaded = self.core.store.load_one(&key, waiting.observed_at)?;
        loaded.approvals().cloned().ok_or(CoreError::OtherKind)
    }
}

/// The id of a decision follows from the question: a replay gives the same.
fn decision_id(tenant: &TenantId, request_id: &RequestId) -> String {
    derived_id(&[tenant.as_str(), request_id.as_str()])
}
