//! The signals of many claims, cell by cell: in rows of the engine or in the columns of a table.

use polars::prelude::{
    BooleanChunked, Column, DataFrame, DataType, Float64Chunked, Int64Chunked, StringChunked,
};

use super::FeatureError;
use super::schema::type_name;
use crate::features::Scalar;
use crate::signals::{Catalogue, SignalDef, SignalRow, SignalType, SignalValue};

/// Signals of claims; cells are found by row and place in the catalogue.
pub(super) trait Cells {
    fn rows(&self) -> usize;
    /// The value as it stands there: a float may be none that is finite.
    fn at(&self, row: usize, place: usize) -> Scalar<'_>;
}

/// Rows of the engine.
pub(super) struct RowCells<'a>(pub(super) &'a [&'a SignalRow]);

impl Cells for RowCells<'_> {
    fn rows(&self) -> usize {
        self.0.len()
    }

    fn at(&self, row: usize, place: usize) -> Scalar<'_> {
        let value = self.0.get(row).and_then(|row| row.get(place)).and_then(Option::as_ref);
        match value {
            None => Scalar::Null,
            Some(SignalValue::Int(value)) => Scalar::Int(*value),
            Some(SignalValue::Real(value)) => Scalar::Float(*value),
            Some(SignalValue::Truth(value)) => Scalar::Bool(*value),
            Some(SignalValue::Word(word)) => Scalar::Text(word),
            Some(SignalValue::Text(text)) => Scalar::Text(text),
        }
    }
}

/// The columns of a table that signals stand in, by place.
pub(super) struct TableCells {
    rows: usize,
    columns: Vec<Option<TableColumn>>,
}

enum TableColumn {
    Int(Int64Chunked),
    Real(Float64Chunked),
    Truth(BooleanChunked),
    Text(StringChunked),
}

impl TableCells {
    /// The signals of a table; columns that are no signals asked for are passed over.
    pub(super) fn new(
        table: &DataFrame,
        signals: impl Iterator<Item = &'static SignalDef>,
    ) -> Result<Self, FeatureError> {
        let catalogue = Catalogue::get();
        let mut columns: Vec<Option<TableColumn>> =
            std::iter::repeat_with(|| None).take(catalogue.len()).collect();
        for def in signals {
            let column = table.column(def.name);
            let column =
                column.map_err(|_| FeatureError::NoColumn { column: def.name.to_owned() })?;
            let place = catalogue.position(def.name);
            if let Some(slot) = place.and_then(|place| columns.get_mut(place)) {
                *slot = Some(typed(def, column)?);
            }
        }
        Ok(Self { rows: table.height(), columns })
    }
}

/// A column in one piece.
fn typed(def: &SignalDef, column: &Column) -> Result<TableColumn, FeatureError> {
    let expected = match def.kind {
        SignalType::Int => DataType::Int64,
        SignalType::Real => DataType::Float64,
        SignalType::Truth => DataType::Boolean,
        SignalType::Text => DataType::String,
    };
    if *column.dtype() != expected {
        return Err(FeatureError::ColumnType {
            column: def.name.to_owned(),
            found: column.dtype().to_string(),
            expected: type_name(def.kind),
        });
    }
    let series = column.as_materialized_series().rechunk();
    Ok(match def.kind {
        SignalType::Int => TableColumn::Int(series.i64()?.clone()),
        SignalType::Real => TableColumn::Real(series.f64()?.clone()),
        SignalType::Truth => TableColumn::Truth(series.bool()?.clone()),
        SignalType::Text => TableColumn::Text(series.str()?.clone()),
    })
}

impl Cells for TableCells {
    fn rows(&self) -> usize {
        self.rows
    }

    fn at(&self, row: usize, place: usize) -> Scalar<'_> {
        match self.columns.get(place) {
            None | Some(None) => Scalar::Null,
            Some(Some(TableColumn::Int(cells))) => cells.get(row).into(),
            Some(Some(TableColumn::Real(cells))) => cells.get(row).into(),
            Some(Some(TableColumn::Truth(cells))) => cells.get(row).into(),
            Some(Some(TableColumn::Text(cells))) => cells.get(row).into(),
        }
    }
}
