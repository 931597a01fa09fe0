//! Reading decisions and outcomes.

use std::collections::HashMap;
use std::path::{Path, PathBuf};

use polars::prelude::{ChunkedArray, Column, DataFrame, DataType, Int64Type, PolarsDataType};

use super::tally::Label;
use crate::domain::{Decision, Layer, OutcomeLabel};
use crate::tables::{RowGroups, TableError};

/// Why a report cannot be made.
#[derive(Debug, thiserror::Error)]
pub enum ReportError {
    /// A file of decisions or outcomes.
    #[error(transparent)]
    Table(#[from] TableError),
    /// A file that is not what it should be.
    #[error("`{}` {what}; is it a file that replay or export wrote?", path.display())]
    Unfit {
        /// The path.
        path: PathBuf,
        /// What is wrong with it.
        what: String,
    },
    /// A plot.
    #[error("a plot cannot be drawn: {0}")]
    Plot(String),
}

/// Columns of decisions that reports read, in front of the signals.
pub(super) const READ: [&str; 16] = [
    "request_id",
    "refund_id",
    "observed_at",
    "reason",
    "decision",
    "decided_by",
    "score",
    "reason_codes",
    "rule_ids",
    "fired",
    "unjudged",
    "degraded",
    "signals_used",
    "signals_known",
    "claim_value_minor",
    "order_id",
];

/// A claim as reports see it.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Row {
    pub(super) request_id: String,
    pub(super) refund_id: String,
    pub(super) order_id: String,
    /// Days since 1970-01-01, UTC.
    pub(super) day: i64,
    pub(super) reason: String,
    pub(super) decision: Decision,
    pub(super) decided_by: Layer,
    pub(super) score: Option<f64>,
    pub(super) reason_codes: Vec<String>,
    /// The entries behind the reasons, the deciding one first.
    pub(super) rule_ids: Vec<String>,
    pub(super) fired: Vec<String>,
    pub(super) unjudged: Vec<String>,
    pub(super) degraded: Vec<String>,
    pub(super) signals_used: u64,
    pub(super) signals_known: u64,
    /// What it is about in the policy's currency, minor units; `None` when that is unknown.
    pub(super) value_minor: Option<i64>,
}

const DAY_MS: i64 = 86_400_000;

/// Calls `each` for every claim of a file.
pub(super) fn rows(
    path: &Path,
    mut each: impl FnMut(Row) -> Result<(), ReportError>,
) -> Result<(), ReportError> {
    let mut groups = RowGroups::open(path)?;
    let empty = groups.empty()?;
    if let Some(missing) = READ.iter().find(|name| empty.column(name).is_err()) {
        return Err(unfit(path, format!("has no column `{missing}`")));
    }
    while let Some(frame) = groups.next()? {
        let view = View::of(&frame, path)?;
        for row in 0..frame.height() {
            each(view.row(row).ok_or_else(|| unfit(path, format!("has no claim in row {row}")))?)?;
        }
    }
    Ok(())
}

/// Share of the rows in which a column has a value, for every column from `claim_value_minor`'s table on: the signals.
pub(super) fn known_shares(
    path: &Path,
    names: &[&'static str],
) -> Result<Vec<(&'static str, u64)>, ReportError> {
    let mut known: Vec<(&str, u64)> = names.iter().map(|name| (*name, 0)).collect();
    let mut groups = RowGroups::open(path)?;
    while let Some(frame) = groups.next()? {
        for (name, count) in &mut known {
            // A signal of a newer catalogue was never known.
            let Ok(column) = frame.column(name) else { continue };
            *count += u64::try_from(column.len() - column.null_count()).unwrap_or_default();
        }
    }
    Ok(known)
}

/// The labels of refunds, by their ids. A file that is not there tells none.
pub(super) fn labels(path: &Path) -> Result<HashMap<String, Label>, ReportError> {
    let mut latest: HashMap<String, (i64, Label)> = HashMap::new();
    if !path.exists() {
        return Ok(HashMap::new());
    }
    let mut groups = RowGroups::open(path)?;
    while let Some(frame) = groups.next()? {
        let refunds = text(&frame, "refund_id", path)?;
        let labels = text(&frame, "label", path)?;
        let times = int(&frame, "effective_at", path)?;
        for row in 0..frame.height() {
            let (Some(refund), Some(word)) = (refunds.get(row), labels.get(row)) else { continue };
            let found = OutcomeLabel::ALL.iter().find(|label| label.as_str() == word);
            let Some(label) = found.copied().map(Label::of) else { continue };
            let at = times.get(row).unwrap_or_default();
            let standing = latest.entry(refund.to_owned()).or_insert((at, label));
            if at >= standing.0 {
                *standing = (at, label);
            }
        }
    }
    Ok(latest.into_iter().map(|(refund, (_, label))| (refund, label)).collect())
}

/// The columns of some rows.
struct View<'a> {
    frame: &'a DataFrame,
    request_id: &'a polars::prelude::StringChunked,
    refund_id: &'a polars::prelude::StringChunked,
    order_id: &'a polars::prelude::StringChunked,
    observed_at: ChunkedArray<Int64Type>,
    reason: &'a polars::prelude::StringChunked,
    decision: &'a polars::prelude::StringChunked,
    decided_by: &'a polars::prelude::StringChunked,
    score: &'a polars::prelude::Float64Chunked,
    signals_used: ChunkedArray<Int64Type>,
    signals_known: ChunkedArray<Int64Type>,
    value_minor: ChunkedArray<Int64Type>,
}

