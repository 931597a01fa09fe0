//! The thread that puts one batch on disk while the next one is worked on.

use std::sync::Arc;
use std::sync::mpsc::{Receiver, Sender, SyncSender, TryRecvError, channel, sync_channel};
use std::thread::JoinHandle;

use tokio::sync::mpsc::WeakSender;
use tokio::sync::watch;

use super::ahead::Appended;
use super::handle::{Asked, Job};
use super::request::{Answer, EngineError};
use super::stages::Stage;
use crate::clock::Clock;
use crate::ledger::Ledger;

/// What is asked for, and what is answered when the records that it tells of are on disk.
pub(super) type Answers = Vec<(Asked, Result<Answer, EngineError>)>;

/// Where it is told that findings are on disk.
pub(super) type News = Arc<watch::Sender<u64>>;

/// A thread that appends to the ledger. At most one batch is on its way.
pub(super) struct Writer {
    /// `None` when it was told to end.
    work: Option<SyncSender<(Arc<Appended>, Answers)>>,
    done: Receiver<()>,
    under_way: Option<Arc<Appended>>,
    thread: Option<JoinHandle<()>>,
}

/// Wakes the engine when this thread ends, however it ends.
struct Bell(WeakSender<Job>);

impl Writer {
    /// Starts it.
    ///
    /// # Errors
    /// The system gives no thread.
    pub(super) fn start(
        ledger: Box<dyn Ledger>,
        clock: Arc<dyn Clock>,
        news: News,
        engine: WeakSender<Job>,
    ) -> std::io::Result<Self> {
        let (work, given) = sync_channel(1);
        let (tell, done) = channel();
        let bell = Bell(engine);
        let thread = std::thread::Builder::new().name("ledger".to_owned()).spawn(move || {
            let _bell = bell;
            run(ledger, &*clock, &news, &given, &tell);
        })?;
        Ok(Self { work: Some(work), done, under_way: None, thread: Some(thread) })
    }

    /// Nothing is under way.
    pub(super) const fn is_idle(&self) -> bool {
        self.under_way.is_none()
    }

    /// Takes a batch on. Nothing else is under way.
    ///
    /// # Errors
    /// The storage failed before.
    pub(super) fn write(
        &mut self,
        records: Arc<Appended>,
        answers: Answers,
    ) -> Result<(), EngineError> {
        let work = self.work.as_ref().ok_or(EngineError::Storage)?;
        work.send((Arc::clone(&records), answers)).map_err(|_| EngineError::Storage)?;
        self.under_way = Some(records);
        Ok(())
    }

    /// What is on disk since the last call, if anything.
    ///
    /// # Errors
    /// The storage failed.
    pub(super) fn arrived(&mut self) -> Result<Option<Arc<Appended>>, EngineError> {
        if self.is_idle() {
            return Ok(None);
        }
        match self.done.try_recv() {
            Ok(()) => Ok(self.under_way.take()),
            Err(TryRecvError::Empty) => Ok(None),
            Err(TryRecvError::Disconnected) => Err(EngineError::Storage),
        }
    }

    /// As [`Self::arrived`], after waiting until nothing is under way.
    ///
    /// # Errors
    /// The storage failed.
    pub(super) fn rest(&mut self) -> Result<Option<Arc<Appended>>, EngineError> {
        if self.is_idle() {
            return Ok(None);
        }
        self.done.recv().map_err(|_| EngineError::Storage)?;
        Ok(self.under_way.take())
    }
}

impl Drop for Writer {
    /// What is under way is finished first.
    fn drop(&mut self) {
        drop(self.work.take());
        if let Some(thread) = self.thread.take() {
            // A panic has told itself, and the engine has heard the bell.
            thread.join().ok();
        }
    }
}

impl Drop for Bell {
    fn drop(&mut self) {
        if let Some(engine) = self.0.upgrade() {
            // A queue that is full keeps the engine awake: it will meet the failure by itself.
            engine.try_send(Job::WriterEnded).ok();
        }
    }
}

fn run(
    mut ledger: Box<dyn Ledger>,
    clock: &dyn Clock,
    news: &News,
    given: &Receiver<(Arc<Appended>, Answers)>,
    done: &Sender<()>,
) {
    let took = Stage::Ledger.histogram();
    while let Ok((records, answers)) = given.recv() {
        let began = clock.elapsed();
        let written = if records.is_empty() { Ok(0) } else { ledger.append(records.records()) };
        if let Err(failure) = written {
            // Answers that are dropped say that the storage failed.
            tracing::error!(error = &failure as &dyn std::error::Error, "storage failed: stopping");
            return;
        }
        took.record(clock.elapsed().saturating_sub(began).as_secs_f64());
        // The engine may be gone: it failed meanwhile.
        done.send(()).ok();
        acknowledge(&records, answers, news);
    }
}

/// Tells everybody what is on disk.
pub(super) fn acknowledge(records: &Appended, answers: Answers, news: &News) {
    if let Some(told) = records.last_finding() {
        news.send_replace(told);
    }
    for (asked, answer) in answers {
        asked.answer(answer);
    }
}
