//! `RecordFacts`.

use tonic::{Code, Status};

use super::fake::Fake;
use super::{Running, ServerLimits, fact, fields, soon, violations};
use crate::wire::pb::v1;

async fn record(
    server: &Running,
    facts: Vec<v1::Fact>,
) -> Result<Vec<(String, u64, bool)>, Status> {
    let answer = soon(server.facts().record_facts(v1::RecordFactsRequest { facts })).await?;
    let receipts = answer.into_inner().receipts;
    Ok(receipts.into_iter().map(|r| (r.fact_id, r.ledger_position, r.duplicate)).collect())
}

#[tokio::test]
async fn every_fact_gets_its_receipt() {
    let server = Running::start(&Fake::new(), ServerLimits::default()).await;
    let receipts = record(&server, vec![fact("f1", "o1"), fact("f2", "o2")]).await.unwrap();
    assert_eq!(receipts, [("f1".into(), 1, false), ("f2".into(), 2, false)]);
    let receipts = record(&server, vec![fact("f3", "o3"), fact("f1", "o1")]).await.unwrap();
    assert_eq!(receipts, [("f3".into(), 3, false), ("f1".into(), 1, true)]);
}

#[tokio::test]
async fn one_bad_fact_refuses_all() {
    let fake = Fake::new();
    let server = Running::start(&fake, ServerLimits::default()).await;
    let status = record(&server, vec![fact("f1", "o1"), fact("f2", "")]).await.unwrap_err();
    assert_eq!(status.code(), Code::InvalidArgument);
    assert_eq!(fields(&status), ["facts[1].key_delivered.order_id"]);

    for count in [0, 1_001] {
        let facts = (0..count).map(|i| fact(&format!("f{i}"), "o")).collect();
        let status = record(&server, facts).await.unwrap_err();
        assert_eq!(
            violations(&status),
            [("facts".into(), format!("has {count} items; give 1 to 1000"))]
        );
    }
    assert_eq!(fake.asked(), [""; 0]);
}

#[tokio::test]
async fn a_used_id_refuses_all_and_is_named() {
    let fake = Fake::new();
    let server = Running::start(&fake, ServerLimits::default()).await;
    record(&server, vec![fact("f1", "o1")]).await.unwrap();
    let status = record(&server, vec![fact("f2", "o2"), fact("f1", "other")]).await.unwrap_err();
    assert_eq!(status.code(), Code::AlreadyExists);
    assert!(status.message().contains("fact_id `f1`;"), "{}", status.message());
    assert_eq!(fake.recorded(), 1);
}
