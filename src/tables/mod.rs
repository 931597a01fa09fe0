//! Facts and claims as files: Parquet tables, the same tables as CSV, and NDJSON of ProtoJSON.
//!
//! A file holds facts or claims, never both. `.parquet` is a table with one typed column per field of the proto messages,
//! `.csv` the same table with every cell a text, and `.ndjson` or `.jsonl` has one `vouch.tables.v1.FactLine` or
//! `ClaimLine` per line. All say when vouch observed each record, which the messages themselves do not.
//!
//! # Columns
//!
//! * A column is named as its field in the proto files. A field inside a message is named behind it (`client_ip`,
//!   `fx_rate_to_currency_code`); money is `amount_minor` and `currency_code`. Where two kinds of facts use one name for
//!   different things, the name says which: `activity_kind`, `incident_kind`, `activation_result`, `chargeback_result`,
//!   `settlement_status`, `payment_method`, `refund_route`, `outcome_label`, `outcome_source`, `leak_source`,
//!   `incident_from`, `incident_until`.
//! * `kind` is the kind of fact, spelled as in the `oneof` of the proto file: `order_placed`.
//! * Times are `Datetime(ms, UTC)`. Fingerprints and digests are `Binary` of their bytes, not hexadecimal: half the size,
//!   and no second spelling. Enums are `String` in snake case. Amounts are `Int64` minor units.
//! * A cell is null when the field is absent or not of this kind of fact; an empty list is null as well.
//! * Evidence of a claim is one list column per field, all of the same length. Facts inside a claim are a list of encoded
//!   `vouch.v1.Fact` messages.
//!
//! # CSV
//!
//! A line with the names of the columns, then a row for each record, in UTF-8. Between fields stands a comma, a semicolon, a
//! tab or `|`, whichever the header has most of; quotes are those of RFC 4180.
//!
//! * An empty cell is null, with quotes too: a text of no letters cannot be said.
//! * Times are RFC 3339 with their offset, `2026-03-02T08:00:00+08:00`, and may have a space for the `T`. Numbers are plain
//!   digits, amounts whole minor units. Truth values are `true` and `false`.
//! * `Binary` is hexadecimal, as `vouch fingerprint` prints it; the encoded facts inside a claim are, too.
//! * A list is its items with commas between them, and an item that is empty is null: `chat_log,payment_record`, `,true`.
//! * A row has at most 1 MiB.
//!
//! # Reading and writing
//!
//! A reader takes what it needs by name: the order of the columns is free, a column may be missing when no record needs
//! it, and whole numbers and times may be of another width or unit. A column that it does not know is refused, as it is
//! a misspelt one more often than not. A row that breaks a rule of the proto files is told with its number, its column
//! and the reason, and the next one is read; the rules are those of `wire`. Of CSV, where no column has a type, a cell that
//! is not of its column's is such a fault as well.
//!
//! INVARIANT: a file under its own name is whole. It is written under a temporary name in the same folder, synced and
//! renamed; a writer that is dropped unfinished leaves nothing. Files that belong together get their names when all of them
//! are on disk.
//! INVARIANT: neither side holds more than [`ROW_GROUP_ROWS`] rows of a file, of CSV no more than some MiB either.

mod claim;
pub(crate) mod column;
mod csv;
mod error;
mod fact;
mod format;
mod lines;
mod parquet_reader;
mod parquet_writer;
mod part;
mod partial;
mod reader;
pub(crate) mod record;
mod stamp;
mod value;
mod writer;

#[cfg(test)]
mod tests;

pub use error::{RowError, TableError};
pub use format::Format;
pub use reader::TableReader;
pub use record::{Observed, Record};
pub use stamp::FileStamp;
pub use writer::TableWriter;

pub(crate) use csv::CsvRecords;
pub(crate) use parquet_reader::RowGroups;
pub(crate) use parquet_writer::{ParquetTable, concatenate};
pub(crate) use partial::{PartialFile, publish, write_whole};
pub(crate) use record::columns;

/// Rows of one row group at most: what is held in memory while writing or reading.
pub const ROW_GROUP_ROWS: usize = 65_536;
