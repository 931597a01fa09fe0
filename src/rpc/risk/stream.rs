//! `ScoreRefunds`: claims in, answers out as they are ready.

use std::future::poll_fn;
use std::sync::Arc;
use std::task::Poll;
use std::time::Duration;

use tokio::sync::{OwnedSemaphorePermit, mpsc};
use tonic::{Code, Status, Streaming};
use tracing::{Instrument, field};

use crate::rpc::ask::Ask;
use crate::rpc::call::{Call, semaphore};
use crate::rpc::context::Context;
use crate::rpc::deadline::Deadline;
use crate::rpc::error::RpcError;
use crate::rpc::limits::ServerLimits;
use crate::rpc::method::Method;
use crate::rpc::metrics::Stopwatch;
use crate::wire::encoded::{Outcome, ScoreRefundsResponse};
use crate::wire::pb::v1;

type Sender = mpsc::Sender<Result<ScoreRefundsResponse, Status>>;

/// Claims of one stream that may be under way.
pub(super) fn in_flight_max(limits: &ServerLimits) -> usize {
    usize::try_from(limits.stream_in_flight_max.max(1)).unwrap_or(usize::MAX)
}

/// Answers the claims of a stream until the client has sent the last one, goes away or runs out of time, or until the
/// server drains.
pub(super) async fn run<E: Ask>(
    context: Arc<Context<E>>,
    claims: Streaming<v1::ScoreRefundsRequest>,
    answers: Sender,
    call: Arc<Call>,
) {
    call.see_through(score_all(&context, claims, &answers), &answers).await;
}

async fn score_all<E: Ask>(
    context: &Arc<Context<E>>,
    mut claims: Streaming<v1::ScoreRefundsRequest>,
    answers: &Sender,
) -> Result<(), RpcError> {
    let places = semaphore(context.gate.limits.stream_in_flight_max);
    let end = loop {
        let Ok(place) = Arc::clone(&places).acquire_owned().await else { break Ok(()) };
        let claim = tokio::select! {
            biased;
            error = context.draining() => break Err(error),
            claim = claims.message() => match claim {
                Ok(Some(message)) => message.claim,
                Ok(None) => break Ok(()),
                Err(status) => break Err(context.unreadable(status)),
            },
        };
        start(context, claim, answers.clone(), place).await;
    };
    // What is under way is answered before the stream ends.
    drop(places.acquire_many(context.gate.limits.stream_in_flight_max.max(1)).await);
    end
}

/// Starts to score one claim. It is polled once here, so that claims reach the engine in the order of the stream.
async fn start<E: Ask>(
    context: &Arc<Context<E>>,
    claim: Option<v1::RefundClaim>,
    answers: Sender,
    place: OwnedSemaphorePermit,
) {
    let span = tracing::debug_span!("claim", request_id = field::Empty);
    let mut scored = Box::pin(answer(Arc::clone(context), claim).instrument(span));
    let first = poll_fn(|cx| Poll::Ready(scored.as_mut().poll(cx))).await;
    let finish = async move {
        let response = match first {
            Poll::Ready(response) => response,
            Poll::Pending => tokio::select! {
                response = scored => response,
                () = answers.closed() => return,
            },
        };
        drop(answers.send(Ok(response)).await);
        drop(place);
    };
    context.gate.tasks.spawn(finish.in_current_span());
}

async fn answer<E: Ask>(
    context: Arc<Context<E>>,
    claim: Option<v1::RefundClaim>,
) -> ScoreRefundsResponse {
    let stopwatch = Stopwatch::start();
    let request_id = claim.as_ref().map(|claim| claim.request_id.clone()).unwrap_or_default();
    let bound = Duration::from_millis(context.gate.limits.deadline_max_ms);
    let scored = tokio::time::timeout(bound, context.score(claim)).await;
    let scored = scored.unwrap_or(Err(RpcError::Deadline(Deadline::Server(bound))));
    let (code, outcome) = match scored {
        Ok(verdict) => (Code::Ok, Outcome::Verdict(verdict)),
        Err(error) => (error.code(), Outcome::Refusal(refusal(&error))),
    };
    let meters = &context.gate.meters;
    meters.took(Method::ScoreRefunds, stopwatch);
    meters.stream_messages(Method::ScoreRefunds, code, 1);
    ScoreRefundsResponse { request_id, result: Some(outcome) }
}

fn refusal(error: &RpcError) -> v1::ClaimRefusal {
    let refusal = error.refusal();
    v1::ClaimRefusal {
        code: refusal.number(),
        message: refusal.message,
        violations: refusal.violations,
    }
}
