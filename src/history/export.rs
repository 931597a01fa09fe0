//! A ledger becomes files.

use std::ops::Range;
use std::path::Path;

use serde::{Deserialize, Serialize};

use super::decisions::Decisions;
use super::outcomes::Outcomes;
use super::parts::{join_tables, path};
use super::work::{keep_note, note};
use super::{CLAIMS_FILE, DECISIONS_FILE, FACTS_FILE, HistoryError, OUTCOMES_FILE};
use crate::domain::{Fact, RefundClaim, TenantId, Timestamp};
use crate::engine::{Codec, SCHEMA_TENANT};
use crate::ledger::{Ledger, LedgerError, Record, RecordKind};
use crate::tables::{TableWriter, publish};

const PROGRESS: &str = "export.json";

/// What of a ledger is exported: records that were taken in from one time, inclusive, until another, exclusive.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ExportPlan {
    /// From when; `None`: from the beginning.
    pub from: Option<Timestamp>,
    /// Until when; `None`: to the end.
    pub until: Option<Timestamp>,
    /// Records after which what was written is safe: as many are made again after an interruption, at most. From 1.
    pub part_records: u64,
}

/// What was exported.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Exported {
    /// Rows of `facts.parquet`.
    pub facts: u64,
    /// Rows of `claims.parquet` and of `decisions.parquet`.
    pub claims: u64,
}

/// How far an export is: all of it on disk.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Done {
    tenant: String,
    /// What was asked for: the range of times.
    from: Option<Timestamp>,
    until: Option<Timestamp>,
    /// The first position of the range, and the last.
    first: u64,
    /// The digest of what stands at the first: another ledger has something else there.
    first_sha256: Option<[u8; 32]>,
    last: u64,
    next: u64,
    parts: u32,
    exported: Exported,
}

/// One part of each table.
struct Part {
    facts: TableWriter<Fact>,
    claims: TableWriter<RefundClaim>,
    decisions: Decisions,
    outcomes: Outcomes,
}

/// Writes the records of a tenant as `facts.parquet`, `claims.parquet`, `decisions.parquet` and `outcomes.parquet` into
/// `out`; `work` is for what an interrupted export goes on from. Facts and claims say where
/// they stand in the ledger, so that a replay takes them in in that order. `progress` is told of the records that are
/// done and of all there are.
///
/// # Errors
/// The ledger cannot be read, a file cannot be written, or the work folder is of another export.
pub fn export(
    ledger: &dyn Ledger,
    codec: &dyn Codec,
    tenant: &TenantId,
    plan: ExportPlan,
    work: &Path,
    out: &Path,
    mut progress: impl FnMut(u64, u64),
) -> Result<Exported, HistoryError> {
    let first = plan.from.map_or(Ok(1), |from| position_of(ledger, from))?;
    let end = plan.until.map_or(Ok(ledger.end() + 1), |until| position_of(ledger, until))?;
    let mut done = begun(ledger, work, tenant, plan, first..end)?;
    let mut part = Part::create(work, done.parts)?;
    for read in ledger.scan(done.next) {
        let (position, record) = read?;
        if position > done.last {
            break;
        }
        if record.tenant == *tenant {
            part.add(ledger, codec, position, &record, &mut done.exported)?;
        }
        if (position + 1 - first).is_multiple_of(plan.part_records) {
            part.finish()?;
            done = Done { next: position + 1, parts: done.parts + 1, ..done };
            keep_note(work, PROGRESS, &done)?;
            part = Part::create(work, done.parts)?;
            progress(position + 1 - first, end - first);
        }
    }
    part.finish()?;
    let tables = [FACTS_FILE, CLAIMS_FILE, DECISIONS_FILE, OUTCOMES_FILE];
    publish(join_tables(work, out, &tables, done.parts + 1)?)?;
    Ok(done.exported)
}

