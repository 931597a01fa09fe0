//! What was served is what a replay of the ledger gives, bit for bit: also after a crash, and not after somebody has
//! changed the ledger.

use std::collections::{BTreeMap, HashMap};
use std::fs;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use polars::prelude::*;
use tokio::runtime::Runtime;
use tokio::sync::Notify;
use tonic::transport::Channel;
use vouch::disk::open_database;
use vouch::domain::{Fact, FactBody, OrderId, RefundClaim};
use vouch::engine::Codec;
use vouch::history::{DECISIONS_FILE, OUTCOMES_FILE};
use vouch::ledger::{FjallLedger, Ledger, Record, RecordKind};
use vouch::records::ProtobufRecords;
use vouch::signals::{Catalogue, SignalValue};
use vouch::simulate::{Knobs, simulate};
use vouch::tables::{Format, Observed, TableReader};
use vouch::wire::pb::v1::fact_service_client::FactServiceClient;
use vouch::wire::pb::v1::refund_risk_service_client::RefundRiskServiceClient;
use vouch::wire::pb::v1::{RecordFactsRequest, ScoreRefundRequest};
use vouch::wire::{encode_claim, encode_fact};

use crate::server::Server;
use crate::terminal::vouch;

/// Longer than anything here ever takes; only a hang meets it.
const PATIENCE: Duration = Duration::from_secs(60);
/// Clients that write at once.
const CLIENTS: usize = 4;

/// A week with many claims, in a folder, and the settings of a server with its geo files and the shipped model.
fn simulated(folder: &Path) -> String {
    let mut knobs = Knobs::default();
    knobs.size.orders = 900;
    knobs.size.days = 7;
    knobs.claims.regret = 0.05;
    knobs.actors.friendly_fraud = 0.1;
    simulate(&knobs, folder, &[Format::Parquet], |_| ()).unwrap();
    let geo = |name: &str| folder.join(format!("geo-{name}.mmdb"));
    format!(
        "[geo]\ncity = {:?}\nasn = {:?}\nanonymous_ip = {:?}\nmax_age_d = 100000.0\n",
        geo("city"),
        geo("asn"),
        geo("anonymous-ip"),
    )
}

/// What a client sends.
#[derive(Clone)]
enum Sent {
    Facts(Vec<Fact>),
    Claim(Box<RefundClaim>),
}

/// The week's records for the clients, each with its share, and a little out of order. Some claims bring facts along that
/// are told before or after by somebody else.
fn shares(folder: &Path) -> Vec<Vec<Sent>> {
    let told: Vec<Observed<Fact>> = TableReader::read_all(&folder.join("facts.parquet")).unwrap();
    let asked: Vec<Observed<RefundClaim>> =
        TableReader::read_all(&folder.join("claims.parquet")).unwrap();
    let mut of_order: HashMap<&OrderId, Vec<Fact>> = HashMap::new();
    for fact in told.iter().map(|fact| &fact.record) {
        if let FactBody::OrderPlaced(placed) = &fact.body {
            of_order.entry(&placed.order_id).or_insert_with(|| vec![fact.clone()]);
        }
    }
    let facts = told.chunks(7).map(|chunk| {
        let facts = chunk.iter().map(|fact| fact.record.clone()).collect();
        (chunk[0].observed_at, Sent::Facts(facts))
    });
    let claims = asked.iter().enumerate().map(|(number, claim)| {
        let mut asked = claim.record.clone();
        if number % 3 == 0 {
            asked.facts = of_order.get(&asked.order_id).cloned().unwrap_or_default();
        }
        (claim.observed_at, Sent::Claim(Box::new(asked)))
    });
    let mut all: Vec<_> = facts.chain(claims).collect();
    all.sort_by_key(|(observed_at, _)| *observed_at);
    let mut shares = vec![Vec::new(); CLIENTS];
    for (number, (_, sent)) in all.into_iter().enumerate() {
        shares[number % CLIENTS].push(sent);
    }
    for share in &mut shares {
        share.chunks_mut(5).for_each(<[Sent]>::reverse);
    }
    shares
}

/// How much was acknowledged, and who wants to know when it is enough.
#[derive(Default)]
struct Acknowledged {
    count: AtomicUsize,
    enough: Notify,
}

