//! `vouch.v1.FactService`.

mod batch;
mod stream;

use std::sync::Arc;

use tokio::sync::mpsc;
use tonic::{Request, Response, Status, Streaming};
use tracing::Instrument;

use super::ask::Ask;
use super::context::{Answers, Context, admitted, answering};
use super::error::RpcError;
use crate::wire::decode_facts;
use crate::wire::pb::v1;
use crate::wire::pb::v1::fact_service_server::FactService;

/// Acknowledgements that may wait for the client; then reading waits too.
const ACKNOWLEDGEMENTS_MAX: usize = 16;

/// Takes in what happens on the platform.
#[derive(Debug)]
pub(super) struct Facts<E>(pub(super) Arc<Context<E>>);

#[tonic::async_trait]
impl<E: Ask> FactService for Facts<E> {
    async fn record_facts(
        &self,
        request: Request<v1::RecordFactsRequest>,
    ) -> Result<Response<v1::RecordFactsResponse>, Status> {
        match self.record(request.into_inner().facts).await {
            Ok(receipts) => Ok(Response::new(v1::RecordFactsResponse { receipts })),
            Err(error) => Err(error.status()),
        }
    }

    type StreamFactsStream = Answers<v1::StreamFactsResponse>;

    async fn stream_facts(
        &self,
        request: Request<Streaming<v1::StreamFactsRequest>>,
    ) -> Result<Response<Self::StreamFactsStream>, Status> {
        let call = admitted(&request)?;
        let (answers, receiver) = mpsc::channel(ACKNOWLEDGEMENTS_MAX);
        let run = stream::run(Arc::clone(&self.0), request.into_inner(), answers, call);
        self.0.gate.tasks.spawn(run.in_current_span());
        Ok(answering(receiver))
    }
}

impl<E: Ask> Facts<E> {
    async fn record(&self, facts: Vec<v1::Fact>) -> Result<Vec<v1::FactReceipt>, RpcError> {
        let began = self.0.clock.elapsed();
        let facts = decode_facts(facts, "facts", &self.0.time_limits())?;
        self.0.decoded_since(began);
        let ids: Vec<_> = facts.iter().map(|fact| fact.id.clone()).collect();
        let receipts = self.0.record(facts).await?;
        Ok(ids
            .iter()
            .zip(receipts)
            .map(|(id, receipt)| v1::FactReceipt {
                fact_id: id.to_string(),
                ledger_position: receipt.position,
                duplicate: receipt.duplicate,
            })
            .collect())
    }
}
