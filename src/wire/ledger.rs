//! Bodies of ledger records. They are read for as long as ledgers live: decoding keeps accepting what it ever accepted.

use prost::Message;
use prost::bytes::{BufMut, Bytes};
use prost::encoding::{self, WireType};

use super::context::{
    decode_claim_context, decode_fact_context, encode_claim_context, encode_fact_context,
};
use super::field::read;
use super::limits::TimeLimits;
use super::pb::ledger::v1::signal_value::Value;
use super::pb::{ledger, v1};
use super::{decode, encode_challenger, encode_finding, encode_score_bin};
use crate::domain::{
    ChallengerVerdict, ClaimContext, Decision, Fact, FactContext, Finding, Layer, Money,
    RefundClaim, RefundId, RequestId, ScoreBin, Violations,
};

/// Why bytes are no record body.
#[derive(Debug, thiserror::Error)]
pub enum CodecError {
    /// Not a protobuf message of this kind.
    #[error("is not encoded as expected")]
    Malformed(#[from] prost::DecodeError),
    /// A message whose content could never have been written.
    #[error("holds what could not have been recorded")]
    Invalid(#[from] Violations),
}

/// The value of one signal, as recorded.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum SignalScalar<T = String> {
    /// A whole number.
    Integer(i64),
    /// A real number.
    Real(f64),
    /// True or false.
    Truth(bool),
    /// A word.
    Text(T),
}

/// A recorded claim and what was answered.
#[derive(Debug, Clone, PartialEq)]
pub struct ClaimEntry {
    /// The claim as taken in, with its inline facts.
    pub claim: RefundClaim,
    /// What vouch saw when it took it in.
    pub context: ClaimContext,
    /// The answer as it was sent: an encoded `vouch.v1.Verdict`.
    pub verdict: Vec<u8>,
    /// The catalogue that names the signals: the key of a [`SignalSchema`].
    pub signals_sha256: [u8; 32],
    /// Values in the order of that catalogue; `None` is unknown.
    pub signals: Vec<Option<SignalScalar>>,
    /// What other models would have made of the claim.
    pub challengers: Vec<ChallengerVerdict>,
    /// How models scored the claim, each model once.
    pub scored: Vec<ScoreBin>,
}

/// The names behind recorded values.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignalSchema {
    /// Digest of the catalogue.
    pub sha256: [u8; 32],
    /// Names in catalogue order.
    pub names: Vec<String>,
}

/// What state remembers of a verdict.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VerdictSummary {
    /// The question that was answered.
    pub request_id: RequestId,
    /// The refund it was about.
    pub refund_id: RefundId,
    /// What was decided.
    pub decision: Decision,
    /// Which layer decided.
    pub decided_by: Layer,
    /// What was approved. INVARIANT: `Some` exactly when the decision is approve.
    pub approved: Option<Money>,
}

/// `FactEntry` around a fact that is encoded already: on the wire, a message in a message is its bytes.
#[derive(Clone, PartialEq, prost::Message)]
struct CanonicalFactEntry {
    #[prost(bytes = "vec", tag = "1")]
    fact: Vec<u8>,
    #[prost(message, optional, tag = "2")]
    context: Option<ledger::v1::FactContext>,
}

/// The fields of `ClaimEntry` in front of its signals, around a claim that is encoded already.
#[derive(Clone, PartialEq, prost::Message)]
struct EntryHead {
    #[prost(bytes = "bytes", tag = "1")]
    claim: Bytes,
    #[prost(bytes = "bytes", tag = "2")]
    verdict: Bytes,
    #[prost(bytes = "bytes", tag = "3")]
    signals_sha256: Bytes,
}

/// The field of `ClaimEntry` between its head and its tail.
const SIGNALS_TAG: u32 = 4;

/// The fields of `ClaimEntry` behind its signals.
#[derive(Clone, PartialEq, prost::Message)]
struct EntryTail {
    #[prost(message, optional, tag = "5")]
    context: Option<ledger::v1::ClaimContext>,
    #[prost(message, repeated, tag = "6")]
    challengers: Vec<v1::ChallengerVerdict>,
    #[prost(message, repeated, tag = "7")]
    scored: Vec<ledger::v1::ScoreBin>,
}

