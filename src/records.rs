//! How ledger records are written: protobuf, read for as long as ledgers live.

use crate::domain::{
    ChallengerVerdict, ClaimContext, Fact, FactContext, Finding, RefundClaim, ScoreBin, Sha256,
    Verdict,
};
use crate::engine::{Codec, CodecError, RecordedClaim};
use crate::signals::{Catalogue, SignalRow, SignalValue};
use crate::state::ClaimDecided;
use crate::wire::{self, SignalScalar, SignalSchema};
use prost::Message;
use prost::bytes::Bytes;

/// Writes ledger records as protobuf messages of `vouch.ledger.v1`.
#[derive(Debug, Clone, Copy, Default)]
pub struct ProtobufRecords;

impl Codec for ProtobufRecords {
    fn fact(&self, fact: &Fact) -> Vec<u8> {
        wire::canonical_fact(fact)
    }

    fn claim(&self, claim: &RefundClaim) -> Vec<u8> {
        wire::canonical_claim(claim)
    }

    fn digest(&self, canonical: &[u8]) -> Sha256 {
        Sha256(wire::digest(canonical))
    }

    fn fact_entry(&self, fact: Vec<u8>, context: &FactContext) -> Vec<u8> {
        wire::encode_fact_entry(fact, context)
    }

    fn read_fact(&self, body: &[u8]) -> Result<(Fact, FactContext), CodecError> {
        wire::decode_fact_entry(body).map_err(damaged)
    }

    fn verdict(&self, verdict: Verdict) -> Vec<u8> {
        wire::encode_verdict(verdict).encode_to_vec()
    }

    fn claim_entry(
        &self,
        claim: Bytes,
        context: &ClaimContext,
        verdict: Bytes,
        row: &SignalRow,
        challengers: &[ChallengerVerdict],
        scored: &[ScoreBin],
    ) -> Vec<u8> {
        let signals = row.iter().map(|value| value.as_ref().map(scalar));
        let catalogue = Bytes::copy_from_slice(&Catalogue::get().sha256());
        wire::encode_claim_entry(claim, context, verdict, catalogue, signals, challengers, scored)
    }

    fn read_claim(&self, body: &[u8]) -> Result<RecordedClaim, CodecError> {
        let entry = wire::decode_claim_entry(body).map_err(damaged)?;
        let summary = wire::verdict_decision(&entry.verdict).map_err(damaged)?;
        let decided = ClaimDecided {
            claim: entry.claim.into(),
            decision: summary.decision,
            decided_by: summary.decided_by,
            approved: summary.approved,
            scored: entry.scored,
        };
        Ok(RecordedClaim {
            context: entry.context.into(),
            verdict: entry.verdict,
            decided,
            signals_sha256: entry.signals_sha256,
            signals: entry.signals.into_iter().map(|scalar| scalar.map(value)).collect(),
            challengers: entry.challengers,
        })
    }

    fn finding(&self, finding: &Finding) -> Vec<u8> {
        wire::encode_finding_entry(finding)
    }

    fn read_finding(&self, body: &[u8]) -> Result<Finding, CodecError> {
        wire::decode_finding_entry(body).map_err(damaged)
    }

    fn schema(&self, catalogue: &Catalogue) -> Vec<u8> {
        let names = catalogue.defs().iter().map(|def| def.name.to_owned()).collect();
        wire::encode_signal_schema(&SignalSchema { sha256: catalogue.sha256(), names })
    }

    fn read_schema(&self, body: &[u8]) -> Result<Vec<String>, CodecError> {
        wire::decode_signal_schema(body).map(|schema| schema.names).map_err(damaged)
    }
}

fn value(scalar: SignalScalar) -> SignalValue {
    match scalar {
        SignalScalar::Integer(value) => SignalValue::Int(value),
        SignalScalar::Real(value) => SignalValue::Real(value),
        SignalScalar::Truth(value) => SignalValue::Truth(value),
        SignalScalar::Text(value) => SignalValue::Text(value.into()),
    }
}

fn scalar(value: &SignalValue) -> SignalScalar<&str> {
    match value {
        SignalValue::Int(value) => SignalScalar::Integer(*value),
        SignalValue::Real(value) => SignalScalar::Real(*value),
        SignalValue::Truth(value) => SignalScalar::Truth(*value),
        SignalValue::Word(value) => SignalScalar::Text(value),
        SignalValue::Text(value) => SignalScalar::Text(value),
    }
}

fn damaged(error: wire::CodecError) -> CodecError {
    CodecError(Box::new(error))
}
