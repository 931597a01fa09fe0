//! `WatchFindings`: what was noticed, page by page, and then what comes.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::mpsc;
use tonic::{Code, Status};

use super::PAGE_MAX;
use crate::domain::FindingKind;
use crate::engine::{EngineError, ListedFinding};
use crate::findings;
use crate::rpc::ask::Ask;
use crate::rpc::call::Call;
use crate::rpc::context::Context;
use crate::rpc::error::RpcError;
use crate::rpc::method::Method;
use crate::wire::pb::v1;
use crate::wire::{encode_finding, encode_text};

type Sender = mpsc::Sender<Result<v1::WatchFindingsResponse, Status>>;

/// What a client wants.
#[derive(Debug)]
pub(super) struct Wanted {
    /// Only what stands behind this ledger position.
    pub(super) after: u64,
    /// Only these kinds; empty: all.
    pub(super) kinds: Vec<FindingKind>,
}

/// Sends findings until the client goes away or runs out of time, until the server drains, or until the engine stops.
pub(super) async fn run<E: Ask>(
    context: Arc<Context<E>>,
    wanted: Wanted,
    answers: Sender,
    call: Arc<Call>,
) {
    let send = async {
        tokio::select! {
            biased;
            error = context.draining() => Err(error),
            end = send_all(&context, wanted, &answers) => end,
        }
    };
    call.see_through(send, &answers).await;
}

async fn send_all<E: Ask>(
    context: &Context<E>,
    Wanted { mut after, kinds }: Wanted,
    answers: &Sender,
) -> Result<(), RpcError> {
    let mut news = context.engine.news();
    let mut noted = None;
    loop {
        // Seen before the engine is asked: what is told from here on wakes the stream again.
        news.borrow_and_update();
        let page = page(context, after).await?;
        let is_last = page.is_empty();
        for listed in page {
            after = listed.position;
            let wanted = kinds.is_empty() || kinds.contains(&listed.finding.kind);
            if !wanted {
                continue;
            }
            context.gate.meters.stream_messages(Method::WatchFindings, Code::Ok, 1);
            if answers.send(Ok(response(&listed))).await.is_err() {
                return Ok(());
            }
        }
        if !is_last {
            continue;
        }
        if noted.replace(after) != Some(after) && answers.send(Ok(note(after))).await.is_err() {
            return Ok(());
        }
        if news.changed().await.is_err() {
            return Err(EngineError::Storage.into());
        }
    }
}

/// Asks until the engine has room: a stream has time.
async fn page<E: Ask>(context: &Context<E>, after: u64) -> Result<Vec<ListedFinding>, RpcError> {
    loop {
        match context.findings(after, PAGE_MAX).await {
            Err(RpcError::Engine(EngineError::Overloaded { retry_after_ms })) => {
                tokio::time::sleep(Duration::from_millis(retry_after_ms)).await;
            }
            answer => return answer,
        }
    }
}

fn response(listed: &ListedFinding) -> v1::WatchFindingsResponse {
    v1::WatchFindingsResponse {
        position: listed.position,
        finding: Some(encode_finding(&listed.finding)),
        agent_text: Some(encode_text(findings::text(&listed.finding))),
        lifted: listed.lifted,
    }
}

/// Nothing is left for now.
fn note(position: u64) -> v1::WatchFindingsResponse {
    v1::WatchFindingsResponse { position, ..Default::default() }
}
