//! `StreamFacts`.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use tokio::sync::{Semaphore, mpsc};
use tokio_stream::wrappers::ReceiverStream;
use tonic::{Code, Status, Streaming};

use super::fake::Fake;
use super::{Running, ServerLimits, fact, soon};
use crate::engine::{EngineError, Request};
use crate::wire::pb::v1;

type Feed = mpsc::Sender<v1::StreamFactsRequest>;

async fn open(server: &Running) -> (Feed, Streaming<v1::StreamFactsResponse>) {
    let (sender, receiver) = mpsc::channel(10_000);
    let stream = soon(server.facts().stream_facts(ReceiverStream::new(receiver))).await.unwrap();
    (sender, stream.into_inner())
}

async fn send(feed: &Feed, fact: v1::Fact) {
    feed.send(v1::StreamFactsRequest { fact: Some(fact) }).await.unwrap();
}

/// The last acknowledgement, all refusals, and how the stream ended.
async fn rest(
    mut stream: Streaming<v1::StreamFactsResponse>,
) -> (v1::StreamFactsResponse, Result<(), Status>) {
    let mut all = v1::StreamFactsResponse::default();
    loop {
        match soon(stream.message()).await {
            Ok(Some(answer)) => {
                assert!(answer.acknowledged > all.acknowledged);
                assert!(answer.refusals.iter().all(|refusal| {
                    (all.acknowledged..answer.acknowledged).contains(&refusal.index)
                }));
                all.acknowledged = answer.acknowledged;
                all.ledger_position = answer.ledger_position;
                all.refusals.extend(answer.refusals);
            }
            Ok(None) => return (all, Ok(())),
            Err(status) => return (all, Err(status)),
        }
    }
}

fn refused(answer: &v1::StreamFactsResponse) -> Vec<(u64, &str, u32)> {
    answer.refusals.iter().map(|r| (r.index, r.fact_id.as_str(), r.code)).collect()
}

#[tokio::test]
async fn acknowledgements_count_recorded_and_refused_facts() {
    let fake = Fake::new();
    let server = Running::start(&fake, ServerLimits::default()).await;
    let (feed, stream) = open(&server).await;
    send(&feed, fact("f0", "o0")).await;
    send(&feed, fact("f1", "")).await;
    feed.send(v1::StreamFactsRequest { fact: None }).await.unwrap();
    send(&feed, fact("f0", "other")).await;
    send(&feed, fact("f0", "o0")).await;
    send(&feed, fact("f5", "o5")).await;
    drop(feed);
    let (answer, end) = rest(stream).await;
    end.unwrap();
    assert_eq!(answer.acknowledged, 6);
    assert_eq!(answer.ledger_position, 2);
    assert_eq!(refused(&answer), [(1, "f1", 3), (2, "", 3), (3, "f0", 6)]);
    assert_eq!(answer.refusals[0].violations[0].field, "fact.key_delivered.order_id");
    assert_eq!(
        answer.refusals[0].message,
        "`fact.key_delivered.order_id` is empty; give 1 to 128 bytes"
    );
    assert_eq!(answer.refusals[1].violations[0].field, "fact");
    assert!(answer.refusals[2].message.contains("fact_id `f0`"));
    assert_eq!(fake.recorded(), 2);
}

#[tokio::test]
async fn facts_that_arrive_meanwhile_are_the_next_batch() {
    let places = Arc::new(Semaphore::new(0));
    let held = Arc::clone(&places);
    let (entering, mut entered) = mpsc::unbounded_channel();
    let fake = Fake::hooked(move |_| {
        entering.send(()).unwrap();
        let held = Arc::clone(&held);
        Box::pin(async move {
            held.acquire().await.unwrap().forget();
            Ok(())
        })
    });
    let server = Running::start(&fake, ServerLimits::default()).await;
    let (feed, stream) = open(&server).await;
    send(&feed, fact("f0", "o0")).await;
    soon(entered.recv()).await.unwrap();
    for i in 1..2_500 {
        // Among them a used id, and an id that is used twice.
        let id = match i {
            700 => "f0".to_owned(),
            900 => "f800".to_owned(),
            _ => format!("f{i}"),
        };
        send(&feed, fact(&id, &format!("o{i}"))).await;
    }
    drop(feed);
    places.add_permits(3_000);
    let (answer, end) = rest(stream).await;
    end.unwrap();
    assert_eq!(answer.acknowledged, 2_500);
    assert_eq!(refused(&answer), [(700, "f0", 6), (900, "f800", 6)]);
    assert_eq!(fake.recorded(), 2_498);
    let asked = fake.asked();
    assert!(asked.len() < 1_000, "{} requests", asked.len());
    assert!(asked.iter().all(|asked| asked.split(' ').count() <= 1_001));
}