/// Sends until the end or until the server is gone.
async fn send(channel: Channel, share: Vec<Sent>, done: Arc<Acknowledged>, enough: usize) {
    let mut facts = FactServiceClient::new(channel.clone());
    let mut risk = RefundRiskServiceClient::new(channel);
    for sent in share {
        let gone = match sent {
            Sent::Facts(some) => {
                let facts_sent = some.iter().map(encode_fact).collect();
                facts.record_facts(RecordFactsRequest { facts: facts_sent }).await.is_err()
            }
            Sent::Claim(claim) => {
                let claim = Some(encode_claim(&claim));
                risk.score_refund(ScoreRefundRequest { claim }).await.is_err()
            }
        };
        if gone {
            return;
        }
        if done.count.fetch_add(1, Ordering::SeqCst) + 1 == enough {
            done.enough.notify_one();
        }
    }
}

/// Sends all shares at once; the server is killed when so many requests were answered, while the others are under way.
async fn send_all(server: Server, shares: &[Vec<Sent>], killed_after: Option<usize>) {
    let endpoint = Channel::from_shared(format!("http://{}", server.address)).unwrap();
    let done = Arc::new(Acknowledged::default());
    let enough = killed_after.unwrap_or(usize::MAX);
    let mut clients = tokio::task::JoinSet::new();
    for share in shares {
        let channel = endpoint.connect().await.unwrap();
        clients.spawn(send(channel, share.clone(), Arc::clone(&done), enough));
    }
    let server = if killed_after.is_some() {
        tokio::time::timeout(PATIENCE, done.enough.notified()).await.expect("the clients got on");
        server.kill();
        None
    } else {
        Some(server)
    };
    while let Some(ended) = clients.join_next().await {
        ended.unwrap();
    }
    let all: usize = shares.iter().map(Vec::len).sum();
    let answered = done.count.load(Ordering::SeqCst);
    match server {
        Some(server) => {
            assert_eq!(answered, all, "every request is answered");
            server.stop();
        }
        None => assert!(answered < all, "it was killed in the middle"),
    }
}

/// Serves the week, with a crash or without, and leaves the ledger in `data`.
fn served(folder: &Path, crash: bool) -> usize {
    let settings = simulated(folder);
    let shares = shares(folder);
    let runtime = Runtime::new().unwrap();
    if crash {
        let third = shares.iter().map(Vec::len).sum::<usize>() / 3;
        runtime.block_on(send_all(Server::start(folder, &settings), &shares, Some(third)));
    }
    // Everything again, as by clients that know nothing of what was stored.
    runtime.block_on(send_all(Server::start(folder, &settings), &shares, None));
    shares.iter().flatten().filter(|sent| matches!(sent, Sent::Claim(_))).count()
}

fn frame(folder: &Path, table: &str) -> DataFrame {
    ParquetReader::new(fs::File::open(folder.join(table)).unwrap()).finish().unwrap()
}

/// Rows in which the columns of two tables differ, by column.
fn differing(one: &DataFrame, other: &DataFrame) -> BTreeMap<String, usize> {
    assert_eq!(one.shape(), other.shape());
    let pairs = one.columns().iter().zip(other.columns());
    let differing = pairs.map(|(one, other)| {
        let rows = cells(one).into_iter().zip(cells(other)).filter(|(one, other)| one != other);
        (one.name().to_string(), rows.count())
    });
    differing.filter(|(_, rows)| *rows > 0).collect()
}

/// Each cell in full: numbers by their bits, and every item of a list.
fn cells(column: &Column) -> Vec<Option<Vec<String>>> {
    if let Ok(reals) = column.f64() {
        let bits = |number: f64| vec![format!("{:016x}", number.to_bits())];
        return reals.iter().map(|cell| cell.map(bits)).collect();
    }
    if let Ok(lists) = column.list() {
        let texts = |items: Series| -> Vec<String> {
            items.str().unwrap().iter().map(|text| format!("{text:?}")).collect()
        };
        return (0..lists.len()).map(|row| lists.get_as_series(row).map(texts)).collect();
    }
    let cells = (0..column.len()).map(|row| column.get(row).unwrap());
    cells.map(|cell| (!cell.is_null()).then(|| vec![cell.to_string()])).collect()
}

fn what_was_served_is_what_a_replay_gives(crash: bool) {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name);
    let asked = served(folder.path(), crash);
    let (code, printed, complaint) = vouch(folder.path(), &["verify", "--config", "vouch.toml"]);
    assert_eq!(code, Some(0), "{printed} {complaint}");
    for part in [format!("claims    {asked}\n"), "differing 0\n".to_owned()] {
        assert!(printed.contains(&part), "`{part}` in {printed}");
    }
    let export = ["export", "--config", "vouch.toml", "--out", "exported"];
    let (code, printed, complaint) = vouch(folder.path(), &export);
    assert_eq!(code, Some(0), "{printed} {complaint}");
    let replay = ["replay", "--config", "vouch.toml", "--from", "exported", "--out", "replayed"];
    let (code, printed, complaint) = vouch(folder.path(), &replay);
    assert_eq!(code, Some(0), "{printed} {complaint}");
    for table in [DECISIONS_FILE, OUTCOMES_FILE] {
        let (served, replayed) = (frame(&path("exported"), table), frame(&path("replayed"), table));
        assert_eq!(differing(&served, &replayed), BTreeMap::new(), "{table}");
        assert!(served.height() > 0, "{table}");
    }
    let decisions = frame(&path("exported"), DECISIONS_FILE);
    assert_eq!(decisions.height(), asked);
    assert!(decisions.column("score").unwrap().null_count() < asked / 2, "the model is on");
}

