//! What could not be taken in, and why.

use std::borrow::Cow;
use std::fs::File;
use std::io::{self, BufRead, BufReader, BufWriter, Write};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::HistoryError;
use crate::tables::{PartialFile, RowError, TableError};

/// Writes a line of JSON for each row that is not taken in.
pub(super) struct Rejects {
    path: PathBuf,
    file: BufWriter<File>,
    count: u64,
}

#[derive(Serialize, Deserialize)]
struct Line<'a> {
    file: Cow<'a, Path>,
    row: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    line: Option<u64>,
    #[serde(default, skip_serializing_if = "str::is_empty")]
    column: Cow<'a, str>,
    reason: Cow<'a, str>,
}

impl<'a> Line<'a> {
    fn of(file: &'a Path, error: &'a RowError) -> Self {
        Self {
            file: Cow::Borrowed(file),
            row: error.row,
            line: error.line,
            column: Cow::Borrowed(&error.column),
            reason: Cow::Borrowed(&error.message),
        }
    }
}

/// Tells of what was rejected by other places, if anything was: of each row by the file and place that `place` says, and as
/// before where it says none.
///
/// # Errors
/// The file cannot be read or written, or `place` fails.
pub fn rename_rejects(
    path: &Path,
    mut place: impl FnMut(&Path, &RowError) -> Result<Option<(PathBuf, RowError)>, TableError>,
) -> Result<(), HistoryError> {
    if !path.exists() {
        return Ok(());
    }
    let told = File::open(path).map_err(HistoryError::file(path, "read"))?;
    let mut renamed = BufWriter::new(PartialFile::create(path)?);
    for text in BufReader::new(told).lines() {
        let text = text.map_err(HistoryError::file(path, "read"))?;
        let line: Line<'_> = serde_json::from_str(&text)
            .map_err(|error| HistoryError::file(path, "read")(error.into()))?;
        let Line { file, row, line, column, reason } = line;
        let (column, message) = (column.into_owned(), reason.into_owned());
        let error = RowError { row, line, column, message };
        let other = place(&file, &error)?;
        let (file, error) = other.unwrap_or_else(|| (file.into_owned(), error));
        write(&mut renamed, &Line::of(&file, &error))
            .map_err(HistoryError::file(path, "written"))?;
    }
    let renamed = renamed.into_inner().map_err(|error| error.into_error());
    Ok(renamed.map_err(HistoryError::file(path, "written"))?.finish()?)
}

fn write(file: &mut impl Write, line: &Line<'_>) -> io::Result<()> {
    let text = serde_json::to_string(line)?;
    writeln!(file, "{text}")
}

impl Rejects {
    pub(super) fn create(path: &Path) -> Result<Self, HistoryError> {
        let file = File::create(path).map_err(HistoryError::file(path, "written"))?;
        Ok(Self { path: path.to_path_buf(), file: BufWriter::new(file), count: 0 })
    }

    /// A row that breaks a rule.
    pub(super) fn row(&mut self, file: &Path, error: &RowError) -> Result<(), HistoryError> {
        self.count += 1;
        let written = write(&mut self.file, &Line::of(file, error));
        written.map_err(HistoryError::file(&self.path, "written"))
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
}
