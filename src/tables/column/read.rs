//! Columns as they are read. One that is missing is all null.

use std::path::Path;

use polars::prelude::{
    BinaryChunked, BooleanChunked, Column, DataFrame, DataType, Float64Chunked, Int64Chunked,
    Series, StringChunked,
};

use super::time_type;
use crate::document::nearest;
use crate::domain::Timestamp;
use crate::tables::TableError;
use crate::tables::record::Fault;

/// Refuses columns that no record has.
pub(crate) fn known(
    frame: &DataFrame,
    names: &'static [&'static str],
    path: &Path,
) -> Result<(), TableError> {
    for column in frame.columns() {
        let column = column.name().as_str();
        if !names.contains(&column) {
            let hint = nearest(column, names.iter().copied()).map_or_else(
                || "; remove it".to_owned(),
                |near| format!("; did you mean `{near}`?"),
            );
            return Err(TableError::UnknownColumn {
                path: path.to_path_buf(),
                column: column.to_owned(),
                hint,
            });
        }
    }
    Ok(())
}

pub(super) fn find<'a>(frame: &'a DataFrame, name: &str) -> Option<&'a Column> {
    frame.columns().iter().find(|column| column.name().as_str() == name)
}

/// Reads a column of a type that fits; its values lie in one piece.
pub(super) fn typed<T>(
    column: &Column,
    name: &'static str,
    path: &Path,
    expected: &str,
    fits: impl FnOnce(&DataType) -> bool,
    read: impl FnOnce(&Series) -> Option<T>,
) -> Result<T, TableError> {
    let fits = fits(column.dtype());
    let series = column.as_materialized_series().rechunk();
    fits.then(|| read(&series)).flatten().ok_or_else(|| TableError::ColumnType {
        path: path.to_path_buf(),
        column: name,
        found: column.dtype().to_string(),
        expected: expected.to_owned(),
    })
}

macro_rules! cells {
    ($($(#[$doc:meta])* $name:ident: $array:ty, $value:ty, $expected:literal,
        |$dtype:ident| $fits:expr, |$series:ident| $read:expr, |$it:ident| $convert:expr;)*) => {$(
        $(#[$doc])*
        #[derive(Debug)]
        pub(crate) struct $name {
            name: &'static str,
            cells: Option<$array>,
        }

        impl $name {
            pub(crate) fn of(
                frame: &DataFrame,
                name: &'static str,
                path: &Path,
            ) -> Result<Self, TableError> {
                let Some(column) = find(frame, name) else { return Ok(Self { name, cells: None }) };
                if column.dtype() == &DataType::Null {
                    return Ok(Self { name, cells: None });
                }
                let cells = typed(column, name, path, $expected, |$dtype| $fits, |$series| $read)?;
                Ok(Self { name, cells: Some(cells) })
            }

            /// The value of a row.
            pub(crate) fn get(&self, row: usize) -> Option<$value> {
                self.cells.as_ref()?.get(row).map(|$it| $convert)
            }

            /// The value of a row that must have one.
            pub(crate) fn require(&self, row: usize) -> Result<$value, Fault> {
                self.get(row).ok_or_else(|| Fault::new(self.name, "is missing; give it"))
            }

            /// Something is wrong with the value of a row.
            pub(crate) fn fault(&self, message: impl std::fmt::Display) -> Fault {
                Fault::new(self.name, message)
            }
        }
    )*};
}

cells! {
    /// Text; categories are read as their names.
    TextCells: StringChunked, &str, "text",
        |dtype| dtype.is_string() || dtype.is_categorical() || dtype.is_enum(),
        |series| series.cast(&DataType::String).ok()?.str().ok().cloned(),
        |it| it;
    /// Bytes.
    BytesCells: BinaryChunked, &[u8], "bytes",
        |dtype| matches!(dtype, DataType::Binary),
        |series| series.binary().ok().cloned(),
        |it| it;
    /// Whole numbers of any width that fit 64 bits.
    IntCells: Int64Chunked, i64, "whole numbers",
        |dtype| dtype.is_integer(),
        |series| series.strict_cast(&DataType::Int64).ok()?.i64().ok().cloned(),
        |it| it;
    /// Real numbers.
    RealCells: Float64Chunked, f64, "numbers",
        |dtype| dtype.is_float() || dtype.is_integer(),
        |series| series.cast(&DataType::Float64).ok()?.f64().ok().cloned(),
        |it| it;
    /// Yes or no.
    TruthCells: BooleanChunked, bool, "truth values",
        |dtype| dtype.is_bool(),
        |series| series.bool().ok().cloned(),
        |it| it;
    /// Points in time of any unit and zone, or milliseconds since 1970.
    TimeCells: Int64Chunked, Timestamp, "times, or milliseconds since 1970 as whole numbers",
        |dtype| dtype.is_datetime() || matches!(dtype, DataType::Int64),
        |series| Some(series.cast(&time_type()).ok()?.datetime().ok()?.physical().clone()),
        |it| Timestamp::from_ms(it);
}
