//! `WatchFindings`.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use metrics_exporter_prometheus::PrometheusBuilder;
use prost::Message;
use tokio::sync::Notify;
use tonic::{Code, Streaming};

use super::fake::Fake;
use super::{NOW, Running, ServerLimits, soon, violations};
use crate::domain::{
    AccountId, ClaimReason, Currency, FactId, Finding, FindingId, FindingKind, FindingSubject,
    Money, OrderId, RecommendedRefund,
};
use crate::engine::{EngineError, ListedFinding, Request};
use crate::rpc::findings::PAGE_MAX;
use crate::wire::pb::v1;

/// A finding at a place in the ledger.
fn finding(position: u64, kind: FindingKind) -> ListedFinding {
    let (order_id, account_id) = (OrderId::parse("o1").unwrap(), AccountId::parse("a1").unwrap());
    let amount = Money::positive(9_800, Currency::parse("CNY").unwrap()).unwrap();
    let finding = Finding {
        id: FindingId::parse(&format!("n{position}")).unwrap(),
        kind,
        found_at: NOW,
        told_by: FactId::parse("f1").unwrap(),
        about: FindingSubject {
            order_id: Some(order_id.clone()),
            account_id: Some(account_id.clone()),
            ..FindingSubject::default()
        },
        recommended: Some(RecommendedRefund {
            order_id,
            account_id,
            amount,
            reason: ClaimReason::ChargedTwice,
        }),
    };
    ListedFinding { position, finding, lifted: false }
}

fn double_charge(position: u64) -> ListedFinding {
    finding(position, FindingKind::DoubleCharge)
}

type Watched = Streaming<v1::WatchFindingsResponse>;

async fn watch(server: &Running, after_position: u64, kinds: &[v1::FindingKind]) -> Watched {
    let kinds = kinds.iter().map(|kind| i32::from(*kind)).collect();
    let request = v1::WatchFindingsRequest { after_position, kinds };
    soon(server.findings().watch_findings(request)).await.unwrap().into_inner()
}

/// The position of the next message, and the finding in it.
async fn next(stream: &mut Watched) -> (u64, Option<String>) {
    let response = soon(stream.message()).await.unwrap().unwrap();
    (response.position, response.finding.map(|finding| finding.finding_id))
}

fn told(position: u64) -> (u64, Option<String>) {
    (position, Some(format!("n{position}")))
}

#[tokio::test]
async fn what_is_there_comes_first_and_then_what_is_noticed() {
    let fake = Fake::new();
    fake.notice(double_charge(3));
    fake.notice(ListedFinding { lifted: true, ..double_charge(8) });
    let server = Running::start(&fake, ServerLimits::default()).await;
    let mut stream = watch(&server, 0, &[]).await;
    let first = soon(stream.message()).await.unwrap().unwrap();
    assert_eq!(first.position, 3);
    let shown = first.finding.unwrap();
    assert_eq!((shown.kind(), shown.fact_id.as_str()), (v1::FindingKind::DoubleCharge, "f1"));
    let refund = shown.recommended_refund.unwrap();
    assert_eq!(refund.amount.unwrap().amount_minor, 9_800);
    assert_eq!(refund.reason, i32::from(v1::ClaimReason::ChargedTwice));
    let text = first.agent_text.unwrap();
    assert!(text.en.contains("charged twice") && text.en.ends_with("98.00 CNY"), "{}", text.en);
    assert!(text.zh.contains("重复扣款"), "{}", text.zh);
    assert!(!first.lifted);
    assert!(soon(stream.message()).await.unwrap().unwrap().lifted);
    assert_eq!(next(&mut stream).await, (8, None), "nothing is left for now");
    fake.notice(double_charge(20));
    assert_eq!(next(&mut stream).await, told(20));
    assert_eq!(next(&mut stream).await, (20, None));
}

