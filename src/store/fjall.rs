//! The embedded store, on disk.

use std::collections::VecDeque;
use std::fmt;
use std::sync::Arc;

use fjall::{Database, Keyspace, KeyspaceCreateOptions, PersistMode};

use super::cache::{Cache, Victims};
use super::header::Header;
use super::near_pictures::NearPictures;
use super::sweep::Sweep;
use super::write_back::{Write, WriteBack, Written};
use super::{StateStore, StoreError};
use crate::disk::KeyFilter;
use crate::domain::{TenantId, Timestamp};
use crate::state::{Entity, EntityKey, Event, STATE_VERSION, Subject, decode};

/// Entities in memory, by the estimate that is held against the limit, bytes; at the end of the last batch.
pub const CACHED_BYTES: &str = "vouch_state_cached_bytes";
/// Records of the ledger that a restart would fold again: those behind the state on disk; at the end of the last batch.
pub const UNWRITTEN_RECORDS: &str = "vouch_state_unwritten_records";

/// Writes collect in memory up to this many bytes before they become a file: the larger, the less is merged. While a file
/// is noted, the thread that writes waits, and whoever needs an entity that only the disk has.
const MEMTABLE_BYTES: u64 = 32 * 1_024 * 1_024;

/// Entities that one [`StateStore::settled`] writes ahead of need, so that the work is spread and no claim waits long.
const WRITE_AHEAD: usize = 256;

/// An event that touches more entities, as a claim does, has them looked at before it is applied.
const TOUCHED_TOGETHER: usize = 8;

/// The part of the limit by which the cache is emptied when it is reached: the next events then do not have to evict
/// again, and nobody waits long while what goes is written.
const EVICTED_PART: usize = 128;

/// What is known of the keys on disk takes so small a part of what entities may take, but as much as 100,000 keys need, and
/// 128 MiB at most.
const FILTER_PART: usize = 64;
const FILTER_BYTES_MIN: usize = 128 << 10;
const FILTER_BYTES_MAX: usize = 128 << 20;

/// How much a [`FjallStore`] may hold back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct StoreLimits {
    /// Entities in memory, estimated, in bytes. Those that are not settled yet, or on their way to the disk, come on top.
    pub cache_bytes: usize,
    /// Ledger positions that a restart folds again, at most; while batches overlap, an eighth more and what is under way.
    /// After a power cut, which state is not forced to disk against, it can be more.
    pub checkpoint_every: u64,
}

/// Entity state in an embedded database, behind a bounded cache.
///
/// Changes stay in memory until the ledger is on disk beyond them, then are written in the order in which they began, by a
/// thread of their own. Nobody waits for that, unless it falls behind the limits. What is on its way stays in memory until
/// it is there.
/// Each write is one batch: entities, and the position before the first change that is not written. An entity may so be
/// ahead of that position; folding the tail again passes over what it has seen already, by its stamp.
///
/// INVARIANT: no state is on disk without the records that it reflects. State is not forced to disk, and need not be:
/// what is lost is folded again. It may reach the disk early, though, whenever the system likes. But it is written only
/// after its records were forced to disk.
///
/// That an entity is gone reflects records too: those that say that it is late enough. So a deletion is written as any
/// other change is. An entity whose last changes are not on disk is not deleted: what is there of it may be what they
/// have to be folded onto again.
pub struct FjallStore {
    database: Database,
    /// Entity key -> entity; beside them the [`Header`].
    state: Keyspace,
    limits: StoreLimits,
    cache: Cache,
    /// Which entities may be on disk.
    on_disk: Arc<KeyFilter>,
    pictures: NearPictures,
    sweep: Sweep,
    write_back: WriteBack,
    /// In order.
    under_way: VecDeque<UnderWay>,
    /// How many writes there were.
    writes: u64,
    /// How far the state on disk has come.
    checkpoint: u64,
    /// How far it will have come when nothing is under way.
    planned: u64,
    /// The last position that the state on disk may reflect.
    reflects: u64,
    /// How far the ledger is on disk and its events were committed, as far as this store was told: at the start no further
    /// than the checkpoint, though there are records behind it.
    settled: u64,
    /// A write failed: memory may be ahead of what later loads would find.
    broken: bool,
}

/// A write that is under way.
#[derive(Debug)]
struct UnderWay {
    number: u64,
    /// How far the state has come with it.
    checkpoint: u64,
    /// Entities that are forgotten when it is done, and how much they take.
    leaving: Vec<usize>,
    leaving_bytes: usize,
}

