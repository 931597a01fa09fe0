//! Everything that is tested from outside, in one binary: polars is linked once.
#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test stops at the first thing that is not as it should be"
)]

mod cases;
mod check;
mod convert;
mod crash;
mod engine;
mod evidence;
mod findings;
mod history;
mod imports;
mod leak;
mod model;
mod reload;
mod scorer;
mod server;
mod simulate;
mod support;
mod train;
