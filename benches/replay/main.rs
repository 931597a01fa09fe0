//! What the history of a platform costs: the simulator's facts and claims through the engine in memory, on one core, with
//! every signal and every condition.
//!
//! `cargo bench --bench replay`, or `cargo bench --bench replay -- --orders 1800000` for 10 M facts. The time is that of the
//! engine alone, on the processor; reading files is left out, and so are others who use the machine. The work for a fact must
//! not grow with the facts before it, and memory must follow the entities. The ledger forgets: a replay needs none.
//!
//! Whoever remembers more waits longer for memory, whatever is remembered. So each line of the table tells, too, what
//! [one look](memory::Ring) at as much memory as the engine holds takes at that moment, and how many looks a fact is worth:
//! that is what must not grow. `--no-looks` leaves them out, and the memory that they take.

#![expect(clippy::unwrap_used, reason = "a benchmark that cannot start should stop")]
#![expect(clippy::print_stdout, reason = "a benchmark prints what it measured")]
#![expect(clippy::disallowed_methods, reason = "a benchmark looks at the clock")]
#![expect(clippy::cast_precision_loss, reason = "for people to read")]
#![expect(clippy::indexing_slicing, reason = "a benchmark that goes wrong should stop")]

mod memory;

use std::collections::HashMap;
use std::iter::Peekable;
use std::path::Path;
use std::str::FromStr;
use std::sync::LazyLock;
use std::time::{Duration, Instant};

use memory::Ring;
use vouch::allocator::{self, Allocator};
use vouch::cli;
use vouch::config::Config;
use vouch::domain::{Fact, RefundClaim, TenantId, Timestamp};
use vouch::engine::{Core, Request};
use vouch::ledger::{Found, Ledger, LedgerError, Record, RecordKind};
use vouch::simulate::{ANONYMOUS_FILE, ASN_FILE, CITY_FILE, Knobs, simulate};
use vouch::store::MemoryStore;
use vouch::tables::{Format, Observed, TableReader};

/// That of the binary.
#[global_allocator]
static ALLOCATOR: Allocator = Allocator;

/// About a million facts.
const ORDERS: u64 = 180_000;
/// Records that the engine takes at once.
const BATCH: usize = 1_024;
/// Facts for one line of the table.
const FACTS_PER_LINE: u64 = 250_000;

fn main() {
    allocator::keep_freed_memory();
    let folder = tempfile::tempdir().unwrap();
    let mut knobs = Knobs::default();
    knobs.size.orders = asked("--orders").unwrap_or(ORDERS);
    knobs.size.days = asked("--days").unwrap_or(knobs.size.days);
    // A ledger that forgets cannot tell what comes twice.
    knobs.feed.repeated_share = 0.0;
    let started = Instant::now();
    simulate(&knobs, folder.path(), &[Format::Parquet], |_| ()).unwrap();
    let (orders, days) = (knobs.size.orders, knobs.size.days);
    println!(
        "{orders} orders in {days} days, simulated in {:.0} s",
        started.elapsed().as_secs_f64()
    );
    let mut core = core(folder.path());
    let mut records = Merged::open(folder.path());
    println!(
        "{:>10} {:>8} {:>8} {:>8} {:>6} {:>8} {:>10}",
        "facts", "claims", "us/fact", "facts/s", "MB", "ns/look", "looks/fact"
    );
    let mut ring = (!std::env::args().any(|argument| argument == "--no-looks")).then(Ring::new);
    let (mut all, mut line, mut held) = (Spent::default(), Spent::default(), 0.0);
    while let Some((requests, spent)) = records.next_batch() {
        let before = on_processor();
        core.process_each(requests).unwrap();
        let spent = Spent { time: on_processor() - before, ..spent };
        all.add(&spent);
        line.add(&spent);
        if line.facts >= FACTS_PER_LINE {
            // What the ring takes is not the engine's.
            held = resident_mb() - ring.as_ref().map_or(0.0, Ring::mb);
            let look = ring.as_mut().map(|ring| ring.look_at(held));
            line.print(&all, held, look);
            line = Spent::default();
        }
    }
    held = held.max(resident_mb() - ring.as_ref().map_or(0.0, Ring::mb));
    println!("all");
    all.print(&all, held, None);
}

/// `NAME N` of the command line.
fn asked<T: FromStr>(name: &str) -> Option<T> {
    std::env::args().skip_while(|argument| argument != name).nth(1)?.parse().ok()
}

fn core(folder: &Path) -> Core {
    let source = format!(
        "[geo]\ncity = {:?}\nasn = {:?}\nanonymous_ip = {:?}\n",
        folder.join(CITY_FILE),
        folder.join(ASN_FILE),
        folder.join(ANONYMOUS_FILE),
    );
    let setup = cli::setup(&Config::load(&source).unwrap()).unwrap();
    let (ledger, store) = (Box::new(Forgetful::default()), Box::new(MemoryStore::default()));
    Core::open(setup, ledger, store, Timestamp::EARLIEST).unwrap()
}

/// What some records took.
#[derive(Default)]
struct Spent {
    facts: u64,
    claims: u64,
    time: Duration,
}

impl Spent {
    fn add(&mut self, other: &Self) {
        self.facts += other.facts;
        self.claims += other.claims;
        self.time += other.time;
    }

