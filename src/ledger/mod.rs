//! The ledger: every fact, every claim with its verdict and every finding, in the order in which vouch took them in.
//!
//! The ledger is the truth; entity state is its fold. It does not look into the bodies of its records.

mod check;
mod codec;
#[cfg(test)]
pub(crate) mod conformance;
mod fjall;
mod key;
mod memory;
mod names;
mod record;
mod scan;

pub use self::fjall::FjallLedger;
pub use memory::MemoryLedger;
pub(crate) use names::Names;
pub use record::{Found, LedgerError, Record, RecordKind};

use crate::domain::TenantId;

/// An append-only sequence of records. Positions count from 1 without gaps.
///
/// INVARIANT: when [`Ledger::append_all`] has returned, its records survive a crash, all of them or, when it failed, none.
pub trait Ledger: Send {
    /// The position of the last record; 0 when there is none.
    fn end(&self) -> u64;

    /// Appends batches of records, one behind the other, at the positions behind [`Self::end`], and returns the new end.
    /// The records are on disk then.
    ///
    /// No `(tenant, kind, id)` and no alias may be there already, or stand twice among them: whoever appends has
    /// [looked](Self::find), and one that is taken would hide the record that has it.
    ///
    /// # Errors
    /// The storage failed, or a name is too long; nothing was appended.
    fn append_all(&mut self, batches: &[&[Record]]) -> Result<u64, LedgerError>;

    /// As [`Self::append_all`], for one batch.
    ///
    /// # Errors
    /// As [`Self::append_all`].
    fn append(&mut self, records: &[Record]) -> Result<u64, LedgerError> {
        self.append_all(&[records])
    }

    /// Another handle on the same ledger, for a thread that appends while this one is read. What either appends, both
    /// see, once it is on disk; only one of them appends at a time. `None`: an append takes too little time for that.
    fn writer(&self) -> Option<Box<dyn Ledger>> {
        None
    }

    /// Whether a record under this name may be asked for once it is appended, or may come a second time.
    ///
    /// A ledger that says no is given records without digest and body: nobody needs them. It says no only about names of
    /// which it knows that they come once, as a replay does.
    fn remembers(&self, tenant: &TenantId, kind: RecordKind, id: &str) -> bool {
        let _ = (tenant, kind, id);
        true
    }

    /// Where the record of this kind and id stands, and what it was.
    ///
    /// # Errors
    /// The storage failed.
    fn find(
        &self,
        tenant: &TenantId,
        kind: RecordKind,
        id: &str,
    ) -> Result<Option<Found>, LedgerError>;

    /// Where the record with this alias stands.
    ///
    /// # Errors
    /// The storage failed.
    fn find_alias(&self, tenant: &TenantId, alias: &str) -> Result<Option<u64>, LedgerError>;

    /// Positions of a tenant's records of one kind, ascending: those behind `after`, at most `limit`. A kind that is
    /// not [listed](RecordKind::is_listed) gives none.
    ///
    /// # Errors
    /// The storage failed.
    fn list(
        &self,
        tenant: &TenantId,
        kind: RecordKind,
        after: u64,
        limit: usize,
    ) -> Result<Vec<u64>, LedgerError>;

    /// The record at a position; `None` when there is none.
    ///
    /// # Errors
    /// The storage failed, or the record is damaged.
    fn read(&self, position: u64) -> Result<Option<Record>, LedgerError>;

    /// The records from `position` on, in order.
    fn scan(
        &self,
        position: u64,
    ) -> Box<dyn Iterator<Item = Result<(u64, Record), LedgerError>> + '_>;
}
