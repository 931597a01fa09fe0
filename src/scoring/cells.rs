//! The columns of a table as rows of signals.

use polars::prelude::{
    BooleanChunked, Column, DataFrame, DataType, Float64Chunked, Int64Chunked, StringChunked,
};

use super::FeatureError;
use crate::features::Row;
use crate::signals::{Catalogue, SignalDef, SignalType};

/// The columns of a table that signals stand in, by their places in the catalogue.
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

    /// Every row in order.
    pub(super) fn rows(&self) -> impl ExactSizeIterator<Item = TableRow<'_>> {
        (0..self.rows).map(|row| TableRow { columns: &self.columns, row })
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

/// The name of a type, as `vouch signals` prints it.
pub(super) const fn type_name(kind: SignalType) -> &'static str {
    match kind {
        SignalType::Int => "int",
        SignalType::Real => "float",
        SignalType::Truth => "bool",
        SignalType::Text => "text",
    }
}

/// One row of a table.
#[derive(Clone, Copy)]
pub(super) struct TableRow<'a> {
    columns: &'a [Option<TableColumn>],
    row: usize,
}

impl<'a> TableRow<'a> {
    fn column(&self, place: usize) -> Option<&'a TableColumn> {
        self.columns.get(place)?.as_ref()
    }
}

impl Row for TableRow<'_> {
    fn truth(&self, place: usize) -> Option<bool> {
        if let TableColumn::Truth(cells) = self.column(place)? { cells.get(self.row) } else { None }
    }

    fn int(&self, place: usize) -> Option<i64> {
        if let TableColumn::Int(cells) = self.column(place)? { cells.get(self.row) } else { None }
    }

    fn float(&self, place: usize) -> Option<f64> {
        if let TableColumn::Real(cells) = self.column(place)? { cells.get(self.row) } else { None }
    }

    fn text(&self, place: usize) -> Option<&str> {
        if let TableColumn::Text(cells) = self.column(place)? { cells.get(self.row) } else { None }
    }
}
