//! From which row of the user's files each record came, for whoever must speak of the record later: a file beside the table,
//! with an entry of the same size for each record, so that any one is found without reading the others.

use std::fs::File;
use std::io::{self, BufWriter, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::columns::{Origin, Record, Table};
use crate::tables::TableError;

/// Where the facts came from.
pub const FACT_ORIGINS_FILE: &str = "facts.origins";
/// Where the claims came from.
pub const CLAIM_ORIGINS_FILE: &str = "claims.origins";

/// Bytes of an entry: the number of its source, the row, and the line, which is 0 where there are no lines.
const ENTRY_BYTES: usize = 4 + 8 + 8;

/// A kind of record in a file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RecordSource {
    /// The user's file.
    pub file: PathBuf,
    /// The columns that say or make the record's id; empty when it follows from all that is mapped.
    pub id_columns: String,
}

impl RecordSource {
    pub(super) fn of(file: &Path, table: &Table, record: &Record) -> Self {
        let id = record.fields.iter().find(|field| field.def == &record.def.frame.id);
        let given = match id.map(|field| &field.origin) {
            Some(Origin::Column { slot, .. }) => Some(slot),
            Some(Origin::Constant(_) | Origin::Money { .. }) | None => None,
        };
        let slots = given.into_iter().chain(&record.id_columns);
        let names = slots.filter_map(|slot| table.columns.get(*slot));
        let names: Vec<&str> = names.map(|column| column.name.as_str()).collect();
        Self { file: file.to_path_buf(), id_columns: names.join(", ") }
    }
}

/// Where a record came from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RowOrigin<'a> {
    /// The file, and what its id is there.
    pub source: &'a RecordSource,
    /// The row, from 1, without a header.
    pub row: u64,
    /// The line on which it begins, from 1; of a Parquet file there is none.
    pub line: Option<u64>,
}

/// Writes where the records of a table came from.
#[derive(Debug)]
pub(super) struct OriginsWriter {
    path: PathBuf,
    file: BufWriter<File>,
}

impl OriginsWriter {
    pub(super) fn create(path: PathBuf) -> Result<Self, TableError> {
        let file = File::create(&path).map_err(TableError::io(&path, "written"))?;
        Ok(Self { path, file: BufWriter::new(file) })
    }

    /// Adds the next record.
    pub(super) fn add(
        &mut self,
        source: usize,
        row: u64,
        line: Option<u64>,
    ) -> Result<(), TableError> {
        let source = u32::try_from(source).unwrap_or(u32::MAX);
        let parts =
            [&source.to_be_bytes()[..], &row.to_be_bytes(), &line.unwrap_or(0).to_be_bytes()];
        let written = self.file.write_all(&parts.concat());
        written.map_err(TableError::io(&self.path, "written"))
    }

    pub(super) fn finish(mut self) -> Result<(), TableError> {
        self.file.flush().map_err(TableError::io(&self.path, "written"))
    }
}

/// Where the records of a table came from.
#[derive(Debug)]
pub struct Origins<'a> {
    path: PathBuf,
    file: File,
    sources: &'a [RecordSource],
}

impl<'a> Origins<'a> {
    /// Opens what a conversion left, whose summary has the sources.
    ///
    /// # Errors
    /// The file cannot be read.
    pub fn open(path: &Path, sources: &'a [RecordSource]) -> Result<Self, TableError> {
        let file = File::open(path).map_err(TableError::io(path, "read"))?;
        Ok(Self { path: path.to_path_buf(), file, sources })
    }

    /// Where a record of the table came from, by its row there, from 1; `None` when there is no such row.
    ///
    /// # Errors
    /// The file cannot be read.
    pub fn of(&mut self, record: u64) -> Result<Option<RowOrigin<'a>>, TableError> {
        let mut entry = [0; ENTRY_BYTES];
        let place = record.saturating_sub(1).saturating_mul(ENTRY_BYTES as u64);
        let read = self.file.seek(SeekFrom::Start(place));
        match read.and_then(|_| self.file.read_exact(&mut entry)) {
            Ok(()) => {}
            Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => return Ok(None),
            Err(error) => return Err(TableError::io(&self.path, "read")(error)),
        }
        let mut rest = entry.as_slice();
        let source = usize::try_from(u32::from_be_bytes(take(&mut rest))).unwrap_or(usize::MAX);
        let row = u64::from_be_bytes(take(&mut rest));
        let line = Some(u64::from_be_bytes(take(&mut rest))).filter(|line| *line > 0);
        Ok(self.sources.get(source).map(|source| RowOrigin { source, row, line }))
    }
}

/// The first bytes of what remains of an entry.
fn take<const N: usize>(rest: &mut &[u8]) -> [u8; N] {
    let Some((first, after)) = rest.split_first_chunk::<N>() else { return [0; N] };
    *rest = after;
    *first
}
