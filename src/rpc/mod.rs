//! The gRPC edge: what comes over the network is admitted, decoded, asked of the engine and answered.
//!
//! * [`serve`] runs `vouch.v1.RefundRiskService`, `vouch.v1.FactService`, `vouch.v1.FindingService`, health and reflection
//!   on one listener until it is told to stop, and then drains.
//! * The services know the engine as [`Ask`] alone.
//! * Whatever goes wrong becomes one `RpcError`, and `status` alone says what a client sees of it.
//!
//! INVARIANT: no refusal of ours is larger than a client's default limit of 8 KiB for headers.
//! INVARIANT: when [`serve`] has returned, nothing here holds the engine any longer: whoever waits for the engine to end
//! does not wait for a client.

mod ask;
mod call;
mod connection;
mod context;
mod deadline;
mod edge;
mod error;
mod facts;
mod findings;
mod health;
mod limits;
mod method;
pub mod metrics;
mod risk;
mod server;
mod services;
mod status;

pub use ask::Ask;
pub use limits::ServerLimits;
pub use server::{ServeError, serve};

#[cfg(test)]
mod tests;
