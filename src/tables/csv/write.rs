//! Writing CSV: the columns that Parquet would have, cell by cell.

use std::borrow::Cow;
use std::io::{BufWriter, Write};
use std::path::Path;

use polars::prelude::{AnyValue, Series};

use super::cell::{SEPARATOR, of_time};
use crate::domain::Timestamp;
use crate::tables::record::private::Columns;
use crate::tables::{PartialFile, TableError};

/// Rows that are made columns before they are written.
const CHUNK_ROWS: usize = 1_024;

/// A CSV file that is being written, row by row. The same rows give the same bytes.
#[derive(Debug)]
pub(in crate::tables) struct CsvWriter<C> {
    columns: C,
    file: BufWriter<PartialFile>,
}

impl<C: Columns> CsvWriter<C> {
    /// Begins a file with the names of the columns.
    pub(in crate::tables) fn create(path: &Path) -> Result<Self, TableError> {
        let file = BufWriter::with_capacity(1 << 20, PartialFile::create(path)?);
        let mut writer = Self { columns: C::default(), file };
        let names = C::default().take();
        writer.line(names.iter().map(|column| Cow::Borrowed(column.name().as_str())))?;
        Ok(writer)
    }

    /// Adds the row that `put` sets the columns of.
    pub(in crate::tables) fn row(&mut self, put: impl FnOnce(&mut C)) -> Result<(), TableError> {
        put(&mut self.columns);
        self.columns.end_row();
        if self.columns.rows() >= CHUNK_ROWS { self.flush() } else { Ok(()) }
    }

    /// Ends the file, which has no name yet.
    pub(in crate::tables) fn close(mut self) -> Result<PartialFile, TableError> {
        self.flush()?;
        let path = self.file.get_ref().path().to_path_buf();
        let failed = TableError::io(&path, "written");
        self.file.into_inner().map_err(|error| failed(error.into_error()))
    }

    fn flush(&mut self) -> Result<(), TableError> {
        let rows = self.columns.rows();
        let columns = self.columns.take();
        let columns: Vec<&Series> =
            columns.iter().map(|column| column.as_materialized_series()).collect();
        for row in 0..rows {
            // No row lies beyond its columns.
            let value = |column: &&Series| cell(&column.get(row).unwrap_or(AnyValue::Null));
            self.line(columns.iter().map(|column| Cow::Owned(value(column))))?;
        }
        Ok(())
    }

    fn line<'a>(&mut self, cells: impl Iterator<Item = Cow<'a, str>>) -> Result<(), TableError> {
        let quoted: Vec<Cow<'a, str>> = cells.map(quoted).collect();
        let written = writeln!(self.file, "{}", quoted.join(","));
        written.map_err(TableError::io(self.file.get_ref().path(), "written"))
    }
}

/// The text of a value; of nothing it is empty.
#[expect(clippy::wildcard_enum_match_arm, reason = "polars has more types than these tables")]
fn cell(value: &AnyValue<'_>) -> String {
    match value {
        AnyValue::String(text) => (*text).to_owned(),
        AnyValue::StringOwned(text) => text.to_string(),
        AnyValue::Binary(bytes) => hex::encode(bytes),
        AnyValue::BinaryOwned(bytes) => hex::encode(bytes),
        AnyValue::Boolean(truth) => truth.to_string(),
        AnyValue::Int64(number) => number.to_string(),
        AnyValue::Float64(number) => number.to_string(),
        AnyValue::Datetime(ms, ..) | AnyValue::DatetimeOwned(ms, ..) => {
            of_time(Timestamp::from_ms(*ms))
        }
        AnyValue::List(items) => {
            let items: Vec<String> = items.iter().map(|item| cell(&item)).collect();
            items.join(&SEPARATOR.to_string())
        }
        _ => String::new(),
    }
}

fn quoted(cell: Cow<'_, str>) -> Cow<'_, str> {
    if cell.contains([',', '"', '\n', '\r']) {
        Cow::Owned(format!("\"{}\"", cell.replace('"', "\"\"")))
    } else {
        cell
    }
}
