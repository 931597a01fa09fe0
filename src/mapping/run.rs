//! All files of a plan, row by row.

use std::path::{Path, PathBuf};

use super::origins::{CLAIM_ORIGINS_FILE, FACT_ORIGINS_FILE, OriginsWriter, RecordSource};
use super::plan::{Plan, PlannedTable};
use super::rejects::{FaultPlace, MaxRejects, REJECTS_FILE, RejectsFile};
use super::rows::{Made, RowReader};
use super::source::{Source, SourceError, SourceRow};
use super::summary::{Summary, TableSummary};
use crate::domain::{Fact, FactBody, RefundClaim};
use crate::fingerprint::Fingerprinter;
use crate::tables::{PartialFile, TableError, TableWriter, publish};

/// The name of the file with the facts.
pub const FACTS_FILE: &str = "facts.parquet";
/// The name of the file with the claims.
pub const CLAIMS_FILE: &str = "claims.parquet";
/// Rows between two tellings of progress.
const PROGRESS_ROWS: u64 = 512;

/// What is not in columns.toml.
#[derive(Debug, Clone, Default)]
pub struct ConvertOptions {
    /// Makes fingerprints of what is to be hashed; needed when [`Plan::needs_pepper`].
    pub fingerprinter: Option<Fingerprinter>,
    /// How many bad rows are borne.
    pub max_rejects: MaxRejects,
    /// A folder for where each record came from, which [`super::Origins`] reads; without one that is not kept.
    pub origins: Option<PathBuf>,
}

/// Why a conversion stopped. No facts and claims of it are left then.
#[derive(Debug, thiserror::Error)]
pub enum ConvertError {
    /// A column is to be hashed, and there is nothing to hash with.
    #[error("columns.toml hashes a column, which needs the platform's secret pepper")]
    NoPepper,
    /// A user's file.
    #[error(transparent)]
    Source(#[from] SourceError),
    /// A file that is written.
    #[error(transparent)]
    Table(#[from] TableError),
    /// Too many rows are bad.
    #[error(
        "stopped: of {rows} rows of table `{table}`, {bad} are bad, more than {limit}; see `{}`, correct columns.toml or the files, or raise --max-rejects",
        rejects.display()
    )]
    TooManyRejects {
        /// The table.
        table: String,
        /// Its rows so far.
        rows: u64,
        /// The bad ones among them.
        bad: u64,
        /// How many are borne.
        limit: MaxRejects,
        /// The file that tells of them.
        rejects: PathBuf,
        /// What was found until then.
        summary: Box<Summary>,
    },
    /// No row of a table is good, which is a wrong mapping or a wrong file, however few rows there are.
    #[error(
        "stopped: none of the {rows} rows of table `{table}` is good; see `{}`, correct columns.toml or the files, or give --max-rejects 100%",
        rejects.display()
    )]
    NoGoodRow {
        /// The table.
        table: String,
        /// Its rows, but for those that no condition wanted.
        rows: u64,
        /// The file that tells of them.
        rejects: PathBuf,
        /// What was found until then.
        summary: Box<Summary>,
    },
}

/// Reads every file of a plan and writes `facts.parquet`, `claims.parquet` and `rejects.csv` into a folder that exists.
/// `progress` is told of the bytes that were read so far, of [`Plan::bytes`]. Records are in the order of the tables, files
/// and rows; rejected rows are none of them.
///
/// # Errors
/// A file cannot be read or written, or too many rows are bad; no facts and claims are left then, but what an earlier run
/// left is. `rejects.csv` is written when too many rows are bad.
pub fn convert(
    plan: &Plan,
    options: &ConvertOptions,
    folder: &Path,
    mut progress: impl FnMut(u64),
) -> Result<Summary, ConvertError> {
    if plan.needs_pepper() && options.fingerprinter.is_none() {
        return Err(ConvertError::NoPepper);
    }
    let mut run = Run {
        options,
        facts: TableWriter::create(&folder.join(FACTS_FILE))?,
        claims: TableWriter::create(&folder.join(CLAIMS_FILE))?,
        rejects: RejectsFile::create(folder)?,
        origins: options.origins.as_deref().map(OriginFiles::create).transpose()?,
        summary: Summary::default(),
    };
    let mut passed = 0;
    for planned in &plan.tables {
        run.summary
            .tables
            .push(TableSummary { name: planned.table.name.clone(), ..TableSummary::default() });
        match run.table(planned, &mut passed, &mut progress) {
            Ok(()) => {}
            Err(Stop::TooMany) => return Err(run.stopped(folder, too_many)),
            Err(Stop::NoneGood) => return Err(run.stopped(folder, no_good_row)),
            Err(Stop::Error(error)) => return Err(error),
        }
    }
    run.origins.map(OriginFiles::finish).transpose()?;
    publish([run.facts.close()?, run.claims.close()?, run.rejects.close()?])?;
    Ok(run.summary)
}

