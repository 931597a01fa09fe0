//! The embedded ledger, on disk.

use std::fmt;
use std::hash::BuildHasher;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use fjall::{Database, Keyspace, KeyspaceCreateOptions, OwnedWriteBatch, PersistMode};
use foldhash::fast::RandomState;

use super::check::check_names;
use super::codec::{decode, encode};
use super::key::{alias_key, id_key, listed_key, listed_position};
use super::scan::Scan;
use super::{Found, Ledger, LedgerError, Record, RecordKind};
use crate::disk::KeyFilter;
use crate::domain::{Sha256, TenantId};

/// Layout of the keyspaces below. Raise it with every change, and read the older ones. 2 adds `ledger_listed`; what is
/// listed there is unknown to 1, so that a ledger of 1 lacks nothing.
const FORMAT: u32 = 2;
const FORMAT_KEY: &str = "format";

/// Writes collect in memory up to this many bytes per keyspace before they become a file.
const MEMTABLE_BYTES: u64 = 16 * 1_024 * 1_024;

/// Memory for what is known of the ids on disk: ten bits for each of 50 million. With more, more looks for a new id go to
/// the disk.
const IDS_FILTER_BYTES: usize = 64 << 20;

/// A ledger in an embedded database.
///
/// An append is one batch over all keyspaces, forced to disk before it becomes visible here. That an id is new, as most are,
/// a filter in memory says.
#[derive(Clone)]
pub struct FjallLedger {
    database: Database,
    /// Position, 8 bytes big-endian -> record.
    records: Keyspace,
    /// Id key -> position, 8 bytes big-endian, then digest, 32 bytes.
    ids: Keyspace,
    /// Which ids may be there.
    known_ids: Arc<KeyFilter>,
    hasher: RandomState,
    /// Alias key -> position, 8 bytes big-endian.
    aliases: Keyspace,
    /// Listed key -> nothing.
    listed: Keyspace,
    /// The last position that is known to be on disk, for all handles. INVARIANT: nothing behind it is ever shown.
    end: Arc<AtomicU64>,
    /// A write failed: what is on disk is unknown until the database was opened again.
    broken: Arc<AtomicBool>,
    /// Writes a batch and forces it to disk. Tests put a failing one here.
    write: fn(OwnedWriteBatch) -> fjall::Result<()>,
}

/// Why a ledger takes no more records.
#[derive(Debug, thiserror::Error)]
#[error(
    "an earlier write failed, so what is on disk is unknown; repair the disk and start vouch again"
)]
struct BrokenError;

impl FjallLedger {
    /// Opens the ledger of a database, which may be new.
    ///
    /// # Errors
    /// The storage failed, or a newer vouch wrote the ledger.
    pub fn open(database: &Database) -> Result<Self, LedgerError> {
        let options = || KeyspaceCreateOptions::default().max_memtable_size(MEMTABLE_BYTES);
        let keyspace = |name| database.keyspace(name, options).map_err(storage);
        let meta = keyspace("ledger_meta")?;
        // Records are read by positions that exist: a filter in the largest level would never save a read.
        let hits = || options().expect_point_read_hits(true);
        let records = database.keyspace("ledger_records", hits).map_err(storage)?;
        let end = last_position(&records)?;
        check_format(database, &meta, end)?;
        let (ids, hasher) = (keyspace("ledger_ids")?, RandomState::default());
        let hash = {
            let hasher = hasher.clone();
            move |id: &[u8]| Some(hasher.hash_one(id))
        };
        let known_ids = KeyFilter::of(&ids, IDS_FILTER_BYTES, hash);
        Ok(Self {
            database: database.clone(),
            records,
            ids,
            known_ids: Arc::new(known_ids.map_err(storage)?),
            hasher,
            aliases: keyspace("ledger_aliases")?,
            listed: keyspace("ledger_listed")?,
            end: Arc::new(AtomicU64::new(end)),
            broken: Arc::default(),
            write: OwnedWriteBatch::commit,
        })
    }

    fn add(
        &self,
        batch: &mut OwnedWriteBatch,
        position: u64,
        record: &Record,
    ) -> Result<(), LedgerError> {
        let key = position.to_be_bytes();
        let id = id_key(&record.tenant, record.kind, &record.id);
        self.known_ids.note(self.hasher.hash_one(id.as_slice()));
        batch.insert(&self.records, key, encode(record)?);
        batch.insert(&self.ids, id, [key.as_slice(), &record.digest.0].concat());
        if let Some(alias) = &record.alias {
            batch.insert(&self.aliases, alias_key(&record.tenant, alias), key);
        }
        if record.kind.is_listed() {
            batch.insert(
                &self.listed,
                listed_key(&record.tenant, record.kind, position),
                b"".as_slice(),
            );
        }
        Ok(())
    }
}

impl Ledger for FjallLedger {
    fn end(&self) -> u64 {
        self.end.load(Ordering::Acquire)
    }

