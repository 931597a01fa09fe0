//! Closed loops: so many callers, each of which asks again when it has its answer.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use prost::Message;
use prost::bytes::Bytes;
use tokio::task::JoinSet;
use tokio::time::Instant;
use vouch::wire::pb::v1;

use super::answer::PREFIX_BYTES;
use super::client::{Caller, Connection, RECORD_FACTS, SCORE_REFUND};
use super::output::Fault;
use super::sample::{Latencies, Sample};
use super::server::Server;
use super::target::{SHED, Span, Target};

/// How long a caller that was refused waits.
const RETRY: Duration = Duration::from_millis(20);

/// Connections, and callers on each.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Shape {
    pub(crate) connections: usize,
    pub(crate) streams: usize,
}

/// Asks about claims by the unary rpc.
pub(crate) async fn unary(target: &Target, shape: Shape, seconds: u64) -> Result<Sample, Fault> {
    let connections = Connection::open_some(target.server.address, shape.connections).await?;
    let span = Span::of(seconds);
    let mut tasks = JoinSet::new();
    for connection in &connections {
        for _ in 0..shape.streams {
            tasks.spawn(asker(target.clone(), connection.caller(SCORE_REFUND)?, span));
        }
    }
    target.sample(span, tasks).await
}

async fn asker(target: Target, caller: Caller, span: Span) -> Result<Latencies, Fault> {
    let mut latencies = Latencies::default();
    loop {
        let claim = target.claims.next();
        let sent = Instant::now();
        if sent >= span.end {
            return Ok(latencies);
        }
        let code = target.ask(&caller, claim, Some(SHED)).await?;
        if code == SHED {
            // A client that behaves: it comes back later, with the next claim.
            latencies.refused();
            tokio::time::sleep(RETRY).await;
        } else if span.holds(Instant::now()) {
            latencies.add(sent.elapsed());
        }
    }
}

/// Records batches of facts, `callers` at a time: how many facts, and how long it took.
pub(crate) async fn record(
    server: &Server,
    callers: usize,
    batches: &[Bytes],
) -> Result<(u64, Duration), Fault> {
    let connections = Connection::open_some(server.address, callers).await?;
    let batches: Arc<[Bytes]> = batches.into();
    let next = Arc::new(AtomicU64::new(0));
    let began = Instant::now();
    let mut tasks = JoinSet::new();
    for connection in &connections {
        let caller = connection.caller(RECORD_FACTS)?;
        tasks.spawn(recorder(caller, Arc::clone(&batches), Arc::clone(&next)));
    }
    let mut facts = 0;
    while let Some(ended) = tasks.join_next().await {
        facts += ended??;
    }
    Ok((facts, began.elapsed()))
}

async fn recorder(
    caller: Caller,
    batches: Arc<[Bytes]>,
    next: Arc<AtomicU64>,
) -> Result<u64, Fault> {
    let mut facts = 0;
    loop {
        let at = usize::try_from(next.fetch_add(1, Ordering::Relaxed))?;
        let Some(batch) = batches.get(at) else { return Ok(facts) };
        let mut reply = caller.call(batch.clone()).await?;
        while reply.code == SHED {
            tokio::time::sleep(RETRY).await;
            reply = caller.call(batch.clone()).await?;
        }
        if reply.code != 0 {
            return Err(format!("facts got status {}: {}", reply.code, reply.message).into());
        }
        let message = reply.frame.get(PREFIX_BYTES..).unwrap_or_default();
        let receipts = v1::RecordFactsResponse::decode(message)?.receipts;
        facts += receipts.iter().map(|receipt| u64::from(!receipt.duplicate)).sum::<u64>();
    }
}
