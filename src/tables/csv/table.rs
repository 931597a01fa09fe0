//! Rows of facts or claims: texts become the columns that Parquet has, so that whatever is read of a row is read by the same
//! rules.

use std::marker::PhantomData;
use std::path::Path;

use polars::prelude::Column;

use super::CsvRecords;
use crate::tables::record::private::{Columns, FromTexts, View};
use crate::tables::record::{Fault, Record};
use crate::tables::{ROW_GROUP_ROWS, TableError};

/// Bytes of the file that are made columns at once, about.
const CHUNK_BYTES: u64 = 16 << 20;

/// A CSV file of records.
#[derive(Debug)]
pub(in crate::tables) struct CsvTable<T> {
    records: CsvRecords,
    /// Where the columns of a record stand in the file, in their order.
    places: Vec<Option<usize>>,
    bytes: u64,
    kind: PhantomData<T>,
}

/// Some rows of a file.
#[derive(Debug)]
pub(in crate::tables) struct Chunk {
    pub(in crate::tables) columns: Vec<Column>,
    /// What is known of each row.
    pub(in crate::tables) rows: Vec<ChunkRow>,
}

/// A row of a chunk.
#[derive(Debug)]
pub(in crate::tables) struct ChunkRow {
    /// Its number in the file, from 1, without the header.
    pub(in crate::tables) number: u64,
    /// The line on which it begins; of a format that has no lines there is none.
    pub(in crate::tables) line: Option<u64>,
    /// Why its cells are not in the columns.
    pub(in crate::tables) fault: Option<Fault>,
}

impl ChunkRow {
    /// A row whose cells are in the columns.
    pub(in crate::tables) const fn good(number: u64) -> Self {
        Self { number, line: None, fault: None }
    }
}

impl<T: Record> CsvTable<T> {
    /// Opens a file. Whether its columns are those of a record is for the caller to see.
    pub(in crate::tables) fn open(path: &Path) -> Result<Self, TableError> {
        let records = CsvRecords::open(path, None)?;
        let place = |name: &&str| records.names().iter().position(|there| there == name);
        let places = T::View::NAMES.iter().map(place).collect();
        Ok(Self { records, places, bytes: 0, kind: PhantomData })
    }

    /// The names of the columns.
    pub(in crate::tables) fn names(&self) -> &[String] {
        self.records.names()
    }

    /// Bytes that were read so far.
    pub(in crate::tables) const fn bytes(&self) -> u64 {
        self.bytes
    }

    /// The next rows; `None` at the end.
    pub(in crate::tables) fn next(&mut self) -> Result<Option<Chunk>, TableError> {
        let mut columns = T::Columns::default();
        let mut rows = Vec::new();
        let full = self.bytes + CHUNK_BYTES;
        while rows.len() < ROW_GROUP_ROWS && self.bytes < full {
            let Some(row) = self.records.next(&self.places)? else { break };
            self.bytes = row.bytes;
            let set = match row.cells {
                Ok(cells) => columns.set_texts(&cells),
                Err(fault) => {
                    let column = fault.slot.and_then(|slot| T::View::NAMES.get(slot));
                    Err(Fault::new(column.copied().unwrap_or_default(), fault.text))
                }
            };
            columns.end_row();
            rows.push(ChunkRow { number: row.number, line: Some(row.line), fault: set.err() });
        }
        let is_end = rows.is_empty();
        Ok((!is_end).then(|| Chunk { columns: columns.take(), rows }))
    }
}
