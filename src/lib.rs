//! vouch scores refund claims of a digital-goods platform.
pub mod domain;
pub mod ledger;
pub mod state;
pub mod store;
pub mod wire;
