//! A ledger is held against a replay of itself.

use std::collections::BTreeMap;
use std::sync::Arc;

use prost::Message;

use super::HistoryError;
use super::ledger::ReplayLedger;
use super::repeats::Repeats;
use super::snapshot::{SnapshotStore, SnapshotTarget};
use crate::domain::{TenantId, Timestamp};
use crate::engine::{CodecError, Core, RecordedClaim, Request, Setup};
use crate::ledger::{Found, Ledger, Record, RecordKind};
use crate::signals::{Catalogue, SignalValue};
use crate::wire::pb::v1;

/// Records that are replayed together.
const BATCH_RECORDS: usize = 1_024;
/// Differences that are told one by one.
const TOLD_MAX: usize = 100;

/// What came of holding a ledger against its replay.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Verified {
    /// Facts that were replayed.
    pub facts: u64,
    /// Claims that were replayed.
    pub claims: u64,
    /// Claims that were judged by another binary, policy, model or other geo files than these: only a difference in
    /// what they have in common means something, so theirs are counted apart.
    pub claims_of_other_versions: u64,
    /// Claims with a difference, judged by the same versions.
    pub differing: u64,
    /// Claims with a difference, judged by other versions.
    pub differing_of_other_versions: u64,
    /// Findings that the ledger has and the replay has not, or the other way round.
    pub findings_differing: u64,
    /// How many claims differ in what: signals as `signal:name`, parts of the verdict by their names.
    pub by_field: BTreeMap<String, u64>,
    /// The first differences.
    pub differences: Vec<Difference>,
}

/// One difference.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Difference {
    /// Where the claim stands in the ledger.
    pub position: u64,
    /// What was asked.
    pub request_id: String,
    /// In what it differs.
    pub field: String,
    /// What the ledger says.
    pub recorded: String,
    /// What the replay says.
    pub replayed: String,
}

/// Replays the facts and claims of a tenant's ledger from its beginning, and compares signals and verdicts bit for bit.
/// `progress` is told of the records that are done.
///
/// # Errors
/// The ledger cannot be read, or the engine failed.
pub fn verify(
    setup: Arc<Setup>,
    ledger: &dyn Ledger,
    tenant: &TenantId,
    mut progress: impl FnMut(u64, u64),
) -> Result<Verified, HistoryError> {
    let replayed = ReplayLedger::new(tenant.clone(), Repeats::new());
    let store = SnapshotStore::new(SnapshotTarget::default());
    let first = ledger.read(1)?.map_or(Timestamp::EARLIEST, |record| record.observed_at);
    let core = Core::open(Arc::clone(&setup), Box::new(replayed.clone()), Box::new(store), first)?;
    let mut check =
        Check { core, setup, ledger, replayed, result: Verified::default(), batch: Vec::new() };
    for read in ledger.scan(1) {
        let (position, record) = read?;
        // Positions inside a batch have no gaps but those of findings, which the replay makes itself.
        if record.tenant != *tenant {
            check.run()?;
            continue;
        }
        check.batch.push((position, record));
        if check.batch.len() >= BATCH_RECORDS {
            check.run()?;
            progress(position, ledger.end());
        }
    }
    check.run()?;
    Ok(check.result)
}

struct Check<'a> {
    core: Core,
    setup: Arc<Setup>,
    ledger: &'a dyn Ledger,
    replayed: ReplayLedger,
    result: Verified,
    batch: Vec<(u64, Record)>,
}

