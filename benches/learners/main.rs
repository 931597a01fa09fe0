//! What vouch's learners are worth beside scikit-learn, LightGBM and XGBoost: vouch's side of `benches/learners.sh`.
//!
//! Each part writes what all learners are to be fitted and tested on, fits vouch's, and writes down what these say of the
//! test slice; `peers.py` does the rest. A part is a run of its own, so that the memory of one is not that of another.

#![expect(clippy::disallowed_methods, reason = "a benchmark looks at the clock")]

mod handbook;
mod large;
mod npy;
mod own;
mod simulator;

use std::path::PathBuf;
use std::process::ExitCode;

use clap::Parser;
use vouch::train::{SHIPPED_SETTINGS, Settings};

/// Anything that ends a run.
type Fault = Box<dyn std::error::Error + Send + Sync>;

/// vouch's side of the comparison.
#[derive(Debug, Parser)]
#[command(name = "learners")]
struct Options {
    /// Folder of the run.
    #[arg(long, value_name = "FOLDER", default_value = concat!(env!("CARGO_TARGET_TMPDIR"), "/learners"))]
    work: PathBuf,
    /// File of settings; without one, the shipped ones.
    #[arg(long, value_name = "FILE")]
    settings: Option<PathBuf>,
    #[command(subcommand)]
    part: Option<Part>,
    /// Said by cargo, behind everything else.
    #[arg(long, hide = true, global = true)]
    bench: bool,
}

/// What is compared.
#[derive(Debug, clap::Subcommand)]
enum Part {
    /// Four weeks of the Fraud Detection Handbook's transactions.
    Handbook(handbook::Options),
    /// The last slice of simulated claims.
    Simulator(simulator::Options),
    /// A million rows: time and memory.
    Large(large::Options),
}

fn main() -> ExitCode {
    let options = Options::parse();
    // `cargo test --benches` starts benchmarks without a part.
    let Some(part) = &options.part else { return ExitCode::SUCCESS };
    match run(&options, part) {
        Ok(()) => ExitCode::SUCCESS,
        Err(fault) => {
            use std::io::Write;
            drop(writeln!(std::io::stderr(), "error: {fault}"));
            ExitCode::FAILURE
        }
    }
}

fn run(options: &Options, part: &Part) -> Result<(), Fault> {
    let source = match &options.settings {
        Some(path) => std::fs::read_to_string(path)?,
        None => SHIPPED_SETTINGS.to_owned(),
    };
    let settings = Settings::load(&source).map_err(|problems| {
        let lines = problems.iter().map(ToString::to_string);
        Fault::from(lines.collect::<Vec<_>>().join("\n"))
    })?;
    match part {
        Part::Handbook(own) => handbook::run(own, settings, &options.work.join("handbook")),
        Part::Simulator(own) => simulator::run(own, settings, &options.work.join("simulator")),
        Part::Large(own) => large::run(own, settings, &options.work.join("large")),
    }
}
