//! The engine: one deterministic core on a thread of its own, fed by a bounded queue.

mod ahead;
mod batch;
mod codec;
mod context;
mod core;
mod degraded;
mod drift;
mod gather;
mod handle;
pub mod metrics;
mod models;
mod pace;
mod places;
mod prepared;
mod request;
mod scorer;
mod shown;
mod stages;
mod work;
mod writer;

pub use codec::{Codec, CodecError, RecordedClaim};
pub use core::{Core, CoreError, SCHEMA_TENANT, Setup};
pub use handle::{EngineHandle, EngineThread, QueueLimits, start};
pub use models::Models;
pub use request::{
    Answer, DecisionKey, EngineError, ListedFinding, Receipt, RecordedFact, Request,
    StoredDecision, StoredVerdict,
};
pub use scorer::{Scorer, ScorerError};
pub use stages::{STAGE_SECONDS, Stage};
