//! Columns as they are read. One that is missing is all null.

use std::path::Path;

use polars::prelude::{
    BinaryChunked, BooleanChunked, Column, DataType, Float64Chunked, Int64Chunked, Series,
    StringChunked,
};

use super::time_type;
use crate::document::nearest;
use crate::domain::Timestamp;
use crate::tables::TableError;
use crate::tables::record::Fault;

/// Refuses columns that no record has.
pub(crate) fn known<'a>(
    columns: impl IntoIterator<Item = &'a str>,
    names: &'static [&'static str],
    path: &Path,
) -> Result<(), TableError> {
    for column in columns {
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

pub(super) fn find<'a>(columns: &'a [Column], name: &str) -> Option<&'a Column> {
    columns.iter().find(|column| column.name().as_str() == name)
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

/// A kind of column.
pub(crate) trait Array: Sized {
    /// What a cell holds.
    type Value<'a>
    where
        Self: 'a;
    /// What the column must hold, in words.
    const EXPECTED: &'static str;

    /// Whether a type fits.
    fn fits(dtype: &DataType) -> bool;

    /// Reads a column of a type that fits.
    fn read(series: &Series) -> Option<Self>;

    /// The value of a row.
    fn value(&self, row: usize) -> Option<Self::Value<'_>>;
}

/// A column as it is read.
#[derive(Debug)]
pub(crate) struct Cells<A> {
    name: &'static str,
    cells: Option<A>,
}

impl<A: Array> Cells<A> {
    pub(crate) fn of(
        columns: &[Column],
        name: &'static str,
        path: &Path,
    ) -> Result<Self, TableError> {
        let Some(column) = find(columns, name) else { return Ok(Self { name, cells: None }) };
        if column.dtype() == &DataType::Null {
            return Ok(Self { name, cells: None });
        }
        let cells = typed(column, name, path, A::EXPECTED, A::fits, A::read)?;
        Ok(Self { name, cells: Some(cells) })
    }

    /// The value of a row.
    pub(crate) fn get(&self, row: usize) -> Option<A::Value<'_>> {
        self.cells.as_ref()?.value(row)
    }

    /// The value of a row that must have one.
    pub(crate) fn require(&self, row: usize) -> Result<A::Value<'_>, Fault> {
        self.get(row).ok_or_else(|| self.fault("is missing; give it"))
    }

    /// Something is wrong with the value of a row.
    pub(crate) fn fault(&self, message: impl std::fmt::Display) -> Fault {
        Fault::new(self.name, message)
    }
}

/// Text; categories are read as their names.
pub(crate) type TextCells = Cells<StringChunked>;
/// Bytes.
pub(crate) type BytesCells = Cells<BinaryChunked>;
/// Whole numbers of any width that fit 64 bits.
pub(crate) type IntCells = Cells<Int64Chunked>;
/// Real numbers.
pub(crate) type RealCells = Cells<Float64Chunked>;
/// Yes or no.
pub(crate) type TruthCells = Cells<BooleanChunked>;
/// Points in time of any unit and zone, or milliseconds since 1970.
pub(crate) type TimeCells = Cells<Times>;

/// Milliseconds since 1970.
#[derive(Debug)]
pub(crate) struct Times(Int64Chunked);

macro_rules! arrays {
    ($($array:ty, $value:ty, $expected:literal, |$dtype:ident| $fits:expr, |$series:ident| $read:expr;)*) => {$(
        impl Array for $array {
            type Value<'a> = $value;
            const EXPECTED: &'static str = $expected;

            fn fits($dtype: &DataType) -> bool {
                $fits
            }

            fn read($series: &Series) -> Option<Self> {
                $read
            }

            fn value(&self, row: usize) -> Option<$value> {
                self.get(row)
            }
        }
    )*};
}

arrays! {
    Int64Chunked, i64, "whole numbers",
        |dtype| dtype.is_integer(),
        |series| series.strict_cast(&DataType::Int64).ok()?.i64().ok().cloned();
    Float64Chunked, f64, "numbers",
        |dtype| dtype.is_float() || dtype.is_integer(),
        |series| series.cast(&DataType::Float64).ok()?.f64().ok().cloned();
    BooleanChunked, bool, "truth values",
        |dtype| dtype.is_bool(),
        |series| series.bool().ok().cloned();
}

impl Array for StringChunked {
    type Value<'a> = &'a str;
    const EXPECTED: &'static str = "text";

    fn fits(dtype: &DataType) -> bool {
        dtype.is_string() || dtype.is_categorical() || dtype.is_enum()
    }

    fn read(series: &Series) -> Option<Self> {
        series.cast(&DataType::String).ok()?.str().ok().cloned()
    }

    fn value(&self, row: usize) -> Option<&str> {
        self.get(row)
    }
}

impl Array for BinaryChunked {
    type Value<'a> = &'a [u8];
    const EXPECTED: &'static str = "bytes";

    fn fits(dtype: &DataType) -> bool {
        matches!(dtype, DataType::Binary)
    }

    fn read(series: &Series) -> Option<Self> {
        series.binary().ok().cloned()
    }

    fn value(&self, row: usize) -> Option<&[u8]> {
        self.get(row)
    }
}

impl Array for Times {
    type Value<'a> = Timestamp;
    const EXPECTED: &'static str = "times, or milliseconds since 1970 as whole numbers";

    fn fits(dtype: &DataType) -> bool {
        dtype.is_datetime() || matches!(dtype, DataType::Int64)
    }

    fn read(series: &Series) -> Option<Self> {
        Some(Self(series.cast(&time_type()).ok()?.datetime().ok()?.physical().clone()))
    }

    fn value(&self, row: usize) -> Option<Timestamp> {
        self.0.get(row).map(Timestamp::from_ms)
    }
}
