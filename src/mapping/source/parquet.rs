//! Parquet: cells by the types of their columns.

use std::path::{Path, PathBuf};

use jiff::civil::{Date, DateTime};
use jiff::tz::Offset;
use polars::prelude::{
    BinaryChunked, BooleanChunked, Column, DataType, Float64Chunked, Int64Chunked, Int128Chunked,
    ListChunked, Series, StringChunked, TimeUnit,
};

use super::{SourceError, SourceRow, header};
use crate::domain::DAY_MS;
use crate::mapping::cell::Cell;
use crate::mapping::columns::Table;
use crate::mapping::decimal::Decimal;
use crate::tables::{RowGroups, TableError};

/// A Parquet file.
pub(in crate::mapping) struct ParquetFile {
    path: PathBuf,
    groups: RowGroups,
    bytes: u64,
    /// The columns that are read, by name; `None` for one that the file lacks.
    names: Vec<Option<String>>,
}

impl ParquetFile {
    pub(super) fn open(path: &Path, table: &Table) -> Result<Self, SourceError> {
        let bytes = std::fs::metadata(path).map_err(TableError::io(path, "read"))?.len();
        let groups = RowGroups::open(path)?;
        let empty = groups.empty()?;
        let names: Vec<String> =
            empty.columns().iter().map(|column| column.name().to_string()).collect();
        let places = header::bind(path, &table.columns, &names)?;
        let names: Vec<Option<String>> =
            places.iter().map(|place| place.and_then(|at| names.get(at).cloned())).collect();
        let wrong: Vec<(usize, String)> = names
            .iter()
            .enumerate()
            .filter_map(|(slot, name)| {
                let column = empty.column(name.as_deref()?).ok()?;
                CellsOf::of(column).is_none().then(|| {
                    let (name, dtype) = (column.name(), column.dtype());
                    (slot, format!("has column `{name}` of type {dtype}, which cannot be read; cast it to text"))
                })
            })
            .collect();
        if !wrong.is_empty() {
            return Err(SourceError::Columns { path: path.to_path_buf(), columns: wrong });
        }
        let read = names.iter().flatten().cloned().collect();
        Ok(Self { path: path.to_path_buf(), groups: groups.with_columns(read), bytes, names })
    }

    pub(super) fn each_row<E: From<SourceError>>(
        &mut self,
        visit: &mut dyn FnMut(SourceRow<'_>) -> Result<(), E>,
    ) -> Result<(), E> {
        let total = u64::try_from(self.groups.rows()).unwrap_or(u64::MAX).max(1);
        let mut number = 0;
        while let Some(frame) = self.groups.next().map_err(SourceError::from)? {
            let cells_of = |name: &Option<String>| {
                name.as_deref().and_then(|name| CellsOf::of(frame.column(name).ok()?))
            };
            let columns: Vec<Option<CellsOf>> = self.names.iter().map(cells_of).collect();
            for row in 0..frame.height() {
                number += 1;
                // u128: bytes times rows of the largest files are beyond 64 bits.
                let passed = u128::from(self.bytes) * u128::from(number) / u128::from(total);
                let bytes = u64::try_from(passed).unwrap_or(self.bytes);
                let cells = Ok(columns.iter().map(|column| cell(column.as_ref(), row)).collect());
                visit(SourceRow { number, line: None, bytes, cells })?;
            }
        }
        Ok(())
    }
}

fn cell(column: Option<&CellsOf>, row: usize) -> Cell<'_> {
    column.map_or(Cell::Null, |column| column.get(row))
}

impl std::fmt::Debug for ParquetFile {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("ParquetFile").field("path", &self.path).finish_non_exhaustive()
    }
}

/// A column by its type.
enum CellsOf {
    Null,
    Text(StringChunked),
    Whole(Int64Chunked),
    Wide(Int128Chunked),
    Decimal(Int128Chunked, usize),
    Real(Float64Chunked),
    /// Of 32 bits: as their shortest decimal, not as the number that 64 bits make of it.
    Single(polars::prelude::Float32Chunked),
    Truth(BooleanChunked),
    /// Milliseconds since 1970; whether they are UTC.
    Time(Int64Chunked, bool),
    Bytes(BinaryChunked),
    List(ListChunked),
}

impl CellsOf {
    /// `None`: no cell of such a type can be read.
    fn of(column: &Column) -> Option<Self> {
        Self::of_series(&column.as_materialized_series().rechunk())
    }

