//! The engine's thread: takes what waits, works on it as one batch, and sees that it is on disk before it is answered.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::mpsc;

use super::ahead::Appended;
use super::core::{Computed, Core, CoreError};
use super::handle::{Asked, Job};
use super::metrics;
use super::pace::Pace;
use super::prepared::Prepared;
use super::request::EngineError;
use super::stages::Stage;
use super::writer::{Answers, News, Writer, acknowledge};
use crate::clock::Clock;

/// What the engine's thread works with.
pub(super) struct Worker {
    pub(super) core: Core,
    pub(super) clock: Arc<dyn Clock>,
    pub(super) waiting: mpsc::Receiver<Job>,
    pub(super) batch_max: usize,
    pub(super) pace: Arc<Pace>,
    pub(super) news: News,
    /// `None`: the ledger gives no second handle, and every batch is put on disk here.
    pub(super) writer: Option<Writer>,
}

impl Worker {
    /// Works until every handle is gone. Whatever waits is taken together: batches grow with the load, and nobody waits
    /// for a timer when there is none.
    pub(super) fn run(mut self) -> Result<(), EngineError> {
        metrics::live(self.core.setup(), true);
        let mut jobs = Vec::with_capacity(self.batch_max);
        let mut asked = Vec::with_capacity(self.batch_max);
        while self.waiting.blocking_recv_many(&mut jobs, self.batch_max) > 0 {
            for job in jobs.drain(..) {
                match job {
                    // Callers that have gone away want no answer any more.
                    Job::Ask(_, caller) if caller.is_gone() => {}
                    Job::Ask(request, caller) => asked.push((request, caller)),
                    Job::Adopt(setup, done) => {
                        self.work(&mut asked)?;
                        metrics::live(self.core.setup(), false);
                        self.core.adopt(setup);
                        metrics::live(self.core.setup(), true);
                        // Whoever asked for it may have gone away.
                        done.send(()).ok();
                    }
                    // It ends before this thread only when it fails.
                    Job::WriterEnded => return Err(EngineError::Storage),
                }
            }
            self.work(&mut asked)?;
        }
        self.rest()?;
        self.core.flush().map_err(|failure| {
            tracing::error!(
                error = &failure as &dyn std::error::Error,
                "state was not written out"
            );
            EngineError::Storage
        })
    }

    /// Works on what was asked together, as one batch.
    fn work(&mut self, asked: &mut Vec<(Prepared, Asked)>) -> Result<(), EngineError> {
        if asked.is_empty() {
            return Ok(());
        }
        if self.core.must_rest() {
            self.rest()?;
        }
        metrics::batch(asked.len(), self.waiting.len());
        let began = self.clock.elapsed();
        let (requests, callers): (Vec<_>, Vec<_>) = asked.drain(..).unzip();
        let (count, units) = (callers.len(), callers.iter().map(Asked::units).sum());
        let waited: Duration = callers.iter().map(|caller| caller.waited(began)).sum();
        let now = self.clock.now();
        let requests = requests.into_iter().map(|request| (now, request));
        let Computed { records, answers } =
            self.core.compute(requests, |_, prepared| prepared).map_err(failed)?;
        self.write(records, callers.into_iter().zip(answers).collect())?;
        self.pace.learn(count, units, self.clock.elapsed().saturating_sub(began));
        self.core.stopwatch.add(Stage::Queue, waited);
        self.core.stopwatch.tell();
        Ok(())
    }

    /// Puts a batch on disk and answers it: here when nobody waits, because another thread takes time to wake, and else
    /// beside the next batches.
    fn write(&mut self, records: Arc<Appended>, answers: Answers) -> Result<(), EngineError> {
        let arrived = self.writer.as_mut().map_or(Ok(None), Writer::arrived)?;
        self.settle(arrived)?;
        let quick = records.is_empty() || self.waiting.is_empty();
        if self.writer.as_ref().is_none_or(|writer| writer.is_idle() && quick) {
            self.core.append(&records).map_err(failed)?;
            acknowledge(&records, answers, &self.news);
            self.core.stopwatch.lap(Stage::Answer);
            return self.core.settle(&records).map_err(failed);
        }
        if self.writer.as_ref().is_some_and(Writer::is_full) {
            self.wait()?;
        }
        let Some(writer) = &mut self.writer else { return Err(EngineError::Storage) };
        self.core.go_ahead(Arc::clone(&records));
        writer.write(records, answers)?;
        self.core.stopwatch.lap(Stage::Writer);
        Ok(())
    }

    /// Waits until everything is on disk.
    fn rest(&mut self) -> Result<(), EngineError> {
        while self.writer.as_ref().is_some_and(|writer| !writer.is_idle()) {
            self.wait()?;
        }
        Ok(())
    }

    /// Waits until more is on disk.
    fn wait(&mut self) -> Result<(), EngineError> {
        let arrived = self.writer.as_mut().map_or(Ok(None), Writer::wait)?;
        self.core.stopwatch.lap(Stage::Writer);
        self.settle(arrived)
    }

    fn settle(&mut self, arrived: Option<Arc<Appended>>) -> Result<(), EngineError> {
        arrived.map_or(Ok(()), |records| self.core.settle(&records).map_err(failed))
    }
}

fn failed(failure: CoreError) -> EngineError {
    tracing::error!(error = &failure as &dyn std::error::Error, "storage failed: stopping");
    EngineError::Storage
}
