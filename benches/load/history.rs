//! A platform's history, simulated so that it ends now: facts to tell, and claims to ask about.

use std::path::{Path, PathBuf};

use prost::Message;
use prost::bytes::Bytes;
use vouch::domain::{DAY_MS, Fact, FactBody, OrderPlaced, RefundClaim, Timestamp};
use vouch::simulate::{Knobs, simulate};
use vouch::tables::{Format, TableReader};
use vouch::wire::encode_fact;
use vouch::wire::pb::v1;

use super::claims::Claims;
use super::output::Fault;

/// Facts of one request.
pub(crate) const FACTS_PER_BATCH: usize = 500;
/// Orders that are claimed at most: each is held, encoded.
const ORDERS_CLAIMED_MAX: u64 = 300_000;
/// Days before now in which orders were placed: most can still be refunded.
const DAYS: u64 = 30;

/// A history on disk.
#[derive(Debug)]
pub(crate) struct History {
    folder: PathBuf,
    now: Timestamp,
    facts: TableReader<Fact>,
    /// One order in so many is claimed.
    claimed_every: u64,
    /// The orders that will be claimed.
    claimed: Vec<OrderPlaced>,
    placed: u64,
}

impl History {
    /// Simulates `orders` orders up to `now` into `folder`.
    pub(crate) fn simulate(folder: &Path, orders: u64, now: Timestamp) -> Result<Self, Fault> {
        let mut knobs = Knobs::default();
        knobs.size.orders = orders;
        knobs.size.days = DAYS;
        let days_ms = i64::try_from(DAYS)? * DAY_MS;
        knobs.size.start = Timestamp::from_ms((now.ms() - days_ms) / DAY_MS * DAY_MS);
        // What is told again changes nothing and costs less: it would flatter the rate of facts.
        knobs.feed.repeated_share = 0.0;
        simulate(&knobs, folder, &[Format::Parquet], |_| ())?;
        Ok(Self {
            folder: folder.to_path_buf(),
            now,
            facts: TableReader::open(&folder.join("facts.parquet"))?,
            claimed_every: orders.div_ceil(ORDERS_CLAIMED_MAX),
            claimed: Vec::new(),
            placed: 0,
        })
    }

    /// The next some thousand facts, encoded as requests of [`FACTS_PER_BATCH`]; `None` at the end. What lies ahead of
    /// now is left out: outcomes come weeks after a claim.
    pub(crate) fn next_facts(&mut self) -> Result<Option<Vec<Bytes>>, Fault> {
        let (mut facts, mut bad) = (Vec::new(), Vec::new());
        if !self.facts.read(&mut facts, &mut bad)? {
            return Ok(None);
        }
        if let Some(error) = bad.first() {
            return Err(format!("the history does not read back: {error}").into());
        }
        let facts = facts.into_iter().map(|fact| fact.record);
        let facts: Vec<Fact> = facts.filter(|fact| fact.occurred_at <= self.now).collect();
        facts.iter().for_each(|fact| self.remember(fact));
        facts.chunks(FACTS_PER_BATCH).map(batch).collect::<Result<_, _>>().map(Some)
    }

    fn remember(&mut self, fact: &Fact) {
        if let FactBody::OrderPlaced(order) = &fact.body {
            if self.placed.is_multiple_of(self.claimed_every) {
                self.claimed.push(order.clone());
            }
            self.placed += 1;
        }
    }

    /// Claims on the orders that were told, as the history's buyers claim.
    pub(crate) fn claims(&self) -> Result<Claims, Fault> {
        let claims = TableReader::<RefundClaim>::read_all(&self.folder.join("claims.parquet"))?;
        let samples: Vec<RefundClaim> = claims.into_iter().map(|claim| claim.record).collect();
        Claims::new(&self.claimed, &samples, self.now)
    }
}

/// A `RecordFactsRequest` with its prefix.
fn batch(facts: &[Fact]) -> Result<Bytes, Fault> {
    let facts = facts.iter().map(encode_fact).collect();
    let message = v1::RecordFactsRequest { facts }.encode_to_vec();
    let mut frame = vec![0];
    frame.extend(u32::try_from(message.len())?.to_be_bytes());
    frame.extend(message);
    Ok(frame.into())
}