    /// What these records took, `all` in front of them included in the counts, with so many MB held and a look at memory
    /// taking this long.
    fn print(&self, all: &Self, held: f64, look: Option<Duration>) {
        let per_s = self.facts as f64 / self.time.as_secs_f64();
        let (facts, claims, us) = (all.facts, all.claims, 1e6 / per_s);
        let looks = look.map_or_else(String::new, |look| {
            let ns = look.as_secs_f64() * 1e9;
            format!(" {ns:>8.0} {:>10.1}", us * 1e3 / ns)
        });
        println!("{facts:>10} {claims:>8} {us:>8.2} {per_s:>8.0} {held:>6.0}{looks}");
    }
}

/// How long this thread was on a processor; where the system does not tell, how long anything takes.
fn on_processor() -> Duration {
    static STARTED: LazyLock<Instant> = LazyLock::new(Instant::now);
    let status = std::fs::read_to_string("/proc/thread-self/schedstat").unwrap_or_default();
    let ns = status.split(' ').next().and_then(|ns| ns.parse().ok());
    ns.map_or_else(|| STARTED.elapsed(), Duration::from_nanos)
}

/// Memory of this process; 0 where the system does not tell.
fn resident_mb() -> f64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    let kib = line.and_then(|line| line.trim().strip_suffix(" kB")?.parse::<f64>().ok());
    kib.unwrap_or(0.0) / 1_024.0
}

/// Facts and claims in the order in which they were observed.
struct Merged {
    facts: Peekable<Rows<Fact>>,
    claims: Peekable<Rows<RefundClaim>>,
    tenant: TenantId,
}

impl Merged {
    fn open(folder: &Path) -> Self {
        let claims = TableReader::open(&folder.join("claims.parquet")).unwrap();
        let facts = TableReader::open(&folder.join("facts.parquet")).unwrap();
        Self {
            facts: Rows { reader: facts, read: Vec::new().into_iter() }.peekable(),
            claims: Rows { reader: claims, read: Vec::new().into_iter() }.peekable(),
            tenant: TenantId::parse("default").unwrap(),
        }
    }

    /// The next records, each with its time. Facts of one time are one request.
    fn next_batch(&mut self) -> Option<(Vec<(Timestamp, Request)>, Spent)> {
        let mut requests: Vec<(Timestamp, Request)> = Vec::new();
        let mut spent = Spent::default();
        for _ in 0..BATCH {
            let told_at = self.facts.peek().map(|fact| fact.observed_at);
            let asked_at = self.claims.peek().map(|claim| claim.observed_at);
            let is_claim = asked_at.is_some_and(|asked| told_at.is_none_or(|told| asked < told));
            let tenant = self.tenant.clone();
            if is_claim && let Some(claim) = self.claims.next() {
                spent.claims += 1;
                let asked = Request::Score { tenant, claim: Box::new(claim.record) };
                requests.push((claim.observed_at, asked));
            } else if let Some(fact) = self.facts.next() {
                spent.facts += 1;
                let facts = vec![fact.record];
                requests.push((fact.observed_at, Request::Record { tenant, facts }));
            }
        }
        (!requests.is_empty()).then_some((requests, spent))
    }
}

/// The rows of a file, one after another.
struct Rows<T: vouch::tables::Record> {
    reader: TableReader<T>,
    read: std::vec::IntoIter<Observed<T>>,
}

impl<T: vouch::tables::Record> Iterator for Rows<T> {
    type Item = Observed<T>;

    fn next(&mut self) -> Option<Observed<T>> {
        loop {
            if let Some(row) = self.read.next() {
                return Some(row);
            }
            let (mut rows, mut bad) = (Vec::new(), Vec::new());
            if !self.reader.read(&mut rows, &mut bad).unwrap() {
                return None;
            }
            assert!(bad.is_empty(), "the simulator writes no bad rows");
            self.read = rows.into_iter();
        }
    }
}

/// A ledger that keeps findings alone: nothing else comes twice here, and nobody asks for it.
#[derive(Default)]
struct Forgetful {
    end: u64,
    findings: HashMap<String, Found>,
}

impl Ledger for Forgetful {
    fn end(&self) -> u64 {
        self.end
    }

    fn append_all(&mut self, batches: &[&[Record]]) -> Result<u64, LedgerError> {
        for record in batches.iter().copied().flatten() {
            self.end += 1;
            if record.kind == RecordKind::Finding {
                let found = Found { position: self.end, digest: record.digest };
                self.findings.insert(record.id.clone(), found);
            }
        }
        Ok(self.end)
    }

    fn remembers(&self, _: &TenantId, kind: RecordKind, _: &str) -> bool {
        kind == RecordKind::Finding
    }

    fn find(&self, _: &TenantId, _: RecordKind, id: &str) -> Result<Option<Found>, LedgerError> {
        Ok(self.findings.get(id).copied())
    }

    fn find_alias(&self, _: &TenantId, _: &str) -> Result<Option<u64>, LedgerError> {
        Ok(None)
    }

    fn list(&self, _: &TenantId, _: RecordKind, _: u64, _: usize) -> Result<Vec<u64>, LedgerError> {
        Ok(Vec::new())
    }

    fn read(&self, _: u64) -> Result<Option<Record>, LedgerError> {
        Ok(None)
    }

    fn scan(&self, _: u64) -> Box<dyn Iterator<Item = Result<(u64, Record), LedgerError>> + '_> {
        Box::new(std::iter::empty())
    }
}
