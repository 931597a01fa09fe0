//! A server under load: what all ways of driving it share.

use std::sync::Arc;
use std::time::Duration;

use tokio::task::JoinSet;
use tokio::time::{Instant, sleep_until};

use super::answer::{Checker, verdict_of};
use super::claims::{Claim, Claims};
use super::client::Caller;
use super::output::Fault;
use super::sample::{Latencies, Sample, Window};
use super::server::Server;
use super::spent::Spent;

/// Runs before anything counts.
const WARM_UP: Duration = Duration::from_millis(500);

/// `RESOURCE_EXHAUSTED`.
pub(crate) const SHED: u16 = 8;

/// A server, and what it is asked.
#[derive(Debug, Clone)]
pub(crate) struct Target {
    pub(crate) server: Arc<Server>,
    pub(crate) claims: Arc<Claims>,
    pub(crate) checker: Arc<Checker>,
}

/// The time in which answers count.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Span {
    pub(crate) begin: Instant,
    pub(crate) end: Instant,
}

impl Span {
    pub(crate) fn of(seconds: u64) -> Self {
        let begin = Instant::now() + WARM_UP;
        Self { begin, end: begin + Duration::from_secs(seconds) }
    }

    /// Whether something that was answered now counts.
    pub(crate) fn holds(self, now: Instant) -> bool {
        (self.begin..self.end).contains(&now)
    }

    /// What the server `pid` and this process use in this time.
    pub(crate) async fn watch(self, pid: u32) -> Result<Window, Fault> {
        let own = std::process::id();
        sleep_until(self.begin).await;
        let before = (Instant::now(), Spent::of(pid)?, Spent::of(own)?);
        sleep_until(self.end).await;
        let seconds = before.0.elapsed().as_secs_f64();
        let (server, client) = (Spent::of(pid)?.since(before.1), Spent::of(own)?.since(before.2));
        Ok(Window { seconds, server, client })
    }
}

impl Target {
    /// Asks about one claim. The code of a refusal, if it was one that `refusable` names.
    pub(crate) async fn ask(
        &self,
        caller: &Caller,
        claim: Claim,
        refusable: Option<u16>,
    ) -> Result<u16, Fault> {
        let reply = caller.call(claim.frame).await?;
        if reply.code == 0 {
            self.checker.check(&verdict_of(reply.frame)?, &claim.request_id)?;
        } else if Some(reply.code) != refusable {
            let (code, message) = (reply.code, reply.message);
            return Err(format!("`{}` got status {code}: {message}", claim.request_id).into());
        }
        Ok(reply.code)
    }

    /// The figures of a span, from the latencies of tasks.
    pub(crate) async fn sample(
        &self,
        span: Span,
        mut tasks: JoinSet<Result<Latencies, Fault>>,
    ) -> Result<Sample, Fault> {
        let ended = async {
            let mut latencies = Latencies::default();
            while let Some(ended) = tasks.join_next().await {
                latencies.merge(ended??);
            }
            Ok(latencies)
        };
        // A task that fails ends the run at once.
        let (window, latencies) = tokio::try_join!(span.watch(self.server.pid()), ended)?;
        Ok(Sample::new(latencies, window))
    }
}
