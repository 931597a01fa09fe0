//! Metrics and logs.

use std::io;
use std::sync::{Arc, Mutex};

use metrics_exporter_prometheus::PrometheusBuilder;

use super::fake::Fake;
use super::{Running, ServerLimits, bad_claim, claim, score, soon};
use crate::wire::pb::v1;
use crate::wire::pb::v1::get_decision_request::Key;

#[tokio::test]
async fn requests_are_measured_by_rpc_and_code() {
    let recorder = PrometheusBuilder::new().build_recorder();
    let shown = recorder.handle();
    let _guard = metrics::set_default_local_recorder(&recorder);
    let server = Running::start(&Fake::new(), ServerLimits::default()).await;
    soon(server.risk().score_refund(score(claim("q1")))).await.unwrap();
    soon(server.risk().score_refund(score(bad_claim("q2")))).await.unwrap_err();
    let claims = ["q3", "q4"].map(|id| v1::ScoreRefundsRequest { claim: Some(claim(id)) });
    let answers = soon(server.risk().score_refunds(tokio_stream::iter(claims))).await.unwrap();
    let mut answers = answers.into_inner();
    while soon(answers.message()).await.unwrap().is_some() {}
    server.shutdown.send(()).unwrap();
    drop(server.channel);
    soon(server.served).await.unwrap().unwrap();
    let shown = shown.render();
    for line in [
        "vouch_rpc_requests_total{rpc=\"ScoreRefund\",code=\"OK\"} 1",
        "vouch_rpc_requests_total{rpc=\"ScoreRefund\",code=\"INVALID_ARGUMENT\"} 1",
        "vouch_rpc_requests_total{rpc=\"ScoreRefunds\",code=\"OK\"} 1",
        "vouch_rpc_stream_messages_total{rpc=\"ScoreRefunds\",code=\"OK\"} 2",
        "vouch_rpc_duration_seconds_count{rpc=\"ScoreRefund\"} 2",
        "vouch_rpc_duration_seconds_count{rpc=\"ScoreRefunds\"} 2",
        "vouch_rpc_in_flight{rpc=\"ScoreRefund\"} 0",
        "vouch_rpc_in_flight{rpc=\"ScoreRefunds\"} 0",
    ] {
        assert!(shown.contains(line), "{line} is missing in\n{shown}");
    }
}

#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl io::Write for Log {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[tokio::test]
async fn logs_name_the_request_and_nobody() {
    let server = Running::start(&Fake::new(), ServerLimits::default()).await;
    soon(server.risk().score_refund(score(claim("unreadable")))).await.unwrap_err();
    let find = || {
        let key = Some(Key::RequestId("unreadable".into()));
        v1::GetDecisionRequest { key, with_facts: false }
    };
    // Without a subscriber first: a place that logs asks once, when it is first reached, whether anybody listens, and
    // tests on other threads do not.
    soon(server.risk().get_decision(find())).await.unwrap_err();
    let log = Log::default();
    let writer = log.clone();
    let subscriber =
        tracing_subscriber::fmt().with_ansi(false).with_writer(move || writer.clone()).finish();
    let _guard = tracing::subscriber::set_default(subscriber);
    soon(server.risk().get_decision(find())).await.unwrap_err();
    let log = String::from_utf8(log.0.lock().unwrap().clone()).unwrap();
    assert!(log.contains("a verdict does not decode key=\"unreadable\""), "{log}");
    assert!(!log.contains("203.0.113.7"), "{log}");
}
