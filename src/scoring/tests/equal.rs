//! Rows of the engine and tables of history give the same bits.

use polars::prelude::{
    BooleanChunked, Column, DataFrame, Float64Chunked, Int64Chunked, IntoColumn, NewChunkedArray,
    StringChunked,
};
use proptest::prelude::*;

use super::super::{FeatureSet, LoadedModel, SHIPPED_FEATURES};
use super::{any_row, defs};
use crate::domain::ModelScore;
use crate::engine::Scorer;
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

    /// The shipped features, of claims and of a table, and what the shipped model says of both.
    #[test]
    fn rows_and_tables_are_bit_equal(rows in prop::collection::vec(any_row(), 1..20)) {
        let (set, table) = (fitted(&rows), table(&rows));
        let of_table = set.of_table(&table).unwrap().matrix;
        for (place, row) in rows.iter().enumerate() {
            let alone: Vec<_> = set.of_row(row).map(|value| value.map(f64::to_bits)).collect();
            let same: Vec<_> = bits(&of_table).iter().map(|column| column[place]).collect();
            prop_assert_eq!(alone, same);
        }
        let model = LoadedModel::shipped().unwrap();
        let all: Vec<&SignalRow> = rows.iter().collect();
        for explain in [false, true] {
            let of_table = model.features().of_table(&table).unwrap().matrix;
            let of_table = model.score_matrix(&of_table, explain).unwrap();
            let of_rows = model.score(&all, explain).unwrap();
            prop_assert_eq!(of_table.len(), of_rows.len());
            for (a, b) in of_table.iter().zip(&of_rows) {
                prop_assert_eq!(score_bits(a), score_bits(b));
            }
            prop_assert_eq!(drift_by_row(&model, &of_rows), drift_by_table(&model, &of_table));
        }
    }

    /// Nothing but finite numbers comes out.
    #[test]
    fn nothing_comes_out_that_is_no_number(rows in prop::collection::vec(any_row(), 1..8)) {
        let features = fitted(&rows).of_table(&table(&rows)).unwrap();
        let values = features.matrix.columns().flat_map(|column| column.values.to_vec());
        prop_assert!(values.into_iter().all(f64::is_finite));
        let real = |value: &&Option<SignalValue>| {
            matches!(value, Some(SignalValue::Real(real)) if !real.is_finite())
        };
        let all = rows.iter().flatten().filter(real).count();
        prop_assert!(features.not_finite <= all);
    }
}

/// Claim by claim, as the engine counts.
fn drift_by_row(model: &LoadedModel, scores: &[ModelScore]) -> Option<f64> {
    let mut bins = vec![0_u32; 256];
    for score in scores {
        bins[usize::from(model.bin(score).unwrap())] += 1;
    }
    let used = bins.iter().rposition(|count| *count > 0).map_or(0, |last| last + 1);
    model.drift(&bins[..used])
}

/// All together, as `vouch drift` counts.
fn drift_by_table(model: &LoadedModel, scores: &[ModelScore]) -> Option<f64> {
    let scores: Vec<f64> = scores.iter().map(|score| score.probability).collect();
    let column = crate::models::Column::known("score", scores.clone());
    let matrix = Matrix::new(scores.len(), vec![column]).unwrap();
    let profile = &model.profile().scores;
    let drift = profile.drift(&profile.counts(&matrix).unwrap()).unwrap();
    drift.first().map(|(_, psi)| *psi)
}

fn score_bits(score: &ModelScore) -> Vec<u64> {
    let ModelScore { probability, log_odds, bias, contributions } = score;
    let all = [probability, log_odds, bias].into_iter().chain(contributions.log_odds());
    all.map(|number| number.to_bits()).collect()
}

#[test]
fn no_rows_give_no_rows() {
    let set = fitted(&[super::row(&[])]);
    let none = set.of_table(&table(&[])).unwrap().matrix;
    assert_eq!((none.rows(), none.names().len()), (0, set.defs().names().len()));
}