/// The body of a record that carries a fact, given as its canonical bytes.
#[must_use]
pub fn encode_fact_entry(fact: Vec<u8>, context: &FactContext) -> Vec<u8> {
    CanonicalFactEntry { fact, context: encode_fact_context(context) }.encode_to_vec()
}

/// The fact of a record, and what vouch saw when it took it in.
///
/// # Errors
/// The bytes are no fact entry, or the fact breaks a rule.
pub fn decode_fact_entry(bytes: &[u8]) -> Result<(Fact, FactContext), CodecError> {
    let entry = ledger::v1::FactEntry::decode(bytes)?;
    let told = read("", &TimeLimits::STORED, |at| {
        let place = at.field("fact");
        let fact = place.require(entry.fact).and_then(|fact| decode::fact(&place, fact));
        let context = decode_fact_context(&at.field("context"), entry.context);
        fact.zip(context)
    })?;
    Ok(told)
}

/// The body of a record that carries a claim, given as its canonical bytes: `verdict` are the bytes of the answer,
/// `signals` the values in the order of the catalogue whose digest is `signals_sha256`, `challengers` what other models
/// would have decided, `scored` where scores lie.
#[must_use]
pub fn encode_claim_entry<'a>(
    claim: Bytes,
    context: &ClaimContext,
    verdict: Bytes,
    signals_sha256: Bytes,
    signals: impl Iterator<Item = Option<SignalScalar<&'a str>>> + Clone,
    challengers: &[ChallengerVerdict],
    scored: &[ScoreBin],
) -> Vec<u8> {
    let head = EntryHead { claim, verdict, signals_sha256 };
    let tail = EntryTail {
        context: encode_claim_context(context),
        challengers: challengers.iter().map(encode_challenger).collect(),
        scored: scored.iter().map(encode_score_bin).collect(),
    };
    let signals_len: usize = signals.clone().map(|signal| 2 + signal_len(signal)).sum();
    let mut body = Vec::with_capacity(head.encoded_len() + signals_len + tail.encoded_len());
    put(&head, &mut body);
    signals.for_each(|signal| put_signal(signal, &mut body));
    put(&tail, &mut body);
    body
}

/// Adds the fields of a message.
fn put(message: &impl Message, body: &mut Vec<u8>) {
    let put = message.encode(body);
    debug_assert!(put.is_ok(), "a vector grows");
}

/// Bytes of a `SignalValue`.
fn signal_len(signal: Option<SignalScalar<&str>>) -> usize {
    match signal {
        None => 0,
        Some(SignalScalar::Integer(value)) => encoding::int64::encoded_len(1, &value),
        Some(SignalScalar::Real(value)) => encoding::double::encoded_len(2, &value),
        Some(SignalScalar::Truth(value)) => encoding::bool::encoded_len(3, &value),
        Some(SignalScalar::Text(value)) => {
            1 + encoding::encoded_len_varint(as_u64(value.len())) + value.len()
        }
    }
}

/// Adds a `SignalValue` to the repeated field: as the generated code does it, but from borrowed words. There are some
/// hundred and forty of them in a record.
fn put_signal(signal: Option<SignalScalar<&str>>, body: &mut Vec<u8>) {
    encoding::encode_key(SIGNALS_TAG, WireType::LengthDelimited, body);
    encoding::encode_varint(as_u64(signal_len(signal)), body);
    match signal {
        None => {}
        Some(SignalScalar::Integer(value)) => encoding::int64::encode(1, &value, body),
        Some(SignalScalar::Real(value)) => encoding::double::encode(2, &value, body),
        Some(SignalScalar::Truth(value)) => encoding::bool::encode(3, &value, body),
        Some(SignalScalar::Text(value)) => {
            encoding::encode_key(4, WireType::LengthDelimited, body);
            encoding::encode_varint(as_u64(value.len()), body);
            body.put_slice(value.as_bytes());
        }
    }
}

fn as_u64(length: usize) -> u64 {
    u64::try_from(length).unwrap_or(u64::MAX)
}

