//! Engines for tests.

use std::path::Path;
use std::sync::{Arc, LazyLock, Mutex, MutexGuard};
use std::time::Duration;

use prost::Message;
use vouch::cli;
use vouch::config::Config;
use vouch::domain::{Fact, RefundClaim, TenantId, Timestamp};
use vouch::engine::{Answer, Core, EngineError, QueueLimits, Request, Setup};
use vouch::ledger::{Found, Ledger, LedgerError, MemoryLedger, Record, RecordKind};
use vouch::policy;
use vouch::store::MemoryStore;
use vouch::wire::pb::v1;
use vouch::wire::{TimeLimits, decode_claim, decode_fact};

/// Settings with the sample geo files.
pub(crate) fn config() -> Config {
    let geo = Path::new(env!("CARGO_MANIFEST_DIR")).join("datasets/geo");
    let file = |name: &str| geo.join(name).display().to_string();
    let source = format!(
        "[geo]\ncity = {:?}\nasn = {:?}\nanonymous_ip = {:?}\nmax_age_d = 100000.0\n\
         [model]\nenabled = false\n",
        file("GeoIP2-City-Test.mmdb"),
        file("GeoLite2-ASN-Test.mmdb"),
        file("GeoIP2-Anonymous-IP-Test.mmdb"),
    );
    Config::load(&source).expect("the test's settings are valid")
}

/// What an engine works with, from the shipped policy.
pub(crate) fn setup() -> Setup {
    cli::setup(&config()).expect("the shipped files can be used")
}

/// An engine in memory.
pub(crate) fn memory_core() -> Core {
    let (ledger, store) = (Box::new(MemoryLedger::default()), Box::new(MemoryStore::default()));
    Core::open(setup(), ledger, store, Timestamp::EARLIEST).expect("memory does not fail")
}

pub(crate) fn tenant() -> TenantId {
    TenantId::parse("default").unwrap()
}

/// A fact of a sample case.
pub(crate) fn fact(fact: v1::Fact) -> Fact {
    decode_fact(fact, "fact", &TimeLimits::STORED).expect("sample facts are valid")
}

/// A claim of a sample case.
pub(crate) fn claim(claim: v1::RefundClaim) -> RefundClaim {
    decode_claim(claim, "claim", &TimeLimits::STORED).expect("sample claims are valid")
}

pub(crate) fn record(facts: Vec<Fact>) -> Request {
    Request::Record { tenant: tenant(), facts }
}

pub(crate) fn score(claim: RefundClaim) -> Request {
    Request::Score { tenant: tenant(), claim: Box::new(claim) }
}

/// The one answer to one request.
pub(crate) fn ask(
    core: &mut Core,
    request: Request,
    now: Timestamp,
) -> Result<Answer, EngineError> {
    let mut answers = core.process(vec![request], now).expect("memory does not fail");
    assert_eq!(answers.len(), 1, "one request has one answer");
    answers.remove(0)
}

/// The verdict in an answer.
pub(crate) fn verdict(answer: Result<Answer, EngineError>) -> v1::Verdict {
    let Answer::Scored(stored) = answer.expect("the claim is scored") else {
        panic!("a claim was answered with something else");
    };
    v1::Verdict::decode(stored.bytes).expect("verdicts decode")
}

/// [`setup`], read once: reading the policy takes longer than most tests.
pub(crate) fn shared_setup() -> Arc<Setup> {
    static SETUP: LazyLock<Arc<Setup>> = LazyLock::new(|| Arc::new(setup()));
    Arc::clone(&SETUP)
}

/// [`setup`] with lines of the shipped policy replaced; each stands there once.
pub(crate) fn setup_with(replaced: &[(&str, &str)]) -> Arc<Setup> {
    let mut source = policy::SHIPPED.to_owned();
    for (line, other) in replaced {
        assert_eq!(source.matches(line).count(), 1, "`{line}` in the shipped policy");
        source = source.replace(line, other);
    }
    let shipped = setup();
    let (policy, _) = policy::load(&source, shipped.geo.available()).expect("the policy is valid");
    Arc::new(Setup { policy, ..shipped })
}

/// Limits of a queue in which nobody waits too long.
pub(crate) fn limits(waiting_max: usize, batch_max: usize) -> QueueLimits {
    QueueLimits { waiting_max, longest_wait: Duration::MAX, batch_max }
}

/// A ledger in memory that outlives its engine, so that a test can look into it and open another engine on it.
#[derive(Debug, Clone, Default)]
pub(crate) struct SharedLedger(Arc<Mutex<MemoryLedger>>);

impl SharedLedger {
    /// Every record, in order.
    pub(crate) fn records(&self) -> Vec<Record> {
        self.scan(1).map(|read| read.expect("memory does not fail").1).collect()
    }

    /// An engine on this ledger, with a new store in memory.
    pub(crate) fn open(&self, setup: Arc<Setup>, now: Timestamp) -> Core {
        let (ledger, store) = (Box::new(self.clone()), Box::new(MemoryStore::default()));
        Core::open(setup, ledger, store, now).expect("memory does not fail")
    }

    fn held(&self) -> MutexGuard<'_, MemoryLedger> {
        self.0.lock().expect("no test goes on after a panic")
    }
}

impl Ledger for SharedLedger {
    fn end(&self) -> u64 {
        self.held().end()
    }

    fn append_all(&mut self, batches: &[&[Record]]) -> Result<u64, LedgerError> {
        self.held().append_all(batches)
    }

    fn writer(&self) -> Option<Box<dyn Ledger>> {
        Some(Box::new(self.clone()))
    }

    fn find(
        &self,
        tenant: &TenantId,
        kind: RecordKind,
        id: &str,
    ) -> Result<Option<Found>, LedgerError> {
        self.held().find(tenant, kind, id)
    }

    fn find_alias(&self, tenant: &TenantId, alias: &str) -> Result<Option<u64>, LedgerError> {
        self.held().find_alias(tenant, alias)
    }

    fn list(
        &self,
        tenant: &TenantId,
        kind: RecordKind,
        after: u64,
        limit: usize,
    ) -> Result<Vec<u64>, LedgerError> {
        self.held().list(tenant, kind, after, limit)
    }

    fn read(&self, position: u64) -> Result<Option<Record>, LedgerError> {
        self.held().read(position)
    }

    fn scan(
        &self,
        position: u64,
    ) -> Box<dyn Iterator<Item = Result<(u64, Record), LedgerError>> + '_> {
        Box::new(self.held().scan(position).collect::<Vec<_>>().into_iter())
    }
}
