//! Why features cannot be computed.

use crate::models::MatrixError;

/// Why features cannot be computed. No value of a row is a reason.
#[derive(Debug, thiserror::Error)]
pub enum FeatureError {
    /// The table lacks a signal that a feature reads.
    #[error(
        "the table has no column `{column}`, which features read; replay the history with this vouch"
    )]
    NoColumn {
        /// The signal.
        column: String,
    },
    /// The table has a signal in another type.
    #[error("the column `{column}` is {found} in the table; features read it as {expected}")]
    ColumnType {
        /// The signal.
        column: String,
        /// Its type in the table.
        found: String,
        /// The type of the signal.
        expected: &'static str,
    },
    /// polars failed: a fault of ours.
    #[error("the features cannot be computed")]
    Engine(#[from] polars::error::PolarsError),
    /// The columns make no matrix: a fault of ours.
    #[error(transparent)]
    Matrix(#[from] MatrixError),
}
