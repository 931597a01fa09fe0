//! The bare server: it takes the claim and answers one verdict, always the same, and does nothing else.

use std::io::Read;
use std::path::Path;
use std::pin::Pin;
use std::sync::Arc;

use prost::Message;
use tokio::net::TcpListener;
use tokio::sync::oneshot;
use tokio_stream::wrappers::TcpListenerStream;
use tokio_stream::{Stream, StreamExt};
use tonic::transport::Server;
use tonic::{Request, Response, Status, Streaming};
use vouch::wire::pb::v1;
use vouch::wire::pb::v1::refund_risk_service_server::{RefundRiskService, RefundRiskServiceServer};

use super::output::{Fault, line};

struct Echo(Arc<v1::Verdict>);

/// Serves on a free port, which it prints, until standard input ends: the echo ends with whoever started it.
pub(crate) async fn serve(answer: &Path) -> Result<(), Fault> {
    let verdict = v1::Verdict::decode(std::fs::read(answer)?.as_slice())?;
    let listener = TcpListener::bind(("127.0.0.1", 0)).await?;
    line(listener.local_addr()?)?;
    // Answers are small and wait for nothing, as at the server that this is compared with.
    let incoming = TcpListenerStream::new(listener)
        .map(|stream| stream.and_then(|stream| stream.set_nodelay(true).map(|()| stream)));
    let (ended, end) = oneshot::channel();
    std::thread::spawn(move || {
        drop(std::io::stdin().read_to_end(&mut Vec::new()));
        // Nobody waits for it when the server has failed.
        ended.send(()).ok();
    });
    Server::builder()
        .add_service(RefundRiskServiceServer::new(Echo(Arc::new(verdict))))
        .serve_with_incoming_shutdown(incoming, async {
            drop(end.await);
        })
        .await?;
    Ok(())
}

#[tonic::async_trait]
impl RefundRiskService for Echo {
    async fn score_refund(
        &self,
        request: Request<v1::ScoreRefundRequest>,
    ) -> Result<Response<v1::ScoreRefundResponse>, Status> {
        drop(request.into_inner());
        Ok(Response::new(v1::ScoreRefundResponse { verdict: Some((*self.0).clone()) }))
    }

    type ScoreRefundsStream =
        Pin<Box<dyn Stream<Item = Result<v1::ScoreRefundsResponse, Status>> + Send>>;

    async fn score_refunds(
        &self,
        request: Request<Streaming<v1::ScoreRefundsRequest>>,
    ) -> Result<Response<Self::ScoreRefundsStream>, Status> {
        let verdict = Arc::clone(&self.0);
        let answers = request.into_inner().map(move |request| {
            let request_id = request?.claim.unwrap_or_default().request_id;
            let result = v1::score_refunds_response::Result::Verdict((*verdict).clone());
            Ok(v1::ScoreRefundsResponse { request_id, result: Some(result) })
        });
        Ok(Response::new(Box::pin(answers)))
    }

    async fn get_decision(
        &self,
        _: Request<v1::GetDecisionRequest>,
    ) -> Result<Response<v1::GetDecisionResponse>, Status> {
        Err(Status::unimplemented("the echo remembers nothing"))
    }
}
