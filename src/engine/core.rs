//! The deterministic core: the same requests at the same times give the same ledger, however they are batched.

use std::sync::Arc;

use super::ahead::{Ahead, Appended};
use super::batch::Batch;
use super::codec::{Codec, CodecError, RecordedClaim};
use super::drift::Drifts;
use super::models::Models;
use super::places::Places;
use super::prepared::Prepared;
use super::request::{Answer, EngineError, Request};
use super::stages::{Stage, Stopwatch};
use crate::clock::Clock;
use crate::domain::{TenantId, Timestamp, Versions};
use crate::geo::Geo;
use crate::ledger::{Ledger, LedgerError, Record, RecordKind};
use crate::policy::Policy;
use crate::signals::Catalogue;
use crate::state::{Event, EventBody, Stamp};
use crate::store::{StateStore, StoreError};
use crate::user_agent::UserAgents;

/// Events that are committed together while the ledger's tail is folded.
const FOLD_BATCH: usize = 1_024;

/// The store is told of what so many facts and claims need before they are worked on: as much as the processor's caches
/// hold. A larger request goes alone.
const LOOK_AHEAD: usize = 32;

/// What the core works with: one snapshot, which is replaced as a whole between two batches or not at all.
#[derive(Debug)]
pub struct Setup {
    /// Terms, rules and texts.
    pub policy: Policy,
    /// The models that score claims.
    pub models: Models,
    /// What addresses tell.
    pub geo: Geo,
    /// What User-Agent headers say.
    pub user_agents: &'static UserAgents,
    /// How things are written down.
    pub codec: &'static dyn Codec,
    /// What judges, as verdicts name it.
    pub versions: Versions,
    /// Geo files older than this count as stale, days; a stale file is used and reported.
    pub geo_max_age_d: f64,
}

/// The deterministic core.
pub struct Core {
    pub(super) setup: Arc<Setup>,
    pub(super) ledger: Ahead,
    pub(super) store: Box<dyn StateStore>,
    /// Where addresses are, by the geo files of the setup.
    pub(super) places: Places,
    /// How far the models of the setup have drifted.
    pub(super) drifts: Drifts,
    /// When the last record was taken in: time does not run backwards in the ledger.
    pub(super) last_observed_at: Timestamp,
    pub(super) stopwatch: Stopwatch,
}

/// A batch that was worked on. Nothing of it may be answered before its records, and all before them, are on disk.
pub(super) struct Computed {
    pub(super) records: Arc<Appended>,
    /// In the order of the requests.
    pub(super) answers: Vec<Result<Answer, EngineError>>,
}

impl std::fmt::Debug for Core {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Core").field("ledger_end", &self.ledger.end()).finish_non_exhaustive()
    }
}

