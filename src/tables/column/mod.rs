//! Typed columns, with null where nothing was set.

mod build;
mod list;
mod read;

pub(crate) use build::{
    BytesBuilder, IntBuilder, RealBuilder, TextBuilder, TimeBuilder, TruthBuilder,
};
pub(crate) use list::{BlobsBuilder, ListCells, TextsBuilder, TimesBuilder, TruthsBuilder};
pub(crate) use read::{BytesCells, IntCells, RealCells, TextCells, TimeCells, TruthCells, known};

use polars::prelude::{DataType, TimeUnit, TimeZone};

/// The type of a column of times.
fn time_type() -> DataType {
    DataType::Datetime(TimeUnit::Milliseconds, Some(TimeZone::UTC))
}
