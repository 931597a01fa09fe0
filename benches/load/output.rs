//! What is printed, and what goes wrong.

use std::fmt::Display;
use std::io::Write;

/// Anything that ends a run.
pub(crate) type Fault = Box<dyn std::error::Error + Send + Sync>;

/// Prints a line at once: whoever waits for a long run wants to see it move.
pub(crate) fn line(text: impl Display) -> Result<(), Fault> {
    let mut out = std::io::stdout().lock();
    writeln!(out, "{text}")?;
    Ok(out.flush()?)
}
