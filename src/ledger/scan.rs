//! A walk over the records on disk.

use super::codec::decode;
use super::fjall::storage;
use super::{LedgerError, Record};

/// Walks over records in order, one at a time, and ends at the first that is missing or damaged.
pub(super) struct Scan {
    range: ::fjall::Iter,
    next: u64,
    end: u64,
}

impl Scan {
    /// `range` holds the records at `from..=end`.
    pub(super) const fn new(range: ::fjall::Iter, from: u64, end: u64) -> Self {
        Self { range, next: from, end }
    }

    fn take(&mut self, position: u64) -> Result<Record, LedgerError> {
        let missing = || LedgerError::Damaged { position, detail: "it is missing".into() };
        let (key, bytes) = self.range.next().ok_or_else(missing)?.into_inner().map_err(storage)?;
        if *key != position.to_be_bytes() {
            return Err(missing());
        }
        decode(position, &bytes)
    }
}

impl Iterator for Scan {
    type Item = Result<(u64, Record), LedgerError>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.next > self.end {
            return None;
        }
        let position = self.next;
        let taken = self.take(position);
        self.next = if taken.is_ok() { position + 1 } else { self.end + 1 };
        Some(taken.map(|record| (position, record)))
    }
}
