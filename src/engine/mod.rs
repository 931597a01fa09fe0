//! The engine: one deterministic core on a thread of its own, fed by a bounded queue.

mod core;
mod handle;
pub mod metrics;
mod request;

pub use core::{Core, CoreError};
pub use handle::{EngineHandle, EngineThread, QueueLimits, start};
pub use request::{
    Answer, DecisionKey, EngineError, Receipt, Request, StoredDecision, StoredVerdict,
};
