//! Everything that is tested from outside, in one binary: polars is linked once.
#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test stops at the first thing that is not as it should be"
)]

mod bad_input;
mod cases;
mod check;
mod convert;
mod crash;
mod engine;
mod evidence;
mod findings;
mod history;
mod imports;
mod interrupted;
mod leak;
mod model;
mod parity;
mod reload;
mod sample;
mod scorer;
mod server;
mod signals;
mod simulate;
mod support;
mod terminal;
mod train;
mod workers;
