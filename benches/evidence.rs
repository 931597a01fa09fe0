//! How long it takes to find out whether another account showed a picture like this one, among five million pictures in
//! the embedded store: `cargo bench --bench evidence`. Filling the store takes a few minutes and 1 GB of disk in the
//! folder for temporary files.
//!
//! A question reads 52 buckets and compares some 4,000 hashes, wherever the buckets are:
//!
//! * `on disk`: the store was just opened, every question is about another picture, and the database has its usual 64 MiB
//!   for blocks, far less than the pictures take. What the system keeps of its files is out of its hands.
//! * `in blocks`: the database holds the blocks that the questions need.
//! * `in memory`: the store holds the entities.

use std::error::Error;
use std::hint::black_box;
use std::path::Path;

use criterion::{BatchSize, Criterion};
use vouch::disk::open_database;
use vouch::domain::{
    AccountId, ClaimChannel, ClaimContext, ClaimReason, Client, Currency, DAY_MS, Destination,
    Evidence, EvidenceKind, Money, OrderId, RefundClaim, RefundId, RefundRoute, RequestId,
    SECOND_MS, Sha256, TenantId, Timestamp,
};
use vouch::state::{
    EntityKey, Event, EventBody, PICTURES_KEPT_D, PictureBucket, PictureQuery, Stamp, Subject,
};
use vouch::store::{FjallStore, StateStore, StoreLimits};

/// Different pictures of all kinds.
const SCATTERED: u64 = 4_900_000;
/// Pictures of which each has many that are nearly it, such as a vendor's error.
const CLUSTERS: u64 = 1_000;
/// Copies of each of these, up to four bits beside it.
const COPIES: u64 = 100;
/// Pictures that one claim shows here, so that the store is filled in reasonable time.
const PICTURES_PER_CLAIM: usize = 50;
/// What the server gives the database for blocks.
const BLOCK_CACHE_BYTES: u64 = 64 << 20;
/// Enough that nothing is written before all is there.
const FILL_CACHE_BYTES: usize = 16 << 30;
/// Questions that are asked again and again.
const ASKED_AGAIN: u64 = 64;
/// 2026-01-01T00:00:00Z.
const START: Timestamp = Timestamp::from_ms(1_767_225_600_000);

type Outcome<T> = Result<T, Box<dyn Error>>;

fn main() -> Outcome<()> {
    let mut criterion = Criterion::default().configure_from_args();
    let folder = tempfile::tempdir()?;
    fill(folder.path())?;
    questions(&mut criterion, folder.path())?;
    additions(&mut criterion, folder.path())?;
    criterion.final_summary();
    Ok(())
}

fn questions(criterion: &mut Criterion, folder: &Path) -> Outcome<()> {
    let mut group = criterion.benchmark_group("nearest of 5 million pictures");
    // Each question is about another picture: this many are asked at most.
    let mut asked = 0..u64::MAX;
    let mut next = || asked.next().unwrap_or_default();
    {
        let mut store = open(folder, 0)?;
        group.bench_function("on disk", |bencher| {
            bencher.iter_batched(
                || near_known(next()),
                |hash| black_box(nearest(&mut store, hash)),
                BatchSize::SmallInput,
            );
        });
    }
    type Hash = fn(u64) -> u64;
    let kinds: [(&str, Hash); 3] = [
        ("a copy", near_known),
        ("another picture", |n| random(u64::MAX / 2 + n)),
        ("one of a crowd", |n| copy(n % CLUSTERS, COPIES + n)),
    ];
    for (name, hash) in kinds {
        let mut hash = cycle(hash);
        let mut store = open(folder, 0)?;
        for _ in 0..ASKED_AGAIN {
            nearest(&mut store, hash())?;
        }
        group.bench_function(format!("in blocks, {name}"), |bencher| {
            bencher.iter(|| black_box(nearest(&mut store, hash())));
        });
        drop(store);
        let mut store = open(folder, FILL_CACHE_BYTES)?;
        for _ in 0..ASKED_AGAIN {
            store.load(&buckets(hash(), PictureBucket::near)?, START)?;
        }
        group.bench_function(format!("in memory, {name}"), |bencher| {
            bencher.iter(|| black_box(nearest(&mut store, hash())));
        });
    }
    group.finish();
    Ok(())
}

/// A claim with one new picture is taken in: what it touches is fetched and changed, and some older entity makes room.
fn additions(criterion: &mut Criterion, folder: &Path) -> Outcome<()> {
    let mut store = open(folder, 64 << 20)?;
    let mut position = (SCATTERED + CLUSTERS * COPIES) * 2;
    let mut failed = Ok(());
    criterion.bench_function("take in a claim with a new picture", |bencher| {
        bencher.iter(|| {
            position += 1;
            let event = claimed(position, &[random(position)]);
            let added = event.and_then(|event| Ok(store.commit(&[event])?));
            let settled = added.and_then(|()| Ok(store.settled(position)?));
            failed = settled;
        });
    });
    failed
}

