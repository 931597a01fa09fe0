//! The in-memory store of a replay, and saving it.

use std::fs::File;
use std::io::{self, BufReader, BufWriter, Read, Write};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use super::HistoryError;
use crate::domain::Timestamp;
use crate::state::{self, Entity, EntityKey, Event, StateCodecError};
use crate::store::{MemoryStore, StateStore, StoreError};
use crate::tables::PartialFile;

/// Longest key or entity that a snapshot may hold, bytes.
const PART_MAX_BYTES: u32 = 64 << 20;

/// An in-memory store that a flush writes to a file.
#[derive(Debug, Default)]
pub(super) struct SnapshotStore {
    memory: MemoryStore,
    target: SnapshotTarget,
}

/// Where the next flush writes to; nowhere when there is none.
pub(super) type SnapshotTarget = Arc<Mutex<Option<PathBuf>>>;

impl SnapshotStore {
    /// An empty store.
    pub(super) fn new(target: SnapshotTarget) -> Self {
        Self { memory: MemoryStore::default(), target }
    }

    /// The store as it was saved.
    pub(super) fn restored(path: &Path, target: SnapshotTarget) -> Result<Self, HistoryError> {
        let failed = HistoryError::file(path, "read");
        let mut memory = MemoryStore::default();
        let restore = |memory: &mut MemoryStore| -> io::Result<Result<(), StateCodecError>> {
            let mut input = BufReader::with_capacity(1 << 20, File::open(path)?);
            let (mut key, mut entity) = (Vec::new(), Vec::new());
            while read_part(&mut input, &mut key)? {
                if !read_part(&mut input, &mut entity)? {
                    return Err(io::ErrorKind::UnexpectedEof.into());
                }
                let Some(key) = EntityKey::from_bytes(&key) else {
                    return Err(io::Error::other("a key does not decode"));
                };
                match state::decode(&entity) {
                    Ok(entity) => memory.insert(key, entity),
                    Err(error) => return Ok(Err(error)),
                }
            }
            Ok(Ok(()))
        };
        restore(&mut memory).map_err(failed)??;
        Ok(Self { memory, target })
    }

    fn save(&self, path: &Path) -> Result<(), StoreError> {
        let storage = |error: io::Error| StoreError::Storage(Box::new(error));
        let file = PartialFile::create(path).map_err(|error| StoreError::Storage(error.into()))?;
        let mut output = BufWriter::with_capacity(1 << 20, file);
        for (key, entity) in self.memory.entities() {
            write_part(&mut output, &key.to_bytes()).map_err(storage)?;
            write_part(&mut output, &state::encode(entity)?).map_err(storage)?;
        }
        let file = output.into_inner().map_err(|error| storage(error.into_error()))?;
        file.finish().map_err(|error| StoreError::Storage(error.into()))
    }
}

fn write_part(output: &mut impl Write, part: &[u8]) -> io::Result<()> {
    let len = u32::try_from(part.len()).map_err(io::Error::other)?;
    output.write_all(&len.to_be_bytes())?;
    output.write_all(part)
}

/// Reads a part in place of what is in `part`; `false` at the end.
fn read_part(input: &mut impl Read, part: &mut Vec<u8>) -> io::Result<bool> {
    let mut len = [0; 4];
    let mut first = input.by_ref().take(1);
    part.clear();
    if first.read_to_end(part)? == 0 {
        return Ok(false);
    }
    let (head, rest) = len.split_at_mut(1);
    head.copy_from_slice(part);
    input.read_exact(rest)?;
    let len = u32::from_be_bytes(len);
    if len > PART_MAX_BYTES {
        return Err(io::Error::other("a part is longer than any that was written"));
    }
    part.clear();
    let read = input.by_ref().take(u64::from(len)).read_to_end(part)?;
    if u32::try_from(read) == Ok(len) { Ok(true) } else { Err(io::ErrorKind::UnexpectedEof.into()) }
}

impl StateStore for SnapshotStore {
    fn load(&mut self, keys: &[EntityKey], now: Timestamp) -> Result<Vec<Arc<Entity>>, StoreError> {
        self.memory.load(keys, now)
    }

    fn load_one(&mut self, key: &EntityKey, now: Timestamp) -> Result<Arc<Entity>, StoreError> {
        self.memory.load_one(key, now)
    }

    fn expect(&mut self, keys: &[&EntityKey]) {
        self.memory.expect(keys);
    }

    fn commit(&mut self, events: &[Event]) -> Result<(), StoreError> {
        self.memory.commit(events)
    }

    fn settled(&mut self, position: u64) -> Result<(), StoreError> {
        self.memory.settled(position)
    }

    fn evict_expired(&mut self, now: Timestamp) -> Result<(), StoreError> {
        self.memory.evict_expired(now)
    }

    fn flush(&mut self, _position: u64) -> Result<(), StoreError> {
        let target = self.target.lock().unwrap_or_else(PoisonError::into_inner).take();
        target.map_or(Ok(()), |path| self.save(&path))
    }

    fn checkpoint(&self) -> u64 {
        self.memory.checkpoint()
    }
}
