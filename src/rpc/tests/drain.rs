use std::sync::Arc;

use tokio::sync::{Notify, mpsc};
use tokio_util::task::TaskTracker;
use tonic::Code;
use tonic_health::pb::HealthCheckRequest;
use tonic_health::pb::health_check_response::ServingStatus;
use tonic_health::pb::health_client::HealthClient;

use super::fake::{Fake, verdict};
use super::{Running, ServerLimits, claim, fact, score, soon};
use crate::wire::pb::v1;
use crate::wire::pb::v1::score_refunds_response::Result as Outcome;

/// An engine that tells when it was asked, and answers when it is told.
fn held() -> (Fake, Arc<Notify>, Arc<Notify>) {
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
    (fake, entered, leave)
}

/// Waits until nobody holds the engine: tasks of connections end a moment after the server.
async fn released(is_held: impl Fn() -> bool) {
    soon(async {
        while is_held() {
            tokio::task::yield_now().await;
        }
    })
    .await;
}

#[tokio::test]
async fn a_running_request_is_finished_and_a_new_one_refused() {
    let (fake, entered, leave) = held();
    let Running { channel, shutdown, served } =
        Running::start(&fake, ServerLimits::default()).await;
    let mut client = v1::refund_risk_service_client::RefundRiskServiceClient::new(channel.clone());
    let mut running = client.clone();
    let running =
        TaskTracker::new().spawn(async move { running.score_refund(score(claim("q1"))).await });
    soon(entered.notified()).await;
    shutdown.send(()).unwrap();
    // The server is told on a task of its own: health says when it has heard.
    let mut health = HealthClient::new(channel.clone());
    soon(async {
        let asking = HealthCheckRequest::default();
        while health.check(asking.clone()).await.unwrap().get_ref().status()
            == ServingStatus::Serving
        {
            tokio::task::yield_now().await;
        }
    })
    .await;
    let status = soon(client.score_refund(score(claim("q2")))).await.unwrap_err();
    assert_eq!(status.code(), Code::Unavailable);
    assert_eq!(status.message(), "the server is shutting down; try another one");
    assert!(!served.is_finished());
    leave.notify_one();
    let answer = soon(running).await.unwrap().unwrap().into_inner();
    assert_eq!(answer.verdict, Some(verdict("q1")));
    soon(served).await.unwrap().unwrap();
    assert_eq!(fake.asked(), ["score q1"]);
    released(fake.let_go()).await;
}

#[tokio::test]
async fn streams_are_answered_and_then_ended() {
    let (fake, entered, leave) = held();
    let server = Running::start(&fake, ServerLimits::default()).await;
    let (claims, mut verdicts) = super::claims::open(&server).await;
    claims.send(v1::ScoreRefundsRequest { claim: Some(claim("q1")) }).await.unwrap();
    soon(entered.notified()).await;
    let (facts, receiver) = mpsc::channel(1);
    let receiver = tokio_stream::wrappers::ReceiverStream::new(receiver);
    let acknowledged = soon(server.facts().stream_facts(receiver)).await.unwrap();
    facts.send(v1::StreamFactsRequest { fact: Some(fact("f1", "o1")) }).await.unwrap();
    soon(entered.notified()).await;

    server.shutdown.send(()).unwrap();
    leave.notify_waiters();
    let answer = soon(verdicts.message()).await.unwrap().unwrap();
    assert_eq!(answer.result, Some(Outcome::Verdict(verdict("q1"))));
    let status = soon(verdicts.message()).await.unwrap_err();
    assert_eq!(status.code(), Code::Unavailable);
    let mut acknowledged = acknowledged.into_inner();
    assert_eq!(soon(acknowledged.message()).await.unwrap().unwrap().acknowledged, 1);
    let status = soon(acknowledged.message()).await.unwrap_err();
    assert_eq!(status.code(), Code::Unavailable);
    soon(server.served).await.unwrap().unwrap();
    released(fake.let_go()).await;
}

#[tokio::test]
async fn what_runs_too_long_is_cut_off() {
    let (fake, entered, _) = held();
    let limits = ServerLimits { drain_max_ms: 30, ..Default::default() };
    let server = Running::start(&fake, limits).await;
    let mut client = server.risk();
    let running =
        TaskTracker::new().spawn(async move { client.score_refund(score(claim("q1"))).await });
    soon(entered.notified()).await;
    let (claims, mut verdicts) = super::claims::open(&server).await;
    claims.send(v1::ScoreRefundsRequest { claim: Some(claim("q2")) }).await.unwrap();
    soon(entered.notified()).await;
    server.shutdown.send(()).unwrap();
    soon(server.served).await.unwrap().unwrap();
    assert!(soon(running).await.unwrap().is_err());
    assert!(soon(verdicts.message()).await.is_err());
    released(fake.let_go()).await;
}

#[tokio::test]
async fn a_client_that_goes_away_is_forgotten() {
    let (fake, entered, leave) = held();
    let server = Running::start(&fake, ServerLimits::default()).await;
    let (claims, verdicts) = super::claims::open(&server).await;
    claims.send(v1::ScoreRefundsRequest { claim: Some(claim("q1")) }).await.unwrap();
    soon(entered.notified()).await;
    drop((claims, verdicts));
    leave.notify_one();
    server.shutdown.send(()).unwrap();
    drop(server.channel);
    soon(server.served).await.unwrap().unwrap();
    released(fake.let_go()).await;
}
