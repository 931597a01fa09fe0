//! Signals become the matrix of a model.

use super::cells::Cells;
use super::defs::{FeatureDefs, Source};
use super::encoding::EncodingTable;
use super::{FeatureError, Features};
use crate::features::{ColumnBuilder, Scalar, ValueType, Values, frame};
use crate::models::{Column, Matrix};

/// Rows whose expressions are evaluated together at most: bounds what is held besides the matrix.
const CHUNK_ROWS: usize = 65_536;

/// Computes every feature of every row. Signals are copied as they are; only expressions go through polars.
pub(super) fn matrix(
    defs: &FeatureDefs,
    tables: &[EncodingTable],
    cells: &impl Cells,
) -> Result<Features, FeatureError> {
    let rows = cells.rows();
    let mut not_finite = 0;
    let mut expressions = expressions(defs, cells, &mut not_finite)?.into_iter();
    let mut columns = Vec::with_capacity(defs.features.len());
    for feature in &defs.features {
        let column = match feature.source {
            Source::Expression(_) => expressions.next().unwrap_or_default(),
            Source::Signal(place) => {
                Cleaned::of((0..rows).map(|row| number(cells.at(row, place), &mut not_finite)))
            }
            Source::Missing(place) => Cleaned::of(
                (0..rows).map(|row| Some(one_if(matches!(cells.at(row, place), Scalar::Null)))),
            ),
            Source::Word(place, word) => {
                Cleaned::of((0..rows).map(|row| match cells.at(row, place) {
                    Scalar::Text(text) => Some(one_if(text == word)),
                    Scalar::Null | Scalar::Bool(_) | Scalar::Int(_) | Scalar::Float(_) => None,
                }))
            }
            Source::Encoded(index) => match (defs.encodings.get(index), tables.get(index)) {
                (Some(encoding), Some(table)) => {
                    Cleaned::of((0..rows).map(|row| table.value(cells.at(row, encoding.signal))))
                }
                (_, _) => Cleaned::default(),
            },
        };
        columns.push(column.named(&feature.name));
    }
    Ok(Features { matrix: Matrix::new(rows, columns)?, not_finite })
}

/// The values of all expressions, in order.
fn expressions(
    defs: &FeatureDefs,
    cells: &impl Cells,
    not_finite: &mut usize,
) -> Result<Vec<Cleaned>, FeatureError> {
    let rows = cells.rows();
    let mut all: Vec<Cleaned> = Vec::new();
    all.resize_with(defs.program.len(), || Cleaned::with_capacity(rows));
    let mut first = 0;
    while first < rows && !all.is_empty() {
        let end = rows.min(first + CHUNK_ROWS);
        let mut inputs = Vec::with_capacity(defs.program_inputs.len());
        for (field, place) in defs.program.inputs().fields().zip(&defs.program_inputs) {
            let mut column = ColumnBuilder::new(field.value_type, end - first);
            for row in first..end {
                column.push(clean(cells.at(row, *place), not_finite))?;
            }
            inputs.push(column.finish(&field.name));
        }
        let values = defs.program.evaluate(&frame(end - first, inputs)?)?;
        for (column, values) in all.iter_mut().zip(&values) {
            (0..end - first).for_each(|row| column.push(value(values, row)));
        }
        first = end;
    }
    Ok(all)
}

/// A column of numbers in which some are unknown.
#[derive(Debug, Clone, Default)]
struct Cleaned {
    values: Vec<f64>,
    unknown: Vec<bool>,
}

impl Cleaned {
    fn with_capacity(rows: usize) -> Self {
        Self { values: Vec::with_capacity(rows), unknown: Vec::with_capacity(rows) }
    }

    fn of(numbers: impl ExactSizeIterator<Item = Option<f64>>) -> Self {
        let mut column = Self::with_capacity(numbers.len());
        numbers.for_each(|number| column.push(number));
        column
    }

    fn push(&mut self, number: Option<f64>) {
        self.values.push(number.unwrap_or_default());
        self.unknown.push(number.is_none());
    }

    fn named(self, name: &str) -> Column {
        Column::masked(name, self.values, self.unknown)
    }
}

fn value(values: &Values, row: usize) -> Option<f64> {
    match values.value_type() {
        ValueType::Bool => values.bool_at(row).map(one_if),
        ValueType::Int => values.int_at(row).map(real),
        ValueType::Float => values.float_at(row),
        ValueType::Text => None,
    }
}

/// A signal as a number; unknown when it is none, or none that is finite.
fn number(cell: Scalar<'_>, not_finite: &mut usize) -> Option<f64> {
    match clean(cell, not_finite) {
        Scalar::Int(value) => Some(real(value)),
        Scalar::Float(value) => Some(value),
        Scalar::Bool(value) => Some(one_if(value)),
        Scalar::Null | Scalar::Text(_) => None,
    }
}

/// What is not finite is unknown.
fn clean<'a>(cell: Scalar<'a>, not_finite: &mut usize) -> Scalar<'a> {
    match cell {
        Scalar::Float(value) if !value.is_finite() => {
            *not_finite += 1;
            Scalar::Null
        }
        Scalar::Null | Scalar::Bool(_) | Scalar::Int(_) | Scalar::Float(_) | Scalar::Text(_) => {
            cell
        }
    }
}

fn one_if(condition: bool) -> f64 {
    f64::from(u8::from(condition))
}

#[expect(
    clippy::cast_precision_loss,
    reason = "counts and amounts are far below 2^53; beyond, a feature needs no last digit"
)]
const fn real(value: i64) -> f64 {
    value as f64
}
