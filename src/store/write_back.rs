//! The thread that writes state while the engine goes on.

use std::sync::Arc;
use std::sync::mpsc::{Receiver, Sender, SyncSender, channel, sync_channel};
use std::thread::JoinHandle;

use fjall::{Database, Keyspace};

use super::StoreError;
use super::fjall::storage;
use super::header::Header;
use crate::disk::{KeyFilter, spawn_background};
use crate::state::{Entity, EntityKey, encode, glance_at};

/// Entities that are looked at before they are encoded: as many as the processor's caches hold.
const GLANCED_AT: usize = 64;

/// Writes that may be under way.
const UNDER_WAY_MAX: usize = 4;

/// What is written in one batch of the database, whole or not at all.
#[derive(Debug)]
pub(super) struct Write {
    /// Each with its number in the cache.
    pub(super) entities: Vec<(usize, EntityKey, Arc<Entity>)>,
    /// What is deleted.
    pub(super) gone: Vec<EntityKey>,
    /// How far the state has come with it.
    pub(super) header: Header,
}

/// A write that was done: the encoded length of each entity, by its number.
pub(super) type Written = Vec<(usize, usize)>;

/// Why nothing is written any more.
#[derive(Debug, thiserror::Error)]
#[error("the thread that writes state has ended")]
struct EndedError;

/// A thread that writes to the database, one write after another.
pub(super) struct WriteBack {
    /// `None` when it was told to end.
    work: Option<SyncSender<Write>>,
    done: Receiver<Result<Written, StoreError>>,
    under_way: usize,
    thread: Option<JoinHandle<()>>,
}

impl WriteBack {
    /// Starts it.
    ///
    /// # Errors
    /// The system gives no thread.
    pub(super) fn start(
        database: Database,
        state: Keyspace,
        on_disk: Arc<KeyFilter>,
    ) -> Result<Self, StoreError> {
        let (work, given) = sync_channel(UNDER_WAY_MAX);
        let (tell, done) = channel();
        let run = move || run(&database, &state, &on_disk, &given, &tell);
        let thread = spawn_background("state", run).map_err(storage)?;
        Ok(Self { work: Some(work), done, under_way: 0, thread: Some(thread) })
    }

    /// Nothing is under way.
    pub(super) const fn is_idle(&self) -> bool {
        self.under_way == 0
    }

    /// Another write would wait.
    pub(super) const fn is_full(&self) -> bool {
        self.under_way >= UNDER_WAY_MAX
    }

    /// Takes a write on; waits when it is full.
    ///
    /// # Errors
    /// The thread has ended: the storage failed before.
    pub(super) fn write(&mut self, write: Write) -> Result<(), StoreError> {
        if self.work.as_ref().is_none_or(|work| work.send(write).is_err()) {
            // Why it ended is told before it ends.
            let failure = self.done.try_iter().find_map(Result::err);
            return Err(failure.unwrap_or_else(|| storage(EndedError)));
        }
        self.under_way += 1;
        Ok(())
    }

    /// The next write that was done since the last call, if any.
    ///
    /// # Errors
    /// It failed.
    pub(super) fn landed(&mut self) -> Result<Option<Written>, StoreError> {
        self.done.try_recv().ok().map(|written| self.count(written)).transpose()
    }

    /// As [`Self::landed`], after waiting for it; `None` when nothing is under way.
    ///
    /// # Errors
    /// It failed.
    pub(super) fn wait(&mut self) -> Result<Option<Written>, StoreError> {
        if self.is_idle() {
            return Ok(None);
        }
        let written = self.done.recv().map_err(|_| storage(EndedError))?;
        self.count(written).map(Some)
    }

    fn count(&mut self, written: Result<Written, StoreError>) -> Result<Written, StoreError> {
        self.under_way -= 1;
        written
    }
}

impl Drop for WriteBack {
    /// What is under way is finished first.
    fn drop(&mut self) {
        drop(self.work.take());
        if let Some(thread) = self.thread.take() {
            // A panic has told itself.
            thread.join().ok();
        }
    }
}

fn run(
    database: &Database,
    state: &Keyspace,
    on_disk: &KeyFilter,
    given: &Receiver<Write>,
    done: &Sender<Result<Written, StoreError>>,
) {
    while let Ok(write) = given.recv() {
        let written = write_one(database, state, on_disk, write);
        let failed = written.is_err();
        // The store may be gone.
        done.send(written).ok();
        if failed {
            return;
        }
    }
}

fn write_one(
    database: &Database,
    state: &Keyspace,
    on_disk: &KeyFilter,
    write: Write,
) -> Result<Written, StoreError> {
    let mut batch = database.batch();
    let mut written = Vec::with_capacity(write.entities.len());
    for some in write.entities.chunks(GLANCED_AT) {
        glance_at(&some.iter().map(|(_, _, entity)| &**entity).collect::<Vec<_>>());
        for (number, key, entity) in some {
            on_disk.note(key.hash());
            let bytes = encode(entity)?;
            written.push((*number, bytes.len()));
            batch.insert(state, key.to_bytes(), bytes);
        }
    }
    for key in write.gone {
        batch.remove(state, key.to_bytes());
    }
    batch.insert(state, Header::KEY, write.header.to_bytes());
    batch.commit().map_err(storage)?;
    Ok(written)
}
