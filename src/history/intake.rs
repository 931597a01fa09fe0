//! Tables are read once: rows are checked and sorted into runs, ids that come again are found.

use std::fs::File;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::sync::mpsc::{SyncSender, sync_channel};
use std::thread;

use serde::{Deserialize, Serialize};

use super::HistoryError;
use super::event::{Place, Told};
use super::rejects::Rejects;
use super::repeats::{IdCounter, Repeats};
use super::runs::RunWriter;
use super::work::{keep_note, note};
use crate::domain::{Fact, RefundClaim, Timestamp};
use crate::tables::{FileStamp, Observed, Record, RowError, TableReader};

/// A history that is ready to be replayed: checked, sorted, on disk.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Intake {
    /// The files that it came from: facts, and claims behind them.
    pub(super) files: Vec<FileStamp>,
    /// How many of them are of facts.
    fact_files: usize,
    /// Runs, by their names in the work folder.
    pub(super) runs: Vec<PathBuf>,
    /// Digests of ids that come again, and how often they come.
    pub(super) repeats: Repeats,
    /// Facts that will be replayed.
    pub facts: u64,
    /// Claims that will be replayed.
    pub claims: u64,
    /// Rows that were refused.
    pub rejected: u64,
    /// Files without a row, good or bad.
    pub empty_files: Vec<PathBuf>,
    /// When the first event was observed, milliseconds since 1970.
    pub first_at_ms: Option<i64>,
    /// When the last one was.
    pub last_at_ms: Option<i64>,
}

/// How far an intake is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct IntakeProgress {
    /// Rows that were read, bad ones too.
    pub rows: u64,
    /// Bytes of the files that were read; of Parquet about.
    pub bytes: u64,
    /// Bytes of all files.
    pub total_bytes: u64,
}

/// The file that says that an intake is whole.
const MANIFEST: &str = "intake.json";
/// Chunks of a table that are read ahead.
const CHUNKS_AHEAD: usize = 1;
/// Rows that were refused while reading.
pub(super) const INTAKE_REJECTS: &str = "rejects-intake.ndjson";

impl Intake {
    /// Facts and claims.
    #[must_use]
    pub const fn events(&self) -> u64 {
        self.facts + self.claims
    }

    /// The intake that a work folder holds, if it is whole.
    ///
    /// # Errors
    /// It is of other files than these, or cannot be read.
    fn found(
        work: &Path,
        facts: &[PathBuf],
        claims: &[PathBuf],
    ) -> Result<Option<Self>, HistoryError> {
        let Some(found) = note::<Self>(work, MANIFEST)? else { return Ok(None) };
        let now = stamps(facts, claims)?;
        if let Some(what) = FileStamp::change(&found.files, &now) {
            return Err(HistoryError::OtherWork { what });
        }
        if found.fact_files != facts.len() {
            let what = "other files are said to hold claims".to_owned();
            return Err(HistoryError::OtherWork { what });
        }
        Ok(Some(found))
    }
}

/// Why there is nothing to replay.
fn nothing(intake: &Intake, work: &Path) -> Result<HistoryError, HistoryError> {
    let rejected = intake.rejected;
    if rejected == 0 {
        let files = intake.files.iter().map(|stamp| stamp.path().to_path_buf()).collect();
        return Ok(HistoryError::Nothing { files });
    }
    let rejects = work.join(INTAKE_REJECTS);
    let file = File::open(&rejects).map_err(HistoryError::file(&rejects, "read"))?;
    let mut first = String::new();
    BufReader::new(file).read_line(&mut first).map_err(HistoryError::file(&rejects, "read"))?;
    Ok(HistoryError::AllRejected { rejected, rejects, first: first.trim_end().to_owned() })
}

fn stamps(facts: &[PathBuf], claims: &[PathBuf]) -> Result<Vec<FileStamp>, HistoryError> {
    Ok(FileStamp::all(facts.iter().chain(claims).map(PathBuf::as_path))?)
}

