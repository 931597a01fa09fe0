//! Writing a file of records.

use std::io::{BufWriter, Write};
use std::path::Path;

use super::csv::CsvWriter;
use super::parquet_writer::ParquetTable;
use super::record::Place;
use super::{Format, PartialFile, Record, TableError};
use crate::domain::Timestamp;
use crate::wire::to_json;

/// Writes a file of facts or of claims. The file appears under its name when it is finished.
#[derive(Debug)]
pub struct TableWriter<T: Record> {
    output: Output<T>,
    rows: u64,
}

#[derive(Debug)]
enum Output<T: Record> {
    Parquet(Box<ParquetTable<T::Columns>>),
    Ndjson(BufWriter<PartialFile>),
    Csv(Box<CsvWriter<T::Columns>>),
}

impl<T: Record> TableWriter<T> {
    /// Begins a file; its ending says what it will be.
    ///
    /// # Errors
    /// The ending is unknown, or the file cannot be written.
    pub fn create(path: &Path) -> Result<Self, TableError> {
        let unknown = || TableError::UnknownFormat { path: path.to_path_buf() };
        let output = match Format::of(path).ok_or_else(unknown)? {
            Format::Parquet => Output::Parquet(Box::new(ParquetTable::create(path)?)),
            Format::Ndjson => {
                Output::Ndjson(BufWriter::with_capacity(1 << 20, PartialFile::create(path)?))
            }
            Format::Csv => Output::Csv(Box::new(CsvWriter::create(path)?)),
        };
        Ok(Self { output, rows: 0 })
    }

    /// Adds a record that no ledger holds yet.
    ///
    /// # Errors
    /// The file cannot be written.
    pub fn write(&mut self, observed_at: Timestamp, record: &T) -> Result<(), TableError> {
        self.put(Place { observed_at, position: None }, record)
    }

    /// Adds the record that stands at a position of a ledger.
    ///
    /// # Errors
    /// The file cannot be written.
    pub fn export(
        &mut self,
        observed_at: Timestamp,
        position: u64,
        record: &T,
    ) -> Result<(), TableError> {
        self.put(Place { observed_at, position: Some(position) }, record)
    }

    fn put(&mut self, at: Place, record: &T) -> Result<(), TableError> {
        self.rows += 1;
        match &mut self.output {
            Output::Parquet(table) => table.row(|columns| T::put(at, record, columns)),
            Output::Csv(table) => table.row(|columns| T::put(at, record, columns)),
            Output::Ndjson(file) => {
                let path = || file.get_ref().path().to_path_buf();
                let line = to_json(T::LINE, &T::line(at, record)).map_err(|reason| {
                    TableError::NoJson { path: path(), row: self.rows, reason }
                })?;
                let written = writeln!(file, "{line}");
                written.map_err(TableError::io(file.get_ref().path(), "written"))
            }
        }
    }

    /// Records that were added.
    #[must_use]
    pub const fn rows(&self) -> u64 {
        self.rows
    }

    /// Ends the file, syncs it and gives it its name.
    ///
    /// # Errors
    /// The file cannot be written.
    pub fn finish(self) -> Result<(), TableError> {
        self.close()?.finish()
    }

    /// Ends the file, which has no name yet.
    pub(crate) fn close(self) -> Result<PartialFile, TableError> {
        match self.output {
            Output::Parquet(table) => table.close(),
            Output::Csv(table) => table.close(),
            Output::Ndjson(file) => {
                let path = file.get_ref().path().to_path_buf();
                let failed = TableError::io(&path, "written");
                file.into_inner().map_err(|error| failed(error.into_error()))
            }
        }
    }
}
