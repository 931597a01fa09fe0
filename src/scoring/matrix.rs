//! Signals become the numbers of a model.

use rayon::prelude::*;

use super::defs::{Feature, Source};
use super::{FeatureError, FeatureSet, Features};
use crate::features::Row;
use crate::models::{Column, Matrix};

/// The value of a feature in a row; none where it is unknown. The only way from signals to a feature: of claims in
/// service, and of tables in training.
pub(super) fn value(set: &FeatureSet, feature: &Feature, row: &impl Row) -> Option<f64> {
    match &feature.source {
        Source::Formula(formula) => formula.number(row),
        Source::Encoded(index) => {
            let (encoding, table) = (set.defs.encodings.get(*index)?, set.tables.get(*index)?);
            row.text(encoding.signal).map(|word| table.value(word))
        }
    }
}

/// Every feature of every row; threads share the features.
pub(super) fn matrix<R: Row + Sync>(
    set: &FeatureSet,
    rows: &[R],
) -> Result<Features, FeatureError> {
    let column = |feature: &Feature| {
        Column::optional(&feature.name, rows.iter().map(|row| value(set, feature, row)))
    };
    let columns = set.defs.features.par_iter().map(column).collect();
    let is_none = |row: &&R, place: usize| row.float(place).is_some_and(|value| !value.is_finite());
    let not_finite = |place: &usize| rows.iter().filter(|row| is_none(row, *place)).count();
    let not_finite = set.defs.reads.iter().map(not_finite).sum();
    Ok(Features { matrix: Matrix::new(rows.len(), columns)?, not_finite })
}
