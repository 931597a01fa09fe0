//! `vouch.v1.RefundRiskService`.

mod stream;

use std::sync::Arc;

use tokio::sync::mpsc;
use tonic::{Request, Response, Status, Streaming};
use tracing::Instrument;

use super::ask::Ask;
use super::context::{Answers, Context, admitted, answering, decode_verdict, invalid};
use super::error::RpcError;
use crate::domain::{DecisionId, RequestId, Violations};
use crate::engine::{DecisionKey, RecordedFact};
use crate::signals::SignalValue;
use crate::wire::encoded::service::refund_risk_service_server::RefundRiskService;
use crate::wire::encoded::{ScoreRefundResponse, ScoreRefundsResponse};
use crate::wire::pb::v1;
use crate::wire::pb::v1::get_decision_request::Key;
use crate::wire::pb::v1::signal_reading::Value;
use crate::wire::{encode_challenger, encode_claim, encode_fact, encode_time};

/// Scores refund claims.
#[derive(Debug)]
pub(super) struct Risk<E>(pub(super) Arc<Context<E>>);

#[tonic::async_trait]
impl<E: Ask> RefundRiskService for Risk<E> {
    async fn score_refund(
        &self,
        request: Request<v1::ScoreRefundRequest>,
    ) -> Result<Response<ScoreRefundResponse>, Status> {
        match self.0.score(request.into_inner().claim).await {
            Ok(verdict) => Ok(Response::new(ScoreRefundResponse { verdict: Some(verdict) })),
            Err(error) => Err(error.status()),
        }
    }

    type ScoreRefundsStream = Answers<ScoreRefundsResponse>;

    async fn score_refunds(
        &self,
        request: Request<Streaming<v1::ScoreRefundsRequest>>,
    ) -> Result<Response<Self::ScoreRefundsStream>, Status> {
        let call = admitted(&request)?;
        let (answers, receiver) = mpsc::channel(stream::in_flight_max(&self.0.gate.limits));
        let run = stream::run(Arc::clone(&self.0), request.into_inner(), answers, call);
        self.0.gate.tasks.spawn(run.in_current_span());
        Ok(answering(receiver))
    }

    async fn get_decision(
        &self,
        request: Request<v1::GetDecisionRequest>,
    ) -> Result<Response<v1::GetDecisionResponse>, Status> {
        self.decision(request.into_inner()).await.map(Response::new).map_err(|e| e.status())
    }
}

impl<E: Ask> Risk<E> {
    async fn decision(
        &self,
        request: v1::GetDecisionRequest,
    ) -> Result<v1::GetDecisionResponse, RpcError> {
        let with_facts = request.with_facts;
        let (name, id, key) = decision_key(request)?;
        let Some(stored) = self.0.find(key, with_facts).await? else {
            return Err(RpcError::NoDecision { name, key: id });
        };
        Ok(v1::GetDecisionResponse {
            claim: Some(encode_claim(&stored.claim)),
            verdict: Some(decode_verdict(&id, stored.verdict)?),
            observed_at: Some(encode_time(stored.observed_at)),
            signals: stored.signals.into_iter().map(reading).collect(),
            facts: stored.facts.iter().map(recorded).collect(),
            challengers: stored.challengers.iter().map(encode_challenger).collect(),
        })
    }
}

fn recorded(fact: &RecordedFact) -> v1::RecordedFact {
    v1::RecordedFact {
        ledger_position: fact.position,
        observed_at: Some(encode_time(fact.observed_at)),
        fact: Some(encode_fact(&fact.fact)),
    }
}

fn reading((name, value): (String, Option<SignalValue>)) -> v1::SignalReading {
    let value = value.map(|value| match value {
        SignalValue::Int(value) => Value::Integer(value),
        SignalValue::Real(value) => Value::Real(value),
        SignalValue::Truth(value) => Value::Truth(value),
        SignalValue::Word(value) => Value::Text(value.to_owned()),
        SignalValue::Text(value) => Value::Text(value.as_ref().to_owned()),
    });
    v1::SignalReading { name, value }
}

/// The key, and how to speak of it: the name of its field, and the id.
fn decision_key(
    request: v1::GetDecisionRequest,
) -> Result<(&'static str, String, DecisionKey), Violations> {
    match request.key {
        None => Err(invalid("key", "is missing; give `decision_id` or `request_id`")),
        Some(Key::DecisionId(id)) => match DecisionId::parse(&id) {
            Ok(_) => Ok(("decision_id", id.clone(), DecisionKey::Decision(id))),
            Err(error) => Err(invalid("decision_id", error)),
        },
        Some(Key::RequestId(id)) => match RequestId::parse(&id) {
            Ok(request_id) => {
                tracing::Span::current().record("request_id", request_id.as_str());
                Ok(("request_id", id, DecisionKey::Request(request_id)))
            }
            Err(error) => Err(invalid("request_id", error)),
        },
    }
}
