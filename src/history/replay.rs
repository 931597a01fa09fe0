//! Replaying: the same engine, over an in-memory store.

use std::collections::HashSet;
use std::path::{Path, PathBuf};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::sync::{Arc, PoisonError};
use std::thread;

use super::HistoryError;
use super::checkpoint::Checkpoint;
use super::event::{IdKind, Place, Told};
use super::intake::Intake;
use super::ledger::ReplayLedger;
use super::merge::Merge;
use super::parts::{Part, join};
use super::snapshot::{SnapshotStore, SnapshotTarget};
use crate::domain::{Fact, FactBody, TenantId, Timestamp};
use crate::engine::{Answer, Core, EngineError, Request, Setup};
use crate::tables::RowError;

/// Events that are worked on together: claims among them are judged together.
const BATCH_EVENTS: usize = 4_096;
/// Batches that are read ahead.
const BATCHES_AHEAD: usize = 4;

/// How far a replay is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Progress {
    /// Events that are done, those of an earlier run included.
    pub events: u64,
    /// All there are.
    pub total: u64,
    /// How far the history has come.
    pub observed_at: Timestamp,
}

/// What came of a replay.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Replayed {
    /// Facts and claims that went through the engine.
    pub events: u64,
    /// Those among them that repeated an earlier one, and changed nothing.
    pub repeated: u64,
    /// Rows that could not be read, and records that say something else under a used id: they are in `rejects.ndjson`.
    pub rejected: u64,
    /// Events that an earlier run had done.
    pub resumed_from: u64,
}

/// Replays what an intake left in the work folder, and writes `decisions.parquet`, `outcomes.parquet` and, when
/// something was refused, `rejects.ndjson` into `out`. Before it goes on after each batch it asks `save_due` whether to
/// save its state; that takes the longer the more is remembered. The work folder is not needed any more then.
///
/// # Errors
/// A file cannot be read or written, or the saved state is of another replay.
pub fn replay(
    setup: Arc<Setup>,
    tenant: &TenantId,
    intake: &Intake,
    work: &Path,
    out: &Path,
    mut save_due: impl FnMut() -> bool,
    mut progress: impl FnMut(Progress),
) -> Result<Replayed, HistoryError> {
    let mut run = Run::open(setup, tenant, intake, work)?;
    let resumed_from = run.done.events;
    let runs: Vec<PathBuf> = intake.runs.iter().map(|name| work.join(name)).collect();
    let mut merge = Merge::open(&runs, resumed_from)?;
    thread::scope(|scope| {
        let (sender, batches) = sync_channel(BATCHES_AHEAD);
        let reader = scope.spawn(move || read_ahead(&mut merge, &sender));
        run.work_off(&batches, &mut save_due, &mut progress)?;
        drop(batches);
        reader.join().map_err(|_| HistoryError::Thread("reads ahead"))?
    })?;
    let done = run.finish(out)?;
    Ok(Replayed {
        events: done.events,
        repeated: done.repeated,
        rejected: intake.rejected + done.conflicts,
        resumed_from,
    })
}

type Batch = Vec<(Place, Told)>;

/// Reads batches until there are no more, or nobody wants them.
fn read_ahead(merge: &mut Merge, sender: &SyncSender<Batch>) -> Result<(), HistoryError> {
    loop {
        let mut batch = Vec::with_capacity(BATCH_EVENTS);
        while batch.len() < BATCH_EVENTS {
            let Some(event) = merge.next()? else { break };
            batch.push(event);
        }
        if batch.is_empty() || sender.send(batch).is_err() {
            return Ok(());
        }
    }
}

/// A replay at work.
struct Run<'a> {
    core: Core,
    setup: Arc<Setup>,
    ledger: ReplayLedger,
    target: SnapshotTarget,
    tenant: &'a TenantId,
    intake: &'a Intake,
    work: &'a Path,
    part: Part,
    done: Checkpoint,
}

impl<'a> Run<'a> {
    /// Begins, or goes on where the last checkpoint is.
    fn open(
        setup: Arc<Setup>,
        tenant: &'a TenantId,
        intake: &'a Intake,
        work: &'a Path,
    ) -> Result<Self, HistoryError> {
        let judges = format!("{:?} {tenant:?}", setup.versions);
        let target = SnapshotTarget::default();
        let (ledger, store, done) = match Checkpoint::found(work, &judges)? {
            Some(found) => {
                let store = SnapshotStore::restored(&found.state_path(work), Arc::clone(&target))?;
                (found.ledger(work)?, store, found)
            }
            None => {
                let ledger = ReplayLedger::new(tenant.clone(), intake.repeats.clone());
                let start = Checkpoint { judges, events: 0, parts: 0, conflicts: 0, repeated: 0 };
                (ledger, SnapshotStore::new(Arc::clone(&target)), start)
            }
        };
        let first_at = intake.first_at_ms.map_or(Timestamp::EARLIEST, Timestamp::from_ms);
        let core =
            Core::open(Arc::clone(&setup), Box::new(ledger.clone()), Box::new(store), first_at)?;
        let part = Part::create(work, done.parts)?;
        Ok(Self { core, setup, ledger, target, tenant, intake, work, part, done })
    }

