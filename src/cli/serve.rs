//! `vouch serve`.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use metrics_exporter_prometheus::{Matcher, PrometheusBuilder};
use tokio::net::TcpListener;
use tokio::sync::Notify;

use super::clock::SystemClock;
use super::demo::{Demo, DemoFolder};
use super::output::{self, Failure};
use super::reload::{ReadConfig, Reloader};
use super::{ConfigArg, check, logging, open_core};
use crate::clock::Clock;
use crate::config::{Config, ServerConfig};
use crate::engine::{self, EngineHandle, QueueLimits};
use crate::rpc::{self, ServerLimits};

/// Upper bounds for latencies, s: answers take a disk sync.
const DURATION_BUCKETS_S: [f64; 12] =
    [0.000_25, 0.000_5, 0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.5, 1.0, 10.0];
/// Upper bounds for requests in a micro-batch.
const BATCH_BUCKETS: [f64; 9] = [1.0, 2.0, 4.0, 8.0, 16.0, 32.0, 64.0, 128.0, 256.0];

#[derive(Debug, clap::Args)]
pub(super) struct Serve {
    #[command(flatten)]
    config: ConfigArg,
    /// Serve from a new, temporary data folder with sample geo files, feed the sample cases through gRPC, print their
    /// verdicts, and go on serving.
    #[arg(long)]
    demo: bool,
    /// Address and port for gRPC; overrides the settings.
    #[arg(long, value_name = "ADDRESS", env = "VOUCH_LISTEN")]
    listen: Option<SocketAddr>,
}

impl Serve {
    /// Serves until it is told to stop (SIGINT or SIGTERM), then drains. SIGHUP makes it read settings, policy, models and
    /// geo files anew.
    pub(super) fn run(self) -> Result<(), Failure> {
        let demo = self.demo;
        let folder = demo.then(DemoFolder::new).transpose()?;
        let read: ReadConfig = Arc::new(move || {
            let mut config = check::read_config(&self.config)?;
            if let Some(folder) = &folder {
                folder.apply(&mut config);
            }
            config.server.listen = self.listen.unwrap_or(config.server.listen);
            Ok(config)
        });
        let config = read()?;
        logging::start(&config.log)?;
        let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
        runtime.block_on(serve(config, read, demo))
    }
}

async fn serve(config: Config, read: ReadConfig, demo: bool) -> Result<(), Failure> {
    let address = config.server.listen;
    // Bound before the data folder is opened: a second server must not wait for the first one's lock to say so.
    let listener = TcpListener::bind(address).await.map_err(|error| {
        format!("cannot listen on {address}: {error}; choose another `server.listen`")
    })?;
    let address = listener.local_addr()?;
    if let Some(metrics) = config.metrics {
        PrometheusBuilder::new()
            .with_http_listener(metrics)
            .set_buckets_for_metric(Matcher::Suffix("_seconds".to_owned()), &DURATION_BUCKETS_S)?
            .set_buckets_for_metric(Matcher::Suffix("_requests".to_owned()), &BATCH_BUCKETS)?
            .install()?;
    }
    let clock: Arc<dyn Clock> = Arc::new(SystemClock::new());
    let core = open_core(&config, clock.now())?;
    let ledger_end = core.ledger_end();
    let limits = QueueLimits {
        waiting_max: config.engine.waiting_max,
        longest_wait: Duration::from_millis(config.engine.waiting_max_ms),
        batch_max: config.engine.batch_max,
    };
    let (handle, thread) = engine::start(core, Arc::clone(&clock), limits)?;
    tracing::info!(%address, ledger_end, data = %config.data.display(), "serving");
    let failed = Notify::new();
    let server = rpc::serve(
        listener,
        handle.clone(),
        config.tenant.clone(),
        clock,
        limits_of(&config.server),
        async {
            tokio::select! {
                () = told_to_stop(handle.clone()) => {}
                () = failed.notified() => {}
            }
        },
    );
    let shown = async {
        let shown = if demo { Demo::new(address).run().await } else { Ok(()) };
        // Nobody reads a demo that shows nothing.
        if shown.is_err() {
            failed.notify_one();
        }
        shown
    };
    let reloader = Reloader { read, engine: handle.clone(), started: config.clone() };
    let (served, shown) = tokio::select! {
        both = async { tokio::join!(server, shown) } => both,
        never = reloader.run() => match never {},
    };
    thread.drain();
    drop(handle);
    let ended = tokio::task::spawn_blocking(move || thread.join()).await?;
    served?;
    ended?;
    shown?;
    if demo { output::line("stopped; the demo's data is gone") } else { Ok(()) }
}

fn limits_of(server: &ServerConfig) -> ServerLimits {
    ServerLimits {
        message_max_bytes: server.message_max_bytes,
        deadline_max_ms: server.deadline_max_ms,
        drain_max_ms: server.drain_max_ms,
        stream_in_flight_max: server.stream_in_flight_max,
        ..ServerLimits::default()
    }
}

/// SIGINT, SIGTERM, or an engine that cannot go on.
async fn told_to_stop(engine: EngineHandle) {
    let terminated = async {
        match tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate()) {
            Ok(mut signal) => {
                signal.recv().await;
            }
            Err(error) => {
                tracing::warn!(%error, "SIGTERM is not heard");
                std::future::pending::<()>().await;
            }
        }
    };
    tokio::select! {
        _ = tokio::signal::ctrl_c() => {}
        () = terminated => {}
        () = engine.stopped() => {}
    }
}
