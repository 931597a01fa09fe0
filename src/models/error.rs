//! What can be wrong with a matrix, with parameters, and with what a model is asked to learn from.

/// A matrix that cannot be built.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum MatrixError {
    /// A value that is NaN or infinite and not marked as unknown.
    #[error(
        "column `{column}`, row {row}: the value is {value}; mark it as unknown or give a number"
    )]
    NotFinite {
        /// The column's name.
        column: String,
        /// The row, from 0.
        row: usize,
        /// `NaN`, `inf` or `-inf`.
        value: String,
    },
    /// A column, a mask, labels or weights of another length.
    #[error("`{what}` has {found} rows where the matrix has {rows}")]
    Length {
        /// What is too short or too long.
        what: String,
        /// Its length.
        found: usize,
        /// The matrix's rows.
        rows: usize,
    },
    /// Two columns of one name.
    #[error("column `{column}` is there twice; rename one")]
    Duplicate {
        /// The name.
        column: String,
    },
    /// A weight that is negative, NaN or infinite.
    #[error("the weight of row {row} is {value}; a weight is a number of at least 0")]
    Weight {
        /// The row, from 0.
        row: usize,
        /// The weight.
        value: String,
    },
    /// A row that is not there.
    #[error("row {row} was selected of a matrix of {rows} rows")]
    NoRow {
        /// The row asked for, from 0.
        row: usize,
        /// How many there are.
        rows: usize,
    },
    /// Other columns than expected.
    #[error(transparent)]
    Columns(#[from] ColumnsError),
}

/// A model and a matrix whose columns do not fit: all differences at once.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the columns do not fit: {}", differences(.missing, .unexpected, .moved))]
pub struct ColumnsError {
    /// Expected and not there.
    pub missing: Vec<String>,
    /// There and not expected.
    pub unexpected: Vec<String>,
    /// There, but at another place.
    pub moved: Vec<String>,
}

fn differences(missing: &[String], unexpected: &[String], moved: &[String]) -> String {
    let groups = [("missing", missing), ("unexpected", unexpected), ("at another place", moved)];
    let told = groups.iter().filter(|(_, names)| !names.is_empty()).map(|(kind, names)| {
        let names: Vec<String> = names.iter().map(|name| format!("`{name}`")).collect();
        format!("{kind} {}", names.join(", "))
    });
    told.collect::<Vec<_>>().join("; ")
}

/// Compares the columns that a model knows with the columns of a matrix: names and order.
pub(super) fn check_columns(expected: &[String], found: &[String]) -> Result<(), ColumnsError> {
    if expected == found {
        return Ok(());
    }
    let without = |of: &[String], other: &[String]| -> Vec<String> {
        of.iter().filter(|name| !other.contains(name)).cloned().collect()
    };
    let missing = without(expected, found);
    let unexpected = without(found, expected);
    let moved = if missing.is_empty() && unexpected.is_empty() {
        let pairs = expected.iter().zip(found);
        pairs.filter(|(left, right)| left != right).map(|(left, _)| left.clone()).collect()
    } else {
        Vec::new()
    };
    Err(ColumnsError { missing, unexpected, moved })
}

/// A model that cannot be fitted.
#[derive(Debug, thiserror::Error)]
pub enum FitError {
    /// A parameter out of its range.
    #[error("the parameter `{name}` is `{value}`; it must be {rule}")]
    Parameter {
        /// Its name.
        name: &'static str,
        /// What was given.
        value: String,
        /// What it may be.
        rule: &'static str,
    },
    /// A slice without rows, or a matrix without columns.
    #[error("the {slice} slice has {rows} rows and {columns} columns; a model needs some of both")]
    Empty {
        /// Which slice.
        slice: &'static str,
        /// Its rows.
        rows: usize,
        /// Its columns.
        columns: usize,
    },
    /// A slice without frauds or with nothing else, by weight.
    #[error(
        "the {slice} slice has {frauds} frauds in {rows} rows that count; it needs frauds and others"
    )]
    OneClass {
        /// Which slice.
        slice: &'static str,
        /// Its frauds of a weight above 0.
        frauds: usize,
        /// Its rows of a weight above 0.
        rows: usize,
    },
    /// More than `u32` can number.
    #[error("the {slice} slice has {rows} rows; at most 2^31 can be learned from")]
    TooLarge {
        /// Which slice.
        slice: &'static str,
        /// Its rows.
        rows: usize,
    },
    /// More columns than a tree can name.
    #[error("the matrix has {columns} columns; at most {max} can be learned from")]
    TooWide {
        /// Its columns.
        columns: usize,
        /// The most there may be.
        max: usize,
    },
    /// A monotone direction for a column that is not there.
    #[error("a direction is set for `{column}`, which is no column of the matrix; take it out")]
    NoSuchColumn {
        /// The name.
        column: String,
    },
    /// A matrix or labels that do not fit.
    #[error(transparent)]
    Matrix(#[from] MatrixError),
    /// Slices of different columns.
    #[error(transparent)]
    Columns(#[from] ColumnsError),
    /// No part of an ensemble is switched on.
    #[error("every part is switched off; switch on at least one")]
    NoParts,
    /// linfa's logistic regression failed.
    #[error("the logistic regression cannot be fitted: {0}")]
    Logistic(#[from] linfa_logistic::error::Error),
    /// linfa's principal components failed.
    #[error("the principal components cannot be found: {0}")]
    Components(#[from] linfa_reduction::ReductionError),
    /// linfa refused.
    #[error("the fit was refused: {0}")]
    Linfa(#[from] linfa::error::Error),
}