    fn of_series(series: &Series) -> Option<Self> {
        let dtype = series.dtype();
        if let DataType::Datetime(_, zone) = dtype {
            let ms = DataType::Datetime(TimeUnit::Milliseconds, zone.clone());
            let ms = series.cast(&ms).ok()?;
            return Some(Self::Time(ms.datetime().ok()?.physical().clone(), zone.is_some()));
        }
        if dtype.is_date() {
            let days = series.cast(&DataType::Int32).ok()?.cast(&DataType::Int64).ok()?;
            return Some(Self::Time(days.i64().ok()? * DAY_MS, false));
        }
        if dtype.is_decimal() {
            let numbers = series.decimal().ok()?;
            return Some(Self::Decimal(numbers.physical().clone(), numbers.scale()));
        }
        if dtype.is_string() || dtype.is_categorical() || dtype.is_enum() {
            return Some(Self::Text(series.cast(&DataType::String).ok()?.str().ok()?.clone()));
        }
        if dtype.is_integer() {
            let whole = series.strict_cast(&DataType::Int64).ok();
            if let Some(whole) = whole {
                return Some(Self::Whole(whole.i64().ok()?.clone()));
            }
            return Some(Self::Wide(series.cast(&DataType::Int128).ok()?.i128().ok()?.clone()));
        }
        if dtype == &DataType::Float32 {
            return Some(Self::Single(series.f32().ok()?.clone()));
        }
        if dtype.is_float() {
            return Some(Self::Real(series.cast(&DataType::Float64).ok()?.f64().ok()?.clone()));
        }
        if dtype.is_bool() {
            return Some(Self::Truth(series.bool().ok()?.clone()));
        }
        if dtype == &DataType::Binary {
            return Some(Self::Bytes(series.binary().ok()?.clone()));
        }
        if dtype == &DataType::Null {
            return Some(Self::Null);
        }
        series.list().ok().map(|lists| Self::List(lists.clone()))
    }

    fn get(&self, row: usize) -> Cell<'_> {
        let cell = match self {
            Self::Null => None,
            Self::Text(texts) => texts.get(row).map(Cell::text),
            Self::Whole(numbers) => numbers.get(row).map(|n| Cell::Exact(Decimal::whole(n.into()))),
            Self::Wide(numbers) => numbers.get(row).map(|n| Cell::Exact(Decimal::whole(n))),
            Self::Decimal(numbers, scale) => {
                let number = numbers.get(row).and_then(|n| Decimal::scaled(n, *scale));
                number.map(Cell::Exact)
            }
            Self::Real(numbers) => numbers.get(row).map(Cell::Real),
            Self::Single(numbers) => numbers.get(row).map(|n| {
                // The shortest text of 32 bits is what was written.
                Cell::Real(n.to_string().parse().unwrap_or(f64::NAN))
            }),
            Self::Truth(truths) => truths.get(row).map(Cell::Truth),
            Self::Time(times, true) => times.get(row).map(Cell::Instant),
            Self::Time(times, false) => times.get(row).and_then(local).map(Cell::Local),
            Self::Bytes(bytes) => bytes.get(row).map(Cell::Bytes),
            Self::List(lists) => lists.get_as_series(row).map(|items| list(&items)),
        };
        cell.unwrap_or(Cell::Null)
    }
}

/// The cells of a list, which outlive its column.
fn list(items: &Series) -> Cell<'static> {
    let Some(cells) = CellsOf::of_series(items) else { return Cell::Structure };
    let owned = |row| match cells.get(row) {
        Cell::Text(text) => Cell::Text(text.into_owned().into()),
        Cell::Exact(number) => Cell::Exact(number),
        Cell::Real(real) => Cell::Real(real),
        Cell::Truth(truth) => Cell::Truth(truth),
        // As text, where bytes are read as digits.
        Cell::Bytes(bytes) => Cell::Text(hex::encode(bytes).into()),
        Cell::Null => Cell::Null,
        Cell::Instant(_) | Cell::Local(_) | Cell::List(_) | Cell::Structure => Cell::Structure,
    };
    let cells = (0..items.len()).map(owned);
    Cell::List(cells.filter(|cell| *cell != Cell::Null).collect())
}

/// What a clock showed so many milliseconds after it showed 1970.
fn local(ms: i64) -> Option<DateTime> {
    let time = jiff::Timestamp::from_millisecond(ms).ok()?;
    let shown = Offset::UTC.to_datetime(time);
    (shown.date() >= Date::constant(1, 1, 1)).then_some(shown)
}