/// Why a store does no more.
#[derive(Debug, thiserror::Error)]
#[error("an earlier write failed; repair the disk and start vouch again")]
struct BrokenError;

impl FjallStore {
    /// Opens the state of a database, which may be new, beside a ledger that ends at `ledger_end`.
    ///
    /// State of another layout, or of records that the ledger does not have, is cleared: the checkpoint is 0 then.
    ///
    /// # Errors
    /// The storage failed.
    pub fn open(
        database: &Database,
        limits: StoreLimits,
        ledger_end: u64,
    ) -> Result<Self, StoreError> {
        let options = || KeyspaceCreateOptions::default().max_memtable_size(MEMTABLE_BYTES);
        let state = database.keyspace("state", options).map_err(storage)?;
        let header = usable_header(database, &state, ledger_end)?;
        let filter_bytes =
            (limits.cache_bytes / FILTER_PART).clamp(FILTER_BYTES_MIN, FILTER_BYTES_MAX);
        let hash = |key: &[u8]| EntityKey::from_bytes(key).map(|key| key.hash());
        let on_disk = Arc::new(KeyFilter::of(&state, filter_bytes, hash).map_err(storage)?);
        let write_back = WriteBack::start(database.clone(), state.clone(), Arc::clone(&on_disk))?;
        Ok(Self {
            database: database.clone(),
            state,
            limits,
            cache: Cache::default(),
            on_disk,
            pictures: NearPictures::default(),
            sweep: Sweep::default(),
            write_back,
            under_way: VecDeque::new(),
            writes: 0,
            checkpoint: header.checkpoint,
            planned: header.checkpoint,
            reflects: header.reflects,
            settled: header.checkpoint,
            broken: false,
        })
    }

    /// Estimate of what is held in memory, in bytes.
    #[must_use]
    pub const fn cached_bytes(&self) -> usize {
        self.cache.bytes()
    }

    /// The entity as it is at a time; from now on it is in the cache.
    fn fetched(&mut self, key: &EntityKey, now: Timestamp) -> Result<Arc<Entity>, StoreError> {
        let entity = match self.cache.get(key) {
            Some(entity) => entity,
            None => self.fetch(key)?,
        };
        let known = Some(entity).filter(|entity| !entity.is_expired(now));
        Ok(known.unwrap_or_else(|| Entity::unknown_shared(key.subject())))
    }

    /// Brings an entity that is not in the cache there.
    fn fetch(&mut self, key: &EntityKey) -> Result<Arc<Entity>, StoreError> {
        let (entity, encoded_len) = self.read(key)?;
        self.cache.put(key.clone(), Arc::clone(&entity), encoded_len);
        Ok(entity)
    }

    /// The entity as it is on disk, and its length there.
    fn read(&self, key: &EntityKey) -> Result<(Arc<Entity>, usize), StoreError> {
        let may_be_there = self.on_disk.may_have(key.hash());
        let found = may_be_there.then(|| self.state.get(key.to_bytes()).map_err(storage));
        let (entity, encoded_len) = match found.transpose()?.flatten() {
            Some(bytes) => (Arc::new(decode(&bytes)?), bytes.len()),
            None => (Entity::unknown_shared(key.subject()), 0),
        };
        Ok((entity, encoded_len))
    }

    /// The bucket of pictures as it is, for a look: what it holds is known from here on.
    fn looked_at(&mut self, key: &EntityKey) -> Result<Arc<Entity>, StoreError> {
        let entity = match self.cache.peek(key) {
            Some(entity) => entity,
            None => self.read(key)?.0,
        };
        if let Some(pictures) = entity.pictures() {
            self.pictures.note(key.tenant(), pictures);
        }
        Ok(entity)
    }

    #[expect(clippy::cast_precision_loss, reason = "far below 2^53")]
    fn tell(&self) {
        metrics::gauge!(CACHED_BYTES).set(self.cache.bytes() as f64);
        let behind = self.settled - self.checkpoint.min(self.settled);
        metrics::gauge!(UNWRITTEN_RECORDS).set(behind as f64);
    }

    fn usable(&self) -> Result<(), StoreError> {
        if self.broken { Err(storage(BrokenError)) } else { Ok(()) }
    }

