//! What noticing needs to know.

use std::sync::Arc;

use crate::domain::FindingId;
use crate::state::{Entity, OrderDoc, Subject};

/// One tenant's memory, as of now.
pub trait Knowledge {
    /// Why it could not be read.
    type Error;

    /// What is remembered of each, in order.
    ///
    /// # Errors
    /// The memory could not be read.
    fn load(&mut self, subjects: Vec<Subject>) -> Result<Vec<Arc<Entity>>, Self::Error>;

    /// The ledger position at which a finding was told; `None` when it was not.
    ///
    /// # Errors
    /// The memory could not be read.
    fn told_at(&mut self, id: &FindingId) -> Result<Option<u64>, Self::Error>;
}

/// The order that was asked for alone.
pub(super) fn order_in(loaded: &[Arc<Entity>]) -> Option<&OrderDoc> {
    loaded.first().and_then(|entity| entity.order())
}
