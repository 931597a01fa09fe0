//! What is on the listener: our services, health and reflection.

use std::convert::Infallible;
use std::sync::Arc;
use std::task::{Context as Cx, Poll};

use tonic::body::Body;
use tonic::codegen::{BoxFuture, Service, http};
use tonic::service::Routes;
use tonic_health::pb::health_server::HealthServer;
use tonic_reflection::server::{Builder, Error};

use super::ask::Ask;
use super::context::Context;
use super::facts::Facts;
use super::findings::Findings;
use super::health::Health;
use super::method::{Method, Owner};
use super::risk::Risk;
use crate::wire::encoded::service::refund_risk_service_server::RefundRiskServiceServer;
use crate::wire::pb::DESCRIPTORS;
use crate::wire::pb::v1::fact_service_server::FactServiceServer;
use crate::wire::pb::v1::finding_service_server::FindingServiceServer;

/// Every service. Requests of ours go to theirs directly: a router would cost more than most of what a request needs here.
#[derive(Debug)]
pub(super) struct Services<E> {
    risk: RefundRiskServiceServer<Risk<E>>,
    facts: FactServiceServer<Facts<E>>,
    findings: FindingServiceServer<Findings<E>>,
    /// Health, reflection, and what to say of anything else.
    others: Routes,
}

impl<E: Ask> Services<E> {
    /// # Errors
    /// The descriptors of the services do not fit together.
    pub(super) fn new(context: Arc<Context<E>>) -> Result<Self, Error> {
        let max_bytes = context.gate.limits.message_max_bytes;
        let max_bytes = usize::try_from(max_bytes).unwrap_or(usize::MAX);
        let reflection = || {
            Builder::configure()
                .register_encoded_file_descriptor_set(DESCRIPTORS)
                .register_encoded_file_descriptor_set(tonic_health::pb::FILE_DESCRIPTOR_SET)
        };
        let risk = RefundRiskServiceServer::new(Risk(Arc::clone(&context)));
        let facts = FactServiceServer::new(Facts(Arc::clone(&context)));
        let findings = FindingServiceServer::new(Findings(Arc::clone(&context)));
        Ok(Self {
            risk: risk.max_decoding_message_size(max_bytes),
            facts: facts.max_decoding_message_size(max_bytes),
            findings: findings.max_decoding_message_size(max_bytes),
            others: Routes::new(HealthServer::new(Health(context)))
                .add_service(reflection().build_v1()?)
                .add_service(reflection().build_v1alpha()?)
                .prepare(),
        })
    }
}

impl<E> Clone for Services<E> {
    fn clone(&self) -> Self {
        Self {
            risk: self.risk.clone(),
            facts: self.facts.clone(),
            findings: self.findings.clone(),
            others: self.others.clone(),
        }
    }
}

impl<E: Ask> Service<http::Request<Body>> for Services<E> {
    type Response = http::Response<Body>;
    type Error = Infallible;
    type Future = BoxFuture<Self::Response, Self::Error>;

    /// Each is ready always.
    fn poll_ready(&mut self, _: &mut Cx<'_>) -> Poll<Result<(), Self::Error>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: http::Request<Body>) -> Self::Future {
        match Method::of(request.uri().path()).map(Method::owner) {
            Some(Owner::Risk) => self.risk.call(request),
            Some(Owner::Facts) => self.facts.call(request),
            Some(Owner::Findings) => self.findings.call(request),
            None => {
                let mut others = self.others.clone();
                Box::pin(async move { others.call(request).await })
            }
        }
    }
}
