//! What the engine is asked, and what it answers.

use prost::bytes::Bytes;

use crate::domain::{
    ChallengerVerdict, Fact, Finding, RefundClaim, RequestId, TenantId, Timestamp,
};
use crate::signals::SignalValue;

/// One question to the engine.
#[derive(Debug, Clone)]
pub enum Request {
    /// Record facts, all or none.
    Record {
        /// Whose.
        tenant: TenantId,
        /// The facts.
        facts: Vec<Fact>,
    },
    /// Score a claim; its inline facts are recorded first.
    Score {
        /// Whose.
        tenant: TenantId,
        /// The claim.
        claim: Box<RefundClaim>,
    },
    /// Find a decision that was given.
    Find {
        /// Whose.
        tenant: TenantId,
        /// Which.
        key: DecisionKey,
        /// With the facts behind it.
        with_facts: bool,
    },
    /// List what was noticed.
    Findings {
        /// Whose.
        tenant: TenantId,
        /// Only what stands behind this ledger position.
        after: u64,
        /// At most so many, from the front.
        limit: usize,
    },
}

/// How a decision is named.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum DecisionKey {
    /// By the id in the verdict.
    Decision(String),
    /// By the request that asked.
    Request(RequestId),
}

/// The answer to one question.
#[derive(Debug, Clone)]
pub enum Answer {
    /// The facts are on disk; one receipt for each, in order.
    Recorded(Vec<Receipt>),
    /// The claim and this verdict are on disk.
    Scored(StoredVerdict),
    /// The decision, if there is one.
    Found(Option<Box<StoredDecision>>),
    /// Findings in ledger order; fewer than were asked for when there are no more.
    Listed(Vec<ListedFinding>),
}

/// What came of one fact.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Receipt {
    /// Where it stands in the ledger; of a repeated fact, where the first stands.
    pub position: u64,
    /// It had been recorded before.
    pub duplicate: bool,
}

/// A verdict as it stands in the ledger.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredVerdict {
    /// The encoded `vouch.v1.Verdict`: the same bytes for every repetition of the request.
    pub bytes: Bytes,
    /// The request had been answered before.
    pub repeated: bool,
}

/// A decision as it stands in the ledger.
#[derive(Debug, Clone, PartialEq)]
pub struct StoredDecision {
    /// The claim as it was taken in.
    pub claim: RefundClaim,
    /// The encoded `vouch.v1.Verdict`.
    pub verdict: Bytes,
    /// When it was taken in.
    pub observed_at: Timestamp,
    /// The signals that it was judged by, by the names of that time; `None` was unknown.
    pub signals: Vec<(String, Option<SignalValue>)>,
    /// The facts behind it, when they were asked for: those that its order, keys, account, payers and twin orders still
    /// remember, taken in before it, in ledger order.
    pub facts: Vec<RecordedFact>,
    /// What other models would have decided.
    pub challengers: Vec<ChallengerVerdict>,
}

/// A fact as it stands in the ledger.
#[derive(Debug, Clone, PartialEq)]
pub struct RecordedFact {
    /// Where.
    pub position: u64,
    /// When it was taken in.
    pub observed_at: Timestamp,
    /// The fact.
    pub fact: Fact,
}

/// A finding as it stands in the ledger.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ListedFinding {
    /// Where it stands.
    pub position: u64,
    /// What was noticed.
    pub finding: Finding,
    /// Later facts or decisions have overtaken it: nothing is left to be done.
    pub lifted: bool,
}

/// Why the engine gave no answer.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum EngineError {
    /// The queue is full.
    #[error("too many requests are waiting; try again in {retry_after_ms} ms")]
    Overloaded {
        /// When to try again.
        retry_after_ms: u64,
    },
    /// The engine takes nothing new.
    #[error("the server is shutting down; try another one")]
    Draining,
    /// These ids were used before, for something else. Nothing was recorded.
    #[error("used before with other content: {}", .ids.join(", "))]
    Conflict {
        /// Each as `fact_id x` or `request_id x`.
        ids: Vec<String>,
    },
    /// The ledger or the state store failed; the log says how. Nothing was acknowledged.
    #[error("the server's storage failed")]
    Storage,
}
