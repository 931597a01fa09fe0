//! What a verdict costs beside its transport: `vouch serve`, with everything on and every verdict synced to disk, beside a
//! bare gRPC echo of the same messages, driven by the same client on the same machine in turn.
//!
//! `benches/load.sh`, or `cargo bench --bench load`; `-- --help` tells the options. Linux only: it reads `/proc`. Client and
//! servers share the machine's cores, so a rate is what all of them make together; the columns of processor time say what
//! is the server's.
//!
//! No claim is asked about twice. Every answer must have status OK, a decision, and the request id that was asked; one in
//! some is decoded whole; and the server's own count of verdicts must agree with the client's in the end.

#![expect(clippy::disallowed_methods, reason = "a benchmark looks at the clock")]

mod answer;
mod claims;
mod client;
mod closed;
mod counters;
mod disk;
mod echo;
mod h2load;
mod history;
mod open;
mod options;
mod output;
mod report;
mod run;
mod sample;
mod server;
mod soak;
mod spent;
mod stages;
mod stream;
mod target;

use std::process::ExitCode;

use clap::Parser;
use tokio::runtime::Builder;
use tokio::signal::unix::{SignalKind, signal};

use options::Options;
use output::Fault;

fn main() -> ExitCode {
    let options = Options::parse();
    if !options.wanted() {
        return ExitCode::SUCCESS;
    }
    match start(options) {
        Ok(()) => ExitCode::SUCCESS,
        Err(fault) => {
            use std::io::Write;
            drop(writeln!(std::io::stderr(), "error: {fault}"));
            ExitCode::FAILURE
        }
    }
}

fn start(options: Options) -> Result<(), Fault> {
    if let Some(answer) = &options.echo {
        // As many threads as vouch gives its own transport.
        return Builder::new_multi_thread().enable_all().build()?.block_on(echo::serve(answer));
    }
    // One thread: what the client takes is what the servers do not get.
    let runtime = Builder::new_multi_thread().worker_threads(1).enable_all().build()?;
    runtime.block_on(async {
        let mut terminated = signal(SignalKind::terminate())?;
        // Servers and folders go when the run is dropped.
        tokio::select! {
            ended = run::run(&options) => ended,
            _ = tokio::signal::ctrl_c() => Err("interrupted".into()),
            _ = terminated.recv() => Err("terminated".into()),
        }
    })
}
