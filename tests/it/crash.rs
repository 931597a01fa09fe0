//! A real server is killed while it works: nothing that it acknowledged is lost, and nothing is applied twice.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use tokio::runtime::Runtime;
use tokio::sync::Mutex;
use tonic::transport::Channel;
use vouch::cases::{GROUPS, read};
use vouch::disk::open_database;
use vouch::domain::Timestamp;
use vouch::ledger::{FjallLedger, Ledger, Record, RecordKind};
use vouch::wire::pb::cases::v1::Case;
use vouch::wire::pb::v1::fact_service_client::FactServiceClient;
use vouch::wire::pb::v1::refund_risk_service_client::RefundRiskServiceClient;
use vouch::wire::pb::v1::{self, RecordFactsRequest, ScoreRefundRequest};
use vouch::wire::{decode_claim_entry, decode_fact_entry};

use crate::server::Server;
use crate::support::{SharedLedger, ask, record, score, shared_setup};

/// Longer than a start or a round ever takes; only a hang meets it.
const PATIENCE: Duration = Duration::from_secs(60);
/// Clients that write at once.
const CLIENTS: usize = 4;

/// The sample geo files, as settings.
fn geo() -> String {
    let geo = Path::new(env!("CARGO_MANIFEST_DIR")).join("datasets/geo");
    format!(
        "[geo]\ncity = {:?}\nasn = {:?}\nanonymous_ip = {:?}\nmax_age_d = 100000.0\n\
         [model]\nenabled = false\n",
        geo.join("GeoIP2-City-Test.mmdb"),
        geo.join("GeoLite2-ASN-Test.mmdb"),
        geo.join("GeoIP2-Anonymous-IP-Test.mmdb"),
    )
}

async fn channel(server: &Server) -> Channel {
    let endpoint = Channel::from_shared(format!("http://{}", server.address)).unwrap();
    endpoint.connect_timeout(PATIENCE).timeout(PATIENCE).connect().await.unwrap()
}

/// What a server acknowledged.
#[derive(Default)]
struct Acknowledged {
    facts: BTreeMap<String, (v1::Fact, u64)>,
    verdicts: BTreeMap<String, (v1::RefundClaim, v1::Verdict)>,
}

/// The sample cases under new names, so that a round has claims of its own; their keys are the same in all rounds.
fn cases(round: usize, client: usize) -> Vec<Case> {
    let all = GROUPS.iter().flat_map(|(_, text)| read(text).unwrap());
    let mine = all.enumerate().filter(|(index, _)| index % CLIENTS == client);
    mine.map(|(_, case)| renamed(&case, &format!("{}-{round}-{client}", case.name))).collect()
}

fn renamed(case: &Case, name: &str) -> Case {
    let json = vouch::wire::to_json("vouch.cases.v1.Case", case).unwrap();
    vouch::wire::from_json("vouch.cases.v1.Case", &json.replace(&case.name, name)).unwrap()
}

/// Feeds cases until the server is gone; notes what it acknowledged.
async fn feed(
    channel: Channel,
    cases: Vec<Case>,
    acknowledged: Arc<Mutex<Acknowledged>>,
    count: Arc<AtomicUsize>,
    enough: Arc<tokio::sync::Notify>,
    limit: usize,
) {
    let mut facts = FactServiceClient::new(channel.clone());
    let mut risk = RefundRiskServiceClient::new(channel);
    let note = |more: usize| {
        if count.fetch_add(more, Ordering::SeqCst) + more >= limit {
            enough.notify_one();
        }
    };
    for case in cases {
        let request = RecordFactsRequest { facts: case.facts.clone() };
        let Ok(answer) = facts.record_facts(request).await else { return };
        let receipts = answer.into_inner().receipts;
        assert_eq!(receipts.len(), case.facts.len(), "a receipt for each fact");
        let told = case.facts.iter().cloned().zip(receipts);
        let told =
            told.map(|(fact, receipt)| (fact.fact_id.clone(), (fact, receipt.ledger_position)));
        acknowledged.lock().await.facts.extend(told);
        note(case.facts.len());
        for claim in case.steps.into_iter().filter_map(|step| step.claim) {
            let request = ScoreRefundRequest { claim: Some(claim.clone()) };
            let Ok(answer) = risk.score_refund(request).await else { return };
            let verdict = answer.into_inner().verdict.expect("a verdict");
            acknowledged.lock().await.verdicts.insert(claim.request_id.clone(), (claim, verdict));
            note(1);
        }
    }
}