/// Why the core cannot go on. Its memory may be ahead of the disk then: it must be opened anew.
#[derive(Debug, thiserror::Error)]
pub enum CoreError {
    /// The ledger failed.
    #[error("the ledger failed")]
    Ledger(#[from] LedgerError),
    /// The store failed.
    #[error("the state store failed")]
    Store(#[from] StoreError),
    /// A record of the ledger does not decode.
    #[error("a ledger record cannot be read")]
    Codec(#[from] CodecError),
    /// The store gave an entity of another kind than its key says.
    #[error("the state store holds an entity of another kind")]
    OtherKind,
}

impl Core {
    /// Opens a core: folds the tail of the ledger that the store does not reflect yet, and notes the signal names of
    /// this binary when the ledger does not know them.
    ///
    /// # Errors
    /// The storage failed or a record is damaged.
    pub fn open(
        setup: impl Into<Arc<Setup>>,
        ledger: Box<dyn Ledger>,
        store: Box<dyn StateStore>,
        now: Timestamp,
    ) -> Result<Self, CoreError> {
        let last = ledger.read(ledger.end())?;
        let last_observed_at = last.map_or(Timestamp::EARLIEST, |record| record.observed_at);
        let (setup, ledger) = (setup.into(), Ahead::new(ledger));
        let (places, drifts, stopwatch) =
            (Places::default(), Drifts::default(), Stopwatch::new(None));
        let mut core = Self { setup, ledger, store, places, drifts, last_observed_at, stopwatch };
        core.fold_tail()?;
        core.note_schema(now)?;
        Ok(core)
    }

    /// Works on requests that come in together, `now`, and answers them in their order. When it returns, what was
    /// accepted is on disk.
    ///
    /// # Errors
    /// The core cannot go on; nothing of the batch may be acknowledged.
    pub fn process(
        &mut self,
        requests: Vec<Request>,
        now: Timestamp,
    ) -> Result<Vec<Result<Answer, EngineError>>, CoreError> {
        self.process_each(requests.into_iter().map(|request| (now, request)))
    }

    /// As [`Self::process`], for requests that came in one after another, each at its own time: what a replay works on
    /// together.
    ///
    /// # Errors
    /// As [`Self::process`].
    pub fn process_each(
        &mut self,
        requests: impl IntoIterator<Item = (Timestamp, Request)>,
    ) -> Result<Vec<Result<Answer, EngineError>>, CoreError> {
        let Computed { records, answers } = self.compute(requests, Self::prepare)?;
        self.append(&records)?;
        self.settle(&records)?;
        Ok(answers)
    }

    fn prepare(&self, request: Request) -> Prepared {
        let ledger = &self.ledger;
        Prepared::new(request, self.setup.codec, |tenant, kind, id| {
            ledger.remembers(tenant, kind, id)
        })
    }

    /// Works on requests, which are prepared so. Their records are not in the ledger yet: they have to be appended before the
    /// next requests are worked on, or to [go ahead](Self::go_ahead) of the disk.
    ///
    /// # Errors
    /// As [`Self::process`].
    pub(super) fn compute<R>(
        &mut self,
        requests: impl IntoIterator<Item = (Timestamp, R)>,
        prepare: impl Fn(&Self, R) -> Prepared,
    ) -> Result<Computed, CoreError> {
        self.stopwatch.start();
        let base = self.ledger.end();
        let mut batch = Batch::new(self);
        let (mut next, mut ahead) = (Vec::new(), 0);
        for (now, request) in requests {
            let request = prepare(batch.core(), request);
            let size = request.size();
            if ahead + size > LOOK_AHEAD {
                batch.take_all(&mut next)?;
                ahead = 0;
            }
            ahead += size;
            next.push((now, request));
        }
        batch.take_all(&mut next)?;
        let (records, names, answers) = batch.finish()?;
        let records = Arc::new(Appended::new(base, records, names));
        self.last_observed_at = records.observed_at().unwrap_or(self.last_observed_at);
        Ok(Computed { records, answers })
    }

    /// Puts the records of a batch on disk. Nothing else is under way.
    pub(super) fn append(&mut self, records: &Appended) -> Result<(), CoreError> {
        if !records.is_empty() {
            self.ledger.append(records.records())?;
        }
        self.stopwatch.lap(Stage::Ledger);
        Ok(())
    }

    /// The records of a batch are being put on disk by a [writer](Ledger::writer), behind those of the batches before it.
    /// Later batches see them.
    pub(super) fn go_ahead(&mut self, records: Arc<Appended>) {
        self.ledger.go(records);
    }

    /// The records of a batch, and all before them, are on disk.
    pub(super) fn settle(&mut self, records: &Appended) -> Result<(), CoreError> {
        self.ledger.arrived(records.end());
        if let Some(observed_at) = records.observed_at() {
            self.store.settled(records.end())?;
            self.store.evict_expired(observed_at)?;
        }
        self.stopwatch.lap(Stage::Settle);
        Ok(())
    }

    /// Some state can only be written when nothing is ahead of the disk, and has waited for that long enough.
    pub(super) fn must_rest(&self) -> bool {
        self.store.is_behind()
    }

    /// A handle that appends beside this, if the ledger gives one.
    pub(super) fn writer(&self) -> Option<Box<dyn Ledger>> {
        self.ledger.writer()
    }

    /// Measures from here on how long its stages take.
    pub(super) fn measure(&mut self, clock: Arc<dyn Clock>) {
        self.stopwatch = Stopwatch::new(Some(clock));
    }

    /// What it works with.
    #[must_use]
    pub fn setup(&self) -> &Setup {
        &self.setup
    }

    /// Works with another setup from the next batch on.
    pub fn adopt(&mut self, setup: Arc<Setup>) {
        self.setup = setup;
        self.places = Places::default();
        self.drifts = Drifts::default();
    }

    /// Writes all state out, so that the next start has nothing to fold.
    ///
    /// # Errors
    /// The store failed.
    pub fn flush(&mut self) -> Result<(), CoreError> {
        Ok(self.store.flush(self.ledger.end())?)
    }

    /// The position of the last record.
    #[must_use]
    pub fn ledger_end(&self) -> u64 {
        self.ledger.end()
    }

    fn fold_tail(&mut self) -> Result<(), CoreError> {
        let from = self.store.checkpoint() + 1;
        let mut events = Vec::with_capacity(FOLD_BATCH);
        let mut folded = 0_u64;
        for read in self.ledger.on_disk().scan(from) {
            let (position, record) = read?;
            events.extend(events_of(self.setup.codec, position, &record)?);
            folded += 1;
            if events.len() >= FOLD_BATCH {
                self.store.commit(&events)?;
                self.store.settled(position)?;
                events.clear();
            }
        }
        self.store.commit(&events)?;
        self.store.settled(self.ledger.end())?;
        if folded > 0 {
            tracing::info!(records = folded, "folded the tail of the ledger");
        }
        Ok(())
    }

    fn note_schema(&mut self, now: Timestamp) -> Result<(), CoreError> {
        let catalogue = Catalogue::get();
        let Ok(tenant) = TenantId::parse(SCHEMA_TENANT) else { return Ok(()) };
        let id = hex::encode(catalogue.sha256());
        if self.ledger.find(&tenant, RecordKind::Schema, &id)?.is_none() {
            let record = Record {
                tenant,
                kind: RecordKind::Schema,
                id,
                alias: None,
                digest: crate::domain::Sha256(catalogue.sha256()),
                observed_at: now.max(self.last_observed_at),
                body: self.setup.codec.schema(catalogue),
            };
            self.last_observed_at = record.observed_at;
            let end = self.ledger.append(&[record])?;
            self.store.settled(end)?;
        }
        Ok(())
    }
}

/// The tenant of records that belong to none: the names of signals.
pub const SCHEMA_TENANT: &str = "-";

/// What a record folds into: online and after a crash, the same.
fn events_of(codec: &dyn Codec, position: u64, record: &Record) -> Result<Vec<Event>, CoreError> {
    let event = |stamp, body| Event::new(stamp, record.tenant.clone(), record.observed_at, body);
    Ok(match record.kind {
        // A finding follows from the facts before it.
        RecordKind::Schema | RecordKind::Finding => Vec::new(),
        RecordKind::Fact => {
            let (fact, context) = codec.read_fact(&record.body)?;
            vec![event(Stamp::taken_in(position), EventBody::Fact(Arc::new(fact), context))]
        }
        RecordKind::Claim => {
            let RecordedClaim { decided, context, .. } = codec.read_claim(&record.body)?;
            let claimed = EventBody::Claimed(Arc::clone(&decided.claim), context);
            vec![
                event(Stamp::taken_in(position), claimed),
                event(Stamp::decided(position), EventBody::Decided(Arc::new(decided))),
            ]
        }
    })
}
