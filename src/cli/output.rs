//! Writing to the terminal.

use std::fmt;
use std::io::{self, Write};

use crate::document::Problem;

/// Why a command failed: what to print on standard error.
#[derive(Debug)]
pub(super) enum Failure {
    /// One thing, with its causes.
    Error(Box<dyn std::error::Error + Send + Sync>),
    /// Files with problems, one line each.
    Problems(Vec<String>),
}

impl<E: Into<Box<dyn std::error::Error + Send + Sync>>> From<E> for Failure {
    fn from(error: E) -> Self {
        Self::Error(error.into())
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Problems(lines) => f.write_str(&lines.join("\n")),
            Self::Error(error) => {
                write!(f, "error: {error}")?;
                let mut source = error.source();
                while let Some(cause) = source {
                    write!(f, "\n  because {cause}")?;
                    source = cause.source();
                }
                Ok(())
            }
        }
    }
}

/// Problems of a file, as `file:line: severity: message`.
pub(super) fn located(file: &str, problems: &[Problem]) -> Vec<String> {
    problems.iter().map(|problem| format!("{file}:{problem}")).collect()
}

/// Prints a line. A reader that went away, as in `vouch signals | head`, is no fault.
pub(super) fn line(text: impl fmt::Display) -> Result<(), Failure> {
    match writeln!(io::stdout().lock(), "{text}") {
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
        other => Ok(other?),
    }
}

/// Prints a failure on standard error; there is nobody left to tell when that fails.
pub(super) fn complain(failure: &Failure) {
    drop(writeln!(io::stderr().lock(), "{failure}"));
}

/// Digits in threes.
pub(super) fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}
