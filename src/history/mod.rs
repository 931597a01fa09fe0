//! History: files of facts and claims go through the engine once more, and a ledger becomes files.
//!
//! ```text
//! tables (any number, any order, any size)
//!    -> intake    rows are checked and sorted out of core into runs; bad rows go to `rejects.ndjson`
//!    -> replay    the runs are merged and go through `engine::Core`, over an in-memory store
//!    -> decisions.parquet   a row for each claim: verdict and every signal
//!       outcomes.parquet    a row for each outcome that was reported
//! ledger
//!    -> export    the same four tables, as they were served
//!    -> verify    a replay of its facts and claims, held against what it says was answered
//! ```
//!
//! * **One path.** What replays is the engine that serves; a claim's row is made from the record that the ledger would
//!   keep, so that an export and a replay are written by the same code.
//! * **Order.** Time is `observed_at`. What was observed at the same millisecond is taken in by its place in the ledger
//!   that it was exported from, else facts before claims, else in the order of the files and of their rows.
//! * **Memory** follows the number of entities, not of facts: sorting and finding ids that repeat go through files, and
//!   nothing of a fact is kept once its entities have applied it, unless its id comes again.
//! * **Resumable.** The work folder holds what was sorted and, from time to time, the whole state with the number of
//!   events that it reflects. What was written behind that state is thrown away and made again. It also says what was
//!   begun: with other files or another policy nothing is gone on with.

mod checkpoint;
mod decisions;
mod error;
mod event;
mod export;
mod intake;
mod ledger;
mod merge;
mod outcomes;
mod parts;
mod rejects;
mod repeats;
mod replay;
mod runs;
mod snapshot;
mod verify;
mod work;

#[cfg(test)]
mod tests;

pub use decisions::DECISION_COLUMNS;
pub use error::HistoryError;
pub use export::{ExportPlan, Exported, export};
pub use intake::{Intake, IntakeProgress, intake};
pub use rejects::rename_rejects;
pub use replay::{Progress, Replayed, replay};
pub use verify::{Difference, Verified, verify};
pub use work::{keep_note, note, remove_work};

/// The table of facts.
pub const FACTS_FILE: &str = "facts.parquet";
/// The table of claims.
pub const CLAIMS_FILE: &str = "claims.parquet";
/// The table of claims with their verdicts and signals.
pub const DECISIONS_FILE: &str = "decisions.parquet";
/// The table of reported outcomes.
pub const OUTCOMES_FILE: &str = "outcomes.parquet";
/// What could not be taken in, a line of JSON each.
pub const REJECTS_FILE: &str = "rejects.ndjson";
/// The folder of what is needed to go on after an interruption; removed when all is done.
pub const WORK_FOLDER: &str = "work";
