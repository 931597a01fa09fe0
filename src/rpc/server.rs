//! The server: what is on the listener, and how it ends.

use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use tonic::transport::Server;

use super::ask::Ask;
use super::call::Gate;
use super::connection::Connections;
use super::context::Context;
use super::edge::Edge;
use super::limits::ServerLimits;
use super::services::Services;
use crate::clock::Clock;
use crate::domain::TenantId;

/// Largest headers of a request, in bytes; gRPC's own default.
const HEADERS_MAX_BYTES: u32 = 8 * 1_024;
/// How long tasks may take to notice that their connection was cut off.
const CUT_MAX: Duration = Duration::from_secs(1);

/// Why the server could not serve.
#[derive(Debug, thiserror::Error)]
pub enum ServeError {
    /// The descriptors of the services do not fit together.
    #[error("reflection could not be set up")]
    Reflection(#[from] tonic_reflection::server::Error),
    /// The transport failed.
    #[error("the gRPC transport failed")]
    Transport(#[from] tonic::transport::Error),
}

/// Serves on `listener` until `shutdown` comes, then drains: health says NOT_SERVING, new requests get UNAVAILABLE,
/// running ones are finished, and streams are ended after what they had sent was answered. Then the listener and the
/// connections are closed. What still runs after [`ServerLimits::drain_max_ms`] is cut off. The engine itself is not told
/// to stop, nor to drain.
///
/// # Errors
/// The server could not be set up, or the transport failed.
pub async fn serve<E: Ask>(
    listener: TcpListener,
    engine: E,
    tenant: TenantId,
    clock: Arc<dyn Clock>,
    limits: ServerLimits,
    shutdown: impl Future<Output = ()> + Send,
) -> Result<(), ServeError> {
    let gate = Arc::new(Gate::new(limits));
    let (close, cut, open) =
        (CancellationToken::new(), CancellationToken::new(), TaskTracker::new());
    let context = Context::new(engine, tenant, clock, Arc::clone(&gate));
    let edge = Edge::new(Services::new(Arc::new(context))?, Arc::clone(&gate));
    let connections = Connections::new(listener, limits.connections_max, cut.clone(), open.clone());
    let mut serving = Box::pin(transport(&limits).serve_with_incoming_shutdown(
        edge,
        connections,
        close.clone().cancelled_owned(),
    ));
    tokio::select! {
        ended = &mut serving => return Ok(ended?),
        () = shutdown => {}
    }
    tracing::info!("draining");
    let drained = drain(&gate, &close, &mut serving);
    let drain_max = Duration::from_millis(limits.drain_max_ms);
    let drained = tokio::time::timeout(drain_max, drained).await;
    drop(serving);
    cut.cancel();
    match drained {
        Ok(ended) => ended?,
        Err(_) => tracing::warn!(drain_max_ms = limits.drain_max_ms, "cutting off what still runs"),
    }
    open.close();
    let ended = async { tokio::join!(open.wait(), gate.tasks.wait()) };
    if tokio::time::timeout(CUT_MAX, ended).await.is_err() {
        tracing::error!(tasks = gate.tasks.len(), connections = open.len(), "left behind");
    }
    tracing::info!("drained");
    Ok(())
}

/// Finishes what runs while the connections stay open: a new request is answered UNAVAILABLE, where a client on a
/// connection that closes would have to guess. Then closes the listener and the connections.
async fn drain(
    gate: &Gate,
    close: &CancellationToken,
    serving: impl Future<Output = Result<(), tonic::transport::Error>>,
) -> Result<(), tonic::transport::Error> {
    let mut serving = pin!(serving);
    gate.draining.cancel();
    gate.tasks.close();
    tokio::select! {
        ended = &mut serving => return ended,
        () = gate.tasks.wait() => {}
    }
    close.cancel();
    serving.await
}

fn transport(limits: &ServerLimits) -> Server {
    Server::builder()
        .max_concurrent_streams(limits.connection_streams_max.max(1))
        .http2_max_header_list_size(HEADERS_MAX_BYTES)
        .http2_keepalive_interval(Some(Duration::from_millis(limits.keepalive_interval_ms)))
        .http2_keepalive_timeout(Some(Duration::from_millis(limits.keepalive_timeout_ms)))
}
