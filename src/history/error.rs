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
    #[error("there is no row in {}", listed(files))]
    Nothing {
        /// The files that were read.
        files: Vec<PathBuf>,
    },
    /// No row is in order.
    #[error(
        "none of the {rejected} rows could be taken in; see `{}`, which begins with {first}",
        rejects.display()
    )]
    AllRejected {
        /// How many rows there are.
        rejected: u64,
        /// Where it says why.
        rejects: PathBuf,
        /// The first of it.
        first: String,
    },
    /// What was sorted has changed since.
    #[error("a file of the work folder is damaged; start again with --overwrite")]
    DamagedRun,
    /// The work folder is of another replay.
    #[error(
        "the folder holds interrupted work on something else: {what}; start again with --overwrite"
    )]
    OtherWork {
        /// What changed since.
        what: String,
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

/// The first files of a list, and how many more there are.
fn listed(files: &[PathBuf]) -> String {
    let shown: Vec<String> = files.iter().take(3).map(|f| format!("`{}`", f.display())).collect();
    let more = files.len().saturating_sub(shown.len());
    let more = if more == 0 { String::new() } else { format!(" and {more} more files") };
    format!("{}{more}", shown.join(", "))
}

impl HistoryError {
    /// What happened to a file, for `map_err`.
    pub(super) fn file(path: &Path, doing: &'static str) -> impl FnOnce(io::Error) -> Self {
        let path = path.to_path_buf();
        move |reason| Self::File { path, doing, reason }
    }
}
