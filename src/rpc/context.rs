//! What the services share, and how they ask the engine.

use std::sync::Arc;
use std::time::Duration;

use metrics::Histogram;
use prost::Message;
use prost::bytes::Bytes;
use tokio_stream::wrappers::ReceiverStream;
use tonic::{Response, Status};

use super::ask::Ask;
use super::call::{Call, Gate};
use super::error::RpcError;
use crate::clock::Clock;
use crate::domain::{Fact, TenantId, Violations};
use crate::engine::{
    Answer, DecisionKey, EngineError, ListedFinding, Receipt, Request, Stage, StoredDecision,
};
use crate::wire::pb::v1;
use crate::wire::{TimeLimits, decode_claim};

/// What a stream answers.
pub(super) type Answers<T> = ReceiverStream<Result<T, Status>>;

/// What the services share.
#[derive(Debug)]
pub(super) struct Context<E> {
    pub(super) engine: E,
    pub(super) tenant: TenantId,
    pub(super) clock: Arc<dyn Clock>,
    pub(super) gate: Arc<Gate>,
    /// How long it takes to make claims and facts of messages.
    pub(super) decoding: Histogram,
}

impl<E: Ask> Context<E> {
    pub(super) fn new(engine: E, tenant: TenantId, clock: Arc<dyn Clock>, gate: Arc<Gate>) -> Self {
        Self { engine, tenant, clock, gate, decoding: Stage::Decode.histogram() }
    }

    /// Which times are believed now.
    pub(super) fn time_limits(&self) -> TimeLimits {
        TimeLimits::at(self.clock.now())
    }

    /// The encoded verdict on a claim. What is wrong with the claim is found before the first await.
    pub(super) async fn score(&self, claim: Option<v1::RefundClaim>) -> Result<Bytes, RpcError> {
        let began = self.clock.elapsed();
        let claim = decode_claim(present(claim, "claim")?, "claim", &self.time_limits())?;
        self.decoded_since(began);
        tracing::Span::current().record("request_id", claim.request_id.as_str());
        let request = Request::Score { tenant: self.tenant.clone(), claim: Box::new(claim) };
        match self.engine.ask(request).await? {
            Answer::Scored(verdict) => Ok(verdict.bytes),
            other @ (Answer::Recorded(_) | Answer::Found(_) | Answer::Listed(_)) => {
                Err(bad_answer("Score", &other))
            }
        }
    }

    /// Something was made of a message, which began then.
    pub(super) fn decoded_since(&self, began: Duration) {
        self.decoding.record(self.clock.elapsed().saturating_sub(began).as_secs_f64());
    }

    /// A decision, if there is one.
    pub(super) async fn find(
        &self,
        key: DecisionKey,
        with_facts: bool,
    ) -> Result<Option<Box<StoredDecision>>, RpcError> {
        let tenant = self.tenant.clone();
        match self.engine.ask(Request::Find { tenant, key, with_facts }).await? {
            Answer::Found(decision) => Ok(decision),
            other @ (Answer::Recorded(_) | Answer::Scored(_) | Answer::Listed(_)) => {
                Err(bad_answer("Find", &other))
            }
        }
    }

    /// A receipt for each fact, in order. All are recorded or none.
    pub(super) async fn record(&self, facts: Vec<Fact>) -> Result<Vec<Receipt>, RpcError> {
        let count = facts.len();
        match self.engine.ask(Request::Record { tenant: self.tenant.clone(), facts }).await? {
            Answer::Recorded(receipts) if receipts.len() == count => Ok(receipts),
            other @ (Answer::Recorded(_)
            | Answer::Scored(_)
            | Answer::Found(_)
            | Answer::Listed(_)) => Err(bad_answer("Record", &other)),
        }
    }

    /// The findings behind a ledger position, at most `limit`.
    pub(super) async fn findings(
        &self,
        after: u64,
        limit: usize,
    ) -> Result<Vec<ListedFinding>, RpcError> {
        let request = Request::Findings { tenant: self.tenant.clone(), after, limit };
        match self.engine.ask(request).await? {
            Answer::Listed(findings) => Ok(findings),
            other @ (Answer::Recorded(_) | Answer::Scored(_) | Answer::Found(_)) => {
                Err(bad_answer("Findings", &other))
            }
        }
    }

    /// What is wrong with reading a stream.
    pub(super) fn unreadable(&self, status: Status) -> RpcError {
        RpcError::of_transport(status, self.gate.limits.message_max_bytes)
    }

    /// Waits until the server takes nothing new.
    pub(super) async fn draining(&self) -> RpcError {
        self.gate.draining.cancelled().await;
        EngineError::Draining.into()
    }
}

/// A message that must be there.
pub(super) fn present<T>(message: Option<T>, field: &str) -> Result<T, Violations> {
    message.ok_or_else(|| invalid(field, "is missing; give it"))
}

pub(super) fn invalid(field: &str, description: impl std::fmt::Display) -> Violations {
    let mut violations = Violations::default();
    violations.add(field, description);
    violations
}

/// The verdict that was found by `key`.
pub(super) fn decode_verdict(key: &str, bytes: Bytes) -> Result<v1::Verdict, RpcError> {
    v1::Verdict::decode(bytes).map_err(|error| {
        let error = &error as &dyn std::error::Error;
        tracing::error!(key, error, "a verdict does not decode");
        RpcError::BadAnswer
    })
}

/// The admission of a stream, which the edge put there.
pub(super) fn admitted<T>(request: &tonic::Request<T>) -> Result<Arc<Call>, Status> {
    request.extensions().get::<Arc<Call>>().cloned().ok_or_else(|| {
        tracing::error!("a stream was not let in by the edge");
        RpcError::BadAnswer.status()
    })
}

/// The receiving end of a stream's answers, as the response.
pub(super) fn answering<T>(
    answers: tokio::sync::mpsc::Receiver<Result<T, Status>>,
) -> Response<Answers<T>> {
    Response::new(ReceiverStream::new(answers))
}

fn bad_answer(asked: &'static str, answer: &Answer) -> RpcError {
    let kind = match answer {
        Answer::Recorded(_) => "Recorded",
        Answer::Scored(_) => "Scored",
        Answer::Found(_) => "Found",
        Answer::Listed(_) => "Listed",
    };
    tracing::error!(asked, answer = kind, "the engine answered what was not asked");
    RpcError::BadAnswer
}
