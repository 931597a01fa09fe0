//! `StreamFacts`: facts in, acknowledgements out.

use std::pin::pin;
use std::sync::Arc;

use tokio::sync::mpsc;
use tonic::{Status, Streaming};

use super::batch::{Arrived, Recorder};
use crate::rpc::ask::Ask;
use crate::rpc::call::Call;
use crate::rpc::context::{Context, present};
use crate::rpc::error::RpcError;
use crate::wire::pb::v1;
use crate::wire::{RECORD_FACTS_MAX, decode_fact};

type Sender = mpsc::Sender<Result<v1::StreamFactsResponse, Status>>;

/// Records the facts of a stream until the client has sent the last one, goes away or runs out of time, until the
/// server drains, or until nothing can be recorded.
pub(super) async fn run<E: Ask>(
    context: Arc<Context<E>>,
    facts: Streaming<v1::StreamFactsRequest>,
    answers: Sender,
    call: Arc<Call>,
) {
    call.see_through(record_all(&context, facts, &answers), &answers).await;
}

/// Reads on while a batch is being recorded: what has arrived meanwhile is the next batch.
async fn record_all<E: Ask>(
    context: &Context<E>,
    facts: Streaming<v1::StreamFactsRequest>,
    answers: &Sender,
) -> Result<(), RpcError> {
    let (queue, arrived) = mpsc::channel(RECORD_FACTS_MAX);
    let mut record = pin!(record(context, arrived, answers));
    let read = tokio::select! {
        // Nothing can be recorded any more: nothing more is read.
        end = &mut record => return end,
        end = read(context, facts, queue) => end,
    };
    // What came before the end is recorded and acknowledged, whatever ended it.
    record.await.and(read)
}

async fn read<E: Ask>(
    context: &Context<E>,
    mut facts: Streaming<v1::StreamFactsRequest>,
    queue: mpsc::Sender<Arrived>,
) -> Result<(), RpcError> {
    loop {
        let message = tokio::select! {
            biased;
            error = context.draining() => return Err(error),
            message = facts.message() => message,
        };
        let fact = match message {
            Ok(Some(message)) => message.fact,
            Ok(None) => return Ok(()),
            Err(status) => return Err(context.unreadable(status)),
        };
        if queue.send(decoded(context, fact)).await.is_err() {
            return Ok(());
        }
    }
}

fn decoded<E: Ask>(context: &Context<E>, fact: Option<v1::Fact>) -> Arrived {
    let fact_id = fact.as_ref().map(|fact| fact.fact_id.clone()).unwrap_or_default();
    let fact =
        present(fact, "fact").and_then(|fact| decode_fact(fact, "fact", &context.time_limits()));
    match fact {
        Ok(fact) => Arrived::Fact(Box::new(fact)),
        Err(violations) => {
            Arrived::Invalid { fact_id, refusal: RpcError::from(violations).refusal() }
        }
    }
}

async fn record<E: Ask>(
    context: &Context<E>,
    mut arrived: mpsc::Receiver<Arrived>,
    answers: &Sender,
) -> Result<(), RpcError> {
    let mut recorder = Recorder::new(context);
    let mut batch = Vec::new();
    while arrived.recv_many(&mut batch, RECORD_FACTS_MAX).await > 0 {
        let acknowledgement = recorder.record(std::mem::take(&mut batch)).await?;
        if answers.send(Ok(acknowledgement)).await.is_err() {
            break;
        }
    }
    Ok(())
}
