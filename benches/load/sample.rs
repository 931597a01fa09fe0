//! What a measurement found.

use std::time::Duration;

use super::spent::Spent;

/// How long each of many took.
#[derive(Debug, Default, Clone)]
pub(crate) struct Latencies {
    took: Vec<Duration>,
    refused: u64,
}

impl Latencies {
    pub(crate) fn add(&mut self, latency: Duration) {
        self.took.push(latency);
    }

    /// One was refused as too many.
    pub(crate) fn refused(&mut self) {
        self.refused += 1;
    }

    pub(crate) fn merge(&mut self, other: Self) {
        self.took.extend(other.took);
        self.refused += other.refused;
    }

    pub(crate) fn count(&self) -> usize {
        self.took.len()
    }

    /// The latencies that `permille` of a thousand do not exceed, ms.
    pub(crate) fn permille_ms<const N: usize>(mut self, permille: [usize; N]) -> [f64; N] {
        self.took.sort_unstable();
        permille.map(|permille| {
            let rank = (self.took.len() * permille).div_ceil(1_000).saturating_sub(1);
            self.took.get(rank).map_or(f64::NAN, |latency| latency.as_secs_f64() * 1_000.0)
        })
    }
}

/// What a measurement found: all for one answer, or for one second.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Sample {
    pub(crate) rate: f64,
    pub(crate) p50_ms: f64,
    pub(crate) p99_ms: f64,
    pub(crate) p999_ms: f64,
    /// Processor time of the server for an answer, us.
    pub(crate) cpu_us: f64,
    /// The same of the client.
    pub(crate) client_cpu_us: f64,
    /// Written to disk by the server for an answer.
    pub(crate) written_bytes: f64,
    /// Refused as too many, for an answer.
    pub(crate) refused: f64,
}

/// What server and client used during a measurement of `seconds`.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Window {
    pub(crate) seconds: f64,
    pub(crate) server: Spent,
    pub(crate) client: Spent,
}

impl Sample {
    #[expect(clippy::cast_precision_loss, reason = "for people to read")]
    pub(crate) fn new(latencies: Latencies, window: Window) -> Self {
        let answers = (latencies.count() as f64).max(1.0);
        let refused = latencies.refused as f64 / answers;
        let [p50_ms, p99_ms, p999_ms] = latencies.permille_ms([500, 990, 999]);
        Self {
            rate: answers / window.seconds,
            p50_ms,
            p99_ms,
            p999_ms,
            cpu_us: window.server.cpu_s * 1e6 / answers,
            client_cpu_us: window.client.cpu_s * 1e6 / answers,
            written_bytes: window.server.written_bytes as f64 / answers,
            refused,
        }
    }

    /// The median of each figure by itself.
    pub(crate) fn median(samples: &[Self]) -> Self {
        let of = |figure: fn(&Self) -> f64| median(samples.iter().map(figure).collect());
        Self {
            rate: of(|sample| sample.rate),
            p50_ms: of(|sample| sample.p50_ms),
            p99_ms: of(|sample| sample.p99_ms),
            p999_ms: of(|sample| sample.p999_ms),
            cpu_us: of(|sample| sample.cpu_us),
            client_cpu_us: of(|sample| sample.client_cpu_us),
            written_bytes: of(|sample| sample.written_bytes),
            refused: of(|sample| sample.refused),
        }
    }
}

/// The middle one; of two in the middle, the smaller.
pub(crate) fn median(mut figures: Vec<f64>) -> f64 {
    figures.sort_unstable_by(f64::total_cmp);
    figures.get(figures.len().saturating_sub(1) / 2).copied().unwrap_or(f64::NAN)
}
