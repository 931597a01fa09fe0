//! Going on after an interruption.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::HistoryError;
use super::ledger::{Kept, ReplayLedger};
use super::work::{keep_note, note};

/// How far a replay has come, all of it on disk.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Checkpoint {
    /// What judges: a replay goes on only with the same.
    pub(super) judges: String,
    /// Events that are done.
    pub(super) events: u64,
    /// Parts of the output that are whole: numbers below this one.
    pub(super) parts: u32,
    /// Conflicts among the events that are done.
    pub(super) conflicts: u64,
    /// Events that repeated an earlier one.
    pub(super) repeated: u64,
}

const CHECKPOINT: &str = "replay.json";

impl Checkpoint {
    /// The state of a checkpoint.
    pub(super) fn state_path(&self, work: &Path) -> PathBuf {
        work.join(format!("state-{}", self.parts))
    }

    fn ledger_path(&self, work: &Path) -> PathBuf {
        work.join(format!("ledger-{}", self.parts))
    }

    /// The last checkpoint of a work folder.
    ///
    /// # Errors
    /// Something else judges now, or a file cannot be read.
    pub(super) fn found(work: &Path, judges: &str) -> Result<Option<Self>, HistoryError> {
        let Some(found) = note::<Self>(work, CHECKPOINT)? else { return Ok(None) };
        if found.judges != judges {
            let what =
                "the policy, the model, the settings, the geo files or vouch changed".to_owned();
            return Err(HistoryError::OtherWork { what });
        }
        Ok(Some(found))
    }

    /// The ledger as it was.
    pub(super) fn ledger(&self, work: &Path) -> Result<ReplayLedger, HistoryError> {
        let path = self.ledger_path(work);
        let bytes = fs::read(&path).map_err(HistoryError::file(&path, "read"))?;
        let kept: Kept = postcard::from_bytes(&bytes).map_err(|_| HistoryError::DamagedRun)?;
        Ok(ReplayLedger::restored(kept))
    }

    /// Makes this the last checkpoint. The state is saved already; those of earlier checkpoints are removed.
    pub(super) fn save(&self, work: &Path, ledger: &ReplayLedger) -> Result<(), HistoryError> {
        let kept = postcard::to_allocvec(&*ledger.kept()).map_err(io::Error::other);
        let path = self.ledger_path(work);
        kept.and_then(|bytes| fs::write(&path, bytes))
            .map_err(HistoryError::file(&path, "written"))?;
        keep_note(work, CHECKPOINT, self)?;
        for parts in 0..self.parts {
            let earlier = Self { parts, ..self.clone() };
            for path in [earlier.state_path(work), earlier.ledger_path(work)] {
                if path.exists() {
                    fs::remove_file(&path).map_err(HistoryError::file(&path, "removed"))?;
                }
            }
        }
        Ok(())
    }
}
