//! What can be wrong with a file of records.

use std::io;
use std::path::PathBuf;

use polars::error::PolarsError;

/// Why a file cannot be written or read any further.
#[derive(Debug, thiserror::Error)]
pub enum TableError {
    /// The ending of the path names no format.
    #[error("`{}` has no known ending; name it `.parquet`, `.csv`, `.ndjson` or `.jsonl`", path.display())]
    UnknownFormat {
        /// The path.
        path: PathBuf,
    },
    /// The disk, or the file system.
    #[error("`{}` cannot be {doing}", path.display())]
    Io {
        /// The path.
        path: PathBuf,
        /// `read` or `written`.
        doing: &'static str,
        /// What the system says.
        #[source]
        reason: io::Error,
    },
    /// A text that is not in UTF-8.
    #[error("`{}` {what}; save it as UTF-8, for example by `iconv -f {from} -t UTF-8`", path.display())]
    Encoding {
        /// The path.
        path: PathBuf,
        /// How that shows.
        what: &'static str,
        /// What it probably is.
        from: &'static str,
    },
    /// A CSV file with nothing in it.
    #[error("`{}` is empty; it needs a line with the names of the columns", path.display())]
    Empty {
        /// The path.
        path: PathBuf,
    },
    /// The line of a CSV file with the names of the columns cannot be understood.
    #[error("`{}`, line 1: {what}", path.display())]
    Header {
        /// The path.
        path: PathBuf,
        /// What is wrong.
        what: &'static str,
    },
    /// Two columns of one name.
    #[error("`{}` has two columns `{column}`; rename one", path.display())]
    RepeatedColumn {
        /// The path.
        path: PathBuf,
        /// The name.
        column: String,
    },
    /// It is no Parquet file, or a damaged one, or it cannot be made one.
    #[error("`{}` cannot be {doing} as Parquet{}", path.display(), if *doing == "read" { "; is it whole?" } else { "" })]
    Parquet {
        /// The path.
        path: PathBuf,
        /// `read` or `written`.
        doing: &'static str,
        /// What the library says.
        #[source]
        reason: PolarsError,
    },
    /// A column that no record has.
    #[error("`{}` has a column `{column}`, which is unknown{hint}", path.display())]
    UnknownColumn {
        /// The path.
        path: PathBuf,
        /// The column.
        column: String,
        /// What to do about it.
        hint: String,
    },
    /// Columns that every record needs.
    #[error("`{}` has no column `{}`; add {}", path.display(), columns.join("`, `"), if columns.len() == 1 { "it" } else { "them" })]
    MissingColumns {
        /// The path.
        path: PathBuf,
        /// The columns.
        columns: Vec<&'static str>,
    },
    /// A column of another type.
    #[error("column `{column}` of `{}` is {found}; give {expected}", path.display())]
    ColumnType {
        /// The path.
        path: PathBuf,
        /// The column.
        column: &'static str,
        /// Its type.
        found: String,
        /// The type that it must have.
        expected: String,
    },
    /// A row that breaks a rule, where no bad row is allowed.
    #[error("`{}`, {error}", path.display())]
    Row {
        /// The path.
        path: PathBuf,
        /// Which row, and what is wrong.
        error: RowError,
    },
    /// A record that has no JSON form.
    #[error("`{}`: record {row} has no JSON form", path.display())]
    NoJson {
        /// The path.
        path: PathBuf,
        /// Its number, from 1.
        row: u64,
        /// Why.
        #[source]
        reason: crate::wire::JsonError,
    },
}

impl TableError {
    /// For `map_err`.
    pub(crate) fn io(path: &std::path::Path, doing: &'static str) -> impl Fn(io::Error) -> Self {
        move |reason| Self::Io { path: path.to_path_buf(), doing, reason }
    }

    /// A text in UTF-16.
    pub(crate) fn utf16(path: &std::path::Path) -> Self {
        Self::Encoding { path: path.to_path_buf(), what: "is UTF-16", from: "UTF-16" }
    }

    /// For `map_err`. What went wrong below Parquet is told as that.
    pub(super) fn parquet(
        path: &std::path::Path,
        doing: &'static str,
    ) -> impl Fn(PolarsError) -> Self {
        move |reason| Self::Parquet { path: path.to_path_buf(), doing, reason }
    }
}

/// A row that breaks a rule.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("row {row}{}, column `{column}`: {message}", on_line(*line))]
pub struct RowError {
    /// Its number in the file, from 1, without a header; of NDJSON the line.
    pub row: u64,
    /// The line on which it begins, from 1, where rows are counted otherwise: in CSV.
    pub line: Option<u64>,
    /// The column; of NDJSON the path of the field.
    pub column: String,
    /// What is wrong and what to change.
    pub message: String,
}

fn on_line(line: Option<u64>) -> String {
    line.map(|line| format!(" (line {line})")).unwrap_or_default()
}
