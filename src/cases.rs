//! The sample cases that are shipped with vouch: what happened, what was claimed, what the trade expects.

use crate::wire::pb::cases::v1::Case;
use crate::wire::{JsonError, from_json};

macro_rules! groups {
    ($($name:literal,)*) => {
        /// Every group of cases: its name, and one case per line as ProtoJSON.
        pub const GROUPS: &[(&str, &str)] =
            &[$(($name, include_str!(concat!("../datasets/cases/", $name, ".jsonl"))),)*];
    };
}

groups! {
    "charge", "delivery", "key", "leak", "window", "route", "takeover", "partial", "race",
    "chargeback", "incident", "currency", "evidence", "channel", "risk", "unknown",
    "network", "batch",
}

/// A line of a file of cases that cannot be read.
#[derive(Debug, thiserror::Error)]
#[error("line {line}: {source}")]
pub struct CaseError {
    /// Its line, from 1.
    pub line: usize,
    /// What is wrong with it.
    pub source: JsonError,
}

/// Reads cases, one per line; empty lines are passed over.
///
/// # Errors
/// The first line that is no case.
pub fn read(text: &str) -> Result<Vec<Case>, CaseError> {
    let lines = text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty());
    let case = |(index, line): (usize, &str)| {
        from_json("vouch.cases.v1.Case", line)
            .map_err(|source| CaseError { line: index + 1, source })
    };
    lines.map(case).collect()
}
