use std::sync::Arc;
use std::time::Duration;

use tokio::sync::Notify;
use tonic::{Code, Request};

use super::claims::open;
use super::fake::Fake;
use super::{NOW, Running, ServerLimits, claim, fields, score, soon, tenant};
use crate::clock::ManualClock;
use crate::rpc::call::Gate;
use crate::rpc::context::Context;
use crate::rpc::edge::Edge;
use crate::rpc::services::Services;
use crate::wire::pb::v1;
use crate::wire::pb::v1::refund_risk_service_client::RefundRiskServiceClient;
use crate::wire::pb::v1::score_refunds_response::Result as Outcome;

/// An engine that answers when the test is over.
fn silent() -> Fake {
    Fake::hooked(|_| Box::pin(std::future::pending()))
}

fn with_timeout<T>(message: T, timeout: &'static str) -> Request<T> {
    let mut request = Request::new(message);
    request.metadata_mut().insert("grpc-timeout", timeout.parse().unwrap());
    request
}

/// The services without a transport: tonic's client enforces `grpc-timeout` itself, which hides what the server does.
fn without_transport(
    engine: &Fake,
    limits: ServerLimits,
) -> (RefundRiskServiceClient<Edge<Services<Fake>>>, Arc<Gate>) {
    let gate = Arc::new(Gate::new(limits));
    let clock = Arc::new(ManualClock::new(NOW));
    let context = Context::new(engine.clone(), tenant(), clock, Arc::clone(&gate));
    let edge = Edge::new(Services::new(Arc::new(context)).unwrap(), Arc::clone(&gate));
    (RefundRiskServiceClient::new(edge), gate)
}

#[tokio::test]
async fn our_own_bound_is_a_deadline() {
    let limits = ServerLimits { deadline_max_ms: 30, ..Default::default() };
    let server = Running::start(&silent(), limits).await;
    let status = soon(server.risk().score_refund(score(claim("q1")))).await.unwrap_err();
    assert_eq!(status.code(), Code::DeadlineExceeded);
    assert!(
        status.message().contains("after 30ms, the most that the server gives")
            && status.message().contains("a `request_id` that was answered gets the stored answer"),
        "{}",
        status.message()
    );
}

#[tokio::test]
async fn the_bound_holds_for_every_claim_of_a_stream() {
    let limits = ServerLimits { deadline_max_ms: 30, ..Default::default() };
    let server = Running::start(&silent(), limits).await;
    let (sender, mut stream) = open(&server).await;
    sender.send(v1::ScoreRefundsRequest { claim: Some(claim("q1")) }).await.unwrap();
    match soon(stream.message()).await.unwrap().unwrap().result.unwrap() {
        Outcome::Refusal(refusal) => assert_eq!(refusal.code, 4),
        Outcome::Verdict(_) => panic!("there was no verdict"),
    }
    drop(sender);
    assert_eq!(soon(stream.message()).await.unwrap(), None);
}

#[tokio::test]
async fn the_clients_timeout_is_a_deadline_when_it_is_smaller() {
    let (mut client, _) = without_transport(&silent(), ServerLimits::default());
    let status = soon(client.score_refund(with_timeout(score(claim("q1")), "20m"))).await;
    let status = status.unwrap_err();
    assert_eq!(status.code(), Code::DeadlineExceeded);
    assert!(status.message().contains("after 20ms, the client's own"), "{}", status.message());

    let limits = ServerLimits { deadline_max_ms: 20, ..Default::default() };
    let (mut client, _) = without_transport(&silent(), limits);
    let status = soon(client.score_refund(with_timeout(score(claim("q1")), "1H"))).await;
    assert!(status.unwrap_err().message().contains("after 20ms, the most that the server"));
}

#[tokio::test]
async fn a_timeout_that_is_none_is_refused() {
    let fake = Fake::new();
    let (mut client, _) = without_transport(&fake, ServerLimits::default());
    let status = soon(client.score_refund(with_timeout(score(claim("q1")), "soon"))).await;
    let status = status.unwrap_err();
    assert_eq!(status.code(), Code::InvalidArgument);
    assert_eq!(fields(&status), ["grpc-timeout"]);
    assert_eq!(fake.asked(), [""; 0]);
}

#[tokio::test]
async fn the_clients_timeout_ends_a_stream() {
    let (mut client, _) = without_transport(&silent(), ServerLimits::default());
    let claims = tokio_stream::pending::<v1::ScoreRefundsRequest>();
    let stream = soon(client.score_refunds(with_timeout(claims, "20m"))).await.unwrap();
    let status = soon(stream.into_inner().message()).await.unwrap_err();
    assert_eq!(status.code(), Code::DeadlineExceeded);
    assert!(status.message().contains("after 20ms, the client's own"), "{}", status.message());
}

#[tokio::test]
async fn nothing_is_asked_of_the_engine_while_draining() {
    let fake = Fake::new();
    let (mut client, gate) = without_transport(&fake, ServerLimits::default());
    gate.draining.cancel();
    let status = soon(client.score_refund(score(claim("q1")))).await.unwrap_err();
    assert_eq!(status.code(), Code::Unavailable);
    let status = soon(client.score_refunds(tokio_stream::empty())).await.unwrap_err();
    assert_eq!(status.code(), Code::Unavailable);
    assert_eq!(fake.asked(), [""; 0]);
}

#[tokio::test]
async fn requests_are_counted() {
    let (entered, leave) = (Arc::new(Notify::new()), Arc::new(Notify::new()));
    let (entering, leaving) = (Arc::clone(&entered), Arc::clone(&leave));
    let fake = Fake::hooked(move |_| {
        entering.notify_one();
        let leaving = Arc::clone(&leaving);
        Box::pin(async move {
            leaving.notified().await;
            Ok(())
        })
    });
    let limits = ServerLimits { requests_in_flight_max: 1, ..Default::default() };
    let server = Running::start(&fake, limits).await;
    let mut client = server.risk();
    let first = client.score_refund(score(claim("q1")));
    let mut second = server.risk();
    let second = async {
        entered.notified().await;
        let status = second.score_refund(score(claim("q2"))).await.unwrap_err();
        leave.notify_one();
        status
    };
    let (first, second) = soon(async { tokio::join!(first, second) }).await;
    assert!(first.is_ok());
    assert_eq!(second.code(), Code::ResourceExhausted);
    let retry = tonic_types::StatusExt::get_details_retry_info(&second).unwrap();
    assert_eq!(retry.retry_delay, Some(Duration::from_millis(100)));
    assert_eq!(fake.asked(), ["score q1"]);
}