impl Check<'_> {
    /// Replays the batch and compares.
    fn run(&mut self) -> Result<(), HistoryError> {
        let batch = std::mem::take(&mut self.batch);
        let Some((first, _)) = batch.first() else { return Ok(()) };
        self.replayed.continue_at(*first);
        let mut requests = Vec::with_capacity(batch.len());
        for (position, record) in &batch {
            let Some(request) = self.request(*position, record)? else { continue };
            let brought = self.brought(record, &request)?;
            if brought.is_empty() {
                requests.push((record.observed_at, request));
                continue;
            }
            // Facts that a claim brought stand in front of it: they are known when it is asked, and not before.
            self.ask(std::mem::take(&mut requests))?;
            for (fact_id, found) in &brought {
                self.replayed.remember_fact(fact_id, *found);
            }
            self.ask(vec![(record.observed_at, request)])?;
            for (fact_id, _) in &brought {
                self.replayed.forget_fact(fact_id);
            }
        }
        self.ask(requests)?;
        self.compare_findings(&batch);
        let mut replayed = self.replayed.take_claims().into_iter();
        for (position, record) in batch.iter().filter(|(_, r)| r.kind == RecordKind::Claim) {
            let again = replayed.next().map(|(_, record)| record);
            self.compare(*position, record, again.as_ref())?;
        }
        Ok(())
    }

    fn ask(&mut self, requests: Vec<(Timestamp, Request)>) -> Result<(), HistoryError> {
        for answer in self.core.process_each(requests)? {
            answer?;
        }
        Ok(())
    }

    /// Where the facts stand that a claim brought.
    fn brought(
        &self,
        record: &Record,
        request: &Request,
    ) -> Result<Vec<(String, Found)>, HistoryError> {
        let mut brought = Vec::new();
        if let Request::Score { claim, .. } = request {
            for fact in &claim.facts {
                let id = fact.id.as_str();
                let found = self.ledger.find(&record.tenant, RecordKind::Fact, id)?;
                brought.extend(found.map(|found| (id.to_owned(), found)));
            }
        }
        Ok(brought)
    }

    /// What a record was asked as.
    fn request(&mut self, position: u64, record: &Record) -> Result<Option<Request>, HistoryError> {
        let unreadable = |reason| HistoryError::Record { position, reason };
        let tenant = record.tenant.clone();
        Ok(match record.kind {
            RecordKind::Fact => {
                let (fact, _) = self.setup.codec.read_fact(&record.body).map_err(unreadable)?;
                self.result.facts += 1;
                Some(Request::Record { tenant, facts: vec![fact] })
            }
            RecordKind::Claim => {
                let recorded = self.setup.codec.read_claim(&record.body).map_err(unreadable)?;
                self.result.claims += 1;
                let claim = Box::new(Arc::unwrap_or_clone(recorded.decided.claim));
                Some(Request::Score { tenant, claim })
            }
            RecordKind::Schema | RecordKind::Finding => None,
        })
    }

    fn compare_findings(&mut self, batch: &[(u64, Record)]) {
        let told = batch.iter().filter(|(_, record)| record.kind == RecordKind::Finding);
        let told: BTreeMap<&str, &[u8]> =
            told.map(|(_, record)| (record.id.as_str(), record.body.as_slice())).collect();
        let again = self.replayed.take_findings();
        let same = again
            .iter()
            .filter(|(_, record)| told.get(record.id.as_str()) == Some(&record.body.as_slice()))
            .count();
        let differing = told.len() + again.len() - 2 * same;
        self.result.findings_differing += u64::try_from(differing).unwrap_or(u64::MAX);
    }

    fn compare(
        &mut self,
        position: u64,
        record: &Record,
        again: Option<&Record>,
    ) -> Result<(), HistoryError> {
        let unreadable = |reason| HistoryError::Record { position, reason };
        let recorded = self.setup.codec.read_claim(&record.body).map_err(unreadable)?;
        let verdict = verdict(position, &recorded)?;
        let is_other = self.is_of_other_versions(&verdict);
        self.result.claims_of_other_versions += u64::from(is_other);
        let bytes = again.map(|again| again.body.as_slice());
        if bytes == Some(record.body.as_slice()) {
            return Ok(());
        }
        let mut fields = match again {
            None => vec![("claim".to_owned(), "answered".to_owned(), "missing".to_owned())],
            Some(again) => {
                let again = self.setup.codec.read_claim(&again.body).map_err(unreadable)?;
                let other = self::verdict(position, &again)?;
                let mut fields = self.signals(&recorded, &again)?;
                fields.extend(verdict_fields(&verdict, &other));
                fields
            }
        };
        // What only another version explains is no difference: the versions themselves.
        if fields.is_empty() && is_other {
            return Ok(());
        }
        if fields.is_empty() {
            fields.push(("record".to_owned(), "its bytes".to_owned(), "other bytes".to_owned()));
        }
        if is_other {
            self.result.differing_of_other_versions += 1;
        } else {
            self.result.differing += 1;
        }
        for (field, recorded, replayed) in fields {
            *self.result.by_field.entry(field.clone()).or_default() += 1;
            if self.result.differences.len() < TOLD_MAX {
                let request_id = record.id.clone();
                let told = Difference { position, request_id, field, recorded, replayed };
                self.result.differences.push(told);
            }
        }
        Ok(())
    }

    fn is_of_other_versions(&self, verdict: &v1::Verdict) -> bool {
        let now = &self.setup.versions;
        verdict.versions.as_ref().is_none_or(|then| {
            then.vouch != now.vouch
                || then.policy_sha256 != now.policy_sha256
                || then.config_sha256 != now.config_sha256
                || then.signals_sha256 != now.signals_sha256
                || then.model_sha256 != now.model_sha256
                || then.geo_builds != now.geo_builds
        })
    }

    /// Signals by their names: an older catalogue has other places, and some that this one has not.
    fn signals(
        &self,
        recorded: &RecordedClaim,
        again: &RecordedClaim,
    ) -> Result<Vec<(String, String, String)>, HistoryError> {
        let ours = Catalogue::get();
        let names: Vec<String> = if recorded.signals_sha256 == ours.sha256() {
            ours.defs().iter().map(|def| def.name.to_owned()).collect()
        } else {
            super::export::names(self.ledger, self.setup.codec, 0, &recorded.signals_sha256)?
        };
        let differs = |(name, then): (String, &Option<SignalValue>)| {
            let now = again.signals.get(ours.position(&name)?)?;
            (!same(then.as_ref(), now.as_ref()))
                .then(|| (format!("signal:{name}"), shown(then.as_ref()), shown(now.as_ref())))
        };
        Ok(names.into_iter().zip(&recorded.signals).filter_map(differs).collect())
    }
}

