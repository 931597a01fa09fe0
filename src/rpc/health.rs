//! `grpc.health.v1.Health`, answered from what is: serving, unless the server drains or the engine has stopped.
//!
//! tonic-health's own service keeps statuses that somebody has to set, and its watchers would hold up every drain: here
//! they are told NOT_SERVING and let go.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::mpsc;
use tonic::{Request, Response, Status};
use tonic_health::pb::health_check_response::ServingStatus;
use tonic_health::pb::health_server::Health as HealthService;
use tonic_health::pb::{HealthCheckRequest, HealthCheckResponse};

use super::ask::Ask;
use super::context::{Answers, Context, answering};
use crate::wire::pb::v1::{
    fact_service_server, finding_service_server, refund_risk_service_server,
};

/// How often a watcher looks after the engine.
const WATCH_INTERVAL: Duration = Duration::from_millis(250);

/// The services whose health is known; the empty name is the server as a whole.
const SERVICES: [&str; 4] = [
    "",
    refund_risk_service_server::SERVICE_NAME,
    fact_service_server::SERVICE_NAME,
    finding_service_server::SERVICE_NAME,
];

/// Says whether the services serve.
#[derive(Debug)]
pub(super) struct Health<E>(pub(super) Arc<Context<E>>);

#[tonic::async_trait]
impl<E: Ask> HealthService for Health<E> {
    async fn check(
        &self,
        request: Request<HealthCheckRequest>,
    ) -> Result<Response<HealthCheckResponse>, Status> {
        match status(&self.0, &request.get_ref().service) {
            ServingStatus::ServiceUnknown => Err(Status::not_found(format!(
                "there is no such service; ask for one of `{}`",
                SERVICES.join("`, `")
            ))),
            status @ (ServingStatus::Unknown
            | ServingStatus::Serving
            | ServingStatus::NotServing) => Ok(Response::new(response(status))),
        }
    }

    type WatchStream = Answers<HealthCheckResponse>;

    async fn watch(
        &self,
        request: Request<HealthCheckRequest>,
    ) -> Result<Response<Self::WatchStream>, Status> {
        let (answers, receiver) = mpsc::channel(1);
        let service = request.into_inner().service;
        self.0.gate.tasks.spawn(watch(Arc::clone(&self.0), service, answers));
        Ok(answering(receiver))
    }
}

/// Tells the status whenever it changes, the last time when the server drains.
async fn watch<E: Ask>(
    context: Arc<Context<E>>,
    service: String,
    answers: mpsc::Sender<Result<HealthCheckResponse, Status>>,
) {
    let mut told = None;
    loop {
        let draining = context.gate.draining.is_cancelled();
        let now = status(&context, &service);
        if told != Some(now) && answers.send(Ok(response(now))).await.is_err() || draining {
            return;
        }
        told = Some(now);
        tokio::select! {
            () = context.gate.draining.cancelled() => {}
            () = answers.closed() => return,
            () = tokio::time::sleep(WATCH_INTERVAL) => {}
        }
    }
}

fn status<E: Ask>(context: &Context<E>, service: &str) -> ServingStatus {
    if !SERVICES.contains(&service) {
        ServingStatus::ServiceUnknown
    } else if context.gate.draining.is_cancelled() || context.engine.is_stopped() {
        ServingStatus::NotServing
    } else {
        ServingStatus::Serving
    }
}

fn response(status: ServingStatus) -> HealthCheckResponse {
    HealthCheckResponse { status: status.into() }
}
