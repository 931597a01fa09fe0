//! The door to the engine: a bounded queue in front of its thread.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::JoinHandle;

use tokio::sync::{mpsc, oneshot, watch};

use super::core::{Core, Setup};
use super::metrics;
use super::request::{Answer, EngineError, Request};
use crate::clock::Clock;

/// How much waits and how much is taken at once.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct QueueLimits {
    /// Requests that may wait; more are refused.
    pub waiting_max: usize,
    /// Requests that are worked on together at most.
    pub batch_max: usize,
}

/// When a refused caller should try again: about the time in which a full queue is worked off.
const RETRY_AFTER_MS: u64 = 50;

type Reply = oneshot::Sender<Result<Answer, EngineError>>;

enum Job {
    /// A question, and where its answer goes.
    Ask(Request, Reply),
    /// Work with this from here on, and say so.
    Adopt(Arc<Setup>, oneshot::Sender<()>),
}

/// The door to a running engine. Clones lead to the same engine.
#[derive(Debug, Clone)]
pub struct EngineHandle {
    jobs: mpsc::Sender<Job>,
    draining: Arc<AtomicBool>,
    findings: watch::Receiver<u64>,
}

/// A running engine. It stops when it is told to drain, or when its storage fails.
#[derive(Debug)]
pub struct EngineThread {
    thread: JoinHandle<Result<(), EngineError>>,
    draining: Arc<AtomicBool>,
}

/// Starts the engine on a thread of its own.
///
/// # Errors
/// The system gives no thread.
pub fn start(
    core: Core,
    clock: Arc<dyn Clock>,
    limits: QueueLimits,
) -> std::io::Result<(EngineHandle, EngineThread)> {
    let (jobs, waiting) = mpsc::channel(limits.waiting_max);
    let draining = Arc::new(AtomicBool::new(false));
    let (news, findings) = watch::channel(core.last_finding());
    let thread = std::thread::Builder::new()
        .name("engine".to_owned())
        .spawn(move || run(core, &*clock, waiting, limits.batch_max, &news))?;
    let handle = EngineHandle { jobs, draining: Arc::clone(&draining), findings };
    Ok((handle, EngineThread { thread, draining }))
}

impl EngineHandle {
    /// Asks the engine and waits for its answer. When the caller stops waiting, a request that has not been started
    /// is dropped; one that has is finished all the same.
    ///
    /// # Errors
    /// The queue is full, the engine drains or has failed, or the request is refused.
    pub async fn ask(&self, request: Request) -> Result<Answer, EngineError> {
        if self.draining.load(Ordering::Acquire) {
            return Err(EngineError::Draining);
        }
        let (answer, answered) = oneshot::channel();
        self.jobs.try_send(Job::Ask(request, answer)).map_err(|refused| match refused {
            mpsc::error::TrySendError::Full(_) => {
                metrics::shed();
                EngineError::Overloaded { retry_after_ms: RETRY_AFTER_MS }
            }
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

/// Works until every handle is gone. Whatever waits is taken together: batches grow with the load, and nobody waits for
/// a timer when there is none.
fn run(
    mut core: Core,
    clock: &dyn Clock,
    mut waiting: mpsc::Receiver<Job>,
    batch_max: usize,
    news: &watch::Sender<u64>,
) -> Result<(), EngineError> {
    metrics::live(core.setup(), true);
    let mut jobs = Vec::with_capacity(batch_max);
    let mut asked = Vec::with_capacity(batch_max);
    while waiting.blocking_recv_many(&mut jobs, batch_max) > 0 {
        let left = waiting.len();
        for job in jobs.drain(..) {
            match job {
                // Callers that have gone away want no answer any more.
                Job::Ask(_, answer) if answer.is_closed() => {}
                Job::Ask(request, answer) => asked.push((request, answer)),
                Job::Adopt(setup, done) => {
                    work(&mut core, clock, &mut asked, left, news)?;
                    metrics::live(core.setup(), false);
                    core.adopt(setup);
                    metrics::live(core.setup(), true);
                    // Whoever asked for it may have gone away.
                    done.send(()).ok();
                }
            }
        }
        work(&mut core, clock, &mut asked, left, news)?;
    }
    core.flush().map_err(|failure| {
        tracing::error!(error = &failure as &dyn std::error::Error, "state was not written out");
        EngineError::Storage
    })
}

/// Answers what was asked together, as one batch; `left` more wait behind it.
fn work(
    core: &mut Core,
    clock: &dyn Clock,
    asked: &mut Vec<(Request, Reply)>,
    left: usize,
    news: &watch::Sender<u64>,
) -> Result<(), EngineError> {
    metrics::batch(asked.len(), left);
    let (requests, answers): (Vec<_>, Vec<_>) = asked.drain(..).unzip();
    let results = core.process(requests, clock.now()).map_err(|failure| {
        tracing::error!(error = &failure as &dyn std::error::Error, "storage failed: stopping");
        EngineError::Storage
    })?;
    let told = core.last_finding();
    news.send_if_modified(|last| std::mem::replace(last, told) != told);
    for (answer, result) in answers.into_iter().zip(results) {
        // A caller that went away meanwhile finds the answer under its request id.
        drop(answer.send(result));
    }
    Ok(())
}
