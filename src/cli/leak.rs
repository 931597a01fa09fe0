//! `vouch leak`.

mod facts;
mod progress;
mod read;
mod send;

use std::path::PathBuf;

use clap::{Subcommand, ValueEnum};

use self::facts::Leak;
use self::read::{Line, LineError, Read};
use super::clock::SystemClock;
use super::output::{self, Failure};
use crate::clock::Clock;
use crate::domain::{KeyFingerprint, Timestamp};
use crate::fingerprint::Fingerprinter;

#[derive(Debug, clap::Args)]
pub(super) struct LeakArgs {
    #[command(subcommand)]
    command: LeakCommand,
}

#[derive(Debug, Subcommand)]
enum LeakCommand {
    /// Tell a running server of keys that were found in public. The same list again changes nothing.
    Import(Import),
}

impl LeakArgs {
    /// Runs the subcommand.
    pub(super) fn run(self) -> Result<(), Failure> {
        match self.command {
            LeakCommand::Import(import) => import.run(),
        }
    }
}

#[derive(Debug, clap::Args)]
struct Import {
    /// Lists of keys, one per line; `-` is standard input. Nothing is sent unless every line of every file is valid.
    #[arg(required = true, value_name = "FILE")]
    files: Vec<PathBuf>,
    /// Where the keys were found: a forum, a paste, a channel. 1 to 128 bytes.
    #[arg(long, value_name = "NAME", value_parser = facts::parse_source)]
    source: String,
    /// Since when the source showed them, for example `2026-05-01T00:00:00Z`; without it, since now.
    #[arg(long, value_name = "RFC3339", value_parser = facts::parse_time)]
    first_seen: Option<Timestamp>,
    /// Where the server listens.
    #[arg(long, value_name = "ADDRESS", env = "VOUCH_SERVER", default_value = "127.0.0.1:50051")]
    server: String,
    /// What a line holds.
    #[arg(long, value_enum, default_value_t = Format::Fingerprints)]
    format: Format,
    /// The platform's secret pepper, at least 16 bytes, for `--format keys`.
    #[arg(long, env = "VOUCH_KEY_PEPPER", hide_env_values = true, value_name = "SECRET")]
    pepper: Option<String>,
    /// Pass over lines that are not valid, and count them.
    #[arg(long)]
    skip_bad: bool,
}

/// What a line holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Format {
    /// A fingerprint, as 64 hexadecimal digits.
    Fingerprints,
    /// A key in clear: it is fingerprinted at once and neither kept nor shown.
    Keys,
}

impl Import {
    fn run(self) -> Result<(), Failure> {
        let parse = self.parser()?;
        let mut read = read::files(&self.files, &*parse)?;
        if !self.skip_bad && read.bad > 0 {
            return Err(refused(&read));
        }
        facts::arrange(&mut read.keys);
        let leak = Leak {
            source: self.source,
            first_seen: self.first_seen,
            now: SystemClock::new().now(),
        };
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        let sent = runtime.block_on(send::send(&self.server, &leak, &read.keys))?;
        let skipped = match read.bad {
            0 => String::new(),
            bad => format!(", {bad} bad lines skipped"),
        };
        output::line(format!(
            "{} keys read, {} distinct, {} sent, {} of them already known{skipped}",
            read.read,
            read.keys.len(),
            sent.keys,
            sent.known
        ))
    }

    fn parser(&self) -> Result<Box<Line>, Failure> {
        match self.format {
            Format::Fingerprints => Ok(Box::new(fingerprint_of)),
            Format::Keys => {
                let pepper = self
                    .pepper
                    .as_deref()
                    .ok_or("clear keys need the platform's secret pepper; set VOUCH_KEY_PEPPER")?;
                let maker = Fingerprinter::new(pepper.as_bytes())?;
                Ok(Box::new(move |key| Ok(maker.fingerprint(key)?)))
            }
        }
    }
}

/// A line may hold a key in clear by mistake: it is not repeated.
fn fingerprint_of(line: &str) -> Result<KeyFingerprint, LineError> {
    let mut bytes = [0; 32];
    match hex::decode_to_slice(line, &mut bytes) {
        Ok(()) => Ok(KeyFingerprint(bytes)),
        Err(_) => Err(LineError::NoFingerprint),
    }
}

fn refused(read: &Read) -> Failure {
    let mut lines = read.problems.clone();
    let unnamed = read.bad - read.problems.len();
    if unnamed > 0 {
        lines.push(format!("and {unnamed} more bad lines"));
    }
    let bad = read.bad;
    lines.push(format!(
        "nothing was sent: {bad} bad lines; correct them, or pass over them with `--skip-bad`"
    ));
    Failure::Problems(lines)
}
