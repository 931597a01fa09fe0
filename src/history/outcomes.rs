//! `outcomes.parquet`: a row for each outcome that was reported.

use std::path::Path;

use super::HistoryError;
use crate::domain::{Fact, FactBody, Timestamp};
use crate::tables::{ParquetTable, columns};

columns! {
    /// The columns of outcomes.
    OutcomeColumns, None;
    observed_at: time,
    fact_id: text,
    refund_id: text,
    order_id: text,
    account_id: text,
    label: text,
    source: text,
    effective_at: time,
}

/// Writes `outcomes.parquet`.
#[derive(Debug)]
pub(super) struct Outcomes(ParquetTable<OutcomeColumns>);

impl Outcomes {
    pub(super) fn create(path: &Path) -> Result<Self, HistoryError> {
        Ok(Self(ParquetTable::create(path)?))
    }

    /// Adds a fact, if it reports an outcome.
    pub(super) fn add(&mut self, observed_at: Timestamp, fact: &Fact) -> Result<(), HistoryError> {
        let FactBody::OutcomeReported(outcome) = &fact.body else { return Ok(()) };
        Ok(self.0.row(|columns| {
            columns.observed_at.set(observed_at);
            columns.fact_id.set(fact.id.as_str());
            columns.refund_id.set(outcome.refund_id.as_str());
            columns.order_id.set(outcome.order_id.as_str());
            columns.account_id.set(outcome.account_id.as_str());
            columns.label.set(outcome.label.as_str());
            columns.source.set(outcome.source.as_str());
            columns.effective_at.set(outcome.effective_at);
        })?)
    }

    pub(super) fn finish(self) -> Result<(), HistoryError> {
        Ok(self.0.finish()?)
    }
}
