//! What one fact and one claim cost: look-up of state, signals, policy, ledger record and fold, in memory. And what the
//! policy's conditions, the model's features and its score cost alone, for one claim.
//!
//! `cargo bench --bench engine`. Times are per batch; `thrpt` is facts or claims per second. The state is warm: 20,000
//! accounts with an order, a payment, a delivery and a login each.

#![expect(clippy::unwrap_used, reason = "a benchmark that cannot start should stop")]

use std::hint::black_box;
use std::path::Path;

use criterion::{BatchSize, Criterion, Throughput, criterion_group, criterion_main};
use vouch::allocator::{self, Allocator};
use vouch::cli;
use vouch::config::Config;
use vouch::domain::{
    AccountActivity, AccountId, ActivityKind, BatchId, ClaimChannel, ClaimReason, Client, Currency,
    Destination, DeviceId, Fact, FactBody, FactId, KeyDelivered, KeyFingerprint, Money, OrderId,
    OrderPlaced, PayerFingerprint, PaymentCaptured, PaymentMethod, PspTransactionId, RefundClaim,
    RefundId, RefundRoute, RequestId, Sku, SkuClass, SupplierId, TenantId, Timestamp,
};
use vouch::engine::{Core, Request, Scorer};
use vouch::geo::Available;
use vouch::ledger::MemoryLedger;
use vouch::policy;
use vouch::scoring::LoadedModel;
use vouch::signals::{Catalogue, SignalDef, SignalRow, SignalType, SignalValue};
use vouch::store::MemoryStore;

/// That of the binary.
#[global_allocator]
static ALLOCATOR: Allocator = Allocator;

const START: Timestamp = Timestamp::from_ms(1_795_000_000_000);
const WARM_ACCOUNTS: u64 = 20_000;
const BATCHES: [usize; 3] = [1, 16, 256];

fn core() -> Core {
    let geo = Path::new(env!("CARGO_MANIFEST_DIR")).join("datasets/geo");
    let source = format!(
        "[geo]\ncity = {:?}\nasn = {:?}\nanonymous_ip = {:?}\n",
        geo.join("GeoIP2-City-Test.mmdb"),
        geo.join("GeoLite2-ASN-Test.mmdb"),
        geo.join("GeoIP2-Anonymous-IP-Test.mmdb"),
    );
    let setup = cli::setup(&Config::load(&source).unwrap()).unwrap();
    let (ledger, store) = (Box::new(MemoryLedger::default()), Box::new(MemoryStore::default()));
    let mut core = Core::open(setup, ledger, store, START).unwrap();
    for account in 0..WARM_ACCOUNTS {
        core.process(vec![record(story(account))], START).unwrap();
    }
    core
}

fn record(facts: Vec<Fact>) -> Request {
    Request::Record { tenant: TenantId::parse("default").unwrap(), facts }
}

/// A login, an order, its payment and its delivery.
fn story(n: u64) -> Vec<Fact> {
    let bodies = [
        FactBody::AccountActivity(AccountActivity {
            account_id: account(n),
            kind: ActivityKind::Login,
            verified_level: None,
            client: client(n),
        }),
        FactBody::OrderPlaced(OrderPlaced {
            order_id: order(n),
            account_id: account(n),
            sku: Sku::parse(&format!("sku-{}", n % 200)).unwrap(),
            sku_class: SkuClass::Key,
            region_lock: Vec::new(),
            supplier_id: SupplierId::parse(&format!("supplier-{}", n % 9)).ok(),
            quantity: 1,
            amount: price(),
            client: client(n),
        }),
        FactBody::PaymentCaptured(PaymentCaptured {
            psp_transaction_id: PspTransactionId::parse(&format!("psp-{n}")).unwrap(),
            order_id: order(n),
            payer: PayerFingerprint::parse(&format!("payer-{}", n % 15_000)).ok(),
            method: PaymentMethod::Wechat,
            amount: price(),
            fx_rate: None,
            payment_country: None,
        }),
        FactBody::KeyDelivered(KeyDelivered {
            order_id: order(n),
            key: Some(key(n)),
            batch_id: BatchId::parse(&format!("batch-{}", n % 500)).ok(),
            supplier_id: SupplierId::parse(&format!("supplier-{}", n % 9)).ok(),
        }),
    ];
    let minute = i64::try_from(n).unwrap();
    let fact = |(part, body)| Fact {
        id: FactId::parse(&format!("fact-{n}-{part}")).unwrap(),
        occurred_at: START.plus_ms(minute * 10),
        body,
    };
    bodies.into_iter().enumerate().map(fact).collect()
}

fn claim(n: u64) -> RefundClaim {
    let of = n % WARM_ACCOUNTS;
    RefundClaim {
        request_id: RequestId::parse(&format!("request-{n}")).unwrap(),
        refund_id: RefundId::parse(&format!("refund-{n}")).unwrap(),
        order_id: order(of),
        account_id: account(of),
        requested_at: START.plus_ms(3_600_000),
        amount: Money { amount_minor: 100, ..price() },
        reason: ClaimReason::KeyInvalid,
        reason_text: Some("the vendor says that it does not know this key at all".into()),
        destination: Destination {
            route: RefundRoute::Original,
            payout: None,
            agreement_signed: None,
        },
        client: client(of),
        channel: ClaimChannel::App,
        evidence: Vec::new(),
        keys: Vec::new(),
        fx_rate_today: None,
        facts: Vec::new(),
    }
}

