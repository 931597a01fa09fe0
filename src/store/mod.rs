//! Where entity state is kept: a cache of what the ledger says, behind one trait.

mod cache;
#[cfg(test)]
pub(crate) mod conformance;
mod fjall;
mod header;
mod memory;
mod near_pictures;
mod sweep;
mod table;
mod write_back;

pub use self::fjall::{CACHED_BYTES, FjallStore, StoreLimits, UNWRITTEN_RECORDS};
pub use memory::MemoryStore;

use std::sync::Arc;

use crate::domain::{TenantId, Timestamp};
use crate::state::{Entity, EntityKey, Event, PictureBucket, StateCodecError, Subject};

/// Keeps entity state.
///
/// The caller commits events in ledger order, tells with [`StateStore::settled`] how far the ledger is on disk, and
/// after a restart commits the tail of the ledger behind [`StateStore::checkpoint`] again.
///
/// INVARIANT: state that reflects a record which is not yet on disk never reaches the disk itself: after a crash the
/// record's position is given to another one.
pub trait StateStore: Send {
    /// The entities as they are at `now`, in the order of the keys; one that was never touched, or is
    /// [expired](Entity::is_expired), comes as [`Entity::unknown`].
    ///
    /// # Errors
    /// The storage failed or a record is damaged.
    fn load(&mut self, keys: &[EntityKey], now: Timestamp) -> Result<Vec<Arc<Entity>>, StoreError>;

    /// As [`StateStore::load`], for one entity.
    ///
    /// # Errors
    /// As [`StateStore::load`].
    fn load_one(&mut self, key: &EntityKey, now: Timestamp) -> Result<Arc<Entity>, StoreError> {
        let loaded = self.load(std::slice::from_ref(key), now)?;
        Ok(loaded.into_iter().next().unwrap_or_else(|| Entity::unknown_shared(key.subject())))
    }

    /// Says which entities will be asked for soon. Nobody can tell from what is loaded.
    fn expect(&mut self, keys: &[&EntityKey]) {
        let _ = keys;
    }

    /// The buckets of a tenant's pictures in which one [comes near](crate::state::PicturesDoc::has_near) this hash, as they
    /// are at `now`. Where others have to be looked at, they are not kept in memory: they would push out what the next
    /// claims need.
    ///
    /// # Errors
    /// As [`StateStore::load`].
    fn near_pictures(
        &mut self,
        tenant: &TenantId,
        hash: u64,
        now: Timestamp,
    ) -> Result<Vec<Arc<Entity>>, StoreError> {
        let key = |bucket| EntityKey::new(tenant.clone(), Subject::Pictures(bucket));
        let keys: Vec<EntityKey> = PictureBucket::near(hash).map(key).collect();
        let mut buckets = self.load(&keys, now)?;
        buckets.retain(|bucket| bucket.pictures().is_some_and(|pictures| pictures.has_near(hash)));
        Ok(buckets)
    }

    /// Applies events to every entity that they touch. An event that was applied before changes nothing.
    ///
    /// # Errors
    /// The storage failed or a record is damaged.
    fn commit(&mut self, events: &[Event]) -> Result<(), StoreError>;

    /// The ledger is on disk up to `position`, and every event up to there was committed. The store may now write
    /// state out and forget what it holds in memory.
    ///
    /// # Errors
    /// The storage failed.
    fn settled(&mut self, position: u64) -> Result<(), StoreError>;

    /// Changes have waited too long to be written, because their entities changed again behind what is settled each time
    /// that was told. The caller settles everything before it commits more.
    fn is_behind(&self) -> bool {
        false
    }

    /// Deletes some of the entities that are expired at `now`: a bounded amount of work, so that calling this after each
    /// batch gets through all of them in time. Nobody can tell from what is loaded.
    ///
    /// `now` is when a record was taken in that is settled: after a crash, too, no later event is taken in before it.
    ///
    /// # Errors
    /// The storage failed.
    fn evict_expired(&mut self, now: Timestamp) -> Result<(), StoreError>;

    /// Writes everything out, so that a restart has no tail to fold.
    ///
    /// # Errors
    /// The storage failed.
    fn flush(&mut self, position: u64) -> Result<(), StoreError>;

    /// The ledger position that the state on disk reflects: events behind it must be committed again after a restart.
    fn checkpoint(&self) -> u64;
}

/// Why the store could not do it.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The disk or the database failed.
    #[error("the state store failed")]
    Storage(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// A record does not decode.
    #[error("the state of an entity does not decode")]
    Codec(#[from] StateCodecError),
}
