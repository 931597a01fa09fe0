//! Features that know what they had to learn.

use polars::prelude::DataFrame;

use super::cells::TableCells;
use super::encoding::EncodingTable;
use super::matrix::{matrix, value};
use super::{FeatureDefs, FeatureError};
use crate::features::Signals;
use crate::models::{Labels, Matrix};
use crate::signals::SignalRow;

/// The features of a model, ready to be computed.
#[derive(Debug, Clone)]
pub struct FeatureSet {
    pub(super) defs: FeatureDefs,
    pub(super) tables: Vec<EncodingTable>,
}

/// Features of claims.
#[derive(Debug, Clone, PartialEq)]
pub struct Features {
    /// A row for each claim, a column for each feature.
    pub matrix: Matrix,
    /// Numbers that were not finite, and are unknown in the matrix.
    pub not_finite: usize,
}

impl FeatureDefs {
    /// Learns what encodings tell, from the signals and labels of the training slice.
    ///
    /// # Errors
    /// The table lacks a signal, or has it in another type.
    pub fn fit(self, table: &DataFrame, labels: &Labels) -> Result<FeatureSet, FeatureError> {
        let cells = TableCells::new(table, self.signals())?;
        let rows: Vec<_> = cells.rows().collect();
        let fit = |encoding| EncodingTable::fit(encoding, &rows, labels);
        let tables = self.encodings.iter().map(fit).collect();
        Ok(FeatureSet { defs: self, tables })
    }

    /// Takes over what encodings learned before; `None` when these are not the tables of these features.
    #[must_use]
    pub fn with_tables(self, tables: Vec<EncodingTable>) -> Option<FeatureSet> {
        let names = self.encodings.iter().map(|encoding| &encoding.name);
        let fits = names.eq(tables.iter().map(|table| &table.name))
            && tables.iter().all(EncodingTable::is_sound);
        fits.then_some(FeatureSet { defs: self, tables })
    }
}

impl FeatureSet {
    /// What the features are.
    #[must_use]
    pub const fn defs(&self) -> &FeatureDefs {
        &self.defs
    }

    /// What encodings learned.
    #[must_use]
    pub fn tables(&self) -> &[EncodingTable] {
        &self.tables
    }

    /// The features of a row of the engine, in the order of the matrix; none where one is unknown. A row that is too short
    /// lacks signals.
    pub fn of_row<'a>(&'a self, row: &'a SignalRow) -> impl Iterator<Item = Option<f64>> + 'a {
        let row = Signals(row);
        self.defs.features.iter().map(move |feature| value(self, feature, &row))
    }

    /// The features of a table with a column for each signal, perhaps among others.
    ///
    /// # Errors
    /// The table lacks a signal, or has it in another type.
    pub fn of_table(&self, table: &DataFrame) -> Result<Features, FeatureError> {
        let cells = TableCells::new(table, self.defs.signals())?;
        matrix(self, &cells.rows().collect::<Vec<_>>())
    }
}