/// Reads files of facts and files of claims into the work folder, which exists. What an earlier call left there whole is
/// taken as it is. `progress` is told how far it is.
///
/// # Errors
/// A file cannot be read or written, no row could be taken in, or the folder holds the intake of other files.
pub fn intake(
    facts: &[PathBuf],
    claims: &[PathBuf],
    work: &Path,
    mut progress: impl FnMut(IntakeProgress),
) -> Result<Intake, HistoryError> {
    if let Some(found) = Intake::found(work, facts, claims)? {
        return Ok(found);
    }
    let (files, fact_files) = (stamps(facts, claims)?, facts.len());
    let mut sorter = Sorter {
        runs: RunWriter::new(work),
        ids: IdCounter::create(work)?,
        rejects: Rejects::create(&work.join(INTAKE_REJECTS))?,
        rows: 0,
        passed_bytes: 0,
        total_bytes: files.iter().map(FileStamp::bytes).sum(),
        empty_files: Vec::new(),
        first_at: None,
        last_at: None,
    };
    let mut number = 0;
    for path in facts {
        sorter.table::<Fact>(number, path, &mut progress, |fact| Told::Fact(Box::new(fact)))?;
        number += 1;
    }
    let facts = sorter.rows;
    for path in claims {
        let told = |claim| Told::Claim(Box::new(claim));
        sorter.table::<RefundClaim>(number, path, &mut progress, told)?;
        number += 1;
    }
    let claims = sorter.rows - facts;
    let (runs, events) = sorter.runs.finish()?;
    let intake = Intake {
        files,
        fact_files,
        runs: runs.iter().filter_map(|run| run.file_name()).map(PathBuf::from).collect(),
        repeats: sorter.ids.finish()?,
        facts,
        claims,
        rejected: sorter.rejects.finish()?,
        empty_files: sorter.empty_files,
        first_at_ms: sorter.first_at.map(Timestamp::ms),
        last_at_ms: sorter.last_at.map(Timestamp::ms),
    };
    if events == 0 {
        return Err(nothing(&intake, work)?);
    }
    keep_note(work, MANIFEST, &intake)?;
    Ok(intake)
}

/// Rows of a table that were read together.
struct Chunk<T> {
    records: Vec<Observed<T>>,
    /// The number of the row of each record.
    numbers: Vec<u64>,
    bad: Vec<RowError>,
    /// Bytes of the file that were read so far.
    bytes: u64,
}

/// Reads a table until it ends, or nobody wants more. How many rows and bytes it has.
fn read_ahead<T: Record>(
    mut reader: TableReader<T>,
    sender: &SyncSender<Chunk<T>>,
) -> Result<(u64, u64), HistoryError> {
    let (mut records, mut bad) = (Vec::new(), Vec::new());
    while reader.read(&mut records, &mut bad)? {
        let (records, bad) = (std::mem::take(&mut records), std::mem::take(&mut bad));
        let (numbers, bytes) = (reader.numbers().to_vec(), reader.bytes());
        if sender.send(Chunk { records, numbers, bad, bytes }).is_err() {
            break;
        }
    }
    Ok((reader.rows(), reader.bytes()))
}

struct Sorter {
    runs: RunWriter,
    ids: IdCounter,
    rejects: Rejects,
    rows: u64,
    /// Bytes of the files that are read, and of all of them.
    passed_bytes: u64,
    total_bytes: u64,
    empty_files: Vec<PathBuf>,
    first_at: Option<Timestamp>,
    last_at: Option<Timestamp>,
}

impl Sorter {
    /// Takes in a file, while another thread reads it.
    fn table<T: Record + Send>(
        &mut self,
        file: u32,
        path: &Path,
        progress: &mut impl FnMut(IntakeProgress),
        told: impl Fn(T) -> Told,
    ) -> Result<(), HistoryError> {
        let reader = TableReader::<T>::open(path)?;
        let (rows, bytes) = thread::scope(|scope| {
            let (sender, chunks) = sync_channel(CHUNKS_AHEAD);
            let reading = scope.spawn(move || read_ahead(reader, &sender));
            for Chunk { records, numbers, bad, bytes } in chunks {
                for error in bad {
                    self.rejects.row(path, &error)?;
                }
                for (Observed { observed_at, position, record }, row) in
                    records.into_iter().zip(numbers)
                {
                    let told = told(record);
                    let is_claim = matches!(told, Told::Claim(_));
                    let position = position.unwrap_or(0);
                    self.take(Place { observed_at, position, is_claim, file, row }, &told)?;
                }
                progress(IntakeProgress {
                    rows: self.rows + self.rejects.count(),
                    bytes: self.passed_bytes + bytes,
                    total_bytes: self.total_bytes,
                });
            }
            reading.join().map_err(|_| HistoryError::Thread("reads tables"))?
        })?;
        if rows == 0 {
            self.empty_files.push(path.to_path_buf());
        }
        self.passed_bytes += bytes;
        Ok(())
    }

    fn take(&mut self, place: Place, told: &Told) -> Result<(), HistoryError> {
        self.rows += 1;
        let at = place.observed_at;
        self.first_at = Some(self.first_at.map_or(at, |first| first.min(at)));
        self.last_at = self.last_at.max(Some(at));
        for (kind, id) in told.ids() {
            self.ids.count(kind, id)?;
        }
        self.runs.push(place, told)
    }
}