#[tokio::test]
async fn facts_are_tried_one_by_one_when_nobody_says_which_is_in_the_way() {
    let fake = Fake::with(|request| match request {
        Request::Record { facts, .. } if facts.iter().any(|f| f.id.as_str() == "f3") => {
            Err(EngineError::Conflict { ids: Vec::new() })
        }
        Request::Record { .. }
        | Request::Score { .. }
        | Request::Find { .. }
        | Request::Findings { .. } => Ok(()),
    });
    let server = Running::start(&fake, ServerLimits::default()).await;
    let (feed, stream) = open(&server).await;
    for i in 0..20 {
        send(&feed, fact(&format!("f{i}"), "o")).await;
    }
    drop(feed);
    let (answer, end) = rest(stream).await;
    end.unwrap();
    assert_eq!(answer.acknowledged, 20);
    assert_eq!(refused(&answer), [(3, "f3", 6)]);
    assert_eq!(fake.recorded(), 19);
}

#[tokio::test]
async fn a_full_engine_holds_a_stream_back() {
    let refusals = AtomicUsize::new(3);
    let fake = Fake::with(move |_| {
        let left = refusals.fetch_update(Ordering::SeqCst, Ordering::SeqCst, |n| n.checked_sub(1));
        match left {
            Ok(_) => Err(EngineError::Overloaded { retry_after_ms: 1 }),
            Err(_) => Ok(()),
        }
    });
    let server = Running::start(&fake, ServerLimits::default()).await;
    let (feed, stream) = open(&server).await;
    send(&feed, fact("f0", "o0")).await;
    drop(feed);
    let (answer, end) = rest(stream).await;
    end.unwrap();
    assert_eq!((answer.acknowledged, answer.refusals.len()), (1, 0));
    assert_eq!(fake.asked().len(), 4);
}

#[tokio::test]
async fn a_failed_engine_ends_a_stream_behind_what_was_acknowledged() {
    let fake = Fake::with(|request| match request {
        Request::Record { facts, .. } if facts.iter().any(|f| f.id.as_str() == "last") => {
            Err(EngineError::Storage)
        }
        Request::Record { .. }
        | Request::Score { .. }
        | Request::Find { .. }
        | Request::Findings { .. } => Ok(()),
    });
    let server = Running::start(&fake, ServerLimits::default()).await;
    let (feed, mut stream) = open(&server).await;
    send(&feed, fact("f0", "o0")).await;
    let first = soon(stream.message()).await.unwrap().unwrap();
    assert_eq!((first.acknowledged, first.ledger_position), (1, 1));
    send(&feed, fact("last", "o1")).await;
    let status = soon(stream.message()).await.unwrap_err();
    assert_eq!(status.code(), Code::Internal);
}

#[tokio::test]
async fn what_came_before_an_unreadable_message_is_acknowledged() {
    let fake = Fake::new();
    let limits = ServerLimits { message_max_bytes: 1_000, ..Default::default() };
    let server = Running::start(&fake, limits).await;
    let (feed, stream) = open(&server).await;
    send(&feed, fact("f0", "o0")).await;
    send(&feed, fact("f1", &"x".repeat(2_000))).await;
    send(&feed, fact("f2", "o2")).await;
    let (answer, end) = rest(stream).await;
    assert_eq!((answer.acknowledged, fake.recorded()), (1, 1));
    let status = end.unwrap_err();
    assert_eq!(status.code(), Code::OutOfRange);
    assert!(status.message().contains("1000 bytes"), "{}", status.message());
}
