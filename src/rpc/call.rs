//! Who is let in, and what a request holds while it is under way.

use std::sync::Arc;
use std::sync::atomic::{AtomicI32, Ordering};
use std::time::Duration;

use tokio::sync::{OwnedSemaphorePermit, Semaphore, mpsc};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use tokio_util::task::task_tracker::TaskTrackerToken;
use tonic::codegen::http::HeaderMap;
use tonic::{Code, Status};

use super::deadline::{self, Deadline};
use super::error::RpcError;
use super::limits::ServerLimits;
use super::method::Method;
use super::metrics::{Meters, Stopwatch};
use crate::engine::EngineError;

const BUSY_RETRY_AFTER_MS: u64 = 100;

/// The gate that every request of ours passes.
#[derive(Debug)]
pub(super) struct Gate {
    pub(super) limits: ServerLimits,
    /// Cancelled when the server takes nothing new.
    pub(super) draining: CancellationToken,
    /// Requests and streams that are under way.
    pub(super) tasks: TaskTracker,
    pub(super) meters: Arc<Meters>,
    requests: Arc<Semaphore>,
    streams: Arc<Semaphore>,
}

impl Gate {
    pub(super) fn new(limits: ServerLimits) -> Self {
        Self {
            limits,
            draining: CancellationToken::new(),
            tasks: TaskTracker::new(),
            meters: Arc::new(Meters::new()),
            requests: semaphore(limits.requests_in_flight_max),
            streams: semaphore(limits.streams_max),
        }
    }

    /// Lets a request in, or says why not. Nothing has been read of it but its headers.
    pub(super) fn admit(&self, method: Method, headers: &HeaderMap) -> Result<Call, RpcError> {
        if self.draining.is_cancelled() {
            return Err(EngineError::Draining.into());
        }
        let client = deadline::of_client(headers)?;
        let (places, what, max) = if method.is_stream() {
            (&self.streams, "streams", self.limits.streams_max)
        } else {
            (&self.requests, "requests", self.limits.requests_in_flight_max)
        };
        let place = Arc::clone(places).try_acquire_owned().map_err(|_| RpcError::Busy {
            what,
            max,
            retry_after_ms: BUSY_RETRY_AFTER_MS,
        })?;
        let own = Duration::from_millis(self.limits.deadline_max_ms);
        let deadline =
            if method.is_stream() { client } else { Some(deadline::smaller(client, own)) };
        self.meters.started(method);
        Ok(Call {
            method,
            deadline,
            stopwatch: Stopwatch::start(),
            code: AtomicI32::new(Code::Cancelled.into()),
            meters: Arc::clone(&self.meters),
            _place: place,
            _tracked: self.tasks.token(),
        })
    }
}

pub(super) fn semaphore(places: u32) -> Arc<Semaphore> {
    Arc::new(Semaphore::new(usize::try_from(places.max(1)).unwrap_or(Semaphore::MAX_PERMITS)))
}

/// A request or stream that is under way. It is counted when this is dropped; as CANCELLED, when nobody said otherwise.
#[derive(Debug)]
pub(super) struct Call {
    method: Method,
    /// How long it may take; of a stream, only if the client says so.
    deadline: Option<Deadline>,
    stopwatch: Stopwatch,
    code: AtomicI32,
    meters: Arc<Meters>,
    _place: OwnedSemaphorePermit,
    _tracked: TaskTrackerToken,
}

impl Call {
    /// How it ended.
    pub(super) fn ended(&self, code: Code) {
        self.code.store(code.into(), Ordering::Relaxed);
    }

    /// Does the work of a stream until it is done, its client goes away, or its time is up, and tells the client how it
    /// ended when that was not well.
    pub(super) async fn see_through<T>(
        &self,
        work: impl Future<Output = Result<(), RpcError>>,
        answers: &mpsc::Sender<Result<T, Status>>,
    ) {
        let end = tokio::select! {
            end = work => end,
            error = self.expiry() => Err(error),
            () = answers.closed() => return,
        };
        match end {
            Ok(()) => self.ended(Code::Ok),
            Err(error) => {
                self.ended(error.code());
                // A client that has gone away needs no status.
                drop(answers.send(Err(error.status())).await);
            }
        }
    }

    /// Waits until its time is over; for ever, when it has no bound. The time runs from this call, not from the first
    /// poll.
    pub(super) fn expiry(&self) -> impl Future<Output = RpcError> + Send + use<> {
        let timer =
            self.deadline.map(|deadline| (deadline, tokio::time::sleep(deadline.duration())));
        async {
            match timer {
                Some((deadline, sleep)) => {
                    sleep.await;
                    RpcError::Deadline(deadline)
                }
                None => std::future::pending().await,
            }
        }
    }
}

impl Drop for Call {
    fn drop(&mut self) {
        let code = Code::from_i32(self.code.load(Ordering::Relaxed));
        self.meters.ended(self.method, code);
        if !self.method.is_stream() {
            self.meters.took(self.method, self.stopwatch);
        }
    }
}
