//! The user's files, row by row.

mod csv;
mod header;
mod ndjson;
mod parquet;

#[cfg(test)]
mod tests;

use std::path::{Path, PathBuf};

use self::csv::CsvFile;
use self::ndjson::NdjsonFile;
use self::parquet::ParquetFile;
use super::cell::Cell;
use super::columns::Table;
use super::fault::Fault;
use crate::tables::TableError;

/// What a user's file is, by its ending.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum SourceFormat {
    Csv,
    Ndjson,
    Parquet,
}

impl SourceFormat {
    fn of(path: &Path) -> Option<Self> {
        match path.extension()?.to_str()?.to_ascii_lowercase().as_str() {
            "csv" | "tsv" | "tab" | "txt" => Some(Self::Csv),
            "ndjson" | "jsonl" => Some(Self::Ndjson),
            "parquet" => Some(Self::Parquet),
            _ => None,
        }
    }
}

/// Why a user's file cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum SourceError {
    /// The ending of the path names no format.
    #[error("`{}` has no known ending; name it `.csv`, `.tsv`, `.parquet`, `.ndjson` or `.jsonl`, and unpack it when it is packed", path.display())]
    UnknownFormat {
        /// The path.
        path: PathBuf,
    },
    /// The file cannot be read, or is no file of its kind.
    #[error(transparent)]
    Table(#[from] TableError),
    /// Columns that are missing or cannot be read.
    #[error("`{}` {}", path.display(), told(columns))]
    Columns {
        /// The path.
        path: PathBuf,
        /// What is wrong, and of which column: its place among those that are read.
        columns: Vec<(usize, String)>,
    },
}

fn told(columns: &[(usize, String)]) -> String {
    let texts: Vec<&str> = columns.iter().map(|(_, text)| text.as_str()).collect();
    texts.join("; ")
}

/// A row of a user's file.
#[derive(Debug)]
pub(super) struct SourceRow<'a> {
    /// Its number, from 1, without the header.
    pub(super) number: u64,
    /// The line on which it begins, from 1; of a Parquet file there is none.
    pub(super) line: Option<u64>,
    /// Bytes of the file up to its end; of Parquet about.
    pub(super) bytes: u64,
    /// The columns that are read, in the order of the table's; or why none can be.
    pub(super) cells: Result<Vec<Cell<'a>>, Fault>,
}

/// A user's file.
#[derive(Debug)]
pub(super) enum Source {
    Csv(Box<CsvFile>),
    Ndjson(NdjsonFile),
    Parquet(Box<ParquetFile>),
}

impl Source {
    /// Opens a file and finds the columns that a table reads.
    ///
    /// # Errors
    /// The file cannot be read, is no file of its kind, or lacks columns: all of them at once.
    pub(super) fn open(path: &Path, table: &Table) -> Result<Self, SourceError> {
        let unknown = || SourceError::UnknownFormat { path: path.to_path_buf() };
        Ok(match SourceFormat::of(path).ok_or_else(unknown)? {
            SourceFormat::Csv => Self::Csv(Box::new(CsvFile::open(path, table)?)),
            SourceFormat::Ndjson => Self::Ndjson(NdjsonFile::open(path, table)?),
            SourceFormat::Parquet => Self::Parquet(Box::new(ParquetFile::open(path, table)?)),
        })
    }

    /// Shows every row, in the order of the file, until one is answered with an error.
    pub(super) fn each_row<E: From<SourceError>>(
        &mut self,
        visit: &mut dyn FnMut(SourceRow<'_>) -> Result<(), E>,
    ) -> Result<(), E> {
        match self {
            Self::Csv(file) => file.each_row(visit),
            Self::Ndjson(file) => file.each_row(visit),
            Self::Parquet(file) => file.each_row(visit),
        }
    }

    /// Columns that no row had; only JSON does not say beforehand which there are.
    pub(super) fn never_seen(&self) -> &[usize] {
        match self {
            Self::Ndjson(file) => file.never_seen(),
            Self::Csv(_) | Self::Parquet(_) => &[],
        }
    }
}
