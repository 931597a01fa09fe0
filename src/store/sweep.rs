//! The walk over the state on disk that looks for what is expired.

use std::ops::Bound;

use fjall::Keyspace;

use super::StoreError;
use super::fjall::storage;
use crate::domain::{DAY_MS, Timestamp};
use crate::state::{EntityKey, RETENTION_MIN_MS, decode, touched_at};

/// Records that are looked at in one step: some tens of microseconds of work.
const STEP_RECORDS: usize = 128;

/// A walk over all records, a step at a time, that begins anew a day after it began.
#[derive(Debug)]
pub(super) struct Sweep {
    /// The last record that was looked at; `None` while no walk is under way.
    behind: Option<Vec<u8>>,
    /// When the last walk began.
    began_at: Option<Timestamp>,
    /// Records in one step.
    pub(super) step_records: usize,
}

impl Default for Sweep {
    fn default() -> Self {
        Self { behind: None, began_at: None, step_records: STEP_RECORDS }
    }
}

impl Sweep {
    /// Takes one step and tells what it met that is expired at `now`.
    ///
    /// # Errors
    /// The storage failed.
    pub(super) fn next_expired(
        &mut self,
        state: &Keyspace,
        now: Timestamp,
    ) -> Result<Vec<EntityKey>, StoreError> {
        let mut expired = Vec::new();
        let from = match self.behind.take() {
            Some(behind) => Bound::Excluded(behind),
            None if self.began_at.is_some_and(|began| now.ms_since(began) < DAY_MS) => {
                return Ok(expired);
            }
            None => {
                self.began_at = Some(now);
                Bound::Unbounded
            }
        };
        let mut looked_at = 0;
        let mut last = None;
        for record in state.range::<Vec<u8>, _>((from, Bound::Unbounded)).take(self.step_records) {
            let (key, bytes) = record.into_inner().map_err(storage)?;
            expired.extend(expired_key(&key, &bytes, now));
            looked_at += 1;
            last = Some(key);
        }
        // A step that came to the end ends the walk.
        if looked_at == self.step_records {
            self.behind = last.map(|key| key.to_vec());
        }
        Ok(expired)
    }
}

/// The key of an entity that is expired. What is no entity (the header) never is, and a damaged one is left for whoever
/// needs it to meet.
fn expired_key(key: &[u8], bytes: &[u8], now: Timestamp) -> Option<EntityKey> {
    let key = EntityKey::from_bytes(key)?;
    // Most were touched lately, and need not be decoded.
    let untouched_ms = now.ms_since(touched_at(bytes).ok()?);
    let expired = untouched_ms >= RETENTION_MIN_MS && decode(bytes).ok()?.is_expired(now);
    expired.then_some(key)
}
