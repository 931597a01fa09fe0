//! What the server counts itself, read from its metrics.

use super::output::Fault;
use super::server::Server;

/// Counters at one moment.
#[derive(Debug, Clone)]
pub(crate) struct Counters(String);

impl Counters {
    pub(crate) fn of(server: &Server) -> Result<Self, Fault> {
        Ok(Self(server.metrics()?))
    }

    /// The sum of a counter over its labels; 0 when nothing was counted.
    pub(crate) fn total(&self, name: &str) -> f64 {
        self.series(name).map(|(_, value)| value).sum()
    }

    /// Label and value of each series of a metric.
    pub(crate) fn series<'a>(&'a self, name: &'a str) -> impl Iterator<Item = (&'a str, f64)> {
        self.0.lines().filter_map(move |line| {
            let rest = line.strip_prefix(name)?;
            let (labels, value) = rest.rsplit_once(' ')?;
            let own = labels.is_empty() || labels.starts_with('{');
            own.then_some((labels, value.parse().ok()?))
        })
    }
}
