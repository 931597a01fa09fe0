//! What could not be taken in, and why.

use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};

use serde::Serialize;

use super::HistoryError;
use crate::tables::RowError;

/// Writes a line of JSON for each row that is not taken in.
pub(super) struct Rejects {
    path: PathBuf,
    file: BufWriter<File>,
    count: u64,
}

#[derive(Serialize)]
struct Line<'a> {
    file: &'a Path,
    row: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    line: Option<u64>,
    #[serde(skip_serializing_if = "str::is_empty")]
    column: &'a str,
    reason: &'a str,
}

impl Rejects {
    pub(super) fn create(path: &Path) -> Result<Self, HistoryError> {
        let file = File::create(path).map_err(HistoryError::file(path, "written"))?;
        Ok(Self { path: path.to_path_buf(), file: BufWriter::new(file), count: 0 })
    }

    /// A row that breaks a rule.
    pub(super) fn row(&mut self, file: &Path, error: &RowError) -> Result<(), HistoryError> {
        let RowError { row, line, column, message } = error;
        self.line(&Line { file, row: *row, line: *line, column, reason: message })
    }

    /// How many there are.
    pub(super) const fn count(&self) -> u64 {
        self.count
    }

    /// Ends the file.
    pub(super) fn finish(self) -> Result<u64, HistoryError> {
        let file = self.file.into_inner().map_err(|error| error.into_error());
        let synced = file.and_then(|file| file.sync_all());
        synced.map_err(HistoryError::file(&self.path, "written"))?;
        Ok(self.count)
    }

    fn line(&mut self, line: &Line<'_>) -> Result<(), HistoryError> {
        self.count += 1;
        let written = serde_json::to_string(line)
            .map_err(std::io::Error::other)
            .and_then(|text| writeln!(self.file, "{text}"));
        written.map_err(HistoryError::file(&self.path, "written"))
    }
}
