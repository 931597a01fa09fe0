//! Why history cannot be replayed.

use std::io;
use std::path::{Path, PathBuf};

use crate::engine::{CodecError, CoreError, EngineError};
use crate::ledger::LedgerError;
use crate::state::StateCodecError;
use crate::tables::TableError;

/// Why history cannot be replayed, exported or verified.
#[derive(Debug, thiserror::Error)]
pub enum HistoryError {
    /// A file of records.
    #[error(transparent)]
    Table(#[from] TableError),
    /// Another file.
    #[error("`{}` cannot be {doing}", path.display())]
    File {
        /// The path.
        path: PathBuf,
        /// Read or written.
        doing: &'static str,
        /// What the system says.
        #[source]
        reason: io::Error,
    },
    /// There is nothing to replay.
    #[error("no row could be taken in from {files} files; see `{}`", rejects.display())]
    Nothing {
        /// How many files were read.
        files: usize,
        /// Where it says why.
        rejects: PathBuf,
    },
    /// What was sorted has changed since.
    #[error("a file of the work folder is damaged; start again with --overwrite")]
    DamagedRun,
    /// The work folder is of another replay.
    #[error(
        "the work folder is of another replay: {what} changed since; start again with --overwrite"
    )]
    OtherReplay {
        /// What changed.
        what: &'static str,
    },
    /// State that was saved.
    #[error("the saved state cannot be used")]
    State(#[from] StateCodecError),
    /// The engine.
    #[error(transparent)]
    Core(#[from] CoreError),
    /// The engine gave no answer.
    #[error(transparent)]
    Refused(#[from] EngineError),
    /// The ledger.
    #[error(transparent)]
    Ledger(#[from] LedgerError),
    /// A record of a ledger.
    #[error("the ledger's record at position {position} cannot be read")]
    Record {
        /// Where it stands.
        position: u64,
        /// Why.
        #[source]
        reason: CodecError,
    },
    /// Signals without names.
    #[error("the ledger does not say what the signals of the claim at position {position} are")]
    Unnamed {
        /// Where the claim stands.
        position: u64,
    },
    /// A thread ended before its work did.
    #[error("the thread that {0} has died")]
    Thread(&'static str),
}

impl HistoryError {
    /// What happened to a file, for `map_err`.
    pub(super) fn file(path: &Path, doing: &'static str) -> impl FnOnce(io::Error) -> Self {
        let path = path.to_path_buf();
        move |reason| Self::File { path, doing, reason }
    }
}
