//! The door to the engine: a bounded queue in front of its thread.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::JoinHandle;
use std::time::Duration;

use metrics::Histogram;
use tokio::sync::{mpsc, oneshot, watch};

use super::codec::Codec;
use super::core::{Core, Setup};
use super::metrics::shed;
use super::pace::{Pace, Place};
use super::prepared::Prepared;
use super::request::{Answer, EngineError, Request};
use super::stages::Stage;
use super::work::Worker;
use super::writer::Writer;
use crate::clock::Clock;

/// How much waits and how much is taken at once.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct QueueLimits {
    /// Requests that may wait; more are refused.
    pub waiting_max: usize,
    /// A request that would wait longer is refused, by how fast those before it went.
    pub longest_wait: Duration,
    /// Requests that are worked on together at most.
    pub batch_max: usize,
}

/// A refused caller is not told to come back sooner.
const RETRY_AFTER_MIN_MS: u64 = 10;

type Reply = oneshot::Sender<Result<Answer, EngineError>>;

pub(super) enum Job {
    /// A question, and who asks.
    Ask(Prepared, Asked),
    /// Work with this from here on, and say so.
    Adopt(Arc<Setup>, oneshot::Sender<()>),
    /// The thread that writes the ledger has ended.
    WriterEnded,
}

/// Somebody who waits for an answer.
pub(super) struct Asked {
    reply: Reply,
    place: Place,
    /// Since when, by [`Clock::elapsed`].
    since: Duration,
}

/// The door to a running engine. Clones lead to the same engine.
#[derive(Debug, Clone)]
pub struct EngineHandle {
    jobs: mpsc::Sender<Job>,
    pace: Arc<Pace>,
    clock: Arc<dyn Clock>,
    draining: Arc<AtomicBool>,
    findings: watch::Receiver<u64>,
    /// How the engine writes, with whatever setup.
    codec: &'static dyn Codec,
    /// How long it takes to prepare requests.
    preparing: Histogram,
}

/// A running engine. It stops when it is told to drain, or when its storage fails.
#[derive(Debug)]
pub struct EngineThread {
    thread: JoinHandle<Result<(), EngineError>>,
    draining: Arc<AtomicBool>,
}

/// Starts the engine on a thread of its own, and beside it one that writes the ledger, if that gives a
/// [handle](crate::ledger::Ledger::writer).
///
/// # Errors
/// The system gives no thread.
pub fn start(
    mut core: Core,
    clock: Arc<dyn Clock>,
    limits: QueueLimits,
) -> std::io::Result<(EngineHandle, EngineThread)> {
    core.measure(Arc::clone(&clock));
    let (jobs, waiting) = mpsc::channel(limits.waiting_max);
    let draining = Arc::new(AtomicBool::new(false));
    let (news, findings) = watch::channel(0);
    let (news, pace) = (Arc::new(news), Arc::new(Pace::new(limits.longest_wait, limits.batch_max)));
    let (codec, preparing) = (core.setup().codec, Stage::Prepare.histogram());
    let writer = core.writer().map(|ledger| {
        Writer::start(ledger, Arc::clone(&clock), Arc::clone(&news), jobs.downgrade())
    });
    let worker = Worker {
        core,
        clock: Arc::clone(&clock),
        waiting,
        batch_max: limits.batch_max,
        pace: Arc::clone(&pace),
        news,
        writer: writer.transpose()?,
    };
    let thread = std::thread::Builder::new().name("engine".to_owned()).spawn(|| worker.run())?;
    let handle = EngineHandle {
        jobs,
        pace,
        clock,
        draining: Arc::clone(&draining),
        findings,
        codec,
        preparing,
    };
    Ok((handle, EngineThread { thread, draining }))
}

impl Asked {
    pub(super) const fn units(&self) -> u64 {
        self.place.units()
    }

    /// How long it has waited at this time.
    pub(super) fn waited(&self, now: Duration) -> Duration {
        now.saturating_sub(self.since)
    }

    /// It wants no answer any more.
    pub(super) fn is_gone(&self) -> bool {
        self.reply.is_closed()
    }

    /// A caller that went away meanwhile finds the answer under its request id.
    pub(super) fn answer(self, answer: Result<Answer, EngineError>) {
        drop(self.reply.send(answer));
    }
}

impl EngineHandle {
    /// Asks the engine and waits for its answer. When the caller stops waiting, a request that has not been started
    /// is dropped; one that has is finished all the same.
    ///
    /// # Errors
    /// The queue is full or too slow, the engine drains or has failed, or the request is refused.
    pub async fn ask(&self, request: Request) -> Result<Answer, EngineError> {
        if self.draining.load(Ordering::Acquire) {
            return Err(EngineError::Draining);
        }
        let place = self.pace.enter(&request).map_err(overloaded)?;
        let began = self.clock.elapsed();
        // What nobody will ask for again is written all the same: a server's ledger forgets nothing.
        let prepared = Prepared::new(request, self.codec, |_, _, _| true);
        let since = self.clock.elapsed();
        self.preparing.record(since.saturating_sub(began).as_secs_f64());
        let (reply, answered) = oneshot::channel();
        let asked = Asked { reply, place, since };
        self.jobs.try_send(Job::Ask(prepared, asked)).map_err(|refused| match refused {
            mpsc::error::TrySendError::Full(_) => overloaded(self.pace.wait()),
            mpsc::error::TrySendError::Closed(_) => EngineError::Storage,
        })?;
        answered.await.unwrap_or(Err(EngineError::Storage))
    }

    /// Lets the engine work with another setup. Requests that wait in front of this are still answered with the old one,
    /// and no batch sees both. When it returns, the new one is at work.
    ///
    /// # Errors
    /// The engine has stopped.
    pub async fn adopt(&self, setup: Arc<Setup>) -> Result<(), EngineError> {
        let (done, adopted) = oneshot::channel();
        let sent = self.jobs.send(Job::Adopt(setup, done)).await;
        sent.map_err(|_| EngineError::Storage)?;
        adopted.await.map_err(|_| EngineError::Storage)
    }

    /// Changes whenever findings were told, of any tenant, and ends with the engine. The value is the ledger position
    /// of the last one that this process told.
    #[must_use]
    pub fn news(&self) -> watch::Receiver<u64> {
        self.findings.clone()
    }

    /// Waits until the engine's thread has ended.
    pub async fn stopped(&self) {
        self.jobs.closed().await;
    }

    /// The engine's thread has ended.
    #[must_use]
    pub fn is_stopped(&self) -> bool {
        self.jobs.is_closed()
    }
}

impl EngineThread {
    /// Refuses everything new. What waits is still answered.
    pub fn drain(&self) {
        self.draining.store(true, Ordering::Release);
    }

    /// Waits until every handle is gone and everything that waited is answered and written out.
    ///
    /// # Errors
    /// The storage failed, or the engine panicked.
    pub fn join(self) -> Result<(), EngineError> {
        self.thread.join().unwrap_or(Err(EngineError::Storage))
    }
}

/// Refuses a request: it may come back when what waits now has gone.
fn overloaded(wait: Duration) -> EngineError {
    shed();
    let retry_after_ms = u64::try_from(wait.as_millis()).unwrap_or(u64::MAX);
    EngineError::Overloaded { retry_after_ms: retry_after_ms.max(RETRY_AFTER_MIN_MS) }
}
