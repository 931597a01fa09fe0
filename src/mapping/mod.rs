//! Tables of a user's own, as they lie about, become facts and claims: `columns.toml` says which file is which table, and
//! which column is which field.
//!
//! ```text
//! columns.toml -> columns::Mapping -> Plan: the files are found and their columns too, before anything is written
//!    files -> source: rows of cells, whatever the format, a part of the file at a time
//!       -> rows: conditions, then each field by its settings (read), then a message (build)
//!          -> wire: the rules of the proto files, the same that a server applies
//!             -> tables: facts.parquet, claims.parquet; what breaks a rule goes to rejects.csv
//! ```
//!
//! # What holds
//!
//! INVARIANT: the same files and mapping give the same records in the same order, with the same ids.
//! INVARIANT: memory does not follow the size of the files: a chunk of CSV, a line of NDJSON, or a row group of Parquet is
//! held, and a row group of what is written.
//! INVARIANT: amounts never go through floating point; a number that would need rounding is refused.
//! INVARIANT: a clear key, and what is hashed, is neither written nor shown; neither are addresses and fingerprints.
//! INVARIANT: rows are left out by conditions that the user wrote, or told of in rejects.csv; none goes in silence.
//! INVARIANT: facts.parquet and claims.parquet are whole or not there. They are not sorted.

mod build;
mod cell;
mod columns;
mod decimal;
mod fault;
mod origins;
mod plan;
mod read;
mod rejects;
mod rows;
mod run;
mod schema;
mod source;
mod summary;
mod value;

#[cfg(test)]
mod tests;

pub use columns::Mapping;
pub use origins::{CLAIM_ORIGINS_FILE, FACT_ORIGINS_FILE, Origins, RecordSource, RowOrigin};
pub use plan::Plan;
pub use rejects::{MaxRejects, ParseMaxRejectsError, REJECTS_FILE};
pub use run::{CLAIMS_FILE, ConvertError, ConvertOptions, FACTS_FILE, convert};
pub use source::SourceError;
pub use summary::{RejectGroup, Summary, TableSummary, UnknownWord};