/// Why reading stops before the end.
enum Stop {
    TooMany,
    NoneGood,
    Error(ConvertError),
}

impl<E: Into<ConvertError>> From<E> for Stop {
    fn from(error: E) -> Self {
        Self::Error(error.into())
    }
}

struct Run<'a> {
    options: &'a ConvertOptions,
    facts: TableWriter<Fact>,
    claims: TableWriter<RefundClaim>,
    rejects: RejectsFile,
    origins: Option<OriginFiles>,
    summary: Summary,
}

/// Where facts and claims came from.
struct OriginFiles {
    facts: OriginsWriter,
    claims: OriginsWriter,
}

impl OriginFiles {
    fn create(folder: &Path) -> Result<Self, TableError> {
        Ok(Self {
            facts: OriginsWriter::create(folder.join(FACT_ORIGINS_FILE))?,
            claims: OriginsWriter::create(folder.join(CLAIM_ORIGINS_FILE))?,
        })
    }

    fn finish(self) -> Result<(), TableError> {
        self.facts.finish()?;
        self.claims.finish()
    }
}

impl Run<'_> {
    fn table(
        &mut self,
        planned: &PlannedTable,
        passed: &mut u64,
        progress: &mut impl FnMut(u64),
    ) -> Result<(), Stop> {
        let mut unseen: Option<Vec<usize>> = None;
        let mut table_rows = 0_u64;
        for (path, bytes) in &planned.files {
            let mut source = Source::open(path, &planned.table).map_err(ConvertError::Source)?;
            let records = planned.table.records.iter();
            let sources = records.map(|record| RecordSource::of(path, &planned.table, record));
            let first_source = self.summary.sources.len();
            self.summary.sources.extend(sources);
            let mut rows = 0;
            source.each_row::<Stop>(&mut |row| {
                rows += 1;
                if row.number.is_multiple_of(PROGRESS_ROWS) {
                    progress(*passed + row.bytes);
                }
                self.row(planned, path, first_source, row)
            })?;
            if rows == 0 {
                self.summary.empty_files.push(path.clone());
            }
            table_rows += rows;
            self.count(|table| table.files += 1);
            *passed += bytes;
            progress(*passed);
            let here = source.never_seen();
            match &mut unseen {
                None => unseen = Some(here.to_vec()),
                Some(unseen) => unseen.retain(|slot| here.contains(slot)),
            }
        }
        self.refuse_all_bad()?;
        if table_rows == 0 {
            // Every column is unseen then, and none is misspelt.
            return Ok(());
        }
        for slot in unseen.unwrap_or_default() {
            if let Some(column) = planned.table.columns.get(slot) {
                let names = (planned.table.name.clone(), column.name.clone());
                self.summary.never_seen.push(names);
            }
        }
        Ok(())
    }

    fn row(
        &mut self,
        planned: &PlannedTable,
        path: &Path,
        first_source: usize,
        row: SourceRow<'_>,
    ) -> Result<(), Stop> {
        let table = &planned.table;
        self.count(|counts| counts.rows += 1);
        let place = FaultPlace {
            file: path,
            row: row.number,
            line: row.line,
            table: &table.name,
            record: "",
        };
        let cells = match row.cells {
            Ok(cells) => cells,
            Err(fault) => {
                self.reject(place, &[fault])?;
                return self.bad_row();
            }
        };
        let reader = RowReader { table, maker: self.options.fingerprinter.as_ref() };
        let (mut made, mut bad) = (0, false);
        for (index, record) in table.records.iter().enumerate() {
            match reader.record(record, &cells) {
                Ok(None) => {}
                Ok(Some(record)) => {
                    made += 1;
                    self.write(&record)?;
                    self.note_origin(&record, first_source + index, place)?;
                }
                Err(faults) => {
                    bad = true;
                    self.reject(FaultPlace { record: record.def.name, ..place }, &faults)?;
                }
            }
        }
        self.count(|counts| {
            counts.records += made;
            counts.left_out += u64::from(made == 0 && !bad);
        });
        if bad { self.bad_row() } else { Ok(()) }
    }

    fn write(&mut self, made: &Made) -> Result<(), TableError> {
        match made {
            Made::Fact(fact) => {
                *self.summary.facts.entry(kind(&fact.record.body)).or_default() += 1;
                self.facts.write(fact.observed_at, &fact.record)
            }
            Made::Claim(claim) => {
                self.summary.claims += 1;
                self.claims.write(claim.observed_at, &claim.record)
            }
        }
    }

    fn note_origin(
        &mut self,
        made: &Made,
        source: usize,
        place: FaultPlace<'_>,
    ) -> Result<(), TableError> {
        let Some(origins) = &mut self.origins else { return Ok(()) };
        let writer = match made {
            Made::Fact(_) => &mut origins.facts,
            Made::Claim(_) => &mut origins.claims,
        };
        writer.add(source, place.row, place.line)
    }

    fn reject(
        &mut self,
        place: FaultPlace<'_>,
        faults: &[super::fault::Fault],
    ) -> Result<(), TableError> {
        for fault in faults {
            self.rejects.write(place, fault)?;
            self.summary.reject(place.table, place.record, fault);
        }
        Ok(())
    }

    fn bad_row(&mut self) -> Result<(), Stop> {
        self.count(|table| table.bad_rows += 1);
        let all_bad = self.summary.bad_rows();
        let limit = self.options.max_rejects;
        match self.summary.tables.last() {
            Some(table) if limit.exceeded(table.rows, table.bad_rows, all_bad) => {
                Err(Stop::TooMany)
            }
            Some(_) | None => Ok(()),
        }
    }

    /// A table has come to its end: some of its rows must be good.
    fn refuse_all_bad(&self) -> Result<(), Stop> {
        let Some(table) = self.summary.tables.last() else { return Ok(()) };
        // A row that is bad may have given other records than the bad one; those that nobody wanted say nothing.
        let none_good = table.bad_rows > 0
            && table.records == 0
            && table.bad_rows + table.left_out == table.rows;
        if none_good && !self.options.max_rejects.bears_whole_table() {
            return Err(Stop::NoneGood);
        }
        Ok(())
    }

    fn count(&mut self, change: impl FnOnce(&mut TableSummary)) {
        if let Some(table) = self.summary.tables.last_mut() {
            change(table);
        }
    }

    /// Facts and claims are dropped; what was rejected is kept.
    fn stopped(
        self,
        folder: &Path,
        error: fn(MaxRejects, PathBuf, Summary) -> ConvertError,
    ) -> ConvertError {
        if let Err(error) = self.rejects.close().and_then(PartialFile::finish) {
            return error.into();
        }
        error(self.options.max_rejects, folder.join(REJECTS_FILE), self.summary)
    }
}

