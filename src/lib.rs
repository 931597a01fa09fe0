//! vouch scores refund claims of a digital-goods platform.
pub mod clock;
pub mod domain;
pub mod engine;
pub mod geo;
pub mod ledger;
pub mod signals;
pub mod state;
pub mod store;
pub mod wire;
