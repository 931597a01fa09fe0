//! vouch scores refund claims of a digital-goods platform.
pub mod domain;
pub mod wire;
