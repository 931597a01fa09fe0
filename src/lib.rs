//! vouch scores refund claims of a digital-goods platform.
pub mod clock;
pub mod document;
pub mod domain;
pub mod engine;
pub mod features;
pub mod geo;
pub mod ledger;
pub mod policy;
pub mod records;
pub mod signals;
pub mod state;
pub mod store;
pub mod wire;