/// The claim of a record. The verdict in it is not looked at, see [`verdict_decision`].
///
/// # Errors
/// The bytes are no claim entry, or the claim breaks a rule.
pub fn decode_claim_entry(bytes: &[u8]) -> Result<ClaimEntry, CodecError> {
    let entry = ledger::v1::ClaimEntry::decode(bytes)?;
    let (claim, context, signals_sha256, challengers, scored) =
        read("", &TimeLimits::STORED, |at| {
            let place = at.field("claim");
            let claim = place.require(entry.claim).and_then(|claim| decode::claim(&place, claim));
            let context = decode_claim_context(&at.field("context"), entry.context);
            let signals_sha256 = at.field("signals_sha256").exact(&entry.signals_sha256);
            let challengers = decode::challengers(&at.field("challengers"), entry.challengers);
            let scored = decode::score_bins(&at.field("scored"), entry.scored);
            Some((claim?, context?, signals_sha256?, challengers?, scored?))
        })?;
    Ok(ClaimEntry {
        claim,
        context,
        verdict: entry.verdict.into(),
        signals_sha256,
        signals: entry.signals.into_iter().map(signal_scalar).collect(),
        challengers,
        scored,
    })
}

/// The body of a record that carries a finding.
#[must_use]
pub fn encode_finding_entry(finding: &Finding) -> Vec<u8> {
    ledger::v1::FindingEntry { finding: Some(encode_finding(finding)) }.encode_to_vec()
}

/// The finding of a record.
///
/// # Errors
/// The bytes are no finding entry, or the finding breaks a rule.
pub fn decode_finding_entry(bytes: &[u8]) -> Result<Finding, CodecError> {
    let entry = ledger::v1::FindingEntry::decode(bytes)?;
    let finding = read("", &TimeLimits::STORED, |at| {
        let at = at.field("finding");
        decode::finding(&at, at.require(entry.finding)?)
    })?;
    Ok(finding)
}

/// The body of a record that names signals.
#[must_use]
pub fn encode_signal_schema(schema: &SignalSchema) -> Vec<u8> {
    ledger::v1::SignalSchema {
        sha256: Bytes::copy_from_slice(&schema.sha256),
        names: schema.names.clone(),
    }
    .encode_to_vec()
}

/// The signal names of a record.
///
/// # Errors
/// The bytes are no signal schema.
pub fn decode_signal_schema(bytes: &[u8]) -> Result<SignalSchema, CodecError> {
    let entry = ledger::v1::SignalSchema::decode(bytes)?;
    let sha256 = read("", &TimeLimits::STORED, |at| at.field("sha256").exact(&entry.sha256))?;
    Ok(SignalSchema { sha256, names: entry.names })
}

/// What state remembers of an encoded `vouch.v1.Verdict`.
///
/// # Errors
/// The bytes are no verdict, or one that could not have been given.
pub fn verdict_decision(verdict: &[u8]) -> Result<VerdictSummary, CodecError> {
    let verdict = v1::Verdict::decode(verdict)?;
    let summary = read("verdict", &TimeLimits::STORED, |at| {
        let request_id = at.field("request_id").parse(&verdict.request_id, RequestId::parse);
        let refund_id = at.field("refund_id").parse(&verdict.refund_id, RefundId::parse);
        let decision = at.field("decision").choice(verdict.decision);
        let decided_by = at.field("decided_by").choice(verdict.decided_by);
        let approved_amount = at.field("approved_amount");
        let approved = approved_amount
            .optional(verdict.approved_amount, |at, money| decode::money(at, Some(money)));
        let (decision, approved): (Decision, Option<Money>) = (decision?, approved?);
        if approved.is_some() != (decision == Decision::Approve) {
            return approved_amount.refuse("must be there for an approval, and only then");
        }
        let (request_id, refund_id, decided_by) = (request_id?, refund_id?, decided_by?);
        Some(VerdictSummary { request_id, refund_id, decision, decided_by, approved })
    })?;
    Ok(summary)
}

fn signal_scalar(signal: ledger::v1::SignalValue) -> Option<SignalScalar> {
    signal.value.map(|value| match value {
        Value::Integer(value) => SignalScalar::Integer(value),
        Value::Real(value) => SignalScalar::Real(value),
        Value::Truth(value) => SignalScalar::Truth(value),
        Value::Text(value) => SignalScalar::Text(value),
    })
}
