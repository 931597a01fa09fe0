//! Logs, to standard error.

use std::io::IsTerminal;

use tracing_subscriber::EnvFilter;

use super::output::Failure;
use crate::config::LogConfig;

/// Starts logging.
///
/// # Errors
/// The filter is not understood, or logging was started before.
pub(super) fn start(log: &LogConfig) -> Result<(), Failure> {
    let filter = EnvFilter::try_new(&log.filter)?;
    let builder = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_ansi(std::io::stderr().is_terminal())
        .with_writer(std::io::stderr);
    if log.json {
        builder.json().try_init()?
    } else {
        builder.with_target(false).try_init()?
    }
    Ok(())
}