fn verdict(position: u64, recorded: &RecordedClaim) -> Result<v1::Verdict, HistoryError> {
    v1::Verdict::decode(recorded.verdict.as_slice()).map_err(|error| {
        let reason = CodecError(Box::new(error));
        HistoryError::Record { position, reason }
    })
}

/// Bit for bit: two that are not a number are the same.
fn same(one: Option<&SignalValue>, other: Option<&SignalValue>) -> bool {
    match (one, other) {
        (Some(SignalValue::Real(one)), Some(SignalValue::Real(other))) => {
            one.to_bits() == other.to_bits()
        }
        (Some(one), Some(other)) => match (one.as_text(), other.as_text()) {
            (Some(one), Some(other)) => one == other,
            _ => one == other,
        },
        (one, other) => one.is_none() && other.is_none(),
    }
}

fn shown(value: Option<&SignalValue>) -> String {
    match value {
        None => "unknown".to_owned(),
        Some(SignalValue::Int(value)) => value.to_string(),
        Some(SignalValue::Real(value)) => format!("{value:?}"),
        Some(SignalValue::Truth(value)) => value.to_string(),
        Some(value @ (SignalValue::Word(_) | SignalValue::Text(_))) => {
            value.as_text().unwrap_or_default().to_owned()
        }
    }
}

/// The parts of a verdict that differ, versions and positions aside.
fn verdict_fields(one: &v1::Verdict, other: &v1::Verdict) -> Vec<(String, String, String)> {
    let mut fields = Vec::new();
    let mut field = |name: &str, one: String, other: String| {
        if one != other {
            fields.push((name.to_owned(), one, other));
        }
    };
    field("decision", one.decision().as_str_name().into(), other.decision().as_str_name().into());
    field(
        "decided_by",
        one.decided_by().as_str_name().into(),
        other.decided_by().as_str_name().into(),
    );
    field("approved_amount", debug(&one.approved_amount), debug(&other.approved_amount));
    let bits = |score: Option<f64>| score.map(f64::to_bits);
    if bits(one.score) != bits(other.score) {
        field("score", debug(&one.score), debug(&other.score));
    }
    field("reasons", debug(&one.reasons), debug(&other.reasons));
    field("layers", debug(&one.layers), debug(&other.layers));
    field("follow_up", debug(&one.follow_up), debug(&other.follow_up));
    field("route", debug(&one.route), debug(&other.route));
    field("review_deadline", debug(&one.review_deadline), debug(&other.review_deadline));
    field("degraded", debug(&one.degraded), debug(&other.degraded));
    field("coverage", debug(&one.coverage), debug(&other.coverage));
    fields
}

fn debug(part: &impl std::fmt::Debug) -> String {
    format!("{part:?}")
}
