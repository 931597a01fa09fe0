//! A ledger that can be held up, and that can fail.

use std::pin::Pin;
use std::sync::{Arc, Mutex, mpsc};
use std::task::{Context, Poll, Waker};

use vouch::domain::TenantId;
use vouch::ledger::{Found, Ledger, LedgerError, Record, RecordKind};

use crate::support::SharedLedger;

/// Called before an append, with how many there were.
pub(super) type Hook = Box<dyn FnMut(usize) -> Result<(), LedgerError> + Send>;

/// A ledger in memory that asks before it appends. A clone is the same ledger.
#[derive(Clone)]
pub(super) struct HookedLedger {
    inner: SharedLedger,
    /// It gives a handle for a thread that appends.
    has_writer: bool,
    /// How many appends there were, and what they ask.
    hook: Arc<Mutex<(usize, Hook)>>,
}

impl HookedLedger {
    /// `hook` may wait, and may fail the append.
    pub(super) fn new(inner: SharedLedger, hook: Hook) -> Self {
        Self { inner, has_writer: true, hook: Arc::new(Mutex::new((0, hook))) }
    }

    /// All appends are the engine's own.
    pub(super) fn without_writer(self) -> Self {
        Self { has_writer: false, ..self }
    }
}

/// The other side of a ledger that waits at every append but the first, which is the engine's own.
pub(super) struct Gate {
    arrivals: mpsc::Receiver<()>,
    passes: mpsc::Sender<()>,
}

impl Gate {
    /// A gate, and the hook that waits at it.
    pub(super) fn new() -> (Self, Hook) {
        let (arrive, arrivals) = mpsc::channel();
        let (passes, pass) = mpsc::channel();
        let hook = move |appends: usize| {
            if appends > 0 {
                arrive.send(()).ok();
                pass.recv().ok();
            }
            Ok(())
        };
        (Self { arrivals, passes }, Box::new(hook))
    }

    /// Waits until the engine is about to append.
    pub(super) fn reached(&self) {
        self.arrivals.recv().expect("the engine runs");
    }

    /// Lets the append through that waits, and no other.
    pub(super) fn pass(&self) {
        self.passes.send(()).expect("the engine runs");
    }

    /// Lets the engine through, now and from now on.
    pub(super) fn open(self) {
        drop(self.passes);
    }
}

impl Ledger for HookedLedger {
    fn end(&self) -> u64 {
        self.inner.end()
    }

    fn append_all(&mut self, batches: &[&[Record]]) -> Result<u64, LedgerError> {
        let mut held = self.hook.lock().expect("no hook panics");
        let (appends, hook) = &mut *held;
        hook(*appends)?;
        *appends += 1;
        self.inner.append_all(batches)
    }

    fn writer(&self) -> Option<Box<dyn Ledger>> {
        self.has_writer.then(|| Box::new(self.clone()) as Box<dyn Ledger>)
    }

    fn find(
        &self,
        tenant: &TenantId,
        kind: RecordKind,
        id: &str,
    ) -> Result<Option<Found>, LedgerError> {
        self.inner.find(tenant, kind, id)
    }

    fn find_alias(&self, tenant: &TenantId, alias: &str) -> Result<Option<u64>, LedgerError> {
        self.inner.find_alias(tenant, alias)
    }

    fn list(
        &self,
        tenant: &TenantId,
        kind: RecordKind,
        after: u64,
        limit: usize,
    ) -> Result<Vec<u64>, LedgerError> {
        self.inner.list(tenant, kind, after, limit)
    }

    fn read(&self, position: u64) -> Result<Option<Record>, LedgerError> {
        self.inner.read(position)
    }

    fn scan(
        &self,
        position: u64,
    ) -> Box<dyn Iterator<Item = Result<(u64, Record), LedgerError>> + '_> {
        self.inner.scan(position)
    }
}

/// Asks, without waiting for the answer.
pub(super) fn begin<F: Future + ?Sized>(asked: &mut Pin<Box<F>>) -> Poll<F::Output> {
    asked.as_mut().poll(&mut Context::from_waker(Waker::noop()))
}
