//! Why a model cannot be trained or evaluated.

use std::io;
use std::path::PathBuf;

use polars::error::PolarsError;

use crate::models::metrics::DriftError;
use crate::models::{ColumnsError, FitError, MatrixError};
use crate::scoring::{ArtifactError, FeatureError};

/// Why a model cannot be trained or evaluated.
#[derive(Debug, thiserror::Error)]
pub enum TrainError {
    /// A folder lacks one of the two tables.
    #[error("`{}` is not there; name a folder that `vouch replay` or `vouch export` wrote", path.display())]
    NoTable {
        /// The table.
        path: PathBuf,
    },
    /// The file system.
    #[error("`{}` cannot be read", path.display())]
    Io {
        /// Which file.
        path: PathBuf,
        /// What it says.
        #[source]
        reason: io::Error,
    },
    /// No Parquet, or a damaged file.
    #[error("`{}` cannot be read as Parquet", path.display())]
    Parquet {
        /// Which file.
        path: PathBuf,
        /// What polars says.
        #[source]
        reason: PolarsError,
    },
    /// A table without columns that are needed.
    #[error(
        "`{}` has no column {}; write it anew with `vouch replay` or `vouch export` of this version",
        path.display(),
        listed(columns)
    )]
    NoColumns {
        /// Which file.
        path: PathBuf,
        /// Every column that is missing.
        columns: Vec<String>,
    },
    /// A column of another type, or one that is empty where it must not be.
    #[error("column `{column}` of `{}` {problem}", path.display())]
    Column {
        /// Which file.
        path: PathBuf,
        /// Which column.
        column: &'static str,
        /// What is wrong with it.
        problem: String,
    },
    /// A slice has too little to learn from or to test on.
    #[error(
        "the {slice} slice has {frauds} frauds and {others} others; at least {min} of each are needed: take a longer history, or a shorter split.gap_d"
    )]
    TooFew {
        /// Which slice.
        slice: &'static str,
        /// Its frauds.
        frauds: usize,
        /// Its others.
        others: usize,
        /// How many of each there must be.
        min: usize,
    },
    /// There is no claim at all, or none in the range asked for.
    #[error("the history has no claims {0}")]
    NoClaims(&'static str),
    /// Features cannot be computed.
    #[error(transparent)]
    Features(#[from] FeatureError),
    /// The learners refuse.
    #[error(transparent)]
    Fit(#[from] FitError),
    /// A matrix or labels that do not fit.
    #[error(transparent)]
    Matrix(#[from] MatrixError),
    /// Features of another model.
    #[error(transparent)]
    Columns(#[from] ColumnsError),
    /// Drift cannot be measured.
    #[error(transparent)]
    Drift(#[from] DriftError),
    /// The artifact cannot be made or read.
    #[error(transparent)]
    Artifact(#[from] ArtifactError),
    /// A part cannot be encoded: a fault of ours.
    #[error("`{part}` cannot be encoded: {reason}")]
    Encode {
        /// Which part.
        part: &'static str,
        /// Why.
        reason: String,
    },
    /// A plot cannot be drawn: a fault of ours.
    #[error("a plot cannot be drawn: {0}")]
    Plot(String),
}

/// How many names a message lists.
const LISTED_MAX: usize = 8;

/// Names in backticks; of many the first ones and how many more there are.
fn listed(names: &[String]) -> String {
    let shown: Vec<String> =
        names.iter().take(LISTED_MAX).map(|name| format!("`{name}`")).collect();
    match names.len().saturating_sub(LISTED_MAX) {
        0 => shown.join(", "),
        more => format!("{} and {more} more", shown.join(", ")),
    }
}