/// Too many rows of the last table are bad.
fn too_many(limit: MaxRejects, rejects: PathBuf, summary: Summary) -> ConvertError {
    let last = summary.tables.last().cloned().unwrap_or_default();
    ConvertError::TooManyRejects {
        table: last.name,
        rows: last.rows,
        bad: last.bad_rows,
        limit,
        rejects,
        summary: Box::new(summary),
    }
}

/// No row of the last table is good.
fn no_good_row(_: MaxRejects, rejects: PathBuf, summary: Summary) -> ConvertError {
    let last = summary.tables.last().cloned().unwrap_or_default();
    ConvertError::NoGoodRow {
        table: last.name,
        rows: last.rows - last.left_out,
        rejects,
        summary: Box::new(summary),
    }
}

/// The name of a kind of fact.
const fn kind(body: &FactBody) -> &'static str {
    match body {
        FactBody::OrderPlaced(_) => "order_placed",
        FactBody::PaymentCaptured(_) => "payment_captured",
        FactBody::PaymentReversed(_) => "payment_reversed",
        FactBody::KeyDelivered(_) => "key_delivered",
        FactBody::KeyViewed(_) => "key_viewed",
        FactBody::KeyActivated(_) => "key_activated",
        FactBody::AccountActivity(_) => "account_activity",
        FactBody::RefundSettled(_) => "refund_settled",
        FactBody::ChargebackOpened(_) => "chargeback_opened",
        FactBody::ChargebackClosed(_) => "chargeback_closed",
        FactBody::KeysLeaked(_) => "keys_leaked",
        FactBody::IncidentDeclared(_) => "incident_declared",
        FactBody::OutcomeReported(_) => "outcome_reported",
    }
}
