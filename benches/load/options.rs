//! What may be asked of a run.

use std::path::PathBuf;

/// Orders for a million accounts.
const FULL_ORDERS: u64 = 3_600_000;

/// What a verdict costs beside a bare gRPC echo of the same messages.
#[derive(Debug, Clone, clap::Parser)]
#[command(name = "load")]
pub(crate) struct Options {
    /// Orders of the simulated platform, with 0.28 accounts and 5 facts each.
    #[arg(long, default_value_t = 100_000, value_parser = clap::value_parser!(u64).range(1_000..))]
    orders: u64,
    /// A million accounts: 3,600,000 orders. Loading them takes minutes.
    #[arg(long)]
    full: bool,
    /// Seconds for each measurement.
    #[arg(long, default_value_t = 5, value_parser = clap::value_parser!(u64).range(1..=600))]
    pub(crate) seconds: u64,
    /// Pairs of measurements, echo and vouch in turn; the median counts.
    #[arg(long, default_value_t = 3, value_parser = clap::value_parser!(u16).range(1..=99))]
    pub(crate) pairs: u16,
    /// Seconds at half load in the end, with a line for each minute; 0: none.
    #[arg(long, default_value_t = 0, value_parser = clap::value_parser!(u64).range(0..=86_400))]
    pub(crate) soak_seconds: u64,
    /// Memory for remembered entities, MiB; without it, as vouch decides by itself. A soak sees memory grow until that is
    /// used up.
    #[arg(long, value_name = "MIB", value_parser = clap::value_parser!(u64).range(1..))]
    pub(crate) cache_mib: Option<u64>,
    /// The vouch binary; without one, that of this build.
    #[arg(long, value_name = "FILE", default_value = env!("CARGO_BIN_EXE_vouch"))]
    pub(crate) vouch: PathBuf,
    /// Where ledger and history are kept while it runs: a folder on a real disk.
    #[arg(long, value_name = "FOLDER", default_value = env!("CARGO_TARGET_TMPDIR"))]
    pub(crate) data: PathBuf,
    /// The policy file; without one, the shipped one.
    #[arg(long, value_name = "FILE")]
    pub(crate) policy: Option<PathBuf>,
    /// Compare the client with h2load on the echo.
    #[arg(long)]
    pub(crate) h2load: bool,
    /// Be the echo, with the answer in this file.
    #[arg(long, value_name = "FILE", hide = true)]
    pub(crate) echo: Option<PathBuf>,
    /// Said by cargo.
    #[arg(long, hide = true)]
    bench: bool,
}

impl Options {
    /// Whether this is a run at all: `cargo test --benches` starts benchmarks without saying so.
    pub(crate) fn wanted(&self) -> bool {
        self.bench || self.echo.is_some()
    }

    /// How many orders are simulated.
    pub(crate) fn orders(&self) -> u64 {
        if self.full { FULL_ORDERS } else { self.orders }
    }
}
