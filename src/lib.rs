//! vouch scores refund claims of a digital-goods platform.
pub mod cases;
pub mod cli;
pub mod clock;
pub mod config;
pub mod document;
pub mod domain;
pub mod engine;
pub mod features;
pub mod fingerprint;
pub mod geo;
pub mod ledger;
pub mod policy;
pub mod records;
pub mod signals;
pub mod state;
pub mod store;
pub mod wire;
