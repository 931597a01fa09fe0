//! The thread that puts batches on disk while the next one is worked on.

use std::collections::VecDeque;
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
use crate::ledger::{Ledger, Record};

/// What is asked for, and what is answered when the records that it tells of are on disk.
pub(super) type Answers = Vec<(Asked, Result<Answer, EngineError>)>;

/// Where it is told that findings are on disk.
pub(super) type News = Arc<watch::Sender<u64>>;

/// Batches that may be on their way. Those that wait for the disk go to it together.
const UNDER_WAY_MAX: usize = 4;

/// A batch and its answers, on their way.
type Work = (Arc<Appended>, Answers);

/// A thread that appends to the ledger.
pub(super) struct Writer {
    /// `None` when it was told to end.
    work: Option<SyncSender<Work>>,
    /// How many more batches are on disk.
    done: Receiver<usize>,
    /// In order.
    under_way: VecDeque<Arc<Appended>>,
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
        let (work, given) = sync_channel(UNDER_WAY_MAX);
        let (tell, done) = channel();
        let bell = Bell(engine);
        let thread = std::thread::Builder::new().name("ledger".to_owned()).spawn(move || {
            let _bell = bell;
            run(ledger, &*clock, &news, &given, &tell);
        })?;
        Ok(Self { work: Some(work), done, under_way: VecDeque::new(), thread: Some(thread) })
    }

    /// Nothing is under way.
    pub(super) fn is_idle(&self) -> bool {
        self.under_way.is_empty()
    }

    /// It takes nothing on before something has arrived.
    pub(super) fn is_full(&self) -> bool {
        self.under_way.len() >= UNDER_WAY_MAX
    }

    /// Takes a batch on, unless it is full.
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
        self.under_way.push_back(records);
        Ok(())
    }

    /// What is on disk since the last call, if anything: the last batch that recorded something.
    ///
    /// # Errors
    /// The storage failed.
    pub(super) fn arrived(&mut self) -> Result<Option<Arc<Appended>>, EngineError> {
        let mut last = None;
        while !self.is_idle() {
            match self.done.try_recv() {
                Ok(count) => last = self.take(count).or(last),
                Err(TryRecvError::Empty) => break,
                Err(TryRecvError::Disconnected) => return Err(EngineError::Storage),
            }
        }
        Ok(last)
    }

    /// As [`Self::arrived`], after waiting until something has arrived, unless nothing is under way.
    ///
    /// # Errors
    /// The storage failed.
    pub(super) fn wait(&mut self) -> Result<Option<Arc<Appended>>, EngineError> {
        if self.is_idle() {
            return Ok(None);
        }
        let count = self.done.recv().map_err(|_| EngineError::Storage)?;
        let first = self.take(count);
        Ok(self.arrived()?.or(first))
    }

    /// So many batches more have arrived.
    fn take(&mut self, count: usize) -> Option<Arc<Appended>> {
        let count = count.min(self.under_way.len());
        self.under_way.drain(..count).rfind(|records| !records.is_empty())
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
    given: &Receiver<Work>,
    done: &Sender<usize>,
) {
    let took = Stage::Ledger.histogram();
    let mut together = Vec::with_capacity(UNDER_WAY_MAX);
    while let Ok(first) = given.recv() {
        together.push(first);
        together.extend(given.try_iter().take(UNDER_WAY_MAX - 1));
        let began = clock.elapsed();
        let batches: Vec<&[Record]> =
            together.iter().map(|(records, _)| records.records()).collect();
        if let Err(failure) = ledger.append_all(&batches) {
            // Answers that are dropped say that the storage failed.
            tracing::error!(error = &failure as &dyn std::error::Error, "storage failed: stopping");
            return;
        }
        took.record(clock.elapsed().saturating_sub(began).as_secs_f64());
        // The engine may be gone: it failed meanwhile.
        done.send(together.len()).ok();
        for (records, answers) in together.drain(..) {
            acknowledge(&records, answers, news);
        }
    }
}

/// Tells everybody what is on disk.
pub(super) fn acknowledge(records: &Appended, answers: Answers, news: &News) {
    if let Some(told) = records.last_finding() {
        // The engine may have told of later ones already.
        news.send_if_modified(|last| told > std::mem::replace(last, told.max(*last)));
    }
    for (asked, answer) in answers {
        asked.answer(answer);
    }
}
