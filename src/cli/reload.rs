//! Reading settings, policy, models and geo files anew while a server runs.

use std::convert::Infallible;
use std::sync::Arc;

use tokio::signal::unix::{SignalKind, signal};

use super::open::setup;
use super::output::Failure;
use crate::config::Config;
use crate::engine::EngineHandle;

/// Reloads that were asked for, by `result`: `done` or `refused`.
const RELOADS_TOTAL: &str = "vouch_reloads_total";

/// Reads settings as the server did when it started.
pub(super) type ReadConfig = Arc<dyn Fn() -> Result<Config, Failure> + Send + Sync>;

/// Waits for SIGHUP, and lets the engine work with what is read then. What cannot be used is refused as a whole: the
/// engine goes on as before.
pub(super) struct Reloader {
    pub(super) read: ReadConfig,
    pub(super) engine: EngineHandle,
    /// The settings that the server was started with.
    pub(super) started: Config,
}

impl Reloader {
    pub(super) async fn run(self) -> Infallible {
        let mut asked = match signal(SignalKind::hangup()) {
            Ok(asked) => asked,
            Err(error) => {
                tracing::warn!(%error, "SIGHUP is not heard: a reload takes a restart");
                return std::future::pending().await;
            }
        };
        loop {
            // Signals that come while one is worked on count as one.
            asked.recv().await;
            let result = match self.reload().await {
                Ok(()) => "done",
                Err(failure) => refused(&failure),
            };
            metrics::counter!(RELOADS_TOTAL, "result" => result).increment(1);
        }
    }

    async fn reload(&self) -> Result<(), Failure> {
        let read = Arc::clone(&self.read);
        let opened = tokio::task::spawn_blocking(move || {
            let config = read()?;
            let setup = setup(&config)?;
            Ok::<_, Failure>((config, setup))
        });
        let (config, setup) = opened.await??;
        let setup = Arc::new(setup);
        let versions = setup.versions.clone();
        self.engine.adopt(setup).await?;
        tracing::info!(
            policy = versions.policy_sha256,
            model = versions.model_sha256.as_deref().unwrap_or("none"),
            config = versions.config_sha256,
            geo = versions.geo_builds.join(" "),
            "reloaded"
        );
        for name in needs_restart(&self.started, &config) {
            tracing::warn!(setting = name, "a changed setting takes a restart");
        }
        Ok(())
    }
}

/// Logs every problem on its own.
fn refused(failure: &Failure) -> &'static str {
    for problem in failure.to_string().lines() {
        tracing::error!(problem, "the reload is refused; everything stays as it was");
    }
    "refused"
}

/// Settings that differ and are only read when a server starts.
fn needs_restart(started: &Config, now: &Config) -> Vec<&'static str> {
    let changed = [
        ("tenant", started.tenant != now.tenant),
        ("server", started.server != now.server),
        ("engine.waiting_max", started.engine.waiting_max != now.engine.waiting_max),
        ("engine.waiting_max_ms", started.engine.waiting_max_ms != now.engine.waiting_max_ms),
        ("engine.batch_max", started.engine.batch_max != now.engine.batch_max),
        ("storage.path", started.data != now.data),
        ("storage.cache_mib", started.cache_bytes != now.cache_bytes),
        ("storage.checkpoint_every", started.checkpoint_every != now.checkpoint_every),
        ("metrics", started.metrics != now.metrics),
        ("log", started.log != now.log),
    ];
    changed.into_iter().filter(|(_, changed)| *changed).map(|(name, _)| name).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_takes_a_restart_is_named() {
        let load = |text: &str| Config::load(text).unwrap();
        let started = load("");
        let changed =
            load("tenant = \"other\"\n[engine]\nbatch_max = 3\n[model]\nmax_age_d = 9.0\n");
        assert_eq!(needs_restart(&started, &changed), ["tenant", "engine.batch_max"]);
        assert_eq!(needs_restart(&started, &started), [""; 0]);
    }
}
