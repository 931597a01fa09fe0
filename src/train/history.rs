//! The tables of a history: one claim for each refund, and what was reported of it.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};

use polars::prelude::{
    BooleanChunked, DataFrame, DataType, IdxCa, Int64Chunked, LazyFrame, NewChunkedArray,
    PlRefPath, PolarsResult, ScanArgsParquet, StringChunked, TimeUnit, col,
};
use sha2::{Digest, Sha256};

use super::TrainError;
use super::number::long;
use crate::domain::{OutcomeLabel, OutcomeSource, Timestamp};
use crate::history::{DECISIONS_FILE, OUTCOMES_FILE};
use crate::scoring::{DataRange, TimeText};

/// Rows of a table that are looked at together.
const WINDOW_ROWS: usize = 65_536;

/// The history of some folders.
#[derive(Debug)]
pub struct History {
    /// `decisions.parquet` of each folder, and its rows.
    tables: Vec<(PathBuf, usize)>,
    /// In order of time.
    refunds: Vec<Refund>,
    claims: u64,
    last_at: Timestamp,
    sha256: [u8; 32],
}

/// A refund at its first claim.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Refund {
    /// When the claim was observed.
    pub(super) observed_at: Timestamp,
    request_id: String,
    table: usize,
    row: usize,
    /// All that was reported of the refund, in no order.
    pub(super) outcomes: Vec<Outcome>,
}

/// What was reported of a refund.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Outcome {
    pub(super) fact_id: String,
    pub(super) label: OutcomeLabel,
    pub(super) source: OutcomeSource,
    pub(super) observed_at: Timestamp,
    pub(super) effective_at: Timestamp,
}

impl History {
    /// Reads who claimed when, and what was reported. Signals are read when they are needed. The order of the folders
    /// makes no difference.
    ///
    /// # Errors
    /// A folder lacks a table, a table cannot be read, or there is no claim.
    pub fn open(folders: &[PathBuf]) -> Result<Self, TrainError> {
        let mut digests = Vec::new();
        let mut tables = Vec::new();
        let mut refunds: HashMap<String, Refund> = HashMap::new();
        let mut last_at = Timestamp::EARLIEST;
        for folder in folders {
            let path = folder.join(DECISIONS_FILE);
            digests.push(digest(&path)?);
            let claims = Claims::read(&path)?;
            claims.add_to(&mut refunds, tables.len(), &mut last_at);
            tables.push((path, claims.refund.len()));
        }
        for folder in folders {
            let path = folder.join(OUTCOMES_FILE);
            digests.push(digest(&path)?);
            add_outcomes(&path, &mut refunds, &mut last_at)?;
        }
        digests.sort_unstable();
        let mut refunds: Vec<Refund> = refunds.into_values().collect();
        refunds.sort_by(|a, b| a.place().cmp(&b.place()));
        if refunds.is_empty() {
            return Err(TrainError::NoClaims("at all"));
        }
        let claims = tables.iter().map(|(_, rows)| long(*rows)).sum();
        let sha256 = Sha256::digest(digests.concat()).into();
        Ok(Self { tables, refunds, claims, last_at, sha256 })
    }

    /// A history without tables, for tests: refunds by when they were claimed, and what was reported of each.
    #[cfg(test)]
    pub(super) fn of_refunds(claimed: Vec<(Timestamp, Vec<Outcome>)>) -> Self {
        let told = |outcomes: &[Outcome]| outcomes.iter().map(|own| own.observed_at).max();
        let last =
            claimed.iter().map(|(at, outcomes)| told(outcomes).map_or(*at, |told| told.max(*at)));
        let last_at = last.max().unwrap_or(Timestamp::EARLIEST);
        let refunds = claimed.into_iter().enumerate().map(|(row, (observed_at, outcomes))| {
            Refund { observed_at, request_id: format!("{row:06}"), table: 0, row, outcomes }
        });
        let mut refunds: Vec<Refund> = refunds.collect();
        refunds.sort_by(|a, b| a.place().cmp(&b.place()));
        let claims = long(refunds.len());
        Self { tables: Vec::new(), refunds, claims, last_at, sha256: [0; 32] }
    }

    /// What it is made of.
    #[must_use]
    pub fn range(&self) -> DataRange {
        let last = self.refunds.last().map_or(Timestamp::EARLIEST, |refund| refund.observed_at);
        DataRange {
            sha256: hex::encode(self.sha256),
            claims: self.claims,
            refunds: long(self.refunds.len()),
            first_claim_at: TimeText(self.first_claim_at()),
            last_claim_at: TimeText(last),
        }
    }

    pub(super) fn first_claim_at(&self) -> Timestamp {
        self.refunds.first().map_or(Timestamp::EARLIEST, |refund| refund.observed_at)
    }

    /// When the last claim or outcome was observed: as late as anything is known.
    pub(super) const fn last_at(&self) -> Timestamp {
        self.last_at
    }

    /// Refunds first claimed from the first time on and before the second, in order of time.
    pub(super) fn between(&self, from: Timestamp, until: Timestamp) -> &[Refund] {
        let before = |time| self.refunds.partition_point(|refund| refund.observed_at < time);
        self.refunds.get(before(from)..before(until)).unwrap_or_default()
    }

