//! A real server on a real socket, real clients, and an engine that does as the test says.

mod claims;
mod deadlines;
mod drain;
mod fact_stream;
mod facts;
mod fake;
mod findings;
mod limits;
mod observed;
mod risk;
mod watched;

use std::sync::Arc;
use std::time::Duration;

use prost_types::Timestamp as WireTime;
use tokio::net::TcpListener;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;
use tokio_util::task::TaskTracker;
use tonic::Status;
use tonic::transport::{Channel, Endpoint};
use tonic_types::StatusExt;

use super::{ServeError, ServerLimits, serve};
use crate::clock::ManualClock;
use crate::domain::{TenantId, Timestamp};
use crate::wire::pb::v1;
use crate::wire::pb::v1::fact::Body;
use crate::wire::pb::v1::fact_service_client::FactServiceClient;
use crate::wire::pb::v1::finding_service_client::FindingServiceClient;
use crate::wire::pb::v1::refund_risk_service_client::RefundRiskServiceClient;
use fake::Fake;

/// 2026-01-01T00:00:00Z.
const NOW: Timestamp = Timestamp::from_ms(1_767_225_600_000);

/// A running server.
struct Running {
    channel: Channel,
    shutdown: oneshot::Sender<()>,
    served: JoinHandle<Result<(), ServeError>>,
}

impl Running {
    async fn start(engine: &Fake, limits: ServerLimits) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let (shutdown, told) = oneshot::channel();
        let served = TaskTracker::new().spawn(serve(
            listener,
            engine.clone(),
            tenant(),
            Arc::new(ManualClock::new(NOW)),
            limits,
            async { drop(told.await) },
        ));
        let endpoint = Endpoint::from_shared(format!("http://{address}")).unwrap();
        Self { channel: endpoint.connect().await.unwrap(), shutdown, served }
    }

    fn risk(&self) -> RefundRiskServiceClient<Channel> {
        RefundRiskServiceClient::new(self.channel.clone())
    }

    fn facts(&self) -> FactServiceClient<Channel> {
        FactServiceClient::new(self.channel.clone())
    }

    fn findings(&self) -> FindingServiceClient<Channel> {
        FindingServiceClient::new(self.channel.clone())
    }
}

/// Fails instead of hanging. No test waits that long.
async fn soon<T>(future: impl Future<Output = T>) -> T {
    tokio::time::timeout(Duration::from_secs(20), future).await.expect("hangs")
}

fn tenant() -> TenantId {
    TenantId::parse("t1").unwrap()
}

fn now() -> Option<WireTime> {
    Some(WireTime { seconds: NOW.ms() / 1_000, nanos: 0 })
}

fn money(amount_minor: i64) -> Option<v1::Money> {
    Some(v1::Money { amount_minor, currency_code: "CNY".into() })
}

fn claim(request_id: &str) -> v1::RefundClaim {
    v1::RefundClaim {
        request_id: request_id.into(),
        refund_id: "r1".into(),
        order_id: "o1".into(),
        account_id: "a1".into(),
        requested_at: now(),
        amount: money(10_000),
        reason: v1::ClaimReason::KeyInvalid.into(),
        destination: Some(v1::Destination {
            route: v1::RefundRoute::Original.into(),
            ..Default::default()
        }),
        client: Some(v1::Client { ip: Some("203.0.113.7".into()), ..Default::default() }),
        channel: v1::ClaimChannel::App.into(),
        ..Default::default()
    }
}

/// Three fields are wrong.
fn bad_claim(request_id: &str) -> v1::RefundClaim {
    v1::RefundClaim { order_id: String::new(), amount: money(-5), reason: 99, ..claim(request_id) }
}

const BAD_CLAIM_FIELDS: [&str; 3] = ["claim.order_id", "claim.amount.amount_minor", "claim.reason"];

fn score(claim: v1::RefundClaim) -> v1::ScoreRefundRequest {
    v1::ScoreRefundRequest { claim: Some(claim) }
}

/// The delivery of an order; facts of other orders have other content.
fn fact(fact_id: &str, order_id: &str) -> v1::Fact {
    let body = v1::KeyDelivered { order_id: order_id.into(), ..Default::default() };
    v1::Fact { fact_id: fact_id.into(), occurred_at: now(), body: Some(Body::KeyDelivered(body)) }
}

/// The violations of a status, as `field: description`.
fn violations(status: &Status) -> Vec<(String, String)> {
    let details = status.get_details_bad_request();
    let violations = details.map(|details| details.field_violations).unwrap_or_default();
    violations.into_iter().map(|v| (v.field, v.description)).collect()
}

fn fields(status: &Status) -> Vec<String> {
    violations(status).into_iter().map(|(field, _)| field).collect()
}
