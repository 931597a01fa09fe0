//! What the services need of the engine.

use std::fmt::Debug;
use std::future::Future;

use tokio::sync::watch;

use crate::engine::{Answer, EngineError, EngineHandle, Request};

/// Something that answers as the engine does. Clones lead to the same one.
pub trait Ask: Clone + Debug + Send + Sync + 'static {
    /// Asks, and waits for the answer. The question is queued when the future is first polled.
    ///
    /// # Errors
    /// As [`EngineHandle::ask`].
    fn ask(&self, request: Request) -> impl Future<Output = Result<Answer, EngineError>> + Send;

    /// As [`EngineHandle::news`].
    fn news(&self) -> watch::Receiver<u64>;

    /// It will never answer again.
    fn is_stopped(&self) -> bool;
}

impl Ask for EngineHandle {
    fn ask(&self, request: Request) -> impl Future<Output = Result<Answer, EngineError>> + Send {
        Self::ask(self, request)
    }

    fn news(&self) -> watch::Receiver<u64> {
        Self::news(self)
    }

    fn is_stopped(&self) -> bool {
        Self::is_stopped(self)
    }
}