/// The same few questions over and over.
fn cycle(hash: impl Fn(u64) -> u64) -> impl FnMut() -> u64 {
    let mut n = 0;
    move || {
        n = (n + 1) % ASKED_AGAIN;
        hash(n)
    }
}

/// A picture within 6 bits of one that is there.
fn near_known(n: u64) -> u64 {
    beside(random(mixed(n) % SCATTERED), n, 6)
}

fn nearest(store: &mut FjallStore, hash: u64) -> Outcome<Option<u32>> {
    let query =
        PictureQuery::new(hash, &account(u64::MAX)?, START.plus_ms(-PICTURES_KEPT_D * DAY_MS));
    let found = store.near_pictures(&TenantId::parse("shop")?, hash, START)?;
    let distances = found.iter().filter_map(|entity| entity.pictures()?.nearest(&query));
    Ok(distances.min())
}

fn buckets<I: Iterator<Item = PictureBucket>>(
    hash: u64,
    which: impl Fn(u64) -> I,
) -> Outcome<Vec<EntityKey>> {
    let tenant = TenantId::parse("shop")?;
    let key = |bucket| EntityKey::new(tenant.clone(), Subject::Pictures(bucket));
    Ok(which(hash).map(key).collect())
}

fn fill(folder: &Path) -> Outcome<()> {
    let mut store = open(folder, FILL_CACHE_BYTES)?;
    let scattered = (0..SCATTERED).map(random);
    let crowds = (0..CLUSTERS).flat_map(|cluster| (0..COPIES).map(move |n| copy(cluster, n)));
    let hashes: Vec<u64> = scattered.chain(crowds).collect();
    for (position, shown) in (1..).zip(hashes.chunks(PICTURES_PER_CLAIM)) {
        store.commit(&[claimed(position, shown)?])?;
    }
    let last = u64::try_from(hashes.len().div_ceil(PICTURES_PER_CLAIM))?;
    Ok(store.flush(last)?)
}

fn open(folder: &Path, cache_bytes: usize) -> Outcome<FjallStore> {
    let database = open_database(folder, BLOCK_CACHE_BYTES)?;
    let limits = StoreLimits { cache_bytes, checkpoint_every: u64::MAX };
    Ok(FjallStore::open(&database, limits, u64::MAX)?)
}

/// A copy of a picture of which there are many.
fn copy(cluster: u64, n: u64) -> u64 {
    beside(mixed(!cluster), n, 4)
}

/// A hash up to so many bits beside another one.
fn beside(hash: u64, seed: u64, bits: u64) -> u64 {
    let count = mixed(seed) % (bits + 1);
    (0..count).fold(hash, |hash, flip| hash ^ 1 << (mixed(seed ^ flip << 32) % 64))
}

/// The hash of a picture, scattered over all that there are.
fn random(n: u64) -> u64 {
    mixed(n)
}

/// SplitMix64 (G. Steele, D. Lea, C. Flood, OOPSLA 2014): numbers that look random and are the same in every run.
fn mixed(n: u64) -> u64 {
    let n = n.wrapping_add(1).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    let n = (n ^ n >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let n = (n ^ n >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
    n ^ n >> 31
}

fn account(n: u64) -> Outcome<AccountId> {
    Ok(AccountId::parse(&format!("a{n}"))?)
}

/// A claim that shows these pictures; every claim is of another account and a second later.
fn claimed(position: u64, hashes: &[u64]) -> Outcome<Event> {
    let item = |hash: &u64| Evidence {
        kind: EvidenceKind::ActivationError,
        sha256: Sha256([0; 32]),
        perceptual_hash: Some(*hash),
        captured_at: None,
        edited: None,
    };
    let requested_at = START.plus_ms(i64::try_from(position)? * SECOND_MS);
    let claim = RefundClaim {
        request_id: RequestId::parse(&format!("q{position}"))?,
        refund_id: RefundId::parse(&format!("r{position}"))?,
        order_id: OrderId::parse(&format!("o{position}"))?,
        account_id: account(position)?,
        requested_at,
        amount: Money::positive(3_000, Currency::parse("CNY")?)?,
        reason: ClaimReason::KeyInvalid,
        reason_text: None,
        destination: Destination {
            route: RefundRoute::Original,
            payout: None,
            agreement_signed: None,
        },
        client: Client::default(),
        channel: ClaimChannel::App,
        evidence: hashes.iter().map(item).collect(),
        keys: Vec::new(),
        fx_rate_today: None,
        facts: Vec::new(),
    };
    let body = EventBody::Claimed(claim.into(), ClaimContext::default().into());
    Ok(Event::new(Stamp::taken_in(position), TenantId::parse("shop")?, requested_at, body))
}