    /// Columns of the claims of these refunds, in the order given.
    ///
    /// # Errors
    /// A table cannot be read, or has not all the columns.
    pub(super) fn table(
        &self,
        refunds: &[&Refund],
        columns: &[&str],
    ) -> Result<DataFrame, TrainError> {
        let mut joined: Option<DataFrame> = None;
        // Where each refund's row stands in the joined table.
        let mut places = vec![0_u32; refunds.len()];
        let mut rows_before = 0_u32;
        for (table, (path, rows)) in self.tables.iter().enumerate() {
            let mut wanted: Vec<(usize, usize)> = refunds
                .iter()
                .enumerate()
                .filter(|(_, refund)| refund.table == table)
                .map(|(index, refund)| (refund.row, index))
                .collect();
            wanted.sort_unstable();
            for (place, (_, index)) in (rows_before..).zip(&wanted) {
                if let Some(slot) = places.get_mut(*index) {
                    *slot = place;
                }
            }
            rows_before += u32::try_from(wanted.len()).unwrap_or(u32::MAX);
            if !wanted.is_empty() {
                check_columns(path, columns)?;
            }
            let rows_wanted: Vec<usize> = wanted.into_iter().map(|(row, _)| row).collect();
            for part in windows(path, *rows, &rows_wanted, columns) {
                let part = part.map_err(parquet(path))?;
                match &mut joined {
                    None => joined = Some(part),
                    Some(joined) => {
                        joined.vstack_mut_owned(part).map_err(parquet(path))?;
                    }
                }
            }
        }
        let joined = joined.ok_or(TrainError::NoClaims("in this range"))?;
        let places = IdxCa::from_vec("".into(), places);
        joined.take(&places).map_err(|error| TrainError::Features(error.into()))
    }
}

impl Refund {
    const fn place(&self) -> (Timestamp, &String) {
        (self.observed_at, &self.request_id)
    }
}

/// The wanted rows of a table, window by window; rows are ascending.
fn windows<'a>(
    path: &'a Path,
    rows: usize,
    wanted: &'a [usize],
    columns: &'a [&str],
) -> impl Iterator<Item = PolarsResult<DataFrame>> + 'a {
    (0..rows).step_by(WINDOW_ROWS).filter_map(move |first| {
        let end = rows.min(first + WINDOW_ROWS);
        let from = wanted.partition_point(|row| *row < first);
        let until = wanted.partition_point(|row| *row < end);
        let inside = wanted.get(from..until).filter(|inside| !inside.is_empty())?;
        Some(window(path, first, end - first, inside, columns))
    })
}

fn window(
    path: &Path,
    first: usize,
    rows: usize,
    wanted: &[usize],
    columns: &[&str],
) -> PolarsResult<DataFrame> {
    let selected: Vec<_> = columns.iter().map(|name| col(*name)).collect();
    let offset = i64::try_from(first).unwrap_or(i64::MAX);
    let length = u32::try_from(rows).unwrap_or(u32::MAX);
    let frame = scan(path)?.select(selected).slice(offset, length).collect()?;
    let mut mask = vec![false; rows];
    for row in wanted {
        if let Some(flag) = mask.get_mut(row - first) {
            *flag = true;
        }
    }
    frame.filter(&BooleanChunked::from_slice("".into(), &mask))
}

fn scan(path: &Path) -> PolarsResult<LazyFrame> {
    // The name of a folder is no pattern.
    let arguments = ScanArgsParquet { glob: false, ..ScanArgsParquet::default() };
    LazyFrame::scan_parquet(PlRefPath::try_from_path(path)?, arguments)
}

/// What is needed of every claim of a table.
struct Claims {
    refund: StringChunked,
    request: StringChunked,
    observed_at: Int64Chunked,
}

impl Claims {
    fn read(path: &Path) -> Result<Self, TrainError> {
        let frame = columns(path, &["refund_id", "request_id", "observed_at"])?;
        Ok(Self {
            refund: texts(path, &frame, "refund_id")?,
            request: texts(path, &frame, "request_id")?,
            observed_at: times(path, &frame, "observed_at")?,
        })
    }

    /// Keeps the first claim of each refund.
    fn add_to(&self, refunds: &mut HashMap<String, Refund>, table: usize, last_at: &mut Timestamp) {
        let rows = self.refund.iter().zip(self.request.iter()).zip(self.observed_at.iter());
        let rows = rows.enumerate();
        for (row, ((refund_id, request_id), observed_at)) in rows {
            let (Some(refund_id), Some(request_id), Some(ms)) =
                (refund_id, request_id, observed_at)
            else {
                continue;
            };
            let observed_at = Timestamp::from_ms(ms);
            *last_at = observed_at.max(*last_at);
            let request_id = request_id.to_owned();
            let claim = Refund { observed_at, request_id, table, row, outcomes: Vec::new() };
            match refunds.entry(refund_id.to_owned()) {
                Entry::Vacant(entry) => {
                    entry.insert(claim);
                }
                Entry::Occupied(mut entry) => {
                    if claim.place() < entry.get().place() {
                        entry.insert(claim);
                    }
                }
            }
        }
    }
}

