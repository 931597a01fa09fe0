//! What a replay writes, in parts: a part is whole when its checkpoint is.

use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};

use super::decisions::Decisions;
use super::intake::INTAKE_REJECTS;
use super::outcomes::Outcomes;
use super::rejects::Rejects;
use super::{DECISIONS_FILE, HistoryError, OUTCOMES_FILE, REJECTS_FILE};
use crate::domain::{Fact, Timestamp};
use crate::engine::RecordedClaim;
use crate::tables::{PartialFile, RowError, concatenate, publish};

/// One part.
pub(super) struct Part {
    decisions: Decisions,
    outcomes: Outcomes,
    conflicts: Rejects,
}

/// Where a part of a table is.
pub(super) fn path(work: &Path, table: &str, part: u32) -> PathBuf {
    work.join(format!("part-{part:05}-{table}"))
}

/// Puts the parts of tables below a number together, in the folder of results; they have no names yet.
pub(super) fn join_tables(
    work: &Path,
    out: &Path,
    tables: &[&str],
    parts: u32,
) -> Result<Vec<PartialFile>, HistoryError> {
    let joined = tables.iter().map(|table| {
        let paths: Vec<PathBuf> = (0..parts).map(|part| path(work, table, part)).collect();
        concatenate(&paths, &out.join(table))
    });
    Ok(joined.filter_map(Result::transpose).collect::<Result<_, _>>()?)
}

impl Part {
    pub(super) fn create(work: &Path, part: u32) -> Result<Self, HistoryError> {
        Ok(Self {
            decisions: Decisions::create(&path(work, DECISIONS_FILE, part))?,
            outcomes: Outcomes::create(&path(work, OUTCOMES_FILE, part))?,
            conflicts: Rejects::create(&path(work, REJECTS_FILE, part))?,
        })
    }

    pub(super) fn decision(
        &mut self,
        position: u64,
        observed_at: Timestamp,
        recorded: &RecordedClaim,
    ) -> Result<(), HistoryError> {
        self.decisions.add(position, observed_at, recorded)
    }

    pub(super) fn fact(&mut self, at: Timestamp, fact: &Fact) -> Result<(), HistoryError> {
        self.outcomes.add(at, fact)
    }

    /// A row that is in order by itself, but not with what was told before.
    pub(super) fn conflict(&mut self, file: &Path, error: &RowError) -> Result<(), HistoryError> {
        self.conflicts.row(file, error)
    }

    /// Ends the part; the number of its conflicts.
    pub(super) fn finish(self) -> Result<u64, HistoryError> {
        self.decisions.finish()?;
        self.outcomes.finish()?;
        self.conflicts.finish()
    }
}

/// Puts the parts of a replay together.
pub(super) fn join(work: &Path, out: &Path, parts: u32) -> Result<(), HistoryError> {
    let mut files = join_tables(work, out, &[DECISIONS_FILE, OUTCOMES_FILE], parts)?;
    let target = out.join(REJECTS_FILE);
    let mut rejects = PartialFile::create(&target)?;
    let mut bytes = 0;
    for path in std::iter::once(work.join(INTAKE_REJECTS))
        .chain((0..parts).map(|part| path(work, REJECTS_FILE, part)))
    {
        let mut part = File::open(&path).map_err(HistoryError::file(&path, "read"))?;
        bytes +=
            io::copy(&mut part, &mut rejects).map_err(HistoryError::file(&target, "written"))?;
    }
    if bytes > 0 {
        files.push(rejects);
    }
    publish(files)?;
    if bytes == 0 && target.exists() {
        // None is left of an earlier run.
        fs::remove_file(&target).map_err(HistoryError::file(&target, "removed"))?;
    }
    Ok(())
}
