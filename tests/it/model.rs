//! What callers see of models, through gRPC.

use std::sync::Arc;

use tokio::net::TcpListener;
use tokio::runtime::Runtime;
use tokio::task::JoinSet;
use tonic::transport::Channel;
use vouch::cases::{GROUPS, read};
use vouch::clock::ManualClock;
use vouch::domain::{Decision, Layer, LayerOutcome, Timestamp};
use vouch::engine::{Core, start};
use vouch::ledger::MemoryLedger;
use vouch::rpc::{ServerLimits, serve};
use vouch::store::MemoryStore;
use vouch::wire::WireEnum;
use vouch::wire::pb::v1::fact_service_client::FactServiceClient;
use vouch::wire::pb::v1::get_decision_request::Key;
use vouch::wire::pb::v1::refund_risk_service_client::RefundRiskServiceClient;
use vouch::wire::pb::v1::{GetDecisionRequest, RecordFactsRequest, ScoreRefundRequest};

use crate::scorer::{Logistic, with_models};
use crate::support::{limits, setup, tenant};

/// After every sample case: they happen in November 2026.
const NOW: Timestamp = Timestamp::from_ms(1_795_392_000_000);

#[test]
fn callers_see_the_model_and_only_who_looks_back_sees_the_challengers() {
    let case = GROUPS.iter().flat_map(|(_, text)| read(text).unwrap());
    let case = case.into_iter().find(|case| case.name == "channel-app").unwrap();
    let setup = with_models(setup(), Logistic::new("v1", -3.0), &[Logistic::new("v2", 8.0)]);
    let (ledger, store) = (Box::new(MemoryLedger::default()), Box::new(MemoryStore::default()));
    let core = Core::open(setup, ledger, store, NOW).unwrap();
    let clock = Arc::new(ManualClock::new(NOW));
    let limits = limits(16, 16);
    let (handle, thread) = start(core, clock.clone(), limits).unwrap();
    Runtime::new().unwrap().block_on(async {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let (stop, stopped) = tokio::sync::oneshot::channel::<()>();
        let limits = ServerLimits::default();
        let shutdown = async { drop(stopped.await) };
        let mut server = JoinSet::new();
        server.spawn(serve(listener, handle, tenant(), clock, limits, shutdown));
        let channel = Channel::from_shared(format!("http://{address}")).unwrap();
        let channel = channel.connect().await.unwrap();
        let mut facts = FactServiceClient::new(channel.clone());
        facts.record_facts(RecordFactsRequest { facts: case.facts.clone() }).await.unwrap();
        let mut risk = RefundRiskServiceClient::new(channel);
        let request = ScoreRefundRequest { claim: case.steps[0].claim.clone() };
        let verdict = risk.score_refund(request).await.unwrap().into_inner().verdict.unwrap();
        assert_eq!(Layer::from_number(verdict.decided_by), Some(Layer::Model), "{verdict:#?}");
        assert_eq!(Decision::from_number(verdict.decision), Some(Decision::Approve));
        assert_eq!(verdict.approved_amount.as_ref().unwrap().amount_minor, 3_000);
        let model = verdict.model.as_ref().unwrap();
        assert_eq!((model.name.as_str(), model.version.as_str()), ("logistic", "v1"));
        assert!(model.calibrated && verdict.score == Some(model.score));
        let costs = model.expected_costs.as_ref().unwrap();
        let [approve, review, reject] = [&costs.approve, &costs.review, &costs.reject]
            .map(|cost| cost.as_ref().unwrap().amount_minor);
        assert!(approve < review && review < reject, "{approve} {review} {reject}");
        assert_eq!(verdict.reasons[0].code, "model_expected_cost");
        assert!(verdict.degraded.is_empty(), "{:?}", verdict.degraded);
        let finding = verdict.layers.iter().find(|f| f.layer == Layer::Model.number()).unwrap();
        assert_eq!(LayerOutcome::from_number(finding.outcome), Some(LayerOutcome::Decided));

        let key = Some(Key::DecisionId(verdict.decision_id.clone()));
        let asked = GetDecisionRequest { key, with_facts: false };
        let found = risk.get_decision(asked).await.unwrap().into_inner();
        assert_eq!(found.verdict, Some(verdict));
        let [challenger] = found.challengers.as_slice() else { panic!("{found:?}") };
        assert_eq!(
            (challenger.version.as_str(), challenger.decision),
            ("v2", Decision::Reject.number())
        );
        assert!(challenger.score() > 0.99 && challenger.approved_amount.is_none());
        stop.send(()).unwrap();
        server.join_next().await.unwrap().unwrap().unwrap();
    });
    thread.drain();
    thread.join().unwrap();
}