    fn append_all(&mut self, batches: &[&[Record]]) -> Result<u64, LedgerError> {
        if self.broken.load(Ordering::Acquire) {
            return Err(storage(BrokenError));
        }
        let count: usize = batches.iter().map(|records| records.len()).sum();
        if count == 0 {
            return Ok(self.end());
        }
        check_names(batches)?;
        let batch = OwnedWriteBatch::with_capacity(self.database.clone(), count * 3);
        // The journal is forced to disk inside `commit`, before any reader sees the batch.
        let mut batch = batch.durability(Some(PersistMode::SyncAll));
        let mut position = self.end();
        for record in batches.iter().copied().flatten() {
            position += 1;
            self.add(&mut batch, position, record)?;
        }
        (self.write)(batch).map_err(|error| {
            self.broken.store(true, Ordering::Release);
            storage(error)
        })?;
        self.end.store(position, Ordering::Release);
        Ok(position)
    }

    fn writer(&self) -> Option<Box<dyn Ledger>> {
        Some(Box::new(self.clone()))
    }

    fn find(
        &self,
        tenant: &TenantId,
        kind: RecordKind,
        id: &str,
    ) -> Result<Option<Found>, LedgerError> {
        let key = id_key(tenant, kind, id);
        if !self.known_ids.may_have(self.hasher.hash_one(key.as_slice())) {
            return Ok(None);
        }
        let Some(value) = self.ids.get(key).map_err(storage)? else { return Ok(None) };
        let (position, digest) = value.split_first_chunk().ok_or_else(|| odd_entry(id))?;
        let position = u64::from_be_bytes(*position);
        let digest = Sha256(digest.try_into().map_err(|_| odd_entry(id))?);
        Ok((position <= self.end()).then_some(Found { position, digest }))
    }

    fn find_alias(&self, tenant: &TenantId, alias: &str) -> Result<Option<u64>, LedgerError> {
        let Some(value) = self.aliases.get(alias_key(tenant, alias)).map_err(storage)? else {
            return Ok(None);
        };
        let position = <[u8; 8]>::try_from(&*value).map_err(|_| odd_entry(alias))?;
        Ok(Some(u64::from_be_bytes(position)).filter(|position| *position <= self.end()))
    }

    fn list(
        &self,
        tenant: &TenantId,
        kind: RecordKind,
        after: u64,
        limit: usize,
    ) -> Result<Vec<u64>, LedgerError> {
        let end = self.end();
        if after >= end {
            return Ok(Vec::new());
        }
        let key = |position| listed_key(tenant, kind, position);
        let mut positions = Vec::new();
        for entry in self.listed.range(key(after + 1)..=key(end)).take(limit) {
            let key = entry.key().map_err(storage)?;
            positions.push(listed_position(&key).ok_or_else(|| odd_entry("a listed record"))?);
        }
        Ok(positions)
    }

    fn read(&self, position: u64) -> Result<Option<Record>, LedgerError> {
        if position == 0 || position > self.end() {
            return Ok(None);
        }
        let bytes = self.records.get(position.to_be_bytes()).map_err(storage)?;
        let missing = || LedgerError::Damaged { position, detail: "it is missing".into() };
        decode(position, &bytes.ok_or_else(missing)?).map(Some)
    }

    fn scan(
        &self,
        position: u64,
    ) -> Box<dyn Iterator<Item = Result<(u64, Record), LedgerError>> + '_> {
        let (from, end) = (position.max(1), self.end());
        if from > end {
            return Box::new(std::iter::empty());
        }
        let range = self.records.range(from.to_be_bytes()..=end.to_be_bytes());
        Box::new(Scan::new(range, from, end))
    }
}

impl fmt::Debug for FjallLedger {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("FjallLedger")
            .field("end", &self.end())
            .field("broken", &self.broken.load(Ordering::Acquire))
            .finish_non_exhaustive()
    }
}

fn last_position(records: &Keyspace) -> Result<u64, LedgerError> {
    let Some(last) = records.last_key_value() else { return Ok(0) };
    let key = last.key().map_err(storage)?;
    let key = <[u8; 8]>::try_from(&*key).map_err(|_| odd_entry("the last record"))?;
    Ok(u64::from_be_bytes(key))
}

/// Reads the format number, and writes it into a new ledger or one of an older format.
fn check_format(database: &Database, meta: &Keyspace, end: u64) -> Result<(), LedgerError> {
    let write = || {
        meta.insert(FORMAT_KEY, FORMAT.to_be_bytes()).map_err(storage)?;
        database.persist(PersistMode::SyncAll).map_err(storage)
    };
    let Some(format) = meta.get(FORMAT_KEY).map_err(storage)? else {
        return if end > 0 { Err(odd_entry(FORMAT_KEY)) } else { write() };
    };
    let found = <[u8; 4]>::try_from(&*format).map_err(|_| odd_entry(FORMAT_KEY))?;
    let found = u32::from_be_bytes(found);
    if found > FORMAT {
        return Err(LedgerError::Format { found, known: FORMAT });
    }
    // An older vouch must not append where it would keep no list.
    if found < FORMAT { write() } else { Ok(()) }
}

fn odd_entry(name: &str) -> LedgerError {
    LedgerError::Storage(format!("the entry of `{name}` is missing or damaged").into())
}

pub(super) fn storage(error: impl std::error::Error + Send + Sync + 'static) -> LedgerError {
    LedgerError::Storage(Box::new(error))
}

#[cfg(test)]
mod tests;
