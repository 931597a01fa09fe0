//! CSV, for tables of facts and claims and for a user's own.
//!
//! ```text
//! window   the part of a file that is in memory
//!    -> scan      where a record ends, and its fields
//!       -> records   header, rows, and what is wrong with a row as such: what every reader of CSV shares
//!          -> table     rows of facts or claims, cell by cell (`cell`) into the columns that Parquet has
//! ```

mod cell;
mod records;
mod scan;
mod table;
mod window;
mod write;

pub(super) use cell::FromCell;
pub(crate) use records::CsvRecords;
pub(super) use table::{ChunkRow, CsvTable};
pub(super) use write::CsvWriter;
