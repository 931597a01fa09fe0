//! What an expression gave, row by row.

use polars::prelude::{
    BooleanChunked, Column, Float64Chunked, Int64Chunked, PolarsResult, StringChunked,
};

use super::schema::ValueType;

/// One value per row of a frame; none where it is null, where the row is beyond the frame, or where the values are of
/// another type than the one asked for.
#[derive(Debug, Clone)]
pub struct Values {
    height: usize,
    cells: Cells,
}

/// A single cell stands for all rows.
#[derive(Debug, Clone)]
enum Cells {
    Bool(BooleanChunked),
    Int(Int64Chunked),
    Float(Float64Chunked),
    Text(StringChunked),
}

impl Values {
    /// Takes a column of one value per row or of one for all.
    pub(super) fn new(
        column: Column,
        height: usize,
        value_type: ValueType,
    ) -> PolarsResult<Option<Self>> {
        let series = column.take_materialized_series().rechunk();
        let cells = match value_type {
            ValueType::Bool => Cells::Bool(series.bool()?.clone()),
            ValueType::Int => Cells::Int(series.i64()?.clone()),
            ValueType::Float => Cells::Float(series.f64()?.clone()),
            ValueType::Text => Cells::Text(series.str()?.clone()),
        };
        let fits = series.len() == height || series.len() == 1;
        Ok(fits.then_some(Self { height, cells }))
    }

    /// The number of rows.
    #[must_use]
    pub const fn len(&self) -> usize {
        self.height
    }

    /// Whether there are no rows.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.height == 0
    }

    /// The type of the values.
    #[must_use]
    pub const fn value_type(&self) -> ValueType {
        match self.cells {
            Cells::Bool(_) => ValueType::Bool,
            Cells::Int(_) => ValueType::Int,
            Cells::Float(_) => ValueType::Float,
            Cells::Text(_) => ValueType::Text,
        }
    }

    /// The condition of a row.
    #[must_use]
    pub fn bool_at(&self, row: usize) -> Option<bool> {
        let Cells::Bool(cells) = &self.cells else { return None };
        cells.get(self.cell(row, cells.len())?)
    }

    /// The integer of a row.
    #[must_use]
    pub fn int_at(&self, row: usize) -> Option<i64> {
        let Cells::Int(cells) = &self.cells else { return None };
        cells.get(self.cell(row, cells.len())?)
    }

    /// The float of a row, finite.
    #[must_use]
    pub fn float_at(&self, row: usize) -> Option<f64> {
        let Cells::Float(cells) = &self.cells else { return None };
        cells.get(self.cell(row, cells.len())?)
    }

    /// The text of a row.
    #[must_use]
    pub fn text_at(&self, row: usize) -> Option<&str> {
        let Cells::Text(cells) = &self.cells else { return None };
        cells.get(self.cell(row, cells.len())?)
    }

    /// The cell of a row, if there is such a row.
    const fn cell(&self, row: usize, cells: usize) -> Option<usize> {
        match (row < self.height, cells) {
            (true, 1) => Some(0),
            (true, _) => Some(row),
            (false, _) => None,
        }
    }
}