#[tokio::test]
async fn a_stream_goes_on_where_another_broke_off() {
    let fake = Fake::new();
    let last = u64::try_from(3 * PAGE_MAX).unwrap();
    (1..=last).for_each(|position| fake.notice(double_charge(position)));
    let server = Running::start(&fake, ServerLimits::default()).await;
    let mut seen = 0;
    // Each stream is dropped in the middle of a page.
    for count in [1, 40, 30] {
        let mut stream = watch(&server, seen, &[]).await;
        for _ in 0..count {
            assert_eq!(next(&mut stream).await, told(seen + 1));
            seen += 1;
        }
    }
    let mut stream = watch(&server, seen, &[]).await;
    while seen < last {
        assert_eq!(next(&mut stream).await, told(seen + 1));
        seen += 1;
    }
    assert_eq!(next(&mut stream).await, (last, None));
    let mut beyond = watch(&server, u64::MAX, &[]).await;
    assert_eq!(next(&mut beyond).await, (u64::MAX, None));
}

#[tokio::test]
async fn only_the_wanted_kinds_come_and_the_place_moves_on_all_the_same() {
    let fake = Fake::new();
    fake.notice(double_charge(1));
    fake.notice(finding(2, FindingKind::KeySoldTwice));
    fake.notice(finding(3, FindingKind::BatchOutbreak));
    let server = Running::start(&fake, ServerLimits::default()).await;
    let mut stream = watch(&server, 0, &[v1::FindingKind::KeySoldTwice]).await;
    assert_eq!(next(&mut stream).await, told(2));
    assert_eq!(next(&mut stream).await, (3, None));
    fake.notice(double_charge(4));
    assert_eq!(next(&mut stream).await, (4, None));
    let request = v1::WatchFindingsRequest { after_position: 0, kinds: vec![1, 0, 99] };
    let status = soon(server.findings().watch_findings(request)).await.unwrap_err();
    assert_eq!(status.code(), Code::InvalidArgument);
    let fields: Vec<_> = violations(&status).into_iter().map(|(field, _)| field).collect();
    assert_eq!(fields, ["kinds[1]", "kinds[2]"]);
}

#[tokio::test]
async fn a_slow_reader_is_waited_for() {
    let fake = Fake::new();
    // Far more than the buffers of HTTP/2 hold.
    let order = "o".repeat(128);
    let mut large = double_charge(1);
    large.finding.about.order_id = Some(OrderId::parse(&order).unwrap());
    let bytes = crate::wire::encode_finding(&large.finding).encoded_len();
    let count = u64::try_from(4_000_000 / bytes).unwrap();
    for position in 1..=count {
        let mut finding = double_charge(position);
        finding.finding.about.order_id.clone_from(&large.finding.about.order_id);
        fake.notice(finding);
    }
    let server = Running::start(&fake, ServerLimits::default()).await;
    let mut stream = watch(&server, 0, &[]).await;
    assert_eq!(next(&mut stream).await, told(1));
    // Another stream reads everything meanwhile.
    let mut fast = watch(&server, count - 1, &[]).await;
    assert_eq!(next(&mut fast).await, told(count));
    assert_eq!(next(&mut fast).await, (count, None));
    let pages = count / u64::try_from(PAGE_MAX).unwrap();
    let asked = u64::try_from(fake.asked().len()).unwrap();
    assert!(asked < pages, "{asked} of {pages} pages were read ahead of the reader");
    for position in 2..=count {
        assert_eq!(next(&mut stream).await, told(position));
    }
    assert_eq!(next(&mut stream).await, (count, None));
}

#[tokio::test]
async fn a_full_engine_is_asked_again() {
    let refusals = AtomicUsize::new(3);
    let fake = Fake::with(move |_| {
        let left = refusals.fetch_update(Ordering::SeqCst, Ordering::SeqCst, |n| n.checked_sub(1));
        match left {
            Ok(_) => Err(EngineError::Overloaded { retry_after_ms: 1 }),
            Err(_) => Ok(()),
        }
    });
    fake.notice(double_charge(1));
    let server = Running::start(&fake, ServerLimits::default()).await;
    let mut stream = watch(&server, 0, &[]).await;
    assert_eq!(next(&mut stream).await, told(1));
    assert_eq!(fake.asked()[..4], ["findings 0"; 4]);
}

