use std::time::Duration;

use tonic::Code;
use tonic_types::StatusExt;

use super::fake::{Fake, decision_id, verdict};
use super::{
    BAD_CLAIM_FIELDS, Running, ServerLimits, bad_claim, claim, fields, now, score, soon, violations,
};
use crate::engine::EngineError;
use crate::wire::pb::v1;
use crate::wire::pb::v1::get_decision_request::Key;

/// What ScoreRefund says when the engine says `error`.
async fn refused(error: EngineError) -> tonic::Status {
    let fake = Fake::with(move |_| Err(error.clone()));
    let server = Running::start(&fake, ServerLimits::default()).await;
    soon(server.risk().score_refund(score(claim("q1")))).await.unwrap_err()
}

async fn find(
    server: &Running,
    key: Option<Key>,
) -> Result<v1::GetDecisionResponse, tonic::Status> {
    let answer =
        soon(server.risk().get_decision(v1::GetDecisionRequest { key, with_facts: true })).await;
    answer.map(tonic::Response::into_inner)
}

#[tokio::test]
async fn the_verdict_of_the_engine_is_the_answer() {
    let fake = Fake::new();
    let server = Running::start(&fake, ServerLimits::default()).await;
    let answer = soon(server.risk().score_refund(score(claim("q1")))).await.unwrap();
    assert_eq!(answer.into_inner().verdict, Some(verdict("q1")));
    assert_eq!(fake.asked(), ["score q1"]);
}

#[tokio::test]
async fn a_bad_claim_is_told_every_field() {
    let fake = Fake::new();
    let server = Running::start(&fake, ServerLimits::default()).await;
    let status = soon(server.risk().score_refund(score(bad_claim("q1")))).await.unwrap_err();
    assert_eq!(status.code(), Code::InvalidArgument);
    assert_eq!(fields(&status), BAD_CLAIM_FIELDS);
    assert_eq!(
        status.message(),
        "`claim.order_id` is empty; give 1 to 128 bytes; 2 more to correct, see the violations"
    );
    let reason = &violations(&status)[2].1;
    assert!(reason.contains("is 99, which is unknown; give one of CLAIM_REASON_CHARGED_TWICE"));

    let status =
        soon(server.risk().score_refund(v1::ScoreRefundRequest { claim: None })).await.unwrap_err();
    assert_eq!(violations(&status), [("claim".into(), "is missing; give it".into())]);
    assert_eq!(status.message(), "`claim` is missing; give it");
    assert_eq!(fake.asked(), [""; 0]);
}

#[tokio::test]
async fn a_full_engine_says_when_to_come_again() {
    let status = refused(EngineError::Overloaded { retry_after_ms: 70 }).await;
    assert_eq!(status.code(), Code::ResourceExhausted);
    let retry = status.get_details_retry_info().unwrap();
    assert_eq!(retry.retry_delay, Some(Duration::from_millis(70)));
    assert!(status.message().contains("try again in 70 ms"), "{}", status.message());
}

#[tokio::test]
async fn used_ids_are_named() {
    let ids = ["fact_id f1", "request_id q 1"].map(str::to_owned);
    let status = refused(EngineError::Conflict { ids: ids.to_vec() }).await;
    assert_eq!(status.code(), Code::AlreadyExists);
    assert!(status.message().contains("fact_id `f1`, request_id `q 1`"), "{}", status.message());
    let named = status.get_details_precondition_failure().unwrap().violations;
    let named: Vec<_> = named.iter().map(|v| (v.r#type.as_str(), v.subject.as_str())).collect();
    assert_eq!(named, [("fact_id", "f1"), ("request_id", "q 1")]);
}

#[tokio::test]
async fn failures_of_the_server_say_nothing_of_its_inside() {
    let status = refused(EngineError::Draining).await;
    assert_eq!(status.code(), Code::Unavailable);

    let status = refused(EngineError::Storage).await;
    assert_eq!(status.code(), Code::Internal);
    assert_eq!(status.message(), "the server's storage failed; try again later with the same ids");

    let server = Running::start(&Fake::new(), ServerLimits::default()).await;
    soon(server.risk().score_refund(score(claim("unreadable")))).await.unwrap_err();
    let status = find(&server, Some(Key::RequestId("unreadable".into()))).await.unwrap_err();
    assert_eq!(status.code(), Code::Internal);
    assert!(status.message().starts_with("the server could not read its own answer"));
}

#[tokio::test]
async fn a_decision_is_found_by_either_key() {
    let server = Running::start(&Fake::new(), ServerLimits::default()).await;
    soon(server.risk().score_refund(score(claim("q1")))).await.unwrap();
    for key in [Key::RequestId("q1".into()), Key::DecisionId(decision_id("q1"))] {
        let found = find(&server, Some(key)).await.unwrap();
        assert_eq!(found.claim, Some(claim("q1")));
        assert_eq!(found.verdict, Some(verdict("q1")));
        assert_eq!(found.observed_at, now());
    }
}

#[tokio::test]
async fn a_decision_that_is_not_there_is_named() {
    let server = Running::start(&Fake::new(), ServerLimits::default()).await;
    let status = find(&server, Some(Key::RequestId("q7".into()))).await.unwrap_err();
    assert_eq!(status.code(), Code::NotFound);
    assert_eq!(
        status.message(),
        "there is no decision with request_id `q7`; it was never given, or is no longer kept"
    );

    let status = find(&server, None).await.unwrap_err();
    assert_eq!(status.code(), Code::InvalidArgument);
    assert_eq!(
        violations(&status),
        [("key".into(), "is missing; give `decision_id` or `request_id`".into())]
    );

    let status = find(&server, Some(Key::DecisionId(String::new()))).await.unwrap_err();
    assert_eq!(fields(&status), ["decision_id"]);
    let status = find(&server, Some(Key::RequestId("x".repeat(129)))).await.unwrap_err();
    assert_eq!(fields(&status), ["request_id"]);
}
