//! The command line: the only place that builds concrete stores, reads the clock and the environment, and prints.

mod backtest;
mod check;
mod clock;
mod convert;
mod demo;
mod demo_table;
mod drift;
mod evaluate;
mod evidence;
mod explain;
mod export;
mod findings;
mod fingerprint;
mod leak;
mod logging;
mod memory;
mod model;
mod model_folder;
mod models;
mod open;
mod output;
mod progress;
mod reload;
mod replay;
mod score;
mod serve;
mod signals;
mod simulate;
mod train;
mod verify;

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Parser, Subcommand};

pub use open::{OpenError, open_core, setup};

/// Scores refund requests of a digital-goods platform: approve, review or reject, with reasons.
#[derive(Debug, Parser)]
#[command(name = "vouch", version)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Run the server.
    Serve(serve::Serve),
    /// Check settings, policy and geo files, as the server reads them.
    Check(check::Check),
    /// Explain a decision: its reasons, its layers, and every signal as it was.
    Explain(explain::Explain),
    /// Print what a server noticed by itself: double charges, keys sold twice, leaked keys.
    Findings(findings::Findings),
    /// Print the catalogue of signals that policies and models read.
    Signals(signals::Signals),
    /// Print the fingerprints of card keys, read one per line from standard input.
    Fingerprint(fingerprint::Fingerprint),
    /// See which versions of a model there are, and put one into use.
    Model(model::ModelArgs),
    /// Tell of keys that were found in public.
    Leak(leak::LeakArgs),
    /// Look at files that buyers send as evidence.
    Evidence(evidence::EvidenceArgs),
    /// Simulate a platform: facts, claims, labels, the truth, and geo files that fit.
    Simulate(simulate::Simulate),
    /// Judge last year's orders: tables of your own, through the engine, to verdicts and a report.
    Score(score::Score),
    /// Send files of facts and claims through the engine: verdicts and signals as tables.
    Replay(replay::Replay),
    /// Replay a history under two policies or models: what changes, in claims and money, entry by entry.
    Backtest(backtest::Backtest),
    /// Write a ledger as tables: facts, claims, decisions with signals, outcomes. The server must not run.
    Export(export::Export),
    /// Replay a ledger and compare every signal and verdict with what was served. The server must not run.
    Verify(verify::Verify),
    /// Turn tables of your own (orders, payments, refunds, ...) into facts and claims.
    Convert(convert::Convert),
    /// Train a model from history: decisions with their signals, and reported outcomes.
    Train(train::Train),
    /// Say how good a model is on claims that it was not fitted on, or what each signal tells alone.
    Evaluate(evaluate::Evaluate),
    /// Say how far claims have moved from those that a model was calibrated on.
    Drift(drift::DriftArgs),
}

/// Where the settings are.
#[derive(Debug, Clone, clap::Args)]
struct ConfigArg {
    /// Settings file; without one, every setting has its default.
    #[arg(long, value_name = "FILE", env = "VOUCH_CONFIG")]
    config: Option<PathBuf>,
}

/// Runs the command that the arguments name. Exit code 0: done; 1: something was wrong with the input or the machine,
/// and standard error says what; 2: the arguments are not understood; 3: done, but some rows of the input were rejected.
#[must_use]
pub fn run() -> ExitCode {
    let result = match Cli::parse().command {
        Command::Serve(serve) => serve.run(),
        Command::Check(check) => check.run(),
        Command::Explain(explain) => explain.run(),
        Command::Findings(findings) => findings.run(),
        Command::Signals(signals) => signals.run(),
        Command::Fingerprint(fingerprint) => fingerprint.run(),
        Command::Model(model) => model.run(),
        Command::Leak(leak) => leak.run(),
        Command::Evidence(evidence) => evidence.run(),
        Command::Simulate(simulate) => simulate.run(),
        Command::Replay(replay) => return exit(replay.run()),
        Command::Backtest(backtest) => return exit(backtest.run()),
        Command::Score(score) => return exit(score.run()),
        Command::Export(export) => export.run(),
        Command::Verify(verify) => verify.run(),
        Command::Convert(convert) => return exit(convert.run()),
        Command::Train(train) => train.run(),
        Command::Evaluate(evaluate) => evaluate.run(),
        Command::Drift(drift) => drift.run(),
    };
    exit(result.map(|()| ExitCode::SUCCESS))
}

fn exit(result: Result<ExitCode, output::Failure>) -> ExitCode {
    match result {
        Ok(code) => code,
        Err(error) => {
            output::complain(&error);
            ExitCode::FAILURE
        }
    }
}