impl<'a> View<'a> {
    fn of(frame: &'a DataFrame, path: &Path) -> Result<Self, ReportError> {
        let score = column(frame, "score", path)?.f64();
        Ok(Self {
            frame,
            request_id: text(frame, "request_id", path)?,
            refund_id: text(frame, "refund_id", path)?,
            order_id: text(frame, "order_id", path)?,
            observed_at: int(frame, "observed_at", path)?,
            reason: text(frame, "reason", path)?,
            decision: text(frame, "decision", path)?,
            decided_by: text(frame, "decided_by", path)?,
            score: score.map_err(|_| unfit(path, "has a `score` that is no number".to_owned()))?,
            signals_used: int(frame, "signals_used", path)?,
            signals_known: int(frame, "signals_known", path)?,
            value_minor: int(frame, "claim_value_minor", path)?,
        })
    }

    fn row(&self, row: usize) -> Option<Row> {
        let count = |cells: &ChunkedArray<Int64Type>| {
            u64::try_from(cells.get(row).unwrap_or_default()).unwrap_or_default()
        };
        Some(Row {
            request_id: self.request_id.get(row)?.to_owned(),
            refund_id: self.refund_id.get(row)?.to_owned(),
            order_id: self.order_id.get(row)?.to_owned(),
            day: self.observed_at.get(row)?.div_euclid(DAY_MS),
            reason: self.reason.get(row)?.to_owned(),
            decision: word(Decision::ALL, Decision::as_str, self.decision.get(row)?)?,
            decided_by: word(Layer::ALL, Layer::as_str, self.decided_by.get(row)?)?,
            score: self.score.get(row),
            reason_codes: self.texts("reason_codes", row),
            rule_ids: self.texts("rule_ids", row),
            fired: self.texts("fired", row),
            unjudged: self.texts("unjudged", row),
            degraded: self.texts("degraded", row),
            signals_used: count(&self.signals_used),
            signals_known: count(&self.signals_known),
            value_minor: self.value_minor.get(row),
        })
    }

    /// A list of texts; none when it is null.
    fn texts(&self, name: &str, row: usize) -> Vec<String> {
        let list = self.frame.column(name).ok().and_then(|column| column.list().ok());
        let items = list.and_then(|list| list.get_as_series(row));
        let items = items.as_ref().and_then(|items| items.str().ok());
        items.map_or_else(Vec::new, |items| items.iter().flatten().map(str::to_owned).collect())
    }
}

fn word<T: Copy>(all: &[T], spelled: fn(T) -> &'static str, text: &str) -> Option<T> {
    all.iter().copied().find(|value| spelled(*value) == text)
}

fn unfit(path: &Path, what: String) -> ReportError {
    ReportError::Unfit { path: path.to_path_buf(), what }
}

fn column<'a>(frame: &'a DataFrame, name: &str, path: &Path) -> Result<&'a Column, ReportError> {
    frame.column(name).map_err(|_| unfit(path, format!("has no column `{name}`")))
}

fn text<'a>(
    frame: &'a DataFrame,
    name: &str,
    path: &Path,
) -> Result<&'a polars::prelude::StringChunked, ReportError> {
    let texts = column(frame, name, path)?.str();
    texts.map_err(|_| unfit(path, format!("has a column `{name}` that is no text")))
}

/// Whole numbers, or times as milliseconds since 1970.
fn int(frame: &DataFrame, name: &str, path: &Path) -> Result<ChunkedArray<Int64Type>, ReportError> {
    let wrong = |_| unfit(path, format!("has a column `{name}` that is no whole number"));
    let numbers = column(frame, name, path)?.cast(&DataType::Int64).map_err(wrong)?;
    let wrong = |_| unfit(path, format!("has a column `{name}` that is no whole number"));
    debug_assert_eq!(numbers.dtype(), &Int64Type::get_static_dtype());
    numbers.i64().cloned().map_err(wrong)
}
