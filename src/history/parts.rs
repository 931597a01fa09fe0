//! What a replay writes, in parts: a part is whole when its checkpoint is.

use std::fs;
use std::path::{Path, PathBuf};

use super::decisions::Decisions;
use super::intake::INTAKE_REJECTS;
use super::outcomes::Outcomes;
use super::rejects::Rejects;
use super::{DECISIONS_FILE, HistoryError, OUTCOMES_FILE, REJECTS_FILE};
use crate::domain::{Fact, Timestamp};
use crate::engine::RecordedClaim;
use crate::tables::concatenate;

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

/// Puts the parts of tables below a number together, under their names in the folder of results.
pub(super) fn join_tables(
    work: &Path,
    out: &Path,
    tables: &[&str],
    parts: u32,
) -> Result<(), HistoryError> {
    for table in tables {
        let paths: Vec<PathBuf> = (0..parts).map(|part| path(work, table, part)).collect();
        concatenate(&paths, &out.join(table))?;
    }
    Ok(())
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

    pub(super) fn conflict(&mut self, file: &Path, reason: &str) -> Result<(), HistoryError> {
        self.conflicts.record(file, reason)
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
    join_tables(work, out, &[DECISIONS_FILE, OUTCOMES_FILE], parts)?;
    let rejects = (0..parts).map(|part| path(work, REJECTS_FILE, part));
    let mut text = Vec::new();
    for path in std::iter::once(work.join(INTAKE_REJECTS)).chain(rejects) {
        text.extend(fs::read(&path).map_err(HistoryError::file(&path, "read"))?);
    }
    let target = out.join(REJECTS_FILE);
    if text.is_empty() {
        // None is left of an earlier run.
        return match fs::remove_file(&target) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
                Err(HistoryError::file(&target, "removed")(error))
            }
            Ok(()) | Err(_) => Ok(()),
        };
    }
    fs::write(&target, text).map_err(HistoryError::file(&target, "written"))
}
