//! `ScoreRefunds`.

use std::collections::BTreeMap;
use std::sync::Arc;

use tokio::sync::{Semaphore, mpsc};
use tokio_stream::wrappers::ReceiverStream;
use tonic::{Code, Streaming};

use super::fake::{Fake, verdict};
use super::{BAD_CLAIM_FIELDS, Running, ServerLimits, bad_claim, claim, score, soon, violations};
use crate::engine::{EngineError, Request};
use crate::wire::pb::v1;
use crate::wire::pb::v1::score_refunds_response::Result as Outcome;

fn message(claim: v1::RefundClaim) -> v1::ScoreRefundsRequest {
    v1::ScoreRefundsRequest { claim: Some(claim) }
}

fn messages(claims: &[&str]) -> Vec<v1::ScoreRefundsRequest> {
    claims.iter().map(|id| message(claim(id))).collect()
}

/// The answers to a whole stream, in the order in which they came.
async fn answers(
    server: &Running,
    claims: Vec<v1::ScoreRefundsRequest>,
) -> Vec<v1::ScoreRefundsResponse> {
    let stream = soon(server.risk().score_refunds(tokio_stream::iter(claims))).await.unwrap();
    let mut stream = stream.into_inner();
    let mut answers = Vec::new();
    while let Some(answer) = soon(stream.message()).await.unwrap() {
        answers.push(answer);
    }
    answers
}

/// A stream that the test feeds.
pub(super) async fn open(
    server: &Running,
) -> (mpsc::Sender<v1::ScoreRefundsRequest>, Streaming<v1::ScoreRefundsResponse>) {
    let (sender, receiver) = mpsc::channel(1_000);
    let stream = soon(server.risk().score_refunds(ReceiverStream::new(receiver))).await.unwrap();
    (sender, stream.into_inner())
}

fn refusal(answer: &v1::ScoreRefundsResponse) -> &v1::ClaimRefusal {
    match answer.result.as_ref().unwrap() {
        Outcome::Refusal(refusal) => refusal,
        Outcome::Verdict(_) => panic!("{} was scored", answer.request_id),
    }
}

#[tokio::test]
async fn bad_claims_in_between_do_not_end_a_stream() {
    let server = Running::start(&Fake::new(), ServerLimits::default()).await;
    let long_id = "x".repeat(200);
    let mut claims = messages(&["q1", "q3"]);
    claims.insert(1, message(bad_claim("q2")));
    claims.push(message(claim(&long_id)));
    claims.push(v1::ScoreRefundsRequest { claim: None });
    let answers = answers(&server, claims).await;
    assert_eq!(answers.len(), 5);
    let by_id: BTreeMap<_, _> =
        answers.iter().map(|answer| (answer.request_id.as_str(), answer)).collect();
    for id in ["q1", "q3"] {
        assert_eq!(by_id[id].result, Some(Outcome::Verdict(verdict(id))));
    }

    let unary = soon(server.risk().score_refund(score(bad_claim("q2")))).await.unwrap_err();
    let refused = refusal(by_id["q2"]);
    assert_eq!(refused.code, 3);
    assert_eq!(refused.message, unary.message());
    let in_band: Vec<_> = refused
        .violations
        .iter()
        .map(|violation| (violation.field.clone(), violation.description.clone()))
        .collect();
    assert_eq!(in_band, violations(&unary));
    assert_eq!(in_band.len(), BAD_CLAIM_FIELDS.len());

    assert_eq!(refusal(by_id[long_id.as_str()]).violations[0].field, "claim.request_id");
    assert_eq!(refusal(by_id[""]).violations[0].field, "claim");
}

#[tokio::test]
async fn refusals_of_the_engine_stay_within_the_stream() {
    let fake = Fake::with(|request| match request {
        Request::Score { claim, .. } if claim.request_id.as_str() == "busy" => {
            Err(EngineError::Overloaded { retry_after_ms: 5 })
        }
        Request::Score { claim, .. } if claim.request_id.as_str() == "taken" => {
            Err(EngineError::Conflict { ids: vec!["request_id taken".into()] })
        }
        Request::Score { .. }
        | Request::Record { .. }
        | Request::Find { .. }
        | Request::Findings { .. } => Ok(()),
    });
    let server = Running::start(&fake, ServerLimits::default()).await;
    let answers = answers(&server, messages(&["busy", "taken", "q1"])).await;
    let by_id: BTreeMap<_, _> =
        answers.iter().map(|answer| (answer.request_id.as_str(), answer)).collect();
    assert_eq!(refusal(by_id["busy"]).code, 8);
    assert!(refusal(by_id["busy"]).message.contains("try again in 5 ms"));
    assert_eq!(refusal(by_id["taken"]).code, 6);
    assert!(refusal(by_id["taken"]).message.contains("request_id `taken`"));
    assert_eq!(by_id["q1"].result, Some(Outcome::Verdict(verdict("q1"))));
}

#[tokio::test]
async fn answers_come_as_they_are_ready() {
    let places = Arc::new(Semaphore::new(0));
    let held = Arc::clone(&places);
    let fake = Fake::hooked(move |request| {
        let first =
            matches!(request, Request::Score { claim, .. } if claim.request_id.as_str() == "q1");
        let held = Arc::clone(&held);
        Box::pin(async move {
            if first {
                drop(held.acquire().await);
            }
            Ok(())
        })
    });
    let server = Running::start(&fake, ServerLimits::default()).await;
    let (sender, mut stream) = open(&server).await;
    for message in messages(&["q1", "q2"]) {
        sender.send(message).await.unwrap();
    }
    assert_eq!(soon(stream.message()).await.unwrap().unwrap().request_id, "q2");
    places.add_permits(1);
    assert_eq!(soon(stream.message()).await.unwrap().unwrap().request_id, "q1");
    drop(sender);
    assert_eq!(soon(stream.message()).await.unwrap(), None);
}

#[tokio::test]
async fn claims_reach_the_engine_in_order_and_not_all_at_once() {
    let fake = Fake::hooked(|_| {
        Box::pin(async {
            tokio::task::yield_now().await;
            Ok(())
        })
    });
    let limits = ServerLimits { stream_in_flight_max: 4, ..Default::default() };
    let server = Running::start(&fake, limits).await;
    let ids: Vec<_> = (0..300).map(|i| format!("q{i}")).collect();
    let claims = ids.iter().map(|id| message(claim(id))).collect();
    assert_eq!(answers(&server, claims).await.len(), 300);
    let asked: Vec<_> = ids.iter().map(|id| format!("score {id}")).collect();
    assert_eq!(fake.asked(), asked);
    assert!(fake.under_way_max() <= 4, "{}", fake.under_way_max());
}

#[tokio::test]
async fn streams_are_counted() {
    let limits = ServerLimits { streams_max: 1, ..Default::default() };
    let server = Running::start(&Fake::new(), limits).await;
    let (sender, mut stream) = open(&server).await;
    let status = soon(server.risk().score_refunds(tokio_stream::empty())).await.unwrap_err();
    assert_eq!(status.code(), Code::ResourceExhausted);
    assert_eq!(
        status.message(),
        "as many streams as may be (1) are under way; try again in 100 ms"
    );
    drop(sender);
    assert_eq!(soon(stream.message()).await.unwrap(), None);
}