#[test]
fn what_was_served_is_what_a_replay_of_the_ledger_gives_bit_for_bit() {
    what_was_served_is_what_a_replay_gives(false);
}

#[test]
fn a_crash_in_the_middle_does_not_show() {
    what_was_served_is_what_a_replay_gives(true);
}

#[test]
fn a_ledger_that_somebody_changed_is_found_out_by_signal() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name);
    let asked = served(folder.path(), false);
    // What verify compares is what differs under another policy.
    let policy = concat!(env!("CARGO_MANIFEST_DIR"), "/config/policy.toml");
    let policy = fs::read_to_string(policy).unwrap();
    assert!(policy.contains("deadline_min = 120"));
    let policy = policy.replacen("deadline_min = 120", "deadline_min = 121", 1);
    fs::write(path("policy.toml"), policy).unwrap();
    let verify = ["verify", "--config", "vouch.toml", "--policy", "policy.toml"];
    let (code, printed, complaint) = vouch(folder.path(), &verify);
    assert_eq!(code, Some(0), "{printed} {complaint}");
    assert!(printed.contains(&format!("{asked} of them judged by another vouch")), "{printed}");
    assert!(printed.contains("review_deadline"), "{printed}");

    let changed = changed_ledger(&path("data"), &path("changed"));
    let settings = fs::read_to_string(path("vouch.toml")).unwrap();
    let (data, other) = (format!("{:?}", path("data")), format!("{:?}", path("changed")));
    fs::write(path("changed.toml"), settings.replacen(&data, &other, 1)).unwrap();
    let (code, printed, complaint) = vouch(folder.path(), &["verify", "--config", "changed.toml"]);
    assert_eq!(code, Some(1), "{printed}");
    assert_eq!(complaint, "error: the replay of this ledger is not what was served\n");
    let told = [
        "differing 2\n".to_owned(),
        format!("request {}: signal:account_orders_life was 7777, is ", changed[0]),
        format!("request {}: signal:charge_kind was unknown, is ", changed[1]),
    ];
    for part in &told {
        assert!(printed.contains(part), "`{part}` in {printed}");
    }
    let by_signal: Vec<&str> = printed.lines().map(str::trim_end).collect();
    for signal in ["signal:account_orders_life", "signal:charge_kind"] {
        let line = by_signal.iter().find(|line| line.trim().starts_with(signal));
        assert!(line.is_some_and(|line| line.ends_with(" 1")), "{signal} in {printed}");
    }
}

/// The ledger of a data folder in another one, with a signal of two claims changed: the requests of these claims.
fn changed_ledger(data: &Path, other: &Path) -> Vec<String> {
    let database = open_database(data, 1 << 20).unwrap();
    let ledger = FjallLedger::open(&database).unwrap();
    let mut records: Vec<Record> = ledger.scan(1).map(|read| read.unwrap().1).collect();
    let place = |name| Catalogue::get().position(name).unwrap();
    let changes = [
        (place("account_orders_life"), Some(SignalValue::Int(7_777))),
        (place("charge_kind"), None),
    ];
    let mut claims = records.iter_mut().filter(|record| record.kind == RecordKind::Claim);
    let mut changed = Vec::new();
    for (place, value) in changes {
        let (record, mut recorded) = claims
            .by_ref()
            .map(|record| {
                let recorded = ProtobufRecords.read_claim(&record.body).unwrap();
                (record, recorded)
            })
            .find(|(_, recorded)| recorded.signals[place].is_some())
            .unwrap();
        recorded.signals[place] = value;
        record.body = ProtobufRecords.claim_entry(
            ProtobufRecords.claim(&recorded.decided.claim).into(),
            &recorded.context,
            recorded.verdict.into(),
            &recorded.signals,
            &recorded.challengers,
            &recorded.decided.scored,
        );
        changed.push(record.id.clone());
    }
    let database = open_database(other, 1 << 20).unwrap();
    FjallLedger::open(&database).unwrap().append(&records).unwrap();
    changed
}
