//! Reading a file of records.

use std::collections::HashSet;
use std::path::{Path, PathBuf};

use polars::prelude::Column;

use super::column::known;
use super::csv::{ChunkRow, CsvTable};
use super::lines::Lines;
use super::parquet_reader::RowGroups;
use super::record::private::View;
use super::value::Seen;
use super::{Format, Observed, ROW_GROUP_ROWS, Record, RowError, TableError};

/// Reads a file of facts or of claims, a batch of rows at a time.
#[derive(Debug)]
pub struct TableReader<T: Record> {
    path: PathBuf,
    input: Input<T>,
    seen: Seen,
    rows: u64,
    /// The rows of the records that the last call of `read` added.
    numbers: Vec<u64>,
}

#[derive(Debug)]
enum Input<T> {
    Parquet(RowGroups),
    Ndjson(Lines<T>),
    Csv(Box<CsvTable<T>>),
}

impl<T: Record> TableReader<T> {
    /// Opens a file; its ending says what it is.
    ///
    /// # Errors
    /// The ending is unknown, the file cannot be read, is no file of its kind, or has a column that is unknown, missing
    /// or of a wrong type.
    pub fn open(path: &Path) -> Result<Self, TableError> {
        let unknown = || TableError::UnknownFormat { path: path.to_path_buf() };
        let input = match Format::of(path).ok_or_else(unknown)? {
            Format::Parquet => Input::Parquet(open_parquet::<T>(path)?),
            Format::Ndjson => Input::Ndjson(Lines::open(path)?),
            Format::Csv => Input::Csv(Box::new(open_csv::<T>(path)?)),
        };
        let (path, seen) = (path.to_path_buf(), Seen::default());
        Ok(Self { path, input, seen, rows: 0, numbers: Vec::new() })
    }

    /// Rows that were read so far, bad ones too.
    #[must_use]
    pub const fn rows(&self) -> u64 {
        self.rows
    }

    /// The numbers of the rows of the records that the last call of [`Self::read`] added, in their order: from 1,
    /// without a header; of NDJSON the lines.
    #[must_use]
    pub fn numbers(&self) -> &[u64] {
        &self.numbers
    }

    /// Bytes of the file that were read so far; of Parquet about.
    #[must_use]
    pub fn bytes(&self) -> u64 {
        match &self.input {
            Input::Parquet(groups) => groups.bytes(),
            Input::Ndjson(lines) => lines.bytes(),
            Input::Csv(table) => table.bytes(),
        }
    }

    /// Adds the next rows to `records`, in the order of the file, and those that break a rule to `bad`: some thousands
    /// at a time, `false` at the end of the file.
    ///
    /// # Errors
    /// The file cannot be read any further.
    pub fn read(
        &mut self,
        records: &mut Vec<Observed<T>>,
        bad: &mut Vec<RowError>,
    ) -> Result<bool, TableError> {
        self.numbers.clear();
        match &mut self.input {
            Input::Parquet(groups) => {
                let Some(frame) = groups.next()? else { return Ok(false) };
                let rows = (self.rows + 1..).map(ChunkRow::good).take(frame.height());
                self.take(frame.columns(), rows, records, bad)?;
            }
            Input::Csv(table) => {
                let Some(chunk) = table.next()? else { return Ok(false) };
                self.take(&chunk.columns, chunk.rows.into_iter(), records, bad)?;
            }
            Input::Ndjson(lines) => {
                for read in 0..ROW_GROUP_ROWS {
                    let Some((number, line)) = lines.next()? else { return Ok(read > 0) };
                    self.rows = number;
                    match line {
                        Ok(record) => {
                            self.numbers.push(number);
                            records.push(record);
                        }
                        Err(error) => bad.push(error),
                    }
                }
            }
        }
        Ok(true)
    }

    /// Reads the rows of some columns.
    fn take(
        &mut self,
        columns: &[Column],
        rows: impl Iterator<Item = ChunkRow>,
        records: &mut Vec<Observed<T>>,
        bad: &mut Vec<RowError>,
    ) -> Result<(), TableError> {
        let view = T::View::of(columns, &self.path)?;
        records.reserve(rows.size_hint().0);
        for (at, row) in rows.enumerate() {
            self.rows = row.number;
            let read = row.fault.map_or_else(|| T::get(&view, at, &mut self.seen), Err);
            match read {
                Ok(record) => {
                    self.numbers.push(row.number);
                    records.push(record);
                }
                Err(fault) => bad.push(fault.at(row.number, row.line)),
            }
        }
        Ok(())
    }

    /// Reads a whole file into memory.
    ///
    /// # Errors
    /// The file cannot be read, or a row breaks a rule.
    pub fn read_all(path: &Path) -> Result<Vec<Observed<T>>, TableError> {
        let mut reader = Self::open(path)?;
        let (mut records, mut bad) = (Vec::new(), Vec::new());
        while reader.read(&mut records, &mut bad)? {
            if let Some(error) = bad.pop() {
                return Err(TableError::Row { path: path.to_path_buf(), error });
            }
        }
        Ok(records)
    }
}

/// Refuses a file whose columns cannot be used before any row is read.
fn open_parquet<T: Record>(path: &Path) -> Result<RowGroups, TableError> {
    let groups = RowGroups::open(path)?;
    let empty = groups.empty()?;
    T::View::of(empty.columns(), path)?;
    let names: Vec<&str> = empty.columns().iter().map(|column| column.name().as_str()).collect();
    require::<T>(&names, path)?;
    Ok(groups)
}

/// Likewise. Without types there are names alone to look at.
fn open_csv<T: Record>(path: &Path) -> Result<CsvTable<T>, TableError> {
    let table = CsvTable::open(path)?;
    let names: Vec<&str> = table.names().iter().map(String::as_str).collect();
    known(names.iter().copied(), T::View::NAMES, path)?;
    let mut seen = HashSet::new();
    if let Some(twice) = names.iter().find(|name| !seen.insert(**name)) {
        let (path, column) = (path.to_path_buf(), (*twice).to_owned());
        return Err(TableError::RepeatedColumn { path, column });
    }
    require::<T>(&names, path)?;
    Ok(table)
}

/// Refuses a file without the columns that every row needs.
fn require<T: Record>(names: &[&str], path: &Path) -> Result<(), TableError> {
    let missing = T::REQUIRED.iter().filter(|column| !names.contains(column));
    let columns: Vec<&'static str> = missing.copied().collect();
    if columns.is_empty() {
        return Ok(());
    }
    Err(TableError::MissingColumns { path: path.to_path_buf(), columns })
}
