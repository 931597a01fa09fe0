//! The deterministic core.

use super::request::{Answer, EngineError, Request};
use crate::domain::Timestamp;

/// The deterministic core (being written).
#[derive(Debug)]
pub struct Core {}

/// Why the core cannot go on.
#[derive(Debug, thiserror::Error)]
pub enum CoreError {
    /// The ledger failed.
    #[error(transparent)]
    Ledger(#[from] crate::ledger::LedgerError),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] crate::store::StoreError),
}

impl Core {
    /// Processes a micro-batch.
    pub fn process(
        &mut self,
        _requests: Vec<Request>,
        _observed_at: Timestamp,
    ) -> Result<Vec<Result<Answer, EngineError>>, CoreError> {
        Ok(Vec::new())
    }

    /// Writes out.
    pub fn flush(&mut self) -> Result<(), CoreError> {
        Ok(())
    }
}
