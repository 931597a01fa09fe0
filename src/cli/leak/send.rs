//! Telling a server.

use std::time::Duration;

use tokio::task::JoinSet;
use tonic::transport::Channel;
use tonic::{Code, Status};

use super::facts::Leak;
use super::progress::Progress;
use crate::cli::output::Failure;
use crate::domain::KeyFingerprint;
use crate::wire::pb::v1::fact_service_client::FactServiceClient;
use crate::wire::pb::v1::{Fact, RecordFactsRequest};

/// Facts that are under way at once. A request carries one: a server answers claims between two of them, and an id that
/// is taken refuses nothing else.
const IN_FLIGHT: usize = 8;
/// Longest wait for a connection.
const CONNECT_MAX: Duration = Duration::from_secs(10);
/// Longest wait for an answer.
const ANSWER_MAX: Duration = Duration::from_secs(60);
/// How often a fact is sent when the server has no room for it.
const TRIES: u32 = 8;
/// Wait before the second try; it doubles with each.
const RETRY_AFTER: Duration = Duration::from_millis(50);

/// What was told.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Sent {
    /// Keys.
    pub(super) keys: usize,
    /// Keys of facts that the server had recorded before.
    pub(super) known: usize,
}

/// Why the rest was not told.
#[derive(Debug, thiserror::Error)]
#[error(
    "{} of {total} keys were recorded, then the server answered {:?}: {}; run the same command again: what is recorded stays as it is",
    .sent.keys, .status.code(), .status.message()
)]
struct SendError {
    sent: Sent,
    total: usize,
    status: Box<Status>,
}

/// Tells the server of all keys; when it returns, they are on its disk.
pub(super) async fn send(
    server: &str,
    leak: &Leak,
    keys: &[KeyFingerprint],
) -> Result<Sent, Failure> {
    let client = FactServiceClient::new(connect(server).await?);
    let progress = Progress::new(keys.len());
    let mut sent = Sent::default();
    let mut facts = leak.facts(keys);
    let mut under_way = JoinSet::new();
    // A leak without a date has the date of its first telling: the server calls the second one a conflict.
    let dated = leak.first_seen.is_some();
    loop {
        while under_way.len() < IN_FLIGHT
            && let Some(fact) = facts.next()
        {
            let (fact, count) = fact?;
            let client = client.clone();
            under_way.spawn(async move { (record(client, fact, dated).await, count) });
        }
        let Some(answered) = under_way.join_next().await else { return Ok(sent) };
        match answered? {
            (Ok(known), count) => {
                sent.keys += count;
                sent.known += if known { count } else { 0 };
                progress.done(sent.keys);
            }
            (Err(status), _) => {
                let status = Box::new(status);
                return Err(SendError { sent, total: keys.len(), status }.into());
            }
        }
    }
}

async fn connect(server: &str) -> Result<Channel, Failure> {
    let endpoint = Channel::from_shared(format!("http://{server}"))
        .map_err(|error| format!("`{server}` is no address such as 127.0.0.1:50051: {error}"))?;
    let connected = endpoint.connect_timeout(CONNECT_MAX).timeout(ANSWER_MAX).connect().await;
    let unreachable = |error| Unreachable { server: server.to_owned(), source: error };
    Ok(connected.map_err(unreachable)?)
}

/// Nobody answers.
#[derive(Debug, thiserror::Error)]
#[error(
    "no vouch answers at `{server}`: start one with `vouch serve`, or name another with `--server`"
)]
struct Unreachable {
    server: String,
    source: tonic::transport::Error,
}

/// Whether the server had recorded it before.
async fn record(
    mut client: FactServiceClient<Channel>,
    fact: Fact,
    dated: bool,
) -> Result<bool, Status> {
    let mut wait = RETRY_AFTER;
    let request = RecordFactsRequest { facts: vec![fact] };
    for last in (0..TRIES).rev() {
        match client.record_facts(request.clone()).await {
            Ok(answer) => {
                return Ok(answer.into_inner().receipts.iter().all(|receipt| receipt.duplicate));
            }
            Err(status) if status.code() == Code::AlreadyExists && !dated => return Ok(true),
            Err(status) if status.code() == Code::ResourceExhausted && last > 0 => {
                tokio::time::sleep(wait).await;
                wait *= 2;
            }
            Err(status) => return Err(status),
        }
    }
    Ok(false)
}