    fn work_off(
        &mut self,
        batches: &Receiver<Batch>,
        save_due: &mut impl FnMut() -> bool,
        progress: &mut impl FnMut(Progress),
    ) -> Result<(), HistoryError> {
        let total = self.intake.events();
        while let Ok(batch) = batches.recv() {
            let last_at = batch.last().map(|(place, _)| place.observed_at);
            let events = u64::try_from(batch.len()).unwrap_or(u64::MAX);
            self.process(batch)?;
            self.done.events += events;
            let observed_at = last_at.unwrap_or(Timestamp::EARLIEST);
            progress(Progress { events: self.done.events, total, observed_at });
            if self.done.events < total && save_due() {
                self.save()?;
            }
        }
        Ok(())
    }

    fn process(&mut self, batch: Batch) -> Result<(), HistoryError> {
        let again: Vec<(IdKind, String)> = batch
            .iter()
            .flat_map(|(_, told)| told.ids())
            .filter(|(kind, id)| self.ledger.comes_again(*kind, id))
            .map(|(kind, id)| (kind, id.to_owned()))
            .collect();
        let told: Vec<Noted> = batch.iter().map(|(place, told)| self.note(*place, told)).collect();
        let requests = batch.into_iter().map(|(place, told)| (place.observed_at, self.ask(told)));
        let requests: Vec<(Timestamp, Request)> = requests.collect();
        let answers = self.core.process_each(requests)?;
        for (noted, answer) in told.into_iter().zip(answers) {
            self.take_answer(noted, answer)?;
        }
        for (position, record) in self.ledger.take_claims() {
            let recorded = self.setup.codec.read_claim(&record.body);
            let recorded = recorded.map_err(|reason| HistoryError::Record { position, reason })?;
            self.part.decision(position, record.observed_at, &recorded)?;
        }
        drop(self.ledger.take_findings());
        for (kind, id) in again {
            self.ledger.passed(kind, &id);
        }
        Ok(())
    }

    fn ask(&self, told: Told) -> Request {
        let tenant = self.tenant.clone();
        match told {
            Told::Fact(fact) => Request::Record { tenant, facts: vec![*fact] },
            Told::Claim(claim) => Request::Score { tenant, claim },
        }
    }

    /// What is needed of an event once it is answered.
    fn note(&self, place: Place, told: &Told) -> Noted {
        let brought = match told {
            Told::Fact(fact) => std::slice::from_ref(&**fact),
            Told::Claim(claim) => claim.facts.as_slice(),
        };
        let outcomes = brought.iter().filter(|fact| is_outcome(fact));
        let is_new = |fact: &&Fact| !place.is_claim || !self.ledger.knows(fact.id.as_str());
        Noted { place, outcomes: outcomes.filter(is_new).cloned().collect() }
    }

    fn take_answer(
        &mut self,
        noted: Noted,
        answer: Result<Answer, EngineError>,
    ) -> Result<(), HistoryError> {
        let repeated = match answer {
            Ok(Answer::Recorded(receipts)) => receipts.iter().all(|receipt| receipt.duplicate),
            Ok(Answer::Scored(verdict)) => verdict.repeated,
            Ok(Answer::Found(_) | Answer::Listed(_)) => false,
            Err(EngineError::Conflict { ids }) => return self.conflict(noted.place, ids),
            Err(other) => return Err(HistoryError::Refused(other)),
        };
        if repeated {
            self.done.repeated += 1;
            return Ok(());
        }
        let mut seen = HashSet::new();
        for fact in noted.outcomes {
            if seen.insert(fact.id.clone()) {
                self.part.fact(noted.place.observed_at, &fact)?;
            }
        }
        Ok(())
    }

    /// Tells of an event whose ids were used before, with the row that it came from and the column of the first of them.
    fn conflict(&mut self, place: Place, ids: Vec<String>) -> Result<(), HistoryError> {
        let file = usize::try_from(place.file).ok();
        let file = file.and_then(|file| self.intake.files.get(file));
        let file = file.map(|stamp| stamp.path().to_path_buf()).unwrap_or_default();
        let column = id_column(place.is_claim, &ids).to_owned();
        let message = EngineError::Conflict { ids }.to_string();
        self.done.conflicts += 1;
        self.part.conflict(&file, &RowError { row: place.row, line: None, column, message })
    }

    /// Everything so far is on disk when this returns.
    fn save(&mut self) -> Result<(), HistoryError> {
        let next = Checkpoint { parts: self.done.parts + 1, ..self.done.clone() };
        let path = next.state_path(self.work);
        *self.target.lock().unwrap_or_else(PoisonError::into_inner) = Some(path);
        self.core.flush()?;
        let part = std::mem::replace(&mut self.part, Part::create(self.work, next.parts)?);
        part.finish()?;
        next.save(self.work, &self.ledger)?;
        self.done = next;
        Ok(())
    }

    /// Puts the parts together.
    fn finish(self, out: &Path) -> Result<Checkpoint, HistoryError> {
        self.part.finish()?;
        join(self.work, out, self.done.parts + 1)?;
        Ok(self.done)
    }
}

/// An event that is being worked on.
struct Noted {
    place: Place,
    /// Outcomes that it reports.
    outcomes: Vec<Fact>,
}

/// The column of the first id of a conflict, each as `fact_id x` or `request_id x`.
fn id_column(is_claim: bool, ids: &[String]) -> &'static str {
    let is_request = ids.first().is_some_and(|id| id.starts_with("request_id "));
    match (is_claim, is_request) {
        (_, true) => "request_id",
        (false, false) => "fact_id",
        // A claim brought the fact.
        (true, false) => "facts",
    }
}

const fn is_outcome(fact: &Fact) -> bool {
    matches!(fact.body, FactBody::OutcomeReported(_))
}