/// Everything that was acknowledged is there, and is not there twice.
async fn check(channel: Channel, acknowledged: &Acknowledged) {
    let mut facts = FactServiceClient::new(channel.clone());
    let told: Vec<_> = acknowledged.facts.values().collect();
    for some in told.chunks(500) {
        let request = RecordFactsRequest { facts: some.iter().map(|(f, _)| f.clone()).collect() };
        let receipts = facts.record_facts(request).await.unwrap().into_inner().receipts;
        for ((fact, position), receipt) in some.iter().zip(receipts) {
            assert!(receipt.duplicate, "the fact {} was lost", fact.fact_id);
            assert_eq!(receipt.ledger_position, *position, "{} stands twice", fact.fact_id);
        }
    }
    let mut risk = RefundRiskServiceClient::new(channel);
    for (claim, verdict) in acknowledged.verdicts.values() {
        let request = ScoreRefundRequest { claim: Some(claim.clone()) };
        let again = risk.score_refund(request).await.unwrap().into_inner().verdict.unwrap();
        assert_eq!(again, *verdict, "the claim {} was answered otherwise", claim.request_id);
    }
}

#[test]
fn killed_while_writing_nothing_is_lost_and_nothing_is_applied_twice() {
    let folder = tempfile::tempdir().unwrap();
    let runtime = Runtime::new().unwrap();
    let acknowledged = Arc::new(Mutex::new(Acknowledged::default()));
    // Where a round ends lies in other places of a batch each time.
    for (round, limit) in [37, 211, 403].into_iter().enumerate() {
        let server = Server::start(folder.path(), &geo());
        runtime.block_on(async {
            check(channel(&server).await, &*acknowledged.lock().await).await;
            let (count, enough) = (Arc::default(), Arc::new(tokio::sync::Notify::new()));
            let mut clients = tokio::task::JoinSet::new();
            for client in 0..CLIENTS {
                clients.spawn(feed(
                    channel(&server).await,
                    cases(round, client),
                    Arc::clone(&acknowledged),
                    Arc::clone(&count),
                    Arc::clone(&enough),
                    limit,
                ));
            }
            tokio::time::timeout(PATIENCE, enough.notified()).await.expect("the clients got on");
            server.kill();
            while let Some(ended) = clients.join_next().await {
                ended.unwrap();
            }
        });
    }
    let server = Server::start(folder.path(), &geo());
    let acknowledged = runtime.block_on(async {
        let acknowledged = acknowledged.lock().await;
        check(channel(&server).await, &acknowledged).await;
        acknowledged.facts.len() + acknowledged.verdicts.len()
    });
    server.stop();
    assert!(acknowledged >= 37 + 211 + 403, "every round acknowledged what it waited for");
    replays(&folder.path().join("data"));
}

/// The ledger on disk, taken in again in memory, gives the same ledger: every signal of every claim saw each fact once.
fn replays(data: &Path) {
    let database = open_database(data, 1 << 20).unwrap();
    let ledger = FjallLedger::open(&database).unwrap();
    let records: Vec<Record> = ledger.scan(1).map(|read| read.unwrap().1).collect();
    let started: Timestamp = records[0].observed_at;
    let replayed = SharedLedger::default();
    let mut core = replayed.open(shared_setup(), started);
    for record_then in &records {
        let request = match record_then.kind {
            RecordKind::Fact => record(vec![decode_fact_entry(&record_then.body).unwrap().0]),
            RecordKind::Claim => score(decode_claim_entry(&record_then.body).unwrap().claim),
            RecordKind::Schema | RecordKind::Finding => continue,
        };
        ask(&mut core, request, record_then.observed_at).unwrap();
    }
    let replayed = replayed.records();
    assert_eq!(replayed.len(), records.len());
    for (position, (then, now)) in records.iter().zip(&replayed).enumerate() {
        assert_eq!(then, now, "record {}", position + 1);
    }
}
