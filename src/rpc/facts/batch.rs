//! One batch of a stream of facts: everything that can be recorded is, and the rest is refused by name.

use std::collections::HashSet;
use std::time::Duration;

use tonic::Code;

use crate::domain::Fact;
use crate::engine::{EngineError, Receipt};
use crate::rpc::ask::Ask;
use crate::rpc::context::Context;
use crate::rpc::error::RpcError;
use crate::rpc::method::Method;
use crate::rpc::metrics::Stopwatch;
use crate::rpc::status::Refusal;
use crate::wire::pb::v1;

/// How the engine names a fact whose id is taken.
const FACT_ID: &str = "fact_id ";

/// Facts with their places in the stream.
type Numbered = Vec<(u64, Fact)>;

/// One message of the stream.
#[derive(Debug)]
pub(super) enum Arrived {
    /// A fact.
    Fact(Box<Fact>),
    /// Something that is none.
    Invalid {
        /// Its id, as sent.
        fact_id: String,
        /// What is wrong with it.
        refusal: Refusal,
    },
}

/// Records the batches of one stream and counts what was dealt with.
#[derive(Debug)]
pub(super) struct Recorder<'a, E> {
    context: &'a Context<E>,
    acknowledged: u64,
    ledger_position: u64,
    refusals: Vec<v1::FactRefusal>,
}

impl<'a, E: Ask> Recorder<'a, E> {
    pub(super) const fn new(context: &'a Context<E>) -> Self {
        Self { context, acknowledged: 0, ledger_position: 0, refusals: Vec::new() }
    }

    /// Records the next facts of the stream and acknowledges them.
    ///
    /// # Errors
    /// The engine fails or drains: what was recorded meanwhile will be known as duplicates.
    pub(super) async fn record(
        &mut self,
        batch: Vec<Arrived>,
    ) -> Result<v1::StreamFactsResponse, RpcError> {
        let stopwatch = Stopwatch::start();
        let mut facts = Vec::with_capacity(batch.len());
        for arrived in batch {
            let index = self.acknowledged;
            self.acknowledged += 1;
            match arrived {
                Arrived::Fact(fact) => facts.push((index, *fact)),
                Arrived::Invalid { fact_id, refusal } => self.refuse(index, fact_id, refusal),
            }
        }
        self.record_all(facts).await?;
        self.context.gate.meters.took(Method::StreamFacts, stopwatch);
        let mut refusals = std::mem::take(&mut self.refusals);
        refusals.sort_by_key(|refusal| refusal.index);
        Ok(v1::StreamFactsResponse {
            acknowledged: self.acknowledged,
            ledger_position: self.ledger_position,
            refusals,
        })
    }

    /// Records all facts but those whose id is taken. The engine takes all or none and names those that are in the way:
    /// they are tried one by one, and the rest together again.
    async fn record_all(&mut self, mut facts: Numbered) -> Result<(), RpcError> {
        while !facts.is_empty() {
            let told = || facts.iter().map(|(_, fact)| fact.clone()).collect();
            let answer = self.ask(told).await;
            match answer {
                Ok(receipts) => {
                    self.recorded(&receipts);
                    return Ok(());
                }
                Err(RpcError::Engine(EngineError::Conflict { ids })) => {
                    let (suspects, others) = split(facts, &ids);
                    self.record_each(suspects).await?;
                    facts = others;
                }
                Err(error) => return Err(error),
            }
        }
        Ok(())
    }

    /// Of two facts of one batch with the same id, the first one is recorded.
    async fn record_each(&mut self, facts: Numbered) -> Result<(), RpcError> {
        for (index, fact) in facts {
            let fact_id = fact.id.to_string();
            let answer = self.ask(|| vec![fact.clone()]).await;
            match answer {
                Ok(receipts) => self.recorded(&receipts),
                Err(error @ RpcError::Engine(EngineError::Conflict { .. })) => {
                    self.refuse(index, fact_id, error.refusal());
                }
                Err(error) => return Err(error),
            }
        }
        Ok(())
    }

    /// Asks until the engine has room: a stream has time, and its client is held back meanwhile.
    async fn ask(&self, facts: impl Fn() -> Vec<Fact>) -> Result<Vec<Receipt>, RpcError> {
        loop {
            match self.context.record(facts()).await {
                Err(RpcError::Engine(EngineError::Overloaded { retry_after_ms })) => {
                    tokio::time::sleep(Duration::from_millis(retry_after_ms)).await;
                }
                answer => return answer,
            }
        }
    }

    fn recorded(&mut self, receipts: &[Receipt]) {
        let last = receipts.iter().map(|receipt| receipt.position).max().unwrap_or_default();
        self.ledger_position = self.ledger_position.max(last);
        let count = u64::try_from(receipts.len()).unwrap_or(u64::MAX);
        self.context.gate.meters.stream_messages(Method::StreamFacts, Code::Ok, count);
    }

    fn refuse(&mut self, index: u64, fact_id: String, refusal: Refusal) {
        self.context.gate.meters.stream_messages(Method::StreamFacts, refusal.code, 1);
        self.refusals.push(v1::FactRefusal {
            index,
            fact_id,
            code: refusal.number(),
            message: refusal.message,
            violations: refusal.violations,
        });
    }
}

/// The facts that `ids` name, and the others. Ids that name none make all suspect.
fn split(facts: Numbered, ids: &[String]) -> (Numbered, Numbered) {
    let named: HashSet<_> = ids.iter().filter_map(|id| id.strip_prefix(FACT_ID)).collect();
    let (suspects, others): (Numbered, Numbered) =
        facts.into_iter().partition(|(_, fact)| named.contains(fact.id.as_str()));
    if suspects.is_empty() { (others, suspects) } else { (suspects, others) }
}
