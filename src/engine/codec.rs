//! How the engine has things written down, without knowing how that is done.

use std::fmt::Debug;
use std::sync::Arc;

use prost::bytes::Bytes;

use crate::domain::{
    ChallengerVerdict, ClaimContext, Fact, FactContext, Finding, RefundClaim, ScoreBin, Sha256,
    Verdict,
};
use crate::signals::{Catalogue, SignalRow};
use crate::state::ClaimDecided;

/// Encodes and decodes what the ledger keeps. Encoding is canonical: equal things have equal bytes.
pub trait Codec: Debug + Send + Sync {
    /// The canonical bytes of a fact.
    fn fact(&self, fact: &Fact) -> Vec<u8>;
    /// The canonical bytes of a claim with its inline facts.
    fn claim(&self, claim: &RefundClaim) -> Vec<u8>;
    /// Digest of canonical bytes.
    fn digest(&self, canonical: &[u8]) -> Sha256;
    /// The body of a fact's record: the fact's canonical bytes, and what was seen when it was taken in.
    fn fact_entry(&self, fact: Vec<u8>, context: &FactContext) -> Vec<u8>;
    /// The fact in a record's body, and what was seen when it was taken in.
    ///
    /// # Errors
    /// The body is damaged.
    fn read_fact(&self, body: &[u8]) -> Result<(Fact, FactContext), CodecError>;
    /// A verdict as it is answered.
    fn verdict(&self, verdict: Verdict) -> Vec<u8>;
    /// The body of a claim's record: the claim's canonical bytes, what was seen when it was taken in, the verdict as it
    /// is answered, the signals it was judged by, what other models would have decided, and where scores lie.
    fn claim_entry(
        &self,
        claim: Bytes,
        context: &ClaimContext,
        verdict: Bytes,
        row: &SignalRow,
        challengers: &[ChallengerVerdict],
        scored: &[ScoreBin],
    ) -> Vec<u8>;
    /// What is in the body of a claim's record.
    ///
    /// # Errors
    /// The body is damaged.
    fn read_claim(&self, body: &[u8]) -> Result<RecordedClaim, CodecError>;
    /// The body of a finding's record.
    fn finding(&self, finding: &Finding) -> Vec<u8>;
    /// The finding in a record's body.
    ///
    /// # Errors
    /// The body is damaged.
    fn read_finding(&self, body: &[u8]) -> Result<Finding, CodecError>;
    /// The body of the record that names the signals of this binary.
    fn schema(&self, catalogue: &Catalogue) -> Vec<u8>;
    /// The names in the body of such a record.
    ///
    /// # Errors
    /// The body is damaged.
    fn read_schema(&self, body: &[u8]) -> Result<Vec<String>, CodecError>;
}

/// A claim as it was recorded.
#[derive(Debug, Clone)]
pub struct RecordedClaim {
    /// What was seen when it was taken in.
    pub context: Arc<ClaimContext>,
    /// The verdict as it was answered.
    pub verdict: Vec<u8>,
    /// The claim, and what state remembers of its decision.
    pub decided: ClaimDecided,
    /// Digest of the catalogue that names the signals.
    pub signals_sha256: [u8; 32],
    /// The signals that it was judged by, in the order of that catalogue.
    pub signals: SignalRow,
    /// What other models would have decided.
    pub challengers: Vec<ChallengerVerdict>,
}

/// The body of a record is damaged.
#[derive(Debug, thiserror::Error)]
#[error("the body of a ledger record is damaged")]
pub struct CodecError(#[from] pub Box<dyn std::error::Error + Send + Sync>);