fn account(n: u64) -> AccountId {
    AccountId::parse(&format!("account-{}", n % WARM_ACCOUNTS)).unwrap()
}

fn order(n: u64) -> OrderId {
    OrderId::parse(&format!("order-{n}")).unwrap()
}

fn key(n: u64) -> KeyFingerprint {
    let mut bytes = [7; 32];
    bytes[..8].copy_from_slice(&n.to_le_bytes());
    KeyFingerprint(bytes)
}

fn client(n: u64) -> Client {
    let [.., a, b] = n.to_be_bytes();
    Client {
        ip: Some([2, 125, a, b].into()),
        device_id: DeviceId::parse(&format!("device-{}", n % 18_000)).ok(),
        device_emulator: Some(false),
        device_rooted: Some(false),
        user_agent: Some("ShopApp/5.2 (Android 14)".into()),
        timezone: Some("Asia/Shanghai".into()),
    }
}

fn price() -> Money {
    Money::positive(9_800, Currency::parse("CNY").unwrap()).unwrap()
}

fn facts(criterion: &mut Criterion) {
    allocator::keep_freed_memory();
    let mut core = core();
    let mut next = WARM_ACCOUNTS;
    let mut group = criterion.benchmark_group("facts");
    for stories in BATCHES {
        group.throughput(Throughput::Elements(u64::try_from(4 * stories).unwrap()));
        group.bench_function(format!("batch of {}", 4 * stories), |bencher| {
            let mut told = || {
                let stories = u64::try_from(stories).unwrap();
                let request = record((next..next + stories).flat_map(story).collect());
                next += stories;
                vec![request]
            };
            let mut run = |requests| black_box(core.process(requests, START).unwrap());
            bencher.iter_batched(&mut told, &mut run, BatchSize::SmallInput);
        });
    }
    group.finish();
}

fn claims(criterion: &mut Criterion) {
    let mut core = core();
    let mut next = 0;
    let mut group = criterion.benchmark_group("claims");
    for claims in BATCHES {
        group.throughput(Throughput::Elements(u64::try_from(claims).unwrap()));
        group.bench_function(format!("batch of {claims}"), |bencher| {
            let mut asked = || {
                let asked = (next..next + u64::try_from(claims).unwrap()).map(claim);
                next += u64::try_from(claims).unwrap();
                let tenant = TenantId::parse("default").unwrap();
                let score =
                    |claim| Request::Score { tenant: tenant.clone(), claim: Box::new(claim) };
                asked.map(score).collect::<Vec<_>>()
            };
            let mut run = |requests| black_box(core.process(requests, START).unwrap());
            bencher.iter_batched(&mut asked, &mut run, BatchSize::SmallInput);
        });
    }
    group.finish();
}

/// Rows of signals of which some are unknown, so that no branch is learned by heart.
fn rows() -> Vec<SignalRow> {
    let cell = |row: u64, place: usize, def: &SignalDef| {
        let number = (row * 2_654_435_761 + u64::try_from(place).unwrap() * 40_503) % 977;
        let word = |words: &[&'static str]| {
            words.get(usize::try_from(number).unwrap() % words.len().max(1)).copied()
        };
        (!number.is_multiple_of(7)).then(|| match def.kind {
            SignalType::Int => SignalValue::Int(i64::try_from(number % 40).unwrap()),
            SignalType::Real => SignalValue::Real(f64::from(u32::try_from(number).unwrap()) / 13.0),
            SignalType::Truth => SignalValue::Truth(number.is_multiple_of(2)),
            SignalType::Text => {
                word(def.words).map_or(SignalValue::Text("CN".into()), SignalValue::Word)
            }
        })
    };
    let defs = || Catalogue::get().defs().iter().enumerate();
    let row = |row| defs().map(|(place, def)| cell(row, place, def)).collect();
    (0..64).map(row).collect()
}

fn parts(criterion: &mut Criterion) {
    let rows = rows();
    let (policy, _) = policy::load(policy::SHIPPED, Available::ALL).unwrap();
    let model = LoadedModel::shipped().unwrap();
    let mut group = criterion.benchmark_group("one claim");
    let mut turns = rows.iter().cycle();
    let mut next = || turns.next().unwrap();
    group.bench_function("conditions", |bencher| bencher.iter(|| policy.judge(black_box(next()))));
    group.bench_function("features", |bencher| {
        bencher.iter(|| model.features().of_row(next()).flatten().sum::<f64>());
    });
    for (name, explain) in [("score", false), ("score with reasons", true)] {
        group.bench_function(name, |bencher| {
            bencher.iter(|| model.score(&[black_box(next())], explain).unwrap());
        });
    }
    group.finish();
}

criterion_group!(benches, facts, claims, parts);
criterion_main!(benches);