/// Adds what was reported of refunds that were claimed.
fn add_outcomes(
    path: &Path,
    refunds: &mut HashMap<String, Refund>,
    last_at: &mut Timestamp,
) -> Result<(), TrainError> {
    let names = ["fact_id", "refund_id", "label", "source", "observed_at", "effective_at"];
    let frame = columns(path, &names)?;
    let (facts, ids) = (texts(path, &frame, "fact_id")?, texts(path, &frame, "refund_id")?);
    let labels = texts(path, &frame, "label")?;
    let sources = texts(path, &frame, "source")?;
    let observed = times(path, &frame, "observed_at")?;
    let effective = times(path, &frame, "effective_at")?;
    for row in 0..frame.height() {
        let unknown = |column, word: Option<&str>| TrainError::Column {
            path: path.to_path_buf(),
            column,
            problem: format!("is `{}` in row {row}, which is no such word", word.unwrap_or("null")),
        };
        let label = word(OutcomeLabel::ALL, OutcomeLabel::WORDS, labels.get(row));
        let label = label.ok_or_else(|| unknown("label", labels.get(row)))?;
        let source = word(OutcomeSource::ALL, OutcomeSource::WORDS, sources.get(row));
        let source = source.ok_or_else(|| unknown("source", sources.get(row)))?;
        let (Some(fact_id), Some(refund_id)) = (facts.get(row), ids.get(row)) else { continue };
        let (Some(observed_ms), Some(effective_ms)) = (observed.get(row), effective.get(row))
        else {
            continue;
        };
        let observed_at = Timestamp::from_ms(observed_ms);
        *last_at = observed_at.max(*last_at);
        let effective_at = Timestamp::from_ms(effective_ms);
        if let Some(refund) = refunds.get_mut(refund_id) {
            let fact_id = fact_id.to_owned();
            let outcome = Outcome { fact_id, label, source, observed_at, effective_at };
            refund.outcomes.push(outcome);
        }
    }
    Ok(())
}

fn word<T: Copy>(values: &[T], words: &[&str], found: Option<&str>) -> Option<T> {
    let found = found?;
    values.iter().zip(words).find(|(_, word)| **word == found).map(|(value, _)| *value)
}

/// Refuses a table that lacks columns, and names them all.
fn check_columns(path: &Path, names: &[&str]) -> Result<(), TrainError> {
    let schema = scan(path).and_then(|mut table| table.collect_schema()).map_err(parquet(path))?;
    let missing = names.iter().filter(|name| !schema.contains(name));
    let columns: Vec<String> = missing.map(|name| (*name).to_owned()).collect();
    if columns.is_empty() {
        return Ok(());
    }
    Err(TrainError::NoColumns { path: path.to_path_buf(), columns })
}

/// Some columns of a whole table.
fn columns(path: &Path, names: &[&str]) -> Result<DataFrame, TrainError> {
    check_columns(path, names)?;
    let selected: Vec<_> = names.iter().map(|name| col(*name)).collect();
    let frame = scan(path).and_then(|table| table.select(selected).collect());
    frame.map_err(parquet(path))
}

fn texts(
    path: &Path,
    frame: &DataFrame,
    column: &'static str,
) -> Result<StringChunked, TrainError> {
    let series = frame.column(column).map_err(parquet(path))?.as_materialized_series().rechunk();
    series.str().cloned().map_err(|_| wrong_type(path, column, series.dtype(), "text"))
}

/// Times as milliseconds since 1970.
fn times(path: &Path, frame: &DataFrame, column: &'static str) -> Result<Int64Chunked, TrainError> {
    let series = frame.column(column).map_err(parquet(path))?.as_materialized_series().rechunk();
    if !matches!(series.dtype(), DataType::Datetime(TimeUnit::Milliseconds, _)) {
        return Err(wrong_type(path, column, series.dtype(), "a time in milliseconds"));
    }
    let physical = series.to_physical_repr();
    physical.i64().cloned().map_err(parquet(path))
}

fn wrong_type(path: &Path, column: &'static str, found: &DataType, expected: &str) -> TrainError {
    let problem = format!("is {found}; it must be {expected}");
    TrainError::Column { path: path.to_path_buf(), column, problem }
}

fn parquet(path: &Path) -> impl Fn(polars::error::PolarsError) -> TrainError {
    move |reason| TrainError::Parquet { path: path.to_path_buf(), reason }
}

/// SHA-256 of a file.
fn digest(path: &Path) -> Result<[u8; 32], TrainError> {
    if !path.exists() {
        return Err(TrainError::NoTable { path: path.to_path_buf() });
    }
    let failed = |reason| TrainError::Io { path: path.to_path_buf(), reason };
    let mut file = File::open(path).map_err(failed)?;
    let (mut hash, mut buffer) = (Sha256::new(), vec![0; 1 << 20]);
    loop {
        let read = file.read(&mut buffer).map_err(failed)?;
        if read == 0 {
            return Ok(hash.finalize().into());
        }
        hash.update(buffer.get(..read).unwrap_or_default());
    }
}