    /// Has those of the entities written that no write has taken yet and those taken away that are `gone`, and how far the
    /// state has come. Those that are `leaving` are forgotten when that is done.
    fn write(
        &mut self,
        due: &[usize],
        gone: Vec<EntityKey>,
        leaving: Vec<usize>,
        leaving_bytes: usize,
    ) -> Result<(), StoreError> {
        if self.write_back.is_full() {
            self.wait()?;
        }
        self.writes += 1;
        let number = self.writes;
        let taken = due.iter().filter_map(|due| {
            let (key, entity) = self.cache.take_unsaved(*due, number)?;
            Some((*due, key, entity))
        });
        let entities = taken.collect();
        let unsaved = self.cache.oldest_unsaved();
        let before_unsaved = unsaved.map_or(self.settled, |position| position.saturating_sub(1));
        let header = Header {
            version: STATE_VERSION,
            checkpoint: before_unsaved.min(self.settled),
            reflects: self.reflects.max(self.settled),
        };
        let written = self.write_back.write(Write { entities, gone, header });
        self.unless_broken(written)?;
        (self.planned, self.reflects) = (header.checkpoint, header.reflects);
        let checkpoint = header.checkpoint;
        self.under_way.push_back(UnderWay { number, checkpoint, leaving, leaving_bytes });
        Ok(())
    }

    /// Takes note of what was written meanwhile.
    fn take_landed(&mut self) -> Result<(), StoreError> {
        loop {
            let landed = self.write_back.landed();
            let Some(written) = self.unless_broken(landed)? else { return Ok(()) };
            self.land(written);
        }
    }

    /// Waits until a write is done, unless none is under way.
    fn wait(&mut self) -> Result<(), StoreError> {
        let landed = self.write_back.wait();
        let written = self.unless_broken(landed)?;
        written.into_iter().for_each(|written| self.land(written));
        self.take_landed()
    }

    /// Waits until everything is written.
    fn rest(&mut self) -> Result<(), StoreError> {
        while !self.write_back.is_idle() {
            self.wait()?;
        }
        Ok(())
    }

    fn land(&mut self, written: Written) {
        let Some(done) = self.under_way.pop_front() else { return };
        self.cache.landed(done.number);
        for (number, encoded_len) in written {
            self.cache.measured(number, encoded_len);
        }
        self.cache.evict_landed(done.leaving);
        self.checkpoint = done.checkpoint;
    }

    fn unless_broken<T>(&mut self, result: Result<T, StoreError>) -> Result<T, StoreError> {
        self.broken |= result.is_err();
        result
    }

    /// What will be forgotten when the writes that are under way are done.
    fn leaving_bytes(&self) -> usize {
        self.under_way.iter().map(|write| write.leaving_bytes).sum()
    }

    /// Makes room for so many entities that were loaded.
    fn trim(&mut self, loaded: usize) {
        let limit = self.limits.cache_bytes.saturating_add(self.leaving_bytes());
        self.cache.trim(limit, loaded);
    }
}

impl StateStore for FjallStore {
    fn load(&mut self, keys: &[EntityKey], now: Timestamp) -> Result<Vec<Arc<Entity>>, StoreError> {
        self.usable()?;
        let entities = keys.iter().map(|key| self.fetched(key, now)).collect();
        self.trim(keys.len());
        entities
    }

    fn load_one(&mut self, key: &EntityKey, now: Timestamp) -> Result<Arc<Entity>, StoreError> {
        self.usable()?;
        let entity = self.fetched(key, now);
        self.trim(1);
        entity
    }

    /// What is held is looked at; nothing is read from disk ahead of need.
    fn expect(&mut self, keys: &[&EntityKey]) {
        self.cache.expect(keys);
    }

    fn near_pictures(
        &mut self,
        tenant: &TenantId,
        hash: u64,
        now: Timestamp,
    ) -> Result<Vec<Arc<Entity>>, StoreError> {
        self.usable()?;
        let mut near = Vec::new();
        for bucket in self.pictures.candidates(tenant, hash) {
            let key = EntityKey::new(tenant.clone(), Subject::Pictures(bucket));
            let entity = self.looked_at(&key)?;
            let is_near = entity.pictures().is_some_and(|pictures| pictures.has_near(hash));
            if is_near && !entity.is_expired(now) {
                near.push(entity);
            }
        }
        Ok(near)
    }

    fn commit(&mut self, events: &[Event]) -> Result<(), StoreError> {
        self.usable()?;
        for event in events {
            let touched = event.touches();
            if touched.len() > TOUCHED_TOGETHER {
                self.cache.expect(&touched.iter().collect::<Vec<_>>());
            }
            for key in touched {
                if !self.cache.apply(key, event) {
                    self.fetch(key)?;
                    self.cache.apply(key, event);
                }
                if matches!(key.subject(), Subject::Pictures(_)) {
                    self.looked_at(key)?;
                }
            }
        }
        Ok(())
    }

