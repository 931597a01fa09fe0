//! Evaluating every condition of a policy for a micro-batch.

use crate::features::{Column, ColumnBuilder, EvaluateError, Scalar, Values, frame};
use crate::signals::{Catalogue, SignalRow, SignalValue};

use super::compile::{Compiled, Stage, schema_type};

/// Why conditions were not evaluated: a fault of ours, not of a claim.
#[derive(Debug, thiserror::Error)]
pub enum JudgeError {
    /// A signal has a value of another type than its column.
    #[error("a signal does not fit its column")]
    Column(#[from] crate::features::ScalarError),
    /// The columns make no frame.
    #[error("the signals make no frame")]
    Frame(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// The engine of expressions failed.
    #[error("the conditions cannot be evaluated")]
    Evaluate(#[from] EvaluateError),
}

/// What the conditions of a policy came to, for each claim of a micro-batch.
#[derive(Debug)]
pub struct Judged {
    values: Vec<Values>,
}

impl Judged {
    /// Whether a condition holds for a claim; `None` when a signal that it needs is unknown.
    #[must_use]
    pub fn holds(&self, condition: usize, row: usize) -> Option<bool> {
        self.values.get(condition)?.bool_at(row)
    }

    /// An amount for a claim, in minor units; `None` when it is unknown.
    #[must_use]
    pub fn amount(&self, amount: usize, row: usize) -> Option<i64> {
        self.values.get(amount)?.int_at(row)
    }
}

/// Evaluates shared conditions, then everything that may use them.
pub(super) fn judge(compiled: &Compiled, rows: &[&SignalRow]) -> Result<Judged, JudgeError> {
    let mut columns = Vec::with_capacity(compiled.signals.len() + compiled.defines.len());
    for &signal in &compiled.signals {
        columns.push(signal_column(signal, rows)?);
    }
    for (name, define) in &compiled.defines {
        let values = evaluate(define, rows.len(), &columns)?;
        let mut column = ColumnBuilder::new(crate::features::ValueType::Bool, rows.len());
        for row in 0..rows.len() {
            column.push(values.first().and_then(|values| values.bool_at(row)))?;
        }
        columns.push(column.finish(name));
    }
    Ok(Judged { values: evaluate(&compiled.outputs, rows.len(), &columns)? })
}

/// Columns are shared, not copied.
fn evaluate(stage: &Stage, rows: usize, columns: &[Column]) -> Result<Vec<Values>, JudgeError> {
    let read = stage.reads.iter().filter_map(|&place| columns.get(place)).cloned().collect();
    let frame = frame(rows, read).map_err(|error| JudgeError::Frame(Box::new(error)))?;
    Ok(stage.program.evaluate(&frame)?)
}

fn signal_column(signal: usize, rows: &[&SignalRow]) -> Result<Column, JudgeError> {
    let def = Catalogue::get().defs().get(signal);
    let (name, kind) = def.map_or(("", crate::signals::SignalType::Truth), |d| (d.name, d.kind));
    let mut column = ColumnBuilder::new(schema_type(kind), rows.len());
    for row in rows {
        column.push(scalar(row.get(signal).and_then(Option::as_ref)))?;
    }
    Ok(column.finish(name))
}

fn scalar(value: Option<&SignalValue>) -> Scalar<'_> {
    match value {
        None => Scalar::Null,
        Some(SignalValue::Int(value)) => Scalar::Int(*value),
        Some(SignalValue::Real(value)) => Scalar::Float(*value),
        Some(SignalValue::Truth(value)) => Scalar::Bool(*value),
        Some(SignalValue::Word(value)) => Scalar::Text(value),
        Some(SignalValue::Text(value)) => Scalar::Text(value),
    }
}