#[tokio::test]
async fn what_is_noticed_while_the_engine_is_asked_is_neither_missed_nor_sent_twice() {
    let (entered, leave) = (Arc::new(Notify::new()), Arc::new(Notify::new()));
    let (entering, leaving) = (Arc::clone(&entered), Arc::clone(&leave));
    let fake = Fake::hooked(move |request| {
        let held = matches!(request, Request::Findings { after: 1, .. });
        let (entering, leaving) = (Arc::clone(&entering), Arc::clone(&leaving));
        Box::pin(async move {
            if held {
                entering.notify_one();
                leaving.notified().await;
            }
            Ok(())
        })
    });
    fake.notice(double_charge(1));
    let server = Running::start(&fake, ServerLimits::default()).await;
    let mut stream = watch(&server, 0, &[]).await;
    assert_eq!(next(&mut stream).await, told(1));
    soon(entered.notified()).await;
    fake.notice(double_charge(5));
    leave.notify_one();
    assert_eq!(next(&mut stream).await, told(5));
    assert_eq!(next(&mut stream).await, (5, None));
    fake.notice(double_charge(6));
    assert_eq!(next(&mut stream).await, told(6));
    assert_eq!(next(&mut stream).await, (6, None));
}

#[tokio::test]
async fn a_drain_ends_a_stream_behind_what_was_sent() {
    let fake = Fake::new();
    fake.notice(double_charge(1));
    let server = Running::start(&fake, ServerLimits::default()).await;
    let mut stream = watch(&server, 0, &[]).await;
    assert_eq!(next(&mut stream).await, told(1));
    assert_eq!(next(&mut stream).await, (1, None));
    server.shutdown.send(()).unwrap();
    let status = soon(stream.message()).await.unwrap_err();
    assert_eq!(status.code(), Code::Unavailable);
    soon(server.served).await.unwrap().unwrap();
}

#[tokio::test]
async fn an_engine_that_stops_ends_a_stream() {
    let fake = Fake::new();
    let server = Running::start(&fake, ServerLimits::default()).await;
    let mut stream = watch(&server, 0, &[]).await;
    assert_eq!(next(&mut stream).await, (0, None));
    fake.stop();
    let status = soon(stream.message()).await.unwrap_err();
    assert_eq!(status.code(), Code::Internal);
}

#[tokio::test]
async fn watchers_are_streams_and_measured_as_such() {
    let recorder = PrometheusBuilder::new().build_recorder();
    let shown = recorder.handle();
    let _guard = metrics::set_default_local_recorder(&recorder);
    let fake = Fake::new();
    fake.notice(double_charge(1));
    let limits = ServerLimits { streams_max: 1, deadline_max_ms: 1, ..Default::default() };
    let server = Running::start(&fake, limits).await;
    let mut stream = watch(&server, 0, &[]).await;
    assert_eq!(next(&mut stream).await, told(1));
    assert_eq!(next(&mut stream).await, (1, None));
    let request = v1::WatchFindingsRequest::default();
    let status = soon(server.findings().watch_findings(request)).await.unwrap_err();
    assert_eq!(status.code(), Code::ResourceExhausted);
    server.shutdown.send(()).unwrap();
    assert_eq!(soon(stream.message()).await.unwrap_err().code(), Code::Unavailable);
    drop(server.channel);
    soon(server.served).await.unwrap().unwrap();
    let shown = shown.render();
    for line in [
        "vouch_rpc_requests_total{rpc=\"WatchFindings\",code=\"UNAVAILABLE\"} 1",
        "vouch_rpc_requests_total{rpc=\"WatchFindings\",code=\"RESOURCE_EXHAUSTED\"} 1",
        "vouch_rpc_stream_messages_total{rpc=\"WatchFindings\",code=\"OK\"} 1",
        "vouch_rpc_in_flight{rpc=\"WatchFindings\"} 0",
    ] {
        assert!(shown.contains(line), "{line} is missing in\n{shown}");
    }
}
