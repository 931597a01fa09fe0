//! Rows of the engine and tables of history give the same bits.

use polars::prelude::{
    BooleanChunked, Column, DataFrame, Float64Chunked, Int64Chunked, IntoColumn, NewChunkedArray,
    StringChunked,
};
use proptest::prelude::*;

use super::super::{FeatureSet, SHIPPED_FEATURES};
use super::{any_row, defs};
use crate::models::{Labels, Matrix};
use crate::signals::{Catalogue, SignalRow, SignalType, SignalValue};

/// The table of a history that holds these rows, as they are.
pub(super) fn table(rows: &[SignalRow]) -> DataFrame {
    let columns = Catalogue::get().defs().iter().enumerate().map(|(place, def)| -> Column {
        let cells = rows.iter().map(|row| row[place].as_ref());
        let name = def.name.into();
        match def.kind {
            SignalType::Int => Int64Chunked::from_iter_options(
                name,
                cells.map(|cell| match cell {
                    Some(SignalValue::Int(value)) => Some(*value),
                    _ => None,
                }),
            )
            .into_column(),
            SignalType::Real => Float64Chunked::from_iter_options(
                name,
                cells.map(|cell| match cell {
                    Some(SignalValue::Real(value)) => Some(*value),
                    _ => None,
                }),
            )
            .into_column(),
            SignalType::Truth => BooleanChunked::from_iter_options(
                name,
                cells.map(|cell| match cell {
                    Some(SignalValue::Truth(value)) => Some(*value),
                    _ => None,
                }),
            )
            .into_column(),
            SignalType::Text => {
                let texts = cells.map(|cell| cell.and_then(SignalValue::as_text));
                StringChunked::from_iter_options(name, texts).into_column()
            }
        }
    });
    DataFrame::new(rows.len(), columns.collect()).unwrap()
}

/// The bits of every cell; none where it is unknown.
fn bits(matrix: &Matrix) -> Vec<Vec<Option<u64>>> {
    matrix.columns().map(|column| column.iter().map(|v| v.map(f64::to_bits)).collect()).collect()
}

fn fitted(rows: &[SignalRow]) -> FeatureSet {
    let labels = Labels::new((0..rows.len()).map(|row| row % 3 == 0).collect());
    defs(SHIPPED_FEATURES).fit(&table(rows), &labels).unwrap()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    /// The shipped features, in a batch, one at a time, and from a table.
    #[test]
    fn rows_and_tables_are_bit_equal(rows in prop::collection::vec(any_row(), 1..20)) {
        let set = fitted(&rows);
        let of_table = set.of_table(&table(&rows)).unwrap();
        let all: Vec<&SignalRow> = rows.iter().collect();
        let of_rows = set.of_rows(&all).unwrap();
        prop_assert_eq!(bits(&of_table.matrix), bits(&of_rows.matrix));
        prop_assert_eq!(of_table.not_finite, of_rows.not_finite);
        for (index, row) in rows.iter().enumerate() {
            let alone = set.of_rows(&[row]).unwrap().matrix;
            let same = of_rows.matrix.select_rows(&[index]).unwrap();
            prop_assert_eq!(bits(&alone), bits(&same));
        }
    }

    /// Nothing but finite numbers comes out.
    #[test]
    fn nothing_comes_out_that_is_no_number(rows in prop::collection::vec(any_row(), 1..8)) {
        let all: Vec<&SignalRow> = rows.iter().collect();
        let features = fitted(&rows).of_rows(&all).unwrap();
        let values = features.matrix.columns().flat_map(|column| column.values.to_vec());
        prop_assert!(values.into_iter().all(f64::is_finite));
    }
}

#[test]
fn no_rows_give_no_rows() {
    let set = fitted(&[super::row(&[])]);
    let none = set.of_rows(&[]).unwrap().matrix;
    assert_eq!((none.rows(), none.names().len()), (0, set.defs().names().len()));
}