    fn settled(&mut self, position: u64) -> Result<(), StoreError> {
        self.usable()?;
        self.settled = self.settled.max(position);
        self.take_landed()?;
        let every = self.limits.checkpoint_every;
        let late = self.settled - self.planned.min(self.settled) >= every;
        let (limit, leaving) = (self.limits.cache_bytes, self.leaving_bytes());
        let is_over = self.cache.bytes() > limit.saturating_add(leaving);
        // What is only late can wait, unless it has waited for long.
        if is_over || late && (!self.write_back.is_full() || self.is_behind()) {
            let mut due = Vec::new();
            if late {
                let must = self.settled.saturating_sub(every);
                let may = self.settled - (every / 2).min(self.settled);
                due = self.cache.due(self.settled, must, may, WRITE_AHEAD);
            }
            let mut victims = Victims::default();
            if is_over {
                let target = limit - limit / EVICTED_PART + leaving;
                victims = self.cache.victims(self.settled, target);
                due.extend(&victims.unsaved);
            }
            self.cache.evict(victims.on_disk);
            if late || !due.is_empty() {
                self.write(&due, Vec::new(), victims.unsaved, victims.unsaved_bytes)?;
            }
        }
        if self.is_behind() {
            self.rest()?;
        }
        self.tell();
        Ok(())
    }

    /// An entity that every batch changes is never settled while batches overlap.
    fn is_behind(&self) -> bool {
        let every = self.limits.checkpoint_every;
        self.settled - self.checkpoint.min(self.settled) > every.saturating_add(every / 8)
    }

    fn evict_expired(&mut self, now: Timestamp) -> Result<(), StoreError> {
        self.usable()?;
        if self.write_back.is_full() {
            return Ok(());
        }
        let mut gone = self.sweep.next_expired(&self.state, now)?;
        gone.retain(|key| !self.cache.is_ahead(key));
        if !gone.is_empty() {
            gone.iter().for_each(|key| self.cache.forget(key));
            self.write(&[], gone, Vec::new(), 0)?;
        }
        Ok(())
    }

    fn flush(&mut self, position: u64) -> Result<(), StoreError> {
        self.usable()?;
        self.settled = self.settled.max(position);
        let due = self.cache.due(self.settled, self.settled, self.settled, usize::MAX);
        self.write(&due, Vec::new(), Vec::new(), 0)?;
        self.rest()?;
        self.database.persist(PersistMode::SyncAll).map_err(storage)
    }

    fn checkpoint(&self) -> u64 {
        self.checkpoint
    }
}

impl fmt::Debug for FjallStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("FjallStore")
            .field("limits", &self.limits)
            .field("cached_bytes", &self.cache.bytes())
            .field("checkpoint", &self.checkpoint)
            .field("settled", &self.settled)
            .field("broken", &self.broken)
            .finish_non_exhaustive()
    }
}

/// The header of state that can be used; state that can not is cleared, in one step with its header.
fn usable_header(
    database: &Database,
    state: &Keyspace,
    ledger_end: u64,
) -> Result<Header, StoreError> {
    let stored = state.get(Header::KEY).map_err(storage)?;
    let header = match stored {
        None if state.is_empty().map_err(storage)? => return Ok(Header::EMPTY),
        None => None,
        Some(bytes) => Header::parse(&bytes),
    };
    match header {
        Some(header) if header.version != STATE_VERSION => tracing::warn!(
            found = header.version,
            known = STATE_VERSION,
            "state has another layout: it is cleared, and the ledger folded from its beginning"
        ),
        Some(header) if header.reflects > ledger_end => tracing::warn!(
            state = header.reflects,
            ledger = ledger_end,
            "state is ahead of the ledger: it is cleared, and the ledger folded from its beginning"
        ),
        Some(header) => return Ok(header),
        None => tracing::warn!(
            "state has no readable header: it is cleared, and the ledger folded from its beginning"
        ),
    }
    state.clear().map_err(storage)?;
    // Before the ledger grows: after a power cut the old state must not seem to be that of a longer ledger.
    database.persist(PersistMode::SyncAll).map_err(storage)?;
    Ok(Header::EMPTY)
}

pub(super) fn storage(error: impl std::error::Error + Send + Sync + 'static) -> StoreError {
    StoreError::Storage(Box::new(error))
}

#[cfg(test)]
mod tests;