/// The position of the first record that was taken in at a time or later: time does not run backwards in a ledger.
fn position_of(ledger: &dyn Ledger, at: Timestamp) -> Result<u64, LedgerError> {
    let (mut low, mut high) = (1, ledger.end() + 1);
    while low < high {
        let middle = u64::midpoint(low, high);
        let is_before = ledger.read(middle)?.is_some_and(|record| record.observed_at < at);
        if is_before {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    Ok(low)
}

/// Where to go on.
fn begun(
    ledger: &dyn Ledger,
    work: &Path,
    tenant: &TenantId,
    plan: ExportPlan,
    positions: Range<u64>,
) -> Result<Done, HistoryError> {
    let first = positions.start;
    let fresh = Done {
        tenant: tenant.as_str().to_owned(),
        from: plan.from,
        until: plan.until,
        first,
        first_sha256: ledger.read(first)?.map(|record| record.digest.0),
        last: positions.end.saturating_sub(1),
        next: first,
        parts: 0,
        exported: Exported::default(),
    };
    let Some(found) = note::<Done>(work, PROGRESS)? else { return Ok(fresh) };
    if (found.from, found.until) != (plan.from, plan.until) {
        let what = format!(
            "it was begun {}, and what is asked for now is {}",
            range(found.from, found.until),
            range(plan.from, plan.until)
        );
        return Err(HistoryError::OtherWork { what });
    }
    // The ledger may have grown since: what there was then is what is written.
    let is_same = (&found.tenant, found.first, found.first_sha256)
        == (&fresh.tenant, fresh.first, fresh.first_sha256);
    if !is_same || found.last > fresh.last {
        let what = "the tenant or the ledger is another".to_owned();
        return Err(HistoryError::OtherWork { what });
    }
    Ok(found)
}

/// A range of times, in words.
fn range(from: Option<Timestamp>, until: Option<Timestamp>) -> String {
    let from = from.map_or_else(|| "from the beginning".to_owned(), |at| format!("from {at}"));
    let until = until.map_or_else(|| "to the end".to_owned(), |at| format!("until {at}"));
    format!("{from} {until}")
}

/// The names of the signals that a catalogue of an earlier binary had.
pub(super) fn names(
    ledger: &dyn Ledger,
    codec: &dyn Codec,
    position: u64,
    sha256: &[u8; 32],
) -> Result<Vec<String>, HistoryError> {
    let unnamed = || HistoryError::Unnamed { position };
    let tenant = TenantId::parse(SCHEMA_TENANT).map_err(|_| unnamed())?;
    let found = ledger.find(&tenant, RecordKind::Schema, &hex::encode(sha256))?;
    let record = ledger.read(found.ok_or_else(unnamed)?.position)?.ok_or_else(unnamed)?;
    codec.read_schema(&record.body).map_err(|reason| HistoryError::Record { position, reason })
}

impl Part {
    fn create(work: &Path, part: u32) -> Result<Self, HistoryError> {
        Ok(Self {
            facts: TableWriter::create(&path(work, FACTS_FILE, part))?,
            claims: TableWriter::create(&path(work, CLAIMS_FILE, part))?,
            decisions: Decisions::create(&path(work, DECISIONS_FILE, part))?,
            outcomes: Outcomes::create(&path(work, OUTCOMES_FILE, part))?,
        })
    }

    fn add(
        &mut self,
        ledger: &dyn Ledger,
        codec: &dyn Codec,
        position: u64,
        record: &Record,
        exported: &mut Exported,
    ) -> Result<(), HistoryError> {
        let unreadable = |reason| HistoryError::Record { position, reason };
        match record.kind {
            RecordKind::Fact => {
                let (fact, _) = codec.read_fact(&record.body).map_err(unreadable)?;
                self.facts.export(record.observed_at, position, &fact)?;
                self.outcomes.add(record.observed_at, &fact)?;
                exported.facts += 1;
            }
            RecordKind::Claim => {
                let recorded = codec.read_claim(&record.body).map_err(unreadable)?;
                self.claims.export(record.observed_at, position, &recorded.decided.claim)?;
                let sha256 = &recorded.signals_sha256;
                if !self.decisions.knows(sha256) {
                    self.decisions.know(*sha256, &names(ledger, codec, position, sha256)?);
                }
                self.decisions.add(position, record.observed_at, &recorded)?;
                exported.claims += 1;
            }
            // Findings follow from facts.
            RecordKind::Schema | RecordKind::Finding => {}
        }
        Ok(())
    }

    fn finish(self) -> Result<(), HistoryError> {
        self.facts.finish()?;
        self.claims.finish()?;
        self.decisions.finish()?;
        self.outcomes.finish()
    }
}
